//! Each refused item, and any bytes.

use proptest::prelude::*;
use testkit::security_key::{SoftKey, flags};

use super::data::AuthenticatorData;
use super::{KeyRefusal, Known, RelyingParty, answered, cose, registered};

const ORIGIN: &str = "https://daicho.town.example.lg.jp";
const CHALLENGE: &[u8] = b"thirty-two bytes, used only once";

fn party() -> RelyingParty {
    RelyingParty::at(ORIGIN).unwrap()
}

fn key() -> SoftKey {
    SoftKey::es256(ORIGIN).unwrap()
}

#[test]
fn a_key_is_made_and_answers() {
    for mut key in [key(), SoftKey::ed25519(ORIGIN).unwrap()] {
        key.flags |= flags::MAY_BE_COPIED | flags::COPIED;
        let made = key.make(CHALLENGE);
        let new = registered(&party(), CHALLENGE, &made.client_data, &made.attestation).unwrap();
        assert_eq!((&new.credential, &new.public_key), (&key.credential, &key.public_key()));
        assert_eq!((new.sign_count, new.synced), (0, true));
        let answer = key.answer(CHALLENGE).unwrap();
        let known = Known { public_key: &new.public_key, sign_count: 0, synced: true };
        let (client, data) = (&answer.client_data, &answer.authenticator_data);
        assert_eq!(answered(&party(), CHALLENGE, known, client, data, &answer.signature), Ok(1));
    }
}

