//! The records of the system.

use domain::{Address, AddresseeNo, Date, HouseholdNo, RegisterDate, Sex};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// Electors and who may become one (選挙人), by 宛名番号.
pub static ELECTOR: Kind = Kind::new("electoral-roll/elector", "選挙人");

/// Whose address must not be shown (支援措置対象), by 宛名番号.
pub static PROTECTION: Kind = Kind::new("electoral-roll/protection", "支援措置対象（選挙人名簿）");

/// Whether somebody's address is protected (支援措置).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号 of the row; an older row changes nothing.
    pub history_no: u32,
    /// Whether the address is protected.
    pub protected: bool,
}

/// One person as the roll sees them (選挙人).
///
/// Somebody who cannot be an elector keeps only numbers and 履歴番号, so that an older row coming late is known as such.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elector {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号 of the row.
    pub history_no: u32,
    /// 世帯番号: who lives with a protected person is hidden with them, be that a child or a foreigner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household_no: Option<HouseholdNo>,
    /// What the resident register says; none for somebody who cannot be an elector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// 名簿上の状態.
    pub standing: Standing,
}

/// What the resident register says of an elector, and what follows for the roll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// 氏名.
    pub name: String,
    /// 氏名フリガナ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kana: String,
    /// 生年月日.
    pub birth_date: RegisterDate,
    /// 性別.
    pub sex: Sex,
    /// 住所.
    pub address: Address,
    /// Polling district (投票区) by the address.
    pub district: String,
    /// The day the three months run from: of the moving-in notification, otherwise of becoming a resident; none when the
    /// record states neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_from: Option<RegisterDate>,
    /// The day the person ceased to live here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_on: Option<Date>,
    /// The day the age is attained, at the latest reading of the birth date; none when nothing is known of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attains_on: Option<Date>,
    /// The first day the person qualifies on (資格取得日), as long as they stay; none for a person to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifies_from: Option<Date>,
}

/// Where somebody stands on the roll (名簿上の状態).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Standing {
    /// 対象外: no Japanese resident.
    Outside,
    /// 未登録（資格見込）: qualifies, or will.
    Candidate,
    /// 登録.
    Registered {
        /// The registration.
        registration: Registration,
    },
    /// 表示: on the roll, and marked as having left.
    Marked {
        /// The registration.
        registration: Registration,
        /// The mark.
        mark: Mark,
    },
    /// 抹消.
    Removed {
        /// The registration there was.
        registration: Registration,
        /// The removal.
        removal: Removal,
    },
}

/// A registration (登録).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// 登録日.
    pub registered_on: Date,
    /// 基準日.
    pub base_date: Date,
}

/// The mark of somebody who left (表示).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Why.
    pub reason: LeaveReason,
    /// The day they left.
    pub left_on: Date,
    /// The first day they are to be removed on (抹消予定日).
    pub remove_from: Date,
}

/// A removal (抹消).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// Why.
    pub reason: RemovalReason,
    /// The day of removal.
    pub removed_on: Date,
}

/// Why somebody no longer lives here (表示の事由).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeaveReason {
    /// 転出.
    MovedOut,
    /// 職権消除.
    DeletedExOfficio,
}

/// Why somebody is removed (抹消の事由).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemovalReason {
    /// 死亡.
    Dead,
    /// 国籍喪失.
    NationalityLost,
    /// 転出後四か月経過.
    MarkExpired,
    /// 誤載: should never have been registered.
    Wrong,
}

impl RemovalReason {
    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            RemovalReason::Dead => "死亡",
            RemovalReason::NationalityLost => "国籍喪失",
            RemovalReason::MarkExpired => "転出後四か月経過",
            RemovalReason::Wrong => "誤載",
        }
    }
}

impl LeaveReason {
    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            LeaveReason::MovedOut => "転出",
            LeaveReason::DeletedExOfficio => "職権消除",
        }
    }
}

impl Standing {
    /// The word in bodies and inputs.
    pub fn code(&self) -> &'static str {
        match self {
            Standing::Outside => "outside",
            Standing::Candidate => "candidate",
            Standing::Registered { .. } => "registered",
            Standing::Marked { .. } => "marked",
            Standing::Removed { .. } => "removed",
        }
    }

    /// The Japanese words.
    pub fn label(&self) -> &'static str {
        match self {
            Standing::Outside => "対象外",
            Standing::Candidate => "未登録（資格見込）",
            Standing::Registered { .. } => "登録",
            Standing::Marked { .. } => "表示",
            Standing::Removed { .. } => "抹消",
        }
    }

    /// The registration there is or was.
    pub fn registration(&self) -> Option<&Registration> {
        match self {
            Standing::Outside | Standing::Candidate => None,
            Standing::Registered { registration }
            | Standing::Marked { registration, .. }
            | Standing::Removed { registration, .. } => Some(registration),
        }
    }
}

impl Record for Elector {
    const KIND: &'static Kind = &ELECTOR;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}

impl Record for Protection {
    const KIND: &'static Kind = &PROTECTION;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}
