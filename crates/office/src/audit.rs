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
    /// The first step of a login: the password was right, a code is to follow.
    Password,
    /// A session ended: by its user, or because nothing was done for a while.
    Ended,
}

/// The kinds of logs (ログの種類).
///
/// Source: 住民記録システム標準仕様書 10.2 (nonfunctional NF-401).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogKind {
    /// 認証: logins and their ends.
    Authentication,
    /// 操作: changes.
    Operation,
    /// アクセス: looks.
    Access,
    /// イベント: start and end of the program.
    Event,
    /// 通信: what partners send, fetch and ask.
    Communication,
    /// 印刷: documents.
    Print,
    /// エラー: what was refused.
    Error,
    /// 設定変更: users, rights, passwords.
    Setting,
}

impl LogKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Authentication,
        Self::Operation,
        Self::Access,
        Self::Event,
        Self::Communication,
        Self::Print,
        Self::Error,
        Self::Setting,
    ];

    /// The word screens show.
    pub fn label(self) -> &'static str {
        match self {
            Self::Authentication => "認証",
            Self::Operation => "操作",
            Self::Access => "アクセス",
            Self::Event => "イベント",
            Self::Communication => "通信",
            Self::Print => "印刷",
            Self::Error => "エラー",
            Self::Setting => "設定変更",
        }
    }
}

/// One document that was printed or could be (印刷の記録).
///
/// Source: 住民記録システム標準仕様書 10.2 (nonfunctional NF-404).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintLog {
    /// Its title.
    pub title: String,
    /// Template (様式).
    pub form: String,
    /// Issue number (発行番号); empty when it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub issue_number: String,
    /// Copies (部数).
    pub copies: u32,
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
            Self::Password => "パスワード一致",
            Self::Ended => "終了",
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
    /// Its kind, where it was written down; [`kind`](Self::kind) says it of every entry.
    #[serde(default, rename = "kind", skip_serializing_if = "Option::is_none")]
    pub stated_kind: Option<LogKind>,
    /// Whether a 個人番号 was typed, shown or printed (個人番号アクセスの有無).
    #[serde(default, skip_serializing_if = "is_false")]
    pub numbers: bool,
    /// Documents that were made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prints: Vec<PrintLog>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl Record for AuditEntry {
    const KIND: &'static Kind = &AUDIT;

    fn key(&self) -> String {
        self.id.clone()
    }
}

impl AuditEntry {
    /// An entry that names nobody yet.
    pub(crate) fn new(
        at: Timestamp,
        random: u64,
        user: &str,
        terminal: &str,
        function: &str,
        title: &str,
        result: AuditResult,
    ) -> Self {
        Self {
            id: Self::new_id(at, random),
            at,
            user: user.to_owned(),
            terminal: terminal.to_owned(),
            function: function.to_owned(),
            title: title.to_owned(),
            result,
            subjects: Vec::new(),
            subject_count: 0,
            purpose: String::new(),
            codes: Vec::new(),
            stated_kind: None,
            numbers: false,
            prints: Vec::new(),
        }
    }

    /// Its kind. Entries older than the item are told by function and result; a look among them counts as an operation.
    pub fn kind(&self) -> LogKind {
        match (self.result, self.function.as_str()) {
            (
                AuditResult::Login | AuditResult::LoginFailed | AuditResult::Password | AuditResult::Ended,
                _,
            ) => LogKind::Authentication,
            (AuditResult::Refused | AuditResult::Denied, _) => LogKind::Error,
            (AuditResult::Done, _) if !self.prints.is_empty() => LogKind::Print,
            (AuditResult::Done, "office/users" | "office/password") => LogKind::Setting,
            (AuditResult::Done, "office/partner" | "office/inquiry") => LogKind::Communication,
            (AuditResult::Done, "office/event") => LogKind::Event,
            (AuditResult::Done, "office/history" | "office/audit" | "office/audit-export") => LogKind::Access,
            (AuditResult::Done, _) => self.stated_kind.unwrap_or(LogKind::Operation),
        }
    }

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
