//! 符号取得依頼 and 空きコード要求: what the register passes on to 住基ネット, or asks of it.

use domain::{AddresseeNo, Date};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// 符号取得依頼, key 処理通番. The register only passes it on, with the 住民票コード, which the gateway asks for.
///
/// Source: 住民記録システム標準仕様書 7.1.2.2.
pub static SIGN_REQUEST: Kind = Kind::new("resident-register/sign-request", "符号取得依頼");

/// A request of 中間サーバー that a sign be issued for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignRequest {
    /// 処理通番.
    pub request_no: String,
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// The day it came.
    pub received_on: Date,
}

impl Record for SignRequest {
    const KIND: &'static Kind = &SIGN_REQUEST;

    fn key(&self) -> String {
        self.request_no.clone()
    }
}

/// 空きコード要求, key 要求番号.
pub static CODE_REQUEST: Kind = Kind::new("resident-register/code-request", "空きコード要求");

/// That more codes are wanted for the pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRequest {
    /// 要求番号: the day, one a day.
    pub request_no: String,
    /// The day.
    pub requested_on: Date,
    /// How many codes are wanted.
    pub wanted: u64,
}

impl Record for CodeRequest {
    const KIND: &'static Kind = &CODE_REQUEST;

    fn key(&self) -> String {
        self.request_no.clone()
    }
}
