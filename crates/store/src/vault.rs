//! Sealing of single fields: what must not be readable in a copied database file (個人番号, 住民票コード).
//!
//! A sealed field is AES-256-GCM over the field's JSON text, with a random nonce and the kind, key and field name as
//! associated data, so that a sealed value copied to another record or field does not open. It is searched by
//! HMAC-SHA256 of its text under a second key derived from the first. Every sealed text names its key: a new key seals
//! from then on, and former ones go on opening what they sealed (docs/adr/0011).

use std::fmt::Write as _;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use hmac::{Hmac, Mac};
use register::{Body, Fault, Kind, hex, unhex};
use sha2::Sha256;

use crate::fields::Fields;
use crate::keys::{KeyRing, VaultKey};
use crate::trouble::Trouble;

/// What every sealed text begins with; the number is the version of the scheme.
const MARK: &str = "sealed:1:";

const NONCE_BYTES: usize = 12;

/// One key made ready for work.
#[derive(Clone)]
struct Lock {
    id: String,
    cipher: Aes256Gcm,
    index_key: [u8; 32],
}

impl Lock {
    fn new(key: &VaultKey) -> Result<Self, Fault> {
        let sealing = derive(&key.0, "daicho vault 1 seal")?;
        Ok(Self {
            id: key.id()?,
            cipher: Aes256Gcm::new_from_slice(&sealing)
                .map_err(|error| Fault::because(format!("the vault key does not fit: {error}")))?,
            index_key: derive(&key.0, "daicho vault 1 index")?,
        })
    }
}

/// Seals fields with the newest key of a ring, and opens them with the key they were sealed with.
#[derive(Clone)]
pub struct Vault {
    /// Oldest first; not empty.
    locks: Vec<Lock>,
    /// Seals, and hashes what is searched.
    newest: Lock,
}

