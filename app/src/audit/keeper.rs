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
        let signed_at = office.clock().now();
        let signed = office.journal().head()?;
        checkpoint(config, None, None, signed_at).context("検査点に署名できません")?;
        let stop = Arc::new(AtomicBool::new(false));
        let (config, office, told) = (config.clone(), Arc::clone(office), Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("audit checkpoints".to_owned())
            .spawn(move || keep(&config, &office, &told, signed, signed_at))
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

fn keep(config: &Config, office: &Office, stop: &AtomicBool, signed: Position, signed_at: Timestamp) {
    let (mut signed, mut signed_at) = (signed, signed_at);
    let audit = &config.audit;
    let hours = SignedDuration::from_hours(i64::from(audit.every_hours));
    loop {
        let stopping = stop.load(Ordering::Relaxed);
        let now = office.clock().now();
        // Nothing lies behind the last position there can be: this only waits.
        let head = if stopping {
            office.journal().head().unwrap_or(signed)
        } else {
            office.journal().wait(Position(u64::MAX), LOOK)
        };
        let many = audit.every_changes <= head.0.saturating_sub(signed.0);
        let long = hours <= now.duration_since(signed_at);
        if signed < head && (many || long || stopping) {
            match checkpoint(config, None, None, now) {
                Ok(_) => (signed, signed_at) = (head, now),
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "the journal is not signed");
                    // Tried again after as many changes or hours, not twice a second.
                    (signed, signed_at) = (head, now);
                }
            }
        }
        if stopping {
            return;
        }
    }
}
