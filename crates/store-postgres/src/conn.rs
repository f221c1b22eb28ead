//! Connections: how they are opened, what they hold ready, and the idle ones.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use register::Fault;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, Statement};

use crate::drive::{Request, block_on, pipeline};
use crate::error::{OrSaid, is_full};
use crate::server::Server;

/// What every session is told.
///
/// All statements go by a key, and their plans are made once. A plan made while a table was small must not walk the
/// whole of it when it is large, so walking is priced out. A weaker promise than "on" is lifted to it; a stronger one,
/// such as waiting for a replica, is left.
const SESSION: &str = "
SET enable_seqscan = off;
SET plan_cache_mode = force_generic_plan;
SET jit = off;
SET statement_timeout = 0;
SET lock_timeout = 0;
SET default_transaction_isolation = 'read committed';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
";

/// A parameter of a statement.
pub(crate) type Param<'a> = &'a (dyn ToSql + Sync);

/// Who a session is on the server, so that it can be ended from another one.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    pub(crate) pid: i32,
    pub(crate) started: String,
}

/// Why a writer's connection was not opened.
#[derive(Debug)]
pub(crate) enum OpenError {
    Thread(io::Error),
    Server(Error),
}

/// One connection with its prepared statements.
pub(crate) struct Conn {
    pub(crate) client: Client,
    pub(crate) backend: Backend,
    statements: RefCell<HashMap<String, Statement>>,
    /// The runtime that moves its bytes while a call waits; none when the store's own does so beside the caller.
    own: Option<Runtime>,
}

impl Conn {
    /// Connects and sets the session up.
    pub(crate) fn open(runtime: &Handle, server: &Server) -> Result<Self, Error> {
        // The socket belongs to the runtime; this thread only waits.
        let _runtime = runtime.enter();
        block_on(Self::connect(server, SESSION))
    }

    /// The same, for the one thread that writes: the bytes are moved by itself, which spares two wake-ups per exchange.
    ///
    /// It holds the journal's lock between two exchanges. Should its machine stand still or vanish in between, the server
    /// ends the session and others go on; the writer takes it for a lost connection.
    pub(crate) fn open_for_writing(server: &Server) -> Result<Self, OpenError> {
        let own = Builder::new_current_thread().enable_all().build().map_err(OpenError::Thread)?;
        let session = format!("{SESSION} SET idle_in_transaction_session_timeout = '60s';");
        let conn = own.block_on(Self::connect(server, &session)).map_err(OpenError::Server)?;
        Ok(Self { own: Some(own), ..conn })
    }

    async fn connect(server: &Server, session: &str) -> Result<Self, Error> {
        let client = server.connect(|_| true).await?;
        client.batch_execute(session).await?;
        let who = "SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()";
        let row = client.query_one(who, &[]).await?;
        let backend = Backend { pid: row.try_get(0)?, started: row.try_get(1)? };
        Ok(Self { client, backend, statements: RefCell::default(), own: None })
    }

    /// Waits for an answer.
    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        match &self.own {
            Some(own) => own.block_on(future),
            None => block_on(future),
        }
    }

    /// A statement, prepared at its first use.
    pub(crate) fn prepare(&self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.wait(self.client.prepare(sql))?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(crate) fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
        let statement = self.prepare(sql)?;
        self.wait(self.client.query(&statement, params))
    }

    /// A request to be sent with others.
    pub(crate) fn request<'a>(
        &'a self,
        statement: Statement,
        params: &'a [Param<'a>],
    ) -> Request<'a, Result<Vec<Row>, Error>> {
        let client = &self.client;
        Box::pin(async move { client.query(&statement, params).await })
    }

    /// Plain statements to be sent with others.
    pub(crate) fn plain<'a>(&'a self, sql: &'a str) -> Request<'a, Result<Vec<Row>, Error>> {
        let client = &self.client;
        Box::pin(async move { client.batch_execute(sql).await.map(|()| Vec::new()) })
    }

    pub(crate) fn batch(&self, sql: &str) -> Result<(), Error> {
        self.wait(self.client.batch_execute(sql))
    }
}

/// How long a server that has no place left is asked again, and how long a connection that comes back is waited for between.
const FULL_TRIES: u32 = 60;
const FULL_WAIT: Duration = Duration::from_millis(250);

/// Idle connections, and who waits for one.
#[derive(Default)]
struct Idle {
    conns: Mutex<Vec<Conn>>,
    came_back: Condvar,
}

