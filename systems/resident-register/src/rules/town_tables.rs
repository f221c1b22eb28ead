//! Tables of the town that its configuration brings in (町の表): desks, districts and lots.
//!
//! A decision reads no file. The program hands the tables over among the facts of the municipality, each a list of rows
//! as the town's file has them, so that a town edits a file and nothing is compiled in.

use domain::{Address, Date};
use serde_json::Value;
use system::Context;

use super::address;

/// How many 地区管理コード a record has.
///
/// Source: 基本データリスト 001 (地区管理コード1-10).
pub(crate) const DISTRICTS: usize = 10;

/// 入力場所 and 入力端末 of who acts: those of the user's desk, otherwise the place of the office. A program that acts by
/// itself sits at no desk.
///
/// Source: 住民記録システム標準仕様書 1.3.1.
pub(crate) fn desk_of(context: &Context<'_>) -> (String, String) {
    let desk = context.municipality.get("desks").and_then(|desks| desks.get(context.actor.id()));
    let of = |name: &str| desk.and_then(|desk| desk.get(name)).and_then(Value::as_str).unwrap_or_default();
    let place = match of("place") {
        "" => context.municipality_text("input_place"),
        place => place,
    };
    (place.to_owned(), of("terminal").to_owned())
}

/// The rows of a table that hold on a day.
fn rows<'c>(context: &'c Context<'_>, table: &str) -> impl Iterator<Item = &'c Value> {
    let today = context.today;
    let rows = context.municipality.get(table).and_then(Value::as_array).map(Vec::as_slice);
    rows.unwrap_or_default().iter().filter(move |row| {
        let day = |name: &str| text(row, name).parse::<Date>().ok();
        day("from").is_none_or(|from| from <= today) && day("to").is_none_or(|to| today <= to)
    })
}

fn text<'v>(row: &'v Value, name: &str) -> &'v str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a row of a table is about the 町字 of an address: by 町字コード where both have one, otherwise by its name.
fn is_of_town(row: &Value, address: &Address) -> bool {
    match (text(row, "town_code"), address.town_code.as_deref().unwrap_or_default()) {
        (code, held) if !code.is_empty() && !held.is_empty() => code == held,
        _ => !text(row, "town").is_empty() && text(row, "town") == address.town,
    }
}

/// 地区管理コード1 to 10 of an address here, as the town's table has them today; nothing without a table. A row that names
/// the lot goes before one of the whole 町字.
///
/// Source: 基本データリスト 001 (地区管理コード1-10).
pub(crate) fn districts(context: &Context<'_>, address: &Address) -> Vec<String> {
    let mut codes = vec![String::new(); DISTRICTS];
    if !address::is_in(context, address) {
        return Vec::new();
    }
    let mut found: Vec<&Value> = rows(context, "districts")
        .filter(|row| is_of_town(row, address))
        .filter(|row| text(row, "lot").is_empty() || fold(text(row, "lot")) == fold(&address.lot))
        .collect();
    // The whole 町字 first, so that the lot's own code is written over it.
    found.sort_by_key(|row| !text(row, "lot").is_empty());
    for row in found {
        let place = text(row, "no").parse::<usize>().ok().and_then(|no| no.checked_sub(1));
        if let Some(code) = place.and_then(|place| codes.get_mut(place)) {
            text(row, "code").clone_into(code);
        }
    }
    while codes.pop_if(|code| code.is_empty()).is_some() {}
    codes
}

/// What the town's lot master says of an address (地番マスタ).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lot {
    /// The town has no master, or none of this 町字.
    NoMaster,
    /// The lot stands in it.
    Known,
    /// It does not; whether the master says that the 町字 has special lots (特殊な地番), which are in no list.
    Unknown {
        /// Whether it has.
        special: bool,
    },
}

/// Looks a lot up in the master that holds today. A row may name a range of lots (`lot` to `lot_to`) by their first number.
///
/// Source: 住民記録システム標準仕様書 1.3.2.
pub(crate) fn lot(context: &Context<'_>, address: &Address) -> Lot {
    let of_town: Vec<&Value> = rows(context, "lots").filter(|row| is_of_town(row, address)).collect();
    if of_town.is_empty() {
        return Lot::NoMaster;
    }
    let (held, sort) = (fold(&address.lot), lot_sort(&address.lot));
    let known = of_town.iter().any(|row| {
        let last = text(row, "lot_to");
        match last.is_empty() {
            true => fold(text(row, "lot")) == held,
            // 12番地3 lies in a range that names 12番地: the range goes by the first number.
            false => {
                let first_of = |lot: &str| lot_sort(lot).get(..SORT_DIGITS).map(str::to_owned);
                let number = sort.get(..SORT_DIGITS).map(str::to_owned);
                number.is_some() && first_of(text(row, "lot")) <= number && number <= first_of(last)
            }
        }
    });
    if known {
        Lot::Known
    } else {
        Lot::Unknown { special: of_town.iter().any(|row| text(row, "special") == "1") }
    }
}

/// Digits of one number of 番地枝番数値, and how many numbers it has.
///
/// Source: 基本データリスト 001 (番地枝番数値 X30; the division into numbers is this project's).
const SORT_DIGITS: usize = 6;
const SORT_NUMBERS: usize = 5;

/// 番地枝番数値: the numbers of a lot, each in six digits, by which lots sort as people count them. Blank of a lot without a
/// number. A number that is longer than six digits keeps its last six.
pub(crate) fn lot_sort(lot: &str) -> String {
    let folded = fold(lot);
    let numbers = folded.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty());
    numbers
        .take(SORT_NUMBERS)
        .map(|digits| {
            let skipped = digits.len().saturating_sub(SORT_DIGITS);
            format!("{:0>width$}", digits.get(skipped..).unwrap_or_default(), width = SORT_DIGITS)
        })
        .collect()
}

/// A lot as it is compared: half-width digits, every hyphen and dash the same, no spaces.
fn fold(lot: &str) -> String {
    lot.chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| match letter {
            '０'..='９' => u32::from(letter)
                .checked_sub(u32::from('０'))
                .and_then(|digit| char::from_digit(digit, 10))
                .unwrap_or(letter),
            '－' | '‐' | '−' | '―' | '–' | 'ー' => '-',
            'の' | 'ノ' => '-',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lots_sort_as_people_count() {
        for (lot, expected) in [
            ("100番地", "000100"),
            ("１００番地", "000100"),
            ("12番地3", "000012000003"),
            ("12-3", "000012000003"),
            ("12の3", "000012000003"),
            ("2番10号", "000002000010"),
            ("無番地", ""),
            ("1234567番地", "234567"),
            ("1-2-3-4-5-6", "000001000002000003000004000005"),
        ] {
            assert_eq!(lot_sort(lot), expected, "{lot}");
        }
        let mut lots = ["10番地", "9番地", "9番地2", "9番地10"];
        lots.sort_by_key(|lot| lot_sort(lot));
        assert_eq!(lots, ["9番地", "9番地2", "9番地10", "10番地"]);
    }
}
