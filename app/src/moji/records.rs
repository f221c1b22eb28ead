//! Conversion record by record: every line, or every so many bytes, is one field that starts fresh.

use std::io::{BufRead, BufReader, BufWriter, Chain, Cursor, Read, Write};
use std::mem;

use anyhow::Context;
use moji::{
    CharEvent, Charset, ConvertError, Decoder, EncodeError, Encoder, Endian, Field, Options, Overflow, Side,
    Tables,
};

use super::compare::{Differences, control, line_end, read_again, shown, write_again};
use super::convert::{Sides, no_codec};
use super::link::{End, fixed_end};
use super::report::Ledger;
use crate::told::{misused, refused};

/// A longer line is no record; without a limit a file without line ends would be held in memory whole.
const RECORD_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes read at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// The longest byte order mark.
const MARK_BYTES_MAX: u64 = 4;

/// How records of a side follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// As lines.
    Lines,
    /// Each as long as the others, without line ends.
    Fixed(usize),
}

/// What stood behind a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Nothing,
    LineFeed,
    Both,
}

/// A conversion of records.
pub(super) struct Records {
    sides: Sides,
    field: Field,
    overflow: Overflow,
    input: Shape,
    output: Shape,
    decoder: Decoder,
    encoder: Encoder,
    check: Option<Check>,
    tables: Tables,
}

/// The way back, for comparing.
struct Check {
    decoder: Decoder,
    encoder: Encoder,
    differences: Differences,
}

impl Records {
    pub(super) fn new(
        tables: &Tables,
        sides: Sides,
        field: Field,
        bytes: Option<usize>,
        overflow: Overflow,
        check: bool,
    ) -> anyhow::Result<Self> {
        let fixed = |end: End| match bytes {
            // Between two hosts both sides are files of fixed length.
            Some(bytes)
                if fixed_end(&sides.from, &sides.to) == end
                    || (sides.from.is_host() && sides.to.is_host()) =>
            {
                Shape::Fixed(bytes)
            }
            _ => Shape::Lines,
        };
        let (input, output) = (fixed(End::From), fixed(End::To));
        let decoder = |charset: &Charset, options: &Options| {
            tables.decoder(charset, options).map_err(|error| no_codec(&error))
        };
        let encoder = |charset: &Charset, options: &Options| {
            tables.encoder(charset, options).map_err(|error| no_codec(&error))
        };
        let check = check.then(|| {
            Ok::<_, anyhow::Error>(Check {
                decoder: decoder(&sides.to, &read_again(&sides.write))?,
                encoder: encoder(&sides.from, &write_again(&sides.read))?,
                differences: Differences::default(),
            })
        });
        let encoder_to = encoder(&sides.to, &sides.write)?;
        if let Shape::Fixed(bytes) = output
            && !bytes.is_multiple_of(encoder_to.unit(field))
        {
            let unit = encoder_to.unit(field);
            return Err(misused(EncodeError::Length { bytes, unit }.to_string()));
        }
        Ok(Self {
            check: check.transpose()?,
            decoder: decoder(&sides.from, &sides.read)?,
            encoder: encoder_to,
            tables: tables.clone(),
            sides,
            field,
            overflow,
            input,
            output,
        })
    }

    pub(super) fn table_versions(&self) -> (&str, &str) {
        (self.decoder.table_version(), self.encoder.table_version())
    }

    /// Converts one record; the error says which character stops it.
    fn one(&self, record: usize, body: &[u8], work: &mut Work) -> Result<(), ConvertError> {
        work.text.clear();
        self.decoder
            .decode(self.field, body, &mut work.text, &mut work.read)
            .map_err(|source| ConvertError::Decode { record, source })?;
        work.bytes.clear();
        let (text, bytes, events) = (&work.text, &mut work.bytes, &mut work.written);
        match self.output {
            Shape::Lines => self.encoder.encode(self.field, text, bytes, events),
            Shape::Fixed(length) => {
                self.encoder.encode_fixed(self.field, text, length, self.overflow, bytes, events)
            }
        }
        .map_err(|source| ConvertError::Encode { record, source })
    }

