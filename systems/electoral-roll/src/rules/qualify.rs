//! Who qualifies for the roll, and from when (被登録資格).

use domain::{Date, RegisterDate};

use super::{Law, period_end};
use crate::records::Facts;

/// Whether somebody may be registered on a base date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualified {
    /// Certainly.
    Yes,
    /// Certainly not.
    No,
    /// A date unknown in part leaves it open: for a person to decide.
    Unclear,
}

/// The day the voting age is attained at the latest reading of the birth date; none when nothing is known of it.
///
/// Source: 公職選挙法 art. 9; 年齢計算ニ関する法律 (the day before the birthday).
pub fn attains_on(law: &Law, birth: &RegisterDate) -> Option<Date> {
    birth.latest().map(|birth| domain::attains_on(birth, law.age_years))
}

/// The first day somebody who stays qualifies on (資格取得日), at the latest reading of both dates.
///
/// Source: 公職選挙法 art. 21(1).
pub fn qualifies_from(law: &Law, birth: &RegisterDate, counted_from: Option<&RegisterDate>) -> Option<Date> {
    let settled_on = period_end(counted_from?.latest()?, law.residence_months);
    Some(attains_on(law, birth)?.max(settled_on))
}

/// Whether somebody may be registered on a base date, having stayed or left.
///
/// Who left after three months may still be registered here for four months, because the new place cannot yet.
///
/// Source: 公職選挙法 art. 21(1), 21(2).
pub fn qualifies_on(law: &Law, facts: &Facts, base_date: Date) -> Qualified {
    let certain = on_reading(law, facts, base_date, RegisterDate::latest);
    let possible = on_reading(law, facts, base_date, RegisterDate::earliest);
    match (certain, possible) {
        (Some(true), _) => Qualified::Yes,
        (_, Some(false)) => Qualified::No,
        _ => Qualified::Unclear,
    }
}

/// Whether somebody who left can certainly not be registered here any more: gone before the months of residence were
/// full, or too young until the four months are over.
///
/// Source: 公職選挙法 art. 21(2).
pub fn is_past(law: &Law, facts: &Facts) -> bool {
    let Some(left_on) = facts.left_on else { return false };
    let settled_on = facts.counted_from.as_ref().and_then(RegisterDate::earliest);
    let short = settled_on.is_some_and(|from| left_on < period_end(from, law.residence_months));
    let born = facts.birth_date.earliest();
    let young = born
        .is_some_and(|born| period_end(left_on, law.mark_months) < domain::attains_on(born, law.age_years));
    short || young
}

/// The answer when every date is read at one end; none when a date has no such end.
fn on_reading(
    law: &Law,
    facts: &Facts,
    base_date: Date,
    end: fn(&RegisterDate) -> Option<Date>,
) -> Option<bool> {
    let of_age = end(&facts.birth_date).map(|birth| domain::attains_on(birth, law.age_years) <= base_date);
    let settled_on =
        facts.counted_from.as_ref().and_then(end).map(|from| period_end(from, law.residence_months));
    let settled = settled_on.map(|settled_on| match facts.left_on {
        None => settled_on <= base_date,
        Some(left_on) => {
            // Still living here on the base date, or gone no more than four months.
            settled_on <= left_on.min(base_date) && base_date <= period_end(left_on, law.mark_months)
        }
    });
    match (of_age, settled) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}
