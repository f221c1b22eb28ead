//! The standards the program carries: linkage lists, function table, link files, layouts, calendar.
//!
//! `daicho init` writes them out as files a town edits; a running town reads only its own files.

use std::fs;
use std::path::Path;

use anyhow::Context;

/// One file the program carries.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// Path below a town's folder, such as `links/resident-to-addressee.toml`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! carried {
    ($($path:literal),+ $(,)?) => {
        &[$(Carried { path: $path, text: include_str!(concat!("../../standards/", $path)) }),+]
    };
}

/// All files, in the order they are written.
pub const CARRIED: &[Carried] = carried![
    "lists/city.tsv",
    "lists/town_a.tsv",
    "lists/kotoura_links.tsv",
    "lists/unit_links.tsv",
    "lists/systems.tsv",
    "lists/charset_words.tsv",
    "lists/vocabulary.tsv",
    "lists/derive.toml",
    "schemas/schemas.tsv",
    "schemas/items.tsv",
    "schemas/selection.tsv",
    "schemas/offers.tsv",
    "functions/unit_functions.tsv",
    "calendar/holidays.tsv",
    "links/account-to-light-vehicle-tax.toml",
    "links/account-to-tax-collection.toml",
    "links/addressee-to-light-vehicle-tax.toml",
    "links/addressee-to-tax-collection.toml",
    "links/balance-to-light-vehicle-tax.toml",
    "links/light-vehicle-tax-levy-to-tax-collection.toml",
    "links/mailing-to-light-vehicle-tax.toml",
    "links/mailing-to-tax-collection.toml",
    "links/support-measures-to-addressee.toml",
    "links/support-measures-to-electoral-roll.toml",
    "links/tax-agent-to-light-vehicle-tax.toml",
    "links/tax-agent-to-tax-collection.toml",
    "links/transfer-application-to-addressee.toml",
    "links/transfer-requests-to-banks.toml",
    "links/transfer-results-from-banks.toml",
    "links/payments-from-convenience-stores.toml",
    "links/payments-from-mpn.toml",
    "links/demands-to-mpn.toml",
    "links/demands-full-to-mpn.toml",
    "links/demands-to-convenience-stores.toml",
    "links/public-assistance-asks-light-vehicle-tax.toml",
    "links/refunds-to-accounting.toml",
    "links/refund-results-from-accounting.toml",
    "links/write-offs-to-accounting.toml",
    "links/payments-from-accounting.toml",
    "links/resident-asks-collection.toml",
    "links/queries-to-resident.toml",
    "links/queries-to-juki-net.toml",
    "links/query-answers-from-juki-net.toml",
    "links/query-answers-to-addressee.toml",
    "links/addressee-asks-resident.toml",
    "links/addressees-to-case-files.toml",
    "links/addressees-to-convenience-store.toml",
    "links/addressees-to-number-linkage.toml",
    "links/addressees-to-school-lunch.toml",
    "links/assessments-to-case-files.toml",
    "links/balances-to-case-files.toml",
    "links/collection-asks-light-vehicle-mailing.toml",
    "links/collection-asks-resident.toml",
    "links/demands-to-common-payment.toml",
    "links/holdings-to-oss.toml",
    "links/levy-totals-to-accounting.toml",
    "links/light-vehicle-payments-to-eltax.toml",
    "links/light-vehicle-payments-to-jnks.toml",
    "links/light-vehicle-tax-asks-resident.toml",
    "links/light-vehicle-tax-levy-full-to-tax-collection.toml",
    "links/non-resident-to-resident.toml",
    "links/payment-controls-from-eltax.toml",
    "links/payments-from-common-payment.toml",
    "links/payments-paid-from-eltax.toml",
    "links/payments-received-from-eltax.toml",
    "links/registrations-from-association.toml",
    "links/registrations-from-inspection-info.toml",
    "links/registrations-from-oss.toml",
    "links/slips-to-eltax.toml",
    "links/town-registrations-from-oss.toml",
    "links/write-offs-from-case-files.toml",
    "links/property-tax-asks-collection.toml",
    "links/inhabitant-tax-asks-collection.toml",
    "links/health-insurance-asks-collection.toml",
    "links/long-term-care-asks-collection.toml",
    "links/resident-to-addressee.toml",
    "links/resident-to-child-allowance.toml",
    "links/resident-to-electoral-roll.toml",
    "links/resident-changes-to-welfare.toml",
    "links/resident-full-to-welfare.toml",
    "links/resident-full-to-tax.toml",
    "links/child-allowance-asks-resident.toml",
    "links/resident-notices-to-juki-net.toml",
    "links/resident-notices-to-immigration.toml",
    "links/allowance-full-to-resident.toml",
    "links/allowance-to-resident.toml",
    "links/applications-from-number-linkage.toml",
    "links/applications-from-myna-portal.toml",
    "links/applications-to-resident.toml",
    "links/resident-to-integrated-addressee.toml",
    "links/non-resident-to-integrated-addressee.toml",
    "links/specific-personal-to-integrated-addressee.toml",
    "links/non-disclosure-to-integrated-addressee.toml",
    "links/copies-to-intermediate-server.toml",
    "links/addressee-numbers-to-intermediate-server.toml",
    "links/blocks-to-intermediate-server.toml",
    "links/inquiries-to-intermediate-server.toml",
    "links/results-from-intermediate-server.toml",
    "links/information-answers-from-intermediate-server.toml",
    "links/sign-requests-from-intermediate-server.toml",
    "links/sign-requests-to-resident.toml",
    "links/sign-requests-to-juki-net.toml",
    "links/intermediate-server-asks-resident.toml",
    "links/resident-asks-copy-results.toml",
    "links/addressee-to-application-management.toml",
    "links/certificate-serials-to-application-management.toml",
    "links/certificates-from-juki-net.toml",
    "links/codes-from-juki-net.toml",
    "links/health-insurance-to-resident.toml",
    "links/late-stage-to-resident.toml",
    "links/long-term-care-to-resident.toml",
    "links/move-in-notices-from-juki-net.toml",
    "links/notices-from-immigration.toml",
    "links/numbers-from-juki-net.toml",
    "links/pension-to-resident.toml",
    "links/resident-to-convenience-store.toml",
    "links/results-from-immigration.toml",
    "links/stops-to-convenience-store.toml",
    "links/town-allowance-to-resident.toml",
    "links/town-late-stage-to-resident.toml",
    "links/town-long-term-care-to-resident.toml",
    "links/wide-area-answers-to-juki-net.toml",
    "links/wide-area-requests-from-juki-net.toml",
    "links/town-certificates-from-juki-net.toml",
    "links/town-move-in-notices-from-juki-net.toml",
    "links/town-notices-from-immigration.toml",
    "links/town-numbers-from-juki-net.toml",
    "layouts/resident-utf16.toml",
    "layouts/resident-jef.toml",
    "layouts/juki-net-notice.toml",
    "layouts/immigration-notice.toml",
    "layouts/code-pool-in.toml",
    "layouts/consistency-in.toml",
    "layouts/convenience-payment-in.toml",
    "layouts/convenience-store-stop.toml",
    "layouts/convenience-store.toml",
    "layouts/immigration-notice-in.toml",
    "layouts/immigration-result-in.toml",
    "layouts/move-in-notice-in.toml",
    "layouts/mpn-payment-in.toml",
    "layouts/myna-application-in.toml",
    "layouts/move-out-certificate-in.toml",
    "layouts/number-answer-in.toml",
    "layouts/portal-application-in.toml",
    "layouts/qualification-in.toml",
    "layouts/wide-area-answer.toml",
    "layouts/wide-area-request-in.toml",
    "layouts/mpn-demand.toml",
    "layouts/accounting-refund.toml",
    "layouts/accounting-refund-result-in.toml",
    "layouts/accounting-write-off.toml",
    "layouts/accounting-payment-in.toml",
    "layouts/person-query.toml",
    "layouts/person-answer-in.toml",
    "layouts/accounting-levy-total.toml",
    "layouts/addressee-base.toml",
    "layouts/addressee-letters.toml",
    "layouts/case-addressee.toml",
    "layouts/case-assessment.toml",
    "layouts/case-balance.toml",
    "layouts/case-write-off-in.toml",
    "layouts/certificate-addressee.toml",
    "layouts/eltax-payment-control-in.toml",
    "layouts/eltax-payment-in.toml",
    "layouts/eltax-slip.toml",
    "layouts/light-vehicle-holding.toml",
    "layouts/light-vehicle-payment.toml",
    "layouts/light-vehicle-registration-in.toml",
    "layouts/zengin-transfer-request.toml",
    "layouts/zengin-transfer-result-in.toml",
    "layouts/intermediate-copy.toml",
    "layouts/intermediate-block.toml",
    "layouts/intermediate-number.toml",
    "layouts/intermediate-inquiry.toml",
    "layouts/intermediate-result-in.toml",
    "layouts/intermediate-answer-in.toml",
    "layouts/intermediate-sign-in.toml",
    "layouts/sign-request.toml",
    "layouts/juki-net-non-kanji.tsv",
];

/// The text of a carried file; empty when there is none of this path.
pub fn text(path: &str) -> &'static str {
    CARRIED.iter().find(|carried| carried.path == path).map_or("", |carried| carried.text)
}

/// Writes the carried files below a town's folder; a file that is already there is the town's own and stays.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_out(folder: &Path) -> anyhow::Result<()> {
    for carried in CARRIED {
        let path = folder.join(carried.path);
        if path.exists() {
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("{}を作れません", parent.display()))?;
        }
        fs::write(&path, carried.text).with_context(|| format!("{}に書けません", path.display()))?;
    }
    Ok(())
}
