//! What a link decides about conversion.

use std::sync::Arc;

use crate::cluster::Cluster;
use crate::gaiji::Gaiji;

/// The kind of a field (項目の文字種).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// X: single-byte characters only (半角), no shift codes.
    Single,
    /// N: double-byte characters only (全角), no shift codes.
    Double,
    /// M: both, with shift codes where the charset has them (混在).
    Mixed,
}

/// What to do with a character the charset does not have (変換できない文字の扱い).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unmappable {
    /// Refuse the field (エラーとする).
    #[default]
    Reject,
    /// Try without the variation selector, then write the substitute: 〓, in X fields `?` (代替文字に置き換える).
    Substitute,
    /// Try without the variation selector, then the simpler forms of the MJ shrink map in a fixed order, then substitute
    /// (縮退).
    Shrink,
    /// As user-defined character (外字のまま): what has no row in the town's table is refused, and the escapes of codes
    /// without a character ([`Undefined::Keep`]) are written back as those codes.
    Keep,
}

/// What to do with bytes that stand for no character (未定義コードの扱い).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Undefined {
    /// Stop with the byte offset.
    #[default]
    Reject,
    /// Give U+FFFD and go on.
    Substitute,
    /// Keep a code of two bytes as the private scalar U+F0000 + code (外字のまま), which must not leave the link. Other bytes
    /// become U+FFFD.
    Keep,
}

/// What to do with text that does not fit its field (桁あふれの扱い).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// Refuse the field, saying how many bytes it needs.
    #[default]
    Reject,
    /// Keep the longest run of whole clusters that fits, and report it.
    Truncate,
}

/// Which Unicode character stands at the cells of JEF that JIS changed in 1983 (1978年字形の扱い).
///
/// The cells never move. A link chooses one view; mixing two swaps 鯵/鰺, 壺/壷, 檜/桧 and the like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JefMap {
    /// The character with the glyph JEF shows (字形優先).
    #[default]
    Face,
    /// Swapped pairs by glyph, changed forms by position: what the vendor's link to PCs does (PC連携).
    Pc,
    /// The character of JIS X 0208 at the same position (区点優先).
    Area,
}

/// Which variation selectors a link carries (異体字セレクタの系統).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ivs {
    /// Those of the collection Moji_Joho (文字情報基盤).
    #[default]
    Mj,
    /// None: a cell's compatibility ideograph where it has one, otherwise its base.
    Plain,
    /// Those of the collection Adobe-Japan1.
    Aj1,
}

/// The shift code that enters double-byte state (漢字イン). The code that leaves it is always 0x29.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShiftIn {
    /// 0x28, 12 point.
    #[default]
    K28,
    /// 0x38, 9 point.
    K38,
}

/// Everything a link decides about conversion. The default refuses whatever it cannot write, and reports everything that
/// is not exact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Characters the charset does not have.
    pub unmappable: Unmappable,
    /// Bytes that stand for no character.
    pub undefined: Undefined,
    /// View of the cells JIS changed in 1983. JEF only.
    pub map: JefMap,
    /// Collection of variation selectors. JEF only.
    pub ivs: Ivs,
    /// Shift code written before double-byte characters in M fields. JEF only.
    pub shift_in: ShiftIn,
    /// In N fields, ASCII and half-width katakana become full-width; in M fields, half-width katakana for which the charset
    /// has no single byte (全角化). Reported as [`Done::Widened`](crate::Done::Widened).
    pub widen: bool,
    /// On decoding, N fields lose trailing U+3000, X and M fields trailing U+0020 (後方空白の除去).
    pub trim: bool,
    /// Substitute in fields that can hold double-byte characters, [`None`] for the charset's own (〓).
    pub substitute: Option<Cluster>,
    /// Substitute in X fields, [`None`] for `?`.
    pub substitute_single: Option<Cluster>,
    /// The town's table of user-defined characters (外字表), asked before all others.
    pub gaiji: Option<Arc<Gaiji>>,
}
