//! Where in a sheet the headings of a linkage list stand, and which item each column holds.

use crate::fold::folded;
use crate::heading_settle::settle;
use crate::sheet_words::Words;
use crate::vocabulary::{About, Vocabulary};
use crate::{Direction, TimingWord};

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
    /// The name of a file, which stands for the data where nothing else names it.
    File,
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
    /// Hours or days in a column of their own (実行時刻), which say more of the timing.
    Time,
    /// What goes to the partner (送信データ), where another column holds what comes from it.
    DataOut,
    /// What comes from the partner (受信データ).
    DataIn,
    /// Both ends in one cell, with an arrow between them (住民記録→国保).
    Route,
    /// Whether the row is wanted at all (連携要否).
    Need,
    /// Of no meaning to a link; kept among the remarks.
    Aside,
}

pub(crate) const ITEMS: &[(&str, Item)] = &[
    ("no", Item::No),
    ("source", Item::Source),
    // Whose list it is: it may send or receive.
    ("own", Item::Source),
    // Of two sides, of which neither says who sends.
    ("side-a", Item::Source),
    ("side-b", Item::Target),
    ("target", Item::Target),
    ("partner", Item::Target),
    ("direction", Item::Direction),
    ("via", Item::Via),
    ("data", Item::Data),
    ("data-out", Item::DataOut),
    ("data-in", Item::DataIn),
    ("route", Item::Route),
    ("need", Item::Need),
    ("file", Item::File),
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
    ("time", Item::Time),
    ("aside", Item::Aside),
    // The cells below say what it is, or that it is nothing to a link.
    ("maybe", Item::Aside),
];

/// What stands before a sum, below or beside a list.
pub(crate) const SUM_SIGNS: [&str; 5] = ["計", "合計", "小計", "総計", "総数"];

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
    /// Which way the one column of the data says it goes (受信データ).
    pub(crate) data_way: Option<Direction>,
    /// Pairs of columns of today and of what follows (現行, 次期) with the same heading below.
    pub(crate) eras: Vec<(usize, usize)>,
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

    /// The columns that hold the two ends by name.
    pub(crate) fn end_columns(&self) -> Vec<usize> {
        [Item::Source, Item::Target, Item::Route].into_iter().filter_map(|item| self.column(item)).collect()
    }

    /// The heading as printed of an item's column.
    pub(crate) fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }
}

/// The line that comes nearest to headings, where none are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Near {
    /// The row, counted from zero.
    pub(crate) row: usize,
    /// What no column of it holds.
    pub(crate) missing: &'static str,
    /// Its headings that no word of the vocabulary explains.
    pub(crate) unknown: Vec<String>,
}

/// Finds the headings: the lines near the top that name the most items, among them who receives. `rows` are filled and
/// equally long. Without any, the line that comes nearest, if one names anything.
pub(crate) fn find(rows: &[Vec<String>], width: usize, words: Words<'_>) -> Result<Heading, Option<Near>> {
    let mut best: Option<(usize, Heading)> = None;
    for top in 0..rows.len().min(ROWS_SEARCHED) {
        let Some((score, heading)) = at(rows, top, width, words) else { continue };
        // Of equals the first.
        if best.as_ref().is_none_or(|(before, _)| *before < score) {
            best = Some((score, heading));
        }
    }
    best.map(|(_, heading)| heading)
        .or_else(|| (0..rows.len().min(ROWS_SEARCHED)).find_map(|top| matrix(rows, top, words)))
        .ok_or_else(|| nearest(rows, words.vocabulary))
}

