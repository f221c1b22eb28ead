//! 口座振替結果の受取: what banks answer.

use domain::Date;
use register::{Fault, View};
use system::{Applied, Batch, Context, Intake, RefusedRow};

use super::Reading;
use crate::functions::{Answered, ResultDesk};

/// Results of account transfers (口座振替結果).
pub const TRANSFER_RESULTS: Intake = Intake {
    id: "tax-collection/transfer-results",
    title: "口座振替結果の受取",
    needs: &["customer_no", "amount", "result"],
    apply,
};

fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut desk = ResultDesk::of_files(view, context.today)?;
    let mut refused = Vec::new();
    for row in batch.rows {
        let reading = Reading::new(row, "customer_no");
        let read = debit_on(&reading, context.today).and_then(|debit_on| {
            let yen = reading.yen("amount", "振替金額")?;
            Ok(Answered { debit_on, customer_no: reading.subject(), yen, result: reading.text("result") })
        });
        match read {
            Err(refusal) => refused.push(refusal),
            Ok(answered) => {
                if let Err(why) = desk.take(&answered)? {
                    refused.push(reading.refuse("result", why));
                }
            }
        }
    }
    Ok(Applied { writes: desk.writes()?, refused })
}

/// 振替日: stated whole, or as the header of a bank's file has it, without its year (引落日、MMDD).
fn debit_on(reading: &Reading<'_>, today: Date) -> Result<Date, RefusedRow> {
    let day = reading.text("debit_day");
    if day.is_empty() || !reading.text("debit_on").is_empty() {
        return reading.needed_day("debit_on", "振替日");
    }
    newest(day, today)
        .ok_or_else(|| reading.refuse("debit_day", format!("引落日「{day}」は月日（MMDD）ではありません。")))
}

/// The newest day of that month and day up to today: a bank answers within weeks. The 29th of February is looked for in the four
/// years before, and the turn of a century besides.
fn newest(day: &str, today: Date) -> Option<Date> {
    let month = day.get(..2)?.parse().ok()?;
    let of_month = day.get(2..)?.parse().ok().filter(|_| day.len() == 4)?;
    let year = |back| Date::new(today.year().checked_sub(back)?, month, of_month).ok();
    (0..=8).filter_map(year).find(|found| *found <= today)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::newest;

    #[test]
    fn the_year_of_a_debit_day() {
        for (day, today, wanted) in [
            ("0601", date(2026, 6, 4), Some(date(2026, 6, 1))),
            ("0604", date(2026, 6, 4), Some(date(2026, 6, 4))),
            // The last day of the year is answered in January.
            ("1228", date(2027, 1, 5), Some(date(2026, 12, 28))),
            ("0229", date(2026, 3, 1), Some(date(2024, 2, 29))),
            ("0230", date(2026, 3, 1), None),
            ("1301", date(2026, 3, 1), None),
            ("601", date(2026, 6, 4), None),
            ("６月1", date(2026, 6, 4), None),
        ] {
            assert_eq!(newest(day, today), wanted, "{day} {today}");
        }
    }
}
