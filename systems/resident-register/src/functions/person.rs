//! 個人照会: the record of one person.

use register::{Fault, View, ViewExt};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Place, Section,
};

use crate::concealment::{self, Concealment};
use crate::records::{Hold, Memo, Person, Provisional};
use crate::rules::{consistency, former};
use crate::{cards, qualifications, sheet};

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/person",
        title: "個人照会",
        place: Some(Place {
            unit: "住民基本台帳", level1: "照会", level2: "住民票情報照会", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: form(),
        in_menu: true,
        decide,
    }
}

/// Asks for one 宛名番号.
pub(crate) fn form() -> Form {
    Form::of(vec![Section::once(
        "対象者",
        vec![Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required()],
    )])
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("addressee_no");
    let Some(held) = view.load::<Person>(no)? else { return Ok(unknown(no)) };
    let person = held.record;
    if let Some(finding) = concealment::refusal(view, context, &person)? {
        return Ok(Outcome::refused(vec![finding]));
    }
    let mut concealment = Concealment::new(view, context);
    let hidden = concealment.hides(&person)?;
    let mut data = concealment.row(&person)?;
    if let Some(fields) = data.as_object_mut() {
        let mut groups = sheet::groups(&person);
        groups.push(qualifications::group(view, person.addressee_no, context.now)?);
        groups.push(cards::group(view, person.addressee_no)?);
        groups.push(former_group(view, &person)?);
        fields.insert("groups".to_owned(), Concealment::groups(groups, hidden));
        fields.insert("history_no".to_owned(), json!(person.history_no));
        fields.insert("resident_kind".to_owned(), json!(person.resident_kind));
        fields.insert("history_entries".to_owned(), json!(person.history_entries));
        fields.insert("has_individual_number".to_owned(), json!(person.individual_number.is_some()));
        fields.insert("pending".to_owned(), pending(view, &mut concealment, no)?);
        let memo = view.load::<Memo>(no)?.map(|held| held.record.text).unwrap_or_default();
        fields.insert("memo".to_owned(), json!(memo));
        let mut notes = concealment::notes(view, context, &person)?;
        notes.extend(consistency::note(view, person.addressee_no)?);
        fields.insert("suppression_notes".to_owned(), json!(notes));
    }
    Ok(Outcome {
        answer: Some(Answer { data, subjects: vec![no.to_owned()] }),
        opens: (!hidden).then(|| person.household_no.to_string()),
        ..Outcome::default()
    })
}

/// What is known of a deleted record beside its rows: when it went to the archive, and what was noted on it.
fn former_group(view: &dyn View, person: &Person) -> Result<sheet::Group, Fault> {
    let mut lines = Vec::new();
    let mut line = |name, title, value| lines.push(sheet::Line { name, title, value });
    if let Some(archived) = former::archived(view, person)? {
        line("archived_on", "除票用データベース登録年月日", domain::wareki(archived.archived_on));
        line("keep_until", "除票の保存期限", domain::wareki(archived.keep_until));
    }
    let notes = former::notes(view, person)?;
    let texts = notes.iter().map(|note| format!("{}（{}）", note.text, domain::wareki(note.noted_on)));
    line("former_notes", "除票の注記", texts.collect::<Vec<_>>().join("\n"));
    Ok(sheet::Group { title: "除票の保存と注記", lines })
}

/// The open 仮登録 a person is in, as data; null when none.
pub(crate) fn pending(
    view: &dyn View,
    concealment: &mut Concealment<'_>,
    no: &str,
) -> Result<serde_json::Value, Fault> {
    let Some(hold) = view.load::<Hold>(no)? else { return Ok(serde_json::Value::Null) };
    let Some(held) = view.load::<Provisional>(&hold.record.provisional_no)? else {
        return Ok(serde_json::Value::Null);
    };
    let one = held.record;
    Ok(json!({
        "provisional_no": one.provisional_no,
        "title": one.title,
        "summary": concealment.summary(&one)?,
        "entered_by": one.entered_by,
        "entered_at": one.entered_at.to_string(),
    }))
}

/// Nobody has this number.
pub(crate) fn unknown(no: &str) -> Outcome {
    Outcome::refused(vec![Finding::error(
        "D002",
        "addressee_no",
        "宛名番号",
        format!("宛名番号{no}の住民はいません。"),
        "住民検索で探してください。",
    )])
}
