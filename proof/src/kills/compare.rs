//! What must hold after every kill.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::time::Duration;

use daicho::config::Config;
use daicho::house::{Outside, open};
use daicho::serve::Workers;
use linkage::{Delivery, Lane, Phase};
use office::{LinkStanding, LinkView, Office, Ready};
use register::{AsOf, Position, Record, View, ViewExt};
use resident_register::records::{PERSON, Person, Provisional, ProvisionalStatus};
use transport::Folder;

/// The link with differences that is compared.
const CHANGES: &str = "resident-changes-to-welfare";
/// The link with full extracts to the same place; they take turns.
pub(crate) const FULL: &str = "resident-full-to-welfare";

/// What the town said to those who asked it.
#[derive(Debug, Default)]
pub(crate) struct Acknowledged {
    /// Numbers of 仮登録.
    pub(crate) entered: BTreeSet<String>,
    /// Numbers of 仮登録 that were made final, with the 住民票コード of their person.
    pub(crate) finals: BTreeMap<String, String>,
    /// Movements of which the town could not say whether they were done.
    pub(crate) unclear: u64,
    /// Movements that were not done because others wanted the same record at once.
    pub(crate) busy: u64,
}

impl Acknowledged {
    /// Takes a line. One that the kill cut off was not said.
    pub(crate) fn take(&mut self, line: &str, may_fault: bool) {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["entered", provisional] if provisional.len() >= 8 => {
                assert!(self.entered.insert((*provisional).to_owned()), "{provisional} was given twice");
            }
            ["final", provisional, code] if code.len() == 11 => {
                self.finals.insert((*provisional).to_owned(), (*code).to_owned());
            }
            ["busy", ..] => self.busy = self.busy.saturating_add(1),
            ["fault", ..] if may_fault => self.unclear = self.unclear.saturating_add(1),
            ["error" | "fault", ..] => panic!("the town refused: {line}"),
            _ => {}
        }
    }
}

/// Opens the town, lets everything settle, and compares registers, subscribers and files. Tells how often differences went
/// on from a full extract.
pub(crate) fn compare(config: &Config, acknowledged: &Acknowledged) -> u64 {
    let (office, workers) = Workers::start(open(config, Outside::default()).unwrap()).unwrap();
    // Links and receivers work on their own threads; each commit wakes this one.
    let mut head = office.journal().head().unwrap();
    let settled = |office: &Office| {
        let views = office.link_views().unwrap();
        let owes = |view: &LinkView| {
            let kinds = sent(office, view);
            !kinds.is_empty() && !office.journal().feed(held(office, view), &kinds, 1).unwrap().is_empty()
        };
        views.iter().all(|view| view.standing == LinkStanding::Idle)
            && !views.iter().filter(|view| view.timing == "随時").any(owes)
    };
    let mut patience = 600;
    while !settled(&office) {
        patience -= 1;
        assert!(patience > 0, "the links do not settle: {:#?}", office.link_views().unwrap());
        head = office.journal().wait(head, Duration::from_millis(100));
    }
    workers.stop();

    let verification = office.journal().verify().unwrap();
    assert_eq!(verification.problems, Vec::<String>::new());
    let view = office.journal().view(AsOf::default()).unwrap();
    for check in office.systems().iter().flat_map(|system| &system.checks) {
        assert_eq!((check.run)(&*view).unwrap(), [], "{}", check.title);
    }

    compare_registers(&*view, acknowledged);
    compare_files(&office, &*view)
}

/// The kind of the records a link sends; none of a link that brings in what others send.
fn sent(office: &Office, view: &LinkView) -> Vec<&'static str> {
    let dataset = office.links().get(&view.id).map(|running| running.link.dataset.clone());
    let datasets = office.systems().iter().flat_map(|system| &system.datasets);
    datasets.filter(|one| Some(one.id) == dataset.as_deref()).map(|one| one.kind.id).collect()
}

/// Up to where the receiver has the journal: what a full extract brought is no longer owed by the differences.
fn held(office: &Office, link: &LinkView) -> Position {
    let lane = office.links().get(&link.id).and_then(|running| Lane::new(&running.link));
    let view = office.journal().view(AsOf::default()).unwrap();
    let lane = lane.and_then(|lane| view.load::<Lane>(&lane.key()).unwrap());
    lane.map_or(link.position, |lane| lane.record.position.max(link.position))
}

