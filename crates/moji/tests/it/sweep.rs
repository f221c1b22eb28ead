//! Nothing is silent, tried whole: every scalar, every registered sequence, every code of every built-in charset makes an
//! exact round trip, or an event says what became of it, or it is refused.

use moji::*;

use crate::support::{built_in, hex};

/// Scalars that are converted as one text: enough for the fast paths to run, few enough to name what went wrong.
const TEXT_SCALARS: usize = 512;

/// The codecs of one charset, and buffers that all cases share.
struct Sweep {
    charset: Charset,
    strict: (Encoder, Decoder),
    lenient: (Encoder, Decoder),
    bytes: Vec<u8>,
    text: Vec<u8>,
    events: Vec<CharEvent>,
    told: String,
}

impl Sweep {
    fn new(charset: Charset, lenient: Unmappable) -> Self {
        let lenient = Options { unmappable: lenient, undefined: Undefined::Substitute, ..Options::default() };
        let codecs = |options: &Options| {
            let encoder = built_in().encoder(&charset, options).unwrap();
            (encoder, built_in().decoder(&charset, options).unwrap())
        };
        let (strict, lenient) = (codecs(&Options::default()), codecs(&lenient));
        let (bytes, text, events, told) = (Vec::new(), Vec::new(), Vec::new(), String::new());
        Self { charset, strict, lenient, bytes, text, events, told }
    }

    /// What is written reads back as the text with every event's character in place of what stood there.
    fn texts_read_back_as_told(&mut self, text: &str) {
        self.bytes.clear();
        self.events.clear();
        let (encoder, decoder) = &self.lenient;
        if let Err(error) = encoder.encode(Field::Mixed, text, &mut self.bytes, &mut self.events) {
            // Only a charset without a substitute refuses, and then each character is asked alone.
            assert_eq!(self.charset, Charset::Juki, "{error}");
            return;
        }
        self.told = read_back(text, &self.events);
        self.text.clear();
        self.events.clear();
        decoder.decode_utf8(Field::Mixed, &self.bytes, &mut self.text, &mut self.events).unwrap();
        let read = str::from_utf8(&self.text).unwrap();
        if let Some((told, read)) = self.told.chars().zip(read.chars()).find(|(told, read)| told != read) {
            panic!(
                "{}: {} is read where {} was told",
                self.charset,
                read.escape_unicode(),
                told.escape_unicode()
            );
        }
        assert_eq!(self.told.len(), read.len(), "{}", self.charset);
    }

    /// A cluster alone, under the default options: refused, or written so that the event tells how it reads back.
    fn cluster(&mut self, text: &str) {
        self.bytes.clear();
        self.events.clear();
        let (encoder, decoder) = &self.strict;
        if let Err(error) = encoder.encode(Field::Mixed, text, &mut self.bytes, &mut self.events) {
            let EncodeError::Unmappable { scalar_offset, .. } = error else { panic!("{error}") };
            assert!(scalar_offset < text.chars().count(), "{}: {text:?}", self.charset);
            assert!(self.bytes.is_empty() && self.events.is_empty(), "a refused field leaves nothing behind");
            return;
        }
        self.told = read_back(text, &self.events);
        assert_eq!(self.told != text, !self.events.is_empty(), "{}: {text:?}", self.charset);
        self.text.clear();
        self.events.clear();
        decoder.decode_utf8(Field::Mixed, &self.bytes, &mut self.text, &mut self.events).unwrap();
        assert_eq!(self.text, self.told.as_bytes(), "{}: {text:?}", self.charset);
        assert_eq!(self.events, [], "what we write we also read without a word: {}: {text:?}", self.charset);
    }

    /// Bytes alone: refused, or read so that they are written back the same exactly if no event was told.
    fn code(&mut self, code: &[u8]) -> bool {
        self.text.clear();
        self.events.clear();
        let (encoder, decoder) = &self.strict;
        if let Err(error) = decoder.decode_utf8(Field::Mixed, code, &mut self.text, &mut self.events) {
            assert!(error.offset < code.len(), "{}: {}", self.charset, hex(code));
            assert!(self.text.is_empty() && self.events.is_empty(), "a refused field leaves nothing behind");
            // Where bytes may be substituted, one event at least says so.
            let (_, decoder) = &self.lenient;
            decoder.decode_utf8(Field::Mixed, code, &mut self.text, &mut self.events).unwrap();
            let lost = self.events.iter().filter(|event| event.done == Done::Substituted).count();
            let marks = str::from_utf8(&self.text).unwrap().matches('\u{FFFD}').count();
            assert!(1 <= lost && lost == marks, "{}: {}", self.charset, hex(code));
            return false;
        }
        let exact = self.events.is_empty();
        self.events.clear();
        self.bytes.clear();
        let text = str::from_utf8(&self.text).unwrap();
        encoder.encode(Field::Mixed, text, &mut self.bytes, &mut self.events).unwrap();
        assert_eq!(exact, self.bytes == code, "{}: {} is read as {text:?}", self.charset, hex(code));
        true
    }
}

