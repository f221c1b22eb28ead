//! 差戻し and 却下, with the reason the applicant is told.

use register::{Fault, View};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices};

use super::{REASON_CHARS_MAX, done};
use crate::findings;
use crate::records::{Action, State};
use crate::resolve::Desk;

/// 差戻し・却下.
pub(super) fn function() -> Function {
    let kinds = [(State::Returned.code(), "差戻し"), (State::Rejected.code(), "却下")];
    Function {
        id: "application-management/refuse",
        title: "申請の差戻し・却下",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "差戻し・却下",
            vec![
                super::number(),
                Field::new("result", "処理", FieldKind::Choice(choices(&kinds))).required(),
                Field::new("reason", "理由", FieldKind::Text(REASON_CHARS_MAX)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("application_no");
    let reason = input.text("reason");
    let result =
        if input.text("result") == State::Rejected.code() { State::Rejected } else { State::Returned };
    let mut desk = Desk::new(view, context);
    let Some(one) = desk.get(no)? else { return Ok(Outcome::refused(vec![findings::unknown(no)])) };
    if !one.state.allows(Action::Refuse) {
        let remedy = "終わった申請は変えられません。申請の照会で経過を確かめてください。";
        return Ok(Outcome::refused(vec![findings::not_now(one, result.label(), remedy)]));
    }
    let passed = one.passed;
    reason.clone_into(&mut one.reason);
    desk.go(no, result, reason)?;
    let outcome = done(desk, no, context, reason)?;
    let message = match passed {
        true => format!("{}{}", outcome.message, super::END_THERE_TOO),
        false => outcome.message,
    };
    Ok(Outcome { message, ..outcome })
}
