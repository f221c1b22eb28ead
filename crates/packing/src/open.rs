//! Unpacking: the bytes of a file that came in, as they are read.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use age::x25519::Identity;
use age::{DecryptError, Decryptor};
use zip::read::{ArchiveOffset, Config};
use zip::result::ZipError;
use zip::{AesMode, CompressionMethod, ZipArchive};

use crate::directory::end;
use crate::keys::{KeyError, Keys, Secret};
use crate::unfit::{Unfit, UnpackError, unfit_or_local};

/// The head of an age file ends within so many bytes, else it is none: its reader would keep all of it in memory.
const AGE_HEAD_BYTES_MAX: usize = 64 * 1024;

/// What the last line of the head of an age file begins with, and the end of the line before.
const AGE_HEAD_END: &[u8] = b"\n--- ";

/// What becomes of the content.
type Each<'e, E> = dyn FnMut(&mut dyn Read) -> Result<(), E> + 'e;

/// How files that come in are opened (開梱).
#[derive(Clone, Debug)]
pub struct Unpacker(How);

#[derive(Clone, Debug)]
enum How {
    Zip,
    ZipAes(Secret),
    Age(Secret),
}

impl Unpacker {
    /// ZIP files without a password.
    pub fn zip() -> Self {
        Self(How::Zip)
    }

    /// ZIP files with AES-256.
    ///
    /// # Errors
    /// When the keys hold no usable password.
    pub fn zip_aes(keys: &Keys) -> Result<Self, KeyError> {
        keys.usable_password().map(How::ZipAes).map(Self)
    }

    /// age files.
    ///
    /// # Errors
    /// When the keys hold no usable secret key.
    pub fn age(keys: &Keys) -> Result<Self, KeyError> {
        let secret = keys.identities.clone().ok_or(KeyError::Missing("identity_file"))?;
        secret.identities()?;
        Ok(Self(How::Age(secret)))
    }

    /// Gives `each` the content of a file, at most `max` bytes. The reader's errors become an [`UnpackError`] by `From`.
    ///
    /// What was read counts only when this ends well: that the content is whole and nobody's else shows at its end.
    ///
    /// # Errors
    /// What is wrong with the file, our key or this machine; what `each` says.
    pub fn unpack<E: From<UnpackError>>(
        &self,
        path: &Path,
        max: u64,
        each: &mut Each<'_, E>,
    ) -> Result<(), E> {
        let file = File::open(path).map_err(UnpackError::Local)?;
        match &self.0 {
            How::Zip => open_zip(file, None, max, each),
            How::ZipAes(secret) => {
                let password = secret.password().map_err(UnpackError::Key)?;
                open_zip(file, Some(&password), max, each)
            }
            How::Age(secret) => {
                let identities = secret.identities().map_err(UnpackError::Key)?;
                let mut content = open_age(file, &identities)?;
                read_whole(&mut content, max, each)
            }
        }
    }
}

fn open_zip<E: From<UnpackError>>(
    file: File,
    password: Option<&str>,
    max: u64,
    each: &mut Each<'_, E>,
) -> Result<(), E> {
    let mut file = file;
    let end = end(&mut file).map_err(UnpackError::Local)?.ok_or(UnpackError::Unfit(Unfit::NotZip))?;
    if end.members != 1 {
        return Err(UnpackError::Unfit(Unfit::Members(end.members)).into());
    }
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    let mut archive = ZipArchive::with_config(config, BufReader::new(file))
        .map_err(|error| of_zip(error, Unfit::NotZip))?;
    // The library goes on to another end of the directory when it cannot read the last.
    if archive.central_directory_start() != end.begins {
        return Err(UnpackError::Unfit(Unfit::NotZip).into());
    }
    fits(&mut archive, password.is_some(), max)?;
    let damaged = |error| of_zip(error, Unfit::Damaged);
    let mut content = match password {
        None => archive.by_index(0),
        Some(password) => archive.by_index_decrypt(0, password.as_bytes()),
    }
    .map_err(damaged)?;
    read_whole(&mut content, max, each)
}

