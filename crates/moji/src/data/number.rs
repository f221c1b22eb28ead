//! The numbers under which lists and registers know a character. Five shapes, five types.

use std::fmt;
use std::str::FromStr;

/// A text that is not the number it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {wanted}")]
pub struct NumberError {
    text: String,
    wanted: &'static str,
}

fn digits(text: &str, count: usize, wanted: &'static str) -> Result<u32, NumberError> {
    let well_formed = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if well_formed { text.parse().ok() } else { None };
    number.ok_or_else(|| NumberError { text: text.to_owned(), wanted })
}

/// An MJ character name (MJ文字図形名), such as `MJ022335`. Numbers from 090001 on are hentaigana (変体仮名).
///
/// Source: 文字情報基盤 MJ文字情報一覧表.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MjNumber(u32); // Invariant: six digits.

impl MjNumber {
    const WANTED: &str = "MJ number (MJ and six digits)";

    /// `None` past six digits.
    pub const fn new(number: u32) -> Option<Self> {
        if number <= 999_999 { Some(Self(number)) } else { None }
    }

    /// The number without `MJ`.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Reads the digits, with or without leading zeros, as the tables have them.
    pub(super) fn of_digits(text: &str) -> Option<Self> {
        text.parse().ok().and_then(Self::new)
    }
}

impl fmt::Display for MjNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MJ{:06}", self.0)
    }
}

impl FromStr for MjNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        // Without its mark a text of six digits might be a family register number.
        let number = text.strip_prefix("MJ").unwrap_or_default();
        digits(number, 6, Self::WANTED)
            .map(Self)
            .map_err(|_| NumberError { text: text.to_owned(), wanted: Self::WANTED })
    }
}

/// A code of the unified characters of the resident registry network (住基ネット統一文字コード), such as `J+845B`.
///
/// It is no code point, even where it looks like one: J+845B is another form of 葛 than U+845B by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JukiCode(pub u16);

impl fmt::Display for JukiCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "J+{:04X}", self.0)
    }
}

impl FromStr for JukiCode {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let hex = text.strip_prefix("J+").filter(|hex| hex.len() == 4 && !hex.starts_with('+'));
        let code = hex.and_then(|hex| u16::from_str_radix(hex, 16).ok());
        let wrong = || NumberError {
            text: text.to_owned(),
            wanted: "resident network code (J+ and four hex digits)",
        };
        code.map(Self).ok_or_else(wrong)
    }
}

/// A number of the unified characters of the family register (戸籍統一文字番号): six digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KosekiNumber(u32); // Invariant: six digits.

impl KosekiNumber {
    /// The number without leading zeros.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for KosekiNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl FromStr for KosekiNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        digits(text, 6, "family register number (six digits)").map(Self)
    }
}

/// A number of the unified characters of the registration offices (登記統一文字番号): eight digits. Most are 00 and the
/// [`KosekiNumber`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ToukiNumber(u32); // Invariant: eight digits.

impl ToukiNumber {
    /// The number without leading zeros.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl From<KosekiNumber> for ToukiNumber {
    fn from(number: KosekiNumber) -> Self {
        Self(number.0)
    }
}

impl fmt::Display for ToukiNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

impl FromStr for ToukiNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        digits(text, 8, "registration number (eight digits)").map(Self)
    }
}

/// A place in JIS X 0213 (面区点), such as `1-19-75`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct X0213 {
    /// Plane (面), 1 or 2.
    pub plane: u8,
    /// Row (区), 1 to 94.
    pub row: u8,
    /// Cell (点), 1 to 94.
    pub cell: u8,
}

impl X0213 {
    /// `None` outside the two planes.
    pub fn new(plane: u8, row: u8, cell: u8) -> Option<Self> {
        let fits = (1..=2).contains(&plane) && (1..=94).contains(&row) && (1..=94).contains(&cell);
        fits.then_some(Self { plane, row, cell })
    }

    /// The places of a row from this one on.
    pub(super) fn on(self) -> impl Iterator<Item = Self> {
        (self.cell..=94).map(move |cell| Self { cell, ..self })
    }
}

impl fmt::Display for X0213 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}-{:02}", self.plane, self.row, self.cell)
    }
}

impl FromStr for X0213 {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let mut parts = text.split('-').map(|part| part.parse().ok());
        let (plane, row, cell) = (parts.next().flatten(), parts.next().flatten(), parts.next().flatten());
        let place = match (plane, row, cell, parts.next()) {
            (Some(plane), Some(row), Some(cell), None) => Self::new(plane, row, cell),
            _ => None,
        };
        place.ok_or_else(|| NumberError { text: text.to_owned(), wanted: "place in JIS X 0213 (1-16-01)" })
    }
}
