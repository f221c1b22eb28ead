//! Which MJ characters a user-defined one may be, and why.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use super::Listed;
use crate::cluster::Cluster;
use crate::data::{self, JukiCode, KosekiNumber, Mj, MjNumber, MultiByte, Readings, ShrinkTable};
use crate::show::is_kanji;

/// Characters of the same surroundings that are followed.
const ECHOES_MAX: usize = 3;
/// How often a character must stand in the same surroundings before it says something.
const ECHO_COUNT_MIN: u64 = 2;

/// What it takes from a candidate that every charset has: a town needs no code of its own for it.
const OWN_CODE_WEIGHT: u32 = 15;

/// Why a character is a candidate (同定の根拠).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The list names its number, or the sequence itself.
    Named,
    /// The list names a character of which it is a glyph.
    GlyphOf(char),
    /// The shrink map says that this character may stand for it, and in which table.
    ShrinksTo(char, ShrinkTable),
    /// It stands elsewhere in the same surroundings, so often.
    SameSurroundings(char, u64),
    /// It has a reading the list names.
    Reading,
    /// It has the strokes the list names.
    Strokes,
    /// It has the radical the list names.
    Radical,
}

impl Evidence {
    /// How much it weighs against the others.
    fn weight(self) -> u32 {
        match self {
            Self::Named => 100,
            Self::GlyphOf(_) => 40,
            // The tables in the order in which a conversion asks them, the surest first.
            Self::ShrinksTo(_, table) => {
                let place = ShrinkTable::ASKED.iter().position(|other| *other == table);
                30_u32.saturating_sub(2 * u32::try_from(place.unwrap_or_default()).unwrap_or_default())
            }
            Self::SameSurroundings(..) => 25,
            Self::Reading | Self::Strokes => 20,
            Self::Radical => 15,
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named => f.write_str("一覧に指定"),
            Self::GlyphOf(c) => write!(f, "「{c}」の字形"),
            Self::ShrinksTo(c, table) => write!(f, "「{c}」に縮退（表{}）", table.number()),
            Self::SameSurroundings(c, count) => write!(f, "同じ並びに「{c}」{count}件"),
            Self::Reading => f.write_str("読み"),
            Self::Strokes => f.write_str("画数"),
            Self::Radical => f.write_str("部首"),
        }
    }
}

/// What a user-defined character may be (同定候補).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// MJ文字図形名.
    pub number: MjNumber,
    /// The text that shows it.
    pub cluster: Option<Cluster>,
    /// Why, the strongest first.
    pub evidence: Vec<Evidence>,
}

impl Candidate {
    /// Of two equal candidates the one that the resident network knows.
    fn is_in_juki(&self) -> bool {
        data::mj().get(self.number).is_some_and(|mj| mj.juki.is_some())
    }

    fn has(&self, holds: impl Fn(&Evidence) -> bool) -> bool {
        self.evidence.iter().any(holds)
    }
}

/// What is asked of every user-defined character, made once.
pub(super) struct Index {
    /// By target of the shrink map, the tables that apply without being told.
    shrinking: HashMap<char, Vec<(MjNumber, ShrinkTable)>>,
    readings: &'static Readings,
    /// Glyphs that the characters of JIS X 0208 show by themselves.
    plain: HashSet<MjNumber>,
}

/// What somebody named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Glyph(MjNumber),
    Character(char),
}

type Found = BTreeMap<MjNumber, Vec<Evidence>>;
type Fits = fn(&Evidence) -> bool;

impl Index {
    pub(super) fn new() -> Self {
        let mut shrinking: HashMap<char, Vec<(MjNumber, ShrinkTable)>> = HashMap::new();
        for number in data::shrink().numbers() {
            for row in data::shrink().of(number) {
                let numbers = shrinking.entry(row.ucs).or_default();
                // The first table that has the pair is the surest.
                if numbers.last().is_none_or(|&(last, _)| last != number) {
                    numbers.push((number, row.table));
                }
            }
        }
        let cells = MultiByte::JIS_X_0208.cells();
        let plain = cells.filter_map(|cell| data::mj().by_sequence(cell.char, None)).map(|mj| mj.number);
        Self { shrinking, readings: data::readings(), plain: plain.collect() }
    }

