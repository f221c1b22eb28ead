//! One archive file: a header, every change of a range, an ending.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use register::{ChainError, ChainHash, ChainWalk, Position, RawChange, Standing, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::line;
use crate::words::chain_in_words;

/// First line of every archive file; the number is the version of the format.
const MARK: &str = "daicho-archive 1";

/// What the mark of every version begins with.
const MARK_OF_ALL: &str = "daicho-archive ";

/// Longest line read. A body is a few kilobytes; this only keeps a damaged file from filling the memory.
const LINE_BYTES_MAX: u64 = 1 << 28;

/// Bytes handed to the compressor at once.
const PIECE_BYTES: usize = 1 << 16;

/// How hard it is compressed: what is behind it on the scale costs far more time than it saves.
const LEVEL: u32 = 4;

/// Whether a file holds everything or what came since the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// 全体: from the first change on.
    Full,
    /// 増分: from the change behind the newest one archived.
    Increment,
}

impl Extent {
    /// The word file names begin with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Increment => "increment",
        }
    }
}

/// What a file says of itself before its changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Everything, or what came since.
    pub extent: Extent,
    /// The change in front of the first; zero for a full one.
    pub after: Position,
    /// Its hash.
    pub after_hash: ChainHash,
    /// The newest change, with its time and hash.
    pub last: ChainWalk,
    /// When the snapshot was taken.
    pub made_at: Timestamp,
    /// The program that wrote it, with its version.
    pub program: String,
    /// 団体コード.
    pub municipality: String,
    /// What the store knew beside its changes.
    pub standing: Standing,
}

impl Header {
    /// Name of the file: sorted by name, files stand in the order they were made.
    pub fn file_name(&self) -> String {
        let first = self.after.0.saturating_add(1);
        format!("{}-{first:012}-{:012}.gz", self.extent.word(), self.last.position.0)
    }
}

/// The header as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine {
    extent: Extent,
    after: u64,
    after_hash: String,
    last: u64,
    last_at: Option<Timestamp>,
    last_hash: String,
    made_at: Timestamp,
    program: String,
    municipality: String,
    cursors: Vec<(String, u64)>,
    leases: Vec<(String, u64)>,
    /// Ids between spaces, oldest first.
    vault_key: Option<String>,
    kinds: Vec<(String, String, Vec<String>)>,
}

impl HeaderLine {
    fn of(header: &Header) -> Self {
        let standing = &header.standing;
        let kinds = standing.kinds.iter();
        Self {
            extent: header.extent,
            after: header.after.0,
            after_hash: header.after_hash.to_string(),
            last: header.last.position.0,
            last_at: header.last.at,
            last_hash: header.last.hash.to_string(),
            made_at: header.made_at,
            program: header.program.clone(),
            municipality: header.municipality.clone(),
            cursors: standing.cursors.iter().map(|(name, place)| (name.clone(), place.0)).collect(),
            leases: standing.leases.clone(),
            vault_key: (!standing.vault_keys.is_empty()).then(|| standing.vault_keys.join(" ")),
            kinds: kinds.map(|kind| (kind.id.clone(), kind.title.clone(), kind.sealed.clone())).collect(),
        }
    }

    fn header(self) -> Option<Header> {
        let kind = |(id, title, sealed)| register::KindNote { id, title, sealed };
        Some(Header {
            extent: self.extent,
            after: Position(self.after),
            after_hash: ChainHash::parse(&self.after_hash)?,
            last: ChainWalk {
                position: Position(self.last),
                at: self.last_at,
                hash: ChainHash::parse(&self.last_hash)?,
            },
            made_at: self.made_at,
            program: self.program,
            municipality: self.municipality,
            standing: Standing {
                cursors: self.cursors.into_iter().map(|(name, place)| (name, Position(place))).collect(),
                leases: self.leases,
                vault_keys: self.vault_key.iter().flat_map(|ids| ids.split(' ')).map(str::to_owned).collect(),
                kinds: self.kinds.into_iter().map(kind).collect(),
            },
        })
    }
}

/// What was written, or read to the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Changes.
    pub changes: u64,
    /// Versions.
    pub versions: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
}

#[derive(Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Ending {
    changes: u64,
    versions: u64,
}

/// Reads JSON that is spelled exactly as this program writes it, so that no two texts mean the same.
pub(crate) fn canonical<T: Serialize + serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    let value: T = serde_json::from_str(text).ok()?;
    (serde_json::to_string(&value).ok()? == text).then_some(value)
}

