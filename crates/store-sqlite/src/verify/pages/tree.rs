//! The rows of a table, or the entries of an index, one after the other.

use register::Fault;

use super::Pages;
use super::page::{Page, Sort};
use super::record::Record;

/// Levels a tree may have; SQLite goes no deeper.
const LEVELS_MAX: usize = 20;

/// A walk through a tree in its order. It tells when the tree is not as SQLite writes it: pages of the wrong sort, on two ways or
/// used twice, leaves at different depths, numbers of rows out of order, payloads that end too early or too late.
///
/// What an index says is in order is for the reader to see, for whom it is a value.
#[derive(Debug)]
pub(in crate::verify) struct Rows<'p, 'c> {
    pages: &'p Pages<'c>,
    sort: Sort,
    /// From the root down. Below `depth` are pages whose room is used again.
    levels: Vec<Level>,
    depth: usize,
    /// How deep the leaves are.
    leaves: Option<usize>,
    /// No row may have a lower number, nor this one.
    number: Option<i64>,
    /// The payload, when it goes on elsewhere.
    overflown: Vec<u8>,
    spare: Vec<u8>,
}

/// A page on the way.
#[derive(Debug, Default)]
struct Level {
    page: Page,
    /// What was done on it: of an inner page, children and cells take turns.
    steps: usize,
}

/// What comes next on a page.
enum Step {
    Down(u32),
    Cell(usize),
    Up,
}

impl Level {
    fn step(&mut self) -> Step {
        let steps = self.steps;
        self.steps += 1;
        if self.page.is_leaf {
            return if steps < self.page.cells.len() { Step::Cell(steps) } else { Step::Up };
        }
        let (place, is_cell) = (steps / 2, steps % 2 == 1);
        match self.page.cells.get(place) {
            Some(_) if is_cell => Step::Cell(place),
            Some(cell) => Step::Down(cell.child),
            None if is_cell => Step::Up,
            None => Step::Down(self.page.last_child),
        }
    }
}

impl<'p, 'c> Rows<'p, 'c> {
    pub(super) fn new(pages: &'p Pages<'c>, sort: Sort, root: u32) -> Result<Self, Fault> {
        let mut rows = Self {
            pages,
            sort,
            levels: Vec::new(),
            depth: 0,
            leaves: None,
            number: None,
            overflown: Vec::new(),
            spare: Vec::new(),
        };
        rows.down(root)?;
        Ok(rows)
    }

    /// Goes to the next row; tells whether there is one.
    pub(in crate::verify) fn advance(&mut self) -> Result<bool, Fault> {
        while let Some(level) = self.depth.checked_sub(1).and_then(|top| self.levels.get_mut(top)) {
            match level.step() {
                Step::Down(child) => self.down(child)?,
                Step::Up => self.depth -= 1,
                Step::Cell(place) => {
                    if self.meet(place)? {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// The number of the row of a table.
    pub(in crate::verify) fn number(&self) -> i64 {
        self.number.unwrap_or_default()
    }

    /// What is read of the row's fields, all of which must be read.
    pub(in crate::verify) fn fields<'s, T>(
        &'s self,
        read: impl FnOnce(&mut Record<'s>) -> Option<T>,
    ) -> Result<T, Fault> {
        let read = || {
            let mut record = Record::of(self.payload()?)?;
            let fields = read(&mut record)?;
            record.end().map(|()| fields)
        };
        read().ok_or_else(|| self.unlike())
    }

    fn payload(&self) -> Option<&[u8]> {
        let Level { page, steps } = self.levels.get(self.depth.checked_sub(1)?)?;
        let place = steps.checked_sub(1)?;
        let cell = page.cells.get(if page.is_leaf { place } else { place / 2 })?;
        if cell.overflow != 0 {
            return Some(&self.overflown);
        }
        page.bytes.get(cell.start..cell.start + cell.local)
    }

    /// A row that is not as it should be.
    fn unlike(&self) -> Fault {
        Fault::because(format!("a row behind number {:?} is not as it should be", self.number))
    }

    fn down(&mut self, page: u32) -> Result<(), Fault> {
        if self.depth == self.levels.len() {
            self.levels.push(Level::default());
        }
        let is_root = self.depth == 0;
        self.depth += 1;
        let depth = self.depth;
        let level = self.levels.get_mut(depth - 1).filter(|_| depth <= LEVELS_MAX);
        let level = level.ok_or_else(|| Fault::because("a tree is too deep"))?;
        level.steps = 0;
        self.pages.read(page, &mut level.page.bytes)?;
        let is_sound = level.page.check(self.sort, page == 1, self.pages.usable).is_some()
            && (is_root || !level.page.cells.is_empty())
            && (!level.page.is_leaf || *self.leaves.get_or_insert(depth) == depth);
        if is_sound { Ok(()) } else { Err(Fault::because(format!("page {page} is not as it should be"))) }
    }

    /// Looks at a cell of the page; tells whether it is a row.
    fn meet(&mut self, place: usize) -> Result<bool, Fault> {
        let level = self.depth.checked_sub(1).and_then(|top| self.levels.get(top));
        let Some((level, cell)) = level.and_then(|level| Some((level, *level.page.cells.get(place)?))) else {
            return Ok(false);
        };
        if self.sort == Sort::Table {
            // The number between two children is at least the last of the first one.
            let is_row = level.page.is_leaf;
            let follows = |last| last < cell.number || (!is_row && last == cell.number);
            if !self.number.is_none_or(follows) {
                return Err(self.unlike());
            }
            self.number = Some(cell.number);
            if !is_row {
                return Ok(false);
            }
        }
        if cell.overflow != 0 {
            let local = level.page.bytes.get(cell.start..cell.start + cell.local).unwrap_or_default();
            self.overflown.clear();
            self.overflown.extend_from_slice(local);
            self.pages.overflow(cell.overflow, cell.payload, &mut self.overflown, &mut self.spare)?;
        } else if cell.local < cell.payload {
            return Err(self.unlike());
        }
        Ok(true)
    }
}
