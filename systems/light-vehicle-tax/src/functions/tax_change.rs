//! 税額変更: applies corrections that wait, one or all; what collection has to know goes by the dataset.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use domain::{BusinessCalendar, Date, FiscalYear, Yen};
use jiff::ToSpan;
use register::{Fault, Versioned, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section,
};

use super::correction::standing;
use super::initial_levy::{PART_MAX, levy, next_notice_no, taxpayer};
use crate::codes::{List, reason};
use crate::desk::Desk;
use crate::records::{Balance, CORRECTION, Correction, CorrectionState, Levy, LevyChange, Vehicle};
use crate::rules::{Assessed, Levied, Way, assess, rates};

const PLACE: Place = Place { unit: "軽自動車税", level1: "更正", level2: "税額変更", level3: "" };

/// The most lines one answer shows.
const ROWS_MAX: usize = 1_000;

/// 税額変更, of one correction.
pub(crate) fn one() -> Function {
    Function {
        id: "light-vehicle-tax/tax-change",
        title: "税額変更",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "税額変更",
            vec![Field::new("correction_no", "受付番号", FieldKind::Text(10)).required()],
        )]),
        in_menu: true,
        decide: decide_one,
    }
}

/// 税額変更, of all that wait.
pub(crate) fn all() -> Function {
    Function {
        id: "light-vehicle-tax/tax-change-all",
        title: "税額変更（未処理のすべて）",
        place: Some(PLACE),
        mode: Mode::Both,
        effect: Effect::Writes,
        form: Form::default(),
        in_menu: true,
        decide: decide_all,
    }
}

/// LVT22, and what is against the correction.
fn decide_one(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let no = input.text("correction_no");
    let held = view.load::<Correction>(no)?.filter(|held| held.record.state == CorrectionState::Pending);
    let Some(held) = held else {
        let why = format!("受付番号「{no}」の未処理の更正はありません。");
        desk.error("LVT22", "correction_no", "受付番号", why, "更正受付一覧で確かめてください。");
        return Ok(Outcome::refused(desk.findings));
    };
    let came = apply(&mut desk, held)?;
    told(desk, &came, 0)
}

