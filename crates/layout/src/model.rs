//! A layout as values: what a file says once it was read and found right.

use std::sync::Arc;

use moji::{Charset, Cluster, Gaiji, Ivs, JefMap, Overflow, ShiftIn, Undefined, Unmappable};

use crate::codes::CodeList;

/// A record layout (レコードレイアウト): the form of a file and its records with their items in order.
///
/// Get one by [`Layout::parse`]; the fields are for pages and checks that show it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Layout {
    /// The file it was read from, for messages.
    pub file: String,
    /// Title (名称).
    pub title: String,
    /// The dataset its items come from (提供データ), `system/dataset`; may be empty for a layout used by hand.
    pub dataset: String,
    /// Remarks for the specification sheet (備考).
    pub remark: String,
    /// Fixed length, CSV, JSON lines or XML.
    pub form: Form,
    /// Charset (文字コード).
    pub charset: Charset,
    /// What the layout decides about conversion.
    pub characters: Characters,
    /// What ends a record (改行).
    pub newline: Newline,
    /// Whether every record is read back as soon as it is written (逆変換の確認).
    pub reverse_check: bool,
    /// The kinds of records (レコード種別): headers, details, trailers, in this order.
    pub records: Vec<RecordSpec>,
}

/// What a layout decides about conversion (文字変換の取り決め).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Characters {
    /// What becomes of a character the charset does not have; [`None`]: as the link says.
    pub unmappable: Option<Unmappable>,
    /// What becomes of bytes that stand for no character.
    pub undefined: Undefined,
    /// Substitute outside X items, [`None`] for 〓.
    pub substitute: Option<Cluster>,
    /// Substitute in X items, [`None`] for `?`.
    pub substitute_single: Option<Cluster>,
    /// View of the JEF cells JIS changed in 1983.
    pub jef_map: JefMap,
    /// Collection of variation selectors.
    pub ivs: Ivs,
    /// Shift code that enters double-byte state.
    pub shift_in: ShiftIn,
    /// Whether N items are written full-width (全角化).
    pub widen: bool,
    /// Whether a shift code too many or too few is put in order instead of refused.
    pub tidy_shifts: bool,
    /// The town's table of user-defined characters (外字表).
    pub gaiji: Option<Arc<Gaiji>>,
}

/// The form of a file (ファイル形式).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Fixed length (固定長).
    Fixed {
        /// Bytes of every record, a newline not counted (レコード長).
        record_bytes: usize,
    },
    /// CSV or TSV by RFC 4180.
    Csv {
        /// Delimiter (区切り文字).
        delimiter: char,
        /// First line with the items' names (見出し行).
        header_line: HeaderLine,
        /// Which values are quoted.
        quote: Quote,
    },
    /// One JSON object on each line (JSON Lines).
    Jsonl,
    /// XML: a root element, in it an element for each record, in that an element for each item.
    Xml {
        /// Name of the root element.
        root: String,
    },
}

impl Form {
    /// The word of the layout file.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Fixed { .. } => "fixed",
            Self::Csv { delimiter: '\t', .. } => "tsv",
            Self::Csv { .. } => "csv",
            Self::Jsonl => "jsonl",
            Self::Xml { .. } => "xml",
        }
    }

    /// Whether records have a fixed length.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed { .. })
    }
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

/// Which values of a CSV file stand in quotes (引用符).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// Those that must be.
    Needed,
    /// All.
    All,
    /// None: a quote is a character like any other, and a delimiter or line end in a value is refused.
    Never,
}

/// What ends a record (改行).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newline {
    /// Nothing.
    None,
    /// CR LF.
    CrLf,
    /// LF; on a host NL.
    Lf,
}

/// What a record is in its file (レコードの役割).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Before all others, once (ヘッダレコード).
    Header,
    /// Any number of them (データレコード).
    Detail,
    /// Behind all others, once (トレーラレコード).
    Trailer,
}

impl Role {
    /// The word of the layout file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Detail => "detail",
            Self::Trailer => "trailer",
        }
    }

    /// The Japanese word.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Header => "ヘッダ",
            Self::Detail => "データ",
            Self::Trailer => "トレーラ",
        }
    }
}

/// One kind of record (レコード種別).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordSpec {
    /// Its name, which rows and XML elements carry.
    pub name: String,
    /// Japanese name for people.
    pub title: String,
    /// What it is in the file.
    pub role: Role,
    /// Line in the file, for messages.
    pub line: Option<usize>,
    /// Its items in order.
    pub fields: Vec<FieldSpec>,
}

