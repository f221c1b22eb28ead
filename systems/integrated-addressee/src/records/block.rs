//! 自動応答不可・不開示: who is protected, as tasks told it, and what 中間サーバー is told of it.

use domain::{AddresseeNo, Date, RegisterDate};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

use super::IntegratedNo;

/// 自動応答不可・不開示の申出, by 宛名番号, as the register of residents told it, also of somebody who has no integrated number.
pub static PROTECTION: Kind = Kind::new("integrated-addressee/protection", "自動応答不可・不開示の申出");

/// 自動応答不可・不開示設定, by 団体内統合宛名番号: as it goes to 中間サーバー. A new version is sent.
pub static BLOCK: Kind = Kind::new("integrated-addressee/block", "自動応答不可・不開示設定");

/// What was told of one 宛名番号.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号 of the last row.
    pub history_no: u32,
    /// 自動応答不可.
    pub no_automatic_answer: bool,
    /// 不開示.
    pub undisclosed: bool,
    /// 適用開始年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<RegisterDate>,
    /// 適用終了年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<RegisterDate>,
    /// The moment the row came, in microseconds.
    pub told_at: i64,
}

impl Protection {
    /// Whether it holds now.
    pub fn holds(&self) -> bool {
        self.no_automatic_answer || self.undisclosed
    }
}

impl Record for Protection {
    const KIND: &'static Kind = &PROTECTION;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}

/// What 中間サーバー is told of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// 団体内統合宛名番号.
    pub integrated_no: IntegratedNo,
    /// 自動応答不可 under any of the person's 宛名番号.
    pub no_automatic_answer: bool,
    /// 不開示 under any of them.
    pub undisclosed: bool,
    /// 適用開始年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<RegisterDate>,
    /// 適用終了年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<RegisterDate>,
    /// 送信回数.
    pub send_no: u32,
    /// The day it was given out.
    pub sent_on: Date,
}

impl Block {
    /// Whether it blocks; otherwise it takes a block away.
    pub fn holds(&self) -> bool {
        self.no_automatic_answer || self.undisclosed
    }
}

impl Record for Block {
    const KIND: &'static Kind = &BLOCK;

    fn key(&self) -> String {
        self.integrated_no.to_string()
    }
}
