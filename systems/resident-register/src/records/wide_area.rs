//! 広域交付: what another municipality is answered about residents here, and what is issued here for residents elsewhere.

use std::fmt;

use domain::{AddresseeNo, Date, RegisterDate, ResidentKind, Sex};
use jiff::Timestamp;
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use super::issuance::Disposal;

/// 広域交付の回答, key 請求番号-連番: one row per person of the household that was asked for, or one that says it is refused.
pub static WIDE_AREA_ANSWER: Kind = Kind::new("resident-register/wide-area-answer", "広域交付の回答")
    .columns(&[Column::plain("request_no", "請求番号")]);

/// 広域交付の交付履歴, key 発行番号: that a copy was issued here for somebody of another municipality. What stood on it is not
/// kept.
///
/// Source: 住民基本台帳法 art. 12-4(4).
pub static WIDE_AREA_ISSUANCE: Kind = Kind::new("resident-register/wide-area-issuance", "広域交付の交付履歴");

/// One person as another municipality is told. Neither 戸籍の表示 nor items 9 to 12 and 14 of art. 7 have a place in it; of the
/// numbers only that they may be given, which the gateway asks for.
///
/// Source: 住民基本台帳法 art. 12-4(2), (3).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct WideAreaAnswer {
    /// 請求番号-連番.
    pub answer_no: String,
    /// 請求番号 of the municipality that asks.
    pub request_no: String,
    /// The municipality that asks (交付地).
    pub to_municipality: String,
    /// Whether it may be issued.
    pub granted: bool,
    /// What the other side is told when it may not; never why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub refusal: String,
    /// The day of the answer.
    pub answered_on: Date,
    /// 発行番号 in the history of issuance.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub issue_number: String,
    /// The person; none of a refusal of somebody who is not found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addressee_no: Option<AddresseeNo>,
    /// 氏名.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// 旧氏.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub former_family_name: String,
    /// 通称.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alias_name: String,
    /// 生年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<RegisterDate>,
    /// 性別.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// 住所.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// 住民となった年月日, or 外国人住民となった年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_since: Option<RegisterDate>,
    /// 住所を定めた年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addr_since: Option<RegisterDate>,
    /// 届出の年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notified_on: Option<Date>,
    /// 従前の住所.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prev_address: String,
    /// 世帯主氏名, on special request.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub head_name: String,
    /// 続柄, on special request.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub relation: String,
    /// 住民種別; none of a refusal, and of what was answered before answers had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_kind: Option<ResidentKind>,
    /// Whether 住民票コード was specially asked for.
    #[serde(default)]
    pub with_record_code: bool,
    /// Whether 個人番号 was specially asked for.
    #[serde(default)]
    pub with_individual_number: bool,
}

impl WideAreaAnswer {
    /// The key of the nth row of an answer, from 1.
    pub fn key_of(request_no: &str, nth: usize) -> String {
        format!("{request_no}-{nth:02}")
    }
}

impl Record for WideAreaAnswer {
    const KIND: &'static Kind = &WIDE_AREA_ANSWER;

    fn key(&self) -> String {
        self.answer_no.clone()
    }
}

/// Logs name it by its number only.
impl fmt::Debug for WideAreaAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WideAreaAnswer({})", self.answer_no)
    }
}

/// That a copy was issued here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WideAreaIssuance {
    /// 発行番号.
    pub issue_number: String,
    /// 請求番号 that was sent to the municipality of the residents.
    pub request_no: String,
    /// The municipality of the residents (住所地).
    pub of_municipality: String,
    /// Of how many people.
    pub persons: usize,
    /// Names of the items that were specially asked for.
    pub items: Vec<String>,
    /// Who asked for it (請求者).
    pub requested_by: String,
    /// When.
    pub issued_at: Timestamp,
    /// User id of who issued it.
    pub issued_by: String,
    /// Set when the paper was spoilt and withdrawn (書損).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposed: Option<Disposal>,
}

impl WideAreaIssuance {
    /// Kind of certificate (証明書の種類), as the history of issuance lists it.
    pub fn title(&self) -> String {
        "住民票の写し（広域交付）".to_owned()
    }
}

impl Record for WideAreaIssuance {
    const KIND: &'static Kind = &WIDE_AREA_ISSUANCE;

    fn key(&self) -> String {
        self.issue_number.clone()
    }
}
