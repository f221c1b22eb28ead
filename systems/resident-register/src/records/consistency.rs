//! Where 住基ネット holds other 本人確認情報 than the register (整合性確認の差).

use std::fmt;

use domain::{AddresseeNo, Date};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// 整合性確認の差, key 差の番号. What 住基ネット holds is sealed: it carries 個人番号 and 住民票コード.
///
/// Source: 住民記録システム標準仕様書 7.1.1.2 (A173).
pub static CONSISTENCY_DIFFERENCE: Kind =
    Kind::new("resident-register/consistency-difference", "整合性確認の差")
        .columns(&[Column::plain("status", "状態"), Column::plain("addressee_no", "宛名番号")])
        .sealed(&["theirs"]);

/// One person of whom the two sides do not say the same.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ConsistencyDifference {
    /// 差の番号: of a resident by 宛名番号, of somebody who is only there by the day and their row.
    pub difference_no: String,
    /// What is wrong.
    pub difference: DifferenceKind,
    /// The person here; none of somebody the register does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addressee_no: Option<AddresseeNo>,
    /// The items that differ, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    /// What they hold, as JSON text of the six items; empty of somebody who is only here.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub theirs: String,
    /// The day it was found.
    pub found_on: Date,
    /// Whether it stands.
    pub status: DifferenceStatus,
    /// Who ended it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ended_by: String,
    /// The day it was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    /// How it was ended.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub end_reason: String,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// 住民記録だけにある.
    OnlyHere,
    /// 住基ネットだけにある.
    OnlyThere,
    /// 項目が違う.
    Item,
}

impl DifferenceKind {
    /// Every kind, as (code, label).
    pub const CHOICES: &'static [(&'static str, &'static str)] = &[
        ("only-here", "住民記録だけにある"),
        ("only-there", "住基ネットだけにある"),
        ("item", "項目が違う"),
    ];

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::OnlyHere => "only-here",
            Self::OnlyThere => "only-there",
            Self::Item => "item",
        }
    }

    /// The Japanese words.
    pub fn label(self) -> &'static str {
        match self {
            Self::OnlyHere => "住民記録だけにある",
            Self::OnlyThere => "住基ネットだけにある",
            Self::Item => "項目が違う",
        }
    }

    /// What staff are to do.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::OnlyHere => {
                "記載の本人確認情報が住基ネットに届いているか送信通知一覧で確かめ、届いていなければ再送してください。"
            }
            Self::OnlyThere => {
                "住民でないことを確かめ、消除の本人確認情報を再送してください。住民のはずなら、住民票コードの誤りを確かめてください。"
            }
            Self::Item => {
                "住民票が正しければ本人確認情報を再送し、住民票が誤っていれば誤記修正を入力してください。"
            }
        }
    }
}

/// Whether a difference stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceStatus {
    /// 未解決.
    Open,
    /// 解決済み: staff have seen to it, or the notice was sent again.
    Settled,
    /// 差がなくなった: the two sides say the same.
    Gone,
}

impl DifferenceStatus {
    /// Every status, as (code, label).
    pub const CHOICES: &'static [(&'static str, &'static str)] =
        &[("open", "未解決"), ("settled", "解決済み"), ("gone", "差がなくなった")];

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Settled => "settled",
            Self::Gone => "gone",
        }
    }

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "未解決",
            Self::Settled => "解決済み",
            Self::Gone => "差がなくなった",
        }
    }
}

impl ConsistencyDifference {
    /// The key of a difference of a resident: one stands at a time.
    pub fn key_of(no: AddresseeNo) -> String {
        format!("P-{no}")
    }

    /// Whether it waits for somebody.
    pub fn is_open(&self) -> bool {
        self.status == DifferenceStatus::Open
    }

    /// Ends it.
    #[must_use]
    pub fn ended(self, status: DifferenceStatus, by: &str, on: Date, reason: &str) -> Self {
        Self { status, ended_by: by.to_owned(), ended_on: Some(on), end_reason: reason.to_owned(), ..self }
    }
}

impl Record for ConsistencyDifference {
    const KIND: &'static Kind = &CONSISTENCY_DIFFERENCE;

    fn key(&self) -> String {
        self.difference_no.clone()
    }
}

/// Logs name it by its number only.
impl fmt::Debug for ConsistencyDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConsistencyDifference({})", self.difference_no)
    }
}
