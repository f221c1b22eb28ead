//! 送付先登録・変更, 送付先終了: where letters of a tax go instead of the address.

use register::{Fault, View, Write};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use super::per_tax::{self, ends_before, key_fields, period_fields, running, start};
use crate::records::{Mailing, PerTax};

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Asked {
    name: String,
    postcode: String,
    address: String,
    reason: String,
}

/// 送付先登録・変更.
pub fn set() -> Function {
    let mut sections = vec![Section::once("送付先を設定する宛名", key_fields())];
    sections.push(Section::once("期間", period_fields()));
    sections.push(Section::once(
        "送付先",
        vec![
            Field::new("name", "送付先氏名", FieldKind::Text(100)).help("空欄なら宛名氏名のまま送ります。"),
            Field::new("postcode", "送付先郵便番号", FieldKind::Postcode),
            Field::new("address", "送付先住所", FieldKind::Text(300)).required(),
            Field::new("reason", "設定理由", FieldKind::Text(100)),
        ],
    ));
    Function {
        id: "addressee/mailing-set",
        title: "送付先登録・変更",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(sections),
        in_menu: true,
        decide: decide_set,
    }
}

/// 送付先終了.
pub fn end() -> Function {
    Function {
        id: "addressee/mailing-end",
        title: "送付先終了",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once("送付先を終える宛名", key_fields()),
            Section::once("終了", end_fields()),
        ]),
        in_menu: true,
        decide: decide_end,
    }
}

/// The fields of an end.
pub(super) fn end_fields() -> Vec<Field> {
    vec![
        Field::new("until", "終了年月日", FieldKind::Date)
            .help("使う最後の日。取りやめるときは空欄でかまいません。"),
        Field::new("taken_back", "初めから取りやめる", FieldKind::Flag)
            .help("誤って登録したときに選びます。"),
    ]
}

fn decide_set(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    let start = match start::<Mailing>(view, input, context)? {
        Ok(start) => start,
        Err(finding) => return Ok(Outcome::refused(vec![finding])),
    };
    let made = Mailing {
        addressee_no: start.addressee_no,
        tax_item: start.tax_item,
        from: start.from,
        until: start.until,
        name: asked.name,
        postcode: asked.postcode,
        address: asked.address,
        reason: asked.reason,
        ended: false,
    };
    per_tax::registered("送付先", &made, start.held, start.found)
}

fn decide_end(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let held = match running::<Mailing>(view, input, "送付先")? {
        Ok(held) => held,
        Err(finding) => return Ok(Outcome::refused(vec![finding])),
    };
    let (until, ended) = match end_of(input, held.record.from(), held.record.until) {
        Ok(end) => end,
        Err(finding) => return Ok(Outcome::refused(vec![*finding])),
    };
    let changed = Mailing { until, ended, ..held.record };
    let number = changed.addressee_no.to_string();
    let message = format!("{}の送付先を終えました。", per_tax::tax_name(&changed.tax_item));
    Ok(super::done(&number, message, "送付先終了", vec![Write::put(&changed, Some(held.version))?]))
}

/// The last day, and whether it is taken back from the beginning.
pub(super) fn end_of(
    input: &Input,
    from: domain::Date,
    held_until: Option<domain::Date>,
) -> Result<(Option<domain::Date>, bool), Box<Finding>> {
    let taken_back = super::flag(input, "taken_back");
    let until = super::day(input, "until");
    match (taken_back, until) {
        (true, _) => Ok((held_until, true)),
        (false, Some(until)) if until < from => Err(Box::new(ends_before(until, from))),
        (false, Some(until)) => Ok((Some(until), false)),
        (false, None) => Err(Box::new(Finding::error(
            "ADR41",
            "until",
            "終了年月日",
            "終了年月日がありません。いつまで使うか分かりません。",
            "使う最後の日を入力するか、「初めから取りやめる」を選んでください。",
        ))),
    }
}
