//! 取下げ: the applicant takes an application back at the counter or by telephone.

use register::{Fault, View};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::{REASON_CHARS_MAX, done};
use crate::findings;
use crate::records::{Action, State};
use crate::resolve::Desk;

/// 取下げ. What was handed on is ended in its own task: nothing goes there of itself.
pub(super) fn function() -> Function {
    Function {
        id: "application-management/withdraw",
        title: "申請の取下げ",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "取下げ",
            vec![super::number(), Field::new("reason", "理由", FieldKind::Text(REASON_CHARS_MAX)).required()],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("application_no");
    let reason = input.text("reason");
    let mut desk = Desk::new(view, context);
    let Some(one) = desk.get(no)? else { return Ok(Outcome::refused(vec![findings::unknown(no)])) };
    if !one.state.allows(Action::Withdraw) {
        let remedy = "受理したものは、担当の業務で異動を取り消してください。";
        return Ok(Outcome::refused(vec![findings::not_now(one, "取下げ", remedy)]));
    }
    let passed = one.passed;
    reason.clone_into(&mut one.reason);
    desk.go(no, State::Withdrawn, reason)?;
    let outcome = done(desk, no, context, reason)?;
    let message = match passed {
        true => format!("{}{}", outcome.message, super::END_THERE_TOO),
        false => outcome.message,
    };
    Ok(Outcome { message, ..outcome })
}
