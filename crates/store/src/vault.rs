//! Sealing of single fields: what must not be readable in a copied database file (個人番号, 住民票コード).
//!
//! A sealed field is AES-256-GCM over the field's JSON text, with a random nonce and the kind, key and field name as
//! associated data, so that a sealed value copied to another record or field does not open. It is searched by
//! HMAC-SHA256 of its text under a second key derived from the first.

use std::fmt;
use std::fmt::Write as _;
use std::path::Path;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use hmac::{Hmac, Mac};
use register::{Body, Fault, Kind};
use sha2::Sha256;

use crate::fields::Fields;

/// What every sealed text begins with; the number is the version of the scheme.
const MARK: &str = "sealed:1:";

const NONCE_BYTES: usize = 12;

/// The town's key for sealed fields: 32 bytes from a file that is kept and backed up apart from the database.
#[derive(Clone)]
pub struct VaultKey([u8; 32]);

impl VaultKey {
    /// Draws a new key from the operating system.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, Fault> {
        random().map(Self)
    }

    /// Reads a key file: 64 hexadecimal digits, white space around them ignored.
    ///
    /// # Errors
    /// When the file cannot be read or holds something else. The message does not show what.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Fault::new(format!("the key file {} cannot be read", path.display()), error))?;
        Self::from_hex(text.trim())
    }

    /// A key from 64 hexadecimal digits.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn from_hex(text: &str) -> Result<Self, Fault> {
        unhex(text)
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| Fault::because("a vault key is 64 hexadecimal digits"))
    }

    /// The key as 64 hexadecimal digits, to be written to a key file.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }
}

/// A key is never shown.
impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultKey(..)")
    }
}

/// Seals and opens fields with one key.
pub struct Vault {
    cipher: Aes256Gcm,
    index_key: [u8; 32],
    key_id: String,
}

impl Vault {
    /// A vault that works with this key.
    ///
    /// # Errors
    /// When a cipher does not take the key, which no key of its length causes.
    pub fn new(key: &VaultKey) -> Result<Self, Fault> {
        let sealing = derive(&key.0, "daicho vault 1 seal")?;
        let id = derive(&key.0, "daicho vault 1 id")?;
        Ok(Self {
            cipher: Aes256Gcm::new_from_slice(&sealing)
                .map_err(|error| Fault::because(format!("the vault key does not fit: {error}")))?,
            index_key: derive(&key.0, "daicho vault 1 index")?,
            key_id: hex(id.get(..4).unwrap_or_default()),
        })
    }

    /// Names the key without telling it; stands in every sealed text so that keys can be changed later.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The keyed hash a sealed field is searched by.
    ///
    /// # Errors
    /// When the hash does not take the key, which no key of its length causes.
    pub fn index(&self, kind: &Kind, field: &str, text: &str) -> Result<String, Fault> {
        mac(&self.index_key, &[kind.id, field, text]).map(|hash| hex(&hash))
    }

    /// The body with its sealed fields encrypted. Null and absent fields stay as they are.
    ///
    /// # Errors
    /// When the body is not JSON or the system gives no randomness.
    pub fn seal(&self, kind: &Kind, key: &str, body: &str) -> Result<Body, Fault> {
        rewrite(kind, body, |field, json| {
            let nonce: [u8; NONCE_BYTES] = random()?;
            let aad = associated(kind, key, field);
            let payload = Payload { msg: json.as_bytes(), aad: aad.as_bytes() };
            let sealed = self
                .cipher
                .encrypt(&Nonce::from(nonce), payload)
                .map_err(|_| Fault::because(format!("field {field} of {} cannot be sealed", kind.id)))?;
            Ok(format!("\"{MARK}{}:{}{}\"", self.key_id, hex(&nonce), hex(&sealed)))
        })
    }

    /// The body with its sealed fields readable. A field that was stored before it was declared sealed is left.
    ///
    /// # Errors
    /// When the body is not JSON, or a field was altered, copied from elsewhere or sealed under another key.
    pub fn open(&self, kind: &Kind, key: &str, body: &str) -> Result<Body, Fault> {
        rewrite(kind, body, |field, json| {
            let Some(sealed) = json.trim_matches('"').strip_prefix(MARK) else { return Ok(json.to_owned()) };
            let broken = || Fault::because(format!("{} {key}: sealed field {field} does not open", kind.id));
            let (key_id, digits) = sealed.split_once(':').ok_or_else(broken)?;
            if key_id != self.key_id {
                return Err(Fault::because(format!("{} {key}: sealed under key {key_id}", kind.id)));
            }
            let bytes = unhex(digits).ok_or_else(broken)?;
            let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(broken)?;
            let aad = associated(kind, key, field);
            let payload = Payload { msg: sealed, aad: aad.as_bytes() };
            let opened = self.cipher.decrypt(&Nonce::from(*nonce), payload).map_err(|_| broken())?;
            String::from_utf8(opened).map_err(|_| broken())
        })
    }
}

