//! What this system takes from others (受入データ).

mod known;
mod portal;

pub use known::{CERTIFICATES, RESIDENTS};
pub use portal::PORTAL;

use system::{Incoming, Intake, RefusedRow};

/// The intakes of the system.
pub(crate) fn all() -> Vec<Intake> {
    vec![PORTAL, RESIDENTS, CERTIFICATES]
}

/// A row that is not taken.
fn refusal(row: &Incoming<'_>, subject: &str, item: &str, message: String) -> RefusedRow {
    let subject = row.text(subject).chars().take(60).collect();
    RefusedRow { subject, item: item.to_owned(), message }
}
