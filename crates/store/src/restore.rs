//! What a restore is held to, whatever the database.

use register::{Fault, Position, RawChange, Standing};

use crate::shape::{Kinds, OfKind};
use crate::text::WRITES_MAX;
use crate::vault::Vault;

/// The row of `meta` that stands as long as a database is half restored.
pub const RESTORING: &str = "restoring";

/// Checks, before anything is written, that this program and these keys can carry on what was copied. The answer is what
/// the copy is to note of its keys; none when nothing was sealed.
///
/// # Errors
/// When a key the copied journal was sealed with is missing (a [`Trouble::WrongKey`](crate::Trouble::WrongKey)) or there is none,
/// or when a field
/// was sealed there and is not here.
pub fn check_origin<K: OfKind>(
    kinds: &Kinds<K>,
    vault: Option<&Vault>,
    origin: &Standing,
) -> Result<Option<String>, Fault> {
    let sealed_with = match (origin.vault_keys.join(" "), vault) {
        (wanted, _) if wanted.is_empty() => None,
        (wanted, None) => {
            return Err(Fault::because(format!(
                "the copied journal was sealed with {wanted}, and no key was given"
            )));
        }
        (wanted, Some(vault)) => Some(vault.note(Some(&wanted))?.unwrap_or(wanted)),
    };
    for note in &origin.kinds {
        let Some(of) = kinds.get(&note.id) else { continue };
        if let Some(field) = note.sealed.iter().find(|field| !of.shape().kind.is_sealed(field)) {
            return Err(Fault::because(format!(
                "field {field} of {} is sealed in the copied journal and not in this program",
                note.id
            )));
        }
    }
    Ok(sealed_with)
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
