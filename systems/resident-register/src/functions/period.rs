//! The days a list is asked for (期間).

use domain::{Date, RegisterDate, wareki};
use system::{Finding, Input};

/// `from` and `to` of an input. Today alone when neither stands there, unless the list is asked for by a person; one day when
/// only `from` does. D050 when the end is before the beginning; `title` names the days in it.
pub(crate) fn stated(
    input: &Input,
    by_person: bool,
    today: Date,
    title: &str,
) -> Result<(Option<Date>, Option<Date>), Box<Finding>> {
    let day = |name: &str| input.text(name).parse::<RegisterDate>().ok().and_then(|date| date.known());
    let (from, to) = match (day("from"), day("to")) {
        (None, None) if !by_person => (Some(today), Some(today)),
        (Some(from), None) => (Some(from), Some(from)),
        stated => stated,
    };
    match (from, to) {
        (Some(from), Some(to)) if to < from => Err(Box::new(Finding::error(
            "D050",
            "to",
            title,
            format!("{title}の終わり{}が、始まり{}より前です。", wareki(to), wareki(from)),
            &format!("{title}を確かめてください。"),
        ))),
        stated => Ok(stated),
    }
}
