//! Vault keys and the ring they hang on.

use std::fmt;
use std::path::Path;

use register::{Fault, hex, unhex};

use crate::vault::{derive, random};

/// One key for sealed fields: 32 bytes.
#[derive(Clone)]
pub struct VaultKey(pub(crate) [u8; 32]);

impl VaultKey {
    /// Draws a new key from the operating system.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, Fault> {
        random().map(Self)
    }

    /// A key from 64 hexadecimal digits.
    ///
    /// # Errors
    /// When the text is anything else. The message does not show what.
    pub fn from_hex(text: &str) -> Result<Self, Fault> {
        unhex(&text.to_ascii_lowercase())
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| Fault::because("a vault key is 64 hexadecimal digits"))
    }

    /// The key as 64 hexadecimal digits, to be written to a key file.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// Names the key without telling it: eight hexadecimal digits. It stands in every text sealed with the key.
    ///
    /// # Errors
    /// When the hash does not take the key, which no key of its length causes.
    pub fn id(&self) -> Result<String, Fault> {
        let id = derive(&self.0, "daicho vault 1 id")?;
        Ok(hex(id.get(..4).unwrap_or_default()))
    }
}

/// A key is never shown.
impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultKey(..)")
    }
}

/// A town's vault keys (鍵束), oldest first: the last one seals, all open.
///
/// What was sealed stays sealed with the key of its time, for the hash chain covers it. So a key that was once used is
/// never taken off the ring.
#[derive(Clone, Debug)]
pub struct KeyRing {
    // Invariant: not empty, no key twice.
    keys: Vec<VaultKey>,
}

impl From<VaultKey> for KeyRing {
    fn from(key: VaultKey) -> Self {
        Self { keys: vec![key] }
    }
}

impl KeyRing {
    /// Reads a key file. The file must not be readable by everybody, nor writable by its group.
    ///
    /// # Errors
    /// When the file cannot be read, others may read it, or it holds something else. The message does not show what.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let fault = |error| Fault::new(format!("the key file {} cannot be read", path.display()), error);
        let file = std::fs::File::open(path).map_err(fault)?;
        check_access(&file.metadata().map_err(fault)?, path)?;
        let text = std::io::read_to_string(file).map_err(fault)?;
        Self::parse(&text).map_err(|error| Fault::new(format!("the key file {}", path.display()), error))
    }

    /// Keys of 64 hexadecimal digits each, between white space, oldest first; what stands behind `#` on a line is a
    /// remark.
    ///
    /// # Errors
    /// When there is none, one twice, or anything else. The message does not show what.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let words = text.lines().flat_map(|line| line.split('#').take(1)).flat_map(str::split_whitespace);
        let mut keys = words.map(VaultKey::from_hex);
        let first = keys.next().unwrap_or_else(|| Err(Fault::because("there is no vault key")))?;
        keys.try_fold(Self::from(first), |ring, key| ring.with(key?))
    }

    /// The ring with one key more, which seals from then on.
    ///
    /// # Errors
    /// When the key is on the ring already.
    pub fn with(mut self, key: VaultKey) -> Result<Self, Fault> {
        if self.keys.iter().any(|other| other.0 == key.0) {
            return Err(Fault::because("a vault key stands twice on the ring"));
        }
        self.keys.push(key);
        Ok(self)
    }

    /// The keys, oldest first.
    pub fn keys(&self) -> &[VaultKey] {
        &self.keys
    }

    /// The ids of the keys, oldest first.
    ///
    /// # Errors
    /// Those of [`VaultKey::id`].
    pub fn ids(&self) -> Result<Vec<String>, Fault> {
        self.keys.iter().map(VaultKey::id).collect()
    }
}

/// Whoever has key and database reads everything. The group may read, because services are often given files that way.
#[cfg(unix)]
fn check_access(file: &std::fs::Metadata, path: &Path) -> Result<(), Fault> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.permissions().mode() & 0o777;
    if mode & 0o027 == 0 {
        return Ok(());
    }
    Err(Fault::because(format!(
        "the key file {} has permissions {mode:o}: others may read or change it; use `chmod 600`",
        path.display()
    )))
}

#[cfg(not(unix))]
fn check_access(_: &std::fs::Metadata, _: &Path) -> Result<(), Fault> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(digit: &str) -> String {
        digit.repeat(64)
    }

    #[test]
    fn keys_are_64_hexadecimal_digits() {
        for bad in ["", "7", &"7".repeat(63), &"7".repeat(66), &"g".repeat(64), &"あ".repeat(64)] {
            assert!(VaultKey::from_hex(bad).is_err(), "{bad}");
        }
        let key = VaultKey::generate().unwrap();
        assert_eq!(VaultKey::from_hex(&key.to_hex()).unwrap().to_hex(), key.to_hex());
        assert_eq!(format!("{key:?}"), "VaultKey(..)");
    }

    #[test]
    fn a_ring_is_read_from_lines() {
        let [one, two] = ["1", "2"].map(digits);
        let table = [
            (one.clone(), Some(1)),
            (format!("{one}\n"), Some(1)),
            (format!("\n {one}\r\n{two} # 令和8年4月\n"), Some(2)),
            (format!("# 鍵\n{one}\n#{two}\n"), Some(1)),
            (format!("{one} {two}"), Some(2)),
            (String::new(), None),
            ("# 鍵\n".to_owned(), None),
            (format!("{one}\n{one}\n"), None),
            (format!("{one}\nx\n"), None),
        ];
        for (text, count) in table {
            assert_eq!(KeyRing::parse(&text).ok().map(|ring| ring.keys().len()), count, "{text:?}");
        }
        let ring = KeyRing::parse(&format!("{one}\n{two}")).unwrap();
        assert_eq!(ring.keys().last().unwrap().to_hex(), two);
        assert!(ring.with(VaultKey::from_hex(&one).unwrap()).is_err());
    }
}
