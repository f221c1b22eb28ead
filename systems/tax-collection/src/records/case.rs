//! The case of a person who owes (滞納): what the office did and was promised. Yen stand on the instalments, never here.

use domain::{Date, Yen};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

use super::instalment::DeferredDays;
use super::ledger::{Part, words};

/// Cases, by 宛名番号.
pub static CASE: Kind = Kind::new("tax-collection/case", "滞納者");

words! {
    /// How a case stands (整理状況).
    CaseState {
        /// Something is owed behind its due date.
        Open = "open" "整理中",
        /// Nothing is; the case is kept for what it tells.
        Settled = "settled" "完結",
    }
}

words! {
    /// How the office and the person met (折衝の方法).
    ContactKind {
        /// 臨戸.
        Visit = "visit" "臨戸",
        /// 電話.
        Phone = "phone" "電話",
        /// 文書.
        Letter = "letter" "文書",
        /// 来庁.
        Office = "office" "来庁",
        /// 実態調査.
        Survey = "survey" "実態調査",
    }
}

words! {
    /// Kinds of deferment (猶予の種類).
    DefermentKind {
        /// 徴収猶予.
        Collection = "collection" "徴収猶予",
        /// 職権による換価の猶予.
        Conversion = "conversion" "職権による換価の猶予",
        /// 申請による換価の猶予.
        Applied = "applied" "申請による換価の猶予",
    }
}

words! {
    /// What was decided of an application (審査結果).
    Decision {
        /// Nothing yet.
        Pending = "pending" "審査中",
        /// 許可.
        Granted = "granted" "許可",
        /// 不許可.
        Refused = "refused" "不許可",
    }
}

/// A demand (催告) that went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// 段階, as `standards/codes/tax-collection/demand-stages.tsv` has it.
    pub stage: u32,
    /// 発付日.
    pub on: Date,
    /// What was demanded.
    pub total: Yen,
}

/// A meeting (折衝の記録).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The day.
    pub on: Date,
    /// How.
    pub kind: ContactKind,
    /// What was said and seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The next day to look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_on: Option<Date>,
}

/// A payment that was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PledgeRow {
    /// By which day.
    pub on: Date,
    /// How much.
    pub yen: Yen,
}

/// A promise to pay by a plan (納税誓約). Whether it is kept is found by rule, not kept here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pledge {
    /// The day the debt was acknowledged (債務の承認).
    pub on: Date,
    /// What it is for.
    pub levy_keys: Vec<String>,
    /// The plan, oldest first.
    pub rows: Vec<PledgeRow>,
    /// Taken back, or followed by another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
}

/// A deferment (猶予) that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferment {
    /// 種類.
    pub kind: DefermentKind,
    /// 事由, as `standards/codes/tax-collection/deferment-reasons.tsv` has it.
    pub reason: String,
    /// What it is for.
    pub levy_keys: Vec<String>,
    /// 申請日.
    pub applied_on: Date,
    /// 審査結果.
    pub decision: Decision,
    /// 決定日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<Date>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Whether all of the charge is exempted.
    pub all: bool,
    /// 担保.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub security: String,
    /// 取消日: the days from it on are not deferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_on: Option<Date>,
}

/// What was remitted before reminder fees could be (延滞金).
const fn charge() -> Part {
    Part::Delinquency
}

/// A remission of the delinquency charge (延滞金減免), or of the fee of a reminder (督促手数料の取消し), that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remission {
    /// 申請日.
    pub applied_on: Date,
    /// 決定日.
    pub decided_on: Date,
    /// 許可か不許可.
    pub decision: Decision,
    /// 事由, as `standards/codes/tax-collection/remission-reasons.tsv` has it.
    pub reason: String,
    /// What it is for.
    pub levy_keys: Vec<String>,
    /// What was remitted: the charge, or the fee.
    #[serde(default = "charge")]
    pub part: Part,
    /// How much was remitted.
    pub yen: Yen,
}

/// A suspension of disposition (滞納処分の執行停止).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// 事由, as `standards/codes/tax-collection/suspension-reasons.tsv` has it.
    pub reason: String,
    /// What it is for.
    pub levy_keys: Vec<String>,
    /// 停止日.
    pub from: Date,
    /// 即時消滅: the duty ends at once.
    pub immediate: bool,
    /// 取消日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_on: Option<Date>,
}

/// What a person owed when it was last gathered (収納情報更新).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// 基準日.
    pub as_of: Option<Date>,
    /// 期別の件数.
    pub count: u32,
    /// 滞納額.
    pub yen: Yen,
    /// Of it, 滞納繰越分.
    pub carried: Yen,
    /// Of it, 執行停止中.
    pub suspended: Yen,
    /// The oldest due date.
    pub oldest_due_on: Option<Date>,
}

/// A case (滞納者).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// 宛名番号.
    pub addressee_no: String,
    /// 整理状況.
    pub state: CaseState,
    /// 担当者.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub officer: String,
    /// 登録日.
    pub registered_on: Date,
    /// As last gathered.
    #[serde(default)]
    pub summary: Summary,
    /// 催告.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<Demand>,
    /// 折衝.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// 納税誓約.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pledges: Vec<Pledge>,
    /// 猶予.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deferments: Vec<Deferment>,
    /// 延滞金減免.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remissions: Vec<Remission>,
    /// 執行停止.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspensions: Vec<Suspension>,
}

impl Record for Case {
    const KIND: &'static Kind = &CASE;

    fn key(&self) -> String {
        self.addressee_no.clone()
    }
}

impl Case {
    /// A case that begins.
    pub fn new(addressee_no: &str, registered_on: Date) -> Self {
        Self {
            addressee_no: addressee_no.to_owned(),
            state: CaseState::Open,
            officer: String::new(),
            registered_on,
            summary: Summary::default(),
            demands: Vec::new(),
            contacts: Vec::new(),
            pledges: Vec::new(),
            deferments: Vec::new(),
            remissions: Vec::new(),
            suspensions: Vec::new(),
        }
    }

    /// The days an instalment is deferred, as decided here.
    pub fn deferred_days(&self, levy_key: &str) -> Vec<DeferredDays> {
        let of = |deferment: &&Deferment| deferment.levy_keys.iter().any(|key| key == levy_key);
        self.deferments.iter().filter(of).filter_map(Deferment::days).collect()
    }

    /// The suspension that runs on a day for an instalment.
    pub fn suspended(&self, levy_key: &str, on: Date) -> Option<&Suspension> {
        self.suspensions.iter().find(|one| one.runs(on) && one.levy_keys.iter().any(|key| key == levy_key))
    }

    /// The plan that is followed now.
    pub fn plan(&self) -> Option<&Pledge> {
        self.pledges.iter().rfind(|pledge| pledge.ended_on.is_none())
    }
}

impl Deferment {
    /// The days it defers; none when it was not granted, or taken back before it began.
    pub fn days(&self) -> Option<DeferredDays> {
        if self.decision != Decision::Granted {
            return None;
        }
        let to = match self.cancelled_on {
            Some(on) => on.yesterday().unwrap_or(on).min(self.to),
            None => self.to,
        };
        (self.from <= to).then_some(DeferredDays { from: self.from, to, all: self.all })
    }
}

impl Suspension {
    /// Whether it runs on a day.
    pub fn runs(&self, on: Date) -> bool {
        self.from <= on && self.cancelled_on.is_none_or(|ended| on < ended)
    }
}
