//! 個人番号 that a link told and that contradict what is held.

use domain::{AddresseeNo, Date};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

use super::IntegratedNo;

/// 個人番号の食い違い, by 宛名番号.
pub static CONFLICT: Kind = Kind::new("integrated-addressee/conflict", "個人番号の食い違い");

/// A 個人番号 the register of residents told, which is not taken because another person has it. It has no 個人番号.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// 宛名番号 of whom the register told it.
    pub addressee_no: AddresseeNo,
    /// 団体内統合宛名番号 of who has the 個人番号.
    pub holder: IntegratedNo,
    /// What differs between the two (生年月日, 性別); nothing when the 宛名番号 is a person's with another 個人番号.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<String>,
    /// The day it was told first.
    pub told_on: Date,
}

impl Record for Conflict {
    const KIND: &'static Kind = &CONFLICT;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}
