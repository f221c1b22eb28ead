//! 受理: what was made of an application in its task, by its number.

use register::{Fault, View};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::{REASON_CHARS_MAX, done};
use crate::findings;
use crate::records::{Action, State};
use crate::resolve::Desk;

/// The most characters of a number of another system.
const REFERENCE_CHARS_MAX: usize = 40;

/// 受理. The number is entered by hand: that a task answers by itself is future work of the standard too.
///
/// Source: 共通機能標準仕様書 029.
pub(super) fn function() -> Function {
    Function {
        id: "application-management/accept",
        title: "申請の受理",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "受理",
            vec![
                super::number(),
                Field::new(
                    "application_reference",
                    "異動番号・受付番号",
                    FieldKind::Text(REFERENCE_CHARS_MAX),
                )
                .required()
                .help("担当の業務で入力した異動や受付の番号。"),
                Field::new("note", "備考", FieldKind::Text(REASON_CHARS_MAX)),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("application_no");
    let reference = input.text("application_reference");
    let mut desk = Desk::new(view, context);
    let Some(one) = desk.get(no)? else { return Ok(Outcome::refused(vec![findings::unknown(no)])) };
    if !one.state.allows(Action::Accept) {
        let remedy = "審査を始めてから受理してください。";
        return Ok(Outcome::refused(vec![findings::not_now(one, "受理", remedy)]));
    }
    reference.clone_into(&mut one.reference);
    desk.go(no, State::Accepted, input.text("note"))?;
    done(desk, no, context, "申請の受理")
}
