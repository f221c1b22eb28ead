//! 財産調査: who is asked about property, and what was answered.

use domain::wareki;
use register::{Fault, Versioned, View, ViewExt, Write};
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use super::{
    Debtor, choices_of, day, day_or_today, disorder, in_future, next_key, no_field, no_such, number,
    person_field, place, refuse, reopen, yen,
};
use crate::notices::{self, Words};
use crate::records::{PropertyKind, Survey};

/// 財産調査. Without a number it asks, with one it takes the answer.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/survey",
        title: "財産調査",
        place: place("滞納整理", "処分", "財産調査"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "照会",
                vec![
                    person_field(),
                    no_field("no", "調査の番号").help("空のときは新しい照会、番号があるときはその回答です。"),
                    Field::new("target", "調査先", FieldKind::Text(100)).help("新しい照会のとき。"),
                    Field::new("asked_on", "照会日", FieldKind::Date).help("空のときは今日です。"),
                ],
            ),
            Section::once(
                "回答",
                vec![
                    Field::new("answered_on", "回答日", FieldKind::Date),
                    Field::new("kind", "財産の種類", FieldKind::Choice(choices_of!(PropertyKind)))
                        .help("財産がないという回答では空にします。"),
                    Field::new("description", "財産の内容", FieldKind::Lines(500)),
                    Field::new("value", "評価額", FieldKind::Yen),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

/// Source: 国税徴収法 141条・146条の2 (地方税法の例による質問検査・協力要請).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    let answered_on = day(input, "answered_on");
    let mut held = view.load_by::<Survey>("addressee_no", &debtor.case.addressee_no)?;
    held.sort_by(|a, b| a.record.survey_key.cmp(&b.record.survey_key));
    let (mut survey, version, no) = match number(input, "no") {
        Some(no) => {
            let found = no.checked_sub(1).and_then(|at| held.into_iter().nth(at));
            let Some(Versioned { record, version, .. }) = found else {
                return refuse(no_such("no", "調査の番号", input.text("no")));
            };
            if answered_on.is_none() {
                let message = "調査の番号がありますが、回答日が空です。";
                return refuse(Finding::error(
                    "E124",
                    "answered_on",
                    "回答日",
                    message,
                    "回答日を入力してください。",
                ));
            }
            (record, Some(version), no)
        }
        None => {
            if input.text("target").is_empty() {
                let message = "新しい照会ですが、調査先が空です。";
                return refuse(Finding::error(
                    "E124",
                    "target",
                    "調査先",
                    message,
                    "調査先を入力してください。",
                ));
            }
            let no = held.len().saturating_add(1);
            let survey = Survey {
                survey_key: next_key(&debtor.case.addressee_no, held.len()),
                addressee_no: debtor.case.addressee_no.clone(),
                target: input.text("target").to_owned(),
                asked_on: day_or_today(input, "asked_on", context),
                answered_on: None,
                kind: None,
                description: String::new(),
                value: domain::Yen::ZERO,
            };
            (survey, None, no)
        }
    };
    let asked = version.is_none() && answered_on.is_none();
    if let Some(answered) = answered_on {
        if answered < survey.asked_on {
            let message =
                format!("回答日{}が、照会日{}より前です。", wareki(answered), wareki(survey.asked_on));
            return refuse(disorder("answered_on", "回答日", message));
        }
        if let Some(finding) = in_future("answered_on", "回答日", answered, context.today) {
            return refuse(finding);
        }
        survey.answered_on = Some(answered);
        survey.kind = PropertyKind::from_code(input.text("kind"));
        survey.description = input.text("description").to_owned();
        survey.value = yen(input, "value");
    }
    reopen(&mut debtor.case, context.today);
    let mut documents = Vec::new();
    if asked {
        let name = notices::name_of(view, &debtor.case.addressee_no)?;
        let words = Words {
            title: "財産調査照会書",
            date: survey.asked_on,
            opening: vec![
                "市町村税等の滞納処分のため必要があるので、下記の者の財産について回答をお願いします。"
                    .to_owned(),
            ],
            facts: vec![("氏名", name), ("宛名番号", debtor.case.addressee_no.clone())],
            closing: vec![
                "国税徴収法第141条及び第146条の2（地方税法の規定によりその例による）に基づく照会です。"
                    .to_owned(),
            ],
            ..Words::default()
        };
        documents.push(notices::letter_to(&survey.target, words, context));
    }
    let message = match survey.kind {
        _ if asked => format!("調査{no}として、照会を記録しました。"),
        Some(kind) => format!("調査{no}の回答（{}）を記録しました。", kind.label()),
        None => format!("調査{no}の回答（財産なし）を記録しました。"),
    };
    let write = Write::put(&survey, version)?;
    let mut outcome = debtor.done("財産調査", message)?;
    outcome.writes.push(write);
    Ok(Outcome { documents, ..outcome })
}
