//! 模擬コンビニ収納代行: scans the 44 digits of slips, takes exactly what they ask for, and tells of it as 速報, 確報 and 取消.

use jiff::Span;
use jiff::civil::Date;

use crate::chance::drawn;

/// Of so many payments a store takes one back (速報取消), by chance.
const ONE_OF_SO_MANY_IS_TAKEN_BACK: u64 = 12;

/// Why a till does not take a slip.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TillRefusal {
    /// Not 44 digits that begin with 91.
    #[error("91で始まる44桁の数字ではありません")]
    Shape,
    /// The last digit does not fit the others.
    #[error("検査数字{told}が、計算した{found}と違います")]
    Check {
        /// As printed.
        told: u32,
        /// As reckoned.
        found: u32,
    },
    /// Behind its last day.
    #[error("支払期限{0}を過ぎています")]
    Late(Date),
    /// It asks for nothing.
    #[error("金額が0円です")]
    Nothing,
}

/// One line of what the operator sends to the municipality (収納データ).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreLine {
    /// 収納番号: the same in 速報, 確報 and 取消.
    pub payment_no: String,
    /// データ区分: 1 速報, 2 確報, 3 取消.
    pub stage: u8,
    /// コンビニ収納用コード, as scanned.
    pub code44: String,
    /// 収納年月日.
    pub paid_on: Date,
    /// 店舗処理年月日; of a 確報 the day the money is paid over.
    pub received_on: Date,
    /// 収納金額.
    pub yen: i64,
}

#[derive(Clone, Debug)]
struct Taken {
    line: StoreLine,
    /// The day its last word is sent, and which it is.
    ends: (Date, u8),
}

/// Simulated stores and their operator (模擬コンビニ収納代行, the same files as MPN's). They read the code by themselves and know
/// nothing of levies.
#[derive(Clone, Debug, Default)]
pub struct ConvenienceStores {
    seed: u64,
    taken: Vec<Taken>,
}

fn later(day: Date, days: u64) -> Date {
    let days = i64::try_from(days).unwrap_or_default();
    day.checked_add(Span::new().days(days)).unwrap_or(day)
}

/// Modulus 10, weight 3 from the right: 3, 1, 3 … over all digits but the last.
fn check_digit(digits: &[u32]) -> u32 {
    let (mut sum, mut weight) = (0, 3);
    for digit in digits.iter().rev() {
        sum += digit * weight;
        weight = 4 - weight;
    }
    (10 - sum % 10) % 10
}

/// Digits of a code from one place up to another, as a number.
fn part(digits: &[u32], from: usize, to: usize) -> i64 {
    let of = digits.get(from..to).unwrap_or_default();
    of.iter().fold(0, |number, digit| number * 10 + i64::from(*digit))
}

impl ConvenienceStores {
    /// Stores where nothing was paid yet.
    pub fn new(seed: u64) -> Self {
        Self { seed, taken: Vec::new() }
    }

    /// Somebody pays a slip on a day: its 収納番号 and the yen, which are those of the code.
    ///
    /// # Errors
    /// [`TillRefusal`]: nothing was paid.
    pub fn pay(&mut self, code44: &str, on: Date) -> Result<(String, i64), TillRefusal> {
        let digits: Option<Vec<u32>> = code44.chars().map(|digit| digit.to_digit(10)).collect();
        let digits = digits.filter(|digits| digits.len() == 44 && digits.starts_with(&[9, 1]));
        let digits = digits.ok_or(TillRefusal::Shape)?;
        let (body, told) = digits.split_at(43);
        let (told, found) = (told.first().copied().unwrap_or_default(), check_digit(body));
        if told != found {
            return Err(TillRefusal::Check { told, found });
        }
        let small = |from, to| i8::try_from(part(&digits, from, to)).unwrap_or_default();
        let year = i16::try_from(2000 + part(&digits, 30, 32)).unwrap_or_default();
        if part(&digits, 30, 36) != 999_999 {
            let limit = Date::new(year, small(32, 34), small(34, 36)).map_err(|_| TillRefusal::Shape)?;
            if limit < on {
                return Err(TillRefusal::Late(limit));
            }
        }
        let yen = part(&digits, 37, 43);
        if yen == 0 {
            return Err(TillRefusal::Nothing);
        }
        let payment_no = format!("CV{:08}", self.taken.len() + 1);
        let back = drawn(self.seed, &payment_no, ONE_OF_SO_MANY_IS_TAKEN_BACK) == 0;
        let days = 2 + drawn(self.seed, &format!("{payment_no} days"), 4);
        // A payment is taken back on the next day; the money of the others comes some days later.
        let ends = if back { (later(on, 1), 3) } else { (later(on, days), 2) };
        let line = StoreLine {
            payment_no: payment_no.clone(),
            stage: 1,
            code44: code44.to_owned(),
            paid_on: on,
            received_on: on,
            yen,
        };
        self.taken.push(Taken { line, ends });
        Ok((payment_no, yen))
    }

    /// What the operator sends in the evening of a day: 速報 of what was paid on it, and the last words that are due.
    pub fn told(&self, on: Date) -> Vec<StoreLine> {
        let mut lines = Vec::new();
        for Taken { line, ends } in &self.taken {
            if line.paid_on == on {
                lines.push(line.clone());
            }
            if ends.0 == on {
                lines.push(StoreLine { stage: ends.1, received_on: on, ..line.clone() });
            }
        }
        lines
    }

    /// The last day on which something is still to be told.
    pub fn settled_on(&self) -> Option<Date> {
        self.taken.iter().map(|taken| taken.ends.0).max()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Of a slip of 10,800 yen up to 1 June 2026.
    const CODE: &str = "91912345042026000000001701100026060100108006";

    #[test]
    fn a_till_reads_the_code_by_itself() {
        for (code, on, wanted) in [
            (CODE, date(2026, 6, 1), "10800"),
            (CODE, date(2026, 6, 2), "支払期限2026-06-01を過ぎています"),
            (&CODE.replace("00108006", "00108007"), date(2026, 5, 1), "検査数字7が、計算した6と違います"),
            // Another amount under the same check digit.
            (&CODE.replace("00108006", "00208006"), date(2026, 5, 1), "検査数字6が、計算した3と違います"),
            (&CODE[1..], date(2026, 5, 1), "91で始まる44桁の数字ではありません"),
            (&CODE.replace("91912345", "90912345"), date(2026, 5, 1), "91で始まる44桁の数字ではありません"),
        ] {
            let said = ConvenienceStores::new(1).pay(code, on);
            let said = said.map_or_else(|why| why.to_string(), |(_, yen)| yen.to_string());
            assert_eq!(said, wanted, "{code}");
        }
    }

    #[test]
    fn each_payment_has_a_first_and_one_last_word() {
        let (mut stores, on) = (ConvenienceStores::new(3), date(2026, 5, 1));
        for _ in 0..100 {
            stores.pay(CODE, on).unwrap();
        }
        let mut counts = [0; 4];
        for days in 0..10 {
            for line in stores.told(later(on, days)) {
                counts[usize::from(line.stage)] += 1;
                assert_eq!((line.paid_on, line.yen), (on, 10_800));
                assert_eq!(line.stage == 1, days == 0, "{line:?}");
            }
        }
        assert_eq!((counts[1], counts[2] + counts[3]), (100, 100));
        assert!(0 < counts[3] && counts[3] < 20, "{counts:?}");
        assert!(stores.settled_on() < Some(later(on, 10)));
    }
}