/// A table of systems by systems (星取表): 連携元＼連携先 in the corner, and a mark (○) where two are linked.
fn matrix(rows: &[Vec<String>], top: usize, words: Words<'_>) -> Option<Heading> {
    const SYSTEMS_MIN: usize = 2;
    let line = rows.get(top)?;
    let (corner, text) = line.iter().enumerate().find(|(_, text)| !text.is_empty())?;
    let end = |text: &str| words.vocabulary.heading_exact(text).map(item_of);
    let ends = text.split(['＼', '\\', '／', '/', '\n']).filter(|part| !part.trim().is_empty()).map(end);
    let (down, across) = match ends.collect::<Vec<_>>().as_slice() {
        [Some(Item::Source), Some(Item::Target)] => (Item::Source, Item::Target),
        [Some(Item::Target), Some(Item::Source)] => (Item::Target, Item::Source),
        _ => return None,
    };
    let role = |(column, text): (usize, &String)| {
        if column == corner {
            return Role::Item(down);
        }
        let known = words.systems.resolve(text).is_some();
        match words.vocabulary.heading_exact(text).filter(|_| !known).map(item_of) {
            Some(item) => Role::Item(item),
            // A name nobody knows is a system all the same, and is asked about.
            None if known || !text.is_empty() && !SUM_SIGNS.contains(&folded(text).as_str()) => {
                Role::Mark(across, text.clone())
            }
            None => Role::Item(Item::Aside),
        }
    };
    let roles: Vec<Role> = line.iter().enumerate().map(role).collect();
    let systems = line
        .iter()
        .enumerate()
        .filter(|(column, text)| *column != corner && words.systems.resolve(text).is_some());
    let systems = systems.count();
    let heading = Heading { top, height: 1, roles, names: line.clone(), data_way: None, eras: Vec::new() };
    (SYSTEMS_MIN <= systems).then_some(heading)
}

/// The headings that begin in this row, and how many items they name.
pub(crate) fn at(
    rows: &[Vec<String>],
    top: usize,
    width: usize,
    words: Words<'_>,
) -> Option<(usize, Heading)> {
    let receives = receives(rows, top, words);
    let mut best: Option<(usize, Heading)> = None;
    for height in 1..=HEIGHT_MAX.min(rows.len().saturating_sub(top)) {
        let lines: Vec<&Vec<String>> = rows.iter().skip(top).take(height).collect();
        let Some((score, heading)) = read(top, &lines, width, words, receives) else { continue };
        // Of equals the one with all its lines.
        if best.as_ref().is_none_or(|(before, _)| *before <= score) {
            best = Some((score, heading));
        }
    }
    let (score, mut heading) = best?;
    settle(&mut heading, rows, words);
    Some((score, heading))
}

/// Whether the titles above, or the name of the sheet, say that one system receives all that is listed (受信データ一覧), and
/// which it is: then nobody needs a column of receivers.
fn receives(rows: &[Vec<String>], top: usize, words: Words<'_>) -> bool {
    let titles = || rows.iter().take(top).flatten().map(String::as_str).chain(std::iter::once(words.sheet));
    titles().any(|title| words.vocabulary.titled(title) == Some(Direction::In))
        && titles().any(|title| words.systems.named_in(title).is_some())
}

fn nearest(rows: &[Vec<String>], vocabulary: &Vocabulary) -> Option<Near> {
    let explained =
        |text: &&String| vocabulary.heading(text).is_some() || word_of_an_item(text, vocabulary).is_some();
    let mut best: Option<(usize, usize)> = None;
    for (row, cells) in rows.iter().enumerate().take(ROWS_SEARCHED) {
        let known = cells.iter().filter(|text| !text.is_empty()).filter(explained).count();
        if 1 < known && best.is_none_or(|(before, _)| before < known) {
            best = Some((known, row));
        }
    }
    let (_, row) = best?;
    let cells = rows.get(row)?;
    let has = |items: &[Item]| {
        cells.iter().any(|text| vocabulary.heading(text).is_some_and(|name| items.contains(&item_of(name))))
    };
    let missing = if !has(&[Item::Target]) {
        "受け側の列"
    } else if !has(&[Item::Data, Item::File, Item::Method, Item::Timing]) {
        "データ、方式、時期のどの列も"
    } else {
        "何の列か"
    };
    let unknown = cells.iter().filter(|text| !text.is_empty()).filter(|text| !explained(text));
    Some(Near { row, missing, unknown: unknown.map(|text| text.replace('\n', "")).collect() })
}

