//! The wide steps of encoding: many characters at once, on processors with AVX2 and on all others.
//!
//! Whether the processor can is asked once for each text; the rest of the crate is written once, over [`Lanes`].

/// A cell of a code of two bytes; its bytes stand in the low half, the first lowest.
pub(crate) const DOUBLE: u32 = 1 << 31;
/// With [`DOUBLE`]: the code reads back as something else.
pub(crate) const NOTED: u32 = 1 << 30;
/// A cell of a single byte that reads back exactly.
pub(crate) const SINGLE: u32 = 1 << 29;

/// Cells by scalar below U+10000. A cell without [`DOUBLE`] and [`SINGLE`] is the slow path's.
pub(crate) type Cells = [u32; 0x1_0000];

/// The single bytes of ASCII, by high and low digit.
#[derive(Clone, Copy)]
pub(crate) struct Ascii {
    codes: [[u8; 16]; 8],
    /// By low digit, a bit for each high digit whose character is plain.
    plain: [u8; 16],
}

/// Up to eight characters of three bytes, looked up.
pub(crate) struct Group {
    /// Codes of two bytes in order.
    pub doubles: [u8; 16],
    /// Single bytes in order.
    pub singles: [u8; 8],
    /// Lanes that are double, from the lowest bit on.
    pub is_double: u32,
    /// Lanes that are single.
    pub is_single: u32,
    /// Lanes whose code reads back as something else.
    pub is_noted: u32,
}

/// Something to be run with the widest lanes there are.
pub(crate) trait Wide {
    type Output;
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

pub(crate) trait Lanes: Copy {
    /// Maps sixteen bytes, and says how many of them, from the first on, are plain ASCII.
    fn ascii(self, table: &Ascii, bytes: &[u8; 16]) -> ([u8; 16], usize);
    /// Looks up eight characters of three bytes; lanes that are none have no flag set.
    fn group(self, cells: &Cells, bytes: &[u8; 28]) -> Group;
}

/// Runs with the widest lanes of this processor.
pub(crate) fn widest<W: Wide>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = pulp::x86::V3::try_new() {
        return lanes.vectorize(avx2::Run { lanes, work });
    }
    work.run(Portable)
}

impl Ascii {
    /// No character is plain.
    pub(crate) const NONE: Self = Self { codes: [[0; 16]; 8], plain: [0; 16] };

    pub(crate) fn new(cells: &Cells) -> Self {
        let mut table = Self::NONE;
        for (high, (row, cells)) in table.codes.iter_mut().zip(cells.as_chunks::<16>().0).enumerate() {
            for ((code, plain), cell) in row.iter_mut().zip(&mut table.plain).zip(cells) {
                if cell & SINGLE != 0 {
                    [*code, ..] = cell.to_le_bytes();
                    *plain |= 1 << high;
                }
            }
        }
        table
    }

    fn get(&self, byte: u8) -> Option<u8> {
        let (high, low) = (usize::from(byte >> 4), usize::from(byte & 0x0F));
        let plain = self.plain.get(low).is_some_and(|plain| plain >> high & 1 != 0);
        self.codes.get(high).filter(|_| plain)?.get(low).copied()
    }
}

/// How many lanes from the first on are set.
pub(crate) fn leading(lanes: u32) -> usize {
    // At most 32.
    usize::try_from(lanes.trailing_ones()).unwrap_or_default()
}

/// Lanes for any processor.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

impl Lanes for Portable {
    fn ascii(self, table: &Ascii, bytes: &[u8; 16]) -> ([u8; 16], usize) {
        let mut mapped = [0; 16];
        for (at, (slot, &byte)) in mapped.iter_mut().zip(bytes).enumerate() {
            match byte < 0x80 {
                true => match table.get(byte) {
                    Some(code) => *slot = code,
                    None => return (mapped, at),
                },
                false => return (mapped, at),
            }
        }
        (mapped, 16)
    }

    fn group(self, cells: &Cells, bytes: &[u8; 28]) -> Group {
        let mut group = Group { doubles: [0; 16], singles: [0; 8], is_double: 0, is_single: 0, is_noted: 0 };
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
            group.is_double |= u32::from(cell & DOUBLE != 0) << lane;
            group.is_single |= u32::from(cell & SINGLE != 0) << lane;
            group.is_noted |= u32::from(cell & NOTED != 0) << lane;
        }
        group
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{__m128i, __m256i};

    use super::{Ascii, Cells, Group, Lanes, Wide};
    use pulp::cast;
    use pulp::x86::V3;

    pub(super) struct Run<W> {
        pub(super) lanes: V3,
        pub(super) work: W,
    }

    impl<W: Wide> pulp::NullaryFnOnce for Run<W> {
        type Output = W::Output;

        #[inline(always)]
        fn call(self) -> W::Output {
            self.work.run(self.lanes)
        }
    }

