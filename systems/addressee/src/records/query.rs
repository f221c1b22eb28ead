//! Questions to 住基ネット about non-residents, over the resident register (基本４情報確認, 同一住所者検索).

use domain::{AddresseeNo, Date, RegisterDate, Sex};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use super::{QueryKind, QueryResult};

/// 住基ネットへの照会, by 照会番号.
pub static QUERY: Kind = Kind::new("addressee/person-query", "住基ネットへの照会（住登外）")
    .columns(&[Column::plain("addressee_no", "宛名番号")]);

/// A question about a non-resident, with the facts as they were when it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonQuery {
    /// 照会番号: 宛名番号, kind and day.
    pub query_no: String,
    /// 照会の種類.
    pub kind: QueryKind,
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 氏名.
    pub name: String,
    /// 氏名フリガナ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kana: String,
    /// 生年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<RegisterDate>,
    /// 性別.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// 住所.
    pub address: String,
    /// 照会の目的.
    pub purpose: String,
    /// 照会日.
    pub asked_on: Date,
    /// What was answered; none as long as nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<QueryResult>,
    /// 回答日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<Date>,
    /// Whom the answer names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<FoundPerson>,
}

/// A person of an answer. What 住基ネット tells is not for other tasks (他業務参照不可): it stands here and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPerson {
    /// 回答番号.
    pub answer_no: String,
    /// 氏名.
    pub name: String,
    /// 氏名フリガナ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kana: String,
    /// 生年月日, in register notation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub birth_date: String,
    /// 性別.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// 住所.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
}

impl Record for PersonQuery {
    const KIND: &'static Kind = &QUERY;

    fn key(&self) -> String {
        self.query_no.clone()
    }
}
