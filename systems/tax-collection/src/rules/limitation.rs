//! The limitation of a debt (消滅時効): when it is completed, and what kept it from being completed, as a timeline.

use domain::{BusinessCalendar, Date, RegisterDate, TaxItem, period_end, wareki};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use system::{AskedForm, AskedItem, Calculated, Calculation, Finding, Step, read_asked};

use super::codes::{RELEASE_REASONS, release_renews};
use super::days::{after, days, plus};
use super::rates::{LimitationPeriod, Missing, Rates, rates};
use super::shape;
use crate::records::{Case, Disposition, DispositionKind, Instalment};

const SAMPLE: &str = r#"{"tax_item": "04", "due_on": "2021-05-31", "on": "2026-11-20", "events": [{"event": "reminder", "on": "2021-06-18"}, {"event": "part-payment", "on": "2021-09-01"}]}"#;

/// The calculation, for `daicho calc`.
pub(crate) const CALCULATION: Calculation = Calculation {
    id: "tax-collection/limitation",
    title: "消滅時効の計算",
    sample: SAMPLE,
    items: ITEMS,
    calculate,
};

const ITEMS: &[AskedItem] = &[
    AskedItem::new("tax_item", "税目", AskedForm::Text).required(),
    AskedItem::new("due_on", "納期限", AskedForm::Day).or(&["due"]).required(),
    AskedItem::new("on", "調べる日", AskedForm::Day).required(),
    AskedItem::new("events", "出来事", AskedForm::Rows(EVENT)),
];
const EVENT: &[AskedItem] = &[
    AskedItem::new("event", "種類", AskedForm::Word(EVENTS)).required(),
    AskedItem::new("on", "日", AskedForm::Day).or(&["from"]).required(),
    AskedItem::new("until", "終わりの日", AskedForm::Day).or(&["to"]),
    AskedItem::new("reason", "解除の事由", AskedForm::Text),
];
const EVENTS: &[(&str, &[&str])] = &[
    ("reminder", &["督促"]),
    ("demand", &["催告"]),
    ("part-payment", &["一部納付"]),
    ("promise", &["納税誓約", "猶予の申請", "承認"]),
    ("seizure", &["差押", "参加差押"]),
    ("delivery-request", &["交付要求"]),
    ("deferment", &["猶予", "徴収猶予", "換価の猶予"]),
];

/// What bears on the limitation of a debt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// 督促.
    Reminder {
        /// 発付日.
        on: Date,
    },
    /// 催告.
    Demand {
        /// 発付日.
        on: Date,
    },
    /// 一部納付.
    PartPayment {
        /// 納付日.
        on: Date,
    },
    /// 納税誓約, 猶予の申請.
    Promise {
        /// The day.
        on: Date,
    },
    /// 差押, 参加差押.
    Seizure {
        /// 差押の日.
        on: Date,
        /// 解除の日.
        #[serde(default)]
        until: Option<Date>,
        /// 解除の事由.
        #[serde(default)]
        reason: String,
    },
    /// 交付要求.
    DeliveryRequest {
        /// 交付要求の日.
        on: Date,
        /// 解除・終結の日.
        #[serde(default)]
        until: Option<Date>,
        /// 解除の事由.
        #[serde(default)]
        reason: String,
    },
    /// 徴収猶予, 換価の猶予.
    Deferment {
        /// First day.
        on: Date,
        /// Last day.
        until: Date,
    },
}

impl Event {
    fn on(&self) -> Date {
        match self {
            Self::Reminder { on }
            | Self::Demand { on }
            | Self::PartPayment { on }
            | Self::Promise { on }
            | Self::Seizure { on, .. }
            | Self::DeliveryRequest { on, .. }
            | Self::Deferment { on, .. } => *on,
        }
    }

    fn what(&self) -> &'static str {
        match self {
            Self::Reminder { .. } => "督促",
            Self::Demand { .. } => "催告",
            Self::PartPayment { .. } => "一部納付（承認）",
            Self::Promise { .. } => "納税誓約・猶予の申請（承認）",
            Self::Seizure { .. } => "差押",
            Self::DeliveryRequest { .. } => "交付要求",
            Self::Deferment { .. } => "猶予",
        }
    }
}

/// One mark of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The day.
    pub on: Date,
    /// What happened.
    pub what: &'static str,
    /// What it did.
    pub effect: String,
    /// The last day of the limitation as it stood then; none while it does not run.
    pub completes_on: Option<Date>,
    /// Article.
    pub source: String,
}

/// When a debt can no longer be collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limitation {
    /// The last day; none while it does not run.
    pub completes_on: Option<Date>,
    /// The timeline.
    pub marks: Vec<Mark>,
}

impl Limitation {
    /// Whether it is completed on a day.
    pub fn is_complete(&self, on: Date) -> bool {
        self.completes_on.is_some_and(|last| last < on)
    }
}

