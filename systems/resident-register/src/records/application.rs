//! What people or another program filled in before a clerk enters it (受付データ).

use std::fmt;

use domain::{AddresseeNo, Date};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// 受付データ, key 受付データ番号. What was filled in is sealed: a 転出証明書 carries 個人番号 and 住民票コード.
pub static APPLICATION: Kind = Kind::new("resident-register/application", "受付データ")
    .columns(&[Column::plain("status", "状態"), Column::plain("external_no", "申請番号")])
    .sealed(&["input"]);

/// One notification as it was filled in elsewhere: on a tablet, in マイナポータル, on paper that was read. It changes no
/// register by itself; it opens the form of its movement with what was filled in.
///
/// Source: 住民記録システム標準仕様書 10.8, 10.9.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Application {
    /// 受付データ番号.
    pub application_no: String,
    /// The number of the program it comes from (申請番号); one of a kind is taken once.
    pub external_no: String,
    /// What it is.
    pub what: ApplicationKind,
    /// 取込日.
    pub received_on: Date,
    /// 来庁予定日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_on: Option<Date>,
    /// The names of the people, for lists.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub names: String,
    /// The input of the movement's form as JSON text, as received.
    pub input: String,
    /// The residents it is about, as far as they were found (照合).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matched: Vec<AddresseeNo>,
    /// Where it and the register disagree, and who was not found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
    /// What of it does not fit its form (受付不可): it waits for a clerk, or for the same number corrected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// What has become of it.
    pub status: ApplicationStatus,
    /// 受付番号 of the 仮登録 made from it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub provisional_no: String,
    /// Why it was put aside.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub end_reason: String,
}

impl Application {
    /// Whether it cannot be taken as it came, and nobody has dealt with it yet (受付不可).
    pub fn is_unfit(&self) -> bool {
        self.status == ApplicationStatus::Open && !self.faults.is_empty()
    }
}

/// What an application is (手続).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationKind {
    /// 転入届, or the 転出証明書 that comes with it (QR).
    MoveIn,
    /// 転居届.
    MoveWithin,
    /// 転出届.
    MoveOut,
    /// 転出届 of マイナポータル (引越しワンストップ).
    OneStopMoveOut,
    /// 転出届の取消 of マイナポータル.
    MoveOutWithdrawal,
    /// 転入予定連絡 of マイナポータル: prepares the visit and changes nothing.
    MoveInPlan,
    /// 転居予定連絡 of マイナポータル: prepares the visit and changes nothing.
    MoveWithinPlan,
    /// 個人番号カード券面.
    Card,
    /// 出入国在留管理庁長官の通知（法務省通知）.
    ImmigrationNotice,
    /// 戸籍に関する通知（法9条2項通知）.
    FamilyRegisterNotice,
    /// 出入国在留管理庁長官の通知 that somebody has lost the status of residence.
    ImmigrationLoss,
    /// 転入予定連絡の取消 of マイナポータル.
    MoveInPlanWithdrawal,
    /// 転居予定連絡の取消 of マイナポータル.
    MoveWithinPlanWithdrawal,
    /// 住民票の写しの交付申請.
    Certificate,
}

