//! The functions (機能), one file each.

pub(crate) mod birth;
pub(crate) mod death;
mod discard;
mod finalize;
pub(crate) mod forms;
pub(crate) mod head_change;
pub(crate) mod history;
mod household;
mod issue_copy;
pub(crate) mod items;
pub(crate) mod move_in;
pub(crate) mod move_out;
mod move_out_day;
pub(crate) mod move_within;
mod person;
mod protected_person;
mod provisional_list;
mod search;
mod show_number;
mod support_apply;
mod support_decide;
mod support_end;
mod support_extend;
mod support_forward;
mod support_list;
mod support_release;
mod suppression_end;
mod suppression_list;
mod suppression_release;
mod suppression_set;

use system::Function;

/// Every function, in the order of the function table.
pub(crate) fn all() -> Vec<Function> {
    vec![
        move_in::function(),
        birth::function(),
        move_out::function(),
        move_out_day::function(),
        death::function(),
        move_within::function(),
        head_change::function(),
        provisional_list::function(),
        finalize::function(),
        discard::function(),
        search::function(),
        person::function(),
        household::function(),
        history::function(),
        show_number::function(),
        issue_copy::function(),
        suppression_set::function(),
        suppression_release::function(),
        suppression_end::function(),
        suppression_list::function(),
        support_apply::function(),
        support_decide::function(),
        support_extend::function(),
        support_end::function(),
        support_forward::function(),
        support_release::function(),
        support_list::function(),
        protected_person::function(),
    ]
}
