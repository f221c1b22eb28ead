//! Rows as items: every item of a resident record and of a household as text, both ways.

use std::sync::LazyLock;

use domain::{
    Address, AddresseeNo, Art30_45Class, Date, HouseholdNo, IndividualNumber, MovementClass, RegisterDate,
    Relation, ResidentKind, ResidentRecordCode, ResidentStatus, Sex,
};
use system::{Finding, MigrationForm as Form, MigrationItem as Item, MigrationTable, Usual};

use crate::records::{EntryArticle, NamePreference, Person};

/// An item with the two ways between a person's row and text. `set` is given what is not blank.
struct PersonItem {
    item: Item,
    get: fn(&Person) -> String,
    set: fn(&mut Person, &str) -> Result<(), String>,
}

fn said<E: std::fmt::Display>(error: E) -> String {
    error.to_string()
}

fn of_code<T>(found: Option<T>, code: &str) -> Result<T, String> {
    found.ok_or_else(|| {
        format!("コード「{code}」はコード表にありません。対応表の codes を確かめてください（E174）")
    })
}

fn day(text: &str) -> Result<Date, String> {
    text.parse()
        .map_err(|_| format!("「{text}」は日付ではありません。対応表の date を確かめてください（E008）"))
}

fn count(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("「{text}」は数ではありません。移行元の値を確かめてください（E174）"))
}

fn flag(text: &str) -> Result<bool, String> {
    match text {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(format!("「{text}」は 0 でも 1 でもありません。対応表の codes を確かめてください（E174）")),
    }
}

fn shown_flag(value: bool) -> String {
    if value { "1".to_owned() } else { String::new() }
}

/// A list as JSON; nothing when it is empty.
fn listed<T: serde::Serialize>(values: &[T]) -> String {
    if values.is_empty() { String::new() } else { serde_json::to_string(values).unwrap_or_default() }
}

fn list<T: serde::de::DeserializeOwned>(text: &str) -> Result<Vec<T>, String> {
    serde_json::from_str(text)
        .map_err(|error| format!("一覧として読めません（{error}）。JSONの配列にしてください（E174）"))
}

/// A part of an address that is there or not.
fn stated(part: Option<&String>) -> String {
    part.cloned().unwrap_or_default()
}

macro_rules! item {
    ($name:literal, $title:literal, $form:expr) => {
        Item::new($name, $title, $form)
    };
}

macro_rules! text {
    ($field:ident, $title:literal, $form:expr) => {
        PersonItem {
            item: Item::new(stringify!($field), $title, $form),
            get: |person| person.$field.clone(),
            set: |person, text| {
                text.clone_into(&mut person.$field);
                Ok(())
            },
        }
    };
    ($field:ident, $title:literal, $form:expr, $usual:expr) => {{
        let mut one = text!($field, $title, $form);
        one.item = one.item.usually($usual);
        one
    }};
}

macro_rules! register_date {
    ($field:ident, $title:literal) => {
        PersonItem {
            item: Item::new(stringify!($field), $title, Form::RegisterDate),
            get: |person| person.$field.map(|date| date.to_string()).unwrap_or_default(),
            set: |person, text| {
                person.$field = Some(text.parse::<RegisterDate>().map_err(said)?);
                Ok(())
            },
        }
    };
}

/// A yes or no that may not be known.
macro_rules! known {
    ($field:ident, $title:literal) => {
        PersonItem {
            item: Item::new(stringify!($field), $title, Form::Flag),
            get: |person| match person.$field {
                Some(true) => "1".to_owned(),
                Some(false) => "0".to_owned(),
                None => String::new(),
            },
            set: |person, text| {
                person.$field = Some(flag(text)?);
                Ok(())
            },
        }
    };
}

macro_rules! yes_no {
    ($field:ident, $title:literal) => {
        PersonItem {
            item: Item::new(stringify!($field), $title, Form::Flag),
            get: |person| shown_flag(person.$field),
            set: |person, text| {
                person.$field = flag(text)?;
                Ok(())
            },
        }
    };
}

