//! What the tests share: a folder, keys in it, and packing in one call.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use packing::{Keys, Packer, Recipients, Secret, UnpackError, Unpacker};

/// A password as the program would be given it.
pub(crate) const PASSWORD: &str = "Minato 2026 #renkei!";

/// No content of a test is longer.
pub(crate) const MAX: u64 = 1 << 20;

/// A folder with a password file, and a secret key of age whose public key is known.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) keys: Keys,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        private(&folder.path().join("password"), PASSWORD);
        let made = run(folder.path(), "age-keygen", &["-o", "key.txt"]);
        let recipient = made.split_whitespace().find(|word| word.starts_with("age1")).unwrap().to_owned();
        let keys = Keys {
            password: Some(Secret::at(folder.path().join("password"))),
            identities: Some(Secret::at(folder.path().join("key.txt"))),
            recipients: Recipients::parse(&[recipient]).unwrap(),
        };
        Self { folder, keys }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// All three ways, both directions.
    pub(crate) fn ways(&self) -> [(&'static str, Packer, Unpacker); 3] {
        [
            ("zip", Packer::zip(), Unpacker::zip()),
            ("zip-aes", Packer::zip_aes(&self.keys).unwrap(), Unpacker::zip_aes(&self.keys).unwrap()),
            ("age", Packer::age(&self.keys).unwrap(), Unpacker::age(&self.keys).unwrap()),
        ]
    }

    pub(crate) fn pack(&self, packer: &Packer, name: &str, content: &[u8], to: &str) -> PathBuf {
        let path = self.path(to);
        let bytes = u64::try_from(content.len()).unwrap();
        packer.pack(name, &mut &*content, bytes, &mut File::create(&path).unwrap()).unwrap();
        path
    }

    /// Runs a program in the folder.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> String {
        run(self.folder.path(), program, arguments)
    }
}

/// The content of a packed file.
pub(crate) fn content(unpacker: &Unpacker, path: &Path, max: u64) -> Result<Vec<u8>, UnpackError> {
    let mut found = Vec::new();
    unpacker.unpack(path, max, &mut |content| {
        content.read_to_end(&mut found)?;
        Ok::<(), UnpackError>(())
    })?;
    Ok(found)
}

/// Writes a file that others cannot read.
pub(crate) fn private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap_or_else(|error| {
        panic!("{program}: {error}; cargo xtask packages installs it");
    });
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    said
}
