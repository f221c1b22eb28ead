//! The wide steps of conversion: many characters at once, on processors with AVX2 and on all others.
//!
//! A step looks at a fixed number of bytes and says how far its kind of character goes. What that depends on is kept short
//! (the bytes alone, not the tables), because the next step cannot begin before it is known; whether the tables have
//! every character is checked apart, by a branch that is nearly always foreseen.
//!
//! Whether the processor can is asked once for each text; everything else is written once, over [`Lanes`].

mod portable;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;
#[cfg(target_arch = "x86_64")]
mod x86_512;

pub(crate) use portable::Portable;

/// A cell of a code of two bytes; its bytes stand in the low half, the first lowest.
pub(crate) const DOUBLE: u32 = 1 << 31;
/// With [`DOUBLE`]: the code reads back as something else.
pub(crate) const NOTED: u32 = 1 << 30;
/// A cell of a single byte that reads back exactly.
pub(crate) const SINGLE: u32 = 1 << 29;

/// Cells by scalar below U+10000. A cell without [`DOUBLE`] and [`SINGLE`] is the slow path's.
pub(crate) type Cells = [u32; 0x1_0000];

/// Bytes a step looks at.
pub(crate) const STEP: usize = 32;

/// Which bytes from 80 on are in a set: by low digit, a bit for each high digit from 8 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HighSet([u8; 16]);

/// A map of some bytes to bytes other than 0, by high and low digit; 0 stands for none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByteMap([[u8; 16]; 16]);

/// Thirty-two bytes through a map.
pub(crate) struct Mapped {
    pub bytes: [u8; STEP],
    /// Lanes whose byte is not in the map.
    pub missing: u32,
}

/// Up to eight characters of three bytes, looked up.
pub(crate) struct Group {
    /// Codes of two bytes in order.
    pub doubles: [u8; 16],
    /// Single bytes in order.
    pub singles: [u8; 8],
    /// How many lanes from the first on are characters of three bytes.
    pub length: u32,
    /// Lanes that are double, from the lowest bit on.
    pub is_double: u32,
    /// Lanes that are single.
    pub is_single: u32,
    /// Lanes whose code reads back as something else.
    pub is_noted: u32,
}

/// Eight codes of two bytes as text.
pub(crate) struct Pairs {
    /// Three bytes of UTF-8 for each.
    pub text: [u8; 24],
    /// How many from the first on are in the table.
    pub known: usize,
}

/// Scalars by code of two bytes, of those that have three bytes in UTF-8; 0 for all others. The second byte of the code is
/// the high one of the index, as it is read on this side of the wire.
pub(crate) type Points = [u16; 0x1_0000];

/// Something to be run with the widest lanes there are.
pub(crate) trait Wide {
    type Output;
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

pub(crate) trait Lanes: Copy {
    /// Lanes whose byte is 80 or above.
    fn high(self, bytes: &[u8; STEP]) -> u32;
    /// Lanes whose byte does not continue a scalar of UTF-8.
    fn firsts(self, bytes: &[u8; STEP]) -> u32;
    /// Lanes whose byte is one of two.
    fn either(self, bytes: &[u8; STEP], one: u8, other: u8) -> u32;
    /// Lanes whose byte is 80 or above and in the set.
    fn in_high_set(self, set: &HighSet, bytes: &[u8; STEP]) -> u32;
    /// Maps bytes. The map has none outside `ROWS`, one bit for each high digit.
    fn map<const ROWS: u16>(self, map: &ByteMap, bytes: &[u8; STEP]) -> Mapped;
    /// Looks up eight characters of three bytes; lanes that are none have no flag set.
    fn group(self, cells: &Cells, bytes: &[u8; STEP]) -> Group;
    /// Looks up the first eight codes of two bytes.
    fn pairs(self, points: &Points, bytes: &[u8; STEP]) -> Pairs;
    /// Writes the UTF-16 units of the scalars that end in the middle thirty-two bytes of valid UTF-8, and says how many;
    /// [`None`] if one of those bytes begins a scalar beyond U+FFFF, or if one of the units is a byte order mark.
    fn units(self, window: &[u8; WINDOW], swap: bool, out: &mut [u8; 2 * STEP]) -> Option<usize>;
}

/// Two bytes before a step, the step, one behind.
pub(crate) const WINDOW: usize = STEP + 3;

/// Runs with AVX-512 where the processor has it, for what is worth being compiled once more.
pub(crate) fn widest_of_all<W: Wide>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = pulp::x86::V4::try_new() {
        return lanes.vectorize(x86::Run { lanes, work });
    }
    widest(work)
}

/// Runs with the widest lanes of this processor.
pub(crate) fn widest<W: Wide>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = pulp::x86::V3::try_new() {
        return lanes.vectorize(x86::Run { lanes, work });
    }
    work.run(Portable)
}

/// Bytes in steps of [`STEP`] from any place on, with zeros behind the last of them.
pub(crate) struct Steps<'a> {
    bytes: &'a [u8],
    tail_start: usize,
    tail: [u8; 2 * STEP],
}

impl<'a> Steps<'a> {
    #[inline(always)]
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let tail_start = bytes.len().saturating_sub(STEP);
        let mut tail = [0; 2 * STEP];
        let last = bytes.get(tail_start..).unwrap_or_default();
        if let Some(slot) = tail.get_mut(..last.len()) {
            slot.copy_from_slice(last);
        }
        Self { bytes, tail_start, tail }
    }

    /// The step at an offset, [`None`] at the end.
    #[inline(always)]
    pub(crate) fn at(&self, at: usize) -> Option<&[u8; STEP]> {
        if let Some(step) = self.bytes.get(at..)?.first_chunk() {
            return Some(step);
        }
        if self.bytes.len() <= at {
            return None;
        }
        self.tail.get(at.checked_sub(self.tail_start)?..)?.first_chunk()
    }
}

impl HighSet {
    pub(crate) fn new(has: impl Fn(u8) -> bool) -> Self {
        let mut set = Self([0; 16]);
        for byte in 0x80..=0xFF {
            if has(byte)
                && let Some(row) = set.0.get_mut(usize::from(byte & 0x0F))
            {
                *row |= 1 << (byte >> 4 & 7);
            }
        }
        set
    }

    fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte & 0x0F)).is_some_and(|row| row >> (byte >> 4 & 7) & 1 != 0)
    }
}

impl ByteMap {
    /// A map with no byte in it.
    pub(crate) const NONE: Self = Self([[0; 16]; 16]);

    pub(crate) fn new(to: impl Fn(u8) -> Option<u8>) -> Self {
        let mut map = Self::NONE;
        for (byte, place) in (0..=0xFF_u8).zip(map.0.as_flattened_mut()) {
            *place = to(byte).unwrap_or_default();
        }
        map
    }

    pub(crate) fn get(&self, byte: u8) -> Option<u8> {
        self.0.as_flattened().get(usize::from(byte)).copied().filter(|&to| to != 0)
    }
}

/// How many lanes from the first on are not set, at most 32.
#[inline(always)]
pub(crate) fn run_of(lanes: u32) -> usize {
    usize::try_from(lanes.trailing_zeros()).unwrap_or_default()
}

/// The first `count` lanes.
#[inline(always)]
pub(crate) fn first_lanes(count: usize) -> u32 {
    u32::try_from((1_u64 << count.min(32)) - 1).unwrap_or(u32::MAX)
}
