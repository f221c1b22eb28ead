//! The journal as it is stored, and a file opened for reading beside whoever writes it.

use std::ops::ControlFlow;
use std::path::Path;

use register::{
    AsOf, ChainHash, ChainWalk, Fault, Kind, KindNote, Ledger, Position, RawChange, RawVersion, Snapshot,
    Standing, Verification, View,
};
use rusqlite::{Connection, OptionalExtension, Row, Rows};
use store::{Kinds, OrFault, date, int, time, uint, version};

use crate::error::named;
use crate::kinds::{KindSql, statements};
use crate::pool::{Pool, Reader};
use crate::rows::Checked;
use crate::text::{line, unline};
use crate::view::SqliteView;
use crate::{Options, Shared, Store};

const WHAT: &str = "the journal cannot be read as it is stored";

/// A journal's file opened for reading only: a backup beside the serving town, or the check of a copy.
///
/// It takes no lock and writes nothing. A copy with a log (`-wal`) beside it needs a folder in which SQLite may put
/// its shared memory; one without can lie on a medium that cannot be written.
pub struct ReadOnly {
    shared: Shared,
}

impl ReadOnly {
    /// Opens the file. Without a key all but sealed bodies and their columns can be read and checked.
    ///
    /// # Errors
    /// When it is not such a file, a newer one, a half-restored one, or cannot be read.
    pub fn open(path: &Path, kinds: &[&'static Kind], options: Options) -> Result<Self, Fault> {
        Self::begin(path, kinds, options).map_err(named)
    }

    fn begin(path: &Path, kinds: &[&'static Kind], options: Options) -> Result<Self, Fault> {
        let Options { keys, readers, .. } = options;
        let kinds = Kinds::new(kinds, KindSql::new)?;
        let pool = Pool::read_only(readers, statements(&kinds));
        let (head, vault) = {
            let reader = pool.take(path)?;
            let conn = reader.conn()?;
            let vault = crate::schema::check(conn, keys.as_ref(), &kinds)?;
            crate::restore::refuse_half_restored(conn)?;
            (reader.snapshot()?, vault)
        };
        Ok(Self { shared: Shared::new(kinds, vault, path, pool, head) })
    }

    /// A reading of this moment, or of an earlier one.
    ///
    /// # Errors
    /// When storage fails.
    pub fn view(&self, as_of: AsOf) -> Result<Box<dyn View + Send + '_>, Fault> {
        Ok(Box::new(SqliteView::new(&self.shared, as_of)?))
    }

    /// Walks the chain and compares the current records, as [`register::Journal::verify`] does. Without a key the
    /// columns of kinds with sealed fields are not compared.
    ///
    /// # Errors
    /// When storage fails. What is wrong with the content is in the answer.
    pub fn verify(&self) -> Result<Verification, Fault> {
        crate::verify::verify(&self.shared)
    }
}

impl Ledger for ReadOnly {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, Fault> {
        stored(&self.shared)
    }
}

impl Ledger for Store {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, Fault> {
        stored(self.shared())
    }
}

fn stored(shared: &Shared) -> Result<Box<dyn Snapshot + '_>, Fault> {
    let reader = shared.reader()?;
    reader.snapshot()?;
    Ok(Box::new(AsStored { reader }))
}

/// One read transaction.
struct AsStored<'a> {
    reader: Reader<'a>,
}

const LINK: &str = "SELECT position, at_us, hash FROM changes";

impl AsStored<'_> {
    fn one(&self, condition: &str, position: i64) -> Result<Option<ChainWalk>, Fault> {
        let mut select = self.reader.conn()?.prepare_cached(&format!("{LINK} {condition}")).or_fault(WHAT)?;
        let row: Option<(i64, i64, [u8; 32])> = select
            .query_row([position], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()
            .or_fault(WHAT)?;
        row.map(|(position, at_us, hash)| {
            let at = Some(time(at_us)?);
            Ok(ChainWalk { position: Position(uint(position)), at, hash: ChainHash(hash) })
        })
        .transpose()
    }
}

