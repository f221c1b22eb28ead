//! 車両照会: by plate (of now or before), chassis or person; one vehicle with everything that happened to it.

use std::collections::BTreeSet;

use domain::AddresseeNo;
use register::{Body, Fault, Record, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, IndexedKind, Input, Mode, Outcome,
    Section, TextQuery,
};

use super::correction;
use crate::codes::List;
use crate::records::{Addressee, Balance, Correction, Issuance, Levy, Reduction, VEHICLE, Vehicle, spelled};
use crate::rules::rates;

/// The most vehicles one answer shows.
const HITS_MAX: usize = 100;

/// Vehicles by fragments: plate of now and before, chassis, who held it.
pub(crate) const INDEXED: IndexedKind = IndexedKind {
    kind: &VEHICLE,
    fields: &["plate", "chassis", "holders", "past_plate"],
    texts,
    past: &[("plate", "past_plate")],
    anywhere: &["plate", "chassis"],
};

fn texts(body: &Body) -> Result<Vec<String>, Fault> {
    let vehicle: Vehicle = body.read().map_err(|error| Fault::new("a vehicle does not read", error))?;
    let mut holders = BTreeSet::new();
    for holding in &vehicle.holdings {
        holders.extend([holding.owner_no.to_string(), holding.user_no.to_string()]);
    }
    let holders: Vec<String> = holders.into_iter().collect();
    Ok(vec![vehicle.plate.key(), spelled(&vehicle.chassis), holders.join("\n")])
}

