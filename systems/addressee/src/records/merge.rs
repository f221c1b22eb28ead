//! Links between the numbers of one person (名寄せ).

use domain::{AddresseeNo, Date};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// 名寄せ, by the sub number (名寄せ元). The column finds the sub numbers of a main number. An undone link stays, ended:
/// the versions are its history.
pub static MERGE: Kind =
    Kind::new("addressee/merge", "名寄せ").columns(&[Column::plain("main_no", "名寄せ先宛名番号")]);

/// Two numbers are one person or corporation. Neither number is rewritten anywhere.
///
/// Source: 共通機能標準仕様書, 住登外者宛名番号管理機能 (0310008, 0310009).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// 名寄せ元宛名番号.
    pub sub_no: AddresseeNo,
    /// 名寄せ先宛名番号: the main one, by which staff ask.
    pub main_no: AddresseeNo,
    /// 名寄せ年月日.
    pub merged_on: Date,
    /// 名寄せ解除年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmerged_on: Option<Date>,
    /// Why they are one, or why no longer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Merge {
    /// Whether the link holds.
    pub fn is_active(&self) -> bool {
        self.unmerged_on.is_none()
    }
}

impl Record for Merge {
    const KIND: &'static Kind = &MERGE;

    fn key(&self) -> String {
        self.sub_no.to_string()
    }
}
