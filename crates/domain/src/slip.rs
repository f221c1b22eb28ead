//! Numbers on payment slips (納付書): the key of a levy, and the codes that carry it to a bank or a shop and back.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::civil::Date;

use crate::money::{FiscalYear, Yen};
use crate::number::{self, NumberError};
use crate::tsv;

pub use crate::number::NoticeNo;

/// Why a code of a slip does not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlipError {
    /// Two digits that are no tax item.
    #[error("税目「{0}」はありません。税目コード表（tax-items.tsv）の2桁の番号を入力してください")]
    TaxItem(String),
    /// Something that has not the shape of the code.
    #[error("{item}「{text}」が{shape}の形ではありません。元の書類かデータと見比べてください")]
    Shape {
        /// The Japanese name of the code.
        item: &'static str,
        /// What was given.
        text: String,
        /// What it should look like.
        shape: &'static str,
    },
    /// The check digits do not fit.
    #[error("{item}「{text}」の検査数字が合いません。元の書類かデータと見比べてください")]
    Check {
        /// The Japanese name of the code.
        item: &'static str,
        /// What was given.
        text: String,
    },
    /// The notice number inside does not read.
    #[error(transparent)]
    Number(#[from] NumberError),
}

/// The check digit of modulus 10, weight 3 (モジュラス10ウェイト3): weights 3, 1, 3 … from the lowest digit.
///
/// `None` when the text is empty or holds anything but ASCII digits.
///
/// Source: GS1 General Specifications, 7.9 (check digit of GTIN and other keys).
pub fn check_digit_10w3(digits: &str) -> Option<u8> {
    is_digits(digits).then(|| number::modulus_10(digits.as_bytes()).saturating_sub(b'0'))
}

/// A tax item (税目): two digits of `standards/codes/tax-items.tsv`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxItem(&'static str); // Invariant: a code of the table.

/// A row of the table: code, name, whether it is a premium.
type ItemRow = (&'static str, &'static str, bool);

static TAX_ITEMS: LazyLock<Vec<ItemRow>> = LazyLock::new(|| {
    let table = include_str!("../../../standards/codes/tax-items.tsv");
    let row =
        |row: Vec<&'static str>| (tsv::cell(&row, 0), tsv::cell(&row, 1), tsv::cell(&row, 2) == "premium");
    tsv::rows(table).map(row).collect()
});

impl TaxItem {
    /// Reads the two digits. Errs when the table has no such item.
    pub fn parse(code: &str) -> Result<Self, SlipError> {
        let found = TAX_ITEMS.iter().find(|(known, ..)| *known == code);
        found.map(|(known, ..)| Self(known)).ok_or_else(|| SlipError::TaxItem(code.to_owned()))
    }

    /// Every item in the order of the codes, `00` first.
    pub fn all() -> impl Iterator<Item = Self> {
        TAX_ITEMS.iter().map(|(code, ..)| Self(code))
    }

    /// The two digits.
    pub fn code(self) -> &'static str {
        self.0
    }

    /// The name (軽自動車税（種別割）).
    pub fn label(self) -> &'static str {
        TAX_ITEMS.iter().find(|(code, ..)| *code == self.0).map_or("", |(_, label, _)| label)
    }

    /// Whether it is an insurance premium (料) and no tax: money of the one is never put to the other.
    pub fn is_premium(self) -> bool {
        TAX_ITEMS.iter().any(|(code, _, premium)| *code == self.0 && *premium)
    }

    /// Whether it stands for all taxes (共通) and is no tax of its own.
    pub fn is_common(self) -> bool {
        self.0 == "00"
    }
}

impl fmt::Display for TaxItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for TaxItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaxItem({})", self.0)
    }
}

/// The key of a levy (調定): tax item, tax year, notice number, instalment. One slip pays one key.
///
/// Its text is `04-2026-0000000017-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LevyKey {
    tax_item: TaxItem, // Invariant: a tax of its own.
    tax_year: i16,     // Invariant: 1000 to 9999.
    notice_no: NoticeNo,
    instalment: u8, // Invariant: at most 99.
}

const KEY: &str = "調定番号";
const KEY_SHAPE: &str = "「税目2桁-課税年度4桁-通知書番号10桁-期別2桁」";
const YEARS: std::ops::RangeInclusive<i16> = 1000..=9999;
const INSTALMENT_MAX: u8 = 99;

