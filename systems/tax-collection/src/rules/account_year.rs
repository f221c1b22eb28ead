//! Into which account year money counts (会計年度の所属).

use domain::{Date, FiscalYear};

/// The account year of money that came in on a day for a levy.
///
/// Money for a levy of the year that has ended counts into that year as long as its accounts are open: to 31 May. What was
/// carried over, and what is not known, counts into the year of the day, but never into one before the levy's own (見込納付). A
/// year that is closed takes nothing more: `open_from` gives the year itself, or the first open one behind it.
///
/// Source: 地方自治法 235条の5 (出納整理期間), 地方自治法施行令 142条.
pub fn account_year(
    received_on: Date,
    levy_year: Option<FiscalYear>,
    carried: bool,
    open_from: impl Fn(FiscalYear) -> FiscalYear,
) -> FiscalYear {
    let year = FiscalYear::of(received_on);
    let ended = year.previous();
    let open_still = received_on.month() < 6 && 4 <= received_on.month();
    if levy_year == Some(ended) && !carried && open_still && open_from(ended) == ended {
        return ended;
    }
    open_from(levy_year.map_or(year, |levy_year| levy_year.max(year)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn money_of_april_and_may_counts_into_the_year_it_was_levied_in() {
        for (received, levied, carried, closed, wanted) in [
            (date(2026, 5, 31), Some(2025), false, None, 2025),
            (date(2026, 4, 1), Some(2025), false, None, 2025),
            // June is past it, and so is March before it.
            (date(2026, 6, 1), Some(2025), false, None, 2026),
            (date(2026, 3, 31), Some(2025), false, None, 2025),
            (date(2027, 3, 31), Some(2025), false, None, 2026),
            // Of the running year, of what was carried over, of nobody knows what.
            (date(2026, 5, 31), Some(2026), false, None, 2026),
            (date(2026, 5, 31), Some(2025), true, None, 2026),
            (date(2026, 5, 31), None, false, None, 2026),
            // Closed: the first year that is open, however late the money is told of.
            (date(2026, 5, 31), Some(2025), false, Some(2025), 2026),
            (date(2026, 3, 31), Some(2025), false, Some(2025), 2026),
            (date(2024, 8, 1), Some(2024), false, Some(2025), 2026),
            (date(2024, 5, 1), Some(2023), false, Some(2025), 2026),
            (date(2020, 8, 1), None, false, Some(2025), 2026),
            (date(2026, 8, 1), Some(2025), true, Some(2025), 2026),
            // Paid before the year it is levied in has begun.
            (date(2026, 3, 31), Some(2026), false, None, 2026),
            (date(2026, 3, 31), Some(2026), false, Some(2025), 2026),
            (date(2026, 3, 31), Some(2027), false, None, 2027),
        ] {
            let open_from = |year: FiscalYear| match closed {
                Some(closed) if year.0 <= closed => FiscalYear(closed + 1),
                _ => year,
            };
            let got = account_year(received, levied.map(FiscalYear), carried, open_from);
            assert_eq!(got, FiscalYear(wanted), "{received} {levied:?} {carried} {closed:?}");
        }
    }
}
