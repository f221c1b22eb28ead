//! 申請の統計: by month and procedure, what came and what became of it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::{Date, FiscalYear};
use register::{Fault, View};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::{list, procedure_title};
use crate::records::{APPLICATION, Application, State};

/// 申請の統計.
pub(super) fn function() -> Function {
    Function {
        id: "application-management/statistics",
        title: "申請の統計",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "期間",
            vec![
                Field::new("from", "受付日の初め", FieldKind::Date).help("空のときは今年度の4月1日です。"),
                Field::new("until", "受付日の終わり", FieldKind::Date).help("空のときは今日です。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

#[derive(Default)]
struct Counts {
    received: u64,
    accepted: u64,
    refused: u64,
    withdrawn: u64,
    open: u64,
    late: u64,
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let day = |name: &str| input.text(name).parse::<Date>().ok();
    let until = day("until").unwrap_or(context.today);
    let from = day("from").unwrap_or_else(|| FiscalYear::of(context.today).first_day());
    let mut all: BTreeMap<(String, String), Counts> = BTreeMap::new();
    view.scan(&APPLICATION, None, &mut |stored| {
        let one = stored.typed::<Application>()?.record;
        if from <= one.received_on && one.received_on <= until {
            let month = one.received_on.strftime("%Y-%m").to_string();
            let counts = all.entry((month, one.procedure.clone())).or_default();
            counts.received += 1;
            match one.state {
                State::Accepted => counts.accepted += 1,
                State::Returned | State::Rejected => counts.refused += 1,
                State::Withdrawn => counts.withdrawn += 1,
                State::Received | State::Held | State::Unmatched | State::Matched | State::InReview => {
                    counts.open += 1;
                }
            }
            counts.late += u64::from(list::is_late(&one, context.today));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let total: u64 = all.values().map(|counts| counts.received).sum();
    let row = |((month, procedure), counts): (&(String, String), &Counts)| -> Value {
        json!({
            "month": month,
            "procedure_title": procedure_title(procedure),
            "received_count": counts.received,
            "accepted_count": counts.accepted,
            "refused_count": counts.refused,
            "withdrawn_count": counts.withdrawn,
            "open_count": counts.open,
            "late_count": counts.late,
        })
    };
    let rows: Vec<Value> = all.iter().map(row).collect();
    let data = json!({ "from": from.to_string(), "until": until.to_string(), "count": total, "rows": rows });
    let answer = Answer { data, subjects: Vec::new() };
    Ok(Outcome { message: format!("{total}件です。"), answer: Some(answer), ..Outcome::default() })
}
