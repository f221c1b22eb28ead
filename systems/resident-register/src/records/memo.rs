//! The memo on a person (メモ).

use domain::AddresseeNo;
use jiff::Timestamp;
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// メモ, key 宛名番号: what staff should know of a person beside the record. It is no item of the 住民票: no movement carries
/// it, no certificate prints it, no link sends it. Its versions are the history of its edits.
///
/// Source: 住民記録システム標準仕様書 1.1.15.
pub static MEMO: Kind = Kind::new("resident-register/memo", "メモ");

/// A memo as it was written last; blank once it was taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memo {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// The text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Who wrote it.
    pub user: String,
    /// When.
    pub at: Timestamp,
}

impl Record for Memo {
    const KIND: &'static Kind = &MEMO;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}
