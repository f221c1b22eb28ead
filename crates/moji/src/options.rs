//! What a link decides about conversion, and what a conversion reports.

/// The kind of a field (項目の文字種).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// X: single-byte characters only (半角), no shift codes.
    Single,
    /// N: double-byte characters only (全角), no shift codes.
    Double,
    /// M: both, with shift codes (混在).
    Mixed,
    /// Free text, in a host charset the same as [`Mixed`](Self::Mixed).
    Text,
}

/// What to do with a character the charset does not have (変換できない文字の扱い).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unmappable {
    /// Refuse the field (エラーとする).
    #[default]
    Reject,
    /// Try without the variation selector, then write 〓 (`?` in X fields) (代替文字に置き換える).
    Substitute,
    /// Try without the variation selector, then a simpler form, then substitute (縮退). No table of simpler forms is
    /// loaded yet, so today this does what [`Substitute`](Self::Substitute) does.
    Shrink,
}

/// What to do with bytes that stand for no character (未定義コードの扱い).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Undefined {
    /// Stop with the byte offset.
    #[default]
    Reject,
    /// Give U+FFFD and go on.
    Substitute,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JefMap {
    /// The character with the glyph JEF shows (字形優先). A 1983 form is then unmappable in the standard area.
    #[default]
    Face,
    /// Swapped pairs by glyph, changed forms by position: what the vendor's link to PCs does (PC連携).
    Pc,
    /// The character of JIS X 0208 at the same position (区点優先).
    Area,
}

/// The shift code that enters double-byte state (漢字イン). The code that leaves it is always 0x29.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShiftIn {
    /// 0x28, 12 point.
    #[default]
    K28,
    /// 0x38, 9 point.
    K38,
}

impl ShiftIn {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::K28 => 0x28,
            Self::K38 => 0x38,
        }
    }
}

/// Everything a link decides about conversion. The default refuses whatever is not exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Characters the charset does not have.
    pub unmappable: Unmappable,
    /// Bytes that stand for no character.
    pub undefined: Undefined,
    /// View of the cells JIS changed in 1983.
    pub map: JefMap,
    /// Shift code written before double-byte characters in M fields.
    pub shift_in: ShiftIn,
    /// In N fields, ASCII and half-width katakana become full-width (全角化), reported as [`Done::Widened`].
    pub widen: bool,
    /// On decoding, N fields lose trailing U+3000, X and M fields trailing U+0020 (後方空白の除去).
    pub trim: bool,
}

/// What was done to a cluster.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Written without its variation selector: the exact glyph is lost.
    SelectorDropped,
    /// Written as the substitute, or read as U+FFFD: the character is lost.
    Substituted,
    /// Written as a simpler form.
    Shrunk,
    /// Left out because the field is full.
    Truncated,
    /// Written full-width in an N field.
    Widened,
    /// Written at a cell that reads back as another character (`a` as `A` in EBCDIC kana).
    Folded,
}

impl Done {
    /// The Japanese word for reports (変換の内容).
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::SelectorDropped => "異体字セレクタ除去",
            Self::Substituted => "代替文字",
            Self::Shrunk => "縮退",
            Self::Truncated => "切り捨て",
            Self::Widened => "全角化",
            Self::Folded => "同一コードへの統合",
        }
    }
}

/// One report of a conversion (変換記録): what became of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharEvent {
    /// Index of the cluster in the field, from 0. Of a run (widened, folded, truncated), the first.
    pub position: usize,
    /// The cluster or run as it was; on decoding, the bytes in hex.
    pub cluster: String,
    /// What was done.
    pub done: Done,
    /// What stands there now, empty if nothing.
    pub to: String,
}
