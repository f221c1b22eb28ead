use serde::{Deserialize, Serialize};

/// How a data file is packed for its way (梱包: 圧縮と暗号化).
///
/// Passwords and keys never stand in a link file: it names an entry of the town's configuration (`[packing.NAME]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Packing {
    /// A ZIP file without a password.
    Zip,
    /// A ZIP file with AES-256; its password stands in the entry of this name.
    ZipAes(String),
    /// An age file; its keys stand in the entry of this name.
    Age(String),
}

impl Packing {
    /// Name of the entry with the password or keys.
    #[must_use]
    pub fn keys(&self) -> Option<&str> {
        match self {
            Self::Zip => None,
            Self::ZipAes(name) | Self::Age(name) => Some(name),
        }
    }

    /// What names of such files end with, the dot included.
    #[must_use]
    pub fn ending(&self) -> &'static str {
        match self {
            Self::Zip | Self::ZipAes(_) => ".zip",
            Self::Age(_) => ".age",
        }
    }

    /// What screens call it (梱包の方式).
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Zip => "ZIP（暗号化なし）".to_owned(),
            Self::ZipAes(name) => format!("パスワード付きZIP（AES-256、鍵「{name}」）"),
            Self::Age(name) => format!("age による暗号化（鍵「{name}」）"),
        }
    }

    /// The name of the data file inside of one that lies under `file_name`.
    #[must_use]
    pub fn inner_name<'n>(&self, file_name: &'n str) -> &'n str {
        file_name.strip_suffix(self.ending()).unwrap_or(file_name)
    }
}
