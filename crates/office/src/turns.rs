//! Turns: of one user's logins (ログインの順番), and of what links bring to one system.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, PoisonError};

/// Lets one of those of a name go at a time.
///
/// Of each user's logins one is checked at a time: a try is counted before it is checked, so that parallel guesses are never
/// more than a user may make in a row. Without turns the counts of right passwords that are still being checked would pile up in
/// the same way, and refuse the next right one. What links bring waits for other reasons: see `Office::intakes`.
#[derive(Default)]
pub(crate) struct Turns {
    taken: Mutex<BTreeSet<String>>,
    ended: Condvar,
}

/// The turn of a user or system; the next one waits until it is dropped.
pub(crate) struct Turn<'t> {
    turns: &'t Turns,
    name: &'t str,
}

impl Turns {
    /// Waits until nobody else of this name has the turn.
    pub(crate) fn wait<'t>(&'t self, name: &'t str) -> Turn<'t> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = self
            .ended
            .wait_while(taken, |taken| taken.contains(name))
            .unwrap_or_else(PoisonError::into_inner);
        taken.insert(name.to_owned());
        Turn { turns: self, name }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(self.name);
        self.turns.ended.notify_all();
    }
}
