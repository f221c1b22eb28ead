//! How the model gets its tables: the files of the pack's folder line by line, and the crate's own readers of charts, which
//! [`the_tables_compiled_in_are_those_of_the_folder`] compares with the folder.

use std::collections::HashSet;
use std::path::Path;
use std::sync::LazyLock;

use moji::data::{self, Direction, MjNumber, MultiByte, ShrinkTable, SingleByte};
use moji::*;

use super::model::{Framing, Map, Model, Shrink};
use crate::support::pack_folder;

/// The columns of each row of a table.
pub(crate) fn rows(folder: &Path, name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

pub(crate) fn scalar(hex: &str) -> Option<char> {
    u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)
}

/// The JEF tables of the folder, as rows.
pub(crate) struct JefTables {
    pub(crate) cells: Vec<Vec<String>>,
    encode: Vec<Vec<String>>,
    pub(crate) area: Vec<Vec<String>>,
    ebcdic: [Vec<Vec<String>>; 3],
}

pub(crate) fn jef_tables() -> Option<&'static JefTables> {
    static TABLES: LazyLock<Option<JefTables>> = LazyLock::new(|| {
        let folder = pack_folder()?;
        let ebcdic = Ebcdic::ALL.map(|ebcdic| rows(&folder, &format!("ebcdic-{}.tsv", ebcdic.word())));
        let [cells, encode, area] =
            ["jef.tsv", "jef-encode.tsv", "jef-area.tsv"].map(|name| rows(&folder, name));
        Some(JefTables { cells, encode, area, ebcdic })
    });
    TABLES.as_ref()
}

fn shrink() -> &'static Shrink {
    static SHRINK: LazyLock<Shrink> = LazyLock::new(|| {
        let mut shrink = Shrink::default();
        let sequence = |base, selector| Cluster::with_selector(base, selector).unwrap();
        for mj in data::mj().all() {
            let Some(base) = mj.ucs else { continue };
            let spellings = [mj.selector, mj.standardized].into_iter().flatten();
            let spellings = spellings.map(|selector| sequence(base, selector));
            for spelling in spellings.chain(mj.implemented.map(Cluster::of)) {
                let other = shrink.of_sequence.insert(spelling, mj.number);
                assert!(other.is_none_or(|number| number == mj.number), "{spelling} stands twice");
            }
            shrink.of_base.entry(base).or_insert(mj.number);
        }
        let order = [1, 4, 5, 6, 8, 2, 3, 9, 10];
        let place = |table: ShrinkTable| order.iter().position(|number| *number == table.number());
        for number in data::shrink().numbers() {
            let mut targets: Vec<_> = data::shrink().all_of(number).collect();
            targets.retain(|row| place(row.table).is_some());
            targets.sort_by_key(|row| (place(row.table), row.rank, row.hops, row.ucs));
            shrink.candidates.insert(number, targets.iter().map(|row| row.ucs).collect());
        }
        shrink
    });
    &SHRINK
}

impl Model {
    fn new(framing: Framing, options: &Options, pairs: HashSet<(char, char)>) -> Self {
        Self {
            framing,
            options: options.clone(),
            keeps: framing == jef_framing(options),
            pairs,
            own: Map::default(),
            owned: Map::default(),
            single: Map::default(),
            double: Map::default(),
            read: Map::default(),
            shrink: shrink(),
        }
        .with_own()
    }

    fn with_own(mut self) -> Self {
        let own = self.options.gaiji.clone();
        for (cluster, code) in own.iter().flat_map(|table| table.rows()) {
            let code = Code::parse_hex(code).unwrap();
            self.owned.insert(code, cluster);
            self.own.extend(cluster.map(|cluster| (cluster, code)));
        }
        self
    }

