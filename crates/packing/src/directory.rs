//! The end of a ZIP file, read here before the library reads its directory.
//!
//! The library makes room for as many members as the file claims, looks for another end where one does not fit, and counts members of
//! one name as one. A file of a few hundred bytes could so ask for more memory than there is, or be two files in one: what one program
//! opens is then not what another does.

use std::io::{self, Read, Seek, SeekFrom};

const END: &[u8] = b"PK\x05\x06";
const LONG_END: &[u8] = b"PK\x06\x06";
const LOCATOR: &[u8] = b"PK\x06\x07";

/// Sizes of the three, without a remark or anything else of variable length.
const END_BYTES: usize = 22;
const LONG_END_BYTES: usize = 56;
const LOCATOR_BYTES: usize = 20;

/// So far from the end of a file the library looks for an end of the directory, and a locator may stand before one.
const WINDOW_BYTES: u64 = (1 << 16) + 26 + 20;

/// What the end of a ZIP file says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// How many files are in it.
    pub(crate) members: u64,
    /// Where their directory begins.
    pub(crate) begins: u64,
}

/// Reads the end of a file; none where it is not that of a ZIP file, has a remark, or may be read in two ways.
///
/// Source: PKWARE APPNOTE.TXT 6.3.10, 4.3.14 to 4.3.16.
pub(crate) fn end(file: &mut (impl Read + Seek)) -> io::Result<Option<End>> {
    let length = file.seek(SeekFrom::End(0))?;
    let begins = length.saturating_sub(WINDOW_BYTES);
    file.seek(SeekFrom::Start(begins))?;
    let mut tail = Vec::new();
    file.take(WINDOW_BYTES).read_to_end(&mut tail)?;
    Ok(read(&tail, begins))
}

fn read(tail: &[u8], begins: u64) -> Option<End> {
    let at = tail.len().checked_sub(END_BYTES)?;
    let (before, end) = tail.split_at_checked(at)?;
    if !end.starts_with(END) || number(end, 20, 2)? != 0 || has_long_end(before) {
        return None;
    }
    let short = End { members: number(end, 10, 2)?, begins: number(end, 16, 4)? };
    let here = number(end, 8, 2)?;
    let Some(at) = before.len().checked_sub(LOCATOR_BYTES) else { return agreed(short, here) };
    let (before, locator) = before.split_at_checked(at)?;
    if !locator.starts_with(LOCATOR) {
        return agreed(short, here);
    }
    let at = before.len().checked_sub(LONG_END_BYTES)?;
    let long = before.get(at..)?;
    let position = begins.checked_add(u64::try_from(at).ok()?)?;
    let plain_bytes = u64::try_from(LONG_END_BYTES).ok()?.checked_sub(12)?;
    if !long.starts_with(LONG_END) || number(locator, 8, 8)? != position || number(long, 4, 8)? != plain_bytes
    {
        return None;
    }
    agreed(End { members: number(long, 32, 8)?, begins: number(long, 48, 8)? }, number(long, 24, 8)?)
}

/// All members are in this file, not in others of a set.
fn agreed(end: End, here: u64) -> Option<End> {
    (end.members == here).then_some(end)
}

/// Whether a long end is announced before the last one.
fn has_long_end(before: &[u8]) -> bool {
    let is_end = |rest: &[u8]| rest.get(LOCATOR_BYTES..).is_some_and(|rest| rest.starts_with(END));
    before.windows(LOCATOR_BYTES + END.len()).any(|piece| piece.starts_with(LOCATOR) && is_end(piece))
}

/// A number of `bytes` bytes, the lowest first.
fn number(piece: &[u8], at: usize, bytes: usize) -> Option<u64> {
    let piece = piece.get(at..at.checked_add(bytes)?)?;
    Some(piece.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}
