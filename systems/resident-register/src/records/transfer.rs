//! What another municipality sent of people who are going to move in (転出証明書情報).

use std::fmt;

use domain::{AddresseeNo, Date, IndividualNumber, RegisterDate, ResidentRecordCode, Sex};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// 転出証明書情報, key 受信番号. The persons are sealed: they carry 個人番号 and 住民票コード.
pub static TRANSFER: Kind = Kind::new("resident-register/transfer", "転出証明書情報").sealed(&["persons"]);

/// One household or part of it that moves here, as its municipality certified it. It records nobody by itself: the people come
/// and notify, and until then it is only there to be looked at.
///
/// Source: 住民基本台帳法 art. 24-2(3); 住民記録システム標準仕様書 4.1.1.3, 4.1.1.5.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// 受信番号.
    pub transfer_no: String,
    /// 転出証明書情報 of a card holder, or of 引越しワンストップ.
    pub source: TransferSource,
    /// 受信日.
    pub received_on: Date,
    /// 転出元の市区町村.
    pub from_municipality: String,
    /// 転出予定年月日.
    pub planned_on: Date,
    /// 来庁予定日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_on: Option<Date>,
    /// The persons as JSON text of [`TransferPerson`].
    pub persons: String,
    /// The people recorded from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used_by: Vec<AddresseeNo>,
    /// The day it was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_on: Option<Date>,
}

/// Through what it was notified there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferSource {
    /// 特例転出: with a card at the counter.
    Card,
    /// マイナポータル (引越しワンストップ).
    OneStop,
}

impl TransferSource {
    /// The Japanese words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Card => "特例転出",
            Self::OneStop => "引越しワンストップ",
        }
    }
}

/// One of the people.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct TransferPerson {
    /// 氏.
    #[serde(default)]
    pub family_name: String,
    /// 名.
    #[serde(default)]
    pub given_name: String,
    /// 氏名のフリガナ.
    #[serde(default)]
    pub name_kana: String,
    /// 生年月日.
    pub birth_date: RegisterDate,
    /// 性別.
    pub sex: Sex,
    /// 本籍 都道府県.
    #[serde(default)]
    pub domicile_prefecture: String,
    /// 本籍 市区町村.
    #[serde(default)]
    pub domicile_municipality: String,
    /// 本籍 町字・地番.
    #[serde(default)]
    pub domicile_town: String,
    /// 筆頭者.
    #[serde(default)]
    pub register_head: String,
    /// 住民票コード.
    pub resident_record_code: ResidentRecordCode,
    /// 個人番号.
    #[serde(default)]
    pub individual_number: Option<IndividualNumber>,
}

impl Record for Transfer {
    const KIND: &'static Kind = &TRANSFER;

    fn key(&self) -> String {
        self.transfer_no.clone()
    }
}

/// Logs name it by its number only.
impl fmt::Debug for Transfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transfer({} from {})", self.transfer_no, self.from_municipality)
    }
}

/// Logs name nobody.
impl fmt::Debug for TransferPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransferPerson")
    }
}
