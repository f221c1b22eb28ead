//! Errors: each names where, which item, which rule.

use moji::{DecodeRule, EncodeError};

/// What is wrong with a layout file (レイアウト定義の誤り).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}{}: {rule}", line.map(|line| format!(" {line}行目")).unwrap_or_default(), item_label(item))]
pub struct LayoutError {
    /// The file's name as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The item's name (項目名), empty if the file as a whole is meant.
    pub item: String,
    /// The rule that is broken, in Japanese.
    pub rule: String,
}

fn item_label(item: &str) -> String {
    if item.is_empty() { String::new() } else { format!("「{item}」") }
}

/// Why a row cannot be written (レコードを出力できない理由).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("項目「{item}」: {rule}")]
pub struct RowError {
    /// The item's name (項目名).
    pub item: String,
    /// The rule that is broken.
    pub rule: RowRule,
}

/// The rules a value can break.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowRule {
    /// A required item is empty.
    #[error("必須項目に値がありません")]
    Required,
    /// The row has another number of values than the plan was compiled for.
    #[error("値の数が{got}個です（{expected}個必要です）")]
    Values {
        /// Values expected.
        expected: usize,
        /// Values given.
        got: usize,
    },
    /// The layout has no such kind of record, or several and none was named.
    #[error("レコードの種類を決められません（{kinds} のどれかです）")]
    Kind {
        /// The kinds there are.
        kinds: String,
    },
    /// A value that is the same for the whole file is another one here.
    #[error("「{got}」が、前の行の「{first}」と違います（一つのファイルでは同じ値でなければなりません）")]
    NotCommon {
        /// The value of the rows before.
        first: String,
        /// The value of this row.
        got: String,
    },
    /// A digits item holds something else.
    #[error("数字以外の文字があります")]
    NotDigits,
    /// The value is not a number.
    #[error("数値として読めません（符号・数字・小数点だけが使えます）")]
    NotANumber,
    /// A number below zero in an item without sign.
    #[error("負の数は、符号のない項目に入りません")]
    Negative,
    /// A number has more decimals than the item.
    #[error("小数点以下が{got}桁ありますが、項目は{max}桁です")]
    Decimals {
        /// Decimals the value has.
        got: usize,
        /// Decimals the item has.
        max: usize,
    },
    /// A number has more digits than the item.
    #[error("{got}桁ありますが、項目は{max}桁です")]
    Digits {
        /// Digits the value has.
        got: usize,
        /// Digits the item has.
        max: usize,
    },
    /// The value is not a date in the register notation.
    #[error("日付として読めません")]
    NotADate,
    /// The date has unknown parts, and the layout does not say how to write them (`unknown`).
    #[error("不詳を含む日付をこの項目に出力できません")]
    UnknownDate,
    /// The date cannot be written in eras: it is before the first one or past 99 years of the last one.
    #[error("和暦で表せない日付です")]
    NotInEras,
    /// The date is outside the hundred years that two digits of the year can say.
    #[error("2桁の年で表せない日付です（{first}年から{last}年まで）")]
    NotInCentury {
        /// First year.
        first: u16,
        /// Last year.
        last: u16,
    },
    /// The value has too many characters.
    #[error("{got}文字ありますが、{max}文字までです")]
    TooLong {
        /// Characters the value has.
        got: usize,
        /// Characters the item may have.
        max: usize,
    },
    /// The value does not fill an item that has no padding.
    #[error("{got}バイトですが、埋め字のない項目なので{bytes}バイト必要です")]
    TooShort {
        /// Bytes the value has.
        got: usize,
        /// Bytes the item has.
        bytes: usize,
    },
    /// The code list has no row for the value.
    #[error("コード表に「{value}」がありません")]
    NoCode {
        /// The value.
        value: String,
    },
    /// A kana item holds another character.
    #[error("{}文字目の「{c}」（U+{:04X}）は仮名の項目に入りません", position + 1, u32::from(*c))]
    NotKana {
        /// Place in the value, in scalars from 0.
        position: usize,
        /// The character.
        c: char,
    },
    /// A control character, such as a line end, in a form that has no way to hold it.
    #[error("{}文字目に制御文字（U+{:04X}）があります", position + 1, u32::from(*c))]
    Control {
        /// Place in the value, in scalars from 0.
        position: usize,
        /// The character.
        c: char,
    },
    /// A delimiter or quote in a form without quotes.
    #[error("区切り文字「{}」を、引用符のない形式には書けません", c.escape_default())]
    Delimiter {
        /// The character.
        c: char,
    },
    /// The value does not fit the charset or the field.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// Why a record, or the file as a whole, cannot be read (レコードを読み込めない理由).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{record}件目のレコード{}（ファイルの先頭から{offset}バイト）: {rule}", item_label(item))]
