//! What a payment does to an instalment (消込), and what takes it back.

use domain::{BusinessCalendar, Date, FiscalYear, Yen, period_end};

use super::appropriate::{Parts, clear};
use super::days::after;
use super::delinquency::{Deferment, Exempted, Late, Part as PartPaid, charge};
use super::rates::{Missing, Rates};
use crate::records::{Account, Cause, Entry, Instalment, Part, Posting, TaxPaid};

/// Money that is put to an instalment.
#[derive(Clone, Copy, Debug)]
pub struct Money<'a> {
    /// 収納番号, or the instalment an overpayment came from.
    pub reference: &'a str,
    /// How much.
    pub yen: Yen,
    /// 納付日, or the day it could be appropriated.
    pub paid_on: Date,
    /// The day the clearing counts on.
    pub on: Date,
    /// 会計年度.
    pub year: FiscalYear,
    /// Clearing or appropriation.
    pub cause: Cause,
}

/// What a payment met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// Of each part.
    pub parts: Parts,
    /// What was too much of it.
    pub over: Yen,
    /// The charge that was fixed by it; below nothing when the charge became less.
    pub charged: Yen,
    /// What had been paid of a charge that became less: too much as well.
    pub back: Yen,
}

/// The charge on an instalment as of a day (延滞金), whatever of it was fixed already: each part of the tax from its own due
/// date, by the days on which money was paid, the part that was due first met first.
///
/// # Errors
/// For a year whose rate is not held.
pub fn charge_to(rates: &Rates, held: &Instalment, on: Date) -> Result<Yen, Missing> {
    let deferments: Vec<Deferment> = held
        .deferments
        .iter()
        .map(|days| Deferment {
            from: days.from,
            to: days.to,
            exempted: if days.all { Exempted::All } else { Exempted::Part },
        })
        .collect();
    let mut paid: Vec<PartPaid> =
        held.tax_paid.iter().map(|paid| PartPaid { on: paid.on, yen: paid.yen }).collect();
    paid.sort_by_key(|paid| paid.on);
    let mut total = 0_i64;
    for (tax, due_on) in held.dues() {
        let mut left = tax;
        let mut payments = Vec::new();
        for money in &mut paid {
            let met = money.yen.min(left).max(Yen::ZERO);
            money.yen = minus(money.yen, met);
            left = minus(left, met);
            if Yen::ZERO < met {
                payments.push(PartPaid { on: money.on, yen: met });
            }
        }
        let deferments = deferments.clone();
        let late = Late { tax, due_on, paid_on: on, payments, deferments, mode: None };
        total = total.saturating_add(charge(rates, BusinessCalendar::published(), &late)?.total.0);
    }
    Ok(Yen(total))
}

/// What was remitted of the charge (減免).
fn remitted(held: &Instalment) -> Yen {
    let of = held
        .book
        .entries()
        .iter()
        .filter(|entry| entry.cause == Cause::Remission && entry.part == Part::Delinquency);
    Yen(of.fold(0_i64, |sum, entry| match entry.debit {
        Account::Levied => sum.saturating_add(entry.yen.0),
        _ => sum.saturating_sub(entry.yen.0),
    }))
}

/// What of the charge is not levied yet as of a day, what was remitted left out.
///
/// # Errors
/// For a year whose rate is not held.
pub fn charge_missing(rates: &Rates, held: &Instalment, on: Date) -> Result<Yen, Missing> {
    Ok(charge_change(rates, held, on)?.max(Yen::ZERO))
}

/// By how much the charge as levied has to change to be that of a day; below nothing when it has to become less.
fn charge_change(rates: &Rates, held: &Instalment, on: Date) -> Result<Yen, Missing> {
    let due = minus(charge_to(rates, held, on)?, remitted(held)).max(Yen::ZERO);
    Ok(minus(due, held.levied(Part::Delinquency)))
}

