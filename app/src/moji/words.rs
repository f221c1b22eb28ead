//! Words of options. Case, width and separators do not matter, and each value has the names people give it.

use moji::{Charset, Cluster, Ebcdic, Field, Ivs, JefMap, Overflow, ShiftIn, Undefined, Unmappable};

/// Reads one of a few words; the first name of each value is the one that is shown.
fn one_of<T: Copy>(text: &str, names: &[(&[&str], T)]) -> Result<T, String> {
    let folded = fold(text);
    let found = names.iter().find(|(names, _)| names.iter().any(|name| fold(name) == folded));
    found.map(|&(_, value)| value).ok_or_else(|| {
        let known: Vec<&str> = names.iter().filter_map(|(names, _)| names.first().copied()).collect();
        format!("{} のどれかを書いてください", known.join("、"))
    })
}

/// Lower case, half width, without separators.
pub(super) fn fold(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .filter(|c| !matches!(c, ' ' | '\u{3000}' | '-' | '_' | '/'))
        .flat_map(char::to_lowercase)
        .collect()
}

pub(super) fn charset(text: &str) -> Result<Charset, String> {
    Charset::from_name(text).map_err(|error| error.to_string())
}

pub(super) fn ebcdic(text: &str) -> Result<Ebcdic, String> {
    one_of(
        text,
        &[
            (&["kana", "カナ", "katakana", "ebcdik", "ebcdic-kana"], Ebcdic::Kana),
            (&["lower", "英小文字", "lowercase", "ebcdic", "ebcdic-lower"], Ebcdic::Lower),
            (&["ascii", "ebcdic-ascii"], Ebcdic::Ascii),
        ],
    )
}

pub(super) fn shift_in(text: &str) -> Result<ShiftIn, String> {
    one_of(text, &[(&["28", "0x28", "k28"], ShiftIn::K28), (&["38", "0x38", "k38"], ShiftIn::K38)])
}

pub(super) fn ivs(text: &str) -> Result<Ivs, String> {
    one_of(
        text,
        &[
            (&["mj", "moji_joho", "moji"], Ivs::Mj),
            (&["plain", "none", "なし", "no"], Ivs::Plain),
            (&["aj1", "adobe-japan1", "adobe", "aj"], Ivs::Aj1),
        ],
    )
}

pub(super) fn map(text: &str) -> Result<JefMap, String> {
    one_of(
        text,
        &[
            (&["face", "字形", "字形優先"], JefMap::Face),
            (&["pc", "pc連携"], JefMap::Pc),
            (&["area", "区点", "区点優先"], JefMap::Area),
        ],
    )
}

pub(super) fn unmappable(text: &str) -> Result<Unmappable, String> {
    one_of(
        text,
        &[
            (&["reject", "error", "拒否"], Unmappable::Reject),
            (&["substitute", "subst", "replace", "代替"], Unmappable::Substitute),
            (&["shrink", "縮退"], Unmappable::Shrink),
            (&["keep", "外字"], Unmappable::Keep),
        ],
    )
}

pub(super) fn undefined(text: &str) -> Result<Undefined, String> {
    one_of(
        text,
        &[
            (&["reject", "error", "拒否"], Undefined::Reject),
            (&["substitute", "subst", "replace", "代替"], Undefined::Substitute),
            (&["keep", "外字"], Undefined::Keep),
        ],
    )
}

pub(super) fn overflow(text: &str) -> Result<Overflow, String> {
    one_of(
        text,
        &[
            (&["reject", "error", "拒否"], Overflow::Reject),
            (&["truncate", "cut", "切り捨て"], Overflow::Truncate),
        ],
    )
}

/// The kind of a field; [`None`] is a stream without fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FieldKind(pub(super) Option<Field>);

pub(super) fn field(text: &str) -> Result<FieldKind, String> {
    one_of(
        text,
        &[
            (&["m", "mixed", "混在"], FieldKind(Some(Field::Mixed))),
            (&["x", "single", "半角"], FieldKind(Some(Field::Single))),
            (&["n", "double", "全角"], FieldKind(Some(Field::Double))),
            (&["stream"], FieldKind(None)),
        ],
    )
}

/// A character as itself, as `U+3013`, or with its selector as `845B+E0102`.
pub(super) fn character(text: &str) -> Result<Cluster, String> {
    let plain = text.replace("U+", " ").replace("u+", " ");
    let parts: Vec<&str> = plain.split([' ', '+']).filter(|part| !part.is_empty()).collect();
    let is_hex = |part: &&str| (4..=6).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_hexdigit());
    let by_code = (!parts.is_empty() && parts.iter().all(is_hex))
        .then(|| Cluster::parse_hex(&parts.join("+")))
        .flatten();
    by_code.or_else(|| Cluster::parse(text)).ok_or_else(|| "一つの文字を書いてください".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_the_names_people_give_them() {
        for name in ["kana", "KANA", "カナ", "ＫＡＮＡ", "EBCDIC-KANA", "katakana"] {
            assert_eq!(ebcdic(name), Ok(Ebcdic::Kana), "{name}");
        }
        assert_eq!(shift_in("0x38"), Ok(ShiftIn::K38));
        assert_eq!(ivs("Adobe-Japan1"), Ok(Ivs::Aj1));
        assert_eq!(map("区点優先"), Ok(JefMap::Area));
        assert_eq!(unmappable("縮退"), Ok(Unmappable::Shrink));
        assert_eq!(field("Ｎ"), Ok(FieldKind(Some(Field::Double))));
        assert_eq!(map("face2"), Err("face、pc、area のどれかを書いてください".to_owned()));
    }

    #[test]
    fn a_character_is_written_as_itself_or_by_its_code() {
        let kuzu = Cluster::with_selector('葛', '\u{E0102}').unwrap();
        for text in ["葛\u{E0102}", "845B+E0102", "U+845B U+E0102", "u+845b+e0102"] {
            assert_eq!(character(text), Ok(kuzu), "{text}");
        }
        assert_eq!(character("〓"), Ok(Cluster::of('〓')));
        assert_eq!(character("?"), Ok(Cluster::of('?')));
        assert!(character("高橋").is_err() && character("").is_err());
    }
}
