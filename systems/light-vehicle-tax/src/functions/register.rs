//! 新規車両登録: a plate is given out, or a vehicle known from the association is taken in by hand.

use domain::RegisterDate;
use register::{Fault, View};
use serde::Deserialize;
use system::{
    Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section, choices,
};

use crate::codes::List;
use crate::desk::{Desk, serial};
use crate::facts::{self, Facts, day_or_today};
use crate::records::{Holding, Source, Vehicle};

/// 新規車両登録.
pub(crate) fn function() -> Function {
    let sources = [Source::Counter, Source::Association, Source::Paper];
    let sources: Vec<(&str, &str)> =
        ["counter", "association", "paper"].into_iter().zip(sources.map(Source::label)).collect();
    let mut facts = facts::plate_fields(true);
    facts.extend(facts::fact_fields(true));
    Function {
        id: "light-vehicle-tax/register",
        title: "新規車両登録",
        place: Some(Place {
            unit: "軽自動車税", level1: "当初課税準備", level2: "新規車両登録", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "登録",
                vec![
                    Field::new("registered_on", "登録年月日", FieldKind::Date).required(),
                    Field::new("registered_reason", "登録事由", List::Registrations.field()).required(),
                    Field::new("source", "登録元", FieldKind::Choice(choices(&sources)))
                        .help("空のときは窓口です"),
                ],
            ),
            Section::once("車両", facts),
            Section::once("所有者・使用者", facts::holder_fields(true)),
            Section::once(
                "課税",
                vec![
                    Field::new("exempt", "非課税・課税免除", List::Exemptions.field()),
                    Field::new("mailing_note", "送付に関する記事", FieldKind::Text(200)),
                    Field::new("note", "記事", FieldKind::Text(200)),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Registration {
    #[serde(default)]
    registered_on: Option<RegisterDate>,
    registered_reason: String,
    #[serde(default)]
    source: Source,
    #[serde(flatten)]
    facts: Facts,
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Registration = input.read()?;
    let mut desk = Desk::new(view, context);
    let on = day_or_today(&desk, given.registered_on);
    let Some(vehicle) = registered(&mut desk, &given.facts, on, &given.registered_reason, given.source)?
    else {
        return Ok(Outcome::refused(desk.findings));
    };
    let (no, plate) = (vehicle.vehicle_no.clone(), vehicle.plate.to_string());
    desk.put_vehicle(vehicle, None, on)?;
    let waits = match desk.waiting() {
        0 => String::new(),
        count => format!(" 課税漏れの更正{count}件を受け付けました。税額変更をしてください。"),
    };
    let reason = facts::reason_label(List::Registrations, &given.registered_reason);
    let mut outcome = desk.outcome(&reason, format!("車両番号{no}（{plate}）を登録しました。{waits}"))?;
    outcome.effective_on = Some(on);
    outcome.opens = Some(no);
    Ok(outcome)
}

/// A new vehicle from its facts; none when something stops. At the counter and of a file alike.
pub(crate) fn registered(
    desk: &mut Desk<'_>,
    facts: &Facts,
    on: domain::Date,
    reason: &str,
    source: Source,
) -> Result<Option<Vehicle>, Fault> {
    let Some(owner_no) = facts.owner_no else {
        desk.error(
            "LVT06",
            "owner_no",
            "所有者",
            "所有者の宛名番号がありません。",
            "氏名と住所から宛名を確かめて、宛名番号を入力してください。",
        );
        return Ok(None);
    };
    let user_no = facts.user_no.unwrap_or(owner_no);
    facts::holders(desk, owner_no, user_no, facts.reserved, on)?;
    let holding =
        Holding { from: on, owner_no, user_no, reserved: facts.reserved, reason: reason.to_owned() };
    let mut vehicle = Vehicle {
        vehicle_no: String::new(),
        active_plate: None,
        active_chassis: None,
        taxpayer_no: holding.taxpayer_no(),
        plate: facts.plate().unwrap_or_default(),
        chassis: String::new(),
        kind: String::new(),
        r#use: facts.r#use.unwrap_or_default(),
        fuel: facts.fuel.unwrap_or_default(),
        first_inspected: None,
        green: None,
        displacement_cc: None,
        output_w: None,
        model: String::new(),
        place_kept: String::new(),
        formers: Vec::new(),
        holdings: vec![holding],
        registered_on: on,
        registered_reason: reason.to_owned(),
        changed_on: None,
        changed_reason: String::new(),
        scrapped_on: None,
        scrapped_reason: String::new(),
        plate_proof_no: String::new(),
        scrap_proof_no: String::new(),
        exempt: String::new(),
        reduction_no: String::new(),
        source,
        mailing_note: String::new(),
        note: String::new(),
    };
    facts.lay_over(desk, &mut vehicle);
    facts::check(desk, &vehicle)?;
    if desk.stopped() {
        return Ok(None);
    }
    vehicle.vehicle_no = format!("{:010}", desk.next(serial::VEHICLE)?);
    Ok(Some(vehicle))
}
