//! Numbers with check digits (番号).

use std::fmt;
use std::str::FromStr;

/// Why a number does not read. The number itself is never in the text: it may be a personal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Something other than the digits 0 to 9.
    #[error("{item}に数字以外の文字があります。半角数字{digits}桁で入力してください（{rule}）")]
    NotDigits {
        /// The Japanese name of the number.
        item: &'static str,
        /// How many digits it has.
        digits: usize,
        /// The check of the standard.
        rule: &'static str,
    },
    /// Too few or too many digits.
    #[error("{item}は{digits}桁です（入力は{given}桁）。桁数を確認してください（{rule}）")]
    Length {
        /// The Japanese name of the number.
        item: &'static str,
        /// How many digits it has.
        digits: usize,
        /// How many were given.
        given: usize,
        /// The check of the standard.
        rule: &'static str,
    },
    /// The check digit does not fit.
    #[error("{item}の検査数字が合いません。書類の番号ともう一度見比べてください（{rule}）")]
    CheckDigit {
        /// The Japanese name of the number.
        item: &'static str,
        /// The check of the standard.
        rule: &'static str,
    },
    /// A municipality code outside the prefectures 01 to 47.
    #[error(
        "団体コードの先頭2桁が都道府県コード（01から47）ではありません。コードを確認してください（E044）"
    )]
    Prefecture,
    /// A serial too large for the number.
    #[error("{item}の採番の上限を超えました。番号帯を確認してください")]
    Serial {
        /// The Japanese name of the number.
        item: &'static str,
    },
}

/// Reads exactly `N` ASCII digits.
fn digits<const N: usize>(
    text: &str,
    item: &'static str,
    rule: &'static str,
) -> Result<[u8; N], NumberError> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::NotDigits { item, digits: N, rule });
    }
    <[u8; N]>::try_from(text.as_bytes()).map_err(|_| NumberError::Length {
        item,
        digits: N,
        given: text.len(),
        rule,
    })
}

/// What staff type: full-width digits narrowed, spaces and hyphens dropped.
fn typed(text: &str) -> String {
    text.chars().map(crate::text::narrow_char).filter(|c| !matches!(c, ' ' | '-')).collect()
}

/// Σ P·Q over ASCII digits, the weights given from the lowest digit.
fn weighted(digits: &[u8], weights: impl Iterator<Item = u32>) -> u32 {
    digits
        .iter()
        .rev()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')) * weight)
        .sum()
}

/// Modulus 11 with weights 2 to 7 from the lowest digit: 住民票コード, 個人番号, 宛名番号, 世帯番号.
///
/// Remainders 0 and 1 both give 0. For 宛名番号 the standard leaves remainder 1 open; this is our choice.
fn modulus_11(digits: &[u8]) -> u8 {
    ascii_digit(match weighted(digits, (2..=7).cycle()) % 11 {
        0 | 1 => 0,
        remainder => 11 - remainder,
    })
}

/// Modulus 9 with weights 1 and 2 from the lowest digit: 法人番号. Never 0.
fn modulus_9(digits: &[u8]) -> u8 {
    ascii_digit(9 - weighted(digits, [1, 2].into_iter().cycle()) % 9)
}

/// Modulus 10 with weights 3 and 1 from the lowest digit: 通知書番号, and the numbers of bar codes (GS1).
pub(crate) fn modulus_10(digits: &[u8]) -> u8 {
    ascii_digit((10 - weighted(digits, [3, 1].into_iter().cycle()) % 10) % 10)
}

/// Weights 2 to 6 from the lowest digit: 全国地方公共団体コード.
fn municipality_check(digits: &[u8]) -> u8 {
    ascii_digit((11 - weighted(digits, 2..=6) % 11) % 10)
}

fn ascii_digit(value: u32) -> u8 {
    u8::try_from(value).ok().filter(|value| *value <= 9).map_or(b'0', |value| b'0' + value)
}

