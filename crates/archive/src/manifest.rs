//! The list of all archive files of a folder, each line chained to the one before.

use jiff::Timestamp;
use register::{ChainHash, Position, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::segment::{Extent, Header, Summary, canonical};

/// What stands before the first line.
const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A file that was archived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archived {
    /// Name within the folder.
    pub file: String,
    /// Everything, or what came since.
    pub extent: Extent,
    /// The change in front of the first.
    pub after: Position,
    /// Its hash.
    pub after_hash: String,
    /// The newest change.
    pub last: Position,
    /// When it was recorded; none when the journal was empty.
    pub last_at: Option<Timestamp>,
    /// Its hash.
    pub last_hash: String,
    /// Changes in the file.
    pub changes: u64,
    /// Versions in the file.
    pub versions: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: String,
    /// When the snapshot was taken.
    pub made_at: Timestamp,
    /// Readers' places at that moment, so that they are known even when the file is gone.
    pub cursors: Vec<(String, Position)>,
    /// Fencing tokens at that moment.
    pub leases: Vec<(String, u64)>,
}

impl Archived {
    /// The line of a file that was written.
    pub fn of(header: &Header, summary: &Summary) -> Self {
        Self {
            file: header.file_name(),
            extent: header.extent,
            after: header.after,
            after_hash: header.after_hash.to_string(),
            last: header.last.position,
            last_at: header.last.at,
            last_hash: header.last.hash.to_string(),
            changes: summary.changes,
            versions: summary.versions,
            bytes: summary.bytes,
            sha256: summary.sha256.clone(),
            made_at: header.made_at,
            cursors: header.standing.cursors.clone(),
            leases: header.standing.leases.clone(),
        }
    }

    /// Whether a file that was read to its end is the one that was archived.
    pub fn is(&self, header: &Header, summary: &Summary) -> bool {
        *self == Self::of(header, summary)
    }

    /// The hash of the newest change; none when the line was not written by this program.
    pub fn head(&self) -> Option<ChainHash> {
        ChainHash::parse(&self.last_hash)
    }
}

/// What happened to the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A file was added.
    Archived(Archived),
    /// Files were removed after a newer full one had been read back.
    Pruned {
        /// Their names.
        files: Vec<String>,
        /// When.
        at: Timestamp,
    },
}

/// Why a manifest does not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// A line does not fit the one before it.
    #[error("目録の{0}行目が、書き換えられているか壊れています")]
    Line(usize),
    /// The last line has no end.
    #[error("目録の最後の行が途中で切れています")]
    Cut,
}

/// The events of a folder in their order.
///
/// A line is the SHA-256 of the former line's hash and the event's JSON, a space, and that JSON. Nobody who changes a
/// line can leave those behind it as they are. Lines cut off the end are told by the files that then stand in no list,
/// or, when these are gone too, by a signed checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    events: Vec<Event>,
    lines: Vec<(String, String)>,
}

impl Manifest {
    /// Reads the text of a manifest.
    ///
    /// # Errors
    /// At the first line that was altered, is missing or malformed.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let mut manifest = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let no = manifest.lines.len().saturating_add(1);
            let (line, after) = rest.split_once('\n').ok_or(ManifestError::Cut)?;
            let (hash, json) = line.split_once(' ').ok_or(ManifestError::Line(no))?;
            if hash != manifest.next_hash(json) {
                return Err(ManifestError::Line(no));
            }
            let event = canonical(json).ok_or(ManifestError::Line(no))?;
            manifest.events.push(event);
            manifest.lines.push((hash.to_owned(), json.to_owned()));
            rest = after;
        }
        Ok(manifest)
    }

    /// The text to be written.
    pub fn text(&self) -> String {
        self.lines.iter().map(|(hash, json)| format!("{hash} {json}\n")).collect()
    }

    /// Appends an event.
    ///
    /// # Errors
    /// When it cannot be JSON, which no event can cause.
    pub fn push(&mut self, event: Event) -> Result<(), serde_json::Error> {
        let json = serde_json::to_string(&event)?;
        self.lines.push((self.next_hash(&json), json));
        self.events.push(event);
        Ok(())
    }

    fn next_hash(&self, json: &str) -> String {
        let before = self.lines.last().map_or(START, |(hash, _)| hash.as_str());
        hex(&Sha256::new().chain_update(before).chain_update(json).finalize())
    }

    /// All files ever archived, oldest first.
    pub fn archived(&self) -> impl DoubleEndedIterator<Item = &Archived> {
        self.events.iter().filter_map(|event| match event {
            Event::Archived(archived) => Some(archived),
            Event::Pruned { .. } => None,
        })
    }

    /// The files that should be there, oldest first.
    pub fn present(&self) -> Vec<&Archived> {
        let mut present: Vec<&Archived> = Vec::new();
        for event in &self.events {
            match event {
                Event::Archived(archived) => present.push(archived),
                Event::Pruned { files, .. } => present.retain(|archived| !files.contains(&archived.file)),
            }
        }
        present
    }

    /// The newest file archived.
    pub fn newest(&self) -> Option<&Archived> {
        self.archived().next_back()
    }

    /// Hash of the last line.
    pub fn head(&self) -> &str {
        self.lines.last().map_or(START, |(hash, _)| hash)
    }

    /// The files that may be removed: everything older than the newest full one whose moment lies before `keep_since`.
    /// A full file holds the whole history, so what is older serves only as a second copy.
    ///
    /// The caller reads that full file back before it removes anything.
    pub fn prunable(&self, keep_since: Timestamp) -> Option<(&Archived, Vec<&Archived>)> {
        let present = self.present();
        let at = present
            .iter()
            .rposition(|archived| archived.extent == Extent::Full && archived.made_at < keep_since)?;
        let (older, newer) = present.split_at(at);
        newer.first().map(|full| (*full, older.to_vec())).filter(|(_, older)| !older.is_empty())
    }
}