/// Why a file is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// It begins otherwise.
    #[error("控えファイルではありません")]
    NotAnArchive,
    /// A later program wrote it.
    #[error("新しい形式の控えファイルです（{0}）。書いたプログラムか、それより新しいもので読んでください")]
    Newer(String),
    /// A line does not read.
    #[error("{line}行目（変更{after}の後）が読めません")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// The newest change before it.
        after: Position,
    },
    /// A change does not follow the one before it.
    #[error("{}", chain_in_words(.0))]
    Chain(#[from] ChainError),
    /// The ending is missing, or it or the header says otherwise than what stands between.
    #[error("変更{after}の後で、{what}")]
    Ending {
        /// The newest change.
        after: Position,
        /// What is wrong.
        what: &'static str,
    },
    /// The bytes do not unpack or do not come.
    #[error("変更{after}の後で、ファイルが壊れているか読めません: {source}")]
    Bytes {
        /// The newest change before it.
        after: Position,
        /// What the system or the decompressor says.
        source: io::Error,
    },
}

/// Counts and hashes the bytes that pass.
struct Tally<T> {
    inner: T,
    bytes: u64,
    sha256: Sha256,
}

impl<T> Tally<T> {
    fn new(inner: T) -> Self {
        Self { inner, bytes: 0, sha256: Sha256::new() }
    }

    fn note(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }

    fn summary(self, changes: u64, versions: u64) -> (T, Summary) {
        let sha256 = hex(&self.sha256.finalize());
        (self.inner, Summary { changes, versions, bytes: self.bytes, sha256 })
    }
}

impl<W: Write> Write for Tally<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.note(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Tally<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.note(into.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Writes one file.
pub struct SegmentWriter<W: Write> {
    out: GzEncoder<BufWriter<Tally<W>>>,
    piece: Vec<u8>,
    changes: u64,
    versions: u64,
}

impl<W: Write> SegmentWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(out: W, header: &Header) -> io::Result<Self> {
        let tally = BufWriter::with_capacity(PIECE_BYTES, Tally::new(out));
        let out = GzEncoder::new(tally, Compression::new(LEVEL));
        let mut piece = Vec::with_capacity(PIECE_BYTES.saturating_mul(2));
        let head = serde_json::to_string(&HeaderLine::of(header))?;
        piece.extend_from_slice(format!("{MARK}\nH\t{head}\n").as_bytes());
        Ok(Self { out, piece, changes: 0, versions: 0 })
    }

    /// Appends a change as it is; whether it follows is looked at when the file is read back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn change(&mut self, change: &RawChange) -> io::Result<()> {
        line::write(&mut self.piece, change);
        self.changes = self.changes.saturating_add(1);
        let versions = u64::try_from(change.versions.len()).unwrap_or(u64::MAX);
        self.versions = self.versions.saturating_add(versions);
        if PIECE_BYTES < self.piece.len() {
            self.out.write_all(&self.piece)?;
            self.piece.clear();
        }
        Ok(())
    }

    /// Ends the file and gives back where it was written to; making it durable is the caller's.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<(W, Summary)> {
        let ending = serde_json::to_string(&Ending { changes: self.changes, versions: self.versions })?;
        self.piece.extend_from_slice(format!("E\t{ending}\n").as_bytes());
        self.out.write_all(&self.piece)?;
        let tally = self.out.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(tally.summary(self.changes, self.versions))
    }
}

/// Reads one file and checks the chain on the way.
pub struct SegmentReader<R: Read> {
    input: BufReader<GzDecoder<BufReader<Tally<R>>>>,
    header: Header,
    walk: ChainWalk,
    line: Vec<u8>,
    lines: u64,
    /// The change whose versions are being read.
    open: Option<RawChange>,
    changes: u64,
    versions: u64,
    ended: bool,
}

