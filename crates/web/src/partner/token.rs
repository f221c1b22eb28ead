//! Access tokens (OAuth 2.0 client credentials): short-lived, without refresh, and forgotten with the process.
//!
//! Source: デジタル庁 地方公共団体情報システム共通機能標準仕様書 (REST API); RFC 6749, RFC 7523. The lifetime is open
//! there.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use axum::http::{StatusCode, header};
use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::json;
use sha2::Sha256;
use transport::http::wire::decoded;
use transport::http::{ASSERTION_TYPE, Claims, asserted_id, checked};

use super::Partner;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::session::{random_hex, same_secret};
use crate::visit::{Visit, pairs, value_of};

/// Seconds a token is good for: its work is done in one, and a stolen one is of no use for long.
const TOKEN_SECONDS: i64 = 300;
/// Seconds from now at which an assertion may end at the latest: so long its number is remembered.
const ASSERTION_SECONDS_MAX: i64 = 300;

/// Seconds a partner's clock may be ahead of the town's.
const AHEAD_SECONDS_MAX: i64 = 60;

/// Makes and checks tokens.
#[derive(Default)]
pub(crate) struct Tokens {
    /// The address of this endpoint: what assertions must be made for.
    audience: String,
    key: OnceLock<String>,
    /// Assertions that were used, by client and name, with their end.
    used: Mutex<BTreeMap<(String, String), i64>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens({})", self.audience)
    }
}

impl Tokens {
    pub(crate) fn at(base: &str) -> Self {
        Self { audience: format!("{}/token", base.trim_end_matches('/')), ..Self::default() }
    }

    fn mac(&self, text: &str) -> Result<Hmac<Sha256>, Problem> {
        let key = match self.key.get() {
            Some(key) => key,
            None => {
                let new = random_hex()? + &random_hex()?;
                self.key.get_or_init(|| new)
            }
        };
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes());
        Ok(mac.map_err(|error| Problem::fault("a token's key", &error))?.chain_update(text))
    }

    fn give(&self, partner: &Partner, now: Timestamp) -> Result<String, Problem> {
        let signed = format!("{}.{}", partner.id, now.as_second().saturating_add(TOKEN_SECONDS));
        let mac = self.mac(&signed)?.finalize().into_bytes();
        Ok(format!("{signed}.{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(mac)))
    }

    /// The client a token was given to, while it is good.
    pub(crate) fn holder(&self, token: &str, now: Timestamp) -> Option<String> {
        let (signed, mac) = token.rsplit_once('.')?;
        let mac = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(mac).ok()?;
        self.mac(signed).ok()?.verify_slice(&mac).ok()?;
        let (id, end) = signed.rsplit_once('.')?;
        (now.as_second() < end.parse().ok()?).then(|| id.to_owned())
    }

    /// Whether an assertion is good now, is used for the first time, and ends soon enough to be remembered until then.
    fn first_use(&self, claims: &Claims, now: Timestamp) -> bool {
        let now = now.as_second();
        let seconds = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
        let (begin, end) = (seconds(claims.begin), seconds(claims.end));
        let begun = begin <= now.saturating_add(AHEAD_SECONDS_MAX);
        if !begun || end <= now || now.saturating_add(ASSERTION_SECONDS_MAX) < end {
            return false;
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, end| now < *end);
        used.insert((claims.id.clone(), claims.once.clone()), end).is_none()
    }
}

/// Gives a token to a client that shows it knows its secret.
pub(crate) fn give(visit: &Visit) -> Result<Reply, Problem> {
    let form = pairs(&visit.body);
    if value_of(&form, "grant_type") != "client_credentials" {
        return Ok(refused(StatusCode::BAD_REQUEST, "unsupported_grant_type"));
    }
    let partners = &visit.house.desk.partners;
    let now = visit.office().clock().now();
    let assertion = value_of(&form, "client_assertion");
    let known = if assertion.is_empty() {
        visit.basic().and_then(|(id, secret)| {
            let partner = partners.client(&decoded(&id))?;
            same_secret(&decoded(&secret), &partner.secret).then_some(partner)
        })
    } else if visit.basic().is_some() || value_of(&form, "client_assertion_type") != ASSERTION_TYPE {
        // Never two ways at once.
        return Ok(refused(StatusCode::BAD_REQUEST, "invalid_request"));
    } else {
        asserted_id(assertion).and_then(|id| partners.client(&id)).filter(|partner| {
            checked(assertion, &partner.secret, &partners.tokens.audience)
                .is_some_and(|claims| partners.tokens.first_use(&claims, now))
        })
    };
    let Some(partner) = known else {
        tracing::warn!(terminal = visit.terminal, "a partner's token was refused");
        return Ok(refused(StatusCode::UNAUTHORIZED, "invalid_client")
            .with(header::WWW_AUTHENTICATE, "Basic realm=\"daicho partner\""));
    };
    let token = partners.tokens.give(partner, now)?;
    Ok(Reply::json(&json!({ "access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS })))
}

fn refused(status: StatusCode, error: &str) -> Reply {
    Reply::json_with(status, &json!({ "error": error }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_client_and_time_only() {
        let folder = transport::Folder::at("/nowhere");
        let partner = Partner::new("kokuho", "abc", "secret", [], &folder);
        let tokens = Tokens::at("https://town/partner/v1/");
        let start: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let after = |seconds: i64| start + jiff::SignedDuration::from_secs(seconds);
        let token = tokens.give(&partner, start).unwrap();
        assert_eq!(tokens.holder(&token, after(299)).as_deref(), Some("abc"));
        assert_eq!(tokens.holder(&token, after(300)), None);
        assert_eq!(tokens.holder(&token.replacen("abc", "abd", 1), start), None);
        assert_eq!(Tokens::at("https://town/partner/v1").holder(&token, start), None, "another process");
        for broken in ["", ".", "a.b", "abc.9999999999."] {
            assert_eq!(tokens.holder(broken, start), None);
        }
    }

    #[test]
    fn an_assertion_is_used_once_and_not_kept_for_later() {
        let tokens = Tokens::at("https://town/partner/v1");
        let now: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let at = |seconds: i64| u64::try_from(now.as_second() + seconds).unwrap();
        for (id, once, begin, end, good) in [
            ("p", "a", 0, 60, true),
            ("p", "a", 0, 60, false),
            ("q", "a", 0, 60, true),
            ("p", "b", 0, 0, false),
            ("p", "b", 0, 301, false),
            ("p", "b", 61, 300, false),
            ("p", "b", 60, 300, true),
            ("p", "b", 60, 300, false),
        ] {
            let claims = Claims { id: id.to_owned(), once: once.to_owned(), begin: at(begin), end: at(end) };
            assert_eq!(tokens.first_use(&claims, now), good, "{claims:?}");
        }
    }
}
