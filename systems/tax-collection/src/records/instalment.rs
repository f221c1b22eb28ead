//! An instalment of a levy (期別調定): what was levied, and everything that happened to it.

use domain::{Date, FiscalYear, Yen};
use register::{Column, Kind, Record, UpcastError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ledger::{Account, Book, Cause, Entry, Part, Posting, words};
use crate::rules::Parts;
use crate::rules::days::effective_due;

/// Instalments, by 税目, 年度, 通知書番号 and 期.
pub static INSTALMENT: Kind = Kind::new("tax-collection/instalment", "期別調定")
    .columns(&[Column::plain("addressee_no", "宛名番号"), Column::plain("notice_no", "通知書番号")])
    .upcasters(&[preliminary_in_a_list, due_on_an_open_day]);

/// 2: several payments may be told of and not final at once.
fn preliminary_in_a_list(mut body: Value) -> Result<Value, UpcastError> {
    let body_of = body.as_object_mut().ok_or(UpcastError("an instalment is no object"))?;
    if let Some(told) = body_of.remove("preliminary") {
        body_of.insert("preliminary".to_owned(), Value::Array(vec![told]));
    }
    Ok(body)
}

/// 3: a due date a tax sent as a day the office is closed has moved to the next open one.
fn due_on_an_open_day(mut body: Value) -> Result<Value, UpcastError> {
    let body_of = body.as_object_mut().ok_or(UpcastError("an instalment is no object"))?;
    let due_on: Option<Date> =
        body_of.get("due_on").and_then(Value::as_str).and_then(|text| text.parse().ok());
    if let Some(due_on) = due_on {
        body_of.insert("due_on".to_owned(), Value::String(effective_due(due_on).to_string()));
    }
    Ok(body)
}

words! {
    /// The state of an instalment (収納状態), as others are told it.
    State {
        /// Nothing paid.
        Unpaid = "1" "未納",
        /// Some paid.
        PartPaid = "2" "一部納付",
        /// All paid, or nothing to pay.
        Paid = "3" "完納",
        /// More paid than owed.
        Overpaid = "4" "過納",
        /// Given up.
        WrittenOff = "5" "不納欠損",
        /// Owed, some of it paid or none, and carried over.
        Carried = "6" "滞納繰越",
    }
}

/// What the taking back of a fee rests on.
const PULLED: &str = "引抜き";

/// A reminder (督促) that went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// 発付日.
    pub sent_on: Date,
    /// Returned by the post (返戻).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_on: Option<Date>,
    /// The first day of the public notice that serves it (公示送達).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_by_notice_on: Option<Date>,
}

/// That a debt was given up (不納欠損), and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteOff {
    /// 決定日.
    pub on: Date,
    /// 事由, as `standards/codes/tax-collection/write-off-reasons.tsv` has it.
    pub reason: String,
    /// 決裁番号.
    pub decision_no: String,
}

/// A payment that is told of and not final (速報).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preliminary {
    /// 収納番号.
    pub payment_no: String,
    /// 納付日.
    pub paid_on: Date,
    /// How much.
    pub yen: Yen,
}

/// Money that was paid on the tax, by the day it was paid: the charge goes by these days, in whatever order the payments were
/// cleared (延滞金の計算に使う納付). What came when all of the tax was met already is in it, as the last money is what is too much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxPaid {
    /// 納付日.
    pub on: Date,
    /// How much.
    pub yen: Yen,
    /// The payment, or the overpayment it came from; empty in a body of before.
    #[serde(default, rename = "ref", skip_serializing_if = "String::is_empty")]
    pub reference: String,
}

/// A part of the tax with a due date of its own: what was levied first, and what was added when its due date was over (増額).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuePart {
    /// How much of the tax.
    pub yen: Yen,
    /// 納期限.
    pub due_on: Date,
    /// 督促 of this part, while it is not the one that is owed first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder: Option<Reminder>,
}

