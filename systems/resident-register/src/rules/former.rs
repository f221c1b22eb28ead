//! Deleted records (除票) among the rows of a person: which there are, when they go to the archive, what was noted on them.

use domain::{AddresseeNo, Date, MovementReason};
use jiff::ToSpan;
use register::{Fault, View, ViewExt};

use super::Limit;
use crate::records::{FormerArchive, FormerNote, Person};

/// A deleted record, by the row that deleted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deleted {
    /// 履歴番号 of the row that deleted it.
    pub(crate) history_no: u32,
    /// 履歴番号 of the last row of the record: one after the other, such as 転入通知の受理, may follow the deletion.
    pub(crate) last_no: u32,
    /// The day it was deleted.
    pub(crate) deleted_on: Date,
}

/// The deleted records of a person, oldest first: those of which the person was deleted, and those that a 改製, 帰化 or
/// 国籍喪失 ended. A deletion that was taken back (異動の取消し, 回復) left none.
///
/// Source: 住民記録システム標準仕様書 1.1.4, 1.1.5.
pub(crate) fn records(rows: &[Person]) -> Vec<Deleted> {
    let mut found: Vec<Deleted> = Vec::new();
    let mut open: Option<Deleted> = None;
    let mut seen: Vec<Deleted> = Vec::new();
    let mut before: Option<&Person> = None;
    for row in rows {
        let restored = before.replace(row).is_some_and(|before| is_restored(before, row));
        let ended = ends_record(row.movement_reason);
        // What ended a record in the course of a movement that is cancelled (改製, 帰化 …) ended none.
        found.retain(|deleted| !row.cancels.contains(&deleted.history_no));
        match &mut open {
            Some(deleted) if !row.is_resident() && !ended => deleted.last_no = row.history_no,
            _ => {
                // A row that takes the deletion back is told from one that begins a new record of the person.
                let back = |deleted: &Deleted| restored || row.cancels.contains(&deleted.history_no);
                if let Some(deleted) = open.take() {
                    seen.push(deleted);
                    found.extend(Some(deleted).filter(|deleted| !back(deleted)));
                }
                if ended {
                    found.push(Deleted {
                        history_no: row.history_no,
                        last_no: row.history_no,
                        deleted_on: row.processed_on,
                    });
                } else if !row.is_resident() {
                    // A 再転入 or 回復 that is cancelled leaves the deleted record as it was before it.
                    let first = row.cancels.iter().min().copied().unwrap_or_default();
                    let reopened = seen.iter().rfind(|one| one.last_no.saturating_add(1) == first).copied();
                    let deleted = reopened.unwrap_or(Deleted {
                        history_no: row.history_no,
                        last_no: row.history_no,
                        deleted_on: row.processed_on,
                    });
                    found.retain(|one| one.history_no != deleted.history_no);
                    open = Some(Deleted { last_no: row.history_no, ..deleted });
                }
            }
        }
    }
    found.extend(open);
    found
}

/// Whether a row is a 回復 of the deleted record before it. No item says so, for 住所設定 of somebody who was here before has
/// the same reason (職権記載); but only a 回復 goes on in the history of that record.
pub(crate) fn is_restored(before: &Person, row: &Person) -> bool {
    row.movement_reason == MovementReason::ExOfficioEntry && goes_on(before, row)
}

/// Whether the record of a resident is the deleted one before it, taken back, by its history; of a record without one (from an
/// older system), by 住民となった年月日.
pub(crate) fn goes_on(before: &Person, row: &Person) -> bool {
    if before.is_resident() || !row.is_resident() {
        return false;
    }
    match before.history_entries.as_slice() {
        [] => row.since().is_some() && row.since() == before.since(),
        lines => row.history_entries.starts_with(lines),
    }
}

/// Whether a row begins another record than that of the row before it (再転入, 改製, 帰化, 国籍喪失).
pub(crate) fn begins(before: &Person, row: &Person) -> bool {
    (!before.is_resident() && row.is_resident() && row.cancels.is_empty() && !goes_on(before, row))
        || before.resident_kind != row.resident_kind
        || before.renewal_no != row.renewal_no
}

/// Whether a row ends a record while its person stays.
fn ends_record(reason: MovementReason) -> bool {
    use MovementReason as Reason;
    matches!(
        reason,
        Reason::RenewalDeletion | Reason::NaturalizationDeletion | Reason::NationalityLossDeletion
    )
}

