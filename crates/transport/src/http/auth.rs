//! Who we are to the other side: a fixed token, or OAuth 2.0 client credentials.
//!
//! Source: デジタル庁 地方公共団体情報システム共通機能標準仕様書 (REST API: Client Credentials, `client_secret_jwt` with
//! HS256, for the interim `client_secret_basic`; no refresh token; `Authorization` header only); RFC 6749, RFC 7523.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::blocking::Client;
use serde_json::{Value, json};
use sha2::Sha256;

use super::HttpError;
use super::client::body_of;
use super::wire::coded;

/// Seconds an assertion is good for.
const ASSERTION_SECONDS: u64 = 60;
/// A token is renewed so many seconds before its end.
const BEFORE_END_SECONDS: u64 = 10;

/// Bytes of what names an assertion, at most: each is remembered until it ends.
const ONCE_BYTES_MAX: usize = 200;

/// The type of an assertion that is a JWT.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How a client says who it is.
#[derive(Clone)]
pub enum Auth {
    /// A token that does not change.
    Token(String),
    /// A short-lived token from an address that knows the client.
    Client {
        /// The address that gives tokens.
        token_address: String,
        /// The client's id.
        id: String,
        /// Its secret.
        secret: String,
        /// How the secret is shown to be known.
        method: SecretMethod,
    },
}

/// How a client shows that it knows its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretMethod {
    /// `client_secret_jwt`, HS256: the secret itself does not travel.
    Jwt,
    /// `client_secret_basic`.
    Basic,
}

/// Secrets are never shown.
impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(_) => f.write_str("Token(..)"),
            Self::Client { id, method, .. } => write!(f, "Client({id}, {method:?})"),
        }
    }
}

/// Seconds since 1970, from whoever holds the clock.
pub type Seconds = fn() -> u64;

/// The token in use.
pub(crate) struct Tokens {
    auth: Auth,
    clock: Seconds,
    held: Mutex<Option<(String, u64)>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.auth.fmt(f)
    }
}

impl Tokens {
    pub(crate) fn new(auth: Auth, clock: Seconds) -> Self {
        Self { auth, clock, held: Mutex::new(None) }
    }

    /// Forgets the token: the other side does not know it (any more). Tells whether another can be had.
    pub(crate) fn forget(&self) -> bool {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
        matches!(self.auth, Auth::Client { .. })
    }

    /// A token that is good now.
    pub(crate) fn token(&self, client: &Client) -> Result<String, HttpError> {
        let Auth::Client { token_address, id, secret, method } = &self.auth else {
            let Auth::Token(token) = &self.auth else { return Err(HttpError::Unauthorized) };
            return Ok(token.clone());
        };
        let now = (self.clock)();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((token, end)) = held.as_ref()
            && now.saturating_add(BEFORE_END_SECONDS) < *end
        {
            return Ok(token.clone());
        }
        let mut form = "grant_type=client_credentials".to_owned();
        let mut request =
            client.post(token_address).header("content-type", "application/x-www-form-urlencoded");
        match method {
            SecretMethod::Basic => {
                // Both parts are coded before they are joined: RFC 6749, 2.3.1.
                let pair = STANDARD.encode(format!("{}:{}", coded(id), coded(secret)));
                request = request.header("authorization", format!("Basic {pair}"));
            }
            SecretMethod::Jwt => {
                let assertion = assertion(id, secret, token_address, now)?;
                form.push_str(&format!(
                    "&client_id={}&client_assertion_type={}&client_assertion={assertion}",
                    coded(id),
                    coded(ASSERTION_TYPE)
                ));
            }
        }
        let response = request.body(form).send()?;
        let status = response.status();
        let body = body_of(response)?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        let Some(token) = text("access_token").filter(|_| status.is_success()) else {
            let why = text("error").map_or_else(|| format!("状態{}", status.as_u16()), str::to_owned);
            return Err(HttpError::Token(why.chars().take(100).collect()));
        };
        let seconds = answer.get("expires_in").and_then(Value::as_u64).unwrap_or_default();
        *held = Some((token.to_owned(), now.saturating_add(seconds)));
        Ok(token.to_owned())
    }
}

/// A JWT by which a client shows that it knows its secret (RFC 7523, 3).
///
/// # Errors
/// When the system gives no chance.
pub fn assertion(id: &str, secret: &str, audience: &str, now: u64) -> Result<String, HttpError> {
    let mut chance = [0; 16];
    getrandom::fill(&mut chance).map_err(|_| HttpError::Chance)?;
    let claims = json!({
        "iss": id, "sub": id, "aud": audience, "jti": URL_SAFE_NO_PAD.encode(chance),
        "iat": now, "exp": now.saturating_add(ASSERTION_SECONDS),
    });
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mac = keyed(secret).ok_or(HttpError::Chance)?.chain_update(&signed).finalize().into_bytes();
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac)))
}

