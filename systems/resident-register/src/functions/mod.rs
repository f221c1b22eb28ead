//! The functions (機能), one file each.

pub(crate) mod applications;
pub(crate) mod birth;
mod bulk_address;
pub(crate) mod cancel;
mod consistency;
pub(crate) mod corrected;
pub(crate) mod correction;
pub(crate) mod death;
mod discard;
pub(crate) mod ex_officio_deletion;
mod finalize;
mod former_archive;
pub(crate) mod forms;
pub(crate) mod head_change;
pub(crate) mod history;
mod history_extract;
mod household;
pub(crate) mod household_change;
mod inspection_list;
mod inspection_status;
mod issuance_dispose;
mod issuance_list;
mod issue_copies;
mod issue_copy;
mod issue_former_copy;
mod issue_items;
mod issue_letter;
mod issue_move_out;
pub(crate) mod items;
pub(crate) mod member_order;
mod memo;
pub(crate) mod move_in;
pub(crate) mod move_in_notice;
pub(crate) mod move_out;
mod move_out_day;
pub(crate) mod move_within;
pub(crate) mod names;
pub(crate) mod nationality;
mod notice_list;
mod notice_numbers;
mod notice_resend;
pub(crate) mod number_answer;
pub(crate) mod number_change;
mod period;
mod person;
mod protected_person;
mod provisional_list;
mod received_list;
pub(crate) mod renewal;
mod residence_report;
mod search;
mod search_number;
mod show_number;
mod statistics;
mod statistics_age;
mod statistics_migration;
mod statistics_population;
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
mod transfer;
mod transfer_print;
mod watch_list;
mod wide_area_issue;

use system::Function;

/// Every function, in the order of the function table.
pub(crate) fn all() -> Vec<Function> {
    vec![
        move_in::function(),
        transfer::receive(),
        transfer::list(),
        transfer_print::function(),
        applications::import(),
        applications::list(),
        applications::open(),
        applications::end(),
        birth::function(),
        move_in::ex_officio_entry(),
        move_out::function(),
        move_out_day::function(),
        transfer::erase(),
        received_list::list(),
        received_list::discard(),
        move_in_notice::function(),
        death::function(),
        move_within::function(),
        head_change::function(),
        household_change::function(),
        member_order::function(),
        ex_officio_deletion::function(),
        nationality::function(),
        correction::function(),
        names::former_name(),
        names::alias(),
        number_change::function(),
        renewal::function(),
        cancel::function(),
        bulk_address::function(),
        provisional_list::function(),
        watch_list::function(),
        finalize::function(),
        discard::function(),
        search::function(),
        search_number::function(),
        person::function(),
        household::function(),
        history::function(),
        memo::function(),
        memo::history(),
        show_number::function(),
        notice_list::function(),
        notice_resend::resend(),
        notice_resend::complete(),
        notice_numbers::function(),
        number_answer::function(),
        issue_copy::function(),
        issue_copies::function(),
        issue_former_copy::function(),
        issue_items::of_residents(),
        issue_items::of_former(),
        issue_move_out::certificate(),
        issue_move_out::substitute(),
        issue_letter::function(),
        issuance_list::function(),
        issuance_dispose::function(),
        inspection_list::function(),
        inspection_status::function(),
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
        former_archive::archive(),
        former_archive::note(),
        statistics_population::annual_report(),
        statistics_migration::function(),
        residence_report::function(),
        statistics_population::function(),
        statistics_age::function(),
        history_extract::function(),
        consistency::list(),
        consistency::settle(),
        consistency::again(),
        wide_area_issue::function(),
        crate::passed_on::request_codes(),
    ]
}
