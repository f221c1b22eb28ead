//! The register against what 住基ネット holds (整合性確認): A173.

use std::collections::BTreeMap;

use domain::{AddresseeNo, Date, RegisterDate};
use register::{Fault, View, ViewExt, Write};
use serde::{Deserialize, Serialize};
use system::Context;

use crate::desk::Desk;
use crate::records::{ConsistencyDifference, DifferenceKind, DifferenceStatus, Person};
use crate::texts::fold_text;

/// The items that are compared, beside 住民票コード, by which the two sides are laid side by side.
pub(crate) const ITEMS: [(&str, &str); 5] = [
    ("name", "氏名"),
    ("birth_date", "生年月日"),
    ("sex", "性別"),
    ("address", "住所"),
    ("individual_number", "個人番号"),
];

/// 本人確認情報 as 住基ネット holds it, beside the code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Theirs {
    pub(crate) name: String,
    pub(crate) birth_date: String,
    pub(crate) sex: String,
    pub(crate) address: String,
    pub(crate) individual_number: String,
}

impl Theirs {
    fn of(&self, item: &str) -> &str {
        match item {
            "name" => &self.name,
            "birth_date" => &self.birth_date,
            "sex" => &self.sex,
            "address" => &self.address,
            _ => &self.individual_number,
        }
    }
}

/// The items in which a resident and what 住基ネット holds differ. Spaces, width and variants of one character are no
/// difference: 住基ネット統一文字 has fewer of them.
///
/// Source: 住民基本台帳法 art. 30-6 (the six items).
pub(crate) fn differing(person: &Person, theirs: &Theirs) -> Vec<&'static str> {
    let fold = |text: &str| fold_text(text).replace(' ', "");
    let born = theirs.birth_date.parse::<RegisterDate>().ok();
    let number = person.individual_number.as_ref().map_or("", |number| number.expose());
    let mut items = Vec::new();
    for (item, _) in ITEMS {
        let same = match item {
            "name" => fold(&theirs.name) == fold(&person.name),
            // A date that is unknown in part is compared by the day it is sorted by.
            "birth_date" => born.is_some_and(|born| born.sort_key() == person.birth_date.sort_key()),
            "sex" => theirs.sex == person.sex.code(),
            "address" => fold(&theirs.address) == fold(&person.address.one_line()),
            _ => theirs.individual_number == number,
        };
        if !same {
            items.push(item);
        }
    }
    items
}

/// The title of an item.
pub(crate) fn title(item: &str) -> &'static str {
    ITEMS.iter().find(|(name, _)| *name == item).map_or("", |(_, title)| title)
}

/// What is written of one resident: the difference as it is now, or the end of one that is no more. `theirs` is none for
/// somebody 住基ネット does not hold.
pub(crate) fn judge(
    held: Option<(ConsistencyDifference, u32)>,
    person: &Person,
    theirs: Option<&Theirs>,
    by: &str,
    today: Date,
) -> Result<Option<Write>, Fault> {
    let items = theirs.map(|theirs| differing(person, theirs)).unwrap_or_default();
    if theirs.is_some() && items.is_empty() {
        let Some((open, version)) = held.filter(|(one, _)| one.is_open()) else { return Ok(None) };
        let gone = open.ended(DifferenceStatus::Gone, by, today, "住基ネットと同じになりました。");
        return Ok(Some(Write::put(&gone, Some(version))?));
    }
    let items: Vec<String> = items.into_iter().map(str::to_owned).collect();
    let theirs = match theirs {
        None => String::new(),
        Some(theirs) => serde_json::to_string(theirs)
            .map_err(|error| Fault::new("本人確認情報 of 住基ネット is not JSON", error))?,
    };
    let difference = if theirs.is_empty() { DifferenceKind::OnlyHere } else { DifferenceKind::Item };
    let (before, version) = held.unzip();
    let same = before.as_ref().is_some_and(|one| {
        one.is_open() && one.difference == difference && one.items == items && one.theirs == theirs
    });
    if same {
        return Ok(None);
    }
    let found = ConsistencyDifference {
        difference_no: ConsistencyDifference::key_of(person.addressee_no),
        difference,
        addressee_no: Some(person.addressee_no),
        items,
        theirs,
        found_on: today,
        status: DifferenceStatus::Open,
        ended_by: String::new(),
        ended_on: None,
        end_reason: String::new(),
    };
    Ok(Some(Write::put(&found, version)?))
}

/// What 住基ネット held when a difference was found.
pub(crate) fn theirs(one: &ConsistencyDifference) -> Result<Option<Theirs>, Fault> {
    if one.theirs.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(&one.theirs)
        .map(Some)
        .map_err(|error| Fault::new("what 住基ネット held does not read", error))
}

/// The two sides of each item that differs, for a list; 個人番号 is never shown.
pub(crate) fn sides(
    one: &ConsistencyDifference,
    person: Option<&Person>,
) -> Result<BTreeMap<&'static str, (String, String)>, Fault> {
    let theirs = theirs(one)?.unwrap_or_default();
    let mut sides = BTreeMap::new();
    let shown = ITEMS.iter().filter(|(item, _)| *item != "individual_number");
    for (item, _) in shown {
        if one.difference != DifferenceKind::OnlyThere && !one.items.iter().any(|name| name == item) {
            continue;
        }
        let ours = person.map_or_else(String::new, |person| match *item {
            "name" => person.name.clone(),
            "birth_date" => person.birth_date.to_string(),
            "sex" => person.sex.code().to_owned(),
            _ => person.address.one_line(),
        });
        sides.insert(*item, (ours, theirs.of(item).to_owned()));
    }
    Ok(sides)
}

/// The difference that stands for a person, if one does.
pub(crate) fn standing(
    view: &dyn View,
    no: AddresseeNo,
) -> Result<Option<(ConsistencyDifference, u32)>, Fault> {
    let held = view.load::<ConsistencyDifference>(&ConsistencyDifference::key_of(no))?;
    Ok(held.map(|held| (held.record, held.version)).filter(|(one, _)| one.is_open()))
}

/// What a clerk who looks at a person is told; none when nothing stands.
pub(crate) fn note(view: &dyn View, no: AddresseeNo) -> Result<Option<String>, Fault> {
    Ok(standing(view, no)?.map(|(one, _)| {
        let items: Vec<&str> = one.items.iter().map(|item| title(item)).collect();
        let items = if items.is_empty() { String::new() } else { format!("（{}）", items.join("、")) };
        format!(
            "住基ネットとの整合性確認の差があります: {}{items}、{}に確認。",
            one.difference.label(),
            domain::wareki(one.found_on)
        )
    }))
}

/// A173 for somebody who is moved while a difference stands.
pub(crate) fn warn(desk: &mut Desk<'_>, person: &Person, path: &str) -> Result<(), Fault> {
    if let Some((one, _)) = standing(desk.view, person.addressee_no)? {
        let told = note(desk.view, person.addressee_no)?.unwrap_or_default();
        desk.alert(
            "A173",
            path,
            "異動者",
            format!("{}さんには、{told}", person.called()),
            one.difference.remedy(),
        );
    }
    Ok(())
}

/// Ends the difference of a person whose 本人確認情報 was sent again or told by hand.
pub(crate) fn settle(
    view: &dyn View,
    context: &Context<'_>,
    no: AddresseeNo,
    reason: &str,
) -> Result<Option<Write>, Fault> {
    let Some((one, version)) = standing(view, no)? else { return Ok(None) };
    let settled = one.ended(DifferenceStatus::Settled, context.actor.id(), context.today, reason);
    Ok(Some(Write::put(&settled, Some(version))?))
}