    /// Converts a record back and compares.
    fn compare(&mut self, record: usize, body: &[u8], work: &Work) {
        let Some(check) = &mut self.check else { return };
        let (mut text, mut back, mut events) = (String::new(), Vec::new(), Vec::new());
        let read = check.decoder.decode(self.field, &work.bytes, &mut text, &mut events);
        if let Err(error) = read {
            check.differences.tell(record, &format!("逆に変換できません: {error}"));
            return;
        }
        let written = match self.input {
            Shape::Lines => {
                // The padding is not the record's.
                let text = if self.output == Shape::Lines { text.as_str() } else { without_padding(&text) };
                check.encoder.encode(self.field, text, &mut back, &mut events)
            }
            Shape::Fixed(length) => {
                let text = without_padding(&text);
                check.encoder.encode_fixed(self.field, text, length, Overflow::Reject, &mut back, &mut events)
            }
        };
        let same = back == body
            || (self.output != Shape::Lines && without_padding(&work.text) == without_padding(&text) && {
                // A line's own trailing spaces became padding.
                self.input == Shape::Lines && written.is_ok()
            });
        if let Err(error) = written {
            check.differences.tell(record, &format!("逆に変換できません: {error}"));
        } else if !same {
            let (read, back) = (shown(body, &self.sides.from), shown(&back, &self.sides.from));
            check.differences.tell(record, &format!("{read} が、逆に変換すると {back} になります"));
        }
    }
}

fn without_padding(text: &str) -> &str {
    text.trim_end_matches([' ', '\u{3000}'])
}

/// Buffers that records share.
#[derive(Default)]
struct Work {
    text: String,
    bytes: Vec<u8>,
    read: Vec<CharEvent>,
    written: Vec<CharEvent>,
}

/// Converts all records.
pub(super) fn convert(
    mut records: Records,
    input: &mut dyn Read,
    out: &mut dyn Write,
    mut ledger: Ledger,
) -> anyhow::Result<()> {
    let mut source = Source::open(&mut records, input)?;
    let mut out = BufWriter::new(out);
    if records.output == Shape::Lines {
        out.write_all(records.encoder.charset().bom())?;
    }
    let ends = Ends::of(&records.encoder);
    let (mut body, mut work, mut record) = (Vec::new(), Work::default(), 0);
    let mut outcome = Ok(());
    let mut ended = Ending::LineFeed;
    while let Some(ending) = source.next(&mut body)? {
        record += 1;
        outcome = records.one(record, &body, &mut work);
        for event in work.read.drain(..) {
            ledger.event(record, Side::Decoding, &event)?;
        }
        for event in work.written.drain(..) {
            ledger.event(record, Side::Encoding, &event)?;
        }
        if outcome.is_err() {
            break;
        }
        if records.output == Shape::Lines {
            // Records without line ends become lines; lines keep the ends they have.
            let ending = if records.input == Shape::Lines { ending } else { Ending::LineFeed };
            if ended == Ending::Nothing {
                out.write_all(ends.bytes(Ending::LineFeed)?)?;
            }
            out.write_all(&work.bytes)?;
            out.write_all(ends.bytes(ending)?)?;
            ended = ending;
        } else {
            out.write_all(&work.bytes)?;
        }
        records.compare(record, &body, &work);
    }
    out.flush()?;
    if let Err(error) = &outcome {
        ledger.error(error)?;
    }
    ledger.close()?;
    outcome.map_err(|error| refused(error.to_string()))?;
    match records.check.and_then(|check| check.differences.sum()) {
        Some(found) => Err(refused(found)),
        None => Ok(()),
    }
}

/// Line ends of the output.
struct Ends {
    line_feed: Option<Vec<u8>>,
    both: Option<Vec<u8>>,
}

impl Ends {
    fn of(encoder: &Encoder) -> Self {
        Self { line_feed: line_end(encoder), both: control(encoder, "\r\n") }
    }

    fn bytes(&self, ending: Ending) -> anyhow::Result<&[u8]> {
        let bytes = match ending {
            Ending::Nothing => return Ok(&[]),
            Ending::LineFeed => &self.line_feed,
            Ending::Both => &self.both,
        };
        bytes.as_deref().ok_or_else(|| {
            misused("出力の文字コードには改行がありません。--bytes で1件の長さを決めてください")
        })
    }
}

/// Where records come from.
struct Source<'a> {
    input: BufReader<Chain<Cursor<Vec<u8>>, &'a mut dyn Read>>,
    shape: Shape,
    line_feed: Option<Vec<u8>>,
    carriage_return: Vec<u8>,
}

