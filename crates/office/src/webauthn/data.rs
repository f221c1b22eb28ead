//! What the key says (authenticator data), and the object it comes in when a pair of keys is made.

use ciborium::Value;

/// Bytes of the id of a pair of keys. Source: §5.8.3 (at most 1,023).
const CREDENTIAL_BYTES_MAX: usize = 1_023;
/// How deep an object of a key is nested: what is needed is four deep.
const DEPTH_MAX: usize = 8;

const PRESENT: u8 = 0x01;
const MAY_BE_COPIED: u8 = 0x08;
const COPIED: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const EXTENDED: u8 = 0x80;

/// Authenticator data. Source: §6.1.
#[derive(Debug)]
pub(super) struct AuthenticatorData<'a> {
    /// SHA-256 of the relying party's id.
    pub(super) party: &'a [u8],
    flags: u8,
    pub(super) sign_count: u32,
    /// The pair of keys that was made.
    pub(super) attested: Option<Attested<'a>>,
}

/// Attested credential data. Source: §6.5.1.
#[derive(Debug)]
pub(super) struct Attested<'a> {
    pub(super) credential: &'a [u8],
    pub(super) public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    /// Reads it whole: nothing may be missing, and nothing may follow.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (party, rest) = bytes.split_at_checked(32)?;
        let (&flags, rest) = rest.split_first()?;
        let (count, mut rest) = rest.split_first_chunk::<4>()?;
        let mut attested = None;
        if flags & ATTESTED != 0 {
            let (made, behind) = attested_data(rest)?;
            attested = Some(made);
            rest = behind;
        }
        if flags & EXTENDED != 0 {
            let (extensions, behind) = value(rest)?;
            extensions.as_map()?;
            rest = behind;
        }
        let sign_count = u32::from_be_bytes(*count);
        rest.is_empty().then_some(Self { party, flags, sign_count, attested })
    }

    pub(super) fn is_present(&self) -> bool {
        self.flags & PRESENT != 0
    }

    /// Whether the pair of keys may be copied to other devices (backup eligible).
    pub(super) fn may_be_copied(&self) -> bool {
        self.flags & MAY_BE_COPIED != 0
    }

    pub(super) fn is_copied(&self) -> bool {
        self.flags & COPIED != 0
    }
}

fn attested_data(bytes: &[u8]) -> Option<(Attested<'_>, &[u8])> {
    let (_maker, rest) = bytes.split_at_checked(16)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || CREDENTIAL_BYTES_MAX < length {
        return None;
    }
    let (credential, rest) = rest.split_at_checked(length)?;
    let (_, behind) = value(rest)?;
    let public_key = rest.get(..rest.len().checked_sub(behind.len())?)?;
    Some((Attested { credential, public_key }, behind))
}

/// The authenticator data of an attestation object; its statement is left alone. Source: §6.5.4.
pub(super) fn of_attestation(bytes: &[u8]) -> Option<Vec<u8>> {
    let (object, behind) = value(bytes)?;
    let entries = object.as_map()?;
    let named = |name: &str| {
        let mut found = entries.iter().filter(|(key, _)| key.as_text() == Some(name));
        found.next().filter(|_| found.next().is_none()).map(|(_, value)| value)
    };
    named("fmt")?.as_text()?;
    named("attStmt")?.as_map()?;
    behind.is_empty().then_some(())?;
    named("authData")?.as_bytes().cloned()
}

/// One CBOR value, and what stands behind it.
pub(super) fn value(bytes: &[u8]) -> Option<(Value, &[u8])> {
    let mut rest = bytes;
    let value = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEPTH_MAX).ok()?;
    Some((value, rest))
}
