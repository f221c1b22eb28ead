//! What is wrong with the input of a calculation.

use domain::{BusinessCalendar, Date};
use system::Finding;

use super::rates::{HOLIDAYS, Missing};

/// The days the office is open, when the table holds the year.
pub(crate) fn calendar_of(day: Date) -> Result<&'static BusinessCalendar, Vec<Finding>> {
    let calendar = BusinessCalendar::published();
    let missing = Missing { table: HOLIDAYS, title: "休日", year: day.year() };
    if calendar.covers(day.year()) { Ok(calendar) } else { Err(vec![missing.finding()]) }
}

/// An amount must be zero or more and of twelve digits at most.
pub(crate) fn check_yen(findings: &mut Vec<Finding>, path: &str, item: &str, yen: i64) {
    if !(0..=domain::YEN_MAX).contains(&yen) {
        findings.push(Finding::error(
            "R002",
            path,
            item,
            format!("{item}が{yen}円です。0円以上、12桁までの金額ではありません。"),
            "金額を確かめてください。",
        ));
    }
}

/// A finding on days that do not follow one another.
pub(crate) fn disorder(path: &str, item: &str, message: String) -> Finding {
    Finding::error("R003", path, item, message, "日付を確かめてください。")
}

/// A fault of the program's own data.
pub(crate) fn fault(error: &register::Fault) -> Vec<Finding> {
    vec![Finding::error("R000", "", "割合", error.to_string(), "配布物を入れ直してください。")]
}
