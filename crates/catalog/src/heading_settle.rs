//! What the cells below say of the headings of a list.

use crate::derive::dates;
use crate::fold::bracketed;
use crate::heading::{Heading, Item, Role, meaning};
use crate::sheet_words::Words;
use crate::vocabulary::About;

/// Cells below a heading that are looked at.
const CELLS_LOOKED_AT: usize = 200;

/// Settles what a heading alone leaves open: a heading such as 処理区分 holds what its cells say, and オンライン beside 頻度 is
/// no timing.
pub(crate) fn settle(heading: &mut Heading, rows: &[Vec<String>], words: Words<'_>) {
    let own_timing = heading.column(Item::Timing).is_some();
    for (column, role) in heading.roles.iter_mut().enumerate() {
        let name = heading.names.get(column).map_or("", String::as_str);
        if own_timing
            && matches!(role, Role::Mark(Item::Timing, _))
            && let Some(method) = meaning(Item::Method, name, words.vocabulary)
        {
            *role = Role::Mark(Item::Method, method);
        }
    }
    for column in 0..heading.roles.len() {
        let name = heading.name(column);
        let open = name.split('／').any(|line| words.vocabulary.heading_exact(line) == Some("maybe"));
        if !open || heading.roles.get(column) != Some(&Role::Item(Item::Aside)) {
            continue;
        }
        let taken = |item: Item| {
            heading.roles.iter().any(|role| match role {
                Role::Item(of) | Role::Mark(of, _) => *of == item,
            })
        };
        let item = likely(heading, rows, column, words).filter(|item| !taken(*item));
        if let (Some(item), Some(role)) = (item, heading.roles.get_mut(column)) {
            *role = Role::Item(item);
        }
    }
}

/// What most cells of a column are words of: timing, extent, method, direction, or names of systems.
pub(crate) fn likely(
    heading: &Heading,
    rows: &[Vec<String>],
    column: usize,
    words: Words<'_>,
) -> Option<Item> {
    let below = rows.iter().skip(heading.below()).take(CELLS_LOOKED_AT);
    let is_text = |cell: &&String| {
        let is = |about| words.vocabulary.exact(about, cell).is_some();
        !cell.is_empty() && !is(About::Mark) && !is(About::Same) && !is(About::Blank)
    };
    let cells: Vec<&String> = below.filter_map(|row| row.get(column)).filter(is_text).collect();
    let is_of = |item: Item, cell: &str| {
        let plain = bracketed(cell).map_or(cell, |(outer, _)| outer);
        match item {
            Item::Target => words.systems.resolve(cell).is_some(),
            _ => {
                meaning(item, cell, words.vocabulary).is_some()
                    || meaning(item, plain, words.vocabulary).is_some()
                    || (item == Item::Timing && dates::word(cell).is_some())
            }
        }
    };
    let items = [Item::Timing, Item::Extent, Item::Method, Item::Direction, Item::Target];
    items.into_iter().find(|item| {
        let fitting = cells.iter().filter(|cell| is_of(*item, cell)).count();
        0 < fitting && cells.len() <= fitting.saturating_mul(2)
    })
}