    impl Lanes for V3 {
        #[inline(always)]
        fn ascii(self, table: &Ascii, bytes: &[u8; 16]) -> ([u8; 16], usize) {
            let (sse2, ssse3) = (self.sse2, self.ssse3);
            let all = |byte: u8| -> __m128i { cast([byte; 16]) };
            let text: __m128i = cast(*bytes);
            // A lane keeps its low digit where the high digit is the row's, and has the top bit set elsewhere, so
            // that the row's shuffle gives zero.
            let mut mapped = all(0);
            for (row, high) in table.codes.iter().zip([0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70]) {
                let index = sse2._mm_adds_epu8(sse2._mm_xor_si128(text, all(high)), all(0x70));
                mapped = sse2._mm_or_si128(mapped, ssse3._mm_shuffle_epi8(cast(*row), index));
            }
            let low = sse2._mm_and_si128(text, all(0x0F));
            let high = sse2._mm_and_si128(sse2._mm_srli_epi16::<4>(text), all(0x0F));
            let rows = ssse3._mm_shuffle_epi8(cast(table.plain), low);
            // Bit of the high digit; digits from 8 on have none.
            const BIT: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];
            let plain = sse2._mm_and_si128(rows, ssse3._mm_shuffle_epi8(cast(BIT), high));
            let special = sse2._mm_movemask_epi8(sse2._mm_cmpeq_epi8(plain, all(0))).cast_unsigned();
            (cast(mapped), usize::try_from((special | 0x1_0000).trailing_zeros()).unwrap_or_default())
        }

        #[inline(always)]
        fn group(self, cells: &Cells, bytes: &[u8; 28]) -> Group {
            let (avx, avx2, sse2) = (self.avx, self.avx2, self.sse2);
            /// From four times three bytes to four times the same in reverse order.
            const SPREAD: [u8; 32] = [
                2, 1, 0, 0x80, 5, 4, 3, 0x80, 8, 7, 6, 0x80, 11, 10, 9, 0x80, 2, 1, 0, 0x80, 5, 4, 3, 0x80,
                8, 7, 6, 0x80, 11, 10, 9, 0x80,
            ];
            /// The low two bytes of each lane together.
            const GATHER: [u8; 32] = [
                0, 1, 4, 5, 8, 9, 12, 13, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1, 4, 5, 8, 9,
                12, 13, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
            ];
            /// Every second byte.
            const EVEN: [u8; 16] =
                [0, 2, 4, 6, 8, 10, 12, 14, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80];
            let all = |lane: u32| -> __m256i { cast([lane; 8]) };
            let (Some(front), Some(back)) = (bytes.first_chunk::<16>(), bytes.last_chunk::<16>()) else {
                // An array of 28 has both.
                return Group { doubles: [0; 16], singles: [0; 8], is_double: 0, is_single: 0, is_noted: 0 };
            };
            let both =
                avx2._mm256_inserti128_si256::<1>(avx._mm256_castsi128_si256(cast(*front)), cast(*back));
            let lanes = avx2._mm256_shuffle_epi8(both, cast(SPREAD));
            let three = avx2._mm256_cmpeq_epi32(avx2._mm256_and_si256(lanes, all(0xF0_0000)), all(0xE0_0000));
            let part = |shifted, mask| avx2._mm256_and_si256(shifted, all(mask));
            let points = avx2._mm256_or_si256(
                avx2._mm256_or_si256(part(lanes, 0x3F), part(avx2._mm256_srli_epi32::<2>(lanes), 0x0FC0)),
                part(avx2._mm256_srli_epi32::<4>(lanes), 0xF000),
            );
            let points: [u32; 8] = cast(points);
            let found: __m256i = cast(points.map(|point| {
                let [low, high, ..] = point.to_le_bytes();
                cells.get(usize::from(u16::from_le_bytes([low, high]))).copied().unwrap_or_default()
            }));
            let flag = |lanes: __m256i| avx._mm256_movemask_ps(cast(lanes)).cast_unsigned();
            let found = avx2._mm256_and_si256(found, three);
            let halves = avx2._mm256_shuffle_epi8(found, cast(GATHER));
            let (low, high) =
                (avx._mm256_castsi256_si128(halves), avx2._mm256_extracti128_si256::<1>(halves));
            let doubles = sse2._mm_unpacklo_epi64(low, high);
            let singles: [u64; 2] = cast(self.ssse3._mm_shuffle_epi8(doubles, cast(EVEN)));
            let [singles, _] = singles;
            Group {
                doubles: cast(doubles),
                singles: singles.to_le_bytes(),
                is_double: flag(found),
                is_noted: flag(avx2._mm256_slli_epi32::<1>(found)),
                is_single: flag(avx2._mm256_slli_epi32::<2>(found)),
            }
        }
    }
}
