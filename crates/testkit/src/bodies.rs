//! Cases of bodies whose shape changed: one store, opened by older and newer programs.

use register::{AsOf, Fault, Journal, Kind, Position, Stored, UpcastError, View, Write};
use serde_json::{Value, json};
use store::Trouble;

use crate::journal::{Outcome, body, draft, fail, same, sound, word};
use crate::shelf::{Case, Shelf, ring};

pub(crate) const CASES: &[Case] = &[
    ("bodies of every version are read in the newest shape by every reading", every_reading),
    ("a sealed scan gives bodies of every version in the newest shape", sealed_scan),
    ("columns follow the newest shape", columns_follow),
    ("unique values may change hands in a new shape", values_change_hands),
    ("a body without a newer form is named", what_has_no_newer_form),
    ("bodies newer than the program are refused", newer_bodies),
    ("a field of the store's name is refused", the_mark_is_the_stores),
];

/// Version 1: a plate in one text, a sealed number.
static CAR_1: Kind =
    Kind::new("test/car", "車").columns(&[register::Column::unique("plate", "標識")]).sealed(&["number"]);

/// Version 2: the office of the plate apart.
static CAR_2: Kind = Kind::new("test/car", "車")
    .columns(&[register::Column::unique("plate", "標識"), register::Column::plain("office", "運輸支局")])
    .sealed(&["number"])
    .upcasters(&[split_plate]);

/// Version 3: the number is called frame. It was sealed under its old name too.
static CAR_3: Kind = Kind::new("test/car", "車")
    .columns(&[register::Column::unique("frame", "車台番号"), register::Column::plain("office", "運輸支局")])
    .sealed(&["number", "frame"])
    .upcasters(&[split_plate, rename_number]);

fn split_plate(body: Value) -> Result<Value, UpcastError> {
    let Value::Object(mut fields) = body else { return Err(UpcastError("no object")) };
    let plate = fields.get("plate").and_then(Value::as_str).unwrap_or_default();
    let (office, plate) = plate.split_once(' ').ok_or(UpcastError("the plate has no office"))?;
    let (office, plate) = (json!(office), json!(plate));
    fields.insert("office".to_owned(), office);
    fields.insert("plate".to_owned(), plate);
    Ok(Value::Object(fields))
}

fn rename_number(body: Value) -> Result<Value, UpcastError> {
    let Value::Object(mut fields) = body else { return Err(UpcastError("no object")) };
    let number = fields.remove("number").ok_or(UpcastError("no number"))?;
    fields.insert("frame".to_owned(), number);
    Ok(Value::Object(fields))
}

fn first(plate: &str, number: &str) -> Value {
    json!({ "plate": plate, "number": number })
}

fn second(office: &str, plate: &str, number: &str) -> Value {
    json!({ "office": office, "plate": plate, "number": number })
}

fn third(office: &str, plate: &str, frame: &str) -> Value {
    json!({ "office": office, "plate": plate, "frame": frame })
}

fn bodies<'a>(stored: impl IntoIterator<Item = &'a Stored>) -> Vec<String> {
    stored.into_iter().map(|stored| stored.body.as_str().to_owned()).collect()
}

fn wanted(values: &[Value]) -> Vec<String> {
    values.iter().map(|value| body(value).as_str().to_owned()).collect()
}

