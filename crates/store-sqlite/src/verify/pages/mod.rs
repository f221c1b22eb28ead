//! The file read page by page, beside SQLite's own reading of it.
//!
//! SQLite's check of a file walks over each page and then over each row, and each reading of a table walks over them again. Here
//! each page is looked at once: what stands on it, whether all of its bytes are accounted for, and then the rows themselves. It
//! asks SQLite only for the pages as a transaction sees them (`sqlite_dbpage`), so that the log counts.
//!
//! It is strict: what it does not know of, such as a file that grows by pointer maps, is no finding but a fault, upon which
//! SQLite's own check decides. What it accepts, `PRAGMA integrity_check` accepts as far as pages go.
//!
//! Source: <https://www.sqlite.org/fileformat2.html>.

mod bytes;
mod page;
mod record;
mod tree;

use std::cell::RefCell;
use std::collections::BTreeMap;

use register::Fault;
use rusqlite::{Connection, Statement};
use store::OrFault;

use self::bytes::{four, two};
use self::page::FILE_HEADER;
pub(super) use self::page::Sort;
pub(super) use self::tree::Rows;

const WHAT: &str = "the pages of the file cannot be read";

/// How every file begins.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The page with this byte belongs to the system's locks, and nothing is ever written on it.
const PENDING_BYTE: usize = 0x4000_0000;

/// The pages of a file, as a transaction sees them. Each is read once.
#[derive(Debug)]
pub(super) struct Pages<'c> {
    select: RefCell<Statement<'c>>,
    /// Which were read.
    seen: RefCell<Vec<bool>>,
    /// Bytes of a page that are used.
    usable: usize,
    /// Trees that were not read yet.
    trees: RefCell<BTreeMap<String, (Sort, u32)>>,
}

impl<'c> Pages<'c> {
    /// The pages of a connection's file. What is free is seen.
    pub(super) fn of(conn: &'c Connection) -> Result<Self, Fault> {
        let count: u32 = conn.query_row("PRAGMA page_count", [], |row| row.get(0)).or_fault(WHAT)?;
        let select = conn.prepare("SELECT data FROM sqlite_dbpage WHERE pgno = ?1").or_fault(WHAT)?;
        let seen = RefCell::new(vec![false; usize::try_from(count).or_fault(WHAT)?]);
        let trees = RefCell::new(trees(conn)?);
        let mut pages = Self { select: RefCell::new(select), seen, usable: 0, trees };
        let mut first = Vec::new();
        pages.fetch(1, &mut first)?;
        let known = header(&first).ok_or_else(|| Fault::because("the file's header is of another sort"))?;
        pages.usable = known.usable;
        // No page has it; a file that does not reach so far has not even its place.
        if let Some(locked) = pages.seen.get_mut().get_mut(PENDING_BYTE / first.len().max(1)) {
            *locked = true;
        }
        pages.free(known.first_free, known.free)?;
        Ok(pages)
    }

    /// The rows of a table or the entries of an index.
    pub(super) fn rows(&self, sort: Sort, name: &str) -> Result<Rows<'_, 'c>, Fault> {
        let tree = self.trees.borrow_mut().remove(name);
        let (_, root) = tree
            .filter(|(found, _)| *found == sort)
            .ok_or_else(|| Fault::because(format!("there is no tree {name}")))?;
        Rows::new(self, sort, root)
    }

    /// Walks over the trees that nobody read. Then every page was seen.
    pub(super) fn rest(&self) -> Result<(), Fault> {
        let rest = std::mem::take(&mut *self.trees.borrow_mut());
        for (sort, root) in rest.into_values() {
            let mut rows = Rows::new(self, sort, root)?;
            while rows.advance()? {}
        }
        match self.seen.borrow().iter().position(|seen| !seen) {
            None => Ok(()),
            Some(place) => Err(Fault::because(format!("page {} is never used", place + 1))),
        }
    }

    /// Reads a page that was not read yet.
    fn read(&self, page: u32, into: &mut Vec<u8>) -> Result<(), Fault> {
        self.see(page)?;
        self.fetch(page, into)
    }

