//! Protection of victims of violence and stalking (支援措置).

use domain::{AddresseeNo, Date};
use jiff::Timestamp;
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// 支援措置, key 申出番号. Its history is its versions; an ended measure stays with its end. What tells where somebody can
/// be found is sealed.
pub static SUPPORT_MEASURE: Kind = Kind::new("resident-register/support-measure", "支援措置")
    .columns(&[Column::plain("applicant", "申出者"), Column::plain("class", "支援措置区分")])
    .sealed(&["contact", "previous_addresses", "perpetrator_note"]);

/// 支援対象者, key 宛名番号: what all measures together mean for one person. Worked out from the measures whenever one of
/// them changes, so that an exit of the register asks for one record and links have one row per person.
pub static PROTECTED_PERSON: Kind = Kind::new("resident-register/protected-person", "支援対象者");

/// 支援措置の解除審査, key 解除番号.
pub static SUPPORT_RELEASE: Kind = Kind::new("resident-register/support-release", "支援措置の解除審査")
    .columns(&[Column::plain("status", "状態")]);

/// 支援措置区分.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SupportClass {
    /// 支援措置.
    #[serde(rename = "1")]
    Decided,
    /// 仮支援措置: from the application to the decision, and at the municipality somebody has left.
    #[serde(rename = "2")]
    Provisional,
    /// 終了.
    #[serde(rename = "3")]
    Ended,
}

impl SupportClass {
    /// The code of the data standard.
    pub fn code(self) -> &'static str {
        match self {
            Self::Decided => "1",
            Self::Provisional => "2",
            Self::Ended => "3",
        }
    }

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Decided => "支援措置",
            Self::Provisional => "仮支援措置",
            Self::Ended => "終了",
        }
    }
}

/// As what this municipality protects the applicant (申出者).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SupportStanding {
    /// 現住所地.
    #[default]
    Current,
    /// 前住所地.
    Previous,
}

impl SupportStanding {
    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Current => "現住所地",
            Self::Previous => "前住所地",
        }
    }
}

/// Why a measure ended (支援措置の終了事由).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SupportEnd {
    /// 申出による.
    Requested,
    /// 期間の満了.
    Expired,
    /// 必要がなくなった.
    NoNeed,
}

impl SupportEnd {
    /// The Japanese words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Requested => "申出による終了",
            Self::Expired => "期間満了",
            Self::NoNeed => "必要がなくなった",
        }
    }
}

/// A person protected together with the applicant (併せて支援を求める者).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedTogether {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 申出者との関係.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub relation: String,
}

/// What the applicant asks to be guarded (支援を求める事務).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SupportRequests {
    /// 閲覧 (現住所).
    pub browsing: bool,
    /// 住民票の写し等 (現住所).
    pub copy_current: bool,
    /// 住民票の写し等 (前住所).
    pub copy_previous: bool,
    /// 戸籍の附票の写し (現住所).
    pub supplement_current: bool,
    /// 戸籍の附票の写し (前住所).
    pub supplement_previous: bool,
    /// 戸籍の附票の写し (前々住所).
    pub supplement_before: bool,
}

impl SupportRequests {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The application forwarded to another municipality (申出書の転送).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportForwarding {
    /// To whom (転送先).
    pub to: String,
    /// 転送年月日.
    pub sent_on: Date,
    /// 受領年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_on: Option<Date>,
    /// The day the receiver answered that it has nothing to guard (不要の回答).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_need_on: Option<Date>,
}

/// One application for protection and what became of it (支援措置). The end date never ends it.
///
/// Source: 住民記録システム標準仕様書 1.1.16, 3.4; 住民基本台帳事務処理要領 第6.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SupportMeasure {
    /// 申出番号.
    pub measure_no: String,
    /// 支援措置区分.
    pub class: SupportClass,
    /// As what this municipality protects.
    #[serde(default)]
    pub standing: SupportStanding,
    /// 申出者.
    pub applicant: AddresseeNo,
    /// 併せて支援を求める者.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub together: Vec<ProtectedTogether>,
    /// 加害者の氏名.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub perpetrator_name: String,
    /// 加害者の宛名番号, of a resident or former resident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perpetrator_no: Option<AddresseeNo>,
    /// 加害者の生年月日・性別・住所・自由記載.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub perpetrator_note: String,
    /// 支援を求める事務.
    pub requests: SupportRequests,
    /// 守ってほしい前の住所・本籍.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub previous_addresses: String,
    /// 連絡先.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contact: String,
    /// 相談機関の意見.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub consulted: String,
    /// 当初受付市区町村; blank when it is this one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub first_received_by: String,
    /// 申出年月日.
    pub applied_on: Date,
    /// 開始年月日: of the 仮支援措置 until the decision, then of the measure. An extension does not move it, so that a
    /// reader never finds a measure that begins only later.
    pub from: Date,
    /// 終了年月日; none until the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// 仮支援措置の開始年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisional_from: Option<Date>,
    /// 決定年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<Date>,
    /// The day of the last 延長.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_on: Option<Date>,
    /// 転送.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forwarding: Vec<SupportForwarding>,
    /// 終了した年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    /// 終了事由.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<SupportEnd>,
    /// What is to be known of the end.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub end_note: String,
    /// 操作者ID of this version.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub operator: String,
}

