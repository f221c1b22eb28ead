//! Several rows of one person: a history of movements, each a version with its dates.

use domain::{MovementClass, MovementReason, ResidentStatus};
use system::Finding;

use crate::load::first_entry;
use crate::records::Person;

/// Puts the rows of one person in order and numbers them from 1 without gaps, as this register numbers versions.
///
/// Rows the old system did not hand over leave gaps; what is left keeps its order and is numbered anew (D072), and 取消し of
/// rows that are not there point nowhere. Two rows with one number are refused (D071): which of them is right nobody knows.
/// A row that cannot follow a deletion is refused (E103).
/// A blank 統合記載欄 is filled with the lines of the movements there are.
///
/// Source: 住民記録システム標準仕様書 1.2.1.
pub fn settle(rows: &mut [Person]) -> Vec<Finding> {
    rows.sort_by_key(|row| row.history_no);
    let mut found = Vec::new();
    let numbers: Vec<u32> = rows.iter().map(|row| row.history_no).collect();
    if let Some([twice, _]) = numbers.array_windows::<2>().find(|[one, next]| one == next) {
        found.push(Finding::error(
            "D071",
            "history_no",
            "履歴番号",
            format!("同じ宛名番号と履歴番号{twice}の行が、二つ以上あります。"),
            "どちらが正しいか確かめ、移行元を一行にしてください。",
        ));
        return found;
    }
    if !(1..).zip(&numbers).all(|(wanted, number)| wanted == *number) {
        let told: Vec<String> = numbers.iter().map(u32::to_string).collect();
        found.push(Finding::alert(
            "D072",
            "history_no",
            "履歴番号",
            format!(
                "履歴番号が1からの連番ではないので（{}）、順序のまま1から振り直します。",
                told.join("・")
            ),
            "抜けた履歴も移すときは、移行元に加えてください。",
        ));
    }
    found.extend(rows.array_windows::<2>().filter_map(|[before, next]| after_the_end(before, next)));
    let mut entries = Vec::new();
    for (number, row) in (1..).zip(rows) {
        row.history_no = number;
        // 取消し name rows by their number.
        row.cancels = row
            .cancels
            .iter()
            .filter_map(|old| numbers.iter().position(|number| number == old))
            .filter_map(|at| u32::try_from(at.saturating_add(1)).ok())
            .collect();
        if row.history_entries.is_empty() {
            entries.push(first_entry(row));
            row.history_entries.clone_from(&entries);
        } else {
            entries.clone_from(&row.history_entries);
        }
    }
    found
}

/// E103: what befalls a record after its deletion, and cannot. An entry opens it again, of the dead only one that corrects.
///
/// Source: 住民記録システム標準仕様書 4.0.8, 1.2.2.
fn after_the_end(before: &Person, next: &Person) -> Option<Finding> {
    use MovementReason as Reason;
    let reason = next.movement_reason;
    let opens = reason.class() == MovementClass::Record;
    let fits = match (before.resident_status, next.is_resident()) {
        (ResidentStatus::Resident, _) => true,
        (ResidentStatus::Dead, true) => {
            opens && !matches!(reason, Reason::MoveInDomestic | Reason::MoveInOverseas | Reason::Birth)
        }
        (_, true) => opens,
        (_, false) => !matches!(
            reason,
            Reason::MoveWithin
                | Reason::HouseholdSplit
                | Reason::HouseholdMerge
                | Reason::HouseholdTransfer
                | Reason::HeadChange
        ),
    };
    (!fits).then(|| {
        Finding::error(
            "E103",
            "movement_reason",
            "異動事由",
            format!(
                "履歴番号{}の「{}」（{}）の後に、「{}」の行（履歴番号{}、住民状態「{}」）があります。",
                before.history_no,
                before.movement_reason.label(),
                before.resident_status.label(),
                reason.label(),
                next.history_no,
                next.resident_status.label(),
            ),
            "行の順序（履歴番号）と住民状態を確かめてください。回復や再転入なら、その異動の行が要ります。",
        )
    })
}
