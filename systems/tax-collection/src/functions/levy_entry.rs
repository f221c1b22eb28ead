//! 賦課情報登録（更正・手入力）: a levy that no link brings.

use domain::{Date, FiscalYear, wareki};
use register::{Fault, View, ViewExt};
use system::{
    Batch, BatchExtent, Context, Effect, Field, FieldKind, Finding, Form, Function, Incoming, Input, Mode,
    Outcome, Row, Section, choices,
};

use super::{day, place};
use crate::intakes::LEVIES;
use crate::records::Instalment;
use crate::records::known::Addressee;
use crate::tasks::Closed;

/// A year so many years ago is seldom meant: a debt of it has mostly ended.
const OLD_YEARS: i16 = 10;

/// The items of the form, as the intake wants them.
const NAMES: [&str; 16] = [
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
    "refund_cause",
    "refund_claimed_on",
    "refund_noticed_on",
];

/// 賦課情報登録（手入力）. The same rules as for what comes over a link.
pub(super) fn function() -> Function {
    let causes = choices(&[
        ("1", "更正・決定・賦課決定"),
        ("2", "更正の請求に基づく更正"),
        ("3", "所得税の更正・申告"),
    ]);
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
                Field::new("refund_cause", "減額の原因", FieldKind::Choice(causes))
                    .help("納め過ぎになる減額のとき。還付加算金の起算日が決まります。空のときは更正・決定・賦課決定です。"),
                Field::new("refund_claimed_on", "更正の請求の日", FieldKind::Date)
                    .help("減額の原因が更正の請求のとき。"),
                Field::new("refund_noticed_on", "所得税の通知・申告の日", FieldKind::Date)
                    .help("減額の原因が所得税の更正・申告のとき。"),
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
            "due_on" | "decided_on" | "refund_claimed_on" | "refund_noticed_on" => {
                row.push_optional(day(input, name))
            }
            other => row.push(input.text(other)),
        }
    }
    let mut found = findings(input, context.today);
    let held = view.load::<Instalment>(&key)?.map(|held| held.record.history_no);
    found.extend(gap(input.text("history_no"), held.unwrap_or_default()));
    found.extend(unknown(view, input)?);
    found.extend(closed_year(view, input)?);
    if found.iter().any(Finding::stops) {
        return Ok(Outcome::refused(found));
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
        findings: found,
        writes: applied.writes,
        reason: "賦課情報登録（手入力）".to_owned(),
        message: format!("調定番号{key}を登録しました。"),
        opens: Some(text("addressee_no")),
        ..Outcome::default()
    })
}

/// A number that leaves one out: the one left out could not be entered any more, as it would be older than what is held.
fn gap(history_no: &str, held: u32) -> Option<Finding> {
    let (next, given) = (held.saturating_add(1), history_no.parse().unwrap_or(0_u32));
    (next < given).then(|| {
        let message = if held == 0 {
            format!("はじめての賦課なのに、履歴番号が{given}です。")
        } else {
            format!("今の履歴番号は{held}で、次は{next}です。履歴番号{given}は、間の番号を飛ばしています。")
        };
        let remedy = "飛ばした番号の賦課は、後から登録できなくなります。先にそれを登録するか、ないことを確かめて進めてください。";
        Finding::alert("TXC83", "history_no", "履歴番号", message, remedy)
    })
}

/// TXC91: nobody is levied whom no letter could reach and no inquiry would name.
///
/// Source: taxes.md 0.8 (person number missing, unknown).
fn unknown(view: &dyn View, input: &Input) -> Result<Option<Finding>, Fault> {
    let no = input.text("addressee_no");
    Ok(view.load::<Addressee>(no)?.is_none().then(|| {
        Finding::error(
            "TXC91",
            "addressee_no",
            "宛名番号",
            format!("宛名番号{no}の宛名はありません。"),
            "宛名番号を確かめてください。宛名がないときは、先に宛名管理で登録してください（収滞納には連携で届きます）。",
        )
    }))
}

/// TXC92: a first levy of a year whose accounts are closed. It counts into the year that is open, as one of an older year.
///
/// Source: 地方自治法施行令 142条 (歳入の会計年度所属区分), 235条の5 (出納の閉鎖).
fn closed_year(view: &dyn View, input: &Input) -> Result<Option<Finding>, Fault> {
    let year = FiscalYear(input.text("levy_year").parse().unwrap_or_default());
    let closed = Closed::read(view)?;
    if input.text("history_no") != "1" || !closed.is(year) {
        return Ok(None);
    }
    let open = closed.open_from(year);
    Ok(Some(Finding::alert(
        "TXC92",
        "levy_year",
        "調定年度",
        format!("調定年度{}の会計は閉鎖しているので、{}の調定になります。", year.label(), open.label()),
        "今年度に決定した過年度の賦課なら、調定年度を今年度にしてください。このまま進めるときは、確認して進めてください（統計では過年度分になります）。",
    )))
}

/// What a person can mistype and no link would send: years and days that fit nothing, and those that are seldom right.
///
/// Source: taxes.md 0.8, 5.5 (bad-input checks).
fn findings(input: &Input, today: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    let this_year = FiscalYear::of(today);
    let year = |name: &str| FiscalYear(input.text(name).parse().unwrap_or_default());
    let wrong = |path: &str, item: &str, message: String, remedy: &str| {
        Finding::error("TXC08", path, item, message, remedy)
    };
    for (name, item) in [("tax_year", "相当年度"), ("levy_year", "調定年度")] {
        let given = year(name);
        if this_year.next() < given {
            let message = format!("{item}{}が、翌年度より後です。", given.label());
            findings.push(wrong(name, item, message, "年度を西暦で確かめてください。"));
        } else if given.0 < this_year.0.saturating_sub(OLD_YEARS) {
            let message = format!("{item}{}が、{OLD_YEARS}年より前です。", given.label());
            let remedy = "年度を西暦で確かめてください。正しければ、確認して進めてください。";
            findings.push(Finding::alert("TXC09", name, item, message, remedy));
        }
    }
    if input.text("instalment").parse().is_ok_and(|number: u32| number == 0) {
        let remedy = "期別の納付でないときは、1を入力してください。";
        findings.push(wrong("instalment", "期", "期が0です。".to_owned(), remedy));
    }
    if let (Some(due_on), Some(decided_on)) = (day(input, "due_on"), day(input, "decided_on")) {
        if due_on.year().saturating_add(1) < year("tax_year").0 {
            let message = format!(
                "納期限{}が、相当年度{}の前の年より前です。",
                wareki(due_on),
                year("tax_year").label()
            );
            findings.push(wrong("due_on", "納期限", message, "納期限と相当年度を確かめてください。"));
        } else if due_on < decided_on && input.text("history_no") == "1" {
            let message = format!("納期限{}が、決定日{}より前です。", wareki(due_on), wareki(decided_on));
            let remedy = "日付を確かめてください。期限後の申告など、正しければ確認して進めてください。";
            findings.push(Finding::alert("TXC09", "due_on", "納期限", message, remedy));
        }
        if today < decided_on {
            let message = format!("決定日{}が、今日より後です。", wareki(decided_on));
            findings.push(wrong("decided_on", "決定日", message, "決定日を確かめてください。"));
        }
    }
    findings
}
