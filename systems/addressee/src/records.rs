//! The records of the system.

use domain::{Address, AddresseeNo, HouseholdNo, RegisterDate, ResidentKind, ResidentStatus, Sex};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// Addressees (宛名), by 宛名番号. The column joins the members of a household.
pub static ADDRESSEE: Kind =
    Kind::new("addressee/addressee", "宛名").columns(&[Column::plain("household_no", "世帯番号")]);

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal $label:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            /// Every value, in order of code.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The code.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)+ }
            }

            /// The Japanese word.
            pub fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)+ }
            }

            /// The value of a code; `None` for a code outside the list.
            pub fn from_code(code: &str) -> Option<$name> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

codes! {
    /// What an addressee is (住民区分).
    ///
    /// Source: 基本データリスト, 宛名 (住民区分).
    AddresseeClass {
        /// Has, or had, a resident record here.
        Resident = "1" "住民",
        /// A natural person without a resident record here.
        NonResident = "2" "住登外",
        /// A corporation.
        Corporation = "3" "法人",
    }
}

codes! {
    /// Under which name a letter goes out (氏名優先区分), of the standard's list those that one line can hold.
    ///
    /// Source: 基本データリスト 001, code list 14 (氏名優先区分).
    NamePreference {
        /// The name of the record.
        Name = "01" "氏名",
        /// The name in Latin letters.
        Roman = "02" "ローマ字",
        /// The name, and the alias in brackets.
        NameAndAlias = "05" "氏名及び通称",
        /// The alias.
        Alias = "09" "通称",
    }
}

/// One addressee (宛名) as the newest row of the resident register has it, and the office's choice of name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 住民区分.
    pub class: AddresseeClass,
    /// 履歴番号 of the row it was taken from; an older row changes nothing.
    pub history_no: u32,
    /// 世帯番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household_no: Option<HouseholdNo>,
    /// 住民種別.
    pub resident_kind: ResidentKind,
    /// 住民状態.
    pub status: ResidentStatus,
    /// 宛名氏名: the name a letter goes out under, by the preference and what the record has.
    pub display_name: String,
    /// 氏名優先区分 chosen by staff; none means the name of the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_preference: Option<NamePreference>,
    /// 氏名.
    pub name: String,
    /// 氏名フリガナ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kana: String,
    /// 氏名ローマ字.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_roman: String,
    /// 旧氏.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub former_family_name: String,
    /// 通称.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alias_name: String,
    /// 生年月日.
    pub birth_date: RegisterDate,
    /// 性別.
    pub sex: Sex,
    /// 住所: the last one in the municipality.
    pub address: Address,
    /// 転出先住所（予定）; where a letter may find somebody who has left.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub moved_out_to: String,
    /// 転出予定年月日, in register notation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub moveout_planned_on: String,
    /// 消除の異動年月日, in register notation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub deletion_event_date: String,
}

impl Record for Addressee {
    const KIND: &'static Kind = &ADDRESSEE;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}
