//! Cases of keys that are replaced.

use register::{AsOf, Fault, Journal, Position, View, Write};
use serde_json::json;
use store::Trouble;

use crate::journal::{NOTE, Outcome, PERSON, body, draft, fail, note, same, sound, word};
use crate::shelf::{Case, Shelf, ring};

pub(crate) const CASES: &[Case] = &[
    ("after each rotation everything sealed before is read and found", everything_stays_readable),
    ("a ring without a key of the store, or in another order, is refused", other_rings),
    ("a kind that was away while the key was replaced catches up", a_kind_that_was_away),
];

fn person(number: &str) -> register::Body {
    body(&json!({ "number": number, "code": "98765432109", "ward": "東" }))
}

/// The keys and numbers of the records found by a number.
fn found(view: &dyn View, number: &str) -> Result<Vec<(String, String)>, Fault> {
    let found = view.find(&PERSON, "number", number)?;
    Ok(found.into_iter().map(|stored| (stored.key, stored.body.as_str().to_owned())).collect())
}

fn one(key: &str, number: &str) -> Vec<(String, String)> {
    vec![(key.to_owned(), person(number).as_str().to_owned())]
}

fn everything_stays_readable(shelf: &dyn Shelf) -> Outcome {
    let kinds = [&PERSON, &NOTE];
    let open =
        |digits: &str| -> Result<Box<dyn Journal>, Fault> { shelf.open("rotation", &kinds, &ring(digits)?) };
    let journal = open("5")?;
    let create = |key: &str, number: &str| Write::create(&PERSON, key, person(number));
    let both =
        vec![create("A", "1"), create("B", "2"), create("C", "3"), Write::create(&NOTE, "N", note("1"))];
    journal.commit(draft(1, both))?;
    journal.commit(draft(2, vec![Write::close(&PERSON, "C", 1)]))?;
    drop(journal);

    let journal = open("56")?;
    let taken = journal.commit(draft(3, vec![create("D", "1")]));
    same("a number sealed with the former key", &word(&taken), &"not-unique")?;
    journal.commit(draft(
        4,
        vec![Write::replace(&PERSON, "A", 1, person("4")), create("D", "1"), create("C", "5")],
    ))?;
    sound(&*journal)?;
    drop(journal);

    let journal = open("567")?;
    let view = journal.view(AsOf::default())?;
    for (key, number) in [("A", "4"), ("B", "2"), ("C", "5"), ("D", "1")] {
        same(number, &found(&*view, number)?, &one(key, number))?;
    }
    same("given up", &found(&*view, "3")?, &vec![])?;
    let history: Vec<_> = view.history(&PERSON, "A")?.iter().map(|stored| stored.body.clone()).collect();
    same("history over two keys", &history, &vec![person("1"), person("4")])?;
    drop(view);
    let then = journal.view(AsOf { position: Some(Position(1)), ..AsOf::default() })?;
    same("as of the first key", &found(&*then, "1")?, &one("A", "1"))?;
    drop(then);
    same("feed", &journal.feed(Position(0), &[PERSON.id], 9)?.len(), &3)?;
    let taken = journal.commit(draft(5, vec![create("E", "2")]));
    same("a number sealed two keys ago", &word(&taken), &"not-unique")?;
    sound(&*journal)?;
    drop(journal);
    // Opened again with nothing new, it stays as it is.
    let journal = open("567")?;
    same("found again", &found(&*journal.view(AsOf::default())?, "2")?, &one("B", "2"))?;
    sound(&*journal)
}

fn other_rings(shelf: &dyn Shelf) -> Outcome {
    let open =
        |digits: &str| -> Result<Box<dyn Journal>, Fault> { shelf.open("rings", &[&PERSON], &ring(digits)?) };
    open("5")?.commit(draft(1, vec![Write::create(&PERSON, "A", person("1"))]))?;
    let refused = |digits: &str, known: &str| -> Outcome {
        let Err(fault) = open(digits) else { return fail(format!("{digits} opens what {known} sealed")) };
        let (given, known) = (ring(digits)?.ids()?.join(" "), ring(known)?.ids()?.join(" "));
        same(digits, &Trouble::of(&fault), &Some(&Trouble::WrongKey { given, known }))
    };
    for digits in ["6", "67"] {
        refused(digits, "5")?;
    }
    sound(&*open("56")?)?;
    for digits in ["5", "6", "65", "67", "57"] {
        refused(digits, "56")?;
    }
    // A key that never sealed may stand in front.
    sound(&*open("756")?)?;
    let journal = open("568")?;
    same("found", &found(&*journal.view(AsOf::default())?, "1")?, &one("A", "1"))
}

fn a_kind_that_was_away(shelf: &dyn Shelf) -> Outcome {
    let journal = shelf.open("away", &[&PERSON, &NOTE], &ring("5")?)?;
    journal.commit(draft(1, vec![Write::create(&PERSON, "A", person("1"))]))?;
    drop(journal);
    let journal = shelf.open("away", &[&NOTE], &ring("56")?)?;
    journal.commit(draft(2, vec![Write::create(&NOTE, "N", note("1"))]))?;
    drop(journal);
    let journal = shelf.open("away", &[&PERSON, &NOTE], &ring("56")?)?;
    same("found", &found(&*journal.view(AsOf::default())?, "1")?, &one("A", "1"))?;
    let taken = journal.commit(draft(3, vec![Write::create(&PERSON, "B", person("1"))]));
    same("unique", &word(&taken), &"not-unique")?;
    sound(&*journal)
}
