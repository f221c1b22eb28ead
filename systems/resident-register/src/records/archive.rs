//! Deleted records that were moved to the archive (除票の保存), and notes on deleted records (除票の注記).

use domain::{AddresseeNo, Date};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// 除票の保存, key 宛名番号/履歴番号 of the row that deleted the record. The 除票 itself stays where it is, in the rows of its
/// person: moving it means this entry, so that nothing can be lost on the way and no certificate has to look elsewhere.
///
/// Source: 住民記録システム標準仕様書 1.1.5, 9.3; 住民基本台帳法施行令 art. 34.
pub static FORMER_ARCHIVE: Kind = Kind::new("resident-register/former-archive", "除票の保存")
    .columns(&[Column::plain("addressee_no", "宛名番号")]);

/// One archived 除票.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerArchive {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号 of the row that deleted the record.
    pub history_no: u32,
    /// The day the record was deleted (消除・改製の処理日), from which the periods run.
    pub deleted_on: Date,
    /// 除票用データベース登録年月日.
    pub archived_on: Date,
    /// 保存期限: the last day it has to be kept.
    pub keep_until: Date,
}

impl Record for FormerArchive {
    const KIND: &'static Kind = &FORMER_ARCHIVE;

    fn key(&self) -> String {
        key(self.addressee_no.as_str(), self.history_no)
    }
}

/// The key of a deleted record.
pub(crate) fn key(addressee_no: &str, history_no: u32) -> String {
    format!("{addressee_no}/{history_no}")
}

/// 除票の注記, key 宛名番号/履歴番号/連番: what is wrong in a deleted record. The record is not edited.
///
/// Source: 住民記録システム標準仕様書 1.1.5 (統合記載欄 B).
pub static FORMER_NOTE: Kind = Kind::new("resident-register/former-note", "除票の注記")
    .columns(&[Column::plain("addressee_no", "宛名番号")]);

/// One note on a deleted record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerNote {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号 of the row that deleted the record.
    pub history_no: u32,
    /// 連番 of the notes on this record, from 1.
    pub no: u32,
    /// 留意事項.
    pub text: String,
    /// Who wrote it.
    pub operator: String,
    /// When.
    pub noted_on: Date,
}

impl Record for FormerNote {
    const KIND: &'static Kind = &FORMER_NOTE;

    fn key(&self) -> String {
        format!("{}/{}", key(self.addressee_no.as_str(), self.history_no), self.no)
    }
}
