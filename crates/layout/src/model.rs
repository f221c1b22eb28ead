//! A layout as values: what a file says once it was read and found right.

use moji::{Charset, JefMap, Overflow};

/// A record layout (レコードレイアウト): the form of a file and its items in order.
///
/// Get one by [`Layout::parse`]; the fields are for pages and checks that show it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Layout {
    /// The file it was read from, for messages.
    pub file: String,
    /// Title (名称).
    pub title: String,
    /// The dataset its items come from (提供データ), `system/dataset`.
    pub dataset: String,
    /// Fixed length or CSV.
    pub form: Form,
    /// Charset (文字コード).
    pub charset: Charset,
    /// View of the JEF cells JIS changed in 1983.
    pub jef_map: JefMap,
    /// Whether N items are written full-width (全角化).
    pub widen: bool,
    /// What ends a record (改行).
    pub newline: Newline,
    /// Header record (ヘッダレコード), empty if there is none.
    pub header: Vec<FieldSpec>,
    /// Detail record (データレコード).
    pub detail: Vec<FieldSpec>,
    /// Trailer record (トレーラレコード), empty if there is none.
    pub trailer: Vec<FieldSpec>,
}

/// The form of a file (ファイル形式).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Fixed length (固定長).
    Fixed {
        /// Bytes of every record, a newline not counted (レコード長).
        record_bytes: usize,
    },
    /// CSV by RFC 4180.
    Csv {
        /// Delimiter (区切り文字).
        delimiter: char,
        /// First line with the items' names (見出し行).
        header_line: HeaderLine,
        /// Whether every value is quoted, or only those that must be.
        quote_all: bool,
    },
}

/// The line of names at the start of a CSV file (見出し行).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderLine {
    /// None.
    None,
    /// Japanese names (項目名).
    Item,
    /// Field names.
    Name,
}

/// What ends a record (改行).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newline {
    /// Nothing.
    None,
    /// CR LF.
    CrLf,
    /// LF.
    Lf,
}

/// One item of a record (項目).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FieldSpec {
    /// Line in the file, for messages.
    pub line: usize,
    /// Number (項番).
    pub no: u32,
    /// Japanese name (項目名).
    pub item: String,
    /// Field name.
    pub name: String,
    /// Where its value comes from.
    pub value: Value,
    /// Kind of its characters (属性).
    pub kind: Type,
    /// Start (開始位置), from 1. Fixed length only.
    pub start_byte: usize,
    /// Length (桁数) in bytes. Fixed length only.
    pub bytes: usize,
    /// Longest value in characters. CSV only.
    pub chars_max: Option<usize>,
    /// How a date is written, [`None`] if it is no date.
    pub format: Option<DateFormat>,
    /// How unknown parts of a date are written.
    pub unknown: UnknownDate,
    /// Whether it must have a value (必須).
    pub required: bool,
    /// What happens to a value that is too long (桁あふれ).
    pub overflow: Overflow,
    /// What fills the rest, and an empty value.
    pub pad: Pad,
}

/// Where the value of an item comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An item of the dataset (提供データの項目).
    From(String),
    /// The same text in every record (固定値).
    Literal(String),
    /// Something about the delivery. Header and trailer only.
    Fact(Fact),
}

/// What a header or trailer can say about a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Delivery number (送付番号).
    DeliveryNo,
    /// Date of preparation (作成年月日).
    Date,
    /// Number of detail records (データ件数).
    RowCount,
    /// Full or difference (全件・差分).
    Extent,
    /// Who sends (提供元).
    Source,
    /// Who receives (提供先).
    Target,
}

/// Kind of characters (属性).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// X: single-byte.
    X,
    /// N: double-byte.
    N,
    /// M: both, with shift codes.
    M,
    /// 9: digits.
    Digits,
    /// T: Unicode text.
    Text,
}

impl Type {
    pub(crate) fn field(self) -> moji::Field {
        match self {
            Self::X | Self::Digits => moji::Field::Single,
            Self::N => moji::Field::Double,
            Self::M => moji::Field::Mixed,
            Self::Text => moji::Field::Mixed,
        }
    }
}

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFormat {
    /// `19850401`.
    YyyyMmDd,
    /// `3600401`: era code, year, month, day (和暦7桁).
    Wareki,
    /// `1985-04-01`.
    Iso,
    /// `U10`: the pattern of a date with unknown parts, empty for a known one (不詳区分).
    UnknownCode,
}

/// How a date with unknown parts is written (不詳日の表し方).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownDate {
    /// By its internal date (内部管理用日付).
    Internal,
    /// With zeros for what is unknown.
    Zero,
    /// As if it were empty.
    Blank,
    /// Not at all: the row is refused.
    Reject,
}

/// What fills the rest of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pad {
    /// Spaces behind.
    Space,
    /// Zeros before, or an empty value as zeros.
    Zero,
}
