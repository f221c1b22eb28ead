//! One town under test: the real systems, links and store, the simulated staff and receivers around them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use catalog::{Extent, FunctionTable};
use counterparts::Temper;
use daicho::house::systems;
use daicho::standards::CARRIED;
use domain::{BusinessCalendar, ResidentRecordCode};
use jiff::{SignedDuration, Timestamp};
use linkage::{Delivery, InFlightPhase, LinkState};
use office::{LinkSources, LinkWorker, ListFile, Office, OfficeParts, Ready, RunError, Turn};
use register::{Actor, AsOf, Draft, Fault, Position, ViewExt};
use serde_json::json;
use store_sqlite::{Options, Store, VaultKey};
use transport::Folder;

use crate::chance::{Rng, SimClock, SimEntropy};
use crate::journal::{Faulty, Ledger, Trouble};
use crate::receiver::Receiver;
use crate::staff::{Staff, caller};

/// Places with a receiver.
const PLACES: [&str; 2] = ["welfare-suite", "tax-suite"];

/// Days a run may begin on: an ordinary one, the eve of a fiscal year, of a leap day, of a year.
const STARTS: [&str; 4] = [
    "2026-11-20T09:00:00+09:00",
    "2027-03-31T16:00:00+09:00",
    "2028-02-28T16:00:00+09:00",
    "2026-12-31T20:00:00+09:00",
];

/// How long a run may take to settle once nothing fails any more.
const SETTLE_ROUNDS: usize = 60;

/// Something that must not be: the words for whoever looks into it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// A promise was broken.
    #[error("{0}")]
    Promise(String),
    /// The machine the simulation runs on failed.
    #[error(transparent)]
    Machine(#[from] anyhow::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Machine(error.into())
    }
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self::Promise(format!("storage failed although nothing was arranged: {}", words(&fault)))
    }
}

/// An error with its causes.
fn words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

/// Figures of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Changes acknowledged.
    pub changes: u64,
    /// Times the program was started.
    pub starts: u64,
    /// Of the ends before them, power cuts that took the end of the log.
    pub power_cuts: u64,
    /// Storage calls that failed.
    pub failed_calls: u64,
    /// Deliveries taken by receivers.
    pub deliveries: u64,
}

pub(crate) struct World {
    folder: tempfile::TempDir,
    generation: u32,
    pub(crate) rng: Rng,
    clock: Arc<SimClock>,
    entropy: Arc<SimEntropy>,
    pub(crate) ledger: Arc<Ledger>,
    office: Option<Office>,
    staff: Staff,
    receivers: Vec<Receiver>,
    /// Acknowledged changes that were compared with the journal already.
    compared: usize,
    /// Whether a receiver forgets a person.
    forgets: bool,
    pub(crate) tally: Tally,
}

impl World {
    pub(crate) fn new(seed: u64) -> Result<Self, Broken> {
        let folder = tempfile::tempdir()?;
        let mut rng = Rng::new(seed);
        let start = rng.pick(&STARTS).copied().unwrap_or_default();
        let start: Timestamp = start.parse().context("a start is no moment")?;
        let key = VaultKey::generate()?;
        fs::write(folder.path().join("key"), key.to_hex())?;
        fs::create_dir(folder.path().join("0"))?;
        let mut world = Self {
            folder,
            generation: 0,
            clock: Arc::new(SimClock::at(start)),
            entropy: Arc::new(SimEntropy::new(rng.bits())),
            rng,
            ledger: Arc::new(Ledger::default()),
            office: None,
            staff: Staff::default(),
            receivers: Vec::new(),
            compared: 0,
            forgets: false,
            tally: Tally::default(),
        };
        world.start()?;
        world.load()?;
        world.receivers = world.make_receivers()?;
        Ok(world)
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join(self.generation.to_string()).join("town.db")
    }

    fn office(&self) -> Result<&Office, Broken> {
        self.office.as_ref().ok_or_else(|| Broken::Promise("the program does not run".to_owned()))
    }

