//! 団体内統合宛名番号の登録・削除: what 中間サーバー is told of the numbers themselves.

use domain::Date;
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

use super::IntegratedNo;

/// 統合宛名番号の登録・削除の連絡, by 団体内統合宛名番号: as it goes to 中間サーバー. A new version is sent.
pub static REGISTRATION: Kind =
    Kind::new("integrated-addressee/registration", "団体内統合宛名番号の登録・削除の連絡");

/// Whether 中間サーバー is to hold a number. It has neither the 個人番号 nor anything else of the person: a change of those is no reason to
/// send it again.
///
/// Source: 共通機能標準仕様書 032 (0320008: called by numbering, and of updates only by deletion).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// 団体内統合宛名番号.
    pub integrated_no: IntegratedNo,
    /// Whether no 宛名番号 is the person's any more.
    pub deleted: bool,
    /// 送信回数.
    pub send_no: u32,
    /// The day it was given out.
    pub sent_on: Date,
}

impl Registration {
    /// The key of the result of a number's registration; the number alone is the key of the block's result.
    pub fn result_key(integrated_no: &str) -> String {
        format!("number-{integrated_no}")
    }

    /// 登録 or 削除.
    pub fn word(&self) -> &'static str {
        if self.deleted { "削除" } else { "登録" }
    }
}

impl Record for Registration {
    const KIND: &'static Kind = &REGISTRATION;

    fn key(&self) -> String {
        self.integrated_no.to_string()
    }
}