impl ApplicationKind {
    /// Every kind, as (code, label).
    pub const CHOICES: &'static [(&'static str, &'static str)] = &[
        ("move-in", "転入届・転出証明書"),
        ("move-within", "転居届"),
        ("move-out", "転出届"),
        ("one-stop-move-out", "転出届（マイナポータル）"),
        ("move-out-withdrawal", "転出届の取消（マイナポータル）"),
        ("move-in-plan", "転入予定連絡（マイナポータル）"),
        ("move-within-plan", "転居予定連絡（マイナポータル）"),
        ("card", "個人番号カード券面"),
        ("immigration-notice", "法務省通知（出入国在留管理庁）"),
        ("family-register-notice", "戸籍の通知（法9条2項）"),
        ("immigration-loss", "法務省通知（在留資格の喪失）"),
        ("move-in-plan-withdrawal", "転入予定連絡の取消（マイナポータル）"),
        ("move-within-plan-withdrawal", "転居予定連絡の取消（マイナポータル）"),
        ("certificate", "住民票の写しの交付申請"),
    ];

    /// The Japanese words.
    pub fn label(self) -> &'static str {
        let at = match self {
            Self::MoveIn => 0,
            Self::MoveWithin => 1,
            Self::MoveOut => 2,
            Self::OneStopMoveOut => 3,
            Self::MoveOutWithdrawal => 4,
            Self::MoveInPlan => 5,
            Self::MoveWithinPlan => 6,
            Self::Card => 7,
            Self::ImmigrationNotice => 8,
            Self::FamilyRegisterNotice => 9,
            Self::ImmigrationLoss => 10,
            Self::MoveInPlanWithdrawal => 11,
            Self::MoveWithinPlanWithdrawal => 12,
            Self::Certificate => 13,
        };
        Self::CHOICES.get(at).map_or("", |(_, label)| *label)
    }

    /// Whether the people are residents already, to be found in the register.
    pub fn is_of_residents(self) -> bool {
        match self {
            Self::MoveWithin
            | Self::MoveOut
            | Self::OneStopMoveOut
            | Self::MoveOutWithdrawal
            | Self::MoveWithinPlan
            | Self::ImmigrationNotice
            | Self::FamilyRegisterNotice
            | Self::ImmigrationLoss
            | Self::MoveWithinPlanWithdrawal
            | Self::Certificate => true,
            Self::MoveIn | Self::MoveInPlan | Self::MoveInPlanWithdrawal | Self::Card => false,
        }
    }

    /// The function whose form it opens. Of a withdrawal there is none: the 仮登録 is discarded, or the movement cancelled.
    pub fn function(self) -> Option<&'static str> {
        match self {
            Self::MoveIn | Self::MoveInPlan | Self::Card => Some("resident-register/move-in"),
            Self::MoveWithin | Self::MoveWithinPlan => Some("resident-register/move-within"),
            Self::MoveOut | Self::OneStopMoveOut => Some("resident-register/move-out"),
            Self::ImmigrationNotice | Self::FamilyRegisterNotice => Some("resident-register/correction"),
            Self::ImmigrationLoss => Some("resident-register/ex-officio-deletion"),
            Self::Certificate => Some("resident-register/issue-copy"),
            Self::MoveOutWithdrawal | Self::MoveInPlanWithdrawal | Self::MoveWithinPlanWithdrawal => None,
        }
    }

    /// What a withdrawal takes back; none of what is no withdrawal.
    pub fn withdraws(self) -> Option<Self> {
        match self {
            Self::MoveOutWithdrawal => Some(Self::OneStopMoveOut),
            Self::MoveInPlanWithdrawal => Some(Self::MoveInPlan),
            Self::MoveWithinPlanWithdrawal => Some(Self::MoveWithinPlan),
            _ => None,
        }
    }

    /// The kind of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
    }
}

/// What has become of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationStatus {
    /// 未処理: as received.
    Open,
    /// 仮登録済み: a clerk compared it with the register and entered it.
    Entered,
    /// 終了: put aside with a reason.
    Ended,
}

impl ApplicationStatus {
    /// Every status, as (code, label).
    pub const CHOICES: &'static [(&'static str, &'static str)] =
        &[("open", "未処理（受領時のまま）"), ("entered", "照合・仮登録済み"), ("ended", "終了")];

    /// The Japanese words.
    pub fn label(self) -> &'static str {
        let at = match self {
            Self::Open => 0,
            Self::Entered => 1,
            Self::Ended => 2,
        };
        Self::CHOICES.get(at).map_or("", |(_, label)| *label)
    }
}

impl Record for Application {
    const KIND: &'static Kind = &APPLICATION;

    fn key(&self) -> String {
        self.application_no.clone()
    }
}

/// Logs name it by its number only.
impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Application({})", self.application_no)
    }
}
