//! 審査の開始: a clerk takes an application in hand.

use register::{Fault, View};
use system::{Context, Effect, Form, Function, Input, Mode, Outcome, Section};

use super::done;
use crate::findings;
use crate::records::{Action, State};
use crate::resolve::Desk;

/// 審査の開始.
pub(super) fn function() -> Function {
    Function {
        id: "application-management/review",
        title: "審査の開始",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once("審査する申請", vec![super::number()])]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("application_no");
    let mut desk = Desk::new(view, context);
    let Some(one) = desk.get(no)? else { return Ok(Outcome::refused(vec![findings::unknown(no)])) };
    if !one.state.allows(Action::Review) {
        let remedy = findings::before_review(one.state);
        return Ok(Outcome::refused(vec![findings::not_now(one, "審査の開始", remedy)]));
    }
    desk.go(no, State::InReview, "")?;
    done(desk, no, context, "審査の開始")
}
