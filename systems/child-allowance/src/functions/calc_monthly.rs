//! 手当月額試算: the amounts of a family, without any register.

use domain::{Date, RegisterDate};
use register::{Fault, View};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use crate::rules::{self, Month};

/// The most children one calculation takes; more than any family has.
pub const CHILDREN_MAX: usize = 20;

/// 手当月額試算: for the counter, before anything is claimed.
pub fn function() -> Function {
    Function {
        id: "child-allowance/calc-monthly",
        title: "手当月額試算",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![
            Section::once(
                "試算の条件",
                vec![
                    Field::new("as_of", "基準日", FieldKind::Date)
                        .help("この日の月の額です。空のときは今日です。"),
                ],
            ),
            Section::repeated(
                "children",
                "子",
                CHILDREN_MAX,
                vec![
                    Field::new("birth_date", "生年月日", FieldKind::Date).required(),
                    Field::new("supported", "高校生年代を過ぎて養育中（確認書あり）", FieldKind::Flag),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

fn decide(_view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let day: Date = input
        .text("as_of")
        .parse::<RegisterDate>()
        .ok()
        .and_then(|date| date.known())
        .unwrap_or(context.today);
    let children = input.0.get("children").cloned().unwrap_or_else(|| Value::Array(Vec::new()));
    let data = match rules::monthly(&json!({ "month": Month::of(day), "children": children })) {
        Ok(data) => data,
        Err(rules::CalcError::Rates(fault)) => return Err(fault),
        Err(error) => {
            let remedy = "基準日と生年月日を確かめてください。";
            let finding = Finding::error("CHA04", "as_of", "基準日", format!("{error}。"), remedy);
            return Ok(Outcome::refused(vec![finding]));
        }
    };
    let message = format!("月額の合計は {} 円です。", data.get("total_yen").cloned().unwrap_or_default());
    Ok(Outcome { message, answer: Some(Answer { data, subjects: Vec::new() }), ..Outcome::default() })
}
