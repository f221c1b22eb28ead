//! What is compared: a charset under a link's options, by the crate and by the model.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use moji::data::SingleByte;
use moji::*;

use super::charts::{jef_tables, pairs_of};
use super::model::{Model, Written};
use super::reading::Read;
use crate::support::{built_in, hex, told, with_pack_once};

pub(crate) const FIELDS: [Field; 3] = [Field::Single, Field::Double, Field::Mixed];

pub(crate) struct Setup {
    pub(crate) name: String,
    pub(crate) charset: Charset,
    pub(crate) options: Options,
    pub(crate) tables: &'static Tables,
    pub(crate) encoder: Encoder,
    pub(crate) decoder: Decoder,
    pub(crate) model: Model,
    /// The codes that read as something, by length.
    pub(crate) singles: Vec<Code>,
    pub(crate) doubles: Vec<Code>,
}

/// Room for results that is used again.
#[derive(Default)]
pub(crate) struct Room {
    pub(crate) bytes: Vec<u8>,
    pub(crate) text: String,
    pub(crate) events: Vec<CharEvent>,
}

/// A setup, [`None`] for JEF without its pack.
pub(crate) fn setup(charset: Charset, options: &Options) -> Option<Setup> {
    let jef = with_pack_once().and_then(|_| jef_tables());
    let tables = with_pack_once().unwrap_or(built_in());
    let pairs = jef.map(pairs_of).unwrap_or_default();
    let model = match charset {
        Charset::Jef(ebcdic) => Model::jef(jef?, ebcdic, options),
        Charset::Windows31J => Model::windows(options, pairs),
        Charset::EucJp => Model::euc(options, pairs),
        Charset::Ibm930 => Model::ibm(SingleByte::IBM_930, options, pairs),
        Charset::Ibm939 => Model::ibm(SingleByte::IBM_939, options, pairs),
        Charset::Juki => Model::juki(options, pairs),
        ref other => panic!("no model of {other}"),
    };
    Some(Setup::new(charset, options, tables, model))
}

/// JEF as it is built in. The contract needs the pack, so this model learns its cells from the crate one by one: what is
/// compared is how they stand together.
pub(crate) fn without_pack(options: &Options) -> Setup {
    let (charset, tables) = (Charset::Jef(Ebcdic::Kana), built_in());
    let encoder =
        tables.encoder(&charset, &Options { unmappable: Unmappable::Reject, ..options.clone() }).unwrap();
    let decoder =
        tables.decoder(&charset, &Options { undefined: Undefined::Reject, ..options.clone() }).unwrap();
    let mut model = Model::ebcdic(SingleByte::EBCDIC_KANA, options);
    let mut room = Room::default();
    for c in '\0'..='\u{2FFFF}' {
        room.bytes.clear();
        let written =
            encoder.encode(Field::Double, c.encode_utf8(&mut [0; 4]), &mut room.bytes, &mut room.events);
        model.double.extend(written.ok().and_then(|()| Some((c.into(), Code::new(&room.bytes)?))));
    }
    for code in 0..=u16::MAX {
        room.text.clear();
        let read = decoder.decode(Field::Double, &code.to_be_bytes(), &mut room.text, &mut room.events);
        model.read.extend(read.ok().and_then(|()| Some((Code::double(code), Cluster::parse(&room.text)?))));
    }
    Setup::new(charset, options, tables, model)
}

pub(crate) fn options() -> Options {
    Options::default()
}

pub(crate) fn substituting() -> Options {
    Options { unmappable: Unmappable::Substitute, undefined: Undefined::Substitute, ..options() }
}

pub(crate) fn shrinking() -> Options {
    Options { unmappable: Unmappable::Shrink, undefined: Undefined::Substitute, ..options() }
}

pub(crate) fn keeping() -> Options {
    Options { unmappable: Unmappable::Keep, undefined: Undefined::Keep, ..options() }
}

/// A town's table: characters of every kind, codes that others have, and one that nobody uses.
pub(crate) fn own_characters(rows: &str) -> Option<Arc<Gaiji>> {
    Some(Arc::new(Gaiji::parse("外字.tsv", rows).unwrap()))
}

const JEF_OWN: &str = "845B+E0100\t80A1\n𠮷\t80A2\nnone\t80A3\n山\t80A4\nU+E005\t80A5\n1B019+3099\t80A6\nA\t80A7\n\
    髙\tB0A1\nなし\tB0A2\nU+E000\tA0FE\né\t57\nU+0100\t5A\n";
const WINDOWS_OWN: &str = "845B+E0100\tF040\n𠮷\tF041\nnone\tF042\n山\tF043\nA\tF044\n﨑\t889F\n";

