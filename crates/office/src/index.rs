//! Search by any fragment: folded texts in memory, kept current from the feed.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use finder::{Condition, Finder};
use register::{Fault, Journal, Position};
use system::{IndexedKind, TextHit, TextQuery, TextSearch};

/// How many changes are read at a time. A change of a first load has thousands of versions, so there are few.
const CHANGES: usize = 20;

#[derive(Debug)]
struct Inner {
    /// What the finders hold; `None` before anybody searched, so that a command that runs one link does not read the
    /// register of a city into memory.
    position: Option<Position>,
    /// One per kind, in the order of the kinds.
    finders: Vec<Finder>,
}

/// The index of all kinds that are searched by text.
pub(crate) struct TextIndex {
    kinds: Vec<IndexedKind>,
    inner: RwLock<Inner>,
}

impl TextIndex {
    /// An index of these kinds. It is filled when it is first brought up to the journal.
    pub(crate) fn new(kinds: Vec<IndexedKind>) -> Self {
        let finders = kinds.iter().map(|indexed| Finder::new(indexed.fields.len())).collect();
        Self { kinds, inner: RwLock::new(Inner { position: None, finders }) }
    }

    /// Takes in what was committed since, so that a search is complete at any time. At first that is everything: what a
    /// record held once is searched too, so the whole history passes by.
    pub(crate) fn catch_up(&self, journal: &dyn Journal) -> Result<(), Fault> {
        let ids: Vec<&str> = self.kinds.iter().map(|indexed| indexed.kind.id).collect();
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        loop {
            let reached = inner.position.unwrap_or(Position(0));
            let entries = journal.feed(reached, &ids, CHANGES)?;
            let Some(last) = entries.last() else {
                inner.position = Some(reached);
                return Ok(());
            };
            let position = last.position;
            for version in entries.iter().flat_map(|entry| &entry.versions) {
                let place = self.kinds.iter().position(|indexed| indexed.kind.id == version.kind);
                let (Some(indexed), Some(finder)) = (
                    place.and_then(|place| self.kinds.get(place)),
                    place.and_then(|place| inner.finders.get_mut(place)),
                ) else {
                    continue;
                };
                if version.closed {
                    finder.remove(&version.key);
                    continue;
                }
                let before: Option<Vec<&str>> = match indexed.past {
                    [] => None,
                    _ => (0..indexed.fields.len()).map(|column| finder.text(&version.key, column)).collect(),
                };
                let texts = indexed.next(before.as_deref(), &version.body)?;
                finder.set(&version.key, &texts);
            }
            inner.position = Some(position);
        }
    }
}

impl TextSearch for TextIndex {
    fn find(&self, query: &TextQuery<'_>) -> (Vec<TextHit>, bool) {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let Some(place) = self.kinds.iter().position(|indexed| indexed.kind.id == query.kind) else {
            return (Vec::new(), false);
        };
        let (Some(indexed), Some(finder)) = (self.kinds.get(place), inner.finders.get(place)) else {
            return (Vec::new(), false);
        };
        let places: BTreeMap<&str, Vec<usize>> =
            query.terms.iter().map(|(field, _)| (*field, indexed.places(field, query.past))).collect();
        let holds = query.terms.iter().map(|(field, fragment)| Condition::Holds {
            columns: places.get(field).map(Vec::as_slice).unwrap_or_default(),
            fragment,
        });
        let between = query.ranges.iter().filter_map(|(field, from, to)| {
            let column = indexed.fields.iter().position(|known| known == field)?;
            Some(Condition::Between { column, from, to })
        });
        let conditions: Vec<Condition<'_>> = holds.chain(between).collect();
        let (keys, more) = finder.find(&conditions, query.limit);
        (keys.into_iter().map(|key| TextHit { key: key.to_owned() }).collect(), more)
    }
}
