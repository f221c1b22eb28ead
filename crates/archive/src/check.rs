//! Whether a file is the one the manifest names.

use std::io::Read;

use register::{ChainWalk, RawChange};

use crate::manifest::Archived;
use crate::segment::{SegmentError, SegmentReader};

/// Why a file of an archive cannot be relied on.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is broken in itself.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// It is whole, but not the file that was archived.
    #[error("目録の記載（件数、先頭と末尾のハッシュ、SHA-256）と違うファイルです")]
    Other,
}

/// Reads a file to its end: the chain, what it says of itself, and what the manifest says of it.
///
/// `each` sees every change, with the chain checked up to it; the file as a whole is only known to be right when this
/// returns.
///
/// # Errors
/// At the first thing that is not as it should be.
pub fn check_file(
    archived: &Archived,
    input: impl Read,
    each: impl FnMut(&RawChange),
) -> Result<ChainWalk, FileError> {
    let (found, reached) = read(input, each)?;
    if *archived == found { Ok(reached) } else { Err(FileError::Other) }
}

/// Reads a file to its end, and gives the line a manifest would have of it.
///
/// # Errors
/// At the first thing in which it contradicts itself.
pub fn line_of(input: impl Read) -> Result<Archived, SegmentError> {
    read(input, |_| ()).map(|(found, _)| found)
}

fn read(input: impl Read, mut each: impl FnMut(&RawChange)) -> Result<(Archived, ChainWalk), SegmentError> {
    let mut reader = SegmentReader::new(input)?;
    while let Some(change) = reader.next_change()? {
        each(&change);
    }
    let (header, reached) = (reader.header().clone(), reader.reached());
    let summary = reader.finish()?;
    Ok((Archived::of(&header, &summary), reached))
}