/// Holds what the directory of a ZIP file says to what was agreed, before anything of the content is read.
fn fits(
    archive: &mut ZipArchive<impl Read + Seek>,
    wants_password: bool,
    max: u64,
) -> Result<(), UnpackError> {
    let damaged = |error| of_zip(error, Unfit::Damaged);
    let entry = archive.by_index_data(0).map_err(damaged)?;
    let (is_file, is_encrypted) = (entry.is_file() && !entry.is_symlink(), entry.encrypted());
    let (method, bytes) = (entry.compression(), entry.size());
    if !is_file {
        return Err(Unfit::NotAFile.into());
    }
    match (is_encrypted, wants_password) {
        (true, false) => return Err(Unfit::Encrypted.into()),
        (false, true) => return Err(Unfit::NotEncrypted.into()),
        (true, true) => {
            let cipher = match archive.get_aes_verification_key_and_salt(0).map_err(damaged)? {
                None => Some("古い方式（ZipCrypto）"),
                Some(aes) => match aes.aes_mode {
                    AesMode::Aes128 => Some("AES-128"),
                    AesMode::Aes192 => Some("AES-192"),
                    AesMode::Aes256 => None,
                },
            };
            if let Some(cipher) = cipher {
                return Err(Unfit::Cipher(cipher).into());
            }
        }
        (false, false) => {}
    }
    if ![CompressionMethod::Stored, CompressionMethod::Deflated].contains(&method) {
        return Err(Unfit::Method(method.to_string()).into());
    }
    // Said too low, the reader stops there; said too high, nothing needs to be read.
    if max < bytes {
        return Err(Unfit::TooLong { max }.into());
    }
    Ok(())
}

fn of_zip(error: ZipError, otherwise: Unfit) -> UnpackError {
    match error {
        ZipError::Io(error) if error.raw_os_error().is_some() => UnpackError::Local(error),
        ZipError::InvalidPassword => Unfit::Password.into(),
        _ => otherwise.into(),
    }
}

fn open_age(
    mut file: File,
    identities: &[Identity],
) -> Result<age::stream::StreamReader<BufReader<File>>, UnpackError> {
    let mut head = Vec::new();
    let length = u64::try_from(AGE_HEAD_BYTES_MAX).unwrap_or(u64::MAX);
    file.by_ref().take(length).read_to_end(&mut head).map_err(UnpackError::Local)?;
    if !head.windows(AGE_HEAD_END.len()).any(|window| window == AGE_HEAD_END) {
        return Err(Unfit::NotAge.into());
    }
    file.rewind().map_err(UnpackError::Local)?;
    let decryptor = Decryptor::new_buffered(BufReader::new(file)).map_err(of_age)?;
    if decryptor.is_scrypt() {
        return Err(Unfit::Passphrase.into());
    }
    let identities = identities.iter().map(|identity| -> &dyn age::Identity { identity });
    decryptor.decrypt(identities).map_err(of_age)
}

fn of_age(error: DecryptError) -> UnpackError {
    match error {
        DecryptError::Io(error) if error.raw_os_error().is_some() => UnpackError::Local(error),
        DecryptError::Io(_) | DecryptError::InvalidHeader | DecryptError::UnknownFormat => {
            Unfit::NotAge.into()
        }
        DecryptError::NoMatchingKeys => Unfit::NotForUs.into(),
        _ => Unfit::Damaged.into(),
    }
}

/// Gives the content to `each`, and reads what is left of it: a library authenticates the whole at its end.
fn read_whole<E: From<UnpackError>>(
    content: &mut dyn Read,
    max: u64,
    each: &mut Each<'_, E>,
) -> Result<(), E> {
    let mut bounded = Bounded { content, left: max, max };
    each(&mut bounded)?;
    io::copy(&mut bounded, &mut io::sink()).map_err(UnpackError::from)?;
    Ok(())
}

/// Stops a content that is longer than allowed, whatever its directory says; its errors are an [`Unfit`] or the machine's.
struct Bounded<'c> {
    content: &'c mut dyn Read,
    left: u64,
    max: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let count = self.content.read(piece).map_err(unfit_or_local)?;
        match self.left.checked_sub(u64::try_from(count).unwrap_or(u64::MAX)) {
            Some(left) => {
                self.left = left;
                Ok(count)
            }
            None => Err(io::Error::new(io::ErrorKind::InvalidData, Unfit::TooLong { max: self.max })),
        }
    }
}
