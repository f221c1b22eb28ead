//! The records of one decision, as they are going to be: what is written first is read by what comes after.

use std::collections::{BTreeMap, BTreeSet};

use register::{Body, Fault, Kind, Record, View, ViewExt, Write};
use serde_json::Value;

pub(crate) struct Desk<'a> {
    pub(crate) view: &'a dyn View,
    staged: BTreeMap<(&'static str, String), Staged>,
    /// How many times something was laid down.
    steps: u64,
}

struct Staged {
    kind: &'static Kind,
    /// The step it was laid down at last.
    step: u64,
    /// The record as it stands in the journal: version and body.
    held: Option<(u32, Value)>,
    /// None when it is closed.
    now: Option<Value>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(view: &'a dyn View) -> Self {
        Self { view, staged: BTreeMap::new(), steps: 0 }
    }

    /// The record of a key as it is going to be.
    pub(crate) fn get<R: Record>(&self, key: &str) -> Result<Option<R>, Fault> {
        match self.staged.get(&(R::KIND.id, key.to_owned())) {
            None => Ok(self.view.load::<R>(key)?.map(|held| held.record)),
            Some(Staged { now: None, .. }) => Ok(None),
            Some(Staged { now: Some(body), .. }) => R::deserialize(body)
                .map(Some)
                .map_err(|error| Fault::new("a record laid down does not read", error)),
        }
    }

    /// The records with a value in a declared column, as they are going to be, by key.
    pub(crate) fn by<R: Record>(&self, column: &str, value: &str) -> Result<Vec<R>, Fault> {
        let mut keys: BTreeSet<String> =
            self.view.load_by::<R>(column, value)?.iter().map(|held| held.record.key()).collect();
        let staged = self.staged.iter().filter(|((kind, _), _)| *kind == R::KIND.id);
        for ((_, key), staged) in staged {
            let has = |body: &Value| body.get(column).and_then(Value::as_str) == Some(value);
            if staged.now.as_ref().is_some_and(has) {
                keys.insert(key.clone());
            } else {
                keys.remove(key);
            }
        }
        keys.iter().filter_map(|key| self.get::<R>(key).transpose()).collect()
    }

    /// Lays down a record. One that says what is already so is not written.
    pub(crate) fn put<R: Record>(&mut self, record: &R) -> Result<(), Fault> {
        let now = value(record)?;
        self.stage::<R>(&record.key())?.now = Some(now);
        Ok(())
    }

    /// Closes a record, if it is open.
    pub(crate) fn close<R: Record>(&mut self, key: &str) -> Result<(), Fault> {
        self.stage::<R>(key)?.now = None;
        Ok(())
    }

    /// The writes, in the order they were laid down: who gives up a 個人番号 is written before who takes it, as no two may have it between.
    pub(crate) fn writes(self) -> Result<Vec<Write>, Fault> {
        let mut writes = Vec::new();
        let mut staged: Vec<_> = self.staged.into_iter().collect();
        staged.sort_by_key(|(_, staged)| staged.step);
        for ((_, key), staged) in staged {
            let Staged { kind, held, now, .. } = staged;
            writes.push(match (held, now) {
                (None, None) => continue,
                (Some((_, held)), Some(now)) if held == now => continue,
                (Some((version, _)), None) => Write::close(kind, key, version),
                (Some((version, _)), Some(now)) => Write::replace(kind, key, version, Body::of_value(&now)?),
                (None, Some(now)) => Write::create(kind, key, Body::of_value(&now)?),
            });
        }
        Ok(writes)
    }

    fn stage<R: Record>(&mut self, key: &str) -> Result<&mut Staged, Fault> {
        let at = (R::KIND.id, key.to_owned());
        if !self.staged.contains_key(&at) {
            let held = match self.view.load::<R>(key)? {
                None => None,
                Some(held) => Some((held.version, value(&held.record)?)),
            };
            let now = held.as_ref().map(|(_, body)| body.clone());
            self.staged.insert(at.clone(), Staged { kind: R::KIND, step: 0, held, now });
        }
        self.steps = self.steps.saturating_add(1);
        let staged = self.staged.get_mut(&at).ok_or_else(|| Fault::because("a record laid down is gone"))?;
        staged.step = self.steps;
        Ok(staged)
    }
}

fn value<R: Record>(record: &R) -> Result<Value, Fault> {
    serde_json::to_value(record).map_err(|error| Fault::new("a record cannot be written", error))
}
