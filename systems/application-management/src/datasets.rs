//! What this system offers to others (提供データ).

use register::{Fault, Stored, View};
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::records::{PASSED, Passed, Values};

/// The datasets of the system.
pub(crate) fn all() -> Vec<Dataset> {
    vec![MOVES]
}

/// 申請データ（住民記録）: a row for each person of each application that is handed to the register of residents, under the names of its
/// own intake. One dataset for the six procedures and not one for each: rows keep their order within a dataset, and a withdrawal must
/// not overtake what it takes back.
const MOVES: Dataset = Dataset {
    id: "application-management/move",
    title: "申請データ（住民記録）",
    kind: &PASSED,
    items: &ITEMS,
    subject: "row_no",
    reads_sealed: true,
    row,
};

static ITEMS: [Item; 30] = [
    Item::new("row_no", "行番号", ItemType::Code),
    Item::new("application_no", "申請番号", ItemType::Code),
    Item::new("procedure", "手続", ItemType::Code),
    Item::new("withdraws", "取り消す申請番号", ItemType::Code),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("name_kana", "氏名フリガナ", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("address", "住所", ItemType::Text),
    Item::new("visit_on", "来庁予定日", ItemType::Date),
    Item::new("event_date", "異動日", ItemType::Date),
    Item::new("move_out_kind", "転出の種類", ItemType::Code),
    Item::new("dest_prefecture", "転出先 都道府県", ItemType::Text),
    Item::new("dest_municipality", "転出先 市区町村", ItemType::Text),
    Item::new("dest_municipality_code", "転出先 市区町村コード", ItemType::Code),
    Item::new("dest_town", "転出先 町字", ItemType::Text),
    Item::new("dest_lot", "転出先 番地号", ItemType::Text),
    Item::new("dest_building", "転出先 方書", ItemType::Text),
    Item::new("dest_postcode", "転出先 郵便番号", ItemType::Code),
    Item::new("family_name", "氏", ItemType::Text),
    Item::new("given_name", "名", ItemType::Text),
    Item::new("relation", "続柄", ItemType::Text),
    Item::new("prev_prefecture", "転入前 都道府県", ItemType::Text),
    Item::new("prev_municipality", "転入前 市区町村", ItemType::Text),
    Item::new("prev_town", "転入前 町字", ItemType::Text),
    Item::new("prev_lot", "転入前 番地号", ItemType::Text),
    Item::new("town", "新しい住所 町字", ItemType::Text),
    Item::new("lot", "新しい住所 番地号", ItemType::Text),
    Item::new("building", "新しい住所 方書", ItemType::Text),
    Item::new("postcode", "新しい住所 郵便番号", ItemType::Code),
];

fn row(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<Passed>()?.record;
    let values: Values = serde_json::from_str(&held.data)
        .map_err(|error| Fault::new("a row that was handed on does not read", error))?;
    row.push(&stored.key);
    row.push(&held.application_no);
    row.push(&held.procedure);
    for item in ITEMS.iter().skip(3) {
        row.push(values.get(item.name).map_or("", String::as_str));
    }
    Ok(Fate::Row)
}
