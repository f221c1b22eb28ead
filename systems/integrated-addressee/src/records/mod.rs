//! The records of the system.

mod block;
mod conflict;
mod copy;
mod inquiry;
mod registration;

pub use block::{BLOCK, Block, PROTECTION, Protection};
pub use conflict::{CONFLICT, Conflict};
pub(crate) use copy::Told;
pub use copy::{
    COPY, ProvisionCopy, ResultOf, TRANSMISSION_RESULT, TransmissionResult, WAITING_COPY, WaitingCopy,
};
pub use inquiry::{
    INFORMATION_ANSWER, INFORMATION_INQUIRY, InformationAnswer, InformationInquiry, InquiryState,
    SIGN_REQUEST, SignRequest,
};
pub use registration::{REGISTRATION, Registration};

use std::collections::BTreeMap;
use std::fmt;

use domain::{AddresseeNo, Date, IndividualNumber, NumberError, RegisterDate, ResidentStatus, Sex};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// 統合宛名, by 団体内統合宛名番号. The sealed column finds who has a 個人番号, and keeps it from being two persons'.
pub static PERSON: Kind = Kind::new("integrated-addressee/person", "統合宛名")
    .columns(&[Column::unique("individual_number", "個人番号")])
    .sealed(&["individual_number"]);

/// 宛名対応, by 宛名番号.
pub static LINK: Kind = Kind::new("integrated-addressee/link", "宛名対応")
    .columns(&[Column::plain("integrated_no", "団体内統合宛名番号")]);

/// 採番, key the series' name.
pub static COUNTER: Kind = Kind::new("integrated-addressee/counter", "団体内統合宛名番号の採番");

/// A 団体内統合宛名番号: a serial of fourteen digits and a check digit, by the rule of 宛名番号, which it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntegratedNo(AddresseeNo);

impl IntegratedNo {
    /// The number of a serial.
    ///
    /// # Errors
    /// When the series is used up.
    pub fn from_serial(serial: u64) -> Result<Self, NumberError> {
        AddresseeNo::from_serial(serial).map(Self)
    }

    /// Reads fifteen digits.
    ///
    /// # Errors
    /// When they are not, or the check digit does not fit.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        AddresseeNo::parse_new(text).map(Self)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Everything but the last digit.
    pub fn serial(&self) -> u64 {
        self.0.serial()
    }
}

impl fmt::Display for IntegratedNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Somebody with a 個人番号, as the tasks represent the person (統合宛名).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// 団体内統合宛名番号.
    pub integrated_no: IntegratedNo,
    /// 個人番号.
    pub individual_number: IndividualNumber,
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
    /// 住所, one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
}

impl Record for Person {
    const KIND: &'static Kind = &PERSON;

    fn key(&self) -> String {
        self.integrated_no.to_string()
    }
}

/// That a 宛名番号 is a person's, and whose data represent the person (宛名対応).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 団体内統合宛名番号.
    pub integrated_no: IntegratedNo,
    /// 住民状態 under this number; none when it is no resident's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ResidentStatus>,
    /// 業務ID of the tasks that have set 統合宛名フラグ, in order.
    #[serde(default)]
    pub tasks: Vec<String>,
    /// 履歴番号 of the last row of each task, by which an older row is told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub received: BTreeMap<String, u32>,
}

impl Record for Link {
    const KIND: &'static Kind = &LINK;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}

/// 付番待ち, by 宛名番号.
pub static PENDING: Kind = Kind::new("integrated-addressee/pending", "団体内統合宛名番号の付番待ち");

/// Somebody who has no integrated number: a resident with a 個人番号, or a 住登外者, of whom no link tells whether there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号 of the last row of the register of residents; none of somebody it did not tell of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history_no: Option<u32>,
    /// 履歴番号 of the last row of 宛名, of a 住登外者; none of a resident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub non_resident_no: Option<u32>,
    /// 氏名 of a 住登外者 whose address is not protected.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Whether the address of the 住登外者 is protected.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
    /// The day somebody told of the person first.
    pub told_on: Date,
}

impl Record for Pending {
    const KIND: &'static Kind = &PENDING;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}

/// The last serial given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// Name of the series.
    pub name: String,
    /// The last serial.
    pub last: u64,
}

impl Counter {
    /// Serials of 団体内統合宛名番号.
    pub const INTEGRATED: &'static str = "integrated-no";

    /// Serials of 処理通番 of copies.
    pub const COPY: &'static str = "copy-no";

    /// Serials of 照会番号.
    pub const INQUIRY: &'static str = "inquiry-no";
}

impl Record for Counter {
    const KIND: &'static Kind = &COUNTER;

    fn key(&self) -> String {
        self.name.clone()
    }
}
