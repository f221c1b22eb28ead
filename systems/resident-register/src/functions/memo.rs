//! メモ: writes what staff should know of a person, and shows who wrote what.

use domain::AddresseeNo;
use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Place, Section,
};

use super::person;
use crate::concealment;
use crate::records::{Memo, Person};

const PLACE: Place =
    Place { unit: "住民基本台帳", level1: "照会", level2: "住民票情報照会", level3: "" };

/// Writes or takes away the memo on a person.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/memo",
        title: "メモ",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "メモ",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("text", "メモ", FieldKind::Lines(2000)).help(
                    "住民票の項目ではありません。空にすると、メモはなくなります（編集の履歴は残ります）",
                ),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Given {
    addressee_no: AddresseeNo,
    #[serde(default)]
    text: String,
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Given = input.read()?;
    let no = given.addressee_no;
    if view.load::<Person>(no.as_str())?.is_none() {
        return Ok(person::unknown(no.as_str()));
    }
    let held = view.load::<Memo>(no.as_str())?;
    if held.as_ref().map_or("", |held| held.record.text.as_str()) == given.text {
        return Ok(Outcome::refused(vec![Finding::error(
            "D011",
            "text",
            "メモ",
            "メモは今のものと同じです。",
            "書き直してから登録してください。",
        )]));
    }
    let memo =
        Memo { addressee_no: no, text: given.text, user: context.actor.id().to_owned(), at: context.now };
    let message = if memo.text.is_empty() {
        "メモをなくしました。"
    } else {
        "メモを登録しました。"
    };
    Ok(Outcome {
        writes: vec![Write::put(&memo, held.map(|held| held.version))?],
        reason: "メモの登録".to_owned(),
        message: message.to_owned(),
        ..Outcome::default()
    })
}

/// メモの履歴.
pub(crate) fn history() -> Function {
    Function {
        id: "resident-register/memo-history",
        title: "メモの履歴",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: person::form(),
        in_menu: true,
        decide: decide_history,
    }
}

/// E152, as at every inquiry of a person.
///
/// Source: 住民記録システム標準仕様書 3.1.
fn decide_history(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("addressee_no");
    let Some(held) = view.load::<Person>(no)? else { return Ok(person::unknown(no)) };
    if let Some(finding) = concealment::refusal(view, context, &held.record)? {
        return Ok(Outcome::refused(vec![finding]));
    }
    let mut rows: Vec<Value> = view
        .load_history::<Memo>(no)?
        .into_iter()
        .map(|held| json!({ "text": held.record.text, "user": held.record.user, "at": held.record.at.to_string() }))
        .collect();
    rows.reverse();
    Ok(Outcome {
        answer: Some(Answer { data: json!({ "rows": rows }), subjects: vec![no.to_owned()] }),
        ..Outcome::default()
    })
}
