//! 当初納税通知書の印刷: at most 200 notices a run, by their places in posting order.

use std::ops::ControlFlow;

use domain::Yen;
use register::{Fault, Versioned, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, DocumentRequest, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section,
};

use super::notice_order::BUNDLE_MAX;
use crate::desk::Desk;
use crate::notice::{Noticed, tax_notice, year_label};
use crate::print;
use crate::records::{BUNDLE, Bundle, Levy};

/// 当初納税通知書.
pub(crate) fn function() -> Function {
    Function {
        id: "light-vehicle-tax/notice-print",
        title: "当初納税通知書の印刷",
        place: None,
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "印刷の範囲",
            vec![
                Field::new("tax_year", "年度", FieldKind::Number(9_999)).required(),
                Field::new("from", "何通目から", FieldKind::Number(9_999_999))
                    .help("空のときは、まだ印刷していない最初の1通から"),
                Field::new("to", "何通目まで", FieldKind::Number(9_999_999))
                    .help("200通まで。空のときは200通"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// LVT32, LVT33, LVT39.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    print::check(&mut desk);
    let tax_year: i16 = input.text("tax_year").parse().unwrap_or_default();
    let bundles = bundles(view, tax_year)?;
    let count: usize = bundles.iter().map(|held| held.record.levy_keys.len()).sum();
    if count == 0 {
        let why = format!("{}の通知書は、まだ並べてありません。", year_label(tax_year));
        desk.error("LVT33", "tax_year", "年度", why, "先に「当初納税通知書の発送準備」を実行してください。");
    }
    let from = input.text("from").parse().ok().unwrap_or_else(|| first_unprinted(&bundles));
    let to: usize = input.text("to").parse().ok().unwrap_or(from.saturating_add(BUNDLE_MAX - 1).min(count));
    if 0 < count && !(1 <= from && from <= to && from <= count && to - from < BUNDLE_MAX) {
        let why = format!(
            "{from}通目から{to}通目までは、一度に印刷できる範囲（全{count}通のうち{BUNDLE_MAX}通まで）ではありません。"
        );
        desk.error(
            "LVT32",
            "from",
            "印刷の範囲",
            why,
            "範囲を確かめてください。すべて印刷してあるときは、再交付を使ってください。",
        );
    }
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let (sheets, passed, subjects) = printed(&mut desk, &bundles, from, to)?;
    let next = to.saturating_add(1);
    let message = format!(
        "{}通を印刷しました（{from}〜{to}通目、全{count}通）。取消しなどで除いたもの{}通。",
        sheets.len(),
        passed.len()
    );
    let data = json!({ "printed": sheets.len(), "from": from, "to": to, "count": count, "next_place": (next <= count).then_some(next), "passed_over": passed });
    let mut outcome = desk.outcome("当初納税通知書の印刷", message)?;
    outcome.answer = Some(Answer { data, subjects });
    if !sheets.is_empty() {
        // One file for all of them: a press works out once what they share.
        outcome.documents.push(DocumentRequest {
            template: "tax-notice".to_owned(),
            title: format!("{} 当初納税通知書 {from}〜{to}通目", year_label(tax_year)),
            data: json!({ "sheets": sheets }),
        });
    }
    Ok(outcome)
}

fn bundles(view: &dyn View, tax_year: i16) -> Result<Vec<Versioned<Bundle>>, Fault> {
    let mut bundles = Vec::new();
    view.scan(&BUNDLE, None, &mut |stored| {
        let held = stored.typed::<Bundle>()?;
        if held.record.tax_year == tax_year {
            bundles.push(held);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(bundles)
}

/// The place of the first notice behind the last one printed.
fn first_unprinted(bundles: &[Versioned<Bundle>]) -> usize {
    let mut place = 1;
    for held in bundles {
        let printed = usize::try_from(held.record.printed).unwrap_or(usize::MAX);
        if printed < held.record.levy_keys.len() {
            return place + printed;
        }
        place += held.record.levy_keys.len();
    }
    place
}

/// The notices of a range; those that are no longer due, with why; whom they are about.
#[expect(clippy::type_complexity, reason = "three lists of one reading")]
fn printed(
    desk: &mut Desk<'_>,
    bundles: &[Versioned<Bundle>],
    from: usize,
    to: usize,
) -> Result<(Vec<Value>, Vec<Value>, Vec<String>), Fault> {
    let (mut sheets, mut passed, mut subjects) = (Vec::new(), Vec::new(), Vec::new());
    let mut before = 0;
    for held in bundles {
        let bundle = &held.record;
        let places = (before + 1)..=(before + bundle.levy_keys.len());
        before += bundle.levy_keys.len();
        if to < *places.start() || *places.end() < from {
            continue;
        }
        let mut reached = 0;
        for ((place, index), key) in places.zip(1_u32..).zip(&bundle.levy_keys) {
            if place < from || to < place {
                continue;
            }
            reached = index;
            match notice(desk, key)? {
                Ok((addressee_no, sheet)) => {
                    subjects.push(addressee_no);
                    sheets.push(sheet);
                }
                Err(why) => passed.push(json!({ "levy_key": key, "why": why })),
            }
        }
        let next =
            Bundle { printed: bundle.printed.max(reached), printed_on: Some(desk.today()), ..bundle.clone() };
        let today = desk.today();
        desk.put(&next, Some(held.version), today)?;
    }
    Ok((sheets, passed, subjects))
}

/// The data of one notice and whom it is about, or why there is none.
fn notice(desk: &Desk<'_>, key: &str) -> Result<Result<(String, Value), &'static str>, Fault> {
    let Some(held) = desk.view.load::<Levy>(key)? else { return Ok(Err("賦課がありません")) };
    let levy = held.record;
    if levy.is_cancelled() || levy.amount == Yen::ZERO {
        return Ok(Err("課税の取消し又は減免で、税額がなくなりました"));
    }
    let Some(noticed) = Noticed::of(desk.view, levy, desk.context)? else {
        return Ok(Err("宛名がありません"));
    };
    if noticed.delivery.address.is_empty() {
        return Ok(Err("住所を印字できません。別に送ってください"));
    }
    Ok(Ok((noticed.levy.addressee_no.to_string(), tax_notice(desk.context, &noticed, ""))))
}