fn read(
    top: usize,
    lines: &[&Vec<String>],
    width: usize,
    words: Words<'_>,
    receives: bool,
) -> Option<(usize, Heading)> {
    let vocabulary = words.vocabulary;
    let mut heading = Heading {
        top,
        height: lines.len(),
        roles: Vec::with_capacity(width),
        names: Vec::with_capacity(width),
        data_way: None,
        eras: eras(&reaching_right(lines, width), width, vocabulary),
    };
    let lines = &reaching_right(lines, width);
    for column in 0..width {
        let mut texts: Vec<&str> = Vec::new();
        for line in lines {
            let text = line.get(column).map_or("", String::as_str);
            if !text.is_empty() && texts.last() != Some(&text) {
                texts.push(text);
            }
        }
        // What is today says nothing of what is to run.
        let is_past = heading.eras.iter().any(|(now, _)| *now == column);
        let role = if is_past { Role::Item(Item::Aside) } else { role(&texts, words) };
        let taken = |item: Item| heading.roles.contains(&Role::Item(item));
        let role = match role {
            // A second column of the same name says more about the first; remarks may stand in several.
            Role::Item(item) if !matches!(item, Item::Note | Item::Time) && taken(item) => {
                Role::Item(Item::Aside)
            }
            other => other,
        };
        heading.roles.push(role);
        heading.names.push(texts.join("／"));
    }
    receivers_as_columns(lines, &mut heading, words);
    let marks = |heading: &Heading, way: &str| {
        heading.roles.iter().any(|role| matches!(role, Role::Mark(Item::Direction, of) if of == way))
    };
    // 受信 beside 送信 are two ways; one of them alone may be anything.
    let both_ways = marks(&heading, "←") && marks(&heading, "→");
    for (role, name) in heading.roles.iter_mut().zip(&heading.names) {
        if matches!(role, Role::Mark(Item::Direction, _)) && !both_ways && !name.contains('／') {
            *role = Role::Item(Item::Aside);
        }
    }
    let has = |heading: &Heading, item| heading.column(item).is_some();
    let two_data = has(&heading, Item::DataOut) && has(&heading, Item::DataIn);
    if !two_data {
        for (item, way) in [(Item::DataOut, Direction::Out), (Item::DataIn, Direction::In)] {
            let alone = !has(&heading, Item::Data);
            if let Some(role) = heading.roles.iter_mut().find(|role| **role == Role::Item(item)) {
                *role = Role::Item(if alone { Item::Data } else { Item::Aside });
                heading.data_way = Some(way).filter(|_| alone);
            }
        }
    }
    if !two_data
        && heading.column(Item::Data).is_none()
        && let Some(file) = heading.roles.iter_mut().find(|role| **role == Role::Item(Item::File))
    {
        *file = Role::Item(Item::Data);
    }
    let mut items: Vec<Item> = heading
        .roles
        .iter()
        .map(|role| match role {
            Role::Item(item) | Role::Mark(item, _) => *item,
        })
        .filter(|item| !matches!(item, Item::Aside | Item::Note | Item::Time | Item::File))
        .collect();
    items.sort_unstable();
    items.dedup();
    let has = |item: Item| items.contains(&item);
    let route = has(Item::Route);
    let receiver = has(Item::Target) || route || (has(Item::Source) && receives);
    let fits = receiver
        && (has(Item::Data) || has(Item::DataIn) || has(Item::Method) || has(Item::Timing))
        && ITEMS_MIN <= items.len();
    // Every line must name something of its own, or it is a line of the list below.
    let each = lines.iter().all(|line| {
        let named = line.iter().filter(|text| !text.is_empty() && vocabulary.heading(text).is_some()).count();
        let marked = line.iter().filter(|text| word_of_an_item(text, vocabulary).is_some()).count();
        1 < named.saturating_add(marked).saturating_add(receivers(line, &heading))
    });
    (fits && each && !reaches_into_the_list(lines, &heading, vocabulary)).then_some((items.len(), heading))
}

