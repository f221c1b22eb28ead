//! The second factor (二要素認証): one-time codes of an app, by time (TOTP, RFC 6238).
//!
//! The code itself is written here: with the HMAC and the SHA-1 that the program has already it is a dozen lines, held to the
//! vectors of the RFC. A crate for it would bring both a second time in older versions.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use register::{Fault, Kind, Record};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Second factors. The secret is sealed with the town's key, as 個人番号 is.
pub static SECOND_FACTOR: Kind = Kind::new("office/second-factor", "二要素認証").sealed(&["secret"]);

/// Seconds for which one code is shown. Source: RFC 6238 §5.2.
const STEP_SECONDS: i64 = 30;
/// Digits of a code. Apps show six.
const DIGITS: u32 = 6;
/// Steps by which the clocks of app and house may differ. Source: RFC 6238 §5.2 (one step is recommended).
const STEPS_OFF: i64 = 1;
/// Bytes of a secret. Source: RFC 4226 §4 R6 (160 bits recommended).
const SECRET_BYTES: usize = 20;
/// Codes for who lost the app.
const RECOVERY_CODES: usize = 10;
/// Bytes of one of them: 80 bits, more than anybody tries.
const RECOVERY_BYTES: usize = 10;

/// One user's app that shows codes, and the recovery codes of whatever second factor the user has.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// The user.
    pub user: String,
    /// The secret the app has too, in base32; empty without an app.
    pub secret: String,
    /// Since when it counts; none while the user has not shown a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// The newest step a code was accepted of: neither it nor an older one is accepted again.
    #[serde(default)]
    pub last_step: i64,
    /// SHA-256 of the recovery codes that were not used yet.
    #[serde(default)]
    pub recovery: Vec<String>,
}

/// Logs and panics see whose it is, not the secret.
impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecondFactor({})", self.user)
    }
}

impl Record for SecondFactor {
    const KIND: &'static Kind = &SECOND_FACTOR;

    fn key(&self) -> String {
        self.user.clone()
    }
}

impl SecondFactor {
    /// A new one, not confirmed.
    pub(crate) fn generate(user: &str) -> Result<Self, Fault> {
        Ok(Self {
            user: user.to_owned(),
            secret: base32(&random::<SECRET_BYTES>()?),
            confirmed_at: None,
            last_step: 0,
            recovery: Vec::new(),
        })
    }

    /// The address an app takes the secret from, as a picture of squares shows it.
    pub fn address(&self, issuer: &str) -> String {
        let coded = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                        char::from(byte).to_string()
                    }
                    other => format!("%{other:02X}"),
                })
                .collect()
        };
        let issuer = coded(issuer);
        format!("otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}", coded(&self.user), self.secret)
    }

    /// Recovery codes of who has security keys and no app: no secret, so that no code of an app is ever right.
    pub(crate) fn without_app(user: &str) -> Self {
        Self {
            user: user.to_owned(),
            secret: String::new(),
            confirmed_at: None,
            last_step: 0,
            recovery: Vec::new(),
        }
    }

    /// The same after a code of the app, once it counts, or a recovery code was accepted; none when neither is.
    pub(crate) fn accepts(&self, code: &str, now: Timestamp) -> Option<Self> {
        let by_app = self.confirmed_at.and_then(|_| self.accepts_code(code, now));
        by_app.or_else(|| self.accepts_recovery(code))
    }

    /// The same after a code of the app was accepted, confirmed or not.
    pub(crate) fn accepts_code(&self, code: &str, now: Timestamp) -> Option<Self> {
        let plain = plain(code);
        let secret = from_base32(&self.secret).filter(|secret| secret.len() == SECRET_BYTES)?;
        let here = now.as_second().div_euclid(STEP_SECONDS);
        let step = (here - STEPS_OFF..=here + STEPS_OFF)
            .filter(|step| self.last_step < *step)
            .find(|step| same(&shown(&secret, *step, DIGITS), &plain))?;
        Some(Self { last_step: step, ..self.clone() })
    }

    fn accepts_recovery(&self, code: &str) -> Option<Self> {
        let hash = hashed(&plain(code));
        let left: Vec<String> = self.recovery.iter().filter(|one| !same(one, &hash)).cloned().collect();
        (left.len() < self.recovery.len()).then(|| Self { recovery: left, ..self.clone() })
    }

    /// New recovery codes, and the record that holds their hashes.
    pub(crate) fn with_recovery(mut self) -> Result<(Self, Vec<String>), Fault> {
        let codes = (0..RECOVERY_CODES)
            .map(|_| Ok(base32(&random::<RECOVERY_BYTES>()?)))
            .collect::<Result<Vec<String>, Fault>>()?;
        self.recovery = codes.iter().map(|code| hashed(code)).collect();
        let grouped = codes.iter().map(|code| in_groups(code)).collect();
        Ok((self, grouped))
    }
}

