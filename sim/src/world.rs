//! One town under test: the real systems, links and store, the simulated staff and receivers around them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use catalog::FunctionTable;
use daicho::house::systems;
use daicho::standards::CARRIED;
use domain::{BusinessCalendar, ResidentRecordCode};
use jiff::Timestamp;
use office::{LinkSources, ListFile, Office, OfficeParts, Ready};
use register::{Actor, Draft, Journal};
use serde_json::json;
use store_sqlite::{KeyRing, Options, Store};
use system::System;
use transport::Folder;

use crate::Settings;
use crate::broken::{Broken, broken};
use crate::chance::{Rng, SimClock, SimEntropy};
use crate::check::Checked;
use crate::faults::{Fault, Faults};
use crate::journal::Faulty;
use crate::ledger::Ledger;
use crate::mischief::{block, unblock};
use crate::receiver::Receiver;
use crate::staff::Staff;
use crate::tally::Tally;

/// Compiled character tables, shared by all runs of a process: they never change, and compiling them is most of a start.
static TABLES: OnceLock<moji::Tables> = OnceLock::new();

/// Places with a receiver.
pub(crate) const PLACES: [&str; 2] = ["welfare-suite", "tax-suite"];

/// Moments a run may begin at: an ordinary day, and the eves of a month, a fiscal year, a leap day, a year and an era.
const STARTS: [&str; 8] = [
    "2026-11-20T09:00:00+09:00",
    "2026-11-30T15:00:00+09:00",
    "2027-03-31T16:00:00+09:00",
    "2028-02-28T16:00:00+09:00",
    "2026-12-31T20:00:00+09:00",
    "2018-12-30T16:00:00+09:00",
    "2019-04-30T16:00:00+09:00",
    "2019-04-29T09:00:00+09:00",
];

pub(crate) struct World {
    folder: tempfile::TempDir,
    generation: u32,
    pub(crate) rng: Rng,
    pub(crate) faults: Faults,
    pub(crate) clock: Arc<SimClock>,
    entropy: Arc<SimEntropy>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) office: Option<Office>,
    pub(crate) staff: Staff,
    pub(crate) receivers: Vec<Receiver>,
    pub(crate) checked: Checked,
    pub(crate) tally: Tally,
}

