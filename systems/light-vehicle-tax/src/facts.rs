//! The facts of a vehicle as they are asked for, and what must hold of them, at the counter and in a file alike.

use domain::{AddresseeNo, Date, RegisterDate, wareki};
use register::Fault;
use serde::Deserialize;
use system::{Field, FieldKind, choices};

use crate::codes::List;
use crate::desk::Desk;
use crate::records::{Plate, Vehicle, spelled};
use crate::rules::{Fuel, Month, Use, rates};

/// The fields of a plate.
pub(crate) fn plate_fields(required: bool) -> Vec<Field> {
    let mut fields = vec![
        Field::new("plate_area", "標識の地域名", FieldKind::Text(10)).help("町名、又は運輸支局名"),
        Field::new("plate_class", "分類番号", FieldKind::Text(3)),
        Field::new("plate_kana", "標識のかな", FieldKind::Text(2)),
        Field::new("plate_number", "一連指定番号", FieldKind::Text(6)),
    ];
    if required {
        fields = fields
            .into_iter()
            .map(|field| match field.name {
                "plate_area" | "plate_number" => field.required(),
                _ => field,
            })
            .collect();
    }
    fields
}

/// The fields that say what a vehicle is. `kind_required`: of a new one.
pub(crate) fn fact_fields(kind_required: bool) -> Vec<Field> {
    let kinds = rates().map(|rates| choices(&rates.kinds())).unwrap_or_default();
    let fuels: Vec<(&str, &str)> = Fuel::ALL.iter().map(|fuel| (fuel.code(), fuel.label())).collect();
    let uses = [(Use::Private.code(), Use::Private.label()), (Use::Business.code(), Use::Business.label())];
    let greens = [("75", "75%軽減"), ("50", "50%軽減"), ("25", "25%軽減")];
    let kind = Field::new("kind", "車種", FieldKind::Choice(kinds));
    let chassis = Field::new("chassis", "車台番号", FieldKind::Text(30));
    vec![
        if kind_required { chassis.required() } else { chassis },
        if kind_required { kind.required() } else { kind },
        Field::new("use", "用途", FieldKind::Choice(choices(&uses))).help("空のときは自家用です"),
        Field::new("fuel", "燃料", FieldKind::Choice(choices(&fuels))).help("空のときはガソリンです"),
        Field::new("first_inspected", "初度検査年月", FieldKind::Text(7))
            .help("三輪・四輪だけ。2015-05 の形で入力してください"),
        Field::new("green", "グリーン化特例", FieldKind::Choice(choices(&greens))),
        Field::new("displacement_cc", "総排気量（cc）", FieldKind::Number(9_999)),
        Field::new("output_w", "定格出力（W）", FieldKind::Number(999_999))
            .help("新基準原付は最高出力を入力してください。4.0kW は 4000"),
        Field::new("model", "車名・型式", FieldKind::Text(40)),
        Field::new("place_kept", "定置場", FieldKind::Text(100)),
    ]
}

/// The fields that say who holds it.
pub(crate) fn holder_fields(required: bool) -> Vec<Field> {
    let owner = Field::new("owner_no", "所有者の宛名番号", FieldKind::AddresseeNo);
    vec![
        if required { owner.required() } else { owner },
        Field::new("user_no", "使用者の宛名番号", FieldKind::AddresseeNo).help("空のときは所有者です"),
        Field::new("reserved", "所有権留保", FieldKind::Flag).help("使用者（買主）が納税義務者になります"),
    ]
}

/// What is said of a vehicle; what is blank is not said.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Facts {
    #[serde(default)]
    pub(crate) plate_area: String,
    #[serde(default)]
    pub(crate) plate_class: String,
    #[serde(default)]
    pub(crate) plate_kana: String,
    #[serde(default)]
    pub(crate) plate_number: String,
    #[serde(default)]
    pub(crate) chassis: String,
    #[serde(default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) r#use: Option<Use>,
    #[serde(default)]
    pub(crate) fuel: Option<Fuel>,
    #[serde(default)]
    pub(crate) first_inspected: String,
    #[serde(default)]
    pub(crate) green: String,
    #[serde(default)]
    pub(crate) displacement_cc: String,
    #[serde(default)]
    pub(crate) output_w: String,
    #[serde(default)]
    pub(crate) model: String,
    #[serde(default)]
    pub(crate) place_kept: String,
    #[serde(default)]
    pub(crate) owner_no: Option<AddresseeNo>,
    #[serde(default)]
    pub(crate) user_no: Option<AddresseeNo>,
    #[serde(default)]
    pub(crate) reserved: bool,
    #[serde(default)]
    pub(crate) exempt: String,
    #[serde(default)]
    pub(crate) mailing_note: String,
    #[serde(default)]
    pub(crate) note: String,
}

