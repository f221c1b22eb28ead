//! The association's files (軽自動車協会データ): what was taken in, line by line.

use domain::Date;
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// Files taken in (取込ファイル), by their own number.
pub static IMPORT_FILE: Kind = Kind::new("light-vehicle-tax/import-file", "取込ファイル")
    .columns(&[Column::plain("fingerprint", "内容の指紋")]);

/// Lines of those files (取込明細), by file and line.
pub static IMPORT_LINE: Kind = Kind::new("light-vehicle-tax/import-line", "取込明細");

/// A file that was taken in (取込ファイル).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFile {
    /// ファイル番号 as the association numbers it.
    pub file_no: String,
    /// 年度 of the file.
    pub fiscal_year: i16,
    /// Lines.
    pub lines: u32,
    /// The same for the same lines, whatever the file's number.
    pub fingerprint: String,
    /// 取込日.
    pub imported_on: Date,
}

/// What became of a line (処理の状態).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineState {
    /// 登録済み: changed a vehicle.
    Applied,
    /// 保留: waits for a person.
    Held,
    /// 解決済み: a person completed it.
    Settled,
    /// 破棄: a person dropped it.
    Dropped,
}

impl LineState {
    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            LineState::Applied => "登録済み",
            LineState::Held => "保留",
            LineState::Settled => "解決済み",
            LineState::Dropped => "破棄",
        }
    }
}

/// A line of a file (取込明細).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportLine {
    /// `{ファイル番号}-{行}`.
    pub line_no: String,
    /// The line as it came.
    pub text: String,
    /// 状態.
    pub state: LineState,
    /// The rule that holds it; blank when nothing does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Why it is held.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remedy: String,
    /// 車両番号 of the vehicle it changed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub vehicle_no: String,
    /// What a person said when settling or dropping it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// 処理日.
    pub processed_on: Date,
}

impl Record for ImportFile {
    const KIND: &'static Kind = &IMPORT_FILE;

    fn key(&self) -> String {
        self.file_no.clone()
    }
}

impl Record for ImportLine {
    const KIND: &'static Kind = &IMPORT_LINE;

    fn key(&self) -> String {
        self.line_no.clone()
    }
}
