//! 当初課税: the levy of a year for every vehicle that was registered on the day of assessment.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::slip::NoticeNo;
use domain::{AddresseeNo, Date, FiscalYear, Yen, wareki};
use register::{Fault, Stored, View, ViewExt, Write};
use serde::Deserialize;
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::tax_change::due;
use crate::codes::reason;
use crate::desk::{Desk, serial};
use crate::records::{
    Addressee, CORRECTION, Correction, CorrectionState, Levy, LevyChange, LevyRun, RunState, VEHICLE, Vehicle,
};
use crate::rules::{Assessed, Grade, Levied, Rates, Way, assess, rates};

/// The most vehicles of one part, so that the counter is never kept waiting for long.
pub const PART_MAX: usize = 5_000;

/// The most exceptions one answer lists; the count is of all.
const EXCEPTIONS_MAX: usize = 1_000;

/// 当初課税. A trial reads the whole register and writes nothing.
pub(crate) fn function() -> Function {
    Function {
        id: "light-vehicle-tax/initial-levy",
        title: "当初課税",
        place: None,
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "当初課税",
            vec![
                Field::new("tax_year", "年度", FieldKind::Number(9_999)).required().help("例 2026"),
                Field::new("trial", "試算だけ行う", FieldKind::Flag)
                    .help("全車両を計算し、合計と例外を見ます。何も登録しません"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Request {
    tax_year: String,
    #[serde(default)]
    trial: bool,
}

/// What came of the vehicles of a part.
#[derive(Default)]
struct Part {
    looked_at: u64,
    levied: u64,
    yen: Yen,
    already: u64,
    cancelled: u64,
    not_taxable: u64,
    exceptions: u64,
    listed: Vec<Value>,
    subjects: Vec<String>,
    by_kind: BTreeMap<(String, Grade), (u64, Yen)>,
    last: String,
    more: bool,
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let tax_year: i16 = given.tax_year.parse().unwrap_or_default();
    let mut desk = Desk::new(view, context);
    let rates = rates()?;
    when(&mut desk, rates, tax_year, given.trial)?;
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let held = view.load::<LevyRun>(&format!("{tax_year:04}"))?;
    let run = begun(held.as_ref().map(|held| &held.record), tax_year);
    let after = if given.trial { String::new() } else { run.after.clone() };
    let most = if given.trial { usize::MAX } else { context.part_max(PART_MAX) };
    let mut part = Part::default();
    let cancelled = cancelled(view, tax_year)?;
    let mut levies: Vec<Levy> = Vec::new();
    view.scan(&VEHICLE, Some(after.as_str()).filter(|after| !after.is_empty()), &mut |stored| {
        if most <= usize::try_from(part.looked_at).unwrap_or(usize::MAX) {
            part.more = true;
            return Ok(ControlFlow::Break(()));
        }
        if let Some(levied) = one(&desk, rates, (tax_year, &cancelled), stored, &mut part)? {
            let vehicle = stored.typed::<Vehicle>()?.record;
            if !given.trial {
                let mut made = levy(tax_year, &vehicle, *levied, context.today, reason::INITIAL, "");
                // Who is levied behind the day has as long to pay as who is corrected: nobody is in arrears before the notice.
                if made.due_on < context.today {
                    made.due_on = due(context.today, made.due_on)?;
                }
                levies.push(made);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for mut levy in levies {
        levy.notice_no = next_notice_no(&mut desk)?;
        let key_on = FiscalYear(tax_year).first_day();
        desk.writes.push(Write::put(&levy, None)?.effective(key_on));
    }
    if given.trial {
        let message = format!("試算しました（登録していません）。{}", told(&part, tax_year));
        return Ok(Outcome {
            message,
            answer: Some(answer(&part, None)),
            findings: desk.findings,
            ..Outcome::default()
        });
    }
    let next = LevyRun {
        state: if part.more { RunState::Running } else { RunState::Done },
        after: if part.last.is_empty() { run.after.clone() } else { part.last.clone() },
        looked_at: run.looked_at.saturating_add(part.looked_at),
        levied: run.levied.saturating_add(part.levied),
        yen: run.yen.checked_add(part.yen).unwrap_or(run.yen),
        not_taxable: run.not_taxable.saturating_add(part.not_taxable),
        exceptions: run.exceptions.saturating_add(part.exceptions),
        ..run
    };
    let all = view.count(&VEHICLE)?;
    let left = if part.more { all.saturating_sub(next.looked_at).max(1) } else { 0 };
    let message = format!(
        "{}{}",
        told(&part, tax_year),
        if part.more { "" } else { " この年度の当初課税を終えました。" }
    );
    let answer = answer(&part, Some(&next));
    desk.writes.push(Write::put(&next, held.map(|held| held.version))?);
    let mut outcome = desk.outcome("当初課税", message)?;
    outcome.answer = Some(answer);
    outcome.effective_on = Some(FiscalYear(tax_year).first_day());
    outcome.left = usize::try_from(left).unwrap_or(usize::MAX);
    Ok(outcome)
}

/// LVT11, LVT30, LVT31, LVT48: whether a year can be levied today.
fn when(desk: &mut Desk<'_>, rates: &Rates, tax_year: i16, trial: bool) -> Result<(), Fault> {
    let today = desk.today();
    if rates.day_of(tax_year).is_err() || FiscalYear::of(today).next().0 < tax_year {
        desk.error(
            "LVT11",
            "tax_year",
            "年度",
            format!("{tax_year}年度は、課税できる年度ではありません。"),
            "今年度か、翌年度（試算だけ）を西暦で入力してください。",
        );
    } else if today < FiscalYear(tax_year).first_day() && !trial {
        desk.error(
            "LVT30",
            "tax_year",
            "年度",
            format!("{tax_year}年度の賦課期日は、まだ来ていません。"),
            "賦課期日の後に実行するか、試算だけを行ってください。",
        );
    } else if due_on(rates, tax_year).is_some_and(|due| due < today)
        && !trial
        && desk.decidable(tax_year, Way::More, false)?
    {
        desk.alert(
            "LVT31",
            "tax_year",
            "年度",
            format!("{tax_year}年度の納期限を過ぎています。"),
            "納期限を過ぎた課税漏れは、更正申告受付登録で受け付けるのが普通です。年度を確かめてください。",
        );
    }
    Ok(())
}

/// The due date of a year, before it moves to an open day.
fn due_on(rates: &Rates, tax_year: i16) -> Option<Date> {
    let days = rates.day_of(tax_year).ok()?;
    format!("{tax_year:04}-{}", days.due).parse().ok()
}

/// Where the run goes on: behind the last part, or from the beginning when the last pass came to its end.
fn begun(held: Option<&LevyRun>, tax_year: i16) -> LevyRun {
    match held {
        Some(run) if run.state == RunState::Running => run.clone(),
        other => LevyRun {
            tax_year,
            pass: other.map_or(1, |run| run.pass.saturating_add(1)),
            state: RunState::Running,
            after: String::new(),
            looked_at: 0,
            levied: 0,
            yen: Yen::ZERO,
            not_taxable: 0,
            exceptions: 0,
        },
    }
}

/// The vehicles whose levy of a year a person cancelled (課税取消, 職権抹消). That is a decision which stays until 課税漏れ is received for
/// the vehicle, as it does when the vehicle changes.
fn cancelled(view: &dyn View, tax_year: i16) -> Result<BTreeSet<String>, Fault> {
    let mut vehicles = BTreeSet::new();
    view.scan(&CORRECTION, None, &mut |stored| {
        let one = stored.typed::<Correction>()?.record;
        if one.cancels && one.tax_year == tax_year && one.state == CorrectionState::Applied {
            vehicles.insert(one.vehicle_no);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(vehicles)
}

/// Looks at one vehicle: its levy when there is one to make.
fn one(
    desk: &Desk<'_>,
    rates: &Rates,
    (tax_year, cancelled): (i16, &BTreeSet<String>),
    stored: &Stored,
    part: &mut Part,
) -> Result<Option<Box<Levied>>, Fault> {
    let vehicle = stored.typed::<Vehicle>()?.record;
    part.looked_at = part.looked_at.saturating_add(1);
    part.last.clone_from(&stored.key);
    let reductions = desk.reductions_of(&vehicle)?;
    let levied = match assess(rates, tax_year, &vehicle, &reductions) {
        Assessed::NotTaxable(_) => {
            part.not_taxable = part.not_taxable.saturating_add(1);
            return Ok(None);
        }
        Assessed::Exception(finding) => {
            except(part, &vehicle, None, &finding);
            return Ok(None);
        }
        Assessed::Taxable(levied) => levied,
    };
    let standing = Levy::vehicle_year_of(&vehicle.vehicle_no, tax_year);
    if !desk.view.load_by::<Levy>("vehicle_year", &standing)?.is_empty() {
        part.already = part.already.saturating_add(1);
        return Ok(None);
    }
    if cancelled.contains(&vehicle.vehicle_no) {
        part.cancelled = part.cancelled.saturating_add(1);
        return Ok(None);
    }
    if let Some(finding) = taxpayer(desk.view, levied.taxpayer_no, levied.assessed_on)? {
        except(part, &vehicle, Some(levied.taxpayer_no), &finding);
        return Ok(None);
    }
    part.levied = part.levied.saturating_add(1);
    part.yen = part.yen.checked_add(levied.amount).unwrap_or(part.yen);
    let total = part.by_kind.entry((levied.label.clone(), levied.grade)).or_default();
    total.0 = total.0.saturating_add(1);
    total.1 = total.1.checked_add(levied.amount).unwrap_or(total.1);
    Ok(Some(levied))
}

/// Why a taxpayer cannot be levied: unknown, merged, dead before the day of assessment.
pub(crate) fn taxpayer(view: &dyn View, no: AddresseeNo, on: Date) -> Result<Option<Finding>, Fault> {
    let (code, why, remedy) = match view.load::<Addressee>(no.as_str())?.map(|held| held.record) {
        None => ("LVT06", "宛名がありません".to_owned(), "宛名を登録してから、もう一度実行してください。"),
        Some(person) => match person.merged_into {
            Some(into) => (
                "LVT08",
                format!("名寄せで宛名番号{into}に統合されています"),
                "車両変更登録で、統合先の宛名番号にしてください。",
            ),
            None if person.is_dead_before(on) => (
                "LVT07",
                format!("賦課期日{}より前に死亡しています", wareki(on)),
                "相続した人への名義変更（車両変更登録）をしてください。",
            ),
            None => return Ok(None),
        },
    };
    Ok(Some(Finding::error(
        code,
        "owner_no",
        "納税義務者",
        format!("納税義務者（宛名番号{no}）は、{why}。"),
        remedy,
    )))
}

fn except(part: &mut Part, vehicle: &Vehicle, taxpayer_no: Option<AddresseeNo>, finding: &Finding) {
    part.exceptions = part.exceptions.saturating_add(1);
    if part.listed.len() < EXCEPTIONS_MAX {
        part.listed.push(json!({
            "vehicle_no": vehicle.vehicle_no,
            "plate": vehicle.plate.to_string(),
            "addressee_no": taxpayer_no,
            "rule": finding.code,
            "result": finding.message,
            "remedy": finding.remedy,
        }));
        part.subjects.extend(taxpayer_no.map(|no| no.to_string()));
    }
}

/// A first levy, without its number.
pub(crate) fn levy(
    tax_year: i16,
    vehicle: &Vehicle,
    levied: Levied,
    decided_on: Date,
    why: &str,
    correction_no: &str,
) -> Levy {
    Levy {
        tax_year,
        levy_year: FiscalYear::of(decided_on).0,
        notice_no: String::new(),
        history_no: 1,
        vehicle_no: vehicle.vehicle_no.clone(),
        vehicle_year: Some(Levy::vehicle_year_of(&vehicle.vehicle_no, tax_year)),
        addressee_no: levied.taxpayer_no,
        object: vehicle.plate.to_string(),
        kind: levied.kind,
        r#use: levied.r#use,
        grade: levied.grade,
        label: levied.label,
        annual: levied.annual,
        reduced: levied.reduced,
        amount: levied.amount,
        due_on: levied.due_on,
        changes: vec![LevyChange {
            decided_on,
            reason: why.to_owned(),
            before: Yen::ZERO,
            after: levied.amount,
            due_on: None,
            correction_no: correction_no.to_owned(),
        }],
        steps: levied.steps,
    }
}

/// The next 通知書番号.
pub(crate) fn next_notice_no(desk: &mut Desk<'_>) -> Result<String, Fault> {
    let serial = desk.next(serial::NOTICE)?;
    NoticeNo::from_serial(serial)
        .map(|number| number.to_string())
        .map_err(|error| Fault::new("the serials of notices are used up", error))
}

fn told(part: &Part, tax_year: i16) -> String {
    format!(
        "{tax_year}年度: 車両{}台を見て、課税{}件 {}円、課税済み{}件、課税取消のまま{}件、課税なし{}件、例外{}件。",
        part.looked_at,
        part.levied,
        part.yen,
        part.already,
        part.cancelled,
        part.not_taxable,
        part.exceptions
    )
}

fn answer(part: &Part, run: Option<&LevyRun>) -> Answer {
    let totals: Vec<Value> = part
        .by_kind
        .iter()
        .map(|((label, grade), (count, yen))| {
            json!({ "kind_label": label, "grade": grade.label(), "count": count, "yen": yen })
        })
        .collect();
    let mut data = json!({
        "count": part.levied,
        "yen": part.yen,
        "already": part.already,
        "left_cancelled": part.cancelled,
        "not_taxable": part.not_taxable,
        "exception_count": part.exceptions,
        "exceptions": part.listed,
        "totals": totals,
    });
    if let (Some(run), Some(data)) = (run, data.as_object_mut()) {
        data.insert(
            "so_far".to_owned(),
            json!({ "count": run.levied, "yen": run.yen, "not_taxable": run.not_taxable, "exception_count": run.exceptions }),
        );
    }
    Answer { data, subjects: part.subjects.clone() }
}
