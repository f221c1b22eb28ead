//! 情報照会: asks others about somebody over 中間サーバー, for a stated purpose.

use register::{Fault, View, ViewExt};
use serde_json::json;
use system::{
    Answer, Choice, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use crate::desk::Desk;
use crate::records::{InformationAnswer, InformationInquiry, Link};
use crate::rules::affairs::{self, Affair};
use crate::rules::{copies, inquiries};

/// 情報照会の依頼. What is asked comes from the table of affairs; the purpose is in the audit log.
///
/// Source: 番号法 art. 19(8); 共通機能標準仕様書 032 (IF_SKI).
pub fn function() -> Function {
    let choice =
        |one: Affair| Choice { code: format!("{}-{}", one.procedure, one.code), label: one.title.to_owned() };
    Function {
        id: "integrated-addressee/information-inquiry",
        title: "情報照会の依頼",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "照会",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new(
                    "affair",
                    "事務手続と特定個人情報",
                    FieldKind::Choice(affairs::inquiries().map(choice).collect()),
                )
                .required(),
                Field::new("purpose", "利用目的", FieldKind::Text(200))
                    .required()
                    .help("照会する事務と理由。監査の記録に残ります。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let (number, purpose) = (input.text("addressee_no"), input.text("purpose"));
    let asked = input
        .text("affair")
        .split_once('-')
        .and_then(|(procedure, code)| Affair::of_inquiry(procedure, code));
    let (Some(affair), Ok(addressee_no)) = (asked, domain::AddresseeNo::parse(number)) else {
        return Err(Fault::because("the form let an affair or a 宛名番号 through that does not read"));
    };
    let mut found = Vec::new();
    let link = view.load::<Link>(number)?;
    if link.is_none() {
        found.push(Finding::alert(
            "MSV11",
            "addressee_no",
            "宛名番号",
            format!("宛名番号 {number} には団体内統合宛名番号が付いていません。付くまで照会は送られません。"),
            "急ぐときは、個人番号を確かめて先に付番してください。",
        ));
    }
    for held in view.load_by::<InformationInquiry>("addressee_no", number)? {
        let other = held.record;
        let answer = view.load::<InformationAnswer>(&other.inquiry_no)?.map(|held| held.record);
        let open = !inquiries::state(answer.as_ref()).is_final();
        if open && (other.procedure.as_str(), other.affair.as_str()) == (affair.procedure, affair.code) {
            found.push(Finding::alert(
                "MSV12",
                "affair",
                "事務手続と特定個人情報",
                format!("同じ照会（照会番号{}）の回答を待っています。", other.inquiry_no),
                "「情報照会の状況一覧」で確かめ、もう一度照会する必要があるときだけ進めてください。",
            ));
        }
    }
    let mut desk = Desk::new(view);
    let serial = copies::next_no(&mut desk, crate::records::Counter::INQUIRY)?;
    let inquiry = InformationInquiry {
        inquiry_no: format!("S-{serial}"),
        addressee_no,
        integrated_no: link.map(|link| link.record.integrated_no),
        procedure: affair.procedure.to_owned(),
        affair: affair.code.to_owned(),
        purpose: purpose.to_owned(),
        task_id: affair.task_id.to_owned(),
        request_no: String::new(),
        asked_by: context.actor.id().to_owned(),
        asked_on: context.today,
        answer_by: affair.answer_by(context.today),
    };
    desk.put(&inquiry)?;
    Ok(Outcome {
        findings: found,
        writes: desk.writes()?,
        reason: purpose.to_owned(),
        message: format!("照会番号 {} で受け付けました。回答は後から届きます。", inquiry.inquiry_no),
        answer: Some(Answer {
            data: json!({ "inquiry_no": inquiry.inquiry_no }),
            subjects: vec![number.to_owned()],
        }),
        ..Outcome::default()
    })
}
