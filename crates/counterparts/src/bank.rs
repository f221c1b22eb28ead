//! 模擬金融機関: takes a file of 口座振替請求 (全銀, 120 bytes a record) and answers with the file of results.

use std::collections::BTreeMap;
use std::str;

use crate::chance::drawn;

/// Bytes of a record.
const RECORD_BYTES: usize = 120;
/// Results of those that fail by chance: 資金不足 most often, then 取引なし, 預金者の都合, 依頼書なし, そのほか.
const FAILURES: [u8; 8] = *b"11112349";

/// Why a bank sends a file of requests back without looking at accounts (持込の不受理).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BankRefusal {
    /// Not whole records.
    #[error("{0}バイトは、1件120バイトの倍数ではありません")]
    Length(usize),
    /// Records in another order than header, data, trailer, end.
    #[error("{at}件目のデータ区分「{kind}」は、この順番にありません")]
    Order {
        /// Which record, the first is 1.
        at: usize,
        /// Its first byte.
        kind: char,
    },
    /// The header is of no 口座振替 of this bank.
    #[error("ヘッダの{0}が、この金融機関の口座振替の依頼ではありません")]
    Header(&'static str),
    /// An item that has to be digits.
    #[error("{at}件目の{item}が数字ではありません")]
    Digits {
        /// Which record.
        at: usize,
        /// Which item.
        item: &'static str,
    },
    /// The trailer says other totals than the records have.
    #[error("トレーラは{told}件・{told_yen}円、明細は{found}件・{found_yen}円です")]
    Totals {
        /// Count of the trailer.
        told: u64,
        /// Sum of the trailer.
        told_yen: u64,
        /// Count of the records.
        found: u64,
        /// Sum of the records.
        found_yen: u64,
    },
}

/// What a bank answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankAnswer {
    /// The file of results: the requests, each with its 振替結果コード, and the totals of both kinds in the trailer.
    pub bytes: Vec<u8>,
    /// 振替済: how many, and their yen.
    pub debited: (u64, u64),
    /// 振替不能: how many, and their yen.
    pub failed: (u64, u64),
}

/// A simulated bank (模擬金融機関). It knows the 全銀 record and nothing of a municipality: 顧客番号 goes back as it came.
#[derive(Clone, Debug, Default)]
pub struct Bank {
    /// 金融機関コード; empty takes the files of any.
    pub code: String,
    /// What happens by chance.
    pub seed: u64,
    /// Of a hundred requests, so many fail.
    pub failing_percent: u64,
    /// Results by 顧客番号, on order.
    pub orders: BTreeMap<String, char>,
}

/// Digits from a byte (the first is 1) as a number.
fn number(record: &[u8], start: usize, bytes: usize) -> Option<u64> {
    let digits = record.get(start - 1..start - 1 + bytes)?;
    let text = str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    text.parse().ok()
}

impl Bank {
    /// Answers a file of requests, or sends it back whole.
    ///
    /// # Errors
    /// [`BankRefusal`]: nothing was debited.
    pub fn answer(&self, requests: &[u8]) -> Result<BankAnswer, BankRefusal> {
        if requests.is_empty() || !requests.len().is_multiple_of(RECORD_BYTES) {
            return Err(BankRefusal::Length(requests.len()));
        }
        let (mut bytes, mut last) = (Vec::with_capacity(requests.len()), b'0');
        let (mut debited, mut failed) = ((0, 0), (0, 0));
        for (at, record) in (1..).zip(requests.chunks(RECORD_BYTES)) {
            let kind = record.first().copied().unwrap_or_default();
            let follows = match kind {
                b'1' => last == b'0',
                b'2' => matches!(last, b'1' | b'2'),
                b'8' => matches!(last, b'1' | b'2'),
                b'9' => last == b'8',
                _ => false,
            };
            if !follows {
                return Err(BankRefusal::Order { at, kind: char::from(kind) });
            }
            last = kind;
            let mut record = record.to_vec();
            match kind {
                b'1' => self.check_header(&record)?,
                b'2' => {
                    let digits = |item, start, bytes| {
                        number(&record, start, bytes).ok_or(BankRefusal::Digits { at, item })
                    };
                    digits("引落支店番号", 21, 3)?;
                    digits("口座番号", 44, 7)?;
                    let yen = digits("引落金額", 81, 10)?;
                    let customer = record.get(91..111).unwrap_or_default();
                    let result = self.result(&String::from_utf8_lossy(customer));
                    let of = if result == b'0' { &mut debited } else { &mut failed };
                    *of = (of.0 + 1, of.1 + yen);
                    if let Some(place) = record.get_mut(111) {
                        *place = result;
                    }
                }
                b'8' => {
                    let told = number(&record, 2, 6).zip(number(&record, 8, 12));
                    let (told, told_yen) =
                        told.ok_or(BankRefusal::Digits { at, item: "合計件数・合計金額" })?;
                    let (found, found_yen) = (debited.0 + failed.0, debited.1 + failed.1);
                    if (told, told_yen) != (found, found_yen) {
                        return Err(BankRefusal::Totals { told, told_yen, found, found_yen });
                    }
                    let totals = format!("{:06}{:012}{:06}{:012}", debited.0, debited.1, failed.0, failed.1);
                    record.splice(19..55, totals.into_bytes());
                }
                _ => {}
            }
            bytes.extend(record);
        }
        if last != b'9' {
            return Err(BankRefusal::Order { at: requests.len() / RECORD_BYTES, kind: char::from(last) });
        }
        Ok(BankAnswer { bytes, debited, failed })
    }

