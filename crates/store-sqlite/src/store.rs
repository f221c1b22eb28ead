//! The store: its threads, its lock, and the `Journal` it is.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use register::{
    AsOf, CommitError, Committed, Draft, Entry, Fault, Journal, Kind, Lease, Position, Touched, Verification,
    View, hex,
};
use rusqlite::Connection;

use store::{KeyRing, Kinds, LeaseRequest, OrFault, Reply, Trouble, Vault, VaultKey, ask, random};

use crate::apply::read_tip;
use crate::error::named;
use crate::kinds::{KindSql, statements};
use crate::mark::EndMark;
use crate::pool::{Pool, Reader, beside, connect, connect_read_only};
use crate::room::Room;
use crate::schema::Found;
use crate::view::SqliteView;
use crate::writer::{Job, Seat, Worker, Writer};

/// Pages of log (4 KiB each) after which a commit folds it itself, should no idle moment come before.
const WAL_PAGES: i64 = 65_536;

/// Page cache of the writer in KiB; it holds the upper pages of all indexes.
const WRITER_CACHE_KIB: i64 = 64 * 1024;

/// Read connections kept when the options do not say.
const READERS: usize = 8;

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// The keys of sealed fields; needed when a kind has some.
    pub keys: Option<KeyRing>,
    /// Read connections with a large cache kept ready. More views at once are possible; theirs have a small one.
    pub readers: usize,
    /// Whether the log is made long at once, and folded into the database when nothing arrives for a while. A simulation, in which
    /// nothing may depend on how fast the machine is, leaves it to the size of the log, and tells by its length what was flushed.
    pub folds_when_idle: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { keys: None, readers: READERS, folds_when_idle: true }
    }
}

/// What the threads of a store share.
pub(crate) struct Shared {
    pub(crate) kinds: Kinds<KindSql>,
    pub(crate) vault: Option<Vault>,
    path: PathBuf,
    pool: Pool,
    head: Mutex<u64>,
    moved: Condvar,
}

impl Shared {
    pub(crate) fn new(
        kinds: Kinds<KindSql>,
        vault: Option<Vault>,
        path: &Path,
        pool: Pool,
        head: u64,
    ) -> Self {
        Self { kinds, vault, path: path.to_owned(), pool, head: Mutex::new(head), moved: Condvar::new() }
    }

    /// A read connection.
    pub(crate) fn reader(&self) -> Result<Reader<'_>, Fault> {
        self.pool.take(&self.path)
    }

    /// Tells all who wait that a newer change is durable.
    pub(crate) fn advance(&self, head: u64) {
        *self.head() = head;
        self.moved.notify_all();
    }

    fn head(&self) -> MutexGuard<'_, u64> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A journal in one SQLite file.
///
/// One writes at a time, any number read. The file belongs to one process at a time. Dropping the store waits for what
/// is under way and folds the log into the file.
pub struct Store {
    shared: Arc<Shared>,
    seat: Option<Arc<Seat>>,
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    /// Held as long as the store lives; the system releases it when the process dies.
    _lock: Lock,
    scratch: Option<PathBuf>,
}

