//! Group files for work of one's own (EUC): households and former residents, beside 住民情報 in [`crate::datasets`].
//!
//! Neither has 個人番号 or 住民票コード. 異動履歴, which has several rows per person, is a function
//! (`resident-register/history-extract`), because a dataset has one row per record.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use domain::AddresseeNo;
use register::{Fault, Stored, View, ViewExt};
use system::{Dataset, Extract, Fate, Item, ItemType, Row};

use crate::records::{HOUSEHOLD, Household, PERSON, PROTECTED_PERSON, Person, ProtectedPerson};

/// What staff may take out by a form (EUC).
pub(crate) fn offered() -> Vec<Extract> {
    vec![
        Extract {
            dataset: "resident-register/resident",
            person: "addressee_no",
            withheld: &[
                "prefecture",
                "municipality",
                "town",
                "lot",
                "building",
                "postcode",
                "town_code",
                "prev_address",
                "dest_address_planned",
            ],
            protected: protected_persons,
        },
        Extract {
            dataset: "resident-register/household",
            person: "household_no",
            withheld: &["prefecture", "municipality", "town", "lot", "building", "postcode", "town_code"],
            protected: protected_households,
        },
        Extract {
            dataset: "resident-register/former-resident",
            person: "addressee_no",
            withheld: &[
                "prefecture",
                "municipality",
                "town",
                "lot",
                "building",
                "dest_address_planned",
                "dest_address_confirmed",
            ],
            protected: protected_persons,
        },
    ]
}

