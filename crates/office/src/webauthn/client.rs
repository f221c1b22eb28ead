//! What the browser says of the page that asked (clientDataJSON).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::{KeyRefusal, RelyingParty};

/// What a key was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ceremony {
    Create,
    Get,
}

impl Ceremony {
    fn word(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// Members the standard does not know yet may stand beside these. Source: §5.8.1.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<Value>,
}

impl ClientData {
    pub(super) fn read(json: &[u8]) -> Result<Self, KeyRefusal> {
        serde_json::from_slice(json).map_err(|_| KeyRefusal::Unreadable)
    }

    pub(super) fn check(
        &self,
        ceremony: Ceremony,
        challenge: &[u8],
        party: &RelyingParty,
    ) -> Result<(), KeyRefusal> {
        if self.kind != ceremony.word() {
            return Err(KeyRefusal::Type);
        }
        // An empty question is none: an answer to it could be from any time.
        let answered = URL_SAFE_NO_PAD.decode(&self.challenge).unwrap_or_default();
        if challenge.is_empty() || answered != challenge {
            return Err(KeyRefusal::Challenge);
        }
        if self.origin != party.origin() {
            return Err(KeyRefusal::Origin);
        }
        // No page of ours stands in a frame of another site.
        if self.cross_origin || self.top_origin.is_some() {
            return Err(KeyRefusal::CrossOrigin);
        }
        Ok(())
    }
}
