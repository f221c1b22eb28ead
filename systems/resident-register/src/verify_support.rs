//! What must hold of suppressions and support measures at any time (整合性確認).

use std::collections::{BTreeMap, BTreeSet};

use domain::AddresseeNo;
use register::{Fault, View, ViewExt};
use system::{Check, Inconsistency};

use crate::records::{
    Household, PERSON, ProtectedPerson, SupportMeasure, SupportRelease, Suppression, TemporaryRelease,
};
use crate::verify::{each, wrong};

/// The checks.
pub(crate) fn checks() -> Vec<Check> {
    vec![
        Check { id: "suppressions", title: "抑止の対象と期間が正しい", run: suppressions },
        Check {
            id: "support-measures", title: "支援措置の対象者と期間が正しい", run: measures
        },
        Check {
            id: "protected-persons", title: "支援対象者と支援措置が一致している", run: protected
        },
    ]
}

fn suppressions(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut listed = Vec::new();
    each::<Suppression>(view, |one| listed.push(one))?;
    let mut found = Vec::new();
    for one in &listed {
        let no = &one.suppression_no;
        match (one.addressee_no, one.household_no) {
            (Some(person), None) => {
                if view.get(&PERSON, person.as_str())?.is_none() {
                    found.push(wrong::<Suppression>(no, format!("宛名番号{person}の住民がいません。")));
                }
            }
            (None, Some(household)) => {
                // A household may be closed since.
                if view.load_history::<Household>(household.as_str())?.is_empty() {
                    found.push(wrong::<Suppression>(no, format!("世帯番号{household}の世帯がありません。")));
                }
            }
            _ => found.push(wrong::<Suppression>(no, "対象が一人でも一世帯でもありません。")),
        }
        if one.to.is_some_and(|to| to < one.from) {
            found.push(wrong::<Suppression>(no, "終了年月日が開始年月日より前です。"));
        }
    }
    let known: BTreeSet<&str> = listed.iter().map(|one| one.suppression_no.as_str()).collect();
    each::<TemporaryRelease>(view, |one| {
        if !known.contains(one.suppression_no.as_str()) {
            let what = format!("抑止番号{}の抑止がありません。", one.suppression_no);
            found.push(wrong::<TemporaryRelease>(&one.release_no, what));
        }
        if one.until <= one.released_at {
            found.push(wrong::<TemporaryRelease>(&one.release_no, "終わりが始まりより後ではありません。"));
        }
    })?;
    Ok(found)
}

fn measures(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    let mut listed = Vec::new();
    each::<SupportMeasure>(view, |one| listed.push(one))?;
    let mut open: BTreeMap<AddresseeNo, &str> = BTreeMap::new();
    for one in &listed {
        let no = &one.measure_no;
        for person in one.persons().chain(one.perpetrator_no) {
            if view.get(&PERSON, person.as_str())?.is_none() {
                found.push(wrong::<SupportMeasure>(no, format!("宛名番号{person}の住民がいません。")));
            }
        }
        if one.to.is_some_and(|to| to < one.from) {
            found.push(wrong::<SupportMeasure>(no, "終了年月日が開始年月日より前です。"));
        }
        if one.is_open()
            && let Some(other) = open.insert(one.applicant, no)
        {
            let what = format!("申出者{}に、終了していない支援措置{other}がほかにあります。", one.applicant);
            found.push(wrong::<SupportMeasure>(no, what));
        }
    }
    each::<SupportRelease>(view, |one| {
        if one.until <= one.released_at {
            found.push(wrong::<SupportRelease>(&one.release_no, "終わりが始まりより後ではありません。"));
        }
    })?;
    Ok(found)
}

/// Each person's row says what the measures say, and nobody who is protected is without a row.
fn protected(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    let mut by_person: BTreeMap<AddresseeNo, Vec<SupportMeasure>> = BTreeMap::new();
    each::<SupportMeasure>(view, |one| {
        let persons: BTreeSet<AddresseeNo> = one.persons().collect();
        for person in persons.into_iter().filter(|_| one.is_open()) {
            by_person.entry(person).or_default().push(one.clone());
        }
    })?;
    each::<ProtectedPerson>(view, |row| {
        let no = row.addressee_no;
        let measures = by_person.remove(&no).unwrap_or_default();
        let wanted = ProtectedPerson::of(no, &measures)
            .map(|wanted| ProtectedPerson { history_no: row.history_no, ..wanted });
        let agrees = match wanted {
            Some(wanted) => wanted == row,
            None => !row.is_protected(),
        };
        if !agrees {
            found.push(wrong::<ProtectedPerson>(no, "支援措置の内容と違います。"));
        }
    })?;
    for no in by_person.keys() {
        found.push(wrong::<ProtectedPerson>(no, "支援措置の対象者ですが、支援対象者にありません。"));
    }
    Ok(found)
}
