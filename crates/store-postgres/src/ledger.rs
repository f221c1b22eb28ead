//! The journal as it is stored, and a database opened for reading beside whoever writes it.

use std::cell::Cell;
use std::ops::ControlFlow;

use register::{
    AsOf, ChainHash, ChainWalk, Fault, Kind, KindNote, Ledger, Position, RawChange, RawVersion, Snapshot,
    Standing, Verification, View,
};
use store::{Kinds, OrFault, date, int, time, uint, version};
use tokio::runtime::Runtime;
use tokio_postgres::Row;

use crate::conn::{Conn, Pool};
use crate::cursor::Cursor;
use crate::error::{OrSaid, cannot_open};
use crate::kinds::KindSql;
use crate::server::Server;
use crate::store::runtime;
use crate::view::PostgresView;
use crate::{Options, Reading, Store};

const WHAT: &str = "the journal cannot be read as it is stored";

/// A journal's database opened for reading only: a backup beside the serving town, or the check of a copy.
///
/// It takes no lock and writes nothing: a user who may only select will do, and so will a replica.
pub struct ReadOnly {
    reading: Reading,
    runtime: Option<Runtime>,
}

impl ReadOnly {
    /// Opens the journal at an address, as [`Store::open`] takes it. Without a key all but sealed bodies and their
    /// columns can be read and checked. Of the options only keys, password and readers count.
    ///
    /// # Errors
    /// With a [`Trouble`](crate::Trouble) as cause: when the server is out of reach or too old, or the database holds no
    /// journal, one of a newer program, a half-restored one, or one that was sealed with another key. Otherwise when
    /// `url` does not read or storage fails.
    pub fn open(url: &str, kinds: &[&'static Kind], options: Options) -> Result<Self, Fault> {
        let Options { keys, password, tls, readers, .. } = options;
        let server = Server::new(url, password, tls)?;
        let kinds = Kinds::new(kinds, KindSql::new)?;
        let runtime = runtime()?;
        let handle = runtime.handle().clone();
        let conn = Conn::open(&handle, &server).map_err(|error| cannot_open(&error))?;
        let vault = crate::schema::check(&conn, keys.as_ref(), &kinds)?;
        let pool = Pool::new(handle, server, readers);
        pool.keep(conn);
        Ok(Self { reading: Reading { kinds, vault, pool }, runtime: Some(runtime) })
    }

    /// A reading of this moment, or of an earlier one.
    ///
    /// # Errors
    /// When storage fails.
    pub fn view(&self, as_of: AsOf) -> Result<Box<dyn View + Send + '_>, Fault> {
        Ok(Box::new(PostgresView::new(&self.reading, as_of)?))
    }

    /// Walks the chain and compares the current records, as [`register::Journal::verify`] does. Without a key the
    /// columns of kinds with sealed fields are not compared.
    ///
    /// # Errors
    /// When storage fails. What is wrong with the content is in the answer.
    pub fn verify(&self) -> Result<Verification, Fault> {
        crate::verify::verify(&self.reading)
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Not waited for: this may be a thread of another runtime, and only idle connections are left.
            runtime.shutdown_background();
        }
    }
}

impl Ledger for ReadOnly {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, Fault> {
        stored(&self.reading)
    }
}

impl Ledger for Store {
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>, Fault> {
        stored(self.reading())
    }
}

fn stored(reading: &Reading) -> Result<Box<dyn Snapshot + '_>, Fault> {
    let (snapshot, _) = reading.pool.snapshot()?;
    // The reader may be busy with a slow disk for as long as it takes.
    snapshot.conn()?.batch("SET LOCAL idle_in_transaction_session_timeout = 0").or_said(WHAT)?;
    Ok(Box::new(AsStored { snapshot, cursors: Cell::new(0) }))
}

/// One read transaction.
struct AsStored<'a> {
    snapshot: crate::conn::Snapshot<'a>,
    /// Cursors opened so far, so that each has a name of its own.
    cursors: Cell<u64>,
}

const HEAD: &str = "SELECT position, at_us, hash FROM changes ORDER BY position DESC LIMIT 1";
const LINK: &str = "SELECT position, at_us, hash FROM changes WHERE position = $1";

impl AsStored<'_> {
    fn pairs(&self, sql: &str) -> Result<Vec<(String, u64)>, Fault> {
        let rows = self.snapshot.conn()?.query(sql, &[]).or_said(WHAT)?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, uint(row.try_get(1)?))))
            .collect::<Result<_, _>>()
            .or_said(WHAT)
    }

    fn cursor(&self, sql: &str) -> Result<Cursor<'_>, Fault> {
        let no = self.cursors.get();
        self.cursors.set(no.wrapping_add(1));
        Cursor::open(self.snapshot.conn()?, &format!("stored_{no}"), sql, WHAT)
    }
}

