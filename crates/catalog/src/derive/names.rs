//! Identifiers that stay the same as long as the list does.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// A file's name has room for this much of an identifier, besides date, number and ending.
const FILE_STEM_CHARS_MAX: usize = 60;

/// FNV-1a: the same for the same text on every machine, which is all that is asked of it here.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Lower-case ASCII words with hyphens. What has no such letters is told apart by a figure of its own.
pub(crate) fn slug(text: &str) -> String {
    let mut words = String::new();
    let mut lost = false;
    for c in text.nfkc().flat_map(char::to_lowercase) {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            words.push(c);
        } else {
            lost |= !c.is_ascii();
            if !words.is_empty() && !words.ends_with('-') {
                words.push('-');
            }
        }
    }
    let words = words.trim_end_matches('-');
    if !lost && !words.is_empty() {
        return words.to_owned();
    }
    let figure = format!("x{:04x}", hash(text) & 0xffff);
    if words.is_empty() { figure } else { format!("{words}-{figure}") }
}

/// The identifier, or it with a number behind when another link has it.
pub(crate) fn unique(id: String, taken: &mut BTreeSet<String>) -> String {
    let mut found = id.clone();
    let mut number = 1_usize;
    while !taken.insert(found.clone()) {
        number = number.saturating_add(1);
        found = format!("{id}-{number}");
    }
    found
}

/// The beginning of a file's name, no beginning of another's: an identifier holds no `_`.
pub(crate) fn file_stem(id: &str) -> String {
    if id.len() <= FILE_STEM_CHARS_MAX {
        return id.to_owned();
    }
    let kept: String = id.chars().take(FILE_STEM_CHARS_MAX.saturating_sub(9)).collect();
    format!("{}-{:08x}", kept.trim_end_matches('-'), hash(id) & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_told_apart() {
        for (text, want) in [
            ("kotoura_links", "kotoura-links"),
            ("１２－３", "12-3"),
            ("A.4", "a-4"),
            ("①", "1"),
            ("city", "city"),
        ] {
            assert_eq!(slug(text), want, "{text}");
        }
        let (one, other) = (slug("連携一覧"), slug("連携一覧（案）"));
        assert!(one.starts_with('x') && one != other, "{one} {other}");
        assert_eq!(slug("連携一覧"), one, "always the same");
        assert!(slug("一覧2026").starts_with("2026-x"));
    }

    #[test]
    fn a_name_taken_gets_a_number_and_a_long_one_is_cut() {
        let mut taken = BTreeSet::from(["a".to_owned()]);
        let ids = ["a", "a", "b"].map(|id| unique(id.to_owned(), &mut taken));
        assert_eq!(ids, ["a-2", "a-3", "b"]);
        let (one, other) =
            (file_stem(&format!("{}x", "a".repeat(80))), file_stem(&format!("{}y", "a".repeat(80))));
        assert!(one.len() <= 60 && other.len() <= 60 && one != other);
        assert_eq!(file_stem("city-25"), "city-25");
    }
}
