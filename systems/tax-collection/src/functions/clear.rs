//! 消込: puts what was received to the levies it is for.

use std::collections::BTreeMap;

use domain::Yen;
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::place;
use crate::drafts::Drafts;
use crate::records::{Cause, Instalment, Overpayment, Part, PutTo, Receipt, ReceiptState, RefundDays};
use crate::rules::{self, Money, rates};
use crate::tasks::{Closed, Over, ended, overpaid};

/// Most payments of one part: a few seconds of work, so that the counter does not wait.
const PART_MAX: usize = 5_000;

/// 消込. What is cleared is passed over, so a run that was cut goes on where it stopped.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/clear",
        title: "消込",
        place: place("収納", "窓口等収納", "消込"),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "消込",
            vec![Field::new("until", "収入日まで", FieldKind::Date).help("空のときは今日までの分です。")],
        )]),
        in_menu: true,
        decide,
    }
}

/// What came of the payments of a channel.
#[derive(Clone, Copy, Default)]
struct Counted {
    count: usize,
    yen: i64,
    over: i64,
    suspense: usize,
}

/// Source: taxes.md 5.3; 地方税法 20条の9の4.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let until = super::day_or_today(input, "until", context);
    let mut waiting: Vec<Receipt> = Vec::new();
    let mut receipts: Drafts<Receipt> = Drafts::default();
    for state in [ReceiptState::Waiting, ReceiptState::Suspense] {
        for held in view.load_by::<Receipt>("state", state.code())? {
            let receipt = held.record;
            if until < receipt.received_on {
                continue;
            }
            // What waits for a levy is looked at again: 見込納付, and payments that were faster than their levy.
            let again = state == ReceiptState::Suspense;
            if again && (receipt.levy_key.is_empty() || view.load::<Instalment>(&receipt.levy_key)?.is_none())
            {
                continue;
            }
            receipts.held(receipt.clone(), held.version);
            waiting.push(receipt);
        }
    }
    waiting.sort_by(|a, b| (a.paid_on, &a.payment_no).cmp(&(b.paid_on, &b.payment_no)));
    let part_max = context.part_max(PART_MAX);
    let left = waiting.len().saturating_sub(part_max);
    waiting.truncate(part_max);
    let rates = rates()?;
    let closed = Closed::read(view)?;
    let mut instalments: Drafts<Instalment> = Drafts::default();
    let mut overpayments: Drafts<Overpayment> = Drafts::default();
    let mut channels: BTreeMap<_, Counted> = BTreeMap::new();
    let mut subjects = Vec::new();
    let mut suspense: Vec<Value> = Vec::new();
    let mut pulled: Vec<Value> = Vec::new();
    for mut receipt in waiting {
        let counted = channels.entry(receipt.channel).or_default();
        counted.count += 1;
        counted.yen = counted.yen.saturating_add(receipt.yen.0);
        let Some(mut levy) = instalments.load(view, &receipt.levy_key)? else {
            receipt.why = if receipt.levy_key.is_empty() {
                format!("納付書の番号「{}」から期別が分かりません。", receipt.slip)
            } else {
                format!("調定番号{}の賦課がありません。", receipt.levy_key)
            };
            receipt.state = ReceiptState::Suspense;
            counted.suspense += 1;
            suspense.push(json!({
                "payment_no": receipt.payment_no, "amount_yen": receipt.yen, "paid_on": receipt.paid_on,
                "channel_label": receipt.channel.label(), "why": receipt.why,
                "remedy": super::inquiry::suspense_remedy(&receipt),
            }));
            receipts.put(receipt);
            continue;
        };
        // Money that came before the year of its levy (見込納付) counts into that year, and never into a closed one.
        let year = closed.open_from(receipt.year.max(levy.levy_year));
        if receipt.year < year {
            receipt.carry(context.today, year);
        }
        let yen = receipt.unapplied();
        // Whoever pays all before the day a reminder goes out owes no fee of it.
        let all = Yen(levy.open(Part::Tax).0.saturating_add(levy.open(Part::Costs).0));
        let sent_on = levy.reminder.map(|reminder| reminder.sent_on);
        if all <= yen && levy.pull_reminder(context.today) {
            pulled.push(json!({
                "levy_key": levy.levy_key, "addressee_no": levy.addressee_no, "reminded_on": sent_on,
            }));
        }
        let money = Money {
            reference: &receipt.payment_no,
            yen,
            paid_on: receipt.paid_on,
            on: receipt.received_on,
            year,
            cause: Cause::Clearing,
        };
        let before = levy.overpaid();
        // What ended before it was paid was owed no more: nothing of the money is revenue (誤納).
        let astray = match ended(view, &levy, receipt.paid_on)? {
            Ok(ended) => ended.is_some(),
            Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
        };
        let put = if astray {
            Ok(rules::put_astray(&mut levy, money))
        } else {
            rules::put(rates, &mut levy, money)
        };
        let cleared = match put {
            Ok(cleared) => cleared,
            Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
        };
        let over = Yen(cleared.over.0.saturating_add(cleared.back.0));
        counted.over = counted.over.saturating_add(over.0);
        let days = if astray {
            vec![(receipt.paid_on, over)]
        } else {
            rules::surplus(&levy, before, over, receipt.paid_on)
        };
        for (paid_on, yen) in days {
            let over = Over {
                yen,
                cause: rules::Cause::Mistake,
                reference: &receipt.payment_no,
                found_on: context.today,
                paid_on,
                days: RefundDays::default(),
            };
            overpaid(view, &mut overpayments, &levy, over)?;
        }
        receipt.put_to.push(PutTo {
            levy_key: levy.levy_key.clone(),
            yen,
            over: cleared.over,
            on: context.today,
        });
        receipt.state = ReceiptState::Cleared;
        receipt.why.clear();
        subjects.push(levy.addressee_no.clone());
        instalments.put(levy);
        receipts.put(receipt);
    }
    subjects.sort_unstable();
    subjects.dedup();
    let rows: Vec<Value> = channels
        .iter()
        .map(|(channel, counted)| {
            json!({
                "channel_label": channel.label(), "count": counted.count, "amount_yen": counted.yen,
                "over_yen": counted.over, "suspense_count": counted.suspense,
            })
        })
        .collect();
    let count: usize = channels.values().map(|counted| counted.count).sum();
    let total = channels.values().fold(0_i64, |sum, counted| sum.saturating_add(counted.yen));
    let mut writes = receipts.writes()?;
    writes.extend(instalments.writes()?);
    writes.extend(overpayments.writes()?);
    let mut message =
        format!("{count}件、{}円を消し込みました。仮受は{}件です。", Yen(total), suspense.len());
    if !pulled.is_empty() {
        message.push_str(&format!(
            "発付日の前に完納となった督促状{}件は、発送せずに引き抜いてください（手数料は取り消しました）。",
            pulled.len()
        ));
    }
    Ok(Outcome {
        writes,
        reason: "消込".to_owned(),
        message,
        answer: Some(Answer {
            data: json!({ "count": count, "total_yen": total, "rows": rows, "suspense": suspense, "pulled_reminders": pulled }),
            subjects,
        }),
        left,
        ..Outcome::default()
    })
}
