//! 在留期間 in years, months and days, as other systems take it.

/// The years, months and days a stay lasts; nothing where the record's words do not say so, such as 無期限.
///
/// Source: 基本データリスト 001 (在留期間_年・月・日).
pub(crate) fn parts(words: &str) -> Option<(u16, u16, u16)> {
    let mut parts = (0, 0, 0);
    let mut digits = String::new();
    let mut last = 0_u8;
    let mut found = false;
    let mut letters = words.chars().filter(|letter| !letter.is_whitespace()).map(half_width).peekable();
    while let Some(letter) = letters.next() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        // Years stand before months and months before days, each once.
        let (unit, place) = match letter {
            '年' => (1, &mut parts.0),
            '月' => (2, &mut parts.1),
            'か' | 'ヶ' | 'ケ' | 'カ' | 'ヵ' | '箇' | '個'
                if letters.peek() == Some(&'月') && !digits.is_empty() =>
            {
                continue;
            }
            '日' => (3, &mut parts.2),
            '間' if found && digits.is_empty() && letters.peek().is_none() => continue,
            _ => return None,
        };
        if unit <= last {
            return None;
        }
        *place = digits.parse().ok()?;
        digits.clear();
        (last, found) = (unit, true);
    }
    (found && digits.is_empty()).then_some(parts)
}

/// The parts as texts; all blank where the words do not say, so that nobody reads a stay of no length.
pub(crate) fn texts(words: &str) -> (String, String, String) {
    parts(words)
        .map(|(years, months, days)| (years.to_string(), months.to_string(), days.to_string()))
        .unwrap_or_default()
}

/// A full-width digit as a half-width one.
fn half_width(letter: char) -> char {
    match u32::from(letter).checked_sub(u32::from('０')) {
        Some(digit @ 0..=9) => char::from_digit(digit, 10).unwrap_or(letter),
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_reads_as_its_parts() {
        for (words, expected) in [
            ("3年", Some((3, 0, 0))),
            ("３年", Some((3, 0, 0))),
            ("1年3月", Some((1, 3, 0))),
            ("1年3か月", Some((1, 3, 0))),
            ("6ヶ月", Some((0, 6, 0))),
            ("90日", Some((0, 0, 90))),
            ("15日間", Some((0, 0, 15))),
            ("1年 6月 15日", Some((1, 6, 15))),
            ("無期限", None),
            ("", None),
            ("3", None),
            ("年", None),
            ("3月1年", None),
            ("1年1年", None),
            ("99999年", None),
        ] {
            assert_eq!(parts(words), expected, "{words}");
        }
    }
}
