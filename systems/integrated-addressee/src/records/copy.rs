//! 副本: what tasks give to 中間サーバー, and what came of it.

use std::collections::BTreeMap;

use domain::{AddresseeNo, Date};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use super::IntegratedNo;

/// 副本, key task, 特定個人情報番号 and 宛名番号: as it goes to 中間サーバー. A new version is sent.
pub static COPY: Kind = Kind::new("integrated-addressee/copy", "副本")
    .columns(&[Column::unique("copy_no", "処理通番"), Column::plain("addressee_no", "宛名番号")])
    .sealed(&["items"]);

/// 未送信の副本, by the same key: what cannot go yet. It stands beside what went before.
pub static WAITING_COPY: Kind = Kind::new("integrated-addressee/waiting-copy", "未送信の副本")
    .columns(&[Column::plain("addressee_no", "宛名番号")])
    .sealed(&["items"]);

/// 中間サーバーの登録結果, by the key of the copy or the 団体内統合宛名番号 of the block; the one is never the other.
pub static TRANSMISSION_RESULT: Kind =
    Kind::new("integrated-addressee/transmission-result", "中間サーバーの登録結果");

/// A copy as a task gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) task_id: String,
    pub(crate) affair: String,
    pub(crate) addressee_no: AddresseeNo,
    pub(crate) history_no: u32,
    /// Items and values; a blank one is not in it.
    pub(crate) items: BTreeMap<String, String>,
    /// Whether the task says that the person is protected.
    pub(crate) undisclosed: bool,
}

impl Told {
    /// The key of the copy.
    pub(crate) fn key(&self) -> String {
        format!("{}-{}-{}", self.task_id, self.affair, self.addressee_no)
    }
}

/// A copy as it goes to 中間サーバー.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisionCopy {
    /// 処理通番, the same for every version of a copy. It stands in the file; 宛名番号 does not.
    pub copy_no: String,
    /// 業務ID of the task whose it is.
    pub task_id: String,
    /// 特定個人情報番号.
    pub affair: String,
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 団体内統合宛名番号.
    pub integrated_no: IntegratedNo,
    /// 履歴番号 of the task's record.
    pub history_no: u32,
    /// 副本の項目 as JSON text.
    pub items: String,
    /// Whether the task said that the person is protected.
    #[serde(default)]
    pub undisclosed: bool,
    /// 送信回数: how often it was given out.
    pub send_no: u32,
    /// The day it was given out.
    pub sent_on: Date,
}

/// Logs and panics name a copy by its number only.
impl std::fmt::Debug for ProvisionCopy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProvisionCopy({} {})", self.copy_no, self.send_no)
    }
}

impl Record for ProvisionCopy {
    const KIND: &'static Kind = &COPY;

    fn key(&self) -> String {
        format!("{}-{}-{}", self.task_id, self.affair, self.addressee_no)
    }
}

/// A copy that cannot go yet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingCopy {
    /// 業務ID.
    pub task_id: String,
    /// 特定個人情報番号.
    pub affair: String,
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号 of the task's record.
    pub history_no: u32,
    /// 副本の項目 as JSON text.
    pub items: String,
    /// Whether the task said that the person is protected.
    #[serde(default)]
    pub undisclosed: bool,
    /// The day it came first.
    pub since: Date,
    /// The moment it came last, in microseconds: a protection that ended later covers it no more.
    pub told_at: i64,
}

/// Logs and panics name a copy by its key only.
impl std::fmt::Debug for WaitingCopy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WaitingCopy({})", self.key())
    }
}

impl Record for WaitingCopy {
    const KIND: &'static Kind = &WAITING_COPY;

    fn key(&self) -> String {
        format!("{}-{}-{}", self.task_id, self.affair, self.addressee_no)
    }
}

/// What a result is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResultOf {
    /// 副本.
    Copy,
    /// 自動応答不可・不開示.
    Block,
    /// 団体内統合宛名番号の登録・削除.
    Number,
}

impl ResultOf {
    /// Reads the code of the result file.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "1" => Some(Self::Copy),
            "2" => Some(Self::Block),
            "3" => Some(Self::Number),
            _ => None,
        }
    }
}

/// What 中間サーバー answered to a row, the newest (登録結果).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransmissionResult {
    /// Of a copy, a block or a number.
    pub result_of: ResultOf,
    /// The copy's key, 団体内統合宛名番号 of the block, or [`Registration::result_key`](super::Registration::result_key).
    pub of: String,
    /// 送信回数 it answers.
    pub send_no: u32,
    /// Whether it was accepted.
    pub accepted: bool,
    /// エラーコード; empty when accepted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// The server's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The day it came.
    pub answered_on: Date,
}

impl Record for TransmissionResult {
    const KIND: &'static Kind = &TRANSMISSION_RESULT;

    fn key(&self) -> String {
        self.of.clone()
    }
}
