//! Codes to text at memory speed; the mirror of [`crate::forward`].

use crate::compiled::{Compiled, Framing};
use crate::lanes::{Lanes, Mapped, STEP, Steps, Wide, run_of, widest};
use crate::options::Field;

/// Where a pass stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    /// Bytes of the input that are done.
    pub read: usize,
    /// Bytes of the text that are written.
    pub written: usize,
    /// Double-byte state.
    pub double: bool,
    /// Offset behind the shift code that was read last.
    pub shifted: usize,
}

/// Why a fast pass stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The input is done.
    End,
    /// The text needs more room.
    Full,
    /// What comes next is the slow path's.
    Slow,
}

/// Codes of two bytes that are taken in one step.
const PAIRS: usize = 8;

/// Room for the pairs of a step, of up to seven bytes each; the last of them writes a whole word.
const PAIR_ROOM: usize = 72;

/// Room a fast pass wants in the text before it takes a turn.
pub(crate) const ROOM: usize = 2 * STEP + PAIR_ROOM;

/// Runs until something is not plain.
pub(crate) fn run(table: &Compiled, field: Field, bytes: &[u8], at: At, out: &mut [u8]) -> (At, Stop) {
    widest(Pass { table, field, bytes, at, out })
}

struct Pass<'a> {
    table: &'a Compiled,
    field: Field,
    bytes: &'a [u8],
    at: At,
    out: &'a mut [u8],
}

impl Wide for Pass<'_> {
    type Output = (At, Stop);

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> (At, Stop) {
        match (self.field, self.table.framing) {
            (Field::Single, Framing::Shift { .. } | Framing::Lead) => self.one_kind::<L, false>(lanes),
            (Field::Double, _) | (_, Framing::Pairs) => self.one_kind::<L, true>(lanes),
            (Field::Mixed, Framing::Lead) => self.lead(lanes),
            // EBCDIC with katakana has hardly any ASCII from 80 to BF, where the others have lower-case letters.
            (Field::Mixed, Framing::Shift { enter, leave, .. }) if self.table.has_middle_ascii => {
                self.shifted::<L, true>(lanes, enter, leave)
            }
            (Field::Mixed, Framing::Shift { enter, leave, .. }) => {
                self.shifted::<L, false>(lanes, enter, leave)
            }
        }
    }
}

impl Pass<'_> {
    /// A host's bytes with shift codes. A run of single bytes and the run of pairs behind it are one turn.
    #[inline(always)]
    fn shifted<L: Lanes, const ALL: bool>(self, lanes: L, enter: u8, leave: u8) -> (At, Stop) {
        let Self { table, bytes, mut at, out, .. } = self;
        let steps = Steps::new(bytes);
        loop {
            let start = at;
            let Some(room) = out.get_mut(at.written..).and_then(|rest| rest.first_chunk_mut::<ROOM>()) else {
                return (at, Stop::Full);
            };
            if !at.double {
                let Some(step) = steps.at(at.read) else { return (at, Stop::End) };
                let left = bytes.len() - at.read;
                let length = run_of(lanes.either(step, enter, leave)).min(STEP).min(left);
                let mapped = match ALL {
                    true => lanes.map::<0xFFF2>(&table.single_ascii, step),
                    false => lanes.map::<0xF0F2>(&table.single_ascii, step),
                };
                at = take_singles(table, step, &mapped, length, room, at);
                // Behind a run stands a shift code nearly always, and straight behind another it carries nothing.
                let next = at.read - start.read;
                if step.get(next) == Some(&enter) && next < left && at.read != at.shifted {
                    at.double = true;
                    at.read += 1;
                    at.shifted = at.read;
                }
            }
            let written = at.written - start.written;
            if at.double
                && let Some(room) =
                    room.get_mut(written..).and_then(|room| room.first_chunk_mut::<PAIR_ROOM>())
                && let Some(step) = steps.at(at.read)
            {
                let left = bytes.len() - at.read;
                // A shift code is told by standing where a first byte should.
                let pairs = (run_of(lanes.either(step, leave, enter) & FIRSTS) / 2).min(left / 2).min(PAIRS);
                let before = at.read;
                at = take_pairs(lanes, table, step, pairs, room, at);
                let taken = at.read - before;
                if step.get(taken) == Some(&leave) && taken < left && at.read != at.shifted {
                    at.double = false;
                    at.read += 1;
                    at.shifted = at.read;
                }
            }
            if at.read == start.read {
                let stop = if at.read == bytes.len() { Stop::End } else { Stop::Slow };
                return (at, stop);
            }
        }
    }

    /// Bytes whose kind is told by the first of a character.
    #[inline(always)]
    fn lead<L: Lanes>(self, lanes: L) -> (At, Stop) {
        let Self { table, bytes, mut at, out, .. } = self;
        let steps = Steps::new(bytes);
        loop {
            let Some(room) = out.get_mut(at.written..).and_then(|rest| rest.first_chunk_mut::<ROOM>()) else {
                return (at, Stop::Full);
            };
            let Some(step) = steps.at(at.read) else { return (at, Stop::End) };
            let left = bytes.len() - at.read;
            let &[byte, ..] = step;
            let is_lead = table.leads.has(byte);
            let start = at.read;
            if byte < 0x80 {
                let length = run_of(lanes.high(step)).min(STEP).min(left);
                let mapped = lanes.map::<0x00FF>(&table.single_ascii, step);
                at = take_singles(table, step, &mapped, length, room, at);
            } else if is_lead {
                if let Some(room) = room.first_chunk_mut::<PAIR_ROOM>() {
                    // A run of pairs ends where a first byte should stand and does not.
                    let others = !lanes.in_high_set(&table.high_leads, step);
                    let pairs = (run_of(others & FIRSTS) / 2).min(left / 2).min(PAIRS);
                    at = take_pairs(lanes, table, step, pairs, room, at);
                }
            } else {
                let (read, written) = take_others(table, step, 0, left, room);
                at.read += read;
                at.written += written;
            }
            if start == at.read {
                return (at, Stop::Slow);
            }
        }
    }

    /// Codes of one length only.
    #[inline(always)]
    fn one_kind<L: Lanes, const DOUBLE: bool>(self, lanes: L) -> (At, Stop) {
        let Self { table, bytes, mut at, out, .. } = self;
        let steps = Steps::new(bytes);
        loop {
            let Some(room) = out.get_mut(at.written..).and_then(|rest| rest.first_chunk_mut::<ROOM>()) else {
                return (at, Stop::Full);
            };
            let Some(step) = steps.at(at.read) else { return (at, Stop::End) };
            let (left, start) = (bytes.len() - at.read, at.read);
            if !DOUBLE {
                let (read, written) = take_others(table, step, 0, left, room);
                at.read += read;
                at.written += written;
            } else if let Some(room) = room.first_chunk_mut::<PAIR_ROOM>() {
                at = take_pairs(lanes, table, step, (left / 2).min(PAIRS), room, at);
            }
            if start == at.read {
                return (at, Stop::Slow);
            }
        }
    }
}