    fn check_header(&self, record: &[u8]) -> Result<(), BankRefusal> {
        if record.get(1..3) != Some(b"91") {
            return Err(BankRefusal::Header("種別コード"));
        }
        if number(record, 5, 10).is_none_or(|client| client == 0) {
            return Err(BankRefusal::Header("委託者コード"));
        }
        if number(record, 55, 4).is_none() {
            return Err(BankRefusal::Header("引落日"));
        }
        if !self.code.is_empty() && record.get(58..62) != Some(self.code.as_bytes()) {
            return Err(BankRefusal::Header("取引銀行番号"));
        }
        Ok(())
    }

    fn result(&self, customer: &str) -> u8 {
        if let Some(code) = self.orders.get(customer) {
            return u8::try_from(*code).unwrap_or(b'9');
        }
        if self.failing_percent <= drawn(self.seed, customer, 100) {
            return b'0';
        }
        let which = usize::try_from(drawn(self.seed, &format!("{customer} why"), 8)).unwrap_or_default();
        FAILURES.get(which).copied().unwrap_or(b'9')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn padded(text: &str) -> Vec<u8> {
        format!("{text:<120}").into_bytes()
    }

    fn header(bank: &str) -> Vec<u8> {
        padded(&format!("19109999900001{:<40}0601{bank}", "DAICHO"))
    }

    fn data(yen: &str, customer: &str) -> Vec<u8> {
        padded(&format!("29990{:<15}001{:<15}    10000001{:<30}{yen}0{customer}0", "", "", "KAKUU"))
    }

    fn file(trailer: &str, bank: &str) -> Vec<u8> {
        let rows = [data("0000010800", "04202600000000170151"), data("0000007200", "04202600000000240130")];
        [header(bank), rows.concat(), padded(trailer), padded("9")].concat()
    }

    #[test]
    fn a_bank_answers_each_request_and_counts_both_kinds() {
        let orders = BTreeMap::from([("04202600000000240130".to_owned(), '1')]);
        let bank = Bank { code: "9990".to_owned(), orders, ..Bank::default() };
        let answer = bank.answer(&file("8000002000000018000", "9990")).unwrap();
        assert_eq!((answer.debited, answer.failed), ((1, 10_800), (1, 7_200)));
        let text = String::from_utf8(answer.bytes).unwrap();
        assert_eq!((&text[231..232], &text[351..352]), ("0", "1"));
        assert_eq!(&text[360..415], "8000002000000018000000001000000010800000001000000007200");
        // All fail when all are to, whatever the seed.
        let all = Bank { failing_percent: 100, seed: 7, ..Bank::default() };
        assert_eq!(all.answer(&file("8000002000000018000", "9990")).unwrap().failed, (2, 18_000));
    }

    #[test]
    fn a_file_that_is_not_well_goes_back_whole() {
        let good = || file("8000002000000018000", "9990");
        let without = |record: usize| {
            let mut bytes = good();
            bytes.drain(record * 120..(record + 1) * 120);
            bytes
        };
        for (what, bytes, wanted) in [
            ("空", Vec::new(), "0バイトは、1件120バイトの倍数ではありません"),
            ("1バイト足りない", good()[1..].to_vec(), "599バイトは、1件120バイトの倍数ではありません"),
            ("ヘッダなし", without(0), "1件目のデータ区分「2」は、この順番にありません"),
            ("エンドなし", without(4), "4件目のデータ区分「8」は、この順番にありません"),
            ("明細が1件ない", without(1), "トレーラは2件・18000円、明細は1件・7200円です"),
            (
                "合計が違う",
                file("8000002000000018001", "9990"),
                "トレーラは2件・18001円、明細は2件・18000円です",
            ),
            (
                "別の金融機関",
                file("8000002000000018000", "9991"),
                "ヘッダの取引銀行番号が、この金融機関の口座振替の依頼ではありません",
            ),
        ] {
            let bank = Bank { code: "9990".to_owned(), ..Bank::default() };
            assert_eq!(bank.answer(&bytes).unwrap_err().to_string(), wanted, "{what}");
        }
    }
}
