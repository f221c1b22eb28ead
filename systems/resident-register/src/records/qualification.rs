//! What other tasks told of a person's qualifications (他業務の資格).

use domain::{AddresseeNo, Date};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// Qualifications under other schemes, key 宛名番号/制度. The register never originates them: each came over a link.
///
/// Numbers and symbols of insurance cards are not held, nor more of the electoral roll than the registration.
///
/// Source: 住民基本台帳法 art. 7(9)-(11-2); 住民記録システム標準仕様書 7.2.2.
pub static QUALIFICATION: Kind = Kind::new("resident-register/qualification", "資格（他業務）")
    .columns(&[Column::plain("addressee_no", "宛名番号")])
    .sealed(&["basic_pension_no"]);

/// A person's qualification under one scheme, as its task told it last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qualification {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 制度.
    pub scheme: Scheme,
    /// 資格取得年月日; of the electoral roll 登録年月日, of the allowance the first day of 受給開始年月. None for somebody who
    /// is not qualified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquired_on: Option<Date>,
    /// 資格喪失年月日; of the allowance the first day of 受給終了年月.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_on: Option<Date>,
    /// 国民年金の被保険者の種別.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// 種別変更年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_changed_on: Option<Date>,
    /// 基礎年金番号.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basic_pension_no: String,
}

impl Qualification {
    /// The record of somebody who has no qualification under the scheme any more, and of whom nothing is known that was.
    pub fn none(addressee_no: AddresseeNo, scheme: Scheme) -> Self {
        Self {
            addressee_no,
            scheme,
            acquired_on: None,
            lost_on: None,
            class: String::new(),
            class_changed_on: None,
            basic_pension_no: String::new(),
        }
    }
}

/// A scheme whose qualification stands in the resident record (制度).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// 選挙人名簿.
    ElectoralRoll,
    /// 国民健康保険.
    NationalHealthInsurance,
    /// 後期高齢者医療.
    LatterElderly,
    /// 介護保険.
    LongTermCare,
    /// 国民年金.
    NationalPension,
    /// 児童手当.
    ChildAllowance,
}

impl Scheme {
    /// Every scheme, in the order of art. 7.
    pub const ALL: [Self; 6] = [
        Self::ElectoralRoll,
        Self::NationalHealthInsurance,
        Self::LatterElderly,
        Self::LongTermCare,
        Self::NationalPension,
        Self::ChildAllowance,
    ];

    /// The word in rows: 業務ID of the task that owns the scheme.
    ///
    /// Source: 基本データリスト 業務ID.
    pub fn task_id(self) -> &'static str {
        match self {
            Self::ElectoralRoll => "006",
            Self::NationalHealthInsurance => "024",
            Self::LatterElderly => "025",
            Self::LongTermCare => "023",
            Self::NationalPension => "026",
            Self::ChildAllowance => "027",
        }
    }

    /// The scheme of a task; none for any other.
    pub fn of_task(task_id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.task_id() == task_id)
    }

    /// The word in keys.
    pub fn code(self) -> &'static str {
        match self {
            Self::ElectoralRoll => "electoral-roll",
            Self::NationalHealthInsurance => "national-health-insurance",
            Self::LatterElderly => "latter-elderly",
            Self::LongTermCare => "long-term-care",
            Self::NationalPension => "national-pension",
            Self::ChildAllowance => "child-allowance",
        }
    }

    /// The Japanese name.
    pub fn label(self) -> &'static str {
        match self {
            Self::ElectoralRoll => "選挙人名簿",
            Self::NationalHealthInsurance => "国民健康保険",
            Self::LatterElderly => "後期高齢者医療",
            Self::LongTermCare => "介護保険",
            Self::NationalPension => "国民年金",
            Self::ChildAllowance => "児童手当",
        }
    }
}

impl Record for Qualification {
    const KIND: &'static Kind = &QUALIFICATION;

    fn key(&self) -> String {
        key(self.addressee_no.as_str(), self.scheme)
    }
}

/// The key of a person's qualification under a scheme.
pub(crate) fn key(addressee_no: &str, scheme: Scheme) -> String {
    format!("{addressee_no}/{}", scheme.code())
}