/// A code in groups of four, as people copy it.
pub fn in_groups(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What an app shows at a step. Source: RFC 6238 §4, RFC 4226 §5.3.
fn shown(secret: &[u8], step: i64, digits: u32) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash.last().copied().unwrap_or_default() & 0x0f);
    let four = hash.get(at..at + 4).and_then(|four| <[u8; 4]>::try_from(four).ok()).unwrap_or_default();
    let number = u64::from(u32::from_be_bytes(four) & 0x7fff_ffff);
    let width = usize::try_from(digits).unwrap_or_default();
    format!("{:0width$}", number % 10_u64.pow(digits))
}

/// The code an app shows at a moment. For tests and whoever plays a user.
pub fn code_at(secret: &str, at: Timestamp) -> Option<String> {
    Some(shown(&from_base32(secret)?, at.as_second().div_euclid(STEP_SECONDS), DIGITS))
}

/// A code without what people put between its groups.
fn plain(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

fn hashed(code: &str) -> String {
    Sha256::digest(code.to_ascii_uppercase().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// In a time that does not tell where they differ.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Fault::because(format!("the system gives no random bits: {error}")))?;
    Ok(bytes)
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Source: RFC 4648 §6, without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0_u32);
    let letter = |five: u32| {
        let at = usize::try_from(five & 31).unwrap_or_default();
        char::from(ALPHABET.get(at).copied().unwrap_or_default())
    };
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while 5 <= bits {
            bits -= 5;
            text.push(letter(held >> bits));
        }
        held &= (1 << bits) - 1;
    }
    if 0 < bits {
        text.push(letter(held << (5 - bits)));
    }
    text
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut held, mut bits, mut bytes) = (0_u32, 0_u32, Vec::new());
    for letter in text.bytes() {
        let five = ALPHABET.iter().position(|known| *known == letter)?;
        held = (held << 5) | u32::try_from(five).ok()?;
        bits += 5;
        if 8 <= bits {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238 Appendix B, SHA-1.
        for (second, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(shown(b"12345678901234567890", second / 30, 8), code, "{second}");
        }
        // RFC 4226 Appendix D.
        for (step, code) in ["755224", "287082", "359152", "969429", "338314"].iter().enumerate() {
            assert_eq!(shown(b"12345678901234567890", i64::try_from(step).unwrap(), 6), *code, "{step}");
        }
    }

    #[test]
    fn base32_is_that_of_the_standard() {
        // RFC 4648 §10.
        for (plain, coded) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), coded);
            assert_eq!(from_base32(coded).unwrap(), plain.as_bytes());
        }
        assert_eq!(from_base32("1"), None);
    }

    #[test]
    fn a_code_is_accepted_once_and_within_a_step() {
        let now: Timestamp = "2026-11-20T09:00:10+09:00".parse().unwrap();
        let begun = SecondFactor::generate("tanaka").unwrap();
        let factor = SecondFactor { confirmed_at: Some(now), ..begun.clone() };
        let at = |seconds: i64| now + jiff::SignedDuration::from_secs(seconds);
        let code = code_at(&factor.secret, now).unwrap();
        for (what, seconds, accepted) in [
            ("同じ30秒", 0, true),
            ("一つ後", 30, true),
            ("一つ前", -30, true),
            ("二つ後", 60, false),
            ("二つ前", -60, false),
        ] {
            assert_eq!(factor.accepts(&code, at(seconds)).is_some(), accepted, "{what}");
        }
        assert!(begun.accepts(&code, now).is_none(), "it does not count yet");
        let used = factor.accepts(&format!("{} {}", &code[..3], &code[3..]), now).unwrap();
        assert!(used.accepts(&code, now).is_none(), "a second time");
        assert!(used.accepts(&code_at(&factor.secret, at(-30)).unwrap(), now).is_none(), "an older one");
        assert!(used.accepts(&code_at(&factor.secret, at(30)).unwrap(), at(30)).is_some(), "the next one");
        for wrong in ["", "000", "12345a", "あいうえおか"] {
            assert!(factor.accepts(wrong, now).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_recovery_code_is_accepted_once() {
        let (factor, codes) = SecondFactor::generate("tanaka").unwrap().with_recovery().unwrap();
        let now: Timestamp = "2026-11-20T09:00:10+09:00".parse().unwrap();
        assert_eq!(codes.len(), 10);
        assert!(!factor.recovery.iter().any(|hash| codes.contains(hash)), "kept as hashes");
        let used = factor.accepts(&codes[3].to_lowercase(), now).unwrap();
        assert_eq!(used.recovery.len(), 9);
        assert!(used.accepts(&codes[3], now).is_none(), "a second time");
        assert!(used.accepts(&codes[4], now).is_some());
    }

    #[test]
    fn without_an_app_recovery_codes_are_accepted_alone() {
        let now: Timestamp = "2026-11-20T09:00:10+09:00".parse().unwrap();
        let (bare, codes) = SecondFactor::without_app("tanaka").with_recovery().unwrap();
        assert!(bare.accepts(&codes[0], now).is_some());
        let of_nothing = code_at("", now).unwrap();
        let confirmed = SecondFactor { confirmed_at: Some(now), ..bare.clone() };
        assert!(bare.accepts(&of_nothing, now).is_none() && confirmed.accepts(&of_nothing, now).is_none());
    }
}
