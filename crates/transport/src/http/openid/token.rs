//! ID tokens: read, and believed only when everything fits. Pure.
//!
//! Source: OpenID Connect Core 1.0 §3.1.3.7; RFC 7515 (JWS), RFC 7517 and 7518 §6 (keys), RFC 8725 (best practices).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::Value;

/// Clocks may differ by so much.
const SECONDS_OFF: u64 = 60;
/// A token is no longer: a page of claims at most.
const TOKEN_BYTES_MAX: usize = 64 * 1024;

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It is no token.
    #[error("形がトークンではありません")]
    Shape,
    /// It is signed otherwise than may be, or not at all.
    #[error("署名の方式（alg）が使えないものです")]
    Algorithm,
    /// No key of the provider made its signature.
    #[error("署名した鍵が認証基盤の鍵にありません")]
    Key,
    /// Its signature is wrong.
    #[error("署名が合いません")]
    Signature,
    /// Another made it.
    #[error("発行者（iss）が違います")]
    Issuer,
    /// It is for somebody else.
    #[error("宛先（aud）が違います")]
    Audience,
    /// It is too old, or of a time to come.
    #[error("期限（exp、iat、nbf）が合いません。双方の時計を確かめてください")]
    Time,
    /// It answers another question.
    #[error("nonce が違います")]
    Nonce,
}

/// A key of the provider, with the one algorithm it is used for.
#[derive(Clone)]
pub(super) struct Key {
    id: String,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Rs256 {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// The point, uncompressed.
    Es256(Vec<u8>),
}

impl Kind {
    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rs256 { .. } => "RS256",
            Self::Es256(_) => "ES256",
        }
    }

    fn made(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rs256 { n, e } => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
        }
    }
}

/// The keys of a set that can check signatures of the two algorithms; others are passed over.
pub(super) fn keys(set: &Value) -> Vec<Key> {
    let listed = set.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    listed.iter().filter_map(key).collect()
}

fn key(key: &Value) -> Option<Key> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    if text("use").is_some_and(|used| used != "sig") {
        return None;
    }
    let kind = match (text("kty")?, text("crv")) {
        ("RSA", _) => Kind::Rs256 { n: bytes("n")?, e: bytes("e")? },
        ("EC", Some("P-256")) => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            let fits = x.len() == 32 && y.len() == 32;
            Kind::Es256(fits.then(|| [&[4], x.as_slice(), &y].concat())?)
        }
        _ => return None,
    };
    if text("alg").is_some_and(|alg| alg != kind.algorithm()) {
        return None;
    }
    Some(Key { id: text("kid").unwrap_or_default().to_owned(), kind })
}

/// What a token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
    /// Seconds since 1970.
    pub(super) now: u64,
}

/// The claims of a token that is believed.
pub(super) fn verified(jwt: &str, keys: &[Key], expected: &Expected<'_>) -> Result<Value, TokenFault> {
    if TOKEN_BYTES_MAX < jwt.len() {
        return Err(TokenFault::Shape);
    }
    let (signed, signature) = jwt.rsplit_once('.').ok_or(TokenFault::Shape)?;
    let (head, claims) = signed.split_once('.').ok_or(TokenFault::Shape)?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenFault::Shape);
    let read = |part: &str| -> Result<Value, TokenFault> {
        serde_json::from_slice(&decoded(part)?).map_err(|_| TokenFault::Shape)
    };
    let head = read(head)?;
    let named = |name: &str| head.get(name).and_then(Value::as_str);
    let algorithm = named("alg").ok_or(TokenFault::Shape)?;
    // What the token says must be understood is not: RFC 7515, 4.1.11.
    if !["RS256", "ES256"].contains(&algorithm) || head.get("crit").is_some() {
        return Err(TokenFault::Algorithm);
    }
    // A key checks by its own algorithm only; what the token says but chooses among the keys.
    let fitting = keys.iter().filter(|key| key.kind.algorithm() == algorithm);
    let fitting: Vec<&Key> = match named("kid") {
        Some(id) => fitting.filter(|key| key.id == id).collect(),
        None => fitting.collect(),
    };
    if fitting.is_empty() {
        return Err(TokenFault::Key);
    }
    let signature = decoded(signature)?;
    if !fitting.iter().any(|key| key.kind.made(signed.as_bytes(), &signature)) {
        return Err(TokenFault::Signature);
    }
    let claims = read(claims)?;
    check(&claims, expected)?;
    Ok(claims)
}

