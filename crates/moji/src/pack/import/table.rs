//! The rows of a mapping table put in order: which code reads as what, which character is written with which code.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::{Imported, Mapping};
use crate::cluster::Cluster;
use crate::code::Code;
use crate::data::{self, Change, MultiByte, jis_1978};
use crate::jef::{AreaKind, Class, Jef};

/// Spellings of one symbol: whichever of two a table lacks is written with the other's code.
const SPELLINGS: [(char, char); 11] = [
    ('\u{301C}', '\u{FF5E}'),
    ('\u{2016}', '\u{2225}'),
    ('\u{2212}', '\u{FF0D}'),
    ('\u{00A2}', '\u{FFE0}'),
    ('\u{00A3}', '\u{FFE1}'),
    ('\u{00AC}', '\u{FFE2}'),
    ('\u{00A6}', '\u{FFE4}'),
    ('\u{2014}', '\u{2015}'),
    ('\u{00A5}', '\u{FFE5}'),
    ('\u{203E}', '\u{FFE3}'),
    ('\u{00B7}', '\u{30FB}'),
];

/// What a code reads as.
#[derive(Clone, Copy, Debug)]
struct Read {
    text: Option<Cluster>,
    moji_joho: Option<char>,
    adobe_japan1: Option<char>,
    compatibility: Option<char>,
    approximate: bool,
}

/// What a character is written with. A claim that is not meant to be written back gives way to one that is.
#[derive(Clone, Copy, Debug)]
struct Write {
    code: Code,
    class: Class,
    strength: u8,
}

/// A spelling and whether it carries a selector of Adobe-Japan1: the same selector may mean two glyphs.
type Spelling = (Cluster, bool);

#[derive(Default)]
struct Table {
    reads: BTreeMap<Code, Read>,
    writes: HashMap<Spelling, Write>,
    remarks: Vec<String>,
}

pub(super) fn assemble(charset: &str, mappings: &[Mapping]) -> Imported {
    let mut table = Table::default();
    let checked: Vec<Mapping> = mappings.iter().map(|mapping| table.checked(mapping)).collect();
    for mapping in checked.iter().filter(|mapping| !mapping.encode_only && !mapping.compatibility) {
        table.read(mapping);
    }
    for mapping in checked.iter().filter(|mapping| !mapping.encode_only && mapping.compatibility) {
        match table.reads.get_mut(&mapping.code) {
            Some(read) => read.compatibility = mapping.text.map(Cluster::base),
            None => table.read(mapping),
        }
    }
    for mapping in checked.iter().filter(|mapping| !mapping.decode_only) {
        table.write(mapping);
    }
    table.other_spellings();
    let files = if charset == "JEF" {
        table.jef_only();
        let [main, encode] = table.files("jef", "");
        vec![main, encode, ("jef-area.tsv".to_owned(), table.area())]
    } else {
        table.files(&charset.to_lowercase(), &format!("#: code {charset}\n")).into()
    };
    let codes = table.reads.values().filter(|read| read.text.is_some()).count();
    Imported { charset: charset.to_owned(), files, codes, remarks: table.remarks }
}

impl Table {
    /// A row as it is taken: where number and look contradict each other, the look counts, for a person drew it; a selector
    /// that no collection has is left out.
    fn checked(&mut self, mapping: &Mapping) -> Mapping {
        let mut checked = mapping.clone();
        let Some(text) = mapping.text else { return checked };
        let code = mapping.code;
        if text.mark().is_none()
            && !mapping.compatibility
            && !mapping.encode_only
            && let Some(sample) = Cluster::parse(&mapping.sample).filter(|sample| sample.mark().is_none())
        {
            if !is_same(text.base(), sample.base()) {
                checked.text = Some(sample.plain());
                self.remarks.push(format!(
                    "{code}: unicode {:04X} と text「{sample}」（{}）が違います。text を採りました",
                    u32::from(text.base()),
                    sample.code_points()
                ));
            } else if sample.selector().is_some() && sample.selector() != mapping.moji_joho {
                self.remarks.push(format!(
                    "{code}: 異体字セレクタが text（{}）と違います。セレクタの項目を採りました",
                    sample.code_points()
                ));
            }
        }
        let base = checked.text.map_or(text.base(), Cluster::base);
        let registered =
            |selector: Option<char>| selector.and_then(|selector| data::ivd().collections(base, selector));
        let is_moji_joho = registered(mapping.moji_joho).is_some_and(|found| found.moji_joho.is_some());
        let is_adobe_japan1 =
            registered(mapping.adobe_japan1).is_some_and(|found| found.adobe_japan1.is_some());
        if mapping.moji_joho.is_some() && !is_moji_joho {
            checked.moji_joho = None;
            self.unregistered(mapping, mapping.moji_joho, "Moji_Joho");
        }
        if mapping.adobe_japan1.is_some() && !is_adobe_japan1 {
            checked.adobe_japan1 = None;
            self.unregistered(mapping, mapping.adobe_japan1, "Adobe-Japan1");
        }
        checked
    }

