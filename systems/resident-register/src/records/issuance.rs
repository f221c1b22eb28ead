//! The history of certificates issued (交付履歴).

use domain::{AddresseeNo, HouseholdNo};
use jiff::Timestamp;
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// 交付履歴, key 発行番号.
pub static ISSUANCE: Kind =
    Kind::new("resident-register/issuance", "交付履歴").columns(&[Column::plain("household_no", "世帯番号")]);

/// One copy of a certificate that was issued (交付履歴). Never removed by this program.
///
/// Source: 住民記録システム標準仕様書 1.3.8, 5.5.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Issuance {
    /// 発行番号; each copy has its own.
    pub issue_number: String,
    /// Kind of certificate (証明書の種類).
    pub certificate: String,
    /// Whose record is printed.
    pub persons: Vec<AddresseeNo>,
    /// 履歴番号 of the row that was printed of each, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<u32>,
    /// 世帯番号.
    pub household_no: HouseholdNo,
    /// Names of the items printed on request, such as `relation`.
    pub items: Vec<String>,
    /// Who asked for it (請求者).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub requested_by: String,
    /// Class of the request: self, third party, official use; [`NOTICE`](Self::NOTICE) of a letter.
    pub request: String,
    /// What it is for (使用目的).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// When.
    pub issued_at: Timestamp,
    /// User id of who issued it.
    pub issued_by: String,
    /// Where (発行場所).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// The printer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub printer: String,
    /// 発行番号 of the certificate this one is issued in place of (再交付).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reissue_of: String,
    /// Set when the paper was spoilt and withdrawn (書損).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposed: Option<Disposal>,
}

impl Issuance {
    /// The class of the request of a letter, which nobody asked for.
    pub const NOTICE: &'static str = "notice";
}

/// A note that a certificate was spoilt and withdrawn (書損). The certificate stays in the history.
///
/// Source: 住民記録システム標準仕様書 1.3.8.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disposal {
    /// Why.
    pub reason: String,
    /// User id of who noted it.
    pub noted_by: String,
    /// When.
    pub noted_at: Timestamp,
}

impl Record for Issuance {
    const KIND: &'static Kind = &ISSUANCE;

    fn key(&self) -> String {
        self.issue_number.clone()
    }
}
