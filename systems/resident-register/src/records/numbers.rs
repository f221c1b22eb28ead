//! Serial numbers, the pool of codes, and who is held by a pending movement.

use domain::{AddresseeNo, Date, ResidentRecordCode};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// 採番, key the counter's name.
pub static COUNTER: Kind = Kind::new("resident-register/counter", "採番");

/// 空き住民票コード, key a slot number. A slot is closed when its code is given to somebody, so the open slots are the
/// pool and the journal keeps which change took which.
pub static CODE_SLOT: Kind = Kind::new("resident-register/code-pool", "空き住民票コード").sealed(&["code"]);

/// 仮登録中の住民, key 宛名番号. Open as long as a 仮登録 on the person is.
pub static HOLD: Kind = Kind::new("resident-register/hold", "仮登録中の住民");

/// The last number given of one series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// Name of the series.
    pub name: String,
    /// The last serial given; zero before the first.
    pub last: u64,
    /// The day the serial counts from 1 on, for series that start afresh each day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
}

impl Counter {
    /// Serials of 宛名番号.
    pub const ADDRESSEE: &'static str = "addressee-no";
    /// Serials of 世帯番号.
    pub const HOUSEHOLD: &'static str = "household-no";
    /// Serials of 受付番号.
    pub const PROVISIONAL: &'static str = "provisional-no";
    /// Serials of 抑止番号.
    pub const SUPPRESSION: &'static str = "suppression-no";
    /// Serials of 一時解除番号.
    pub const TEMPORARY_RELEASE: &'static str = "temporary-release-no";
    /// Serials of 申出番号 of 支援措置.
    pub const SUPPORT_MEASURE: &'static str = "support-measure-no";
    /// Serials of 解除番号 of 支援措置.
    pub const SUPPORT_RELEASE: &'static str = "support-release-no";
    /// Slots filled in the pool of codes.
    pub const CODE_SLOT: &'static str = "code-slot";
    /// 受信番号 of 転出証明書情報.
    pub const TRANSFER: &'static str = "transfer-no";
    /// 受付データ番号.
    pub const APPLICATION: &'static str = "application-no";
    /// 閲覧番号.
    pub const INSPECTION: &'static str = "inspection-no";
    /// 通知番号 of 送信通知.
    pub const NOTICE: &'static str = "notice-no";
    /// 発行番号, afresh each day.
    pub const ISSUANCE: &'static str = "issue-no";
}

impl Record for Counter {
    const KIND: &'static Kind = &COUNTER;

    fn key(&self) -> String {
        self.name.clone()
    }
}

/// One unused code of the pool delivered by the national network (空き住民票コード).
///
/// Source: 住民記録システム標準仕様書 4.3.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSlot {
    /// Slot number, from 1.
    pub slot: u64,
    /// The code.
    pub code: ResidentRecordCode,
}

impl CodeSlot {
    /// The key of a slot: as many digits each, so that slots are scanned in order.
    pub fn key_of(slot: u64) -> String {
        format!("{slot:010}")
    }
}

impl Record for CodeSlot {
    const KIND: &'static Kind = &CODE_SLOT;

    fn key(&self) -> String {
        Self::key_of(self.slot)
    }
}

/// A person in a movement that is not yet final: a second one is refused (E101).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 受付番号 of the 仮登録.
    pub provisional_no: String,
}

impl Record for Hold {
    const KIND: &'static Kind = &HOLD;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}
