//! 媒体の所在: what is out, since when, with whom, and what should be back.

use std::ops::ControlFlow;

use domain::{Date, wareki};
use register::{Fault, View};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices,
};

use super::medium::shown;
use crate::records::{MEDIUM, Medium};
use crate::rules::State;

/// The most rows one answer shows; the counts are of all.
const ROWS_MAX: usize = 1_000;

/// 媒体の所在.
pub(super) fn function() -> Function {
    let which = choices(&[
        ("out", "外にあるもの（紛失を含む）"),
        ("overdue", "返却予定日を過ぎたもの"),
        ("held", "手元にあり、データの残るもの"),
        ("all", "すべて"),
    ]);
    Function {
        id: "media-register/whereabouts",
        title: "媒体の所在",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧の条件",
            vec![
                Field::new("which", "範囲", FieldKind::Choice(which))
                    .help("空のときは「外にあるもの（紛失を含む）」です。"),
                Field::new("link_id", "連携", FieldKind::Text(100)).help("連携のID。空のときはすべてです。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let (today, link) = (context.today, input.text("link_id"));
    let wanted = |medium: &Medium| {
        let fits = match input.text("which") {
            "overdue" => medium.is_overdue(today),
            "held" => medium.state.is_held(),
            "all" => true,
            _ => medium.state.is_out() || medium.state == State::Lost,
        };
        fits && (link.is_empty() || medium.link_id == link)
    };
    let mut found: Vec<Medium> = Vec::new();
    view.scan(&MEDIUM, None, &mut |stored| {
        let medium = stored.typed::<Medium>()?.record;
        if wanted(&medium) {
            found.push(medium);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    found.sort_by_key(|medium| urgency(medium, today));
    let overdue = found.iter().filter(|medium| medium.is_overdue(today)).count();
    let lost = found.iter().filter(|medium| medium.state == State::Lost).count();
    let subjects = found.iter().take(ROWS_MAX).map(|medium| medium.medium_no.clone()).collect();
    let rows: Vec<_> = found.iter().take(ROWS_MAX).map(|medium| shown(medium, today)).collect();
    let message = format!(
        "{}現在 {}個です。返却予定日を過ぎたもの{overdue}個、紛失{lost}個。",
        wareki(today),
        found.len()
    );
    let data = json!({
        "as_of": today.to_string(),
        "count": found.len(),
        "overdue_count": overdue,
        "lost_count": lost,
        "more": ROWS_MAX < found.len(),
        "rows": rows,
    });
    Ok(Outcome { message, answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

/// Lost ones first, then what is over its day, then what is out the longest.
fn urgency(medium: &Medium, today: Date) -> (bool, bool, Date, String) {
    let since = medium.holder.as_ref().map_or(medium.last.done_on, |holder| holder.since);
    (medium.state != State::Lost, !medium.is_overdue(today), since, medium.medium_no.clone())
}