pub struct ReadError {
    /// The record, from 1, header and trailer counted.
    pub record: u64,
    /// Offset in the file of what is wrong, in bytes from 0.
    pub offset: u64,
    /// The item's name (項目名), empty if the record as a whole is meant.
    pub item: String,
    /// The rule that is broken.
    pub rule: ReadRule,
}

/// The rules bytes can break.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadRule {
    /// Bytes that are no text in the charset.
    #[error("{}", .0.label())]
    Decode(DecodeRule),
    /// A record of fixed length has another one.
    #[error("レコード長が{expected}バイトではありません（{got}バイト）")]
    Length {
        /// Bytes it should have, a newline counted.
        expected: usize,
        /// Bytes it has.
        got: usize,
    },
    /// A record that does not end within any sensible length; what stands here is a part of it.
    #[error("レコードが{max}バイトを超えても終わりません")]
    Endless {
        /// Bytes after which reading gave up.
        max: usize,
    },
    /// A line end that stands between or in records where there are none.
    #[error("固定長の中に改行（X'{code}'）があります")]
    LineEnd {
        /// Its bytes in hex.
        code: String,
    },
    /// A field that nobody filled.
    #[error("X'{byte:02X}'が続いています（値が設定されていない項目）")]
    Unset {
        /// The byte.
        byte: u8,
    },
    /// A field of a host that was padded with the space of another charset.
    #[error("X'20'があります（EBCDICの空白はX'40'です。変換前に空白を埋めています）")]
    AsciiSpace,
    /// A control character in a field.
    #[error("制御文字（U+{:04X}）があります", u32::from(*.0))]
    Control(char),
    /// A shift code too many.
    #[error("シフトコード X'{code:02X}' が重複しています")]
    ShiftDoubled {
        /// The code.
        code: u8,
    },
    /// A shift code too few.
    #[error("シフトコードが足りません（漢字イン・アウトの組になっていません）")]
    ShiftMissing,
    /// A digits item holds something else.
    #[error("数字以外の文字があります「{0}」")]
    NotDigits(String),
    /// Bytes that are no number of the item's kind.
    #[error("数値として読めません（X'{0}'）")]
    NotANumber(String),
    /// A text that is no date of the item's format.
    #[error("日付として読めません「{0}」")]
    NotADate(String),
    /// The code list has no row for the code.
    #[error("コード表に「{0}」がありません")]
    NoCode(String),
    /// A kana item holds another character.
    #[error("仮名の項目に「{0}」があります")]
    NotKana(char),
    /// A required item is empty.
    #[error("必須項目に値がありません")]
    Required,
    /// Another text than the layout's.
    #[error("固定値「{expected}」のはずが「{got}」です")]
    Literal {
        /// The layout's text.
        expected: String,
        /// The text that stands there.
        got: String,
    },
    /// A value with more characters than the item may have.
    #[error("{got}文字ありますが、{max}文字までです")]
    TooLong {
        /// Characters the value has.
        got: usize,
        /// Characters the item may have.
        max: usize,
    },
    /// No kind of record has the literals that stand there.
    #[error("どの種類のレコードでもありません（{0}）")]
    UnknownKind(String),
    /// A record at a place where its kind must not stand.
    #[error("{kind}レコードがここにあるのは誤りです")]
    Misplaced {
        /// The kind.
        kind: String,
    },
    /// The file lacks a record, or its line of names.
    #[error("{0}がありません")]
    Missing(String),
    /// A record has another number of items.
    #[error("項目数が{got}個です（{expected}個必要です）")]
    Items {
        /// Items expected.
        expected: usize,
        /// Items found.
        got: usize,
    },
    /// The line of names has more or fewer names.
    #[error("見出しが{got}個です（レイアウトは{expected}個）")]
    Names {
        /// The layout's number.
        expected: usize,
        /// The number that stands there.
        got: usize,
    },
    /// The line of names has another name.
    #[error("見出し「{got}」が項目名「{expected}」と違います")]
    Name {
        /// The layout's name.
        expected: String,
        /// The name that stands there.
        got: String,
    },
    /// A quote that is not closed, or that stands where none may.
    #[error("引用符が正しく閉じていません")]
    Quote,
    /// A file without the byte order mark it should start with.
    #[error("先頭のBOMがありません")]
    NoBom,
    /// JSON or XML that is malformed.
    #[error("{form}として読めません（{what}）")]
    Syntax {
        /// JSON or XML.
        form: &'static str,
        /// What is wrong.
        what: String,
    },
    /// A count or total in header or trailer that is not that of the records.
    #[error("{what} {stated} が、実際の {found} と合いません{}", unread_label(*unread))]
    Count {
        /// What was counted, in Japanese.
        what: String,
        /// As header or trailer state it.
        stated: String,
        /// As it was read.
        found: String,
        /// Records that could not be read and are not in `found`.
        unread: u64,
    },
}

