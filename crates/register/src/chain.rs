//! The hash chain: each change carries the SHA-256 of itself and of the change before.

use std::fmt;

use domain::Date;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::Position;
use crate::hex::unhex;

/// SHA-256 over a change and the hash of the change before it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// What stands before the first change.
    pub const START: Self = Self([0; 32]);
}

impl ChainHash {
    /// Reads 64 lower-case hexadecimal digits, as `Display` writes them; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        unhex(text)?.try_into().ok().map(Self)
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The parts of a change the chain covers, spelled as the store holds them.
#[derive(Clone, Copy, Debug)]
pub struct Chained<'a> {
    /// Its place.
    pub position: Position,
    /// When.
    pub at: Timestamp,
    /// From which day.
    pub effective_on: Date,
    /// System.
    pub system: &'a str,
    /// Function.
    pub function: &'a str,
    /// Actor as JSON.
    pub actor: &'a str,
    /// Reason.
    pub reason: &'a str,
    /// Cause as JSON.
    pub cause: &'a str,
}

/// The parts of one version the chain covers.
#[derive(Clone, Copy, Debug)]
pub struct VersionLine<'a> {
    /// Kind.
    pub kind: &'a str,
    /// Key.
    pub key: &'a str,
    /// Version number.
    pub version: u32,
    /// From which day.
    pub effective_on: Date,
    /// Whether it closes the record.
    pub closed: bool,
    /// The body as stored (sealed fields sealed), so that an offline verifier needs no key.
    pub body: &'a str,
}

/// The hash of a change: SHA-256 over the former hash and every part with its length before it, so that no two
/// different changes have the same input.
pub fn change_hash<'a>(
    before: &ChainHash,
    change: &Chained<'_>,
    versions: impl IntoIterator<Item = VersionLine<'a>>,
) -> ChainHash {
    let mut hasher = Sha256::new();
    hasher.update(before.0);
    hasher.update(change.position.0.to_be_bytes());
    hasher.update(change.at.as_microsecond().to_be_bytes());
    let mut part = |text: &str| {
        // A usize always fits u64 on the machines Rust knows; the length only separates the parts.
        hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(text.as_bytes());
    };
    part(&change.effective_on.to_string());
    for text in [change.system, change.function, change.actor, change.reason, change.cause] {
        part(text);
    }
    for line in versions {
        part(line.kind);
        part(line.key);
        part(&line.version.to_string());
        part(&line.effective_on.to_string());
        part(if line.closed { "closed" } else { "open" });
        part(line.body);
    }
    ChainHash(hasher.finalize().into())
}
