//! What banks want to know of an account (口座).

use crate::name::{hiragana_to_katakana, to_full_width_kana};

/// The most characters a holder has in the banks' files (預金者名).
///
/// Source: 全国銀行協会, 口座振替の標準フォーマット.
pub const HOLDER_CHARS_MAX: usize = 30;

/// A holder's name in the half-width set of JIS X 0201 that banks take: capitals, no small kana, the long mark as a hyphen.
///
/// # Errors
/// The first character that has no such form.
pub fn holder_kana(text: &str) -> Result<String, char> {
    let wide = hiragana_to_katakana(&to_full_width_kana(text));
    let mut narrow = String::with_capacity(wide.len());
    for c in wide.trim().chars() {
        let plain = match c {
            '\u{FF01}'..='\u{FF5E}' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
            other => other,
        };
        match plain.to_ascii_uppercase() {
            ' ' | '\u{3000}' => narrow.push(' '),
            'ー' | '‐' | '−' | '–' | '—' => narrow.push('-'),
            '「' => narrow.push('｢'),
            '」' => narrow.push('｣'),
            '・' | '．' => narrow.push('.'),
            '￥' | '¥' => narrow.push('\\'),
            kept @ ('0'..='9' | 'A'..='Z' | '(' | ')' | '-' | '/' | '.' | ',' | '\\') => narrow.push(kept),
            kana => narrow.push_str(&half_width(kana).ok_or(c)?),
        }
    }
    Ok(narrow)
}

/// Full-width katakana, each with its half-width form, in the order of the syllabary; small ones are large.
const KANA: &[(&str, &str)] = &[
    ("アイウエオ", "ｱｲｳｴｵ"),
    ("カキクケコ", "ｶｷｸｹｺ"),
    ("サシスセソ", "ｻｼｽｾｿ"),
    ("タチツテト", "ﾀﾁﾂﾃﾄ"),
    ("ナニヌネノ", "ﾅﾆﾇﾈﾉ"),
    ("ハヒフヘホ", "ﾊﾋﾌﾍﾎ"),
    ("マミムメモ", "ﾏﾐﾑﾒﾓ"),
    ("ヤユヨ", "ﾔﾕﾖ"),
    ("ラリルレロ", "ﾗﾘﾙﾚﾛ"),
    ("ワヲン", "ﾜｦﾝ"),
    ("ァィゥェォ", "ｱｲｳｴｵ"),
    ("ャュョッ", "ﾔﾕﾖﾂ"),
    ("ヮヵヶヰヱ", "ﾜｶｹｲｴ"),
];

/// Kana with a mark, each with the kana it is made of.
const VOICED: (&str, &str) = ("ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ", "ｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎｳ");
const SEMI_VOICED: (&str, &str) = ("パピプペポ", "ﾊﾋﾌﾍﾎ");

fn half_width(kana: char) -> Option<String> {
    let of = |(wide, half): &(&str, &str)| {
        wide.chars().zip(half.chars()).find(|(wide, _)| *wide == kana).map(|(_, half)| half)
    };
    if let Some(half) = KANA.iter().find_map(of) {
        return Some(half.to_string());
    }
    of(&VOICED).map(|half| format!("{half}ﾞ")).or_else(|| of(&SEMI_VOICED).map(|half| format!("{half}ﾟ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_what_banks_take() {
        let cases = [
            ("カクウ　ハナコ", Ok("ｶｸｳ ﾊﾅｺ")),
            ("かくう　はなこ", Ok("ｶｸｳ ﾊﾅｺ")),
            ("ｶｸｳ ﾊﾅｺ", Ok("ｶｸｳ ﾊﾅｺ")),
            ("ワタナベ　ジョー", Ok("ﾜﾀﾅﾍﾞ ｼﾞﾖ-")),
            ("カ）ミナト", Ok("ｶ)ﾐﾅﾄ")),
            ("Ｌｉ hua", Ok("LI HUA")),
            ("パピヴァ", Ok("ﾊﾟﾋﾟｳﾞｱ")),
            ("架空　花子", Err('架')),
            ("カクウ＊", Err('＊')),
            ("", Ok("")),
        ];
        for (text, expected) in cases {
            assert_eq!(holder_kana(text), expected.map(str::to_owned), "{text}");
        }
    }
}
