//! Support measures as told by the resident register (支援措置).

use domain::AddresseeNo;
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// 支援措置対象, by 宛名番号. A record of its own, because the row may come before the person's.
pub static PROTECTION: Kind = Kind::new("addressee/protection", "支援措置対象");

/// Whether somebody's address is protected, as the newest row says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号 of the row; an older row changes nothing.
    pub history_no: u32,
    /// Whether the address is protected. An end date that has passed ends nothing.
    pub protected: bool,
    /// 終了年月日, in register notation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub until: String,
}

impl Record for Protection {
    const KIND: &'static Kind = &PROTECTION;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}
