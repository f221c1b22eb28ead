//! Numbers that must not stand in free texts: 個人番号 and 住民票コード.
//!
//! Staff type and paste them into search boxes, purposes and notes, in full width, parted by blanks or hyphens, in the
//! middle of a sentence.

use std::ops::Range;

use domain::{IndividualNumber, ResidentRecordCode};

/// What stands for a digit that was taken away.
const MASK: &str = "＊";

/// Whether a 個人番号 stands in a text.
pub(crate) fn holds_individual_number(text: &str) -> bool {
    runs(text).iter().any(|(digits, _)| is_individual_number(digits))
}

/// Whether a 個人番号 or a 住民票コード stands in a text.
pub(crate) fn holds_guarded(text: &str) -> bool {
    runs(text).iter().any(|(digits, _)| is_guarded(digits))
}

/// The text without them.
pub(crate) fn masked(text: &str) -> String {
    let (mut shown, mut end) = (String::with_capacity(text.len()), 0);
    for (digits, place) in runs(text) {
        if is_guarded(&digits) {
            shown.push_str(text.get(end..place.start).unwrap_or_default());
            shown.push_str(&MASK.repeat(digits.len()));
            end = place.end;
        }
    }
    shown.push_str(text.get(end..).unwrap_or_default());
    shown
}

fn is_individual_number(digits: &str) -> bool {
    digits.len() == 12 && IndividualNumber::parse(digits).is_ok()
}

fn is_guarded(digits: &str) -> bool {
    is_individual_number(digits) || (digits.len() == 11 && ResidentRecordCode::parse(digits).is_ok())
}

/// Each row of digits with where it stands. One blank or hyphen between digits does not end it.
fn runs(text: &str) -> Vec<(String, Range<usize>)> {
    let mut runs: Vec<(String, Range<usize>)> = Vec::new();
    let mut goes_on = false;
    let mut letters = text.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        let Some(digit) = digit(letter) else {
            let next = letters.peek().and_then(|(_, next)| self::digit(*next));
            goes_on = goes_on && is_between(letter) && next.is_some();
            continue;
        };
        let end = place.saturating_add(letter.len_utf8());
        match runs.last_mut().filter(|_| goes_on) {
            Some((digits, range)) => {
                digits.push(digit);
                range.end = end;
            }
            None => runs.push((digit.to_string(), place..end)),
        }
        goes_on = true;
    }
    runs
}

fn digit(letter: char) -> Option<char> {
    let value = u32::from(letter).checked_sub(u32::from('０')).filter(|value| *value < 10);
    if letter.is_ascii_digit() { Some(letter) } else { value.and_then(|value| char::from_digit(value, 10)) }
}

fn is_between(letter: char) -> bool {
    matches!(letter, ' ' | '\u{3000}' | '-' | '‐' | '－' | 'ー' | '−')
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
}