fn check(claims: &Value, expected: &Expected<'_>) -> Result<(), TokenFault> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(TokenFault::Issuer);
    }
    let (for_us, many) = match claims.get("aud") {
        Some(Value::Array(all)) => {
            (all.iter().any(|one| one.as_str() == Some(expected.client)), 1 < all.len())
        }
        one => (one.and_then(Value::as_str) == Some(expected.client), false),
    };
    let party = text("azp");
    let wrong_party = party.is_some_and(|party| party != expected.client) || (many && party.is_none());
    if !for_us || wrong_party {
        return Err(TokenFault::Audience);
    }
    let second = |name: &str| claims.get(name).and_then(Value::as_u64);
    let (end, made) = (second("exp").ok_or(TokenFault::Time)?, second("iat").ok_or(TokenFault::Time)?);
    let begin = claims.get("nbf").map_or(Some(0), Value::as_u64).ok_or(TokenFault::Time)?;
    let latest = expected.now.saturating_add(SECONDS_OFF);
    if end.saturating_add(SECONDS_OFF) <= expected.now || latest < made || latest < begin {
        return Err(TokenFault::Time);
    }
    if text("nonce") != Some(expected.nonce) {
        return Err(TokenFault::Nonce);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::json;

    use super::*;

    fn pair() -> (EcdsaKeyPair, Value) {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref().to_vec();
        let coded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let key = json!({ "kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "alg": "ES256",
            "x": coded(&point[1..33]), "y": coded(&point[33..]) });
        (pair, key)
    }

    fn signed(pair: &EcdsaKeyPair, head: &str, claims: &str) -> String {
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        let signature = pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    const EXPECTED: Expected<'_> =
        Expected { issuer: "https://id.example", client: "daicho", nonce: "n1", now: 1_000_000 };

    #[test]
    fn a_token_is_believed_when_everything_fits_and_else_it_is_said_what_does_not() {
        let (pair, key) = pair();
        let set = keys(&json!({ "keys": [key, { "kty": "OKP" }, 7] }));
        assert_eq!(set.len(), 1);
        // What stands in head and claims behind what fits (a member twice counts by its last), and what is said.
        for (head, claims, wanted) in [
            ("", "", None),
            (r#","typ":"JWT""#, r#","nbf":999000,"acr":"2""#, None),
            (r#","alg":"none""#, "", Some(TokenFault::Algorithm)),
            (r#","alg":"HS256""#, "", Some(TokenFault::Algorithm)),
            (r#","crit":["x"]"#, "", Some(TokenFault::Algorithm)),
            (r#","alg":"RS256""#, "", Some(TokenFault::Key)),
            (r#","kid":"k2""#, "", Some(TokenFault::Key)),
            ("", r#","iss":"https://id.example/""#, Some(TokenFault::Issuer)),
            ("", r#","iss":7"#, Some(TokenFault::Issuer)),
            ("", r#","aud":"other""#, Some(TokenFault::Audience)),
            ("", r#","aud":[]"#, Some(TokenFault::Audience)),
            ("", r#","aud":["daicho"]"#, None),
            ("", r#","aud":["daicho","other"]"#, Some(TokenFault::Audience)),
            ("", r#","aud":["daicho","other"],"azp":"daicho""#, None),
            ("", r#","azp":"other""#, Some(TokenFault::Audience)),
            ("", r#","exp":999941"#, None),
            ("", r#","exp":999940"#, Some(TokenFault::Time)),
            ("", r#","exp":"1000300""#, Some(TokenFault::Time)),
            ("", r#","iat":1000061"#, Some(TokenFault::Time)),
            ("", r#","nbf":1000061"#, Some(TokenFault::Time)),
            ("", r#","nonce":"n2""#, Some(TokenFault::Nonce)),
            ("", r#","nonce":null"#, Some(TokenFault::Nonce)),
        ] {
            let head = format!(r#"{{"alg":"ES256","kid":"k1"{head}}}"#);
            let body = format!(
                r#"{{"iss":"https://id.example","aud":"daicho","exp":1000300,"iat":1000000,"nonce":"n1"{claims}}}"#
            );
            let found = verified(&signed(&pair, &head, &body), &set, &EXPECTED);
            assert_eq!(found.err(), wanted, "{head} {claims}");
        }
    }

    #[test]
    fn what_was_changed_on_its_way_or_is_no_token_is_not_believed() {
        let (one, key) = pair();
        let (other, _) = pair();
        let set = keys(&json!({ "keys": [key] }));
        let head = r#"{"alg":"ES256"}"#;
        let body = r#"{"iss":"https://id.example","aud":"daicho","exp":1000300,"iat":1000000,"nonce":"n1"}"#;
        let good = signed(&one, head, body);
        assert!(
            verified(&good, &set, &EXPECTED).is_ok(),
            "without the name of a key all fitting ones are tried"
        );
        assert_eq!(verified(&signed(&other, head, body), &set, &EXPECTED), Err(TokenFault::Signature));
        let mut parts: Vec<&str> = good.split('.').collect();
        let richer = URL_SAFE_NO_PAD.encode(body.replace("daicho", "daich0"));
        parts[1] = &richer;
        assert_eq!(verified(&parts.join("."), &set, &EXPECTED), Err(TokenFault::Signature));
        let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), parts[1]);
        assert_eq!(verified(&unsigned, &set, &EXPECTED), Err(TokenFault::Algorithm));
        for broken in ["", ".", "..", "a.b.c", &good[1..], &format!("{good}."), &"x".repeat(70_000)] {
            assert!(verified(broken, &set, &EXPECTED).is_err(), "{broken}");
        }
    }
}