fn walk(row: &Row) -> Result<ChainWalk, Fault> {
    let position = uint(row.try_get(0).or_said(WHAT)?);
    Ok(ChainWalk {
        position: Position(position),
        at: Some(time(row.try_get(1).or_said(WHAT)?)?),
        hash: hash(row, 2)?,
    })
}

impl Snapshot for AsStored<'_> {
    fn head(&self) -> Result<ChainWalk, Fault> {
        let rows = self.snapshot.conn()?.query(HEAD, &[]).or_said(WHAT)?;
        rows.first().map_or(Ok(ChainWalk::START), walk)
    }

    fn link(&self, position: Position) -> Result<Option<ChainWalk>, Fault> {
        let rows = self.snapshot.conn()?.query(LINK, &[&int(position.0)]).or_said(WHAT)?;
        rows.first().map(walk).transpose()
    }

    fn standing(&self) -> Result<Standing, Fault> {
        let conn = self.snapshot.conn()?;
        let vault_keys = crate::schema::meta(conn, crate::schema::VAULT_KEYS)?.unwrap_or_default();
        let mut kinds = Vec::new();
        for row in conn.query("SELECT id, title, sealed FROM kinds ORDER BY id", &[]).or_said(WHAT)? {
            let sealed: &str = row.try_get(2).or_said(WHAT)?;
            kinds.push(KindNote {
                id: row.try_get(0).or_said(WHAT)?,
                title: row.try_get(1).or_said(WHAT)?,
                sealed: serde_json::from_str(sealed).or_fault(WHAT)?,
            });
        }
        let cursors = self.pairs("SELECT name, position FROM cursors ORDER BY name")?;
        Ok(Standing {
            cursors: cursors.into_iter().map(|(name, position)| (name, Position(position))).collect(),
            leases: self.pairs("SELECT name, token FROM leases ORDER BY name")?,
            vault_keys: vault_keys.split_whitespace().map(str::to_owned).collect(),
            kinds,
        })
    }

    /// Reads changes and versions side by side, both in the order of the journal. A version whose change is missing is
    /// passed over; `verify` tells it.
    fn changes(
        &self,
        after: Position,
        each: &mut dyn FnMut(RawChange) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        let after = int(after.0);
        let mut changes = self.cursor(&format!(
            "SELECT position, at_us, effective_on, system, function, actor, reason, cause, hash FROM changes
             WHERE position > {after} ORDER BY position"
        ))?;
        let mut lines = self.cursor(&format!(
            "SELECT position, kind, key, version, effective_on, closed, body FROM versions
             WHERE position > {after} ORDER BY position, ordinal"
        ))?;
        let mut next = lines.next(line)?;
        while let Some(mut change) = changes.next(change)? {
            let position = change.position.0;
            while next.as_ref().is_some_and(|(place, _)| *place < position) {
                next = lines.next(line)?;
            }
            while let Some((_, version)) = next.take_if(|(place, _)| *place == position) {
                change.versions.push(version);
                next = lines.next(line)?;
            }
            if each(change)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn line(row: &Row) -> Result<(u64, RawVersion), Fault> {
    let position = uint(row.try_get(0).or_said(WHAT)?);
    let read = || -> Result<RawVersion, Fault> {
        Ok(RawVersion {
            kind: row.try_get(1).or_said(WHAT)?,
            key: row.try_get(2).or_said(WHAT)?,
            version: version(row.try_get(3).or_said(WHAT)?)?,
            effective_on: date(row.try_get(4).or_said(WHAT)?)?,
            closed: row.try_get(5).or_said(WHAT)?,
            body: row.try_get(6).or_said(WHAT)?,
        })
    };
    read()
        .map(|version| (position, version))
        .map_err(|fault| Fault::new(format!("a version of change {position} does not read"), fault))
}

fn change(row: &Row) -> Result<RawChange, Fault> {
    let position = uint(row.try_get(0).or_said(WHAT)?);
    let read = || -> Result<RawChange, Fault> {
        Ok(RawChange {
            position: Position(position),
            at: time(row.try_get(1).or_said(WHAT)?)?,
            effective_on: date(row.try_get(2).or_said(WHAT)?)?,
            system: row.try_get(3).or_said(WHAT)?,
            function: row.try_get(4).or_said(WHAT)?,
            actor: row.try_get(5).or_said(WHAT)?,
            reason: row.try_get(6).or_said(WHAT)?,
            cause: row.try_get(7).or_said(WHAT)?,
            hash: hash(row, 8)?,
            versions: Vec::new(),
        })
    };
    read().map_err(|fault| Fault::new(format!("change {position} does not read"), fault))
}

fn hash(row: &Row, place: usize) -> Result<ChainHash, Fault> {
    let hash: &[u8] = row.try_get(place).or_said(WHAT)?;
    let hash = hash.try_into().or_fault("a hash has another length")?;
    Ok(ChainHash(hash))
}
