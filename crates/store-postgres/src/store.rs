//! The store: its runtime, its threads, and the `Journal` it is.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use register::{
    AsOf, CommitError, Committed, Draft, Entry, Fault, Journal, Kind, Lease, Position, Touched, Verification,
    View,
};
use store::{KeyRing, Kinds, LeaseRequest, OrFault, Vault, ask, uint};
use tokio::runtime::{Builder, Runtime};

use crate::conn::{Conn, Pool};
use crate::error::{OrSaid, cannot_open};
use crate::kinds::KindSql;
use crate::listen::{Heard, listen};
use crate::plan::prepare;
use crate::schema::journal_lock;
use crate::server::{Server, Tls};
use crate::view::PostgresView;
use crate::writer::{Job, Writer, begin};

/// Read connections kept when the options do not say.
const READERS: usize = 16;

/// How long a change waits for a server that is away, when the options do not say.
const PATIENCE: Duration = Duration::from_secs(30);

/// Threads that move bytes between sockets and callers.
const DRIVERS: usize = 2;

/// A password, which is never shown.
#[derive(Clone)]
pub struct Password(pub(crate) String);

impl Password {
    /// The password as it is.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// The keys of sealed fields; needed when a kind has some.
    pub keys: Option<KeyRing>,
    /// The password of the address's user, where the address does not hold it.
    pub password: Option<Password>,
    /// TLS to the server; without it the connection is as open as the network it goes over.
    pub tls: Option<Tls>,
    /// Read connections kept ready. More views at once are possible; theirs are opened and closed.
    pub readers: usize,
    /// How long a change waits for a server that is away before it fails.
    pub patience: Duration,
    /// A database that nobody misses: one that does not flush is taken too.
    pub scratch: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { keys: None, password: None, tls: None, readers: READERS, patience: PATIENCE, scratch: false }
    }
}

/// What every reading needs.
pub(crate) struct Reading {
    pub(crate) kinds: Kinds<KindSql>,
    pub(crate) vault: Option<Vault>,
    pub(crate) pool: Pool,
}

/// What the threads of a store share.
pub(crate) struct Shared {
    pub(crate) reading: Reading,
    pub(crate) server: Server,
    pub(crate) heard: Arc<Heard>,
    pub(crate) declared: String,
    /// Begins a transaction of a writer, by the lock through which writers of this journal exclude each other.
    pub(crate) begin: String,
    pub(crate) patience: Duration,
    reached: AtomicBool,
    closing: Mutex<bool>,
    closed: Condvar,
}

impl Shared {
    /// Whether the server was there when it was last looked for.
    pub(crate) fn is_reached(&self) -> bool {
        self.reached.load(Ordering::Relaxed)
    }

    pub(crate) fn reached(&self, reached: bool) {
        self.reached.store(reached, Ordering::Relaxed);
    }

    pub(crate) fn is_closing(&self) -> bool {
        *self.closing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, unless the store is closing.
    pub(crate) fn pause(&self, at_most: Duration) {
        let closing = self.closing.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.closed.wait_timeout_while(closing, at_most, |closing| !*closing));
    }

    fn close(&self) {
        *self.closing.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.closed.notify_all();
    }
}

/// A journal in a PostgreSQL database.
///
/// Any number of processes share it. Dropping the store waits for what is under way.
pub struct Store {
    shared: Arc<Shared>,
    jobs: Option<Sender<Job>>,
    writer: Option<JoinHandle<()>>,
    runtime: Option<Runtime>,
}

impl Store {
    /// Opens a journal, creating the tables when there are none and bringing them up to these kinds. The tables stand
    /// in the first schema of the search path, `public` unless `url` says otherwise
    /// (`?options=-c%20search_path%3Dtown`).
    ///
    /// # Errors
    /// With a [`Trouble`](crate::Trouble) as cause: when the server is out of reach, too old or does not flush, when the database holds
    /// something else or was written by a newer program, has bodies newer than this program, takes no writes, was sealed with another key, or a kind has
    /// sealed fields and there is no key. Otherwise when `url` does not read, a declared uniqueness does not hold, or
    /// storage fails.
    pub fn open(url: &str, kinds: &[&'static Kind], options: Options) -> Result<Self, Fault> {
        let Options { keys, password, tls, readers, patience, scratch } = options;
        let server = Server::new(url, password, tls)?;
        let vault = keys.as_ref().map(Vault::new).transpose()?;
        let kinds = Kinds::new(kinds, KindSql::new)?;
        let runtime = runtime()?;
        let handle = runtime.handle().clone();
        let conn = Conn::open(&handle, &server).map_err(|error| cannot_open(&error))?;
        let prepared = crate::schema::prepare(&conn, &kinds, vault.as_ref(), scratch)?;
        let what = "the end of the journal cannot be read";
        let rows = conn.query("SELECT COALESCE(max(position), 0) FROM changes", &[]).or_said(what)?;
        let head: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0)).or_said(what)?;
        let (heard, told) = Heard::new(uint(head));
        let heard = Arc::new(heard);
        let woken_by = format!("daicho_{}", prepared.journal);
        runtime.spawn(listen(Arc::clone(&heard), server.clone(), woken_by, told));

