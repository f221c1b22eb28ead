//! 通知書発行: letters to those who moved out and to the heirs of those who died, about the vehicles they hold.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::{AddresseeNo, FiscalYear, ResidentStatus};
use register::{Fault, View, ViewExt};
use serde::Deserialize;
use serde_json::json;
use system::{
    Answer, Context, DocumentRequest, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place,
    Section, choices,
};

use crate::codes::List;
use crate::delivery;
use crate::desk::Desk;
use crate::print::{self, About, fact};
use crate::records::{Addressee, Issuance, VEHICLE, Vehicle};

/// Letters of one run.
const LETTERS_MAX: usize = 300;

/// 通知書発行.
pub(crate) fn function() -> Function {
    let kinds = choices(&[("moved", "転出された方へ"), ("heir", "亡くなった方のご遺族へ")]);
    Function {
        id: "light-vehicle-tax/letters",
        title: "通知書発行",
        place: Some(Place {
            unit: "軽自動車税", level1: "交付・通知", level2: "通知書発行", level3: ""
        }),
        mode: Mode::Both,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "通知書",
            vec![
                Field::new("letter", "通知書", FieldKind::Choice(kinds)).required(),
                Field::new("targets", "対象者", FieldKind::Persons)
                    .help("空のときは、この年度にまだ送っていない人すべて（一度に300通まで）"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Request {
    letter: String,
    #[serde(default)]
    targets: Vec<AddresseeNo>,
}

fn fits(letter: &str, person: &Addressee) -> bool {
    match letter {
        "heir" => person.is_dead(),
        _ => person.status == Some(ResidentStatus::MovedOut),
    }
}

/// LVT06, LVT36, LVT39.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    print::check(&mut desk);
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let mut held: BTreeMap<AddresseeNo, Vec<Vehicle>> = BTreeMap::new();
    if given.targets.is_empty() {
        view.scan(&VEHICLE, None, &mut |stored| {
            let vehicle = stored.typed::<Vehicle>()?.record;
            if vehicle.is_active() {
                held.entry(vehicle.taxpayer_no).or_default().push(vehicle);
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
    for no in &given.targets {
        let vehicles =
            view.load_by::<Vehicle>("taxpayer_no", no.as_str())?.into_iter().map(|held| held.record);
        held.insert(*no, vehicles.filter(Vehicle::is_active).collect());
    }
    let title = List::Letters.label(&given.letter);
    let (mut documents, mut subjects, mut withheld, mut left) = (Vec::new(), Vec::new(), Vec::new(), 0_usize);
    for (no, vehicles) in &held {
        let person = view.load::<Addressee>(no.as_str())?.map(|held| held.record);
        let asked = !given.targets.is_empty();
        let Some(person) = person.filter(|person| fits(&given.letter, person) && !vehicles.is_empty()) else {
            if asked {
                let why = format!("宛名番号{no}の人は、この通知書を送る人ではありません。");
                desk.error(
                    "LVT36",
                    "targets",
                    "対象者",
                    why,
                    "転出又は死亡していて、使用中の車両を持つ人を選んでください。",
                );
            }
            continue;
        };
        if !asked && sent(&desk, *no, title)? {
            continue;
        }
        if LETTERS_MAX <= documents.len() {
            left += 1;
            continue;
        }
        subjects.push(no.to_string());
        match letter(&mut desk, &given.letter, &person, vehicles)? {
            Some(document) => documents.push(document),
            None => withheld
                .push(json!({ "addressee_no": no, "why": "住所を印字できません。別に送ってください" })),
        }
    }
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let message =
        format!("{title}を{}通発行しました。住所を印字できない人{}人。", documents.len(), withheld.len());
    let mut outcome = desk.outcome(title, message)?;
    outcome.answer =
        Some(Answer { data: json!({ "count": documents.len(), "withheld": withheld }), subjects });
    outcome.documents = documents;
    outcome.left = left;
    Ok(outcome)
}

/// Whether a letter of the title went to somebody in this fiscal year.
fn sent(desk: &Desk<'_>, no: AddresseeNo, title: &str) -> Result<bool, Fault> {
    let year = FiscalYear::of(desk.today());
    let issued = desk.view.load_by::<Issuance>("addressee_no", no.as_str())?;
    Ok(issued.iter().any(|held| held.record.title == title && year.contains(held.record.issued_on)))
}

fn letter(
    desk: &mut Desk<'_>,
    kind: &str,
    person: &Addressee,
    vehicles: &[Vehicle],
) -> Result<Option<DocumentRequest>, Fault> {
    let known = delivery::Known::of(desk.view, person.addressee_no)?;
    let mut to = delivery::effective(person, &known, desk.today());
    if to.address.is_empty() {
        return Ok(None);
    }
    // A letter to the dead is opened by nobody; without a representative it goes to the house.
    let mut recipient = print::recipient(person, &to);
    if kind == "heir" && to.basis != "agent" {
        to.name = format!("故　{}様　ご遺族", person.name);
        recipient = print::recipient(person, &to);
    }
    let title = List::Letters.label(kind);
    let facts = vehicles
        .iter()
        .map(|vehicle| fact("標識番号", format!("{}（{}）", vehicle.plate, vehicle.model)))
        .collect();
    let data = print::letter(desk.context, title, &recipient, &[List::Letters.cell(kind, 2)], facts, &[]);
    let about = About { person, vehicle_no: "", levy_key: "", reissue_of: "" };
    print::issue(desk, "letter", title, data, &about).map(Some)
}
