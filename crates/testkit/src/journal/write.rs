//! What a commit accepts and refuses.

use register::{Actor, AsOf, CommitError, CursorMove, Journal, Kind, LeaseGuard, Position, Write};

use super::{Case, NOTE, Outcome, PERSON, VEHICLE, at, body, draft, fail, note, same, sound, vehicle, word};

pub(super) const CASES: &[Case] = &[
    Case { name: "a record is opened, replaced, closed and opened again", run: life },
    Case { name: "a conflict names the record, the versions and the holder", run: conflict },
    Case { name: "a refused draft leaves nothing", run: all_or_nothing },
    Case { name: "one refused draft of many leaves nothing", run: commit_all },
    Case { name: "a unique value is held by one open record", run: unique },
    Case { name: "a kind the journal does not know is a fault", run: unknown_kind },
    Case { name: "time does not go back", run: time },
    Case { name: "a cursor moves once", run: cursors },
    Case { name: "a lease is taken over only when it ended, with a larger token", run: leases },
];

fn life(journal: &dyn Journal) -> Outcome {
    let steps = [
        (Write::create(&NOTE, "N", note("1")), "ok"),
        (Write::create(&NOTE, "N", note("1")), "conflict"),
        (Write::replace(&NOTE, "N", 2, note("2")), "conflict"),
        (Write::replace(&NOTE, "N", 1, note("2")), "ok"),
        (Write::close(&NOTE, "N", 1), "conflict"),
        (Write::close(&NOTE, "N", 2), "ok"),
        (Write::close(&NOTE, "N", 3), "conflict"),
        (Write::replace(&NOTE, "N", 3, note("x")), "conflict"),
        (Write::create(&NOTE, "N", note("4")), "ok"),
        (Write::close(&NOTE, "none", 1), "conflict"),
        (Write::replace(&NOTE, "none", 0, note("x")), "conflict"),
    ];
    for (no, (write, wanted)) in (0..).zip(steps) {
        same(&format!("step {no}"), &word(&journal.commit(draft(no, vec![write]))), &wanted)?;
    }
    let view = journal.view(AsOf::default())?;
    let found: Vec<_> = view
        .history(&NOTE, "N")?
        .into_iter()
        .map(|stored| (stored.version, stored.closed, stored.body.as_str().to_owned(), stored.position.0))
        .collect();
    let text = |no: u32| format!(r#"{{"text":"{no}"}}"#);
    // The closing version carries the last body.
    let wanted =
        vec![(1, false, text(1), 1), (2, false, text(2), 2), (3, true, text(2), 3), (4, false, text(4), 4)];
    same("history", &found, &wanted)?;
    same("open", &view.get(&NOTE, "N")?.map(|stored| stored.version), &Some(4))?;
    sound(journal)
}

fn conflict(journal: &dyn Journal) -> Outcome {
    let mut first = draft(0, vec![Write::create(&NOTE, "N", note("1"))]);
    first.actor = Actor::Program("load".to_owned());
    first.function = "first".to_owned();
    journal.commit(first)?;
    let Err(CommitError::Conflict(found)) =
        journal.commit(draft(1, vec![Write::create(&NOTE, "N", note("2"))]))
    else {
        return fail("accepted");
    };
    same("record", &(found.kind.as_str(), found.key.as_str()), &(NOTE.id, "N"))?;
    same("versions", &(found.expected, found.found), &(None, Some(1)))?;
    let held_by = Some((Actor::Program("load".to_owned()), "first".to_owned(), at(0)));
    same("holder", &found.held_by, &held_by)?;
    let Err(CommitError::Conflict(found)) = journal.commit(draft(1, vec![Write::close(&NOTE, "M", 3)]))
    else {
        return fail("accepted");
    };
    same("versions", &(found.expected, found.found), &(Some(3), None))?;
    same("holder", &found.held_by, &None)
}

fn all_or_nothing(journal: &dyn Journal) -> Outcome {
    journal.commit(draft(0, vec![Write::create(&NOTE, "A", note("1"))]))?;
    let mut refused = draft(
        1,
        vec![
            Write::create(&NOTE, "B", note("1")),
            Write::close(&NOTE, "A", 1),
            Write::create(&NOTE, "B", note("2")),
        ],
    );
    refused.cursors.push(CursorMove { name: "reader".to_owned(), from: Position(0), to: Position(1) });
    same("outcome", &word(&journal.commit(refused)), &"conflict")?;
    same("head", &journal.head()?, &Position(1))?;
    same("cursor", &journal.cursor("reader")?, &Position(0))?;
    let view = journal.view(AsOf::default())?;
    same("records", &super::keys(view.as_ref(), &NOTE, None)?, &vec![("A".to_owned(), 1)])?;
    same("feed", &journal.feed(Position(0), &[], 10)?.len(), &1)?;
    drop(view);
    // The place of a refused change is not lost.
    same("next", &journal.commit(draft(2, vec![]))?.position, &Position(2))?;
    sound(journal)
}

fn commit_all(journal: &dyn Journal) -> Outcome {
    let create = |key: &str| draft(0, vec![Write::create(&NOTE, key, note(key))]);
    let refused = journal.commit_all(vec![create("A"), create("B"), create("A")]);
    same("outcome", &word(&refused), &"conflict")?;
    same("head", &journal.head()?, &Position(0))?;
    same("records", &journal.view(AsOf::default())?.count(&NOTE)?, &0)?;
    let accepted = journal.commit_all(vec![create("A"), create("B")])?;
    let places: Vec<_> = accepted.iter().map(|committed| committed.position.0).collect();
    same("places", &places, &vec![1, 2])?;
    sound(journal)
}

fn unique(journal: &dyn Journal) -> Outcome {
    let create = |key: &str, plate: &str| Write::create(&VEHICLE, key, vehicle(plate, "P"));
    let person =
        |key: &str, number: &str| Write::create(&PERSON, key, body(&serde_json::json!({ "number": number })));
    let none = || Write::create(&VEHICLE, "none", body(&serde_json::json!({ "plate": null })));
    let also_none = || Write::create(&VEHICLE, "also-none", body(&serde_json::json!({})));
    let steps = [
        (vec![create("A", "1")], "ok"),
        (vec![create("B", "1")], "not-unique"),
        (vec![create("B", "2")], "ok"),
        (vec![Write::replace(&VEHICLE, "B", 1, vehicle("1", "P"))], "not-unique"),
        (vec![Write::close(&VEHICLE, "A", 1), create("C", "1")], "ok"),
        (vec![create("A", "1")], "not-unique"),
        (vec![none(), also_none()], "ok"),
        (vec![person("P", "123456789018")], "ok"),
        (vec![person("Q", "123456789018")], "not-unique"),
    ];
    for (no, (writes, wanted)) in (0..).zip(steps) {
        same(&format!("step {no}"), &word(&journal.commit(draft(no, writes))), &wanted)?;
    }
    match journal.commit(draft(9, vec![create("D", "1")])) {
        Err(CommitError::NotUnique { kind, column, key, holder }) => {
            let found = [kind.as_str(), column.as_str(), key.as_str(), holder.as_str()];
            same("refusal", &found, &[VEHICLE.id, "plate", "D", "C"])?;
        }
        other => return fail(word(&other)),
    }
    sound(journal)
}

fn unknown_kind(journal: &dyn Journal) -> Outcome {
    static STRANGER: Kind = Kind::new("test/stranger", "他");
    same(
        "write",
        &word(&journal.commit(draft(0, vec![Write::create(&STRANGER, "S", note("1"))]))),
        &"fault",
    )?;
    let view = journal.view(AsOf::default())?;
    same("get", &view.get(&STRANGER, "S").is_err(), &true)?;
    same("column", &view.find(&VEHICLE, "colour", "red").is_err(), &true)
}

fn time(journal: &dyn Journal) -> Outcome {
    same("first", &journal.commit(draft(100, vec![]))?.at, &at(100))?;
    same("earlier", &journal.commit(draft(50, vec![]))?.at, &at(100))?;
    same("later", &journal.commit(draft(101, vec![]))?.at, &at(101))?;
    // 2026-04-01 23:59:59 and one second later, in Japan.
    let (evening, night) = (15 * 3_600 - 1, 15 * 3_600);
    journal.commit(draft(evening, vec![]))?;
    journal.commit(draft(night, vec![]))?;
    let days: Vec<_> =
        journal.feed(Position(3), &[], 10)?.iter().map(|entry| entry.effective_on.to_string()).collect();
    same("days", &days, &vec!["2026-04-01".to_owned(), "2026-04-02".to_owned()])
}

fn cursors(journal: &dyn Journal) -> Outcome {
    let step = |from: u64, to: u64| {
        let mut draft = draft(0, vec![]);
        draft.cursors.push(CursorMove { name: "link/1".to_owned(), from: Position(from), to: Position(to) });
        draft
    };
    same("fresh", &journal.cursor("link/1")?, &Position(0))?;
    for (from, to, wanted) in [(0, 1, "ok"), (0, 1, "cursor-moved"), (1, 2, "ok"), (3, 4, "cursor-moved")] {
        same(&format!("{from} to {to}"), &word(&journal.commit(step(from, to))), &wanted)?;
    }
    let Err(CommitError::CursorMoved { name, expected, found }) = journal.commit(step(0, 9)) else {
        return fail("accepted");
    };
    same("refusal", &(name.as_str(), expected, found), &("link/1", Position(0), Position(2)))?;
    same("cursor", &journal.cursor("link/1")?, &Position(2))
}

fn leases(journal: &dyn Journal) -> Outcome {
    // Holder, now, until, token.
    let steps = [
        ("a", 0, 10, Some(1)),
        ("b", 5, 15, None),
        ("a", 9, 20, Some(1)),
        ("b", 19, 30, None),
        ("b", 20, 30, Some(2)),
        ("a", 25, 40, None),
        ("b", 26, 26, Some(2)),
        ("a", 26, 40, Some(3)),
    ];
    let guarded = |token: u64| {
        let mut draft = draft(0, vec![]);
        draft.guard = Some(LeaseGuard { name: "work".to_owned(), token });
        draft
    };
    same("no lease", &word(&journal.commit(guarded(1))), &"lease-lost")?;
    for (holder, now, until, wanted) in steps {
        let lease = journal.lease("work", holder, at(now), at(until))?;
        let step = format!("{holder} at {now}");
        same(&step, &lease.as_ref().map(|lease| lease.token), &wanted)?;
        if let Some(lease) = lease {
            same(&step, &(lease.name.as_str(), lease.until), &("work", at(until)))?;
        }
    }
    for (token, wanted) in [(1, "lease-lost"), (2, "lease-lost"), (3, "ok"), (4, "lease-lost")] {
        same(&format!("token {token}"), &word(&journal.commit(guarded(token))), &wanted)?;
    }
    Ok(())
}
