//! 資格者一覧: who is on the roll, or would be registered, as of a base date.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::wareki;
use register::{Fault, View};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices,
};

use crate::concealment::Concealment;
use crate::records::{ELECTOR, Elector, Standing};
use crate::rules::{Qualified, districts, laws, qualifies_on};

/// The most rows one answer shows; the counts are of all.
pub const ROWS_MAX: usize = 1_000;

const EXTENTS: [(&str, &str); 6] = [
    ("qualified", "資格者（登録・表示・新規）"),
    ("new", "新規（未登録で資格あり）"),
    ("unclear", "要確認（日付不詳）"),
    ("registered", "登録"),
    ("marked", "表示"),
    ("removed", "抹消"),
];

/// 資格者一覧.
pub fn function() -> Function {
    Function {
        id: "electoral-roll/list",
        title: "資格者一覧",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧の条件",
            vec![
                Field::new("base_date", "基準日", FieldKind::Date).help("空のときは今日です。"),
                Field::new("extent", "範囲", FieldKind::Choice(choices(&EXTENTS)))
                    .help("空のときは資格者全員です。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let base_date = super::day(input, "base_date").unwrap_or(context.today);
    let extent = Some(input.text("extent")).filter(|extent| !extent.is_empty()).unwrap_or("qualified");
    let law = laws()?.of(base_date)?;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let concealment = Concealment::of(view)?;
    let mut rows = Vec::new();
    let mut subjects = Vec::new();
    view.scan(&ELECTOR, None, &mut |stored| {
        let elector = stored.typed::<Elector>()?.record;
        let Some(facts) = &elector.facts else { return Ok(ControlFlow::Continue(())) };
        let listed = match &elector.standing {
            Standing::Outside => false,
            Standing::Candidate => match qualifies_on(law, facts, base_date) {
                Qualified::Yes => matches!(extent, "qualified" | "new"),
                Qualified::Unclear => extent == "unclear",
                Qualified::No => false,
            },
            Standing::Registered { .. } => matches!(extent, "qualified" | "registered"),
            Standing::Marked { .. } => matches!(extent, "qualified" | "marked"),
            Standing::Removed { .. } => extent == "removed",
        };
        if listed {
            let count = counts.entry(facts.district.clone()).or_default();
            *count = count.saturating_add(1);
            if rows.len() < ROWS_MAX {
                rows.push(row(&elector, concealment.hides(&elector))?);
                subjects.push(stored.key.clone());
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let count: u64 = counts.values().sum();
    let districts = districts()?;
    let by_district: Vec<Value> = counts
        .iter()
        .map(|(code, count)| {
            let name = districts.get(code).map(|district| district.name.as_str());
            json!({ "district": code, "district_name": name, "count": count })
        })
        .collect();
    let message = format!("基準日 {} で{count}人です。", wareki(base_date));
    let data = json!({
        "base_date": base_date.to_string(),
        "base_date_label": wareki(base_date),
        "extent": extent,
        "extent_label": EXTENTS.iter().find(|(code, _)| *code == extent).map(|(_, label)| *label),
        "count": count,
        "by_district": by_district,
        "more": u64::try_from(rows.len()).is_ok_and(|shown| shown < count),
        "rows": rows,
    });
    Ok(Outcome { message, answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

/// What the list leaves to the inquiry of one elector.
const INQUIRY_ONLY: &[&str] =
    &["district", "polling_place", "counted_from", "attains_on", "left_on", "base_date", "remove_from"];

/// One line of the list.
fn row(elector: &Elector, hidden: bool) -> Result<Value, Fault> {
    let mut row = super::shown(elector, hidden)?;
    if let Some(members) = row.as_object_mut() {
        members.retain(|name, _| !INQUIRY_ONLY.contains(&name.as_str()));
    }
    Ok(row)
}
