//! What several functions and intakes share: closed years, overpayments, letters' addressees.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use domain::{Date, FiscalYear, Yen};
use register::{Fault, View};

use crate::records::{CLOSING, Closing, Instalment, Overpayment, OverpaymentState};
use crate::rules;

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

/// The record of what is too much on an instalment; `before` counts those found in the same decision.
///
/// # Errors
/// When storage fails.
pub(crate) fn overpaid(
    view: &dyn View,
    held: &Instalment,
    yen: Yen,
    cause: rules::Cause,
    found_on: Date,
    paid_on: Date,
    before: usize,
) -> Result<Overpayment, Fault> {
    let mut no = before.saturating_add(1);
    let key = |no: usize| format!("{}-{no:02}", held.levy_key);
    while view.get(&crate::records::OVERPAYMENT, &key(no))?.is_some() {
        no = no.saturating_add(1);
    }
    Ok(Overpayment {
        overpayment_key: key(no),
        levy_key: held.levy_key.clone(),
        addressee_no: held.addressee_no.clone(),
        yen,
        cause,
        found_on,
        paid_on,
        state: OverpaymentState::Found,
        addition: Yen::ZERO,
        settled: Vec::new(),
        payee: None,
        requested_on: None,
    })
}
