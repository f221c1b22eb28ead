//! What is known of a person's property (財産調査) and what was done with it (滞納処分).

use domain::{Date, Yen};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use super::ledger::words;

/// Surveys of property, by 宛名番号 and their order.
pub static SURVEY: Kind =
    Kind::new("tax-collection/survey", "財産調査").columns(&[Column::plain("addressee_no", "宛名番号")]);

/// Dispositions, by 宛名番号 and their order.
pub static DISPOSITION: Kind =
    Kind::new("tax-collection/disposition", "滞納処分").columns(&[Column::plain("addressee_no", "宛名番号")]);

words! {
    /// What a property is (財産の種類).
    PropertyKind {
        /// 預貯金.
        Deposit = "deposit" "預貯金",
        /// 給与.
        Salary = "salary" "給与",
        /// 年金.
        Pension = "pension" "年金",
        /// 生命保険.
        Insurance = "insurance" "生命保険",
        /// 不動産.
        RealEstate = "real-estate" "不動産",
        /// 自動車・軽自動車.
        Vehicle = "vehicle" "自動車・軽自動車",
        /// 動産.
        Movable = "movable" "動産",
        /// 売掛金その他の債権.
        Claim = "claim" "売掛金その他の債権",
        /// 国税還付金等.
        Refund = "refund" "国税還付金等",
    }
}

words! {
    /// Kinds of disposition (処分の種類).
    DispositionKind {
        /// 差押.
        Seizure = "seizure" "差押",
        /// 参加差押.
        Participation = "participation" "参加差押",
        /// 交付要求.
        DeliveryRequest = "delivery-request" "交付要求",
    }
}

words! {
    /// How property becomes money (換価の方法).
    SaleMethod {
        /// 公売.
        Auction = "auction" "公売",
        /// 随意契約による売却.
        Private = "private" "随意契約による売却",
        /// 債権の取立て.
        Collection = "collection" "債権の取立て",
        /// 交付要求による配当.
        Distribution = "distribution" "交付要求による配当",
    }
}

/// A survey (財産調査): a question to somebody who may know, and what was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// `{宛名番号}-{順}`.
    pub survey_key: String,
    /// 宛名番号 of who owes.
    pub addressee_no: String,
    /// 調査先.
    pub target: String,
    /// 照会日.
    pub asked_on: Date,
    /// 回答日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<Date>,
    /// 財産の種類; none while there is no answer, or there is no property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<PropertyKind>,
    /// What it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// 評価額.
    #[serde(default)]
    pub value: Yen,
}

impl Record for Survey {
    const KIND: &'static Kind = &SURVEY;

    fn key(&self) -> String {
        self.survey_key.clone()
    }
}

/// How a disposition ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// 解除日.
    pub on: Date,
    /// 事由, as `standards/codes/tax-collection/release-reasons.tsv` has it.
    pub reason: String,
}

/// Property that is sold or a claim that is collected (換価).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// 換価の方法.
    pub method: SaleMethod,
    /// 公告・通知の日.
    pub noticed_on: Date,
    /// 公売の日, or the day a claim is to be paid.
    pub held_on: Date,
    /// 見積価額.
    #[serde(default)]
    pub estimate: Yen,
    /// The day the money came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_on: Option<Date>,
    /// 換価代金.
    #[serde(default)]
    pub sold_for: Yen,
    /// 滞納処分費.
    #[serde(default)]
    pub costs: Yen,
    /// Distributed to others before us (他の債権者への配当).
    #[serde(default)]
    pub others: Yen,
    /// 収納番号 of what came to us.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub payment_no: String,
}

/// A disposition (滞納処分): a seizure, a participation in another's, or a request to whoever executes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposition {
    /// `{宛名番号}-{順}`.
    pub disposition_key: String,
    /// 宛名番号 of who owes.
    pub addressee_no: String,
    /// 処分の種類.
    pub kind: DispositionKind,
    /// 財産の種類.
    pub property_kind: PropertyKind,
    /// What is seized.
    pub property: String,
    /// 第三債務者, 執行機関, 裁判所.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub holder: String,
    /// What it is for.
    pub levy_keys: Vec<String>,
    /// 処分の日.
    pub on: Date,
    /// 解除・終結.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// 換価.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sales: Vec<Sale>,
}

impl Record for Disposition {
    const KIND: &'static Kind = &DISPOSITION;

    fn key(&self) -> String {
        self.disposition_key.clone()
    }
}
