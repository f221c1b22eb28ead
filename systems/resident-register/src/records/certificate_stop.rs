//! For whom no certificate is issued by machine (証明書自動交付の停止).

use domain::{AddresseeNo, Date};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// 証明書自動交付の停止, key 宛名番号. Written in the change that sets or ends a suppression of certificates or a support
/// measure, so that the certificate server of コンビニ交付 hears of it by itself; a temporary release writes none.
///
/// Source: 住民記録システム標準仕様書 3.1, 3.2.
pub static CERTIFICATE_STOP: Kind = Kind::new("resident-register/certificate-stop", "証明書自動交付の停止");

/// Whether certificates of a person are stopped, as the server was told last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateStop {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// Whether it is stopped.
    pub stopped: bool,
    /// The day of the last change.
    pub changed_on: Date,
}

impl Record for CertificateStop {
    const KIND: &'static Kind = &CERTIFICATE_STOP;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}