fn unread_label(unread: u64) -> String {
    if unread == 0 { String::new() } else { format!("（読めないレコード{unread}件を除く）") }
}

impl ReadRule {
    /// The word for machines.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Decode(rule) => rule.word(),
            Self::Length { .. } => "length",
            Self::Endless { .. } => "endless",
            Self::LineEnd { .. } => "line_end",
            Self::Unset { .. } => "unset",
            Self::AsciiSpace => "ascii_space",
            Self::Control(_) => "control",
            Self::ShiftDoubled { .. } => "shift_doubled",
            Self::ShiftMissing => "shift_missing",
            Self::NotDigits(_) => "not_digits",
            Self::NotANumber(_) => "not_a_number",
            Self::NotADate(_) => "not_a_date",
            Self::NoCode(_) => "no_code",
            Self::NotKana(_) => "not_kana",
            Self::Required => "required",
            Self::Literal { .. } => "literal",
            Self::TooLong { .. } => "too_long",
            Self::UnknownKind(_) => "unknown_kind",
            Self::Misplaced { .. } => "misplaced",
            Self::Missing(_) => "missing",
            Self::Items { .. } => "items",
            Self::Names { .. } => "names",
            Self::Name { .. } => "name",
            Self::Quote => "quote",
            Self::NoBom => "no_bom",
            Self::Syntax { .. } => "syntax",
            Self::Count { .. } => "count",
        }
    }
}

impl RowRule {
    /// The word for machines.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Values { .. } => "values",
            Self::Kind { .. } => "unknown_kind",
            Self::NotCommon { .. } => "not_common",
            Self::NotDigits => "not_digits",
            Self::NotANumber => "not_a_number",
            Self::Negative => "negative",
            Self::Decimals { .. } => "decimals",
            Self::Digits { .. } => "overflow",
            Self::NotADate => "not_a_date",
            Self::UnknownDate => "unknown_date",
            Self::NotInEras => "not_in_eras",
            Self::NotInCentury { .. } => "not_in_century",
            Self::TooLong { .. } => "too_long",
            Self::TooShort { .. } => "too_short",
            Self::NoCode { .. } => "no_code",
            Self::NotKana { .. } => "not_kana",
            Self::Control { .. } => "control",
            Self::Delimiter { .. } => "delimiter",
            Self::Encode(error) => error.word(),
        }
    }
}
