//! Codes to text at memory speed; the mirror of [`crate::forward`].

use crate::compiled::{Compiled, Framing};
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

/// Runs until something is not plain.
pub(crate) fn run(table: &Compiled, field: Field, bytes: &[u8], at: At, out: &mut [u8]) -> (At, Stop) {
    match (field, table.framing) {
        (Field::Single, Framing::Shift { .. } | Framing::Lead) => {
            pass::<true, false>(table, bytes, At { double: false, ..at }, out, 0, 0)
        }
        (_, Framing::Lead) => lead(table, bytes, at, out),
        (Field::Double, _) | (_, Framing::Pairs) => {
            pass::<false, false>(table, bytes, At { double: true, ..at }, out, 0, 0)
        }
        (Field::Mixed, Framing::Shift { enter, leave, .. }) => {
            pass::<true, true>(table, bytes, at, out, enter, leave)
        }
    }
}

#[inline]
fn pass<const SINGLES: bool, const SHIFTS: bool>(
    table: &Compiled,
    bytes: &[u8],
    mut at: At,
    out: &mut [u8],
    enter: u8,
    leave: u8,
) -> (At, Stop) {
    loop {
        if SINGLES && !at.double {
            singles(table, bytes, &mut at, out);
        } else {
            pairs(table, bytes, &mut at, out);
        }
        if out.len() < at.written + 8 {
            return (at, Stop::Full);
        }
        let Some(&byte) = bytes.get(at.read) else { return (at, Stop::End) };
        // A shift code straight behind another carries nothing; that is told by the slow path.
        if SHIFTS && at.shifted != at.read && byte == if at.double { leave } else { enter } {
            at.double = !at.double;
            at.read += 1;
            at.shifted = at.read;
            continue;
        }
        return (at, Stop::Slow);
    }
}

fn lead(table: &Compiled, bytes: &[u8], mut at: At, out: &mut [u8]) -> (At, Stop) {
    loop {
        let start = at.read;
        singles(table, bytes, &mut at, out);
        pairs(table, bytes, &mut at, out);
        if out.len() < at.written + 8 {
            return (at, Stop::Full);
        }
        if bytes.len() <= at.read {
            return (at, Stop::End);
        }
        if start == at.read {
            return (at, Stop::Slow);
        }
    }
}

/// A run of single bytes.
#[inline]
fn singles(table: &Compiled, bytes: &[u8], at: &mut At, out: &mut [u8]) {
    loop {
        while let (Some(from), Some(slot)) = (
            bytes.get(at.read..).and_then(|rest| rest.first_chunk::<8>()),
            out.get_mut(at.written..).and_then(|rest| rest.first_chunk_mut::<8>()),
        ) {
            let good = narrow(&table.single_ascii, from, slot);
            at.read += good;
            at.written += good;
            if good != 8 {
                break;
            }
        }
        let start = at.read;
        while let (Some(&byte), Some(slot)) =
            (bytes.get(at.read), out.get_mut(at.written..).and_then(|rest| rest.first_chunk_mut::<4>()))
        {
            let text = table.single_text.get(usize::from(byte)).copied().unwrap_or_default();
            if text == 0 {
                return;
            }
            let [a, b, c, length] = text.to_le_bytes();
            *slot = [a, b, c, 0];
            at.read += 1;
            at.written += usize::from(length);
            // Behind katakana, ASCII may come in a run again.
            if length == 1 && 8 <= at.read - start {
                break;
            }
        }
        if start == at.read {
            return;
        }
    }
}

/// A run of double-byte codes.
#[inline]
fn pairs(table: &Compiled, bytes: &[u8], at: &mut At, out: &mut [u8]) {
    while let (Some(&pair), Some(slot)) = (
        bytes.get(at.read..).and_then(|rest| rest.first_chunk::<2>()),
        out.get_mut(at.written..).and_then(|rest| rest.first_chunk_mut::<8>()),
    ) {
        let text = table.double_text.get(usize::from(u16::from_be_bytes(pair))).copied().unwrap_or_default();
        if text == 0 {
            return;
        }
        *slot = text.to_le_bytes();
        at.read += 2;
        let [.., length] = text.to_le_bytes();
        at.written += usize::from(length);
    }
}

/// Maps eight bytes and says how many of them, from the first on, were plain.
#[inline]
fn narrow(table: &[u16; 0x100], bytes: &[u8; 8], slot: &mut [u8; 8]) -> usize {
    let mut bad = 0_u64;
    let mut mapped = 0_u64;
    for (lane, &byte) in bytes.iter().enumerate() {
        let cell = u64::from(table.get(usize::from(byte)).copied().unwrap_or_default());
        mapped |= (cell & 0xFF) << (8 * lane);
        bad |= (cell >> 8) << lane;
    }
    *slot = mapped.to_le_bytes();
    usize::try_from(bad.trailing_zeros().min(8)).unwrap_or_default()
}
