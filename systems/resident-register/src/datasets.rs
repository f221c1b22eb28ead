//! What this system offers to others (提供データ).

use std::borrow::Cow;

use domain::Relation;
use register::{Body, BodyError, Fault, FieldWalk, Stored, View};
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
struct Lean<'a> {
    addr_since: Cow<'a, str>,
    address: Place<'a>,
    addressee_no: Cow<'a, str>,
    alias_name: Cow<'a, str>,
    birth_date: Cow<'a, str>,
    deletion_event_date: Cow<'a, str>,
    deletion_reason: Cow<'a, str>,
    dest_address_planned: Place<'a>,
    event_date: Cow<'a, str>,
    foreign_resident_since: Cow<'a, str>,
    former_family_name: Cow<'a, str>,
    head_name: Cow<'a, str>,
    history_no: Cow<'a, str>,
    household_no: Cow<'a, str>,
    member_order: Cow<'a, str>,
    moved_in_notified_on: Cow<'a, str>,
    movement_reason: Cow<'a, str>,
    moveout_planned_on: Cow<'a, str>,
    name: Cow<'a, str>,
    name_kana: Cow<'a, str>,
    name_roman: Cow<'a, str>,
    nationality: Cow<'a, str>,
    notified_on: Cow<'a, str>,
    prev_address: Place<'a>,
    processed_on: Cow<'a, str>,
    relation: Cow<'a, str>,
    resident_kind: Cow<'a, str>,
    resident_since: Cow<'a, str>,
    resident_status: Cow<'a, str>,
    sex: Cow<'a, str>,
    status_of_residence: Cow<'a, str>,
    stay_expires_on: Cow<'a, str>,
}

struct Place<'a> {
    building: Cow<'a, str>,
    country: Cow<'a, str>,
    lot: Cow<'a, str>,
    municipality: Cow<'a, str>,
    overseas: Cow<'a, str>,
    postcode: Cow<'a, str>,
    prefecture: Cow<'a, str>,
    town: Cow<'a, str>,
    town_code: Cow<'a, str>,
}

impl<'a> Lean<'a> {
    /// Asks for the fields in the order in which they stand in a body.
    fn read(body: &'a Body) -> Result<Self, BodyError> {
        let mut fields = body.walk();
        Ok(Self {
            addr_since: fields.text("addr_since")?,
            address: Place::read(fields.needed_within("address")?)?,
            addressee_no: fields.needed("addressee_no")?,
            alias_name: fields.text("alias_name")?,
            birth_date: fields.needed("birth_date")?,
            deletion_event_date: fields.text("deletion_event_date")?,
            deletion_reason: fields.text("deletion_reason")?,
            dest_address_planned: Place::read(fields.within("dest_address_planned")?)?,
            event_date: fields.text("event_date")?,
            foreign_resident_since: fields.text("foreign_resident_since")?,
            former_family_name: fields.text("former_family_name")?,
            head_name: fields.text("head_name")?,
            history_no: fields.needed("history_no")?,
            household_no: fields.needed("household_no")?,
            member_order: fields.needed("member_order")?,
            moved_in_notified_on: fields.text("moved_in_notified_on")?,
            movement_reason: fields.needed("movement_reason")?,
            moveout_planned_on: fields.text("moveout_planned_on")?,
            name: fields.text("name")?,
            name_kana: fields.text("name_kana")?,
            name_roman: fields.text("name_roman")?,
            nationality: fields.text("nationality")?,
            notified_on: fields.text("notified_on")?,
            prev_address: Place::read(fields.within("prev_address")?)?,
            processed_on: fields.needed("processed_on")?,
            relation: fields.needed("relation")?,
            resident_kind: fields.needed("resident_kind")?,
            resident_since: fields.text("resident_since")?,
            resident_status: fields.needed("resident_status")?,
            sex: fields.needed("sex")?,
            status_of_residence: fields.text("status_of_residence")?,
            stay_expires_on: fields.text("stay_expires_on")?,
        })
    }
}

impl<'a> Place<'a> {
    fn read(mut fields: FieldWalk<'a>) -> Result<Self, BodyError> {
        Ok(Self {
            building: fields.text("building")?,
            country: fields.text("country")?,
            lot: fields.text("lot")?,
            municipality: fields.text("municipality")?,
            overseas: fields.text("overseas")?,
            postcode: fields.text("postcode")?,
            prefecture: fields.text("prefecture")?,
            town: fields.text("town")?,
            town_code: fields.text("town_code")?,
        })
    }
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
    let lean = Lean::read(&stored.body)
        .map_err(|error| Fault::new(format!("resident record {} does not read", stored.key), error))?;
    row.push(&lean.addressee_no);
    row.push(&lean.history_no);
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
    row.push(&lean.member_order);
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
