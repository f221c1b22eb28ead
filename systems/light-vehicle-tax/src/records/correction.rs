//! Corrections that wait to be applied (更正) and reductions (減免).

use domain::{AddresseeNo, Date};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// Corrections (更正申告), by 受付番号.
pub static CORRECTION: Kind = Kind::new("light-vehicle-tax/correction", "更正の受付")
    .columns(&[Column::plain("vehicle_no", "車両番号"), Column::unique("pending", "未処理の車両と年度")]);

/// Reductions (減免), by 減免番号.
pub static REDUCTION: Kind = Kind::new("light-vehicle-tax/reduction", "減免").columns(&[
    Column::plain("vehicle_no", "車両番号"),
    Column::plain("person_no", "減免を受ける人の宛名番号"),
]);

/// Where a correction stands (処理の状態).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CorrectionState {
    /// 未処理.
    Pending,
    /// 税額変更済み.
    Applied,
    /// 取下げ.
    Withdrawn,
}

/// A correction of a year's levy that was asked for, or follows from a change of the vehicle (更正).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// 受付番号.
    pub correction_no: String,
    /// 車両番号.
    pub vehicle_no: String,
    /// 相当年度.
    pub tax_year: i16,
    /// `{車両番号}-{年度}` while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
    /// 事由, a code of `levy-reasons.tsv`.
    pub reason: String,
    /// Whether the levy is to be cancelled whatever the rule says (課税取消, 職権抹消).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancels: bool,
    /// Whether the tax was evaded (偽りその他不正の行為), so that it may be decided on for longer.
    ///
    /// Source: 地方税法 17条の5第7項.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub evaded: bool,
    /// 受付日.
    pub received_on: Date,
    /// 内容.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// 状態.
    pub state: CorrectionState,
    /// The levies it changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levy_keys: Vec<String>,
}

/// A reduction (減免): for a disabled person one vehicle.
///
/// Source: 地方税法 463条の23; 条例.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reduction {
    /// 減免番号.
    pub reduction_no: String,
    /// 車両番号.
    pub vehicle_no: String,
    /// 減免を受ける人（障害者等）.
    pub person_no: AddresseeNo,
    /// 減免の区分, a code of the rates.
    pub class: String,
    /// 手帳の種類・番号.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notebook_no: String,
    /// 運転者: 1 本人, 2 生計同一者, 3 常時介護者.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub driver: String,
    /// 運転者氏名.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub driver_name: String,
    /// 申請日.
    pub applied_on: Date,
    /// 開始年度.
    pub from_fy: i16,
    /// 終了年度; none until it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_fy: Option<i16>,
    /// 決定: whether it was granted.
    pub granted: bool,
    /// 決定日.
    pub decided_on: Date,
    /// 決定の理由.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Reduction {
    /// Whether it reduces the tax of a fiscal year.
    pub fn holds_in(&self, fiscal_year: i16) -> bool {
        self.granted && self.from_fy <= fiscal_year && self.until_fy.is_none_or(|until| fiscal_year <= until)
    }
}

impl Record for Correction {
    const KIND: &'static Kind = &CORRECTION;

    fn key(&self) -> String {
        self.correction_no.clone()
    }
}

impl Record for Reduction {
    const KIND: &'static Kind = &REDUCTION;

    fn key(&self) -> String {
        self.reduction_no.clone()
    }
}