    /// The candidates, the most likely first, and whether what the list says leaves exactly one.
    pub(super) fn candidates(
        &self,
        listed: Option<&Listed>,
        echoes: &[(char, u64)],
    ) -> (Vec<Candidate>, bool) {
        let mut found = Found::new();
        let named = listed.map(named).unwrap_or_default();
        for name in &named {
            match *name {
                Named::Glyph(number) => add(&mut found, number, Evidence::Named),
                Named::Character(c) => self.around(&mut found, c, &Evidence::GlyphOf(c), None),
            }
        }
        let often = echoes.iter().filter(|&&(_, count)| ECHO_COUNT_MIN <= count).take(ECHOES_MAX);
        for &(c, count) in often {
            let evidence = Evidence::SameSurroundings(c, count);
            self.around(&mut found, c, &evidence, Some(&evidence));
        }
        if let Some(listed) = listed {
            self.by_description(&mut found, listed);
        }
        let mut candidates: Vec<Candidate> = found
            .into_iter()
            .map(|(number, mut evidence)| {
                if let Some(listed) = listed {
                    evidence.extend(self.agreeing(number, listed));
                }
                evidence.sort_unstable();
                evidence.dedup();
                let sequence = data::mj().get(number).and_then(Mj::sequence);
                Candidate { number, cluster: sequence.map(Cluster::from), evidence }
            })
            .collect();
        let only = listed.and_then(|listed| only_one(&candidates, listed, &named));
        candidates.sort_by_key(|candidate| {
            let is_only = Some(candidate.number) == only;
            (!is_only, u32::MAX - self.weight(candidate), !candidate.is_in_juki(), candidate.number)
        });
        (candidates, only.is_some())
    }

    fn weight(&self, candidate: &Candidate) -> u32 {
        let weight: u32 = candidate.evidence.iter().map(|evidence| evidence.weight()).sum();
        let is_plain = self.plain.contains(&candidate.number);
        if is_plain { weight.saturating_sub(OWN_CODE_WEIGHT) } else { weight }
    }

    /// All glyphs of a character, and those that may be shrunk to it.
    fn around(&self, found: &mut Found, c: char, of_glyphs: &Evidence, of_others: Option<&Evidence>) {
        let list = data::mj();
        let base = list.by_sequence(c, None).and_then(|mj| mj.ucs).unwrap_or(c);
        for mj in list.by_base(base) {
            add(found, mj.number, *of_glyphs);
        }
        for &(number, table) in self.shrinking.get(&c).into_iter().flatten() {
            // That the glyphs of a character may stand for each other says nothing.
            if list.get(number).is_some_and(|mj| mj.ucs != Some(base)) {
                add(found, number, Evidence::ShrinksTo(c, table));
                if let Some(evidence) = of_others {
                    add(found, number, *evidence);
                }
            }
        }
    }

    /// Where nothing is named, what has the reading and the strokes, or the strokes and the radical, is looked for in
    /// the whole list.
    fn by_description(&self, found: &mut Found, listed: &Listed) {
        if !found.is_empty() || listed.strokes.is_none() {
            return;
        }
        let has_strokes = |mj: &Mj| listed.strokes == Some(mj.strokes);
        for reading in listed.readings.iter().flat_map(|reading| both_kana(reading)) {
            for number in self.readings.numbers(&reading) {
                if data::mj().get(number).is_some_and(has_strokes) {
                    add(found, number, Evidence::Reading);
                }
            }
        }
        if let Some(radical) = listed.radical.filter(|_| listed.readings.is_empty()) {
            let has_radical = |mj: &&Mj| mj.radicals().any(|found| found.radical == radical);
            for mj in data::mj().all().filter(|mj| has_strokes(mj)).filter(has_radical) {
                add(found, mj.number, Evidence::Radical);
            }
        }
    }

    /// What of the list's description fits a glyph.
    fn agreeing(&self, number: MjNumber, listed: &Listed) -> Vec<Evidence> {
        let Some(mj) = data::mj().get(number) else { return Vec::new() };
        let wanted: Vec<String> = listed.readings.iter().map(|reading| hiragana(reading)).collect();
        let reads = self.readings.of(number).any(|reading| wanted.contains(&hiragana(reading)));
        let has_radical = |radical: u8| mj.radicals().any(|found| found.radical == radical);
        [
            (reads, Evidence::Reading),
            (listed.strokes == Some(mj.strokes), Evidence::Strokes),
            (listed.radical.is_some_and(has_radical), Evidence::Radical),
        ]
        .into_iter()
        .filter_map(|(holds, evidence)| holds.then_some(evidence))
        .collect()
    }
}

fn add(found: &mut Found, number: MjNumber, evidence: Evidence) {
    found.entry(number).or_default().push(evidence);
}

