//! 廃車登録, and 廃車の取消.

use domain::{Date, RegisterDate, wareki};
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section};

use super::change::waits;
use crate::codes::List;
use crate::desk::Desk;
use crate::facts::{self, day_or_today};
use crate::records::Vehicle;

const PLACE: Place =
    Place { unit: "軽自動車税", level1: "当初課税準備", level2: "廃車登録", level3: "" };

/// 廃車登録.
pub(crate) fn function() -> Function {
    Function {
        id: "light-vehicle-tax/scrap",
        title: "廃車登録",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "廃車",
            vec![
                facts::plate_key_field(),
                Field::new("scrapped_on", "廃車年月日", FieldKind::Date).required(),
                Field::new("scrapped_reason", "廃車事由", List::Scrappings.field()).required(),
                Field::new("note", "記事", FieldKind::Text(200)),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// 廃車の取消.
pub(crate) fn undo() -> Function {
    Function {
        id: "light-vehicle-tax/scrap-undo",
        title: "廃車の取消",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "廃車の取消",
            vec![
                Field::new("vehicle_no", "車両番号", FieldKind::Text(10))
                    .required()
                    .help("車両照会で調べます"),
                Field::new("note", "取り消す理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide: decide_undo,
    }
}

#[derive(Deserialize)]
struct Request {
    plate: String,
    #[serde(default)]
    scrapped_on: Option<RegisterDate>,
    scrapped_reason: String,
    #[serde(default)]
    note: String,
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    let on = day_or_today(&desk, given.scrapped_on);
    let Some((vehicle, version)) = desk.by_plate(&crate::records::spelled(&given.plate), "plate")? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let Some(scrapped) = scrapped(&mut desk, &vehicle, on, &given.scrapped_reason, &given.note)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let (no, plate) = (scrapped.vehicle_no.clone(), scrapped.plate.to_string());
    desk.put_vehicle(scrapped, version, on)?;
    let waits = waits(&desk);
    let reason = facts::reason_label(List::Scrappings, &given.scrapped_reason);
    let mut outcome = desk.outcome(&reason, format!("車両番号{no}（{plate}）を廃車にしました。{waits}"))?;
    outcome.effective_on = Some(on);
    outcome.opens = Some(no);
    Ok(outcome)
}

/// A vehicle that is scrapped; none when something stops: LVT03, LVT12, LVT18.
pub(crate) fn scrapped(
    desk: &mut Desk<'_>,
    vehicle: &Vehicle,
    on: Date,
    reason: &str,
    note: &str,
) -> Result<Option<Vehicle>, Fault> {
    let mut next = Vehicle { scrapped_on: Some(on), scrapped_reason: reason.to_owned(), ..vehicle.clone() };
    if !note.is_empty() {
        note.clone_into(&mut next.note);
    }
    let today = desk.today();
    if today < on {
        facts::future(desk, "scrapped_on", "廃車年月日", on);
    }
    if let Some(last) = next.holdings.last().filter(|last| on < last.from && vehicle.registered_on <= on) {
        desk.error(
            "LVT18",
            "scrapped_on",
            "廃車年月日",
            format!(
                "廃車年月日{}が、今の所有者・使用者になった{}より前です。",
                wareki(on),
                wareki(last.from)
            ),
            "廃車年月日か、その後の名義変更を確かめてください。",
        );
    }
    facts::check(desk, &next)?;
    Ok((!desk.stopped()).then_some(next))
}

/// LVT16 of a vehicle that is not scrapped, LVT09 of none; the plate and the chassis must be free.
fn decide_undo(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let Some((vehicle, version)) = chosen(&mut desk, input.text("vehicle_no"))? else {
        return Ok(Outcome::refused(desk.findings));
    };
    if vehicle.is_active() {
        desk.error(
            "LVT16",
            "vehicle_no",
            "車両番号",
            format!("車両番号{}の車両は、廃車になっていません。", vehicle.vehicle_no),
            "車両番号を確かめてください。",
        );
        return Ok(Outcome::refused(desk.findings));
    }
    let mut next = Vehicle { scrapped_on: None, note: input.text("note").to_owned(), ..vehicle };
    next.scrapped_reason.clear();
    next.scrap_proof_no.clear();
    facts::check(&mut desk, &next)?;
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let no = next.vehicle_no.clone();
    desk.put_vehicle(next, version, context.today)?;
    let waits = waits(&desk);
    let mut outcome = desk.outcome("廃車の取消", format!("車両番号{no}の廃車を取り消しました。{waits}"))?;
    outcome.opens = Some(no);
    Ok(outcome)
}

/// A vehicle by its number: LVT09.
pub(crate) fn chosen(desk: &mut Desk<'_>, vehicle_no: &str) -> Result<Option<(Vehicle, Option<u32>)>, Fault> {
    let held = desk.vehicle(vehicle_no)?;
    if held.is_none() {
        desk.error(
            "LVT09",
            "vehicle_no",
            "車両番号",
            format!("車両番号「{vehicle_no}」の車両はありません。"),
            "車両照会で、標識番号や所有者から調べてください。",
        );
    }
    Ok(held)
}
