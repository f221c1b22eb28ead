//! Bells that wake the threads of links (呼び鈴): one thread follows the journal and rings for the links a change concerns. A town
//! has more than a hundred links, and each delivery is several changes; were all to look at each, a movement at the counter would
//! cost the machine ten thousand looks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use office::{Concerns, Office};
use register::{Fault, Position};

/// Behind so many changes, such as a first load, it is quicker to wake everybody.
const LOOKED_AT_MOST: u64 = 1_000;

/// Wakes one thread.
#[derive(Default)]
struct Bell {
    rung: Mutex<u64>,
    heard: Condvar,
}

/// The bells of all links, by id.
pub(crate) struct Bells(BTreeMap<String, Bell>);

impl Bells {
    pub(crate) fn of(office: &Office) -> Self {
        Self(office.links().all().iter().map(|running| (running.link.id.clone(), Bell::default())).collect())
    }

    /// How often a link's bell was rung. Whoever asks before looking misses nothing that comes while he looks.
    pub(crate) fn rung(&self, link: &str) -> u64 {
        self.0.get(link).map_or(0, |bell| *bell.rung.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until it was rung more often than that, but not longer than this.
    pub(crate) fn wait(&self, link: &str, seen: u64, at_most: Duration) {
        let Some(bell) = self.0.get(link) else { return };
        let rung = bell.rung.lock().unwrap_or_else(PoisonError::into_inner);
        // Whether it was rung or time is up: the link looks.
        let _ = bell.heard.wait_timeout_while(rung, at_most, |rung| *rung == seen);
    }

    fn ring(&self, link: &str) {
        let Some(bell) = self.0.get(link) else { return };
        let mut rung = bell.rung.lock().unwrap_or_else(PoisonError::into_inner);
        *rung = rung.wrapping_add(1);
        bell.heard.notify_all();
    }

    fn ring_all(&self) {
        self.0.keys().for_each(|link| self.ring(link));
    }

    /// Follows the journal until told to stop; a journal that does not answer is `waited` for.
    pub(crate) fn follow(&self, office: &Office, at_most: Duration, stop: &AtomicBool, waited: impl Fn()) {
        let concerns = office.links().concerns();
        let mut to = Position::default();
        while !stop.load(Ordering::Relaxed) {
            match self.ring_for(office, &concerns, to) {
                Ok(head) => {
                    to = head;
                    office.journal().wait(head, at_most);
                }
                Err(fault) => {
                    tracing::error!(%fault, "the journal does not answer");
                    waited();
                }
            }
        }
    }

    /// Rings for all changes behind a place, and says how far they go.
    fn ring_for(&self, office: &Office, concerns: &Concerns<'_>, after: Position) -> Result<Position, Fault> {
        let journal = office.journal();
        let head = journal.head()?;
        if LOOKED_AT_MOST < head.0.saturating_sub(after.0) {
            self.ring_all();
            return Ok(head);
        }
        for touched in journal.touched(after, head)? {
            concerns.of(&touched).iter().for_each(|link| self.ring(link));
        }
        Ok(head)
    }
}
