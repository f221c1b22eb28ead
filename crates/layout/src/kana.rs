//! Half-width and full-width kana (半角カナ・全角カナ): what the two kinds of item may hold, and from the one to the other.

/// Full-width katakana and marks that have a half-width form, in the order of [`NARROW`].
const WIDE: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";
const NARROW_FIRST: char = '\u{FF61}';
/// Kana with a voiced mark, and the same without it.
const VOICED: &str = "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ";
const UNVOICED: &str = "カキクケコサシスセソタチツテトハヒフヘホウ";
/// Kana with a semi-voiced mark, and the same without it.
const SEMI_VOICED: &str = "パピプペポ";
const SEMI_UNVOICED: &str = "ハヒフヘホ";

/// The half-width form of a character, with its voiced mark as a character of its own; [`None`] if there is none, or if it
/// is half-width already.
pub(crate) fn narrow(c: char) -> Option<(char, Option<char>)> {
    if let Some(plain) = counterpart(VOICED, UNVOICED, c) {
        return Some((narrow_plain(plain)?, Some('ﾞ')));
    }
    if let Some(plain) = counterpart(SEMI_VOICED, SEMI_UNVOICED, c) {
        return Some((narrow_plain(plain)?, Some('ﾟ')));
    }
    Some((narrow_plain(c)?, None))
}

fn narrow_plain(c: char) -> Option<char> {
    match c {
        '\u{3000}' => Some(' '),
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        '\u{2212}' => Some('-'),
        '\u{FFE5}' => Some('\\'),
        _ => {
            let at = WIDE.chars().position(|wide| wide == c)?;
            char::from_u32(u32::from(NARROW_FIRST) + u32::try_from(at).ok()?)
        }
    }
}

fn counterpart(from: &str, to: &str, c: char) -> Option<char> {
    from.chars().zip(to.chars()).find(|(known, _)| *known == c).map(|(_, other)| other)
}

/// Whether a half-width item may hold a character: ASCII, half-width katakana, and the signs that an EBCDIC has besides.
pub(crate) fn is_narrow(c: char) -> bool {
    c.is_ascii() || matches!(c, '\u{FF61}'..='\u{FF9F}' | '¢' | '£' | '¥' | '¦' | '¬' | '¯' | '‾')
}

/// Whether a full-width kana item may hold a character: anything but hiragana and kanji.
pub(crate) fn is_wide(c: char) -> bool {
    !matches!(c,
        '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{309F}'
        | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{1B000}'..='\u{1B16F}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_katakana_of_a_reading_has_a_half_width_form() {
        for (wide, want) in [
            ("ヤマダ　タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
            ("ヴァイオリン・パーティー", "ｳﾞｧｲｵﾘﾝ･ﾊﾟｰﾃｨｰ"),
            ("Ａ－１２", "A-12"),
            ("゛゜。「」、", "ﾞﾟ｡｢｣､"),
        ] {
            let got: String = wide
                .chars()
                .flat_map(|c| {
                    let (base, mark) = narrow(c).unwrap();
                    std::iter::once(base).chain(mark)
                })
                .collect();
            assert_eq!(got, want);
        }
        assert_eq!((narrow('ヮ'), narrow('あ'), narrow('ｱ'), narrow('a')), (None, None, None, None));
        assert!(
            is_wide('ヮ')
                && is_wide('　')
                && !is_wide('あ')
                && !is_wide('山')
                && is_narrow('ｱ')
                && !is_narrow('ア')
        );
    }
}