/// The deleted record a row belongs to.
pub(crate) fn of_row(rows: &[Person], history_no: u32) -> Option<Deleted> {
    records(rows).into_iter().find(|one| (one.history_no..=one.last_no).contains(&history_no))
}

/// The first day on which a record deleted on a day goes to the archive, and the last on which it has to be kept.
///
/// Source: `standards/codes/resident-register/limits.tsv`.
pub(crate) fn periods(deleted_on: Date) -> Option<(Date, Date)> {
    let after = |years: i32| deleted_on.checked_add(years.years()).ok();
    Some((after(Limit::FormerArchive.value())?, after(Limit::FormerKeep.value())?))
}

/// The archived record of somebody who is deleted; none while the 除票 is in the live register, or of a resident.
pub(crate) fn archived(view: &dyn View, person: &Person) -> Result<Option<FormerArchive>, Fault> {
    // Nearly everybody is a resident, of whom nothing has to be read.
    if person.is_resident() {
        return Ok(None);
    }
    let mut held = view.load_by::<FormerArchive>("addressee_no", person.addressee_no.as_str())?;
    if held.is_empty() {
        return Ok(None);
    }
    let Some(now) = of_row(&rows(view, person.addressee_no)?, person.history_no) else { return Ok(None) };
    held.retain(|one| one.record.history_no == now.history_no);
    Ok(held.pop().map(|one| one.record))
}

/// The notes on the deleted record a row belongs to, in order.
pub(crate) fn notes(view: &dyn View, person: &Person) -> Result<Vec<FormerNote>, Fault> {
    let held = view.load_by::<FormerNote>("addressee_no", person.addressee_no.as_str())?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let Some(deleted) = of_row(&rows(view, person.addressee_no)?, person.history_no) else {
        return Ok(Vec::new());
    };
    let mut notes: Vec<FormerNote> = held.into_iter().map(|one| one.record).collect();
    notes.retain(|note| note.history_no == deleted.history_no);
    notes.sort_by_key(|note| note.no);
    Ok(notes)
}

/// The rows of a person, oldest first.
pub(crate) fn rows(view: &dyn View, no: AddresseeNo) -> Result<Vec<Person>, Fault> {
    Ok(view.load_history::<Person>(no.as_str())?.into_iter().map(|held| held.record).collect())
}

#[cfg(test)]
mod tests {
    use domain::{HouseholdNo, RegisterDate, ResidentStatus, Sex};
    use proptest::prelude::*;

    use super::*;
    use crate::records::HistoryEntry;

    fn row(no: u32, status: ResidentStatus, reason: MovementReason) -> Person {
        let home = HouseholdNo::from_serial(1).unwrap();
        let born = RegisterDate::Day(jiff::civil::date(1980, 1, 1));
        let mut row = Person::new(AddresseeNo::from_serial(1).unwrap(), home, born, Sex::Male);
        (row.history_no, row.resident_status, row.movement_reason) = (no, status, reason);
        row.processed_on = jiff::civil::date(2010, 1, 1).checked_add(i64::from(no).days()).unwrap();
        row
    }

    #[test]
    fn a_record_is_deleted_once_whatever_follows() {
        use MovementReason as Reason;
        use ResidentStatus::{MovedOut, Resident};
        let rows = [
            row(1, Resident, Reason::MoveInDomestic),
            row(2, Resident, Reason::RenewalDeletion),
            row(3, Resident, Reason::RenewalEntry),
            row(4, MovedOut, Reason::MoveOutDomestic),
            row(5, MovedOut, Reason::ExOfficioCorrection),
            row(6, Resident, Reason::MoveInDomestic),
            row(7, MovedOut, Reason::MoveOutDomestic),
        ];
        let found: Vec<(u32, u32)> = records(&rows).iter().map(|one| (one.history_no, one.last_no)).collect();
        assert_eq!(found, [(2, 2), (4, 5), (7, 7)]);
        assert_eq!(of_row(&rows, 5).map(|one| one.history_no), Some(4));
        assert_eq!(of_row(&rows, 6), None);
    }

    #[test]
    fn a_deletion_that_was_taken_back_left_no_record() {
        use MovementReason as Reason;
        use ResidentStatus::{MovedOut, Resident};
        let mut back = row(3, Resident, Reason::CancelDeletion);
        back.cancels = vec![2];
        let rows =
            [row(1, Resident, Reason::MoveInDomestic), row(2, MovedOut, Reason::MoveOutDomestic), back];
        assert_eq!(records(&rows), []);
    }