/// What an assertion says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The client.
    pub id: String,
    /// Names this assertion: each is good once.
    pub once: String,
    /// From when it is good, in seconds since 1970; 0 where it does not say.
    pub begin: u64,
    /// When it ends, in seconds since 1970.
    pub end: u64,
}

/// Whose assertion this says it is; nothing is checked yet.
pub fn asserted_id(jwt: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    claims.get("sub").and_then(Value::as_str).map(str::to_owned)
}

/// Checks an assertion: algorithm, signature, who, for whom. Whether it has begun or ended or was used is the caller's to
/// know.
pub fn checked(jwt: &str, secret: &str, audience: &str) -> Option<Claims> {
    let (signed, mac) = jwt.rsplit_once('.')?;
    let (head, claims) = signed.split_once('.')?;
    let read =
        |part: &str| -> Option<Value> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok() };
    // The algorithm is agreed: one that the assertion chooses itself would be no check.
    let head = read(head)?;
    // What the assertion says must be understood is not: RFC 7515, 4.1.11.
    if head.get("alg")?.as_str()? != "HS256" || head.get("crit").is_some() {
        return None;
    }
    let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
    keyed(secret)?.chain_update(signed).verify_slice(&mac).ok()?;
    let claims = read(claims)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let id = text("sub")?;
    let for_us = match claims.get("aud")? {
        Value::Array(all) => all.iter().any(|one| one.as_str() == Some(audience)),
        one => one.as_str() == Some(audience),
    };
    if text("iss")? != id || !for_us {
        return None;
    }
    let once = text("jti").filter(|once| (1..=ONCE_BYTES_MAX).contains(&once.len()))?.to_owned();
    let begin = claims.get("nbf").map_or(Some(0), Value::as_u64)?;
    Some(Claims { id: id.to_owned(), once, begin, end: claims.get("exp")?.as_u64()? })
}

fn keyed(secret: &str) -> Option<Hmac<Sha256>> {
    Hmac::new_from_slice(secret.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_is_good_for_its_secret_and_audience_only() {
        let jwt = assertion("kokuho", "secret", "https://town/token", 1_000).unwrap();
        let claims = checked(&jwt, "secret", "https://town/token").unwrap();
        assert_eq!((claims.id.as_str(), claims.end), ("kokuho", 1_060));
        assert_eq!(asserted_id(&jwt).as_deref(), Some("kokuho"));
        assert_eq!(checked(&jwt, "Secret", "https://town/token"), None);
        assert_eq!(checked(&jwt, "secret", "https://city/token"), None);
        let unsigned = {
            let mut parts = jwt.split('.').skip(1);
            let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
            format!("{head}.{}.", parts.next().unwrap())
        };
        assert_eq!(checked(&unsigned, "secret", "https://town/token"), None);
        // Each case: what stands in head and claims beside what must, and whether it is good.
        for (head, claims, good) in [
            ("", "", true),
            (r#","typ":"JWT","kid":"1""#, r#","iat":1,"nbf":900"#, true),
            (r#","crit":["exp"]"#, "", false),
            (r#","alg":"none""#, "", false),
            (r#","alg":"RS256""#, "", false),
            ("", r#","nbf":"900""#, false),
            ("", r#","jti":"""#, false),
            ("", r#","jti":7"#, false),
            ("", r#","exp":"1060""#, false),
            ("", r#","iss":"nenkin""#, false),
            ("", r#","aud":[]"#, false),
            ("", r#","aud":["x","https://town/token"]"#, true),
        ] {
            let head = format!(r#"{{"alg":"HS256"{head}}}"#);
            let claims = format!(
                r#"{{"iss":"kokuho","sub":"kokuho","aud":"https://town/token","jti":"a","exp":1060{claims}}}"#
            );
            let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(&head), URL_SAFE_NO_PAD.encode(&claims));
            let mac = keyed("secret").unwrap().chain_update(&signed).finalize().into_bytes();
            let jwt = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac));
            assert_eq!(checked(&jwt, "secret", "https://town/token").is_some(), good, "{head} {claims}");
        }
        for broken in ["", ".", "..", "a.b.c", &jwt[1..]] {
            assert_eq!(checked(broken, "secret", "https://town/token"), None, "{broken}");
        }
    }
}
