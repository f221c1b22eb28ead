//! 差押: a seizure, or a participation in another's.

use domain::wareki;
use register::{Fault, View, ViewExt, Write};
use system::{
    Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section, choices,
};

use super::{
    Debtor, choices_of, day_or_today, dispositions, in_future, keys_field, next_key, no_field, no_such,
    not_ended, number, person_field, place, refuse, reopen,
};
use crate::records::{Disposition, DispositionKind, PropertyKind, Survey};
use crate::rules::{not_seizable, rates};

/// 差押.
pub(super) fn function() -> Function {
    let kinds = choices(&[("seizure", "差押"), ("participation", "参加差押")]);
    Function {
        id: "tax-collection/seizure",
        title: "差押",
        place: place("滞納整理", "処分", "差押"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "差押",
            vec![
                person_field(),
                Field::new("kind", "処分の種類", FieldKind::Choice(kinds)).required(),
                Field::new("on", "差押の日", FieldKind::Date).help("空のときは今日です。"),
                keys_field("空のときは、督促をした未納の期別すべてです。"),
                no_field("survey_no", "調査の番号").help("財産調査で分かった財産のとき。"),
                Field::new("property_kind", "財産の種類", FieldKind::Choice(choices_of!(PropertyKind)))
                    .help("調査の番号がないとき。"),
                Field::new("property", "財産の内容", FieldKind::Lines(500)).help("調査の番号がないとき。"),
                Field::new("holder", "第三債務者・先行の執行機関", FieldKind::Text(100)),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 地方税法 331条, 373条, 463条の27など (差押え); 国税徴収法 47条, 86条 (参加差押え).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "on", context);
    let mut debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    let keys = match debtor.chosen(input, |held| held.reminder.is_some()) {
        Ok(keys) => keys,
        Err(findings) => return Ok(Outcome::refused(findings)),
    };
    let keys = match not_ended(view, &debtor, input, keys, on)? {
        Ok(keys) => keys,
        Err(findings) => return Ok(Outcome::refused(findings)),
    };
    let (property_kind, property) = match property(view, input, &debtor.case.addressee_no)? {
        Ok(property) => property,
        Err(finding) => return refuse(finding),
    };
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(in_future("on", "差押の日", on, context.today));
    let rates = rates()?;
    for held in debtor.of(&keys) {
        if let Some(why) = not_seizable(rates, &held, &debtor.case, None, on) {
            findings.push(Finding::error(
                "TXC64",
                "levy_keys",
                "対象の調定番号",
                format!("調定番号{}では差し押さえられません。{why}。", held.levy_key),
                "差し押さえられる期別を選ぶか、日を改めてください。",
            ));
        }
    }
    if !findings.is_empty() {
        return Ok(Outcome::refused(findings));
    }
    let kind = DispositionKind::from_code(input.text("kind")).unwrap_or(DispositionKind::Seizure);
    let count = dispositions(view, &debtor.case.addressee_no)?.len();
    let disposition = Disposition {
        disposition_key: next_key(&debtor.case.addressee_no, count),
        addressee_no: debtor.case.addressee_no.clone(),
        kind,
        property_kind,
        property,
        holder: input.text("holder").to_owned(),
        levy_keys: keys,
        on,
        ended: None,
        sales: Vec::new(),
    };
    reopen(&mut debtor.case, context.today);
    let write = Write::put(&disposition, None)?;
    let no = count.saturating_add(1);
    let message =
        format!("処分{no}として、{}の{}を記録しました。差押書を作成してください。", wareki(on), kind.label());
    let mut outcome = debtor.done("差押", message)?;
    outcome.writes.push(write);
    Ok(outcome)
}

/// What is seized: of a survey, or as the form says.
fn property(
    view: &dyn View,
    input: &Input,
    addressee_no: &str,
) -> Result<Result<(PropertyKind, String), Finding>, Fault> {
    if let Some(no) = number(input, "survey_no") {
        let mut held = view.load_by::<Survey>("addressee_no", addressee_no)?;
        held.sort_by(|a, b| a.record.survey_key.cmp(&b.record.survey_key));
        let survey = no.checked_sub(1).and_then(|at| held.into_iter().nth(at)).map(|held| held.record);
        let found = survey.and_then(|survey| survey.kind.map(|kind| (kind, survey.description)));
        return Ok(found.ok_or_else(|| no_such("survey_no", "財産のある調査の番号", input.text("survey_no"))));
    }
    let kind = PropertyKind::from_code(input.text("property_kind"));
    let property = input.text("property").to_owned();
    Ok(match kind {
        Some(kind) if !property.is_empty() => Ok((kind, property)),
        _ => Err(Finding::error(
            "E124",
            "property",
            "財産の内容",
            "財産の種類か内容が空です。",
            "財産を入力するか、財産調査の番号を入力してください。",
        )),
    })
}
