//! 基本４情報確認 and 同一住所者検索: what the system of non-residents asks of 住基ネット over the register, and what comes back.

use domain::{AddresseeNo, Date};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// 住基ネットへの照会, key 照会番号.
pub static PERSON_QUERY: Kind = Kind::new("resident-register/person-query", "住基ネットへの照会（住登外）");

/// A question as it is passed on. The person is nobody of the register: the facts are those of who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonQuery {
    /// 照会番号.
    pub query_no: String,
    /// 照会の種類: 1 基本４情報確認, 2 同一住所者検索.
    pub kind: String,
    /// 宛名番号 of who asks.
    pub addressee_no: AddresseeNo,
    /// 氏名.
    pub name: String,
    /// 氏名フリガナ.
    pub name_kana: String,
    /// 生年月日, in register notation.
    pub birth_date: String,
    /// 性別.
    pub sex: String,
    /// 住所.
    pub address: String,
    /// The day it came.
    pub received_on: Date,
}

impl Record for PersonQuery {
    const KIND: &'static Kind = &PERSON_QUERY;

    fn key(&self) -> String {
        self.query_no.clone()
    }
}

/// 住基ネットの回答, key 回答番号.
pub static PERSON_ANSWER: Kind = Kind::new("resident-register/person-answer", "住基ネットの回答（住登外）");

/// A person of an answer, or that nobody was found, as it is passed back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAnswer {
    /// 回答番号.
    pub answer_no: String,
    /// 照会番号.
    pub query_no: String,
    /// 結果.
    pub result: String,
    /// 氏名.
    pub name: String,
    /// 氏名フリガナ.
    pub name_kana: String,
    /// 生年月日, in register notation.
    pub birth_date: String,
    /// 性別.
    pub sex: String,
    /// 住所.
    pub address: String,
    /// The day it came.
    pub received_on: Date,
}

impl Record for PersonAnswer {
    const KIND: &'static Kind = &PERSON_ANSWER;

    fn key(&self) -> String {
        self.answer_no.clone()
    }
}
