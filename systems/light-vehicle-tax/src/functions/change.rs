//! 車両変更登録: 名義変更, 所有者・使用者変更, 標識変更, 車台変更.

use domain::{Date, RegisterDate, wareki};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section};

use crate::codes::List;
use crate::desk::Desk;
use crate::facts::{self, Facts, day_or_today};
use crate::records::{Former, Holding, Vehicle};

/// 車両変更登録.
pub(crate) fn function() -> Function {
    let mut new_facts = facts::plate_fields(false);
    new_facts.extend(facts::fact_fields(false));
    Function {
        id: "light-vehicle-tax/change",
        title: "車両変更登録",
        place: Some(Place {
            unit: "軽自動車税", level1: "当初課税準備", level2: "車両変更登録", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "変更する車両",
                vec![
                    facts::plate_key_field(),
                    Field::new("changed_on", "変更年月日", FieldKind::Date).required(),
                    Field::new("changed_reason", "変更事由", List::Changes.field()).required(),
                    Field::new("mistake", "登録の誤りを直す", FieldKind::Flag)
                        .help("車種・用途・燃料などを、初めからそうであったものとして直します"),
                ],
            ),
            Section::once("変更後の所有者・使用者（変わるときだけ）", facts::holder_fields(false)),
            Section::once("変更後の車両（変わる項目だけ）", new_facts),
            Section::once(
                "課税",
                vec![
                    Field::new("exempt", "非課税・課税免除", List::Exemptions.field()),
                    Field::new("not_exempt", "非課税・課税免除をやめる", FieldKind::Flag),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Request {
    plate: String,
    #[serde(default)]
    changed_on: Option<RegisterDate>,
    changed_reason: String,
    #[serde(default)]
    not_exempt: bool,
    #[serde(default)]
    mistake: bool,
    #[serde(flatten)]
    facts: Facts,
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    let on = day_or_today(&desk, given.changed_on);
    let Some((vehicle, version)) = desk.by_plate(&crate::records::spelled(&given.plate), "plate")? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let change =
        Change { on, reason: &given.changed_reason, not_exempt: given.not_exempt, mistake: given.mistake };
    let Some(changed) = changed(&mut desk, &vehicle, &given.facts, &change)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let (no, plate) = (changed.vehicle_no.clone(), changed.plate.to_string());
    desk.put_vehicle(changed, version, on)?;
    let waits = waits(&desk);
    let reason = facts::reason_label(List::Changes, &given.changed_reason);
    let mut outcome = desk.outcome(&reason, format!("車両番号{no}（{plate}）を変更しました。{waits}"))?;
    outcome.effective_on = Some(on);
    outcome.opens = Some(no);
    Ok(outcome)
}

/// What follows for levies, in words.
pub(crate) fn waits(desk: &Desk<'_>) -> String {
    match desk.waiting() {
        0 => String::new(),
        count => format!(
            "課税済みの税額と合わなくなったので、更正{count}件を受け付けました。税額変更をしてください。"
        ),
    }
}

/// When and why a vehicle changes.
pub(crate) struct Change<'a> {
    pub(crate) on: Date,
    pub(crate) reason: &'a str,
    pub(crate) not_exempt: bool,
    /// The facts are put right as if they had been so from the first day.
    pub(crate) mistake: bool,
}

/// A vehicle with what is said of it laid over; none when something stops. At the counter and of a file alike.
///
/// LVT12, LVT17, LVT18, and what holds of every vehicle.
pub(crate) fn changed(
    desk: &mut Desk<'_>,
    vehicle: &Vehicle,
    facts: &Facts,
    change: &Change<'_>,
) -> Result<Option<Vehicle>, Fault> {
    let mut next = vehicle.clone();
    facts.lay_over(desk, &mut next);
    if change.not_exempt {
        next.exempt.clear();
    }
    convert(desk, vehicle, &mut next, change);
    hold(desk, &mut next, facts, change)?;
    if next == *vehicle && !desk.stopped() {
        desk.error(
            "LVT17",
            "",
            "変更後の車両",
            "変わる項目がありません。",
            "変更後の所有者・使用者、標識、車台などの項目を入力してください。",
        );
    }
    let today = desk.today();
    if today < change.on {
        facts::future(desk, "changed_on", "変更年月日", change.on);
    }
    if change.on < vehicle.registered_on {
        desk.error(
            "LVT18",
            "changed_on",
            "変更年月日",
            format!(
                "変更年月日{}が、登録年月日{}より前です。",
                wareki(change.on),
                wareki(vehicle.registered_on)
            ),
            "変更年月日を確かめてください。",
        );
    }
    next.changed_on = Some(change.on);
    change.reason.clone_into(&mut next.changed_reason);
    facts::check(desk, &next)?;
    Ok((!desk.stopped()).then_some(next))
}

/// Keeps what the tax depended on until the day before a conversion (構造・用途の変更): the years assessed by then stay.
fn convert(desk: &mut Desk<'_>, vehicle: &Vehicle, next: &mut Vehicle, change: &Change<'_>) {
    let before = vehicle.former(change.on);
    if next.former(change.on) == before || change.mistake {
        return;
    }
    let Ok(until) = change.on.yesterday() else { return };
    if let Some(last) = next.formers.last().filter(|last| until < last.until) {
        let why =
            format!("変更年月日{}が、前の諸元の変更{}より前です。", wareki(change.on), wareki(last.until));
        desk.error("LVT18", "changed_on", "変更年月日", why, "変更年月日を確かめてください。");
    } else if next.formers.last().is_none_or(|last| last.until < until) && vehicle.registered_on <= until {
        next.formers.push(Former { until, ..before });
    }
}

/// Lays a new holding behind the ones there are.
fn hold(desk: &mut Desk<'_>, next: &mut Vehicle, facts: &Facts, change: &Change<'_>) -> Result<(), Fault> {
    let Some(last) = next.holdings.last().cloned() else { return Ok(()) };
    if facts.owner_no.is_none() && facts.user_no.is_none() && !facts.reserved {
        return Ok(());
    }
    let owner_no = facts.owner_no.unwrap_or(last.owner_no);
    // Who buys a vehicle uses it, unless another user is named.
    let user_no = facts.user_no.unwrap_or(if facts.owner_no.is_some() { owner_no } else { last.user_no });
    // A reservation ends with the ownership it kept; the user of a reserved vehicle may change.
    let reserved = facts.reserved || (last.reserved && facts.owner_no.is_none());
    let holding = Holding { from: change.on, owner_no, user_no, reserved, reason: change.reason.to_owned() };
    if (owner_no, user_no, reserved) == (last.owner_no, last.user_no, last.reserved) {
        return Ok(());
    }
    facts::holders(desk, owner_no, user_no, reserved, change.on)?;
    if change.on < last.from {
        desk.error(
            "LVT18",
            "changed_on",
            "変更年月日",
            format!(
                "変更年月日{}が、今の所有者・使用者になった{}より前です。",
                wareki(change.on),
                wareki(last.from)
            ),
            "変更年月日を確かめてください。",
        );
    } else if change.on == last.from {
        next.holdings.pop();
    }
    next.holdings.push(holding);
    Ok(())
}
