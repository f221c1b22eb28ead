//! 督促状作成: a reminder of each levy that is overdue, once, with its fee.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::{Date, FiscalYear, Yen, period_end, wareki};
use register::{Fault, Versioned, View, ViewExt, Write};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::{PART_MAX, ROWS_MAX, cases, day_or_today, disorder, flag, place, refuse, suspended, tax_items};
use crate::letters;
use crate::notices::{self, Debt, Words};
use crate::records::{Case, Cause, INSTALMENT, Instalment, Part, Posting, Reminder};
use crate::rules::days::plus;
use crate::rules::{Missing, Rates, charge_missing, events, limitation, not_reminded, objection, rates};
use crate::tasks::Closed;

/// A reminder may bear a day this far ahead, for the days printing and sorting take.
const AHEAD_DAYS_MAX: i64 = 31;

/// 督促状作成. What was reminded of is passed over.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/reminders",
        title: "督促状作成",
        place: place("滞納整理", "督促・催告", "督促状作成"),
        mode: Mode::Both,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "督促",
            vec![
                Field::new("sent_on", "発付日", FieldKind::Date).help("空のときは今日です。"),
                Field::new("tax_item", "税目", FieldKind::Choice(tax_items())).help("空のときは全税目です。"),
                Field::new("due_until", "納期限まで", FieldKind::Date)
                    .help("空のときは、発付日の前日までの納期限の分です。"),
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).help("一人だけに出すとき。"),
                Field::new("dry_run", "試行（出力も更新もしない）", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 地方税法 329条, 371条, 463条の26など (納期限後20日以内); taxes.md 7 督促.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let sent_on = day_or_today(input, "sent_on", context);
    if plus(context.today, AHEAD_DAYS_MAX) < sent_on {
        let message = format!("発付日{}が、今日から{AHEAD_DAYS_MAX}日より後です。", wareki(sent_on));
        return refuse(disorder("sent_on", "発付日", message));
    }
    let rates = rates()?;
    let dry_run = flag(input, "dry_run");
    // The slips are good for the days in which nothing can be seized.
    let pay_by = plus(sent_on, rates.arrears.reminder_days);
    let year = Closed::read(view)?.open_from(FiscalYear::of(sent_on));
    let held = cases(view)?;
    let suspended = suspended(held.values().map(|(case, _)| case), sent_on);
    let mut left_out: Vec<Value> = Vec::new();
    let mut reasons: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut leave_out = |levy: &Instalment, why: &'static str| {
        let count = reasons.entry(why).or_default();
        *count = count.saturating_add(1);
        if left_out.len() < ROWS_MAX {
            left_out.push(json!({
                "levy_key": levy.levy_key, "addressee_no": levy.addressee_no, "due_on": levy.due_on,
                "open_yen": levy.open_total(), "why": why,
            }));
        }
    };
    let mut persons: BTreeMap<String, Vec<Versioned<Instalment>>> = BTreeMap::new();
    for levy in overdue(view, input, sent_on)? {
        let record = &levy.record;
        let why = match not_reminded(record, suspended.contains(&record.levy_key), sent_on) {
            Some(why) => Some(why),
            None => match ended(view, rates, record, &held, sent_on)? {
                Ok(ended) => ended.then_some("時効の完成"),
                Err(missing) => return refuse(missing.finding()),
            },
        };
        match why {
            Some(why) => leave_out(record, why),
            None => persons.entry(record.addressee_no.clone()).or_default().push(levy),
        }
    }
    let mut writes = Vec::new();
    let mut documents = Vec::new();
    let mut rows: Vec<Value> = Vec::new();
    let mut subjects = Vec::new();
    let (mut count, mut late, mut total, mut fees) = (0_usize, 0_usize, Yen::ZERO, Yen::ZERO);
    let (part_max, mut left) = (context.part_max(PART_MAX), 0_usize);
    for (no, mut levies) in persons {
        if !dry_run && subjects.len() == part_max {
            left = left.saturating_add(1);
            continue;
        }
        levies.sort_by(|a, b| {
            (a.record.due_on, &a.record.levy_key).cmp(&(b.record.due_on, &b.record.levy_key))
        });
        let item = levies.first().map(|levy| levy.record.tax_item.clone()).unwrap_or_default();
        let Some(to) = notices::recipient(view, &no, &item, sent_on)? else {
            for levy in &levies {
                leave_out(&levy.record, "宛先の住所なし");
            }
            continue;
        };
        let payer = to.data();
        let (mut debts, mut slips) = (Vec::new(), Vec::new());
        let mut sum = Yen::ZERO;
        for levy in levies {
            let mut record = levy.record;
            let fee = match rates.reminder_fee_of(&record.tax_item, sent_on) {
                Ok(fee) => fee,
                Err(missing) => return refuse(missing.finding()),
            };
            let charge = match charge_missing(rates, &record, pay_by) {
                Ok(charge) => charge,
                Err(missing) => return refuse(missing.finding()),
            };
            let posting = Posting { on: sent_on, year, cause: Cause::Reminder, reference: "" };
            record.levy(posting, Part::Fee, fee);
            record.reminder = Some(Reminder { sent_on, returned_on: None, served_by_notice_on: None });
            let is_late = plus(record.due_on, rates.arrears.reminder_within_days) < sent_on;
            count = count.saturating_add(1);
            late = late.saturating_add(usize::from(is_late));
            fees = Yen(fees.0.saturating_add(fee.0));
            sum = Yen(sum.0.saturating_add(record.open_total().0).saturating_add(charge.0));
            debts.push(notices::debt(&record, charge));
            record.reissues = record.reissues.saturating_add(1);
            slips.push(letters::slip(&record, &payer, charge, pay_by, context));
            if rows.len() < ROWS_MAX {
                rows.push(json!({
                    "levy_key": record.levy_key, "addressee_no": no, "due_on": record.due_on,
                    "open_yen": record.open(Part::Tax), "fee_yen": fee, "late": is_late,
                }));
            }
            writes.push(Write::put(&record, Some(levy.version))?);
        }
        total = Yen(total.0.saturating_add(sum.0));
        if !dry_run {
            documents.push(notices::letter(&to, words(sent_on, pay_by, sum, debts, slips), context));
        }
        subjects.push(no);
    }
    let left_out_count: usize = reasons.values().sum();
    let reasons: Vec<Value> =
        reasons.into_iter().map(|(why, count)| json!({ "why": why, "count": count })).collect();
    let mut message = format!(
        "{}人に{count}件の督促状（手数料{fees}円）。引抜きは{left_out_count}件です。",
        subjects.len()
    );
    if late != 0 {
        message.push_str(&format!(
            "納期限から{}日を過ぎたものが{late}件あります。",
            rates.arrears.reminder_within_days
        ));
    }
    Ok(Outcome {
        writes: if dry_run { Vec::new() } else { writes },
        reason: "督促状作成".to_owned(),
        message,
        answer: Some(Answer {
            data: json!({
                "count": count, "total_yen": total, "fee_yen": fees, "late_count": late, "dry_run": dry_run,
                "rows": rows, "left_out": left_out, "reasons": reasons,
            }),
            subjects,
        }),
        documents,
        left: if dry_run { 0 } else { left },
        ..Outcome::default()
    })
}

