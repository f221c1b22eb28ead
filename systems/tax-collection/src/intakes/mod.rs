//! The intakes: what this system takes from others.

mod known;
mod levies;
mod payment_controls;
mod payments;
mod refunds;
mod transfers;
mod write_offs;

pub use known::{ACCOUNTS, ADDRESSEES, MAILINGS, TAX_AGENTS};
pub use levies::LEVIES;
pub use payment_controls::PAYMENT_CONTROLS;
pub use payments::PAYMENTS;
pub(crate) use payments::{Desk as PaymentDesk, Taken, Told, again, in_future};
pub use refunds::REFUND_RESULTS;
pub use transfers::TRANSFER_RESULTS;
pub use write_offs::WRITE_OFFS;

use domain::{Date, RegisterDate, Yen};
use system::{Incoming, RefusedRow};

/// The refusal of a row: which item, and why.
pub(crate) fn refuse(subject: &str, item: &str, message: impl Into<String>) -> RefusedRow {
    RefusedRow { subject: subject.to_owned(), item: item.to_owned(), message: message.into() }
}

/// A row under the item that names what it is about.
pub(crate) struct Reading<'a> {
    row: &'a Incoming<'a>,
    subject: &'a str,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(row: &'a Incoming<'a>, subject: &'a str) -> Self {
        Self { row, subject }
    }

    pub(crate) fn subject(&self) -> &'a str {
        self.row.text(self.subject)
    }

    pub(crate) fn text(&self, item: &str) -> &'a str {
        self.row.text(item)
    }

    pub(crate) fn owned(&self, item: &str) -> String {
        self.row.text(item).to_owned()
    }

    pub(crate) fn refuse(&self, item: &str, message: impl Into<String>) -> RefusedRow {
        refuse(self.subject(), item, message)
    }

    /// 履歴番号: 1 or more.
    pub(crate) fn history_no(&self) -> Result<u32, RefusedRow> {
        self.row.history_no().map_err(|message| self.refuse("history_no", message))
    }

    /// 宛名番号.
    pub(crate) fn addressee_no(&self, item: &str) -> Result<String, RefusedRow> {
        let number = domain::AddresseeNo::parse(self.text(item));
        number.map(|number| number.to_string()).map_err(|error| self.refuse(item, error.to_string()))
    }

    /// A day of the calendar; none when blank.
    pub(crate) fn day(&self, item: &str, title: &str) -> Result<Option<Date>, RefusedRow> {
        let text = self.text(item);
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<RegisterDate>().ok().and_then(|date| date.known()) {
            Some(day) => Ok(Some(day)),
            None => Err(self.refuse(item, format!("{title}「{text}」は暦にある日付ではありません。"))),
        }
    }

    /// A day that must be there.
    pub(crate) fn needed_day(&self, item: &str, title: &str) -> Result<Date, RefusedRow> {
        self.day(item, title)?.ok_or_else(|| self.refuse(item, format!("{title}がありません。")))
    }

    /// Yen, nothing or more, of twelve digits; digits of full width are taken.
    pub(crate) fn yen(&self, item: &str, title: &str) -> Result<Yen, RefusedRow> {
        let digits: String = self.text(item).chars().map(half_width).collect();
        let number = Some(digits)
            .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse::<i64>().ok())
            .filter(|yen| *yen <= domain::YEN_MAX);
        number.map(Yen).ok_or_else(|| {
            self.refuse(
                item,
                format!("{title}「{}」が、0円以上、12桁までの金額ではありません。", self.text(item)),
            )
        })
    }

    /// Digits of a set length.
    pub(crate) fn digits(&self, item: &str, title: &str, length: usize) -> Result<String, RefusedRow> {
        let text = self.text(item);
        if text.len() != length || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.refuse(item, format!("{title}「{text}」が{length}桁の数字ではありません。")));
        }
        Ok(text.to_owned())
    }
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        other => other,
    }
}
