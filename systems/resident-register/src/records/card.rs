//! What 住基ネット (CS) told of a person's card (個人番号カード・住基カード).

use domain::{AddresseeNo, Date};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// カード発行状況, key 宛名番号. The register never originates it: it came from the CS over a link.
///
/// Source: 住民記録システム標準仕様書 1.1.1, 7.1.1.3.
pub static CARD: Kind =
    Kind::new("resident-register/card", "カード発行状況").sealed(&["sig_cert_serial", "auth_cert_serial"]);

/// A person's card as the CS told it last.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 発行状況, the code as the CS has it; its list is in no public document.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub card_status: String,
    /// 発行状況 in words, as the gateway to the CS tells them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub card_status_label: String,
    /// 有効期限.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
    /// 署名用電子証明書シリアル番号.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sig_cert_serial: String,
    /// 利用者証明用電子証明書シリアル番号.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub auth_cert_serial: String,
    /// The day it came.
    pub told_on: Date,
}

/// Logs and panics name a card by its holder's number only.
impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Card({})", self.addressee_no)
    }
}

impl Record for Card {
    const KIND: &'static Kind = &CARD;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}
