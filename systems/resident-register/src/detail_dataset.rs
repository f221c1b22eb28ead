//! Items of the data standard beside 住民情報 (住民情報（補足）): readings and what is known of them, the name other systems
//! call a foreigner by, districts, the parts of a stay, flags.
//!
//! A dataset of its own, so that the links that carry 住民情報 keep their layouts.

use domain::Date;
use register::{Fault, Stored, View};
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::TASK;
use crate::records::{PERSON, Person};
use crate::rules::{kana, preferred, stay_period, town_tables};

/// 住民情報（補足）: the newest row of every person.
pub(crate) static DETAILS: Dataset = Dataset {
    id: "resident-register/resident-detail",
    title: "住民情報（補足）",
    kind: &PERSON,
    items: &ITEMS,
    subject: "addressee_no",
    reads_sealed: true,
    row,
};

/// Generations of a relation (続柄コード1 to 4).
const GENERATIONS: usize = 4;

/// The clock of the office: Japan's.
const OFFICE: jiff::tz::Offset = jiff::tz::offset(9);

static ITEMS: [Item; 52] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("task_id", "業務ID", ItemType::Code),
    Item::new("newest", "最新フラグ", ItemType::Code),
    Item::new("former_record", "除票フラグ", ItemType::Code),
    Item::new("integrated", "統合宛名フラグ", ItemType::Code),
    Item::new("closed_to_others", "他業務参照不可フラグ", ItemType::Code),
    Item::new("operator", "操作者ID", ItemType::Code),
    Item::new("operated_on", "操作年月日", ItemType::Date),
    Item::new("operated_at", "操作時刻", ItemType::Code),
    Item::new("relation_code_1", "続柄コード1", ItemType::Code),
    Item::new("relation_code_2", "続柄コード2", ItemType::Code),
    Item::new("relation_code_3", "続柄コード3", ItemType::Code),
    Item::new("relation_code_4", "続柄コード4", ItemType::Code),
    Item::new("family_kana", "氏フリガナ", ItemType::Text),
    Item::new("given_kana", "名フリガナ", ItemType::Text),
    Item::new("kana_confirmed", "氏名フリガナ確認状況", ItemType::Code),
    Item::new("kana_attested", "氏名フリガナ公証確認状況", ItemType::Code),
    Item::new("former_family_kana", "旧氏フリガナ", ItemType::Text),
    Item::new("former_kana_confirmed", "旧氏フリガナ確認状況", ItemType::Code),
    Item::new("former_kana_attested", "旧氏フリガナ公証確認状況", ItemType::Code),
    Item::new("alias_kana", "通称フリガナ", ItemType::Text),
    Item::new("alias_kana_confirmed", "通称フリガナ確認状況", ItemType::Code),
    Item::new("name_kanji", "氏名（漢字）", ItemType::Text),
    Item::new("name_preference", "氏名優先区分", ItemType::Code),
    Item::new("preferred_name", "氏名_優先", ItemType::Text),
    Item::new("preferred_kana", "氏名_優先_フリガナ", ItemType::Text),
    Item::new("lot_sort", "番地枝番数値", ItemType::Code),
    Item::new("district_1", "地区管理コード1", ItemType::Code),
    Item::new("district_2", "地区管理コード2", ItemType::Code),
    Item::new("district_3", "地区管理コード3", ItemType::Code),
    Item::new("district_4", "地区管理コード4", ItemType::Code),
    Item::new("district_5", "地区管理コード5", ItemType::Code),
    Item::new("district_6", "地区管理コード6", ItemType::Code),
    Item::new("district_7", "地区管理コード7", ItemType::Code),
    Item::new("district_8", "地区管理コード8", ItemType::Code),
    Item::new("district_9", "地区管理コード9", ItemType::Code),
    Item::new("district_10", "地区管理コード10", ItemType::Code),
    Item::new("unregistered_entry", "未届転入", ItemType::Code),
    Item::new("notification_no", "届出番号", ItemType::Code),
    Item::new("nationality_code", "国名コード", ItemType::Code),
    Item::new("art30_45_class", "第30条45規定区分", ItemType::Code),
    Item::new("stay_years", "在留期間 年", ItemType::Code),
    Item::new("stay_months", "在留期間 月", ItemType::Code),
    Item::new("stay_days", "在留期間 日", ItemType::Code),
    Item::new("entry_article", "法第30条の46又は47区分", ItemType::Code),
    Item::new("residence_notified", "住居地届出の有無", ItemType::Code),
    Item::new("entered_by_landing_permit", "上陸許可証による転入", ItemType::Code),
    Item::new("old_alien_registered_on", "旧外登法による登録年月日", ItemType::Date),
    Item::new("renewal_no", "改製番号", ItemType::Number),
    Item::new("renewed_on", "改製記載年月日", ItemType::Date),
    Item::new("processed_on", "処理年月日", ItemType::Date),
];

fn row(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let person = stored.typed::<Person>()?.record;
    row.push(person.addressee_no.as_str());
    row.push_display(&person.history_no);
    row.push(TASK);
    // A row of the dataset is the newest one; an older one is no row of it.
    row.push("1");
    row.push(flag(!person.is_resident()));
    // Every 宛名番号 of this register is one person's only one, and other tasks may ask for every record of it.
    row.push("1");
    row.push("0");
    row.push(&person.operator);
    let operated = OFFICE.to_datetime(stored.recorded_at);
    row.push_display(&operated.date());
    row.push(&operated.strftime("%H:%M:%S").to_string());
    let codes = person.relation.codes();
    for generation in 0..GENERATIONS {
        row.push(codes.get(generation).copied().unwrap_or_default());
    }
    let (family, given) = kana::apart(&person);
    row.push(family);
    row.push(given);
    row.push(known(person.kana_confirmed));
    row.push(flag(person.kana_attested));
    row.push(&person.former_family_kana);
    row.push(known(person.former_kana_confirmed));
    row.push(flag(person.former_kana_attested));
    row.push(&person.alias_kana);
    row.push(known(person.alias_kana_confirmed));
    row.push(&person.name_kanji);
    row.push(person.name_preference.map_or("", |preference| preference.code()));
    row.push(&preferred::name(&person));
    row.push(preferred::kana(&person));
    row.push(&town_tables::lot_sort(&person.address.lot));
    for place in 0..town_tables::DISTRICTS {
        row.push(person.district_codes.get(place).map_or("", String::as_str));
    }
    row.push(flag(person.unregistered_entry));
    row.push(&person.notification_no);
    row.push(&person.nationality_code);
    row.push(person.art30_45_class.map_or("", |class| class.code()));
    let (years, months, days) = stay_period::texts(&person.stay_period);
    for part in [years, months, days] {
        row.push(&part);
    }
    row.push(person.entry_article.map_or("", |article| article.code()));
    row.push(known(person.residence_notified));
    row.push(flag(person.entered_by_landing_permit));
    match person.old_alien_registered_on {
        Some(day) => row.push_display(&day),
        None => row.push(""),
    }
    row.push_display(&person.renewal_no);
    row.push(&person.renewed_on.map(|day: Date| day.to_string()).unwrap_or_default());
    row.push_display(&person.processed_on);
    Ok(Fate::Row)
}

fn flag(is: bool) -> &'static str {
    if is { "1" } else { "0" }
}

/// A yes or no of which nothing may be known: blank then.
fn known(stated: Option<bool>) -> &'static str {
    stated.map_or("", flag)
}
