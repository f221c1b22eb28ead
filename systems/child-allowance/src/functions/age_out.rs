//! 年齢到達: ends the entitlements whose last month has passed.

use std::ops::ControlFlow;

use domain::wareki;
use register::{Fault, View, Write};
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use crate::records::{ENTITLEMENT, Entitlement, Reason, State};
use crate::rules::Month;

/// 年齢到達（消滅）. Ends what lies before the month of the day given, so that a run on 1 April ends those who attained
/// 18 in the school year before, and a second run ends nothing.
///
/// Source: 児童手当法 art. 3(1), 8(2).
pub fn function() -> Function {
    Function {
        id: "child-allowance/age-out",
        title: "年齢到達（消滅）",
        place: None,
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "処理の条件",
            vec![Field::new("as_of", "基準日", FieldKind::Date).help("空のときは今日です。")],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let as_of = super::as_of(input, context);
    if context.today < as_of {
        return Ok(Outcome::refused(vec![Finding::error(
            "CHA03",
            "as_of",
            "基準日",
            format!("基準日 {} は今日より後です。まだ来ていない月の分は消滅にできません。", wareki(as_of)),
            "今日以前の日を入力してください。",
        )]));
    }
    let month = Month::of(as_of);
    let mut writes = Vec::new();
    view.scan(&ENTITLEMENT, None, &mut |stored| {
        let held = stored.typed::<Entitlement>()?;
        let over = held.record.until.is_some_and(|until| until < month);
        if over && held.record.state != State::Ended {
            let ended = Entitlement { state: State::Ended, reason: Reason::Age, ..held.record };
            // So from the day after the last month.
            let since = ended.until.map_or(as_of, |until| until.next().first_day());
            writes.push(Write::put(&ended, Some(held.version))?.effective(since));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Outcome {
        message: format!(
            "{}現在で{}人の受給資格を年齢到達により消滅としました。",
            wareki(as_of),
            writes.len()
        ),
        writes,
        reason: "年齢到達".to_owned(),
        effective_on: Some(as_of),
        ..Outcome::default()
    })
}
