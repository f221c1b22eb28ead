//! How a row moves somebody on the roll (異動): one table.

use domain::Date;

use super::{Law, period_end};
use crate::records::{LeaveReason, Mark, Removal, RemovalReason, Standing};

/// What a row of the resident register means for the roll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A Japanese resident.
    Resident,
    /// A Japanese who left.
    Left(LeaveReason, Date),
    /// Somebody the roll has no place for any more.
    Gone(RemovalReason),
}

/// Where somebody stands after a row.
///
/// Nobody is registered by a row: that is the regular registration's. Who is on the roll and leaves is marked and stays
/// four months; who comes back in that time is as before; death and the loss of nationality remove at once.
///
/// Source: 公職選挙法 art. 27(1) (表示), 28 (抹消).
pub fn next(law: &Law, held: Option<Standing>, arrival: Arrival, today: Date) -> Standing {
    let mark = |reason, left_on| Mark { reason, left_on, remove_from: remove_from(law, left_on) };
    match (held.unwrap_or(Standing::Outside), arrival) {
        (Standing::Outside | Standing::Candidate | Standing::Removed { .. }, Arrival::Resident) => {
            Standing::Candidate
        }
        (Standing::Outside | Standing::Candidate, Arrival::Left(_, left_on)) => {
            if today < remove_from(law, left_on) { Standing::Candidate } else { Standing::Outside }
        }
        (Standing::Outside | Standing::Candidate, Arrival::Gone(_)) => Standing::Outside,
        (Standing::Registered { registration } | Standing::Marked { registration, .. }, arrival) => {
            match arrival {
                Arrival::Resident => Standing::Registered { registration },
                Arrival::Left(reason, left_on) => {
                    Standing::Marked { registration, mark: mark(reason, left_on) }
                }
                Arrival::Gone(reason) => {
                    Standing::Removed { registration, removal: Removal { reason, removed_on: today } }
                }
            }
        }
        (removed @ Standing::Removed { .. }, Arrival::Left(..) | Arrival::Gone(_)) => removed,
    }
}

/// The first day a mark is to end in removal: four months have passed then.
fn remove_from(law: &Law, left_on: Date) -> Date {
    period_end(left_on, law.mark_months).tomorrow().unwrap_or(Date::MAX)
}
