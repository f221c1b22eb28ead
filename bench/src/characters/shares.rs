//! What a text consists of: the mixture decides how fast a shifting code can be written.

use std::fmt;

/// Kinds of characters, by the code they have at a host.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ascii,
    HalfWidthKana,
    Kana,
    Kanji,
    Selector,
    OtherWide,
}

const KINDS: [(Kind, &str); 6] = [
    (Kind::Ascii, "ASCII"),
    (Kind::HalfWidthKana, "half-width kana"),
    (Kind::Kana, "full-width kana"),
    (Kind::Kanji, "kanji"),
    (Kind::Selector, "variation selectors"),
    (Kind::OtherWide, "other full-width"),
];

/// Shares of a text and the length of its runs.
pub(crate) struct Shares {
    bytes: usize,
    characters: usize,
    lines: usize,
    /// Bytes of each kind in UTF-8, in the order of `KINDS`.
    kinds: [usize; KINDS.len()],
    /// Runs (1バイト文字・2バイト文字の連続) of single-byte and of double-byte characters.
    runs: [usize; 2],
    /// Characters in them.
    run_characters: [usize; 2],
}

impl Shares {
    pub(crate) fn of(text: &str) -> Shares {
        let mut shares = Shares {
            bytes: text.len(),
            characters: 0,
            lines: 0,
            kinds: [0; 6],
            runs: [0; 2],
            run_characters: [0; 2],
        };
        let mut before = None;
        for c in text.chars() {
            shares.characters += 1;
            shares.lines += usize::from(c == '\n');
            let kind = kind(c);
            for ((known, _), bytes) in KINDS.iter().zip(&mut shares.kinds) {
                *bytes += if *known == kind { c.len_utf8() } else { 0 };
            }
            // A selector belongs to the character before it.
            if kind == Kind::Selector {
                continue;
            }
            let double = !matches!(kind, Kind::Ascii | Kind::HalfWidthKana);
            for (is_double, (runs, characters)) in
                [false, true].into_iter().zip(shares.runs.iter_mut().zip(&mut shares.run_characters))
            {
                if is_double == double {
                    *characters += 1;
                    *runs += usize::from(before != Some(double));
                }
            }
            before = Some(double);
        }
        shares
    }
}

fn kind(c: char) -> Kind {
    match c {
        '\0'..='\u{7F}' => Kind::Ascii,
        '\u{FF61}'..='\u{FF9F}' => Kind::HalfWidthKana,
        '\u{3041}'..='\u{30FF}' => Kind::Kana,
        '々' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' => Kind::Kanji,
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => Kind::Selector,
        _ => Kind::OtherWide,
    }
}

impl fmt::Display for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [single, double] = self.runs;
        let [in_single, in_double] = self.run_characters;
        write!(f, "{} bytes, {} characters, {} lines; by bytes", self.bytes, self.characters, self.lines)?;
        for (at, ((_, name), bytes)) in KINDS.iter().zip(self.kinds).enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma} {name} {:.1} %", 100.0 * crate::ratio(bytes, self.bytes))?;
        }
        write!(
            f,
            "; runs: {:.1} single-byte characters, {:.1} double-byte characters; {:.1} changes of state a line",
            crate::ratio(in_single, single),
            crate::ratio(in_double, double),
            crate::ratio(2 * double, self.lines),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_runs_of_a_line() {
        let shares = Shares::of("12,葛\u{E0100}城カ１,ｶﾞ\n");
        assert_eq!((shares.bytes, shares.characters, shares.lines), (27, 12, 1));
        assert_eq!(shares.kinds, [5, 6, 3, 6, 4, 3]);
        assert_eq!((shares.runs, shares.run_characters), ([2, 1], [7, 4]));
    }
}
