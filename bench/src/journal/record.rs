//! What is written.

use register::{Actor, Body, Column, Draft, Kind, Write};
use serde_json::json;

/// People as the writers know them: some 900 bytes, as the peer's.
pub(super) static PERSON: Kind = Kind::new("bench/person", "人")
    .columns(&[Column::plain("household", "世帯"), Column::unique("number", "番号")]);

/// Residents as readings meet them: some 300 bytes.
pub(super) static RESIDENT: Kind =
    Kind::new("bench/resident", "住民").columns(&[Column::plain("household", "世帯")]);

/// A household number in no order, as real ones are.
fn household(no: usize) -> String {
    (no.wrapping_mul(2_654_435_761) % 1_000_000).to_string()
}

pub(super) fn person(no: usize) -> anyhow::Result<Body> {
    Ok(Body::of(&json!({ "household": household(no), "number": no.to_string(), "text": "版".repeat(300) }))?)
}

pub(super) fn resident(no: usize) -> anyhow::Result<Body> {
    Ok(Body::of(&json!({
        "address": { "lot": format!("{}番地{}", no % 997, no % 13), "municipality": "みなと郡台帳町", "town": "本町" },
        "addressee_no": format!("{no:015}"),
        "birth_date": format!("19{:02}-04-1{}", no % 90, no % 9),
        "household": household(no),
        "name": format!("見本　花子{no}"),
        "name_kana": "ミホン　ハナコ",
        "resident_since": "2020-01-01",
        "sex": "2",
    }))?)
}

/// The key of a record.
pub(super) fn key(no: usize) -> String {
    format!("{no:08}")
}

/// A change of one version, by a user, with a reason: the chain carries who did what.
pub(super) fn draft(write: Write) -> anyhow::Result<Draft> {
    let at = "2026-04-01T00:00:00Z".parse()?;
    let mut draft = Draft::new("bench", "bench/write", Actor::User("u1".to_owned()), at);
    draft.writes.push(write);
    Ok(draft)
}
