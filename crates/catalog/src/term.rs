//! When a link is in force, and what it fills in: what a town needs while it changes from one partner to the next (移行期間).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::Link;

/// The days on which a link is in force (有効期間), Japan's, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The first day; none for a link that is in force already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day; none for a link whose end is not set, or comes when another takes over from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Term {
    /// Whether a day is one of them.
    #[must_use]
    pub fn holds(self, day: Date) -> bool {
        self.has_begun(day) && !self.is_over(day)
    }

    /// Whether the first day has come.
    #[must_use]
    pub fn has_begun(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day)
    }

    /// Whether the last day has gone.
    #[must_use]
    pub fn is_over(self, day: Date) -> bool {
        self.until.is_some_and(|until| until < day)
    }

    /// Whether both have a day in common.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        let ends_before =
            |one: Self, next: Self| one.until.zip(next.from).is_some_and(|(until, from)| until < from);
        !ends_before(self, other) && !ends_before(other, self)
    }
}

/// What stands for an item that the other side's layout does not have (補う値).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fill {
    /// Always this value; empty for an item that is not known.
    Value(String),
    /// The value of another item of the same row.
    Item(String),
}

/// Whether two of these links may ever run on one day: their terms meet, and neither ends by the other's taking over.
#[must_use]
pub fn run_together(links: &[&Link], one: &Link, other: &Link) -> bool {
    one.term.meets(other.term) && origin(links, one) != origin(links, other)
}

/// The first of a row of links that take over from each other.
fn origin<'l>(links: &[&'l Link], link: &'l Link) -> &'l str {
    let mut at = link;
    // A circle ends by itself: no more steps than there are links.
    for _ in links {
        let before = at.succeeds.as_ref().and_then(|id| links.iter().find(|link| link.id == *id));
        match before {
            Some(before) => at = before,
            None => break,
        }
    }
    &at.id
}
