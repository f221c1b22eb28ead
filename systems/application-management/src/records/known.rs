//! What is known of people from others: for finding whose an application is.

use domain::{AddresseeNo, RegisterDate, ResidentStatus, Sex};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// 住民（照合用）, key 宛名番号. Candidates are looked for by 生年月日: a town of 250,000 has about ten of one day.
pub static RESIDENT: Kind = Kind::new("application-management/resident", "照合用の宛名")
    .columns(&[Column::plain("birth_date", "生年月日")]);

/// Somebody an application may be of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resident {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号 of the row.
    pub history_no: u32,
    /// 住民状態; none of somebody who is no resident's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ResidentStatus>,
    /// 氏名.
    pub name: String,
    /// 氏名フリガナ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kana: String,
    /// 生年月日, in register notation.
    #[serde(default)]
    pub birth_date: Option<RegisterDate>,
    /// 性別.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// 住所, one line; empty of somebody whose address must not be shown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// 支援措置対象.
    #[serde(default)]
    pub protected: bool,
}

impl Record for Resident {
    const KIND: &'static Kind = &RESIDENT;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}

/// 電子証明書（照合用）, key 宛名番号. The serial numbers are sealed and searched by their keyed hash.
pub static CERTIFICATE: Kind = Kind::new("application-management/certificate", "照合用の電子証明書")
    .columns(&[
        Column::plain("sig_cert_serial", "署名用電子証明書シリアル番号"),
        Column::plain("auth_cert_serial", "利用者証明用電子証明書シリアル番号"),
    ])
    .sealed(&["sig_cert_serial", "auth_cert_serial"]);

/// The certificates of a person's card.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号 of the row.
    pub history_no: u32,
    /// 署名用電子証明書シリアル番号.
    #[serde(default)]
    pub sig_cert_serial: String,
    /// 利用者証明用電子証明書シリアル番号.
    #[serde(default)]
    pub auth_cert_serial: String,
}

/// Logs and panics name it by its holder's number only.
impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({})", self.addressee_no)
    }
}

impl Record for Certificate {
    const KIND: &'static Kind = &CERTIFICATE;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}
