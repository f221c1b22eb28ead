//! How a process hears of changes that others committed.
//!
//! A notification only wakes: one that is lost costs a moment, for the newest place is looked at regularly anyway. It
//! is sent beside the commit and not in it, because a commit that notifies holds a lock of the whole server during its
//! flush, and many towns may live on one server.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use register::Position;
use tokio::sync::{mpsc, watch};
use tokio_postgres::{AsyncMessage, Client, Error};

use crate::server::Server;

/// How often the newest place is looked at without having been told.
const LOOK: Duration = Duration::from_secs(1);

/// Least time between two wake-ups of others: a busy writer would otherwise have the server do as much for them as for
/// its changes.
const REST: Duration = Duration::from_millis(5);

/// The newest place this process knows of.
pub(crate) struct Heard {
    head: Mutex<u64>,
    moved: Condvar,
    /// What this process committed, for the others.
    own: watch::Sender<u64>,
}

impl Heard {
    pub(crate) fn new(head: u64) -> (Self, watch::Receiver<u64>) {
        let (own, told) = watch::channel(head);
        (Self { head: Mutex::new(head), moved: Condvar::new(), own }, told)
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes those who wait for it. An older place than the known one changes nothing.
    pub(crate) fn hear(&self, head: u64) {
        let mut known = self.lock();
        if *known < head {
            *known = head;
            self.moved.notify_all();
        }
    }

    /// Wakes those who wait here, and then those of other processes.
    pub(crate) fn tell(&self, head: u64) {
        self.hear(head);
        self.own.send_if_modified(|known| {
            let newer = *known < head;
            *known = head.max(*known);
            newer
        });
    }

    pub(crate) fn wait(&self, after: Position, at_most: Duration) -> Position {
        let waited = self.moved.wait_timeout_while(self.lock(), at_most, |head| *head <= after.0);
        let (head, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Position(*head)
    }
}

/// Listens as long as the store lives, over one connection after the other.
pub(crate) async fn listen(
    heard: std::sync::Arc<Heard>,
    server: Server,
    channel: String,
    mut told: watch::Receiver<u64>,
) {
    loop {
        // It ends only with its connection; the next round makes a new one.
        let _lost = hear(&heard, &server, &channel, &mut told).await;
        let closed = async { while told.changed().await.is_ok() {} };
        if tokio::time::timeout(LOOK, closed).await.is_ok() {
            return;
        }
    }
}

async fn hear(
    heard: &Heard,
    server: &Server,
    channel: &str,
    told: &mut watch::Receiver<u64>,
) -> Result<(), Error> {
    let (sender, mut messages) = mpsc::unbounded_channel();
    let pass_on = move |message| match message {
        AsyncMessage::Notification(said) => sender.send(said.payload().to_owned()).is_ok(),
        _ => true,
    };
    let client = server.connect(pass_on).await?;
    // A wake-up need not be durable.
    client.batch_execute(&format!("SET synchronous_commit = off; LISTEN {channel}")).await?;
    look(heard, &client).await?;
    loop {
        tokio::select! {
            message = messages.recv() => match message {
                Some(head) => heard.hear(head.parse().unwrap_or(0)),
                None => return Ok(()),
            },
            changed = told.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
                let head = told.borrow_and_update().to_string();
                client.execute("SELECT pg_notify($1, $2)", &[&channel, &head]).await?;
                let _rested = tokio::time::timeout(REST, std::future::pending::<()>()).await;
            },
            () = async { tokio::time::timeout(LOOK, std::future::pending::<()>()).await.unwrap_or(()) } => {
                look(heard, &client).await?;
            },
        }
    }
}

async fn look(heard: &Heard, client: &Client) -> Result<(), Error> {
    let row = client.query_one("SELECT COALESCE(max(position), 0) FROM changes", &[]).await?;
    heard.hear(store::uint(row.try_get(0)?));
    Ok(())
}
