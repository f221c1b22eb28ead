//! Passwords and keys: where they are, and what they must look like.

use std::fmt;
use std::path::Path;

use age::x25519::{Identity, Recipient};
use transport::{Cause, SecretFile};

/// The longest password: the common programs for ZIP files take no longer one.
const PASSWORD_CHARS_MAX: usize = 99;

/// A password or key that cannot be used, in Japanese. Never holds the password or key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Its file does not read.
    #[error(transparent)]
    File(#[from] Cause),
    /// Its variable is not set.
    #[error("環境変数 {0} がありません")]
    Variable(String),
    /// A password others could not type or would read otherwise.
    #[error(
        "{whence} のパスワードは使えません。英数字と記号（ASCII）で、1文字以上{PASSWORD_CHARS_MAX}文字までにしてください"
    )]
    Password {
        /// Where it stands.
        whence: String,
    },
    /// No recipient of age. Not shown: it may be a secret key put in the wrong place.
    #[error("recipients の{0}番目は age の公開鍵（age1…）ではありません")]
    Recipient(usize),
    /// No secret key of age.
    #[error("{whence} に age の秘密鍵（AGE-SECRET-KEY-1…）がないか、読めない行（{line}行目）があります")]
    Identity {
        /// Where it stands.
        whence: String,
        /// The first line that does not read; the one behind the last when there is no key.
        line: usize,
    },
    /// The entry has not what the link needs.
    #[error("{0} がありません")]
    Missing(&'static str),
}

/// Where a password or key stands. It is read anew each time, so that a new one counts without a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// A file that others cannot read.
    File(SecretFile),
    /// A variable of the environment.
    Variable(String),
}

impl Secret {
    /// The secret in this file.
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self::File(SecretFile::at(path.as_ref()))
    }

    fn text(&self) -> Result<String, KeyError> {
        match self {
            Self::File(file) => Ok(file.text()?),
            Self::Variable(name) => std::env::var(name).map_err(|_| KeyError::Variable(name.clone())),
        }
    }

    /// The first line, which must be a password that every program can be given.
    pub(crate) fn password(&self) -> Result<String, KeyError> {
        let text = self.text()?;
        let line = text.lines().next().unwrap_or_default();
        let fits = (1..=PASSWORD_CHARS_MAX).contains(&line.len())
            && line.chars().all(|c| c == ' ' || c.is_ascii_graphic());
        if fits { Ok(line.to_owned()) } else { Err(KeyError::Password { whence: self.to_string() }) }
    }

    /// All secret keys, a line each; blank lines and remarks (`#`) are passed over. Several, so that what was packed for a
    /// former key still opens.
    pub(crate) fn identities(&self) -> Result<Vec<Identity>, KeyError> {
        let text = self.text()?;
        let wrong = |line| KeyError::Identity { whence: self.to_string(), line };
        let mut found = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                found.push(line.parse().map_err(|_| wrong(index + 1))?);
            }
        }
        if found.is_empty() { Err(wrong(text.lines().count() + 1)) } else { Ok(found) }
    }
}

/// The place, never the secret.
impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "{}", file.path().display()),
            Self::Variable(name) => write!(f, "環境変数 {name}"),
        }
    }
}

/// Whom age files are for (受取人).
#[derive(Clone, Debug, Default)]
pub struct Recipients(Vec<Recipient>);

impl Recipients {
    /// From public keys (`age1…`).
    ///
    /// # Errors
    /// [`KeyError::Recipient`] with the place of the first that does not read, from 1.
    pub fn parse(keys: &[String]) -> Result<Self, KeyError> {
        let read =
            |(index, key): (usize, &String)| key.trim().parse().map_err(|_| KeyError::Recipient(index + 1));
        keys.iter().enumerate().map(read).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn all(&self) -> &[Recipient] {
        &self.0
    }
}

/// A named set of keys (梱包の鍵), as the configuration gives it to links.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// Password of ZIP files.
    pub password: Option<Secret>,
    /// Whom age files are for.
    pub recipients: Recipients,
    /// What opens age files for us.
    pub identities: Option<Secret>,
}

impl Keys {
    /// Where the password of ZIP files stands, once it was found to be one.
    pub(crate) fn usable_password(&self) -> Result<Secret, KeyError> {
        let secret = self.password.clone().ok_or(KeyError::Missing("password_file"))?;
        secret.password()?;
        Ok(secret)
    }
}