/// Idle connections for reading.
pub(crate) struct Pool {
    runtime: Handle,
    server: Server,
    keep: usize,
    idle: Arc<Idle>,
}

impl Pool {
    pub(crate) fn new(runtime: Handle, server: Server, keep: usize) -> Self {
        Self { runtime, server, keep, idle: Arc::default() }
    }

    /// A connection of one's own. The pool sets no limit: a thread that holds one view and asks for another would
    /// wait for itself; surplus connections are closed when they come back. A server that takes no more is another matter: each
    /// commit wakes all links at once, and a moment later most of them have read what they wanted.
    fn take(&self) -> Result<Conn, Error> {
        let mut tries = 0;
        loop {
            match self.idle.pop() {
                Some(conn) if conn.client.is_closed() => {}
                Some(conn) => return Ok(conn),
                None => match Conn::open(&self.runtime, &self.server) {
                    Err(error) if is_full(&error) && tries < FULL_TRIES => {
                        tries += 1;
                        self.idle.wait(FULL_WAIT);
                    }
                    opened => return opened,
                },
            }
        }
    }

    /// Reads something that stands in no transaction. When the connection turns out to be gone it is read once more on
    /// a new one.
    pub(crate) fn read<T>(&self, what: &str, read: impl Fn(&Conn) -> Result<T, Error>) -> Result<T, Fault> {
        let conn = self.take().or_said(what)?;
        let (value, conn) = match read(&conn) {
            Err(error) if crate::error::is_lost(&error) => {
                let conn = Conn::open(&self.runtime, &self.server).or_said(what)?;
                (read(&conn), conn)
            }
            value => (value, conn),
        };
        self.keep(conn);
        value.or_said(what)
    }

    /// Begins a reading that sees one moment; tells the newest change in it.
    pub(crate) fn snapshot(&self) -> Result<(Snapshot<'_>, u64), Fault> {
        let what = "a reading cannot begin";
        let begin = |conn: &Conn| -> Result<Vec<Row>, Error> {
            let head = conn.prepare("SELECT COALESCE(max(position), 0) FROM changes")?;
            let requests =
                vec![conn.plain("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"), conn.request(head, &[])];
            conn.wait(pipeline(requests)).pop().unwrap_or_else(|| Ok(Vec::new()))
        };
        let conn = self.take().or_said(what)?;
        let (rows, conn) = match begin(&conn) {
            Err(error) if crate::error::is_lost(&error) => {
                let conn = Conn::open(&self.runtime, &self.server).or_said(what)?;
                (begin(&conn), conn)
            }
            rows => (rows, conn),
        };
        let snapshot = Snapshot { conn: Some(conn), pool: self };
        let rows = rows.or_said(what)?;
        let head = rows.first().map_or(Ok(0), |row| row.try_get::<_, i64>(0)).or_said(what)?;
        Ok((snapshot, store::uint(head)))
    }

    pub(crate) fn keep(&self, conn: Conn) {
        self.idle.put(self.keep, conn);
    }
}

impl Idle {
    fn conns(&self) -> MutexGuard<'_, Vec<Conn>> {
        self.conns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pop(&self) -> Option<Conn> {
        self.conns().pop()
    }

    /// Waits until one comes back, and no longer than this.
    fn wait(&self, at_most: Duration) {
        let none = |conns: &mut Vec<Conn>| conns.is_empty();
        drop(self.came_back.wait_timeout_while(self.conns(), at_most, none));
    }

    fn put(&self, keep: usize, conn: Conn) {
        let mut conns = self.conns();
        if conns.len() < keep && !conn.client.is_closed() {
            conns.push(conn);
            self.came_back.notify_one();
        }
    }
}

/// A connection in a reading transaction; the transaction ends and the connection goes back when it is dropped.
pub(crate) struct Snapshot<'a> {
    conn: Option<Conn>,
    pool: &'a Pool,
}

impl Snapshot<'_> {
    /// The connection. It is there as long as the snapshot is; the type only has to allow its return.
    pub(crate) fn conn(&self) -> Result<&Conn, Fault> {
        self.conn.as_ref().ok_or_else(|| Fault::because("the reading has ended"))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        let (idle, keep) = (Arc::clone(&self.pool.idle), self.pool.keep);
        // Nobody waits for the end of a reading.
        self.pool.runtime.spawn(async move {
            if conn.client.batch_execute("ROLLBACK").await.is_ok() {
                idle.put(keep, conn);
            }
        });
    }
}
