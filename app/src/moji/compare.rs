//! The reverse check (逆変換の照合): what was written is converted back and compared with what was read.

use moji::{Charset, Converter, Encoder, Field, Options, StreamEvent, Tables, Undefined, Unmappable};

use crate::progress::say;

/// Differences that are told one by one; the rest is counted.
const TOLD_MAX: u64 = 20;
/// Bytes shown of each side of a difference.
const SHOWN_BYTES: usize = 8;

/// Counts differences and tells the first ones.
#[derive(Default)]
pub(super) struct Differences(u64);

impl Differences {
    pub(super) fn tell(&mut self, record: usize, what: &str) {
        self.0 += 1;
        if self.0 <= TOLD_MAX {
            say(&format!("{record}件目のレコード: {what}"));
        }
    }

    /// All of them in a sentence, [`None`] if there are none.
    pub(super) fn sum(&self) -> Option<String> {
        let count = self.0;
        (count != 0).then(|| format!("逆に変換すると元に戻らないところが{count}件あります"))
    }
}

/// The bytes that end a line in a charset, [`None`] where it has no such character.
pub(super) fn line_end(encoder: &Encoder) -> Option<Vec<u8>> {
    control(encoder, "\n")
}

/// The bytes of a control character.
pub(super) fn control(encoder: &Encoder, text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let done = encoder.encode(Field::Single, text, &mut bytes, &mut Vec::new());
    done.ok().map(|()| bytes).filter(|bytes| !bytes.is_empty())
}

/// Options for reading again what was written.
pub(super) fn read_again(write: &Options) -> Options {
    let keeps = write.unmappable == Unmappable::Keep;
    let undefined = if keeps { Undefined::Keep } else { Undefined::Substitute };
    Options { undefined, trim: false, ..write.clone() }
}

/// Options for writing again what was read. Everything is written, so that a loss shows as a difference.
pub(super) fn write_again(read: &Options) -> Options {
    let keeps = read.undefined == Undefined::Keep;
    let unmappable = if keeps { Unmappable::Keep } else { Unmappable::Substitute };
    Options { unmappable, widen: false, substitute: None, substitute_single: None, ..read.clone() }
}

/// One side of the comparison of streams: what is not compared yet.
#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// How many of them are done with.
    done: usize,
    /// Offset of the first of them in the stream.
    offset: usize,
    /// Behind a difference everything is passed over up to the next line.
    skipping: bool,
}

impl Waiting {
    fn take(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.done);
        self.offset += self.done;
        self.done = 0;
        self.bytes.extend_from_slice(bytes);
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.done..).unwrap_or_default()
    }

    /// Passes over the rest of a line; whether its end was found.
    fn skip(&mut self, end: Option<&[u8]>) -> bool {
        let unit = end.map_or(1, <[u8]>::len);
        match end.and_then(|end| position(self.rest(), end)) {
            Some(at) => {
                self.done += at + unit;
                self.skipping = false;
                true
            }
            None => {
                self.done += self.rest().len() / unit * unit;
                false
            }
        }
    }
}

/// Where a line ends in bytes that start at a whole unit.
pub(super) fn position(bytes: &[u8], end: &[u8]) -> Option<usize> {
    let unit = end.len();
    bytes.chunks_exact(unit).position(|piece| piece == end).map(|index| index * unit)
}

fn count(bytes: &[u8], end: &[u8]) -> usize {
    bytes.chunks_exact(end.len()).filter(|piece| *piece == end).count()
}

/// Compares a stream with its conversion there and back, in constant memory. Behind a difference it goes on with the
/// next line.
pub(super) struct Reverse {
    converter: Converter,
    from: Charset,
    end: Option<Vec<u8>>,
    read: Waiting,
    came_back: Waiting,
    lines: usize,
    /// Why nothing more comes back.
    broken: bool,
    differences: Differences,
    piece: Vec<u8>,
    events: Vec<StreamEvent>,
}

impl Reverse {
    pub(super) fn new(
        tables: &Tables,
        from: (&Charset, &Options),
        to: (&Charset, &Options),
    ) -> anyhow::Result<Self> {
        let (written, read) = (read_again(to.1), write_again(from.1));
        let encoder = tables.encoder(from.0, &read)?;
        Ok(Self {
            converter: Converter::new(tables, (to.0, &written), (from.0, &read))?,
            from: from.0.clone(),
            end: line_end(&encoder),
            read: Waiting::default(),
            came_back: Waiting::default(),
            lines: 0,
            broken: false,
            differences: Differences::default(),
            piece: Vec::new(),
            events: Vec::new(),
        })
    }

    /// Takes what was read and what was written for it.
    pub(super) fn take(&mut self, read: &[u8], written: &[u8], last: bool) {
        self.read.take(read);
        if !self.broken {
            self.piece.clear();
            let (piece, events) = (&mut self.piece, &mut self.events);
            let done = if last {
                self.converter.finish(written, piece, events)
            } else {
                self.converter.push(written, piece, events)
            };
            self.events.clear();
            self.came_back.take(&self.piece);
            if let Err(error) = done {
                self.broken = true;
                self.differences.tell(self.lines + 1, &format!("逆に変換できません: {error}"));
            }
        }
        while self.step() {}
        if self.broken {
            self.read.done = self.read.bytes.len();
        } else if last
            && !(self.read.skipping || self.came_back.skipping)
            && !(self.read.rest().is_empty() && self.came_back.rest().is_empty())
        {
            self.differ();
        }
    }

    /// One step of the comparison; whether another one may follow.
    fn step(&mut self) -> bool {
        let end = self.end.as_deref();
        if self.read.skipping && self.read.skip(end) {
            self.lines += 1;
        }
        if self.came_back.skipping {
            self.came_back.skip(end);
        }
        if self.read.skipping || self.came_back.skipping {
            return false;
        }
        let unit = end.map_or(1, <[u8]>::len);
        let (read, came_back) = (self.read.rest(), self.came_back.rest());
        let common = read.len().min(came_back.len()) / unit * unit;
        let same = read.iter().zip(came_back).take(common).take_while(|(read, back)| read == back).count();
        let whole = same / unit * unit;
        if let Some(end) = end {
            self.lines += count(read.get(..whole).unwrap_or_default(), end);
        }
        self.read.done += whole;
        self.came_back.done += whole;
        if same < common {
            self.differ();
        }
        same < common
    }

    /// Tells the difference at the front of both sides, and passes over the rest of the line.
    fn differ(&mut self) {
        let offset = self.read.offset + self.read.done;
        let (read, back) = (self.shown(&self.read), self.shown(&self.came_back));
        let what = format!("入力の{offset}バイト目（0始まり）: {read} が、逆に変換すると {back} になります");
        self.differences.tell(self.lines + 1, &what);
        self.read.skipping = true;
        self.came_back.skipping = true;
    }

    fn shown(&self, side: &Waiting) -> String {
        shown(side.rest().get(..SHOWN_BYTES).unwrap_or(side.rest()), &self.from)
    }

    /// What was found.
    pub(super) fn differences(&self) -> &Differences {
        &self.differences
    }
}

/// Bytes for a message, as text where they are UTF-8.
pub(super) fn shown(bytes: &[u8], charset: &Charset) -> String {
    if bytes.is_empty() {
        return "（なし）".to_owned();
    }
    let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    match charset {
        Charset::Utf8 { .. } => {
            let text = String::from_utf8_lossy(bytes);
            let text = text.trim_end_matches('\u{FFFD}').escape_debug();
            format!("「{text}」（X'{hex}'）")
        }
        _ => format!("X'{hex}'"),
    }
}
