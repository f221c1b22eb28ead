//! Files with passwords, keys and certificates.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::Cause;

/// No key or password file is longer.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// A file that holds a password or key. It is read anew for each connection, so that a new one counts without a restart,
/// and a file that others can read is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFile(PathBuf);

impl SecretFile {
    /// The secret in this file.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// What is wrong with the file.
    pub(crate) fn fault(&self, what: impl ToString) -> Cause {
        Cause::Secret { path: self.0.clone(), what: what.to_string() }
    }

    /// Where it lies, for messages.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The whole text.
    ///
    /// # Errors
    /// [`Cause::Secret`] when it cannot be read, or others can read it.
    pub fn text(&self) -> Result<String, Cause> {
        let mut file = File::open(&self.0).map_err(|error| self.fault(error))?;
        self.check_access(&file)?;
        let mut text = String::new();
        file.by_ref().take(SECRET_BYTES_MAX).read_to_string(&mut text).map_err(|error| self.fault(error))?;
        Ok(text)
    }

    /// The first line: a password may hold blanks, but no line end.
    pub(crate) fn line(&self) -> Result<String, Cause> {
        let text = self.text()?;
        let line = text.lines().next().unwrap_or_default();
        if line.is_empty() { Err(self.fault("1行目が空です")) } else { Ok(line.to_owned()) }
    }

    /// The group may read, because services are often given files that way.
    #[cfg(unix)]
    fn check_access(&self, file: &File) -> Result<(), Cause> {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata().map_err(|error| self.fault(error))?.permissions().mode() & 0o777;
        if mode & 0o027 == 0 {
            return Ok(());
        }
        Err(self.fault(format!("ほかの利用者にも読めます（権限 {mode:o}）。chmod 600 で直してください")))
    }

    #[cfg(not(unix))]
    fn check_access(&self, _: &File) -> Result<(), Cause> {
        Ok(())
    }
}

/// A file that need not be secret, such as a certificate.
pub(crate) fn read_public(path: &Path) -> Result<Vec<u8>, Cause> {
    std::fs::read(path).map_err(|error| Cause::Secret { path: path.to_path_buf(), what: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_first_line_of_a_private_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("password");
        let file = SecretFile::at(&path);
        assert!(matches!(file.line(), Err(Cause::Secret { .. })), "missing");
        for (text, line) in [("a b \n", Some("a b ")), ("x\r\ny", Some("x")), ("", None), ("\nx", None)] {
            std::fs::write(&path, text).unwrap();
            #[cfg(unix)]
            set_mode(&path, 0o600);
            assert_eq!(file.line().ok().as_deref(), line, "{text:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("password");
        std::fs::write(&path, "x").unwrap();
        for (mode, fine) in [(0o600, true), (0o640, true), (0o644, false), (0o660, false), (0o604, false)] {
            set_mode(&path, mode);
            assert_eq!(SecretFile::at(&path).line().is_ok(), fine, "{mode:o}");
        }
    }

    #[cfg(unix)]
    fn set_mode(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
}
