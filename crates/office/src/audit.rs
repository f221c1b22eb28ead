//! The audit log (操作ログ): who used which function on whom, when, with what result.

use jiff::Timestamp;
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// Audit entries. They stand in the same chained journal as the registers.
pub static AUDIT: Kind = Kind::new("office/audit", "操作ログ").columns(&[Column::plain("user", "利用者")]);

/// How many subjects one entry names; a larger result is told by its count.
pub(crate) const SUBJECTS_MAX: usize = 200;

/// What came of a use of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditResult {
    /// It was done.
    Done,
    /// Rules refused it.
    Refused,
    /// The user may not use it.
    Denied,
    /// A login that failed.
    LoginFailed,
    /// A login.
    Login,
}

impl AuditResult {
    /// The word screens show.
    pub fn label(self) -> &'static str {
        match self {
            Self::Done => "実行",
            Self::Refused => "エラー",
            Self::Denied => "権限なし",
            Self::LoginFailed => "ログイン失敗",
            Self::Login => "ログイン",
        }
    }
}

/// One entry of the audit log. It names records by number, never a person by name, and holds no 個人番号.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Time and chance, so that key order is time order.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub user: String,
    /// From which terminal (address or name).
    pub terminal: String,
    /// Function id.
    pub function: String,
    /// Function name.
    pub title: String,
    /// What came of it.
    pub result: AuditResult,
    /// 宛名番号 of the persons looked at or changed, at most 200.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<String>,
    /// How many persons there were.
    #[serde(default)]
    pub subject_count: usize,
    /// Stated purpose, where the function asks for one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// Rules that refused it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
}

impl Record for AuditEntry {
    const KIND: &'static Kind = &AUDIT;

    fn key(&self) -> String {
        self.id.clone()
    }
}

impl AuditEntry {
    /// A key whose order is the order of time, unique through 64 random bits.
    pub(crate) fn new_id(at: Timestamp, random: u64) -> String {
        format!("{:020}-{random:016x}", at.as_microsecond())
    }

    /// Names at most [`SUBJECTS_MAX`] persons and counts all.
    pub(crate) fn set_subjects(&mut self, subjects: impl IntoIterator<Item = String>) {
        for subject in subjects {
            self.subject_count += 1;
            if self.subjects.len() < SUBJECTS_MAX {
                self.subjects.push(subject);
            }
        }
    }
}