/// An instalment (期別).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instalment {
    /// `{税目}-{年度}-{通知書番号}-{期}`.
    pub levy_key: String,
    /// 履歴番号 of the newest levy row.
    pub history_no: u32,
    /// 税目.
    pub tax_item: String,
    /// 相当年度: the year of the tax.
    pub tax_year: FiscalYear,
    /// 調定年度: when it was levied first.
    pub levy_year: FiscalYear,
    /// 通知書番号.
    pub notice_no: String,
    /// 期.
    pub instalment: String,
    /// 納税義務者の宛名番号.
    pub addressee_no: String,
    /// 納期限, on an open day; of several the one of what is owed first.
    pub due_on: Date,
    /// The parts of the tax with a due date each, oldest first; none while all of it has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub due_parts: Vec<DuePart>,
    /// 徴収区分.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub collection_class: String,
    /// 課税の対象, such as a plate.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// 事由 of the newest levy row.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The newest day the amount was decided on.
    pub decided_on: Date,
    /// What was paid of the tax, day by day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tax_paid: Vec<TaxPaid>,
    /// 速報, in the order they were told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preliminary: Vec<Preliminary>,
    /// 督促.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder: Option<Reminder>,
    /// The year it was carried over into (滞納繰越).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_into: Option<FiscalYear>,
    /// Days of which the charge is exempted (猶予).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deferments: Vec<DeferredDays>,
    /// 不納欠損.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_off: Option<WriteOff>,
    /// The transfer that was asked of the bank and not answered (口座振替請求中): its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<String>,
    /// 納付書の再発行回数.
    #[serde(default)]
    pub reissues: u32,
    /// The movements.
    pub book: Book,
}

/// Days of a deferment (猶予の期間).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeferredDays {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Whether all of the charge is exempted, or what is above the special base rate.
    pub all: bool,
}

impl Record for Instalment {
    const KIND: &'static Kind = &INSTALMENT;

    fn key(&self) -> String {
        self.levy_key.clone()
    }
}

impl Instalment {
    /// The day the levy was decided first; corrections come later. None where it is not known: a levy of nothing leaves no entry,
    /// and what was corrected before we heard of it names its history there.
    pub fn first_decided_on(&self) -> Option<Date> {
        let first = |entry: &&Entry| entry.cause == Cause::Levy && entry.reference.is_empty();
        self.book.entries().iter().filter(first).map(|entry| entry.on).min()
    }

    /// A payment that was told of is final, or is taken back: the others stand.
    pub fn settle_preliminary(&mut self, payment_no: &str) {
        self.preliminary.retain(|told| told.payment_no != payment_no);
    }

    /// The account its debt stands on: of the year, or carried over.
    pub fn debt(&self) -> Account {
        if self.carried_into.is_some() { Account::Carried } else { Account::Receivable }
    }

    /// Takes a reminder back that has not gone out by a day, and its fee with it (発付日前の督促状の引抜き). Where it has gone out, or
    /// there is none, nothing changes.
    ///
    /// Source: 地方税法 329条, 371条, 463条の26など: who paid before a 督促 was issued owes no fee of it.
    pub fn pull_reminder(&mut self, on: Date) -> bool {
        let Some(reminder) = self.reminder.filter(|reminder| on < reminder.sent_on) else { return false };
        let of_it = |entry: &&Entry| {
            entry.cause == Cause::Reminder && entry.part == Part::Fee && entry.on == reminder.sent_on
        };
        let fees: Vec<Entry> = self.book.entries().iter().filter(of_it).cloned().collect();
        for fee in fees.iter().filter(|entry| entry.credit == Account::Levied && entry.reference.is_empty()) {
            let posting = Posting { on: fee.on, year: fee.year, cause: Cause::Reminder, reference: PULLED };
            self.levy(posting, Part::Fee, Yen(fee.yen.0.saturating_neg()));
        }
        self.reminder = None;
        true
    }

    /// What was levied of a part, after corrections.
    pub fn levied(&self, part: Part) -> Yen {
        Yen(self.book.balance(Account::Levied, Some(part)).0.saturating_neg())
    }

    /// What is owed of a part.
    pub fn open(&self, part: Part) -> Yen {
        let of = |account| self.book.balance(account, Some(part)).0;
        Yen(of(Account::Receivable).saturating_add(of(Account::Carried)))
    }

    /// What is owed of each part.
    pub fn open_parts(&self) -> Parts {
        Parts {
            costs: self.open(Part::Costs),
            tax: self.open(Part::Tax),
            fee: self.open(Part::Fee),
            delinquency: self.open(Part::Delinquency),
        }
    }

    /// All that is owed.
    pub fn open_total(&self) -> Yen {
        Part::ALL.iter().fold(Yen::ZERO, |sum, part| Yen(sum.0.saturating_add(self.open(*part).0)))
    }

