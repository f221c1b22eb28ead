//! For whom a machine prints no certificate (証明書自動交付の停止), and who is protected.

use std::collections::BTreeSet;

use domain::{AddresseeNo, Date, HouseholdNo};
use register::{Fault, View, ViewExt, Write};

use crate::records::{
    CertificateStop, Household, Person, ProtectedPerson, SuppressedProcess, Suppression, SuppressionLevel,
    SuppressionStatus,
};

/// Whether a support measure protects somebody, decided or provisional.
pub(crate) fn is_protected(view: &dyn View, no: AddresseeNo) -> Result<bool, Fault> {
    Ok(view.load::<ProtectedPerson>(no.as_str())?.is_some_and(|held| held.record.is_protected()))
}

/// Whether certificates of a person are stopped: by a measure, or by a suppression of the person or the household. An alert
/// stops a machine, too: nobody is there to read it. A temporary release is a clerk's and lets no machine print; a
/// suppression counts from the day it is entered, before the day it begins.
///
/// Source: 住民記録システム標準仕様書 3.1, 3.2.
pub(crate) fn is_stopped(view: &dyn View, person: &Person) -> Result<bool, Fault> {
    if is_protected(view, person.addressee_no)? {
        return Ok(true);
    }
    let own = view.load_by::<Suppression>("addressee_no", person.addressee_no.as_str())?;
    let of_household = view.load_by::<Suppression>("household_no", person.household_no.as_str())?;
    Ok(own.into_iter().chain(of_household).any(|held| stops(&held.record)))
}

fn stops(one: &Suppression) -> bool {
    one.status == SuppressionStatus::Open
        && one.levels.of(SuppressedProcess::Certificate) != SuppressionLevel::None
}

/// Whom a suppression that is set or ended now stops or lets go: the person, or everybody of the household.
pub(crate) fn of_suppression(view: &dyn View, one: &Suppression, today: Date) -> Result<Vec<Write>, Fault> {
    if one.levels.of(SuppressedProcess::Certificate) == SuppressionLevel::None {
        return Ok(Vec::new());
    }
    let persons = match (one.addressee_no, one.household_no) {
        (Some(no), _) => vec![no],
        (None, Some(no)) => members(view, no)?,
        (None, None) => Vec::new(),
    };
    let mut writes = Vec::new();
    for no in persons {
        let Some(person) = view.load::<Person>(no.as_str())? else { continue };
        // As it is going to be: this one as it is written now, the others as they stand.
        let mut stopped = stops(one) || is_protected(view, no)?;
        let own = view.load_by::<Suppression>("addressee_no", no.as_str())?;
        let home = person.record.household_no;
        for held in own.into_iter().chain(view.load_by::<Suppression>("household_no", home.as_str())?) {
            stopped |= held.record.suppression_no != one.suppression_no && stops(&held.record);
        }
        writes.push(mark(view, no, stopped, today)?);
    }
    Ok(writes)
}

fn members(view: &dyn View, no: HouseholdNo) -> Result<Vec<AddresseeNo>, Fault> {
    Ok(view.load::<Household>(no.as_str())?.map(|held| held.record.members).unwrap_or_default())
}

/// Those whose protection begins or ends with the rows laid down.
pub(crate) fn of_protected(
    view: &dyn View,
    rows: &[ProtectedPerson],
    today: Date,
) -> Result<Vec<Write>, Fault> {
    let mut writes = Vec::new();
    let mut seen = BTreeSet::new();
    for row in rows {
        let no = row.addressee_no;
        if !seen.insert(no) {
            continue;
        }
        let mut stopped = row.is_protected();
        if let Some(person) = view.load::<Person>(no.as_str())?.filter(|_| !stopped) {
            let own = view.load_by::<Suppression>("addressee_no", no.as_str())?;
            let home = person.record.household_no;
            let of_home = view.load_by::<Suppression>("household_no", home.as_str())?;
            stopped = own.into_iter().chain(of_home).any(|held| stops(&held.record));
        }
        writes.push(mark(view, no, stopped, today)?);
    }
    Ok(writes)
}

/// Written even where it says what it said: who left a household that was stopped is told of anew.
fn mark(view: &dyn View, no: AddresseeNo, stopped: bool, today: Date) -> Result<Write, Fault> {
    let held = view.load::<CertificateStop>(no.as_str())?;
    let mark = CertificateStop { addressee_no: no, stopped, changed_on: today };
    Ok(Write::put(&mark, held.map(|held| held.version))?)
}
