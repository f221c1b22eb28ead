//! What a security key answers, checked (WebAuthn): pure functions over bytes. Which key is whose, and what is written down,
//! is [`keys`](crate::keys).
//!
//! A key makes a pair of keys for one *relying party*, hands out the public one, and later signs a challenge together with what
//! the browser says of the page that asked. No statement of the key's maker is asked for ("none"), and one that comes
//! unasked is not read: nothing here depends on which make a key is of.
//!
//! Source: W3C, Web Authentication Level 3, §5.8.1 (client data), §6.1 (authenticator data), §7.1 and §7.2 (what to verify).

mod client;
mod cose;
mod data;
mod party;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

use sha2::{Digest, Sha256};

pub(crate) use cose::ALGORITHMS;
pub use party::{PartyFault, RelyingParty};

use client::{Ceremony, ClientData};
use cose::PublicKey;
use data::AuthenticatorData;

/// The most bytes of one part of an answer: a thousand times a usual one stays below it, and no part is read beyond it.
const PART_BYTES_MAX: usize = 64 * 1024;

/// Why an answer of a key is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// It is cut off, too long, or not in the form of an answer.
    #[error("the answer does not read")]
    Unreadable,
    /// It was made for the other purpose: to register, or to log in.
    #[error("the answer was made for another purpose")]
    Type,
    /// It answers another question, or one whose time is over.
    #[error("the answer is to another challenge, or too late")]
    Challenge,
    /// It was made on a page of another address.
    #[error("the answer was made for another origin")]
    Origin,
    /// It was made in a frame of another site's page.
    #[error("the answer was made inside a page of another site")]
    CrossOrigin,
    /// The key made it for another program.
    #[error("the key answered another relying party")]
    Party,
    /// Nobody touched the key.
    #[error("nobody was present at the key")]
    NotPresent,
    /// Whether the pair of keys may be copied elsewhere (同期) differs from what it said at first, or contradicts itself.
    #[error("the flags of backup do not fit")]
    Backup,
    /// The pair of keys is of an algorithm that was not asked for.
    #[error("the key's algorithm is not offered")]
    Algorithm,
    /// The public key is none.
    #[error("the public key does not read")]
    Key,
    /// The signature was not made by the registered key over this answer.
    #[error("the signature is wrong")]
    Signature,
    /// The key counted fewer uses than before: there may be a copy of it.
    #[error("the key's counter went back")]
    Counter,
    /// No such key is registered for this user.
    #[error("the key is not one of the user's")]
    Unknown,
    /// The key says it is another user's.
    #[error("the key holds another user's handle")]
    Handle,
}

impl KeyRefusal {
    /// All of them, for the tables of the manual.
    pub const ALL: [Self; 14] = [
        Self::Unreadable,
        Self::Type,
        Self::Challenge,
        Self::Origin,
        Self::CrossOrigin,
        Self::Party,
        Self::NotPresent,
        Self::Backup,
        Self::Algorithm,
        Self::Key,
        Self::Signature,
        Self::Counter,
        Self::Unknown,
        Self::Handle,
    ];

    /// What the audit log says of it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "U060",
            Self::Type => "U061",
            Self::Challenge => "U062",
            Self::Origin => "U063",
            Self::CrossOrigin => "U064",
            Self::Party => "U065",
            Self::NotPresent => "U066",
            Self::Backup => "U067",
            Self::Algorithm => "U068",
            Self::Key => "U069",
            Self::Signature => "U070",
            Self::Counter => "U071",
            Self::Unknown => "U072",
            Self::Handle => "U073",
        }
    }

    /// What the user is told.
    pub fn message(self) -> &'static str {
        match self {
            Self::Unreadable => "キーの応答が読めません。",
            Self::Type => "登録とログインで、応答の種類が違います。",
            Self::Challenge => "時間が過ぎたか、この画面はもう使われています。",
            Self::Origin | Self::Party => "別の住所（URL）のための応答です。",
            Self::CrossOrigin => "ほかのサイトの画面の中で作られた応答です。",
            Self::NotPresent => "キーに触れたことが確かめられません。",
            Self::Backup => "キーの性質（同期できるか）が、登録したときと違います。",
            Self::Algorithm => "このキーの方式には対応していません。",
            Self::Key => "キーの公開鍵が読めません。",
            Self::Signature => "キーの署名が正しくありません。",
            Self::Counter => "キーの使用回数が前より減っています。キーが複製されたおそれがあります。",
            Self::Unknown => "このキーは、あなたのものとして登録されていません。",
            Self::Handle => "このキーは、ほかの利用者のものです。",
        }
    }

    /// What the user is to do.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Origin | Self::CrossOrigin | Self::Party => {
                "いつもの住所で画面を開き直してください。続くときは管理者に知らせてください。"
            }
            Self::Counter => "このキーは使わず、管理者に知らせてください。",
            Self::Unknown | Self::Handle | Self::Algorithm | Self::Key => "別のキーを使ってください。",
            _ => "もう一度キーを使ってください。",
        }
    }
}

