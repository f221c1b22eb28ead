//! 継続検査用納税証明書: only when every year of the vehicle is paid, and the payment is final.

use domain::{Date, Yen, wareki};
use jiff::ToSpan;
use register::{Fault, Record, View, ViewExt};
use system::{Context, Effect, Form, Function, Input, Mode, Outcome, Place, Section};

use crate::desk::Desk;
use crate::facts;
use crate::notice::{account, year_label};
use crate::print::{self, About};
use crate::records::{Addressee, Balance, Levy, Vehicle, spelled};
use crate::rules::{Practice, rates};

const TITLE: &str = "軽自動車税（種別割）納税証明書（継続検査用）";

/// 継続検査用納税証明書の交付.
pub(crate) fn function() -> Function {
    Function {
        id: "light-vehicle-tax/inspection-certificate",
        title: "継続検査用納税証明書の交付",
        place: Some(Place {
            unit: "軽自動車税", level1: "交付・通知", level2: "証明書交付", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once("証明", vec![facts::plate_key_field()])]),
        in_menu: true,
        decide,
    }
}

/// Which year a certificate is of, and until when it holds.
struct Certified {
    tax_year: i16,
    until: Date,
    levy: Option<Levy>,
}

/// LVT09, LVT26, LVT27, LVT39, LVT42.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    print::check(&mut desk);
    let Some((vehicle, _)) = desk.by_plate(&spelled(input.text("plate")), "plate")? else {
        return Ok(Outcome::refused(desk.findings));
    };
    if !rates()?.practice.inspected.contains(&vehicle.kind) {
        let label = rates()?.kind_label(&vehicle.kind, vehicle.r#use);
        let why = format!("車種「{label}」に、継続検査はありません。");
        desk.error("LVT42", "plate", "車種", why, "標識番号を確かめてください。");
    }
    let person = desk.known(vehicle.taxpayer_no, "plate", "納税義務者")?;
    let certified = certified(&mut desk, &vehicle)?;
    let (Some(person), Some(certified), false) = (person, certified, desk.stopped()) else {
        return Ok(Outcome::refused(desk.findings));
    };
    let data = print::certificate(
        context,
        TITLE,
        &items(&vehicle, &person, &certified),
        &["この証明書は、継続検査のためのものです。"],
        "上記のとおり、軽自動車税（種別割）の滞納がないことを証明します。",
    );
    let key = certified.levy.as_ref().map(Record::key).unwrap_or_default();
    let about = About { person: &person, vehicle_no: &vehicle.vehicle_no, levy_key: &key, reissue_of: "" };
    let document = print::issue(&mut desk, "item-certificate", TITLE, data, &about)?;
    let message = format!(
        "{}分の証明書を発行しました。有効期限は{}です。",
        year_label(certified.tax_year),
        wareki(certified.until)
    );
    let mut outcome = desk.outcome(TITLE, message)?;
    outcome.documents.push(document);
    Ok(outcome)
}

/// Whether every year of the taxpayer on this vehicle is paid, and which the certificate is of. A year that is not due yet does
/// not stand against a certificate of the year before while that one holds.
fn certified(desk: &mut Desk<'_>, vehicle: &Vehicle) -> Result<Option<Certified>, Fault> {
    let practice = &rates()?.practice;
    let today = desk.today();
    let mut levies: Vec<Levy> = desk
        .view
        .load_by::<Levy>("vehicle_no", &vehicle.vehicle_no)?
        .into_iter()
        .map(|held| held.record)
        .filter(|levy| levy.addressee_no == vehicle.taxpayer_no && levy.amount != Yen::ZERO)
        .collect();
    levies.sort_by_key(|levy| levy.tax_year);
    let this_year = domain::FiscalYear::of(today).0;
    let mut tax_year = this_year;
    let mut unpaid = Vec::new();
    for levy in &levies {
        match standing(desk, practice, levy)? {
            Standing::Paid => {}
            Standing::Unpaid if today <= levy.due_on && levy.tax_year == this_year => {
                tax_year = this_year.saturating_sub(1);
            }
            Standing::Unpaid => {
                unpaid.push(format!("{}（通知書番号{}）", year_label(levy.tax_year), levy.notice_no))
            }
            Standing::NotFinal(until) => {
                let why = format!(
                    "{}の納付は、{}まで確定しません（速報又は口座振替）。",
                    year_label(levy.tax_year),
                    wareki(until)
                );
                desk.error(
                    "LVT27",
                    "plate",
                    "収納",
                    why,
                    "領収証書で納付を確かめるか、確定した後に発行してください。",
                );
            }
        }
    }
    if !unpaid.is_empty() {
        let why = format!("納付されていない年度があります: {}。", unpaid.join("、"));
        desk.error("LVT26", "plate", "収納", why, "納付の後、収納の情報が届いてから発行してください。");
    }
    let until: Option<Date> =
        format!("{:04}-{}", tax_year.saturating_add(1), practice.certificate_until).parse().ok();
    let Some(until) = until.filter(|until| today <= *until) else {
        let why = format!("{}の税が納付されていません。", year_label(this_year));
        desk.error("LVT26", "plate", "収納", why, "納付の後、収納の情報が届いてから発行してください。");
        return Ok(None);
    };
    let levy = levies.into_iter().find(|levy| levy.tax_year == tax_year);
    Ok(Some(Certified { tax_year, until, levy }))
}

enum Standing {
    Paid,
    Unpaid,
    /// Paid, and not final until this day has passed.
    NotFinal(Date),
}

fn standing(desk: &Desk<'_>, practice: &Practice, levy: &Levy) -> Result<Standing, Fault> {
    let balance = desk.view.load::<Balance>(&levy.key())?.map(|held| held.record);
    let paid = |balance: &Balance| matches!(balance.state.as_str(), "3" | "4") && levy.amount <= balance.paid;
    let Some(balance) = balance.filter(paid) else { return Ok(Standing::Unpaid) };
    let days = if balance.preliminary {
        practice.settle_preliminary_days
    } else if account(desk.view, levy)?.is_some() {
        practice.settle_account_days
    } else {
        return Ok(Standing::Paid);
    };
    let last = balance.last_paid_on.unwrap_or(desk.today());
    let until = last.checked_add(i64::from(days).days()).unwrap_or(last);
    Ok(if until < desk.today() { Standing::Paid } else { Standing::NotFinal(until) })
}

fn items(vehicle: &Vehicle, person: &Addressee, certified: &Certified) -> Vec<(&'static str, String)> {
    let address = if person.protected { String::new() } else { person.address.clone() };
    vec![
        ("標識番号", vehicle.plate.to_string()),
        ("車台番号", vehicle.chassis.clone()),
        ("納税義務者の住所", address),
        ("納税義務者の氏名", person.name.clone()),
        ("年度", year_label(certified.tax_year)),
        ("税額", certified.levy.as_ref().map_or("課税なし".to_owned(), |levy| format!("{}円", levy.amount))),
        ("有効期限", wareki(certified.until)),
    ]
}
