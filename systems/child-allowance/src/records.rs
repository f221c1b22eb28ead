//! The records of the system.

use domain::{AddresseeNo, Date, HouseholdNo, RegisterDate, Relation, ResidentStatus, Yen};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use crate::rules::Month;

/// Persons as known from the resident register (世帯員), by 宛名番号.
///
/// Everybody, not only children: a child's row may arrive before or after the parent's, and a parent's row does not
/// come again when a child joins.
pub static PERSON: Kind =
    Kind::new("child-allowance/person", "世帯員").columns(&[Column::plain("household_no", "世帯番号")]);

/// Entitlements (受給資格), by the child's 宛名番号.
pub static ENTITLEMENT: Kind = Kind::new("child-allowance/entitlement", "受給資格")
    .columns(&[Column::plain("household_no", "世帯番号")]);

/// A person of a household (世帯員) as the newest row has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号 of the row.
    pub history_no: u32,
    /// 世帯番号; of somebody who left, the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household_no: Option<HouseholdNo>,
    /// 住民状態.
    pub status: ResidentStatus,
    /// 氏名.
    pub name: String,
    /// 氏名フリガナ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kana: String,
    /// 生年月日.
    pub birth_date: RegisterDate,
    /// What staff decided where the birth date is unknown in part (要確認判定).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
    /// 続柄; none when the row has none that reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// 世帯内の順位.
    pub member_order: u32,
    /// 住民となった日, of a foreign resident 外国人住民となった日, when it is a known day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_since: Option<Date>,
    /// The day the person ceased to be a resident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departed_on: Option<Date>,
}

impl Person {
    /// The birth date to reckon with: what staff decided, or the record's.
    pub fn birth(&self) -> RegisterDate {
        match self.judged {
            Some(Judged::Born(day)) => RegisterDate::Day(day),
            _ => self.birth_date,
        }
    }

    /// Whether the person is a resident.
    pub fn is_resident(&self) -> bool {
        self.status == ResidentStatus::Resident
    }
}

/// What staff decided of somebody whose birth date is unknown in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judged {
    /// Reckoned as born on this day (みなし生年月日).
    Born(Date),
    /// No child in any case (児童でない).
    NotChild,
}

/// The state of an entitlement (受給資格の状態).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// 受給資格あり（請求待ち）.
    Eligible,
    /// 消滅.
    Ended,
    /// 要確認: a person has to decide.
    Check,
}

impl State {
    /// Every state.
    pub const ALL: &'static [State] = &[State::Eligible, State::Ended, State::Check];

    /// The word in records and inputs.
    pub fn code(self) -> &'static str {
        match self {
            State::Eligible => "eligible",
            State::Ended => "ended",
            State::Check => "check",
        }
    }

    /// The Japanese words.
    pub fn label(self) -> &'static str {
        match self {
            State::Eligible => "受給資格あり（請求待ち）",
            State::Ended => "消滅",
            State::Check => "要確認",
        }
    }
}

/// Why an entitlement is in its state (事由).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A child living here (児童の出生・転入).
    ChildHere,
    /// 年齢到達.
    Age,
    /// 転出.
    MovedOut,
    /// 死亡.
    Dead,
    /// その他消除.
    Deleted,
    /// The birth date is unknown in part (生年月日不詳).
    BirthUnknown,
    /// A correction made it no entitlement (訂正による非該当).
    NotChild,
}

impl Reason {
    /// The Japanese words.
    pub fn label(self) -> &'static str {
        match self {
            Reason::ChildHere => "児童の居住",
            Reason::Age => "年齢到達",
            Reason::MovedOut => "転出",
            Reason::Dead => "死亡",
            Reason::Deleted => "その他消除",
            Reason::BirthUnknown => "生年月日不詳",
            Reason::NotChild => "非該当",
        }
    }
}

/// Why this payee is proposed (受給者候補の根拠).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PayeeBasis {
    /// The head is a parent.
    HeadParent,
    /// A member is a parent.
    MemberParent,
    /// No parent in the household; the head as a guardian.
    HeadGuardian,
    /// Several members may be the parent.
    Several,
    /// Nobody in the household.
    Nobody,
}

impl PayeeBasis {
    /// The Japanese words.
    pub fn label(self) -> &'static str {
        match self {
            PayeeBasis::HeadParent => "父母である世帯主",
            PayeeBasis::MemberParent => "父母である世帯員",
            PayeeBasis::HeadGuardian => "父母が世帯にいない（世帯主を候補）",
            PayeeBasis::Several => "父母にあたる世帯員が複数（要確認）",
            PayeeBasis::Nobody => "世帯に候補がいない（要確認）",
        }
    }
}

/// From a month on, this much a month (手当月額の推移).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmountStep {
    /// First month.
    pub from: Month,
    /// 第何子.
    pub order: usize,
    /// Code of the class in the rates.
    pub class: String,
    /// Monthly yen.
    pub monthly_yen: Yen,
}

/// An entitlement to be claimed (受給資格), derived from what is known of the child and the household.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entitlement {
    /// 児童の宛名番号.
    pub addressee_no: AddresseeNo,
    /// 世帯番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household_no: Option<HouseholdNo>,
    /// 状態.
    pub state: State,
    /// 事由.
    pub reason: Reason,
    /// 支給開始月: the month after the event, when claimed in time; none when the event's day is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Month>,
    /// 支給終了月; of an unclear birth date the last possible, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Month>,
    /// The last day of the fifteen to claim in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_by: Option<Date>,
    /// 受給者候補.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<AddresseeNo>,
    /// Why.
    pub payee_basis: PayeeBasis,
    /// Whether another child of the family has an unclear birth date, so that the order is not sure (第何子の要確認).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub order_unsure: bool,
    /// The monthly amount from its first month to its last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amounts: Vec<AmountStep>,
}

impl Entitlement {
    /// The amount of a month; `None` when nothing is granted then.
    pub fn amount_in(&self, month: Month) -> Option<&AmountStep> {
        if self.until.is_none_or(|until| until < month) || self.from.is_some_and(|from| month < from) {
            return None;
        }
        self.amounts.iter().rev().find(|step| step.from <= month)
    }

    /// The state in a month: entitled from the first month to the last, whatever is known today.
    pub fn state_in(&self, month: Month) -> Option<State> {
        if self.from.is_some_and(|from| month < from) && self.state != State::Check {
            return None;
        }
        match self.until {
            Some(until) if until < month => Some(State::Ended),
            // In the month of the event itself the amount is still due, but the entitlement has ended.
            Some(until) if until == month && self.state == State::Ended => Some(State::Ended),
            _ if self.state == State::Check => Some(State::Check),
            None => Some(State::Ended),
            Some(_) => Some(State::Eligible),
        }
    }
}

impl Record for Person {
    const KIND: &'static Kind = &PERSON;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}

impl Record for Entitlement {
    const KIND: &'static Kind = &ENTITLEMENT;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}
