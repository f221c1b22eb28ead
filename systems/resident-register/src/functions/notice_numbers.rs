//! 送信通知の番号照会: the gateway to 住基ネット asks for the numbers that belong to a notice.

use domain::AddresseeNo;
use register::{Fault, View, ViewExt};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
    choices,
};

use crate::records::{OutboundNotice, Person, SignRequest, WideAreaAnswer};
use crate::rules::outbound;

/// The function. It has a right of its own, so that whoever sends notices sees the numbers and nobody else does.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/notice-numbers",
        title: "送信通知の番号照会",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会",
            vec![
                Field::new("message_no", "通知番号", FieldKind::Text(60)).required(),
                Field::new(
                    "purpose",
                    "目的",
                    FieldKind::Choice(choices(&[
                        ("send", "住基ネットへの送信"),
                        ("check", "住基ネットとの整合性の確認"),
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

/// The numbers of the row the notice tells, whatever the person's numbers are now: an older notice must not bring a newer
/// number. The purpose is the journal's reason.
///
/// Source: 住民基本台帳法 art. 30-6; 番号法 art. 9, 12, 19.
fn decide(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let refuse = |code: &str, message: String, remedy: &str| {
        Ok(Outcome::refused(vec![Finding::error(code, "message_no", "通知番号", message, remedy)]))
    };
    let message_no = input.text("message_no");
    let Some(held) = view.load::<OutboundNotice>(message_no)? else {
        if let Some(asked) = besides(view, message_no)? {
            return told(view, input, message_no, asked);
        }
        return refuse(
            "D061",
            format!("通知番号{message_no}の送信通知はありません。"),
            "送信通知一覧で通知番号を確かめてください。",
        );
    };
    let notice = held.record;
    let (code, number) =
        (outbound::has_number(notice.notice, "code"), outbound::has_number(notice.notice, "number"));
    if !code && !number {
        return refuse(
            "D063",
            format!("{}に付ける番号はありません。", outbound::title(notice.notice)),
            "通知番号を確かめてください。",
        );
    }
    let history = view.load_history::<Person>(notice.addressee_no.as_str())?;
    let Some(row) = history.iter().find(|held| held.record.history_no == notice.history_no) else {
        return Err(Fault::because(format!("notice {message_no} tells a row that is not there")));
    };
    let row = &row.record;
    let data = json!({
        "message_no": message_no,
        "addressee_no": notice.addressee_no,
        "history_no": notice.history_no,
        "resident_record_code": row.resident_record_code.filter(|_| code).map(|held| held.expose().to_owned()),
        "individual_number": row.individual_number.filter(|_| number).map(|held| held.expose().to_owned()),
        "purpose": input.text("purpose"),
    });
    Ok(Outcome {
        reason: format!("{}: {}", input.text("purpose"), input.text("purpose_detail")),
        answer: Some(Answer { data, subjects: vec![notice.addressee_no.to_string()] }),
        ..Outcome::default()
    })
}

/// Who is told of beside the notices, and which numbers go with it: code, number.
type Asked = (AddresseeNo, bool, bool);

/// An answer of 広域交付 by its 回答番号, or a 符号取得要求 by its 処理通番.
fn besides(view: &dyn View, no: &str) -> Result<Option<Asked>, Fault> {
    if let Some(held) = view.load::<WideAreaAnswer>(no)? {
        let one = held.record;
        return Ok(one.addressee_no.map(|who| (who, one.with_record_code, one.with_individual_number)));
    }
    Ok(view.load::<SignRequest>(no)?.map(|held| (held.record.addressee_no, true, false)))
}

/// Source: 住民基本台帳法 art. 12-4(3); 住民記録システム標準仕様書 7.1.2.2.
fn told(
    view: &dyn View,
    input: &Input,
    message_no: &str,
    (no, code, number): Asked,
) -> Result<Outcome, Fault> {
    let Some(held) = view.load::<Person>(no.as_str())? else {
        return Err(Fault::because(format!("{message_no} tells of nobody")));
    };
    let row = held.record;
    let data = json!({
        "message_no": message_no,
        "addressee_no": no,
        "history_no": row.history_no,
        "resident_record_code": row.resident_record_code.filter(|_| code).map(|held| held.expose().to_owned()),
        "individual_number": row.individual_number.filter(|_| number).map(|held| held.expose().to_owned()),
        "purpose": input.text("purpose"),
    });
    Ok(Outcome {
        reason: format!("{}: {}", input.text("purpose"), input.text("purpose_detail")),
        answer: Some(Answer { data, subjects: vec![no.to_string()] }),
        ..Outcome::default()
    })
}