impl Vault {
    /// A vault that works with these keys.
    ///
    /// # Errors
    /// When a cipher does not take a key, which no key of its length causes, or two keys have one id.
    pub fn new(ring: &KeyRing) -> Result<Self, Fault> {
        let locks = ring.keys().iter().map(Lock::new).collect::<Result<Vec<_>, _>>()?;
        let mut ids: Vec<_> = locks.iter().map(|lock| lock.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() != locks.len() {
            return Err(Fault::because("two vault keys have one id; draw another"));
        }
        let newest = locks.last().cloned().ok_or_else(|| Fault::because("there is no vault key"))?;
        Ok(Self { locks, newest })
    }

    /// The id of the key that seals.
    pub fn key_id(&self) -> &str {
        &self.newest.id
    }

    /// How the ring stands to the keys a store was sealed with: `known` is what the store noted, ids between white space,
    /// oldest first. The answer is what it is to note now; none when nothing changes.
    ///
    /// # Errors
    /// [`Trouble::WrongKey`] when a key of the store is not on the ring, or the ring's newest is a former key of the store.
    pub fn note(&self, known: Option<&str>) -> Result<Option<String>, Trouble> {
        let Some(noted) = known else { return Ok(Some(self.newest.id.clone())) };
        let known: Vec<&str> = noted.split_whitespace().collect();
        let missing = known.iter().any(|id| self.lock(id).is_none());
        match known.iter().position(|id| *id == self.newest.id) {
            _ if missing => Err(self.wrong_key(noted)),
            None => Ok(Some(format!("{noted} {}", self.newest.id))),
            Some(place) if place.saturating_add(1) == known.len() => Ok(None),
            Some(_) => Err(self.wrong_key(noted)),
        }
    }

    /// The vault for a store that is only read: it hashes with the key the store was last sealed with, though the ring may
    /// have a newer one.
    ///
    /// # Errors
    /// [`Trouble::WrongKey`] when a key of the store is not on the ring.
    pub fn as_noted(mut self, known: Option<&str>) -> Result<Self, Trouble> {
        let Some(noted) = known else { return Ok(self) };
        for id in noted.split_whitespace() {
            self.newest = self.lock(id).cloned().ok_or_else(|| self.wrong_key(noted))?;
        }
        Ok(self)
    }

    fn lock(&self, id: &str) -> Option<&Lock> {
        self.locks.iter().find(|lock| lock.id == id)
    }

    fn wrong_key(&self, known: &str) -> Trouble {
        let given: Vec<&str> = self.locks.iter().map(|lock| lock.id.as_str()).collect();
        Trouble::WrongKey { given: given.join(" "), known: known.to_owned() }
    }

    /// The keyed hash a sealed field is searched by.
    ///
    /// # Errors
    /// When the hash does not take the key, which no key of its length causes.
    pub fn index(&self, kind: &Kind, field: &str, text: &str) -> Result<String, Fault> {
        mac(&self.newest.index_key, &[kind.id, field, text]).map(|hash| hex(&hash))
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
                .newest
                .cipher
                .encrypt(&Nonce::from(nonce), payload)
                .map_err(|_| Fault::because(format!("field {field} of {} cannot be sealed", kind.id)))?;
            Ok(format!("\"{MARK}{}:{}{}\"", self.newest.id, hex(&nonce), hex(&sealed)))
        })
    }

    /// The body with its sealed fields readable. A field that was stored before it was declared sealed is left.
    ///
    /// # Errors
    /// When the body is not JSON, or a field was altered, copied from elsewhere or sealed with a key that is not on the ring.
    pub fn open(&self, kind: &Kind, key: &str, body: &str) -> Result<Body, Fault> {
        rewrite(kind, body, |field, json| {
            let Some(sealed) = json.trim_matches('"').strip_prefix(MARK) else { return Ok(json.to_owned()) };
            let broken = || Fault::because(format!("{} {key}: sealed field {field} does not open", kind.id));
            let (key_id, digits) = sealed.split_once(':').ok_or_else(broken)?;
            let lock = self.lock(key_id).ok_or_else(|| {
                let what = format!("{} {key}: sealed with key {key_id}, which was not given", kind.id);
                Fault::new(what, self.wrong_key(key_id))
            })?;
            let bytes = unhex(digits).ok_or_else(broken)?;
            let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(broken)?;
            let aad = associated(kind, key, field);
            let payload = Payload { msg: sealed, aad: aad.as_bytes() };
            let opened = lock.cipher.decrypt(&Nonce::from(*nonce), payload).map_err(|_| broken())?;
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

pub(crate) fn derive(key: &[u8; 32], purpose: &str) -> Result<[u8; 32], Fault> {
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

#[cfg(test)]
mod tests {
    use super::*;

    static PERSON: Kind = Kind::new("t/person", "人").sealed(&["number", "code"]);
    static OTHER: Kind = Kind::new("t/other", "他").sealed(&["number", "code"]);

    /// A vault with one key for each digit.
    fn vault(digits: &str) -> Vault {
        let keys: Vec<_> = digits.chars().map(|digit| digit.to_string().repeat(64)).collect();
        Vault::new(&KeyRing::parse(&keys.join("\n")).unwrap()).unwrap()
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
    fn the_newest_key_seals_and_every_key_of_the_ring_opens() {
        let body = r#"{"number":"1"}"#;
        let old = vault("7").seal(&PERSON, "P1", body).unwrap();
        let ring = vault("78");
        let new = ring.seal(&PERSON, "P1", body).unwrap();
        assert_eq!(ring.key_id(), vault("8").key_id());
        for sealed in [&old, &new] {
            assert_eq!(ring.open(&PERSON, "P1", sealed.as_str()).unwrap().as_str(), body);
        }
        let fault = vault("7").open(&PERSON, "P1", new.as_str()).unwrap_err();
        let (given, known) = (vault("7").key_id().to_owned(), vault("8").key_id().to_owned());
        assert_eq!(Trouble::of(&fault), Some(&Trouble::WrongKey { given, known }));
        assert_eq!(
            ring.index(&PERSON, "number", "1").unwrap(),
            vault("8").index(&PERSON, "number", "1").unwrap()
        );
        assert_ne!(
            ring.index(&PERSON, "number", "1").unwrap(),
            vault("7").index(&PERSON, "number", "1").unwrap()
        );
    }

    #[test]
    fn a_ring_fits_a_store_whose_keys_it_has_in_their_order() {
        let ids = |digits: &str| {
            let ids: Vec<_> =
                digits.chars().map(|digit| vault(&digit.to_string()).key_id().to_owned()).collect();
            ids.join(" ")
        };
        // The ring, what the store noted, what it is to note.
        let table = [
            ("7", None, Ok(Some("7"))),
            ("78", None, Ok(Some("8"))),
            ("7", Some("7"), Ok(None)),
            ("78", Some("7"), Ok(Some("78"))),
            ("78", Some("78"), Ok(None)),
            ("789", Some("7"), Ok(Some("79"))),
            ("789", Some("79"), Ok(None)),
            ("978", Some("7"), Ok(Some("78"))),
            ("8", Some("7"), Err("8")),
            ("8", Some("78"), Err("8")),
            ("7", Some("78"), Err("7")),
            ("87", Some("78"), Err("87")),
        ];
        for (ring, known, wanted) in table {
            let wanted = wanted.map(|noted| noted.map(ids)).map_err(|given| Trouble::WrongKey {
                given: ids(given),
                known: ids(known.unwrap_or_default()),
            });
            assert_eq!(vault(ring).note(known.map(ids).as_deref()), wanted, "{ring} {known:?}");
        }
        let reading = vault("78").as_noted(Some(&ids("7"))).unwrap();
        assert_eq!(reading.key_id(), ids("7"));
        assert!(vault("8").as_noted(Some(&ids("7"))).is_err());
        assert!(vault("7").as_noted(Some(&ids("78"))).is_err());
    }
}
