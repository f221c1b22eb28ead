//! Stored bodies made readable without the database they came from.

use register::{Body, Fault, Kind};

use crate::keys::KeyRing;
use crate::shape::{Kinds, Shape};
use crate::vault::Vault;

/// Opens sealed fields of bodies that come out of an archive.
pub struct Opener {
    kinds: Kinds<Shape>,
    vault: Vault,
}

impl Opener {
    /// With the keys the bodies were sealed with, and the kinds of the program.
    ///
    /// # Errors
    /// When a kind cannot be a kind.
    pub fn new(kinds: &[&'static Kind], keys: &KeyRing) -> Result<Self, Fault> {
        Ok(Self { kinds: Kinds::new(kinds, |shape| shape)?, vault: Vault::new(keys)? })
    }

    /// The kind of this id; none when the program does not know it.
    pub fn kind(&self, id: &str) -> Option<&'static Kind> {
        self.kinds.get(id).map(|shape| shape.kind)
    }

    /// The body of a record as it is read.
    ///
    /// # Errors
    /// When the kind is unknown or a field does not open with the keys, or the body is newer than the
    /// program or has no newer form.
    pub fn open(&self, kind: &str, key: &str, stored: &str) -> Result<Body, Fault> {
        let shape = self.kinds.get(kind).ok_or_else(|| Fault::because(format!("kind {kind} is unknown")))?;
        shape.open(Some(&self.vault), key, stored.to_owned())
    }
}