/// What is wrong with an answer, and why it is refused.
type Case = (&'static str, fn(&mut SoftKey), KeyRefusal);

const CASES: &[Case] = &[
    ("another site", |key| key.origin = "https://daicho.town.example.jp".to_owned(), KeyRefusal::Origin),
    ("another port", |key| key.origin.push_str(":8443"), KeyRefusal::Origin),
    ("no TLS", |key| key.origin = key.origin.replace("https", "http"), KeyRefusal::Origin),
    ("a slash more", |key| key.origin.push('/'), KeyRefusal::Origin),
    (
        "a frame of another site",
        |key| key.said_more = r#","crossOrigin":true"#.to_owned(),
        KeyRefusal::CrossOrigin,
    ),
    (
        "a page around it",
        |key| key.said_more = r#","topOrigin":"https://example.com""#.to_owned(),
        KeyRefusal::CrossOrigin,
    ),
    (
        "crossOrigin is no truth",
        |key| key.said_more = r#","crossOrigin":1"#.to_owned(),
        KeyRefusal::Unreadable,
    ),
    ("a member twice", |key| key.said_more = r#","type":"webauthn.get""#.to_owned(), KeyRefusal::Unreadable),
    ("something behind", |key| key.said_more = "} {".to_owned(), KeyRefusal::Unreadable),
    ("another party", |key| key.party = "example.lg.jp".to_owned(), KeyRefusal::Party),
    ("nobody touched it", |key| key.flags = 0, KeyRefusal::NotPresent),
    ("copied, though it cannot be", |key| key.flags |= flags::COPIED, KeyRefusal::Backup),
];

#[test]
fn each_wrong_item_is_refused_by_its_name() {
    for (what, spoil, refusal) in CASES {
        let mut key = key();
        let new = key.public_key();
        spoil(&mut key);
        let made = key.make(CHALLENGE);
        let got = registered(&party(), CHALLENGE, &made.client_data, &made.attestation);
        assert_eq!(got.unwrap_err(), *refusal, "registering: {what}");
        let answer = key.answer(CHALLENGE).unwrap();
        let known = Known { public_key: &new, sign_count: 0, synced: false };
        let (client, data) = (&answer.client_data, &answer.authenticator_data);
        let got = answered(&party(), CHALLENGE, known, client, data, &answer.signature);
        assert_eq!(got, Err(*refusal), "logging in: {what}");
    }
}

#[test]
fn an_answer_fits_its_question_its_purpose_and_its_key() {
    let (mut key, other) = (key(), key());
    let public = key.public_key();
    let known = Known { public_key: &public, sign_count: 5, synced: false };
    key.sign_count = 5;
    let answer = key.answer(CHALLENGE).unwrap();
    let (client, data) = (&answer.client_data, &answer.authenticator_data);
    let ask = |challenge: &[u8], known, signature: &[u8]| {
        answered(&party(), challenge, known, client, data, signature)
    };
    assert_eq!(ask(CHALLENGE, known, &answer.signature), Ok(6));
    assert_eq!(ask(b"another question", known, &answer.signature), Err(KeyRefusal::Challenge));
    assert_eq!(ask(b"", known, &answer.signature), Err(KeyRefusal::Challenge));
    assert_eq!(ask(CHALLENGE, known, b""), Err(KeyRefusal::Signature));
    let others = other.public_key();
    let stranger = Known { public_key: &others, ..known };
    assert_eq!(ask(CHALLENGE, stranger, &answer.signature), Err(KeyRefusal::Signature));
    for before in [6, 7, u32::MAX] {
        let known = Known { sign_count: before, ..known };
        assert_eq!(ask(CHALLENGE, known, &answer.signature), Err(KeyRefusal::Counter), "{before}");
    }
    assert_eq!(ask(CHALLENGE, Known { synced: true, ..known }, &answer.signature), Err(KeyRefusal::Backup));

    // A key that counted and counts no longer; one that never did.
    let uncounted = key.client_data("webauthn.get", CHALLENGE);
    key.sign_count = 0;
    let answer = key.sign(uncounted, key.data(flags::PRESENT)).unwrap();
    let ask = |known| {
        let (client, data) = (&answer.client_data, &answer.authenticator_data);
        answered(&party(), CHALLENGE, known, client, data, &answer.signature)
    };
    assert_eq!(ask(known), Err(KeyRefusal::Counter));
    assert_eq!(ask(Known { sign_count: 0, ..known }), Ok(0));

    // One purpose for the other.
    let made = key.make(CHALLENGE);
    let answer = key.sign(made.client_data.clone(), key.data(flags::PRESENT)).unwrap();
    let (client, data) = (&answer.client_data, &answer.authenticator_data);
    let got = answered(&party(), CHALLENGE, known, client, data, &answer.signature);
    assert_eq!(got, Err(KeyRefusal::Type));
    let login = key.client_data("webauthn.get", CHALLENGE);
    let got = registered(&party(), CHALLENGE, &login, &made.attestation);
    assert_eq!(got.unwrap_err(), KeyRefusal::Type);
}

#[test]
fn only_keys_of_the_three_algorithms_are_taken() {
    let es256 = key().public_key();
    let changed = |at: usize, byte: u8| {
        let mut key = es256.clone();
        key[at] = byte;
        key
    };
    // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
    for (what, key, refusal) in [
        ("ES384", changed(4, 0x38), KeyRefusal::Key),
        ("alg -9", changed(4, 0x28), KeyRefusal::Algorithm),
        ("alg -8 on a point of P-256", changed(4, 0x27), KeyRefusal::Key),
        ("type OKP", changed(2, 0x01), KeyRefusal::Key),
        ("curve P-384", changed(6, 0x02), KeyRefusal::Key),
        ("x without its last byte", changed(9, 0x1f), KeyRefusal::Key),
        ("x twice", changed(42, 0x21), KeyRefusal::Key),
        ("no map", vec![0x80], KeyRefusal::Key),
        ("nothing", Vec::new(), KeyRefusal::Key),
        ("something behind", [es256.as_slice(), &[0]].concat(), KeyRefusal::Key),
    ] {
        assert_eq!(cose::PublicKey::read(&key).unwrap_err(), refusal, "{what}");
    }
    // {1: 2, 3: -47, -1: 8, …}: secp256k1.
    let koblitz = [&es256[..3], &[0x03, 0x38, 0x2e, 0x20, 0x08], &es256[7..]].concat();
    assert_eq!(cose::PublicKey::read(&koblitz).unwrap_err(), KeyRefusal::Algorithm);
}

#[test]
fn a_cut_or_longer_answer_is_refused() {
    let mut key = key();
    let public = key.public_key();
    let made = key.make(CHALLENGE);
    for end in 0..made.attestation.len() {
        let got = registered(&party(), CHALLENGE, &made.client_data, &made.attestation[..end]);
        assert_eq!(got.unwrap_err(), KeyRefusal::Unreadable, "{end} bytes");
    }
    let longer = [made.attestation.as_slice(), &[0]].concat();
    assert!(registered(&party(), CHALLENGE, &made.client_data, &longer).is_err());
    // Without the pair of keys that registering is about.
    let bare =
        [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58\x25".as_slice(), &key.data(flags::PRESENT)]
            .concat();
    let got = registered(&party(), CHALLENGE, &made.client_data, &bare);
    assert_eq!(got.unwrap_err(), KeyRefusal::Unreadable);

    let answer = key.answer(CHALLENGE).unwrap();
    let known = Known { public_key: &public, sign_count: 0, synced: false };
    for end in 0..answer.authenticator_data.len() {
        let data = &answer.authenticator_data[..end];
        let got = answered(&party(), CHALLENGE, known, &answer.client_data, data, &answer.signature);
        assert_eq!(got, Err(KeyRefusal::Unreadable), "{end} bytes");
    }
    for end in 0..answer.client_data.len() {
        let (client, data) = (&answer.client_data[..end], &answer.authenticator_data);
        let got = answered(&party(), CHALLENGE, known, client, data, &answer.signature);
        assert_eq!(got, Err(KeyRefusal::Unreadable), "{end} bytes");
    }
    let huge = vec![b' '; 70_000];
    let got = answered(&party(), CHALLENGE, known, &huge, &answer.authenticator_data, &answer.signature);
    assert_eq!(got, Err(KeyRefusal::Unreadable));
}

#[test]
fn an_object_that_promises_much_or_nests_deep_is_refused_at_once() {
    let made = key().make(CHALLENGE);
    for object in [
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        b"\xbb\x00\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        vec![0x81; 60_000],
        vec![0xd8; 60_000],
        vec![0xc1; 60_000],
        vec![0x5f; 60_000],
        vec![0x9f; 60_000],
    ] {
        let got = registered(&party(), CHALLENGE, &made.client_data, &object);
        assert_eq!(got.unwrap_err(), KeyRefusal::Unreadable);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = AuthenticatorData::read(&bytes);
        let _ = super::data::of_attestation(&bytes);
        prop_assert!(cose::PublicKey::read(&bytes).is_err());
        let known = Known { public_key: &bytes, sign_count: 0, synced: false };
        prop_assert!(answered(&party(), CHALLENGE, known, &bytes, &bytes, &bytes).is_err());
        prop_assert!(registered(&party(), CHALLENGE, &bytes, &bytes).is_err());
        let made = key().make(CHALLENGE);
        prop_assert!(registered(&party(), CHALLENGE, &made.client_data, &bytes).is_err());
    }

    #[test]
    fn a_changed_byte_of_an_answer_is_refused(part in 0_usize..3, at in any::<prop::sample::Index>(), by in 1_u8..) {
        let mut key = key();
        let public = key.public_key();
        let answer = key.answer(CHALLENGE).unwrap();
        let mut parts = [answer.client_data, answer.authenticator_data, answer.signature];
        let at = at.index(parts[part].len());
        parts[part][at] ^= by;
        let known = Known { public_key: &public, sign_count: 0, synced: false };
        let [client, data, signature] = &parts;
        prop_assert!(answered(&party(), CHALLENGE, known, client, data, signature).is_err());
    }

    #[test]
    fn a_changed_byte_of_a_registration_breaks_nothing(at in any::<prop::sample::Index>(), by in 1_u8..) {
        let made = key().make(CHALLENGE);
        let mut object = made.attestation;
        let at = at.index(object.len());
        object[at] ^= by;
        // The key may be another then; nothing else is said of it.
        let _ = registered(&party(), CHALLENGE, &made.client_data, &object);
    }
}