    /// Contract 3, 4, 11: JEF with the pack.
    pub(crate) fn jef(tables: &JefTables, ebcdic: Ebcdic, options: &Options) -> Self {
        let mut model = Self::new(jef_framing(options), options, pairs_of(tables));
        let at = Ebcdic::ALL.iter().position(|one| *one == ebcdic).unwrap();
        for row in &tables.ebcdic[at] {
            let (code, c) = (Code::parse_hex(&row[0]).unwrap(), scalar(&row[1]).unwrap());
            assert!(model.single.insert(c.into(), code).is_none(), "{c:?} stands twice");
            if row[2] == "=" {
                assert!(model.read.insert(code, c.into()).is_none(), "{code} stands twice");
            }
        }
        // Backwards: what comes first in the contract is put last.
        for (cell, code) in (0x80..=0xA0_u16)
            .flat_map(|first| (0xA1..=0xFE).map(move |second| first << 8 | second))
            .enumerate()
        {
            let private = char::from_u32(0xE000 + u32::try_from(cell).unwrap()).unwrap();
            model.double.insert(private.into(), Code::double(code));
            model.read.insert(Code::double(code), private.into());
        }
        for row in &tables.encode {
            let used = match row[2].as_str() {
                "R" | "B" | "C" | "W" => true,
                "V" => options.ivs == Ivs::Mj,
                "A" => options.ivs == Ivs::Aj1,
                other => panic!("class {other}"),
            };
            if used {
                let (code, cluster) =
                    (Code::parse_hex(&row[1]).unwrap(), Cluster::parse_hex(&row[0]).unwrap());
                assert!(
                    model.double.insert(cluster, code).is_none_or(|old| old == code),
                    "{cluster} stands twice"
                );
            }
        }
        for row in &tables.cells {
            let selector = match options.ivs {
                Ivs::Mj => &row[2],
                Ivs::Aj1 => &row[3],
                Ivs::Plain => "",
            };
            let compatibility = if options.ivs == Ivs::Plain { row[4].as_str() } else { "" };
            let text = match (selector, compatibility) {
                ("", "") => row[1].clone(),
                ("", compatibility) => compatibility.to_owned(),
                (selector, _) => format!("{}+{selector}", row[1]),
            };
            if !text.is_empty() {
                model.read.insert(Code::parse_hex(&row[0]).unwrap(), Cluster::parse_hex(&text).unwrap());
            }
        }
        let used = |kind: &str| match options.map {
            JefMap::Face => false,
            JefMap::Pc => kind == "F" || kind == "A",
            JefMap::Area => true,
        };
        let area: Vec<_> = tables.area.iter().filter(|row| used(&row[4])).collect();
        for row in &area {
            let (code, face, area_ucs) =
                (Code::parse_hex(&row[0]).unwrap(), scalar(&row[1]).unwrap(), scalar(&row[2]).unwrap());
            model.read.insert(code, area_ucs.into());
            model.double.insert(area_ucs.into(), code);
            if !area.iter().any(|other| other[2] == row[1]) {
                model.double.insert(face.into(), code);
            }
        }
        model
    }

    /// The single bytes of a JEF host; the cells are for the caller.
    pub(crate) fn ebcdic(chart: SingleByte, options: &Options) -> Self {
        Self::new(jef_framing(options), options, HashSet::new()).with_bytes(chart)
    }

    /// Contract 6 and 12.
    pub(crate) fn windows(options: &Options, pairs: HashSet<(char, char)>) -> Self {
        Self::new(Framing::Windows, options, pairs).with_chart(MultiByte::WINDOWS_31J, |_| false)
    }

    /// EUC-JP. Its half-width kana take two bytes and are single-byte characters all the same.
    pub(crate) fn euc(options: &Options, pairs: HashSet<(char, char)>) -> Self {
        Self::new(Framing::Euc, options, pairs).with_chart(MultiByte::EUC_JP, |code| code.bytes()[0] == 0x8E)
    }

    /// IBM-930 or IBM-939, as JEF with other shift codes.
    pub(crate) fn ibm(chart: SingleByte, options: &Options, pairs: HashSet<(char, char)>) -> Self {
        let model = Self::new(Framing::Host { ins: b"\x0E", out: 0x0F }, options, pairs);
        model.with_bytes(chart).with_chart(MultiByte::IBM_KANJI, |_| false)
    }

    /// Contract 13.
    pub(crate) fn juki(options: &Options, pairs: HashSet<(char, char)>) -> Self {
        let mut model = Self::new(Framing::Pairs, options, pairs);
        for mj in data::mj().all() {
            let (Some(base), Some(juki)) = (mj.ucs, mj.juki) else { continue };
            let code = Code::double(juki.0);
            let sequence =
                |selector: Option<char>| selector.and_then(|selector| Cluster::with_selector(base, selector));
            let bare = mj.implemented.map(Cluster::of);
            for spelling in [sequence(mj.selector), sequence(mj.standardized), bare].into_iter().flatten() {
                assert!(
                    model.double.insert(spelling, code).is_none_or(|old| old == code),
                    "{spelling} stands twice"
                );
            }
            if let Some(canonical) = sequence(mj.selector).or(bare) {
                assert_eq!(model.read.insert(code, canonical), None, "{code} stands twice");
            }
        }
        model
    }

    fn with_bytes(mut self, chart: SingleByte) -> Self {
        for cell in chart.cells() {
            self.add(Code::single(cell.byte), cell.char, cell.direction, true);
        }
        self
    }

    fn with_chart(mut self, chart: MultiByte, is_single: impl Fn(Code) -> bool) -> Self {
        for cell in chart.cells() {
            let bytes = cell.code.to_be_bytes();
            let length = bytes.len() - bytes.iter().take(3).take_while(|byte| **byte == 0).count();
            let code = Code::new(&bytes[bytes.len() - length..]).unwrap();
            self.add(code, cell.char, cell.direction, length == 1 || is_single(code));
        }
        self
    }