macro_rules! date {
    ($field:ident, $title:literal) => {
        PersonItem {
            item: Item::new(stringify!($field), $title, Form::Date),
            get: |person| person.$field.map(|date| date.to_string()).unwrap_or_default(),
            set: |person, text| {
                person.$field = Some(day(text)?);
                Ok(())
            },
        }
    };
}

/// The parts of an address. `$read` gives a reference to it if it is there, `$write` one to write to.
macro_rules! address {
    ($into:ident, $prefix:literal, $title:literal, $read:expr, $write:expr) => {
        address!(@text $into, $prefix, $title, $read, $write,
            (prefecture, "都道府県"), (municipality, "市区郡町村名"), (town, "町字"), (lot, "番地号"));
        address!(@stated $into, $prefix, $title, $read, $write,
            (municipality_code, "市区町村コード"), (town_code, "町字コード"), (building, "方書"), (postcode, "郵便番号"),
            (country, "国名等"), (overseas, "国外住所"));
    };
    (@text $into:ident, $prefix:literal, $title:literal, $read:expr, $write:expr, $(($part:ident, $word:literal)),+) => {
        $($into.push(PersonItem {
            item: Item::new(concat!($prefix, "_", stringify!($part)), concat!($title, "_", $word), Form::Text),
            get: |person| {
                let read: fn(&Person) -> Option<&Address> = $read;
                read(person).map(|place| place.$part.clone()).unwrap_or_default()
            },
            set: |person, text| {
                let write: fn(&mut Person) -> &mut Address = $write;
                text.clone_into(&mut write(person).$part);
                Ok(())
            },
        });)+
    };
    (@stated $into:ident, $prefix:literal, $title:literal, $read:expr, $write:expr, $(($part:ident, $word:literal)),+) => {
        $($into.push(PersonItem {
            item: Item::new(concat!($prefix, "_", stringify!($part)), concat!($title, "_", $word), Form::Text),
            get: |person| {
                let read: fn(&Person) -> Option<&Address> = $read;
                read(person).map(|place| stated(place.$part.as_ref())).unwrap_or_default()
            },
            set: |person, text| {
                let write: fn(&mut Person) -> &mut Address = $write;
                write(person).$part = Some(text.to_owned());
                Ok(())
            },
        });)+
    };
}

mod movement;