/// One item of a record (項目).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FieldSpec {
    /// The file it stands in: the layout's, or a table of fields beside it.
    pub file: Arc<str>,
    /// Line in that file, for messages.
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
    /// Digits of a number, sign not counted, decimals counted; 0 for no limit.
    pub digits: usize,
    /// Decimals (小数部の桁数) of a number; [`None`]: it is no quantity, leading zeros belong to it.
    pub decimals: Option<usize>,
    /// Where a zoned number has its sign, and whether a packed one has one.
    pub sign: Sign,
    /// Zones of the digit that carries the sign.
    pub zones: Zones,
    /// Longest value in characters. Not for fixed length.
    pub chars_max: Option<usize>,
    /// How a date is written, [`None`] if it is no date.
    pub format: Option<DateFormat>,
    /// How unknown parts of a date are written.
    pub unknown: UnknownDate,
    /// Whether it must have a value (必須).
    pub required: bool,
    /// What is written for an empty value (省略時の値).
    pub default: String,
    /// Code list (コード表): ours and the other side's.
    pub codes: Option<Arc<CodeList>>,
    /// What becomes of a character the charset does not have; [`None`]: as the layout says.
    pub unmappable: Option<Unmappable>,
    /// What happens to a value that is too long (桁あふれ).
    pub overflow: Overflow,
    /// Which side of the field the value stands at.
    pub justify: Justify,
    /// What fills the rest, and an empty value.
    pub pad: Pad,
    /// Remark (備考).
    pub remark: String,
    /// A value for samples, empty to have one invented.
    pub sample: String,
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
    /// Nothing: written as padding, not looked at when read (予備).
    Filler,
}

/// What a header or trailer can say about a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Delivery number (送付番号).
    DeliveryNo,
    /// Date of preparation (作成年月日).
    Date,
    /// Number of detail records (データ件数), of one kind or of all.
    RowCount(Option<String>),
    /// Number of all records, header and trailer counted (レコード件数).
    RecordCount,
    /// Bytes of all detail records, line ends counted; of XML their elements alone (データ部のバイト数).
    Bytes,
    /// Sum of a numeric item over all detail records (合計).
    Total(String),
    /// A count or total over the detail records that meet a condition alone (条件付きの件数・合計).
    Where(Box<Fact>, Condition),
    /// The value all rows have of an item of the dataset (共通の値); a row that has another is refused.
    Common(String),
    /// Full or difference (全件・差分).
    Extent,
    /// Who sends (提供元).
    Source,
    /// Who receives (提供先).
    Target,
}

/// What a counted detail record must have (件数・合計の条件): `result = 0`, `result != 0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Field name of an item of the details.
    pub item: String,
    /// The value, as the dataset has it.
    pub value: String,
    /// Whether it must be another one.
    pub negated: bool,
}

impl Condition {
    /// Reads `item = value` or `item != value`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (item, value) = text.split_once('=')?;
        let (item, negated) = item.strip_suffix('!').map_or((item, false), |item| (item, true));
        let (item, value) = (item.trim().to_owned(), value.trim().to_owned());
        (!item.is_empty() && !value.contains('=')).then_some(Self { item, value, negated })
    }

    pub(crate) fn holds(&self, value: &str) -> bool {
        (value == self.value) != self.negated
    }
}

impl Fact {
    /// Whether it is only known when all rows are.
    #[must_use]
    pub fn is_tallied(&self) -> bool {
        match self {
            Self::RowCount(_) | Self::RecordCount | Self::Bytes | Self::Total(_) => true,
            Self::Where(..) | Self::Common(_) => true,
            Self::DeliveryNo | Self::Date | Self::Extent | Self::Source | Self::Target => false,
        }
    }

    /// The Japanese word.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::DeliveryNo => "送付番号".to_owned(),
            Self::Date => "作成年月日".to_owned(),
            Self::RowCount(None) => "データレコードの数".to_owned(),
            Self::RowCount(Some(kind)) => format!("「{kind}」レコードの数"),
            Self::RecordCount => "レコードの数".to_owned(),
            Self::Bytes => "データ部のバイト数".to_owned(),
            Self::Total(item) => format!("「{item}」の合計"),
            Self::Where(of, Condition { item, value, negated }) => {
                let sign = if *negated { "≠" } else { "＝" };
                format!("{}（{item} {sign} {value}）", of.label())
            }
            Self::Common(item) => format!("全件に共通の「{item}」"),
            Self::Extent => "全件・差分の区分".to_owned(),
            Self::Source => "提供元".to_owned(),
            Self::Target => "提供先".to_owned(),
        }
    }
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
    /// T: Unicode text.
    Text,
    /// K: half-width katakana, digits, Latin letters (半角カナ).
    NarrowKana,
    /// W: full-width katakana, digits, Latin letters (全角カナ).
    WideKana,
    /// 9: digits.
    Digits,
    /// S9: zoned decimal with sign (ゾーン10進).
    Zoned,
    /// P: packed decimal (パック10進).
    Packed,
}