    /// Starts the program on the files as they are.
    fn start(&mut self) -> Result<(), Broken> {
        self.tally.starts += 1;
        let systems = systems();
        let kinds = Office::kinds(&systems);
        let key = VaultKey::read(&self.folder.path().join("key"))?;
        let database = self.database();
        let store = Store::open(&database, &kinds, Options { key: Some(key), readers: 2 })?;
        self.ledger.start(beside(&database, "-wal"));
        if let Some(what) = self.ledger.compare(&store, self.compared)? {
            return Err(Broken::Promise(what));
        }
        self.compared = self.ledger.acknowledged();
        let places = PLACES.into_iter().map(|name| (name.to_owned(), self.place(name))).collect();
        let office = Office::open(OfficeParts {
            journal: Arc::new(Faulty::new(store, self.ledger.clone())),
            systems,
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            municipality: json!({
                "code": "477991", "prefecture": "架空県", "name": "みなと郡台帳町",
                "attester_title": "台帳町長", "attester_name": "見本　太郎", "specimen": true,
            }),
            sources: LinkSources {
                lists: Vec::new(),
                systems: carried("lists/systems.tsv"),
                charset_words: carried("lists/charset_words.tsv"),
                links: carried_below("links/"),
                layouts: carried_below("layouts/"),
                tables: moji::Tables::built_in(),
                places,
            },
            functions: FunctionTable::parse("unit_functions.tsv", &carried("functions/unit_functions.tsv")),
            calendar: BusinessCalendar::from_tsv(&carried("calendar/holidays.tsv"))
                .context("the holidays do not read")?,
            evidence: self.folder.path().join("deliveries"),
            login_tries_max: 5,
        })
        .context("the town does not open")?;
        self.office = Some(office);
        Ok(())
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join("places").join(name)
    }

    /// The first change: an empty town with codes to give out.
    fn load(&mut self) -> Result<(), Broken> {
        let office = self.office()?;
        let mut draft = Draft::new(
            "resident-register",
            "resident-register/load",
            Actor::Program("sim".to_owned()),
            office.clock().now(),
        );
        let codes = (1..=60).filter_map(|no| ResidentRecordCode::from_first_ten(4_000_000_000 + no * 7).ok());
        draft.writes = resident_register::load::town([], codes).context("the first load")?;
        office.journal().commit(draft).context("the first load")?;
        Ok(())
    }

    fn make_receivers(&self) -> Result<Vec<Receiver>, Broken> {
        let office = self.office()?;
        let mut receivers = Vec::new();
        for name in PLACES {
            let root = self.place(name);
            let mut plans = BTreeMap::new();
            for running in office.links().all() {
                match &running.ready {
                    Ok(Ready::Folder { plan, folder, .. }) if folder.path() == root => {
                        plans.insert(running.link.id.clone(), (**plan).clone());
                    }
                    Ok(_) => {}
                    Err(what) => return Err(Broken::Promise(format!("{}: {what:?}", running.link.id))),
                }
            }
            receivers.push(Receiver::new(name.to_owned(), Folder::at(root), plans));
        }
        Ok(receivers)
    }

    /// Ends the program as a kill or a power cut does, and starts it on what is left.
    pub(crate) fn restart(&mut self, power_cut: bool) -> Result<(), Broken> {
        let old = self.database();
        self.generation += 1;
        let new = self.database();
        fs::create_dir(new.parent().unwrap_or(Path::new(".")))?;
        // The log first: folding, which may be under way, only takes from it.
        let (log, log_copy) = (beside(&old, "-wal"), beside(&new, "-wal"));
        if log.exists() {
            fs::copy(&log, &log_copy)?;
        }
        fs::copy(&old, &new)?;
        self.tally.failed_calls = self.ledger.failed();
        if power_cut && log_copy.exists() {
            self.tear(&log_copy)?;
        }
        // What the dying program does to its own files now concerns nobody.
        drop(self.office.take());
        if let Some(folder) = old.parent() {
            fs::remove_dir_all(folder)?;
        }
        self.start()
    }

    /// Loses what was written behind the last flush: some of its sectors, from a place on or here and there.
    fn tear(&mut self, log: &Path) -> Result<(), Broken> {
        let durable = usize::try_from(self.ledger.log_bytes()).unwrap_or(usize::MAX);
        let mut bytes = fs::read(log)?;
        let loose = bytes.len().saturating_sub(durable);
        if loose == 0 {
            return Ok(());
        }
        self.tally.power_cuts += 1;
        if self.rng.per_mille(500) {
            bytes.truncate(durable + self.rng.below(loose));
        } else {
            for sector in bytes.get_mut(durable..).unwrap_or_default().chunks_mut(512) {
                if self.rng.per_mille(400) {
                    sector.fill(0);
                }
            }
        }
        fs::write(log, bytes)?;
        Ok(())
    }

