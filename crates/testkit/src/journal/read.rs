//! What a view shows.

use std::ops::ControlFlow;

use register::{AsOf, Fault, Journal, Kind, Position, Stored, View, Write};
use serde_json::Value;

use super::{Case, NOTE, Outcome, PERSON, VEHICLE, at, body, draft, keys, note, same, sound, vehicle};

pub(super) const CASES: &[Case] = &[
    Case { name: "records are found by declared columns", run: find },
    Case { name: "a sealed field is found by its value and read in clear", run: sealed },
    Case { name: "a sealed scan gives the same records, but for their sealed fields", run: sealed_scan },
    Case { name: "a view does not show what is committed later", run: isolation },
    Case { name: "a scan goes on behind a key and stops when told", run: scan },
    Case { name: "whoever is given a row may read others", run: within_a_scan },
    Case { name: "a reading is as of both axes", run: as_of },
];

fn found(journal: &dyn Journal, as_of: AsOf, column: &str, value: &str) -> Result<Vec<String>, Fault> {
    let found = journal.view(as_of)?.find(&VEHICLE, column, value)?;
    Ok(found.into_iter().map(|stored| stored.key).collect())
}

fn find(journal: &dyn Journal) -> Outcome {
    let create = |key: &str, plate: &str, owner: &str| Write::create(&VEHICLE, key, vehicle(plate, owner));
    journal.commit(draft(
        0,
        vec![create("C", "3", "葛󠄀城"), create("A", "1", "葛󠄀城"), create("B", "2", "葛城")],
    ))?;
    journal.commit(draft(1, vec![Write::close(&VEHICLE, "C", 1)]))?;
    journal.commit(draft(2, vec![Write::replace(&VEHICLE, "B", 1, vehicle("2", "葛󠄀城"))]))?;
    let then = AsOf { position: Some(Position(1)), ..AsOf::default() };
    for (as_of, column, value, wanted) in [
        (AsOf::default(), "owner", "葛󠄀城", vec!["A", "B"]),
        (AsOf::default(), "owner", "葛城", vec![]),
        (AsOf::default(), "plate", "3", vec![]),
        (AsOf::default(), "plate", "1", vec!["A"]),
        (then, "owner", "葛󠄀城", vec!["A", "C"]),
        (then, "owner", "葛城", vec!["B"]),
        (then, "plate", "3", vec!["C"]),
    ] {
        let wanted: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
        same(&format!("{column} {value} {as_of:?}"), &found(journal, as_of, column, value)?, &wanted)?;
    }
    same("count", &journal.view(AsOf::default())?.count(&VEHICLE)?, &2)?;
    same("count then", &journal.view(then)?.count(&VEHICLE)?, &3)
}

fn sealed(journal: &dyn Journal) -> Outcome {
    let content =
        body(&serde_json::json!({ "number": "123456789018", "code": 12, "name": "辻󠄀", "ward": "東" }));
    journal.commit(draft(0, vec![Write::create(&PERSON, "P", content.clone())]))?;
    let moved =
        body(&serde_json::json!({ "number": "123456789018", "code": null, "name": "辻󠄀", "ward": "西" }));
    journal.commit(draft(1, vec![Write::replace(&PERSON, "P", 1, moved.clone())]))?;
    let view = journal.view(AsOf::default())?;
    let by_number = |number: &str| view.find(&PERSON, "number", number);
    same(
        "found",
        &by_number("123456789018")?.first().map(|stored| stored.body.clone()),
        &Some(moved.clone()),
    )?;
    same("not found", &by_number("123456789019")?.len(), &0)?;
    same(
        "history",
        &view.history(&PERSON, "P")?.first().map(|stored| stored.body.clone()),
        &Some(content.clone()),
    )?;
    let fed = journal.feed(Position(0), &[], 1)?;
    let first = fed.first().and_then(|entry| entry.versions.first());
    same("feed", &first.map(|stored| stored.body.clone()), &Some(content.clone()))?;
    let then = journal.view(AsOf { position: Some(Position(1)), ..AsOf::default() })?;
    let then = then.find(&PERSON, "number", "123456789018")?;
    same("found then", &then.first().map(|stored| stored.body.clone()), &Some(content))?;
    journal.commit(draft(2, vec![Write::close(&PERSON, "P", 2)]))?;
    let closing = journal.view(AsOf::default())?.history(&PERSON, "P")?;
    same("closing version", &closing.last().map(|stored| stored.body.clone()), &Some(moved))?;
    sound(journal)
}

/// What a scan and a sealed scan give of each record but for its sealed fields, and the texts of both.
fn scanned(
    view: &dyn View,
    kind: &Kind,
    after: Option<&str>,
    sealed: bool,
) -> Result<Vec<(String, u32, String, Value)>, Fault> {
    let mut all = Vec::new();
    let mut each = |stored: &Stored| {
        let mut rest = stored.body.value()?;
        for field in kind.sealed {
            rest.as_object_mut().and_then(|fields| fields.remove(*field));
        }
        all.push((stored.key.clone(), stored.version, stored.body.as_str().to_owned(), rest));
        Ok(ControlFlow::Continue(()))
    };
    if sealed {
        view.scan_sealed(kind, after, &mut each)?
    } else {
        view.scan(kind, after, &mut each)?
    }
    Ok(all)
}

