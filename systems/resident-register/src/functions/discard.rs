//! 仮登録取消: a movement entered before is given up.

use register::{Fault, View, Write};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::finalize;
use crate::movement;
use crate::records::{Provisional, ProvisionalStatus};
use crate::rules::application;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/discard",
        title: "仮登録取消",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "仮登録",
            vec![
                Field::new("provisional_no", "受付番号", FieldKind::Text(20)).required(),
                Field::new("reason", "取消の理由", FieldKind::Text(200)),
            ],
        )]),
        in_menu: false,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("provisional_no");
    let (provisional, version) = match finalize::open(view, no)? {
        Ok(open) => open,
        Err(finding) => return Ok(Outcome::refused(vec![*finding])),
    };
    let ended = Provisional {
        status: ProvisionalStatus::Discarded,
        ended_by: context.actor.id().to_owned(),
        ended_at: Some(context.now),
        discard_reason: input.text("reason").to_owned(),
        ..provisional.clone()
    };
    let mut writes = vec![Write::put(&ended, Some(version))?];
    writes.extend(movement::release(view, &provisional)?);
    let entered: Input = Input(
        serde_json::from_str(&provisional.input)
            .map_err(|error| Fault::new("the input of a 仮登録 does not read", error))?,
    );
    writes.extend(application::reopened(view, &entered)?);
    Ok(Outcome {
        writes,
        reason: format!("{}の仮登録の取消し", provisional.title),
        message: format!("仮登録を取り消しました。受付番号 {no}"),
        ..Outcome::default()
    })
}
