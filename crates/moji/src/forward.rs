//! Text to codes at memory speed: the path of everything that a table writes by itself.
//!
//! A register's text changes between single and double bytes every few characters, so what costs is not the characters
//! but the branches nobody can foresee. Each step therefore takes sixteen ASCII characters or eight of three bytes without
//! asking, and then goes on by as many as were good. What is not plain is left to the caller.

use crate::compiled::{Compiled, Framing};
use crate::lanes::{DOUBLE, Lanes, NOTED, SINGLE, Wide, leading, widest};
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
    /// Where the run of the present state starts in the output, if its shift code was written in this pass and nothing
    /// the slow path wrote stands between.
    pub run: usize,
}

/// Why a fast pass stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The text is done.
    End,
    /// The output needs more room.
    Full,
    /// The scalar that comes next is the slow path's.
    Slow,
}

/// Room a fast pass wants in the output before it takes a step.
pub(crate) const ROOM: usize = 32;

/// A group of characters some of which read back as something else: offset of the first in the text, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub offset: usize,
    pub lanes: u32,
}

/// Runs until something is not plain.
pub(crate) fn run(
    table: &Compiled,
    field: Field,
    text: &[u8],
    at: At,
    out: &mut [u8],
    notes: &mut Vec<Note>,
) -> (At, Stop) {
    widest(Pass { table, field, text, at, out, notes })
}

struct Pass<'a> {
    table: &'a Compiled,
    field: Field,
    text: &'a [u8],
    at: At,
    out: &'a mut [u8],
    notes: &'a mut Vec<Note>,
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
        let (cells, ascii) = (&*table.cells, &table.ascii);
        loop {
            let Some(room) = out.get_mut(at.written..).and_then(|rest| rest.first_chunk_mut::<ROOM>()) else {
                return (at, Stop::Full);
            };
            let rest = text.get(at.read..).unwrap_or_default();
            if SINGLES && let Some(bytes @ [..0x80, ..]) = rest.first_chunk::<16>() {
                let (codes, good) = lanes.ascii(ascii, bytes);
                let shift = usize::from(SHIFTS && at.double);
                if SHIFTS {
                    let [first, ..] = room;
                    *first = leave;
                }
                if let Some(slot) = room.get_mut(shift..).and_then(|room| room.first_chunk_mut::<16>()) {
                    *slot = codes;
                }
                if good != 0 {
                    if SHIFTS && at.double {
                        at.run = at.written + 1;
                        at.double = false;
                    }
                    at.read += good;
                    at.written += good + shift;
                    continue;
                }
            }
            if let Some(bytes @ [0xE0..=0xEF, ..]) = rest.first_chunk::<28>() {
                let group = lanes.group(cells, bytes);
                if SINGLES && !(SHIFTS && at.double) && group.is_single & 1 != 0 {
                    let good = leading(group.is_single);
                    if let Some(slot) = room.first_chunk_mut::<8>() {
                        *slot = group.singles;
                    }
                    at.read += 3 * good;
                    at.written += good;
                    continue;
                }
                let good = leading(group.is_double);
                if DOUBLES && good != 0 {
                    let noted = group.is_noted & ((1 << good) - 1);
                    if noted != 0 {
                        notes.push(Note { offset: at.read, lanes: noted });
                    }
                    let shift = usize::from(SHIFTS && !at.double);
                    if SHIFTS {
                        let [first, ..] = room;
                        *first = enter;
                    }
                    if let Some(slot) = room.get_mut(shift..).and_then(|room| room.first_chunk_mut::<16>()) {
                        *slot = group.doubles;
                    }
                    if SHIFTS && !at.double {
                        at.run = at.written + 1;
                        at.double = true;
                    }
                    at.read += 3 * good;
                    at.written += 2 * good + shift;
                    continue;
                }
            }
            let (scalar, length) = match scalar(rest) {
                Scalar::Bmp(scalar, length) => (scalar, length),
                Scalar::Beyond => return (at, Stop::Slow),
                Scalar::End => return (at, Stop::End),
            };
            let cell = cells.get(usize::from(scalar)).copied().unwrap_or_default();
            let double = cell & DOUBLE != 0;
            if !(SINGLES && cell & SINGLE != 0 || DOUBLES && double) {
                return (at, Stop::Slow);
            }
            if cell & NOTED != 0 {
                notes.push(Note { offset: at.read, lanes: 1 });
            }
            let [first, second, ..] = cell.to_le_bytes();
            let [a, b, c, ..] = room;
            if SHIFTS && at.double != double {
                [*a, *b, *c] = [if double { enter } else { leave }, first, second];
                at.double = double;
                at.written += 1;
                at.run = at.written;
            } else {
                [*a, *b] = [first, second];
            }
            at.read += length;
            at.written += 1 + usize::from(double);
        }
    }
}

enum Scalar {
    Bmp(u16, usize),
    Beyond,
    End,
}

/// The first scalar of valid UTF-8.
#[inline(always)]
fn scalar(text: &[u8]) -> Scalar {
    match *text {
        [] => Scalar::End,
        [a, ..] if a < 0x80 => Scalar::Bmp(u16::from(a), 1),
        [a, b, ..] if a < 0xE0 => Scalar::Bmp(u16::from(a & 0x1F) << 6 | u16::from(b & 0x3F), 2),
        [a, b, c, ..] if a < 0xF0 => {
            Scalar::Bmp(u16::from(a & 0x0F) << 12 | u16::from(b & 0x3F) << 6 | u16::from(c & 0x3F), 3)
        }
        _ => Scalar::Beyond,
    }
}