/// The limitation of a debt: so long from the day after its due date, anew from the day after each event that renews it, with
/// the days of deferments not counted. An event behind its completion does nothing: the duty has ended by itself.
///
/// Source: 地方税法 18条, 18条の2; 民法 148条, 150条, 152条.
///
/// # Errors
/// For a tax item no period is held of.
pub fn limitation(
    rates: &Rates,
    tax_item: &str,
    due_on: Date,
    events: &[Event],
) -> Result<Limitation, Missing> {
    let period = rates.limitation_of(tax_item)?;
    // As an instalment's due date does, on a day the office is closed it moves (地方税法 20条の5第2項).
    let due_on = BusinessCalendar::published().business_day_on_or_after(due_on);
    let mut events: Vec<&Event> = events.iter().collect();
    events.sort_by_key(|event| event.on());
    let paused = merged(events.iter().filter_map(|event| match event {
        Event::Deferment { on, until } if on <= until => Some((*on, *until)),
        _ => None,
    }));
    let runs_to = |base: Date| run(period, base, &paused);
    let mut completes_on = Some(runs_to(due_on));
    let mut marks = vec![Mark {
        on: after(due_on),
        what: "起算",
        effect: format!("納期限{}の翌日から進行", wareki(due_on)),
        completes_on,
        source: period.source.clone(),
    }];
    let mut reminded = false;
    let mut demanded_until = Date::MIN;
    for event in events {
        let on = event.on();
        let late = completes_on.is_some_and(|last| last < on);
        let begun = completes_on;
        let renew = |base: Date| begun.map(|last| last.max(runs_to(base)));
        let hold = |until: &Option<Date>, reason: &str, article: &str| match until {
            None => (None, "終わるまで完成せず、終わったときに新たに進行".to_owned(), article.to_owned()),
            Some(until) if release_renews(reason) => {
                // An earlier holding may have no end yet.
                (
                    begun.map(|_| runs_to(*until)),
                    format!("{}に終わり、翌日から新たに進行", wareki(*until)),
                    article.to_owned(),
                )
            }
            Some(until) => {
                let last = begun.map(|last| last.max(period_end(*until, rates.arrears.demand_months)));
                let why = RELEASE_REASONS.label(reason).unwrap_or("取消し");
                (
                    last,
                    format!("{}に{why}。更新せず、6か月は完成しない", wareki(*until)),
                    "民法 148条1項ただし書".to_owned(),
                )
            }
        };
        let (last, effect, source) = if late {
            (completes_on, "時効の完成の後なので、効力なし".to_owned(), "地方税法 18条2項".to_owned())
        } else {
            match event {
                Event::Reminder { .. } if reminded => (
                    completes_on,
                    "二度目の督促なので、効力なし".to_owned(),
                    "地方税法 18条の2第1項2号".to_owned(),
                ),
                Event::Reminder { .. } => {
                    reminded = true;
                    let until = plus(on, rates.arrears.reminder_days);
                    let effect = format!("{}まで完成せず、翌日から新たに進行", wareki(until));
                    (renew(until), effect, "地方税法 18条の2第1項2号".to_owned())
                }
                Event::Demand { .. } if on <= demanded_until => (
                    completes_on,
                    "催告の6か月の間の催告なので、効力なし".to_owned(),
                    "民法 150条2項".to_owned(),
                ),
                Event::Demand { .. } => {
                    demanded_until = period_end(on, rates.arrears.demand_months);
                    let last = completes_on.map(|last| last.max(demanded_until));
                    (last, format!("{}まで完成しない", wareki(demanded_until)), "民法 150条1項".to_owned())
                }
                Event::PartPayment { .. } | Event::Promise { .. } => (
                    renew(on),
                    "翌日から新たに進行".to_owned(),
                    "民法 152条1項（地方税法 18条3項）".to_owned(),
                ),
                Event::Seizure { until, reason, .. } => hold(until, reason, "民法 148条（地方税法 18条3項）"),
                Event::DeliveryRequest { until, reason, .. } => {
                    hold(until, reason, "地方税法 18条の2第1項3号")
                }
                Event::Deferment { until, .. } => {
                    let effect = format!("{}までの{}日は進行しない", wareki(*until), days(on, *until));
                    (completes_on, effect, "地方税法 18条の2第4項".to_owned())
                }
            }
        };
        completes_on = match (begun, last) {
            (Some(before), Some(last)) => Some(last.max(before)),
            _ => last,
        };
        marks.push(Mark { on, what: event.what(), effect, completes_on, source });
    }
    Ok(Limitation { completes_on, marks })
}

