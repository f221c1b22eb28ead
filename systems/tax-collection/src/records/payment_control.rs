//! What a channel says it told of a day (納付情報管理), to hold the payments against that came.

use domain::{Date, Yen};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

use super::ledger::words;

/// Control totals, by the key their sender gives them.
pub static PAYMENT_CONTROL: Kind = Kind::new("tax-collection/payment-control", "納付情報管理（共通納税）");

words! {
    /// By which day a control counts (区分).
    ControlKind {
        /// The day people paid.
        PaidOn = "1" "納付日",
        /// The day the money came.
        ReceivedOn = "2" "入金日",
    }
}

/// The payments of a day, counted and summed by who told of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentControl {
    /// 管理番号.
    pub control_key: String,
    /// 区分.
    pub kind: ControlKind,
    /// The day.
    pub on: Date,
    /// 件数.
    pub count: u32,
    /// 合計額.
    pub yen: Yen,
    /// When it came.
    pub told_on: Date,
}

impl Record for PaymentControl {
    const KIND: &'static Kind = &PAYMENT_CONTROL;

    fn key(&self) -> String {
        self.control_key.clone()
    }
}