fn minus(yen: Yen, less: Yen) -> Yen {
    Yen(yen.0.saturating_sub(less.0))
}

/// Puts money to an instalment: costs first, then in the municipality's order. When all of the tax is met, the charge is fixed
/// by the days the tax was paid on, and what is left of the money goes to it. A payment of an earlier day that arrives late
/// makes a charge less that was fixed before. What is too much is owed to the payer.
///
/// Source: 地方税法 14条の5, 20条の9の4; 326条, 369条, 463条の24 (納付の日までの延滞金); 17条 (過誤納金).
///
/// # Errors
/// For a year whose rate is not held; nothing was changed then.
pub fn put(rates: &Rates, held: &mut Instalment, money: Money<'_>) -> Result<Cleared, Missing> {
    let Money { reference, yen, paid_on, on, year, cause } = money;
    let posting = Posting { on, year, cause, reference };
    let came = |yen| TaxPaid { on: paid_on, yen, reference: reference.to_owned() };
    let mut after = held.clone();
    forget_gone(&mut after);
    let open = after.open_parts();
    let meets = Yen(open.tax.0.saturating_add(open.costs.0)) <= yen;
    let late = after.last_paid_on().is_some_and(|last| paid_on < last) && dated_whole(&after);
    let given_up = after.book.balance(Account::WrittenOff, Some(Part::Tax));
    let (mut charged, mut back) = (Yen::ZERO, Yen::ZERO);
    if meets && (Yen::ZERO < open.tax || late && given_up == Yen::ZERO) {
        let mut paid = after.clone();
        paid.tax_paid.push(came(minus(yen, open.costs)));
        let day = paid.last_paid_on().unwrap_or(paid_on);
        charged = charge_change(rates, &paid, day)?;
        if cause == Cause::Appropriation {
            // What was paid of a charge is not taken for too much by an act of the office alone.
            charged = charged.max(Yen(open.delinquency.0.saturating_neg()));
        }
        let before = after.overpaid();
        after.levy(Posting { cause: Cause::Charge, ..posting }, Part::Delinquency, charged);
        back = minus(after.overpaid(), before);
    }
    let (parts, over) = clear(&rates.clearing.order, yen, after.open_parts());
    let debt = after.debt();
    for (part, yen) in [
        (Part::Costs, parts.costs),
        (Part::Tax, parts.tax),
        (Part::Fee, parts.fee),
        (Part::Delinquency, parts.delinquency),
    ] {
        after.book.post(posting, Account::Unapplied, debt, part, yen);
    }
    after.book.post(posting, Account::Unapplied, Account::Overpaid, Part::Tax, over);
    let dated = if meets { minus(yen, parts.costs) } else { parts.tax };
    if Yen::ZERO < dated {
        after.tax_paid.push(came(dated));
    }
    after.settle_preliminary(reference);
    after.settle_due();
    *held = after;
    Ok(Cleared { parts, over, charged, back })
}

/// Whether the days of all the tax are held: what an older program or another system booked may lack some, and a charge that was
/// fixed then stands.
fn dated_whole(held: &Instalment) -> bool {
    let dated = held.tax_paid.iter().fold(0_i64, |sum, paid| sum.saturating_add(paid.yen.0));
    held.levied(Part::Tax).0 <= dated
}

/// Money for a debt that has ended (納付義務の消滅): there is nothing it could be paid on, so all of it is owed to who paid.
///
/// Source: 地方税法 15条の7第4項・第5項, 18条1項・2項 (援用を要せず、利益を放棄できない); 17条 (誤納金).
pub fn put_astray(held: &mut Instalment, money: Money<'_>) -> Cleared {
    let Money { reference, yen, on, year, cause, .. } = money;
    let posting = Posting { on, year, cause, reference };
    held.book.post(posting, Account::Unapplied, Account::Overpaid, Part::Tax, yen);
    held.settle_preliminary(reference);
    Cleared { over: yen, ..Cleared::default() }
}

