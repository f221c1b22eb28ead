//! Errors of encoding and decoding, worded for reports.

/// Why a field cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The charset has no such character (変換できない文字).
    #[error("{}文字目の「{cluster}」（{}）は相手の文字コードにありません", scalar_offset + 1, scalars(cluster))]
    Unmappable {
        /// Offset of the cluster in the text, in Unicode scalar values.
        scalar_offset: usize,
        /// The cluster.
        cluster: String,
    },
    /// The text does not fit (桁あふれ).
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

/// What is wrong with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeRule {
    /// Well formed, but no character stands there (`undefined`).
    Undefined,
    /// A double-byte character without its second byte (`truncated_pair`).
    TruncatedPair,
    /// UTF-16: half of a surrogate pair (`lone_surrogate`).
    LoneSurrogate,
    /// UCS-4: not a Unicode scalar value (`invalid_scalar`).
    InvalidScalar,
    /// UTF-16, UCS-4: the last unit is incomplete (`truncated_unit`).
    TruncatedUnit,
    /// UTF-8: malformed bytes (`invalid_utf8`).
    InvalidUtf8,
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
        }
    }
}

/// Why bytes cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{offset}バイト目（0始まり）: {}", rule.label())]
pub struct DecodeError {
    /// Offset of the first bad byte, from 0.
    pub offset: usize,
    /// What is wrong there.
    pub rule: DecodeRule,
}

fn scalars(cluster: &str) -> String {
    let parts: Vec<String> = cluster.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
    parts.join(" ")
}
