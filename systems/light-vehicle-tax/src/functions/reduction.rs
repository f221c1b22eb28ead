//! 減免申告受付登録: application and decision; and the end of a reduction.

use domain::{AddresseeNo, FiscalYear, RegisterDate, wareki};
use register::{Fault, View, ViewExt};
use serde::Deserialize;
use system::{
    Choice, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section, choices,
};

use super::change::waits;
use super::scrap::chosen;
use crate::codes::reason;
use crate::desk::{Desk, serial};
use crate::facts::day_or_today;
use crate::records::{Reduction, Vehicle};
use crate::rules::{Rates, annual, rates};

const PLACE: Place =
    Place { unit: "軽自動車税", level1: "更正", level2: "減免申告受付登録", level3: "" };

/// 減免申告受付登録.
pub(crate) fn function() -> Function {
    let classes = rates().map(|rates| {
        let choice =
            |row: &crate::rules::ReductionRate| Choice { code: row.code.clone(), label: row.label.clone() };
        let mut classes: Vec<Choice> = rates.reduction.iter().map(choice).collect();
        classes.dedup_by(|one, other| one.code == other.code);
        classes
    });
    let drivers = choices(&[("1", "本人"), ("2", "生計を一にする人"), ("3", "常時介護する人")]);
    let decisions = choices(&[("granted", "承認"), ("refused", "不承認")]);
    Function {
        id: "light-vehicle-tax/reduction",
        title: "減免申告受付登録",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "減免の申告",
            vec![
                Field::new("vehicle_no", "車両番号", FieldKind::Text(10)).required(),
                Field::new("class", "減免の区分", FieldKind::Choice(classes.unwrap_or_default())).required(),
                Field::new("person_no", "減免を受ける人の宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("notebook_no", "手帳の種類・番号", FieldKind::Text(30)),
                Field::new("driver", "運転者", FieldKind::Choice(drivers)),
                Field::new("driver_name", "運転者氏名", FieldKind::Text(50)),
                Field::new("applied_on", "申請日", FieldKind::Date).help("空のときは今日です"),
                Field::new("from_fy", "開始年度", FieldKind::Number(9_999)).required(),
                Field::new("until_fy", "終了年度", FieldKind::Number(9_999)).help("継続するときは空"),
                Field::new("decision", "決定", FieldKind::Choice(decisions)).required(),
                Field::new("note", "決定の理由", FieldKind::Text(200)),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// 減免の終了・取消し.
pub(crate) fn end() -> Function {
    Function {
        id: "light-vehicle-tax/reduction-end",
        title: "減免の終了・取消し",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "終了",
            vec![
                Field::new("reduction_no", "減免番号", FieldKind::Text(10)).required(),
                Field::new("until_fy", "終了年度（減免する最後の年度）", FieldKind::Number(9_999))
                    .required()
                    .help("初めから取り消すときは、開始年度の前の年度"),
                Field::new("note", "理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide: decide_end,
    }
}

#[derive(Deserialize)]
struct Request {
    vehicle_no: String,
    class: String,
    person_no: AddresseeNo,
    #[serde(default)]
    notebook_no: String,
    #[serde(default)]
    driver: String,
    #[serde(default)]
    driver_name: String,
    #[serde(default)]
    applied_on: Option<RegisterDate>,
    from_fy: String,
    #[serde(default)]
    until_fy: String,
    decision: String,
    #[serde(default)]
    note: String,
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    let Some((vehicle, version)) = chosen(&mut desk, &given.vehicle_no)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let reduction = Reduction {
        reduction_no: String::new(),
        vehicle_no: vehicle.vehicle_no.clone(),
        person_no: given.person_no,
        class: given.class,
        notebook_no: given.notebook_no,
        driver: given.driver,
        driver_name: given.driver_name,
        applied_on: day_or_today(&desk, given.applied_on),
        from_fy: given.from_fy.parse().unwrap_or_default(),
        until_fy: given.until_fy.parse().ok(),
        granted: given.decision == "granted",
        decided_on: context.today,
        note: given.note,
    };
    check(&mut desk, rates()?, &vehicle, &reduction)?;
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let reduction = Reduction { reduction_no: format!("{:010}", desk.next(serial::REDUCTION)?), ..reduction };
    let today = context.today;
    desk.put(&reduction, None, today)?;
    let no = reduction.reduction_no.clone();
    let mut reductions = desk.reductions_of(&vehicle)?;
    let granted = reduction.granted;
    reductions.push(reduction);
    if granted {
        let next = Vehicle { reduction_no: no.clone(), ..vehicle };
        desk.follow(&next, &reductions, reason::REDUCED)?;
        desk.put_vehicle(next, version, context.today)?;
    }
    let waits = waits(&desk);
    let what = if granted { "承認" } else { "不承認" };
    desk.outcome("減免の決定", format!("減免番号{no}を{what}にしました。{waits}"))
}

/// LVT06, LVT08, LVT11, LVT12, LVT15, LVT23, LVT24, LVT25.
fn check(desk: &mut Desk<'_>, rates: &Rates, vehicle: &Vehicle, given: &Reduction) -> Result<(), Fault> {
    desk.known(given.person_no, "person_no", "減免を受ける人")?;
    if desk.today() < given.applied_on {
        crate::facts::future(desk, "applied_on", "申請日", given.applied_on);
    }
    let Some(rate) = rates.reduction_of(&given.class, given.from_fy) else {
        let why = format!("{}年度に、この減免はありません。", given.from_fy);
        desk.error("LVT11", "from_fy", "開始年度", why, "開始年度を西暦で確かめてください。");
        return Ok(());
    };
    let this_year = FiscalYear::of(desk.today());
    if this_year.next() < FiscalYear(given.from_fy)
        || given.until_fy.is_some_and(|until| until < given.from_fy)
    {
        let why = "開始年度が翌年度より後か、終了年度が開始年度より前です。";
        desk.error("LVT11", "from_fy", "開始年度", why, "開始年度と終了年度を確かめてください。");
        return Ok(());
    }
    if !given.granted {
        return Ok(());
    }
    if let Some(scrapped) = vehicle.scrapped_on.filter(|day| *day < FiscalYear(given.from_fy).first_day()) {
        let why =
            format!("車両番号{}の車両は、{}に廃車になっています。", vehicle.vehicle_no, wareki(scrapped));
        desk.error("LVT15", "vehicle_no", "車両番号", why, "使用中の車両を選んでください。");
    }
    if rate.person && (given.notebook_no.is_empty() || given.driver.is_empty()) && given.class == "disabled" {
        let why = "障害者の減免なのに、手帳の番号か運転者がありません。";
        desk.error("LVT25", "notebook_no", "手帳の種類・番号", why, "手帳を確かめて入力してください。");
    }
    if rate.person {
        one_each(desk, rates, given)?;
    }
    let (taxed, _) = vehicle.taxed_on(FiscalYear(given.from_fy).first_day());
    let due = annual(rates, given.from_fy, &taxed).ok().map(|annual| annual.due_on);
    if let Some(due) = due.filter(|due| rates.practice.reduction_until_due && *due < given.applied_on) {
        let why = format!("申請日が、{}年度の納期限{}より後です。", given.from_fy, wareki(due));
        desk.alert(
            "LVT24",
            "applied_on",
            "申請日",
            why,
            "期限後の申請を認める理由があるか確かめてください。",
        );
    }
    Ok(())
}

/// LVT23: a person has one vehicle reduced in a year.
fn one_each(desk: &mut Desk<'_>, rates: &Rates, given: &Reduction) -> Result<(), Fault> {
    let until = |one: &Reduction| one.until_fy.unwrap_or(i16::MAX);
    for held in desk.view.load_by::<Reduction>("person_no", given.person_no.as_str())? {
        let other = held.record;
        let personal = rates.reduction_of(&other.class, other.from_fy).is_some_and(|rate| rate.person);
        let overlaps = other.from_fy <= until(given) && given.from_fy <= until(&other);
        let empty = until(&other) < other.from_fy;
        if other.granted && personal && overlaps && !empty {
            let why = format!(
                "宛名番号{}の人には、車両番号{}の減免（減免番号{}）があります。減免は1人に1台です。",
                given.person_no, other.vehicle_no, other.reduction_no
            );
            desk.error(
                "LVT23",
                "person_no",
                "減免を受ける人",
                why,
                "前の減免を終了してから登録してください。",
            );
        }
    }
    Ok(())
}

/// LVT43.
fn decide_end(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let no = input.text("reduction_no");
    let held = view.load::<Reduction>(no)?.filter(|held| held.record.granted);
    let until: i16 = input.text("until_fy").parse().unwrap_or_default();
    let fits = |one: &Reduction| {
        one.from_fy.saturating_sub(1) <= until && one.until_fy.is_none_or(|last| until < last)
    };
    let Some(held) = held.filter(|held| fits(&held.record)) else {
        let why = format!("減免番号「{no}」を{until}年度で終えることはできません。");
        desk.error(
            "LVT43",
            "reduction_no",
            "減免番号",
            why,
            "減免番号と、今の開始年度・終了年度を車両照会で確かめてください。",
        );
        return Ok(Outcome::refused(desk.findings));
    };
    let version = held.version;
    let ended = Reduction { until_fy: Some(until), note: input.text("note").to_owned(), ..held.record };
    if let Some((vehicle, _)) = desk.vehicle(&ended.vehicle_no)? {
        let mut reductions = desk.reductions_of(&vehicle)?;
        reductions.retain(|one| one.reduction_no != ended.reduction_no);
        reductions.push(ended.clone());
        desk.follow(&vehicle, &reductions, reason::REDUCTION_ENDED)?;
    }
    let today = context.today;
    desk.put(&ended, Some(version), today)?;
    let waits = waits(&desk);
    desk.outcome("減免の終了・取消し", format!("減免番号{no}を{until}年度で終えました。{waits}"))
}