    /// Does one thing; what it was, for the trace.
    pub(crate) fn step(&mut self) -> Result<String, Broken> {
        if self.rng.per_mille(60) {
            let trouble = [Trouble::Once, Trouble::FromNowOn, Trouble::KilledBefore, Trouble::KilledBehind];
            let trouble = self.rng.pick(&trouble).copied().unwrap_or(Trouble::Once);
            self.ledger.arm(u64::try_from(self.rng.below(14)).unwrap_or_default() + 1, trouble);
        }
        let failed = self.ledger.failed();
        let what = self.act(failed)?;
        if self.ledger.is_dead() {
            let power_cut = self.rng.per_mille(500);
            self.restart(power_cut)?;
            return Ok(format!("{what}, killed{}", if power_cut { " by a power cut" } else { "" }));
        }
        // A broken disk is noticed and replaced some time; a program is also stopped for no reason.
        if self.rng.per_mille(if self.ledger.is_broken() { 300 } else { 10 }) {
            self.restart(false)?;
            return Ok(format!("{what}, restarted"));
        }
        Ok(what)
    }

    fn act(&mut self, failed: u64) -> Result<String, Broken> {
        let office = self.office.as_ref().ok_or_else(|| Broken::Promise("no program".to_owned()))?;
        match self.rng.below(100) {
            0..45 => {
                let done = self.staff.act(office, &mut self.rng);
                Self::forgiven(&self.ledger, failed, done.map(str::to_owned))
            }
            45..75 => {
                let links = office.links().all();
                let Some(running) = links.get(self.rng.below(links.len())) else { return Ok("-".to_owned()) };
                let id = running.link.id.clone();
                let done = LinkWorker::new(office).turn(&id).map_err(RunError::Fault);
                Self::forgiven(&self.ledger, failed, done.map(|turn| format!("{id}: {turn:?}")))
            }
            75..85 => {
                let at = self.rng.below(self.receivers.len());
                let Some(receiver) = self.receivers.get_mut(at) else { return Ok("-".to_owned()) };
                match receiver.turn()? {
                    Some(what) => Err(Broken::Promise(format!("{}: {what}", receiver.place))),
                    None => Ok(format!("{} takes", receiver.place)),
                }
            }
            85..92 => {
                let minutes = [1, 5, 40, 61, 700, 1440, 3 * 1440, -60, -1440];
                let minutes = self.rng.pick(&minutes).copied().unwrap_or(1);
                self.clock.pass(SignedDuration::from_mins(minutes));
                if minutes < 1440 {
                    return Ok(format!("{minutes} minutes"));
                }
                let done = Staff::night(office);
                Self::forgiven(&self.ledger, failed, done.map(|()| format!("{minutes} minutes, and a night")))
            }
            92..96 => {
                let links = office.links().all();
                let Some(running) = links.get(self.rng.below(links.len())) else { return Ok("-".to_owned()) };
                let (id, unyo) = (running.link.id.clone(), caller("unyo"));
                let (what, done) = match self.rng.below(3) {
                    0 => ("held", office.hold_link(&unyo, &id, "試験")),
                    1 => ("released", office.release_link(&unyo, &id)),
                    _ => ("asked to run", office.run_link(&unyo, &id)),
                };
                // A link nobody has put to work yet cannot be steered.
                if matches!(done, Err(RunError::Unknown(_) | RunError::Refused(_))) {
                    return Ok("-".to_owned());
                }
                Self::forgiven(&self.ledger, failed, done.map(|()| format!("{id} {what}")))
            }
            _ => {
                let at = self.rng.below(self.receivers.len());
                let Some(receiver) = self.receivers.get_mut(at) else { return Ok("-".to_owned()) };
                let what = receiver.mischief(&mut self.rng)?;
                Ok(format!("{}: {what}", receiver.place))
            }
        }
    }

    /// A failure is all right when storage was made to fail during it.
    fn forgiven(ledger: &Ledger, failed: u64, done: Result<String, RunError>) -> Result<String, Broken> {
        match done {
            Ok(what) => Ok(what),
            Err(_) if failed < ledger.failed() || ledger.is_dead() => Ok("failed".to_owned()),
            Err(error) => Err(Broken::Promise(words(&error))),
        }
    }