fn sealed_scan(journal: &dyn Journal) -> Outcome {
    let person = |number: &str, ward: &str| {
        body(
            &serde_json::json!({ "number": number, "code": 73, "name": "辻󠄀", "ward": ward, "years": [1, 2] }),
        )
    };
    let create = |key: &str, number: &str| Write::create(&PERSON, key, person(number, "東"));
    journal.commit(draft(
        0,
        vec![create("A", "123456789018"), create("B", "983205673214"), create("C", "555555555555")],
    ))?;
    let moved = Write::replace(&PERSON, "A", 1, person("123456789018", "西"));
    journal.commit(draft(1, vec![moved, Write::close(&PERSON, "C", 1)]))?;
    journal.commit(draft(2, vec![Write::create(&NOTE, "N", note("1"))]))?;
    let then = AsOf { position: Some(Position(1)), ..AsOf::default() };
    for (as_of, count) in [(AsOf::default(), 2), (then, 3)] {
        let view = journal.view(as_of)?;
        for (after, behind) in [(None, 0), (Some("A"), 1)] {
            let opened = scanned(view.as_ref(), &PERSON, after, false)?;
            let left = scanned(view.as_ref(), &PERSON, after, true)?;
            same("how many", &left.len(), &(count - behind))?;
            for ((key, version, clear, rest), (of, at, text, others)) in opened.iter().zip(&left) {
                same("record", &(of, at, others), &(key, version, rest))?;
                let number = clear.split('"').skip_while(|part| *part != "number").nth(2).unwrap_or_default();
                same("in clear", &(text.contains(number), text.contains("\"code\":73")), &(false, false))?;
            }
        }
        same("stopped", &first_key(view.as_ref())?, &Some("A".to_owned()))?;
        let error = view.scan_sealed(&PERSON, None, &mut |_| Err(Fault::because("enough")));
        same("error", &error.map_err(|error| error.to_string()), &Err("enough".to_owned()))?;
    }
    // A kind without sealed fields gives what it always gives.
    let view = journal.view(AsOf::default())?;
    same("notes", &scanned(view.as_ref(), &NOTE, None, true)?, &scanned(view.as_ref(), &NOTE, None, false)?)
}

/// The last key a sealed scan gives that stops at the first.
fn first_key(view: &dyn View) -> Result<Option<String>, Fault> {
    let mut last = None;
    view.scan_sealed(&PERSON, None, &mut |stored| {
        last = Some(stored.key.clone());
        Ok(ControlFlow::Break(()))
    })?;
    Ok(last)
}

fn isolation(journal: &dyn Journal) -> Outcome {
    let create = |key: String| draft(0, vec![Write::create(&NOTE, key, note("1"))]);
    journal.commit_all((0..50).map(|no| create(format!("{no:03}"))).collect())?;
    let view = journal.view(AsOf::default())?;
    let mut seen = 0_u32;
    view.scan(&NOTE, None, &mut |stored| {
        seen = seen.saturating_add(1);
        if seen == 10 {
            let writes = vec![Write::close(&NOTE, "040", 1), Write::replace(&NOTE, "045", 1, note("2"))];
            journal.commit(draft(1, writes)).map_err(|error| Fault::new("commit", error))?;
            journal.commit(create("060".to_owned())).map_err(|error| Fault::new("commit", error))?;
        }
        if stored.version == 1 { Ok(ControlFlow::Continue(())) } else { Err(Fault::because("later")) }
    })?;
    same("seen", &seen, &50)?;
    same("position", &view.position(), &Position(50))?;
    same("count", &view.count(&NOTE)?, &50)?;
    same("closed later", &view.get(&NOTE, "040")?.is_some(), &true)?;
    same("history", &view.history(&NOTE, "045")?.len(), &1)?;
    drop(view);
    let view = journal.view(AsOf::default())?;
    same("now", &(view.position(), view.count(&NOTE)?), &(Position(52), 50))
}

