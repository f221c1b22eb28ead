//! First loads (一括登録): persons and households that are already valid, from a migration or a synthetic town.

use domain::ResidentRecordCode;
use register::{BodyError, Record, Write};

use crate::records::{CodeSlot, Counter, HistoryEntry, Household, Person};

/// The last serials in use, which the counters go on from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Serials {
    /// Of 宛名番号.
    pub addressee_no: u64,
    /// Of 世帯番号.
    pub household_no: u64,
}

/// Turns one household with its members into writes and remembers the largest serials. For streaming a large town.
///
/// Each person's row is taken as it stands, except: 履歴番号 is 1; household number, 記載順位 and 世帯主氏名 follow the
/// household; a blank 統合記載欄 gets its first line. Set `movement_reason`, `event_date` and `processed_on` before.
///
/// # Errors
/// When a record cannot be written as JSON, which no person or household can cause.
pub fn household(
    household: &Household,
    mut members: Vec<Person>,
    serials: &mut Serials,
) -> Result<Vec<Write>, BodyError> {
    serials.household_no = serials.household_no.max(household.household_no.serial());
    let head_name = members
        .iter()
        .find(|person| Some(person.addressee_no) == household.head)
        .map(|head| head.name.clone())
        .unwrap_or_default();
    let mut writes = Vec::with_capacity(members.len() + 1);
    for person in &mut members {
        serials.addressee_no = serials.addressee_no.max(person.addressee_no.serial());
        person.history_no = 1;
        person.household_no = household.household_no;
        if let Some(place) = household.members.iter().position(|no| *no == person.addressee_no) {
            person.member_order = u32::try_from(place.saturating_add(1)).unwrap_or(u32::MAX);
        }
        person.head_name.clone_from(&head_name);
        if person.history_entries.is_empty() {
            person.history_entries.push(first_entry(person));
        }
        let write = Write::put(person, None)?;
        writes.push(match person.event_date.and_then(|date| date.sort_key()) {
            Some(day) => write.effective(day),
            None => write,
        });
    }
    let write = Write::put(household, None)?;
    writes.push(write.effective(household.formed_on));
    Ok(writes)
}

/// The line of 統合記載欄 A that tells the movement a row came from.
pub(crate) fn first_entry(person: &Person) -> HistoryEntry {
    let day = person.event_date.map(|date| date.label_wareki()).unwrap_or_default();
    HistoryEntry {
        reason: person.movement_reason,
        event_date: person.event_date,
        text: format!("{day}{}", person.movement_reason.label()),
        note: String::new(),
    }
}

/// The counters, to be written once behind all households.
///
/// # Errors
/// When a counter cannot be written as JSON, which none can cause.
pub fn counters(serials: Serials) -> Result<Vec<Write>, BodyError> {
    [(Counter::ADDRESSEE, serials.addressee_no), (Counter::HOUSEHOLD, serials.household_no)]
        .into_iter()
        .map(|(name, last)| Write::put(&Counter { name: name.to_owned(), last, day: None }, None))
        .collect()
}

/// Fills an empty pool with codes (空き住民票コード), which must be in no record.
///
/// # Errors
/// When a slot cannot be written as JSON, which none can cause.
pub fn code_pool(codes: impl IntoIterator<Item = ResidentRecordCode>) -> Result<Vec<Write>, BodyError> {
    let mut writes = Vec::new();
    let mut last = 0;
    for code in codes {
        last += 1;
        writes.push(Write::put(&CodeSlot { slot: last, code }, None)?);
    }
    writes.push(Write::put(&Counter { name: Counter::CODE_SLOT.to_owned(), last, day: None }, None)?);
    Ok(writes)
}

/// All writes of a small town at once: households with members, counters, pool.
///
/// # Errors
/// When a record cannot be written as JSON, which no person or household can cause.
pub fn town(
    households: impl IntoIterator<Item = (Household, Vec<Person>)>,
    codes: impl IntoIterator<Item = ResidentRecordCode>,
) -> Result<Vec<Write>, BodyError> {
    let mut serials = Serials::default();
    let mut writes = Vec::new();
    for (home, members) in households {
        writes.extend(household(&home, members, &mut serials)?);
    }
    writes.extend(counters(serials)?);
    writes.extend(code_pool(codes)?);
    debug_assert!(
        writes.iter().all(|write| write.kind.id.starts_with("resident-register/")),
        "{}",
        Person::KIND.id
    );
    Ok(writes)
}
