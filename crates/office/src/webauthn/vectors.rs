//! The test vectors of the standard.

use super::{KeyRefusal, Known, RelyingParty, answered, registered};

struct Vector {
    name: &'static str,
    made_challenge: Vec<u8>,
    made_client_data: Vec<u8>,
    attestation: Vec<u8>,
    credential: Vec<u8>,
    challenge: Vec<u8>,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
}

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn vectors() -> Vec<Vector> {
    let lines = include_str!("vectors.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    let read = |line: &'static str| {
        let mut cells = line.split('\t');
        let name = cells.next().unwrap();
        let mut bytes = || hex(cells.next().unwrap());
        Vector {
            name,
            made_challenge: bytes(),
            made_client_data: bytes(),
            attestation: bytes(),
            credential: bytes(),
            challenge: bytes(),
            client_data: bytes(),
            authenticator_data: bytes(),
            signature: bytes(),
        }
    };
    lines.map(read).collect()
}

#[test]
fn the_vectors_of_the_standard_are_accepted_and_no_others() {
    let party = RelyingParty::at("https://example.org").unwrap();
    let vectors = vectors();
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let name = vector.name;
        let made = registered(&party, &vector.made_challenge, &vector.made_client_data, &vector.attestation)
            .unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!((&made.credential, made.sign_count), (&vector.credential, 0), "{name}");
        let known = Known { public_key: &made.public_key, sign_count: 0, synced: made.synced };
        let ask = |data: &[u8], signature: &[u8]| {
            answered(&party, &vector.challenge, known, &vector.client_data, data, signature)
        };
        assert_eq!(ask(&vector.authenticator_data, &vector.signature), Ok(0), "{name}");
        for at in 0..vector.signature.len() {
            let mut signature = vector.signature.clone();
            signature[at] ^= 1;
            let asked = ask(&vector.authenticator_data, &signature);
            assert_eq!(asked, Err(KeyRefusal::Signature), "{name}: byte {at} of the signature");
        }
        // The counter is the one item of it that no other check looks at.
        let mut data = vector.authenticator_data.clone();
        data[36] ^= 1;
        assert_eq!(ask(&data, &vector.signature), Err(KeyRefusal::Signature), "{name}");
    }
}
