//! Whose address and household an ordinary inquiry does not show (住所の非表示).
//!
//! A decision does not know the rights of who asks: the right belongs to the function. So the ordinary inquiries hide
//! address and household from everybody, and 支援対象者照会 shows them to those who hold its right, for a stated purpose.
//!
//! Hiding goes by household: the address of one member is the address of all, and one row that shows it would betray
//! the protected person.

use std::collections::BTreeMap;

use domain::{AddresseeNo, HouseholdNo};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Context, Finding, TextQuery};

use crate::records::{
    Household, PERSON, Person, ProtectedPerson, Provisional, SupportClass, SuppressedProcess, Suppression,
    SuppressionLevel,
};
use crate::rules::suppression::{self, Standing};
use crate::{sheet, texts};

/// What stands for an address that is hidden.
pub(crate) const HIDDEN: &str = "（住所非表示）";

/// Items of a record that are shown of somebody whose address is hidden. A list of what is shown, not of what is hidden:
/// an item that is new stays hidden until somebody thinks about it.
const SHOWN: [&str; 43] = [
    "addressee_no",
    "history_no",
    "resident_kind",
    "resident_status",
    "name",
    "name_kana",
    "name_roman",
    "name_kanji",
    "former_family_name",
    "alias_name",
    "birth_date",
    "sex",
    "resident_since",
    "foreign_resident_since",
    "resident_record_code",
    "individual_number",
    "nationality",
    "art30_45_class",
    "status_of_residence",
    "stay_period",
    "stay_expires_on",
    "residence_card_no",
    "movement_reason",
    "event_date",
    "notified_on",
    "processed_on",
    "basis",
    "operator",
    "deletion_reason",
    "deletion_event_date",
    "deletion_notified_on",
    "moveout_planned_on",
    "kana_confirmed",
    "former_kana_confirmed",
    "alias_kana_confirmed",
    "name_preference",
    "preferred_name",
    "old_alien_registered_on",
    "residence_notified",
    "entry_article",
    "entered_by_landing_permit",
    "notification_no",
    "archived_on",
];

/// Items of a row of an answer that are shown all the same; and those a household that was asked for by its number shows.
const ROW_SHOWN: [&str; 9] = [
    "addressee_no",
    "name",
    "name_kana",
    "alias_name",
    "birth_date",
    "sex",
    "status",
    "status_label",
    "moveout_planned_on",
];
const IN_HOUSEHOLD: [&str; 2] = ["household_no", "relation"];

/// Texts of the index that tell where somebody lives.
const TELLS_WHERE: [&str; 6] = ["address", "household_no", "town_code", "past_address", "relation", "blank"];

/// What was found out of a person.
#[derive(Clone)]
struct Seen {
    hidden: bool,
    marks: Vec<&'static str>,
}

/// Reads who is hidden, each person and each household once.
pub(crate) struct Concealment<'a> {
    view: &'a dyn View,
    persons: BTreeMap<AddresseeNo, Seen>,
    households: BTreeMap<HouseholdNo, bool>,
    protected: BTreeMap<AddresseeNo, Option<SupportClass>>,
    standing: Standing<'a>,
}

impl<'a> Concealment<'a> {
    pub(crate) fn new(view: &'a dyn View, context: &'a Context<'a>) -> Self {
        Self {
            view,
            persons: BTreeMap::new(),
            households: BTreeMap::new(),
            protected: BTreeMap::new(),
            standing: Standing::new(view, context),
        }
    }

    fn protected(&mut self, no: AddresseeNo) -> Result<Option<SupportClass>, Fault> {
        if let Some(known) = self.protected.get(&no) {
            return Ok(*known);
        }
        let held = self.view.load::<ProtectedPerson>(no.as_str())?;
        let class = held.map(|held| held.record).filter(ProtectedPerson::is_protected).map(|row| row.class);
        self.protected.insert(no, class);
        Ok(class)
    }

