//! 定時登録: registers everybody who qualifies on the base date.

use std::ops::ControlFlow;

use domain::{Date, wareki};
use register::{Fault, View, Write};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use crate::records::{ELECTOR, Elector, LeaveReason, Registration, Standing};
use crate::rules::{Arrival, Law, Qualified, first_working_day, laws, next, qualifies_on};

/// The most persons to be looked at by hand that one answer names.
pub const UNCLEAR_MAX: usize = 1_000;

/// 定時登録. Base dates are the first of March, June, September and December; the registration is on that day or the
/// next working day. Who has left within four months is registered and marked in one.
///
/// Source: 公職選挙法 art. 19(2), 22(1).
pub fn function() -> Function {
    Function {
        id: "electoral-roll/regular-registration",
        title: "定時登録",
        place: None,
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "処理の条件",
            vec![
                Field::new("base_date", "基準日", FieldKind::Date)
                    .help("登録月（3月・6月・9月・12月）の1日。空のときは直近の基準日です。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let laws = laws()?;
    let base_date = match super::day(input, "base_date") {
        Some(day) => day,
        None => laws.of(context.today)?.newest_base_date(context.today),
    };
    let law = laws.of(base_date)?;
    let findings = findings(law, base_date, context.today)?;
    if findings.iter().any(Finding::stops) {
        return Ok(Outcome::refused(findings));
    }
    let mut writes = Vec::new();
    let mut unclear = Vec::new();
    view.scan(&ELECTOR, None, &mut |stored| {
        let held = stored.typed::<Elector>()?;
        let (Standing::Candidate, Some(facts)) = (&held.record.standing, &held.record.facts) else {
            return Ok(ControlFlow::Continue(()));
        };
        match qualifies_on(law, facts, base_date) {
            Qualified::No => {}
            Qualified::Unclear => unclear.push(stored.key.clone()),
            Qualified::Yes => {
                let registration = Registration { registered_on: context.today, base_date };
                let mut standing = Standing::Registered { registration };
                if let Some(left_on) = facts.left_on {
                    let left = Arrival::Left(LeaveReason::MovedOut, left_on);
                    standing = next(law, Some(standing), left, context.today);
                }
                let registered = Elector { standing, ..held.record };
                writes.push(Write::put(&registered, Some(held.version))?);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let message = format!(
        "基準日 {} で{}人を登録しました。生年月日などの不詳により判断できない人が{}人います。",
        wareki(base_date),
        writes.len(),
        unclear.len(),
    );
    unclear.truncate(UNCLEAR_MAX);
    let data = json!({ "base_date": base_date.to_string(), "registered": writes.len(), "unclear": unclear });
    Ok(Outcome {
        findings,
        writes,
        reason: "定時登録".to_owned(),
        message,
        effective_on: Some(context.today),
        answer: Some(Answer { data, subjects: unclear }),
        ..Outcome::default()
    })
}

fn findings(law: &Law, base_date: Date, today: Date) -> Result<Vec<Finding>, Fault> {
    let error = |code: &str, message: String, remedy: &str| {
        Ok(vec![Finding::error(code, "base_date", "基準日", message, remedy)])
    };
    if !law.is_base_date(base_date) {
        let months: Vec<String> = law.registration_months.iter().map(|month| format!("{month}月")).collect();
        let message = format!("{}は定時登録の基準日ではありません。", wareki(base_date));
        return error("ELR02", message, &format!("{}の1日を入力してください。", months.join("・")));
    }
    if today < base_date {
        let message = format!("基準日 {} は今日より後です。", wareki(base_date));
        return error("ELR03", message, "基準日以後に実行してください。");
    }
    let registration_day = first_working_day(base_date);
    if registration_day != today {
        return Ok(vec![Finding::alert(
            "ELR04",
            "base_date",
            "基準日",
            format!("今日は登録日（{}）ではありません。", wareki(registration_day)),
            "登録日と違う日に登録してよいか確かめてください。",
        )]);
    }
    Ok(Vec::new())
}
