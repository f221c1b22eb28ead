//! Where in a sheet the headings of a linkage list stand, and which item each column holds.

use crate::TimingWord;
use crate::fold::folded;
use crate::vocabulary::{About, Vocabulary};

/// Headings stand near the top; below, a sheet is searched no further.
const ROWS_SEARCHED: usize = 50;
/// Headings of more lines have not been seen.
const HEIGHT_MAX: usize = 3;
/// A line with fewer items is no heading of a linkage list.
const ITEMS_MIN: usize = 3;

/// What a column of a list holds (項目).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Item {
    No,
    Source,
    Target,
    Direction,
    Via,
    Data,
    Method,
    Channel,
    Timing,
    Extent,
    Volume,
    Conversion,
    Charset,
    ExclusiveLock,
    Assurance,
    Scope,
    Note,
    /// Of no meaning to a link; kept among the remarks.
    Aside,
}

pub(crate) const ITEMS: &[(&str, Item)] = &[
    ("no", Item::No),
    ("source", Item::Source),
    ("target", Item::Target),
    ("direction", Item::Direction),
    ("via", Item::Via),
    ("data", Item::Data),
    ("method", Item::Method),
    ("channel", Item::Channel),
    ("timing", Item::Timing),
    ("extent", Item::Extent),
    ("volume_text", Item::Volume),
    ("conversion", Item::Conversion),
    ("charset", Item::Charset),
    ("exclusive_lock", Item::ExclusiveLock),
    ("delivery_assurance", Item::Assurance),
    ("scope", Item::Scope),
    ("note", Item::Note),
    ("aside", Item::Aside),
];

/// How a column is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// Its cells hold the item.
    Item(Item),
    /// A mark in it (○) says this word of the item.
    Mark(Item, String),
}

/// The headings of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    /// First row.
    pub(crate) top: usize,
    /// How many rows.
    pub(crate) height: usize,
    /// Per column, how it is read.
    pub(crate) roles: Vec<Role>,
    /// Per column, the heading as printed, lines joined with `／`.
    pub(crate) names: Vec<String>,
}

impl Heading {
    /// The first row below.
    pub(crate) fn below(&self) -> usize {
        self.top.saturating_add(self.height)
    }

    /// The column of an item.
    pub(crate) fn column(&self, item: Item) -> Option<usize> {
        self.roles.iter().position(|role| *role == Role::Item(item))
    }

    /// The heading as printed of an item's column.
    pub(crate) fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }
}

/// Finds the headings: the lines near the top that name the most items, among them who receives. `rows` are filled and
/// equally long.
pub(crate) fn find(rows: &[Vec<String>], width: usize, vocabulary: &Vocabulary) -> Option<Heading> {
    let mut best: Option<(usize, Heading)> = None;
    for top in 0..rows.len().min(ROWS_SEARCHED) {
        for height in 1..=HEIGHT_MAX.min(rows.len().saturating_sub(top)) {
            let lines: Vec<&Vec<String>> = rows.iter().skip(top).take(height).collect();
            let Some((score, heading)) = read(top, &lines, width, vocabulary) else { continue };
            // Of equals the first, and all its lines.
            let better = best.as_ref().is_none_or(|(before, of)| {
                *before < score || (*before == score && of.top == heading.top && of.height < heading.height)
            });
            if better {
                best = Some((score, heading));
            }
        }
    }
    best.map(|(_, heading)| heading)
}

fn read(
    top: usize,
    lines: &[&Vec<String>],
    width: usize,
    vocabulary: &Vocabulary,
) -> Option<(usize, Heading)> {
    let mut heading = Heading {
        top,
        height: lines.len(),
        roles: Vec::with_capacity(width),
        names: Vec::with_capacity(width),
    };
    for column in 0..width {
        let mut texts: Vec<&str> = Vec::new();
        for line in lines {
            let text = line.get(column).map_or("", String::as_str);
            if !text.is_empty() && texts.last() != Some(&text) {
                texts.push(text);
            }
        }
        let role = role(&texts, vocabulary);
        let taken = |item: Item| heading.roles.contains(&Role::Item(item));
        let role = match role {
            // A second column of the same name says more about the first; remarks may stand in several.
            Role::Item(item) if item != Item::Note && taken(item) => Role::Item(Item::Aside),
            other => other,
        };
        heading.roles.push(role);
        heading.names.push(texts.join("／"));
    }
    let mut items: Vec<Item> = heading
        .roles
        .iter()
        .map(|role| match role {
            Role::Item(item) | Role::Mark(item, _) => *item,
        })
        .filter(|item| !matches!(item, Item::Aside | Item::Note))
        .collect();
    items.sort_unstable();
    items.dedup();
    let has = |item: Item| items.contains(&item);
    let fits = has(Item::Target)
        && (has(Item::Data) || has(Item::Method) || has(Item::Timing))
        && ITEMS_MIN <= items.len();
    // Every line must name something of its own, or it is a line of the list below.
    let each = lines.iter().all(|line| {
        let named = line.iter().filter(|text| !text.is_empty() && vocabulary.heading(text).is_some()).count();
        let marked = line.iter().filter(|text| word_of_an_item(text, vocabulary).is_some()).count();
        1 < named.saturating_add(marked)
    });
    (fits && each && !reaches_into_the_list(lines, width, vocabulary)).then_some((items.len(), heading))
}