impl Store {
    /// Opens a journal, creating the file when there is none and bringing its tables up to these kinds and to the newest of
    /// the keys.
    ///
    /// # Errors
    /// When another process has it open, when it is not such a file or a newer one, when a kind has sealed fields
    /// and there is no key or another one, when bodies are newer than this program, when a declared uniqueness does not hold, or when storage fails.
    pub fn open(path: &Path, kinds: &[&'static Kind], options: Options) -> Result<Self, Fault> {
        let Options { keys, readers, folds_when_idle } = options;
        let vault = keys.as_ref().map(Vault::new).transpose()?;
        Self::start(path, kinds, vault, (readers, folds_when_idle), "FULL", None).map_err(named)
    }

    /// A journal that lives as long as the value: a temporary file, with a key of its own. For tests and rehearsals.
    ///
    /// # Errors
    /// When the temporary directory cannot be written.
    pub fn in_memory(kinds: &[&'static Kind]) -> Result<Self, Fault> {
        let name = format!("daicho-{}", hex(&random::<12>()?));
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir(&directory).or_fault("the temporary directory cannot be written")?;
        let vault = Vault::new(&VaultKey::generate()?.into())?;
        let path = directory.join("journal.db");
        // Nobody reads it after the process: a flush would protect nothing.
        Self::start(&path, kinds, Some(vault), (READERS, true), "OFF", Some(directory.clone()))
            .inspect_err(|_| remove(&directory))
    }

    fn start(
        path: &Path,
        kinds: &[&'static Kind],
        vault: Option<Vault>,
        (readers, folds_when_idle): (usize, bool),
        synchronous: &str,
        scratch: Option<PathBuf>,
    ) -> Result<Self, Fault> {
        let kinds = Kinds::new(kinds, KindSql::new)?;
        let lock = lock(path)?;
        let mark = EndMark::beside(&lock)?;
        look(path, |journal| mark.check(journal, path))?;
        let mut conn = connect(path)?;
        set_up(&conn, synchronous)?;
        crate::schema::prepare(&mut conn, &kinds, vault.as_ref())?;
        conn.set_prepared_statement_cache_capacity(statements(&kinds));
        let tip = read_tip(&conn)?;
        let folder = connect(path)?;

        let pool = Pool::new(readers, statements(&kinds));
        let shared = Arc::new(Shared::new(kinds, vault, path, pool, tip.position));
        let room = (folds_when_idle && scratch.is_none()).then(|| Room::of(path));
        let (jobs, waiting) = channel();
        let (checkpoint, asked) = sync_channel(1);
        let seat = Arc::new(Seat::new(Writer { conn, shared: Arc::clone(&shared), tip, mark, room }));
        let worker = Worker { seat: Arc::clone(&seat), checkpoint, folds_when_idle };
        let threads = vec![
            spawn("journal-writer", move || worker.run(&waiting))?,
            spawn("journal-checkpoint", move || fold(&folder, &asked))?,
        ];
        Ok(Self { shared, seat: Some(seat), jobs: Some(jobs), threads, _lock: lock, scratch })
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Has a job done, here or by the writer's thread, and waits for its answer.
    fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, CommitError> {
        ask(job, |job| match (&self.seat, &self.jobs) {
            (Some(seat), Some(jobs)) => match seat.at_once(job) {
                Ok(look) => {
                    // When the thread is gone, only the log is not folded.
                    let _gone = look && jobs.send(Job::Look).is_err();
                    true
                }
                Err(job) => jobs.send(job).is_ok(),
            },
            _ => false,
        })
    }

    /// Runs SQL in the writer.
    #[cfg(test)]
    fn inject(&self, sql: &'static str) -> Result<(), CommitError> {
        self.ask(|reply| Job::Sql(sql, reply))
    }
}

impl Journal for Store {
    fn commit(&self, draft: Draft) -> Result<Committed, CommitError> {
        self.ask(|reply| Job::Commit(Box::new(draft), reply))
    }

    fn commit_all(&self, drafts: Vec<Draft>) -> Result<Vec<Committed>, CommitError> {
        self.ask(|reply| Job::CommitAll(drafts, reply))
    }

    fn view(&self, as_of: AsOf) -> Result<Box<dyn View + Send + '_>, Fault> {
        Ok(Box::new(SqliteView::new(&self.shared, as_of)?))
    }

    fn head(&self) -> Result<Position, Fault> {
        Ok(Position(*self.shared.head()))
    }

    fn feed(&self, after: Position, kinds: &[&str], limit: usize) -> Result<Vec<Entry>, Fault> {
        crate::feed::feed(&self.shared, after, kinds, limit)
    }

    fn next_change(&self, after: Position, kinds: &[&str]) -> Result<Option<Position>, Fault> {
        crate::feed::next_change(&self.shared, after, kinds)
    }

    fn touched(&self, after: Position, until: Position) -> Result<Vec<Touched>, Fault> {
        crate::feed::touched(&self.shared, after, until)
    }

    fn cursor(&self, name: &str) -> Result<Position, Fault> {
        let reader = self.shared.reader()?;
        crate::rows::cursor(reader.conn()?, name).map(Position)
    }

    fn lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, Fault> {
        let request = LeaseRequest { name: name.to_owned(), holder: holder.to_owned(), now, until };
        self.ask(|reply| Job::Lease(request, reply)).map_err(|error| match error {
            CommitError::Fault(fault) => fault,
            other => Fault::new("the lease cannot be granted", other),
        })
    }

    fn wait(&self, after: Position, at_most: Duration) -> Position {
        let head = self.shared.head();
        let waited = self.shared.moved.wait_timeout_while(head, at_most, |head| *head <= after.0);
        let (head, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Position(*head)
    }

    fn verify(&self) -> Result<Verification, Fault> {
        crate::verify::verify(&self.shared)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // The writer's thread ends when the last sender is gone, and the checkpoint thread with it.
        drop(self.jobs.take());
        for thread in self.threads.drain(..) {
            let _panicked = thread.join().is_err();
        }
        drop(self.seat.take());
        // No view is left, for each borrows the store; the last connection to close folds the log and removes it.
        self.shared.pool.close();
        if let Some(directory) = self.scratch.take() {
            remove(&directory);
        }
    }
}

fn remove(directory: &Path) {
    // What stays behind lies in the system's temporary directory, which is cleaned anyway.
    let _ = std::fs::remove_dir_all(directory);
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Fault> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).or_fault("a thread cannot be started")
}

/// The file held for this process.
pub(crate) struct Lock(File);

impl Lock {
    /// Another handle of the same file.
    pub(crate) fn file(&self) -> std::io::Result<File> {
        self.0.try_clone()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Said, not left to closing: a child this process is just starting holds a copy of the handle until it runs.
        let _ = self.0.unlock();
    }
}

/// Takes the file for this process: SQLite would let two writers in, and both would think they know the chain's end.
pub(crate) fn lock(path: &Path) -> Result<Lock, Fault> {
    let name = beside(path, ".lock");
    let file = File::options().create(true).truncate(false).read(true).write(true).open(&name);
    let file = file.map_err(|error| Fault::new(format!("{} cannot be written", name.display()), error))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => {
            let what = format!("the journal {} is open in another process", path.display());
            Err(Fault::new(what, Trouble::InUse))
        }
        Err(TryLockError::Error(error)) => Err(Fault::new("the journal cannot be locked", error)),
    }
}

/// Looks at a file before anything is written there: who opens it for writing folds its log, and would write over what
/// can still be recovered from a damaged one. `check` gets the journal, if there is one.
pub(crate) fn look(
    path: &Path,
    check: impl FnOnce(Option<&Connection>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    match std::fs::metadata(path) {
        // Not connected to: SQLite removes the log of an empty database, even where it may only read.
        Ok(there) if there.len() == 0 => return check(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return check(None),
        _ => {}
    }
    // A file whose making was cut off has no log yet, and what undoes it only a writer may use.
    let cut_off = beside(path, "-journal").exists() && !beside(path, "-wal").exists();
    let conn = if cut_off { connect(path)? } else { connect_read_only(path)? };
    match crate::schema::found(&conn)? {
        Found::Nothing => check(None),
        Found::Journal { .. } => {
            crate::restore::refuse_half_restored(&conn)?;
            check(Some(&conn))
        }
    }
}

pub(crate) fn set_up(conn: &Connection, synchronous: &str) -> Result<(), Fault> {
    let what = "the database cannot be set up";
    let mode: String =
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)).or_fault(what)?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(Fault::because(
            "the database cannot keep a write-ahead log here; is it on a network drive?",
        ));
    }
    conn.pragma_update(None, "synchronous", synchronous).or_fault(what)?;
    conn.pragma_update(None, "wal_autocheckpoint", WAL_PAGES).or_fault(what)?;
    conn.pragma_update(None, "cache_size", -WRITER_CACHE_KIB).or_fault(what)?;
    conn.pragma_update(None, "temp_store", "MEMORY").or_fault(what)
}

/// Folds the log into the database whenever asked, beside readers and the writer and without stopping them.
fn fold(conn: &Connection, asked: &Receiver<()>) {
    while asked.recv().is_ok() {
        // A failure costs disk, not data: the log stays, and the next idle moment tries again.
        let _ = conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    }
}

#[cfg(test)]
mod between;
#[cfg(test)]
mod tests;