fn scalars() -> impl Iterator<Item = char> {
    // A byte order mark is the one scalar that Unicode text itself may not hold: `a_byte_order_mark_inside_is_refused`.
    ('\0'..=char::MAX).filter(|&c| c != '\u{FEFF}')
}

fn sequences() -> impl Iterator<Item = String> {
    let ivd = data::ivd();
    let registered =
        ivd.bases().flat_map(|base| ivd.selectors(base).map(move |(selector, _)| [base, selector]));
    let kana = ('\u{3041}'..='\u{30FF}').flat_map(|kana| ['\u{3099}', '\u{309A}'].map(|mark| [kana, mark]));
    registered.chain(kana).map(String::from_iter)
}

fn tabled() -> impl Iterator<Item = Charset> {
    Charset::BUILT_IN.into_iter().filter(|charset| !charset.is_unicode())
}

#[test]
fn every_scalar_and_sequence_in_a_text_reads_back_as_told() {
    // Planes 4 to 13, 15 and 16 hold nothing that stands in a table; each of their scalars is tried alone.
    let all = scalars().filter(|&c| c < '\u{40000}' || ('\u{E0000}'..'\u{F0000}').contains(&c));
    let all: Vec<char> = all.collect();
    let scalars: Vec<String> = all.chunks(TEXT_SCALARS).map(String::from_iter).collect();
    // Kanji with simpler forms are bases of registered sequences.
    let all: Vec<String> = sequences().chain(data::ivd().bases().map(String::from)).collect();
    let sequences: Vec<String> = all.chunks(TEXT_SCALARS).map(|few| few.concat()).collect();
    for charset in Charset::BUILT_IN {
        let mut sweep = Sweep::new(charset.clone(), Unmappable::Substitute);
        scalars.iter().chain(&sequences).for_each(|text| sweep.texts_read_back_as_told(text));
        let mut sweep = Sweep::new(charset, Unmappable::Shrink);
        sequences.iter().for_each(|text| sweep.texts_read_back_as_told(text));
    }
}

#[test]
fn every_scalar_and_sequence_alone_is_exact_or_told_or_refused() {
    for charset in tabled() {
        let mut sweep = Sweep::new(charset, Unmappable::Substitute);
        for c in scalars() {
            sweep.cluster(c.encode_utf8(&mut [0; 4]));
        }
        sequences().for_each(|sequence| sweep.cluster(&sequence));
    }
}

#[test]
fn every_code_alone_is_exact_or_told_or_refused() {
    for charset in Charset::BUILT_IN {
        let mut sweep = Sweep::new(charset.clone(), Unmappable::Substitute);
        let mut read = 0;
        for code in 0..=u16::MAX {
            let [first, second] = code.to_be_bytes();
            if first == 0 {
                sweep.code(&[second]);
            }
            sweep.code(&[first, second]);
            let inside = match charset {
                Charset::EucJp => sweep.code(&[0x8F, first, second]),
                Charset::Ibm930 | Charset::Ibm939 => sweep.code(&[0x0E, first, second, 0x0F]),
                Charset::Jef(_) => sweep.code(&[0x28, first, second, 0x29]),
                Charset::UTF_8 => {
                    (0xE0..=0xEF).map(|lead| u32::from(sweep.code(&[lead, first, second]))).sum::<u32>() != 0
                }
                Charset::Utf32 { endian: Endian::Big, .. } => sweep.code(&[0, 0, first, second]),
                Charset::Utf32 { endian: Endian::Little, .. } => sweep.code(&[second, first, 0, 0]),
                _ => sweep.code(&[first, second]),
            };
            read += usize::from(inside);
        }
        assert!(1_000 < read, "{charset}: only {read} codes are read");
    }
}

#[test]
fn a_byte_order_mark_inside_is_refused() {
    for charset in Charset::BUILT_IN {
        let mut sweep = Sweep::new(charset.clone(), Unmappable::Substitute);
        if charset.is_unicode() {
            // Whoever read it would take it for the start of another text.
            let told = |codecs: &(Encoder, Decoder)| {
                let (mut bytes, mut events) = (Vec::new(), Vec::new());
                let done = codecs.0.encode(Field::Mixed, "a\u{FEFF}b", &mut bytes, &mut events);
                done.map(|()| events.iter().map(|event| event.done).collect::<Vec<_>>())
            };
            let refused = EncodeError::Unmappable { scalar_offset: 1, cluster: Cluster::of('\u{FEFF}') };
            assert_eq!(told(&sweep.strict), Err(refused), "{charset}");
            assert_eq!(told(&sweep.lenient), Ok(vec![Done::Tidied]), "{charset}");
        } else {
            sweep.cluster("\u{FEFF}");
        }
    }
}
