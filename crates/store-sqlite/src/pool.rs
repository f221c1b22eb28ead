//! Connections for reading.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use register::Fault;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use store::OrFault;

/// Page cache per reader in KiB. The system's own file cache stands behind it, so that it need not be large.
const READER_CACHE_KIB: i64 = 16 * 1024;

/// How long a connection waits for the log to be recovered after a crash.
const BUSY: Duration = Duration::from_secs(10);

/// Idle read connections of one database.
pub(crate) struct Pool {
    idle: Mutex<Vec<Connection>>,
    keep: usize,
    statements: usize,
    connect: fn(&Path) -> Result<Connection, Fault>,
}

impl Pool {
    pub(crate) fn new(keep: usize, statements: usize) -> Self {
        Self { idle: Mutex::new(Vec::new()), keep, statements, connect }
    }

    /// Connections to a file that another process may be writing, and that is not changed by them.
    pub(crate) fn read_only(keep: usize, statements: usize) -> Self {
        Self { connect: connect_read_only, ..Self::new(keep, statements) }
    }

    /// A connection of one's own. None is ever waited for: a thread that holds one view and asks for another would
    /// wait for itself; surplus connections are closed when they come back.
    pub(crate) fn take(&self, path: &Path) -> Result<Reader<'_>, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => self.open(path)?,
        };
        Ok(Reader { conn: Some(conn), pool: self })
    }

    fn open(&self, path: &Path) -> Result<Connection, Fault> {
        let conn = (self.connect)(path)?;
        conn.pragma_update(None, "query_only", true).or_fault("a reader cannot be opened")?;
        conn.pragma_update(None, "cache_size", -READER_CACHE_KIB).or_fault("a reader cannot be opened")?;
        conn.set_prepared_statement_cache_capacity(self.statements);
        Ok(conn)
    }

    pub(crate) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn give_back(&self, conn: Connection) {
        if !conn.is_autocommit() && conn.execute_batch("ROLLBACK").is_err() {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.keep {
            idle.push(conn);
        }
    }
}

/// A file of the database that has its name and an ending.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Opens a connection of either sort.
pub(crate) fn connect(path: &Path) -> Result<Connection, Fault> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)
        .map_err(|error| Fault::new(format!("the database {} cannot be opened", path.display()), error))?;
    conn.busy_timeout(BUSY).or_fault("the database cannot be opened")?;
    // A page whose parts overlap is noticed when it is read, not when it is written back.
    conn.pragma_update(None, "cell_size_check", true).or_fault("the database cannot be opened")?;
    Ok(conn)
}

/// Opens a connection that cannot write. A file without a log needs no shared memory and may lie where nothing can be
/// written; nobody writes there.
pub(crate) fn connect_read_only(path: &Path) -> Result<Connection, Fault> {
    let fault =
        |error| Fault::new(format!("the database {} cannot be opened for reading", path.display()), error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = |conn: &Connection| {
        conn.busy_timeout(BUSY)?;
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
    };
    let conn = Connection::open_with_flags(path, flags).map_err(fault)?;
    let Err(error) = read(&conn) else { return Ok(conn) };
    if error.sqlite_error_code() != Some(ErrorCode::CannotOpen) || beside(path, "-wal").exists() {
        return Err(fault(error));
    }
    let name = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let flags = flags | OpenFlags::SQLITE_OPEN_URI;
    let conn = Connection::open_with_flags(format!("file:{name}?immutable=1"), flags).map_err(fault)?;
    read(&conn).map_err(fault)?;
    Ok(conn)
}

/// A read connection on loan; its transaction ends and it goes back when dropped.
pub(crate) struct Reader<'a> {
    conn: Option<Connection>,
    pool: &'a Pool,
}

impl Reader<'_> {
    /// The connection. It is there as long as the reader is; the type only has to allow its return.
    pub(crate) fn conn(&self) -> Result<&Connection, Fault> {
        self.conn.as_ref().ok_or_else(|| Fault::because("the reader was given back"))
    }

    /// Begins a read transaction and fixes its snapshot; tells the newest change in it.
    pub(crate) fn snapshot(&self) -> Result<u64, Fault> {
        let conn = self.conn()?;
        let begin = || -> Result<Option<i64>, rusqlite::Error> {
            conn.prepare_cached("BEGIN")?.execute([])?;
            conn.prepare_cached("SELECT max(position) FROM changes")?.query_row([], |row| row.get(0))
        };
        begin().map(|head| head.map_or(0, store::uint)).or_fault("a reading cannot begin")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            self.pool.give_back(conn);
        }
    }
}
