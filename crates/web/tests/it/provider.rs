//! A provider of logins (OpenID Connect) that plays by the rules, and on demand does not: real keys, real signatures, real HTTP.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const CLIENT: &str = "daicho";
pub(crate) const SECRET: &str = "himitsu no kotoba";
/// Nine in the morning of the day the tests' town has.
pub(crate) const NOW: u64 = 1_795_132_800;

/// What a provider does wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fault {
    #[default]
    None,
    WrongNonce,
    WrongAudience,
    WrongIssuer,
    Expired,
    Unsigned,
    ForeignKey,
    Refuses,
    Nonsense,
}

/// How tokens are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Es256,
}

/// A code given to a browser, with what it was asked for.
struct Given {
    nonce: String,
    challenge: String,
    back: String,
    claims: Value,
}

struct State {
    codes: HashMap<String, Given>,
    given: usize,
    fault: Fault,
    algorithm: Algorithm,
    /// Which of its keys it signs with; the set shows only this one.
    key: &'static str,
    asked_for_keys: usize,
}

/// The provider.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) issuer: String,
    state: Arc<Mutex<State>>,
    keys: Arc<Keys>,
}

struct Keys {
    rsa: RsaKeyPair,
    first: EcdsaKeyPair,
    second: EcdsaKeyPair,
}

fn elliptic() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap()
}

