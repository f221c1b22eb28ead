//! Errors: each names where, which item, which rule.

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
    /// A digits item holds something else.
    #[error("数字以外の文字があります")]
    NotDigits,
    /// The value is not a date in the register notation.
    #[error("日付として読めません")]
    NotADate,
    /// The date has unknown parts, and the layout does not say how to write them (`unknown`).
    #[error("不詳を含む日付をこの項目に出力できません")]
    UnknownDate,
    /// The date cannot be written in eras: it is before the first one or past 99 years of the last one.
    #[error("和暦で表せない日付です")]
    NotInEras,
    /// The value has too many characters.
    #[error("{got}文字ありますが、{max}文字までです")]
    TooLong {
        /// Characters the value has.
        got: usize,
        /// Characters the item may have.
        max: usize,
    },
    /// The value does not fit the charset or the field.
    #[error(transparent)]
    Encode(#[from] moji::EncodeError),
}

/// Why a file cannot be read (ファイルを読み込めない理由).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{record}件目のレコード{}（ファイルの{offset}バイト目）: {rule}", item_label(item))]
pub struct ReadError {
    /// The record, from 1, header and trailer counted.
    pub record: usize,
    /// Offset of the record or the field in the file, in bytes from 0; of a CSV file, of the record's text in UTF-8.
    pub offset: usize,
    /// The item's name (項目名), empty if the record as a whole is meant.
    pub item: String,
    /// The rule that is broken, in Japanese.
    pub rule: String,
}
