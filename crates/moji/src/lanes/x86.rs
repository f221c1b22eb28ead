//! Lanes for processors with AVX2. `pulp` proves at run time that they are there, so that nothing here is unsafe.

use std::arch::x86_64::{__m128i, __m256i};

use pulp::cast;
use pulp::x86::V3;

use super::{ByteMap, Cells, Group, HighSet, Lanes, Mapped, Pairs, Points, STEP, WINDOW, Wide, run_of};

/// Work with the lanes it is to be run with.
pub(super) struct Run<L, W> {
    pub(super) lanes: L,
    pub(super) work: W,
}

impl<L: Lanes, W: Wide> pulp::NullaryFnOnce for Run<L, W> {
    type Output = W::Output;

    #[inline(always)]
    fn call(self) -> W::Output {
        self.work.run(self.lanes)
    }
}

#[inline(always)]
fn bytes_of(byte: u8) -> __m256i {
    cast([byte; STEP])
}

/// The same sixteen bytes in both halves.
#[inline(always)]
fn twice(row: [u8; 16]) -> __m256i {
    cast([row, row])
}

/// Adds the bytes of one row of a map, if the map has it.
#[inline(always)]
fn row<const ROWS: u16, const HIGH: u8>(simd: V3, map: &ByteMap, text: __m256i, mapped: __m256i) -> __m256i {
    let Some(row) = map.0.get(usize::from(HIGH)).filter(|_| ROWS >> HIGH & 1 == 1) else { return mapped };
    let avx2 = simd.avx2;
    // A lane keeps its low digit where the high digit is the row's, and has the top bit set elsewhere, so that the row's
    // shuffle gives zero.
    let index = avx2._mm256_adds_epu8(avx2._mm256_xor_si256(text, bytes_of(HIGH << 4)), bytes_of(0x70));
    avx2._mm256_or_si256(mapped, avx2._mm256_shuffle_epi8(twice(*row), index))
}

#[inline(always)]
fn lanes_of(simd: V3, lanes: __m256i) -> u32 {
    simd.avx2._mm256_movemask_epi8(lanes).cast_unsigned()
}

impl Lanes for V3 {
    #[inline(always)]
    fn high(self, bytes: &[u8; STEP]) -> u32 {
        lanes_of(self, cast(*bytes))
    }

    #[inline(always)]
    fn firsts(self, bytes: &[u8; STEP]) -> u32 {
        // As signed numbers, continuation bytes are the lowest.
        lanes_of(self, self.avx2._mm256_cmpgt_epi8(cast(*bytes), cast([-65_i8; STEP])))
    }

    #[inline(always)]
    fn either(self, bytes: &[u8; STEP], one: u8, other: u8) -> u32 {
        let (avx2, text) = (self.avx2, cast(*bytes));
        let is = |byte| avx2._mm256_cmpeq_epi8(text, bytes_of(byte));
        lanes_of(self, avx2._mm256_or_si256(is(one), is(other)))
    }

