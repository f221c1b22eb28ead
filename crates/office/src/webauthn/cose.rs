//! Public keys as keys hand them out (COSE_Key), and their signatures.
//!
//! Source: RFC 9052 §7, RFC 9053 §2 and §7, RFC 8230 §4; WebAuthn §5.8.5 and §6.5.1.1.

use ciborium::Value;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::KeyRefusal;
use super::data::value;

/// What is offered to a key, the dearest first: ES256, EdDSA with Ed25519, and RS256 for what has nothing else (TPM).
pub(crate) const ALGORITHMS: [i64; 3] = [-7, -8, -257];

/// Labels of a COSE_Key.
const TYPE: i128 = 1;
const ALGORITHM: i128 = 3;
const CURVE_OR_MODULUS: i128 = -1;
const X_OR_EXPONENT: i128 = -2;
const Y: i128 = -3;

/// One public key that can check signatures.
#[derive(Debug)]
pub(super) enum PublicKey {
    /// ES256: a point of P-256, uncompressed.
    Es256(Vec<u8>),
    /// EdDSA on Ed25519.
    Ed25519(Vec<u8>),
    /// RS256.
    Rs256 { modulus: Vec<u8>, exponent: Vec<u8> },
}

impl PublicKey {
    pub(super) fn read(cose: &[u8]) -> Result<Self, KeyRefusal> {
        let (key, behind) = value(cose).ok_or(KeyRefusal::Key)?;
        let entries = key.as_map().filter(|_| behind.is_empty()).ok_or(KeyRefusal::Key)?;
        let number = |label| found(entries, label).and_then(Value::as_integer).map(i128::from);
        let bytes = |label| found(entries, label).and_then(Value::as_bytes).cloned();
        let key = match (number(ALGORITHM), number(TYPE), number(CURVE_OR_MODULUS)) {
            (Some(-7), Some(2), Some(1)) => bytes(X_OR_EXPONENT).zip(bytes(Y)).and_then(|(x, y)| {
                let fits = x.len() == 32 && y.len() == 32;
                fits.then(|| Self::Es256([&[4], x.as_slice(), &y].concat()))
            }),
            (Some(-8), Some(1), Some(6)) => {
                bytes(X_OR_EXPONENT).filter(|point| point.len() == 32).map(Self::Ed25519)
            }
            (Some(-257), Some(3), None) => bytes(CURVE_OR_MODULUS)
                .zip(bytes(X_OR_EXPONENT))
                .map(|(modulus, exponent)| Self::Rs256 { modulus, exponent }),
            (Some(-7 | -8 | -257), _, _) | (None, _, _) => None,
            _ => return Err(KeyRefusal::Algorithm),
        };
        key.ok_or(KeyRefusal::Key)
    }

    /// Whether a signature over a message is this key's.
    pub(super) fn made(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
            Self::Rs256 { modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        }
        .is_ok()
    }
}

/// The value of a label that stands once.
fn found(entries: &[(Value, Value)], label: i128) -> Option<&Value> {
    let mut found = entries.iter().filter(|(key, _)| key.as_integer().map(i128::from) == Some(label));
    found.next().filter(|_| found.next().is_none()).map(|(_, value)| value)
}
