//! The record of a medium.

use domain::Date;
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use crate::rules::{Action, State};

/// Media (媒体), by 媒体番号.
pub static MEDIUM: Kind =
    Kind::new("media-register/medium", "媒体").columns(&[Column::plain("link_id", "連携")]);

/// What sort of thing it is (媒体の種類).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaKind {
    /// USBメモリ
    UsbMemory,
    /// 外付けディスク
    ExternalDisk,
    /// CD・DVD
    OpticalDisc,
    /// 磁気テープ
    Tape,
    /// その他
    Other,
}

impl MediaKind {
    /// Every sort.
    pub const ALL: [Self; 5] =
        [Self::UsbMemory, Self::ExternalDisk, Self::OpticalDisc, Self::Tape, Self::Other];

    /// The word in records and inputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UsbMemory => "usb-memory",
            Self::ExternalDisk => "external-disk",
            Self::OpticalDisc => "optical-disc",
            Self::Tape => "tape",
            Self::Other => "other",
        }
    }

    /// The word screens show.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::UsbMemory => "USBメモリ",
            Self::ExternalDisk => "外付けディスク",
            Self::OpticalDisc => "CD・DVD",
            Self::Tape => "磁気テープ",
            Self::Other => "その他",
        }
    }
}

/// Who has a medium outside (持出先), or whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// 団体
    pub organisation: String,
    /// Who took it (受け取った人).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub taken_by: String,
    /// Since when.
    pub since: Date,
    /// By when it is to be back (返却予定日).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_back_on: Option<Date>,
}

/// One thing that happened to a medium (経過); each version of the record has the newest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What.
    pub action: Action,
    /// On which day.
    pub done_on: Date,
    /// Who did it here, or at the other side for what is done there.
    pub done_by: String,
    /// User id of who entered it.
    pub entered_by: String,
    /// How: means of transport, way of erasing, what confirmed it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub how: String,
    /// 備考
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A medium (媒体) as it is now; what it was stands in the versions of its record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medium {
    /// 媒体番号, as it stands on the thing.
    pub medium_no: String,
    /// 種類
    pub media: MediaKind,
    /// Where it is in its life.
    pub state: State,
    /// The link whose deliveries are on it; of an erased one whose were.
    pub link_id: String,
    /// Numbers of the deliveries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<u64>,
    /// 封印番号; empty when it is not sealed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub seal_no: String,
    /// Who has it, or had it when it was lost; whose it is when it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Holder>,
    /// What happened last.
    pub last: Step,
}

impl Medium {
    /// Whether it should be back by now.
    #[must_use]
    pub fn is_overdue(&self, today: Date) -> bool {
        let due = self.holder.as_ref().and_then(|holder| holder.due_back_on);
        self.state.is_out() && due.is_some_and(|due| due < today)
    }
}

impl Record for Medium {
    const KIND: &'static Kind = &MEDIUM;

    fn key(&self) -> String {
        self.medium_no.clone()
    }
}