/// The one candidate that fits all that the list says: the one glyph it names, or else the only one with every property
/// among at least two.
fn only_one(candidates: &[Candidate], listed: &Listed, named: &[Named]) -> Option<MjNumber> {
    let has_named = candidates.iter().any(|candidate| candidate.has(|found| *found == Evidence::Named));
    let stated: [(bool, Fits); 5] = [
        (has_named, |found| *found == Evidence::Named),
        (!named.is_empty() && !has_named, |found| {
            matches!(found, Evidence::GlyphOf(_) | Evidence::ShrinksTo(..))
        }),
        (!has_named && !listed.readings.is_empty(), |found| *found == Evidence::Reading),
        (!has_named && listed.strokes.is_some(), |found| *found == Evidence::Strokes),
        (!has_named && listed.radical.is_some(), |found| *found == Evidence::Radical),
    ];
    let stated: Vec<_> =
        stated.into_iter().filter_map(|(is_stated, fits)| is_stated.then_some(fits)).collect();
    let mut fitting = candidates
        .iter()
        .filter(|candidate| stated.iter().all(|fits| candidate.has(fits)))
        .map(|found| found.number);
    let first = fitting.next().filter(|_| has_named || 2 <= stated.len());
    first.filter(|_| fitting.next().is_none())
}

/// What the list names: in its column for candidates, and in the remark.
fn named(listed: &Listed) -> Vec<Named> {
    let mut found = numbers(&listed.candidate);
    if found.is_empty() {
        found.extend(character(&listed.candidate));
    }
    found.extend(numbers(&listed.remark));
    found.extend(in_words(&listed.remark).into_iter().map(Named::Character));
    found
}

/// A cell that is one character.
fn character(cell: &str) -> Option<Named> {
    let cluster = crate::gaiji::read_character(cell).ok().flatten()?;
    let glyph =
        data::mj().by_sequence(cluster.base(), cluster.selector()).filter(|_| cluster.selector().is_some());
    Some(glyph.map_or(Named::Character(cluster.base()), |mj| Named::Glyph(mj.number)))
}

/// Numbers of lists that stand in a text: MJ022335, J+845B, 戸籍349920.
fn numbers(text: &str) -> Vec<Named> {
    let list = data::mj();
    let behind = |mark: &str| {
        let mark_len = mark.len();
        text.match_indices(mark).filter_map(move |(at, _)| text.get(at + mark_len..)).collect::<Vec<_>>()
    };
    let digits = |rest: &str| -> String {
        rest.trim_start_matches([' ', '　', ':', '：']).chars().take_while(char::is_ascii_hexdigit).collect()
    };
    let by_mj = behind("MJ").into_iter().filter_map(|rest| {
        let number: MjNumber = format!("MJ{}", digits(rest)).parse().ok()?;
        list.get(number)
    });
    let by_juki = behind("J+").into_iter().filter_map(|rest| {
        let code: JukiCode = format!("J+{}", digits(rest)).parse().ok()?;
        list.by_juki(code)
    });
    let by_koseki = behind("戸籍").into_iter().filter_map(|rest| {
        let number: KosekiNumber = digits(rest).parse().ok()?;
        list.by_koseki(number)
    });
    by_mj.chain(by_juki).chain(by_koseki).map(|mj| Named::Glyph(mj.number)).collect()
}

/// Characters that a remark is about: the remark itself, one in quotes, or one before の and a word for variants.
fn in_words(remark: &str) -> Vec<char> {
    const VARIANTS: [&str; 10] =
        ["異体", "俗字", "旧字", "正字", "略字", "別字", "誤字", "本字", "古字", "字形"];
    let chars: Vec<char> = remark.chars().collect();
    let at = |index: usize| chars.get(index).copied();
    let mut found = Vec::new();
    for (index, &c) in chars.iter().enumerate().filter(|&(_, &c)| is_kanji(c)) {
        let behind: String = chars.iter().skip(index + 1).take(3).collect();
        let is_quoted = index.checked_sub(1).and_then(at).is_some_and(|mark| "「『\"“(（".contains(mark))
            && at(index + 1).is_some_and(|mark| "」』\"”)）".contains(mark));
        let is_named = VARIANTS.iter().any(|word| behind == format!("の{word}"));
        if (chars.len() == 1 || is_quoted || is_named) && !found.contains(&c) {
            found.push(c);
        }
    }
    found
}

fn hiragana(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{30A1}'..='\u{30F6}' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
            other => other,
        })
        .collect()
}

fn katakana(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3041}'..='\u{3096}' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// The list has on in katakana and kun in hiragana; people write either.
fn both_kana(reading: &str) -> [String; 2] {
    [hiragana(reading), katakana(reading)]
}
