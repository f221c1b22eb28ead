//! Calls that a program may make again without doing anything twice (冪等キー).
//!
//! A program that gets no answer does not know whether its call was carried out. With a key of its own on each call it may
//! simply call again: the key is written in the same change as what the function did, so there is never one without the other.

use jiff::Timestamp;
use register::{Column, Fault, Kind, Record, Versioned, View, ViewExt, Write};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use system::{Function, Input};

use crate::{Caller, Ran, RunError};

/// Calls that were carried out under a key.
///
/// The digest of the input is sealed: an input may hold a number of eleven digits, and who has nothing but a digest of it finds
/// the number by trying them all.
pub static CALL: Kind = Kind::new("office/call", "キーの付いた呼び出し")
    .columns(&[Column::plain("user", "利用者")])
    .sealed(&["input"]);

/// The most characters of a key; a UUID has 36.
pub const KEY_MAX: usize = 128;

/// One call under a key: what it was told, and of what it asked only a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Digest of user and key: a key may hold anything, and two users may have the same.
    pub id: String,
    /// Who called.
    pub user: String,
    /// The function.
    pub function: String,
    /// Digest of the input as the form spells it.
    pub input: String,
    /// What the user was told. It may name somebody, so a copy for training has it blank.
    pub message: String,
    /// Key of the record to go on to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<String>,
    /// Records left of a batch in parts.
    pub left: usize,
    /// When.
    pub at: Timestamp,
}

impl Record for Call {
    const KIND: &'static Kind = &CALL;

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// The key of one call.
pub(crate) struct Once {
    id: String,
    input: String,
}

impl Once {
    pub(crate) fn new(caller: &Caller, key: &str, input: &Input) -> Self {
        // The form puts the members into its own order, whatever the caller's was: the same input has the same text.
        Self {
            id: digest(&[caller.user.as_bytes(), key.as_bytes()]),
            input: digest(&[input.0.to_string().as_bytes()]),
        }
    }

    /// The key of a call of what is no function; `asked` is what it asks for.
    pub(crate) fn of_named(caller: &Caller, key: &str, asked: &str) -> Self {
        Self { id: digest(&[caller.user.as_bytes(), key.as_bytes()]), input: digest(&[asked.as_bytes()]) }
    }

    /// The same call before; none when it is new.
    ///
    /// # Errors
    /// [`RunError::Taken`] when the key was used for something else.
    pub(crate) fn made(&self, view: &dyn View, function: &str) -> Result<Option<Versioned<Call>>, RunError> {
        let found = view.load::<Call>(&self.id)?;
        match found {
            Some(found) if found.record.function != function || found.record.input != self.input => {
                Err(RunError::Taken)
            }
            found => Ok(found),
        }
    }

    /// What the same call answered before; none when it is new.
    ///
    /// # Errors
    /// [`RunError::Taken`] when the key was used for something else.
    pub(crate) fn before(&self, view: &dyn View, function: &Function) -> Result<Option<Ran>, RunError> {
        let Some(Versioned { record, position, .. }) = self.made(view, function.id)? else { return Ok(None) };
        Ok(Some(Ran {
            findings: Vec::new(),
            message: record.message,
            opens: record.opens,
            answer: None,
            documents: Vec::new(),
            position: Some(position),
            left: record.left,
            repeated: true,
        }))
    }

    /// The record of a call that is carried out now.
    pub(crate) fn write(
        &self,
        caller: &Caller,
        function: &Function,
        outcome: &system::Outcome,
        at: Timestamp,
    ) -> Result<Write, Fault> {
        let call = Call {
            message: outcome.message.clone(),
            opens: outcome.opens.clone(),
            left: outcome.left,
            ..self.call(caller, function.id, at)
        };
        Ok(Write::put(&call, None)?)
    }

    /// The record of a call of what is no function.
    pub(crate) fn write_named(&self, caller: &Caller, function: &str, at: Timestamp) -> Result<Write, Fault> {
        Ok(Write::put(&self.call(caller, function, at), None)?)
    }

    fn call(&self, caller: &Caller, function: &str, at: Timestamp) -> Call {
        Call {
            id: self.id.clone(),
            user: caller.user.clone(),
            function: function.to_owned(),
            input: self.input.clone(),
            message: String::new(),
            opens: None,
            left: 0,
            at,
        }
    }
}

/// SHA-256 of the parts, each behind its length.
fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is wrong with a key a program gave; none when it may be used.
pub fn key_fault(key: &str) -> Option<&'static str> {
    let fits = !key.is_empty() && key.len() <= KEY_MAX && key.bytes().all(|byte| byte.is_ascii_graphic());
    (!fits).then_some("Idempotency-Key は、空白のない英数字と記号で、128文字までです。")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_printable_and_bounded() {
        for (key, is_good) in [
            ("8e03978e-40d5-43dd-bc93-6894a57f9324", true),
            ("a", true),
            ("", false),
            ("a b", false),
            ("鍵", false),
            ("a\n", false),
        ] {
            assert_eq!(key_fault(key).is_none(), is_good, "{key}");
        }
        assert!(key_fault(&"a".repeat(KEY_MAX)).is_none() && key_fault(&"a".repeat(KEY_MAX + 1)).is_some());
    }

    /// An eleven-digit number is found from its digest by trying all.
    #[test]
    fn the_digest_of_an_input_is_sealed() {
        assert!(CALL.is_sealed("input"));
    }

    #[test]
    fn parts_are_told_apart() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
    }
}
