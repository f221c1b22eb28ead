//! Search by any fragment: compact folded columns in memory, kept current from the feed.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{PoisonError, RwLock};

use register::{AsOf, Fault, Journal, Position};
use system::{IndexedKind, TextHit, TextQuery, TextSearch};

/// How many changes are read at a time while catching up.
const CATCH_UP_CHANGES: usize = 100;

/// Separates the fields of an entry; folded texts never hold it.
const FIELD_END: char = '\u{1f}';

#[derive(Debug, Default)]
struct Column {
    entries: Vec<(String, String)>,
    places: HashMap<String, usize>,
}

#[derive(Debug)]
struct Inner {
    /// What the columns hold; `None` before anybody searched, so that a command that runs one link does not read the register
    /// of a city into memory.
    position: Option<Position>,
    columns: Vec<Column>,
}

/// The index of all kinds that are searched by text.
pub(crate) struct TextIndex {
    kinds: Vec<IndexedKind>,
    inner: RwLock<Inner>,
}

impl TextIndex {
    /// An index of these kinds. It is filled when it is first brought up to the journal.
    pub(crate) fn new(kinds: Vec<IndexedKind>) -> Self {
        Self { kinds, inner: RwLock::new(Inner { position: None, columns: Vec::new() }) }
    }

    /// Every kind as it is in the journal now, and where that is.
    fn fill(&self, journal: &dyn Journal) -> Result<(Position, Vec<Column>), Fault> {
        let view = journal.view(AsOf::default())?;
        let mut columns = Vec::new();
        for indexed in &self.kinds {
            let mut column = Column::default();
            view.scan(indexed.kind, None, &mut |stored| {
                column.set(&stored.key, Some(join((indexed.texts)(&stored.body)?)));
                Ok(ControlFlow::Continue(()))
            })?;
            columns.push(column);
        }
        Ok((view.position(), columns))
    }

    /// Takes in what was committed since, so that a search is complete at any time.
    pub(crate) fn catch_up(&self, journal: &dyn Journal) -> Result<(), Fault> {
        let ids: Vec<&str> = self.kinds.iter().map(|indexed| indexed.kind.id).collect();
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let mut reached = match inner.position {
            Some(position) => position,
            None => {
                let (position, columns) = self.fill(journal)?;
                *inner = Inner { position: Some(position), columns };
                position
            }
        };
        loop {
            let entries = journal.feed(reached, &ids, CATCH_UP_CHANGES)?;
            let Some(last) = entries.last() else { return Ok(()) };
            let position = last.position;
            for version in entries.iter().flat_map(|entry| &entry.versions) {
                let Some(place) = self.kinds.iter().position(|indexed| indexed.kind.id == version.kind)
                else {
                    continue;
                };
                let (Some(indexed), Some(column)) = (self.kinds.get(place), inner.columns.get_mut(place))
                else {
                    continue;
                };
                let text = if version.closed { None } else { Some(join((indexed.texts)(&version.body)?)) };
                column.set(&version.key, text);
            }
            reached = position;
            inner.position = Some(position);
        }
    }
}

fn join(texts: Vec<String>) -> String {
    let mut joined = String::new();
    for text in texts {
        joined.push_str(&text);
        joined.push(FIELD_END);
    }
    joined
}

impl Column {
    /// Sets or empties the entry of a key. An emptied entry keeps its place; keys are few and come back.
    fn set(&mut self, key: &str, text: Option<String>) {
        let text = text.unwrap_or_default();
        match self.places.get(key).copied() {
            Some(place) => {
                if let Some(entry) = self.entries.get_mut(place) {
                    entry.1 = text;
                }
            }
            None => {
                self.places.insert(key.to_owned(), self.entries.len());
                self.entries.push((key.to_owned(), text));
            }
        }
    }
}

impl TextSearch for TextIndex {
    fn find(&self, query: &TextQuery<'_>) -> (Vec<TextHit>, bool) {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let Some(place) = self.kinds.iter().position(|indexed| indexed.kind.id == query.kind) else {
            return (Vec::new(), false);
        };
        let (Some(indexed), Some(column)) = (self.kinds.get(place), inner.columns.get(place)) else {
            return (Vec::new(), false);
        };
        let terms: Vec<(Option<usize>, &str)> = query
            .terms
            .iter()
            .map(|(field, term)| (indexed.fields.iter().position(|known| known == field), term.as_str()))
            .collect();
        let mut keys: Vec<&str> = Vec::new();
        let mut more = false;
        for (key, text) in &column.entries {
            let fits = !text.is_empty()
                && terms.iter().all(|(field, term)| match field {
                    None => text.contains(term),
                    Some(field) => text.split(FIELD_END).nth(*field).is_some_and(|part| part.contains(term)),
                });
            if fits {
                if keys.len() == query.limit {
                    more = true;
                    break;
                }
                keys.push(key);
            }
        }
        keys.sort_unstable();
        (keys.into_iter().map(|key| TextHit { key: key.to_owned() }).collect(), more)
    }
}