    fn add(&mut self, code: Code, c: char, direction: Direction, is_single: bool) {
        if direction.decodes() {
            assert_eq!(self.read.insert(code, c.into()), None, "{code} stands twice");
        }
        let map = match direction {
            // A form is another glyph: the contract knows the shrink map only.
            Direction::Decode | Direction::EncodeForm => return,
            _ if is_single => &mut self.single,
            _ => &mut self.double,
        };
        assert_eq!(map.insert(c.into(), code), None, "{c} stands twice");
    }
}

fn jef_framing(options: &Options) -> Framing {
    let ins: &[u8] = if options.shift_in == ShiftIn::K28 { b"\x28\x38" } else { b"\x38\x28" };
    Framing::Host { ins, out: 0x29 }
}

/// Contract 1: the pairs that are rows of jef-encode.
pub(crate) fn pairs_of(tables: &JefTables) -> HashSet<(char, char)> {
    let pair = |row: &Vec<String>| {
        let (base, mark) = row[0].split_once('+')?;
        let (base, mark) = (scalar(base)?, scalar(mark)?);
        matches!(mark, '\u{3099}' | '\u{309A}').then_some((base, mark))
    };
    tables.encode.iter().filter_map(pair).collect()
}

#[test]
fn the_tables_compiled_in_are_those_of_the_folder() {
    let Some(folder) = pack_folder() else { return };
    let empty_or = |value: Option<String>| value.unwrap_or_default();
    let hex = |c: Option<char>| empty_or(c.map(|c| format!("{:04X}", u32::from(c))));
    let sorted = |mut lines: Vec<Vec<String>>| {
        lines.sort();
        lines
    };

    for ebcdic in Ebcdic::ALL {
        let chart = match ebcdic {
            Ebcdic::Kana => SingleByte::EBCDIC_KANA,
            Ebcdic::Lower => SingleByte::EBCDIC_LOWER,
            Ebcdic::Ascii => SingleByte::EBCDIC_ASCII,
        };
        let ours = chart.cells().map(|cell| {
            let way = if cell.direction == Direction::Both { "=" } else { "<" };
            let note = if cell.undefined_control { "c" } else { "" };
            [&format!("{:02X}", cell.byte), &hex(Some(cell.char)), way, note].map(String::from).to_vec()
        });
        assert!(
            sorted(ours.collect()) == sorted(rows(&folder, &format!("ebcdic-{}.tsv", ebcdic.word()))),
            "{ebcdic:?}"
        );
    }

    let ours = MultiByte::WINDOWS_31J.cells().map(|cell| {
        let way = match cell.direction {
            Direction::Both => "=",
            Direction::Decode => ">",
            _ => "<",
        };
        let code =
            if cell.code <= 0xFF { format!("{:02X}", cell.code) } else { format!("{:04X}", cell.code) };
        vec![code, hex(Some(cell.char)), way.to_owned()]
    });
    assert!(sorted(ours.collect()) == sorted(rows(&folder, "cp932.tsv")), "cp932.tsv");

    let ours = data::mj().all().map(|mj| {
        let implemented =
            if mj.implemented == mj.ucs && mj.ucs.is_some() { "=".to_owned() } else { hex(mj.implemented) };
        let juki = empty_or(mj.juki.map(|code| format!("{:04X}", code.0)));
        let number = format!("{:06}", mj.number.get());
        vec![number, hex(mj.ucs), implemented, hex(mj.selector), hex(mj.standardized), juki]
    });
    let theirs = rows(&folder, "mj.tsv").into_iter().map(|row| row[..6].to_vec());
    assert!(sorted(ours.collect()) == sorted(theirs.collect()), "mj.tsv");

    let row = |number: MjNumber| data::shrink().all_of(number).map(move |row| (number, row));
    let ours = data::shrink().numbers().flat_map(row).map(|(number, row)| {
        let (rank, hops) = (row.rank.map(|rank| rank.to_string()), row.hops.map(|hops| hops.to_string()));
        let table = row.table.number().to_string();
        vec![format!("{:06}", number.get()), table, empty_or(rank), empty_or(hops), hex(Some(row.ucs))]
    });
    let theirs = rows(&folder, "mj-shrink.tsv").into_iter().map(|row| row[..5].to_vec());
    assert!(sorted(ours.collect()) == sorted(theirs.collect()), "mj-shrink.tsv");

    let ours = data::ivd()
        .bases()
        .flat_map(|base| data::ivd().selectors(base).map(move |(selector, _)| (base, selector)));
    let ours = ours.map(|(base, selector)| vec![hex(Some(base)), hex(Some(selector))]);
    let theirs = rows(&folder, "ivd-jp.tsv").into_iter().map(|row| row[..2].to_vec());
    assert!(sorted(ours.collect()) == sorted(theirs.collect()), "ivd-jp.tsv");
}