/// The columns below 現行 that stand below 次期 as well, each with its counterpart; or 現行 and 次期 below one heading.
fn eras(lines: &[Vec<String>], width: usize, vocabulary: &Vocabulary) -> Vec<(usize, usize)> {
    let Some((last, above)) = lines.split_last() else { return Vec::new() };
    let of = |wanted: &'static str| {
        (0..width).filter(move |column| {
            let over =
                |line: &Vec<String>| line.get(*column).and_then(|text| vocabulary.exact(About::Era, text));
            above.iter().any(|line| over(line) == Some(wanted))
        })
    };
    let same = |now: usize, next: usize| {
        let text = |column: usize| last.get(column).map(|text| folded(text)).filter(|text| !text.is_empty());
        text(now).is_some() && text(now) == text(next)
    };
    let mut pairs: Vec<(usize, usize)> = of("now")
        .filter_map(|now| of("next").find(|next| same(now, *next)).map(|next| (now, next)))
        .collect();
    let era = |column: usize| last.get(column).and_then(|text| vocabulary.exact(About::Era, text));
    let over = |column: usize| above.last().and_then(|line| line.get(column)).filter(|text| !text.is_empty());
    for (now, next) in (0..width).zip(1..width) {
        let pair = era(now) == Some("now") && era(next) == Some("next");
        if pair && over(now).is_some() && over(now) == over(next) {
            pairs.push((now, next));
        }
    }
    pairs
}

/// Systems below one heading of the receivers that reaches over several columns: a mark says that a system receives.
/// Beside one that is known, a name nobody knows is a system as well, and is asked about.
fn receivers_as_columns(lines: &[Vec<String>], heading: &mut Heading, words: Words<'_>) {
    let text = |line: &Vec<String>, column: usize| line.get(column).cloned().unwrap_or_default();
    let (Some((last, above)), width) = (lines.split_last(), heading.roles.len()) else { return };
    let is_heading = |text: &str| words.vocabulary.heading_exact(text).is_some();
    for upper in above {
        let mut column = 0;
        while column < width {
            let over = text(upper, column);
            let end = (column..width).find(|next| text(upper, *next) != over).unwrap_or(width);
            let reaches = 1 < end.saturating_sub(column);
            let receivers = words.vocabulary.heading_exact(&over).map(item_of) == Some(Item::Target);
            let own: Vec<(usize, String)> = (column..end)
                .map(|column| (column, text(last, column)))
                .filter(|(_, own)| !own.is_empty() && *own != over && !is_heading(own))
                .collect();
            let known = own.iter().any(|(_, own)| words.systems.resolve(own).is_some());
            if reaches && receivers && known {
                for (column, own) in own {
                    if let Some(role) = heading.roles.get_mut(column) {
                        *role = Role::Mark(Item::Target, own);
                    }
                }
            }
            column = end;
        }
    }
}

/// How many cells of a line name a receiver whose column holds marks.
fn receivers(line: &[String], heading: &Heading) -> usize {
    let is =
        |(cell, role): &(&String, &Role)| matches!(role, Role::Mark(Item::Target, name) if name == *cell);
    line.iter().zip(&heading.roles).filter(is).count()
}

/// The lines of a heading with a heading over several columns filled to the right, where the file keeps it in its first
/// cell alone: no merged cells reach a text file.
fn reaching_right(lines: &[&Vec<String>], width: usize) -> Vec<Vec<String>> {
    let mut filled: Vec<Vec<String>> = lines.iter().map(|line| (*line).clone()).collect();
    let text = |line: Option<&Vec<String>>, column: usize| {
        line.and_then(|line| line.get(column)).cloned().unwrap_or_default()
    };
    for upper in 0..filled.len().saturating_sub(1) {
        let below = filled.get(upper.saturating_add(1)).cloned();
        let mut reaching = String::new();
        for column in 0..width {
            let (own, lower) = (text(filled.get(upper), column), text(below.as_ref(), column));
            if !own.is_empty() {
                reaching = if lower.is_empty() || lower == own { String::new() } else { own };
            } else if lower.is_empty() {
                reaching.clear();
            } else if let Some(cell) = filled.get_mut(upper).and_then(|line| line.get_mut(column)) {
                cell.clone_from(&reaching);
            }
        }
    }
    filled
}