    fn unregistered(&mut self, mapping: &Mapping, selector: Option<char>, collection: &str) {
        let base = mapping.text.map_or(0, |text| u32::from(text.base()));
        let selector = selector.map_or(0, u32::from);
        let code = mapping.code;
        self.remarks.push(format!(
            "{code}: {base:04X}+{selector:04X} は {collection} に登録がありません。除きました"
        ));
    }

    fn read(&mut self, mapping: &Mapping) {
        let read = Read {
            text: mapping.text,
            moji_joho: mapping.moji_joho,
            adobe_japan1: mapping.adobe_japan1,
            compatibility: None,
            approximate: mapping.approximate,
        };
        if let Some(other) = self.reads.insert(mapping.code, read)
            && other.text != read.text
        {
            let (code, line) = (mapping.code, mapping.line);
            self.remarks.push(format!("{code}: 読みが二つあります。{line}行目を採りました"));
        }
    }

    fn write(&mut self, mapping: &Mapping) {
        let Some(text) = mapping.text else { return };
        let code = mapping.code;
        let (plain, full) = (1, 2);
        let strength = match (mapping.one_way, mapping.approximate) {
            (true, _) => 0,
            (false, true) => plain,
            (false, false) => full,
        };
        let is_other_form = mapping.compatibility
            && self.reads.get(&code).is_some_and(|read| read.compatibility == Some(text.base()));
        if is_other_form {
            return self.claim((text, false), Write { code, class: Class::Compatibility, strength: full });
        }
        if mapping.encode_only {
            return self.claim((text, false), Write { code, class: Class::Spelling, strength: full });
        }
        let selectors =
            [(mapping.moji_joho, Class::MojiJoho, false), (mapping.adobe_japan1, Class::AdobeJapan1, true)];
        let mut class = Class::Regular;
        for (selector, sequence, is_adobe) in selectors {
            if let Some(cluster) = selector.and_then(|selector| Cluster::with_selector(text.base(), selector))
            {
                class = Class::Base;
                self.claim((cluster, is_adobe), Write { code, class: sequence, strength: full });
            }
        }
        self.claim((text, false), Write { code, class, strength });
    }

    /// Of two equally strong claims the later row counts, as in the source's own programs.
    fn claim(&mut self, spelling: Spelling, write: Write) {
        let held = self.writes.entry(spelling).or_insert(write);
        if held.strength <= write.strength {
            *held = write;
        }
    }

    fn written(&self, cluster: Cluster) -> Option<Code> {
        self.writes.get(&(cluster, false)).map(|write| write.code)
    }

    fn spell(&mut self, c: char, code: Code) {
        let write = Write { code, class: Class::Spelling, strength: 0 };
        self.writes.entry((Cluster::of(c), false)).or_insert(write);
    }

    fn other_spellings(&mut self) {
        for (one, other) in SPELLINGS.into_iter().flat_map(|(one, other)| [(one, other), (other, one)]) {
            if let Some(code) = self.written(Cluster::of(other)) {
                self.spell(one, code);
            }
        }
    }

    /// What is so of every JEF table: spellings of its standard area, A1A1 on input.
    fn jef_only(&mut self) {
        let standard = Jef::standard();
        for (cluster, code, class) in &standard.writings {
            if *class == Class::Spelling && self.reads.contains_key(code) {
                self.spell(cluster.base(), *code);
            }
        }
        let space = Cluster::of('\u{3000}');
        let read = Read {
            text: Some(space),
            moji_joho: None,
            adobe_japan1: None,
            compatibility: None,
            approximate: false,
        };
        self.reads.entry(Code::double(0xA1A1)).or_insert(read);
    }

    /// The main file and the one for encoding.
    fn files(&self, stem: &str, head: &str) -> [(String, String); 2] {
        let note = "# Imported from a mapping table of the jef4j project. Licence of the data: CC0-1.0.\n";
        let mut main = format!("{head}{note}#code\tucs\tvs_mj\tvs_aj1\tcompat\tmj\tflags\n");
        let is_own = !head.is_empty();
        // In a charset of its own the first code of a character is the one written, so the others stand behind.
        let mut rows: Vec<(bool, &Code, &Read)> = self
            .reads
            .iter()
            .map(|(code, read)| (is_own && self.is_secondary(*code, read), code, read))
            .collect();
        rows.sort_by_key(|&(is_secondary, code, _)| (is_secondary, *code));
        for (_, code, read) in rows {
            let number = read.text.and_then(|text| {
                let selector = read.moji_joho;
                data::mj().by_sequence(text.base(), selector).map(|mj| format!("{:06}", mj.number.get()))
            });
            let columns = [
                code.to_string(),
                read.text.map(hex).unwrap_or_default(),
                read.moji_joho.map(hex_of).unwrap_or_default(),
                read.adobe_japan1.map(hex_of).unwrap_or_default(),
                read.compatibility.map(hex_of).unwrap_or_default(),
                number.unwrap_or_default(),
                self.flags(*code, read),
            ];
            main.push_str(&columns.join("\t"));
            main.push('\n');
        }
        let mut encode = format!("{note}#ucs\tcode\tclass\n");
        let mut writes: Vec<(&Spelling, &Write)> = self.writes.iter().collect();
        writes.sort_by_key(|&(spelling, _)| *spelling);
        for (&(cluster, _), write) in writes {
            // Writing to a String cannot fail.
            let _ = writeln!(encode, "{}\t{}\t{}", hex(cluster), write.code, letter(write.class));
        }
        [(format!("{stem}.tsv"), main), (format!("{stem}-encode.tsv"), encode)]
    }