/// Everybody who is protected, with the newest row of each where there is one.
fn protected(view: &dyn View) -> Result<Vec<(AddresseeNo, Option<Person>)>, Fault> {
    let mut numbers = Vec::new();
    view.scan(&PROTECTED_PERSON, None, &mut |stored| {
        let held = stored.typed::<ProtectedPerson>()?.record;
        if held.is_protected() {
            numbers.push(held.addressee_no);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let person = |no: &AddresseeNo| view.load::<Person>(no.as_str());
    numbers.into_iter().map(|no| Ok((no, person(&no)?.map(|held| held.record)))).collect()
}

/// 宛名番号 of the protected and of everybody whose row names their household: they live, or lived, at the same place.
fn protected_persons(view: &dyn View) -> Result<BTreeSet<String>, Fault> {
    let mut hidden = BTreeSet::new();
    let mut households = BTreeSet::new();
    for (no, person) in protected(view)? {
        hidden.insert(no.to_string());
        households.extend(person.map(|person| person.household_no));
    }
    for household in households {
        for mate in view.load_by::<Person>("household_no", household.as_str())? {
            hidden.insert(mate.record.addressee_no.to_string());
        }
    }
    Ok(hidden)
}

fn protected_households(view: &dyn View) -> Result<BTreeSet<String>, Fault> {
    let persons = protected(view)?;
    Ok(persons.into_iter().filter_map(|(_, person)| Some(person?.household_no.to_string())).collect())
}

/// 世帯情報: every open household. Of the members only the head and how many they are: who they are says
/// `household_no` in 住民情報, and the head's name changes without the household.
pub(crate) static HOUSEHOLDS: Dataset = Dataset {
    id: "resident-register/household",
    title: "世帯情報",
    kind: &HOUSEHOLD,
    items: &HOUSEHOLD_ITEMS,
    subject: "household_no",
    reads_sealed: false,
    row: household,
};

static HOUSEHOLD_ITEMS: [Item; 11] = [
    Item::new("household_no", "世帯番号", ItemType::Code),
    Item::new("head_no", "世帯主宛名番号", ItemType::Code),
    Item::new("member_count", "世帯員数", ItemType::Number),
    Item::new("prefecture", "住所 都道府県", ItemType::Text),
    Item::new("municipality", "住所 市区町村", ItemType::Text),
    Item::new("town", "住所 町字", ItemType::Text),
    Item::new("lot", "住所 番地号", ItemType::Text),
    Item::new("building", "住所 方書", ItemType::Text),
    Item::new("postcode", "住所 郵便番号", ItemType::Code),
    Item::new("town_code", "住所 町字コード", ItemType::Code),
    Item::new("formed_on", "世帯となった年月日", ItemType::Date),
];

fn household(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let household = stored.typed::<Household>()?.record;
    let address = &household.address;
    row.push(household.household_no.as_str());
    row.push(household.head.as_ref().map_or("", |head| head.as_str()));
    row.push_display(&household.members.len());
    row.push(&address.prefecture);
    row.push(&address.municipality);
    row.push(&address.town);
    row.push(&address.lot);
    row.push(address.building.as_deref().unwrap_or_default());
    row.push(address.postcode.as_deref().unwrap_or_default());
    row.push(address.town_code.as_deref().unwrap_or_default());
    row.push_display(&household.formed_on);
    Ok(Fate::Row)
}

/// 除票情報: the newest row of everybody who is no resident. A 除票 of somebody who came back, or that a 改製 ended, is a
/// row of the history.
pub(crate) static FORMER: Dataset = Dataset {
    id: "resident-register/former-resident",
    title: "除票情報",
    kind: &PERSON,
    items: &FORMER_ITEMS,
    subject: "addressee_no",
    reads_sealed: true,
    row: former,
};

static FORMER_ITEMS: [Item; 23] = [
    Item::new("addressee_no", "宛名番号", ItemType::Code),
    Item::new("history_no", "履歴番号", ItemType::Number),
    Item::new("household_no", "世帯番号", ItemType::Code),
    Item::new("resident_kind", "住民種別", ItemType::Code),
    Item::new("resident_status", "住民状態", ItemType::Code),
    Item::new("name", "氏名", ItemType::Text),
    Item::new("name_kana", "氏名フリガナ", ItemType::Text),
    Item::new("birth_date", "生年月日", ItemType::Date),
    Item::new("sex", "性別", ItemType::Code),
    Item::new("prefecture", "住所 都道府県", ItemType::Text),
    Item::new("municipality", "住所 市区町村", ItemType::Text),
    Item::new("town", "住所 町字", ItemType::Text),
    Item::new("lot", "住所 番地号", ItemType::Text),
    Item::new("building", "住所 方書", ItemType::Text),
    Item::new("deletion_reason", "消除事由", ItemType::Code),
    Item::new("deletion_event_date", "消除の異動年月日", ItemType::Date),
    Item::new("deletion_notified_on", "消除の届出年月日", ItemType::Date),
    Item::new("processed_on", "処理年月日", ItemType::Date),
    Item::new("dest_address_planned", "転出先住所（予定）", ItemType::Text),
    Item::new("moveout_planned_on", "転出予定年月日", ItemType::Date),
    Item::new("dest_address_confirmed", "転出先住所（確定）", ItemType::Text),
    Item::new("moveout_confirmed_on", "転出年月日（確定）", ItemType::Date),
    Item::new("movein_notice_on", "転入通知年月日", ItemType::Date),
];

fn former(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    // Nearly everybody is a resident: the canonical text tells it before it is read.
    if stored.body.as_str().contains("\"resident_status\":\"1\"") {
        return Ok(Fate::Skip);
    }
    let person = stored.typed::<Person>()?.record;
    let address = &person.address;
    let line = |address: &Option<domain::Address>| {
        address.as_ref().map(domain::Address::one_line).unwrap_or_default()
    };
    row.push(person.addressee_no.as_str());
    row.push_display(&person.history_no);
    row.push(person.household_no.as_str());
    row.push(person.resident_kind.code());
    row.push(person.resident_status.code());
    row.push(&person.name);
    row.push(&person.name_kana);
    row.push_display(&person.birth_date);
    row.push(person.sex.code());
    row.push(&address.prefecture);
    row.push(&address.municipality);
    row.push(&address.town);
    row.push(&address.lot);
    row.push(address.building.as_deref().unwrap_or_default());
    row.push(person.deletion_reason.map_or("", |reason| reason.code()));
    row.push_optional(person.deletion_event_date);
    row.push_optional(person.deletion_notified_on);
    row.push_display(&person.processed_on);
    row.push(&line(&person.dest_address_planned));
    row.push_optional(person.moveout_planned_on);
    row.push(&line(&person.dest_address_confirmed));
    row.push_optional(person.moveout_confirmed_on);
    row.push_optional(person.movein_notice_on);
    Ok(Fate::Row)
}
