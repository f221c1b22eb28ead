//! Certificates (X.509) that connections show, such as those of IC cards (職員のICカード), and those a user is bound to.
//!
//! A user is bound to the public key, as the SHA-256 of its SubjectPublicKeyInfo, and not to a name: names are what an authority
//! writes, and a second authority could write the same. Whether a certificate is to be believed at all (authority, term, proof of
//! the key) is TLS's to say before it comes here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use x509_cert::der::{Decode, DecodePem, Encode};

/// Characters of a name that are kept: enough for every name that is meant to be read.
const NAME_CHARS_MAX: usize = 200;

/// What counts of a certificate (証明書).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 of the SubjectPublicKeyInfo, in hexadecimal digits.
    pub key: String,
    /// Whose it is, as the authority writes it.
    pub subject: String,
    /// The authority.
    pub issuer: String,
    /// From when it is good.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Why a certificate was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// It is none.
    #[error("証明書として読めません")]
    Unreadable,
    /// A private key stands there, which must not leave its owner.
    #[error("秘密鍵が入っています。秘密鍵は登録しません。渡してはいけないものです")]
    PrivateKey,
}

impl Certificate {
    /// Reads the bytes of one (DER).
    ///
    /// # Errors
    /// [`CertificateFault::Unreadable`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateFault> {
        let read = x509_cert::Certificate::from_der(der).map_err(|_| CertificateFault::Unreadable)?;
        Self::of(&read)
    }

    /// Reads the text of one (PEM), the first if there are more.
    ///
    /// # Errors
    /// [`CertificateFault`].
    pub fn from_pem(text: &str) -> Result<Self, CertificateFault> {
        if text.contains("PRIVATE KEY") {
            return Err(CertificateFault::PrivateKey);
        }
        const END: &str = "-----END CERTIFICATE-----";
        let start = text.find("-----BEGIN CERTIFICATE-----").ok_or(CertificateFault::Unreadable)?;
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.find(END).ok_or(CertificateFault::Unreadable)?;
        // Browsers send line ends of their own, and people paste with blanks.
        let lines = rest.get(..end.saturating_add(END.len())).unwrap_or_default().lines().map(str::trim);
        let clean: String = lines.filter(|line| !line.is_empty()).flat_map(|line| [line, "\n"]).collect();
        let read =
            x509_cert::Certificate::from_pem(clean.as_bytes()).map_err(|_| CertificateFault::Unreadable)?;
        Self::of(&read)
    }

    fn of(read: &x509_cert::Certificate) -> Result<Self, CertificateFault> {
        let inner = read.tbs_certificate();
        let key = inner.subject_public_key_info().to_der().map_err(|_| CertificateFault::Unreadable)?;
        let moment = |time: &x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
            Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
        };
        Ok(Self {
            key: Sha256::digest(&key).iter().map(|byte| format!("{byte:02x}")).collect(),
            subject: shortened(&inner.subject().to_string()),
            issuer: shortened(&inner.issuer().to_string()),
            from: moment(&inner.validity().not_before),
            until: moment(&inner.validity().not_after),
        })
    }

    /// Whether its term holds a moment.
    pub fn is_good_at(&self, now: Timestamp) -> bool {
        self.from <= now && now <= self.until
    }
}

/// A name without what could break a line, cut where it is longer than anybody reads.
fn shortened(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect()
}

/// A certificate that a user is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundCertificate {
    /// SHA-256 of its SubjectPublicKeyInfo: this is what counts.
    pub key: String,
    /// Whose it was when it was bound, to be read by people.
    pub subject: String,
    /// The authority then.
    pub issuer: String,
    /// The end of its term then.
    pub until: Timestamp,
    /// When it was bound.
    pub bound_at: Timestamp,
}

impl BoundCertificate {
    pub(crate) fn new(certificate: Certificate, now: Timestamp) -> Self {
        let Certificate { key, subject, issuer, until, .. } = certificate;
        Self { key, subject, issuer, until, bound_at: now }
    }
}
