//! What a restore is held to, whatever the database.

use register::{Fault, Position, RawChange, Standing};

use crate::shape::{Kinds, OfKind};
use crate::text::WRITES_MAX;
use crate::trouble::Trouble;
use crate::vault::Vault;

/// The row of `meta` that stands as long as a database is half restored.
pub const RESTORING: &str = "restoring";

/// Checks, before anything is written, that this program and this key can carry on what was copied.
///
/// # Errors
/// When the copied journal was sealed with another key (a [`Trouble::WrongKey`]) or there is none, or when a field
/// was sealed there and is not here.
pub fn check_origin<K: OfKind>(
    kinds: &Kinds<K>,
    vault: Option<&Vault>,
    origin: &Standing,
) -> Result<(), Fault> {
    if let Some(wanted) = &origin.vault_key {
        match vault.map(Vault::key_id) {
            Some(given) if given == wanted => {}
            Some(given) => {
                return Err(Fault::new(
                    format!("the copied journal was sealed with key {wanted}, and the key given is {given}"),
                    Trouble::WrongKey { given: given.to_owned(), known: wanted.clone() },
                ));
            }
            None => {
                return Err(Fault::because(format!(
                    "the copied journal was sealed with key {wanted}, and no key was given"
                )));
            }
        }
    }
    for note in &origin.kinds {
        let Some(of) = kinds.get(&note.id) else { continue };
        if let Some(field) = note.sealed.iter().find(|field| !of.shape().kind.is_sealed(field)) {
            return Err(Fault::because(format!(
                "field {field} of {} is sealed in the copied journal and not in this program",
                note.id
            )));
        }
    }
    Ok(())
}

/// Checks that a change can be one of a store's own.
///
/// # Errors
/// When it appends more versions than a store lets a change have.
pub fn check_change(change: &RawChange) -> Result<(), Fault> {
    if WRITES_MAX < change.versions.len() {
        let position = change.position;
        return Err(Fault::because(format!("change {position} appends more than {WRITES_MAX} versions")));
    }
    Ok(())
}

/// Checks that readers were put where there is something to read.
///
/// # Errors
/// When a cursor would stand behind the newest change: its reader would skip what comes next.
pub fn check_cursors(standing: &Standing, reached: Position) -> Result<(), Fault> {
    match standing.cursors.iter().find(|(_, place)| reached < *place) {
        None => Ok(()),
        Some((name, place)) => Err(Fault::because(format!(
            "cursor {name} would stand at {place}, behind the newest change {reached}"
        ))),
    }
}
