//! The serving town signs its journal by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use office::Office;
use register::Position;

use super::checkpoint;
use crate::config::Config;

/// How often it is looked whether a checkpoint is due.
const LOOK: Duration = Duration::from_millis(500);

/// A thread that signs every so many changes and every so many hours, and once more when it is told to stop.
pub struct Keeper {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts when `[audit]` names a file.
    ///
    /// # Errors
    /// When the first checkpoint cannot be signed: a town that was to be witnessed and is not, should not begin.
    pub fn start(config: &Config, office: &Arc<Office>) -> anyhow::Result<Option<Self>> {
        if config.audit.checkpoints.is_none() {
            return Ok(None);
        }
        let head = office.journal().head()?;
        let pace = Pace {
            changes: config.audit.every_changes,
            time: SignedDuration::from_hours(i64::from(config.audit.every_hours)),
            signed: head,
            tried: (head, office.clock().now()),
        };
        checkpoint(config, None, None, office.clock()).context("検査点に署名できません")?;
        let stop = Arc::new(AtomicBool::new(false));
        let (config, office, told) = (config.clone(), Arc::clone(office), Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("audit checkpoints".to_owned())
            .spawn(move || keep(&config, &office, &told, pace))
            .context("検査点のスレッドを作れません")?;
        Ok(Some(Self { stop, thread: Some(thread) }))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has been reported by its panic.
            let _ = thread.join();
        }
    }
}

/// When it is time to sign.
#[derive(Clone, Copy)]
struct Pace {
    /// After so many changes,
    changes: u64,
    /// or so much time.
    time: SignedDuration,
    /// The head that was signed last.
    signed: Position,
    /// The head at the last attempt, and when that was.
    tried: (Position, Timestamp),
}

impl Pace {
    /// Whether to sign a head now. At the end what is not signed is due, whatever failed before.
    fn is_due(&self, head: Position, now: Timestamp, stopping: bool) -> bool {
        let (tried, tried_at) = self.tried;
        let many = self.changes <= head.0.saturating_sub(tried.0);
        let long = self.time <= now.duration_since(tried_at);
        self.signed < head && (many || long || stopping)
    }

    /// Notes an attempt. One that failed is made again after as many changes or as much time, not twice a second.
    fn note(&mut self, head: Position, now: Timestamp, done: bool) {
        self.tried = (head, now);
        if done {
            self.signed = head;
        }
    }
}

fn keep(config: &Config, office: &Office, stop: &AtomicBool, mut pace: Pace) {
    loop {
        let stopping = stop.load(Ordering::Relaxed);
        let now = office.clock().now();
        // Nothing lies behind the last position there can be: this only waits.
        let head = if stopping {
            office.journal().head().unwrap_or(pace.tried.0)
        } else {
            office.journal().wait(Position(u64::MAX), LOOK)
        };
        if pace.is_due(head, now, stopping) {
            let done = checkpoint(config, None, None, office.clock());
            pace.note(head, now, done.is_ok());
            if let Err(error) = done {
                tracing::error!(error = format!("{error:#}"), "the journal is not signed");
            }
        }
        if stopping {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_signs_after_so_many_changes_or_hours_and_at_the_end() {
        let at = |hours| Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_hours(hours)).unwrap();
        // Signed at change 100; tried at a change and an hour; now at a change and an hour.
        let cases = [
            ("nothing came", (100, 0), (100, 99), false, false),
            ("nothing came until the end", (100, 0), (100, 1), true, false),
            ("a little came", (100, 0), (109, 23), false, false),
            ("enough came", (100, 0), (110, 0), false, true),
            ("a day has passed", (100, 0), (101, 24), false, true),
            ("a little came until the end", (100, 0), (101, 0), true, true),
            ("it has just failed", (110, 1), (110, 1), false, false),
            ("it failed, and a little came", (110, 1), (119, 24), false, false),
            ("it failed, and enough came", (110, 1), (120, 1), false, true),
            ("it failed a day ago", (110, 1), (110, 25), false, true),
            ("it failed, and this is the end", (110, 1), (110, 1), true, true),
        ];
        for (name, (tried, tried_at), (head, now), stopping, wanted) in cases {
            let mut pace = Pace {
                changes: 10,
                time: SignedDuration::from_hours(24),
                signed: Position(100),
                tried: (Position(100), at(0)),
            };
            pace.note(Position(tried), at(tried_at), tried == 100);
            assert_eq!(pace.is_due(Position(head), at(now), stopping), wanted, "{name}");
        }
    }
}
