//! What the QR code of a 転出証明書 holds: the record as a file of notifications, so that the next municipality reads it
//! instead of typing it.
//!
//! The standard asks for the code and its layout was not to be had; this is the layout `application-import` takes, with the
//! names of the items as columns. A municipality that reads another layout is served by a file of its own.

use domain::{Address, Date};
use register::Fault;
use serde::Serialize;

use crate::records::{AliasEvent, Person};
use crate::rules::application::NUMBER;
use crate::rules::kana::{self, Which};

/// A code on paper, as the `documents` room draws it.
#[derive(Serialize)]
pub(crate) struct Code {
    code: &'static str,
    payload: String,
    caption: String,
}

/// The code of each person who moves out together, in their order; readings as the paper shows them.
///
/// Source: 住民記録システム標準仕様書 20.2.1 (the layout is this program's).
pub(crate) fn codes(persons: &[Person], today: Date) -> Result<Vec<Code>, Fault> {
    let Some(first) = persons.first() else { return Ok(Vec::new()) };
    // The people of one certificate are one notification at the other end, and a certificate issued again is the same one.
    let number = format!(
        "{}-{}",
        first.household_no,
        first.moveout_planned_on.map(|day| day.strftime("%Y%m%d").to_string()).unwrap_or_default()
    );
    persons
        .iter()
        .map(|person| {
            Ok(Code {
                code: "qr",
                payload: payload(&number, person, today)?,
                caption: person.called().to_owned(),
            })
        })
        .collect()
}

fn payload(number: &str, person: &Person, today: Date) -> Result<String, Fault> {
    let mut items: Vec<(&'static str, String)> = vec![(NUMBER.0, number.to_owned())];
    let mut put = |name: &'static str, value: &str| {
        if !value.is_empty() {
            items.push((name, value.to_owned()));
        }
    };
    put("resident_kind", person.resident_kind.code());
    put("family_name", &person.family_name);
    put("given_name", &person.given_name);
    put("name_kana", kana::printed(person, Which::Name, today));
    put("name_roman", &person.name_roman);
    put("name_kanji", &person.name_kanji);
    put("former_family_name", &person.former_family_name);
    put("former_family_kana", kana::printed(person, Which::Former, today));
    put("alias_name", &person.alias_name);
    put("alias_kana", kana::printed(person, Which::Alias, today));
    let stands = |event: &&AliasEvent| event.deleted_on.is_none() && event.alias == person.alias_name;
    if let Some(event) = person.alias_events.iter().rev().find(stands) {
        put("alias_recorded_on", &event.recorded_on.to_string());
        put("alias_recorded_at", &event.recorded_at);
    }
    put("birth_date", &person.birth_date.to_string());
    put("sex", person.sex.code());
    put("relation", &person.relation.label());
    put("resident_record_code", person.resident_record_code.as_ref().map_or("", |code| code.expose()));
    put("individual_number", person.individual_number.as_ref().map_or("", |number| number.expose()));
    if let Some(domicile) = &person.registered_domicile {
        put("domicile_prefecture", &domicile.prefecture);
        put("domicile_municipality", &domicile.municipality);
        put("domicile_town", &format!("{}{}", domicile.town, domicile.lot));
    }
    put("register_head", &person.register_head);
    put("nationality_code", &person.nationality_code);
    put("nationality", &person.nationality);
    put("art30_45_class", person.art30_45_class.map_or("", |class| class.code()));
    put("status_of_residence", &person.status_of_residence);
    put("stay_period", &person.stay_period);
    put("stay_expires_on", &person.stay_expires_on.map(|day| day.to_string()).unwrap_or_default());
    put("residence_card_no", &person.residence_card_no);
    put("landing_period", &person.landing_period);
    put("provisional_stay_period", &person.provisional_stay_period);
    before(&person.address, &mut put);
    put("prev_head_name", &person.head_name);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let faulty = |error: csv::Error| Fault::new("a record does not fit a row of CSV", error);
    writer.write_record(items.iter().map(|(name, _)| name)).map_err(faulty)?;
    writer.write_record(items.iter().map(|(_, value)| value)).map_err(faulty)?;
    let bytes = writer
        .into_inner()
        .map_err(|error| Fault::because(format!("a row of CSV was not written: {}", error.error())))?;
    String::from_utf8(bytes).map_err(|error| Fault::new("a row of CSV is not UTF-8", error))
}

/// Where they live until then is where they come from at the other end.
fn before(address: &Address, put: &mut impl FnMut(&'static str, &str)) {
    put("prev_postcode", address.postcode.as_deref().unwrap_or_default());
    put("prev_prefecture", &address.prefecture);
    put("prev_municipality", &address.municipality);
    put("prev_municipality_code", address.municipality_code.as_deref().unwrap_or_default());
    put("prev_town", &address.town);
    put("prev_lot", &address.lot);
    put("prev_building", address.building.as_deref().unwrap_or_default());
}
