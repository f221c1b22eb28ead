//! Who looked into a part of the register, for what, and whom they saw (閲覧).

use domain::{AddresseeNo, Date};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// 閲覧, key 閲覧番号.
pub static INSPECTION: Kind = Kind::new("resident-register/inspection", "閲覧");

/// One request or application to look into a part of the register (閲覧の請求・申出), with the list that was made for it. Never
/// removed by this program.
///
/// Source: 住民基本台帳法 art. 11, 11-2; 住民記録システム標準仕様書 1.3.8.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// 閲覧番号.
    pub inspection_no: String,
    /// On what it rests.
    pub basis: InspectionBasis,
    /// Name of the office that asks, or of the applicant (機関の名称、申出者の氏名・名称).
    pub requested_by: String,
    /// 代表者・管理人の氏名 of an applicant that is a corporation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub representative: String,
    /// 請求事由・利用目的 in short, as it is published.
    pub purpose: String,
    /// 閲覧者の氏名.
    pub viewers: String,
    /// 閲覧の年月日.
    pub browsed_on: Date,
    /// 閲覧に係る住民の範囲, as it is published.
    pub area: String,
    /// Not published: 犯罪捜査 and the like, where the purpose cannot be told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unpublished: bool,
    /// Whom the list shows, in its order.
    pub persons: Vec<AddresseeNo>,
    /// Who made the list.
    pub made_by: String,
}

/// On what a request to look into the register rests (閲覧の根拠).
///
/// Source: 住民基本台帳法 art. 11(1), 11-2(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InspectionBasis {
    /// 国・地方公共団体の機関.
    PublicOffice,
    /// 調査研究.
    Research,
    /// 公共的団体の地域福祉の活動.
    Welfare,
    /// 居住関係の確認（訴訟の提起など）.
    Litigation,
}

impl InspectionBasis {
    /// Every one, as (code, label).
    pub const CHOICES: &'static [(&'static str, &'static str)] = &[
        ("public-office", "国・地方公共団体の機関（法11条1項）"),
        ("research", "統計調査・世論調査・学術研究など（法11条の2第1項1号）"),
        ("welfare", "公共的団体の地域住民の福祉の活動（同2号）"),
        ("litigation", "居住関係の確認、訴訟の提起など（同3号）"),
    ];

    /// The Japanese words.
    pub fn label(self) -> &'static str {
        let at = match self {
            Self::PublicOffice => 0,
            Self::Research => 1,
            Self::Welfare => 2,
            Self::Litigation => 3,
        };
        Self::CHOICES.get(at).map_or("", |(_, label)| *label)
    }
}

impl Record for Inspection {
    const KIND: &'static Kind = &INSPECTION;

    fn key(&self) -> String {
        self.inspection_no.clone()
    }
}