/// The default of each charset and every single deviation from it: swept whole.
pub(crate) fn whole() -> Vec<Setup> {
    let kana = || Charset::Jef(Ebcdic::Kana);
    let with = |change: &dyn Fn(&mut Options)| {
        let mut options = options();
        change(&mut options);
        options
    };
    let jef = [
        (kana(), options()),
        (Charset::Jef(Ebcdic::Lower), options()),
        (Charset::Jef(Ebcdic::Ascii), options()),
        (kana(), with(&|options| options.map = JefMap::Pc)),
        (kana(), with(&|options| options.map = JefMap::Area)),
        (kana(), with(&|options| options.ivs = Ivs::Plain)),
        (kana(), with(&|options| options.ivs = Ivs::Aj1)),
        (kana(), with(&|options| options.gaiji = own_characters(JEF_OWN))),
        (kana(), substituting()),
        (kana(), shrinking()),
        (kana(), keeping()),
        (kana(), Options { widen: true, ..substituting() }),
        (Charset::Jef(Ebcdic::Lower), Options { widen: true, trim: true, ..substituting() }),
    ];
    let others = [
        (Charset::Windows31J, options()),
        (Charset::Windows31J, shrinking()),
        (Charset::Windows31J, Options { gaiji: own_characters(WINDOWS_OWN), ..substituting() }),
        (Charset::Juki, options()),
        (Charset::Juki, substituting()),
        (Charset::EucJp, options()),
        (Charset::Ibm930, options()),
        (Charset::Ibm939, shrinking()),
    ];
    jef.into_iter().chain(others).filter_map(|(charset, options)| setup(charset, &options)).collect()
}

/// More of them, for random texts: what is not worth a whole sweep.
pub(crate) fn more() -> Vec<Setup> {
    let kana = || Charset::Jef(Ebcdic::Kana);
    let own = |base: Options| Options { gaiji: own_characters(JEF_OWN), ..base };
    let row = |rows| Options { gaiji: own_characters(rows), ..substituting() };
    let chosen = Options {
        substitute: Some(Cluster::of('●')),
        substitute_single: Some(Cluster::of('*')),
        ..substituting()
    };
    let more = [
        (kana(), Options { shift_in: ShiftIn::K38, map: JefMap::Pc, ..shrinking() }),
        (kana(), Options { trim: true, ivs: Ivs::Aj1, ..substituting() }),
        (kana(), chosen),
        (kana(), own(Options { widen: true, ..shrinking() })),
        (kana(), own(keeping())),
        (Charset::Jef(Ebcdic::Ascii), Options { widen: true, ivs: Ivs::Plain, ..shrinking() }),
        (Charset::Jef(Ebcdic::Lower), Options { map: JefMap::Area, ..shrinking() }),
        (Charset::Windows31J, Options { widen: true, trim: true, ..substituting() }),
        (Charset::Windows31J, keeping()),
        (Charset::Juki, keeping()),
        (Charset::EucJp, Options { widen: true, trim: true, ..shrinking() }),
        (Charset::EucJp, keeping()),
        (Charset::EucJp, row("𠮷\t8FF5A1\n845B+E0100\tF5A1\né\t80\n山\tB0A1\n")),
        (Charset::Juki, row("𠮷\tE000\nA\tE001\n葛\t0020\n")),
        (Charset::Ibm930, Options { widen: true, ..substituting() }),
        (Charset::Ibm939, keeping()),
        (Charset::Ibm939, row("𠮷\t6941\n山\t4141\nなし\t6942\n")),
    ];
    more.into_iter().filter_map(|(charset, options)| setup(charset, &options)).collect()
}

impl Setup {
    fn new(charset: Charset, options: &Options, tables: &'static Tables, model: Model) -> Self {
        let encoder = tables.encoder(&charset, options).unwrap();
        let decoder = tables.decoder(&charset, options).unwrap();
        let Options { unmappable, undefined, map, ivs, shift_in, widen, trim, .. } = options;
        let own = options.gaiji.is_some();
        let name = format!(
            "{charset} {map:?} {ivs:?} {shift_in:?} {unmappable:?} {undefined:?} widen {widen} trim {trim} own {own}"
        );
        let mut codes: Vec<Code> = model.read.keys().chain(model.owned.keys()).copied().collect();
        codes.sort();
        let (singles, doubles) = codes.into_iter().partition(|code| code.bytes().len() == 1);
        Self { name, charset, options: options.clone(), tables, encoder, decoder, model, singles, doubles }
    }

    /// The same tables under other policies.
    pub(crate) fn under(&self, unmappable: Unmappable, undefined: Undefined) -> Self {
        let options = Options { unmappable, undefined, ..self.options.clone() };
        let model = Model { options: options.clone(), ..self.model.clone() };
        Self::new(self.charset.clone(), &options, self.tables, model)
    }

