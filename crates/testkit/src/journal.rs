//! The conformance suite of [`register::Journal`].

mod axes;
mod feed;
pub mod group;
pub mod load;
mod many;
mod model;
mod read;
mod write;

use std::error::Error;

use jiff::Timestamp;
use register::{Actor, Body, Column, CommitError, Draft, Journal, Kind, View, Write};

/// Vehicles (軽自動車): a unique plate, an owner to search by.
pub static VEHICLE: Kind = Kind::new("test/vehicle", "軽自動車")
    .columns(&[Column::unique("plate", "標識番号"), Column::plain("owner", "所有者")]);

/// People (人): a sealed number, searched by and unique; a sealed code that is not searched by.
pub static PERSON: Kind = Kind::new("test/person", "人")
    .columns(&[Column::unique("number", "番号"), Column::plain("ward", "区")])
    .sealed(&["number", "code"]);

/// Notes (メモ): no columns.
pub static NOTE: Kind = Kind::new("test/note", "メモ");

/// The kinds a journal under test is opened with.
pub const KINDS: &[&Kind] = &[&VEHICLE, &PERSON, &NOTE];

/// How a case ends.
pub type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// A named case.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The fact it shows.
    pub name: &'static str,
    /// Shows it on a fresh journal.
    pub run: fn(&dyn Journal) -> Outcome,
}

/// All cases.
pub fn cases() -> Vec<Case> {
    [write::CASES, read::CASES, feed::CASES, many::CASES].concat()
}

/// Runs every case on a fresh journal opened with [`KINDS`], and the model tests on many.
///
/// # Errors
/// The names of all cases that failed, each with the reason.
pub fn conformance(open: &dyn Fn(&str) -> Box<dyn Journal>) -> Result<(), String> {
    let mut failed: Vec<String> = cases()
        .iter()
        .filter_map(|case| {
            let outcome = (case.run)(open(case.name).as_ref());
            outcome.err().map(|error| format!("{}: {error}", case.name))
        })
        .collect();
    failed.extend(axes::every_reading_is_as_of_both_axes(open).err());
    failed.extend(model::any_writes_give_what_the_model_gives(open).err());
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
}

/// A moment of the tests: seconds after 2026-04-01 09:00 in Japan.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_775_001_600_i64.saturating_add(seconds)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A draft of user `u1` with these writes.
pub(crate) fn draft(seconds: i64, writes: Vec<Write>) -> Draft {
    let mut draft = Draft::new("test", "write", Actor::User("u1".to_owned()), at(seconds));
    draft.writes = writes;
    draft
}

pub(crate) fn note(text: &str) -> Body {
    body(&serde_json::json!({ "text": text }))
}

pub(crate) fn vehicle(plate: &str, owner: &str) -> Body {
    body(&serde_json::json!({ "plate": plate, "owner": owner }))
}

pub(crate) fn body(value: &serde_json::Value) -> Body {
    // A JSON value is always a body; were it not, every case would fail on the empty text.
    Body::of_value(value).unwrap_or_else(|_| Body::from_stored(String::new()))
}

/// The keys and versions of the open records of a kind, in the order of the scan.
fn keys(view: &dyn View, kind: &Kind, after: Option<&str>) -> Result<Vec<(String, u32)>, register::Fault> {
    let mut keys = Vec::new();
    view.scan(kind, after, &mut |stored| {
        keys.push((stored.key.clone(), stored.version));
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    Ok(keys)
}

/// Fails with a message.
pub(crate) fn fail<T>(message: impl Into<String>) -> Result<T, Box<dyn Error + Send + Sync>> {
    Err(message.into().into())
}

/// Fails unless both are equal.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, wanted: &T) -> Outcome {
    if found == wanted { Ok(()) } else { fail(format!("{what}: found {found:?}, wanted {wanted:?}")) }
}

/// The short name of a commit's outcome, for tables.
pub(crate) fn word<T>(outcome: &Result<T, CommitError>) -> &'static str {
    match outcome {
        Ok(_) => "ok",
        Err(CommitError::Conflict(_)) => "conflict",
        Err(CommitError::NotUnique { .. }) => "not-unique",
        Err(CommitError::CursorMoved { .. }) => "cursor-moved",
        Err(CommitError::LeaseLost { .. }) => "lease-lost",
        Err(CommitError::Fault(_)) => "fault",
        Err(CommitError::Unknown(_)) => "unknown",
    }
}

/// Fails unless the journal finds nothing wrong with itself.
pub(crate) fn sound(journal: &dyn Journal) -> Outcome {
    let found = journal.verify()?;
    same("problems", &found.problems, &Vec::new())?;
    same("changes", &found.changes, &journal.head()?.0)
}
