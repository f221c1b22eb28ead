//! The conformance suite of [`register::Ledger`] and [`register::Restore`].

use std::ops::ControlFlow;

use register::{
    AsOf, ChainHash, ChainWalk, CursorMove, Fault, Journal, Ledger, Position, RawChange, RawVersion, Restore,
    RestoreError, Snapshot, Standing, Write,
};

use crate::journal::{
    KINDS, NOTE, Outcome, PERSON, VEHICLE, at, body, draft, fail, note, same, sound, vehicle,
};

/// A journal that can be read as it is stored.
pub trait Kept: Journal + Ledger {}

impl<T: Journal + Ledger> Kept for T {}

/// A place with empty stores by name, all with one vault key and opened with [`KINDS`].
pub trait Stand {
    /// Opens a store, new or known.
    ///
    /// # Errors
    /// What the store says.
    fn open(&self, name: &str) -> Result<Box<dyn Kept>, Fault>;

    /// Begins a restore into a store.
    ///
    /// # Errors
    /// What the store says.
    fn restore(&self, name: &str, origin: &Standing) -> Result<Box<dyn Restore>, Fault>;
}

type Case = (&'static str, fn(&dyn Stand) -> Outcome);

const CASES: &[Case] = &[
    ("a copy is the original", a_copy_is_the_original),
    ("a copy up to a position is the original of that position", a_copy_up_to_a_position),
    ("a snapshot does not move", a_snapshot_does_not_move),
    ("changes begin behind a place and end when told", changes_begin_and_end),
    ("a half restored store serves nobody", a_half_restored_store_serves_nobody),
    ("what does not follow the chain is not restored", what_does_not_follow_is_not_restored),
    ("a store with changes is not restored into", a_store_with_changes_is_not_restored_into),
    ("a standing that does not fit is refused", a_standing_that_does_not_fit_is_refused),
];

/// Runs every case on a new stand.
///
/// # Errors
/// The names of all cases that failed, each with the reason.
pub fn conformance(stand: &dyn Fn() -> Box<dyn Stand>) -> Result<(), String> {
    let failed: Vec<String> = CASES
        .iter()
        .filter_map(|(name, run)| run(stand().as_ref()).err().map(|error| format!("{name}: {error}")))
        .collect();
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
}

/// Copies a journal from a new store of one kind into a new one of another, and finds the same there.
///
/// # Errors
/// What differs, or what a store says.
pub fn copied(from: &dyn Stand, to: &dyn Stand) -> Result<(), String> {
    the_copy_is_the_original(from, to).map_err(|error| error.to_string())
}

/// Every change of a snapshot behind a place.
///
/// # Errors
/// What the store says.
pub fn changes_of(snapshot: &dyn Snapshot, after: Position) -> Result<Vec<RawChange>, Fault> {
    let mut changes = Vec::new();
    snapshot.changes(after, &mut |change| {
        changes.push(change);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(changes)
}

/// As many changes as asked, each with the body of a small resident record, two versions of each key, and their end: for
/// measurements.
///
/// # Errors
/// When there are more than a time or a version number holds.
pub fn residents(
    count: u64,
) -> Result<(Vec<RawChange>, ChainWalk), Box<dyn std::error::Error + Send + Sync>> {
    let day = domain::Date::constant(2026, 4, 1);
    let keys = (count / 2).max(1);
    let mut walk = ChainWalk::START;
    let mut all = Vec::new();
    for no in 0..count {
        let body = serde_json::json!({
            "address": { "lot": format!("{}番地{}", no % 997, no % 13), "municipality": "みなと郡台帳町", "town": "本町" },
            "addressee_no": format!("{no:015}"),
            "birth_date": format!("19{:02}-04-1{}", no % 90, no % 9),
            "name": format!("見本　花子{no}"),
            "name_kana": "ミホン　ハナコ",
            "resident_since": "2020-01-01",
            "sex": "2",
        });
        let mut change = RawChange {
            position: Position(no.saturating_add(1)),
            at: jiff::Timestamp::from_microsecond(1_775_001_600_000_000_i64.saturating_add_unsigned(no))?,
            effective_on: day,
            system: "resident-register".to_owned(),
            function: "resident-register/finalize".to_owned(),
            actor: r#"{"user":"madoguchi"}"#.to_owned(),
            reason: String::new(),
            cause: "\"function\"".to_owned(),
            hash: ChainHash::START,
            versions: vec![RawVersion {
                kind: "test/note".to_owned(),
                key: format!("{:08}", no % keys),
                version: u32::try_from(no / keys)?.saturating_add(1),
                effective_on: day,
                closed: false,
                body: body.to_string(),
            }],
        };
        change.hash = change.hash_after(&walk.hash);
        walk.step(&change)?;
        all.push(change);
    }
    Ok((all, walk))
}

/// Eight changes with everything there is: sealed fields, closings, reopenings, several versions of one key in one
/// change, a change without versions, 𠮷 and 葛󠄀, cursors and leases.
fn fill(journal: &dyn Journal) -> Outcome {
    let person = |number: &str, ward: &str| {
        body(&serde_json::json!({ "number": number, "code": "12345678901", "name": "𠮷田", "ward": ward }))
    };
    journal.commit(draft(
        0,
        vec![
            Write::create(&NOTE, "A", note("葛󠄀\t\\\n\"一\"")),
            Write::create(&NOTE, "B", note("")),
            Write::create(&VEHICLE, "V1", vehicle("鳥取 1", "甲")),
        ],
    ))?;
    journal.commit(draft(1, vec![Write::create(&PERSON, "P1", person("123456789018", "東"))]))?;
    journal.commit(draft(2, vec![]))?;
    journal.commit(draft(
        3,
        vec![
            Write::replace(&NOTE, "A", 1, note("2")),
            Write::close(&NOTE, "B", 1),
            Write::replace(&NOTE, "A", 2, note("3")),
        ],
    ))?;
    journal.commit(draft(4, vec![Write::create(&NOTE, "B", note("again"))]))?;
    journal.commit(draft(5, vec![Write::close(&VEHICLE, "V1", 1)]))?;
    journal.commit(draft(6, vec![Write::create(&VEHICLE, "V2", vehicle("鳥取 1", "乙"))]))?;
    journal.lease("link/1", "one", at(0), at(10))?;
    journal.lease("link/1", "two", at(20), at(30))?;
    let mut last = draft(7, vec![Write::replace(&PERSON, "P1", 1, person("123456789018", "西"))]);
    last.reason = "訂正\tと\\改行\n".to_owned();
    last.cursors.push(CursorMove { name: "link/1".to_owned(), from: Position(0), to: Position(5) });
    journal.commit(last)?;
    Ok(())
}

fn copy(stand: &dyn Stand, from: &dyn Ledger, to: &str, until: Position) -> Result<Box<dyn Kept>, Fault> {
    let snapshot = from.snapshot()?;
    let mut standing = snapshot.standing()?;
    let mut restore = stand.restore(to, &standing)?;
    let mut changes = changes_of(&*snapshot, Position(0))?;
    changes.retain(|change| change.position <= until);
    standing.cursors.retain(|(_, position)| *position <= until);
    for batch in changes.chunks(3) {
        restore.append(batch).map_err(|error| Fault::new("append", error))?;
    }
    restore.finish(&standing)?;
    stand.open(to)
}

fn a_copy_is_the_original(stand: &dyn Stand) -> Outcome {
    the_copy_is_the_original(stand, stand)
}

fn the_copy_is_the_original(from: &dyn Stand, to: &dyn Stand) -> Outcome {
    let source = from.open("source")?;
    fill(&*source)?;
    let copy = copy(to, &*source, "copy", Position(u64::MAX))?;
    sound(&*copy)?;
    let (before, after) = (source.snapshot()?, copy.snapshot()?);
    same("head", &after.head()?, &before.head()?)?;
    same("standing", &after.standing()?, &before.standing()?)?;
    same("changes", &changes_of(&*after, Position(0))?, &changes_of(&*before, Position(0))?)?;
    drop((before, after));
    same("cursor", &copy.cursor("link/1")?, &Position(5))?;
    let lease = copy.lease("link/1", "three", at(40), at(50))?.map(|lease| lease.token);
    same("the next token", &lease, &Some(3))?;
    let view = copy.view(AsOf::default())?;
    let found = view.find(&PERSON, "number", "123456789018")?;
    same("found by a sealed number", &found.len(), &1)?;
    same("plates", &view.find(&VEHICLE, "plate", "鳥取 1")?.len(), &1)?;
    drop(view);
    // It goes on as the original would.
    same("next", &copy.commit(draft(8, vec![]))?.position, &Position(9))?;
    let taken = copy.commit(draft(9, vec![Write::create(&VEHICLE, "V3", vehicle("鳥取 1", "丙"))]));
    same("a taken plate", &crate::journal::word(&taken), &"not-unique")?;
    sound(&*copy)
}

fn a_copy_up_to_a_position(stand: &dyn Stand) -> Outcome {
    let source = stand.open("source")?;
    fill(&*source)?;
    for until in 0..=8 {
        let copy = copy(stand, &*source, &format!("copy-{until}"), Position(until))?;
        sound(&*copy)?;
        let before = source.view(AsOf { position: Some(Position(until)), ..AsOf::default() })?;
        let after = copy.view(AsOf::default())?;
        for kind in KINDS {
            let read = |view: &dyn register::View| -> Result<Vec<(String, u32, String)>, Fault> {
                let mut all = Vec::new();
                view.scan(kind, None, &mut |stored| {
                    all.push((stored.key.clone(), stored.version, stored.body.as_str().to_owned()));
                    Ok(ControlFlow::Continue(()))
                })?;
                Ok(all)
            };
            same(&format!("{} at {until}", kind.id), &read(&*after)?, &read(&*before)?)?;
        }
    }
    Ok(())
}

fn a_snapshot_does_not_move(stand: &dyn Stand) -> Outcome {
    let source = stand.open("source")?;
    fill(&*source)?;
    let snapshot = source.snapshot()?;
    let head = snapshot.head()?;
    let mut last = draft(9, vec![Write::create(&NOTE, "Z", note("later"))]);
    last.cursors.push(CursorMove { name: "link/1".to_owned(), from: Position(5), to: Position(8) });
    source.commit(last)?;
    same("head", &snapshot.head()?, &head)?;
    same("cursors", &snapshot.standing()?.cursors, &vec![("link/1".to_owned(), Position(5))])?;
    same("changes", &changes_of(&*snapshot, Position(0))?.len(), &8)?;
    same("a later link", &snapshot.link(Position(9))?, &None)?;
    same("changes now", &changes_of(&*source.snapshot()?, Position(0))?.len(), &9)
}

fn changes_begin_and_end(stand: &dyn Stand) -> Outcome {
    let source = stand.open("source")?;
    same("an empty head", &source.snapshot()?.head()?, &ChainWalk::START)?;
    same("an empty journal", &changes_of(&*source.snapshot()?, Position(0))?.len(), &0)?;
    fill(&*source)?;
    let snapshot = source.snapshot()?;
    let all = changes_of(&*snapshot, Position(0))?;
    let mut walk = ChainWalk::START;
    for change in &all {
        walk.step(change)?;
        same("link", &snapshot.link(change.position)?, &Some(walk))?;
    }
    same("head", &snapshot.head()?, &walk)?;
    for after in [1, 3, 7, 8, 9] {
        let behind: Vec<RawChange> = all.iter().filter(|change| after < change.position.0).cloned().collect();
        same("behind", &changes_of(&*snapshot, Position(after))?, &behind)?;
    }
    let mut seen = 0;
    snapshot.changes(Position(2), &mut |_| {
        seen += 1;
        Ok(if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    same("seen", &seen, &2)
}

fn a_half_restored_store_serves_nobody(stand: &dyn Stand) -> Outcome {
    let source = stand.open("source")?;
    fill(&*source)?;
    let snapshot = source.snapshot()?;
    let (standing, changes) = (snapshot.standing()?, changes_of(&*snapshot, Position(0))?);
    for (name, count) in [("nothing", 0), ("some", 3), ("all", 8)] {
        let mut restore = stand.restore(name, &standing)?;
        restore.append(changes.get(..count).unwrap_or_default())?;
        drop(restore);
        if stand.open(name).is_ok() {
            return fail(format!("opened with {name} restored"));
        }
        if stand.restore(name, &standing).is_ok() {
            return fail(format!("restored again with {name} restored"));
        }
    }
    Ok(())
}

fn what_does_not_follow_is_not_restored(stand: &dyn Stand) -> Outcome {
    let source = stand.open("source")?;
    fill(&*source)?;
    let snapshot = source.snapshot()?;
    let (standing, changes) = (snapshot.standing()?, changes_of(&*snapshot, Position(0))?);
    let [first, second, third, rest @ ..] = changes.as_slice() else { return fail("too few changes") };
    let edited = |edit: fn(&mut RawChange)| {
        let mut change = third.clone();
        edit(&mut change);
        vec![second.clone(), change]
    };
    let mut restore = stand.restore("copy", &standing)?;
    restore.append(std::slice::from_ref(first))?;
    let reached = restore.reached();
    let table = [
        ("one left out", vec![third.clone()]),
        ("one twice", vec![first.clone()]),
        ("two swapped", vec![third.clone(), second.clone()]),
        ("a reason edited", edited(|change| change.reason.push('x'))),
        ("a time edited", edited(|change| change.at = at(2_000))),
        ("a time moved back", edited(|change| change.at = at(-1))),
        ("a hash edited", edited(|change| change.hash = register::ChainHash::START)),
        ("a version left out", {
            let mut change = second.clone();
            change.versions.clear();
            vec![change]
        }),
    ];
    for (name, changes) in table {
        if !matches!(restore.append(&changes), Err(RestoreError::Chain(_))) {
            return fail(format!("restored: {name}"));
        }
        same(name, &restore.reached(), &reached)?;
    }
    restore.append(&[second.clone(), third.clone()])?;
    restore.append(rest)?;
    restore.finish(&standing)?;
    sound(&*stand.open("copy")?)
}

fn a_store_with_changes_is_not_restored_into(stand: &dyn Stand) -> Outcome {
    let source = stand.open("source")?;
    fill(&*source)?;
    let standing = source.snapshot()?.standing()?;
    drop(source);
    if stand.restore("source", &standing).is_ok() {
        return fail("restored over changes");
    }
    sound(&*stand.open("source")?)
}

fn a_standing_that_does_not_fit_is_refused(stand: &dyn Stand) -> Outcome {
    let source = stand.open("source")?;
    fill(&*source)?;
    let snapshot = source.snapshot()?;
    let (standing, changes) = (snapshot.standing()?, changes_of(&*snapshot, Position(0))?);
    let mut other_key = standing.clone();
    other_key.vault_keys = vec!["00000000".to_owned()];
    let mut other_seal = standing.clone();
    other_seal.kinds.iter_mut().for_each(|kind| kind.sealed.push("text".to_owned()));
    for (name, origin) in [("another key", other_key), ("another seal", other_seal)] {
        if stand.restore("copy", &origin).is_ok() {
            return fail(format!("restored with {name}"));
        }
    }
    let mut restore = stand.restore("copy", &standing)?;
    restore.append(changes.get(..4).unwrap_or_default())?;
    if restore.finish(&standing).is_ok() {
        return fail("restored with a cursor behind the end");
    }
    Ok(())
}
