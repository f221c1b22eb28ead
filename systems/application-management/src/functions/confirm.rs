//! 申請内容の確認: what a clerk found to be so, beside what was stated; and holds set aside with a reason.

use register::{Fault, View};
use serde_json::Value;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::{REASON_CHARS_MAX, done};
use crate::findings;
use crate::records::Action;
use crate::resolve::Desk;
use crate::rules::{Procedure, check, items};

/// The most characters of what is confirmed: every item of some twenty people.
const CONFIRMED_CHARS_MAX: usize = 20_000;

/// 申請内容の確認.
pub(super) fn function() -> Function {
    Function {
        id: "application-management/confirm",
        title: "申請内容の確認・保留の解除",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "確認",
            vec![
                super::number(),
                Field::new("confirmed", "確認した内容", FieldKind::Lines(CONFIRMED_CHARS_MAX))
                    .help("1行に一つ、項目=値。2人目からは「2:氏名=…」。届いた内容はそのまま残ります。"),
                Field::new("release", "保留を解く", FieldKind::Flag)
                    .help("様式版、必須項目、有効期限の理由を、判断の上で片付けます。"),
                Field::new("reason", "理由", FieldKind::Text(REASON_CHARS_MAX)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("application_no").to_owned();
    let reason = input.text("reason").to_owned();
    let releases = input.0.get("release").and_then(Value::as_bool).unwrap_or(false);
    let confirmed = match items::read(input.text("confirmed")) {
        Ok(confirmed) => confirmed,
        Err(line) => return Ok(Outcome::refused(vec![findings::no_item(&line)])),
    };
    if confirmed.is_empty() && !releases {
        return Ok(Outcome::refused(vec![findings::nothing()]));
    }
    let mut desk = Desk::new(view, context);
    let Some(one) = desk.get(&no)? else { return Ok(Outcome::refused(vec![findings::unknown(&no)])) };
    if !one.state.allows(Action::Confirm) {
        let remedy = "終わった申請は変えられません。新しい申請を出してもらってください。";
        return Ok(Outcome::refused(vec![findings::not_now(one, "申請内容の確認", remedy)]));
    }
    let fixed: Vec<&str> = one
        .holds
        .iter()
        .map(|hold| hold.code.as_str())
        .filter(|code| *code != check::PERSON && !check::RELEASABLE.contains(code))
        .collect();
    if releases && !fixed.is_empty() {
        return Ok(Outcome::refused(vec![findings::not_releasable(&fixed.join("・"))]));
    }
    one.confirmed.extend(confirmed);
    if releases {
        for code in check::RELEASABLE {
            one.clear(code);
        }
    } else {
        let rows = items::confirmed(&one.rows()?, &one.confirmed);
        let had = one.holds.iter().any(|hold| hold.code == check::MISSING);
        one.clear(check::MISSING);
        if let Some(procedure) = Procedure::find(&one.procedure).filter(|_| had) {
            one.holds.extend(check::missing(&procedure, &rows));
        }
    }
    let (state, passed) = (one.state, one.passed);
    let said = if releases { "保留を解きました。" } else { "内容を確認しました。" };
    desk.go(&no, state, &format!("{said}{reason}"))?;
    desk.advance(&no)?;
    let outcome = done(desk, &no, context, &reason)?;
    let message = match passed {
        true => format!("{}もう担当の業務に渡した内容は変わりません。", outcome.message),
        false => outcome.message,
    };
    Ok(Outcome { message, ..outcome })
}
