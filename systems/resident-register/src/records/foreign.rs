//! Codes only foreign residents' records have (外国人住民の記録のコード).

use serde::{Deserialize, Serialize};

/// By which article a foreigner became a resident here (法第30条の46又は47区分).
///
/// The data standard has one character for it and no public list of its values, so the record holds the article.
///
/// Source: 住民基本台帳法 art. 30-46, 30-47.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryArticle {
    /// 法第30条の46: newly takes an address in a municipality.
    #[serde(rename = "46")]
    NewAddress,
    /// 法第30条の47: had one already and came into a status that is recorded.
    #[serde(rename = "47")]
    NewStatus,
}

impl EntryArticle {
    /// Every value, in order of the articles.
    pub const ALL: [Self; 2] = [Self::NewAddress, Self::NewStatus];

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NewAddress => "46",
            Self::NewStatus => "47",
        }
    }

    /// The Japanese words.
    pub fn label(self) -> &'static str {
        match self {
            Self::NewAddress => "法第30条の46（新しく住所を定めた）",
            Self::NewStatus => "法第30条の47（住所のある人が中長期在留者等になった）",
        }
    }

    /// The value of a code; none for any other.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// A part of a foreigner's names (氏名の部分).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamePart {
    /// 漢字.
    Kanji,
    /// ローマ字.
    Roman,
    /// 通称.
    Alias,
}

/// Which names other systems call a person by, and in which order (氏名優先区分).
///
/// Source: 基本データリスト 001, code list 14 (氏名優先区分), `standards/codes/resident-register/name-preference.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamePreference(u8); // Invariant: the place of a row of the table.

const PREFERENCES: &str = include_str!("../../../../standards/codes/resident-register/name-preference.tsv");

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    PREFERENCES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        Some((cells.next()?, cells.next()?, cells.next()?))
    })
}

impl NamePreference {
    /// Every value, in order of code.
    pub fn all() -> impl Iterator<Item = Self> {
        (0_u8..).zip(rows()).map(|(place, _)| Self(place))
    }

    fn row(self) -> (&'static str, &'static str, &'static str) {
        rows().nth(usize::from(self.0)).unwrap_or_default()
    }

    /// The code.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// The Japanese words.
    pub fn label(self) -> &'static str {
        self.row().1
    }

    /// The parts, the one that goes first before the others.
    pub fn parts(self) -> impl Iterator<Item = NamePart> {
        self.row().2.split('+').filter_map(|word| match word {
            "kanji" => Some(NamePart::Kanji),
            "roman" => Some(NamePart::Roman),
            "alias" => Some(NamePart::Alias),
            _ => None,
        })
    }

    /// The value of a code; none for any other.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|one| one.code() == code)
    }
}

impl Serialize for NamePreference {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for NamePreference {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| {
            serde::de::Error::custom(format!("コード「{code}」は氏名優先区分のコード表にありません"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_thirteen_combinations_of_known_parts() {
        let codes: Vec<&str> = NamePreference::all().map(NamePreference::code).collect();
        let wanted: Vec<String> = (1..=13).map(|code| format!("{code:02}")).collect();
        assert_eq!(codes, wanted);
        for one in NamePreference::all() {
            assert_eq!(one.parts().count(), one.row().2.split('+').count(), "{}", one.code());
            assert_eq!(NamePreference::from_code(one.code()), Some(one));
        }
        assert_eq!(NamePreference::from_code("14"), None);
    }
}
