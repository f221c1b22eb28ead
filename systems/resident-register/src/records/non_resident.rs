//! Who has a number of the town without living there (住登外者), as the addressee system tells.

use std::fmt;

use domain::{AddresseeNo, RegisterDate, Sex};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// 住登外者, key 宛名番号. Held only to keep numbers apart and to see who moves in.
///
/// Source: 共通機能標準仕様書 031.
pub static NON_RESIDENT: Kind = Kind::new("resident-register/non-resident", "住登外者")
    .columns(&[Column::plain("birth_date", "生年月日")]);

/// One of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonResident {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 氏名.
    pub name: String,
    /// 生年月日.
    pub birth_date: RegisterDate,
    /// 性別.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
}

impl Record for NonResident {
    const KIND: &'static Kind = &NON_RESIDENT;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}

/// Logs name it by its number only.
impl fmt::Debug for NonResident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NonResident({})", self.addressee_no)
    }
}