/// Whether a debt has ended by limitation. Only who is old enough is looked at closely.
fn ended(
    view: &dyn View,
    rates: &Rates,
    levy: &Instalment,
    cases: &BTreeMap<String, (Case, u32)>,
    on: Date,
) -> Result<Result<bool, Missing>, Fault> {
    let young =
        rates.limitation_of(&levy.tax_item).map(|period| on <= period_end(levy.due_on, period.months));
    if young != Ok(false) {
        return Ok(young.map(|_| false));
    }
    let case = cases.get(&levy.addressee_no).map(|(case, _)| case);
    let done = super::dispositions(view, &levy.addressee_no)?;
    let found = limitation(rates, &levy.tax_item, levy.due_on, &events(levy, case, &done));
    Ok(found.map(|limitation| limitation.is_complete(on)))
}

/// The levies that are overdue on a day and were not reminded of.
fn overdue(view: &dyn View, input: &Input, sent_on: Date) -> Result<Vec<Versioned<Instalment>>, Fault> {
    let (item, person) = (input.text("tax_item"), input.text("addressee_no"));
    let until = super::day(input, "due_until").unwrap_or(Date::MAX);
    let wanted = |held: &Instalment| {
        held.due_on < sent_on
            && held.due_on <= until
            && held.reminder.is_none()
            && (item.is_empty() || held.tax_item == item)
            && Yen::ZERO < held.open(Part::Tax)
    };
    if !person.is_empty() {
        let mut levies = view.load_by::<Instalment>("addressee_no", person)?;
        levies.retain(|levy| wanted(&levy.record));
        return Ok(levies);
    }
    let mut levies = Vec::new();
    view.scan(&INSTALMENT, None, &mut |stored| {
        let levy = stored.typed::<Instalment>()?;
        if wanted(&levy.record) {
            levies.push(levy);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(levies)
}

fn words(sent_on: Date, pay_by: Date, sum: Yen, debts: Vec<Debt>, slips: Vec<Value>) -> Words<'static> {
    Words {
        title: "督促状",
        date: sent_on,
        opening: vec!["下記の市町村税等が、納期限を過ぎても納付されていません。速やかに納付してください。".to_owned()],
        facts: vec![("合計", format!("{sum}円（延滞金は{}まで）", wareki(pay_by)))],
        debts,
        closing: vec![
            "この督促状を発した日から起算して10日を経過した日までに完納されないときは、法令の定めにより財産を差し押さえることになります。".to_owned(),
            "納期限の翌日から納付の日までの日数に応じて延滞金がかかります。".to_owned(),
            "行き違いで既に納付されているときは、ご容赦ください。".to_owned(),
            objection(),
        ],
        slips,
    }
}
