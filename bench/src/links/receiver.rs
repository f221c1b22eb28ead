//! The counterpart at an address of HTTP, and who is told when it has answered.

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use counterparts::HttpReceiver;
use transport::Verdict;
use transport::http::wire::ReceiptKey;

/// What callers show.
pub(super) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// Nothing takes longer than this, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(120);

/// A delivery that was answered.
pub(super) struct Answered {
    pub(super) link: String,
    pub(super) at: Instant,
    pub(super) refused: Option<String>,
}

/// A counterpart and its answers.
pub(super) struct Counterpart {
    pub(super) receiver: HttpReceiver,
    answers: Receiver<Answered>,
}

impl Counterpart {
    pub(super) fn start() -> anyhow::Result<Self> {
        let (tell, answers) = channel();
        let tell = Mutex::new(tell);
        let receiver = HttpReceiver::start(TOKEN, key()?, move |control, verdict| {
            let refused = match verdict {
                Verdict::Applied => None,
                Verdict::Refused(why) => Some(why.clone()),
            };
            let answered = Answered { link: control.link.clone(), at: Instant::now(), refused };
            // Nobody listens any more at the end.
            let _ = tell.lock().unwrap_or_else(PoisonError::into_inner).send(answered);
        })?;
        Ok(Self { receiver, answers })
    }

    /// The next answer.
    pub(super) fn next(&self) -> anyhow::Result<Answered> {
        let answered = self.answers.recv_timeout(PATIENCE).context("no delivery arrives")?;
        anyhow::ensure!(answered.refused.is_none(), "{}: {:?}", answered.link, answered.refused);
        Ok(answered)
    }
}

/// The key receipts are signed with.
pub(super) fn key() -> anyhow::Result<ReceiptKey> {
    ReceiptKey::parse(&"07".repeat(32)).context("a key")
}
