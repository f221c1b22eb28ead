//! The functions, one per file.

pub mod account;
pub mod carry_over;
pub mod corporation;
pub mod inquiry;
pub mod mailing;
pub mod merge;
pub mod non_resident_close;
pub mod non_resident_correct;
pub mod non_resident_number;
pub mod non_resident_register;
mod people;
mod per_tax;
pub mod person_query;
pub mod requests;
pub mod search;
pub mod set_name_preference;
pub mod tax_agent;
pub mod unmerge;

use register::Write;
use serde_json::{Value, json};
use system::{Answer, Field, FieldKind, Outcome};

use crate::findings::PROTECTED;
use crate::records::Addressee;
use crate::rules::{letter_name, may_refer};

pub(crate) use carry_over::carried;
pub(crate) use non_resident_close::became;
pub(crate) use people::PersonAsked;
pub(crate) use requests::request_person;

/// What stands for the name of somebody another task must not see.
const UNREFERRED: &str = "（他業務参照不可）";

/// The field by which whoever looks says for which task.
fn task_field() -> Field {
    Field::new("task_id", "業務ID", FieldKind::Text(3))
        .help("他業務参照不可の宛名は、登録した業務の業務IDを入力したときだけ出ます。")
}

/// Where an address that is hidden here can be seen.
const HIDDEN_NOTICE: &str = "支援措置により、この画面では住所を表示しません。住民の住所は住民記録で、権限のある職員が解除審査を経て確かめてください。";

/// What a screen shows of an addressee, dates and codes with their words. Nobody's address is shown who is protected or lives
/// with somebody who is; no right changes that here.
///
/// Source: 住民記録システム標準仕様書 3.4 (支援措置).
fn shown(held: &Addressee, hidden: bool) -> Value {
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
        "display_name": letter_name(held),
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
        "postcode_label": (!hidden).then(|| held.address.postcode_label()).flatten(),
        "address": concealed(&held.address.one_line(), hidden),
        "moved_out_to": concealed(&held.moved_out_to, hidden),
        "address_notice": hidden.then_some(HIDDEN_NOTICE),
        "moveout_planned_on": held.moveout_planned_on,
        "deletion_event_date": held.deletion_event_date,
        "corporate_no": held.corporate_no,
        "office_name": held.office_name,
        "representative": held.representative,
        "contact": concealed(&held.contact, hidden),
        "task_id": held.task_id,
        "no_reference": held.no_reference,
        "closed_on": held.closed_on,
        "closing_reason": held.closing_reason,
        "closing_reason_label": held.closing_reason.map(|reason| reason.label()),
    })
}

/// What a screen shows of an addressee to a task. To another one than registered it, of a record marked 他業務参照不可 only that it is there.
fn shown_to(held: &Addressee, hidden: bool, task_id: &str) -> Value {
    if may_refer(held, task_id) {
        return shown(held, hidden);
    }
    let bare = Addressee {
        name: UNREFERRED.to_owned(),
        display_name: UNREFERRED.to_owned(),
        no_reference: true,
        closed_on: held.closed_on,
        closing_reason: held.closing_reason,
        ..Addressee::blank(held.addressee_no, held.class)
    };
    shown(&bare, hidden)
}

/// A text that tells where somebody is, or that it is protected. The word stands also where there is none: whether somebody
/// has moved out is told by nothing then.
fn concealed(text: &str, hidden: bool) -> &str {
    if hidden { PROTECTED } else { text }
}

/// What is done, opened on the addressee, whose number the audit log takes as the subject.
fn done(addressee_no: &str, message: String, reason: &str, writes: Vec<Write>) -> Outcome {
    Outcome {
        message,
        reason: reason.to_owned(),
        opens: Some(addressee_no.to_owned()),
        answer: Some(Answer {
            data: json!({ "addressee_no": addressee_no }),
            subjects: vec![addressee_no.to_owned()],
        }),
        writes,
        ..Outcome::default()
    }
}

/// A day of the input; none when it is blank.
fn day(input: &system::Input, name: &str) -> Option<domain::Date> {
    input.text(name).parse::<domain::RegisterDate>().ok().and_then(|date| date.known())
}

/// A flag of the input; absent is no.
fn flag(input: &system::Input, name: &str) -> bool {
    input.0.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// The same outcome with what rules say of it.
fn with(outcome: Outcome, findings: Vec<system::Finding>) -> Outcome {
    Outcome { findings, ..outcome }
}
