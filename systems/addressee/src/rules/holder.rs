//! Whether the holder of an account is the addressee (口座名義人).

use domain::bank::holder_kana;

use super::data::holder_words;

/// Whether a holder is the addressee by its reading: spaces, signs and abbreviated legal forms make no difference.
///
/// An addressee without a reading is nobody's holder: that is asked about.
pub fn is_holder(name_kana: &str, holder: &str) -> bool {
    let fold = |text: &str| {
        let mut bare: String =
            text.chars().filter(|c| !matches!(c, ' ' | '(' | ')' | '-' | '.' | ',' | '/')).collect();
        for (word, abbreviation) in holder_words() {
            bare = bare.replace(word, abbreviation);
        }
        bare
    };
    match holder_kana(name_kana) {
        Ok(kana) if !kana.is_empty() => fold(&kana) == fold(holder),
        Ok(_) | Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_the_addressee_by_reading() {
        let cases = [
            ("カクウ　ハナコ", "ｶｸｳ ﾊﾅｺ", true),
            ("カクウ　ハナコ", "ｶｸｳﾊﾅｺ", true),
            ("カクウ　ハナコ", "ｶｸｳ ﾀﾛｳ", false),
            ("カブシキガイシャミナト", "ｶ)ﾐﾅﾄ", true),
            ("ミナト　カブシキガイシャ", "ﾐﾅﾄ(ｶ", true),
            ("", "ｶｸｳ ﾊﾅｺ", false),
            ("", "", false),
        ];
        for (name_kana, holder, expected) in cases {
            assert_eq!(is_holder(name_kana, holder), expected, "{name_kana} {holder}");
        }
    }
}
