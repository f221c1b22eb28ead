//! What this system offers to others (提供データ).

use std::borrow::Cow;

use domain::Relation;
use register::{Fault, Stored, View};
use serde::Deserialize;
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::records::PERSON;

/// 住民情報: the newest row of every person, residents and former residents. Neither 個人番号 nor 住民票コード.
///
/// 住民となった年月日 is blank for foreign residents, who have 外国人住民となった年月日 instead. A 転出 registered ahead shows its plan
/// (`moveout_planned_on`, `dest_address_planned`) while `resident_status` is still 1.
pub(crate) static RESIDENT: Dataset = Dataset {
    id: "resident-register/resident",
    title: "住民情報",
    kind: &PERSON,
    items: &ITEMS,
    subject: "addressee_no",
    reads_sealed: false,
    row,
};

static ITEMS: [Item; 39] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("household_no", "世帯番号", ItemType::Code),
    Item::new("resident_kind", "住民種別", ItemType::Code),
    Item::new("resident_status", "住民状態", ItemType::Code),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("name_kana", "氏名フリガナ", ItemType::Text),
    Item::new("name_roman", "氏名ローマ字", ItemType::Text),
    Item::new("former_family_name", "旧氏", ItemType::Text),
    Item::new("alias_name", "通称", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("relation_codes", "続柄コード", ItemType::Code),
    Item::new("relation", "続柄表記", ItemType::Text),
    Item::new("head_name", "世帯主氏名", ItemType::Text),
    Item::new("member_order", "記載順位", ItemType::Number),
    Item::new("prefecture", "住所 都道府県", ItemType::Text),
    Item::new("municipality", "住所 市区町村", ItemType::Text),
    Item::new("town", "住所 町字", ItemType::Text),
    Item::new("lot", "住所 番地号", ItemType::Text),
    Item::new("building", "住所 方書", ItemType::Text),
    Item::new("postcode", "住所 郵便番号", ItemType::Code),
    Item::new("town_code", "住所 町字コード", ItemType::Code),
    Item::new("resident_since", "住民となった年月日", ItemType::Date),
    Item::new("addr_since", "住所を定めた年月日", ItemType::Date),
    Item::new("moved_in_notified_on", "届出の年月日", ItemType::Date),
    Item::new("prev_address", "転入前住所", ItemType::Text),
    Item::new("nationality", "国籍・地域", ItemType::Text),
    Item::new("status_of_residence", "在留資格", ItemType::Code),
    Item::new("stay_expires_on", "在留期間の満了の日", ItemType::Date),
    Item::new("movement_reason", "異動事由", ItemType::Code),
    Item::new("event_date", "異動年月日", ItemType::Date),
    Item::new("notified_on", "異動届出年月日", ItemType::Date),
    Item::new("processed_on", "処理年月日", ItemType::Date),
    Item::new("deletion_reason", "消除事由", ItemType::Code),
    Item::new("deletion_event_date", "消除の異動年月日", ItemType::Date),
    Item::new("dest_address_planned", "転出先住所（予定）", ItemType::Text),
    Item::new("moveout_planned_on", "転出予定年月日", ItemType::Date),
    Item::new("foreign_resident_since", "外国人住民となった年月日", ItemType::Date),
];

