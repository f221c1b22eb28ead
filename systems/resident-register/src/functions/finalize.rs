//! 本登録: a movement entered before becomes final.

use register::{Fault, View, ViewExt};
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use crate::movement;
use crate::records::{Provisional, ProvisionalStatus};

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/finalize",
        title: "本登録",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "仮登録",
            vec![Field::new("provisional_no", "受付番号", FieldKind::Text(20)).required()],
        )]),
        in_menu: false,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("provisional_no");
    match open(view, no)? {
        Ok((provisional, version)) => movement::finalize(view, &provisional, version, context),
        Err(finding) => Ok(Outcome::refused(vec![*finding])),
    }
}

/// The open 仮登録 of a number; D003 when there is none or it has ended.
pub(crate) fn open(view: &dyn View, no: &str) -> Result<Result<(Provisional, u32), Box<Finding>>, Fault> {
    let refuse = |message: String| {
        Ok(Err(Box::new(Finding::error(
            "D003",
            "provisional_no",
            "受付番号",
            message,
            "仮登録一覧で受付番号を確かめてください。",
        ))))
    };
    let Some(held) = view.load::<Provisional>(no)? else {
        return refuse(format!("受付番号{no}の仮登録はありません。"));
    };
    match held.record.status {
        ProvisionalStatus::Open => Ok(Ok((held.record, held.version))),
        ended => {
            refuse(format!("受付番号{no}の仮登録は{}です（担当 {}）。", ended.label(), held.record.ended_by))
        }
    }
}