    #[inline(always)]
    fn in_high_set(self, set: &HighSet, bytes: &[u8; STEP]) -> u32 {
        let (avx2, text) = (self.avx2, cast(*bytes));
        let digit = bytes_of(0x0F);
        // The row of the low digit is asked for the bit of the high digit; digits below 8 have none.
        const BITS: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128];
        let rows = avx2._mm256_shuffle_epi8(twice(set.0), avx2._mm256_and_si256(text, digit));
        let high = avx2._mm256_and_si256(avx2._mm256_srli_epi16::<4>(text), digit);
        let inside = avx2._mm256_and_si256(rows, avx2._mm256_shuffle_epi8(twice(BITS), high));
        !lanes_of(self, avx2._mm256_cmpeq_epi8(inside, bytes_of(0)))
    }

    #[inline(always)]
    fn map<const ROWS: u16>(self, map: &ByteMap, bytes: &[u8; STEP]) -> Mapped {
        let avx2 = self.avx2;
        let text: __m256i = cast(*bytes);
        let mut mapped = bytes_of(0);
        // Written out, for a loop over them is not unrolled.
        mapped = row::<ROWS, 0x0>(self, map, text, mapped);
        mapped = row::<ROWS, 0x1>(self, map, text, mapped);
        mapped = row::<ROWS, 0x2>(self, map, text, mapped);
        mapped = row::<ROWS, 0x3>(self, map, text, mapped);
        mapped = row::<ROWS, 0x4>(self, map, text, mapped);
        mapped = row::<ROWS, 0x5>(self, map, text, mapped);
        mapped = row::<ROWS, 0x6>(self, map, text, mapped);
        mapped = row::<ROWS, 0x7>(self, map, text, mapped);
        mapped = row::<ROWS, 0x8>(self, map, text, mapped);
        mapped = row::<ROWS, 0x9>(self, map, text, mapped);
        mapped = row::<ROWS, 0xA>(self, map, text, mapped);
        mapped = row::<ROWS, 0xB>(self, map, text, mapped);
        mapped = row::<ROWS, 0xC>(self, map, text, mapped);
        mapped = row::<ROWS, 0xD>(self, map, text, mapped);
        mapped = row::<ROWS, 0xE>(self, map, text, mapped);
        mapped = row::<ROWS, 0xF>(self, map, text, mapped);
        let missing = lanes_of(self, avx2._mm256_cmpeq_epi8(mapped, bytes_of(0)));
        Mapped { bytes: cast(mapped), missing }
    }

    #[inline(always)]
    fn group(self, cells: &Cells, bytes: &[u8; STEP]) -> Group {
        let (avx, avx2, sse2) = (self.avx, self.avx2, self.sse2);
        /// From four times three bytes to four times the same in reverse order.
        const SPREAD: [u8; 16] = [2, 1, 0, 0x80, 5, 4, 3, 0x80, 8, 7, 6, 0x80, 11, 10, 9, 0x80];
        /// The low two bytes of each lane together.
        const GATHER: [u8; 16] = [0, 1, 4, 5, 8, 9, 12, 13, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80];
        /// Every second byte.
        const EVEN: [u8; 16] = [0, 2, 4, 6, 8, 10, 12, 14, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80];
        let all = |lane: u32| -> __m256i { cast([lane; 8]) };
        // A step has both places for sixteen bytes.
        let from = |at: usize| -> [u8; 16] {
            bytes.get(at..).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or_default()
        };
        let (front, back) = (from(0), from(12));
        let lanes = avx2._mm256_shuffle_epi8(cast([front, back]), twice(SPREAD));
        let three = avx2._mm256_cmpeq_epi32(avx2._mm256_and_si256(lanes, all(0xF0_0000)), all(0xE0_0000));
        let flag = |lanes: __m256i| avx._mm256_movemask_ps(cast(lanes)).cast_unsigned();
        let length = (!flag(three)).trailing_zeros().min(8);
        let part = |shifted, mask| avx2._mm256_and_si256(shifted, all(mask));
        let points = avx2._mm256_or_si256(
            avx2._mm256_or_si256(part(lanes, 0x3F), part(avx2._mm256_srli_epi32::<2>(lanes), 0x0FC0)),
            part(avx2._mm256_srli_epi32::<4>(lanes), 0xF000),
        );
        // Two scalars as a word, for the same reason as in `pairs`.
        let (words, mut found): ([u64; 4], _) = (cast(points), [0_u32; 8]);
        for (word, found) in words.iter().zip(found.as_chunks_mut::<2>().0) {
            for (lane, cell) in (0_u32..2).zip(found) {
                let [low, high, ..] = (word >> (32 * lane)).to_le_bytes();
                *cell = cells.get(usize::from(u16::from_le_bytes([low, high]))).copied().unwrap_or_default();
            }
        }
        let found: __m256i = cast(found);
        let found = avx2._mm256_and_si256(found, three);
        let halves = avx2._mm256_shuffle_epi8(found, twice(GATHER));
        let (low, high) = (avx._mm256_castsi256_si128(halves), avx2._mm256_extracti128_si256::<1>(halves));
        let doubles = sse2._mm_unpacklo_epi64(low, high);
        let singles: [u64; 2] = cast(self.ssse3._mm_shuffle_epi8(doubles, cast(EVEN)));
        let [singles, _] = singles;
        Group {
            doubles: cast(doubles),
            singles: singles.to_le_bytes(),
            length,
            is_double: flag(found),
            is_noted: flag(avx2._mm256_slli_epi32::<1>(found)),
            is_single: flag(avx2._mm256_slli_epi32::<2>(found)),
        }
    }

    #[inline(always)]
    fn pairs(self, points: &Points, bytes: &[u8; STEP]) -> Pairs {
        let (avx, avx2, sse2) = (self.avx, self.avx2, self.sse2);
        /// The low three bytes of each lane together.
        const GATHER: [u8; 16] = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0x80, 0x80, 0x80, 0x80];
        // Four codes as a word: taken one by one out of the step they would all go through one port of the processor.
        let mut found = [0_u16; 8];
        for (found, word) in found.as_chunks_mut::<4>().0.iter_mut().zip(bytes.as_chunks::<8>().0) {
            let word = u64::from_le_bytes(*word);
            for (lane, point) in (0_u32..4).zip(found) {
                let [low, high, ..] = (word >> (16 * lane)).to_le_bytes();
                *point =
                    points.get(usize::from(u16::from_le_bytes([low, high]))).copied().unwrap_or_default();
            }
        }
        let found: __m128i = cast(found);
        let missing = sse2._mm_movemask_epi8(sse2._mm_cmpeq_epi16(found, cast([0_u16; 8]))).cast_unsigned();
        let lanes = avx2._mm256_cvtepu16_epi32(found);
        let all = |lane: u32| -> __m256i { cast([lane; 8]) };
        let part = |shifted, mask| avx2._mm256_and_si256(shifted, all(mask));
        let text = avx2._mm256_or_si256(
            avx2._mm256_or_si256(avx2._mm256_srli_epi32::<12>(lanes), all(0x80_80E0)),
            avx2._mm256_or_si256(
                part(avx2._mm256_slli_epi32::<2>(lanes), 0x3F00),
                part(avx2._mm256_slli_epi32::<16>(lanes), 0x3F_0000),
            ),
        );
        let halves = avx2._mm256_shuffle_epi8(text, twice(GATHER));
        let front: [u8; 16] = cast(avx._mm256_castsi256_si128(halves));
        let back: [u8; 16] = cast(avx2._mm256_extracti128_si256::<1>(halves));
        let mut text = [0; 24];
        if let Some(slot) = text.first_chunk_mut::<16>() {
            *slot = front;
        }
        if let (Some(slot), Some(back)) = (text.last_chunk_mut::<12>(), back.first_chunk::<12>()) {
            *slot = *back;
        }
        Pairs { text, known: run_of(missing | 0x1_0000) / 2 }
    }

    #[inline(always)]
    fn units(self, window: &[u8; WINDOW], swap: bool, out: &mut [u8; 2 * STEP]) -> Option<usize> {
        let front = half_units(self, window.first_chunk()?, swap, out.first_chunk_mut()?)?;
        let back = half_units(
            self,
            window.get(STEP / 2..)?.first_chunk()?,
            swap,
            out.get_mut(2 * front..)?.first_chunk_mut()?,
        )?;
        Some(front + back)
    }
}