    /// The suppressions that stand for a person now, of all processes.
    pub(crate) fn suppressions(&mut self, person: &Person) -> Result<Vec<Suppression>, Fault> {
        self.standing.in_force(person)
    }

    /// Whether somebody lives in a household who is protected or whose inquiries are suppressed as an error.
    pub(crate) fn hides_household(&mut self, no: HouseholdNo) -> Result<bool, Fault> {
        if let Some(known) = self.households.get(&no) {
            return Ok(*known);
        }
        let members = self.view.load::<Household>(no.as_str())?.map(|held| held.record.members);
        let mut hidden = stops_inquiry(&self.standing.of_household(no)?);
        for member in members.unwrap_or_default() {
            hidden = hidden
                || self.protected(member)?.is_some()
                || stops_inquiry(&self.standing.of_person(member)?);
        }
        self.households.insert(no, hidden);
        Ok(hidden)
    }

    /// Whether address and household of a person are hidden: of those who are protected or whose inquiries are suppressed
    /// as an error, of who lives with them, and of who was deleted while in their household.
    pub(crate) fn hides(&mut self, person: &Person) -> Result<bool, Fault> {
        Ok(self.seen(person)?.hidden)
    }

    /// The marks beside a name are 支援, 仮支援, 抑止, 住所非表示.
    fn seen(&mut self, person: &Person) -> Result<Seen, Fault> {
        if let Some(seen) = self.persons.get(&person.addressee_no) {
            return Ok(seen.clone());
        }
        let mut seen = Seen { hidden: self.hides_household(person.household_no)?, marks: Vec::new() };
        match self.protected(person.addressee_no)? {
            Some(SupportClass::Decided) => seen.marks.push("支援"),
            Some(SupportClass::Provisional) => seen.marks.push("仮支援"),
            Some(SupportClass::Ended) | None => {}
        }
        seen.hidden |= !seen.marks.is_empty();
        let standing = self.standing.in_force(person)?;
        if !standing.is_empty() {
            seen.marks.push("抑止");
        }
        seen.hidden |= stops_inquiry(&standing);
        if seen.hidden {
            seen.marks.push("住所非表示");
        }
        self.persons.insert(person.addressee_no, seen.clone());
        Ok(seen)
    }

    /// The address of a person for a message: never one that is hidden.
    pub(crate) fn address(&mut self, person: &Person) -> Result<String, Fault> {
        Ok(if self.hides(person)? { HIDDEN.to_owned() } else { person.address.one_line() })
    }

    /// A row of an answer with its marks, without address and household where they are hidden.
    pub(crate) fn row(&mut self, person: &Person) -> Result<Value, Fault> {
        self.marked_row(person, &[])
    }

    /// The same, of a household that was asked for by its number.
    pub(crate) fn row_in_household(&mut self, person: &Person) -> Result<Value, Fault> {
        self.marked_row(person, &IN_HOUSEHOLD)
    }

    fn marked_row(&mut self, person: &Person, also: &[&str]) -> Result<Value, Fault> {
        let mut row = sheet::row_json(person);
        let Seen { hidden, marks } = self.seen(person)?;
        if let Some(fields) = row.as_object_mut() {
            if hidden {
                for (name, value) in fields.iter_mut() {
                    if !ROW_SHOWN.contains(&name.as_str()) && !also.contains(&name.as_str()) {
                        *value = json!("");
                    }
                }
            }
            fields.insert("concealed".to_owned(), json!(hidden));
            fields.insert("marks".to_owned(), json!(marks));
        }
        Ok(row)
    }

    /// The groups of a record, without what is hidden.
    pub(crate) fn groups(groups: Vec<sheet::Group>, hidden: bool) -> Value {
        let mut groups = sheet::groups_json(groups);
        if hidden && let Some(list) = groups.as_array_mut() {
            for group in list.iter_mut() {
                if let Some(items) = group.get_mut("items").and_then(Value::as_array_mut) {
                    items.retain(is_shown);
                }
            }
            list.retain(|group| {
                group.get("items").and_then(Value::as_array).is_some_and(|one| !one.is_empty())
            });
        }
        groups
    }