impl Facts {
    /// The plate that is said; none when nothing of it is.
    pub(crate) fn plate(&self) -> Option<Plate> {
        let plate = Plate {
            area: self.plate_area.clone(),
            class: spelled(&self.plate_class),
            kana: self.plate_kana.clone(),
            number: spelled(&self.plate_number).replace('-', ""),
        };
        (!plate.area.is_empty() || !plate.number.is_empty()).then_some(plate)
    }

    /// The month of the first inspection: LVT13 when it does not read.
    fn month(&self, desk: &mut Desk<'_>) -> Option<Month> {
        if self.first_inspected.is_empty() {
            return None;
        }
        match spelled(&self.first_inspected).parse() {
            Ok(month) => Some(month),
            Err(why) => {
                let why: String = why;
                desk.error(
                    "LVT13",
                    "first_inspected",
                    "初度検査年月",
                    format!("{why}。"),
                    "車検証の初度検査年月を 2015-05 の形で入力してください。",
                );
                None
            }
        }
    }

    /// Lays what is said over a vehicle.
    pub(crate) fn lay_over(&self, desk: &mut Desk<'_>, vehicle: &mut Vehicle) {
        let over = |held: &mut String, said: &str| {
            if !said.is_empty() {
                said.clone_into(held);
            }
        };
        over(&mut vehicle.chassis, &spelled(&self.chassis));
        over(&mut vehicle.kind, &self.kind);
        over(&mut vehicle.model, &self.model);
        over(&mut vehicle.place_kept, &self.place_kept);
        over(&mut vehicle.exempt, &self.exempt);
        over(&mut vehicle.mailing_note, &self.mailing_note);
        over(&mut vehicle.note, &self.note);
        if let Some(plate) = self.plate() {
            vehicle.plate = plate;
        }
        vehicle.r#use = self.r#use.unwrap_or(vehicle.r#use);
        vehicle.fuel = self.fuel.unwrap_or(vehicle.fuel);
        vehicle.first_inspected = self.month(desk).or(vehicle.first_inspected);
        vehicle.green = self.green.parse().ok().or(vehicle.green);
        vehicle.displacement_cc = self.displacement_cc.parse().ok().or(vehicle.displacement_cc);
        vehicle.output_w = self.output_w.parse().ok().or(vehicle.output_w);
    }
}

/// What must hold of a vehicle that is registered or changed: LVT01 to LVT05, LVT12, LVT13.
pub(crate) fn check(desk: &mut Desk<'_>, vehicle: &Vehicle) -> Result<(), Fault> {
    let vehicle = &vehicle.clone().settled();
    twice(desk, vehicle)?;
    days(desk, vehicle);
    engine(desk, vehicle)
}

fn twice(desk: &mut Desk<'_>, vehicle: &Vehicle) -> Result<(), Fault> {
    let unique = [
        ("LVT01", "active_plate", "plate_number", "標識番号", &vehicle.active_plate),
        ("LVT02", "active_chassis", "chassis", "車台番号", &vehicle.active_chassis),
    ];
    for (code, column, path, item, value) in unique {
        let Some(value) = value else { continue };
        let Some((other, _)) = desk.active_by(column, value)? else { continue };
        if other.vehicle_no != vehicle.vehicle_no {
            desk.error(
                code,
                path,
                item,
                format!("{item}「{value}」は、使用中の車両（車両番号{}）にあります。", other.vehicle_no),
                "番号を確かめてください。前の車両が廃車なら、先に廃車登録をしてください。",
            );
        }
    }
    Ok(())
}

