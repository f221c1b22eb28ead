//! A security key in software, with the browser it is plugged into: makes pairs of keys and answers challenges (WebAuthn).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::error::Unspecified;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use sha2::{Digest, Sha256};

/// Flags of authenticator data. Source: Web Authentication Level 3, §6.1.
pub mod flags {
    /// Somebody touched the key.
    pub const PRESENT: u8 = 0x01;
    /// The pair of keys may be copied to other devices.
    pub const MAY_BE_COPIED: u8 = 0x08;
    /// It was copied.
    pub const COPIED: u8 = 0x10;
    /// A pair of keys follows.
    pub const ATTESTED: u8 = 0x40;
}

enum Pair {
    Es256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// One pair of keys in one software key. What is public may be set wrong on purpose.
pub struct SoftKey {
    pair: Pair,
    /// What the pair is asked for by.
    pub credential: Vec<u8>,
    /// Uses so far; each answer counts one more.
    pub sign_count: u32,
    /// Flags of the next answer, without [`flags::ATTESTED`].
    pub flags: u8,
    /// The page's address.
    pub origin: String,
    /// The relying party's id.
    pub party: String,
    /// What the browser adds to what it says of the page, such as `,"crossOrigin":true`.
    pub said_more: String,
}

/// The answer to "make a pair of keys", as bytes.
pub struct Made {
    /// clientDataJSON.
    pub client_data: Vec<u8>,
    /// The attestation object.
    pub attestation: Vec<u8>,
}

/// The answer to "show that you are here", as bytes.
pub struct Answered {
    /// clientDataJSON.
    pub client_data: Vec<u8>,
    /// Authenticator data.
    pub authenticator_data: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl SoftKey {
    /// A key with an ES256 pair, at a page of `origin`.
    ///
    /// # Errors
    /// When the system gives no random bits.
    pub fn es256(origin: &str) -> Result<Self, Unspecified> {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random);
        Self::with(Pair::Es256(pair.map_err(|_| Unspecified)?), origin)
    }

    /// A key with an Ed25519 pair.
    ///
    /// # Errors
    /// When the system gives no random bits.
    pub fn ed25519(origin: &str) -> Result<Self, Unspecified> {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())?;
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(|_| Unspecified)?;
        Self::with(Pair::Ed25519(pair), origin)
    }

    fn with(pair: Pair, origin: &str) -> Result<Self, Unspecified> {
        let mut credential = vec![0; 32];
        SystemRandom::new().fill(&mut credential)?;
        let place = origin.split("://").nth(1).unwrap_or_default();
        Ok(Self {
            pair,
            credential,
            sign_count: 0,
            flags: flags::PRESENT,
            origin: origin.to_owned(),
            party: place.split(':').next().unwrap_or_default().to_owned(),
            said_more: String::new(),
        })
    }

    /// Makes the pair known.
    pub fn make(&self, challenge: &[u8]) -> Made {
        let mut data = self.data(self.flags | flags::ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential.len()).unwrap_or_default().to_be_bytes());
        data.extend(&self.credential);
        data.extend(self.public_key());
        // {"fmt": "none", "attStmt": {}, "authData": bytes}
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        attestation.extend(u16::try_from(data.len()).unwrap_or_default().to_be_bytes());
        attestation.extend(data);
        Made { client_data: self.client_data("webauthn.create", challenge), attestation }
    }

    /// Answers a challenge.
    ///
    /// # Errors
    /// When the system gives no random bits.
    pub fn answer(&mut self, challenge: &[u8]) -> Result<Answered, Unspecified> {
        self.sign_count = self.sign_count.saturating_add(1);
        self.sign(self.client_data("webauthn.get", challenge), self.data(self.flags))
    }

    /// Signs whatever is given.
    ///
    /// # Errors
    /// When the system gives no random bits.
    pub fn sign(&self, client_data: Vec<u8>, authenticator_data: Vec<u8>) -> Result<Answered, Unspecified> {
        let signed = [authenticator_data.as_slice(), Sha256::digest(&client_data).as_slice()].concat();
        let signature = match &self.pair {
            Pair::Es256(pair) => pair.sign(&SystemRandom::new(), &signed)?.as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(&signed).as_ref().to_vec(),
        };
        Ok(Answered { client_data, authenticator_data, signature })
    }

    /// What the browser says of the page.
    pub fn client_data(&self, kind: &str, challenge: &[u8]) -> Vec<u8> {
        let (challenge, origin, more) = (coded(challenge), &self.origin, &self.said_more);
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"{more}}}"#).into_bytes()
    }

    /// What the key says.
    pub fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.party.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.sign_count.to_be_bytes());
        data
    }

    /// The public key (COSE_Key).
    pub fn public_key(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Es256(pair) => {
                // {1: 2, 3: -7, -1: 1, -2: x, -3: y} of a point 04 x y.
                let point = pair.public_key().as_ref().get(1..).unwrap_or_default();
                let (x, y) = point.split_at_checked(32).unwrap_or_default();
                [b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", x, b"\x22\x58\x20", y].concat()
            }
            // {1: 1, 3: -8, -1: 6, -2: x}
            Pair::Ed25519(pair) => {
                [b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20", pair.public_key().as_ref()].concat()
            }
        }
    }
}

/// Bytes as the members of a browser's answer are written (base64url).
pub fn coded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
