//! Account transfers (口座振替): what a payer applied for, and what a bank was asked.

use domain::{Date, Yen};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use super::ledger::words;

/// Applications for account transfers, by 宛名番号 and 税目.
pub static TRANSFER_APPLICATION: Kind = Kind::new("tax-collection/transfer-application", "口座振替申込");

/// Transfers asked of a bank, by 振替日 and instalment.
pub static TRANSFER: Kind = Kind::new("tax-collection/transfer", "口座振替請求")
    .columns(&[Column::plain("debit_on", "振替日"), Column::plain("addressee_no", "宛名番号")]);

words! {
    /// The state of an application (申込の状態).
    ApplicationState {
        /// The bank is asked (照会中).
        Asked = "asked" "銀行照会中",
        /// In force.
        Active = "active" "有効",
        /// The bank refused it.
        Refused = "refused" "銀行不受理",
        /// Not used until a person has looked at it: transfers failed twice in a row (振替不能の連続).
        Review = "review" "要確認（振替不能が続いた）",
        /// Paused.
        Paused = "paused" "停止",
        /// Ended.
        Ended = "ended" "取消",
    }
}

words! {
    /// The state of a transfer (振替の状態).
    TransferState {
        /// The bank is asked.
        Asked = "asked" "請求中",
        /// The bank is asked not to.
        Stopped = "stopped" "停止依頼",
        /// Done.
        Debited = "debited" "振替済み",
        /// Not done.
        Failed = "failed" "振替不能",
    }
}

/// An application for account transfers (口座振替申込).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferApplication {
    /// `{宛名番号}-{税目}`.
    pub account_key: String,
    /// 宛名番号.
    pub addressee_no: String,
    /// 税目; `00` for all.
    pub tax_item: String,
    /// 申込日.
    pub applied_on: Date,
    /// First day of transfers.
    pub from: Date,
    /// Last day, when it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// 金融機関コード.
    pub bank: String,
    /// 金融機関名.
    pub bank_name: String,
    /// 支店コード.
    pub branch: String,
    /// 支店名.
    pub branch_name: String,
    /// 預金種目.
    pub account_type: String,
    /// 口座番号.
    pub account_no: String,
    /// 口座名義人カナ, of half width as banks want it.
    pub holder_kana: String,
    /// 1 期別, 2 全期.
    pub method: String,
    /// 申込の状態.
    pub state: ApplicationState,
    /// Why it was refused, paused or ended.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

impl Record for TransferApplication {
    const KIND: &'static Kind = &TRANSFER_APPLICATION;

    fn key(&self) -> String {
        self.account_key.clone()
    }
}

/// A transfer asked of a bank (口座振替請求).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// `{振替日}-{期別}`.
    pub transfer_key: String,
    /// 振替日.
    pub debit_on: Date,
    /// The instalment.
    pub levy_key: String,
    /// 顧客番号, which the bank gives back.
    pub customer_no: String,
    /// 宛名番号.
    pub addressee_no: String,
    /// 金融機関コード.
    pub bank: String,
    /// 金融機関名カナ or name.
    pub bank_name: String,
    /// 支店コード.
    pub branch: String,
    /// 支店名.
    pub branch_name: String,
    /// 預金種目.
    pub account_type: String,
    /// 口座番号.
    pub account_no: String,
    /// 口座名義人カナ.
    pub holder_kana: String,
    /// How much.
    pub yen: Yen,
    /// 新規コード: 1 first transfer of this account, 0 others.
    pub new_code: String,
    /// 振替の状態.
    pub state: TransferState,
    /// 振替結果コード.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub result: String,
    /// Whether a letter about it went out.
    #[serde(default)]
    pub told: bool,
    /// 委託者コード: ten digits by which the bank knows who asks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub client_code: String,
    /// 委託者名, in half-width kana.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub client_name: String,
}

impl Record for Transfer {
    const KIND: &'static Kind = &TRANSFER;

    fn key(&self) -> String {
        self.transfer_key.clone()
    }
}

impl Transfer {
    /// The key of the transfer of an instalment on a day.
    pub fn key_of(debit_on: Date, levy_key: &str) -> String {
        format!("{debit_on}-{levy_key}")
    }
}
