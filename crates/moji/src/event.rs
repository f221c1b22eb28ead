//! What a conversion reports.

use std::fmt;

use crate::cluster::Cluster;
use crate::code::Code;

/// What was done to a character.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Done {
    /// Written without its variation selector: the exact glyph is lost.
    SelectorDropped,
    /// Written as the substitute, or read as U+FFFD: the character is lost.
    Substituted,
    /// Written as a simpler form.
    Shrunk,
    /// Left out because the field is full; it and all behind it.
    Truncated,
    /// Written full-width.
    Widened,
    /// Written exactly as far as the code goes, but the code reads back as another character or sequence (`a` as `A` in
    /// EBCDIC kana, 都 as 都 with a selector), or the character read is written back with another code.
    Respelled,
    /// A code without a character, kept as a private scalar, or such a scalar written back.
    Kept,
    /// What carries no character was put in order: a byte order mark or a shift code too many, a shift code missing at the
    /// end, half a padding.
    Tidied,
}

impl Done {
    /// All of them, in the order of severity for reports.
    pub const ALL: [Self; 8] = [
        Self::Substituted,
        Self::Truncated,
        Self::Shrunk,
        Self::SelectorDropped,
        Self::Kept,
        Self::Widened,
        Self::Respelled,
        Self::Tidied,
    ];

    /// The Japanese word for reports (変換の内容).
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::SelectorDropped => "異体字セレクタ除去",
            Self::Substituted => "代替文字",
            Self::Shrunk => "縮退",
            Self::Truncated => "切り捨て",
            Self::Widened => "全角化",
            Self::Respelled => "別表記に統一",
            Self::Kept => "外字のまま",
            Self::Tidied => "制御コードの整理",
        }
    }

    /// The word for machines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SelectorDropped => "vs_dropped",
            Self::Substituted => "substituted",
            Self::Shrunk => "shrunk",
            Self::Truncated => "truncated",
            Self::Widened => "widened",
            Self::Respelled => "respelled",
            Self::Kept => "kept",
            Self::Tidied => "tidied",
        }
    }

    /// Whether a person's character changed in a way that the receiver cannot undo. The others are spellings.
    #[must_use]
    pub fn is_loss(self) -> bool {
        match self {
            Self::SelectorDropped | Self::Substituted | Self::Shrunk | Self::Truncated => true,
            Self::Widened | Self::Respelled | Self::Kept | Self::Tidied => false,
        }
    }
}

/// A character on one side of a conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// None.
    Nothing,
    /// As text.
    Text(Cluster),
    /// As code.
    Code(Code),
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Text(cluster) => fmt::Display::fmt(cluster, f),
            Self::Code(code) => fmt::Display::fmt(code, f),
        }
    }
}

impl Piece {
    /// Its code points or bytes for reports, such as `U+845B U+E0102` or `X'B3EB'`.
    #[must_use]
    pub fn exactly(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(cluster) => cluster.code_points(),
            Self::Code(code) => format!("X'{code}'"),
        }
    }
}

impl From<char> for Piece {
    fn from(c: char) -> Self {
        Self::Text(Cluster::of(c))
    }
}

/// One report of a conversion (変換記録): a character that does not make an exact round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CharEvent {
    /// On encoding the index of the first scalar in the text, on decoding that of the first scalar in the text made; from 0,
    /// counted from the start of the field or stream.
    pub position: usize,
    /// Offset of the first byte in the input, from 0.
    pub offset: usize,
    /// What stood there.
    pub from: Piece,
    /// What was done.
    pub done: Done,
    /// What stands there now, as text: what a reader of the output finds.
    pub to: Piece,
}

/// What a reader of the output finds (逆変換の検査): the text with every report of its encoding carried out. A conversion that is
/// silent about nothing reads back as exactly this.
///
/// `events` are those of encoding this text, in order, with offsets from its start.
#[must_use]
pub fn read_back(text: &str, events: &[CharEvent]) -> String {
    let mut found = String::with_capacity(text.len());
    let mut done = 0;
    for event in events {
        let Piece::Text(from) = event.from else { continue };
        found.push_str(text.get(done..event.offset).unwrap_or_default());
        if event.done == Done::Truncated {
            return found;
        }
        match event.to {
            Piece::Nothing => {}
            Piece::Text(to) => found.extend(to.chars()),
            // A kept code is read as the scalar that was written as it.
            Piece::Code(_) => found.extend(from.chars()),
        }
        done = event.offset + from.len_utf8();
    }
    found.push_str(text.get(done..).unwrap_or_default());
    found
}