/// Money that was given back or went to another levy since is no money paid on this one: of the last that came first.
fn forget_gone(held: &mut Instalment) {
    let costs = minus(held.levied(Part::Costs), held.open(Part::Costs));
    let here: i64 = Part::ALL.iter().fold(held.overpaid().0, |sum, part| {
        let given_up = held.book.balance(Account::WrittenOff, Some(*part));
        sum.saturating_add(minus(minus(held.levied(*part), held.open(*part)), given_up).0)
    });
    let here = here.saturating_sub(costs.0);
    let dated = held.tax_paid.iter().fold(0_i64, |sum, paid| sum.saturating_add(paid.yen.0));
    let mut gone = Yen(dated.saturating_sub(here)).max(Yen::ZERO);
    let mut newest: Vec<&mut TaxPaid> = held.tax_paid.iter_mut().collect();
    newest.sort_by_key(|paid| std::cmp::Reverse(paid.on));
    for paid in newest {
        let off = paid.yen.min(gone);
        paid.yen = minus(paid.yen, off);
        gone = minus(gone, off);
    }
}

/// The days on which money came that is too much, newest first: the last money is what is too much. `before` was too much already;
/// of money whose day is not held, `usual`.
pub fn surplus(held: &Instalment, before: Yen, yen: Yen, usual: Date) -> Vec<(Date, Yen)> {
    let mut newest: Vec<&TaxPaid> = held.tax_paid.iter().collect();
    newest.sort_by_key(|paid| std::cmp::Reverse(paid.on));
    let (mut skip, mut left) = (before.max(Yen::ZERO), yen);
    let mut days: Vec<(Date, Yen)> = Vec::new();
    let mut add = |on: Date, yen: Yen| match days.last_mut().filter(|(last, _)| *last == on) {
        Some((_, sum)) => *sum = Yen(sum.0.saturating_add(yen.0)),
        None if Yen::ZERO < yen => days.push((on, yen)),
        None => {}
    };
    for paid in newest {
        let skipped = paid.yen.min(skip);
        skip = minus(skip, skipped);
        let of = minus(paid.yen, skipped).min(left);
        left = minus(left, of);
        add(paid.on, of);
    }
    add(usual, left);
    days
}

/// Corrects the tax (更正). What is added behind the due date is due by itself: the day the row tells, or where that is not
/// behind the decision, the day a month has passed since; there is no charge for the days before. What is taken off takes its
/// charge with it, and a levy that is cancelled whole the fee of its reminder: what was paid of these is owed to the payer too.
/// Returns what has become too much.
///
/// Source: 地方税法 17条 (過納金), 17条の6, 321条の2第1項 (不足税額の納期限), 326条・369条・463条の24 (延滞金は納期限の翌日から).
///
/// # Errors
/// For a year whose rate is not held.
pub fn correct(
    rates: &Rates,
    held: &mut Instalment,
    posting: Posting<'_>,
    amount: Yen,
    due_on: Date,
) -> Result<Yen, Missing> {
    let mut after = held.clone();
    forget_gone(&mut after);
    let before = after.overpaid();
    let levied = after.levied(Part::Tax);
    let change = minus(amount, levied);
    let over_due = BusinessCalendar::published().business_day_on_or_after(after.last_due_on()) < posting.on;
    if Yen::ZERO < change && over_due {
        let own = own_due(rates, due_on, posting.on);
        if levied == Yen::ZERO {
            (after.due_on, after.reminder) = (own, None);
        } else {
            after.add_part(change, own);
        }
    } else if Yen::ZERO < change && !after.due_parts.is_empty() {
        after.add_part(change, after.last_due_on());
    } else if after.due_parts.is_empty() {
        after.due_on = due_on;
    }
    after.levy(posting, Part::Tax, change);
    if change < Yen::ZERO {
        after.reduce_parts(minus(Yen::ZERO, change));
        if amount == Yen::ZERO {
            let fee = after.levied(Part::Fee);
            after.levy(posting, Part::Fee, minus(Yen::ZERO, fee));
        }
        let met = after.open(Part::Tax) <= Yen::ZERO;
        let paid_on = after.last_paid_on();
        let last = if met {
            paid_on.unwrap_or(posting.on)
        } else {
            paid_on.max(Some(posting.on)).unwrap_or(posting.on)
        };
        let charge = charge_change(rates, &after, last)?.min(Yen::ZERO);
        after.levy(posting, Part::Delinquency, charge);
    }
    after.settle_due();
    *held = after;
    Ok(minus(held.overpaid(), before))
}

