//! Asking a provider of logins who somebody is (OpenID Connect: 庁内の認証基盤とのシングルサインオン), with the authorization code
//! and PKCE.
//!
//! Written here and not taken from a crate: what is needed of the standard is one flow, four addresses and two algorithms, and
//! the crates for it bring a second RSA, a second set of curves and a second clock with them. The signatures are checked by the
//! library TLS stands on.
//!
//! Source: OpenID Connect Core 1.0 §3.1, Discovery 1.0 §3–4; RFC 6749, RFC 7636 (PKCE), RFC 9207 (`iss`).

mod token;

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::blocking::Client;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::client::{body_of, client};
use super::wire::coded;
use super::{HttpError, Seconds};
use crate::Network;
pub use token::TokenFault;
use token::{Expected, Key, keys, verified};

/// Addresses and keys are asked for again after so long; a key nobody knows is asked for at once.
const KNOWN_SECONDS: u64 = 3_600;
/// Random bytes of a state, a nonce, a verifier: 256 bits, and a verifier of the 43 characters that RFC 7636 wants at least.
const CHANCE_BYTES: usize = 32;

/// How a provider is reached and who we are there.
#[derive(Clone)]
pub struct OpenIdOptions {
    /// The provider, as it calls itself.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// What shows that we are it; none for a public client.
    pub secret: Option<String>,
    /// The address it sends browsers back to.
    pub back: String,
    /// Words of what is asked for beside `openid`, such as `profile`.
    pub scopes: Vec<String>,
    /// Certificates (PEM) of the authorities to trust instead of the system's.
    pub authorities: Option<Vec<u8>>,
    /// Where may be connected to.
    pub network: Network,
    /// How long to wait for a connection and for an answer.
    pub wait: Duration,
    /// The clock.
    pub clock: Seconds,
}

/// The secret is never shown.
impl fmt::Debug for OpenIdOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenIdOptions({}, {})", self.issuer, self.client_id)
    }
}

/// Why a login did not come about.
#[derive(Debug, thiserror::Error)]
pub enum OpenIdError {
    /// The provider was not reached, or did not answer as it should.
    #[error("認証基盤とつながりません")]
    Reach(#[source] HttpError),
    /// It says of itself what cannot be.
    #[error("認証基盤の設定（discovery）が使えません（{0}）")]
    Discovery(&'static str),
    /// It does not give a token for the code: it was used, is too old, or is another's.
    #[error("認証基盤がログインを認めません（{0}）")]
    Code(String),
    /// The token is not one we may believe.
    #[error("認証基盤の答え（IDトークン）が使えません")]
    Token(#[source] TokenFault),
}

impl From<HttpError> for OpenIdError {
    fn from(error: HttpError) -> Self {
        Self::Reach(error)
    }
}

impl From<reqwest::Error> for OpenIdError {
    fn from(error: reqwest::Error) -> Self {
        Self::Reach(error.into())
    }
}

/// What one login is known by, on both ways: each for one browser and one try.
#[derive(Clone)]
pub struct Opening {
    /// Comes back beside the code.
    pub state: String,
    /// Comes back in the token.
    pub nonce: String,
    /// Shows that who redeems the code is who asked for it.
    pub verifier: String,
}

/// Secrets of a login under way.
impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opening(..)")
    }
}

impl Opening {
    /// One by chance.
    ///
    /// # Errors
    /// When the system gives no random bits.
    pub fn new() -> Result<Self, HttpError> {
        let random = || {
            let mut bytes = [0_u8; CHANCE_BYTES];
            getrandom::fill(&mut bytes).map_err(|_| HttpError::Chance)?;
            Ok::<_, HttpError>(URL_SAFE_NO_PAD.encode(bytes))
        };
        Ok(Self { state: random()?, nonce: random()?, verifier: random()? })
    }
}

/// A provider of logins (認証基盤).
pub struct OpenId {
    options: OpenIdOptions,
    client: Client,
    known: Mutex<Option<Known>>,
}

impl fmt::Debug for OpenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenId({})", self.options.issuer)
    }
}

/// What the provider says of itself.
#[derive(Clone)]
struct Known {
    authorization: String,
    token: String,
    keys: Vec<Key>,
    until: u64,
}

impl OpenId {
    /// A provider. Nothing is connected yet.
    ///
    /// # Errors
    /// When the certificates to trust do not read.
    pub fn at(options: OpenIdOptions) -> Result<Self, HttpError> {
        let client = client(options.authorities.as_deref(), &options.network, options.wait)?;
        Ok(Self { options, client, known: Mutex::new(None) })
    }

    /// The provider, as it calls itself.
    pub fn issuer(&self) -> &str {
        &self.options.issuer
    }

