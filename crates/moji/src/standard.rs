//! The standard's set of characters (行政事務標準文字): which characters a register may hold.

use std::sync::LazyLock;

use crate::data::{ivd, mj};
use crate::is_selector;

/// Why a character is not of the standard set (標準の文字集合にない文字).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A control character.
    Control,
    /// A character of a private use area (外字): what it looks like stands in a table elsewhere.
    Private,
    /// The replacement character: bytes that did not read.
    Broken,
    /// A variation selector that is registered with no character before it.
    Selector,
    /// Any other character.
    Outside,
}

impl Unfit {
    /// The reason as the second half of a Japanese sentence.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Control => "制御文字です",
            Self::Private => "外字で、外字表に文字がありません",
            Self::Broken => "文字コードとして読めないバイトです",
            Self::Selector => "登録のない異体字セレクタが付いています",
            Self::Outside => "標準の文字集合にありません",
        }
    }
}

/// What is wrong with one character, if anything is. A line feed is no fault.
///
/// Source: 地方公共団体情報システム 共通機能標準仕様書 (文字要件); 文字情報基盤 (MJ).
pub fn unfit(cluster: &str) -> Option<Unfit> {
    let mut chars = cluster.chars();
    let base = chars.next()?;
    let selector = chars.next().filter(|c| is_selector(*c));
    if is_selector(base) {
        return Some(Unfit::Selector);
    }
    if base == '\u{FFFD}' {
        return Some(Unfit::Broken);
    }
    if is_private(base) {
        return Some(Unfit::Private);
    }
    if base.is_control() && base != '\n' {
        return Some(Unfit::Control);
    }
    if !is_plain(base) && base != '\n' {
        return Some(Unfit::Outside);
    }
    let known =
        |selector| ivd().is_registered(base, selector) || mj().by_sequence(base, Some(selector)).is_some();
    selector.is_some_and(|selector| !known(selector)).then_some(Unfit::Selector)
}

/// A character with its code points; of a code without a character its bytes.
pub fn named(cluster: &str) -> String {
    let points: Vec<String> = cluster.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
    match cluster.chars().next() {
        Some(c) if (0xF_0000..=0xF_FFFD).contains(&u32::from(c)) => {
            format!("外字コード X'{:04X}'", u32::from(c) - 0xF_0000)
        }
        Some(c) if is_private(c) || c.is_control() || c == '\u{FFFD}' => points.join(" "),
        _ => format!("「{cluster}」（{}）", points.join(" ")),
    }
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Every kanji of the MJ list as a bit, so that a text costs one look per character.
static KANJI: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut bits = vec![0_u64; 0x4_0000 / 64];
    for mj in mj().all() {
        for c in [mj.ucs, mj.implemented].into_iter().flatten() {
            if let Some(word) = usize::try_from(u32::from(c) / 64).ok().and_then(|at| bits.get_mut(at)) {
                *word |= 1 << (u32::from(c) % 64);
            }
        }
    }
    bits
});

/// Whether a character by itself is of the standard set (行政事務標準文字): the kanji of the MJ list, kana with hentaigana, and
/// the letters and signs below U+2E80 and of the blocks for East Asian text.
pub fn is_plain(c: char) -> bool {
    match c {
        ' '..='~' | '\u{A0}'..='\u{2E7F}' | '\u{3000}'..='\u{33FF}' | '\u{FF01}'..='\u{FFEE}' => true,
        '\u{1B000}'..='\u{1B16F}' => true,
        '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' => {
            let point = u32::from(c);
            let word = usize::try_from(point / 64).ok().and_then(|at| KANJI.get(at));
            word.is_some_and(|word| word >> (point % 64) & 1 == 1)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clusters;

    #[test]
    fn hard_names_are_of_the_set_and_the_rest_is_told_with_its_reason() {
        for name in ["髙﨑", "𠮷田", "葛\u{E0100}城", "辻\u{E0101}", "〓", "ＪＯＨＮ　Ｏ’ＮＥＩＬ"]
        {
            assert!(clusters(name).all(|cluster| unfit(cluster).is_none()), "{name}");
        }
        for (text, why) in [
            ("😀", Unfit::Outside),
            ("한", Unfit::Outside),
            ("\u{E000}", Unfit::Private),
            ("\u{7}", Unfit::Control),
            ("\u{FFFD}", Unfit::Broken),
            ("山\u{E01EF}", Unfit::Selector),
        ] {
            assert_eq!(unfit(text), Some(why), "{text}");
        }
    }
}