/// Whether a lower line is a row of the list: it has its own text under the heading of a number, an end or the data.
fn reaches_into_the_list(lines: &[&Vec<String>], width: usize, vocabulary: &Vocabulary) -> bool {
    let text = |line: &Vec<String>, column: usize| line.get(column).cloned().unwrap_or_default();
    // A heading merged over its lines says the same in each; no row repeats the headings above it.
    const REPEATED_MIN: usize = 2;
    let is_row = |line: &&&Vec<String>| {
        let repeated = lines.first().map_or(0, |first| {
            first.iter().zip(line.iter()).filter(|(upper, lower)| !upper.is_empty() && upper == lower).count()
        });
        repeated < REPEATED_MIN
    };
    (0..width).any(|column| {
        let upper = lines.first().map(|line| text(line, column)).unwrap_or_default();
        let item = vocabulary.heading(&upper).map(item_of);
        matches!(item, Some(Item::No | Item::Source | Item::Target | Item::Data))
            && lines
                .iter()
                .skip(1)
                .filter(is_row)
                .map(|line| text(line, column))
                .any(|lower| !lower.is_empty() && lower != upper && vocabulary.heading(&lower).is_none())
    })
}

/// The role of a column from the lines of its heading, top to bottom.
fn role(texts: &[&str], vocabulary: &Vocabulary) -> Role {
    let Some((bottom, above)) = texts.split_last() else { return Role::Item(Item::Aside) };
    let joined: String = texts.concat();
    let named = |name: &str| match name.strip_prefix("mark:") {
        Some(item) => Role::Mark(item_of(item), (*bottom).to_owned()),
        None => Role::Item(item_of(name)),
    };
    // A word of an item below the item's heading: a mark says that the word holds.
    for upper in above.iter().rev() {
        let Some(item) = vocabulary.heading(upper).map(item_of) else { continue };
        if let Some(meaning) = meaning(item, bottom, vocabulary) {
            return Role::Mark(item, meaning);
        }
    }
    // What stands below the heading of an end, such as 業務名 and システム名, is said of that end.
    let ends = above.iter().rev().filter_map(|upper| vocabulary.heading_exact(upper));
    if let Some(end) = ends.map(item_of).find(|item| matches!(item, Item::Source | Item::Target)) {
        return Role::Item(end);
    }
    let exact = [joined.as_str(), bottom].into_iter().chain(above.iter().rev().copied());
    if let Some(name) = exact.filter_map(|text| vocabulary.heading_exact(text)).next() {
        return named(name);
    }
    // A word of an item that stands alone as a heading.
    if let Some((item, meaning)) = word_of_an_item(bottom, vocabulary) {
        return Role::Mark(item, meaning);
    }
    let ending = [*bottom, joined.as_str()].into_iter().chain(above.iter().rev().copied());
    ending.filter_map(|text| vocabulary.heading(text)).next().map_or(Role::Item(Item::Aside), named)
}

fn item_of(name: &str) -> Item {
    ITEMS.iter().find(|(known, _)| *known == name).map_or(Item::Aside, |(_, item)| *item)
}

fn meaning(item: Item, text: &str, vocabulary: &Vocabulary) -> Option<String> {
    let about = match item {
        Item::Method => About::Method,
        Item::Timing => About::Timing,
        Item::Extent => About::Extent,
        _ => return None,
    };
    let interval = || TimingWord::interval(text).filter(|_| item == Item::Timing);
    vocabulary
        .exact(about, text)
        .map(str::to_owned)
        .or_else(|| interval().map(|interval| interval.word().into_owned()))
}

/// An item whose word this heading is, such as 日次, unless it is a heading as well.
fn word_of_an_item(text: &str, vocabulary: &Vocabulary) -> Option<(Item, String)> {
    if folded(text).is_empty() || vocabulary.heading_exact(text).is_some() {
        return None;
    }
    let items = [Item::Timing, Item::Extent, Item::Method];
    items.into_iter().find_map(|item| meaning(item, text, vocabulary).map(|meaning| (item, meaning)))
}