    /// What was paid of the tax and not given back.
    pub fn paid(&self) -> Yen {
        let given_up = self.book.balance(Account::WrittenOff, Some(Part::Tax)).0;
        Yen(self.levied(Part::Tax).0 - self.open(Part::Tax).0 - given_up)
    }

    /// What was paid too much and neither refunded nor appropriated.
    pub fn overpaid(&self) -> Yen {
        Yen(self.book.balance(Account::Overpaid, None).0.saturating_neg())
    }

    /// The state others are told.
    pub fn state(&self) -> State {
        if Yen::ZERO < self.overpaid() {
            return State::Overpaid;
        }
        if Yen::ZERO < self.open_total() {
            return match (self.carried_into, Yen::ZERO < self.paid()) {
                (Some(_), _) => State::Carried,
                (None, true) => State::PartPaid,
                (None, false) => State::Unpaid,
            };
        }
        if Yen::ZERO < self.book.balance(Account::WrittenOff, None) { State::WrittenOff } else { State::Paid }
    }

    /// The last day something was paid.
    pub fn last_paid_on(&self) -> Option<Date> {
        self.tax_paid.iter().map(|paid| paid.on).max()
    }

    /// The parts of the tax with a due date each, oldest first.
    pub fn dues(&self) -> Vec<(Yen, Date)> {
        if self.due_parts.is_empty() {
            return vec![(self.levied(Part::Tax), self.due_on)];
        }
        self.due_parts.iter().map(|part| (part.yen, part.due_on)).collect()
    }

    /// The oldest due date of it: from the day after a charge may run.
    pub fn first_due_on(&self) -> Date {
        self.due_parts
            .iter()
            .map(|part| part.due_on)
            .min()
            .map_or(self.due_on, |first| first.min(self.due_on))
    }

    /// The newest due date of it.
    pub fn last_due_on(&self) -> Date {
        self.due_parts.iter().map(|part| part.due_on).max().map_or(self.due_on, |last| last.max(self.due_on))
    }

    /// What is added to the tax behind its due date is a part with a due date of its own.
    pub fn add_part(&mut self, yen: Yen, due_on: Date) {
        if self.due_parts.is_empty() {
            let first = DuePart { yen: self.levied(Part::Tax), due_on: self.due_on, reminder: None };
            self.due_parts.push(first);
        }
        match self.due_parts.last_mut().filter(|last| last.due_on == due_on) {
            Some(last) => last.yen = Yen(last.yen.0.saturating_add(yen.0)),
            None => self.due_parts.push(DuePart { yen, due_on, reminder: None }),
        }
    }

    /// What is taken off the tax is taken off what was added last.
    pub fn reduce_parts(&mut self, yen: Yen) {
        let mut left = yen;
        for part in self.due_parts.iter_mut().rev() {
            let off = part.yen.min(left);
            part.yen = Yen(part.yen.0.saturating_sub(off.0));
            left = Yen(left.0.saturating_sub(off.0));
        }
    }

    /// Of several parts, money meets the one that was due first: the due date and the reminder are those of the first that is not
    /// met.
    pub fn settle_due(&mut self) {
        let covered = self.levied(Part::Tax).0.saturating_sub(self.open(Part::Tax).0);
        let mut sum = 0_i64;
        let open = self.due_parts.iter().position(|part| {
            sum = sum.saturating_add(part.yen.0);
            covered < sum
        });
        let last = self.due_parts.iter().rposition(|part| Yen::ZERO < part.yen);
        let Some(next) = open.or(last).or((!self.due_parts.is_empty()).then_some(0)) else { return };
        let now = self.due_parts.iter().position(|part| part.due_on == self.due_on);
        if now != Some(next) {
            let reminder = self.reminder.take();
            if let Some(part) = now.and_then(|now| self.due_parts.get_mut(now)) {
                part.reminder = reminder;
            }
            if let Some(part) = self.due_parts.get_mut(next) {
                self.due_on = part.due_on;
                self.reminder = part.reminder.take();
            }
        }
        let due_on = self.due_on;
        self.due_parts.retain(|part| Yen::ZERO < part.yen || part.due_on == due_on);
        if self.due_parts.len() == 1 {
            self.due_parts.clear();
        }
    }