        let shared = Arc::new(Shared {
            reading: Reading { kinds, vault, pool: Pool::new(handle, server.clone(), readers) },
            server,
            heard,
            declared: prepared.declared,
            begin: begin(journal_lock(prepared.journal)),
            patience,
            reached: AtomicBool::new(true),
            closing: Mutex::new(false),
            closed: Condvar::new(),
        });
        let (jobs, waiting) = channel();
        let writer = Writer { shared: Arc::clone(&shared), conn: None };
        let writer = std::thread::Builder::new()
            .name("journal-writer".to_owned())
            .spawn(move || writer.run(&waiting))
            .or_fault("a thread cannot be started")?;
        Ok(Self { shared, jobs: Some(jobs), writer: Some(writer), runtime: Some(runtime) })
    }

    fn prepare(&self, draft: Draft) -> Result<crate::plan::Prepared, Fault> {
        let reading = self.reading();
        prepare(&reading.kinds, reading.vault.as_ref(), draft)
    }

    pub(crate) fn reading(&self) -> &Reading {
        &self.shared.reading
    }
}

/// The threads of a store that move bytes.
pub(crate) fn runtime() -> Result<Runtime, Fault> {
    Builder::new_multi_thread()
        .worker_threads(DRIVERS)
        .thread_name("journal-driver")
        .enable_all()
        .build()
        .or_fault("a thread cannot be started")
}

impl Store {
    /// Leaves a job to the writer's thread; whether it is still there.
    fn give(&self, job: Job) -> bool {
        self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok())
    }
}

impl Journal for Store {
    fn commit(&self, draft: Draft) -> Result<Committed, CommitError> {
        // Sealing and reading of columns is done here, by as many threads as there are callers.
        let draft = Box::new(self.prepare(draft)?);
        ask(|reply| Job::Commit(draft, reply), |job| self.give(job))
    }

    fn commit_all(&self, drafts: Vec<Draft>) -> Result<Vec<Committed>, CommitError> {
        let drafts = drafts.into_iter().map(|draft| self.prepare(draft)).collect::<Result<Vec<_>, _>>()?;
        ask(|reply| Job::CommitAll(drafts, reply), |job| self.give(job))
    }

    fn view(&self, as_of: AsOf) -> Result<Box<dyn View + Send + '_>, Fault> {
        Ok(Box::new(PostgresView::new(self.reading(), as_of)?))
    }

    fn head(&self) -> Result<Position, Fault> {
        let what = "the end of the journal cannot be read";
        let rows = self
            .reading()
            .pool
            .read(what, |conn| conn.query("SELECT COALESCE(max(position), 0) FROM changes", &[]))?;
        let head: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0)).or_said(what)?;
        self.shared.heard.hear(uint(head));
        Ok(Position(uint(head)))
    }

    fn feed(&self, after: Position, kinds: &[&str], limit: usize) -> Result<Vec<Entry>, Fault> {
        crate::feed::feed(self.reading(), after, kinds, limit)
    }

    fn next_change(&self, after: Position, kinds: &[&str]) -> Result<Option<Position>, Fault> {
        crate::feed::next_change(self.reading(), after, kinds)
    }

    fn touched(&self, after: Position, until: Position) -> Result<Vec<Touched>, Fault> {
        crate::feed::touched(self.reading(), after, until)
    }

    fn cursor(&self, name: &str) -> Result<Position, Fault> {
        let what = "the cursor cannot be read";
        let rows = self
            .reading()
            .pool
            .read(what, |conn| conn.query("SELECT position FROM cursors WHERE name = $1", &[&name]))?;
        let found: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0)).or_said(what)?;
        Ok(Position(uint(found)))
    }

    fn lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, Fault> {
        let request = LeaseRequest { name: name.to_owned(), holder: holder.to_owned(), now, until };
        ask(|reply| Job::Lease(request, reply), |job| self.give(job)).map_err(|error| match error {
            CommitError::Fault(fault) => fault,
            other => Fault::new("the lease cannot be granted", other),
        })
    }

    fn wait(&self, after: Position, at_most: Duration) -> Position {
        self.shared.heard.wait(after, at_most)
    }

    fn verify(&self) -> Result<Verification, Fault> {
        crate::verify::verify(self.reading())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.shared.close();
        // The writer ends when the last sender is gone.
        drop(self.jobs.take());
        if let Some(writer) = self.writer.take() {
            let _panicked = writer.join().is_err();
        }
        if let Some(runtime) = self.runtime.take() {
            // Not waited for: this may be a thread of another runtime, and only idle connections are left.
            runtime.shutdown_background();
        }
    }
}
