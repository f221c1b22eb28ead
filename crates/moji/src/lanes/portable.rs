//! Lanes for any processor.

use super::{
    ByteMap, Cells, DOUBLE, Group, HighSet, Lanes, Mapped, NOTED, Pairs, Points, SINGLE, STEP, WINDOW,
};

#[derive(Clone, Copy)]
pub(crate) struct Portable;

/// Lanes whose byte answers a question with yes.
fn lanes_of(bytes: &[u8; STEP], is: impl Fn(u8) -> bool) -> u32 {
    bytes.iter().rev().fold(0, |lanes, &byte| lanes << 1 | u32::from(is(byte)))
}

impl Lanes for Portable {
    fn high(self, bytes: &[u8; STEP]) -> u32 {
        lanes_of(bytes, |byte| 0x80 <= byte)
    }

    fn firsts(self, bytes: &[u8; STEP]) -> u32 {
        lanes_of(bytes, |byte| byte & 0xC0 != 0x80)
    }

    fn either(self, bytes: &[u8; STEP], one: u8, other: u8) -> u32 {
        lanes_of(bytes, |byte| byte == one || byte == other)
    }

    fn in_high_set(self, set: &HighSet, bytes: &[u8; STEP]) -> u32 {
        lanes_of(bytes, |byte| 0x80 <= byte && set.has(byte))
    }

    fn map<const ROWS: u16>(self, map: &ByteMap, bytes: &[u8; STEP]) -> Mapped {
        let missing = lanes_of(bytes, |byte| map.get(byte).is_none());
        Mapped { bytes: bytes.map(|byte| map.get(byte).unwrap_or_default()), missing }
    }

    fn group(self, cells: &Cells, bytes: &[u8; STEP]) -> Group {
        let mut group =
            Group { doubles: [0; 16], singles: [0; 8], length: 0, is_double: 0, is_single: 0, is_noted: 0 };
        let slots = group.doubles.as_chunks_mut::<2>().0.iter_mut().zip(&mut group.singles);
        for (lane, (&[a, b, c], (double, single))) in bytes.as_chunks::<3>().0.iter().zip(slots).enumerate() {
            if a & 0xF0 != 0xE0 {
                break;
            }
            let point = u16::from(a & 0x0F) << 12 | u16::from(b & 0x3F) << 6 | u16::from(c & 0x3F);
            let cell = cells.get(usize::from(point)).copied().unwrap_or_default();
            let [first, second, ..] = cell.to_le_bytes();
            *double = [first, second];
            *single = first;
            group.length += 1;
            group.is_double |= u32::from(cell & DOUBLE != 0) << lane;
            group.is_single |= u32::from(cell & SINGLE != 0) << lane;
            group.is_noted |= u32::from(cell & NOTED != 0) << lane;
        }
        group
    }

    fn pairs(self, points: &Points, bytes: &[u8; STEP]) -> Pairs {
        let mut pairs = Pairs { text: [0; 24], known: 0 };
        for (pair, slot) in bytes.as_chunks::<2>().0.iter().zip(pairs.text.as_chunks_mut::<3>().0) {
            let point = points.get(usize::from(u16::from_le_bytes(*pair))).copied().unwrap_or_default();
            if point == 0 {
                break;
            }
            let [high, low] = point.to_be_bytes();
            *slot = [0xE0 | high >> 4, 0x80 | (high & 0x0F) << 2 | low >> 6, 0x80 | low & 0x3F];
            pairs.known += 1;
        }
        pairs
    }

    fn units(self, window: &[u8; WINDOW], swap: bool, out: &mut [u8; 2 * STEP]) -> Option<usize> {
        let continues = |byte: u8| byte & 0xC0 == 0x80;
        let (mut count, mut slots) = (0, out.as_chunks_mut::<2>().0.iter_mut());
        for four in window.windows(4) {
            let &[before, middle, byte, next] = four else { continue };
            if 0xF0 <= byte {
                return None;
            }
            if continues(next) {
                continue;
            }
            let unit = match (continues(byte), continues(middle)) {
                (false, _) => u16::from(byte),
                (true, false) => u16::from(middle & 0x1F) << 6 | u16::from(byte & 0x3F),
                (true, true) => {
                    u16::from(before & 0x0F) << 12 | u16::from(middle & 0x3F) << 6 | u16::from(byte & 0x3F)
                }
            };
            if unit == 0xFEFF {
                return None;
            }
            if let Some(slot) = slots.next() {
                *slot = if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
                count += 1;
            }
        }
        Some(count)
    }
}
