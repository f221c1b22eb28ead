//! Errors of encoding and decoding, worded for reports.

use crate::charset::Charset;
use crate::cluster::Cluster;

/// Why a field cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The charset has no such character (変換できない文字, `unmappable`).
    #[error("{}文字目の「{cluster}」（{}）は相手の文字コードにありません", scalar_offset + 1, cluster.code_points())]
    Unmappable {
        /// Offset of the cluster in the text, in Unicode scalar values.
        scalar_offset: usize,
        /// The cluster.
        cluster: Cluster,
    },
    /// The text does not fit (桁あふれ, `overflow`).
    #[error("{needed}バイト必要ですが、項目は{bytes}バイトです")]
    Overflow {
        /// Bytes the text needs.
        needed: usize,
        /// Bytes the field has.
        bytes: usize,
    },
    /// The field's length cannot be filled with padding characters (項目長の誤り).
    #[error("項目の長さ{bytes}バイトは{unit}バイトの倍数ではありません")]
    Length {
        /// Bytes the field has.
        bytes: usize,
        /// Bytes of one padding character.
        unit: usize,
    },
}

impl EncodeError {
    /// The word for machines.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unmappable { .. } => "unmappable",
            Self::Overflow { .. } => "overflow",
            Self::Length { .. } => "length",
        }
    }
}

/// What is wrong with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeRule {
    /// Well formed, but no character stands there.
    Undefined,
    /// A double-byte character without its second byte.
    TruncatedPair,
    /// UTF-16: half of a surrogate pair.
    LoneSurrogate,
    /// UTF-32: not a Unicode scalar value.
    InvalidScalar,
    /// UTF-16, UTF-32: the last unit is incomplete.
    TruncatedUnit,
    /// UTF-8: malformed bytes.
    InvalidUtf8,
    /// A byte order mark that is not at the start of the stream.
    BomInside,
}

impl DecodeRule {
    /// The Japanese word for reports.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Undefined => "未定義のコードです",
            Self::TruncatedPair => "2バイト文字が途中で切れています",
            Self::LoneSurrogate => "サロゲートペアの片方だけがあります",
            Self::InvalidScalar => "Unicodeの文字ではありません",
            Self::TruncatedUnit => "文字が途中で切れています",
            Self::InvalidUtf8 => "UTF-8として正しくありません",
            Self::BomInside => "先頭以外にBOM（U+FEFF）があります",
        }
    }

    /// The word for machines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::TruncatedPair => "truncated_pair",
            Self::LoneSurrogate => "lone_surrogate",
            Self::InvalidScalar => "invalid_scalar",
            Self::TruncatedUnit => "truncated_unit",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::BomInside => "bom_inside",
        }
    }
}

/// Why bytes cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{offset}バイト目（0始まり）: {}", rule.label())]
pub struct DecodeError {
    /// Offset of the first bad byte, from 0.
    pub offset: usize,
    /// What is wrong there.
    pub rule: DecodeRule,
}

/// Why no codec can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The charset's table pack is not there (変換表がない).
    #[error("文字コード「{charset}」の変換表がありません。`daicho moji tables install` で入れてください")]
    NoTable {
        /// The charset.
        charset: Charset,
    },
    /// A substitute that the charset itself does not have.
    #[error("代替文字「{cluster}」は文字コード「{charset}」にありません")]
    Substitute {
        /// The charset.
        charset: Charset,
        /// The substitute.
        cluster: Cluster,
    },
    /// A row of the table of user-defined characters that the charset cannot hold.
    #[error("外字表の{line}行目: コード {code} は文字コード「{charset}」に書けません")]
    Gaiji {
        /// The charset.
        charset: Charset,
        /// Line of the table, from 1.
        line: usize,
        /// The code as written there.
        code: String,
    },
}