/// The body as the dataset reads it: borrowed texts in the stored spelling, nothing else decoded.
#[derive(Deserialize)]
struct Lean<'a> {
    #[serde(borrow)]
    addressee_no: Cow<'a, str>,
    history_no: u32,
    #[serde(borrow)]
    household_no: Cow<'a, str>,
    #[serde(borrow)]
    resident_kind: Cow<'a, str>,
    #[serde(borrow)]
    resident_status: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    name_kana: Cow<'a, str>,
    #[serde(borrow, default)]
    name_roman: Cow<'a, str>,
    #[serde(borrow, default)]
    former_family_name: Cow<'a, str>,
    #[serde(borrow, default)]
    alias_name: Cow<'a, str>,
    #[serde(borrow)]
    birth_date: Cow<'a, str>,
    #[serde(borrow)]
    sex: Cow<'a, str>,
    #[serde(borrow)]
    relation: Cow<'a, str>,
    #[serde(borrow, default)]
    head_name: Cow<'a, str>,
    member_order: u32,
    #[serde(borrow)]
    address: Place<'a>,
    #[serde(borrow, default)]
    resident_since: Cow<'a, str>,
    #[serde(borrow, default)]
    addr_since: Cow<'a, str>,
    #[serde(borrow, default)]
    moved_in_notified_on: Cow<'a, str>,
    #[serde(borrow, default)]
    prev_address: Place<'a>,
    #[serde(borrow, default)]
    nationality: Cow<'a, str>,
    #[serde(borrow, default)]
    status_of_residence: Cow<'a, str>,
    #[serde(borrow, default)]
    stay_expires_on: Cow<'a, str>,
    #[serde(borrow)]
    movement_reason: Cow<'a, str>,
    #[serde(borrow, default)]
    event_date: Cow<'a, str>,
    #[serde(borrow, default)]
    notified_on: Cow<'a, str>,
    #[serde(borrow)]
    processed_on: Cow<'a, str>,
    #[serde(borrow, default)]
    deletion_reason: Cow<'a, str>,
    #[serde(borrow, default)]
    deletion_event_date: Cow<'a, str>,
    #[serde(borrow, default)]
    dest_address_planned: Place<'a>,
    #[serde(borrow, default)]
    moveout_planned_on: Cow<'a, str>,
    #[serde(borrow, default)]
    foreign_resident_since: Cow<'a, str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Place<'a> {
    #[serde(borrow)]
    prefecture: Cow<'a, str>,
    #[serde(borrow)]
    municipality: Cow<'a, str>,
    #[serde(borrow)]
    town: Cow<'a, str>,
    #[serde(borrow)]
    lot: Cow<'a, str>,
    #[serde(borrow)]
    building: Cow<'a, str>,
    #[serde(borrow)]
    postcode: Cow<'a, str>,
    #[serde(borrow)]
    town_code: Cow<'a, str>,
    #[serde(borrow)]
    country: Cow<'a, str>,
    #[serde(borrow)]
    overseas: Cow<'a, str>,
}

/// Writes an address on one line, as `domain::Address::one_line` does.
impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut before = "";
        for part in [&self.country, &self.overseas] {
            if !part.is_empty() {
                write!(f, "{before}{part}")?;
                before = "\u{3000}";
            }
        }
        let domestic = [&self.prefecture, &self.municipality, &self.town, &self.lot];
        if domestic.iter().any(|part| !part.is_empty()) {
            f.write_str(before)?;
            domestic.iter().try_for_each(|part| f.write_str(part))?;
            before = "\u{3000}";
        }
        if !self.building.is_empty() {
            write!(f, "{before}{}", self.building)?;
        }
        Ok(())
    }
}

fn row(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let lean: Lean<'_> = serde_json::from_str(stored.body.as_str())
        .map_err(|error| Fault::new(format!("resident record {} does not read", stored.key), error))?;
    row.push(&lean.addressee_no);
    row.push_display(&lean.history_no);
    row.push(&lean.household_no);
    row.push(&lean.resident_kind);
    row.push(&lean.resident_status);
    row.push(&lean.name);
    row.push(&lean.name_kana);
    row.push(&lean.name_roman);
    row.push(&lean.former_family_name);
    row.push(&lean.alias_name);
    row.push(&lean.birth_date);
    row.push(&lean.sex);
    push_relation_codes(row, &lean.relation);
    row.push(&lean.relation);
    row.push(&lean.head_name);
    row.push_display(&lean.member_order);
    row.push(&lean.address.prefecture);
    row.push(&lean.address.municipality);
    row.push(&lean.address.town);
    row.push(&lean.address.lot);
    row.push(&lean.address.building);
    row.push(&lean.address.postcode);
    row.push(&lean.address.town_code);
    row.push(&lean.resident_since);
    row.push(&lean.addr_since);
    row.push(&lean.moved_in_notified_on);
    row.push_display(&lean.prev_address);
    row.push(&lean.nationality);
    row.push(&lean.status_of_residence);
    row.push(&lean.stay_expires_on);
    row.push(&lean.movement_reason);
    row.push(&lean.event_date);
    row.push(&lean.notified_on);
    row.push(&lean.processed_on);
    row.push(&lean.deletion_reason);
    row.push(&lean.deletion_event_date);
    row.push_display(&lean.dest_address_planned);
    row.push(&lean.moveout_planned_on);
    row.push(&lean.foreign_resident_since);
    Ok(Fate::Row)
}

/// 続柄コード joined by hyphens; the commonest relations without parsing.
fn push_relation_codes(row: &mut Row, label: &str) {
    match label {
        "世帯主" => row.push("02"),
        "妻" => row.push("12"),
        "子" => row.push("20"),
        other => match Relation::parse(other) {
            Ok(relation) => row.push(&relation.code_text()),
            Err(_) => row.push(""),
        },
    }
}
