//! What this system offers to others of support measures (提供データ 支援措置).

use register::{Fault, Stored, View};
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::records::{PROTECTED_PERSON, ProtectedPerson};

/// 支援措置: one row per person who is or was protected, the newest. Whoever protects goes by 支援措置区分 alone: an end
/// date that has passed ends nothing. Neither the perpetrator nor an address is in it; a 解除審査 or a temporary release
/// is another record and never travels.
///
/// Source: 基本データリスト 001o009.
pub(crate) static SUPPORT_MEASURES: Dataset = Dataset {
    id: "resident-register/support-measures",
    title: "支援措置",
    kind: &PROTECTED_PERSON,
    items: &ITEMS,
    subject: "addressee_no",
    reads_sealed: false,
    row,
};

static ITEMS: [Item; 8] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("from", "開始年月日", ItemType::Date),
    Item::new("to", "終了年月日", ItemType::Date),
    Item::new("support_class", "支援措置区分", ItemType::Code),
    Item::new("browsing_flag", "閲覧制限フラグ", ItemType::Code),
    Item::new("copy_flag", "住民票の写し等制限フラグ", ItemType::Code),
    Item::new("supplement_flag", "戸籍の附票の写し制限フラグ", ItemType::Code),
];

fn row(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<ProtectedPerson>()?.record;
    let flag = |is: bool| if is { "1" } else { "0" };
    row.push(held.addressee_no.as_str());
    row.push_display(&held.history_no);
    row.push_display(&held.from);
    match &held.to {
        Some(to) => row.push_display(to),
        None => row.push(""),
    }
    row.push(held.class.code());
    row.push(flag(held.browsing));
    row.push(flag(held.copy));
    row.push(flag(held.supplement));
    Ok(Fate::Row)
}