    #[test]
    fn a_restored_record_is_no_former_one_but_a_new_one_of_the_same_person_leaves_it() {
        use MovementReason as Reason;
        use ResidentStatus::{Deleted, Resident};
        let line = |reason| HistoryEntry {
            reason,
            event_date: None,
            text: MovementReason::label(reason).to_owned(),
            note: String::new(),
        };
        let mut deleted = row(2, Deleted, Reason::ExOfficioDeletion);
        let mut again = row(3, Resident, Reason::ExOfficioEntry);
        deleted.history_entries = vec![line(Reason::MoveInDomestic), line(Reason::ExOfficioDeletion)];
        again.history_entries = vec![line(Reason::ExOfficioEntry)];
        let first = row(1, Resident, Reason::MoveInDomestic);
        assert_eq!(records(&[first.clone(), deleted.clone(), again.clone()]).len(), 1);
        again.history_entries = [deleted.history_entries.clone(), again.history_entries].concat();
        assert_eq!(records(&[first.clone(), deleted.clone(), again.clone()]), []);
        // Of a record that had no history, the day since when somebody is here tells.
        deleted.history_entries.clear();
        again.history_entries = vec![line(Reason::ExOfficioEntry)];
        for (since, left) in [("2010-04-01", 0), ("2026-04-20", 1)] {
            deleted.resident_since = RegisterDate::parse_input("2010-04-01").ok();
            again.resident_since = RegisterDate::parse_input(since).ok();
            let rows = [first.clone(), deleted.clone(), again.clone()];
            assert_eq!(records(&rows).len(), left, "{since}");
        }
    }

    #[test]
    fn a_return_that_was_cancelled_leaves_the_record_that_was_there() {
        use MovementReason as Reason;
        use ResidentStatus::{MovedOut, Resident};
        let mut back = row(4, MovedOut, Reason::CancelEntry);
        back.cancels = vec![3];
        let mut stays = row(5, Resident, Reason::CancelDeletion);
        stays.cancels = vec![2];
        let rows = [
            row(1, Resident, Reason::MoveInDomestic),
            row(2, MovedOut, Reason::MoveOutDomestic),
            row(3, Resident, Reason::MoveInDomestic),
            back,
            stays,
        ];
        let found: Vec<(u32, u32)> =
            records(&rows[..4]).iter().map(|one| (one.history_no, one.last_no)).collect();
        assert_eq!(found, [(2, 4)]);
        assert_eq!(records(&rows), []);
    }

    #[test]
    fn a_renewal_that_was_cancelled_left_no_record() {
        use MovementReason as Reason;
        use ResidentStatus::Resident;
        let mut back = row(4, Resident, Reason::CancelCorrection);
        back.cancels = vec![3, 2];
        let rows = [
            row(1, Resident, Reason::MoveInDomestic),
            row(2, Resident, Reason::RenewalDeletion),
            row(3, Resident, Reason::RenewalEntry),
            back,
        ];
        assert_eq!(records(&rows), []);
    }

    #[test]
    fn the_periods_are_counted_from_the_deletion() {
        let day = jiff::civil::date;
        assert_eq!(periods(day(2020, 2, 29)), Some((day(2025, 2, 28), day(2170, 2, 28))));
        assert_eq!(periods(Date::MAX), None);
    }

    proptest! {
        /// Every row of a deleted person belongs to one record, and no row of a resident does unless it ends one.
        #[test]
        fn every_row_of_a_deleted_person_belongs_to_one_deleted_record(
            steps in prop::collection::vec(0_u8..4, 1..20),
        ) {
            let rows: Vec<Person> = (1..).zip(&steps).map(|(no, step)| match step {
                0 => row(no, ResidentStatus::Resident, MovementReason::MoveInDomestic),
                1 => row(no, ResidentStatus::MovedOut, MovementReason::MoveOutDomestic),
                2 => row(no, ResidentStatus::Resident, MovementReason::RenewalDeletion),
                _ => row(no, ResidentStatus::Dead, MovementReason::Death),
            }).collect();
            let found = records(&rows);
            for row in &rows {
                let holding = found.iter().filter(|one| (one.history_no..=one.last_no).contains(&row.history_no));
                let is_former = !row.is_resident() || ends_record(row.movement_reason);
                prop_assert_eq!(holding.count(), usize::from(is_former), "row {}", row.history_no);
            }
        }
    }
}
