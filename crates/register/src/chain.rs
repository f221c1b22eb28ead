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

/// Bytes that are gathered before they are hashed: a change of one record with a body of usual length.
const PENDING_BYTES_MAX: usize = 2_048;

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
pub struct ChangeHasher {
    hash: Sha256,
    /// What was not hashed yet. A change has twenty short parts and more, and each call of the hash costs as much as its block.
    pending: Vec<u8>,
}

impl ChangeHasher {
    /// Begins with the hash of the change before, and the change without its versions.
    pub fn begin(before: &ChainHash, change: &Chained<'_>) -> Self {
        let mut begun = Self { hash: Sha256::new(), pending: Vec::with_capacity(PENDING_BYTES_MAX) };
        begun.pending.extend_from_slice(&before.0);
        begun.pending.extend_from_slice(&change.position.0.to_be_bytes());
        begun.pending.extend_from_slice(&change.at.as_microsecond().to_be_bytes());
        begun.part(Spelt::day(change.effective_on).as_str());
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
        self.part(Spelt::day(line.effective_on).as_str());
        self.part(if line.closed { "closed" } else { "open" });
        self.part(line.body);
    }

    /// The hash over all that was given.
    pub fn finish(mut self) -> ChainHash {
        self.hash.update(&self.pending);
        ChainHash(self.hash.finalize().into())
    }

    fn part(&mut self, text: &str) {
        // A usize always fits u64 on the machines Rust knows; the length only separates the parts.
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes();
        if PENDING_BYTES_MAX < self.pending.len() + length.len() + text.len() {
            self.hash.update(&self.pending);
            self.pending.clear();
        }
        self.pending.extend_from_slice(&length);
        if text.len() < PENDING_BYTES_MAX / 2 {
            self.pending.extend_from_slice(text.as_bytes());
        } else {
            self.hash.update(&self.pending);
            self.pending.clear();
            self.hash.update(text.as_bytes());
        }
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

    /// A day as it is displayed. Years of four digits are spelt here: the formatting of texts takes longer than the hash.
    fn day(day: Date) -> Self {
        let year = day.year();
        if !(0..=9_999).contains(&year) {
            return Self::of(&day);
        }
        let digit = |number: i16| b'0'.saturating_add(u8::try_from(number % 10).unwrap_or_default());
        let two = |number: i16| [digit(number / 10), digit(number)];
        let [[a, b], [c, d]] = [two(year / 100), two(year)];
        let [[m, n], [x, y]] = [two(day.month().into()), two(day.day().into())];
        let mut spelt = Self { bytes: [0; 24], length: 10, longer: None };
        if let Some(bytes) = spelt.bytes.first_chunk_mut() {
            *bytes = [a, b, c, d, b'-', m, n, b'-', x, y];
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_spelt_as_they_are_displayed() {
        let days = ["-000001-12-31", "0000-01-01", "0987-06-05", "1873-01-01", "2026-11-29", "9999-12-31"];
        for day in days.map(|day| day.parse::<Date>().unwrap()) {
            assert_eq!(Spelt::day(day).as_str(), day.to_string());
        }
    }

    /// However long the parts are: those that are gathered, those that are not, and both in turn.
    #[test]
    fn a_hash_does_not_depend_on_how_its_parts_are_gathered() {
        let at = "2026-04-01T00:00:00Z".parse().unwrap();
        let day = "2026-04-01".parse().unwrap();
        for bytes in [0, 1, 900, 1_023, 1_024, 1_700, 2_040, 2_048, 5_000] {
            let text = "x".repeat(bytes);
            let change = Chained {
                position: Position(1),
                at,
                effective_on: day,
                system: &text,
                function: "f",
                actor: &text,
                reason: "",
                cause: "c",
            };
            let line = VersionLine {
                kind: "k",
                key: &text,
                version: 7,
                effective_on: day,
                closed: false,
                body: &text,
            };
            let mut whole =
                [[0; 32].as_slice(), &1_u64.to_be_bytes(), &at.as_microsecond().to_be_bytes()].concat();
            let parts =
                ["2026-04-01", &text, "f", &text, "", "c", "k", &text, "7", "2026-04-01", "open", &text];
            for part in parts {
                whole.extend(u64::try_from(part.len()).unwrap().to_be_bytes());
                whole.extend(part.as_bytes());
            }
            let wanted = ChainHash(Sha256::digest(whole).into());
            assert_eq!(change_hash(&ChainHash::START, &change, [line]), wanted, "{bytes}");
        }
    }
}
