//! Rules over values: days and rates of the delinquency charge, additions to refunds, the order in which money clears.

mod account_year;
mod addition;
mod appropriate;
mod arrears;
mod banks;
mod book;
mod client;
mod codes;
pub(crate) mod days;
mod delinquency;
mod limitation;
mod rates;
mod shape;
mod slip;

use system::Calculation;

pub use account_year::account_year;
pub use addition::{Addition, Cause, Overpaid, addition};
pub use appropriate::{Appropriated, Class, Debt, Parts, appropriate, clear};
pub use arrears::{
    AT_ONCE, BY_LIMITATION, BY_SUSPENSION, Extinction, Promise, demand_due, extinct, fails_again, kept,
    not_given_up, not_reminded, not_seizable, owed_on, paid_between, seizable_from,
};
pub use banks::branch_is_open;
pub use book::{Cleared, Money, charge_missing, charge_to, correct, put, put_astray, surplus, take_back};
pub use client::{TransferClient, client_of};
pub(crate) use codes::objection;
pub use codes::{
    Codes, DEFERMENT_REASONS, DemandStage, RELEASE_REASONS, REMISSION_REASONS, SUSPENSION_REASONS,
    WRITE_OFF_REASONS, appropriation_class, deferment_exempts_all, demand_stages, release_renews,
    transfer_result,
};
pub use delinquency::{Charge, Deferment, Exempted, Late, Part, Segment, charge};
pub use limitation::{Event, Limitation, Mark, events, limitation, limitation_of};
pub use rates::{Missing, Rates, RoundingMode, rates};

/// What can be calculated without a register.
pub(crate) fn calculations() -> Vec<Calculation> {
    vec![
        delinquency::CALCULATION,
        addition::CALCULATION,
        appropriate::CALCULATION,
        appropriate::CLEARING,
        limitation::CALCULATION,
    ]
}
pub use slip::{NotOfSlip, against_slip, levy_key_of};