impl SupportMeasure {
    /// Everybody it protects, the applicant first.
    pub fn persons(&self) -> impl Iterator<Item = AddresseeNo> + '_ {
        std::iter::once(self.applicant).chain(self.together.iter().map(|one| one.addressee_no))
    }

    /// Whether it still protects.
    pub fn is_open(&self) -> bool {
        self.class != SupportClass::Ended
    }
}

impl Record for SupportMeasure {
    const KIND: &'static Kind = &SUPPORT_MEASURE;

    fn key(&self) -> String {
        self.measure_no.clone()
    }
}

/// What all measures together mean for one protected person (支援対象者).
///
/// Source: 基本データリスト 001o009 (支援措置).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedPerson {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号, from 1 without gaps.
    pub history_no: u32,
    /// 申出番号 of the measures that protect the person now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<String>,
    /// 支援措置区分: the strongest of the measures.
    pub class: SupportClass,
    /// 開始年月日: the earliest.
    pub from: Date,
    /// 終了年月日: the latest; none while one has no end yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// Whether 閲覧 is guarded.
    #[serde(default)]
    pub browsing: bool,
    /// Whether 住民票の写し等 are guarded.
    #[serde(default)]
    pub copy: bool,
    /// Whether 戸籍の附票の写し are guarded.
    #[serde(default)]
    pub supplement: bool,
}

impl ProtectedPerson {
    /// The row of a person from the measures that name or named them; none when there is no measure at all.
    pub fn of(addressee_no: AddresseeNo, measures: &[SupportMeasure]) -> Option<Self> {
        let open: Vec<&SupportMeasure> = measures.iter().filter(|measure| measure.is_open()).collect();
        let counted: Vec<&SupportMeasure> =
            if open.is_empty() { measures.iter().collect() } else { open.clone() };
        let ends = || counted.iter().map(|measure| measure.ended_on.or(measure.to));
        let asked = |what: fn(&SupportRequests) -> bool| open.iter().any(|measure| what(&measure.requests));
        Some(Self {
            addressee_no,
            history_no: 1,
            measures: open.iter().map(|measure| measure.measure_no.clone()).collect(),
            class: counted.iter().map(|measure| measure.class).min()?,
            from: counted.iter().map(|measure| measure.from).min()?,
            to: if ends().any(|end| end.is_none()) { None } else { ends().flatten().max() },
            browsing: asked(|requests| requests.browsing),
            copy: asked(|requests| requests.copy_current || requests.copy_previous),
            supplement: asked(|requests| {
                requests.supplement_current || requests.supplement_previous || requests.supplement_before
            }),
        })
    }

    /// Whether the person is protected now. The end date does not matter.
    pub fn is_protected(&self) -> bool {
        self.class != SupportClass::Ended
    }
}

impl Record for ProtectedPerson {
    const KIND: &'static Kind = &PROTECTED_PERSON;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}

/// Whether a 解除審査 may still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SupportReleaseStatus {
    /// 未使用.
    Open,
    /// 使用済.
    Used,
}

impl SupportReleaseStatus {
    /// The value of the declared column.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Used => "used",
        }
    }
}

/// One issue for protected persons let through after review (支援措置の解除審査). The next issue to the same requester uses
/// it up; until then it ends by the clock.
///
/// Source: 住民記録システム標準仕様書 3.4.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SupportRelease {
    /// 解除番号.
    pub release_no: String,
    /// For whose certificates.
    pub persons: Vec<AddresseeNo>,
    /// 請求者 whose request was reviewed.
    pub requested_by: String,
    /// 審査の内容.
    pub reason: String,
    /// User id of who reviewed.
    pub released_by: String,
    /// From when.
    pub released_at: Timestamp,
    /// Until when; at this moment it has ended.
    pub until: Timestamp,
    /// Whether it may still be used.
    pub status: SupportReleaseStatus,
    /// 発行番号 it was used for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used_for: Vec<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
}

impl Record for SupportRelease {
    const KIND: &'static Kind = &SUPPORT_RELEASE;

    fn key(&self) -> String {
        self.release_no.clone()
    }
}