/// 車両照会.
pub(crate) fn function() -> Function {
    Function {
        id: "light-vehicle-tax/inquiry",
        title: "車両照会",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会",
            vec![
                Field::new("vehicle_no", "車両番号", FieldKind::Text(10)),
                Field::new("plate", "標識番号（一部でもよい、以前の番号も）", FieldKind::Text(24)),
                Field::new("chassis", "車台番号（一部でもよい）", FieldKind::Text(30)),
                Field::new("addressee_no", "所有者・使用者の宛名番号", FieldKind::AddresseeNo),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// LVT09, LVT46.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("vehicle_no");
    let mut keys: Vec<String> = Vec::new();
    let mut more = false;
    if no.is_empty() {
        let asked = [
            ("plate", spelled(input.text("plate"))),
            ("chassis", spelled(input.text("chassis"))),
            ("holders", input.text("addressee_no").to_owned()),
        ];
        let terms: Vec<(&str, String)> = asked.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        if terms.is_empty() {
            let why = "照会の条件が一つもありません。";
            return Ok(refuse("LVT46", "plate", why, "番号か宛名番号を一つ以上入力してください。"));
        }
        let query = TextQuery { kind: VEHICLE.id, terms, past: true, ranges: Vec::new(), limit: HITS_MAX };
        let (hits, over) = context.search.find(&query);
        keys = hits.into_iter().map(|hit| hit.key).collect();
        more = over;
    } else {
        keys.push(no.to_owned());
    }
    let mut vehicles = Vec::new();
    for key in &keys {
        vehicles.extend(view.load::<Vehicle>(key)?.map(|held| held.record));
    }
    let (data, subjects) = match vehicles.as_slice() {
        [] => {
            let why = "その車両はありません。";
            return Ok(refuse("LVT09", "plate", why, "番号を確かめるか、条件を減らしてください。"));
        }
        [one] => (whole(view, one)?, holders(one)),
        several => {
            let rows: Vec<Value> = several.iter().map(line).collect::<Result<_, _>>()?;
            let subjects = several.iter().flat_map(holders).collect();
            (json!({ "count": several.len(), "more": more, "rows": rows }), subjects)
        }
    };
    Ok(Outcome {
        message: format!("{}台です。", vehicles.len()),
        answer: Some(Answer { data, subjects }),
        remembered: true,
        ..Outcome::default()
    })
}

fn refuse(code: &str, path: &str, why: &str, remedy: &str) -> Outcome {
    Outcome::refused(vec![Finding::error(code, path, "照会の条件", why, remedy)])
}

fn holders(vehicle: &Vehicle) -> Vec<String> {
    let of = |no: &AddresseeNo| no.to_string();
    vehicle.holdings.iter().flat_map(|holding| [of(&holding.owner_no), of(&holding.user_no)]).collect()
}

/// One line of several vehicles.
fn line(vehicle: &Vehicle) -> Result<Value, Fault> {
    Ok(json!({
        "vehicle_no": vehicle.vehicle_no,
        "plate": vehicle.plate.to_string(),
        "chassis": vehicle.chassis,
        "kind": rates()?.kind_label(&vehicle.kind, vehicle.r#use),
        "taxpayer_no": vehicle.taxpayer_no,
        "registered_on": vehicle.registered_on,
        "scrapped_on": vehicle.scrapped_on,
    }))
}

fn whole(view: &dyn View, vehicle: &Vehicle) -> Result<Value, Fault> {
    let mut data = line(vehicle)?;
    let taxpayer = view.load::<Addressee>(vehicle.taxpayer_no.as_str())?.map(|held| held.record);
    let hidden = taxpayer.as_ref().is_some_and(Addressee::hides_address);
    let formers: Vec<Value> = vehicle
        .formers
        .iter()
        .map(|former| {
            let label = rates().map(|rates| rates.kind_label(&former.kind, former.r#use).to_owned());
            json!({ "until": former.until, "kind_label": label.unwrap_or_default(), "exempt": List::Exemptions.label(&former.exempt) })
        })
        .collect();
    let holdings: Vec<Value> = vehicle
        .holdings
        .iter()
        .map(|holding| {
            let (new, changed) =
                (List::Registrations.label(&holding.reason), List::Changes.label(&holding.reason));
            json!({
                "held_from": holding.from, "owner_no": holding.owner_no, "user_no": holding.user_no,
                "reserved": holding.reserved, "reason": if new.is_empty() { changed } else { new },
            })
        })
        .collect();
    let more = json!({
        "display_name": taxpayer.map(|person| person.name),
        "use": vehicle.r#use.label(),
        "fuel": vehicle.fuel.label(),
        "first_inspected": vehicle.first_inspected,
        "displacement_cc": vehicle.displacement_cc,
        "output_w": vehicle.output_w,
        "model": vehicle.model,
        "place_kept": if hidden { "（支援措置により表示を控えています）" } else { vehicle.place_kept.as_str() },
        "formers": formers,
        "registered_reason": List::Registrations.label(&vehicle.registered_reason),
        "changed_on": vehicle.changed_on,
        "changed_reason": List::Changes.label(&vehicle.changed_reason),
        "scrapped_reason": List::Scrappings.label(&vehicle.scrapped_reason),
        "exempt": List::Exemptions.label(&vehicle.exempt),
        "registered_from": vehicle.source.label(),
        "mailing_note": vehicle.mailing_note,
        "note": vehicle.note,
        "holdings": holdings,
        "versions": versions(view, vehicle)?,
        "levies": levies(view, vehicle)?,
        "reductions": reductions(view, vehicle)?,
        "levy_corrections": view
            .load_by::<Correction>("vehicle_no", &vehicle.vehicle_no)?
            .iter()
            .map(|held| correction::shown(&held.record))
            .collect::<Vec<_>>(),
        "issued_documents": issues(view, vehicle)?,
    });
    if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more);
    }
    Ok(data)
}

/// What the vehicle looked like, oldest first.
fn versions(view: &dyn View, vehicle: &Vehicle) -> Result<Vec<Value>, Fault> {
    let held = view.load_history::<Vehicle>(&vehicle.vehicle_no)?;
    Ok(held
        .iter()
        .map(|held| {
            json!({
                "history_no": held.version, "effective_on": held.effective_on,
                "plate": held.record.plate.to_string(), "chassis": held.record.chassis,
                "taxpayer_no": held.record.taxpayer_no, "scrapped_on": held.record.scrapped_on,
            })
        })
        .collect())
}

fn levies(view: &dyn View, vehicle: &Vehicle) -> Result<Vec<Value>, Fault> {
    let mut rows = Vec::new();
    for held in view.load_by::<Levy>("vehicle_no", &vehicle.vehicle_no)? {
        let levy = held.record;
        let balance = view.load::<Balance>(&levy.key())?.map(|held| held.record);
        rows.push(json!({
            "levy_key": levy.key(), "tax_year": levy.tax_year, "addressee_no": levy.addressee_no,
            "grade": levy.grade.label(), "annual": levy.annual, "reduced": levy.reduced, "amount": levy.amount,
            "due_on": levy.due_on,
            "paid": balance.map(|balance| balance.paid),
            "steps": levy.steps.iter().map(|step| json!({
                "title": step.title, "formula": step.formula, "ground": step.source,
            })).collect::<Vec<_>>(),
            "changes": levy.changes.iter().map(|change| json!({
                "decided_on": change.decided_on, "reason": List::LevyReasons.label(&change.reason),
                "before": change.before, "after": change.after, "due_on": change.due_on,
            })).collect::<Vec<_>>(),
        }));
    }
    Ok(rows)
}

fn reductions(view: &dyn View, vehicle: &Vehicle) -> Result<Vec<Value>, Fault> {
    let held = view.load_by::<Reduction>("vehicle_no", &vehicle.vehicle_no)?;
    Ok(held
        .iter()
        .map(|held| {
            let one = &held.record;
            json!({
                "reduction_no": one.reduction_no, "person_no": one.person_no, "class": one.class,
                "from_fy": one.from_fy, "until_fy": one.until_fy, "granted": one.granted,
                "decided_on": one.decided_on,
            })
        })
        .collect())
}

/// What was issued about this vehicle to its taxpayer.
fn issues(view: &dyn View, vehicle: &Vehicle) -> Result<Vec<Value>, Fault> {
    let issued = view.load_by::<Issuance>("addressee_no", vehicle.taxpayer_no.as_str())?;
    Ok(issued
        .iter()
        .filter(|held| held.record.vehicle_no == vehicle.vehicle_no)
        .map(|held| json!({ "issue_no": held.record.issue_no, "title": held.record.title, "issued_on": held.record.issued_on }))
        .collect())
}
