//! What this system offers to others (提供データ).

use domain::Yen;
use register::{Fault, Stored, View, ViewExt};
use system::{Dataset, Extract, Fate, Item, ItemType, Row};

use crate::records::{
    ADDRESSEE, DELIVERY, Delivery, LEVY, LEVY_TOTAL, Levy, LevyTotal, TAX_ITEM, VEHICLE, Vehicle,
};

/// The datasets of the system.
pub(crate) fn datasets() -> Vec<Dataset> {
    vec![
        Dataset {
            id: "light-vehicle-tax/levy",
            title: "軽自動車税賦課情報",
            kind: &LEVY,
            items: &LEVY_ITEMS,
            subject: "levy_key",
            reads_sealed: false,
            row: levy,
        },
        Dataset {
            id: "light-vehicle-tax/vehicle",
            title: "軽自動車物件情報",
            kind: &VEHICLE,
            items: &VEHICLE_ITEMS,
            subject: "vehicle_no",
            reads_sealed: false,
            row: vehicle,
        },
        Dataset {
            id: "light-vehicle-tax/holding",
            title: "軽自動車物件情報（個人ごと）",
            kind: &ADDRESSEE,
            items: &HOLDING_ITEMS,
            subject: "addressee_no",
            reads_sealed: false,
            row: holding,
        },
        Dataset {
            id: "light-vehicle-tax/levy-total",
            title: "軽自動車税調定表",
            kind: &LEVY_TOTAL,
            items: &TOTAL_ITEMS,
            subject: "total_key",
            reads_sealed: false,
            row: total,
        },
        Dataset {
            id: "light-vehicle-tax/mailing",
            title: "軽自動車税送付先情報",
            kind: &DELIVERY,
            items: &MAILING_ITEMS,
            subject: "addressee_no",
            reads_sealed: false,
            row: mailing,
        },
    ]
}

/// What staff may take out (EUC). None of it has an address.
pub(crate) fn extracts() -> Vec<Extract> {
    vec![
        Extract::plain("light-vehicle-tax/levy", "addressee_no"),
        Extract::plain("light-vehicle-tax/vehicle", "taxpayer_no"),
        Extract::plain("light-vehicle-tax/levy-total", ""),
    ]
}

