//! 滞納繰越: at the closing of an account year, what is owed of it is carried over.

use std::ops::ControlFlow;

use domain::{Date, FiscalYear, Yen, wareki};
use register::{Fault, Versioned, View, ViewExt, Write};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::{PART_MAX, ROWS_MAX, flag, place, refuse};
use crate::records::{Closing, INSTALMENT, Instalment, Part, Receipt, ReceiptState};

/// 滞納繰越. What was carried over is passed over, so a run that was cut goes on where it stopped; the year takes nothing more
/// from the first part on, and is closed for good with the last.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/carry-over",
        title: "滞納繰越",
        place: place("決算", "滞納繰越", ""),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "滞納繰越",
            vec![
                Field::new("year", "閉鎖する会計年度", FieldKind::Number(9_998))
                    .required()
                    .help("西暦4桁（例 2026）"),
                Field::new("dry_run", "試行（件数と額だけ）", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn stop(code: &str, item: &str, message: String, remedy: &str) -> Result<Outcome, Fault> {
    refuse(Finding::error(code, "year", item, message, remedy))
}

/// Source: 地方自治法 235条の5 (出納の閉鎖: 5月31日).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let year = FiscalYear(input.text("year").parse().unwrap_or_default());
    let dry_run = flag(input, "dry_run");
    let last_day = Date::new(year.0.saturating_add(1), 5, 31).unwrap_or(Date::MAX);
    if context.today <= last_day {
        let message = format!("{}の出納は、{}まで閉鎖できません。", year.label(), wareki(last_day));
        return stop("TXC70", "会計年度", message, "出納整理期間が終わった翌日から実行してください。");
    }
    let newest = newest_closing(view)?;
    if let Some(newest) =
        newest.filter(|newest| year < newest.year || (year == newest.year && newest.complete))
    {
        let message = format!("{}までの出納は、すでに閉鎖しています。", newest.year.label());
        return stop("TXC71", "会計年度", message, "年度を確かめてください。");
    }
    let waiting = receipts(view, ReceiptState::Waiting, year)?;
    if !waiting.is_empty() {
        let message = format!("{}の収納が{}件、消込待ちです。", year.label(), waiting.len());
        return stop("TXC72", "消込待ち", message, "消込を終えてから実行してください。");
    }
    let suspense = receipts(view, ReceiptState::Suspense, year)?;
    let part_max = context.part_max(PART_MAX);
    let room = part_max.saturating_sub(suspense.len());
    let mut levies: Vec<Versioned<Instalment>> = Vec::new();
    let (mut later, mut all) = (0_usize, Yen::ZERO);
    view.scan(&INSTALMENT, None, &mut |stored| {
        let levy = stored.typed::<Instalment>()?;
        if levy.record.is_to_carry(year) {
            for part in Part::ALL {
                all = Yen(all.0.saturating_add(levy.record.receivable(*part, year).0));
            }
            if levies.len() < room {
                levies.push(levy);
            } else {
                later = later.saturating_add(1);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let left = later.saturating_add(suspense.len().saturating_sub(part_max));
    if dry_run {
        let count = levies.len().saturating_add(later);
        return Ok(Outcome {
            message: format!(
                "{}から{count}件、{all}円を繰り越します。仮受は{}件です。",
                year.label(),
                suspense.len()
            ),
            answer: Some(Answer {
                data: json!({ "year": year.0, "count": count, "total_yen": all, "suspense_count": suspense.len(), "dry_run": true }),
                subjects: Vec::new(),
            }),
            ..Outcome::default()
        });
    }
    let held = view.load::<Closing>(&year.0.to_string())?;
    let version = held.as_ref().map(|held| held.version);
    let mut closing = held.map_or(
        Closing { year, closed_on: context.today, carried: 0, carried_yen: Yen::ZERO, complete: false },
        |held| held.record,
    );
    let mut writes = Vec::new();
    let suspense_count = suspense.len().min(part_max);
    for held in suspense.into_iter().take(part_max) {
        let mut receipt = held.record;
        receipt.carry(context.today, year.next());
        writes.push(Write::put(&receipt, Some(held.version))?);
    }
    let mut rows = Vec::new();
    let mut subjects = Vec::new();
    for held in levies {
        let mut levy = held.record;
        let yen = levy.carry(context.today, year);
        closing.carried = closing.carried.saturating_add(1);
        closing.carried_yen = Yen(closing.carried_yen.0.saturating_add(yen.0));
        if rows.len() < ROWS_MAX {
            rows.push(json!({
                "levy_key": levy.levy_key, "addressee_no": levy.addressee_no, "due_on": levy.due_on, "amount_yen": yen,
            }));
        }
        subjects.push(levy.addressee_no.clone());
        writes.push(Write::put(&levy, Some(held.version))?);
    }
    subjects.sort_unstable();
    subjects.dedup();
    closing.complete = left == 0;
    if closing.complete {
        closing.closed_on = context.today;
    }
    writes.push(Write::put(&closing, version)?);
    let done = if closing.complete { "出納を閉鎖しました。" } else { "続きがあります。" };
    Ok(Outcome {
        writes,
        reason: "滞納繰越".to_owned(),
        message: format!(
            "{}から、これまでに{}件、{}円を繰り越しました。{done}",
            year.label(),
            closing.carried,
            closing.carried_yen
        ),
        answer: Some(Answer {
            data: json!({
                "year": year.0, "count": closing.carried, "total_yen": closing.carried_yen, "complete": closing.complete,
                "suspense_count": suspense_count, "rows": rows,
            }),
            subjects,
        }),
        left,
        ..Outcome::default()
    })
}

/// The closing of the newest year that has one.
fn newest_closing(view: &dyn View) -> Result<Option<Closing>, Fault> {
    let mut newest: Option<Closing> = None;
    view.scan(&crate::records::CLOSING, None, &mut |stored| {
        let held = stored.typed::<Closing>()?.record;
        if newest.as_ref().is_none_or(|newest| newest.year < held.year) {
            newest = Some(held);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(newest)
}

/// The receipts in a state that count into a year, or one before.
fn receipts(
    view: &dyn View,
    state: ReceiptState,
    year: FiscalYear,
) -> Result<Vec<Versioned<Receipt>>, Fault> {
    let mut held = view.load_by::<Receipt>("state", state.code())?;
    held.retain(|held| held.record.year <= year);
    Ok(held)
}