static ITEMS: LazyLock<Vec<PersonItem>> = LazyLock::new(|| {
    let mut all = vec![
        PersonItem {
            item: item!("addressee_no", "宛名番号", Form::Digits(15)).required(),
            get: |person| person.addressee_no.to_string(),
            set: |person, text| {
                person.addressee_no = AddresseeNo::parse(text).map_err(said)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("history_no", "履歴番号", Form::Number),
            get: |person| person.history_no.to_string(),
            set: |person, text| {
                person.history_no = count(text)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("household_no", "世帯番号", Form::Digits(15)).required(),
            get: |person| person.household_no.to_string(),
            set: |person, text| {
                person.household_no = HouseholdNo::parse(text).map_err(said)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("member_order", "記載順位", Form::Number),
            get: |person| person.member_order.to_string(),
            set: |person, text| {
                person.member_order = count(text)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("resident_kind", "住民種別", Form::Code).required(),
            get: |person| person.resident_kind.code().to_owned(),
            set: |person, text| {
                person.resident_kind = of_code(ResidentKind::from_code(text), text)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("resident_status", "住民状態", Form::Code).required(),
            get: |person| person.resident_status.code().to_owned(),
            set: |person, text| {
                person.resident_status = of_code(ResidentStatus::from_code(text), text)?;
                Ok(())
            },
        },
        text!(name, "氏名", Form::Text, Usual::Name),
        text!(family_name, "氏_日本人", Form::Text),
        text!(given_name, "名_日本人", Form::Text),
        text!(name_kana, "氏名_フリガナ", Form::Kana),
        known!(kana_confirmed, "氏名_フリガナ_確認状況"),
        yes_no!(kana_attested, "氏名_フリガナ_公証確認状況"),
        text!(name_roman, "氏名_外国人ローマ字", Form::Text, Usual::Rare),
        text!(name_kanji, "氏名_外国人漢字", Form::Text, Usual::Rare),
        text!(former_family_name, "旧氏", Form::Text, Usual::Rare),
        text!(former_family_kana, "旧氏_フリガナ", Form::Kana, Usual::Rare),
        known!(former_kana_confirmed, "旧氏_フリガナ_確認状況"),
        yes_no!(former_kana_attested, "旧氏_フリガナ_公証確認状況"),
        text!(alias_name, "通称", Form::Text, Usual::Rare),
        text!(alias_kana, "通称_フリガナ", Form::Kana, Usual::Rare),
        known!(alias_kana_confirmed, "通称_フリガナ_確認状況"),
        PersonItem {
            item: item!("name_preference", "氏名優先区分", Form::Code),
            get: |person| person.name_preference.map(|one| one.code().to_owned()).unwrap_or_default(),
            set: |person, text| {
                person.name_preference = Some(of_code(NamePreference::from_code(text), text)?);
                Ok(())
            },
        },
        PersonItem {
            item: item!("birth_date", "生年月日", Form::RegisterDate).required(),
            get: |person| person.birth_date.to_string(),
            set: |person, text| {
                person.birth_date = text.parse().map_err(said)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("sex", "性別", Form::Code),
            get: |person| person.sex.code().to_owned(),
            set: |person, text| {
                person.sex = of_code(Sex::from_code(text), text)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("relation", "続柄表記", Form::Code).required(),
            get: |person| person.relation.label(),
            set: |person, text| {
                person.relation = Relation::parse(text).map_err(said)?;
                Ok(())
            },
        },
        PersonItem {
            item: item!("relation_proved", "続柄証明の有無", Form::Flag),
            get: |person| shown_flag(person.relation_proved),
            set: |person, text| {
                person.relation_proved = flag(text)?;
                Ok(())
            },
        },
        text!(head_name, "世帯主氏名", Form::Text),
        text!(register_head, "戸籍_筆頭者", Form::Text),
    ];
    address!(all, "domicile", "本籍", |person| person.registered_domicile.as_ref(), |person| {
        person.registered_domicile.get_or_insert_default()
    });
    address!(all, "address", "住所", |person| Some(&person.address), |person| &mut person.address);
    let mut since = register_date!(resident_since, "住民となった年月日");
    since.item = since.item.usually(Usual::NotBefore("birth_date"));
    let mut foreign_since = register_date!(foreign_resident_since, "外国人住民となった年月日");
    foreign_since.item = foreign_since.item.usually(Usual::NotBefore("birth_date"));
    let mut addr_since = register_date!(addr_since, "住所を定めた年月日");
    addr_since.item = addr_since.item.usually(Usual::NotBefore("birth_date"));
    all.extend([since, foreign_since, addr_since, date!(moved_in_notified_on, "届出の年月日")]);
    address!(all, "prev", "転入前住所", |person| person.prev_address.as_ref(), |person| {
        person.prev_address.get_or_insert_default()
    });
    all.push(text!(prev_head_name, "転入前住所_世帯主氏名", Form::Text));
    all.push(yes_no!(unregistered_entry, "未届転入の有無"));
    address!(
        all,
        "last_registered",
        "最終登録住所地",
        |person| person.last_registered.as_ref(),
        |person| { person.last_registered.get_or_insert_default() }
    );
    address!(all, "moved_from", "転居前住所", |person| person.moved_from_address.as_ref(), |person| {
        person.moved_from_address.get_or_insert_default()
    });
    all.extend(numbers());
    all.extend(foreign());
    all.extend(movement::row());
    address!(
        all,
        "dest_planned",
        "転出先住所（予定）",
        |person| person.dest_address_planned.as_ref(),
        |person| { person.dest_address_planned.get_or_insert_default() }
    );
    address!(
        all,
        "dest_confirmed",
        "転出先住所（確定）",
        |person| person.dest_address_confirmed.as_ref(),
        |person| { person.dest_address_confirmed.get_or_insert_default() }
    );
    all.extend(movement::lists());
    all
});

fn numbers() -> [PersonItem; 2] {
    [
        PersonItem {
            item: item!("resident_record_code", "住民票コード", Form::Digits(11)).secret(),
            get: |person| {
                person.resident_record_code.map(|code| code.expose().to_owned()).unwrap_or_default()
            },
            set: |person, text| {
                person.resident_record_code = Some(ResidentRecordCode::parse(text).map_err(said)?);
                Ok(())
            },
        },
        PersonItem {
            item: item!("individual_number", "個人番号", Form::Digits(12)).secret(),
            get: |person| {
                person.individual_number.map(|number| number.expose().to_owned()).unwrap_or_default()
            },
            set: |person, text| {
                person.individual_number = Some(IndividualNumber::parse(text).map_err(said)?);
                Ok(())
            },
        },
    ]
}

fn foreign() -> [PersonItem; 13] {
    [
        text!(nationality_code, "国名コード", Form::Code),
        text!(nationality, "国籍・地域", Form::Text, Usual::Rare),
        PersonItem {
            item: item!("art30_45_class", "第30条45規定区分", Form::Code),
            get: |person| person.art30_45_class.map(|class| class.code().to_owned()).unwrap_or_default(),
            set: |person, text| {
                person.art30_45_class = Some(of_code(Art30_45Class::from_code(text), text)?);
                Ok(())
            },
        },
        text!(status_of_residence, "在留資格等コード", Form::Code),
        text!(stay_period, "在留期間", Form::Text, Usual::Rare),
        date!(stay_expires_on, "在留期間の満了の日"),
        text!(residence_card_no, "在留カード等番号", Form::Text, Usual::Rare),
        text!(landing_period, "上陸期間", Form::Text, Usual::Rare),
        text!(provisional_stay_period, "仮滞在期間", Form::Text, Usual::Rare),
        register_date!(old_alien_registered_on, "旧外登法による登録年月日"),
        known!(residence_notified, "住居地届出の有無"),
        yes_no!(entered_by_landing_permit, "上陸許可証による転入の旨"),
        PersonItem {
            item: item!("entry_article", "法第30条の46又は47区分", Form::Code),
            get: |person| person.entry_article.map(|article| article.code().to_owned()).unwrap_or_default(),
            set: |person, text| {
                person.entry_article = Some(of_code(EntryArticle::from_code(text), text)?);
                Ok(())
            },
        },
    ]
}

static PERSON_TABLE: LazyLock<MigrationTable> = LazyLock::new(|| MigrationTable {
    id: "person",
    title: "住民票",
    items: ITEMS.iter().map(|one| one.item).collect(),
    counted_by: vec!["resident_kind", "sex", "resident_status", "address_town"],
});

/// 住民票: residents, former residents (除票) and histories.
pub fn person_table() -> &'static MigrationTable {
    &PERSON_TABLE
}

static HOUSEHOLD_TABLE: LazyLock<MigrationTable> = LazyLock::new(|| {
    let address = ITEMS.iter().map(|one| one.item).filter(|item| item.name.starts_with("address_"));
    let own = [
        item!("household_no", "世帯番号", Form::Digits(15)).required(),
        item!("head", "世帯主_宛名番号", Form::Digits(15)),
        item!("formed_on", "世帯を構成した年月日", Form::Date),
    ];
    MigrationTable {
        id: "household",
        title: "世帯",
        items: own.into_iter().chain(address).collect(),
        counted_by: vec!["address_town"],
    }
});

/// 世帯: may be left out of a migration, members then tell what it is.
pub fn household_table() -> &'static MigrationTable {
    &HOUSEHOLD_TABLE
}

/// A row's values as they stand in a person's row, in the order of [`person_table`].
pub fn values(person: &Person) -> Vec<String> {
    ITEMS.iter().map(|one| (one.get)(person)).collect()
}

/// The address of a row of households, from values in the order of [`household_table`].
pub(super) fn address_of(values: &[String]) -> Result<Address, Vec<Finding>> {
    let mut row = blank()?;
    let mut findings = Vec::new();
    let address = ITEMS.iter().filter(|one| one.item.name.starts_with("address_"));
    for (one, value) in address.zip(values) {
        if !value.is_empty()
            && let Err(message) = (one.set)(&mut row, value)
        {
            findings.push(Finding::worded("E174", one.item.name, one.item.title, &message));
        }
    }
    if findings.is_empty() { Ok(row.address) } else { Err(findings) }
}

/// The values of an address, in the order of [`household_table`].
pub(super) fn address_values(address: &Address) -> Vec<String> {
    let Ok(mut row) = blank() else { return Vec::new() };
    row.address = address.clone();
    let parts = ITEMS.iter().filter(|one| one.item.name.starts_with("address_"));
    parts.map(|one| (one.get)(&row)).collect()
}

/// A row with nothing in it, to be filled item by item.
fn blank() -> Result<Person, Vec<Finding>> {
    let numbers = (AddresseeNo::from_serial(0), HouseholdNo::from_serial(0));
    let (Ok(person), Ok(household)) = numbers else { return Err(Vec::new()) };
    let mut row = Person::new(person, household, RegisterDate::Day(Date::ZERO), Sex::Unknown);
    row.member_order = 0;
    Ok(row)
}

/// Fills in what follows from the other items of the row and an old system kept under those alone.
fn follow(row: &mut Person) {
    // 氏名 of a foreigner is the roman letters, or the characters when there are none, as at the counter.
    if row.resident_kind == ResidentKind::Foreign && row.name.is_empty() {
        let stated = if row.name_roman.is_empty() { &row.name_kanji } else { &row.name_roman };
        row.name.clone_from(stated);
    }
    // The row of the deletion itself is the deletion's reason and day.
    if !row.is_resident() && row.movement_reason.class() == MovementClass::Delete {
        row.deletion_reason.get_or_insert(row.movement_reason);
        row.deletion_event_date = row.deletion_event_date.or(row.event_date);
    }
}

/// A person's row from its values, in the order of [`person_table`].
///
/// # Errors
/// A finding for each value that is none of its item.
pub fn person(values: &[String]) -> Result<Person, Vec<Finding>> {
    let mut row = blank()?;
    let mut findings = Vec::new();
    for (one, value) in ITEMS.iter().zip(values) {
        if value.is_empty() {
            continue;
        }
        if let Err(message) = (one.set)(&mut row, value) {
            findings.push(Finding::worded("E174", one.item.name, one.item.title, &message));
        }
    }
    follow(&mut row);
    if row.processed_on == Date::ZERO {
        // The day of a movement is the nearest to the day it was worked on that an old system may have kept.
        let known = [row.event_date, row.addr_since, row.since().copied()];
        let day = row.notified_on.or_else(|| known.into_iter().flatten().find_map(|date| date.sort_key()));
        match day {
            Some(day) => row.processed_on = day,
            None if findings.is_empty() => findings.push(Finding::error(
                "E124",
                "processed_on",
                "処理年月日",
                "処理年月日がなく、代わりになる異動年月日も届出年月日もありません。",
                "移行元の日付を入れるか、対応表で default を決めてください。",
            )),
            None => {}
        }
    }
    if findings.is_empty() { Ok(row) } else { Err(findings) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_name_and_no_title_stands_twice() {
        for table in [person_table(), household_table()] {
            let names: BTreeSet<&str> = table.items.iter().map(|item| item.name).collect();
            let titles: BTreeSet<&str> = table.items.iter().map(|item| item.title).collect();
            assert_eq!((names.len(), titles.len()), (table.items.len(), table.items.len()));
            for name in &table.counted_by {
                assert!(table.place(name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn every_field_of_a_person_is_an_item() {
        let row = serde_json::to_value(blank().unwrap()).unwrap();
        for field in row.as_object().unwrap().keys().filter(|field| *field != "address") {
            assert!(person_table().place(field).is_some(), "{field}");
        }
    }
}
