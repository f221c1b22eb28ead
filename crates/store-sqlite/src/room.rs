//! Room in SQLite's log before it is needed.
//!
//! A commit that makes the log longer waits until the file system has noted the new length and place, too, which takes about as
//! long as the data. SQLite begins the log anew from its start when it was folded, which happens in every idle moment, and leaves the file
//! as long as it was; so once it has some length, commits only write over what is there. Zeros behind the newest entry are no
//! entries: each has the log's salt and a checksum. SQLite holds its locks on other files, so that closing the log here lets none go.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::pool::beside;

/// Commits after which room is made: who opens a journal for a few changes does not need it.
const AFTER_COMMITS: u32 = 64;

/// How long the log is made. It grows beyond only while changes come for long without an idle moment, in which it is folded.
const LOG_BYTES: u64 = 16 * 1024 * 1024;

/// Written at a time.
static PIECE: [u8; 64 * 1024] = [0; 64 * 1024];

/// Makes room once. It belongs to whoever writes: nobody else may write into the log meanwhile.
pub(crate) struct Room {
    log: PathBuf,
    commits: u32,
}

impl Room {
    pub(crate) fn of(database: &Path) -> Self {
        Self { log: beside(database, "-wal"), commits: 0 }
    }

    /// To be told of each commit.
    pub(crate) fn committed(&mut self) {
        if self.commits == AFTER_COMMITS {
            return;
        }
        self.commits += 1;
        if self.commits == AFTER_COMMITS {
            // Without it all goes on, a little slower.
            let _ = lengthen(&self.log);
        }
    }
}

/// Lengthens the log by zeros. A disk that is too full for it keeps what it has.
fn lengthen(log: &Path) -> io::Result<()> {
    let mut file = File::options().write(true).open(log)?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut missing = LOG_BYTES.saturating_sub(length);
    while 0 < missing {
        let piece = PIECE.get(..usize::try_from(missing).unwrap_or(PIECE.len())).unwrap_or(&PIECE);
        if let Err(error) = file.write_all(piece) {
            file.set_len(length)?;
            return Err(error);
        }
        missing = missing.saturating_sub(u64::try_from(piece.len()).unwrap_or(missing));
    }
    Ok(())
}
