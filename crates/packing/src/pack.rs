//! Packing: the converted bytes to the file that lies in a place.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};

use age::x25519::Recipient;
use age::{EncryptError, Encryptor};
use zip::result::ZipError;
use zip::write::FileOptions;
use zip::{AesMode, CompressionMethod, ZipWriter};

use crate::keys::{KeyError, Keys, Secret};

/// From here on a ZIP file needs its long form; below the limit of four bytes, since packing may make a file longer.
const LONG_ZIP_BYTES: u64 = 0xF000_0000;

/// Bytes that go from one file to the other at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// A file that could not be packed, in Japanese.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// This machine did not read or write.
    #[error("梱包したファイルを書けません")]
    Local(#[from] io::Error),
    /// The ZIP library did not do it.
    #[error("ZIPにできません")]
    Zip(#[source] ZipError),
    /// The age library did not do it.
    #[error("age で暗号化できません")]
    Age(#[source] EncryptError),
}

impl From<ZipError> for PackError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::Local(error),
            error => Self::Zip(error),
        }
    }
}

/// How files are packed (梱包).
#[derive(Clone, Debug)]
pub struct Packer(How);

#[derive(Clone, Debug)]
enum How {
    Zip,
    ZipAes(Secret),
    Age(Vec<Recipient>),
}

impl Packer {
    /// A ZIP file without a password.
    pub fn zip() -> Self {
        Self(How::Zip)
    }

    /// A ZIP file with AES-256.
    ///
    /// # Errors
    /// When the keys hold no usable password.
    pub fn zip_aes(keys: &Keys) -> Result<Self, KeyError> {
        keys.usable_password().map(How::ZipAes).map(Self)
    }

    /// An age file.
    ///
    /// # Errors
    /// When the keys name no recipient.
    pub fn age(keys: &Keys) -> Result<Self, KeyError> {
        match keys.recipients.all() {
            [] => Err(KeyError::Missing("recipients")),
            recipients => Ok(Self(How::Age(recipients.to_vec()))),
        }
    }

    /// Packs `content`, which is `bytes` long, as the one file `name`. What stands in `to` after an error is worth nothing.
    ///
    /// # Errors
    /// When the key cannot be used, or a file not be read or written.
    pub fn pack(
        &self,
        name: &str,
        content: &mut dyn Read,
        bytes: u64,
        to: &mut File,
    ) -> Result<(), PackError> {
        // No time of the day and no rights: they would tell of the machine, and no receiver needs them.
        let options = FileOptions::<'_, '_, ()>::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(0o600)
            .large_file(LONG_ZIP_BYTES <= bytes);
        let out = BufWriter::with_capacity(PIECE_BYTES, to);
        match &self.0 {
            How::Zip => zipped(ZipWriter::new(out), name, options, content)?,
            How::ZipAes(secret) => {
                let password = secret.password()?;
                let options = options.with_aes_encryption(AesMode::Aes256, &password);
                // As a stream the library writes AE-2, whose checksum of the content is nought: AE-1 would show it to everybody.
                zipped(ZipWriter::new_stream(out), name, options, content)?;
            }
            How::Age(recipients) => encrypted(recipients, content, out)?,
        }
        Ok(())
    }
}

fn zipped<W: Write + Seek>(
    mut zip: ZipWriter<W>,
    name: &str,
    options: FileOptions<'_, '_, ()>,
    content: &mut dyn Read,
) -> Result<(), PackError> {
    zip.start_file(name, options)?;
    copy(content, &mut zip)?;
    Ok(zip.finish()?.flush()?)
}

fn encrypted(recipients: &[Recipient], content: &mut dyn Read, out: impl Write) -> Result<(), PackError> {
    let recipients = recipients.iter().map(|recipient| -> &dyn age::Recipient { recipient });
    let encryptor = Encryptor::with_recipients(recipients).map_err(PackError::Age)?;
    let mut out = encryptor.wrap_output(out)?;
    copy(content, &mut out)?;
    Ok(out.finish()?.flush()?)
}

fn copy(content: &mut dyn Read, out: &mut impl Write) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match content.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => out.write_all(piece.get(..count).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
