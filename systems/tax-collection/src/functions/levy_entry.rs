//! 賦課情報登録（更正・手入力）: a levy that no link brings.

use register::{Fault, View};
use system::{
    Batch, BatchExtent, Context, Effect, Field, FieldKind, Finding, Form, Function, Incoming, Input, Mode,
    Outcome, Row, Section,
};

use super::{day, place};
use crate::intakes::LEVIES;

/// The items of the form, as the intake wants them.
const NAMES: [&str; 13] = [
    "levy_key",
    "history_no",
    "tax_item",
    "tax_year",
    "levy_year",
    "notice_no",
    "instalment",
    "addressee_no",
    "amount",
    "due_on",
    "decided_on",
    "reason",
    "object",
];

/// 賦課情報登録（手入力）. The same rules as for what comes over a link.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/levy-entry",
        title: "賦課情報登録（手入力・更正）",
        place: place("賦課情報受取", "賦課情報登録", ""),
        mode: Mode::Both,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "賦課",
            vec![
                Field::new("tax_item", "税目", FieldKind::Choice(super::transfer_apply::tax_items(false)))
                    .required(),
                Field::new("tax_year", "相当年度（西暦）", FieldKind::Number(9998)).required(),
                Field::new("levy_year", "調定年度（西暦）", FieldKind::Number(9998)).required(),
                Field::new("notice_no", "通知書番号", FieldKind::Text(10)).required(),
                Field::new("instalment", "期", FieldKind::Number(99)).required(),
                Field::new("history_no", "履歴番号", FieldKind::Number(9_999))
                    .required()
                    .help("当初は1、更正のたびに1つ増やします。"),
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("amount", "税額", FieldKind::Yen).required(),
                Field::new("due_on", "納期限", FieldKind::Date).required(),
                Field::new("decided_on", "決定日", FieldKind::Date).required(),
                Field::new("reason", "事由", FieldKind::Text(20)),
                Field::new("object", "課税の対象", FieldKind::Text(100)),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let text = |name: &str| input.text(name).to_owned();
    let instalment = format!("{:0>2}", input.text("instalment"));
    let key = format!("{}-{}-{}-{instalment}", text("tax_item"), text("tax_year"), text("notice_no"));
    let mut row = Row::new();
    for name in NAMES {
        match name {
            "levy_key" => row.push(&key),
            "instalment" => row.push(&instalment),
            "due_on" | "decided_on" => row.push_optional(day(input, name)),
            other => row.push(input.text(other)),
        }
    }
    let rows = [Incoming::new(&NAMES, &row)];
    let batch = Batch { link: "", no: 0, extent: BatchExtent::Difference, subject: "levy_key", rows: &rows };
    let applied = (LEVIES.apply)(view, &batch, context)?;
    if let Some(refused) = applied.refused.first() {
        return Ok(Outcome::refused(vec![Finding::error(
            "TXC06",
            refused.item.clone(),
            "賦課",
            refused.message.clone(),
            "賦課の内容を確かめて入力してください。",
        )]));
    }
    if applied.writes.is_empty() {
        return Ok(Outcome::refused(vec![Finding::error(
            "TXC07",
            "history_no",
            "履歴番号",
            format!("調定番号{key}には、履歴番号{}以上の賦課がすでにあります。", text("history_no")),
            "更正のときは、履歴番号を今の番号より大きくしてください。",
        )]));
    }
    Ok(Outcome {
        writes: applied.writes,
        reason: "賦課情報登録（手入力）".to_owned(),
        message: format!("調定番号{key}を登録しました。"),
        opens: Some(text("addressee_no")),
        ..Outcome::default()
    })
}