fn decide_all(view: &dyn View, _input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let (mut waiting, mut left) = (Vec::new(), 0_usize);
    view.scan(&CORRECTION, None, &mut |stored| {
        let held = stored.typed::<Correction>()?;
        if held.record.state == CorrectionState::Pending {
            if waiting.len() < PART_MAX {
                waiting.push(held);
            } else {
                left += 1;
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let mut came = Vec::new();
    let mut exceptions = Vec::new();
    for held in waiting {
        let no = held.record.correction_no.clone();
        came.extend(apply(&mut desk, held)?);
        // One that cannot be applied waits on, and stops no other.
        for finding in std::mem::take(&mut desk.findings) {
            exceptions.push(json!({ "correction_no": no, "rule": finding.code, "result": finding.message, "remedy": finding.remedy }));
        }
    }
    let mut outcome = told(desk, &came, exceptions.len())?;
    if let Some(data) = outcome.answer.as_mut().and_then(|answer| answer.data.as_object_mut()) {
        data.insert("exceptions".to_owned(), json!(exceptions));
    }
    outcome.left = left;
    Ok(outcome)
}

/// What came of a levy.
struct Came {
    levy: Levy,
    before: Yen,
    paid: Yen,
    overpaid: Yen,
}

fn told(desk: Desk<'_>, came: &[Came], exceptions: usize) -> Result<Outcome, Fault> {
    let difference = Yen::total(came.iter().filter_map(|one| one.levy.amount.checked_sub(one.before)));
    let overpaid = Yen::total(came.iter().map(|one| one.overpaid)).unwrap_or_default();
    let rows: Vec<Value> = came.iter().take(ROWS_MAX).map(shown).collect();
    let subjects = came.iter().map(|one| one.levy.addressee_no.to_string()).collect();
    let mut message = format!("税額変更{}件、差引{}円。", came.len(), difference.unwrap_or_default());
    if overpaid != Yen::ZERO {
        message.push_str(&format!("過納{overpaid}円は、収納で還付・充当をしてください。"));
    }
    if exceptions != 0 {
        message.push_str(&format!("変更できないもの{exceptions}件。"));
    }
    let mut outcome = desk.outcome("税額変更", message)?;
    outcome.answer = Some(Answer {
        data: json!({ "count": came.len(), "difference": difference, "overpaid": overpaid, "rows": rows }),
        subjects,
    });
    Ok(outcome)
}

fn shown(came: &Came) -> Value {
    let newest = came.levy.newest();
    json!({
        "levy_key": register::Record::key(&came.levy),
        "addressee_no": came.levy.addressee_no,
        "object": came.levy.object,
        "before": came.before,
        "amount": came.levy.amount,
        "difference": newest.map(LevyChange::difference),
        "reason": newest.map(|newest| List::LevyReasons.label(&newest.reason)),
        "due_on": came.levy.last_due_on(),
        "paid": came.paid,
        "overpaid": came.overpaid,
    })
}

/// Applies a correction: recomputes the year, and writes what is different as a new version or a new levy. Nothing is written
/// when something is against it, which stands in the findings.
fn apply(desk: &mut Desk<'_>, held: Versioned<Correction>) -> Result<Vec<Came>, Fault> {
    let correction = held.record;
    let Some((vehicle, _)) = desk.vehicle(&correction.vehicle_no)? else {
        super::correction::no_levy(desk, "correction_no", &format!("車両番号{}", correction.vehicle_no));
        return Ok(Vec::new());
    };
    let reductions = desk.reductions_of(&vehicle)?;
    let now = match assess(rates()?, correction.tax_year, &vehicle, &reductions) {
        _ if correction.cancels => None,
        Assessed::NotTaxable(_) => None,
        Assessed::Taxable(levied) => Some(*levied),
        Assessed::Exception(finding) => {
            desk.findings.push(finding);
            return Ok(Vec::new());
        }
    };
    let levied = standing(desk.view, &vehicle.vehicle_no, correction.tax_year)?;
    let same = levied
        .as_ref()
        .zip(now.as_ref())
        .is_some_and(|(held, now)| held.record.addressee_no == now.taxpayer_no);
    if let Some(now) = now.as_ref().filter(|_| !same)
        && let Some(finding) = taxpayer(desk.view, now.taxpayer_no, now.assessed_on)?
    {
        desk.findings.push(finding);
        return Ok(Vec::new());
    }
    let before = levied.as_ref().map(|held| held.record.amount);
    for way in ways(before, now.as_ref().map(|now| now.amount), same) {
        if !desk.decidable(correction.tax_year, way, correction.evaded)? {
            return Ok(Vec::new());
        }
    }
    let mut came = Vec::new();
    let mut now = now;
    if let Some(held) = levied {
        let kept = if same { now.take() } else { None };
        came.extend(revised(desk, held, kept, &correction)?);
    }
    // Of a cancellation nothing is new; a new taxpayer, or one who was missed, gets a levy of their own.
    if let Some(now) = now {
        came.push(fresh(desk, &vehicle, now, &correction)?);
    }
    let keys = came.iter().map(|one| register::Record::key(&one.levy)).collect();
    let today = desk.today();
    let applied =
        Correction { state: CorrectionState::Applied, pending: None, levy_keys: keys, ..correction };
    desk.put(&applied, Some(held.version), today)?;
    Ok(came)
}

/// Whether a correction can no longer be applied because its period is over (LVT48).
pub(super) fn too_late(
    view: &dyn View,
    context: &Context<'_>,
    held: Versioned<Correction>,
) -> Result<bool, Fault> {
    let mut trial = Desk::new(view, context);
    apply(&mut trial, held)?;
    Ok(trial.findings.iter().any(|finding| finding.code == "LVT48"))
}

/// Which way the levies of a vehicle and a year move: from what stands to what it becomes, for the same taxpayer or another.
fn ways(before: Option<Yen>, after: Option<Yen>, same: bool) -> Vec<Way> {
    match (before, after) {
        (Some(before), Some(after)) if same => match after.cmp(&before) {
            Ordering::Greater => vec![Way::More],
            Ordering::Less => vec![Way::Less],
            Ordering::Equal => Vec::new(),
        },
        (before, after) => {
            let less = before.is_some_and(|yen| yen != Yen::ZERO).then_some(Way::Less);
            let more = after.is_some_and(|yen| yen != Yen::ZERO).then_some(Way::More);
            less.into_iter().chain(more).collect()
        }
    }
}

/// The next version of a levy; none when the amount stays. `kept`: what it becomes, nothing when it is cancelled.
fn revised(
    desk: &mut Desk<'_>,
    held: Versioned<Levy>,
    kept: Option<Levied>,
    correction: &Correction,
) -> Result<Option<Came>, Fault> {
    let before = held.record.amount;
    let mut next = held.record;
    let cancelled = kept.is_none();
    // What is added behind the due date has as long to be paid as a levy that is new; the old part keeps its day, and its charge.
    let mut own_due = None;
    match kept {
        Some(now) => {
            if now.amount == before && now.grade == next.grade && now.annual == next.annual {
                return Ok(None);
            }
            if before == Yen::ZERO {
                next.due_on = due(desk.today(), next.due_on)?;
            } else if before < now.amount && next.last_due_on() < desk.today() {
                own_due = Some(due(desk.today(), next.due_on)?);
            }
            next.annual = now.annual;
            next.reduced = now.reduced;
            next.amount = now.amount;
            next.grade = now.grade;
            next.kind = now.kind;
            next.r#use = now.r#use;
            next.label = now.label;
            next.steps = now.steps;
        }
        None => {
            next.amount = Yen::ZERO;
            next.vehicle_year = None;
        }
    }
    next.history_no = next.history_no.saturating_add(1);
    let reason =
        if cancelled && correction.reason == reason::MISSED { reason::FOLLOWED } else { &correction.reason };
    next.changes.push(LevyChange {
        decided_on: desk.today(),
        reason: reason.to_owned(),
        before,
        after: next.amount,
        due_on: own_due,
        correction_no: correction.correction_no.clone(),
    });
    let today = desk.today();
    desk.put(&next, Some(held.version), today)?;
    let paid = desk.view.load::<Balance>(&register::Record::key(&next))?.map(|held| held.record.paid);
    let paid = paid.unwrap_or_default();
    let overpaid = paid.checked_sub(next.amount).filter(|over| Yen::ZERO < *over).unwrap_or_default();
    Ok(Some(Came { levy: next, before, paid, overpaid }))
}

/// A levy that was not there.
fn fresh(
    desk: &mut Desk<'_>,
    vehicle: &Vehicle,
    now: Levied,
    correction: &Correction,
) -> Result<Came, Fault> {
    let today = desk.today();
    let mut levy =
        levy(correction.tax_year, vehicle, now, today, &correction.reason, &correction.correction_no);
    levy.due_on = due(today, levy.due_on)?;
    levy.notice_no = next_notice_no(desk)?;
    desk.put(&levy, None, FiscalYear(correction.tax_year).first_day())?;
    Ok(Came { levy, before: Yen::ZERO, paid: Yen::ZERO, overpaid: Yen::ZERO })
}

/// The due date of what is decided today: the year's own while the days to pay in are left, or so many days from now.
pub(super) fn due(today: Date, usual: Date) -> Result<Date, Fault> {
    let days = i64::from(rates()?.practice.correction_due_days);
    let later = today.checked_add(days.days()).unwrap_or(usual);
    if today < usual && later <= usual {
        return Ok(usual);
    }
    Ok(BusinessCalendar::published().business_day_on_or_after(later.max(usual)))
}
