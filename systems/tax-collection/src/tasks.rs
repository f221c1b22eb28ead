//! What several functions and intakes share: closed years, overpayments, letters' addressees.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use domain::{Date, FiscalYear, Yen, period_end};
use register::{Fault, View, ViewExt};

use crate::drafts::Drafts;
use crate::records::{
    CLOSING, Case, Closing, Disposition, Instalment, Overpayment, OverpaymentState, RefundDays,
};
use crate::rules::{self, Extinction, Missing};

/// The account years that take no more movements.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closed(BTreeSet<FiscalYear>);

impl Closed {
    /// Reads them.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) fn read(view: &dyn View) -> Result<Self, Fault> {
        let mut years = BTreeSet::new();
        view.scan(&CLOSING, None, &mut |stored| {
            years.insert(stored.typed::<Closing>()?.record.year);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Self(years))
    }

    /// Whether a year is closed. Who closes a year closes those before.
    pub(crate) fn is(&self, year: FiscalYear) -> bool {
        self.0.last().is_some_and(|last| year <= *last)
    }

    /// The year itself, or the first open one behind it.
    pub(crate) fn open_from(&self, year: FiscalYear) -> FiscalYear {
        match self.0.last() {
            Some(last) if year <= *last => last.next(),
            _ => year,
        }
    }
}

/// Why the duty to pay a levy has ended by a day, and since when (納付義務の消滅): the one answer for whoever asks, takes or
/// certifies. None while it has not, and of what is not owed. Only who is old enough is looked at closely.
///
/// Source: 地方税法 15条の7第4項・第5項, 18条.
///
/// # Errors
/// When storage fails.
pub(crate) fn ended(
    view: &dyn View,
    held: &Instalment,
    on: Date,
) -> Result<Result<Option<Extinction>, Missing>, Fault> {
    if held.open_total() <= Yen::ZERO || on <= held.due_on {
        return Ok(Ok(None));
    }
    let rates = rules::rates()?;
    let case = view.load::<Case>(&held.addressee_no)?.map(|held| held.record);
    let young =
        rates.limitation_of(&held.tax_item).map(|period| on <= period_end(held.last_due_on(), period.months));
    match young {
        Err(missing) => return Ok(Err(missing)),
        // Nothing but a suspension ends a debt that is not old.
        Ok(true) if case.as_ref().is_none_or(|case| case.suspensions.is_empty()) => return Ok(Ok(None)),
        Ok(_) => {}
    }
    let done = view.load_by::<Disposition>("addressee_no", &held.addressee_no)?;
    let done: Vec<Disposition> = done.into_iter().map(|held| held.record).collect();
    Ok(rules::extinct(rates, held, case.as_ref(), &done, on))
}

/// What is too much on an instalment, on its way to become a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Over<'a> {
    pub(crate) yen: Yen,
    pub(crate) cause: rules::Cause,
    /// The payment, or the decision.
    pub(crate) reference: &'a str,
    pub(crate) found_on: Date,
    pub(crate) paid_on: Date,
    /// The days of the decision that made it too much.
    pub(crate) days: RefundDays,
}

/// The record of what is too much on an instalment, under the next number of it that is free.
///
/// # Errors
/// When storage fails.
pub(crate) fn overpaid(
    view: &dyn View,
    drafts: &mut Drafts<Overpayment>,
    held: &Instalment,
    over: Over<'_>,
) -> Result<(), Fault> {
    let mut no = 1_u32;
    let key = |no: u32| format!("{}-{no:02}", held.levy_key);
    while drafts.load(view, &key(no))?.is_some() {
        no = no.saturating_add(1);
    }
    drafts.put(found(key(no), held.levy_key.clone(), held.addressee_no.clone(), &over));
    Ok(())
}

/// What is too much, as it is found: of a levy, or of a payment that was for none.
pub(crate) fn found(
    overpayment_key: String,
    levy_key: String,
    addressee_no: String,
    over: &Over<'_>,
) -> Overpayment {
    Overpayment {
        overpayment_key,
        levy_key,
        addressee_no,
        yen: over.yen,
        reference: over.reference.to_owned(),
        cause: over.cause,
        found_on: over.found_on,
        paid_on: over.paid_on,
        days: over.days,
        state: OverpaymentState::Found,
        addition: Yen::ZERO,
        settled: Vec::new(),
        payee: None,
        entered_by: String::new(),
        requested_on: None,
        asked_on: None,
        failed_on: None,
    }
}
