//! Text to codes at memory speed: the path of everything that a table writes by itself.
//!
//! A register's text changes between single and double bytes every few characters, so what costs is not the characters but
//! the branches nobody can foresee. Each step therefore takes what it can of thirty-two bytes at once. What is not plain is
//! left to the caller.

use crate::compiled::{Compiled, Framing};
use crate::lanes::{DOUBLE, Group, Lanes, NOTED, SINGLE, STEP, Steps, Wide, first_lanes, run_of, widest};
use crate::options::Field;

/// Where a pass stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    /// Bytes of the text that are done.
    pub read: usize,
    /// Bytes of the output that are written.
    pub written: usize,
    /// Double-byte state.
    pub double: bool,
}

/// Why a fast pass stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The text is done.
    End,
    /// The output needs more room.
    Full,
    /// The notes are to be taken over.
    Notes,
    /// The scalar that comes next is the slow path's.
    Slow,
}

/// Room a fast pass wants in the output before it takes a step: a step and a shift code, in whole words.
pub(crate) const ROOM: usize = 40;

/// Groups of characters some of which read back as something else.
pub(crate) struct Notes {
    /// Offset of the group in the text, shifted left by eight, and a bit for each of its characters of three bytes.
    groups: [u64; 64],
    count: usize,
}

impl Notes {
    pub(crate) fn new() -> Self {
        Self { groups: [0; 64], count: 0 }
    }

    /// Notes a group if it has any. Whether it has is not asked by a branch, for nobody could foresee it.
    #[inline(always)]
    fn put(&mut self, offset: usize, lanes: u32) {
        // An offset has fewer than 56 bits.
        let offset = u64::try_from(offset).unwrap_or_default();
        if let Some(slot) = self.groups.get_mut(self.count) {
            *slot = offset << 8 | u64::from(lanes);
        }
        self.count += usize::from(lanes != 0);
    }

    /// Takes the offsets of all characters that are noted.
    pub(crate) fn take(&mut self, offsets: &mut [usize; 512]) -> usize {
        let mut count = 0;
        for group in self.groups.iter().take(self.count) {
            let offset = usize::try_from(group >> 8).unwrap_or_default();
            for lane in 0..8 {
                if let Some(slot) = offsets.get_mut(count) {
                    *slot = offset + 3 * lane;
                }
                count += usize::from(group >> lane & 1 == 1);
            }
        }
        self.count = 0;
        count
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// Runs until something is not plain.
pub(crate) fn run(
    table: &Compiled,
    field: Field,
    text: &[u8],
    at: At,
    out: &mut [u8],
    notes: &mut Notes,
) -> (At, Stop) {
    widest(Pass { table, field, text, at, out, notes })
}

struct Pass<'a> {
    table: &'a Compiled,
    field: Field,
    text: &'a [u8],
    at: At,
    out: &'a mut [u8],
    notes: &'a mut Notes,
}

impl Wide for Pass<'_> {
    type Output = (At, Stop);

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> (At, Stop) {
        match (self.field, self.table.framing) {
            (Field::Single, Framing::Shift { .. } | Framing::Lead) => {
                self.steps::<L, true, false, false>(lanes, 0, 0)
            }
            (Field::Double, _) | (_, Framing::Pairs) => self.steps::<L, false, true, false>(lanes, 0, 0),
            (Field::Mixed, Framing::Lead) => self.steps::<L, true, true, false>(lanes, 0, 0),
            (Field::Mixed, Framing::Shift { enter, leave, .. }) => {
                self.steps::<L, true, true, true>(lanes, enter, leave)
            }
        }
    }
}

