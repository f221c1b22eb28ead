//! What a payment does to an instalment (消込), and what takes it back.

use domain::{BusinessCalendar, Date, FiscalYear, Yen};

use super::appropriate::{Parts, clear};
use super::delinquency::{Deferment, Exempted, Late, Part as PartPaid, charge};
use super::rates::{Missing, Rates};
use crate::records::{Account, Cause, Instalment, Part, Posting, TaxPaid};

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
    /// What was too much.
    pub over: Yen,
    /// The charge that was fixed by it.
    pub charged: Yen,
}

/// The charge on an instalment as of a day (延滞金), whatever of it was fixed already.
///
/// # Errors
/// For a year whose rate is not held.
pub fn charge_to(rates: &Rates, held: &Instalment, on: Date) -> Result<Yen, Missing> {
    let late = Late {
        tax: held.levied(Part::Tax),
        due_on: held.due_on,
        paid_on: on,
        payments: held.tax_paid.iter().map(|paid| PartPaid { on: paid.on, yen: paid.yen }).collect(),
        deferments: held
            .deferments
            .iter()
            .map(|days| Deferment {
                from: days.from,
                to: days.to,
                exempted: if days.all { Exempted::All } else { Exempted::Part },
            })
            .collect(),
        mode: None,
    };
    Ok(charge(rates, BusinessCalendar::published(), &late)?.total)
}

/// What of the charge is not levied yet as of a day, what was remitted left out.
///
/// # Errors
/// For a year whose rate is not held.
pub fn charge_missing(rates: &Rates, held: &Instalment, on: Date) -> Result<Yen, Missing> {
    let remitted = held
        .book
        .entries()
        .iter()
        .filter(|entry| entry.cause == Cause::Remission && entry.part == Part::Delinquency);
    let remitted = remitted.fold(0_i64, |sum, entry| match entry.debit {
        Account::Levied => sum.saturating_add(entry.yen.0),
        _ => sum.saturating_sub(entry.yen.0),
    });
    let levied = held.levied(Part::Delinquency).0.saturating_add(remitted);
    Ok(Yen(charge_to(rates, held, on)?.0.saturating_sub(levied).max(0)))
}

/// Puts money to an instalment: costs first, then in the municipality's order. When it meets all of the tax behind the due
/// date, the charge is fixed and what is left of the money goes to it. What is too much is owed to the payer.
///
/// Source: 地方税法 14条の5, 20条の9の4; 17条 (過誤納金).
///
/// # Errors
/// For a year whose rate is not held; nothing was changed then.
pub fn put(rates: &Rates, held: &mut Instalment, money: Money<'_>) -> Result<Cleared, Missing> {
    let Money { reference, yen, paid_on, on, year, cause } = money;
    let posting = Posting { on, year, cause, reference };
    let open = held.open_parts();
    let ahead = Yen(open.tax.0.saturating_add(open.costs.0));
    let mut charged = Yen::ZERO;
    if Yen::ZERO < open.tax && ahead <= yen && held.due_on < paid_on {
        charged = charge_missing(rates, held, paid_on)?;
        held.levy(Posting { cause: Cause::Charge, ..posting }, Part::Delinquency, charged);
    }
    let (parts, over) = clear(&rates.clearing.order, yen, held.open_parts());
    let debt = held.debt();
    for (part, yen) in [
        (Part::Costs, parts.costs),
        (Part::Tax, parts.tax),
        (Part::Fee, parts.fee),
        (Part::Delinquency, parts.delinquency),
    ] {
        held.book.post(posting, Account::Unapplied, debt, part, yen);
    }
    held.book.post(posting, Account::Unapplied, Account::Overpaid, Part::Tax, over);
    if Yen::ZERO < parts.tax {
        held.tax_paid.push(TaxPaid { on: paid_on, yen: parts.tax });
    }
    held.settle_preliminary(reference);
    Ok(Cleared { parts, over, charged })
}

/// Takes back what a payment did to an instalment (収納の取消し); of the charge it fixed, what is still owed: what was paid by
/// another payment, remitted or given up stays as it is and counts against the charge of later days. `false`, and nothing changed, when what was too much has
/// been given back already.
pub fn take_back(held: &mut Instalment, payment_no: &str, on: Date, year: FiscalYear) -> bool {
    let mut made: Vec<_> = held
        .book
        .entries()
        .iter()
        .filter(|entry| entry.reference == payment_no && entry.cause != Cause::Appropriation)
        .cloned()
        .collect();
    made.sort_by_key(|entry| entry.cause == Cause::Charge);
    let over = made
        .iter()
        .filter(|entry| entry.credit == Account::Overpaid)
        .fold(0_i64, |sum, entry| sum.saturating_add(entry.yen.0));
    if held.overpaid().0 < over {
        return false;
    }
    let posting = Posting { on, year, cause: Cause::Cancellation, reference: payment_no };
    let before = held.clone();
    for entry in made {
        let tax = entry.debit == Account::Unapplied && entry.part == Part::Tax;
        // What is owed may have been carried over since.
        let now = |account| match account {
            Account::Receivable | Account::Carried => held.debt(),
            other => other,
        };
        let (debit, credit) = (now(entry.credit), now(entry.debit));
        let owed = held.open(entry.part).max(Yen::ZERO);
        let yen = if entry.cause == Cause::Charge { entry.yen.min(owed) } else { entry.yen };
        held.book.post(posting, debit, credit, entry.part, yen);
        if tax && entry.credit != Account::Overpaid {
            let paid = held.tax_paid.iter().position(|paid| paid.yen == entry.yen);
            if let Some(at) = paid {
                held.tax_paid.remove(at);
            }
        }
    }
    // What a correction made of the money was given back: who took it owes it, and no levy says so.
    if held.paid() < Yen::ZERO {
        *held = before;
        return false;
    }
    true
}