/// Whether a lower line is a row of the list: it has its own text under the heading of a number, an end or the data.
fn reaches_into_the_list(lines: &[Vec<String>], heading: &Heading, vocabulary: &Vocabulary) -> bool {
    let text = |line: &Vec<String>, column: usize| line.get(column).cloned().unwrap_or_default();
    // A heading merged over its lines says the same in each; no row repeats the headings above it.
    const REPEATED_MIN: usize = 2;
    let is_row = |line: &&Vec<String>| {
        let repeated = lines.first().map_or(0, |first| {
            first.iter().zip(line.iter()).filter(|(upper, lower)| !upper.is_empty() && upper == lower).count()
        });
        repeated < REPEATED_MIN
    };
    let marked = |column: &usize| matches!(heading.roles.get(*column), Some(Role::Mark(Item::Target, _)));
    // A word of the method or timing below the heading of one column is what a row says.
    let says = |column: usize| {
        let upper = lines.first().map(|line| text(line, column)).unwrap_or_default();
        let beside = [column.checked_sub(1), column.checked_add(1)].into_iter().flatten();
        let reaches =
            beside.into_iter().any(|next| lines.first().is_some_and(|line| text(line, next) == upper));
        let item = vocabulary.heading_exact(&upper).map(item_of);
        let is_word = |lower: &String| item.is_some_and(|item| meaning(item, lower, vocabulary).is_some());
        !upper.is_empty()
            && !reaches
            && lines.iter().skip(1).map(|line| text(line, column)).any(|lower| is_word(&lower))
    };
    if (0..heading.roles.len()).any(says) {
        return true;
    }
    (0..heading.roles.len()).filter(|column| !marked(column)).any(|column| {
        let upper = lines.first().map(|line| text(line, column)).unwrap_or_default();
        let item = vocabulary.heading(&upper).map(item_of);
        let of_rows =
            [Item::No, Item::Source, Item::Target, Item::Data, Item::DataOut, Item::DataIn, Item::File];
        item.is_some_and(|item| of_rows.contains(&item))
            && lines.iter().skip(1).filter(is_row).map(|line| text(line, column)).any(|lower| {
                let names = vocabulary.exact(About::Naming, &lower).is_some();
                !lower.is_empty() && lower != upper && !names && vocabulary.heading(&lower).is_none()
            })
    })
}

/// The role of a column from the lines of its heading, top to bottom.
fn role(texts: &[&str], words: Words<'_>) -> Role {
    let vocabulary = words.vocabulary;
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
            return Role::Mark(if item == Item::Channel { Item::Method } else { item }, meaning);
        }
    }
    // What stands below the heading of an end, such as 業務名 and システム名, is said of that end.
    let ends = above.iter().rev().filter_map(|upper| vocabulary.heading_exact(upper));
    if let Some(end) = ends.map(item_of).find(|item| matches!(item, Item::Source | Item::Target)) {
        return Role::Item(end);
    }
    let exact = [joined.as_str(), bottom].into_iter().chain(above.iter().rev().copied());
    if let Some(name) = exact.filter_map(|text| vocabulary.heading_exact(text)).next() {
        // 開始 and 終了 below the heading of another thing are that thing's.
        let of_time =
            |upper: &&str| matches!(vocabulary.heading(upper).map(item_of), Some(Item::Time | Item::Timing));
        let others = name == "time" && vocabulary.heading_exact(&joined).is_none() && !above.is_empty();
        return if others && !above.iter().any(of_time) { Role::Item(Item::Aside) } else { named(name) };
    }
    // A word of an item that stands alone as a heading.
    if let Some((item, meaning)) = word_of_an_item(bottom, vocabulary) {
        return Role::Mark(item, meaning);
    }
    let ending = [*bottom, joined.as_str()].into_iter().chain(above.iter().rev().copied());
    let role =
        ending.filter_map(|text| vocabulary.heading(text)).next().map_or(Role::Item(Item::Aside), named);
    // Not every heading that ends so is of when it runs, or of whether a row is wanted.
    if matches!(role, Role::Item(Item::Time | Item::Need | Item::Route)) {
        Role::Item(Item::Aside)
    } else {
        role
    }
}

pub(crate) fn item_of(name: &str) -> Item {
    ITEMS.iter().find(|(known, _)| *known == name).map_or(Item::Aside, |(_, item)| *item)
}

pub(crate) fn meaning(item: Item, text: &str, vocabulary: &Vocabulary) -> Option<String> {
    let about = match item {
        // ○ below 連携方法 and 手動.
        Item::Method | Item::Channel => About::Method,
        Item::Timing => About::Timing,
        Item::Extent => About::Extent,
        Item::Direction => About::Direction,
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
    let items = [Item::Timing, Item::Extent, Item::Method, Item::Direction];
    items.into_iter().find_map(|item| meaning(item, text, vocabulary).map(|meaning| (item, meaning)))
}
