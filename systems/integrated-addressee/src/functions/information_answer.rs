//! 情報照会の回答: the one place where an answer is shown, for a stated purpose.

use domain::wareki;
use register::{Fault, View, ViewExt};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use crate::records::{InformationAnswer, InformationInquiry, InquiryState};
use crate::rules::{affairs::Affair, inquiries};

/// 情報照会の回答の表示. It is a right of its own; the purpose is the journal's reason, so that the audit log tells who looked, when and why.
///
/// Source: 番号法 art. 9, 19.
pub fn function() -> Function {
    Function {
        id: "integrated-addressee/information-answer",
        title: "情報照会の回答",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "回答を見る照会",
            vec![
                Field::new("inquiry_no", "照会番号", FieldKind::Text(60)).required(),
                Field::new("purpose", "利用目的", FieldKind::Text(200))
                    .required()
                    .help("見る事務と理由。監査の記録に残ります。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("inquiry_no");
    let refused = |code: &str, message: String, remedy: &str| {
        Ok(Outcome::refused(vec![Finding::error(code, "inquiry_no", "照会番号", message, remedy)]))
    };
    let Some(asked) = view.load::<InformationInquiry>(no)?.map(|held| held.record) else {
        return refused(
            "MSV10",
            format!("照会番号「{no}」の情報照会はありません。"),
            "「情報照会の状況一覧」で番号を確かめてください。",
        );
    };
    let answer = view.load::<InformationAnswer>(no)?.map(|held| held.record);
    let state = inquiries::state(answer.as_ref());
    let Some(answer) = answer.filter(|answer| answer.state == InquiryState::Answered) else {
        return refused(
            "MSV13",
            format!("照会番号「{no}」には、見られる回答がありません（状態は「{}」）。", state.label()),
            "「情報照会の状況一覧」で状態を確かめてください。",
        );
    };
    let affair = Affair::of_inquiry(&asked.procedure, &asked.affair).map_or("", |affair| affair.title);
    let data = json!({
        "inquiry_no": no,
        "addressee_no": asked.addressee_no,
        "affair": affair,
        "answered_on": wareki(answer.answered_on),
        "information": answer.data,
        "purpose": input.text("purpose"),
    });
    Ok(Outcome {
        reason: input.text("purpose").to_owned(),
        answer: Some(Answer { data, subjects: vec![asked.addressee_no.to_string()] }),
        ..Outcome::default()
    })
}