impl World {
    pub(crate) fn new(settings: Settings) -> Result<Self, Broken> {
        let folder = tempfile::tempdir()?;
        let mut rng = Rng::new(settings.seed);
        let start = rng.pick(&STARTS).copied().unwrap_or_default();
        let start: Timestamp = start.parse().context("a start is no moment")?;
        fs::write(folder.path().join("key"), "5a".repeat(32))?;
        fs::create_dir(folder.path().join("0"))?;
        let mut world = Self {
            folder,
            generation: 0,
            clock: Arc::new(SimClock::at(start)),
            entropy: Arc::new(SimEntropy::new(rng.bits())),
            rng,
            faults: settings.faults,
            ledger: Arc::new(Ledger::default()),
            office: None,
            staff: Staff::default(),
            receivers: Vec::new(),
            checked: Checked::default(),
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

    pub(crate) fn evidence(&self) -> PathBuf {
        self.folder.path().join("deliveries")
    }

    pub(crate) fn office(&self) -> Result<&Office, Broken> {
        self.office.as_ref().ok_or_else(|| Broken::Promise("the program does not run".to_owned()))
    }

    /// Starts the program on the files as they are.
    fn start(&mut self) -> Result<(), Broken> {
        self.tally.starts += 1;
        let store = self.open()?;
        self.ledger.start(beside(&self.database(), "-wal"));
        if let Some(what) = self.ledger.compare(&store)? {
            return broken(what);
        }
        let places = PLACES
            .into_iter()
            .map(|name| (name.to_owned(), Ok(Folder::at(self.place(name)).shared())))
            .collect();
        let office = Office::open(OfficeParts {
            journal: Arc::new(Faulty::new(store, self.ledger.clone())),
            systems: played(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            municipality: json!({
                "code": "477991", "prefecture": "架空県", "name": "みなと郡台帳町",
                "attester_title": "台帳町長", "attester_name": "見本　太郎", "specimen": true,
            }),
            sources: LinkSources {
                lists: Vec::new(),
                workbooks: Vec::new(),
                unread: Vec::new(),
                systems: carried("lists/systems.tsv"),
                charset_words: carried("lists/charset_words.tsv"),
                vocabulary: carried("lists/vocabulary.tsv"),
                links: links(),
                layouts: carried_below("layouts/"),
                tables: TABLES.get_or_init(moji::Tables::built_in).clone(),
                places,
                packings: Default::default(),
            },
            functions: FunctionTable::parse("unit_functions.tsv", &carried("functions/unit_functions.tsv")),
            calendar: BusinessCalendar::from_tsv(&carried("calendar/holidays.tsv"))
                .context("the holidays do not read")?,
            evidence: self.evidence(),
            helpers: 0,
            login_tries_max: 5,
            user_policy: Default::default(),
            audit_policy: Default::default(),
        })
        .context("the town does not open")?;
        self.office = Some(office);
        Ok(())
    }

    pub(crate) fn place(&self, name: &str) -> PathBuf {
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
                    Ok(Ready::Outward { plan, .. }) if running.link.place() == Some(name) => {
                        plans.insert(running.link.id.clone(), (**plan).clone());
                    }
                    Ok(_) => {}
                    Err(what) => return broken(format!("{}: {what:?}", running.link.id)),
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
        if power_cut && log_copy.exists() {
            self.tear(&log_copy)?;
        }
        // What the dying program does to its own files now concerns nobody.
        drop(self.office.take());
        if let Some(folder) = old.parent() {
            fs::remove_dir_all(folder)?;
        }
        self.start()?;
        if power_cut { self.lose_kept() } else { Ok(()) }
    }

    /// Loses kept bytes that were not flushed: those of small differences that are recorded and not sent.
    fn lose_kept(&mut self) -> Result<(), Broken> {
        let mut loose = Vec::new();
        {
            let office = self.office()?;
            for running in office.links().all() {
                loose.extend(office.unflushed(&running.link.id)?);
            }
        }
        for path in loose {
            let length = fs::metadata(&path)?.len();
            let left = match self.rng.below(4) {
                0 => continue,
                1 => 0,
                2 => length / 2,
                _ => {
                    fs::remove_file(&path)?;
                    self.tally.faults.note(Fault::PowerCut);
                    continue;
                }
            };
            fs::File::options().write(true).open(&path)?.set_len(left)?;
            self.tally.faults.note(Fault::PowerCut);
        }
        Ok(())
    }

    /// Ends the program, and reads everything that was ever acknowledged back from the disk.
    pub(crate) fn read_back(&mut self) -> Result<(), Broken> {
        drop(self.office.take());
        let store = self.open()?;
        self.ledger.rewind();
        if let Some(what) = self.ledger.compare(&store)? {
            return broken(what);
        }
        match store.verify()?.problems.first() {
            Some(problem) => broken(problem.clone()),
            None => Ok(()),
        }
    }

    fn open(&self) -> Result<Store, Broken> {
        let kinds = Office::kinds(&played());
        let keys = KeyRing::parse(&fs::read_to_string(self.folder.path().join("key"))?)?;
        let options = Options { keys: Some(keys), readers: 2, folds_when_idle: false };
        Ok(Store::open(&self.database(), &kinds, options)?)
    }

    /// Loses what was written behind the last flush: some of its sectors, from a place on or here and there.
    fn tear(&mut self, log: &Path) -> Result<(), Broken> {
        let durable = usize::try_from(self.ledger.log_bytes()).unwrap_or(usize::MAX);
        let mut bytes = fs::read(log)?;
        let loose = bytes.len().saturating_sub(durable);
        if loose == 0 {
            return Ok(());
        }
        self.tally.faults.note(Fault::PowerCut);
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

    /// Fills the disk, or makes room on it.
    pub(crate) fn fill(&mut self, is_full: bool) -> Result<(), Broken> {
        if is_full == self.ledger.is_full() {
            return Ok(());
        }
        let evidence = self.evidence();
        if is_full {
            fs::create_dir_all(&evidence)?;
            block(&evidence)?;
        } else {
            unblock(&evidence)?;
        }
        self.ledger.fill(is_full);
        Ok(())
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn carried(path: &str) -> String {
    let found = CARRIED.iter().find(|carried| carried.path == path);
    found.map(|carried| carried.text.to_owned()).unwrap_or_default()
}

/// Systems that nobody in the simulated town enters anything into. A start lays down a table and a view for each kind, and a run has
/// a thousand starts: with them the same seeds take twice as long and show nothing more of the engine.
const IDLE: [&str; 4] =
    ["application-management", "integrated-addressee", "light-vehicle-tax", "tax-collection"];

/// The systems of the house that the simulated staff work with.
fn played() -> Vec<System> {
    systems(&[]).into_iter().filter(|system| !IDLE.contains(&system.id)).collect()
}

/// The carried links but those of notices: they have several rows for one person, and the receivers here keep one for each.
/// Nobody here sends, and nobody plays the certificate server or 住基ネット.
fn links() -> Vec<ListFile> {
    let mut links = carried_below("links/");
    let played = |link: &ListFile| {
        let others = [
            "[delivery.inward]",
            "place = \"convenience-store\"",
            "place = \"juki-net\"",
            "wide-area-answer",
            "place = \"number-linkage-server\"",
            "place = \"school-lunch-fee\"",
        ];
        let idle = IDLE.iter().any(|id| link.text.contains(&format!("\"{id}\"")));
        !idle
            && !link.name.contains("resident-notices-to-")
            && !others.iter().any(|other| link.text.contains(other))
    };
    links.retain(played);
    links
}

fn carried_below(folder: &str) -> Vec<ListFile> {
    let files = CARRIED.iter().filter_map(|carried| {
        let name = carried.path.strip_prefix(folder)?.to_owned();
        Some(ListFile { name, text: carried.text.to_owned() })
    });
    files.collect()
}