fn coded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn pairs(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

impl Provider {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            codes: HashMap::new(),
            given: 0,
            fault: Fault::None,
            algorithm,
            key: "first",
            asked_for_keys: 0,
        };
        // RSA keys are long to make: this one was made for these tests and opens nothing else.
        let rsa = RsaKeyPair::from_pkcs8(include_bytes!("provider-rsa.pk8")).unwrap();
        let keys = Keys { rsa, first: elliptic(), second: elliptic() };
        let provider = Self { issuer, state: Arc::new(Mutex::new(state)), keys: Arc::new(keys) };
        let serving = provider.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serving.answer(stream);
            }
        });
        provider
    }

    pub(crate) fn fail(&self, fault: Fault) {
        self.state.lock().unwrap().fault = fault;
    }

    /// Signs with its other key from now on.
    pub(crate) fn change_key(&self) {
        self.state.lock().unwrap().key = "second";
    }

    pub(crate) fn asked_for_keys(&self) -> usize {
        self.state.lock().unwrap().asked_for_keys
    }

    /// Somebody logs in at the address a browser was sent to; tells the address it is sent back to.
    pub(crate) fn log_in(&self, address: &str, claims: &Value) -> String {
        let (path, query) = address.split_once('?').unwrap();
        assert_eq!(path, format!("{}/authorize", self.issuer));
        let asked = pairs(query);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|word| word == "openid"));
        let mut state = self.state.lock().unwrap();
        state.given += 1;
        let code = format!("code-{}", state.given);
        let given = Given {
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            back: asked["redirect_uri"].clone(),
            claims: claims.clone(),
        };
        state.codes.insert(code.clone(), given);
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", &asked["state"])
            .append_pair("iss", &self.issuer)
            .finish();
        format!("{}?{query}", asked["redirect_uri"])
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        let (head, body) = loop {
            let read = stream.read(&mut piece).unwrap_or(0);
            bytes.extend_from_slice(&piece[..read]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head
                    .lines()
                    .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
                if length.and_then(|length| length.parse().ok()).unwrap_or(0) <= body.len() {
                    break (head.to_owned(), body.to_owned());
                }
            }
            if read == 0 {
                return;
            }
        };
        let path = head.split(' ').nth(1).unwrap_or_default();
        let (status, answer) = match path {
            "/.well-known/openid-configuration" => (200, self.said()),
            "/keys" => (200, self.key_set()),
            "/token" => self.redeem(&head, &body),
            _ => (404, json!({})),
        };
        let text = answer.to_string();
        let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close");
        let _ = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{text}", text.len());
    }

    fn said(&self) -> Value {
        let issuer = &self.issuer;
        json!({ "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys") })
    }

    fn key_set(&self) -> Value {
        let mut state = self.state.lock().unwrap();
        state.asked_for_keys += 1;
        let own = match (state.algorithm, state.key) {
            (Algorithm::Rs256, _) => {
                let public: ring::rsa::PublicKeyComponents<Vec<u8>> = self.keys.rsa.public().into();
                json!({ "kty": "RSA", "kid": "first", "use": "sig", "alg": "RS256",
                    "n": coded(&public.n), "e": coded(&public.e) })
            }
            (Algorithm::Es256, name) => {
                let pair = if name == "first" { &self.keys.first } else { &self.keys.second };
                let point = pair.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "kid": name, "use": "sig",
                    "x": coded(&point[1..33]), "y": coded(&point[33..]) })
            }
        };
        json!({ "keys": [{ "kty": "RSA", "use": "enc", "kid": "first", "n": "AA", "e": "AQAB" }, own] })
    }

    fn redeem(&self, head: &str, body: &str) -> (u16, Value) {
        let refused = |why: &str| (400, json!({ "error": why }));
        let form = pairs(body);
        let expected = format!("{}:{}", CLIENT, SECRET.replace(' ', "+"));
        let basic = format!("authorization: Basic {}", STANDARD.encode(expected));
        if !head.lines().any(|line| line == basic) {
            return (401, json!({ "error": "invalid_client" }));
        }
        let mut state = self.state.lock().unwrap();
        let Some(given) = state.codes.remove(&form["code"]) else { return refused("invalid_grant") };
        let challenge = coded(&Sha256::digest(form["code_verifier"].as_bytes()));
        let fits = form["grant_type"] == "authorization_code"
            && challenge == given.challenge
            && form["redirect_uri"] == given.back;
        if !fits {
            return refused("invalid_grant");
        }
        match state.fault {
            Fault::Refuses => return refused("server_error"),
            Fault::Nonsense => return (200, json!({ "id_token": "a.b.c" })),
            _ => {}
        }
        (
            200,
            json!({ "access_token": "unused", "token_type": "Bearer", "id_token": self.token(&state, given) }),
        )
    }

    fn token(&self, state: &State, given: Given) -> String {
        let fault = state.fault;
        let mut claims = json!({ "iss": self.issuer, "aud": CLIENT, "sub": "4711", "iat": NOW,
            "exp": NOW + 300, "nonce": given.nonce });
        for (name, value) in given.claims.as_object().unwrap() {
            claims[name] = value.clone();
        }
        match fault {
            Fault::WrongNonce => claims["nonce"] = json!("another"),
            Fault::WrongAudience => claims["aud"] = json!("another"),
            Fault::WrongIssuer => claims["iss"] = json!("https://another.invalid"),
            Fault::Expired => claims["exp"] = json!(NOW - 120),
            _ => {}
        }
        let alg = match (fault, state.algorithm) {
            (Fault::Unsigned, _) => "none",
            (_, Algorithm::Rs256) => "RS256",
            (_, Algorithm::Es256) => "ES256",
        };
        let head = json!({ "alg": alg, "kid": state.key, "typ": "JWT" });
        let text = format!("{}.{}", coded(head.to_string().as_bytes()), coded(claims.to_string().as_bytes()));
        let random = SystemRandom::new();
        let signature = match (fault, state.algorithm) {
            (Fault::Unsigned, _) => Vec::new(),
            (Fault::ForeignKey, _) => elliptic().sign(&random, text.as_bytes()).unwrap().as_ref().to_vec(),
            (_, Algorithm::Es256) => {
                let pair = if state.key == "first" { &self.keys.first } else { &self.keys.second };
                pair.sign(&random, text.as_bytes()).unwrap().as_ref().to_vec()
            }
            (_, Algorithm::Rs256) => {
                let mut made = vec![0; self.keys.rsa.public().modulus_len()];
                self.keys.rsa.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut made).unwrap();
                made
            }
        };
        format!("{text}.{}", coded(&signature))
    }
}
