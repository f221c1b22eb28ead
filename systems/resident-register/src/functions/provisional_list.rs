//! 仮登録一覧: movements that wait to be made final.

use register::{Fault, View, ViewExt};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices,
};

use crate::concealment::{Concealment, HIDDEN};
use crate::records::{Provisional, ProvisionalStatus};

/// The function.
pub(crate) fn function() -> Function {
    let status =
        FieldKind::Choice(choices(&[("open", "仮登録中"), ("final", "本登録済"), ("discarded", "取消済")]));
    Function {
        id: "resident-register/provisional-list",
        title: "仮登録一覧",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "条件",
            vec![
                Field::new("status", "状態", status).help("空なら仮登録中"),
                Field::new("provisional_no", "受付番号", FieldKind::Text(20))
                    .help("状態によらず、この一件だけ"),
                Field::new("entered_by", "入力した職員", FieldKind::Text(20)),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let status = match input.text("status") {
        "" => ProvisionalStatus::Open.code(),
        stated => stated,
    };
    let by = input.text("entered_by");
    let mut rows = Vec::new();
    let mut subjects = Vec::new();
    let mut concealment = Concealment::new(view, context);
    let no = input.text("provisional_no");
    let listed = match no {
        "" => view.load_by::<Provisional>("status", status)?,
        no => view.load::<Provisional>(no)?.into_iter().collect(),
    };
    for held in listed {
        let one = held.record;
        if !by.is_empty() && one.entered_by != by {
            continue;
        }
        let hidden = concealment.hides_provisional(&one)?;
        let mut findings = one.findings.clone();
        for finding in findings.iter_mut().filter(|_| hidden) {
            HIDDEN.clone_into(&mut finding.message);
        }
        subjects.extend(one.targets.iter().map(ToString::to_string));
        rows.push(json!({
            "provisional_no": one.provisional_no,
            "function": one.function,
            "title": one.title,
            "summary": concealment.summary(&one)?,
            "concealed": hidden,
            "entered_by": one.entered_by,
            "entered_at": one.entered_at.to_string(),
            "own": one.entered_by == context.actor.id(),
            "status": one.status.code(),
            "status_label": one.status.label(),
            "targets": one.targets,
            "households": if hidden { Vec::new() } else { one.households },
            "findings": findings,
            "ended_by": one.ended_by,
            "ended_at": one.ended_at.map(|at| at.to_string()).unwrap_or_default(),
        }));
    }
    let count = rows.len();
    Ok(Outcome {
        message: format!("{count}件"),
        answer: Some(Answer { data: json!({ "rows": rows, "count": count }), subjects }),
        ..Outcome::default()
    })
}
