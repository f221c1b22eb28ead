//! 異動履歴抽出: the rows of all records that were recorded in some days, with keys, reasons and dates.

use std::ops::ControlFlow;

use domain::{Date, MovementReason, ResidentKind, ResidentStatus};
use register::{Fault, Stored, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use system::{
    Answer, Choice, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::statistics::{ahead, day, refused};
use crate::records::{Basis, PERSON};
use crate::statistics::{Period, data};

/// The function.
pub(crate) fn function() -> Function {
    let reasons = MovementReason::ALL.iter().map(|reason| Choice {
        code: reason.code().to_owned(),
        label: format!("{} {}（{}）", reason.code(), reason.label(), reason.class().label()),
    });
    Function {
        id: "resident-register/history-extract",
        title: "異動履歴抽出（EUC）",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "抽出の条件",
            vec![
                Field::new("from", "開始日（処理日）", FieldKind::Date).help("空なら前の月の初日"),
                Field::new("until", "終了日（処理日）", FieldKind::Date)
                    .help("空なら開始日の月の末日（今日より後なら今日）"),
                Field::new("movement_reason", "異動事由", FieldKind::Choice(reasons.collect()))
                    .help("空ならすべて"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// One row of a history (異動履歴の1行). Its names are those of the record; there is no name and no number of a person in it.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Line {
    addressee_no: String,
    history_no: u32,
    household_no: String,
    resident_kind: ResidentKind,
    resident_status: ResidentStatus,
    movement_reason: MovementReason,
    #[serde(default)]
    event_date: String,
    #[serde(default)]
    notified_on: String,
    processed_on: Date,
    #[serde(default)]
    basis: Basis,
    #[serde(default)]
    deletion_reason: String,
    #[serde(default)]
    deletion_event_date: String,
    #[serde(default)]
    moveout_planned_on: String,
    #[serde(default)]
    moveout_confirmed_on: String,
    #[serde(default)]
    renewal_no: u32,
    #[serde(default, deserialize_with = "joined")]
    cancels: String,
}

/// 取り消した履歴番号, with spaces between them.
fn joined<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let numbers = Vec::<u32>::deserialize(from)?;
    Ok(numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(" "))
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let last_month = Period::month(Period::month(context.today).before().unwrap_or(context.today));
    let first = day(input, "from").unwrap_or(last_month.first);
    if context.today < first {
        return Ok(refused(ahead("from", first, context.today)));
    }
    let last = day(input, "until").unwrap_or_else(|| first.last_of_month().min(context.today));
    let period = Period { first, last };
    let wanted = MovementReason::from_code(input.text("movement_reason"));
    let Some(mut lines) = lines(view, period, wanted)? else {
        return Ok(refused(Finding::error(
            "D053",
            "from",
            "抽出の条件",
            format!("{}行を超えます。", data::extract_rows_max()),
            "期間を短くするか、異動事由を選んで、分けて抽出してください。",
        )));
    };
    lines.sort_by(|a, b| {
        let key = |line: &Line| (line.processed_on, line.addressee_no.clone(), line.history_no);
        key(a).cmp(&key(b))
    });
    let mut subjects: Vec<String> = lines.iter().map(|line| line.addressee_no.clone()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let count = lines.len();
    let rows = serde_json::to_value(lines.iter().map(shown).collect::<Vec<_>>())
        .map_err(|error| Fault::new("rows of a history are not JSON", error))?;
    let data =
        json!({ "first_day": first.to_string(), "last_day": last.to_string(), "count": count, "rows": rows });
    let message = format!("{}から{}までに処理された{count}行", domain::wareki(first), domain::wareki(last));
    Ok(Outcome { message, answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

/// A line with the words beside its codes.
fn shown(line: &Line) -> Value {
    let mut shown = json!(line);
    if let Some(members) = shown.as_object_mut() {
        for (name, word) in [
            ("resident_kind_label", line.resident_kind.label()),
            ("resident_status_label", line.resident_status.label()),
            ("movement_reason_label", line.movement_reason.label()),
            ("movement_class", line.movement_reason.class().label()),
            ("basis_label", line.basis.label()),
        ] {
            members.insert(name.to_owned(), json!(word));
        }
    }
    shown
}

/// The lines of a period; none when they are more than an answer holds.
fn lines(
    view: &dyn View,
    period: Period,
    wanted: Option<MovementReason>,
) -> Result<Option<Vec<Line>>, Fault> {
    let max = data::extract_rows_max();
    let fits = |line: &Line| {
        period.has(line.processed_on) && wanted.is_none_or(|wanted| wanted == line.movement_reason)
    };
    let mut lines: Vec<Line> = Vec::new();
    let mut changed: Vec<String> = Vec::new();
    view.scan(&PERSON, None, &mut |stored| {
        let newest = read(stored)?;
        // Nothing older was recorded later.
        if period.first <= newest.processed_on {
            if newest.history_no == 1 {
                lines.extend(Some(newest).filter(fits));
            } else {
                changed.push(stored.key.clone());
            }
        }
        Ok(if lines.len() <= max { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    for key in changed {
        if max < lines.len() {
            break;
        }
        for stored in view.history(&PERSON, &key)? {
            lines.extend(Some(read(&stored)?).filter(fits));
        }
    }
    Ok((lines.len() <= max).then_some(lines))
}

fn read(stored: &Stored) -> Result<Line, Fault> {
    serde_json::from_str(stored.body.as_str())
        .map_err(|error| Fault::new(format!("resident record {} does not read", stored.key), error))
}
