//! What changed between two versions of a list.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use crate::fold::folded;
use crate::general::{cell, columns, item_title};
use crate::{LinkList, LinkRow, Systems};

/// One difference between two versions of a list (新旧の違い). Shown in Japanese, one row per line, changed items indented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListChange {
    /// The row is new.
    Added(Box<LinkRow>),
    /// The row is gone.
    Removed(Box<LinkRow>),
    /// The row says something else.
    Changed {
        /// Its number before.
        before: String,
        /// The row now.
        after: Box<LinkRow>,
        /// What says something else: item, before, after.
        items: Vec<(&'static str, String, String)>,
    },
}

impl fmt::Display for ListChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = |row: &LinkRow| format!("{} {} → {}「{}」", row.no, row.source, row.target, row.data);
        match self {
            Self::Added(row) => write!(f, "追加 {}", title(row)),
            Self::Removed(row) => write!(f, "削除 {}", title(row)),
            Self::Changed { before, after, items } => {
                write!(f, "変更 {}", title(after))?;
                if *before != after.no {
                    write!(f, "（旧 {before}）")?;
                }
                for (item, was, is) in items {
                    write!(f, "\n    {item}: {} → {}", shown(was), shown(is))?;
                }
                Ok(())
            }
        }
    }
}

fn shown(cell: &str) -> &str {
    if cell.is_empty() { "（空）" } else { cell }
}

/// Compares two versions of a list by what its rows mean. Rows are the same when they carry the same data between the
/// same systems, by whatever name; then when they have the same number. Spellings and the order of rows make no
/// difference.
#[must_use]
pub fn compare(before: &LinkList, after: &LinkList, systems: &Systems) -> Vec<ListChange> {
    let end = |name: &str| systems.resolve(name).map_or_else(|| folded(name), |system| system.id.clone());
    let carried = |row: &LinkRow| (end(&row.source), end(&row.target), folded(&row.data));
    let mut waiting: BTreeMap<_, VecDeque<usize>> = BTreeMap::new();
    for (index, row) in before.rows.iter().enumerate() {
        waiting.entry(carried(row)).or_default().push_back(index);
    }
    let mut partner: Vec<Option<usize>> = after
        .rows
        .iter()
        .map(|row| {
            let same = waiting.get_mut(&carried(row))?;
            // Of several, the one that says the most of the same, so that a row moved among its like is not told.
            let likest = same.iter().enumerate().min_by_key(|(_, index)| {
                before.rows.get(**index).map_or(usize::MAX, |old| items(old, row, systems).len())
            });
            let place = likest.map(|(place, _)| place)?;
            same.remove(place)
        })
        .collect();
    let taken: BTreeSet<usize> = partner.iter().flatten().copied().collect();
    let mut left: BTreeMap<&str, usize> = before
        .rows
        .iter()
        .enumerate()
        .filter(|(index, _)| !taken.contains(index))
        .map(|(index, row)| (row.no.as_str(), index))
        .collect();
    for (slot, row) in partner.iter_mut().zip(&after.rows).filter(|(slot, _)| slot.is_none()) {
        *slot = left.remove(row.no.as_str());
    }
    let mut changes = Vec::new();
    for (row, partner) in after.rows.iter().zip(&partner) {
        match partner.and_then(|index| before.rows.get(index)) {
            None => changes.push(ListChange::Added(Box::new(row.clone()))),
            Some(old) => {
                let items = items(old, row, systems);
                if !items.is_empty() {
                    let after = Box::new(row.clone());
                    changes.push(ListChange::Changed { before: old.no.clone(), after, items });
                }
            }
        }
    }
    let taken: BTreeSet<usize> = partner.into_iter().flatten().collect();
    let gone = before.rows.iter().enumerate().filter(|(index, _)| !taken.contains(index));
    changes.extend(gone.map(|(_, row)| ListChange::Removed(Box::new(row.clone()))));
    changes
}

fn items(before: &LinkRow, after: &LinkRow, systems: &Systems) -> Vec<(&'static str, String, String)> {
    let columns = columns().filter(|column| *column != "no");
    let differs = |column: &'static str| {
        let (was, is) = (cell(before, column), cell(after, column));
        let system = |name: &str| systems.resolve(name).map(|system| system.id.as_str());
        let same_system =
            matches!(column, "source" | "target") && system(&was).is_some_and(|id| Some(id) == system(&is));
        let differs = !same_system && folded(&was) != folded(&is);
        differs.then(|| (item_title(column), was, is))
    };
    columns.filter_map(differs).collect()
}
