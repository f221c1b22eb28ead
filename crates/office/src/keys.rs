//! Security keys (セキュリティキー・パスキー): whose they are, and what is written down of them. What an answer must hold is
//! [`webauthn`](crate::webauthn)'s.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use register::{AsOf, Column, Fault, Kind, Record, View, ViewExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Office;
use crate::factor::{SecondFactor, random};
use crate::webauthn::{ALGORITHMS, KeyRefusal, Known, RelyingParty, answered};

/// Security keys. What a key is asked for by is sealed: who reads a copy of the register asks no key with it.
pub static SECURITY_KEY: Kind = Kind::new("office/security-key", "セキュリティキー")
    .sealed(&["credential", "handle"])
    .columns(&[Column::plain("user", "利用者")]);

/// Bytes of a challenge. Source: Web Authentication Level 3, §13.4.3 (at least 16).
const CHALLENGE_BYTES: usize = 32;
/// Bytes of a user's handle. Source: the same, §14.6.1 (64 random bytes, and nothing of the user).
const HANDLE_BYTES: usize = 64;
/// The ways a browser may reach a key; others it names are left out. Source: the same, §5.8.4.
const TRANSPORTS: [&str; 6] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];

/// One pair of keys of one user, in a security key or a device (パスキー).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityKey {
    /// SHA-256 of what the pair is asked for by: no two users have one.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// What its user calls it.
    pub name: String,
    /// What the pair is asked for by (credential id), in base64url.
    pub credential: String,
    /// The public key (COSE_Key), in base64url.
    pub public_key: String,
    /// What the key knows its user by: random, one for all keys of a user, in base64url.
    pub handle: String,
    /// Uses as the key counts them; zero for one that does not.
    #[serde(default)]
    pub sign_count: u32,
    /// Whether the pair may be copied to other devices of its user (同期).
    #[serde(default)]
    pub synced: bool,
    /// How a browser may reach it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<String>,
    /// Since when it counts.
    pub registered_at: Timestamp,
    /// The newest login with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

/// Logs and panics see whose it is.
impl std::fmt::Debug for SecurityKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecurityKey({}, {})", self.user, self.id)
    }
}

impl Record for SecurityKey {
    const KIND: &'static Kind = &SECURITY_KEY;

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// A question to a key (チャレンジ): asked once, of one user, for a short time. Who keeps it forgets it with its first answer.
#[derive(Clone)]
pub struct KeyQuestion {
    challenge: Vec<u8>,
    handle: String,
}

impl KeyQuestion {
    /// The question itself, in base64url.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.challenge)
    }

    /// What a new key is to know its user by, in base64url.
    pub fn handle(&self) -> &str {
        &self.handle
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.challenge
    }

    /// What new pairs of keys may be of, the dearest first.
    pub fn algorithms() -> &'static [i64] {
        &ALGORITHMS
    }
}

/// What a browser hands on of a key that logs in, each part in base64url.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyAnswer<'a> {
    /// Which pair of keys answered.
    pub credential: &'a str,
    /// clientDataJSON.
    pub client_data: &'a str,
    /// Authenticator data.
    pub authenticator_data: &'a str,
    /// The signature.
    pub signature: &'a str,
    /// Whom the key knows; empty where it does not say.
    pub handle: &'a str,
}

/// What a user has beside the password (二要素認証の手段).
#[derive(Clone, Debug, Default)]
pub struct Factors {
    /// An app that shows codes.
    pub code: bool,
    /// Security keys, the oldest first.
    pub keys: Vec<SecurityKey>,
    /// Recovery codes that were not used yet.
    pub recovery: usize,
}

impl Factors {
    /// Whether there is a second factor.
    pub fn is_any(&self) -> bool {
        self.code || !self.keys.is_empty()
    }
}

/// The id of the record of a pair of keys.
pub(crate) fn id_of(credential: &[u8]) -> String {
    Sha256::digest(credential).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a browser says of the ways to a key, as far as it is known.
pub(crate) fn known_transports(given: &str) -> Vec<String> {
    let named = TRANSPORTS.iter().filter(|way| given.split(',').any(|one| one == **way));
    named.map(|way| (*way).to_owned()).collect()
}

/// A part of an answer.
pub(crate) fn decoded(part: &str) -> Result<Vec<u8>, KeyRefusal> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| KeyRefusal::Unreadable)
}

/// The keys of a user, with the versions they were read in, the oldest first.
pub(crate) fn keys_in(view: &dyn View, user: &str) -> Result<Vec<(SecurityKey, u32)>, Fault> {
    let mut keys = Vec::new();
    for stored in view.find(&SECURITY_KEY, "user", user)? {
        let found = stored.typed::<SecurityKey>()?;
        keys.push((found.record, found.version));
    }
    keys.sort_by(|(a, _), (b, _)| (a.registered_at, &a.id).cmp(&(b.registered_at, &b.id)));
    Ok(keys)
}

/// The key that answered, as it is after this use.
///
/// # Errors
/// [`KeyRefusal`].
pub(crate) fn used(
    keys: Vec<(SecurityKey, u32)>,
    party: &RelyingParty,
    question: Option<&KeyQuestion>,
    answer: &KeyAnswer<'_>,
    now: Timestamp,
) -> Result<(SecurityKey, u32), KeyRefusal> {
    let question = question.ok_or(KeyRefusal::Challenge)?;
    let id = id_of(&decoded(answer.credential)?);
    let (key, version) = keys.into_iter().find(|(key, _)| key.id == id).ok_or(KeyRefusal::Unknown)?;
    if !answer.handle.is_empty() && answer.handle != key.handle {
        return Err(KeyRefusal::Handle);
    }
    let public_key = decoded(&key.public_key).map_err(|_| KeyRefusal::Key)?;
    let known = Known { public_key: &public_key, sign_count: key.sign_count, synced: key.synced };
    let [client, data, signature] =
        [answer.client_data, answer.authenticator_data, answer.signature].map(decoded);
    let sign_count = answered(party, question.bytes(), known, &client?, &data?, &signature?)?;
    Ok((SecurityKey { sign_count, last_used_at: Some(now), ..key }, version))
}

impl Office {
    /// What a user has beside the password.
    ///
    /// # Errors
    /// When storage fails.
    pub fn factors(&self, user: &str) -> Result<Factors, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let app = view.load::<SecondFactor>(user)?.map(|found| found.record);
        let keys = keys_in(&*view, user)?.into_iter().map(|(key, _)| key).collect();
        Ok(Factors {
            code: app.as_ref().is_some_and(|app| app.confirmed_at.is_some()),
            keys,
            recovery: app.map(|app| app.recovery.len()).unwrap_or_default(),
        })
    }

    /// A new question to the keys of a user, or to one that is to be registered.
    ///
    /// # Errors
    /// When storage fails, or the system gives no random bits.
    pub fn question(&self, user: &str) -> Result<KeyQuestion, Fault> {
        let held = keys_in(&*self.journal().view(AsOf::default())?, user)?.into_iter().next();
        let handle = match held {
            Some((key, _)) => key.handle,
            None => URL_SAFE_NO_PAD.encode(random::<HANDLE_BYTES>()?),
        };
        Ok(KeyQuestion { challenge: random::<CHALLENGE_BYTES>()?.to_vec(), handle })
    }
}