/// The units of sixteen bytes, which stand behind two others and before one more.
#[inline(always)]
fn half_units(simd: V3, window: &[u8; STEP / 2 + 3], swap: bool, out: &mut [u8; STEP]) -> Option<usize> {
    let (avx, avx2, sse2, ssse3) = (simd.avx, simd.avx2, simd.sse2, simd.ssse3);
    let from = |at: usize| -> __m128i {
        // Nineteen bytes have four places for sixteen.
        cast(window.get(at..).and_then(|bytes| bytes.first_chunk::<16>()).copied().unwrap_or_default())
    };
    let (before, middle, byte, next) = (from(0), from(1), from(2), from(3));
    let beyond = sse2._mm_cmpeq_epi8(sse2._mm_max_epu8(byte, cast([0xF0_u8; 16])), byte);
    if sse2._mm_movemask_epi8(beyond) != 0 {
        return None;
    }
    // As signed numbers, continuation bytes are the lowest.
    let continues = |bytes| sse2._mm_cmplt_epi8(bytes, cast([-64_i8; 16]));
    let ends = !sse2._mm_movemask_epi8(continues(next)).cast_unsigned();
    let unit = |bytes| avx2._mm256_cvtepu8_epi16(bytes);
    let and = |units, mask: u16| avx2._mm256_and_si256(units, cast([mask; 16]));
    let wide_mask = |bytes| avx2._mm256_cvtepi8_epi16(continues(bytes));
    // What is shifted out at the top is the mark of a first byte.
    let top = avx2._mm256_and_si256(avx2._mm256_slli_epi16::<12>(unit(before)), wide_mask(middle));
    let several = avx2._mm256_or_si256(
        avx2._mm256_or_si256(and(unit(byte), 0x3F), and(avx2._mm256_slli_epi16::<6>(unit(middle)), 0x0FC0)),
        top,
    );
    let mut units = avx2._mm256_blendv_epi8(unit(byte), several, wide_mask(byte));
    // Lanes that end no scalar hold less.
    if avx2._mm256_movemask_epi8(avx2._mm256_cmpeq_epi16(units, cast([0xFEFF_u16; 16]))) != 0 {
        return None;
    }
    if swap {
        units = avx2._mm256_shuffle_epi8(units, twice(SWAP));
    }
    let squeeze = |units: __m128i, ends: u32| -> ([u8; 16], usize) {
        let order = SQUEEZE.get(run_index(ends)).copied().unwrap_or_default();
        let count = usize::try_from((ends & 0xFF).count_ones()).unwrap_or_default();
        (cast(ssse3._mm_shuffle_epi8(units, cast(order))), count)
    };
    let (low, low_count) = squeeze(avx._mm256_castsi256_si128(units), ends);
    let (high, high_count) = squeeze(avx2._mm256_extracti128_si256::<1>(units), ends >> 8);
    *out.first_chunk_mut::<16>()? = low;
    *out.get_mut(2 * low_count..)?.first_chunk_mut::<16>()? = high;
    Some(low_count + high_count)
}

/// The two bytes of each unit the other way round.
pub(super) const SWAP: [u8; 16] = [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14];

/// A mask of eight lanes as an index.
#[inline(always)]
fn run_index(lanes: u32) -> usize {
    let [low, ..] = lanes.to_le_bytes();
    usize::from(low)
}

/// For each mask of eight lanes, the shuffle that brings the lanes that are set together.
const SQUEEZE: [[u8; 16]; 0x100] = squeezes();

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a constant: the compiler runs it and would stop"
)]
const fn squeezes() -> [[u8; 16]; 0x100] {
    let mut all = [[0x80; 16]; 0x100];
    let mut mask = 0;
    while mask < 0x100 {
        let (mut lane, mut slot) = (0, 0);
        while lane < 8 {
            if mask >> lane & 1 == 1 {
                all[mask][2 * slot] = 2 * lane as u8;
                all[mask][2 * slot + 1] = 2 * lane as u8 + 1;
                slot += 1;
            }
            lane += 1;
        }
        mask += 1;
    }
    all
}
