//! 抑止解除: a suppression is ended for good.

use register::{Fault, View, ViewExt, Write};
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use crate::records::{Suppression, SuppressionStatus};
use crate::rules::stop;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/suppression-end",
        title: "抑止解除",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "抑止",
            vec![
                Field::new("suppression_no", "抑止番号", FieldKind::Text(20)).required(),
                Field::new("reason", "解除の理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("suppression_no");
    let (suppression, version) = match open(view, no)? {
        Ok(open) => open,
        Err(finding) => return Ok(Outcome::refused(vec![*finding])),
    };
    let ended = Suppression {
        status: SuppressionStatus::Ended,
        ended_by: context.actor.id().to_owned(),
        ended_at: Some(context.now),
        end_reason: input.text("reason").to_owned(),
        ..suppression
    };
    let mut writes = stop::of_suppression(view, &ended, context.today)?;
    writes.push(Write::put(&ended, Some(version))?);
    Ok(Outcome {
        writes,
        reason: format!("抑止の解除（{}）", ended.end_reason),
        message: format!("抑止を解除しました。抑止番号 {no}"),
        ..Outcome::default()
    })
}

/// The suppression of a number that stands; D022 when there is none or it has ended.
pub(crate) fn open(view: &dyn View, no: &str) -> Result<Result<(Suppression, u32), Box<Finding>>, Fault> {
    let refuse = |message: String| {
        Ok(Err(Box::new(Finding::error(
            "D022",
            "suppression_no",
            "抑止番号",
            message,
            "抑止一覧で抑止番号を確かめてください。",
        ))))
    };
    match view.load::<Suppression>(no)? {
        None => refuse(format!("抑止番号{no}の抑止はありません。")),
        Some(held) if held.record.status == SuppressionStatus::Ended => {
            refuse(format!("抑止番号{no}の抑止は、もう解除されています（担当 {}）。", held.record.ended_by))
        }
        Some(held) => Ok(Ok((held.record, held.version))),
    }
}
