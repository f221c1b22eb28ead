//! A group of changes for stores that are made to fail in the middle of it: what is handed in, and how much of it is
//! there.

use register::{Actor, AsOf, Body, CursorMove, Draft, Journal, Position, Write};
use serde_json::json;

use super::NOTE;

/// What a store said, or why it could not.
type Said<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Changes of a group.
pub const CHANGES: u64 = 3;
/// Versions of each change, all of new records.
pub const VERSIONS: u64 = 4;
/// Parts of a change that is there whole: each version in register and history, and its cursor.
pub const WHOLE: u64 = 1 + 2 * VERSIONS;

/// The key of a record.
pub fn key(case: u64, change: u64, version: u64) -> String {
    format!("{case}-{change}-{version}")
}

/// The cursor a change moves.
pub fn cursor(case: u64, change: u64) -> String {
    format!("cursor {case}-{change}")
}

/// One change of the group of a case: new records, and a cursor that moves.
///
/// # Errors
/// None in practice: the moment and the bodies are constants.
pub fn draft(case: u64, change: u64) -> Said<Draft> {
    let at = "2026-04-01T00:00:00Z".parse()?;
    let mut draft = Draft::new("test", "write", Actor::Program("group".to_owned()), at);
    for version in 0..VERSIONS {
        draft.writes.push(Write::create(
            &NOTE,
            key(case, change, version),
            Body::of(&json!({ "text": "1" }))?,
        ));
    }
    draft.cursors.push(CursorMove { name: cursor(case, change), from: Position(0), to: Position(1) });
    Ok(draft)
}

/// How many of a change's parts are there; [`WHOLE`] when all are.
///
/// # Errors
/// When storage fails, or a record was written twice.
pub fn there(store: &dyn Journal, case: u64, change: u64) -> Said<u64> {
    let view = store.view(AsOf::default())?;
    let mut parts = store.cursor(&cursor(case, change))?.0;
    for version in 0..VERSIONS {
        let key = key(case, change, version);
        let history = view.history(&NOTE, &key)?;
        if 1 < history.len() {
            return Err(format!("{key} was written twice").into());
        }
        parts += u64::from(view.get(&NOTE, &key)?.is_some()) + u64::try_from(history.len())?;
    }
    Ok(parts)
}