fn days(desk: &mut Desk<'_>, vehicle: &Vehicle) {
    let today = desk.today();
    if today < vehicle.registered_on {
        future(desk, "registered_on", "登録年月日", vehicle.registered_on);
    }
    if let Some(scrapped) = vehicle.scrapped_on.filter(|day| *day < vehicle.registered_on) {
        desk.error(
            "LVT03",
            "scrapped_on",
            "廃車年月日",
            format!(
                "廃車年月日{}が、登録年月日{}より前です。",
                wareki(scrapped),
                wareki(vehicle.registered_on)
            ),
            "廃車年月日か登録年月日を確かめてください。",
        );
    }
    if let Some(first) = vehicle.first_inspected.filter(|first| Month::of(vehicle.registered_on) < *first) {
        desk.error(
            "LVT04",
            "first_inspected",
            "初度検査年月",
            format!(
                "初度検査年月{}が、登録年月日{}より後です。",
                first.label(),
                wareki(vehicle.registered_on)
            ),
            "車検証の初度検査年月を確かめてください。",
        );
    }
}

/// LVT12.
pub(crate) fn future(desk: &mut Desk<'_>, path: &str, item: &str, day: Date) {
    let today = wareki(desk.today());
    desk.error(
        "LVT12",
        path,
        item,
        format!("{item}{}は、今日{today}より後です。", wareki(day)),
        "今日以前の日を入力してください。",
    );
}

fn engine(desk: &mut Desk<'_>, vehicle: &Vehicle) -> Result<(), Fault> {
    let rates = rates()?;
    if let Some(engine) = rates.engine_of(&vehicle.kind)
        && !engine.fits(vehicle.displacement_cc, vehicle.output_w)
    {
        let output = engine.output_label();
        let watts = vehicle.output_w.map(|watts| format!("{output}{watts}W"));
        let has = [
            vehicle.displacement_cc.map(|cc| format!("総排気量{cc}cc")),
            watts.or_else(|| engine.greatest_output.then(|| format!("{output}の入力がないもの"))),
        ];
        desk.error(
            "LVT05",
            "kind",
            "車種",
            format!(
                "車種「{}」は{}ですが、{}です。",
                rates.kind_label(&vehicle.kind, vehicle.r#use),
                engine.label(),
                has.into_iter().flatten().collect::<Vec<_>>().join("、")
            ),
            if engine.greatest_output {
                "車種と総排気量を確かめ、型式認定番号か最高出力の確認済書で、最高出力を入力してください。確かめられないものは原付二種です。"
            } else {
                "車種と、総排気量又は定格出力を確かめてください。"
            },
        );
    }
    if rates.is_aged(&vehicle.kind) && vehicle.first_inspected.is_none() {
        desk.error(
            "LVT13",
            "first_inspected",
            "初度検査年月",
            "三輪・四輪なのに、初度検査年月がありません。",
            "車検証の初度検査年月を 2015-05 の形で入力してください。",
        );
    }
    Ok(())
}

/// LVT14, and what is wrong with the persons who are to hold it.
pub(crate) fn holders(
    desk: &mut Desk<'_>,
    owner: AddresseeNo,
    user: AddresseeNo,
    reserved: bool,
    on: Date,
) -> Result<(), Fault> {
    // Of a reserved ownership the seller may be gone; the buyer is asked for the tax.
    desk.holder(owner, "owner_no", "所有者", on)?;
    if user != owner {
        desk.holder(user, "user_no", "使用者", on)?;
    } else if reserved {
        desk.error(
            "LVT14",
            "user_no",
            "使用者",
            "所有権留保なのに、使用者（買主）が所有者と同じか、空です。",
            "買主の宛名番号を使用者に入力してください。",
        );
    }
    Ok(())
}

/// The reason's words, for the journal.
pub(crate) fn reason_label(list: List, code: &str) -> String {
    format!("{code} {}", list.label(code))
}

/// A field that names the vehicle by its plate, spelled together as on a list.
pub(crate) fn plate_key_field() -> Field {
    Field::new("plate", "標識番号", FieldKind::Text(24)).required().help("使用中の車両。例 台帳町あ1234")
}

/// A day that was asked for, or today.
pub(crate) fn day_or_today(desk: &Desk<'_>, date: Option<RegisterDate>) -> Date {
    crate::desk::day(date).unwrap_or(desk.today())
}