    /// Whether a deferment covers a day.
    pub fn is_deferred(&self, on: Date) -> bool {
        self.deferments.iter().any(|days| days.from <= on && on <= days.to)
    }

    /// Whether it is owed behind its due date, with nothing told that would settle it.
    pub fn is_overdue(&self, on: Date) -> bool {
        self.due_on < on && self.preliminary.is_empty() && Yen::ZERO < self.open(Part::Tax)
    }

    /// Gives up all that is owed (不納欠損): it is owed no more.
    ///
    /// Source: 地方税法 15条の7第4項・第5項, 18条.
    pub fn give_up(&mut self, posting: Posting<'_>, write_off: WriteOff) {
        let debt = self.debt();
        for part in Part::ALL {
            self.book.post(posting, Account::WrittenOff, debt, *part, self.open(*part));
        }
        self.write_off = Some(write_off);
    }

    /// What stands as owed of a part on the account of the running year, of all account years up to one.
    pub fn receivable(&self, part: Part, until: FiscalYear) -> Yen {
        let entries = self.book.entries().iter();
        let of = entries.filter(|entry| entry.part == part && entry.year <= until);
        of.fold(Yen::ZERO, |sum, entry| {
            let signed = match (entry.debit, entry.credit) {
                (Account::Receivable, _) => entry.yen.0,
                (_, Account::Receivable) => entry.yen.0.saturating_neg(),
                _ => 0,
            };
            Yen(sum.0.saturating_add(signed))
        })
    }

    /// Whether something is left to carry over at the closing of an account year. A levy of a later year is none of it, whatever
    /// was paid of it ahead.
    pub fn is_to_carry(&self, year: FiscalYear) -> bool {
        self.levy_year <= year && Part::ALL.iter().any(|part| self.receivable(*part, year) != Yen::ZERO)
    }

    /// Carries what is owed over (滞納繰越): out of the receivables of the year that closes. Each year's movements go in that
    /// year, also those of the next year before the books were closed, so that every year agrees by itself. The due date stays.
    ///
    /// Source: 地方自治法 235条の5 (出納の閉鎖); 財務規則の定める収入未済額の繰越.
    pub fn carry(&mut self, on: Date, year: FiscalYear) -> Yen {
        let carried =
            Part::ALL.iter().fold(0_i64, |sum, part| sum.saturating_add(self.receivable(*part, year).0));
        let mut years: Vec<FiscalYear> = self.book.entries().iter().map(|entry| entry.year).collect();
        years.sort_unstable();
        years.dedup();
        for part in Part::ALL {
            // Of what was posted before the levy's own year nothing is carried: that year is closed.
            for of in years.iter().filter(|of| self.levy_year <= **of) {
                let until = self.receivable(*part, *of);
                let posting = Posting { on, year: *of, cause: Cause::CarryOver, reference: "" };
                self.book.post(posting, Account::Carried, Account::Receivable, *part, until);
            }
        }
        if self.carried_into.is_none() {
            self.carried_into = Some(year.next());
        }
        Yen(carried)
    }

    /// Levies a part, or takes a levy back. A reduction takes back what was given up first; of what is then below what was paid,
    /// the rest is owed to the payer.
    ///
    /// Source: 地方税法 17条 (過誤納金).
    pub fn levy(&mut self, posting: Posting<'_>, part: Part, change: Yen) {
        let debt = self.debt();
        self.book.post(posting, debt, Account::Levied, part, change);
        let below = self.open(part);
        let given_up = self.book.balance(Account::WrittenOff, Some(part));
        if below < Yen::ZERO && Yen::ZERO < given_up {
            let back = Yen(below.0.saturating_neg()).min(given_up);
            self.book.post(posting, debt, Account::WrittenOff, part, back);
        }
        let below = self.open(part);
        if below < Yen::ZERO {
            self.book.post(posting, debt, Account::Overpaid, part, Yen(below.0.saturating_neg()));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_due_date_that_was_held_has_moved() {
        for (held, moved) in [
            ("2026-11-28", "2026-11-30"),
            ("2026-11-30", "2026-11-30"),
            ("2026-12-31", "2027-01-04"),
            ("読めない", "読めない"),
        ] {
            let body = due_on_an_open_day(json!({ "due_on": held })).unwrap();
            assert_eq!(body, json!({ "due_on": moved }));
        }
    }
}
