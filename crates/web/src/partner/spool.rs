//! What comes, on the disk piece by piece: a delivery with its checksum, or a message that carries one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use axum::body::Body;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use transport::{Access, Beside, in_hex, make_folders};

use crate::problem::Problem;

/// A delivery while it comes. It is removed when nobody needs it any more.
pub(crate) struct Spool {
    file: Kept,
    hash: Sha256,
    bytes: u64,
    bytes_max: u64,
}

/// A delivery that came.
pub(crate) struct Spooled {
    file: Kept,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// A file that is kept as long as it is held.
struct Kept(Beside);

impl Drop for Kept {
    fn drop(&mut self) {
        // What stays is written over by the next of the same number.
        let _ = fs::remove_file(self.0.beside());
    }
}

impl Spooled {
    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        self.file.0.beside()
    }
}

fn disk(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::WouldBlock => Problem::busy("同じ番号の配信を受け取っている途中です。"),
        _ => Problem::fault("a delivery could not be written", &error),
    }
}

fn length(piece: &[u8]) -> u64 {
    u64::try_from(piece.len()).unwrap_or(u64::MAX)
}

impl Spool {
    /// Begins a delivery of at most so many bytes that lies here: one at a time.
    pub(crate) fn begin(path: &Path, bytes_max: u64) -> Result<Self, Problem> {
        if let Some(folder) = path.parent() {
            make_folders(folder, Access::Private).map_err(disk)?;
        }
        let file = Kept(Beside::create(path).map_err(disk)?);
        Ok(Self { file, hash: Sha256::new(), bytes: 0, bytes_max })
    }

    /// Takes a piece.
    pub(crate) fn take(&mut self, piece: &[u8]) -> Result<(), Problem> {
        self.bytes = self.bytes.saturating_add(length(piece));
        if self.bytes_max < self.bytes {
            return Err(Problem::too_large());
        }
        self.hash.update(piece);
        self.file.0.file.write_all(piece).map_err(disk)
    }

    /// What came.
    pub(crate) fn end(self) -> Spooled {
        let Self { file, hash, bytes, bytes_max: _ } = self;
        Spooled { file, bytes, sha256: in_hex(hash) }
    }
}

/// Removes what a killed program left of deliveries it was taking in: nobody else would, where the same number never
/// comes again. What another process is writing stays.
pub(crate) fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "tmp")
            && let Ok(left) = Beside::create(&path.with_extension(""))
        {
            drop(Kept(left));
        }
    }
}

/// Takes a body in as a delivery.
pub(crate) async fn spool(path: &Path, body: &mut Body, bytes_max: u64) -> Result<Spooled, Problem> {
    let mut spool = Spool::begin(path, bytes_max)?;
    let file = spool.file.0.file.try_clone().map_err(disk)?;
    spool.bytes = copy(body, file, bytes_max, &mut |piece| spool.hash.update(piece)).await?;
    Ok(spool.end())
}

/// Takes a body in as a message, into a file of this folder without a name: a killed program leaves nothing of it.
pub(crate) async fn envelope(folder: &Path, body: &mut Body, bytes_max: u64) -> Result<File, Problem> {
    make_folders(folder, Access::Private).map_err(disk)?;
    let file = tempfile::tempfile_in(folder).map_err(disk)?;
    copy(body, file.try_clone().map_err(disk)?, bytes_max, &mut |_| {}).await?;
    Ok(file)
}

/// Reads what is left of a body whose sender is refused already, up to so many bytes: many a client reads no answer before
/// it has sent everything, and would not learn why.
pub(crate) async fn drain(body: &mut Body, bytes_max: u64) {
    let mut bytes = 0_u64;
    while bytes <= bytes_max {
        let Some(Ok(frame)) = body.frame().await else { return };
        bytes = bytes.saturating_add(frame.data_ref().map_or(0, |piece| length(piece)));
    }
}

/// Copies a body. What is too large is read to its end all the same: an answer given before would not be read.
async fn copy(
    body: &mut Body,
    file: File,
    bytes_max: u64,
    seen: &mut (dyn FnMut(&[u8]) + Send),
) -> Result<u64, Problem> {
    let mut file = tokio::fs::File::from_std(file);
    let mut bytes = 0_u64;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Problem::unread(&error))?;
        let Ok(piece) = frame.into_data() else { continue };
        bytes = bytes.saturating_add(length(&piece));
        if bytes <= bytes_max {
            seen(&piece);
            file.write_all(&piece).await.map_err(disk)?;
        }
    }
    if bytes_max < bytes {
        return Err(Problem::too_large());
    }
    file.flush().await.map_err(disk)?;
    Ok(bytes)
}
