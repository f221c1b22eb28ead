//! The functions (機能), one file each.

pub(crate) mod birth;
pub(crate) mod cancel;
pub(crate) mod corrected;
pub(crate) mod correction;
pub(crate) mod death;
mod discard;
pub(crate) mod ex_officio_deletion;
mod finalize;
pub(crate) mod forms;
pub(crate) mod head_change;
pub(crate) mod history;
mod history_extract;
mod household;
pub(crate) mod household_change;
mod issue_copy;
pub(crate) mod items;
pub(crate) mod move_in;
pub(crate) mod move_in_notice;
pub(crate) mod move_out;
mod move_out_day;
pub(crate) mod move_within;
pub(crate) mod names;
pub(crate) mod nationality;
pub(crate) mod number_change;
mod person;
mod provisional_list;
pub(crate) mod renewal;
mod search;
mod show_number;
mod statistics;
mod statistics_age;
mod statistics_migration;
mod statistics_population;

use system::Function;

/// Every function, in the order of the function table.
pub(crate) fn all() -> Vec<Function> {
    vec![
        move_in::function(),
        birth::function(),
        move_in::ex_officio_entry(),
        move_out::function(),
        move_out_day::function(),
        move_in_notice::function(),
        death::function(),
        move_within::function(),
        head_change::function(),
        household_change::function(),
        ex_officio_deletion::function(),
        correction::function(),
        names::former_name(),
        names::alias(),
        nationality::function(),
        number_change::function(),
        renewal::function(),
        cancel::function(),
        provisional_list::function(),
        finalize::function(),
        discard::function(),
        search::function(),
        person::function(),
        household::function(),
        history::function(),
        show_number::function(),
        issue_copy::function(),
        statistics_population::annual_report(),
        statistics_migration::function(),
        statistics_population::function(),
        statistics_age::function(),
        history_extract::function(),
    ]
}