impl Type {
    /// The word of the layout file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::X => "X",
            Self::N => "N",
            Self::M => "M",
            Self::Text => "T",
            Self::NarrowKana => "K",
            Self::WideKana => "W",
            Self::Digits => "9",
            Self::Zoned => "S9",
            Self::Packed => "P",
        }
    }

    /// The Japanese word, as it is in records of fixed length.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::X => "半角文字",
            Self::N => "全角文字",
            Self::M => "半角・全角混在",
            Self::Text => "文字",
            Self::NarrowKana => "半角カナ",
            Self::WideKana => "全角カナ",
            Self::Digits => "数字",
            Self::Zoned => "符号付き数値（ゾーン10進）",
            Self::Packed => "数値（パック10進）",
        }
    }

    /// Whether it holds a number.
    #[must_use]
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Digits | Self::Zoned | Self::Packed)
    }

    pub(crate) fn field(self) -> moji::Field {
        match self {
            Self::X | Self::Digits | Self::Zoned | Self::Packed | Self::NarrowKana => moji::Field::Single,
            Self::N | Self::WideKana => moji::Field::Double,
            Self::M | Self::Text => moji::Field::Mixed,
        }
    }
}

/// Where a number has its sign (符号の位置).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// In the zone of the last digit; of a packed number, in its last half byte.
    Trailing,
    /// In the zone of the first digit.
    Leading,
    /// A character of its own behind the digits.
    TrailingSeparate,
    /// A character of its own before the digits.
    LeadingSeparate,
    /// None: a packed number without sign (X'F').
    None,
}

/// How the digit that carries the sign of a zoned number is written (符号の表し方).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zones {
    /// `{ABCDEFGHI` for plus, `}JKLMNOPQR` for minus, in the file's charset; on a host that is X'C' and X'D'.
    Letters,
    /// High half bytes for plus and minus.
    Nibbles(u8, u8),
}

/// Which side of its field a value stands at (桁寄せ).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Justify {
    /// 左詰め.
    Left,
    /// 右詰め.
    Right,
}

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFormat {
    /// `19850401`.
    YyyyMmDd,
    /// `1985-04-01`.
    Iso,
    /// `1985/04/01`.
    Slash,
    /// `850401`, of the hundred years from 1950 on.
    YyMmDd,
    /// `3600401`: era code, year, month, day (和暦7桁).
    Wareki,
    /// `S600401`: era letter, year, month, day.
    WarekiLetter,
    /// `U10`: the pattern of a date with unknown parts, empty for a known one (不詳区分).
    UnknownCode,
}

impl DateFormat {
    /// The word of the layout file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::YyyyMmDd => "yyyymmdd",
            Self::Iso => "iso",
            Self::Slash => "yyyy/mm/dd",
            Self::YyMmDd => "yymmdd",
            Self::Wareki => "wareki",
            Self::WarekiLetter => "wareki-letter",
            Self::UnknownCode => "unknown-code",
        }
    }

    /// The Japanese word.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::YyyyMmDd => "西暦8桁 YYYYMMDD",
            Self::Iso => "西暦 YYYY-MM-DD",
            Self::Slash => "西暦 YYYY/MM/DD",
            Self::YyMmDd => "西暦下2桁 YYMMDD（1950～2049年）",
            Self::Wareki => "和暦7桁 元号コード+YYMMDD",
            Self::WarekiLetter => "和暦7桁 元号英字+YYMMDD",
            Self::UnknownCode => "不詳区分 U01～U14",
        }
    }

    /// How many characters a date has.
    pub(crate) fn chars(self) -> usize {
        match self {
            Self::YyyyMmDd => 8,
            Self::Iso | Self::Slash => 10,
            Self::YyMmDd => 6,
            Self::Wareki | Self::WarekiLetter => 7,
            Self::UnknownCode => 3,
        }
    }
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

impl UnknownDate {
    /// The Japanese word.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Internal => "内部管理用日付",
            Self::Zero => "不詳の部分を0",
            Self::Blank => "空",
            Self::Reject => "出力しない（エラー）",
        }
    }
}

/// What fills the rest of a field (埋め字).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pad {
    /// The field's own space.
    Space,
    /// The digit zero.
    Zero,
    /// The full-width space.
    WideSpace,
    /// Nothing: the value must fill the field.
    None,
    /// A byte.
    Byte(u8),
}
