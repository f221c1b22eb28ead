//! What the system takes from others (受入データ).

pub mod accounts;
pub mod non_residents;
pub mod protected;
pub mod query_answers;
pub mod residents;

use domain::AddresseeNo;
use system::{Incoming, Intake, RefusedRow};

/// The intakes of the system.
pub(crate) fn all() -> Vec<Intake> {
    vec![
        residents::RESIDENTS,
        protected::PROTECTED,
        accounts::ACCOUNTS,
        non_residents::NON_RESIDENTS,
        query_answers::QUERY_ANSWERS,
    ]
}

/// A row that is not applied, under the item that names what the row is about.
fn refusal(row: &Incoming<'_>, subject: &str, item: &str, message: String) -> RefusedRow {
    RefusedRow { subject: row.text(subject).to_owned(), item: item.to_owned(), message }
}

/// 宛名番号 of a row.
fn addressee_no(row: &Incoming<'_>, subject: &str) -> Result<AddresseeNo, RefusedRow> {
    AddresseeNo::parse(row.text("addressee_no"))
        .map_err(|error| refusal(row, subject, "addressee_no", error.to_string()))
}

/// 履歴番号 of a row, from 1.
fn history_no(row: &Incoming<'_>, subject: &str) -> Result<u32, RefusedRow> {
    row.history_no().map_err(|message| refusal(row, subject, "history_no", message))
}
