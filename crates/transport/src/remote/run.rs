//! From plain threads into the asynchronous libraries, with a limit on every step.

use std::future::Future;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::Cause;

/// The one runtime of all servers: what waits for a network needs no thread of its own.
static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// How long a server may be silent in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience(Duration);

impl Patience {
    /// So many seconds for each step: finding the address, connecting, logging in, one command, one piece of a file.
    pub fn seconds(seconds: u32) -> Self {
        Self(Duration::from_secs(u64::from(seconds.max(1))))
    }

    /// This long for each step.
    pub(crate) fn of(time: Duration) -> Self {
        Self(time)
    }

    /// The time.
    pub(crate) fn time(self) -> Duration {
        self.0
    }

    /// Waits for a step, not longer than this.
    pub(crate) async fn wait<T>(
        self,
        step: &'static str,
        future: impl Future<Output = Result<T, Cause>>,
    ) -> Result<T, Cause> {
        match tokio::time::timeout(self.0, future).await {
            Ok(done) => done,
            Err(_) => Err(self.gave_up(step)),
        }
    }

    /// The step that took too long.
    pub(crate) fn gave_up(self, step: &'static str) -> Cause {
        Cause::Silent { step, seconds: self.0.as_secs() }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self::seconds(30)
    }
}

/// Runs a future to its end on this thread, which must not itself belong to a runtime's workers.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Cause>>) -> Result<T, Cause> {
    runtime().map_err(Cause::Local)?.block_on(future)
}

fn runtime() -> io::Result<&'static Runtime> {
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let made = Builder::new_multi_thread().worker_threads(1).thread_name("places").enable_all().build()?;
    // Another thread may have been faster; its runtime is as good, and this one has no work yet.
    if let Err(surplus) = RUNTIME.set(made) {
        surplus.shutdown_background();
    }
    RUNTIME.get().ok_or_else(|| io::Error::other("no runtime"))
}
