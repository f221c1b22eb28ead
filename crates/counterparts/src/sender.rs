//! A system that puts numbered files into a place and looks for our receipts.

use std::fs;
use std::io;

use layout::{Facts, Plan};
use sha2::{Digest, Sha256};
use transport::{Control, Place, PlaceError, Receipt};

/// What a sender does wrong, on order (わざと起こす不具合); the default is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mishap {
    /// All is well.
    #[default]
    None,
    /// The control file counts one row more than there are.
    WrongCount,
    /// The control file states another size.
    WrongSize,
    /// The set has two files, and the second never comes.
    SecondFileMissing,
    /// A number is left out.
    Gap,
    /// The number of the delivery before, with other content.
    NumberTwice,
    /// A delivery as of an earlier moment than the one before.
    Older,
    /// The first row has a character the charset does not know.
    BrokenCharacter,
}

/// The simulator could not do its part.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// Its own disk.
    #[error("the simulated sender cannot write")]
    Disk(#[from] io::Error),
    /// The place.
    #[error("the simulated sender cannot use its place")]
    Place(#[from] PlaceError),
    /// A row that does not fit the layout.
    #[error("the simulated sender has a row that its layout refuses: {0}")]
    Row(String),
}

/// A simulated system that originates data for one link of the town.
pub struct Sender {
    /// The place as this system sees it.
    place: Box<dyn Place>,
    link: String,
    dataset: String,
    plan: Plan,
    /// File names are this, the number and `.dat`.
    prefix: String,
    next_no: u64,
    as_of: u64,
}

impl Sender {
    /// A sender that begins with number 1. `place` is the other side's view of the town's place.
    pub fn new(place: Box<dyn Place>, link: &str, dataset: &str, prefix: &str, plan: Plan) -> Self {
        let (link, dataset, prefix) = (link.to_owned(), dataset.to_owned(), prefix.to_owned());
        Self { place, link, dataset, plan, prefix, next_no: 1, as_of: 0 }
    }

    /// The same sender after a restart: it goes on with this number.
    #[must_use]
    pub fn going_on_with(self, next_no: u64) -> Self {
        Self { next_no, as_of: next_no.saturating_sub(1), ..self }
    }

    /// The number of its next delivery.
    pub fn next_no(&self) -> u64 {
        self.next_no
    }

    /// Sends rows, values in the order of the plan's items, dated `date` (`2026-11-20`); `full` or a difference. Gives the
    /// names of the files it has put.
    ///
    /// # Errors
    /// [`SenderError`].
    pub fn send(
        &mut self,
        rows: &[Vec<String>],
        full: bool,
        date: &str,
        mishap: Mishap,
    ) -> Result<Vec<String>, SenderError> {
        let no = match mishap {
            Mishap::Gap => self.next_no + 1,
            Mishap::NumberTwice => self.next_no.saturating_sub(1).max(1),
            _ => self.next_no,
        };
        let as_of = if mishap == Mishap::Older { self.as_of.saturating_sub(1) } else { self.as_of + 1 };
        let mut bytes = self.bytes(rows, no, full, date)?;
        if mishap == Mishap::BrokenCharacter {
            break_a_character(&mut bytes);
        }
        let parts = if mishap == Mishap::SecondFileMissing { 2 } else { 1 };
        let counted = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let control = Control {
            link: self.link.clone(),
            no,
            dataset: self.dataset.clone(),
            extent: if full { "full".to_owned() } else { "difference".to_owned() },
            as_of,
            rows: counted + u64::from(mishap == Mishap::WrongCount),
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            sha256: transport::in_hex(Sha256::new_with_prefix(&bytes)),
            content: None,
            part: 1,
            parts,
        };
        let name = match mishap {
            // Another name, as a system that mixed up its numbers would have it.
            Mishap::NumberTwice => format!("{}{no:06}_2.dat", self.prefix),
            _ => format!("{}{no:06}.dat", self.prefix),
        };
        let data = tempfile::NamedTempFile::new()?;
        fs::write(data.path(), &bytes)?;
        let control = if mishap == Mishap::WrongSize {
            Control { bytes: control.bytes + 1, ..control }
        } else {
            control
        };
        self.place.put(&name, data.path(), &control)?;
        if mishap != Mishap::NumberTwice {
            self.next_no = no + 1;
            self.as_of = self.as_of.max(as_of);
        }
        Ok(vec![name])
    }

    /// Our receipt for a file of this system.
    ///
    /// # Errors
    /// When the place does not answer.
    pub fn receipt(&self, name: &str) -> Result<Option<Receipt>, SenderError> {
        Ok(self.place.receipt(name)?)
    }

    fn bytes(&self, rows: &[Vec<String>], no: u64, full: bool, date: &str) -> Result<Vec<u8>, SenderError> {
        let refused = |error: layout::RowError| SenderError::Row(error.to_string());
        let (mut bytes, mut events) = (Vec::new(), Vec::new());
        let mut facts = Facts {
            delivery_no: no,
            date: date.to_owned(),
            extent: if full { "A".to_owned() } else { "D".to_owned() },
            ..Facts::default()
        };
        if self.plan.layout().header_is_tallied() {
            let (mut writer, mut scratch) = (self.plan.writer(), Vec::new());
            for row in rows {
                let values: Vec<&str> = row.iter().map(String::as_str).collect();
                writer.write_row(&values, &mut scratch, &mut events).map_err(refused)?;
            }
            facts.tally = writer.tally().clone();
        }
        let mut writer = self.plan.writer();
        writer.write_header(&facts, &mut bytes, &mut events).map_err(refused)?;
        for row in rows {
            let values: Vec<&str> = row.iter().map(String::as_str).collect();
            writer.write_row(&values, &mut bytes, &mut events).map_err(refused)?;
        }
        writer.write_trailer(&facts, &mut bytes, &mut events).map_err(refused)?;
        Ok(bytes)
    }
}

/// Puts a byte that begins no character into the middle of the last row.
fn break_a_character(bytes: &mut [u8]) {
    let middle = bytes.len().saturating_sub(12);
    if let Some(byte) = bytes.get_mut(middle) {
        *byte = 0xff;
    }
}
