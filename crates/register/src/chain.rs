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
    let mut hasher = ChangeHasher::begin(before, change);
    versions.into_iter().for_each(|line| hasher.version(&line));
    hasher.finish()
}

/// A [`change_hash`] under way, for a walk that meets the versions one by one.
#[derive(Clone, Debug)]
pub struct ChangeHasher(Sha256);

impl ChangeHasher {
    /// Begins with the hash of the change before, and the change without its versions.
    pub fn begin(before: &ChainHash, change: &Chained<'_>) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(before.0);
        hasher.update(change.position.0.to_be_bytes());
        hasher.update(change.at.as_microsecond().to_be_bytes());
        let mut begun = Self(hasher);
        begun.part(Spelt::of(&change.effective_on).as_str());
        for text in [change.system, change.function, change.actor, change.reason, change.cause] {
            begun.part(text);
        }
        begun
    }

    /// The next version of the change.
    pub fn version(&mut self, line: &VersionLine<'_>) {
        self.part(line.kind);
        self.part(line.key);
        self.part(Spelt::of(&line.version).as_str());
        self.part(Spelt::of(&line.effective_on).as_str());
        self.part(if line.closed { "closed" } else { "open" });
        self.part(line.body);
    }

    /// The hash over all that was given.
    pub fn finish(self) -> ChainHash {
        ChainHash(self.0.finalize().into())
    }

    fn part(&mut self, text: &str) {
        // A usize always fits u64 on the machines Rust knows; the length only separates the parts.
        self.0.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(text.as_bytes());
    }
}

/// A number or a day as text. Spelt on the stack: a verification spells two or three for each change of a journal.
struct Spelt {
    bytes: [u8; 24],
    length: usize,
    /// What does not fit, which no number and no day of ours is.
    longer: Option<String>,
}

impl Spelt {
    fn of(value: &dyn fmt::Display) -> Self {
        let mut spelt = Self { bytes: [0; 24], length: 0, longer: None };
        if fmt::Write::write_fmt(&mut spelt, format_args!("{value}")).is_err() {
            spelt.longer = Some(value.to_string());
        }
        spelt
    }

    fn as_str(&self) -> &str {
        let written = self.bytes.get(..self.length).unwrap_or_default();
        // Whole texts were copied, so that this is one.
        self.longer.as_deref().unwrap_or_else(|| std::str::from_utf8(written).unwrap_or_default())
    }
}

impl fmt::Write for Spelt {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length.saturating_add(text.len());
        let place = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
