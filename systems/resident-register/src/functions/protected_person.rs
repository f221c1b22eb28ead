//! 支援対象者照会: the one place where a hidden address is shown, for a stated purpose.

use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
    choices,
};

use super::person;
use crate::concealment::{self, Concealment};
use crate::desk::Desk;
use crate::records::{Household, Person, SupportMeasure};
use crate::rules::protection;
use crate::{qualifications, sheet};

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/protected-person",
        title: "支援対象者照会",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new(
                    "purpose",
                    "目的",
                    FieldKind::Choice(choices(&[
                        ("measure", "支援措置の相談・申出・転送"),
                        ("certificate", "証明書の請求の審査"),
                        ("movement", "異動の届出"),
                        ("task", "法令による事務"),
                    ])),
                )
                .required(),
                Field::new("purpose_detail", "事務・理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Shows a hidden record. The purpose is the journal's reason, so that the audit log tells who looked, when and why.
///
/// Source: 住民記録システム標準仕様書 3.4.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("addressee_no");
    let Some(held) = view.load::<Person>(no)? else { return Ok(person::unknown(no)) };
    let person = held.record;
    if let Some(finding) = concealment::refusal(view, context, &person)? {
        return Ok(Outcome::refused(vec![finding]));
    }
    if !Concealment::new(view, context).hides(&person)? {
        return Ok(Outcome::refused(vec![Finding::error(
            "D030",
            "addressee_no",
            "宛名番号",
            format!("{}さんの住所は、非表示ではありません。", person.called()),
            "個人照会で見てください。",
        )]));
    }
    let mut members = Vec::new();
    let mut subjects = vec![no.to_owned()];
    let household = view.load::<Household>(person.household_no.as_str())?.map(|held| held.record);
    for member in household.iter().flat_map(|one| &one.members) {
        let Some(held) = view.load::<Person>(member.as_str())? else { continue };
        if held.record.addressee_no != person.addressee_no {
            subjects.push(member.to_string());
        }
        members.push(sheet::row_json(&held.record));
    }
    let mut desk = Desk::new(view, context);
    let measures = protection::measures_of(&mut desk, person.addressee_no)?;
    let mut data = sheet::row_json(&person);
    if let Some(fields) = data.as_object_mut() {
        fields.insert(
            "groups".to_owned(),
            groups(&person, qualifications::group(view, person.addressee_no, context.now)?),
        );
        fields.insert("members".to_owned(), Value::Array(members));
        let told = measures.iter().map(|measure| told(measure, context));
        fields.insert("measures".to_owned(), told.collect());
    }
    Ok(Outcome {
        reason: format!("{}: {}", input.text("purpose"), input.text("purpose_detail")),
        answer: Some(Answer { data, subjects }),
        ..Outcome::default()
    })
}

/// The record by title and value, as the plain screen of an answer shows it.
fn groups(person: &Person, qualifications: sheet::Group) -> Value {
    let groups = sheet::groups(person).into_iter().chain([qualifications]).map(|group| {
        let lines = group.lines.into_iter().filter(|line| !line.value.is_empty());
        let items: Vec<Value> =
            lines.map(|line| json!({ "title": line.title, "value": line.value })).collect();
        json!({ "title": group.title, "items": items })
    });
    groups.filter(|group| group.get("items").is_some_and(|items| *items != json!([]))).collect()
}

/// A measure as the responsible officer reads it.
fn told(measure: &SupportMeasure, context: &Context<'_>) -> Value {
    let day = |day: Option<domain::Date>| day.map(domain::wareki).unwrap_or_default();
    let forwarding = measure.forwarding.iter().map(|one| {
        json!({
            "to": one.to, "sent_on": domain::wareki(one.sent_on), "received_on": day(one.received_on),
            "no_need_on": day(one.no_need_on),
        })
    });
    json!({
        "measure_no": measure.measure_no,
        "class_label": measure.class.label(),
        "protected_as": measure.standing.label(),
        "applicant": measure.applicant,
        "together": measure.together,
        "perpetrator_name": measure.perpetrator_name,
        "perpetrator_no": measure.perpetrator_no,
        "perpetrator_note": measure.perpetrator_note,
        "requests": measure.requests,
        "previous_addresses": measure.previous_addresses,
        "contact": measure.contact,
        "consulted": measure.consulted,
        "first_received_by": measure.first_received_by,
        "applied_on": domain::wareki(measure.applied_on),
        "from": domain::wareki(measure.from),
        "to": day(measure.to),
        "ending": protection::end_told(measure, context.today).unwrap_or_default(),
        "forwarding": forwarding.collect::<Vec<Value>>(),
    })
}