impl<'a> Source<'a> {
    /// Settles the byte order mark of a Unicode file of lines: `records` then reads in the order it says.
    fn open(records: &mut Records, input: &'a mut dyn Read) -> anyhow::Result<Self> {
        let mut front = Vec::new();
        let mut charset = records.sides.from.clone();
        if records.input == Shape::Lines && charset.is_unicode() {
            Read::take(&mut *input, MARK_BYTES_MAX).read_to_end(&mut front).context("入力が読めません")?;
            let (settled, length) = by_mark(&charset, &front);
            front.drain(..length);
            charset = settled;
            records.decoder = records.tables.decoder(&charset, &records.sides.read)?;
        }
        let encoder = records.tables.encoder(&charset, &write_again(&records.sides.read))?;
        if let Some(check) = &mut records.check {
            check.encoder = encoder.clone();
        }
        Ok(Self {
            input: BufReader::with_capacity(BUFFER_BYTES, Cursor::new(front).chain(input)),
            shape: records.input,
            line_feed: line_end(&encoder),
            carriage_return: control(&encoder, "\r").unwrap_or_default(),
        })
    }

    /// Reads the next record into `body`, without its line end.
    fn next(&mut self, body: &mut Vec<u8>) -> anyhow::Result<Option<Ending>> {
        body.clear();
        match self.shape {
            Shape::Fixed(length) => {
                let limit = u64::try_from(length)?;
                Read::take(&mut self.input, limit).read_to_end(body).context("入力が読めません")?;
                if !body.is_empty() && body.len() < length {
                    let got = body.len();
                    return Err(refused(format!(
                        "最後のレコードが{got}バイトしかありません（1件は{length}バイト）"
                    )));
                }
                Ok((!body.is_empty()).then_some(Ending::Nothing))
            }
            Shape::Lines => self.line(body),
        }
    }

    fn line(&mut self, body: &mut Vec<u8>) -> anyhow::Result<Option<Ending>> {
        let Some(end) = mem::take(&mut self.line_feed) else { return self.rest(body) };
        let last = end.last().copied().unwrap_or_default();
        let mut found = false;
        while !found {
            let limit = u64::try_from(RECORD_BYTES_MAX - body.len().min(RECORD_BYTES_MAX))?;
            let count =
                Read::take(&mut self.input, limit).read_until(last, body).context("入力が読めません")?;
            if RECORD_BYTES_MAX <= body.len() {
                return Err(refused(format!("改行のないまま{RECORD_BYTES_MAX}バイトを超えました")));
            }
            found = body.ends_with(&end) && body.len().is_multiple_of(end.len());
            if count == 0 {
                break;
            }
        }
        if !found {
            self.line_feed = Some(end);
            return Ok((!body.is_empty()).then_some(Ending::Nothing));
        }
        body.truncate(body.len() - end.len());
        self.line_feed = Some(end);
        let unit = self.carriage_return.len();
        if unit != 0 && body.ends_with(&self.carriage_return) {
            body.truncate(body.len() - unit);
            return Ok(Some(Ending::Both));
        }
        Ok(Some(Ending::LineFeed))
    }

    /// A charset without line ends: everything is one record.
    fn rest(&mut self, body: &mut Vec<u8>) -> anyhow::Result<Option<Ending>> {
        let limit = u64::try_from(RECORD_BYTES_MAX)?;
        Read::take(&mut self.input, limit).read_to_end(body).context("入力が読めません")?;
        if body.len() == RECORD_BYTES_MAX {
            return Err(misused("入力の文字コードには改行がありません。--bytes で1件の長さを決めてください"));
        }
        Ok((!body.is_empty()).then_some(Ending::Nothing))
    }
}

/// The charset that a byte order mark says, and how long the mark is.
fn by_mark(charset: &Charset, front: &[u8]) -> (Charset, usize) {
    let marked = match charset {
        Charset::Utf16 { .. } => {
            [Endian::Little, Endian::Big].map(|endian| Charset::Utf16 { endian, bom: true })
        }
        Charset::Utf32 { .. } => {
            [Endian::Little, Endian::Big].map(|endian| Charset::Utf32 { endian, bom: true })
        }
        _ => [Charset::Utf8 { bom: true }, Charset::Utf8 { bom: true }],
    };
    let found = marked.into_iter().find(|marked| front.starts_with(marked.bom()));
    found.map_or((charset.clone().without_bom(), 0), |marked| {
        let length = marked.bom().len();
        (marked.without_bom(), length)
    })
}