    /// Whether a hit of the text index may be told: of somebody hidden, only when every term stands in a text that does
    /// not tell where they live.
    ///
    /// The index cannot decide this. It knows the texts of records and neither who is protected nor what moment it is,
    /// and a list it keeps would be behind when a measure is entered. So the function looks at each hit anew; otherwise
    /// a clerk could find out where somebody lives by searching for addresses until the name comes up.
    pub(crate) fn may_tell(&mut self, person: &Person, query: &TextQuery<'_>) -> Result<bool, Fault> {
        if !self.hides(person)? {
            return Ok(true);
        }
        let history = self.view.history(&PERSON, person.addressee_no.as_str())?;
        let indexed = &texts::RESIDENTS;
        let mut open = indexed.texts_over(history.iter().map(|version| &version.body))?;
        for (field, text) in indexed.fields.iter().zip(&mut open) {
            if TELLS_WHERE.contains(field) {
                text.clear();
            }
        }
        Ok(indexed.fits(query, &open))
    }

    /// Whether a 仮登録 touches somebody who is hidden; its summary and findings may then name an address.
    pub(crate) fn hides_provisional(&mut self, provisional: &Provisional) -> Result<bool, Fault> {
        for no in &provisional.targets {
            if let Some(held) = self.view.load::<Person>(no.as_str())?
                && self.hides(&held.record)?
            {
                return Ok(true);
            }
        }
        for no in &provisional.households {
            if self.hides_household(*no)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The one line that tells a 仮登録, without an address that is hidden.
    pub(crate) fn summary(&mut self, provisional: &Provisional) -> Result<String, Fault> {
        self.told(provisional, &provisional.summary)
    }

    /// The same line as it was worked out anew.
    pub(crate) fn told(&mut self, provisional: &Provisional, summary: &str) -> Result<String, Fault> {
        Ok(if self.hides_provisional(provisional)? {
            format!("{}　{HIDDEN}", provisional.title)
        } else {
            summary.to_owned()
        })
    }
}

fn stops_inquiry(standing: &[Suppression]) -> bool {
    suppression::strictest(standing, SuppressedProcess::Inquiry) == SuppressionLevel::Error
}

/// Whether an item or a change with this name is shown of somebody hidden.
pub(crate) fn is_shown(item: &Value) -> bool {
    item.get("name").and_then(Value::as_str).is_some_and(|name| SHOWN.contains(&name))
}

/// Refuses an inquiry on a person where inquiries are suppressed as an error (E152).
///
/// Source: 住民記録システム標準仕様書 3.1.
pub(crate) fn refusal(
    view: &dyn View,
    context: &Context<'_>,
    person: &Person,
) -> Result<Option<Finding>, Fault> {
    let standing = suppression::in_force(view, context, person)?;
    let first = suppression::of_process(&standing, SuppressedProcess::Inquiry).into_iter().next();
    Ok(first.filter(|(level, _)| *level == SuppressionLevel::Error).map(|(_, one)| {
        Finding::error(
            "E152",
            "addressee_no",
            "照会",
            format!("{}さんの照会は抑止されています（抑止番号{}）。", person.called(), one.suppression_no),
            "照会が要るときは、抑止の一時解除の権限を持つ職員に頼んでください。",
        )
    }))
}

/// What a clerk who looks at a person is to know of the suppressions.
pub(crate) fn notes(view: &dyn View, context: &Context<'_>, person: &Person) -> Result<Vec<String>, Fault> {
    let standing = suppression::in_force(view, context, person)?;
    Ok(standing
        .iter()
        .map(|one| format!("抑止番号{}: {}（{}）", one.suppression_no, one.levels.label(), one.reason))
        .collect())
}
