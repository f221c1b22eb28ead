//! 個人番号照会: the one place where a number is shown, for a stated purpose.

use register::{Fault, View, ViewExt};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Place, Section,
    choices,
};

use super::person;
use crate::concealment;
use crate::records::Person;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/show-number",
        title: "個人番号照会",
        place: Some(Place {
            unit: "住民基本台帳", level1: "照会", level2: "住民票情報照会", level3: ""
        }),
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
                        ("request", "本人からの請求"),
                        ("identify", "本人確認"),
                        ("task", "番号を利用する事務"),
                        ("correct", "番号の確認・修正"),
                    ])),
                )
                .required(),
                Field::new("purpose_detail", "事務・理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: false,
        decide,
    }
}

/// Shows a number. The purpose is the journal's reason, so that the audit log tells who looked, when and why.
///
/// Source: 番号法 art. 9, 12, 19.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("addressee_no");
    let Some(held) = view.load::<Person>(no)? else { return Ok(person::unknown(no)) };
    if let Some(finding) = concealment::refusal(view, context, &held.record)? {
        return Ok(Outcome::refused(vec![finding]));
    }
    let Some(number) = held.record.individual_number else {
        return Ok(Outcome::refused(vec![Finding::error(
            "D007",
            "addressee_no",
            "個人番号",
            format!("{}さんの個人番号は記録されていません。", held.record.called()),
            "番号の生成を要求したか確かめてください。",
        )]));
    };
    let data = json!({
        "addressee_no": no,
        "name": held.record.called(),
        "individual_number": number.expose(),
        "purpose": input.text("purpose"),
    });
    Ok(Outcome {
        reason: format!("{}: {}", input.text("purpose"), input.text("purpose_detail")),
        answer: Some(Answer { data, subjects: vec![no.to_owned()] }),
        ..Outcome::default()
    })
}