    /// Compares what crate and model write, and holds the law: an exact round trip or a report, never silence.
    pub(crate) fn check_text(&self, field: Field, text: &str, room: &mut Room) {
        room.bytes.clear();
        room.events.clear();
        let done = self.encoder.encode(field, text, &mut room.bytes, &mut room.events);
        let got = done.map(|()| (&room.bytes, &room.events));
        let want = self.model.encode(field, text);
        let wanted = want.as_ref().map(|written| (&written.bytes, &written.events)).map_err(Clone::clone);
        if got != wanted {
            let word = |outcome: Result<(&Vec<u8>, &Vec<CharEvent>), EncodeError>| match outcome {
                Ok((bytes, events)) => format!("{} {}", hex(bytes), told(events)),
                Err(error) => error.to_string(),
            };
            panic!(
                "{} {field:?} {}:\n crate {}\n model {}",
                self.name,
                text.escape_unicode(),
                word(got),
                word(wanted)
            );
        }
        if let Ok(written) = want
            && !self.options.trim
        {
            room.text.clear();
            room.events.clear();
            let read = self.decoder.decode(field, &written.bytes, &mut room.text, &mut room.events);
            let exact = read.is_ok() && room.text == text && room.events.is_empty();
            let silent = written.events.is_empty();
            assert_eq!(
                exact,
                silent,
                "{} {field:?} {}: {read:?} {} {}",
                self.name,
                text.escape_unicode(),
                room.text,
                told(&room.events)
            );
        }
    }

    /// Compares what crate and model read, and holds the law.
    pub(crate) fn check_bytes(&self, field: Field, bytes: &[u8], room: &mut Room) {
        room.text.clear();
        room.events.clear();
        let done = self.decoder.decode(field, bytes, &mut room.text, &mut room.events);
        let got = done.map(|()| (&room.text, &room.events));
        let want = self.model.decode(field, bytes);
        let wanted = want.as_ref().map(|read| (&read.text, &read.events)).map_err(Clone::clone);
        if got != wanted {
            let word = |outcome: Result<(&String, &Vec<CharEvent>), DecodeError>| match outcome {
                Ok((text, events)) => format!("{} {}", text.escape_unicode(), told(events)),
                Err(error) => error.to_string(),
            };
            panic!("{} {field:?} {}:\n crate {}\n model {}", self.name, hex(bytes), word(got), word(wanted));
        }
        // What is trimmed is not written by the field's text but by its length.
        if let Ok(Read { text, events }) = want
            && !self.options.trim
        {
            room.bytes.clear();
            room.events.clear();
            let written = self.encoder.encode(field, &text, &mut room.bytes, &mut room.events);
            let exact = written.is_ok() && room.bytes == bytes && room.events.is_empty();
            assert_eq!(
                exact,
                events.is_empty(),
                "{} {field:?} {}: {text} {}",
                self.name,
                hex(bytes),
                told(&events)
            );
        }
    }

    /// A fixed field of every length up to some bytes more than the text needs.
    pub(crate) fn check_fixed(&self, field: Field, text: &str, room: &mut Room) {
        let prefixes = self.model.prefixes(field, text);
        let needed = prefixes.as_ref().map_or(4, |(_, prefixes)| prefixes.last().unwrap().bytes.len());
        for (overflow, least) in [(Overflow::Truncate, 0), (Overflow::Reject, needed.saturating_sub(3))] {
            for bytes in least..=needed + 3 {
                let want = match &prefixes {
                    Ok(prefixes) => self.model.fixed(field, prefixes, bytes, overflow),
                    Err(error) => Err(error.clone()),
                };
                room.bytes.clear();
                room.events.clear();
                let done = self.encoder.encode_fixed(
                    field,
                    text,
                    bytes,
                    overflow,
                    &mut room.bytes,
                    &mut room.events,
                );
                let got = done.map(|()| Written {
                    bytes: room.bytes.clone(),
                    events: room.events.clone(),
                    in_double: false,
                });
                // Which of two errors is told is not for the contract to say.
                if got.is_err() && want.is_err() {
                    continue;
                }
                assert_eq!(
                    got,
                    want,
                    "{} {field:?} {bytes} bytes {overflow:?} {}",
                    self.name,
                    text.escape_unicode()
                );
            }
        }
    }
}

/// All clusters that a table may know: registered sequences, standardized ones, pairs of hentaigana and marks.
pub(crate) fn sequences() -> &'static [Cluster] {
    static SEQUENCES: LazyLock<Vec<Cluster>> = LazyLock::new(|| {
        let ivd = data::ivd();
        let mut found: HashSet<Cluster> = HashSet::new();
        for base in ivd.bases() {
            found.extend(
                ivd.selectors(base).filter_map(|(selector, _)| Cluster::with_selector(base, selector)),
            );
        }
        let standardized =
            data::mj().all().filter_map(|mj| Cluster::with_selector(mj.ucs?, mj.standardized?));
        found.extend(standardized);
        for kana in data::hentaigana().iter().filter_map(|kana| kana.char) {
            for mark in ["\u{3099}", "\u{309A}", "\u{3099}\u{E0100}", "\u{FE00}"] {
                found.extend(Cluster::parse(&format!("{kana}{mark}")));
            }
        }
        let mut sorted: Vec<Cluster> = found.into_iter().collect();
        sorted.sort();
        sorted
    });
    &SEQUENCES
}
