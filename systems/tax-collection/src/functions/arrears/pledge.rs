//! 納税誓約: a plan to pay, and the promises that were broken.

use domain::{Date, RegisterDate, Yen, wareki};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::{
    Debtor, ROWS_MAX, cases, day_or_today, disorder, in_future, keys_field, not_ended, person_field, place,
    refuse, reopen,
};
use crate::records::{CaseState, Instalment, Pledge, PledgeRow};
use crate::rules::{Promise, kept, owed_on, paid_between, rates};

/// Most payments of one plan: five years of months.
const ROWS_OF_PLAN_MAX: usize = 60;

/// 納税誓約.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/pledge",
        title: "納税誓約",
        place: place("滞納整理", "相談対応", "納税誓約"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "誓約",
                vec![
                    person_field(),
                    Field::new("on", "誓約日（債務の承認の日）", FieldKind::Date)
                        .help("空のときは今日です。"),
                    keys_field("空のときは、納期限を過ぎた未納の期別すべてです。"),
                ],
            ),
            Section::repeated(
                "rows",
                "納付計画",
                ROWS_OF_PLAN_MAX,
                vec![
                    Field::new("on", "納付の日", FieldKind::Date).required(),
                    Field::new("yen", "納付の額", FieldKind::Yen).required().carried(),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

fn plan(input: &Input) -> Vec<PledgeRow> {
    let rows = input.0.get("rows").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let read = |row: &Value| {
        let on = text(row, "on").parse::<RegisterDate>().ok().and_then(|date| date.known())?;
        Some(PledgeRow { on, yen: Yen(text(row, "yen").parse().unwrap_or_default()) })
    };
    rows.iter().filter_map(read).collect()
}

/// Source: 民法 152条 (承認); taxes.md 5.5 納税誓約.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "on", context);
    let mut debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    let keys = match debtor.chosen(input, |held| held.due_on < on) {
        Ok(keys) => keys,
        Err(findings) => return Ok(Outcome::refused(findings)),
    };
    let keys = match not_ended(view, &debtor, input, keys, on)? {
        Ok(keys) => keys,
        Err(findings) => return Ok(Outcome::refused(findings)),
    };
    let rows = plan(input);
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(in_future("on", "誓約日", on, context.today));
    if rows.is_empty() {
        let message = "納付計画が1行もありません。";
        findings.push(Finding::error(
            "TXC61",
            "rows",
            "納付計画",
            message,
            "納付の日と額を入力してください。",
        ));
    }
    let mut before = on;
    for (at, row) in rows.iter().enumerate() {
        if row.on < before || (at != 0 && row.on == before) {
            let message = format!("納付の日{}が、前の行か誓約日より後ではありません。", wareki(row.on));
            findings.push(disorder(&format!("rows.{at}.on"), "納付の日", message));
        }
        if row.yen <= Yen::ZERO {
            let path = format!("rows.{at}.yen");
            findings.push(Finding::error(
                "TXC61",
                path,
                "納付の額",
                "納付の額が0円です。",
                "額を入力してください。",
            ));
        }
        before = before.max(row.on);
    }
    let promised = rows.iter().fold(0_i64, |sum, row| sum.saturating_add(row.yen.0));
    let rates = rates()?;
    let mut owed = 0_i64;
    for held in debtor.of(&keys) {
        match owed_on(rates, &held, on) {
            Ok(yen) => owed = owed.saturating_add(yen.0),
            Err(missing) => return refuse(missing.finding()),
        }
    }
    if promised < owed {
        findings.push(Finding::alert(
            "TXC62",
            "rows",
            "納付計画",
            format!("計画の合計{}円が、{}現在の未納{}円に足りません。", Yen(promised), wareki(on), Yen(owed)),
            "残りをどう納めるか確かめてください。延滞金は納付の日まで増えます。",
        ));
    }
    if findings.iter().any(Finding::stops) {
        return Ok(Outcome::refused(findings));
    }
    reopen(&mut debtor.case, context.today);
    for pledge in debtor.case.pledges.iter_mut().filter(|pledge| pledge.ended_on.is_none()) {
        pledge.ended_on = Some(on);
    }
    let count = rows.len();
    debtor.case.pledges.push(Pledge { on, levy_keys: keys, rows, ended_on: None });
    let outcome =
        debtor.done("納税誓約", format!("{count}回、{}円の納税誓約を記録しました。", Yen(promised)))?;
    Ok(Outcome { findings, ..outcome })
}

/// 納税誓約の履行確認: the rows that are broken, of every plan that is followed.
pub(super) fn follow_up() -> Function {
    Function {
        id: "tax-collection/pledge-follow-up",
        title: "納税誓約の履行確認",
        place: place("滞納整理", "相談対応", "納税誓約"),
        mode: Mode::Batch,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "履行確認",
            vec![
                Field::new("on", "基準日", FieldKind::Date).help("空のときは今日です。"),
                Field::new("officer", "担当者", FieldKind::Text(30)).help("空のときは全員です。"),
            ],
        )]),
        in_menu: true,
        decide: broken,
    }
}

fn broken(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "on", context);
    let officer = input.text("officer");
    let rates = rates()?;
    let (mut count, mut plans) = (0_usize, 0_usize);
    let mut rows = Vec::new();
    let mut subjects = Vec::new();
    for (no, (case, _)) in cases(view)? {
        let followed = case.state == CaseState::Open && (officer.is_empty() || case.officer == officer);
        let Some(pledge) = case.plan().filter(|_| followed) else { continue };
        plans = plans.saturating_add(1);
        let held = covered(view, pledge)?;
        let states = kept(rates, pledge, &held, on);
        let Some((row, _)) = pledge.rows.iter().zip(&states).find(|(_, state)| **state == Promise::Broken)
        else {
            continue;
        };
        count = count.saturating_add(1);
        if rows.len() < ROWS_MAX {
            rows.push(shown(&no, &case.officer, pledge, row, &held, on));
        }
        subjects.push(no);
    }
    Ok(Outcome {
        message: format!("{}現在、{plans}件の誓約のうち{count}件が不履行です。", wareki(on)),
        answer: Some(Answer {
            data: json!({ "count": count, "plans": plans, "as_of": on, "rows": rows }),
            subjects,
        }),
        ..Outcome::default()
    })
}

fn shown(no: &str, officer: &str, pledge: &Pledge, row: &PledgeRow, held: &[Instalment], on: Date) -> Value {
    let promised: i64 = pledge.rows.iter().take_while(|one| one.on <= row.on).map(|one| one.yen.0).sum();
    let paid = paid_between(held, pledge.on, on);
    json!({
        "addressee_no": no, "officer": officer, "pledged_on": pledge.on, "row_on": row.on,
        "promised_yen": promised, "paid_yen": paid,
    })
}

/// The levies a plan is for.
pub(super) fn covered(view: &dyn View, pledge: &Pledge) -> Result<Vec<Instalment>, Fault> {
    let mut held = Vec::new();
    for key in &pledge.levy_keys {
        held.extend(view.load::<Instalment>(key)?.map(|held| held.record));
    }
    Ok(held)
}
