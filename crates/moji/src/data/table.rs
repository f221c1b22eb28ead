//! What all tables have: a name, an edition, a text.

use sha2::{Digest as _, Sha256};

/// Bytes of the hash that [`Table::version`] shows: enough to tell editions apart.
const HASH_BYTES: usize = 6;

/// A table as it is compiled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    name: &'static str,
    edition: &'static str,
    text: &'static str,
}

impl Table {
    pub(super) const fn new(name: &'static str, edition: &'static str, text: &'static str) -> Self {
        Self { name, edition, text }
    }

    /// The name: that of the file without its ending.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Name, edition and the first six bytes of the SHA-256 of the text, such as `mj 006.02 sha256:0123456789ab`: what the
    /// evidence of a conversion (変換の証跡) says about the table it used.
    pub fn version(&self) -> String {
        let hash = Sha256::digest(self.text);
        let short: String = hash.iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect();
        format!("{} {} sha256:{short}", self.name, self.edition)
    }

    /// The lines that are not remarks.
    pub(super) fn lines(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.text.lines().filter(|line| !line.starts_with('#'))
    }
}
