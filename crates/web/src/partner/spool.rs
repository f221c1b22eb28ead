//! A delivery while it comes: written to the disk piece by piece, with its checksum.

use std::io;
use std::path::Path;

use axum::body::Body;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use transport::{Access, Beside, in_hex, make_folders};

use crate::problem::Problem;

/// What came. It is removed when nobody needs it any more.
pub(crate) struct Spooled {
    file: Option<Beside>,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

impl Spooled {
    /// Where it lies.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(Beside::beside)
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            // What stays is written over by the next of the same number.
            let _ = file.remove();
        }
    }
}

/// Takes a body in. What is too large is read to its end all the same: an answer given before would not be read.
pub(crate) async fn spool(path: &Path, mut body: Body, bytes_max: u64) -> Result<Spooled, Problem> {
    let disk = |error: io::Error| match error.kind() {
        io::ErrorKind::WouldBlock => Problem::busy("同じ番号の配信を受け取っている途中です。"),
        _ => Problem::fault("a delivery could not be written", &error),
    };
    if let Some(folder) = path.parent() {
        make_folders(folder, Access::Private).map_err(disk)?;
    }
    let beside = Beside::create(path).map_err(disk)?;
    let mut file = tokio::fs::File::from_std(beside.file.try_clone().map_err(disk)?);
    let mut spooled = Spooled { file: Some(beside), bytes: 0, sha256: String::new() };
    let mut hash = Sha256::new();
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|_| Problem::unreadable("配信の途中で切れました。はじめから送り直してください。"))?;
        let Ok(piece) = frame.into_data() else { continue };
        spooled.bytes = spooled.bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if spooled.bytes <= bytes_max {
            hash.update(&piece);
            file.write_all(&piece).await.map_err(disk)?;
        }
    }
    if bytes_max < spooled.bytes {
        return Err(Problem::too_large());
    }
    file.flush().await.map_err(disk)?;
    spooled.sha256 = in_hex(hash);
    Ok(spooled)
}