/// A pair of keys as a registration hands it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewCredential {
    /// What the key is asked for by.
    pub(crate) credential: Vec<u8>,
    /// The public key (COSE_Key).
    pub(crate) public_key: Vec<u8>,
    /// Uses the key counted.
    pub(crate) sign_count: u32,
    /// Whether the pair may be copied to other devices of its owner.
    pub(crate) synced: bool,
}

/// What is known of a pair of keys when it answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) public_key: &'a [u8],
    pub(crate) sign_count: u32,
    pub(crate) synced: bool,
}

/// Checks an answer to "make a pair of keys". Source: §7.1, steps 5 to 25, without a statement of the maker.
///
/// # Errors
/// [`KeyRefusal`], the first in the order of the steps.
pub(crate) fn registered(
    party: &RelyingParty,
    challenge: &[u8],
    client_data: &[u8],
    attestation: &[u8],
) -> Result<NewCredential, KeyRefusal> {
    fits([client_data, attestation])?;
    ClientData::read(client_data)?.check(Ceremony::Create, challenge, party)?;
    let bytes = data::of_attestation(attestation).ok_or(KeyRefusal::Unreadable)?;
    let data = AuthenticatorData::read(&bytes).ok_or(KeyRefusal::Unreadable)?;
    checked(&data, party)?;
    let made = data.attested.as_ref().ok_or(KeyRefusal::Unreadable)?;
    PublicKey::read(made.public_key)?;
    Ok(NewCredential {
        credential: made.credential.to_vec(),
        public_key: made.public_key.to_vec(),
        sign_count: data.sign_count,
        synced: data.may_be_copied(),
    })
}

/// Checks an answer to "show that you are here"; tells how often the key was used, as it counts. Source: §7.2, steps 10 to 22.
///
/// # Errors
/// [`KeyRefusal`], the first in the order of the steps.
pub(crate) fn answered(
    party: &RelyingParty,
    challenge: &[u8],
    known: Known<'_>,
    client_data: &[u8],
    authenticator_data: &[u8],
    signature: &[u8],
) -> Result<u32, KeyRefusal> {
    fits([client_data, authenticator_data, signature])?;
    ClientData::read(client_data)?.check(Ceremony::Get, challenge, party)?;
    let data = AuthenticatorData::read(authenticator_data).ok_or(KeyRefusal::Unreadable)?;
    checked(&data, party)?;
    if data.may_be_copied() != known.synced {
        return Err(KeyRefusal::Backup);
    }
    let key = PublicKey::read(known.public_key)?;
    let signed = [authenticator_data, Sha256::digest(client_data).as_slice()].concat();
    if !key.made(&signed, signature) {
        return Err(KeyRefusal::Signature);
    }
    // A key that counts nothing says zero, always.
    let counts = known.sign_count != 0 || data.sign_count != 0;
    if counts && data.sign_count <= known.sign_count {
        return Err(KeyRefusal::Counter);
    }
    Ok(data.sign_count)
}

fn fits<const N: usize>(parts: [&[u8]; N]) -> Result<(), KeyRefusal> {
    let short = parts.iter().all(|part| part.len() <= PART_BYTES_MAX);
    if short { Ok(()) } else { Err(KeyRefusal::Unreadable) }
}

/// What both answers must show of the key.
fn checked(data: &AuthenticatorData<'_>, party: &RelyingParty) -> Result<(), KeyRefusal> {
    if data.party != Sha256::digest(party.id().as_bytes()).as_slice() {
        return Err(KeyRefusal::Party);
    }
    if !data.is_present() {
        return Err(KeyRefusal::NotPresent);
    }
    if data.is_copied() && !data.may_be_copied() {
        return Err(KeyRefusal::Backup);
    }
    Ok(())
}