impl<R: Read> SegmentReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When it is not such a file, a newer one, or does not read.
    pub fn new(input: R) -> Result<Self, SegmentError> {
        let bytes = BufReader::with_capacity(PIECE_BYTES, Tally::new(input));
        let mut reader = Self {
            input: BufReader::with_capacity(PIECE_BYTES, GzDecoder::new(bytes)),
            header: Header {
                extent: Extent::Full,
                after: Position(0),
                after_hash: ChainHash::START,
                last: ChainWalk::START,
                made_at: Timestamp::UNIX_EPOCH,
                program: String::new(),
                municipality: String::new(),
                standing: Standing::default(),
            },
            walk: ChainWalk::START,
            line: Vec::new(),
            lines: 0,
            open: None,
            changes: 0,
            versions: 0,
            ended: false,
        };
        let mark = match reader.next_line() {
            Ok(true) => String::from_utf8_lossy(&reader.line).into_owned(),
            _ => return Err(SegmentError::NotAnArchive),
        };
        if mark != MARK {
            return Err(match mark.strip_prefix(MARK_OF_ALL) {
                Some(version) => SegmentError::Newer(version.chars().take(40).collect()),
                None => SegmentError::NotAnArchive,
            });
        }
        let read = reader.next_line()?;
        let text = std::str::from_utf8(&reader.line).ok().filter(|_| read);
        let line = text.and_then(|text| text.strip_prefix("H\t")).and_then(canonical::<HeaderLine>);
        reader.header = line.and_then(HeaderLine::header).ok_or_else(|| reader.malformed())?;
        let Header { after, after_hash, .. } = reader.header;
        reader.walk = ChainWalk { position: after, at: None, hash: after_hash };
        Ok(reader)
    }

    /// What the file says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The newest change read.
    pub fn reached(&self) -> ChainWalk {
        self.walk
    }

    /// The next change; none behind the last, when all that the file says of itself was found true.
    ///
    /// # Errors
    /// At the first thing that is not as it should be.
    pub fn next_change(&mut self) -> Result<Option<RawChange>, SegmentError> {
        while !self.ended {
            let after = self.walk.position;
            if !self.next_line()? {
                return Err(SegmentError::Ending {
                    after, what: "ファイルが途中で切れています"
                });
            }
            // Lent out while it is read, and given back so that its room is used again.
            let line = std::mem::take(&mut self.line);
            let whole = self.take(&line);
            self.line = line;
            if let Some(whole) = whole? {
                return Ok(Some(whole));
            }
        }
        Ok(None)
    }

    /// Takes one line; gives the change it completes.
    fn take(&mut self, line: &[u8]) -> Result<Option<RawChange>, SegmentError> {
        let text = std::str::from_utf8(line).map_err(|_| self.malformed())?;
        if text.starts_with('V') {
            let (Some(version), Some(open)) = (line::version(text), &mut self.open) else {
                return Err(self.malformed());
            };
            open.versions.push(version);
            self.versions = self.versions.saturating_add(1);
            return Ok(None);
        }
        let (next, ending) = if text.starts_with('C') {
            (Some(line::change(text).ok_or_else(|| self.malformed())?), None)
        } else {
            let ending = text.strip_prefix("E\t").and_then(canonical::<Ending>);
            (None, Some(ending.ok_or_else(|| self.malformed())?))
        };
        if next.is_some() {
            self.changes = self.changes.saturating_add(1);
        }
        let whole = std::mem::replace(&mut self.open, next);
        if let Some(whole) = &whole {
            self.walk.step(whole)?;
        }
        if let Some(ending) = ending {
            self.end(&ending)?;
        }
        Ok(whole)
    }

    /// Compares what was read with what header and ending say, and sees that nothing follows.
    fn end(&mut self, ending: &Ending) -> Result<(), SegmentError> {
        let after = self.walk.position;
        let wrong = |what| Err(SegmentError::Ending { after, what });
        if *ending != (Ending { changes: self.changes, versions: self.versions }) {
            return wrong("件数が末尾の記載と違います");
        }
        let last = self.header.last;
        if (last.position, last.hash) != (self.walk.position, self.walk.hash)
            || (self.changes != 0 && last.at != self.walk.at)
        {
            return wrong("最後の変更が先頭の記載と違います");
        }
        if self.next_line()? || self.rest()? {
            return wrong("末尾の後に続きがあります");
        }
        self.ended = true;
        Ok(())
    }

    /// Whether bytes follow the compressed stream.
    fn rest(&mut self) -> Result<bool, SegmentError> {
        let after = self.walk.position;
        let rest = self.input.get_mut().get_mut().fill_buf();
        rest.map(|rest| !rest.is_empty()).map_err(|source| SegmentError::Bytes { after, source })
    }

    /// Counts and hash of the file, once it was read to its end.
    ///
    /// # Errors
    /// At the first thing that is not as it should be, when changes are left.
    pub fn finish(mut self) -> Result<Summary, SegmentError> {
        while self.next_change()?.is_some() {}
        let tally = self.input.into_inner().into_inner().into_inner();
        Ok(tally.summary(self.changes, self.versions).1)
    }

    /// Reads the next line, without its end, into `line`; false at the end of the stream.
    fn next_line(&mut self) -> Result<bool, SegmentError> {
        let after = self.walk.position;
        self.line.clear();
        let mut limited = (&mut self.input).take(LINE_BYTES_MAX);
        limited.read_until(b'\n', &mut self.line).map_err(|source| SegmentError::Bytes { after, source })?;
        self.lines = self.lines.saturating_add(1);
        match self.line.pop() {
            None => Ok(false),
            Some(b'\n') => Ok(true),
            Some(_) => Err(self.malformed()),
        }
    }

    fn malformed(&self) -> SegmentError {
        SegmentError::Line { line: self.lines, after: self.walk.position }
    }
}
