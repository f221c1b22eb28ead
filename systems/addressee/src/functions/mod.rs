//! The functions, one per file.

pub mod inquiry;
pub mod search;
pub mod set_name_preference;

use serde_json::{Value, json};

use crate::records::Addressee;

/// What a screen shows of an addressee, dates and codes with their words.
fn shown(held: &Addressee) -> Value {
    let birth = held.birth_date.map(|date| match held.resident_kind {
        Some(domain::ResidentKind::Foreign) => date.label_western(),
        Some(domain::ResidentKind::Japanese) | None => date.label_wareki(),
    });
    json!({
        "addressee_no": held.addressee_no,
        "class": held.class,
        "class_label": held.class.label(),
        "history_no": held.history_no,
        "household_no": held.household_no,
        "resident_kind": held.resident_kind,
        "resident_kind_label": held.resident_kind.map(|kind| kind.label()),
        "status": held.status,
        "status_label": held.status.map(|status| status.label()),
        "display_name": held.display_name,
        "name_preference": held.name_preference,
        "name_preference_label": held.name_preference.map(|preference| preference.label()),
        "name": held.name,
        "name_kana": held.name_kana,
        "name_roman": held.name_roman,
        "former_family_name": held.former_family_name,
        "alias_name": held.alias_name,
        "birth_date": held.birth_date,
        "birth_date_label": birth,
        "sex": held.sex,
        "sex_label": held.sex.map(|sex| sex.label()),
        "postcode_label": held.address.postcode_label(),
        "address": held.address.one_line(),
        "moved_out_to": held.moved_out_to,
        "moveout_planned_on": held.moveout_planned_on,
        "deletion_event_date": held.deletion_event_date,
    })
}

/// The finding for a number nobody holds.
fn unknown(addressee_no: &str) -> system::Finding {
    system::Finding::error(
        "ADR01",
        "addressee_no",
        "宛名番号",
        format!("宛名番号 {addressee_no} の宛名はありません。"),
        "宛名検索で探してください。",
    )
}