    /// What must hold at any moment. `whole` walks the whole journal, too.
    pub(crate) fn check(&self, whole: bool) -> Result<(), Broken> {
        self.ledger.look(true);
        let found = self.contradiction(whole);
        self.ledger.look(false);
        found
    }

    fn contradiction(&self, whole: bool) -> Result<(), Broken> {
        let office = self.office()?;
        let view = office.journal().view(AsOf::default())?;
        for running in office.links().all() {
            let Some(state) = view.load::<LinkState>(&running.link.id)? else { continue };
            self.check_link(&state.record, &*view)?;
        }
        for check in office.systems().iter().flat_map(|system| &system.checks) {
            if let Some(found) = (check.run)(&*view)?.first() {
                return Err(Broken::Promise(format!("{}: {} {}", check.title, found.record, found.what)));
            }
        }
        if whole && let Some(problem) = office.journal().verify()?.problems.first() {
            return Err(Broken::Promise(problem.clone()));
        }
        Ok(())
    }

    /// Deliveries follow one another without gaps, and the receiver has none the sender does not know of.
    fn check_link(&self, state: &LinkState, view: &dyn register::View) -> Result<(), Broken> {
        let broken = |what: String| Err(Broken::Promise(format!("{}: {what}", state.link)));
        let in_flight = state.in_flight.as_ref();
        let newest = state.next_no - 1 + u64::from(in_flight.is_some());
        let mut behind = None;
        for no in 1..=newest {
            let Some(delivery) = view.load::<Delivery>(&Delivery::key_of(&state.link, no))? else {
                return broken(format!("delivery {no} has no record"));
            };
            if let Some(to) = behind
                && delivery.record.from != to
            {
                return broken(format!("delivery {no} begins at {}, not at {to}", delivery.record.from));
            }
            behind = Some(delivery.record.to);
        }
        let Some(receiver) = self.receivers.iter().find(|receiver| receiver.has(&state.link)) else {
            return Ok(());
        };
        let taken = receiver.taken.get(&state.link).copied();
        let sent = in_flight.filter(|own| own.phase == InFlightPhase::Sent || own.sent_at.is_some());
        let most = state.next_no - 1 + u64::from(in_flight.is_some());
        match taken {
            Some(taken) if most < taken => broken(format!("the receiver has delivery {taken} of {most}")),
            taken if taken.unwrap_or_default() + u64::from(sent.is_some()) + 1 < state.next_no => {
                broken(format!("the receiver has {taken:?}, the sender is at {}", state.next_no))
            }
            _ => Ok(()),
        }
    }

    /// Nothing fails any more: everything owed must come, and everybody must hold the same.
    pub(crate) fn settle(&mut self) -> Result<(), Broken> {
        self.restart(false)?;
        for receiver in &mut self.receivers {
            receiver.temper(Temper::Well);
        }
        self.settle_links()?;
        if self.forgets {
            let contents = self.receivers.iter_mut().map(|receiver| &mut receiver.content);
            contents.for_each(|content| drop(content.pop_first()));
        }
        self.compare_content("after the last differences", "welfare-suite")?;
        // A full extract of the day makes every receiver equal.
        let unyo = caller("unyo");
        let office = self.office()?;
        let full = office.links().all().iter().filter(|running| running.link.extent == Extent::Full);
        for id in full.map(|running| running.link.id.clone()) {
            office.run_link(&unyo, &id).map_err(|error| Broken::Promise(words(&error)))?;
        }
        self.settle_links()?;
        for place in PLACES {
            self.compare_content("after a full extract", place)?;
        }
        self.check(true)?;
        // And all of it once more from the disk.
        self.compared = 0;
        self.restart(false)?;
        self.tally.changes = u64::try_from(self.ledger.acknowledged()).unwrap_or_default();
        self.tally.deliveries = self.receivers.iter().flat_map(|receiver| receiver.taken.values()).sum();
        Ok(())
    }

