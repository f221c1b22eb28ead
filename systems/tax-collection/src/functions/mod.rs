//! The functions (機能), one file each.

mod arrears;
mod clear;
mod closing;
mod payment_entry;
mod payments_import;

use domain::{Date, RegisterDate};
use system::{Context, Finding, Function, Input, Place};

/// Every function, in the order of the function table.
pub(crate) fn all() -> Vec<Function> {
    let mut all = vec![payment_entry::function(), payments_import::function(), clear::function()];
    all.extend(arrears::all());
    all.extend(closing::all());
    all
}

/// A row of the unit 収滞納管理 in the function table.
const fn place(level1: &'static str, level2: &'static str, level3: &'static str) -> Option<Place> {
    Some(Place { unit: "収滞納管理", level1, level2, level3 })
}

/// A day of an input that has passed its form; none when blank.
fn day(input: &Input, name: &str) -> Option<Date> {
    input.text(name).parse::<RegisterDate>().ok().and_then(|date| date.known())
}

/// A day of an input, or today.
fn day_or_today(input: &Input, name: &str, context: &Context<'_>) -> Date {
    day(input, name).unwrap_or(context.today)
}

/// The finding for an instalment nobody levied.
fn no_levy(path: &str, key: &str) -> Finding {
    Finding::error(
        "TXC01",
        path,
        "期別",
        format!("調定番号「{key}」の期別はありません。"),
        "収滞納情報照会で、税目・年度・通知書番号・期を確かめてください。",
    )
}
