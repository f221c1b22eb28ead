//! Lanes for processors with AVX-512: UTF-16 in full width, everything else as with AVX2.

use std::arch::x86_64::{__m256i, __m512i};

use pulp::cast;
use pulp::x86::V4;

use super::x86::SWAP;
use super::{ByteMap, Cells, Group, HighSet, Lanes, Mapped, Pairs, Points, STEP, WINDOW};

impl Lanes for V4 {
    #[inline(always)]
    fn high(self, bytes: &[u8; STEP]) -> u32 {
        Lanes::high(*self, bytes)
    }

    #[inline(always)]
    fn firsts(self, bytes: &[u8; STEP]) -> u32 {
        Lanes::firsts(*self, bytes)
    }

    #[inline(always)]
    fn either(self, bytes: &[u8; STEP], one: u8, other: u8) -> u32 {
        Lanes::either(*self, bytes, one, other)
    }

    #[inline(always)]
    fn in_high_set(self, set: &HighSet, bytes: &[u8; STEP]) -> u32 {
        Lanes::in_high_set(*self, set, bytes)
    }

    #[inline(always)]
    fn map<const ROWS: u16>(self, map: &ByteMap, bytes: &[u8; STEP]) -> Mapped {
        Lanes::map::<ROWS>(*self, map, bytes)
    }

    #[inline(always)]
    fn group(self, cells: &Cells, bytes: &[u8; STEP]) -> Group {
        Lanes::group(*self, cells, bytes)
    }

    #[inline(always)]
    fn pairs(self, points: &Points, bytes: &[u8; STEP]) -> Pairs {
        Lanes::pairs(*self, points, bytes)
    }

    #[inline(always)]
    fn units(self, window: &[u8; WINDOW], swap: bool, out: &mut [u8; 2 * STEP]) -> Option<usize> {
        let (wide, bytewise) = (self.avx512f, self.avx512bw);
        let from = |at: usize| -> __m256i {
            // A window has four places for a step.
            cast(window.get(at..).and_then(|bytes| bytes.first_chunk::<STEP>()).copied().unwrap_or([0; STEP]))
        };
        let (before, middle, byte, next) = (from(0), from(1), from(2), from(3));
        if bytewise._mm256_cmpge_epu8_mask(byte, cast([0xF0_u8; STEP])) != 0 {
            return None;
        }
        // As signed numbers, continuation bytes are the lowest.
        let continues = |bytes| bytewise._mm256_cmplt_epi8_mask(bytes, cast([-64_i8; STEP]));
        let ends = !continues(next);
        let unit = |bytes| bytewise._mm512_cvtepu8_epi16(bytes);
        let and = |units, mask: u16| wide._mm512_and_si512(units, cast([mask; STEP]));
        // What is shifted out at the top is the mark of a first byte.
        let top = bytewise._mm512_maskz_slli_epi16::<12>(continues(middle), unit(before));
        let several = wide._mm512_or_si512(
            wide._mm512_or_si512(
                and(unit(byte), 0x3F),
                and(bytewise._mm512_slli_epi16::<6>(unit(middle)), 0x0FC0),
            ),
            top,
        );
        let mut units = bytewise._mm512_mask_blend_epi16(continues(byte), unit(byte), several);
        // Lanes that end no scalar hold less.
        if bytewise._mm512_cmpeq_epi16_mask(units, cast([0xFEFF_u16; STEP])) != 0 {
            return None;
        }
        if swap {
            units = bytewise._mm512_shuffle_epi8(units, cast([SWAP; 4]));
        }
        let squeeze = |half: __m256i, ends: u32| -> ([u8; STEP], usize) {
            let [low, high, ..] = ends.to_le_bytes();
            let ends = u16::from_le_bytes([low, high]);
            let wider: __m512i = wide._mm512_cvtepu16_epi32(half);
            let together = wide._mm512_cvtepi32_epi16(wide._mm512_maskz_compress_epi32(ends, wider));
            (cast(together), usize::try_from(ends.count_ones()).unwrap_or_default())
        };
        let (front, front_count) = squeeze(wide._mm512_castsi512_si256(units), ends);
        let (back, back_count) = squeeze(wide._mm512_extracti64x4_epi64::<1>(units), ends >> 16);
        *out.first_chunk_mut::<STEP>()? = front;
        *out.get_mut(2 * front_count..)?.first_chunk_mut::<STEP>()? = back;
        Some(front_count + back_count)
    }
}
