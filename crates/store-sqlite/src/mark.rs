//! The end of the journal, noted beside the database.
//!
//! SQLite takes the end of its log to be where the checksums end. After a kill that is right; after a bit of the log was
//! lost on the disk, everything behind it would be missing in silence. So each group of changes is noted in the lock
//! file before it is acknowledged, and an opening that finds less than was noted refuses.
//!
//! The note is not flushed: that would cost a second wait for the disk. After a power cut it may therefore be older than
//! the database, and never newer, for the database was flushed first.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use register::{ChainHash, Fault, hex};
use rusqlite::{Connection, OptionalExtension};
use store::{OrFault, Tip, Trouble, int, row_mark};

use crate::apply::read_tip;
use crate::store::Lock;

const WHAT: &str = "the note of the journal's end cannot be read";

/// The note, in the file that is locked anyway.
pub(crate) struct EndMark(File);

impl EndMark {
    pub(crate) fn beside(lock: &Lock) -> Result<Self, Fault> {
        lock.file().map(Self).or_fault(WHAT)
    }

    /// Notes a durable end. A failure costs a later notice, no data.
    pub(crate) fn set(&mut self, tip: &Tip) {
        let _ = self.write(tip);
    }

    /// Notes the end of a journal that takes the place of another, and flushes it: the note of the former one would
    /// refuse it.
    pub(crate) fn replace(&mut self, tip: &Tip) -> Result<(), Fault> {
        self.write(tip).and_then(|()| self.0.sync_all()).or_fault("the journal's end cannot be noted")
    }

    fn write(&mut self, tip: &Tip) -> std::io::Result<()> {
        self.0.seek(SeekFrom::Start(0))?;
        self.0.write_all(text(tip.position, &tip.hash).as_bytes())
    }

    /// Compares the note with what the database holds; without one, with nothing.
    pub(crate) fn check(&self, conn: Option<&Connection>, path: &Path) -> Result<(), Fault> {
        let mut file = &self.0;
        let mut noted = Vec::new();
        file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut noted)).or_fault(WHAT)?;
        // Empty: a database that is new or comes from an older program. Zeros: the name outlived a power
        // cut and the note did not.
        if noted.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        let noted = String::from_utf8(noted).unwrap_or_default();
        let position = noted.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(u64::MAX);
        let there = match conn {
            _ if position == 0 => Some(ChainHash::START),
            Some(conn) => hash_at(conn, position)?,
            None => None,
        };
        if there.is_some_and(|there| noted == text(position, &there)) {
            return Ok(());
        }
        let file = format!("{}.lock", path.display());
        let found = conn.map(read_tip).transpose()?.map_or(0, |tip| tip.position);
        Err(Trouble::EndMissing { noted: noted.trim_end().to_owned(), found, file }.into())
    }
}

fn hash_at(conn: &Connection, position: u64) -> Result<Option<ChainHash>, Fault> {
    conn.query_row("SELECT hash FROM changes WHERE position = ?1", [int(position)], |row| row.get(0))
        .optional()
        .map(|hash: Option<[u8; 32]>| hash.map(ChainHash))
        .or_fault(WHAT)
}

fn text(position: u64, hash: &ChainHash) -> String {
    let (place, hash) = (format!("{position:020}"), hex(&hash.0));
    let mark = row_mark(&["end", &place, &hash]);
    format!("{place} {hash} {mark}\n")
}
