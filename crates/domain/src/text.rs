//! What staff type, brought to one width.

/// Full-width letters, digits and signs as ASCII, without the spaces around.
pub fn narrow(text: &str) -> String {
    text.trim().chars().map(narrow_char).collect::<String>().trim().to_owned()
}

/// One character as ASCII where it has a full-width form; dashes become `-`.
pub(crate) fn narrow_char(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        '\u{3000}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' | 'ｰ' => '-',
        _ => c,
    }
}

/// Year, month and day out of `8.11.20`, `8年11月20日`, `8-11-20`, `8/11/20` or `081120`; 元 reads as 1.
pub(crate) fn three_numbers(text: &str) -> Option<[i16; 3]> {
    let text = text.trim();
    if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some([number(text.get(0..2)?)?, number(text.get(2..4)?)?, number(text.get(4..6)?)?]);
    }
    let text = text.strip_suffix('日').unwrap_or(text);
    let mut parts = text.split(['.', '-', '/', '年', '月']).map(str::trim);
    let year = parts.next()?;
    let year = if year == "元" { 1 } else { number(year)? };
    let month = number(parts.next()?)?;
    let day = number(parts.next()?)?;
    parts.next().is_none().then_some([year, month, day])
}

/// One to four decimal digits.
pub(crate) fn number(text: &str) -> Option<i16> {
    if text.is_empty() || 4 < text.len() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Serialises a type as its `Display` text and reads it by `FromStr`.
macro_rules! serde_as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_as_text;
