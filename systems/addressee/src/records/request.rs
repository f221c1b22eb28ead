//! What task systems ask for of non-residents (住登外の登録依頼).

use domain::{Address, AddresseeNo, Date, RegisterDate, Sex};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

use super::{ClosingReason, RequestState};

/// 住登外の登録依頼, by the sender's number of the request.
pub static REQUEST: Kind = Kind::new("addressee/request", "住登外の登録依頼");

/// One request, as its newest row has it, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// 依頼番号: unique over all senders, such as 036-0000123.
    pub request_no: String,
    /// 履歴番号 of the row; an older row changes nothing.
    pub history_no: u32,
    /// 業務ID of the sender.
    pub task_id: String,
    /// 状態.
    pub state: RequestState,
    /// The number that answers the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addressee_no: Option<AddresseeNo>,
    /// Numbers of those it may be, as of the day it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<AddresseeNo>,
    /// 氏名.
    pub name: String,
    /// 氏名フリガナ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kana: String,
    /// 氏名ローマ字.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_roman: String,
    /// 通称.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alias_name: String,
    /// 生年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<RegisterDate>,
    /// 性別.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// 住所.
    #[serde(default)]
    pub address: Address,
    /// 連絡先.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contact: String,
    /// 他業務参照不可フラグ.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_reference: bool,
    /// What ends the number: 削除事由, 削除年月日 and, of somebody who became a resident, 住民の宛名番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
}

/// How a task system asks that a number be closed (削除の依頼).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// 削除事由.
    pub closing_reason: ClosingReason,
    /// 削除年月日.
    pub closed_on: Date,
    /// 住民の宛名番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_no: Option<AddresseeNo>,
}

impl Record for Request {
    const KIND: &'static Kind = &REQUEST;

    fn key(&self) -> String {
        self.request_no.clone()
    }
}
