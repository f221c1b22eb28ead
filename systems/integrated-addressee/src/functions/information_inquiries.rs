//! 情報照会の状況: how far each inquiry is, and which wait too long. What was answered is not in it.

use std::ops::ControlFlow;

use domain::wareki;
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Choice, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section,
};

use crate::records::{INFORMATION_INQUIRY, InformationAnswer, InformationInquiry, InquiryState};
use crate::rules::{Hold, affairs::Affair, inquiries};

/// The most rows one answer shows; the count is of all.
const ROWS_MAX: usize = 1_000;

/// 情報照会の状況一覧.
pub fn function() -> Function {
    let choice =
        |state: InquiryState| Choice { code: state.code().to_owned(), label: state.label().to_owned() };
    Function {
        id: "integrated-addressee/information-inquiries",
        title: "情報照会の状況一覧",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧の条件",
            vec![
                Field::new("state", "状態", FieldKind::Choice(InquiryState::ALL.map(choice).to_vec())),
                Field::new("late", "回答期限を過ぎたものだけ", FieldKind::Flag),
                Field::new("task_id", "業務ID", FieldKind::Text(3)),
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let late_only = input.0.get("late").and_then(Value::as_bool).unwrap_or(false);
    let (wanted, task_id) = (input.text("state"), input.text("task_id"));
    let number = input.text("addressee_no");
    let (mut count, mut late) = (0_usize, 0_usize);
    let (mut rows, mut subjects): (Vec<Value>, Vec<String>) = (Vec::new(), Vec::new());
    view.scan(&INFORMATION_INQUIRY, None, &mut |stored| {
        let one = stored.typed::<InformationInquiry>()?.record;
        let answer = view.load::<InformationAnswer>(&one.inquiry_no)?.map(|held| held.record);
        let state = inquiries::state(answer.as_ref());
        let is_late = inquiries::is_late(&one, state, context.today);
        let fits = (wanted.is_empty() || wanted == state.code())
            && (task_id.is_empty() || task_id == one.task_id)
            && (number.is_empty() || number == one.addressee_no.as_str())
            && (is_late || !late_only);
        if !fits {
            return Ok(ControlFlow::Continue(()));
        }
        count = count.saturating_add(1);
        late = late.saturating_add(usize::from(is_late));
        if rows.len() < ROWS_MAX {
            subjects.push(one.addressee_no.to_string());
            rows.push(line(&one, answer.as_ref(), state, is_late));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let data = json!({ "count": count, "overdue_count": late, "more": rows.len() < count, "rows": rows });
    let message = format!("{count}件です。回答期限を過ぎたものは{late}件です。");
    Ok(Outcome { message, answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

fn line(
    one: &InformationInquiry,
    answer: Option<&InformationAnswer>,
    state: InquiryState,
    is_late: bool,
) -> Value {
    let affair = Affair::of_inquiry(&one.procedure, &one.affair).map_or("", |affair| affair.title);
    let (why, to_check) = match (one.integrated_no, state) {
        (None, _) => (Hold::Unnumbered.why(), Hold::Unnumbered.remedy()),
        (_, InquiryState::Failed) => (
            answer.map(|answer| format!("{} {}", answer.code, answer.text)).unwrap_or_default(),
            "エラーの内容を確かめ、直してから、もう一度照会してください。",
        ),
        _ if is_late => (
            "回答期限を過ぎても回答がありません（MSV14）。".to_owned(),
            "連携の画面で、照会の送信と結果の受信が止まっていないか確かめ、中間サーバーに問い合わせてください。",
        ),
        _ => (String::new(), ""),
    };
    json!({
        "inquiry_no": one.inquiry_no,
        "addressee_no": one.addressee_no,
        "affair": affair,
        "task_id": one.task_id,
        "asked_by": one.asked_by,
        "asked_on": wareki(one.asked_on),
        "answer_by": wareki(one.answer_by),
        "state": state.label(),
        "answered_on": answer.map(|answer| wareki(answer.answered_on)),
        "why": why,
        "to_check": to_check,
    })
}
