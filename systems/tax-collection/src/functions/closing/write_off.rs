//! 不納欠損: debts that have ended are given up, after a trial list was approved.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::{Date, FiscalYear, Yen, wareki};
use register::{Fault, Versioned, View, ViewExt, Write};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::{
    PART_MAX, ROWS_MAX, cases, day_or_today, dispositions_by_person, flag, no_levy, place, refuse, tax_items,
};
use crate::records::{Cause, INSTALMENT, Instalment, Posting, WriteOff};
use crate::rules::{Extinction, WRITE_OFF_REASONS, extinct, not_given_up, rates};
use crate::tasks::Closed;

/// 不納欠損. What was given up is passed over.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/write-off",
        title: "不納欠損",
        place: place("決算", "不納欠損", ""),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "不納欠損",
            vec![
                Field::new("on", "決定日", FieldKind::Date)
                    .help("空のときは今日です。この日までに消滅した分です。"),
                Field::new("tax_item", "税目", FieldKind::Choice(tax_items())).help("空のときは全税目です。"),
                Field::new("levy_keys", "対象の調定番号", FieldKind::Lines(200_000))
                    .help("1行に1件。空のときは、消滅した分すべてです。"),
                Field::new("dry_run", "試行（一覧だけ作り、欠損しない）", FieldKind::Flag),
                Field::new("decision_no", "決裁番号", FieldKind::Text(40)).help("試行でないときに必要です。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 地方税法 15条の7第4項・第5項, 18条; taxes.md 7 不納欠損.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "on", context);
    let dry_run = flag(input, "dry_run");
    let decision_no = input.text("decision_no");
    if !dry_run && decision_no.is_empty() {
        return refuse(Finding::error(
            "TXC68",
            "decision_no",
            "決裁番号",
            "決裁番号が空です。",
            "試行で一覧を作り、決裁を受けて、その番号を入力してください。",
        ));
    }
    if context.today < on {
        let message = format!("決定日{}が、今日より後です。", wareki(on));
        return refuse(Finding::error("TXC53", "on", "決定日", message, "日付を確かめてください。"));
    }
    let named: Vec<&str> =
        input.text("levy_keys").lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let held = match open_levies(view, &named, input.text("tax_item"), on)? {
        Ok(held) => held,
        Err(findings) => return Ok(Outcome::refused(findings)),
    };
    let cases = cases(view)?;
    let dispositions = dispositions_by_person(view)?;
    let rates = rates()?;
    let mut found: Vec<(Versioned<Instalment>, Extinction)> = Vec::new();
    let mut kept_back: Vec<Value> = Vec::new();
    let mut findings = Vec::new();
    for levy in held {
        let record = &levy.record;
        let case = cases.get(&record.addressee_no).map(|(case, _)| case);
        let done = dispositions.get(&record.addressee_no).map(Vec::as_slice).unwrap_or_default();
        let why = match extinct(rates, record, case, done, on) {
            Ok(Some(extinction)) => match not_given_up(record, on) {
                None => {
                    found.push((levy, extinction));
                    continue;
                }
                Some(why) => why,
            },
            Ok(None) if named.is_empty() => continue,
            Ok(None) => "執行停止の3年継続、即時消滅、時効の完成のどれにも当たりません",
            Err(missing) => return refuse(missing.finding()),
        };
        if !named.is_empty() {
            let message = format!("調定番号{}は欠損できません。{why}。", record.levy_key);
            findings.push(Finding::error(
                "TXC69",
                "levy_keys",
                "対象の調定番号",
                message,
                "対象から除いてください。",
            ));
        } else if kept_back.len() < ROWS_MAX {
            kept_back.push(json!({
                "levy_key": record.levy_key, "addressee_no": record.addressee_no, "open_yen": record.open_total(), "why": why,
            }));
        }
    }
    if !findings.is_empty() {
        return Ok(Outcome::refused(findings));
    }
    let left = if dry_run { 0 } else { found.len().saturating_sub(PART_MAX) };
    if !dry_run {
        found.truncate(PART_MAX);
    }
    let year = Closed::read(view)?.open_from(FiscalYear::of(on));
    let posting = Posting { on, year, cause: Cause::WriteOff, reference: decision_no };
    let mut sums: BTreeMap<&'static str, (usize, i64)> = BTreeMap::new();
    let (mut writes, mut rows, mut subjects) = (Vec::new(), Vec::new(), Vec::new());
    let mut total = 0_i64;
    let count = found.len();
    for (levy, extinction) in found {
        let mut record = levy.record;
        let open = record.open_total();
        total = total.saturating_add(open.0);
        let of = sums.entry(extinction.reason).or_default();
        *of = (of.0.saturating_add(1), of.1.saturating_add(open.0));
        if rows.len() < ROWS_MAX {
            rows.push(row(&record, &extinction));
        }
        subjects.push(record.addressee_no.clone());
        if !dry_run {
            let reason = extinction.reason.to_owned();
            record.give_up(posting, WriteOff { on, reason, decision_no: decision_no.to_owned() });
            writes.push(Write::put(&record, Some(levy.version))?);
        }
    }
    subjects.sort_unstable();
    subjects.dedup();
    let reasons: Vec<Value> = sums
        .into_iter()
        .map(|(reason, (count, yen))| json!({ "reason_label": WRITE_OFF_REASONS.label(reason), "count": count, "total_yen": yen }))
        .collect();
    let done = if dry_run { "欠損の候補です" } else { "欠損しました" };
    Ok(Outcome {
        writes,
        reason: "不納欠損".to_owned(),
        message: format!("{count}件、{}円を{done}。", Yen(total)),
        answer: Some(Answer {
            data: json!({
                "count": count, "total_yen": total, "dry_run": dry_run, "reasons": reasons, "rows": rows, "kept_back": kept_back,
            }),
            subjects,
        }),
        left,
        ..Outcome::default()
    })
}

fn row(held: &Instalment, extinction: &Extinction) -> Value {
    let open = held.open_parts();
    json!({
        "levy_key": held.levy_key, "addressee_no": held.addressee_no, "due_on": held.due_on,
        "tax_yen": open.tax, "fee_yen": open.fee, "delinquency_yen": open.delinquency, "costs_yen": open.costs,
        "open_yen": held.open_total(), "reason_label": WRITE_OFF_REASONS.label(extinction.reason), "since": extinction.since,
    })
}

/// The levies that are owed behind their due date: the named ones, or all of a tax item.
fn open_levies(
    view: &dyn View,
    named: &[&str],
    item: &str,
    on: Date,
) -> Result<Result<Vec<Versioned<Instalment>>, Vec<Finding>>, Fault> {
    let owes = |held: &Instalment| Yen::ZERO < held.open_total() && held.due_on < on;
    let mut held = Vec::new();
    if named.is_empty() {
        view.scan(&INSTALMENT, None, &mut |stored| {
            let levy = stored.typed::<Instalment>()?;
            if owes(&levy.record) && (item.is_empty() || levy.record.tax_item == item) {
                held.push(levy);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        return Ok(Ok(held));
    }
    let mut findings = Vec::new();
    let mut keys = named.to_vec();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        match view.load::<Instalment>(key)? {
            None => findings.push(no_levy("levy_keys", key)),
            // What was given up in an earlier part is passed over.
            Some(levy) if levy.record.write_off.is_some() && levy.record.open_total() == Yen::ZERO => {}
            Some(levy) => held.push(levy),
        }
    }
    Ok(if findings.is_empty() { Ok(held) } else { Err(findings) })
}