/// Whether the last digit is the modulus-11 check of the others.
fn ends_in_modulus_11(all: &[u8]) -> bool {
    matches!(all.split_last(), Some((last, rest)) if *last == modulus_11(rest))
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $len:literal, $item:literal, $rule:literal, $fits:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]); // Invariant: ASCII digits.

        impl $name {
            /// The Japanese name.
            pub const ITEM: &'static str = $item;
            /// The number of digits.
            pub const DIGITS: usize = $len;

            /// Reads ASCII digits, nothing else. Errs on a wrong length, character or check digit.
            pub fn parse(text: &str) -> Result<Self, NumberError> {
                let read = digits::<$len>(text, $item, $rule)?;
                let fits: fn(&[u8]) -> Result<(), NumberError> = $fits;
                fits(&read)?;
                Ok(Self(read))
            }

            /// Reads what staff type: full-width digits, spaces and hyphens are accepted.
            pub fn parse_input(text: &str) -> Result<Self, NumberError> {
                Self::parse(&typed(text))
            }

            fn text(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl FromStr for $name {
            type Err = NumberError;

            fn from_str(text: &str) -> Result<Self, NumberError> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.text())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! open {
    ($name:ident) => {
        impl $name {
            /// The digits.
            pub fn as_str(&self) -> &str {
                self.text()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.text())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.text())
            }
        }
    };
}

macro_rules! masked {
    ($name:ident) => {
        impl $name {
            /// The digits, in clear. Call it only to print for the person, to send by law, or to seal.
            pub fn expose(&self) -> &str {
                self.text()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), "*".repeat(Self::DIGITS))
            }
        }
    };
}

/// A rule for [`number!`]: the last digit is the modulus-11 check of the others.
macro_rules! modulus_11_fits {
    ($item:literal, $rule:literal) => {
        |all| {
            if ends_in_modulus_11(all) {
                Ok(())
            } else {
                Err(NumberError::CheckDigit { item: $item, rule: $rule })
            }
        }
    };
}

number! {
    /// A resident record code (住民票コード): eleven digits, the last of them a check digit.
    ///
    /// `Debug` masks it and there is no `Display`; [`expose`](Self::expose) is the one way out. Serde writes it
    /// in full: the store seals it.
    ///
    /// Source: 住民基本台帳法施行規則 art. 1.
    ResidentRecordCode, 11, "住民票コード", "E031", modulus_11_fits!("住民票コード", "E031")
}
masked!(ResidentRecordCode);

impl ResidentRecordCode {
    /// Adds the check digit to the first ten digits. Errs when `first_ten` has more than ten digits.
    ///
    /// Codes of real residents come from the pool of the national network, never from here.
    pub fn from_first_ten(first_ten: u64) -> Result<Self, NumberError> {
        with_modulus_11::<11>(first_ten, Self::ITEM).map(Self)
    }
}

number! {
    /// An Individual Number (個人番号): twelve digits, the last of them a check digit.
    ///
    /// `Debug` masks it and there is no `Display`; [`expose`](Self::expose) is the one way out. Serde writes it
    /// in full: the store seals it.
    ///
    /// Source: 番号法施行令 art. 8; 平成26年総務省令第85号 art. 5 (check digit).
    IndividualNumber, 12, "個人番号", "E037", modulus_11_fits!("個人番号", "E037")
}
masked!(IndividualNumber);

impl IndividualNumber {
    /// Adds the check digit to the first eleven digits. Errs when `first_eleven` has more than eleven digits.
    pub fn from_first_eleven(first_eleven: u64) -> Result<Self, NumberError> {
        with_modulus_11::<12>(first_eleven, Self::ITEM).map(Self)
    }
}

number! {
    /// A Corporate Number (法人番号): thirteen digits, the first of them a check digit from 1 to 9.
    ///
    /// Source: 番号法施行令 art. 35; 平成26年財務省令第70号 art. 2 (check digit).
    CorporateNumber, 13, "法人番号", "E045", |all| match all.split_first() {
        Some((first, rest)) if *first == modulus_9(rest) => Ok(()),
        _ => Err(NumberError::CheckDigit { item: "法人番号", rule: "E045" }),
    }
}
open!(CorporateNumber);

number! {
    /// A municipality code (全国地方公共団体コード): prefecture (2), municipality (3), check digit.
    ///
    /// Source: 全国地方公共団体コード仕様.
    MunicipalityCode, 6, "団体コード", "E044", |all| {
        let Some((last, rest)) = all.split_last() else { return Err(NumberError::Prefecture) };
        if !matches!(rest, [b'0', b'1'..=b'9', ..] | [b'1'..=b'3', ..] | [b'4', b'0'..=b'7', ..]) {
            return Err(NumberError::Prefecture);
        }
        if *last == municipality_check(rest) {
            Ok(())
        } else {
            Err(NumberError::CheckDigit { item: "団体コード", rule: "E044" })
        }
    }
}
open!(MunicipalityCode);