/// Copies a body, passing the sealed fields that hold something through `each`, JSON to JSON.
fn rewrite(
    kind: &Kind,
    body: &str,
    mut each: impl FnMut(&str, &str) -> Result<String, Fault>,
) -> Result<Body, Fault> {
    if !body.starts_with('{') {
        return Ok(Body::from_stored(body.to_owned()));
    }
    let mut out = String::with_capacity(body.len().saturating_add(128));
    out.push('{');
    for (index, (name, raw)) in Fields::of(body)?.all().into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(
            &serde_json::to_string(name.as_ref()).map_err(|error| Fault::new("a field name", error))?,
        );
        out.push(':');
        let json = raw.get();
        if json != "null" && kind.is_sealed(&name) {
            out.push_str(&each(&name, json)?);
        } else {
            out.push_str(json);
        }
    }
    out.push('}');
    Ok(Body::from_stored(out))
}

/// The place of a value, each part with its length so that no two places read alike.
fn associated(kind: &Kind, key: &str, field: &str) -> String {
    let mut out = String::with_capacity(64);
    for part in [kind.id, key, field] {
        // Writing to a String does not fail.
        let _ = write!(out, "{}:{part};", part.len());
    }
    out
}

fn derive(key: &[u8; 32], purpose: &str) -> Result<[u8; 32], Fault> {
    mac(key, &[purpose])
}

fn mac(key: &[u8; 32], parts: &[&str]) -> Result<[u8; 32], Fault> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key)
        .map_err(|error| Fault::because(format!("the vault key does not fit: {error}")))?;
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part.as_bytes());
    }
    Ok(mac.finalize().into_bytes().into())
}

/// Random bytes from the operating system.
///
/// # Errors
/// When the system gives none.
pub fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Fault::because(format!("the system gives no randomness: {error}")))?;
    Ok(bytes)
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(nibble(high)? << 4 | nibble(low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    static PERSON: Kind = Kind::new("t/person", "人").sealed(&["number", "code"]);
    static OTHER: Kind = Kind::new("t/other", "他").sealed(&["number", "code"]);

    fn vault(digit: &str) -> Vault {
        Vault::new(&VaultKey::from_hex(&digit.repeat(64)).unwrap()).unwrap()
    }

    #[test]
    fn a_sealed_field_opens_only_in_its_own_place() {
        let vault = vault("7");
        let body = r#"{"code":null,"name":"葛󠄀","number":"123456789018"}"#;
        let sealed = vault.seal(&PERSON, "P1", body).unwrap();
        assert!(!sealed.as_str().contains("123456789018"));
        assert!(sealed.as_str().contains(r#""code":null"#));
        assert_eq!(vault.open(&PERSON, "P1", sealed.as_str()).unwrap().as_str(), body);
        assert!(vault.open(&PERSON, "P2", sealed.as_str()).is_err(), "another record");
        assert!(vault.open(&OTHER, "P1", sealed.as_str()).is_err(), "another kind");
        let moved = sealed.as_str().replace("\"number\"", "\"code\"");
        assert!(vault.open(&PERSON, "P1", &moved).is_err(), "another field");
        let flipped = sealed.as_str().replace("\"}", "0\"}");
        assert!(vault.open(&PERSON, "P1", &flipped).is_err(), "altered");
    }

    #[test]
    fn the_same_value_is_sealed_differently_each_time_and_hashed_alike() {
        let vault = vault("7");
        let body = r#"{"number":1}"#;
        assert_ne!(vault.seal(&PERSON, "P1", body).unwrap(), vault.seal(&PERSON, "P1", body).unwrap());
        assert_eq!(
            vault.index(&PERSON, "number", "1").unwrap(),
            vault.index(&PERSON, "number", "1").unwrap()
        );
        assert_ne!(vault.index(&PERSON, "number", "1").unwrap(), vault.index(&PERSON, "code", "1").unwrap());
    }

    #[test]
    fn another_key_neither_opens_nor_hashes_alike() {
        let sealed = vault("7").seal(&PERSON, "P1", r#"{"number":1}"#).unwrap();
        assert!(vault("8").open(&PERSON, "P1", sealed.as_str()).is_err());
        assert_ne!(
            vault("7").index(&PERSON, "number", "1").unwrap(),
            vault("8").index(&PERSON, "number", "1").unwrap()
        );
    }

    #[test]
    fn keys_are_64_hexadecimal_digits() {
        for bad in ["", "7", &"7".repeat(63), &"7".repeat(66), &"g".repeat(64), &"あ".repeat(64)] {
            assert!(VaultKey::from_hex(bad).is_err(), "{bad}");
        }
        let key = VaultKey::generate().unwrap();
        assert_eq!(VaultKey::from_hex(&key.to_hex()).unwrap().to_hex(), key.to_hex());
        assert_eq!(format!("{key:?}"), "VaultKey(..)");
    }
}
