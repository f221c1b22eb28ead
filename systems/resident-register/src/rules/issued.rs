//! Movements that lie before a certificate was issued (D055): the paper out there says what no longer holds.

use domain::{RegisterDate, wareki};
use register::{Fault, ViewExt};

use crate::desk::Desk;
use crate::records::{Issuance, Person};

/// Tells of certificates that were issued after the day of the movement and before it was entered. Letters and spoilt
/// certificates are not told: nobody shows them to anybody.
///
/// Source: 住民記録システム標準仕様書 5.1.
pub(crate) fn warn(
    desk: &mut Desk<'_>,
    person: &Person,
    path: &str,
    event: Option<RegisterDate>,
) -> Result<(), Fault> {
    let Some(day) = event.and_then(|date| date.latest()) else { return Ok(()) };
    let compact = day.strftime("%Y%m%d").to_string();
    // An issue number begins with its day.
    let later =
        |one: &Issuance| one.issue_number.get(..8).is_some_and(|issued_on| compact.as_str() < issued_on);
    let numbers = shown(desk, person, later)?;
    if !numbers.is_empty() {
        desk.alert(
            "D055",
            path,
            "異動日",
            format!(
                "異動日{}より後に、{}さんの証明書を交付しています: {}。",
                wareki(day),
                person.called(),
                numbers.join("、")
            ),
            "交付した証明書の内容が、今の記載と違うことになります。返してもらう要否を確かめてください。",
        );
    }
    Ok(())
}

/// The same where rows of a person no longer hold (異動の取消し): of certificates on which one of these rows stands.
///
/// Source: 住民記録システム標準仕様書 4.6, 5.1.
pub(crate) fn warn_of_rows(
    desk: &mut Desk<'_>,
    person: &Person,
    path: &str,
    rows: &[u32],
) -> Result<(), Fault> {
    let of_them = |one: &Issuance| {
        let mut printed = one.persons.iter().zip(&one.rows);
        printed.any(|(no, row)| *no == person.addressee_no && rows.contains(row))
    };
    let numbers = shown(desk, person, of_them)?;
    if !numbers.is_empty() {
        desk.alert(
            "D055",
            path,
            "取り消す異動",
            format!(
                "取り消す異動の記載で、{}さんの証明書を交付しています: {}。",
                person.called(),
                numbers.join("、")
            ),
            "交付した証明書の内容が、取消しの後の記載と違うことになります。返してもらう要否を確かめてください。",
        );
    }
    Ok(())
}

/// Certificates of a person that somebody has in their hands, as a message names them.
fn shown(desk: &Desk<'_>, person: &Person, which: impl Fn(&Issuance) -> bool) -> Result<Vec<String>, Fault> {
    let issued = desk.view.load_by::<Issuance>("household_no", person.household_no.as_str())?;
    Ok(issued
        .into_iter()
        .map(|held| held.record)
        .filter(|one| {
            one.persons.contains(&person.addressee_no)
                && one.disposed.is_none()
                && one.request != Issuance::NOTICE
                && which(one)
        })
        .map(|one| format!("{}（{}）", one.certificate, one.issue_number))
        .collect())
}