impl MunicipalityCode {
    /// Adds the check digit to the first five digits. Errs on another shape or prefecture.
    pub fn from_first_five(text: &str) -> Result<Self, NumberError> {
        let five = digits::<5>(text, Self::ITEM, "E044")?;
        let check = char::from(municipality_check(&five));
        Self::parse(&format!("{text}{check}"))
    }

    /// The prefecture's two digits (都道府県コード).
    pub fn prefecture_code(&self) -> &str {
        self.as_str().get(..2).unwrap_or_default()
    }
}

number! {
    /// An addressee number (宛名番号): a serial of fourteen digits and a check digit.
    ///
    /// `parse` takes any fifteen digits, because numbers given before the rule are never changed;
    /// [`parse_new`](Self::parse_new) demands the check digit.
    ///
    /// Source: 住民記録システム標準仕様書 1.1.13.
    AddresseeNo, 15, "宛名番号", "E040", |_| Ok(())
}
open!(AddresseeNo);

number! {
    /// A household number (世帯番号): a serial of fourteen digits and a check digit.
    ///
    /// `parse` takes any fifteen digits, because numbers given before the rule are never changed;
    /// [`parse_new`](Self::parse_new) demands the check digit.
    ///
    /// Source: 住民記録システム標準仕様書 1.1.13.
    HouseholdNo, 15, "世帯番号", "E040", |_| Ok(())
}
open!(HouseholdNo);

macro_rules! serial {
    ($name:ident) => {
        impl $name {
            /// Reads a number given under today's rule. Errs when the check digit does not fit.
            pub fn parse_new(text: &str) -> Result<Self, NumberError> {
                let number = Self::parse(text)?;
                if number.check_digit_fits() {
                    Ok(number)
                } else {
                    Err(NumberError::CheckDigit { item: Self::ITEM, rule: "E040" })
                }
            }

            /// Adds the check digit to a serial. Errs when it has more than fourteen digits.
            pub fn from_serial(serial: u64) -> Result<Self, NumberError> {
                with_modulus_11::<15>(serial, Self::ITEM).map(Self)
            }

            /// Everything but the last digit.
            pub fn serial(&self) -> u64 {
                self.text().get(..Self::DIGITS - 1).and_then(|text| text.parse().ok()).unwrap_or_default()
            }

            /// Whether the check digit is the one today's rule gives.
            pub fn check_digit_fits(&self) -> bool {
                ends_in_modulus_11(&self.0)
            }
        }
    };
}
serial!(AddresseeNo);
serial!(HouseholdNo);

number! {
    /// The number of a tax notice (通知書番号): a serial of nine digits and a check digit, modulus 10 weight 3.
    ///
    /// It stands on the notice and its slips, and is in every code that finds the levy again. The shape is our choice.
    NoticeNo, 10, "通知書番号", "モジュラス10ウェイト3", |all| match all.split_last() {
        Some((last, rest)) if *last == modulus_10(rest) => Ok(()),
        _ => Err(NumberError::CheckDigit { item: "通知書番号", rule: "モジュラス10ウェイト3" }),
    }
}
open!(NoticeNo);

impl NoticeNo {
    /// Adds the check digit to a serial. Errs when it has more than nine digits.
    pub fn from_serial(serial: u64) -> Result<Self, NumberError> {
        with_check::<10>(serial, Self::ITEM, modulus_10).map(Self)
    }

    /// Everything but the last digit.
    pub fn serial(&self) -> u64 {
        self.text().get(..Self::DIGITS - 1).and_then(|text| text.parse().ok()).unwrap_or_default()
    }
}

/// A serial with leading zeros and its modulus-11 check digit, `N` digits in all.
fn with_modulus_11<const N: usize>(serial: u64, item: &'static str) -> Result<[u8; N], NumberError> {
    with_check(serial, item, modulus_11)
}

/// A serial with leading zeros and its check digit, `N` digits in all.
fn with_check<const N: usize>(
    serial: u64,
    item: &'static str,
    check: fn(&[u8]) -> u8,
) -> Result<[u8; N], NumberError> {
    let width = N.saturating_sub(1);
    let mut text = format!("{serial:0width$}");
    text.push(char::from(check(text.as_bytes())));
    <[u8; N]>::try_from(text.as_bytes()).map_err(|_| NumberError::Serial { item })
}
