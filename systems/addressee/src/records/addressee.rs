//! Addressees (宛名).

use domain::{
    Address, AddresseeNo, CorporateNumber, Date, HouseholdNo, RegisterDate, ResidentKind, ResidentStatus, Sex,
};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use super::{AddresseeClass, ClosingReason, NamePreference};

/// Addressees (宛名), by 宛名番号. The column joins the members of a household.
pub static ADDRESSEE: Kind =
    Kind::new("addressee/addressee", "宛名").columns(&[Column::plain("household_no", "世帯番号")]);

/// One addressee (宛名): a resident as the newest row of the resident register has it, or a non-resident (住登外者) or a
/// corporation (法人) as staff registered it; and the office's choice of name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 住民区分.
    pub class: AddresseeClass,
    /// 履歴番号 of the row of the resident register it was taken from, 0 when from none; an older row changes nothing. The
    /// 履歴番号 other systems are told is the version of this record.
    #[serde(default)]
    pub history_no: u32,
    /// 世帯番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household_no: Option<HouseholdNo>,
    /// 住民種別; of residents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_kind: Option<ResidentKind>,
    /// 住民状態; of residents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ResidentStatus>,
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
    /// 生年月日; a non-resident's may not be known, a corporation has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<RegisterDate>,
    /// 性別; not of corporations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// 住所: of a resident the last one in the municipality; of a corporation its 所在地.
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
    /// 法人番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corporate_no: Option<CorporateNumber>,
    /// 本店・支店名, such as 本店 or みなと支店.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub office_name: String,
    /// 代表者 with title, such as 代表取締役　架空　太郎.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub representative: String,
    /// 連絡先: a telephone number or the like.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contact: String,
    /// 支援措置対象: the address is shown to nobody here and printed nowhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
    /// 業務ID of the task that asked for the number of a non-resident, three digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub task_id: String,
    /// 他業務参照不可フラグ: other tasks must not use these data (本人確認情報 of 住基ネット).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_reference: bool,
    /// 削除年月日 of a non-resident, 解散・閉鎖年月日 of a corporation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<Date>,
    /// 削除事由.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing_reason: Option<ClosingReason>,
}

impl Addressee {
    /// An addressee of a number and a class with nothing else known.
    pub fn blank(addressee_no: AddresseeNo, class: AddresseeClass) -> Self {
        Self {
            addressee_no,
            class,
            history_no: 0,
            household_no: None,
            resident_kind: None,
            status: None,
            display_name: String::new(),
            name_preference: None,
            name: String::new(),
            name_kana: String::new(),
            name_roman: String::new(),
            former_family_name: String::new(),
            alias_name: String::new(),
            birth_date: None,
            sex: None,
            address: Address::default(),
            moved_out_to: String::new(),
            moveout_planned_on: String::new(),
            deletion_event_date: String::new(),
            corporate_no: None,
            office_name: String::new(),
            representative: String::new(),
            contact: String::new(),
            protected: false,
            task_id: String::new(),
            no_reference: false,
            closed_on: None,
            closing_reason: None,
        }
    }

    /// Whether letters still go out to it: a resident, or a non-resident or corporation that was not closed.
    pub fn is_current(&self) -> bool {
        match self.class {
            AddresseeClass::Resident => self.status == Some(ResidentStatus::Resident),
            AddresseeClass::NonResident | AddresseeClass::Corporation => self.closed_on.is_none(),
        }
    }
}

impl Record for Addressee {
    const KIND: &'static Kind = &ADDRESSEE;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}
