//! 統合記載欄 on paper: the history of a record (A), the notes of its movements (B), and names in daily use.

use domain::{MovementReason, RegisterDate};
use register::{Fault, View, ViewExt};
use serde::Serialize;

use crate::records::{HistoryEntry, Person};
use crate::rules::data::tells_special_reason;
use crate::rules::former;
use crate::sheet;

/// Lines under a heading of their own.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Block {
    pub(crate) title: &'static str,
    pub(crate) lines: Vec<String>,
}

/// What of it was asked for. Nothing unless asked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// 異動履歴.
    pub(crate) history: bool,
    /// Movements for a special reason, too (特別養子縁組, its dissolution, a change of sex).
    pub(crate) special: bool,
    /// 留意事項.
    pub(crate) notes: bool,
    /// 通称の履歴.
    pub(crate) aliases: bool,
    /// 住民票コード is printed, so that its changes may be told.
    pub(crate) record_code: bool,
    /// 個人番号 is printed, so that its changes may be told.
    pub(crate) individual_number: bool,
    /// A 転出 whose day has not come may be told.
    pub(crate) plan: bool,
}

/// The blocks of one record, as of the row that is printed.
///
/// Source: 住民記録システム標準仕様書 1.1.14, 5.1.
pub(crate) fn blocks(
    view: &dyn View,
    person: &Person,
    wanted: Wanted,
    today: domain::Date,
) -> Result<Vec<Block>, Fault> {
    let mut blocks = Vec::new();
    if wanted.history || wanted.notes {
        let rows: Vec<Person> = view
            .load_history::<Person>(person.addressee_no.as_str())?
            .into_iter()
            .map(|held| held.record)
            .filter(|row| row.history_no <= person.history_no)
            .collect();
        let shown: Vec<(usize, &HistoryEntry)> = person
            .history_entries
            .iter()
            .enumerate()
            .filter(|(index, entry)| may_tell(entry, changed(&rows, *index, entry), wanted, today))
            .collect();
        if wanted.history {
            let lines = shown.iter().map(|(index, entry)| line(entry, changed(&rows, *index, entry)));
            blocks.push(Block { title: "異動履歴", lines: lines.collect() });
        }
        if wanted.notes {
            let noted = shown.iter().filter(|(_, entry)| !entry.note.is_empty());
            let lines = noted.map(|(_, entry)| format!("{}　{}", entry.reason.label(), entry.note));
            let mut lines: Vec<String> = lines.collect();
            // What was noted on a deleted record later: the record itself is not edited.
            for note in former::notes(view, person)? {
                if wanted.special || !tells_special_reason(&note.text) {
                    lines.push(format!("注記（{}）　{}", domain::wareki(note.noted_on), note.text));
                }
            }
            blocks.push(Block { title: "留意事項", lines });
        }
    }
    if wanted.aliases {
        let aliases = sheet::aliases(person);
        blocks.push(Block { title: "通称の履歴", lines: aliases.lines().map(str::to_owned).collect() });
    }
    blocks.retain(|block| !block.lines.is_empty());
    Ok(blocks)
}

/// The row a line of the history was written with, and the row of the record before it. The newest that fits: another record of the
/// person, whose history began anew, may have a line like it.
fn changed<'a>(
    rows: &'a [Person],
    index: usize,
    entry: &HistoryEntry,
) -> Option<(Option<&'a Person>, &'a Person)> {
    let written = |row: &Person| {
        row.history_entries.len() == index.saturating_add(1) && row.history_entries.last() == Some(entry)
    };
    let place = rows.iter().rposition(written)?;
    let row = rows.get(place)?;
    let before = place.checked_sub(1).and_then(|place| rows.get(place));
    // The first line of a record has nothing before it: what stood on the one before (除票) it did not replace.
    Some((before.filter(|before| 0 < index || !former::begins(before, row)), row))
}

fn may_tell(
    entry: &HistoryEntry,
    changed: Option<(Option<&Person>, &Person)>,
    wanted: Wanted,
    today: domain::Date,
) -> bool {
    use MovementReason as Reason;
    let sex_changed =
        changed.is_some_and(|(before, after)| before.is_some_and(|before| before.sex != after.sex));
    let special = sex_changed || tells_special_reason(&entry.text) || tells_special_reason(&entry.note);
    if special && !wanted.special {
        return false;
    }
    match entry.reason {
        Reason::RecordCodeChange | Reason::RecordCodeExOfficioEntry => wanted.record_code,
        Reason::IndividualNumberChange
        | Reason::IndividualNumberExOfficioCorrection
        | Reason::IndividualNumberExOfficioEntry => wanted.individual_number,
        Reason::MoveOutDomestic | Reason::MoveOutOverseas => {
            let day = entry.event_date.as_ref().and_then(RegisterDate::known);
            wanted.plan || day.is_none_or(|day| day <= today)
        }
        _ => true,
    }
}

/// A line with what a move or a change of name replaced; other items are printed on request only, so none is told here.
fn line(entry: &HistoryEntry, changed: Option<(Option<&Person>, &Person)>) -> String {
    let mut line = entry.text.clone();
    if let Some((Some(before), after)) = changed {
        if entry.reason == MovementReason::MoveWithin && before.address != after.address {
            line.push_str(&format!("　従前の住所 {}", before.address.one_line()));
        }
        if before.name != after.name && !before.name.is_empty() {
            line.push_str(&format!("　従前の氏名 {}", before.name));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_asked_for_is_not_in_the_history_either() {
        let today = jiff::civil::date(2026, 4, 1);
        let entry = |reason, day: &str, note: &str| HistoryEntry {
            reason,
            event_date: RegisterDate::parse_input(day).ok(),
            text: String::new(),
            note: note.to_owned(),
        };
        use MovementReason as Reason;
        let none = Wanted::default();
        for (entry, wanted, told) in [
            (entry(Reason::MoveWithin, "2026-03-01", ""), none, true),
            (entry(Reason::RecordCodeChange, "2026-03-01", ""), none, false),
            (entry(Reason::RecordCodeChange, "2026-03-01", ""), Wanted { record_code: true, ..none }, true),
            (
                entry(Reason::IndividualNumberChange, "2026-03-01", ""),
                Wanted { record_code: true, ..none },
                false,
            ),
            (entry(Reason::MoveOutDomestic, "2026-04-02", ""), none, false),
            (entry(Reason::MoveOutDomestic, "2026-04-02", ""), Wanted { plan: true, ..none }, true),
            (entry(Reason::MoveOutDomestic, "2026-04-01", ""), none, true),
            (entry(Reason::ExOfficioCorrection, "2026-03-01", "特別養子縁組届"), none, false),
            (
                entry(Reason::ExOfficioCorrection, "2026-03-01", "特別養子縁組届"),
                Wanted { special: true, ..none },
                true,
            ),
        ] {
            assert_eq!(may_tell(&entry, None, wanted, today), told, "{entry:?} {wanted:?}");
        }
    }
}
