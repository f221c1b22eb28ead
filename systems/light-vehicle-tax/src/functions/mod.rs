//! The functions, one per file.

pub(crate) mod change;
pub(crate) mod change_notice;
pub(crate) mod correction;
pub(crate) mod details;
pub(crate) mod holdings;
pub(crate) mod import;
pub(crate) mod import_settle;
pub mod initial_levy;
pub(crate) mod inquiry;
pub(crate) mod inspection_certificate;
pub(crate) mod letters;
pub(crate) mod mailing;
pub mod notice_order;
pub(crate) mod notice_print;
pub(crate) mod proof;
pub(crate) mod reduction;
pub(crate) mod register;
pub(crate) mod reissue;
pub(crate) mod scrap;
pub(crate) mod tax_change;
pub(crate) mod totals;

use system::Function;

/// Every function, in the order of the function table.
pub(crate) fn functions() -> Vec<Function> {
    vec![
        register::function(),
        import::all(),
        import::list(),
        import_settle::function(),
        change::function(),
        import::changes(),
        scrap::function(),
        scrap::undo(),
        import::scraps(),
        details::function(),
        proof::function(),
        initial_levy::function(),
        notice_order::function(),
        notice_print::function(),
        correction::function(),
        correction::withdraw(),
        correction::list(),
        reduction::function(),
        reduction::end(),
        tax_change::one(),
        tax_change::all(),
        change_notice::function(),
        totals::function(),
        inspection_certificate::function(),
        reissue::function(),
        letters::function(),
        holdings::function(),
        mailing::inquiry(),
        mailing::refresh(),
        inquiry::function(),
    ]
}
