//! 催告書作成: one letter per person with everything that is owed, in stages by age and amount.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::{Date, Yen, wareki};
use register::{Fault, View, Write};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::{PART_MAX, ROWS_MAX, cases, day, day_or_today, disorder, flag, place, refuse, suspended};
use crate::letters;
use crate::notices::{self, Debt, Words};
use crate::records::{Case, CaseState, Demand, INSTALMENT, Instalment};
use crate::rules::days::plus;
use crate::rules::{DemandStage, Promise, Rates, charge_missing, demand_due, demand_stages, kept, rates};
use crate::tasks::ended;

/// Days a demand gives where the form does not say.
const DAYS_TO_PAY: i64 = 14;

/// 催告書作成. Who got one on the day is passed over.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/demands",
        title: "催告書作成",
        place: place("滞納整理", "督促・催告", "催告書作成"),
        mode: Mode::Both,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "催告",
            vec![
                Field::new("on", "発付日", FieldKind::Date).help("空のときは今日です。"),
                Field::new("pay_by", "指定納期限", FieldKind::Date)
                    .help("空のときは、発付日から14日後です。"),
                Field::new("stage", "段階", FieldKind::Number(9)).help("この段階の人だけに出すとき。"),
                Field::new("officer", "担当者", FieldKind::Text(30))
                    .help("この担当者の滞納者だけに出すとき。"),
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).help("一人だけに出すとき。"),
                Field::new("dry_run", "試行（出力も更新もしない）", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: taxes.md 7 催告; 民法 150条 (催告による完成猶予).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "on", context);
    let pay_by = day(input, "pay_by").unwrap_or(plus(on, DAYS_TO_PAY));
    if pay_by <= on {
        let message = format!("指定納期限{}が、発付日{}より後ではありません。", wareki(pay_by), wareki(on));
        return refuse(disorder("pay_by", "指定納期限", message));
    }
    let stages = demand_stages();
    let wanted: Option<u32> = input.text("stage").parse().ok();
    if let Some(no) = wanted.filter(|no| !stages.iter().any(|stage| stage.stage == *no)) {
        return refuse(Finding::error(
            "TXC56",
            "stage",
            "段階",
            format!("催告の段階{no}はありません。"),
            "standards/codes/tax-collection/demand-stages.tsv にある段階を入力してください。",
        ));
    }
    let rates = rates()?;
    let dry_run = flag(input, "dry_run");
    let (officer, person) = (input.text("officer"), input.text("addressee_no"));
    let cases = cases(view)?;
    let suspended = suspended(cases.values().map(|(case, _)| case), on);
    let mut owed = owed(view, &cases, &suspended, on)?;
    let mut part = Part::default();
    let mut left = 0_usize;
    for (no, (mut case, version)) in cases {
        let chosen = case.state == CaseState::Open
            && (officer.is_empty() || case.officer == officer)
            && (person.is_empty() || no == person);
        let Some(all) = owed.remove(&no).filter(|_| chosen) else { continue };
        let owing = all.iter().fold(Yen::ZERO, |sum, held| Yen(sum.0.saturating_add(held.open_total().0)));
        let mut levies = Vec::new();
        for levy in all {
            match ended(view, &levy, on)? {
                Ok(None) => levies.push(levy),
                Ok(Some(_)) => {}
                Err(missing) => return refuse(missing.finding()),
            }
        }
        if levies.is_empty() {
            part.leave_out(&no, owing, "納付義務が消滅（不納欠損の手続きが必要）");
            continue;
        }
        let total = levies.iter().fold(Yen::ZERO, |sum, held| Yen(sum.0.saturating_add(held.open_total().0)));
        let reminded =
            levies.iter().filter_map(|held| held.reminder).map(|one| one.sent_on).min().unwrap_or(on);
        let Some(stage) = demand_due(&stages, &case, reminded, total, on) else { continue };
        if wanted.is_some_and(|wanted| wanted != stage.stage) {
            continue;
        }
        if follows_plan(rates, &case, &levies, on) {
            part.leave_out(&no, total, "納税誓約を履行中");
            continue;
        }
        if !dry_run && part.subjects.len() == PART_MAX {
            left = left.saturating_add(1);
            continue;
        }
        let item = levies.first().map(|held| held.tax_item.clone()).unwrap_or_default();
        let Some(to) = notices::recipient(view, &no, &item, on)? else {
            part.leave_out(&no, total, "宛先の住所なし");
            continue;
        };
        let (mut debts, mut slips) = (Vec::new(), Vec::new());
        let payer = to.data();
        let mut sum = total;
        for held in &levies {
            let charge = match charge_missing(rates, held, pay_by) {
                Ok(charge) => charge,
                Err(missing) => return refuse(missing.finding()),
            };
            sum = Yen(sum.0.saturating_add(charge.0));
            debts.push(notices::debt(held, charge));
            slips.push(letters::slip(held, &payer, charge, pay_by, context));
        }
        if !dry_run {
            part.documents.push(notices::letter(&to, words(stage, on, pay_by, sum, debts, slips), context));
        }
        case.demands.push(Demand { stage: stage.stage, on, total });
        part.made(&no, stage, total);
        part.writes.push(Write::put(&case, Some(version))?);
    }
    Ok(part.outcome(dry_run, left))
}