/// Days that are not counted, in order and without days counted twice.
fn merged(spans: impl Iterator<Item = (Date, Date)>) -> Vec<(Date, Date)> {
    let mut spans: Vec<(Date, Date)> = spans.collect();
    spans.sort_unstable();
    let mut merged: Vec<(Date, Date)> = Vec::new();
    for (from, to) in spans {
        match merged.last_mut() {
            Some(last) if from <= after(last.1) => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

/// The last day of a period that begins the day after another; each paused day in it makes it a day longer.
fn run(period: &LimitationPeriod, base: Date, paused: &[(Date, Date)]) -> Date {
    let plain = period_end(base, period.months);
    let mut last = plain;
    for (from, to) in paused {
        let from = (*from).max(after(base));
        // In order: what comes behind the end as it stands makes it no longer.
        if from <= last {
            last = plus(last, days(from, *to));
        }
    }
    last
}

/// What bears on the limitation of an instalment, from its own record, the case, and the dispositions of its owner.
///
/// Money the office put to a debt by itself (充当) counts as a part payment here: the limitation is never found completed too early.
pub fn events(held: &Instalment, case: Option<&Case>, dispositions: &[Disposition]) -> Vec<Event> {
    let of = |keys: &[String]| keys.contains(&held.levy_key);
    let mut events: Vec<Event> =
        held.tax_paid.iter().map(|paid| Event::PartPayment { on: paid.on }).collect();
    events.extend(held.reminder.map(|reminder| Event::Reminder { on: reminder.sent_on }));
    if let Some(case) = case {
        events.extend(
            case.demands
                .iter()
                .filter(|demand| held.due_on < demand.on)
                .map(|one| Event::Demand { on: one.on }),
        );
        let pledges = case.pledges.iter().filter(|pledge| of(&pledge.levy_keys));
        events.extend(pledges.map(|pledge| Event::Promise { on: pledge.on }));
        for deferment in case.deferments.iter().filter(|deferment| of(&deferment.levy_keys)) {
            if deferment.kind != crate::records::DefermentKind::Conversion {
                events.push(Event::Promise { on: deferment.applied_on });
            }
            events.extend(deferment.days().map(|days| Event::Deferment { on: days.from, until: days.to }));
        }
    }
    for one in dispositions.iter().filter(|one| of(&one.levy_keys)) {
        let (on, until) = (one.on, one.ended.as_ref().map(|ended| ended.on));
        let reason = one.ended.as_ref().map(|ended| ended.reason.clone()).unwrap_or_default();
        events.push(match one.kind {
            DispositionKind::DeliveryRequest => Event::DeliveryRequest { on, until, reason },
            DispositionKind::Seizure | DispositionKind::Participation => Event::Seizure { on, until, reason },
        });
    }
    events
}

/// The limitation of an instalment, from its own record, the case, and the dispositions of its owner: of several due dates it is
/// reckoned from the newest, so that it is never found completed too early.
///
/// # Errors
/// For a tax item no period is held of.
pub fn limitation_of(
    rates: &Rates,
    held: &Instalment,
    case: Option<&Case>,
    dispositions: &[Disposition],
) -> Result<Limitation, Missing> {
    limitation(rates, &held.tax_item, held.last_due_on(), &events(held, case, dispositions))
}

/// A debt and what happened to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// 税目.
    tax_item: String,
    /// 納期限.
    due_on: Date,
    /// The day asked for.
    on: Date,
    #[serde(default)]
    events: Vec<Event>,
}

/// In: the debt and its events. Out: the last day, whether it is completed, each mark with its article.
fn calculate(input: &Value) -> Result<Calculated, Vec<Finding>> {
    let asked: Asked = read_asked(ITEMS, input)?;
    TaxItem::parse(&asked.tax_item).map_err(|error| {
        let known: Vec<String> =
            TaxItem::all().map(|item| format!("{}（{}）", item.code(), item.label())).collect();
        let remedy = format!("次のどれかを入力してください: {}", known.join("、"));
        vec![Finding::error("R009", "tax_item", "税目", format!("{error}。"), &remedy)]
    })?;
    // As an instalment's due date does, on a day the office is closed it moves.
    let due_on = shape::calendar_of(asked.due_on)?.business_day_on_or_after(asked.due_on);
    let early = asked.events.iter().position(|event| event.on() <= due_on && !promised(event));
    if let Some(at) = early {
        let message = format!("納期限{}の前の出来事です。", wareki(due_on));
        return Err(vec![shape::disorder(&format!("events.{at}.on"), "日", message)]);
    }
    let rates = rates().map_err(|error| shape::fault(&error))?;
    let found = limitation(rates, &asked.tax_item, due_on, &asked.events)
        .map_err(|missing| vec![missing.finding()])?;
    let day = |day: Option<Date>| day.map_or("進行していない".to_owned(), wareki);
    let steps = found
        .marks
        .iter()
        .map(|mark| {
            let text = format!("{}。時効の最後の日: {}", mark.effect, day(mark.completes_on));
            Step::new(format!("{} {}", wareki(mark.on), mark.what), text, mark.source.clone())
        })
        .collect();
    let result = json!({
        "completes_on": found.completes_on.map(RegisterDate::Day).map(|day| day.to_string()),
        "complete": found.is_complete(asked.on),
    });
    Ok(Calculated { result, steps })
}

/// What may come before the due date: payments of a part, promises, deferments.
fn promised(event: &Event) -> bool {
    matches!(event, Event::PartPayment { .. } | Event::Promise { .. } | Event::Deferment { .. })
}
