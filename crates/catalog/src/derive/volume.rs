//! How many rows one run of a link may have to carry, by what its rows say.

use crate::{Extent, LinkRow, Timing};

/// The largest number of rows of one run (1回の件数), when any row states a figure.
///
/// A figure by the day grows with the days between two runs, and says nothing of one run of many a day. Differences of
/// several functions add up; a full extract is as large as its largest statement.
pub(crate) fn rows_per_run<'a>(
    rows: impl IntoIterator<Item = &'a LinkRow>,
    timing: Timing,
    extent: Extent,
) -> Option<u32> {
    let (days, months) = match timing {
        Timing::OnChange | Timing::EveryMinutes(_) | Timing::Within { .. } => (0, 0),
        Timing::Daily { .. } | Timing::ByHand | Timing::OnRequest => (1, 1),
        Timing::Weekly { .. } => (7, 1),
        Timing::Monthly { .. } | Timing::MonthlyWeekday { .. } => (31, 1),
        Timing::Yearly { .. } => (366, 12),
    };
    let figures = rows.into_iter().filter_map(|row| {
        let volume = row.volume.as_ref()?;
        let times = match volume.per.as_str() {
            "日" if extent == Extent::Difference => days,
            "月" if extent == Extent::Difference => months,
            _ => 1,
        };
        volume.max.map(|max| max.saturating_mul(times)).filter(|run| 0 < *run)
    });
    match extent {
        Extent::Difference => figures.reduce(u32::saturating_add),
        Extent::Full => figures.max(),
    }
}