    fn settle_links(&mut self) -> Result<(), Broken> {
        let mut waiting = String::new();
        for _ in 0..SETTLE_ROUNDS {
            // The clock may have been wrong: it is right again, and later than anything that was planned.
            self.clock.pass(SignedDuration::from_mins(10));
            let office = self.office.as_ref().ok_or_else(|| Broken::Promise("no program".to_owned()))?;
            let worker = LinkWorker::new(office);
            waiting.clear();
            for running in office.links().all() {
                let id = &running.link.id;
                while worker.turn(id)? == Turn::Worked {}
                let state = office.journal().view(AsOf::default())?.load::<LinkState>(id)?;
                let Some(state) = state.map(|state| state.record) else { continue };
                if state.hold.is_some() {
                    office
                        .release_link(&caller("unyo"), id)
                        .map_err(|error| Broken::Promise(words(&error)))?;
                }
                if state.hold.is_some() || state.in_flight.is_some() || state.trouble.is_some() {
                    waiting = format!("{state:?}");
                }
            }
            for receiver in &mut self.receivers {
                if let Some(what) = receiver.turn()? {
                    return Err(Broken::Promise(format!("{}: {what}", receiver.place)));
                }
            }
            if waiting.is_empty() {
                return self.check(false);
            }
        }
        Err(Broken::Promise(format!("it does not settle: {waiting}")))
    }

    /// What a receiver holds is, byte for byte, what the register says now.
    fn compare_content(&self, when: &str, place: &str) -> Result<(), Broken> {
        let office = self.office()?;
        let Some(receiver) = self.receivers.iter().find(|receiver| receiver.place == place) else {
            return Ok(());
        };
        let Some(plan) = receiver.plan() else { return Ok(()) };
        let wanted = self.rows(office, plan, place)?;
        if wanted == receiver.content {
            return Ok(());
        }
        let differs = wanted
            .keys()
            .chain(receiver.content.keys())
            .find(|key| wanted.get(*key) != receiver.content.get(*key));
        Err(Broken::Promise(format!(
            "{place} {when}: {} persons, the register has {}; {} differs: has {:?}, register {:?}",
            receiver.content.len(),
            wanted.len(),
            differs.map_or("", |key| key),
            differs
                .and_then(|key| receiver.content.get(key))
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
            differs.and_then(|key| wanted.get(key)).map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
        )))
    }

    /// Every row of a place's dataset as its layout writes it.
    fn rows(
        &self,
        office: &Office,
        plan: &layout::Plan,
        place: &str,
    ) -> Result<BTreeMap<String, Vec<u8>>, Broken> {
        let root = self.place(place);
        let dataset = office.links().all().iter().find_map(|running| match &running.ready {
            Ok(Ready::Folder { dataset, folder, .. }) if folder.path() == root => Some(dataset),
            _ => None,
        });
        let Some(dataset) = dataset else { return Ok(BTreeMap::new()) };
        let subject = dataset.items.iter().position(|item| item.name == dataset.subject).unwrap_or(0);
        let view = office.journal().view(AsOf::default())?;
        let (mut rows, mut row, mut writer) = (BTreeMap::new(), system::Row::new(), plan.writer());
        view.scan(dataset.kind, None, &mut |stored| {
            row.clear();
            if (dataset.row)(&*view, stored, &mut row)? == system::Fate::Row {
                let values: Vec<&str> = row.values().collect();
                let (mut out, mut events) = (Vec::new(), Vec::new());
                // A row the layout refuses is in no file either.
                if writer.write_row(&values, &mut out, &mut events).is_ok() {
                    rows.insert(row.get(subject).to_owned(), out);
                }
            }
            Ok(std::ops::ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    /// Makes the store tell lies once, for the test of this test.
    pub(crate) fn lie(&self) {
        self.ledger.lie();
    }

    /// Makes a receiver forget one person when all is settled, for the test of this test.
    pub(crate) fn forget(&mut self) {
        self.forgets = true;
    }

    pub(crate) fn position(&self) -> Position {
        self.ledger.look(true);
        let head = self.office.as_ref().and_then(|office| office.journal().head().ok());
        self.ledger.look(false);
        head.unwrap_or_default()
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn carried(path: &str) -> String {
    CARRIED
        .iter()
        .find(|carried| carried.path == path)
        .map(|carried| carried.text.to_owned())
        .unwrap_or_default()
}

fn carried_below(folder: &str) -> Vec<ListFile> {
    CARRIED
        .iter()
        .filter_map(|carried| {
            let name = carried.path.strip_prefix(folder)?.to_owned();
            Some(ListFile { name, text: carried.text.to_owned() })
        })
        .collect()
}
