//! Movements that are not yet final (仮登録).

use std::fmt;

use domain::{AddresseeNo, HouseholdNo};
use jiff::Timestamp;
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};
use system::Finding;

/// 仮登録, key 受付番号. The input is sealed, because it may hold 個人番号 and 住民票コード.
pub static PROVISIONAL: Kind = Kind::new("resident-register/provisional", "仮登録")
    .columns(&[Column::plain("status", "状態")])
    .sealed(&["input"]);

/// A movement as entered, waiting to be made final (仮登録). Nothing else shows it: no certificate, no link.
///
/// Source: 住民記録システム標準仕様書 4.0.8.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Provisional {
    /// 受付番号.
    pub provisional_no: String,
    /// Id of the movement function.
    pub function: String,
    /// Its Japanese name (異動名).
    pub title: String,
    /// The checked input as JSON text.
    pub input: String,
    /// 異動者 who already have a 宛名番号; they are held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<AddresseeNo>,
    /// Households the movement touches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub households: Vec<HouseholdNo>,
    /// One line that tells it, in Japanese.
    pub summary: String,
    /// User id of who entered it.
    pub entered_by: String,
    /// When.
    pub entered_at: Timestamp,
    /// 入力場所: where it was entered.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub input_place: String,
    /// 入力端末: at which terminal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub input_terminal: String,
    /// Alerts that were confirmed at entry, as [`Finding::confirmation`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<String>,
    /// What the rules said at entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What was read to decide it, to tell whether the register changed since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<ReadVersion>,
    /// Where it stands.
    pub status: ProvisionalStatus,
    /// User id of who made it final or discarded it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ended_by: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Why it was discarded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub discard_reason: String,
}

/// Where a 仮登録 stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProvisionalStatus {
    /// 仮登録中.
    Open,
    /// 本登録済.
    Final,
    /// 取消済.
    Discarded,
}

impl ProvisionalStatus {
    /// The value of the declared column.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Final => "final",
            Self::Discarded => "discarded",
        }
    }

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "仮登録中",
            Self::Final => "本登録済",
            Self::Discarded => "取消済",
        }
    }
}

/// A record a decision was based on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadVersion {
    /// Kind id.
    pub kind: String,
    /// Key.
    pub key: String,
    /// Version; zero when there was no open record.
    pub version: u32,
}

impl Record for Provisional {
    const KIND: &'static Kind = &PROVISIONAL;

    fn key(&self) -> String {
        self.provisional_no.clone()
    }
}

/// Logs name it by its number only.
impl fmt::Debug for Provisional {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provisional({} {} {:?})", self.provisional_no, self.function, self.status)
    }
}
