//! Why a file that came in is not taken, in words for its sender.

use std::io;

use crate::KeyError;

/// What is wrong with a packed file (梱包の誤り), in Japanese; its sender has to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Not a ZIP file, or its directory does not read.
    #[error("ZIPファイルとして読めません")]
    NotZip,
    /// More or fewer than one file in it.
    #[error("ZIPの中のファイルが{0}個あります。データファイル1個だけにしてください")]
    Members(u64),
    /// A folder or a link instead of a file.
    #[error("ZIPの中にあるのがファイルではなく、フォルダかリンクです")]
    NotAFile,
    /// A password where none was agreed.
    #[error("ZIPにパスワードが付いています（付けない取り決めです）")]
    Encrypted,
    /// No password where one was agreed.
    #[error("ZIPが暗号化されていません（AES-256のパスワードを付ける取り決めです）")]
    NotEncrypted,
    /// Another cipher than was agreed.
    #[error("ZIPの暗号が {0} です。AES-256にしてください")]
    Cipher(&'static str),
    /// A way to compress that is not read.
    #[error("ZIPの圧縮方式が {0} です。Deflateか無圧縮にしてください")]
    Method(String),
    /// The password opens nothing.
    #[error("パスワードが合いません")]
    Password,
    /// Not an age file.
    #[error("age のファイルとして読めません（文字の形式（--armor）は使えません）")]
    NotAge,
    /// An age file with a password.
    #[error("age のパスワードで暗号化されています。公開鍵（受取人）で暗号化してください")]
    Passphrase,
    /// An age file for others.
    #[error("age のファイルが、こちらの鍵では開けません（ほかの受取人に宛てられています）")]
    NotForUs,
    /// Cut, altered, or another checksum.
    #[error("梱包されたファイルが壊れているか、途中で切れています")]
    Damaged,
    /// Longer than allowed.
    #[error("中身が{max}バイトを超えます")]
    TooLong {
        /// How long it may be.
        max: u64,
    },
}

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// Its sender has to mend it; it is refused.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Our key cannot be used; nothing is said about the file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// This machine did not read.
    #[error("この機械のファイルの読み取りに失敗しました")]
    Local(#[source] io::Error),
}

/// Of an error of a reader that [`Unpacker`](crate::Unpacker) gave.
impl From<io::Error> for UnpackError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Unfit>() {
            Ok(unfit) => Self::Unfit(unfit),
            Err(error) => Self::Local(error),
        }
    }
}

/// Whether an error is of the file's content and not of the machine that reads it: what the operating system reports has its
/// number.
pub(crate) fn unfit_or_local(error: io::Error) -> io::Error {
    if error.raw_os_error().is_some() || error.kind() == io::ErrorKind::Interrupted {
        return error;
    }
    io::Error::new(io::ErrorKind::InvalidData, Unfit::Damaged)
}