impl LevyKey {
    /// The key of an instalment (期別), 0 for a levy that is paid as one (全期). `None` for the item that stands for all
    /// taxes, a year without four digits, and an instalment above 99.
    pub fn new(tax_item: TaxItem, tax_year: FiscalYear, notice_no: NoticeNo, instalment: u8) -> Option<Self> {
        let fits = !tax_item.is_common() && YEARS.contains(&tax_year.0) && instalment <= INSTALMENT_MAX;
        fits.then_some(Self { tax_item, tax_year: tax_year.0, notice_no, instalment })
    }

    /// Reads `04-2026-0000000017-01`.
    pub fn parse(text: &str) -> Result<Self, SlipError> {
        let shape = || SlipError::Shape { item: KEY, text: text.to_owned(), shape: KEY_SHAPE };
        let parts: Vec<&str> = text.split('-').collect();
        let [item, year, notice, instalment] = parts.as_slice() else { return Err(shape()) };
        let lengths = [item.len(), year.len(), notice.len(), instalment.len()] == [2, 4, 10, 2];
        if !lengths || !parts.iter().all(|part| is_digits(part)) {
            return Err(shape());
        }
        let year = FiscalYear(year.parse().map_err(|_| shape())?);
        let instalment = instalment.parse().map_err(|_| shape())?;
        Self::new(TaxItem::parse(item)?, year, NoticeNo::parse(notice)?, instalment).ok_or_else(shape)
    }

    /// The tax item (税目), never the one for all taxes.
    pub fn tax_item(&self) -> TaxItem {
        self.tax_item
    }

    /// The year the tax is of (課税年度).
    pub fn tax_year(&self) -> FiscalYear {
        FiscalYear(self.tax_year)
    }

    /// The notice number (通知書番号).
    pub fn notice_no(&self) -> NoticeNo {
        self.notice_no
    }

    /// The instalment (期別).
    pub fn instalment(&self) -> u8 {
        self.instalment
    }

    /// The eighteen digits without hyphens.
    fn digits(&self) -> String {
        let Self { tax_item, tax_year, notice_no, instalment } = self;
        format!("{tax_item}{tax_year:04}{notice_no}{instalment:02}")
    }

    fn from_digits(digits: &str, item: &'static str) -> Result<Self, SlipError> {
        let shape =
            || SlipError::Shape {
                item, text: digits.to_owned(), shape: "税目・年度・通知書番号・期別"
            };
        let part = |from: usize, to: usize| digits.get(from..to).ok_or_else(shape);
        Self::parse(&format!("{}-{}-{}-{}", part(0, 2)?, part(2, 6)?, part(6, 16)?, part(16, 18)?))
    }

    /// The customer number (顧客番号) of an account transfer, which the bank gives back unchanged; also the payment
    /// number (納付番号) of MPN: twenty digits, the last two of them a check of ISO 7064 modulus 97-10. Our choice.
    pub fn customer_no(&self) -> String {
        let digits = self.digits();
        let check = 98 - modulus_97(&format!("{digits}00"));
        format!("{digits}{check:02}")
    }

    /// Reads a customer number.
    pub fn from_customer_no(text: &str) -> Result<Self, SlipError> {
        const ITEM: &str = "顧客番号";
        if text.len() != 20 || !is_digits(text) {
            return Err(SlipError::Shape { item: ITEM, text: text.to_owned(), shape: "数字20桁" });
        }
        if modulus_97(text) != 1 {
            return Err(SlipError::Check { item: ITEM, text: text.to_owned() });
        }
        Self::from_digits(text, ITEM)
    }
}

impl fmt::Display for LevyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tax_item, tax_year, notice_no, instalment } = self;
        f.pad(&format!("{tax_item}-{tax_year:04}-{notice_no}-{instalment:02}"))
    }
}

/// Digits of the GS1 company prefix without its first (企業コード).
const COMPANY_DIGITS: usize = 6;
/// Digits of a code on a slip, the application identifier counted.
const CODE_DIGITS: usize = 44;
const CODE: &str = "コンビニ収納用コード";
/// The limit date of a slip without one.
const NO_LIMIT: &str = "999999";

static YEN_MAX: LazyLock<i64> = LazyLock::new(|| {
    let table = include_str!("../../../standards/codes/slip-limits.tsv");
    let row = tsv::rows(table).find(|row| tsv::cell(row, 0) == "convenience_yen_max");
    // A test holds that the row reads; without it no slip has a code.
    row.and_then(|row| tsv::cell(&row, 1).parse().ok()).unwrap_or_default()
});

/// The most yen a slip with a bar code asks for, from `standards/codes/slip-limits.tsv`.
pub fn convenience_store_yen_max() -> Yen {
    Yen(*YEN_MAX)
}

