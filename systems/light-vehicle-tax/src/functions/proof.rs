//! 標識交付証明書 and 廃車申告受付書.

use domain::wareki;
use register::{Fault, View};
use system::{
    Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section, choices,
};

use super::scrap::chosen;
use crate::codes::List;
use crate::desk::Desk;
use crate::print::{self, About};
use crate::records::{Addressee, Vehicle};
use crate::rules::rates;

/// 標識交付証明書・廃車申告受付書の交付.
pub(crate) fn function() -> Function {
    let kinds = choices(&[("plate", "標識交付証明書"), ("scrap", "廃車申告受付書")]);
    Function {
        id: "light-vehicle-tax/proof",
        title: "標識交付証明書・廃車申告受付書の交付",
        place: Some(Place {
            unit: "軽自動車税", level1: "当初課税準備", level2: "証明書交付", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "交付",
            vec![
                Field::new("kind_of_proof", "証明書", FieldKind::Choice(kinds)).required(),
                Field::new("vehicle_no", "車両番号", FieldKind::Text(10)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// LVT09, LVT15, LVT16, LVT39.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    print::check(&mut desk);
    let Some((vehicle, version)) = chosen(&mut desk, input.text("vehicle_no"))? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let scrap = input.text("kind_of_proof") == "scrap";
    if scrap == vehicle.is_active() {
        let (code, why, remedy) = if scrap {
            ("LVT16", "廃車になっていません。", "先に廃車登録をしてください。")
        } else {
            ("LVT15", "廃車になっています。", "使用中の車両を選んでください。")
        };
        let message = format!("車両番号{}の車両は、{why}", vehicle.vehicle_no);
        desk.error(code, "vehicle_no", "車両番号", message, remedy);
    }
    let owner_no = vehicle.holdings.last().map_or(vehicle.taxpayer_no, |holding| holding.owner_no);
    let user_no = vehicle.holdings.last().map_or(vehicle.taxpayer_no, |holding| holding.user_no);
    let owner = desk.known(owner_no, "vehicle_no", "所有者")?;
    let user =
        if user_no == owner_no { owner.clone() } else { desk.known(user_no, "vehicle_no", "使用者")? };
    let (Some(owner), Some(user)) = (owner, user) else { return Ok(Outcome::refused(desk.findings)) };
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let (title, statement) = if scrap {
        ("軽自動車税（種別割）廃車申告受付書", "上記のとおり、廃車の申告を受け付けたことを証します。")
    } else {
        ("標識交付証明書", "上記のとおり、標識を交付したことを証します。")
    };
    let items = items(&vehicle, &owner, &user, scrap)?;
    let data = print::certificate(context, title, &items, &[], statement);
    let about = About { person: &owner, vehicle_no: &vehicle.vehicle_no, levy_key: "", reissue_of: "" };
    let document = print::issue(&mut desk, "item-certificate", title, data, &about)?;
    let number = document.data.get("issue_number").and_then(serde_json::Value::as_str).unwrap_or_default();
    let mut next = vehicle;
    number.clone_into(if scrap { &mut next.scrap_proof_no } else { &mut next.plate_proof_no });
    desk.put_vehicle(next, version, context.today)?;
    let mut outcome = desk.outcome(title, format!("{title}を発行しました。"))?;
    outcome.documents.push(document);
    Ok(outcome)
}

fn items(
    vehicle: &Vehicle,
    owner: &Addressee,
    user: &Addressee,
    scrap: bool,
) -> Result<Vec<(&'static str, String)>, Fault> {
    // The paper may be opened by others than the person it is about.
    let address = |person: &Addressee| {
        if person.protected { String::new() } else { person.address.clone() }
    };
    let mut items = vec![
        ("標識番号", vehicle.plate.to_string()),
        ("種別", rates()?.kind_label(&vehicle.kind, vehicle.r#use).to_owned()),
        ("車名・型式", vehicle.model.clone()),
        ("車台番号", vehicle.chassis.clone()),
        ("総排気量・定格出力", power(vehicle)),
        ("所有者の住所", address(owner)),
        ("所有者の氏名", owner.name.clone()),
        ("使用者の住所", address(user)),
        ("使用者の氏名", user.name.clone()),
        ("登録年月日", wareki(vehicle.registered_on)),
    ];
    if scrap {
        items.push(("廃車年月日", vehicle.scrapped_on.map(wareki).unwrap_or_default()));
        items.push(("廃車事由", List::Scrappings.label(&vehicle.scrapped_reason).to_owned()));
    }
    Ok(items)
}

/// 49cc、600W.
pub(crate) fn power(vehicle: &Vehicle) -> String {
    let cc = vehicle.displacement_cc.map(|cc| format!("{cc}cc"));
    let watts = vehicle.output_w.map(|watts| format!("{watts}W"));
    [cc, watts].into_iter().flatten().collect::<Vec<_>>().join("、")
}