/// Lanes in which a first byte of two stands.
const FIRSTS: u32 = 0x5555_5555;

/// Takes a run of single bytes, or as much of it as the tables have. Where a pass stands is a value all along: behind a
/// reference it would lie in memory, and each step would wait for the last one's store.
#[inline(always)]
fn take_singles(
    table: &Compiled,
    step: &[u8; STEP],
    mapped: &Mapped,
    length: usize,
    room: &mut [u8; ROOM],
    mut at: At,
) -> At {
    if let Some(slot) = room.first_chunk_mut::<STEP>() {
        *slot = mapped.bytes;
    }
    let plain = run_of(mapped.missing).min(length);
    // How far to go must not wait for the map, which nearly always has all: hence the branch.
    let (read, written) =
        if plain == length { (length, length) } else { take_others(table, step, plain, length, room) };
    at.read += read;
    at.written += written;
    at
}

/// Takes bytes from `start` on one by one, for some are no ASCII: katakana, control characters. How many bytes were taken
/// and written, those before `start` counted.
#[inline(never)]
fn take_others(
    table: &Compiled,
    step: &[u8; STEP],
    start: usize,
    length: usize,
    room: &mut [u8; ROOM],
) -> (usize, usize) {
    let (mut read, mut written) = (start, start);
    for &byte in step.iter().take(length).skip(start).take(16) {
        let text = table.single_text.get(usize::from(byte)).copied().unwrap_or_default();
        let [.., bytes] = text.to_le_bytes();
        if text == 0 {
            break;
        }
        if let Some(slot) = room.get_mut(written..).and_then(|rest| rest.first_chunk_mut::<4>()) {
            *slot = text.to_le_bytes();
        }
        written += usize::from(bytes);
        read += 1;
    }
    (read, written)
}

/// Takes a run of pairs, or as much of it as is plain.
#[inline(always)]
fn take_pairs<L: Lanes>(
    lanes: L,
    table: &Compiled,
    step: &[u8; STEP],
    pairs: usize,
    room: &mut [u8; PAIR_ROOM],
    mut at: At,
) -> At {
    if table.is_short {
        let found = lanes.pairs(&table.points, step);
        if let Some(slot) = room.first_chunk_mut::<24>() {
            *slot = found.text;
        }
        if pairs <= found.known {
            at.read += 2 * pairs;
            at.written += 3 * pairs;
            return at;
        }
    }
    // Lanes behind the run are looked up like the others and not counted: that costs less than a branch.
    let (mut ends, mut written, mut missing) = ([0; PAIRS + 1], 0, 0_u32);
    for (lane, (pair, end)) in step.as_chunks::<2>().0.iter().zip(ends.iter_mut().skip(1)).enumerate() {
        let text = table.double_text.get(usize::from(u16::from_be_bytes(*pair))).copied().unwrap_or_default();
        let [.., length] = text.to_le_bytes();
        // Seven characters of seven bytes end before 64; said so, no place needs a check.
        if let Some(slot) = room.get_mut(written & 63..).and_then(|rest| rest.first_chunk_mut::<8>()) {
            *slot = text.to_le_bytes();
        }
        written += usize::from(length);
        *end = written;
        missing |= u32::from(length == 0) << lane;
    }
    let plain = run_of(missing);
    let pairs = if plain < pairs { fewer(plain) } else { pairs };
    at.read += 2 * pairs;
    at.written += ends.get(pairs).copied().unwrap_or_default();
    at
}

/// Keeps the compiler from turning a branch into a value that has to be waited for.
#[inline(never)]
fn fewer(plain: usize) -> usize {
    plain
}