/// The due date of what is added behind a due date.
fn own_due(rates: &Rates, told: Date, decided_on: Date) -> Date {
    if decided_on < told {
        return told;
    }
    let own = after(period_end(decided_on, rates.arrears.increase_months));
    BusinessCalendar::published().business_day_on_or_after(own)
}

/// Takes back what a payment did to an instalment (収納の取消し). The charge goes by the payments that stay: where they meet the
/// tax it is that of their days, else what is owed of it is reckoned anew when the tax is paid; what was paid of it by another
/// payment, remitted or given up stays as it is. `false`, and nothing changed, when what was too much has been given back already.
///
/// # Errors
/// For a year whose rate is not held.
pub fn take_back(
    rates: &Rates,
    held: &mut Instalment,
    payment_no: &str,
    on: Date,
    year: FiscalYear,
) -> Result<bool, Missing> {
    let into_levy = |entry: &Entry| entry.cause == Cause::Charge && entry.credit != Account::Overpaid;
    let made: Vec<Entry> = held
        .book
        .entries()
        .iter()
        .filter(|entry| entry.reference == payment_no && entry.cause != Cause::Appropriation)
        .filter(|entry| !into_levy(entry))
        .cloned()
        .collect();
    if made.is_empty() {
        return Ok(true);
    }
    let over = made
        .iter()
        .filter(|entry| entry.credit == Account::Overpaid)
        .fold(0_i64, |sum, entry| sum.saturating_add(entry.yen.0));
    if held.overpaid().0 < over {
        return Ok(false);
    }
    let posting = Posting { on, year, cause: Cause::Cancellation, reference: payment_no };
    let mut after = held.clone();
    let by_number = after.tax_paid.iter().any(|paid| paid.reference == payment_no);
    after.tax_paid.retain(|paid| paid.reference != payment_no);
    for entry in made {
        let tax = entry.debit == Account::Unapplied && entry.part == Part::Tax;
        // What is owed may have been carried over since.
        let now = |account| match account {
            Account::Receivable | Account::Carried => after.debt(),
            other => other,
        };
        let (debit, credit) = (now(entry.credit), now(entry.debit));
        after.book.post(posting, debit, credit, entry.part, entry.yen);
        if tax && entry.credit != Account::Overpaid && !by_number {
            let of = |paid: &TaxPaid| paid.yen == entry.yen && paid.reference.is_empty();
            if let Some(at) = after.tax_paid.iter().position(of) {
                after.tax_paid.remove(at);
            }
        }
    }
    // What a correction made of the money was given back: who took it owes it, and no levy says so.
    if after.paid() < Yen::ZERO {
        return Ok(false);
    }
    let owed = after.open(Part::Delinquency);
    let given_up = after.book.balance(Account::WrittenOff, Some(Part::Tax));
    let met = after.open(Part::Tax) <= Yen::ZERO && given_up == Yen::ZERO;
    let change = match after.last_paid_on() {
        Some(last) if met && dated_whole(&after) => charge_change(rates, &after, last)?,
        _ if met => Yen::ZERO,
        _ => minus(Yen::ZERO, owed),
    };
    after.levy(posting, Part::Delinquency, change.max(minus(Yen::ZERO, owed)));
    after.settle_due();
    *held = after;
    Ok(true)
}
