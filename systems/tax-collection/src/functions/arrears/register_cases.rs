//! 滞納者登録: who owes something behind its due date gets a case.

use domain::{Yen, wareki};
use register::{Fault, View, Write};
use serde_json::json;
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::{CASES_MAX, cases, day_or_today, gather, place, suspended};
use crate::records::{Case, CaseState};

/// 滞納者登録. Who has an open case is passed over.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/register-cases",
        title: "滞納者登録",
        place: place("滞納整理", "滞納者抽出", "滞納者登録"),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "抽出",
            vec![
                Field::new("on", "基準日", FieldKind::Date)
                    .help("空のときは今日です。この日の前に納期限が過ぎた分を見ます。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "on", context);
    let mut held = cases(view)?;
    let persons = gather(view, &suspended(held.values().map(|(case, _)| case), on), on)?;
    let mut due: Vec<_> = persons.into_iter().filter(|(_, of)| of.overdue).collect();
    due.retain(|(no, _)| held.get(no).is_none_or(|(case, _)| case.state == CaseState::Settled));
    let left = due.len().saturating_sub(CASES_MAX);
    due.truncate(CASES_MAX);
    let mut writes = Vec::with_capacity(due.len());
    let mut subjects = Vec::with_capacity(due.len());
    let mut total = Yen::ZERO;
    for (no, of) in due {
        let (mut case, version) = match held.remove(&no) {
            Some((case, version)) => (case, Some(version)),
            None => (Case::new(&no, on), None),
        };
        super::reopen(&mut case, on);
        total = Yen(total.0.saturating_add(of.summary.yen.0));
        case.summary = of.summary;
        writes.push(Write::put(&case, version)?);
        subjects.push(no);
    }
    let count = subjects.len();
    Ok(Outcome {
        writes,
        reason: "滞納者登録".to_owned(),
        message: format!("{}現在の滞納者{count}人、{total}円を登録しました。", wareki(on)),
        answer: Some(Answer { data: json!({ "count": count, "total_yen": total, "as_of": on }), subjects }),
        left,
        ..Outcome::default()
    })
}