    fn is_secondary(&self, code: Code, read: &Read) -> bool {
        read.text.is_some_and(|text| self.written(text).is_some_and(|other| other != code))
    }

    /// What a person should know of a code: see docs/characters.md.
    fn flags(&self, code: Code, read: &Read) -> String {
        let Some(text) = read.text else { return "U".to_owned() };
        let goes_elsewhere =
            |spelling: Spelling| self.writes.get(&spelling).map(|write| write.code) != Some(code);
        let with = |selector: Option<char>, is_adobe| {
            let sequence = selector.and_then(|selector| Cluster::with_selector(text.base(), selector));
            sequence.map_or((text, false), |cluster| (cluster, is_adobe))
        };
        [
            ('p', goes_elsewhere((text, false))),
            ('v', goes_elsewhere(with(read.moji_joho, false))),
            ('a', read.adobe_japan1.is_some() && goes_elsewhere(with(read.adobe_japan1, true))),
            ('S', read.approximate),
            ('N', code == Code::double(0xA1A1)),
        ]
        .into_iter()
        .filter_map(|(flag, holds)| holds.then_some(flag))
        .collect()
    }

    /// The cells that show one character and are another's place in JIS X 0208.
    fn area(&mut self) -> String {
        let mut rows: Vec<(Code, char, char, char)> = Vec::new();
        let cell = |c: char| {
            let mut cells = MultiByte::JIS_X_0208.cells();
            let cell = cells.find(|cell| cell.char == c && cell.direction.decodes())?;
            Some(Code::double(u16::try_from(cell.code).ok()? | 0x8080))
        };
        for changed in jis_1978() {
            let (new, old) = (changed.new, changed.old);
            let kind = match changed.change {
                Change::Pair => 'X',
                Change::Form => 'F',
                Change::Moved => 'A',
            };
            rows.extend(cell(new).map(|code| (code, old, new, kind)));
            if changed.change == Change::Pair {
                rows.extend(cell(old).map(|code| (code, new, old, kind)));
            }
        }
        let symbols = Jef::standard().area.into_iter().filter(|row| row.kind == AreaKind::Symbol);
        rows.extend(symbols.map(|row| (row.code, row.face, row.area, 'S')));
        rows.sort_unstable();
        let mut text = "#jef\tucs_face\tucs_area\tjef_face_of_area\tkind\n".to_owned();
        for (code, face, area, kind) in rows {
            let Some(shown) = self.reads.get(&code).and_then(|read| read.text) else { continue };
            if shown.base() != face {
                self.remarks
                    .push(format!("{code}: 1978年の字形は「{face}」のはずですが、「{shown}」とあります"));
                continue;
            }
            let elsewhere = self.written(Cluster::of(area)).filter(|&other| other != code);
            let elsewhere = elsewhere.map(|code| code.to_string()).unwrap_or_default();
            let _ = writeln!(text, "{code}\t{}\t{}\t{elsewhere}\t{kind}", hex_of(face), hex_of(area));
        }
        text
    }
}

/// Whether two scalars are one character to the eye: spellings of a symbol, and what normalisation makes of one.
fn is_same(one: char, other: char) -> bool {
    const NORMALISED: [(char, char); 3] =
        [('\u{212B}', '\u{00C5}'), ('\u{2126}', '\u{03A9}'), ('\u{212A}', 'K')];
    let listed = |pair: &(char, char)| *pair == (one, other) || *pair == (other, one);
    one == other
        || SPELLINGS.iter().chain(&NORMALISED).any(listed)
        || data::mj().by_sequence(one, None).and_then(|mj| mj.ucs) == Some(other)
}

fn letter(class: Class) -> char {
    match class {
        Class::Regular => 'R',
        Class::Base => 'B',
        Class::MojiJoho => 'V',
        Class::AdobeJapan1 => 'A',
        Class::Compatibility => 'C',
        Class::Spelling => 'W',
    }
}

fn hex(cluster: Cluster) -> String {
    let parts: Vec<String> = cluster.chars().map(hex_of).collect();
    parts.join("+")
}

fn hex_of(c: char) -> String {
    format!("{:04X}", u32::from(c))
}
