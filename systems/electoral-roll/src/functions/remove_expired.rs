//! 転出者抹消: removes those whose mark has stood four months.

use std::ops::ControlFlow;

use domain::wareki;
use register::{Fault, View, Write};
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use crate::records::{ELECTOR, Elector, Removal, RemovalReason, Standing};
use crate::rules::{laws, period_end};

/// 転出者抹消. Also forgets who left without ever being registered, once the old place can register them no more.
///
/// Source: 公職選挙法 art. 28(ii), 21(2).
pub fn function() -> Function {
    Function {
        id: "electoral-roll/remove-expired",
        title: "転出者抹消（四か月経過）",
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
    let as_of = super::day(input, "as_of").unwrap_or(context.today);
    if context.today < as_of {
        return Ok(Outcome::refused(vec![Finding::error(
            "ELR05",
            "as_of",
            "基準日",
            format!(
                "基準日 {} は今日より後です。四か月が経過していない人を抹消することになります。",
                wareki(as_of)
            ),
            "今日以前の日を入力してください。",
        )]));
    }
    let law = laws()?.of(as_of)?;
    let mut removed = 0_usize;
    let mut writes = Vec::new();
    view.scan(&ELECTOR, None, &mut |stored| {
        let held = stored.typed::<Elector>()?;
        let version = held.version;
        let elector = held.record;
        let left_on = elector.facts.as_ref().and_then(|facts| facts.left_on);
        let after = match elector.standing {
            Standing::Marked { registration, mark } if mark.remove_from <= as_of => {
                removed = removed.saturating_add(1);
                let removal = Removal { reason: RemovalReason::MarkExpired, removed_on: context.today };
                Elector { standing: Standing::Removed { registration, removal }, ..elector }
            }
            Standing::Candidate
                if left_on.is_some_and(|left_on| period_end(left_on, law.mark_months) < as_of) =>
            {
                Elector { facts: None, standing: Standing::Outside, ..elector }
            }
            _ => return Ok(ControlFlow::Continue(())),
        };
        writes.push(Write::put(&after, Some(version))?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Outcome {
        message: format!("{}現在で{removed}人を抹消しました。", wareki(as_of)),
        writes,
        reason: "転出後四か月経過".to_owned(),
        effective_on: Some(as_of),
        ..Outcome::default()
    })
}
