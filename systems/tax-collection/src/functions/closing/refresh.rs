//! 収納情報更新: what each person owes now, gathered from the levies into the cases.

use domain::{Yen, wareki};
use register::{Fault, View, Write};
use serde_json::json;
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::{CASES_MAX, cases, day_or_today, gather, place, suspended};
use crate::records::{CaseState, Summary};

/// 収納情報更新. A case that is up to date is passed over. Who owes nothing behind a due date is settled.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/refresh-balances",
        title: "収納情報更新",
        place: place("決算", "収納情報更新", ""),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "収納情報更新",
            vec![Field::new("on", "基準日", FieldKind::Date).help("空のときは今日です。")],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "on", context);
    let cases = cases(view)?;
    let mut persons = gather(view, &suspended(cases.values().map(|(case, _)| case), on), on)?;
    let (mut writes, mut subjects) = (Vec::new(), Vec::new());
    let (mut left, mut settled, mut total) = (0_usize, 0_usize, Yen::ZERO);
    for (no, (mut case, version)) in cases {
        let summary = persons.remove(&no).map(|of| of.summary).unwrap_or_default();
        total = Yen(total.0.saturating_add(summary.yen.0));
        let summary = Summary { as_of: Some(on), ..summary };
        let state = if summary.count == 0 { CaseState::Settled } else { CaseState::Open };
        if case.summary == summary && case.state == state {
            continue;
        }
        if subjects.len() == CASES_MAX {
            left = left.saturating_add(1);
            continue;
        }
        settled = settled.saturating_add(usize::from(case.state != state && state == CaseState::Settled));
        if state == CaseState::Open {
            super::super::arrears::reopen(&mut case, on);
        }
        (case.summary, case.state) = (summary, state);
        writes.push(Write::put(&case, Some(version))?);
        subjects.push(no);
    }
    let count = subjects.len();
    Ok(Outcome {
        writes,
        reason: "収納情報更新".to_owned(),
        message: format!(
            "{}現在の{count}人の収納情報を更新しました。{settled}人が完結です。滞納の合計は{total}円です。",
            wareki(on)
        ),
        answer: Some(Answer {
            data: json!({ "count": count, "settled_count": settled, "total_yen": total, "as_of": on }),
            subjects,
        }),
        left,
        ..Outcome::default()
    })
}
