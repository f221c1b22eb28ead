//! What others told the register over a link (受信通知).

use std::fmt;

use domain::{Address, Date, RegisterDate, Sex};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// 受信通知, key 受信番号: the kind and the sender's own number, so that a notice that comes twice is one record.
pub static RECEIVED_NOTICE: Kind =
    Kind::new("resident-register/received-notice", "受信通知").columns(&[Column::plain("status", "状態")]);

/// One notice as it came. It changes no register: staff take it up, or put it aside with a reason.
///
/// Source: 住民基本台帳法 art. 9(1); 住民記録システム標準仕様書 4.1.3.1, 4.5.7.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceivedNotice {
    /// 受信番号.
    pub received_no: String,
    /// What it is.
    pub notice: ReceivedKind,
    /// The sender's number: of a 転入通知 its own, of a result the 通知番号 it answers.
    pub sender_no: String,
    /// 受信日.
    pub received_on: Date,
    /// 通知年月日 as the sender states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notified_on: Option<Date>,
    /// What has become of it.
    pub status: ReceivedStatus,
    /// Who ended it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ended_by: String,
    /// The day it was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    /// Why it was put aside.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub end_reason: String,
    /// What staff should look at: A172 of characters or lengths, A177 of a result that is an error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<String>,
    /// 氏名 (転入通知).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// 氏名のフリガナ (転入通知).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kana: String,
    /// 生年月日 (転入通知).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<RegisterDate>,
    /// 性別 (転入通知).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// 転入前住所 on one line: the address here (転入通知).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prev_address: String,
    /// 転入後住所 (転入通知).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_address: Option<Address>,
    /// 転入年月日 (転入通知).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_on: Option<Date>,
    /// 結果コード (市町村通知の結果).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub result: String,
    /// What the receiver says of it (市町村通知の結果).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
}

/// What a received notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReceivedKind {
    /// 転入通知.
    MoveIn,
    /// 市町村通知の結果.
    ImmigrationResult,
}

impl ReceivedKind {
    /// Every kind, as (code, label).
    pub const CHOICES: &'static [(&'static str, &'static str)] =
        &[("move-in", "転入通知"), ("immigration-result", "市町村通知の結果")];

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::MoveIn => "move-in",
            Self::ImmigrationResult => "immigration-result",
        }
    }

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::MoveIn => "転入通知",
            Self::ImmigrationResult => "市町村通知の結果",
        }
    }

    /// The key of a notice of this kind.
    pub fn key_of(self, sender_no: &str) -> String {
        match self {
            Self::MoveIn => format!("TNY-{sender_no}"),
            Self::ImmigrationResult => format!("ISA-{sender_no}"),
        }
    }
}

/// What has become of a received notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReceivedStatus {
    /// 未処理.
    Open,
    /// 処理済み.
    Processed,
    /// 破棄.
    Discarded,
    /// 新しい通知に置き換え.
    Superseded,
}

impl ReceivedStatus {
    /// Every status, as (code, label).
    pub const CHOICES: &'static [(&'static str, &'static str)] = &[
        ("open", "未処理"),
        ("processed", "処理済み"),
        ("discarded", "破棄"),
        ("superseded", "新しい通知に置き換え"),
    ];

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Processed => "processed",
            Self::Discarded => "discarded",
            Self::Superseded => "superseded",
        }
    }

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "未処理",
            Self::Processed => "処理済み",
            Self::Discarded => "破棄",
            Self::Superseded => "新しい通知に置き換え",
        }
    }
}

impl ReceivedNotice {
    /// Ends an open notice.
    #[must_use]
    pub fn ended(self, status: ReceivedStatus, by: &str, on: Date, reason: &str) -> Self {
        Self { status, ended_by: by.to_owned(), ended_on: Some(on), end_reason: reason.to_owned(), ..self }
    }
}

impl Record for ReceivedNotice {
    const KIND: &'static Kind = &RECEIVED_NOTICE;

    fn key(&self) -> String {
        self.received_no.clone()
    }
}

/// Logs name it by its number only.
impl fmt::Debug for ReceivedNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceivedNotice({})", self.received_no)
    }
}
