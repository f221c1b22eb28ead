//! What is printed and sent: bundles of notices, documents issued, where a person's letters go.

use domain::{AddresseeNo, Date};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Bundles of the initial notices in posting order (当初納税通知書の束), by fiscal year and number.
pub static BUNDLE: Kind = Kind::new("light-vehicle-tax/bundle", "当初納税通知書の束");

/// Documents issued (発行), by 発行番号.
pub static ISSUANCE: Kind =
    Kind::new("light-vehicle-tax/issuance", "発行").columns(&[Column::plain("addressee_no", "宛名番号")]);

/// Where letters of a taxpayer go now (送付先), by 宛名番号.
pub static DELIVERY: Kind = Kind::new("light-vehicle-tax/delivery", "送付先（有効なもの）");

/// Some notices that follow one another in posting order (束).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// 年度.
    pub tax_year: i16,
    /// 束の番号, from 1.
    pub bundle_no: u32,
    /// The keys of the levies in order.
    pub levy_keys: Vec<String>,
    /// First postcode.
    pub first_postcode: String,
    /// Last postcode.
    pub last_postcode: String,
    /// The day the order was made on.
    pub ordered_on: Date,
    /// How many of them, from the first on, were printed.
    #[serde(default)]
    pub printed: u32,
    /// The day of the last printing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed_on: Option<Date>,
}

/// A document that was issued (発行), as it was printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuance {
    /// 発行番号.
    pub issue_no: String,
    /// 文書名.
    pub title: String,
    /// The template it was printed with.
    pub template: String,
    /// The data it was printed from.
    pub data: Value,
    /// Whom it is about.
    pub addressee_no: AddresseeNo,
    /// 車両番号.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub vehicle_no: String,
    /// The key of the levy.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub levy_key: String,
    /// 発行日.
    pub issued_on: Date,
    /// The issue it repeats (再交付).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reissue_of: String,
}

/// Where letters of a taxpayer go (送付先), as it holds on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// The version of this record, from 1.
    pub history_no: u32,
    /// 送付先氏名.
    pub name: String,
    /// 郵便番号.
    pub postcode: String,
    /// 住所.
    pub address: String,
    /// Why this address: `agent`, `mailing`, `register`, `moved-out`.
    pub basis: String,
    /// Whether the address must not be shown (支援措置): of the taxpayer, or of who acts for them. The register's own address of
    /// the taxpayer is not printed either, and is blank.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
}

impl Record for Bundle {
    const KIND: &'static Kind = &BUNDLE;

    fn key(&self) -> String {
        Self::key_of(self.tax_year, self.bundle_no)
    }
}

impl Bundle {
    /// The key of a bundle.
    pub fn key_of(tax_year: i16, bundle_no: u32) -> String {
        format!("{tax_year:04}-{bundle_no:05}")
    }
}

impl Record for Issuance {
    const KIND: &'static Kind = &ISSUANCE;

    fn key(&self) -> String {
        self.issue_no.clone()
    }
}

impl Record for Delivery {
    const KIND: &'static Kind = &DELIVERY;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}
