//! Numbers that must not stand in free texts: 個人番号 and 住民票コード.
//!
//! Staff type and paste them into search boxes, purposes and notes, in full width, parted by blanks or hyphens, in the
//! middle of a sentence.

use std::ops::Range;

use crate::{IndividualNumber, ResidentRecordCode};

/// What stands for a digit that was taken away.
const MASK: &str = "＊";

/// Digits of a 個人番号.
const INDIVIDUAL_NUMBER: usize = 12;
/// Digits of a 住民票コード.
const RECORD_CODE: usize = 11;
/// How people part a 個人番号.
const PARTS: [usize; 3] = [4, 4, 4];

/// Whether a 個人番号 stands in a text.
pub fn holds_individual_number(text: &str) -> bool {
    found(text).iter().any(|(digits, _)| digits.len() == INDIVIDUAL_NUMBER)
}

/// Whether a 個人番号 or a 住民票コード stands in a text.
pub fn holds_guarded(text: &str) -> bool {
    !found(text).is_empty()
}

/// Whether one may stand in a text: digits that make one together, however they are parted. What is found like this is told to
/// whoever typed it, and is taken from nobody: a day with a number behind it may be mistaken for one.
pub fn may_hold_guarded(text: &str) -> bool {
    let groups = groups(text);
    (0..groups.len()).any(|first| {
        let mut digits = String::new();
        let follows = |(place, group): &(usize, &Group)| *place == 0 || group.between.is_some();
        groups.iter().skip(first).enumerate().take_while(follows).any(|(_, group)| {
            digits.push_str(&group.digits);
            is_individual_number(&digits) || is_record_code(&digits)
        })
    })
}

/// The text without them.
pub fn masked(text: &str) -> String {
    let (mut shown, mut end) = (String::with_capacity(text.len()), 0);
    for (digits, place) in found(text) {
        shown.push_str(text.get(end..place.start).unwrap_or_default());
        shown.push_str(&MASK.repeat(digits.len()));
        end = place.end;
    }
    shown.push_str(text.get(end..).unwrap_or_default());
    shown
}

/// Each such number with where it stands, in their order. A 住民票コード counts only in one piece and where it is no number of a
/// telephone: one in ten of those has its check digit, and a text that was masked does not come back.
fn found(text: &str) -> Vec<(String, Range<usize>)> {
    let groups = groups(text);
    let (mut found, mut rest) = (Vec::new(), groups.as_slice());
    while let Some((first, others)) = rest.split_first() {
        if is_record_code(&first.digits) || is_individual_number(&first.digits) {
            found.push((first.digits.clone(), first.place.clone()));
            rest = others;
            continue;
        }
        let parted = rest.get(..PARTS.len()).filter(|parts| {
            parts.iter().map(|part| part.digits.len()).eq(PARTS)
                && parts.iter().skip(1).all(|part| part.between == Some(1))
        });
        let whole: String = parted.into_iter().flatten().map(|part| part.digits.as_str()).collect();
        match parted.and_then(<[Group]>::last).filter(|_| is_individual_number(&whole)) {
            Some(last) => {
                found.push((whole, first.place.start..last.place.end));
                rest = rest.get(PARTS.len()..).unwrap_or_default();
            }
            None => rest = others,
        }
    }
    found
}

fn is_individual_number(digits: &str) -> bool {
    digits.len() == INDIVIDUAL_NUMBER && IndividualNumber::parse(digits).is_ok()
}

fn is_record_code(digits: &str) -> bool {
    let is_telephone = ["090", "080", "070", "060", "050"].iter().any(|start| digits.starts_with(start));
    digits.len() == RECORD_CODE && !is_telephone && ResidentRecordCode::parse(digits).is_ok()
}

/// Digits that stand together.
struct Group {
    digits: String,
    place: Range<usize>,
    /// How many blanks and hyphens stand between it and the group before; none where something else does.
    between: Option<usize>,
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut between: Option<usize> = None;
    for (place, letter) in text.char_indices() {
        let Some(digit) = digit(letter) else {
            between = between.filter(|_| is_between(letter)).map(|count| count.saturating_add(1));
            continue;
        };
        let end = place.saturating_add(letter.len_utf8());
        match groups.last_mut().filter(|_| between == Some(0)) {
            Some(group) => {
                group.digits.push(digit);
                group.place.end = end;
            }
            None => groups.push(Group { digits: digit.to_string(), place: place..end, between }),
        }
        between = Some(0);
    }
    groups
}

fn digit(letter: char) -> Option<char> {
    let value = u32::from(letter).checked_sub(u32::from('０')).filter(|value| *value < 10);
    if letter.is_ascii_digit() { Some(letter) } else { value.and_then(|value| char::from_digit(value, 10)) }
}

fn is_between(letter: char) -> bool {
    letter.is_whitespace() || "-‐－―−ー".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_however_they_are_written() {
        for (text, shown) in [
            ("", ""),
            ("本人からの請求", "本人からの請求"),
            ("123456789018", "＊＊＊＊＊＊＊＊＊＊＊＊"),
            ("番号123456789018を確認", "番号＊＊＊＊＊＊＊＊＊＊＊＊を確認"),
            ("番号１２３４　５６７８　９０１８", "番号＊＊＊＊＊＊＊＊＊＊＊＊"),
            ("1234-5678-9018です", "＊＊＊＊＊＊＊＊＊＊＊＊です"),
            ("住民票コード12345678903", "住民票コード＊＊＊＊＊＊＊＊＊＊＊"),
            ("番号123456789018 2人分", "番号＊＊＊＊＊＊＊＊＊＊＊＊ 2人分"),
            ("3 123456789018", "3 ＊＊＊＊＊＊＊＊＊＊＊＊"),
            ("123456789018-1", "＊＊＊＊＊＊＊＊＊＊＊＊-1"),
            ("7 1234 5678 9018 と12345678903", "7 ＊＊＊＊＊＊＊＊＊＊＊＊ と＊＊＊＊＊＊＊＊＊＊＊"),
            // A telephone, and a day with a number behind it, that have the check digit of a code.
            ("090-1234-5671", "090-1234-5671"),
            ("09012345671", "09012345671"),
            ("2026-11-29 001", "2026-11-29 001"),
            ("1234  5678 9018", "1234  5678 9018"),
            // The check digit is wrong, or it is another number.
            ("123456789012", "123456789012"),
            ("宛名番号 000000000004347", "宛名番号 000000000004347"),
            ("令和8年11月29日 0859-12-3456", "令和8年11月29日 0859-12-3456"),
            ("12 345 ", "12 345 "),
        ] {
            assert_eq!(masked(text), shown, "{text}");
            assert_eq!(holds_guarded(text), text != shown, "{text}");
        }
    }

    #[test]
    fn what_may_be_one_is_found_however_it_is_parted() {
        for (text, may) in [
            ("番号123456789018の確認", true),
            ("１２３４－５６７８－９０１８", true),
            ("1234 5678 9018", true),
            ("123  456-789 018", true),
            ("コード23057188464", true),
            ("コード230-5718-8464", true),
            ("8 123456789018 23057188464", true),
            ("", false),
            ("令和8年（ワ）第1234号", false),
            ("090-1234-5678", false),
            ("123456789017", false),
            ("0123456789018", false),
            ("1234、5678、9018", false),
            ("宛名番号000000000000017", false),
        ] {
            assert_eq!(may_hold_guarded(text), may, "{text}");
            assert!(may || !holds_guarded(text), "{text}");
        }
    }
}
