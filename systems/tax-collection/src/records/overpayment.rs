//! What was paid too much (過誤納), and how it was given back.

use domain::{Date, Yen};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use super::ledger::words;
use crate::rules;

/// Overpayments, by the instalment and their order on it.
pub static OVERPAYMENT: Kind = Kind::new("tax-collection/overpayment", "過誤納")
    .columns(&[Column::plain("addressee_no", "宛名番号"), Column::plain("state", "処理状態")]);

words! {
    /// How far an overpayment is dealt with (処理状態).
    OverpaymentState {
        /// Found, nothing decided.
        Found = "found" "未処理",
        /// To be refunded; the claim is awaited (還付通知済み).
        Noticed = "noticed" "還付通知済み",
        /// An account of somebody else is claimed, and a second person has to look at it (審査待ち).
        Checking = "checking" "振込先の審査待ち",
        /// The claim with the account is there (請求受付済み).
        Claimed = "claimed" "還付請求受付済み",
        /// Handed to the accounting (支払依頼済み).
        Requested = "requested" "支払依頼済み",
        /// All of it given back or appropriated.
        Settled = "settled" "処理済み",
    }
}

/// How a part of it was dealt with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// The day of the decision, or of the payment.
    pub on: Date,
    /// To which instalment it went; none when it was refunded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levy_key: Option<String>,
    /// How much of the overpayment; below nothing when a refund came back.
    pub yen: Yen,
    /// 還付加算金 of what was appropriated, to the day it was fit for it (充当適状の日); none in a body of before, and of a refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addition: Option<Yen>,
}

/// The days a refund's addition goes by, beside that of the payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RefundDays {
    /// 更正の日: when it became too much; none in a body of before, and of what nobody decided (誤納).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<Date>,
    /// 更正の請求の日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed_on: Option<Date>,
    /// 所得税の通知・申告の日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noticed_on: Option<Date>,
}

/// The account a refund is paid into (還付口座).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    /// 金融機関コード.
    pub bank: String,
    /// 支店コード.
    pub branch: String,
    /// 預金種目.
    pub account_type: String,
    /// 口座番号.
    pub account_no: String,
    /// 口座名義人カナ.
    pub holder_kana: String,
}

/// An overpayment (過誤納).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overpayment {
    /// `{期別}-{順}`.
    pub overpayment_key: String,
    /// The instalment on which it lies; empty of a payment that was for no levy, on whose receipt it lies (仮受の返還).
    pub levy_key: String,
    /// 宛名番号.
    pub addressee_no: String,
    /// How much.
    pub yen: Yen,
    /// The payment that was too much, or the decision that made it so.
    #[serde(default)]
    pub reference: String,
    /// Why it is too much.
    pub cause: rules::Cause,
    /// When it was found.
    pub found_on: Date,
    /// When it was paid.
    pub paid_on: Date,
    /// The days of the decision that made it too much.
    #[serde(default)]
    pub days: RefundDays,
    /// 処理状態.
    pub state: OverpaymentState,
    /// 還付加算金 as decided.
    #[serde(default)]
    pub addition: Yen,
    /// What was done with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Settlement>,
    /// Where a refund is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<Payee>,
    /// Who entered an account that a second person has to look at.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub entered_by: String,
    /// When the accounting was asked to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_on: Option<Date>,
    /// The day it was asked on: a result of a day before is that of an earlier asking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_on: Option<Date>,
    /// When the newest payment of it came back (振込不能・組戻し): another account is awaited since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_on: Option<Date>,
}

impl Record for Overpayment {
    const KIND: &'static Kind = &OVERPAYMENT;

    fn key(&self) -> String {
        self.overpayment_key.clone()
    }
}

impl Overpayment {
    /// The payment on whose receipt it lies; none when it lies on an instalment.
    pub fn of_receipt(&self) -> Option<&str> {
        self.levy_key.is_empty().then_some(&self.reference)
    }

    /// What was refunded and did not come back.
    pub fn refunded(&self) -> Yen {
        let refunds = self.settled.iter().filter(|one| one.levy_key.is_none());
        refunds.fold(Yen::ZERO, |sum, one| Yen(sum.0.saturating_add(one.yen.0)))
    }

    /// What is left of it.
    pub fn left(&self) -> Yen {
        let done = self.settled.iter().fold(0_i64, |sum, one| sum.saturating_add(one.yen.0));
        Yen(self.yen.0.saturating_sub(done))
    }
}