impl Snapshot for AsStored<'_> {
    fn head(&self) -> Result<ChainWalk, Fault> {
        let newest = self.one("WHERE position <= ?1 ORDER BY position DESC LIMIT 1", i64::MAX)?;
        Ok(newest.unwrap_or(ChainWalk::START))
    }

    fn link(&self, position: Position) -> Result<Option<ChainWalk>, Fault> {
        self.one("WHERE position = ?1", int(position.0))
    }

    fn standing(&self) -> Result<Standing, Fault> {
        let conn = self.reader.conn()?;
        let Checked { cursors, leases, problems } = crate::rows::check(conn)?;
        // Put into an archive they would come back with marks that fit.
        if let Some(problem) = problems.into_iter().next() {
            return Err(Fault::because(problem));
        }
        let vault_keys = crate::schema::noted(conn, crate::schema::VAULT_KEYS)?.unwrap_or_default();
        let mut select = conn.prepare("SELECT id, title, sealed FROM kinds ORDER BY id").or_fault(WHAT)?;
        let mut rows = select.query([]).or_fault(WHAT)?;
        let mut kinds = Vec::new();
        while let Some(row) = rows.next().or_fault(WHAT)? {
            let sealed: String = row.get(2).or_fault(WHAT)?;
            kinds.push(KindNote {
                id: row.get(0).or_fault(WHAT)?,
                title: row.get(1).or_fault(WHAT)?,
                sealed: serde_json::from_str(&sealed).or_fault(WHAT)?,
            });
        }
        Ok(Standing {
            cursors: cursors.into_iter().map(|(name, position)| (name, Position(position))).collect(),
            leases,
            vault_keys: vault_keys.split_whitespace().map(str::to_owned).collect(),
            kinds,
        })
    }

    fn changes(
        &self,
        after: Position,
        each: &mut dyn FnMut(RawChange) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        walk(self.reader.conn()?, after, each)
    }
}

/// Reads changes and versions side by side, both in the order of their tables. A version whose change is missing is
/// passed over; `verify` tells it.
fn walk(
    conn: &Connection,
    after: Position,
    each: &mut dyn FnMut(RawChange) -> Result<ControlFlow<()>, Fault>,
) -> Result<(), Fault> {
    let mut changes = conn
        .prepare_cached(
            "SELECT position, at_us, effective_on, system, function, actor, reason, cause, hash FROM changes
             WHERE ?1 < position ORDER BY position",
        )
        .or_fault(WHAT)?;
    let mut lines = conn
        .prepare_cached(
            "SELECT line, kind, key, version, effective_on, closed, body FROM versions
             WHERE ?1 <= line ORDER BY line",
        )
        .or_fault(WHAT)?;
    let mut rows = changes.query([int(after.0)]).or_fault(WHAT)?;
    let mut lines = lines.query([line(after.0.saturating_add(1), 0)]).or_fault(WHAT)?;
    let mut next = next_line(&mut lines)?;
    while let Some(row) = rows.next().or_fault(WHAT)? {
        let position = uint(row.get(0).or_fault(WHAT)?);
        let unreadable = |fault| Fault::new(format!("change {position} does not read"), fault);
        let mut change = change(row, position).map_err(unreadable)?;
        while next.as_ref().is_some_and(|(place, _)| *place < position) {
            next = next_line(&mut lines)?;
        }
        while let Some((_, version)) = next.take_if(|(place, _)| *place == position) {
            change.versions.push(version);
            next = next_line(&mut lines)?;
        }
        if each(change)?.is_break() {
            return Ok(());
        }
    }
    Ok(())
}

fn next_line(rows: &mut Rows<'_>) -> Result<Option<(u64, RawVersion)>, Fault> {
    let Some(row) = rows.next().or_fault(WHAT)? else { return Ok(None) };
    let (position, _) = unline(row.get(0).or_fault(WHAT)?);
    let read = || -> Result<RawVersion, Fault> {
        Ok(RawVersion {
            kind: row.get(1).or_fault(WHAT)?,
            key: row.get(2).or_fault(WHAT)?,
            version: version(row.get(3).or_fault(WHAT)?)?,
            effective_on: date(text(row, 4)?)?,
            closed: row.get::<_, i64>(5).or_fault(WHAT)? != 0,
            body: row.get(6).or_fault(WHAT)?,
        })
    };
    read()
        .map(|version| Some((position, version)))
        .map_err(|fault| Fault::new(format!("a version of change {position} does not read"), fault))
}

fn change(row: &Row<'_>, position: u64) -> Result<RawChange, Fault> {
    Ok(RawChange {
        position: Position(position),
        at: time(row.get(1).or_fault(WHAT)?)?,
        effective_on: date(text(row, 2)?)?,
        system: row.get(3).or_fault(WHAT)?,
        function: row.get(4).or_fault(WHAT)?,
        actor: row.get(5).or_fault(WHAT)?,
        reason: row.get(6).or_fault(WHAT)?,
        cause: row.get(7).or_fault(WHAT)?,
        hash: ChainHash(row.get(8).or_fault(WHAT)?),
        versions: Vec::new(),
    })
}

fn text<'a>(row: &'a Row<'_>, place: usize) -> Result<&'a str, Fault> {
    row.get_ref(place).and_then(|value| Ok(value.as_str()?)).or_fault(WHAT)
}
