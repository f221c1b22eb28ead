//! The records of the system.

mod correction;
mod import;
mod known;
mod levy;
mod notice;
mod vehicle;

pub use correction::{CORRECTION, Correction, CorrectionState, REDUCTION, Reduction};
pub use import::{IMPORT_FILE, IMPORT_LINE, ImportFile, ImportLine, LineState};
pub use known::{
    ACCOUNT, ADDRESSEE, Account, Addressee, BALANCE, Balance, MAILING, Mailing, TAX_AGENT, TaxAgent,
};
pub use levy::{LEVY, LEVY_RUN, LEVY_TOTAL, Levy, LevyChange, LevyRun, LevyStep, LevyTotal, RunState};
pub use notice::{BUNDLE, Bundle, DELIVERY, Delivery, ISSUANCE, Issuance};
pub use vehicle::{Former, Holding, Plate, SERIAL, Serial, Source, VEHICLE, Vehicle};

pub(crate) use vehicle::spelled;

use register::Kind;

/// 税目 of this tax in keys and rows.
pub const TAX_ITEM: &str = "04";

/// 共通: what holds for every tax.
pub const ALL_ITEMS: &str = "00";

/// Every kind of the system.
pub fn kinds() -> Vec<&'static Kind> {
    vec![
        &ADDRESSEE,
        &MAILING,
        &TAX_AGENT,
        &ACCOUNT,
        &BALANCE,
        &VEHICLE,
        &SERIAL,
        &REDUCTION,
        &CORRECTION,
        &LEVY,
        &LEVY_RUN,
        &LEVY_TOTAL,
        &BUNDLE,
        &ISSUANCE,
        &DELIVERY,
        &IMPORT_FILE,
        &IMPORT_LINE,
    ]
}
