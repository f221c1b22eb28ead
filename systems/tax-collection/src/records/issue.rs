//! Papers that were issued (交付履歴).

use domain::{Date, Yen};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// Issued papers, by 発行番号.
pub static ISSUE: Kind = Kind::new("tax-collection/issue", "交付履歴（収滞納）")
    .columns(&[Column::plain("addressee_no", "宛名番号")]);

/// A paper that was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// 発行番号.
    pub issue_number: String,
    /// What it is (納税証明書、納付書 …).
    pub title: String,
    /// 宛名番号 of whom it is about.
    pub addressee_no: String,
    /// 交付日.
    pub issued_on: Date,
    /// The instalments it tells of.
    pub levies: Vec<String>,
    /// The yen it asks for or certifies.
    pub yen: Yen,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub requested_by: String,
}

impl Record for Issue {
    const KIND: &'static Kind = &ISSUE;

    fn key(&self) -> String {
        self.issue_number.clone()
    }
}