    /// Where a browser is sent to log in.
    ///
    /// # Errors
    /// When the provider does not say where.
    pub fn address(&self, opening: &Opening) -> Result<String, OpenIdError> {
        let known = self.known(false)?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(opening.verifier.as_bytes()));
        let scopes = std::iter::once("openid").chain(self.options.scopes.iter().map(String::as_str));
        let scope = scopes.collect::<Vec<_>>().join(" ");
        let query: String = [
            ("response_type", "code"),
            ("client_id", &self.options.client_id),
            ("redirect_uri", &self.options.back),
            ("scope", &scope),
            ("state", &opening.state),
            ("nonce", &opening.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]
        .iter()
        .map(|(name, value)| format!("{name}={}", coded(value)))
        .collect::<Vec<_>>()
        .join("&");
        let joint = if known.authorization.contains('?') { '&' } else { '?' };
        Ok(format!("{}{joint}{query}", known.authorization))
    }

    /// Redeems the code a browser came back with; the claims of the token, all of it checked.
    ///
    /// # Errors
    /// [`OpenIdError`].
    pub fn redeem(&self, opening: &Opening, code: &str) -> Result<Value, OpenIdError> {
        let known = self.known(false)?;
        let id = &self.options.client_id;
        let mut form = format!(
            "grant_type=authorization_code&code={}&redirect_uri={}&code_verifier={}",
            coded(code),
            coded(&self.options.back),
            coded(&opening.verifier)
        );
        let mut request = self.client.post(&known.token).header("accept", "application/json");
        match &self.options.secret {
            Some(secret) => {
                // Both parts are coded before they are joined: RFC 6749, 2.3.1.
                let pair = STANDARD.encode(format!("{}:{}", coded(id), coded(secret)));
                request = request.header("authorization", format!("Basic {pair}"));
            }
            None => form.push_str(&format!("&client_id={}", coded(id))),
        }
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request.body(form).send()?;
        let status = response.status();
        let answer: Value = serde_json::from_slice(&body_of(response)?).unwrap_or_default();
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        let Some(jwt) = text("id_token").filter(|_| status.is_success()) else {
            let why = text("error").map_or_else(|| format!("状態{}", status.as_u16()), str::to_owned);
            // A word of the standard, and nothing a page could be made to say.
            let why = why.chars().filter(|c| c.is_alphanumeric() || *c == '_').take(60).collect();
            return Err(OpenIdError::Code(why));
        };
        let expected = Expected {
            issuer: &self.options.issuer,
            client: id,
            nonce: &opening.nonce,
            now: (self.options.clock)(),
        };
        match verified(jwt, &known.keys, &expected) {
            // The provider may have new keys since.
            Err(TokenFault::Key) => {
                verified(jwt, &self.known(true)?.keys, &expected).map_err(OpenIdError::Token)
            }
            other => other.map_err(OpenIdError::Token),
        }
    }

    fn known(&self, anew: bool) -> Result<Known, OpenIdError> {
        let now = (self.options.clock)();
        {
            let held = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = held.as_ref().filter(|known| !anew && now < known.until) {
                return Ok(known.clone());
            }
        }
        // Asked without the lock: a provider that does not answer keeps each login waiting for itself only.
        let base = self.options.issuer.trim_end_matches('/');
        let said = self.get(&format!("{base}/.well-known/openid-configuration"))?;
        let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
        if text("issuer").as_deref() != Some(&self.options.issuer) {
            return Err(OpenIdError::Discovery("issuer が設定と違います"));
        }
        let address = |name: &str, missing: &'static str| {
            let found = text(name).ok_or(OpenIdError::Discovery(missing))?;
            // What was asked for over TLS is not given to an address without it.
            let safe = found.starts_with("https://") || base.starts_with("http://");
            if safe { Ok(found) } else { Err(OpenIdError::Discovery("https でない住所があります")) }
        };
        let keys_at = address("jwks_uri", "jwks_uri がありません")?;
        let known = Known {
            authorization: address("authorization_endpoint", "authorization_endpoint がありません")?,
            token: address("token_endpoint", "token_endpoint がありません")?,
            keys: keys(&self.get(&keys_at)?),
            until: now.saturating_add(KNOWN_SECONDS),
        };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }

    fn get(&self, address: &str) -> Result<Value, OpenIdError> {
        let response = self.client.get(address).header("accept", "application/json").send()?;
        let status = response.status();
        if !status.is_success() {
            let (status, told) = (status.as_u16(), String::new());
            return Err(HttpError::Status { status, code: String::new(), told }.into());
        }
        let body = body_of(response)?;
        Ok(serde_json::from_slice(&body).map_err(HttpError::Answer)?)
    }
}
