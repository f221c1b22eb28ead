//! The lists of one file: of a text its one, of a workbook those of its sheets.

use crate::grid::Grid;
use crate::heading::Heading;
use crate::list::LinkList;
use crate::sheet_words::Words;
use crate::vocabulary::Vocabulary;
use crate::{Problem, Systems};

/// A line of a table has more cells than one of a cover or a note.
const CELLS_MIN: usize = 3;

impl LinkList {
    /// Reads a list from a text file: in one of the strict shapes when its header is one's, otherwise as a municipality
    /// keeps it ([`LinkList::from_grid`]).
    #[must_use]
    pub fn read_text(file: &str, text: &str, vocabulary: &Vocabulary, systems: &Systems) -> Self {
        let strict = Self::parse(file, text);
        if strict.kind.is_some() {
            return strict;
        }
        Self::from_grid(&Grid::from_text(file, text), &stem(file), vocabulary, systems)
    }

    /// Reads every linkage list of a workbook: its sheets that have the headings of one, and those that go on with the
    /// columns of the sheet before. The first is named by the file, the others by file and sheet.
    ///
    /// A sheet with a table that may be a list and cannot be read is a problem of the first list; one with another table
    /// a hint. A workbook without any gives one list without rows, whose problem says so.
    #[must_use]
    pub fn read_workbook(
        file: &str,
        sheets: &[Grid],
        vocabulary: &Vocabulary,
        systems: &Systems,
    ) -> Vec<Self> {
        let mut lists: Vec<Self> = Vec::new();
        let (mut passed, mut before): (Vec<Self>, Option<Heading>) = (Vec::new(), None);
        let (mut problems, mut hints) = (Vec::new(), Vec::new());
        for grid in sheets {
            let id =
                if lists.is_empty() { stem(file) } else { format!("{}/{}", stem(file), named(&grid.sheet)) };
            let words = Words { vocabulary, systems, sheet: &grid.sheet };
            let (mut list, mut heading) = Self::from_words(grid, &id, words, None);
            if list.kind.is_none()
                && let Some(going_on) = before.clone().and_then(|before| going_on(grid, before, words))
            {
                (list, heading) = Self::from_words(grid, &id, words, Some(going_on));
            }
            if list.kind.is_some() {
                lists.push(list);
                before = heading;
                continue;
            }
            let (filled, _) = grid.filled();
            let lines = filled.iter().filter(|row| CELLS_MIN <= cells_of(row));
            if 1 < lines.clone().count() {
                let is_near = list.problems.iter().any(|problem| problem.line.is_some());
                if is_near || lines.clone().any(|row| 1 < systems_of(row, systems)) {
                    problems.extend(list.problems.iter().cloned());
                } else {
                    let what = format!("シート「{}」は連携一覧として読んでいません", grid.sheet);
                    hints.push(Problem::new(file, what));
                }
            }
            passed.push(list);
        }
        match lists.first_mut() {
            Some(first) => {
                first.problems.extend(problems);
                first.hints.extend(hints);
            }
            None => {
                let empty = Grid { file: file.to_owned(), ..Grid::default() };
                let mut none = passed
                    .into_iter()
                    .next()
                    .unwrap_or_else(|| Self::from_grid(&empty, &stem(file), vocabulary, systems));
                problems.retain(|problem| !none.problems.contains(problem));
                none.problems.extend(problems);
                lists.push(none);
            }
        }
        lists
    }

    /// The lists of one file as one: the rows of the later sheets are numbered `シート-番号`, for a number means one row.
    #[must_use]
    pub fn joined(lists: Vec<Self>) -> Option<Self> {
        let mut lists = lists.into_iter();
        let mut whole = lists.next()?;
        for list in lists {
            let sheet = list.id.0.rsplit('/').next().unwrap_or_default().to_owned();
            whole.rows.extend(list.rows.into_iter().map(|mut row| {
                row.no = format!("{sheet}-{}", row.no);
                row
            }));
            whole.skipped = whole.skipped.saturating_add(list.skipped);
            whole.problems.extend(list.problems);
            whole.hints.extend(list.hints);
            whole.notes.extend(list.notes);
        }
        Some(whole)
    }
}

fn cells_of(row: &[String]) -> usize {
    row.iter().filter(|cell| !cell.is_empty()).count()
}

fn systems_of(row: &[String], systems: &Systems) -> usize {
    row.iter().filter(|cell| systems.resolve(cell).is_some()).count()
}

/// The headings of the sheet before for a sheet that has none and whose rows name systems in the same columns.
fn going_on(grid: &Grid, before: Heading, words: Words<'_>) -> Option<Heading> {
    let (rows, width) = grid.filled();
    if before.roles.len() < width {
        return None;
    }
    let ends = before.end_columns();
    let fits = |row: &&Vec<String>| {
        let at = |column: &usize| row.get(*column).is_some_and(|cell| words.systems.resolve(cell).is_some());
        !ends.is_empty() && ends.iter().all(at)
    };
    let lines: Vec<&Vec<String>> = rows.iter().filter(|row| CELLS_MIN <= cells_of(row)).collect();
    let fitting = lines.iter().copied().filter(fits).count();
    // A first line without systems is a line of headings that nobody understood.
    (lines.first().is_some_and(fits) && lines.len() <= fitting.saturating_mul(2)).then_some(Heading {
        top: 0,
        height: 0,
        ..before
    })
}

/// The name of a list from that of its file.
fn stem(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    named(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
}

/// A name a reference to a row can hold.
fn named(name: &str) -> String {
    let name: String = name.split_whitespace().collect::<Vec<_>>().join("_").replace(':', "-");
    if name.is_empty() { "一覧".to_owned() } else { name }
}
