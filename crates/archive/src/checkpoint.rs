//! Signed checkpoints: what the head of the journal was, said by a key that is not in the database.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use jiff::Timestamp;
use register::{ChainHash, Position, hex, unhex};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::segment::canonical;

/// What is signed begins with this, so that the key's signatures mean nothing else.
const PURPOSE: &str = "daicho checkpoint 1\n";

const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The key that signs (検査点の署名鍵). Whoever has it can say that an altered journal is the true one: it is kept where
/// the database's administrator cannot read it, or at least outside the database and its copies.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// A key from 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// A key from 64 hexadecimal digits, white space around them ignored; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let seed = unhex(text.trim())?.try_into().ok()?;
        Some(Self::from_seed(&seed))
    }

    /// The key as 64 hexadecimal digits, to be written to a key file.
    pub fn to_hex(&self) -> String {
        hex(self.0.as_bytes())
    }

    /// The key that checks what this one signs.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }
}

/// A key is never shown.
impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// The key that checks signatures. It may be known to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// A key from 64 hexadecimal digits, white space around them ignored; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        VerifyingKey::from_bytes(&unhex(text.trim())?.try_into().ok()?).ok().map(Self)
    }

    /// The key as 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex(self.0.as_bytes())
    }

    /// Names the key.
    pub fn id(&self) -> String {
        let hash = Sha256::digest(self.0.as_bytes());
        hex(hash.get(..8).unwrap_or_default())
    }
}

/// One signed statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// The newest change.
    pub position: Position,
    /// Its hash.
    pub hash: String,
    /// When this was said.
    pub at: Timestamp,
    /// Which key signed.
    pub key: String,
    /// SHA-256 of the line before; 64 zeros for the first.
    pub before: String,
    /// Ed25519 over the purpose and this line without the signature.
    pub signature: String,
}

impl Checkpoint {
    fn signed_text(&self) -> Result<String, serde_json::Error> {
        let unsigned = Self { signature: String::new(), ..self.clone() };
        Ok(format!("{PURPOSE}{}", serde_json::to_string(&unsigned)?))
    }
}

/// Why checkpoints do not stand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// A line does not read, or is cut.
    #[error("検査点の{0}行目が読めません")]
    Line(usize),
    /// It does not name the line before it: one was removed, inserted or moved.
    #[error("検査点の{line}行目（変更{position}）が、前の行につながりません")]
    Before {
        /// The line.
        line: usize,
        /// Its position.
        position: Position,
    },
    /// Another key.
    #[error("検査点の{line}行目（変更{position}）は、別の鍵 {key} で署名されています")]
    OtherKey {
        /// The line.
        line: usize,
        /// Its position.
        position: Position,
        /// The key's id.
        key: String,
    },
    /// The signature is not that of the line.
    #[error("検査点の{line}行目（変更{position}）の署名が合いません")]
    Signature {
        /// The line.
        line: usize,
        /// Its position.
        position: Position,
    },
    /// Positions or times go back.
    #[error("検査点の{line}行目（変更{position}）が、前の行より古いものです")]
    Back {
        /// The line.
        line: usize,
        /// Its position.
        position: Position,
    },
    /// The journal ends before a checkpoint: its end was cut off.
    #[error(
        "台帳は変更{head}で終わっていますが、検査点は変更{position}まであったことを示しています（末尾が切り取られています）"
    )]
    Cut {
        /// The newest change of the journal.
        head: Position,
        /// The checkpoint's.
        position: Position,
    },
    /// The journal has another change there.
    #[error(
        "変更{0}のハッシュが、検査点のものと違います（変更{0}かそれより前が、鎖ごと書き換えられています）"
    )]
    Other(Position),
}

/// The checkpoints of a file, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckpointLog {
    checkpoints: Vec<Checkpoint>,
    head: Option<String>,
    unfinished: Option<usize>,
}