/// The code a convenience store reads from a slip (コンビニ収納用コード), as GS1-128 of 44 digits: application identifier
/// 91 (2), company (6), free field (21: key 18, its check digit, two spare), reissue (1), last day YYMMDD (6), stamp (1,
/// 0 for public money), yen (6), check digit (1).
///
/// `None` when there is no such code: a company that has not six digits, a reissue above 9, no yen or more than
/// [`convenience_store_yen_max`]. Whether `limit` is past is the caller's to ask; it knows the day.
///
/// Source: GS1-128 on payment slips as collection agents describe it; the fields from the stamp on and the free field's
/// division are unverified.
pub fn convenience_store(company: &str, key: &LevyKey, reissue: u8, limit: Date, yen: Yen) -> Option<String> {
    if company.len() != COMPANY_DIGITS || !is_digits(company) || 9 < reissue || limit.year() < 0 {
        return None;
    }
    if yen <= Yen::ZERO || convenience_store_yen_max() < yen {
        return None;
    }
    let digits = key.digits();
    let key_check = check_digit_10w3(&digits)?;
    let (year, month, day) = (limit.year() % 100, limit.month(), limit.day());
    let mut code =
        format!("91{company}{digits}{key_check}00{reissue}{year:02}{month:02}{day:02}0{:06}", yen.0);
    code.push(char::from(number::modulus_10(code.as_bytes())));
    (code.len() == CODE_DIGITS).then_some(code)
}

/// The digits of a code as they stand under its bars, on two lines: `(91)912345-0420260000000017011000` and
/// `260601-0-010800-6`. `None` for what is not 44 digits. The division is as collection agents print it (unverified).
pub fn convenience_store_caption(code: &str) -> Option<String> {
    if code.len() != CODE_DIGITS || !is_digits(code) {
        return None;
    }
    let part = |from: usize, to: usize| code.get(from..to);
    let (ai, company, free) = (part(0, 2)?, part(2, 8)?, part(8, 30)?);
    let (limit, stamp, yen, check) = (part(30, 36)?, part(36, 37)?, part(37, 43)?, part(43, 44)?);
    Some(format!("({ai}){company}-{free}\n{limit}-{stamp}-{yen}-{check}"))
}

/// What a code of 44 digits says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvenienceStore {
    /// Six digits of who collects (企業コード).
    pub company: String,
    /// The levy that is paid.
    pub key: LevyKey,
    /// How often the slip was made again (再発行区分).
    pub reissue: u8,
    /// The last day a store takes it (支払期限), in this century; `None` for a slip without.
    pub limit: Option<Date>,
    /// The yen asked for.
    pub yen: Yen,
}

impl ConvenienceStore {
    /// Reads the 44 digits. Errs on another shape, a check digit that does not fit, and a key that does not read.
    pub fn parse(text: &str) -> Result<Self, SlipError> {
        let shape =
            || SlipError::Shape { item: CODE, text: text.to_owned(), shape: "91で始まる数字44桁" };
        let check = || SlipError::Check { item: CODE, text: text.to_owned() };
        if text.len() != CODE_DIGITS || !is_digits(text) || !text.starts_with("91") {
            return Err(shape());
        }
        let part = |from: usize, to: usize| text.get(from..to).ok_or_else(shape);
        let fits = |from: usize, to: usize| -> Result<bool, SlipError> {
            let own = check_digit_10w3(part(from, to)?).map(|digit| digit.to_string());
            Ok(own.as_deref() == Some(part(to, to + 1)?))
        };
        if !fits(0, CODE_DIGITS - 1)? || !fits(8, 26)? {
            return Err(check());
        }
        let limit = match part(30, 36)? {
            NO_LIMIT => None,
            day => Some(format!("20{day}").parse::<Date>().map_err(|_| shape())?),
        };
        Ok(Self {
            company: part(2, 8)?.to_owned(),
            key: LevyKey::from_digits(part(8, 26)?, CODE)?,
            reissue: part(29, 30)?.parse().map_err(|_| shape())?,
            limit,
            yen: Yen(part(37, 43)?.parse().map_err(|_| shape())?),
        })
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The remainder of ISO 7064 modulus 97-10 over ASCII digits.
fn modulus_97(digits: &str) -> u32 {
    digits.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit.saturating_sub(b'0'))) % 97)
}

impl FromStr for TaxItem {
    type Err = SlipError;

    fn from_str(text: &str) -> Result<Self, SlipError> {
        Self::parse(text)
    }
}

impl FromStr for LevyKey {
    type Err = SlipError;

    fn from_str(text: &str) -> Result<Self, SlipError> {
        Self::parse(text)
    }
}

crate::text::serde_as_text!(TaxItem);
crate::text::serde_as_text!(LevyKey);