fn scan(journal: &dyn Journal) -> Outcome {
    let create = |key: &str| Write::create(&NOTE, key, note(key));
    journal.commit(draft(0, ["b", "", "a", "葛", "c"].map(create).into()))?;
    journal.commit(draft(1, vec![Write::close(&NOTE, "b", 1)]))?;
    let list = |wanted: &[&str]| wanted.iter().map(|key| ((*key).to_owned(), 1)).collect::<Vec<_>>();
    for as_of in
        [AsOf::default(), AsOf { effective_on: Some(domain::Date::constant(2027, 1, 1)), ..AsOf::default() }]
    {
        let view = journal.view(as_of)?;
        same("all", &keys(view.as_ref(), &NOTE, None)?, &list(&["", "a", "c", "葛"]))?;
        same("behind", &keys(view.as_ref(), &NOTE, Some("a"))?, &list(&["c", "葛"]))?;
        same("behind the last", &keys(view.as_ref(), &NOTE, Some("葛"))?, &list(&[]))?;
        let mut seen = Vec::new();
        view.scan(&NOTE, None, &mut |stored| {
            seen.push(stored.key.clone());
            Ok(if seen.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        same("stopped", &seen, &vec![String::new(), "a".to_owned()])?;
        let error = view.scan(&NOTE, None, &mut |_| Err(Fault::because("enough")));
        same("error", &error.map_err(|error| error.to_string()), &Err("enough".to_owned()))?;
    }
    Ok(())
}

/// Enough rows, and large enough, that a store which reads ahead has more on the way than a connection holds.
fn within_a_scan(journal: &dyn Journal) -> Outcome {
    const ROWS: usize = 2_500;
    let text = "台帳".repeat(150);
    let create = |no: usize| Write::create(&NOTE, format!("{no:05}"), note(&format!("{no} {text}")));
    journal.commit_all((0..ROWS).map(|no| draft(0, vec![create(no)])).collect())?;
    let later = AsOf { effective_on: Some(domain::Date::constant(2030, 1, 1)), ..AsOf::default() };
    for as_of in [AsOf::default(), later] {
        let view = journal.view(as_of)?;
        let (mut seen, mut inner) = (0_usize, 0_usize);
        view.scan(&NOTE, None, &mut |stored| {
            if seen.is_multiple_of(97) {
                let found = view.get(&NOTE, &stored.key)?.map(|found| found.body);
                let before = view.history(&NOTE, &stored.key)?.len();
                if found.as_ref() != Some(&stored.body) || before != 1 {
                    return Err(Fault::because(format!("{} reads otherwise", stored.key)));
                }
            }
            if seen == 300 {
                view.scan(&NOTE, None, &mut |other| {
                    inner += usize::from(view.get(&NOTE, &other.key)?.is_some());
                    Ok(ControlFlow::Continue(()))
                })?;
            }
            seen += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        same("rows", &(seen, inner), &(ROWS, ROWS))?;
    }
    Ok(())
}

/// A record that was opened, then moved as of a day before, then corrected, then closed.
fn as_of(journal: &dyn Journal) -> Outcome {
    let day = |month: i8, day: i8| domain::Date::constant(2026, month, day);
    let steps = [
        (100, Write::create(&NOTE, "N", note("1")).effective(day(4, 1))),
        (200, Write::replace(&NOTE, "N", 1, note("2")).effective(day(5, 1))),
        (200, Write::replace(&NOTE, "N", 2, note("3")).effective(day(4, 10))),
        (300, Write::close(&NOTE, "N", 3).effective(day(6, 1))),
    ];
    for (seconds, write) in steps {
        journal.commit(draft(seconds, vec![write]))?;
    }
    let (now, none) = (AsOf::default(), None);
    let known = |position: u64| AsOf { position: Some(Position(position)), ..now };
    let at_time = |seconds: i64| AsOf { recorded_at: Some(at(seconds)), ..now };
    let on = |as_of: AsOf, day| AsOf { effective_on: Some(day), ..as_of };
    let table = [
        ("now", now, none, 4),
        ("before everything", known(0), none, 0),
        ("first", known(1), Some(1), 1),
        ("second", known(2), Some(2), 2),
        ("third", known(3), Some(3), 3),
        ("beyond the head", known(99), none, 4),
        ("just before the first", at_time(99), none, 0),
        ("at the first", at_time(100), Some(1), 1),
        ("between", at_time(199), Some(1), 1),
        ("at two changes of one time", at_time(200), Some(3), 3),
        ("after all", at_time(300), none, 4),
        ("the day before it began", on(now, day(3, 31)), none, 4),
        ("the day it began", on(now, day(4, 1)), Some(1), 4),
        ("the corrected day", on(now, day(4, 10)), Some(3), 4),
        ("the newest version wins over a later day", on(now, day(5, 1)), Some(3), 4),
        ("the last open day", on(now, day(5, 31)), Some(3), 4),
        ("the closing day", on(now, day(6, 1)), none, 4),
        ("known at the second, on the corrected day", on(known(2), day(4, 10)), Some(1), 2),
        ("known at the second, on its day", on(known(2), day(5, 1)), Some(2), 2),
        ("known at a time, on a day", on(at_time(150), day(5, 1)), Some(1), 1),
        ("the narrower of position and time", AsOf { recorded_at: Some(at(100)), ..known(3) }, Some(1), 1),
    ];
    for (name, as_of, version, position) in table {
        let view = journal.view(as_of)?;
        same(name, &view.get(&NOTE, "N")?.map(|stored| stored.version), &version)?;
        same(name, &view.position(), &Position(position))?;
        let listed: Vec<_> =
            keys(view.as_ref(), &NOTE, None)?.into_iter().map(|(_, version)| version).collect();
        same(name, &listed, &version.into_iter().collect())?;
        same(name, &view.count(&NOTE)?, &u64::from(version.is_some()))?;
    }
    let past = journal.view(known(2))?.history(&NOTE, "N")?;
    same("history as it was known", &past.len(), &2)?;
    sound(journal)
}