    fn see(&self, page: u32) -> Result<(), Fault> {
        let mut seen = self.seen.borrow_mut();
        let place = usize::try_from(page).ok().and_then(|page| page.checked_sub(1));
        match place.and_then(|place| seen.get_mut(place)) {
            Some(seen) if !*seen => *seen = true,
            Some(_) => return Err(Fault::because(format!("page {page} is used twice"))),
            None => return Err(Fault::because(format!("there is no page {page}"))),
        }
        Ok(())
    }

    fn fetch(&self, page: u32, into: &mut Vec<u8>) -> Result<(), Fault> {
        let mut select = self.select.borrow_mut();
        let mut rows = select.query([page]).or_fault(WHAT)?;
        let row = rows.next().or_fault(WHAT)?;
        let row = row.ok_or_else(|| Fault::because(format!("there is no page {page}")))?;
        into.clear();
        into.extend_from_slice(row.get_ref(0).or_fault(WHAT)?.as_blob().or_fault(WHAT)?);
        Ok(())
    }

    /// Reads on a payload that did not end on its page, until it is whole.
    fn overflow(
        &self,
        first: u32,
        payload: usize,
        whole: &mut Vec<u8>,
        spare: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let mut page = first;
        while whole.len() < payload {
            self.read(page, spare)?;
            let bytes = self.usable.saturating_sub(4).min(payload - whole.len());
            let part = || Some((four(spare, 0)?, spare.get(4..4 + bytes)?));
            let (next, part) = part().ok_or_else(|| Fault::because(format!("page {page} is too short")))?;
            whole.extend_from_slice(part);
            page = next;
        }
        if page == 0 { Ok(()) } else { Err(Fault::because(format!("page {page} is behind a payload's end"))) }
    }

    /// Sees all free pages. Some of them list the others.
    fn free(&self, first: u32, count: u32) -> Result<(), Fault> {
        let (mut list, mut left, mut bytes) = (first, count, Vec::new());
        while list != 0 {
            self.read(list, &mut bytes)?;
            let listed = four(&bytes, 4).unwrap_or(u32::MAX);
            let is_sound = usize::try_from(listed).is_ok_and(|listed| listed <= self.usable / 4 - 2);
            let rest = left.checked_sub(listed).and_then(|left| left.checked_sub(1)).filter(|_| is_sound);
            left = rest.ok_or_else(|| Fault::because("the list of free pages is too long"))?;
            for page in bytes.chunks_exact(4).skip(2).take(usize::try_from(listed).unwrap_or_default()) {
                self.see(four(page, 0).unwrap_or_default())?;
            }
            list = four(&bytes, 0).unwrap_or_default();
        }
        if left == 0 { Ok(()) } else { Err(Fault::because("the list of free pages is too short")) }
    }
}

/// What the header of a file says.
struct Header {
    usable: usize,
    first_free: u32,
    free: u32,
}

/// Reads the header of a file of ours: texts in UTF-8, no pointer maps.
fn header(first: &[u8]) -> Option<Header> {
    let size = match two(first, 16)? {
        1 => 65_536,
        size => size,
    };
    let reserved = usize::from(*first.get(20)?);
    let is_ours =
        first.starts_with(MAGIC) && size == first.len() && four(first, 52)? == 0 && four(first, 56)? == 1;
    // SQLite wants 480 bytes of each page.
    let usable =
        size.checked_sub(reserved).filter(|usable| is_ours && 480 <= *usable && FILE_HEADER < *usable)?;
    Some(Header { usable, first_free: four(first, 32)?, free: four(first, 36)? })
}

/// Every tree by name, with its first page.
fn trees(conn: &Connection) -> Result<BTreeMap<String, (Sort, u32)>, Fault> {
    let mut select =
        conn.prepare("SELECT name, type, rootpage FROM sqlite_schema WHERE rootpage <> 0").or_fault(WHAT)?;
    let rows = select.query_map([], |row| {
        let sort = if row.get_ref(1)?.as_str()? == "index" { Sort::Index } else { Sort::Table };
        Ok((row.get(0)?, (sort, row.get(2)?)))
    });
    let mut trees: BTreeMap<_, _> = rows.or_fault(WHAT)?.collect::<Result<_, _>>().or_fault(WHAT)?;
    trees.insert("sqlite_schema".to_owned(), (Sort::Table, 1));
    Ok(trees)
}
