//! What is kept from being done for a person or a household (抑止), and for how long it is let through (一時解除).

use domain::{AddresseeNo, Date, HouseholdNo};
use jiff::Timestamp;
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// 抑止, key 抑止番号. An ended one stays open with its end, so that who ended it and why is read where it stands.
pub static SUPPRESSION: Kind = Kind::new("resident-register/suppression", "抑止").columns(&[
    Column::plain("addressee_no", "宛名番号"),
    Column::plain("household_no", "世帯番号"),
    Column::plain("status", "状態"),
]);

/// 抑止の一時解除, key 一時解除番号. A kind of its own: nothing that is offered to others is made of it, so it cannot
/// travel (住民記録システム標準仕様書 3.2).
pub static TEMPORARY_RELEASE: Kind = Kind::new("resident-register/temporary-release", "抑止の一時解除")
    .columns(&[Column::plain("suppression_no", "抑止番号")]);

/// How strictly a process is kept from being done. The order is the strictness.
///
/// Source: 住民記録システム標準仕様書 3.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuppressionLevel {
    /// 抑止しない.
    #[default]
    None,
    /// アラート.
    Alert,
    /// エラー.
    Error,
}

impl SuppressionLevel {
    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "抑止しない",
            Self::Alert => "アラート",
            Self::Error => "エラー",
        }
    }

    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// A process a suppression (抑止) may cover (抑止の対象処理).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressedProcess {
    /// 異動.
    Movement,
    /// 証明書.
    Certificate,
    /// 照会.
    Inquiry,
    /// 閲覧.
    Browsing,
    /// 一覧.
    List,
}

impl SuppressedProcess {
    /// All of them, in the order of screens.
    pub const ALL: [Self; 5] = [Self::Movement, Self::Certificate, Self::Inquiry, Self::Browsing, Self::List];

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Movement => "異動",
            Self::Certificate => "証明書",
            Self::Inquiry => "照会",
            Self::Browsing => "閲覧",
            Self::List => "一覧",
        }
    }
}

/// The level of each process of a suppression (抑止の段階).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SuppressionLevels {
    /// 異動; never an error, because refusing notifications (住民異動不受理) must not exist.
    ///
    /// Source: 住民記録システム標準仕様書 3.5.
    #[serde(skip_serializing_if = "SuppressionLevel::is_none")]
    pub movement: SuppressionLevel,
    /// 証明書.
    #[serde(skip_serializing_if = "SuppressionLevel::is_none")]
    pub certificate: SuppressionLevel,
    /// 照会.
    #[serde(skip_serializing_if = "SuppressionLevel::is_none")]
    pub inquiry: SuppressionLevel,
    /// 閲覧.
    #[serde(skip_serializing_if = "SuppressionLevel::is_none")]
    pub browsing: SuppressionLevel,
    /// 一覧.
    #[serde(skip_serializing_if = "SuppressionLevel::is_none")]
    pub list: SuppressionLevel,
}

impl SuppressionLevels {
    /// The level of a process.
    pub fn of(&self, process: SuppressedProcess) -> SuppressionLevel {
        match process {
            SuppressedProcess::Movement => self.movement,
            SuppressedProcess::Certificate => self.certificate,
            SuppressedProcess::Inquiry => self.inquiry,
            SuppressedProcess::Browsing => self.browsing,
            SuppressedProcess::List => self.list,
        }
    }

    /// `証明書 エラー、照会 アラート`.
    pub fn label(&self) -> String {
        let parts = SuppressedProcess::ALL.into_iter().map(|process| (process, self.of(process)));
        let said = parts.filter(|(_, level)| !level.is_none());
        said.map(|(process, level)| format!("{} {}", process.label(), level.label()))
            .collect::<Vec<_>>()
            .join("、")
    }
}

/// Whether a suppression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuppressionStatus {
    /// 抑止中.
    Open,
    /// 解除済.
    Ended,
}

impl SuppressionStatus {
    /// The value of the declared column.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Ended => "ended",
        }
    }

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "抑止中",
            Self::Ended => "解除済",
        }
    }
}

/// A suppression (抑止) of one person or of everybody in a household. Its end date never ends it.
///
/// Source: 住民記録システム標準仕様書 3.1, 3.2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suppression {
    /// 抑止番号.
    pub suppression_no: String,
    /// Whom it covers; none when it covers a household.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addressee_no: Option<AddresseeNo>,
    /// Which household it covers; none when it covers one person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household_no: Option<HouseholdNo>,
    /// How strictly, process by process.
    pub levels: SuppressionLevels,
    /// 開始年月日.
    pub from: Date,
    /// 終了年月日: when somebody is to look at it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// 抑止の理由.
    pub reason: String,
    /// User id of who set it.
    pub set_by: String,
    /// When.
    pub set_at: Timestamp,
    /// Whether it stands.
    pub status: SuppressionStatus,
    /// User id of who ended it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ended_by: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// 解除の理由.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub end_reason: String,
}

impl Record for Suppression {
    const KIND: &'static Kind = &SUPPRESSION;

    fn key(&self) -> String {
        self.suppression_no.clone()
    }
}

/// A suppression let through for a while (一時解除). It ends by the clock alone: every reading compares `until` with the
/// moment, so nothing has to run for it to end.
///
/// Source: 住民記録システム標準仕様書 3.2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemporaryRelease {
    /// 一時解除番号.
    pub release_no: String,
    /// 抑止番号.
    pub suppression_no: String,
    /// From when.
    pub released_at: Timestamp,
    /// Until when; at this moment it has ended.
    pub until: Timestamp,
    /// User id.
    pub released_by: String,
    /// Why.
    pub reason: String,
}

impl Record for TemporaryRelease {
    const KIND: &'static Kind = &TEMPORARY_RELEASE;

    fn key(&self) -> String {
        self.release_no.clone()
    }
}
