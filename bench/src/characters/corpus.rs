//! The text: residents of an invented town (架空の町) as a resident extract (住民情報の抽出) carries them, one line each.

use std::fmt::Write;

use domain::{Address, Date, RegisterDate};
use town::{Household, Municipality, Options, Resident, Town};

/// The same seed gives the same text.
const SEED: u64 = 1;
/// The day on which the town is as it is.
const TODAY: Date = Date::constant(2026, 11, 20);
/// More than any text needs; households are made while they are read.
const RESIDENTS_MAX: usize = 10_000_000;
/// Every third reading is half-width, as older systems still hold them.
const HALF_WIDTH_EVERY: usize = 3;

/// Lines of residents until there are at least `bytes` of them.
pub(crate) fn text(bytes: usize) -> String {
    let town = town();
    let mut text = String::with_capacity(bytes + 4096);
    for (serial, (household, number)) in residents(&town).enumerate() {
        let Some(resident) = household.members.get(number) else { continue };
        if number == 0 && bytes <= text.len() {
            break;
        }
        line(serial, serial - number, &household, resident, &mut text);
    }
    text
}

/// The town the measurements live in.
pub(crate) fn town() -> Town {
    let municipality = Municipality::default();
    Town::generate(Options { residents: RESIDENTS_MAX, seed: SEED, today: TODAY, municipality })
}

/// Every resident, as a household and the member's place in it.
pub(crate) fn residents(town: &Town) -> impl Iterator<Item = (std::rc::Rc<Household>, usize)> {
    town.households().flat_map(|household| {
        let members = household.members.len();
        let household = std::rc::Rc::new(household);
        (0..members).map(move |number| (std::rc::Rc::clone(&household), number))
    })
}

/// The head of a text, of at most `bytes` and in whole lines.
pub(crate) fn head(mut text: String, bytes: usize) -> String {
    if bytes < text.len() {
        let kept = text.as_bytes().get(..bytes).unwrap_or_default();
        let end = kept.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        text.truncate(end);
    }
    text
}

/// One resident, `first` being the number of the household's first: codes and numbers in ASCII, some of them of a fixed width; words in full width; dates of eight digits.
fn line(serial: usize, first: usize, household: &Household, resident: &Resident, text: &mut String) {
    let name = resident.name();
    let head = household.head().map(Resident::name).unwrap_or_default();
    let kana = reading(serial, &resident.kana());
    let alias_kana = reading(serial, resident.alias_kana.as_deref().unwrap_or_default());
    let relation = padded(resident.relation.label(), 4);
    let roman = resident.name_roman.as_deref().unwrap_or_default();
    let (former, alias) = (stated(&resident.former_family_name), stated(&resident.alias));
    let home = &household.address;
    let (code, town_code) = (stated(&home.municipality_code), stated(&home.town_code));
    let before = resident.moved_in_from.as_ref().map(Address::one_line).unwrap_or_default();
    let domicile = resident.registered_domicile.as_ref().map(Address::one_line).unwrap_or_default();
    let foreign = resident.foreign.as_ref();
    let kind = if foreign.is_some() { '2' } else { '1' };
    let nationality = foreign.map_or("", |foreign| foreign.nationality.as_str());
    let nationality_code = foreign.map_or("", |foreign| foreign.nationality_code.as_str());
    let status = foreign.map_or("", |foreign| foreign.status_of_residence.as_str());
    let expires = foreign.and_then(|foreign| foreign.stay_expires_on).map(day).unwrap_or_default();
    let register_head = stated(&resident.register_head);
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "{serial:015},{history:03},{first:015},{kind},1,{name},{kana},{roman},{former},{alias},{alias_kana},\
         {birth},{sex},{relation_codes:<8},{relation},{head},{since},{addr_since},{notified},{postcode:<8},{code},\
         {town_code:<12},{prefecture},{municipality},{town},{lot},{building},{before},{domicile},{register_head},\
         {nationality_code:<3},{nationality},{status:<3},{expires}",
        history = serial % 7 + 1,
        birth = date(&resident.birth),
        sex = resident.sex.code(),
        relation_codes = resident.relation.code_text(),
        since = date(&resident.resident_since),
        addr_since = date(&resident.addr_since),
        notified = day(resident.notified_on),
        postcode = stated(&home.postcode),
        prefecture = home.prefecture,
        municipality = home.municipality,
        town = home.town,
        lot = home.lot,
        building = stated(&home.building),
    );
}

fn stated(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

/// A day as eight digits.
fn day(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// A register's date as eight digits: its internal date, zeros when nothing is known.
fn date(date: &RegisterDate) -> String {
    date.sort_key().map_or_else(|| "00000000".to_owned(), day)
}

/// A word filled up with full-width spaces, as fixed N items leave it.
fn padded(mut word: String, characters: usize) -> String {
    for _ in word.chars().count()..characters {
        word.push('\u{3000}');
    }
    word
}

/// A reading: full-width, or half-width and filled up with spaces.
fn reading(serial: usize, kana: &str) -> String {
    if serial.is_multiple_of(HALF_WIDTH_EVERY) {
        format!("{:<20}", half_width(kana))
    } else {
        kana.to_owned()
    }
}

const FULL: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
const HALF: &str = "｡｢｣､･ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ";
/// Kana with a voiced mark, and the same without it.
const VOICED: &str = "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ";
const UNVOICED: &str = "カキクケコサシスセソタチツテトハヒフヘホウ";
const SEMI_VOICED: &str = "パピプペポ";
const SEMI_UNVOICED: &str = "ハヒフヘホ";

/// Katakana as half-width kana, a mark behind it where it has one; what has no half-width form stays.
pub(crate) fn half_width(kana: &str) -> String {
    let plain = |c| counterpart(FULL, HALF, c).unwrap_or(c);
    let mut half = String::with_capacity(kana.len());
    for c in kana.chars() {
        if let Some(base) = counterpart(VOICED, UNVOICED, c) {
            half.extend([plain(base), 'ﾞ']);
        } else if let Some(base) = counterpart(SEMI_VOICED, SEMI_UNVOICED, c) {
            half.extend([plain(base), 'ﾟ']);
        } else if c == '\u{3000}' {
            half.push(' ');
        } else {
            half.push(plain(c));
        }
    }
    half
}

fn counterpart(from: &str, to: &str, c: char) -> Option<char> {
    from.chars().zip(to.chars()).find(|(known, _)| *known == c).map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_become_half_width() {
        assert_eq!(half_width("ワタナベ　パウロー・ヴァン"), "ﾜﾀﾅﾍﾞ ﾊﾟｳﾛｰ･ｳﾞｧﾝ");
        assert_eq!((reading(3, "モリ").len(), reading(4, "モリ").as_str()), (24, "モリ"));
    }

    #[test]
    fn a_text_is_whole_lines_of_as_many_items() {
        let text = text(100_000);
        assert!((100_000..110_000).contains(&text.len()), "{}", text.len());
        assert!(text.ends_with('\n'));
        assert!(text.lines().all(|line| line.split(',').count() == 34));
        let head = head(text.clone(), 50_000);
        assert!(
            text.starts_with(&head) && head.ends_with('\n') && 49_000 < head.len() && head.len() <= 50_000
        );
    }
}
