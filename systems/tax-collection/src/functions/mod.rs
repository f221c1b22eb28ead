//! The functions (機能), one file each.

mod arrears;
mod clear;
mod closing;
mod inquiry;
mod levy_entry;
mod overpayments;
mod papers;
mod payment_controls;
mod payment_entry;
mod payments_import;
mod refund_results;
mod refunds;
mod reports;
mod suspense_settle;
mod transfer_apply;
mod transfer_letters;
mod transfer_request;
mod transfer_result;

pub(crate) use refund_results::{RefundDesk, not_yet};
pub(crate) use transfer_result::{Answered, ResultDesk};

use domain::{Date, RegisterDate};
use system::{Context, Finding, Function, Input, Place};

/// Every function, in the order of the function table.
pub(crate) fn all() -> Vec<Function> {
    let mut all = vec![
        reports::levies(),
        levy_entry::function(),
        payment_entry::function(),
        payments_import::function(),
        payment_controls::function(),
        clear::function(),
        transfer_apply::register(),
        transfer_apply::change(),
        transfer_request::function(),
        transfer_result::stop(),
        transfer_result::receive(),
        transfer_letters::paid(),
        transfer_letters::unable(),
        inquiry::accounts_function(),
        overpayments::list(),
        overpayments::appropriate(),
        refunds::prepare(),
        refunds::claim(),
        refunds::request(),
        refund_results::function(),
        inquiry::suspense(),
        suspense_settle::function(),
        papers::certificate(),
        papers::reissue(),
        inquiry::function(),
        reports::day_totals(),
        reports::statistics(),
    ];
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