impl Pass<'_> {
    #[inline(always)]
    fn steps<L: Lanes, const SINGLES: bool, const DOUBLES: bool, const SHIFTS: bool>(
        self,
        lanes: L,
        enter: u8,
        leave: u8,
    ) -> (At, Stop) {
        let Self { table, text, mut at, out, notes, .. } = self;
        let steps = Steps::new(text);
        loop {
            let Some(room) = out.get_mut(at.written..).and_then(|rest| rest.first_chunk_mut::<ROOM>()) else {
                return (at, Stop::Full);
            };
            if notes.count == notes.groups.len() {
                return (at, Stop::Notes);
            }
            let Some(bytes) = steps.at(at.read) else { return (at, Stop::End) };
            let left = text.len() - at.read;
            let &[first, ..] = bytes;
            if SINGLES && first < 0x80 {
                let length = run_of(lanes.high(bytes)).min(STEP).min(left);
                let mapped = lanes.map::<0x00FD>(&table.ascii, bytes);
                let plain = length.min(run_of(mapped.missing));
                // Two paths that look alike: how far to go must not wait for the map, which nearly always has all.
                if plain == length {
                    if length != 0 {
                        at = take_singles::<SHIFTS>(&mapped.bytes, length, leave, room, at);
                        continue;
                    }
                } else if plain != 0 {
                    at = take_singles::<SHIFTS>(&mapped.bytes, plain, leave, room, at);
                    continue;
                }
            } else if first & 0xF0 == 0xE0 {
                let group = lanes.group(&table.cells, bytes);
                let length = run_of(!first_lanes(usize::try_from(group.length).unwrap_or_default()));
                if DOUBLES && !group.is_double & first_lanes(length) == 0 {
                    at = take_doubles::<SHIFTS>(&group, length, enter, room, notes, at);
                    continue;
                }
                // A copy, so that the group itself never lies in memory.
                let part = Part { group: Group { ..group }, at };
                let (read, written) = partly::<SINGLES, DOUBLES, SHIFTS>(&part, enter, leave, room, notes);
                if read != 0 {
                    at.double = DOUBLES && group.is_double & 1 != 0;
                    at.read += read;
                    at.written += written;
                    continue;
                }
            }
            let (scalar, length) = match scalar(bytes) {
                Some(found) => found,
                None => return (at, Stop::Slow),
            };
            let cell = table.cells.get(usize::from(scalar)).copied().unwrap_or_default();
            let double = cell & DOUBLE != 0;
            if !(SINGLES && cell & SINGLE != 0 || DOUBLES && double) {
                return (at, Stop::Slow);
            }
            // A character of one or two bytes is the first of a group of its own.
            notes.put(at.read, u32::from(cell & NOTED != 0));
            let [first, second, ..] = cell.to_le_bytes();
            let [a, b, c, ..] = room;
            if SHIFTS && at.double != double {
                [*a, *b, *c] = [if double { enter } else { leave }, first, second];
                at.double = double;
                at.written += 1;
            } else {
                [*a, *b] = [first, second];
            }
            at.read += length;
            at.written += 1 + usize::from(double);
        }
    }
}

/// Writes single bytes. Where a pass stands is a value all along: behind a reference it would lie in memory, and each step
/// would wait for the last one's store.
#[inline(always)]
fn take_singles<const SHIFTS: bool>(
    bytes: &[u8; STEP],
    length: usize,
    leave: u8,
    room: &mut [u8; ROOM],
    mut at: At,
) -> At {
    let shift = usize::from(SHIFTS && at.double);
    let [slot, ..] = room;
    *slot = leave;
    if let Some(slot) = room.get_mut(shift..).and_then(|room| room.first_chunk_mut::<STEP>()) {
        *slot = *bytes;
    }
    at.double = false;
    at.read += length;
    at.written += length + shift;
    at
}

/// Writes the first characters of a group, all of them double.
#[inline(always)]
fn take_doubles<const SHIFTS: bool>(
    group: &Group,
    length: usize,
    enter: u8,
    room: &mut [u8; ROOM],
    notes: &mut Notes,
    mut at: At,
) -> At {
    notes.put(at.read, group.is_noted & first_lanes(length));
    let shift = usize::from(SHIFTS && !at.double);
    let [slot, ..] = room;
    *slot = enter;
    if let Some(slot) = room.get_mut(shift..).and_then(|room| room.first_chunk_mut::<16>()) {
        *slot = group.doubles;
    }
    at.double = true;
    at.read += 3 * length;
    at.written += 2 * length + shift;
    at
}

/// A group that is not all double, and where it stands.
struct Part {
    group: Group,
    at: At,
}

/// Writes what stands at the start of a group if it is anything plain: how many bytes were taken and written.
#[inline(never)]
fn partly<const SINGLES: bool, const DOUBLES: bool, const SHIFTS: bool>(
    part: &Part,
    enter: u8,
    leave: u8,
    room: &mut [u8; ROOM],
    notes: &mut Notes,
) -> (usize, usize) {
    let Part { group, at } = part;
    let (doubles, singles) = (run_of(!group.is_double), run_of(!group.is_single));
    if DOUBLES && doubles != 0 {
        let done = take_doubles::<SHIFTS>(group, doubles, enter, room, notes, *at);
        return (done.read - at.read, done.written - at.written);
    }
    if !SINGLES || singles == 0 {
        return (0, 0);
    }
    // Half-width katakana.
    let shift = usize::from(SHIFTS && at.double);
    let [slot, ..] = room;
    *slot = leave;
    if let Some(slot) = room.get_mut(shift..).and_then(|room| room.first_chunk_mut::<8>()) {
        *slot = group.singles;
    }
    (3 * singles, singles + shift)
}

/// The first scalar of valid UTF-8 and its length, [`None`] beyond the BMP.
#[inline(always)]
fn scalar(text: &[u8; STEP]) -> Option<(u16, usize)> {
    let &[a, b, c, ..] = text;
    match a {
        0..0x80 => Some((u16::from(a), 1)),
        0x80..0xE0 => Some((u16::from(a & 0x1F) << 6 | u16::from(b & 0x3F), 2)),
        0xE0..0xF0 => Some((u16::from(a & 0x0F) << 12 | u16::from(b & 0x3F) << 6 | u16::from(c & 0x3F), 3)),
        _ => None,
    }
}
