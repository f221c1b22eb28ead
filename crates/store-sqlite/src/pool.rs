//! Connections for reading.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use register::{Fault, in_one_line};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use store::{OrFault, Trouble};

/// Page cache in KiB of each reader that is kept at all times. The system's own file cache stands behind it, so that it need not
/// be large.
const READER_CACHE_KIB: i64 = 16 * 1024;

/// Page cache in KiB of a reader beyond those, which many threads at once made necessary.
const SPARE_CACHE_KIB: i64 = 512;

/// Readers kept beyond the number that was asked for. To open one reads the declarations of all tables, which takes as long as
/// many a reading; a town has a thread for each link, and a commit wakes several.
const SPARE: usize = 120;

/// How long a connection waits for the log to be recovered after a crash.
const BUSY: Duration = Duration::from_secs(10);

/// Idle read connections of one database.
pub(crate) struct Pool {
    idle: Mutex<Idle>,
    keep: usize,
    statements: usize,
    connect: fn(&Path) -> Result<Connection, Fault>,
}

/// Connections nobody uses. Those with a large cache are taken first.
#[derive(Default)]
struct Idle {
    roomy: Vec<Connection>,
    spare: Vec<Connection>,
    /// How many with a large cache there are, with those in use.
    roomy_count: usize,
}

impl Pool {
    pub(crate) fn new(keep: usize, statements: usize) -> Self {
        Self { idle: Mutex::default(), keep, statements, connect }
    }

    /// Connections to a file that another process may be writing, and that is not changed by them.
    pub(crate) fn read_only(keep: usize, statements: usize) -> Self {
        Self { connect: connect_read_only, ..Self::new(keep, statements) }
    }

    /// A connection of one's own. None is ever waited for: a thread that holds one view and asks for another would
    /// wait for itself; those beyond the spare ones are closed when they come back.
    pub(crate) fn take(&self, path: &Path) -> Result<Reader<'_>, Fault> {
        let (conn, roomy) = {
            let mut idle = self.idle();
            if let Some(conn) = idle.roomy.pop() {
                (Some(conn), true)
            } else if idle.roomy_count < self.keep {
                idle.roomy_count += 1;
                (None, true)
            } else {
                (idle.spare.pop(), false)
            }
        };
        // Counted as one with a large cache from here on, however it ends.
        let mut reader = Reader { conn, roomy, pool: self };
        if reader.conn.is_none() {
            reader.conn = Some(self.open(path, if roomy { READER_CACHE_KIB } else { SPARE_CACHE_KIB })?);
        }
        Ok(reader)
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self, path: &Path, cache_kib: i64) -> Result<Connection, Fault> {
        let conn = (self.connect)(path)?;
        conn.pragma_update(None, "query_only", true).or_fault("a reader cannot be opened")?;
        conn.pragma_update(None, "cache_size", -cache_kib).or_fault("a reader cannot be opened")?;
        conn.set_prepared_statement_cache_capacity(self.statements);
        Ok(conn)
    }

    pub(crate) fn close(&self) {
        let mut idle = self.idle();
        idle.roomy_count -= std::mem::take(&mut idle.roomy).len();
        idle.spare.clear();
    }

    /// Takes a connection back; one that was not opened or does not end its transaction is gone.
    fn give_back(&self, conn: Option<Connection>, roomy: bool) {
        let sound = conn.filter(|conn| conn.is_autocommit() || conn.execute_batch("ROLLBACK").is_ok());
        let mut idle = self.idle();
        match sound {
            Some(conn) if roomy => idle.roomy.push(conn),
            Some(conn) if idle.spare.len() < SPARE => idle.spare.push(conn),
            None if roomy => idle.roomy_count -= 1,
            Some(_) | None => {}
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
    plan_once(&conn).or_fault("the database cannot be opened")?;
    // A page whose parts overlap is noticed when it is read, not when it is written back.
    conn.pragma_update(None, "cell_size_check", true).or_fault("the database cannot be opened")?;
    Ok(conn)
}

/// Lets a statement keep the plan it was prepared with. Otherwise one whose plan may depend on a value is prepared anew for each
/// value, which takes longer than a short reading.
fn plan_once(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// Opens a connection that cannot write. A file without a log needs no shared memory and may lie where nothing can be
/// written; nobody writes there.
pub(crate) fn connect_read_only(path: &Path) -> Result<Connection, Fault> {
    let fault =
        |error| Fault::new(format!("the database {} cannot be opened for reading", path.display()), error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = |conn: &Connection| {
        conn.busy_timeout(BUSY)?;
        plan_once(conn)?;
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
    };
    let conn = Connection::open_with_flags(path, flags).map_err(fault)?;
    let Err(error) = read(&conn) else { return Ok(conn) };
    if !matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)) {
        return Err(fault(error));
    }
    // An empty log as well: a living town's may be filled while it is read.
    if beside(path, "-wal").exists() {
        return Err(Fault::new(in_one_line(&fault(error)), Trouble::LogBeside));
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
    /// Whether it counts as one with a large cache.
    roomy: bool,
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
        self.pool.give_back(self.conn.take(), self.roomy);
    }
}