/// Registers and the subscribers inside the house.
fn compare_registers(view: &dyn View, acknowledged: &Acknowledged) {
    // Nothing acknowledged is lost: entered ones are there, final ones are final and in the register.
    let mut people: BTreeMap<String, u32> = BTreeMap::new();
    let mut codes: BTreeMap<String, u32> = BTreeMap::new();
    view.scan(&PERSON, None, &mut |stored| {
        let person = stored.typed::<Person>()?.record;
        if let Some(code) = person.resident_record_code {
            *codes.entry(code.expose().to_owned()).or_default() += 1;
        }
        people.insert(person.addressee_no.to_string(), person.history_no);
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    for provisional in &acknowledged.entered {
        assert!(
            view.load::<Provisional>(provisional).unwrap().is_some(),
            "{provisional} was acknowledged and is gone"
        );
    }
    for (provisional, code) in &acknowledged.finals {
        let record = view.load::<Provisional>(provisional).unwrap().unwrap().record;
        assert_ne!(record.status, ProvisionalStatus::Open, "{provisional}");
        assert!(codes.contains_key(code), "{provisional} is final and its person is not in the register");
    }

    let twice: Vec<_> = codes.iter().filter(|(_, times)| **times != 1).collect();
    assert!(twice.is_empty(), "in the register more than once: {twice:?}");

    // Nothing is doubled at the subscribers: as many versions as the register has, person by person.
    for (person, history_no) in &people {
        let versions = view.history(&addressee::records::ADDRESSEE, person).unwrap();
        assert_eq!(versions.len(), usize::try_from(*history_no).unwrap(), "addressee {person}");
    }
    assert_eq!(view.count(&addressee::records::ADDRESSEE).unwrap(), u64::try_from(people.len()).unwrap());
}

/// Files to the outside and their receipts; tells how often differences went on from a full extract that ran between
/// them, as the one of every day does and those the towns ask for.
fn compare_files(office: &Office, view: &dyn View) -> u64 {
    // Nothing is lost, doubled or reordered in the files: numbers without gap, each row once, bytes as recorded.
    let running = office.links().get(CHANGES).unwrap();
    let Ok(Ready::Outward { plan, place, .. }) = &running.ready else { panic!("{CHANGES} is a file link") };
    let folder = Folder::at(place.describe());
    let fulls: BTreeSet<u64> = deliveries(office, view, FULL).iter().map(|full| full.to.0).collect();
    let differences = deliveries(office, view, CHANGES);
    let mut rows = BTreeSet::new();
    for delivery in &differences {
        let bytes = fs::read(folder.out().join(delivery.file_name.as_deref().unwrap())).unwrap();
        assert_eq!(u64::try_from(bytes.len()).unwrap(), delivery.bytes);
        let table = plan.read(&bytes).unwrap();
        assert_eq!(u64::try_from(table.rows.len()).unwrap(), delivery.rows);
        for row in 0..table.rows.len() {
            let key = (
                table.value(row, "addressee_no").unwrap().to_owned(),
                table.value(row, "history_no").unwrap().to_owned(),
            );
            assert!(rows.insert(key.clone()), "{key:?} was sent twice");
        }
    }
    // A receiver that was killed may leave a half-written one beside its name.
    let whole = |name: &str| name.starts_with("ido_") && name.ends_with(".receipt");
    let receipts = fs::read_dir(folder.receipts()).unwrap();
    let receipts = receipts.filter(|entry| whole(&entry.as_ref().unwrap().file_name().to_string_lossy()));
    assert_eq!(receipts.count(), differences.len(), "receipts");

    // A difference goes on where the one before ended, or where a full extract did that was taken between them.
    let mut jumps = 0;
    for (before, after) in differences.iter().zip(differences.iter().skip(1)) {
        assert!(before.to <= after.from, "{} and {} overlap", before.no, after.no);
        if before.to < after.from {
            assert!(fulls.contains(&after.from.0), "before {} changes were passed over", after.no);
            jumps += 1;
        }
    }
    // Each change of a person is in one difference, or a full extract holds it. What runs when depends on the time of
    // day and on the kills; that everything is with the receiver does not.
    let mut expected = BTreeSet::new();
    let newest_full = fulls.last().copied().unwrap_or(0);
    view.scan(&PERSON, None, &mut |stored| {
        for version in view.history(&PERSON, &stored.key)? {
            let person = version.typed::<Person>()?.record;
            let at = version.position;
            if differences.iter().any(|difference| difference.from < at && at <= difference.to) {
                expected.insert((person.addressee_no.to_string(), person.history_no.to_string()));
            } else {
                assert!(at.0 <= newest_full, "{} was sent by nobody", person.addressee_no);
            }
        }
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    assert_eq!(rows, expected, "every change the differences span once in a file");
    jumps
}

/// All deliveries of a link, each taken by the receiver.
fn deliveries(office: &Office, view: &dyn View, link: &str) -> Vec<Delivery> {
    let last = office.link_view(link).unwrap().unwrap().last.map_or(0, |delivery| delivery.no);
    let load = |no| view.load::<Delivery>(&Delivery::key_of(link, no)).unwrap().unwrap().record;
    let all: Vec<Delivery> = (1..=last).map(load).collect();
    // A run of every day may have begun since everything was settled; it is none yet to compare.
    let taken = |delivery: &Delivery| delivery.phase == Phase::Applied;
    let (last, before) = all.split_last().map_or((None, &[][..]), |(last, before)| (Some(last), before));
    assert!(before.iter().all(taken), "{link}: {all:#?}");
    before.iter().chain(last.filter(|last| taken(last))).cloned().collect()
}
