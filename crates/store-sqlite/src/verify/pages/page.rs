//! One page of a tree: what stands on it, and that nothing on it is used twice or lost.
//!
//! Source: <https://www.sqlite.org/fileformat2.html>, "B-tree Pages".

use super::bytes::{four, length, two, varint};

/// Whether a tree holds the rows of a table or the entries of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verify) enum Sort {
    Table,
    Index,
}

/// Bytes of the file's own header, on the first page.
pub(super) const FILE_HEADER: usize = 100;

/// The least room a cell takes.
const CELL_BYTES_MIN: usize = 4;

/// A page that was read. Its room is used again for the next one.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Everything on it.
    pub(super) bytes: Vec<u8>,
    /// Whether no page hangs below it.
    pub(super) is_leaf: bool,
    /// What it holds, in order.
    pub(super) cells: Vec<Cell>,
    /// The page below it that is behind all of its cells.
    pub(super) last_child: u32,
    /// From where to where something stands, for the count of what is left over.
    spans: Vec<(usize, usize)>,
}

/// An entry of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// The page below it that is before it.
    pub(super) child: u32,
    /// The number of a row, where it has one.
    pub(super) number: i64,
    /// Bytes of the whole payload.
    pub(super) payload: usize,
    /// Where on this page the payload begins.
    pub(super) start: usize,
    /// How much of it is on this page.
    pub(super) local: usize,
    /// The page on which it goes on; 0 when all of it is here.
    pub(super) overflow: u32,
}

impl Page {
    /// Finds its cells, when all of its `usable` bytes are accounted for.
    pub(super) fn check(&mut self, sort: Sort, is_first: bool, usable: usize) -> Option<()> {
        let header = if is_first { FILE_HEADER } else { 0 };
        self.is_leaf = match (self.bytes.get(header)?, sort) {
            (0x0D, Sort::Table) | (0x0A, Sort::Index) => true,
            (0x05, Sort::Table) | (0x02, Sort::Index) => false,
            _ => return None,
        };
        let count = two(&self.bytes, header + 3)?;
        let content = match two(&self.bytes, header + 5)? {
            0 => 65_536,
            content => content,
        };
        self.last_child = if self.is_leaf { 0 } else { four(&self.bytes, header + 8)? };
        let pointers = header + if self.is_leaf { 8 } else { 12 };
        if content < pointers + 2 * count || usable < content {
            return None;
        }
        self.cells.clear();
        self.spans.clear();
        for place in 0..count {
            let start = two(&self.bytes, pointers + 2 * place)?;
            let (cell, bytes) = self.cell(sort, start, usable)?;
            self.cells.push(cell);
            self.spans.push((start, start + bytes));
        }
        self.free_blocks(two(&self.bytes, header + 1)?)?;
        let fragments = usize::from(*self.bytes.get(header + 7)?);
        (self.left_over(content, usable)? == fragments).then_some(())
    }

    /// The cell at a place, and the room it takes.
    fn cell(&self, sort: Sort, start: usize, usable: usize) -> Option<(Cell, usize)> {
        let mut rest = self.bytes.get(start..usable)?;
        let room = rest.len();
        let mut cell = Cell::default();
        if !self.is_leaf {
            cell.child = four(rest, 0)?;
            rest = rest.get(4..)?;
        }
        let has_payload = self.is_leaf || sort == Sort::Index;
        if has_payload {
            (cell.payload, rest) = length(rest)?;
        }
        if sort == Sort::Table {
            let number;
            (number, rest) = varint(rest)?;
            cell.number = number.cast_signed();
        }
        let before = room - rest.len();
        if has_payload {
            cell.start = start + before;
            cell.local = local(sort, cell.payload, usable);
            if cell.local < cell.payload {
                cell.overflow = four(rest, cell.local)?;
            }
        }
        let bytes = before + cell.local + if cell.local < cell.payload { 4 } else { 0 };
        let bytes = bytes.max(CELL_BYTES_MIN);
        (bytes <= room).then_some((cell, bytes))
    }

    /// Notes the room between cells that is free, block by block.
    fn free_blocks(&mut self, first: usize) -> Option<()> {
        let mut block = first;
        while block != 0 {
            let (next, bytes) = (two(&self.bytes, block)?, two(&self.bytes, block + 2)?);
            // Blocks that touch would be one; without an order they might be a ring.
            if bytes < 4 || (next != 0 && next < block + bytes + 4) {
                return None;
            }
            self.spans.push((block, block + bytes));
            block = next;
        }
        Some(())
    }

    /// Bytes behind `content` in which nothing stands; none where two things stand in one byte.
    fn left_over(&mut self, content: usize, usable: usize) -> Option<usize> {
        // Rows that came one after the other lie one before the other.
        if !self.spans.is_sorted_by(|one, next| next < one) {
            self.spans.sort_unstable_by(|one, next| next.cmp(one));
        }
        let (mut until, mut left) = (usable, 0);
        for (from, to) in &self.spans {
            left += until.checked_sub(*to)?;
            until = *from;
        }
        Some(left + until.checked_sub(content)?)
    }
}

/// How much of a payload stands on its own page.
///
/// Source: <https://www.sqlite.org/fileformat2.html>, "Cell Payload Overflow Pages".
fn local(sort: Sort, payload: usize, usable: usize) -> usize {
    let most = match sort {
        Sort::Table => usable - 35,
        Sort::Index => (usable - 12) * 64 / 255 - 23,
    };
    if payload <= most {
        return payload;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let local = least + (payload - least) % (usable - 4);
    if local <= most { local } else { least }
}
