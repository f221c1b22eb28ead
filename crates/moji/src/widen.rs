//! Full-width forms of ASCII and half-width katakana.

/// U+FF61-FF9F in order.
const KANA: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";

/// The full-width form (全角形) of ASCII and half-width katakana, [`None`] for anything else.
pub(crate) fn wide(c: char) -> Option<char> {
    match c {
        ' ' => Some('\u{3000}'),
        '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0),
        '\u{FF61}'..='\u{FF9F}' => {
            let index = usize::try_from(u32::from(c) - 0xFF61).ok()?;
            KANA.chars().nth(index)
        }
        _ => None,
    }
}

/// The one katakana that a half-width kana and the half-width voiced mark behind it form (ｶﾞ → ガ).
pub(crate) fn voiced(kana: char, mark: char) -> Option<char> {
    let plain = wide(kana).filter(|_| ('\u{FF66}'..='\u{FF9D}').contains(&kana))?;
    let step = match mark {
        '\u{FF9E}' if plain == 'ウ' => return Some('ヴ'),
        '\u{FF9E}' if ('カ'..='ト').contains(&plain) && plain != 'ッ' => 1,
        '\u{FF9E}' if "ハヒフヘホ".contains(plain) => 1,
        '\u{FF9F}' if "ハヒフヘホ".contains(plain) => 2,
        _ => return None,
    };
    char::from_u32(u32::from(plain) + step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_width_kana_has_its_full_width_form() {
        assert_eq!(KANA.chars().count(), 63);
        assert_eq!("ｱｦｯｰﾝﾞ｡".chars().filter_map(wide).collect::<String>(), "アヲッーン゛。");
        assert_eq!("A1-~ ".chars().filter_map(wide).collect::<String>(), "Ａ１－～　");
        let pairs: String = "ｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎｳ".chars().filter_map(|c| voiced(c, 'ﾞ')).collect();
        assert_eq!(pairs, "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ");
        assert_eq!("ﾊﾋﾌﾍﾎ".chars().filter_map(|c| voiced(c, 'ﾟ')).collect::<String>(), "パピプペポ");
        assert_eq!((voiced('ｱ', 'ﾞ'), voiced('ｶ', 'ﾟ'), voiced('ｯ', 'ﾞ')), (None, None, None));
    }
}
