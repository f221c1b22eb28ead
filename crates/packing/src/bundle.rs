//! Several files in one: what is handed over as a whole.

use std::io::{Cursor, Write};

use zip::write::FileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::PackError;

/// Packs named files into one ZIP file, in their order. The same files give the same bytes: neither the time of day nor
/// anything of the machine is in it.
///
/// # Errors
/// When a name is there twice, or the files are longer than a ZIP file may be.
pub fn bundle(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, PackError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = FileOptions::<'_, '_, ()>::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o600);
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