/// What each person with a case owes that was reminded of, oldest first; what is deferred, suspended or told to be paid left out.
fn owed(
    view: &dyn View,
    cases: &BTreeMap<String, (Case, u32)>,
    suspended: &BTreeSet<String>,
    on: Date,
) -> Result<BTreeMap<String, Vec<Instalment>>, Fault> {
    let mut owed: BTreeMap<String, Vec<Instalment>> = BTreeMap::new();
    view.scan(&INSTALMENT, None, &mut |stored| {
        let held = stored.typed::<Instalment>()?.record;
        let reminded = held.reminder.is_some_and(|reminder| reminder.sent_on <= on);
        let stopped =
            !held.preliminary.is_empty() || held.is_deferred(on) || suspended.contains(&held.levy_key);
        if reminded && !stopped && Yen::ZERO < held.open_total() && cases.contains_key(&held.addressee_no) {
            owed.entry(held.addressee_no.clone()).or_default().push(held);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for levies in owed.values_mut() {
        levies.sort_by(|a, b| (a.due_on, &a.levy_key).cmp(&(b.due_on, &b.levy_key)));
    }
    Ok(owed)
}

/// Whether the person keeps a plan that covers everything that is owed.
fn follows_plan(rates: &Rates, case: &Case, levies: &[Instalment], on: Date) -> bool {
    let Some(plan) = case.plan() else { return false };
    let covered: Vec<Instalment> =
        levies.iter().filter(|held| plan.levy_keys.contains(&held.levy_key)).cloned().collect();
    covered.len() == levies.len() && !kept(rates, plan, &covered, on).contains(&Promise::Broken)
}

/// What a part of the run makes.
#[derive(Default)]
struct Part {
    writes: Vec<Write>,
    documents: Vec<system::DocumentRequest>,
    rows: Vec<Value>,
    left_out: Vec<Value>,
    left_out_count: usize,
    stages: BTreeMap<u32, (&'static str, usize, i64)>,
    subjects: Vec<String>,
}

impl Part {
    fn leave_out(&mut self, no: &str, total: Yen, why: &str) {
        self.left_out_count = self.left_out_count.saturating_add(1);
        if self.left_out.len() < ROWS_MAX {
            self.left_out.push(json!({ "addressee_no": no, "open_yen": total, "why": why }));
        }
    }

    fn made(&mut self, no: &str, stage: DemandStage, total: Yen) {
        if self.rows.len() < ROWS_MAX {
            self.rows.push(
                json!({ "addressee_no": no, "stage": stage.stage, "title": stage.title, "open_yen": total }),
            );
        }
        let of = self.stages.entry(stage.stage).or_insert((stage.title, 0, 0));
        of.1 = of.1.saturating_add(1);
        of.2 = of.2.saturating_add(total.0);
        self.subjects.push(no.to_owned());
    }

    fn outcome(self, dry_run: bool, left: usize) -> Outcome {
        let stages: Vec<Value> = self
            .stages
            .iter()
            .map(|(stage, (title, count, yen))| json!({ "stage": stage, "title": title, "count": count, "total_yen": yen }))
            .collect();
        let message =
            format!("{}人に催告書を出します。除いた人は{}人です。", self.subjects.len(), self.left_out_count);
        let data = json!({
            "count": self.subjects.len(), "stages": stages, "rows": self.rows, "left_out": self.left_out, "dry_run": dry_run,
        });
        Outcome {
            writes: if dry_run { Vec::new() } else { self.writes },
            reason: "催告書作成".to_owned(),
            message,
            answer: Some(Answer { data, subjects: self.subjects }),
            documents: self.documents,
            left: if dry_run { 0 } else { left },
            ..Outcome::default()
        }
    }
}

fn words(
    stage: DemandStage,
    on: Date,
    pay_by: Date,
    sum: Yen,
    debts: Vec<Debt>,
    slips: Vec<Value>,
) -> Words<'static> {
    Words {
        title: stage.title,
        date: on,
        opening: vec![stage.text.to_owned()],
        facts: vec![
            ("合計", format!("{sum}円（延滞金は{}まで）", wareki(pay_by))),
            ("指定納期限", wareki(pay_by)),
        ],
        debts,
        closing: vec!["納付が難しい事情があるときは、放置せずに相談してください。".to_owned()],
        slips,
    }
}
