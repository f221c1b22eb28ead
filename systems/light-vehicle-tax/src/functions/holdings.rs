//! 物件照会: the vehicles of a person on a day, as an answer and as a document.

use domain::{Date, RegisterDate, wareki};
use register::{Fault, View, ViewExt};
use serde::Deserialize;
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section,
};

use crate::desk::Desk;
use crate::facts::day_or_today;
use crate::print;
use crate::records::{VEHICLE, Vehicle};
use crate::rules::rates;

/// 物件照会.
pub(crate) fn function() -> Function {
    Function {
        id: "light-vehicle-tax/holdings",
        title: "物件照会",
        place: Some(Place { unit: "軽自動車税", level1: "照会", level2: "物件照会", level3: "" }),
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("as_of", "基準日", FieldKind::Date).help("空のときは今日です"),
                Field::new("asked_by", "照会元", FieldKind::Text(60))
                    .required()
                    .help("他市町村の名称、又は課名"),
                Field::new("purpose", "照会の根拠・目的", FieldKind::Text(100)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Request {
    addressee_no: domain::AddresseeNo,
    #[serde(default)]
    as_of: Option<RegisterDate>,
    asked_by: String,
    purpose: String,
}

/// LVT06, LVT08.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    let as_of = day_or_today(&desk, given.as_of);
    let Some(person) = desk.known(given.addressee_no, "addressee_no", "宛名番号")? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let vehicles = held_on(view, given.addressee_no, as_of, context.today)?;
    let rows: Vec<Value> = vehicles.iter().map(|vehicle| row(vehicle, as_of)).collect::<Result<_, _>>()?;
    let printed: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let lines = [
        format!("照会元 {}", given.asked_by),
        format!("根拠・目的 {}", given.purpose),
        format!("氏名 {}", person.name),
        format!("{}現在", wareki(as_of)),
    ];
    let columns = [
        ("標識番号", 4, false),
        ("種別", 5, false),
        ("車台番号", 4, false),
        ("所有・使用の別", 3, false),
        ("取得年月日", 3, false),
    ];
    let notes = [format!("{}台", rows.len())];
    let document =
        print::listing(context, "軽自動車等の所有状況（回答）", &lines, &columns, &printed, &notes);
    Ok(Outcome {
        message: format!("{}台です。", rows.len()),
        answer: Some(Answer {
            data: json!({ "as_of": as_of, "count": rows.len(), "rows": rows }),
            subjects: vec![person.addressee_no.to_string()],
        }),
        documents: vec![document],
        ..Outcome::default()
    })
}

/// The vehicles somebody held on a day. For a day gone by also those that went to others since are looked through.
fn held_on(
    view: &dyn View,
    no: domain::AddresseeNo,
    as_of: Date,
    today: Date,
) -> Result<Vec<Vehicle>, Fault> {
    let mut vehicles = Vec::new();
    let mut keep = |vehicle: Vehicle| {
        let there =
            vehicle.registered_on <= as_of && vehicle.scrapped_on.is_none_or(|scrapped| as_of < scrapped);
        let holds =
            vehicle.holding_on(as_of).is_some_and(|holding| holding.owner_no == no || holding.user_no == no);
        if there && holds {
            vehicles.push(vehicle);
        }
    };
    if as_of == today {
        for held in view.load_by::<Vehicle>("taxpayer_no", no.as_str())? {
            keep(held.record);
        }
        return Ok(vehicles);
    }
    view.scan(&VEHICLE, None, &mut |stored| {
        keep(stored.typed::<Vehicle>()?.record);
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    Ok(vehicles)
}

fn row(vehicle: &Vehicle, as_of: Date) -> Result<Value, Fault> {
    let holding = vehicle.holding_on(as_of);
    let standing = match holding {
        Some(holding) if holding.reserved => "所有権留保（使用者）",
        Some(holding) if holding.owner_no == holding.user_no => "所有・使用",
        _ => "所有",
    };
    Ok(json!({
        "vehicle_no": vehicle.vehicle_no,
        "plate": vehicle.plate.to_string(),
        "kind": rates()?.kind_label(&vehicle.kind, vehicle.r#use),
        "chassis": vehicle.chassis,
        "model": vehicle.model,
        "held_as": standing,
        "held_from": holding.map(|holding| holding.from),
        "scrapped_on": vehicle.scrapped_on,
    }))
}

fn cells(row: &Value) -> Vec<String> {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let from = text("held_from").parse().map(wareki).unwrap_or_default();
    vec![text("plate"), text("kind"), text("chassis"), text("held_as"), from]
}
