//! The journal read forwards.

use std::time::Duration;

use register::{Cause, Journal, Position, Write};

use super::{Case, NOTE, Outcome, VEHICLE, at, draft, note, same, vehicle};

pub(super) const CASES: &[Case] = &[
    Case { name: "the feed yields every change once, in order, in pages of any size", run: pages },
    Case { name: "the feed tells what was committed", run: content },
    Case { name: "waiting ends with the next change", run: wait },
];

fn pages(journal: &dyn Journal) -> Outcome {
    let mut vehicles = Vec::new();
    for no in 0..40_i64 {
        let mut writes = vec![];
        if no % 3 == 0 {
            writes.push(Write::create(&VEHICLE, format!("V{no}"), vehicle(&no.to_string(), "P")));
            vehicles.push(u64::try_from(no)?.saturating_add(1));
        }
        if no % 2 == 0 {
            writes.push(Write::create(&NOTE, format!("N{no}"), note("1")));
            writes.push(Write::create(&NOTE, format!("M{no}"), note("1")));
        }
        journal.commit(draft(no, writes))?;
    }
    for limit in [1, 2, 7, 40, 1_000, usize::MAX] {
        let everything = read(journal, &[], limit)?;
        same(
            "all",
            &everything.iter().map(|(position, _)| *position).collect::<Vec<_>>(),
            &(1..=40).collect(),
        )?;
        same("versions", &everything.iter().map(|(_, versions)| versions).sum::<usize>(), &54)?;
        let wanted: Vec<_> = vehicles.iter().map(|position| (*position, 1)).collect();
        same("one kind", &read(journal, &[VEHICLE.id], limit)?, &wanted)?;
        let either = read(journal, &[VEHICLE.id, NOTE.id], limit)?;
        same("two kinds", &(either.len(), either.iter().map(|(_, versions)| versions).sum()), &(27, 54))?;
        same("an unknown kind", &read(journal, &["test/none"], limit)?, &vec![])?;
    }
    same(
        "next of any kind read",
        &journal.next_change(Position(1), &[VEHICLE.id, NOTE.id])?,
        &Some(Position(3)),
    )?;
    same("next of one kind", &journal.next_change(Position(1), &[VEHICLE.id])?, &Some(Position(4)))?;
    same("none behind the end", &journal.next_change(Position(40), &[VEHICLE.id, NOTE.id])?, &None)?;
    same("next of an unknown kind", &journal.next_change(Position(0), &["test/none"])?, &None)?;
    touched(journal)?;
    same("no limit", &journal.feed(Position(0), &[], 0)?.len(), &0)?;
    same("behind the end", &journal.feed(Position(u64::MAX), &[], 9)?.len(), &0)?;
    same("behind the end, one kind", &journal.feed(Position(u64::MAX), &[NOTE.id], 9)?.len(), &0)
}

fn touched(journal: &dyn Journal) -> Outcome {
    let between = |after, until| -> Result<Vec<String>, register::Fault> {
        let touched = journal.touched(Position(after), Position(until))?;
        Ok(touched.iter().map(|one| format!("{} {} {}", one.position.0, one.kind, one.key)).collect())
    };
    let (note, vehicle) = (NOTE.id, VEHICLE.id);
    let wanted = [(7, vehicle, "V6"), (7, note, "N6"), (7, note, "M6"), (9, note, "N8"), (9, note, "M8")];
    let wanted: Vec<_> =
        wanted.iter().map(|(position, kind, key)| format!("{position} {kind} {key}")).collect();
    same("touched, as they were written", &between(6, 9)?, &wanted)?;
    same("touched by all", &between(0, u64::MAX)?.len(), &54)?;
    same("touched behind the end", &between(40, 50)?.len(), &0)?;
    same("touched in nothing", &between(9, 9)?.len(), &0)
}

fn read(journal: &dyn Journal, kinds: &[&str], limit: usize) -> Result<Vec<(u64, usize)>, register::Fault> {
    let (mut seen, mut after) = (Vec::new(), Position(0));
    loop {
        let page = journal.feed(after, kinds, limit)?;
        let Some(last) = page.last() else { return Ok(seen) };
        after = last.position;
        seen.extend(page.iter().map(|entry| (entry.position.0, entry.versions.len())));
    }
}

fn content(journal: &dyn Journal) -> Outcome {
    let day = domain::Date::constant(2026, 3, 28);
    let mut sent = draft(
        5,
        vec![Write::create(&NOTE, "B", note("1")), Write::create(&NOTE, "A", note("2")).effective(day)],
    );
    sent.reason = "転入".to_owned();
    sent.cause = Cause::Delivery { link: "L1".to_owned(), no: 7 };
    sent.effective_on = Some(domain::Date::constant(2026, 3, 30));
    let committed = journal.commit(sent.clone())?;
    let page = journal.feed(Position(0), &[], 9)?;
    let [entry] = page.as_slice() else { return super::fail("not one entry") };
    same("place", &(entry.position, entry.at), &(committed.position, at(5)))?;
    same(
        "by",
        &(&entry.system, &entry.function, &entry.actor),
        &(&sent.system, &sent.function, &sent.actor),
    )?;
    same("why", &(&entry.reason, &entry.cause), &(&sent.reason, &sent.cause))?;
    let found: Vec<_> = entry
        .versions
        .iter()
        .map(|stored| {
            (stored.key.as_str(), stored.effective_on.to_string(), stored.position, stored.recorded_at)
        })
        .collect();
    let wanted = vec![
        ("B", "2026-03-30".to_owned(), Position(1), at(5)),
        ("A", "2026-03-28".to_owned(), Position(1), at(5)),
    ];
    same("versions in the order of the draft", &found, &wanted)
}

fn wait(journal: &dyn Journal) -> Outcome {
    same("time is up", &journal.wait(Position(0), Duration::from_millis(1)), &Position(0))?;
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| journal.wait(Position(0), Duration::from_secs(60)));
        journal.commit(draft(0, vec![]))?;
        match waiting.join() {
            Ok(position) => same("woken", &position, &Position(1)),
            Err(_) => super::fail("the waiting thread panicked"),
        }
    })?;
    same("already there", &journal.wait(Position(0), Duration::from_secs(60)), &Position(1))
}