impl CheckpointLog {
    /// Reads a file without checking signatures, to append to it.
    ///
    /// A last line without its end was never signed to anybody: the disk was full, or the power went. It is left out; see
    /// [`Self::unfinished`].
    ///
    /// # Errors
    /// When a line does not read or does not follow the one before it.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut log = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let line = log.checkpoints.len().saturating_add(1);
            let Some((json, after)) = rest.split_once('\n') else {
                log.unfinished = Some(text.len().saturating_sub(rest.len()));
                break;
            };
            let next: Checkpoint = canonical(json).ok_or(CheckpointError::Line(line))?;
            let position = next.position;
            if next.before != log.head() {
                return Err(CheckpointError::Before { line, position });
            }
            if log.last().is_some_and(|last| position < last.position || next.at < last.at) {
                return Err(CheckpointError::Back { line, position });
            }
            log.push(next, json);
            rest = after;
        }
        Ok(log)
    }

    /// Where a last line begins that was cut while it was written, in bytes.
    pub fn unfinished(&self) -> Option<usize> {
        self.unfinished
    }

    /// Checks every signature.
    ///
    /// # Errors
    /// At the first line another key signed, or none.
    pub fn check_signatures(&self, key: &PublicKey) -> Result<(), CheckpointError> {
        for (index, checkpoint) in self.checkpoints.iter().enumerate() {
            let (line, position) = (index.saturating_add(1), checkpoint.position);
            if checkpoint.key != key.id() {
                return Err(CheckpointError::OtherKey { line, position, key: checkpoint.key.clone() });
            }
            let wrong = || CheckpointError::Signature { line, position };
            let signature = unhex(&checkpoint.signature).ok_or_else(wrong)?;
            let signature = Signature::from_slice(&signature).map_err(|_| wrong())?;
            let text = checkpoint.signed_text().map_err(|_| wrong())?;
            key.0.verify_strict(text.as_bytes(), &signature).map_err(|_| wrong())?;
        }
        Ok(())
    }

    /// Compares with a journal: `hash_at` tells the hash of a change, none when there is no such change.
    ///
    /// # Errors
    /// When the journal ends before a checkpoint or has another change there; or what `hash_at` errs with.
    pub fn check_journal<E>(
        &self,
        head: Position,
        mut hash_at: impl FnMut(Position) -> Result<Option<ChainHash>, E>,
    ) -> Result<Result<(), CheckpointError>, E> {
        for checkpoint in &self.checkpoints {
            let position = checkpoint.position;
            if head < position {
                return Ok(Err(CheckpointError::Cut { head, position }));
            }
            let hash = if position == Position(0) { Some(ChainHash::START) } else { hash_at(position)? };
            if hash.map(|hash| hash.to_string()).as_ref() != Some(&checkpoint.hash) {
                return Ok(Err(CheckpointError::Other(position)));
            }
        }
        Ok(Ok(()))
    }

    /// Signs the head of a journal and appends it; gives the line with its end.
    ///
    /// Where the clock was set back, it is said at the time of the checkpoint before, as changes are: times never go back.
    ///
    /// # Errors
    /// When it lies behind the newest checkpoint.
    pub fn sign(
        &mut self,
        key: &SecretKey,
        position: Position,
        hash: ChainHash,
        at: Timestamp,
    ) -> Result<String, CheckpointError> {
        let line = self.checkpoints.len().saturating_add(1);
        if self.last().is_some_and(|last| position < last.position) {
            return Err(CheckpointError::Back { line, position });
        }
        let at = self.last().map_or(at, |last| at.max(last.at));
        let mut next = Checkpoint {
            position,
            hash: hash.to_string(),
            at,
            key: key.public().id(),
            before: self.head().to_owned(),
            signature: String::new(),
        };
        let text = next.signed_text().map_err(|_| CheckpointError::Line(line))?;
        next.signature = hex(&key.0.sign(text.as_bytes()).to_bytes());
        let json = serde_json::to_string(&next).map_err(|_| CheckpointError::Line(line))?;
        self.push(next, &json);
        Ok(format!("{json}\n"))
    }

    fn push(&mut self, checkpoint: Checkpoint, json: &str) {
        self.head = Some(hex(&Sha256::digest(json)));
        self.checkpoints.push(checkpoint);
    }

    fn head(&self) -> &str {
        self.head.as_deref().unwrap_or(START)
    }

    /// All checkpoints.
    pub fn all(&self) -> &[Checkpoint] {
        &self.checkpoints
    }

    /// The newest.
    pub fn last(&self) -> Option<&Checkpoint> {
        self.checkpoints.last()
    }
}