static LEVY_ITEMS: [Item; 14] = [
    Item::new("levy_key", "賦課のキー", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("tax_item", "税目", ItemType::Code),
    Item::new("tax_year", "相当年度", ItemType::Number),
    Item::new("levy_year", "調定年度", ItemType::Number),
    Item::new("notice_no", "通知書番号", ItemType::Code),
    Item::new("instalment", "期別", ItemType::Code),
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("amount", "税額", ItemType::Number),
    Item::new("due_on", "納期限", ItemType::Date),
    Item::new("collection_class", "徴収区分", ItemType::Code),
    Item::new("reason", "事由", ItemType::Code),
    Item::new("decided_on", "決定年月日", ItemType::Date),
    Item::new("object", "課税客体", ItemType::Text),
];

/// 普通徴収.
const ORDINARY: &str = "1";

/// A levy that never asked for money (全額減免) is nothing to collection.
fn levy(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let levy = stored.typed::<Levy>()?.record;
    if !levy.ever_due() {
        return Ok(Fate::Skip);
    }
    let newest = levy.newest();
    row.push(&stored.key);
    row.push_display(&levy.history_no);
    row.push(TAX_ITEM);
    row.push_display(&levy.tax_year);
    row.push_display(&levy.levy_year);
    row.push(&levy.notice_no);
    row.push("01");
    row.push(levy.addressee_no.as_str());
    row.push_display(&levy.amount.0);
    // Of a correction that adds, the day what it adds is due on: collection keeps the day of what was levied before.
    row.push_display(&levy.last_due_on());
    row.push(ORDINARY);
    row.push(newest.map_or("", |newest| newest.reason.as_str()));
    row.push_optional(newest.map(|newest| newest.decided_on));
    row.push(&levy.object);
    Ok(Fate::Row)
}

static VEHICLE_ITEMS: [Item; 17] = [
    Item::new("vehicle_no", "車両番号", ItemType::Code),
    Item::new("taxpayer_no", "納税義務者の宛名番号", ItemType::Code),
    Item::new("owner_no", "所有者の宛名番号", ItemType::Code),
    Item::new("user_no", "使用者の宛名番号", ItemType::Code),
    Item::new("reserved", "所有権留保", ItemType::Code),
    Item::new("plate", "標識番号", ItemType::Text),
    Item::new("chassis", "車台番号", ItemType::Text),
    Item::new("kind", "車種", ItemType::Code),
    Item::new("use", "用途", ItemType::Code),
    Item::new("fuel", "燃料", ItemType::Code),
    Item::new("first_inspected", "初度検査年月", ItemType::Text),
    Item::new("displacement_cc", "総排気量", ItemType::Number),
    Item::new("output_w", "定格出力", ItemType::Number),
    Item::new("model", "車名・型式", ItemType::Text),
    Item::new("registered_on", "登録年月日", ItemType::Date),
    Item::new("held_from", "取得年月日", ItemType::Date),
    Item::new("scrapped_on", "廃車年月日", ItemType::Date),
];

/// The place a vehicle is kept at may be an address that must not be told, so it is not part of the row.
fn vehicle(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let vehicle = stored.typed::<Vehicle>()?.record;
    let Some(holding) = vehicle.holdings.last() else { return Ok(Fate::Skip) };
    row.push(&vehicle.vehicle_no);
    row.push(vehicle.taxpayer_no.as_str());
    row.push(holding.owner_no.as_str());
    row.push(holding.user_no.as_str());
    row.push(if holding.reserved { "1" } else { "" });
    row.push_display(&vehicle.plate);
    row.push(&vehicle.chassis);
    row.push(&vehicle.kind);
    row.push(vehicle.r#use.code());
    row.push(vehicle.fuel.code());
    row.push_optional(vehicle.first_inspected);
    row.push_optional(vehicle.displacement_cc);
    row.push_optional(vehicle.output_w);
    row.push(&vehicle.model);
    row.push_display(&vehicle.registered_on);
    row.push_display(&holding.from);
    row.push_optional(vehicle.scrapped_on);
    Ok(Fate::Row)
}

static HOLDING_ITEMS: [Item; 3] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("count", "使用中の台数", ItemType::Number),
    Item::new("vehicles", "車両ごと（車両番号:標識番号:車種:初度検査年月:取得年月日）", ItemType::Text),
];

/// 物件照会: the vehicles in use that a person is taxed for, for who has to know of them (生活保護). Neither what is owed nor where they are
/// kept.
fn holding(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let mut vehicles: Vec<Vehicle> = view
        .load_by::<Vehicle>("taxpayer_no", &stored.key)?
        .into_iter()
        .map(|held| held.record)
        .filter(|vehicle| vehicle.scrapped_on.is_none())
        .collect();
    vehicles.sort_by(|a, b| a.vehicle_no.cmp(&b.vehicle_no));
    let told = |vehicle: &Vehicle| {
        let first = vehicle.first_inspected.map_or_else(String::new, |month| month.to_string());
        let from = vehicle.holdings.last().map_or_else(String::new, |holding| holding.from.to_string());
        let Vehicle { vehicle_no, plate, kind, .. } = vehicle;
        format!("{vehicle_no}:{plate}:{kind}:{first}:{from}")
    };
    row.push(&stored.key);
    row.push_display(&vehicles.len());
    row.push(&vehicles.iter().map(told).collect::<Vec<_>>().join(" "));
    Ok(Fate::Row)
}

static TOTAL_ITEMS: [Item; 16] = [
    Item::new("total_key", "調定表のキー", ItemType::Code),
    Item::new("month", "月", ItemType::Text),
    Item::new("tax_item", "税目", ItemType::Code),
    Item::new("levy_year", "調定年度", ItemType::Number),
    Item::new("tax_year", "相当年度", ItemType::Number),
    Item::new("kind", "車種", ItemType::Code),
    Item::new("use", "用途", ItemType::Code),
    Item::new("grade", "税率の別", ItemType::Code),
    Item::new("count_up", "当月増の件数", ItemType::Number),
    Item::new("yen_up", "当月増の税額", ItemType::Number),
    Item::new("count_down", "当月減の件数", ItemType::Number),
    Item::new("yen_down", "当月減の税額", ItemType::Number),
    Item::new("difference", "当月の差引", ItemType::Number),
    Item::new("count", "累計の件数", ItemType::Number),
    Item::new("yen", "累計の税額", ItemType::Number),
    Item::new("made_on", "作成年月日", ItemType::Date),
];

fn total(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let total = stored.typed::<LevyTotal>()?.record;
    let difference = total.yen_up.checked_sub(total.yen_down).unwrap_or(Yen::ZERO);
    row.push(&stored.key);
    row.push_display(&total.month);
    row.push(TAX_ITEM);
    row.push_display(&total.levy_year);
    row.push_display(&total.tax_year);
    row.push(&total.kind);
    row.push(total.r#use.code());
    row.push(total.grade.code());
    row.push_display(&total.count_up);
    row.push_display(&total.yen_up.0);
    row.push_display(&total.count_down);
    row.push_display(&total.yen_down.0);
    row.push_display(&difference.0);
    row.push_display(&total.count);
    row.push_display(&total.yen.0);
    row.push_display(&total.made_on);
    Ok(Fate::Row)
}

static MAILING_ITEMS: [Item; 7] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("name", "送付先氏名", ItemType::Text),
    Item::new("postcode", "郵便番号", ItemType::Code),
    Item::new("address", "住所", ItemType::Text),
    Item::new("basis", "送付先の別", ItemType::Code),
    Item::new("protected", "住所の表示を控える", ItemType::Code),
];

fn mailing(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let delivery = stored.typed::<Delivery>()?.record;
    row.push(delivery.addressee_no.as_str());
    row.push_display(&delivery.history_no);
    row.push(&delivery.name);
    row.push(&delivery.postcode);
    row.push(&delivery.address);
    row.push(&delivery.basis);
    row.push(if delivery.protected { "1" } else { "" });
    Ok(Fate::Row)
}