fn scanned(view: &dyn View, kind: &Kind) -> Result<Vec<String>, Fault> {
    let mut all = Vec::new();
    view.scan(kind, None, &mut |stored| {
        all.push(stored.body.as_str().to_owned());
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    Ok(all)
}

/// A journal written by three programs: A replaced by each, B only by the first, C closed by the third.
fn written_by_three(
    shelf: &dyn Shelf,
    name: &str,
) -> Result<Box<dyn Journal>, Box<dyn std::error::Error + Send + Sync>> {
    let journal = shelf.open(name, &[&CAR_1], &ring("5")?)?;
    journal.commit(draft(
        1,
        vec![
            Write::create(&CAR_1, "A", body(&first("鳥取 1", "11"))),
            Write::create(&CAR_1, "B", body(&first("島根 2", "22"))),
            Write::create(&CAR_1, "C", body(&first("鳥取 3", "33"))),
        ],
    ))?;
    drop(journal);
    let journal = shelf.open(name, &[&CAR_2], &ring("5")?)?;
    journal.commit(draft(2, vec![Write::replace(&CAR_2, "A", 1, body(&second("広島", "4", "11")))]))?;
    drop(journal);
    let journal = shelf.open(name, &[&CAR_3], &ring("5")?)?;
    let replaced = Write::replace(&CAR_3, "A", 2, body(&third("山口", "5", "11")));
    journal.commit(draft(3, vec![replaced, Write::close(&CAR_3, "C", 1)]))?;
    Ok(journal)
}

fn every_reading(shelf: &dyn Shelf) -> Outcome {
    let journal = written_by_three(shelf, "every reading")?;
    let [a1, a2, a3] = [third("鳥取", "1", "11"), third("広島", "4", "11"), third("山口", "5", "11")];
    let [b, c] = [third("島根", "2", "22"), third("鳥取", "3", "33")];

    let view = journal.view(AsOf::default())?;
    same("get", &bodies(&view.get(&CAR_3, "B")?), &wanted(std::slice::from_ref(&b)))?;
    same("scan", &scanned(&*view, &CAR_3)?, &wanted(&[a3.clone(), b.clone()]))?;
    same("history", &bodies(&view.history(&CAR_3, "A")?), &wanted(&[a1.clone(), a2.clone(), a3.clone()]))?;
    same(
        "the closing version of an old body",
        &bodies(&view.history(&CAR_3, "C")?),
        &wanted(&[c.clone(), c.clone()]),
    )?;
    same(
        "found by an old name's value",
        &bodies(&view.find(&CAR_3, "frame", "22")?),
        &wanted(std::slice::from_ref(&b)),
    )?;
    same(
        "found by what the old body did not have",
        &bodies(&view.find(&CAR_3, "office", "島根")?),
        &wanted(std::slice::from_ref(&b)),
    )?;
    same("not found where it is no more", &view.find(&CAR_3, "office", "鳥取")?.len(), &0)?;
    drop(view);

    let then = journal.view(AsOf { position: Some(Position(1)), ..AsOf::default() })?;
    same("scan as of the first", &scanned(&*then, &CAR_3)?, &wanted(&[a1.clone(), b.clone(), c.clone()]))?;
    same("get as of the first", &bodies(&then.get(&CAR_3, "A")?), &wanted(std::slice::from_ref(&a1)))?;
    same(
        "find as of the first",
        &bodies(&then.find(&CAR_3, "office", "鳥取")?),
        &wanted(&[a1.clone(), c.clone()]),
    )?;
    drop(then);

    let fed: Vec<String> =
        journal.feed(Position(0), &[], 9)?.iter().flat_map(|entry| bodies(&entry.versions)).collect();
    same("feed", &fed, &wanted(&[a1, b, c.clone(), a2, a3, c]))?;
    sound(&*journal)
}

fn sealed_scan(shelf: &dyn Shelf) -> Outcome {
    let journal = written_by_three(shelf, "sealed scan")?;
    let view = journal.view(AsOf::default())?;
    let mut seen = Vec::new();
    view.scan_sealed(&CAR_3, None, &mut |stored| {
        let mut value = stored.body.value()?;
        let frame = value.as_object_mut().and_then(|fields| fields.remove("frame"));
        seen.push((value, frame == Some(json!("11"))));
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    let wanted = [("山口", "5"), ("島根", "2")]
        .map(|(office, plate)| (json!({ "office": office, "plate": plate }), false));
    same("bodies", &seen, &wanted.to_vec())
}

fn columns_follow(shelf: &dyn Shelf) -> Outcome {
    drop(written_by_three(shelf, "columns")?);
    let journal = shelf.open("columns", &[&CAR_3], &ring("5")?)?;
    let taken = Write::create(&CAR_3, "D", body(&third("岡山", "6", "22")));
    same("a number of an old body", &word(&journal.commit(draft(4, vec![taken]))), &"not-unique")?;
    let replaced = Write::replace(&CAR_3, "B", 1, body(&third("岡山", "6", "99")));
    let free = Write::create(&CAR_3, "D", body(&third("岡山", "6", "22")));
    same("given up, then taken", &word(&journal.commit(draft(5, vec![replaced, free]))), &"ok")?;
    let again = Write::create(&CAR_3, "C", body(&third("岡山", "7", "33")));
    same("opened again behind an old body", &word(&journal.commit(draft(6, vec![again]))), &"ok")?;
    sound(&*journal)
}

fn values_change_hands(shelf: &dyn Shelf) -> Outcome {
    static NO_1: Kind = Kind::new("test/no", "番").columns(&[register::Column::unique("no", "番")]);
    static NO_2: Kind =
        Kind::new("test/no", "番").columns(&[register::Column::unique("no", "番")]).upcasters(&[|body| {
            let no = body.get("no").and_then(Value::as_str).ok_or(UpcastError("no number"))?;
            Ok(json!({ "no": no.chars().rev().collect::<String>() }))
        }]);
    let journal = shelf.open("hands", &[&NO_1], &ring("5")?)?;
    let create = |key: &str, no: &str| Write::create(&NO_1, key, body(&json!({ "no": no })));
    journal.commit(draft(1, vec![create("A", "12"), create("B", "21")]))?;
    drop(journal);
    let journal = shelf.open("hands", &[&NO_2], &ring("5")?)?;
    let view = journal.view(AsOf::default())?;
    for (no, key) in [("21", "A"), ("12", "B")] {
        let found: Vec<String> = view.find(&NO_2, "no", no)?.into_iter().map(|found| found.key).collect();
        same(no, &found, &vec![key.to_owned()])?;
    }
    drop(view);
    sound(&*journal)
}

fn what_has_no_newer_form(shelf: &dyn Shelf) -> Outcome {
    static BARE_1: Kind = Kind::new("test/bare", "素");
    static BARE_2: Kind = Kind::new("test/bare", "素").upcasters(&[split_plate]);
    static BARE_2_BY_OFFICE: Kind = Kind::new("test/bare", "素")
        .columns(&[register::Column::plain("office", "運輸支局")])
        .upcasters(&[split_plate]);
    let journal = shelf.open("no form", &[&BARE_1], &ring("5")?)?;
    let create = |key: &str, plate: &str| Write::create(&BARE_1, key, body(&json!({ "plate": plate })));
    journal.commit(draft(1, vec![create("A", "鳥取 1"), create("B", "秘密")]))?;
    drop(journal);
    let journal = shelf.open("no form", &[&BARE_2], &ring("5")?)?;
    let view = journal.view(AsOf::default())?;
    same("another record", &view.get(&BARE_2, "A")?.is_some(), &true)?;
    told("get", view.get(&BARE_2, "B").err())?;
    told("scan", scanned(&*view, &BARE_2).err())?;
    drop(view);
    told("feed", journal.feed(Position(0), &[], 9).err())?;
    drop(journal);
    // Columns cannot be computed, so nothing is opened, and the store stays as it was.
    told("open", shelf.open("no form", &[&BARE_2_BY_OFFICE], &ring("5")?).err())?;
    let problems = shelf.open("no form", &[&BARE_2], &ring("5")?)?.verify()?.problems;
    let wanted = "test/bare B: test/bare B: the body has no newer form than version 1";
    same("told by verify", &problems, &vec![wanted.to_owned()])
}

/// A fault that names kind, key and version, and not what the body held.
fn told(what: &str, fault: Option<Fault>) -> Outcome {
    let Some(fault) = fault else { return fail(format!("{what}: no fault")) };
    let text = register::in_one_line(&fault);
    let names = ["test/bare B", "version 1", "the plate has no office"];
    if names.iter().all(|name| text.contains(name)) && !text.contains("秘密") {
        Ok(())
    } else {
        fail(format!("{what}: {text}"))
    }
}

fn newer_bodies(shelf: &dyn Shelf) -> Outcome {
    drop(written_by_three(shelf, "newer")?);
    for (kind, known) in [(&CAR_1, 1), (&CAR_2, 2)] {
        let Err(fault) = shelf.open("newer", &[kind], &ring("5")?) else {
            return fail(format!("opened with version {known}"));
        };
        let wanted = Trouble::NewerBodies { kind: "test/car".to_owned(), found: 3, known };
        same("trouble", &Trouble::of(&fault), &Some(&wanted))?;
    }
    // A program that has no such records is not concerned.
    static OTHER: Kind = Kind::new("test/other", "他");
    sound(&*shelf.open("newer", &[&OTHER], &ring("5")?)?)?;
    sound(&*shelf.open("newer", &[&CAR_3], &ring("5")?)?)
}

fn the_mark_is_the_stores(shelf: &dyn Shelf) -> Outcome {
    let journal = shelf.open("mark", &[&CAR_2], &ring("5")?)?;
    let commit =
        |value: Value| word(&journal.commit(draft(1, vec![Write::create(&CAR_2, "M", body(&value))])));
    same("a mark", &commit(json!({ "#": 2, "plate": "1", "number": "1" })), &"fault")?;
    same("no object", &commit(json!("text")), &"fault")?;
    same("deeper", &commit(json!({ "plate": "1", "number": null, "more": { "#": 2 } })), &"ok")?;
    sound(&*journal)
}
