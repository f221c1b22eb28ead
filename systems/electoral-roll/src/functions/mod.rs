//! The functions, one per file.

pub mod inquiry;
pub mod list;
pub mod regular_registration;
pub mod remove_expired;

use domain::{Date, RegisterDate};
use register::Fault;
use serde_json::{Value, json};
use system::Input;

use crate::concealment::HIDDEN;
use crate::records::{Elector, Facts, Standing};
use crate::rules::districts;

/// A day of the input; none when it was left blank.
fn day(input: &Input, name: &str) -> Option<Date> {
    input.text(name).parse::<RegisterDate>().ok().and_then(|date| date.known())
}

/// What a screen shows of an elector. Polling district and place tell where somebody lives: who is hidden has none here.
fn shown(elector: &Elector, hidden: bool) -> Result<Value, Fault> {
    let facts = elector.facts.as_ref();
    let district =
        facts.and_then(|facts| districts().map(|districts| districts.get(&facts.district)).transpose());
    let district = district.transpose()?;
    let registration = elector.standing.registration();
    let (mark, removal) = match &elector.standing {
        Standing::Marked { mark, .. } => (Some(mark), None),
        Standing::Removed { removal, .. } => (None, Some(removal)),
        Standing::Outside | Standing::Candidate | Standing::Registered { .. } => (None, None),
    };
    let text = |of: fn(&Facts) -> String| facts.map(of);
    Ok(json!({
        "addressee_no": elector.addressee_no,
        "state": elector.standing.code(),
        "state_label": elector.standing.label(),
        "name": text(|facts| facts.name.clone()),
        "name_kana": text(|facts| facts.name_kana.clone()),
        "birth_date": text(|facts| facts.birth_date.to_string()),
        "birth_date_label": text(|facts| facts.birth_date.label_wareki()),
        "sex_label": text(|facts| facts.sex.label().to_owned()),
        "address": if hidden { Some(HIDDEN.to_owned()) } else { text(|facts| facts.address.one_line()) },
        "district": text(|facts| facts.district.clone()).filter(|_| !hidden),
        "district_name": district.filter(|_| !hidden).map(|district| district.name.as_str()),
        "polling_place": district.filter(|_| !hidden).map(|district| district.place.as_str()),
        "counted_from": facts.and_then(|facts| facts.counted_from),
        "attains_on": facts.and_then(|facts| facts.attains_on).map(|day| day.to_string()),
        "qualifies_from": facts.and_then(|facts| facts.qualifies_from).map(|day| day.to_string()),
        "left_on": facts.and_then(|facts| facts.left_on).map(|day| day.to_string()),
        "registered_on": registration.map(|registration| registration.registered_on.to_string()),
        "base_date": registration.map(|registration| registration.base_date.to_string()),
        "mark_reason_label": mark.map(|mark| mark.reason.label()),
        "remove_from": mark.map(|mark| mark.remove_from.to_string()),
        "removal_reason_label": removal.map(|removal| removal.reason.label()),
        "removed_on": removal.map(|removal| removal.removed_on.to_string()),
    }))
}
