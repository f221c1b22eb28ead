//! The records of one decision, as they are going to be: what is written first is read by what comes after.

use std::collections::BTreeMap;

use register::{Body, Fault, Kind, Record, View, ViewExt, Write};
use serde_json::Value;

pub(crate) struct Desk<'a> {
    pub(crate) view: &'a dyn View,
    staged: BTreeMap<(&'static str, String), Staged>,
}

struct Staged {
    kind: &'static Kind,
    /// The record as it stands in the journal: version and body.
    held: Option<(u32, Value)>,
    /// None when it is closed.
    now: Option<Value>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(view: &'a dyn View) -> Self {
        Self { view, staged: BTreeMap::new() }
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

    pub(crate) fn writes(self) -> Result<Vec<Write>, Fault> {
        let mut writes = Vec::new();
        for ((_, key), staged) in self.staged {
            let Staged { kind, held, now } = staged;
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
            self.staged.insert(at.clone(), Staged { kind: R::KIND, held, now });
        }
        self.staged.get_mut(&at).ok_or_else(|| Fault::because("a record laid down is gone"))
    }
}

fn value<R: Record>(record: &R) -> Result<Value, Fault> {
    serde_json::to_value(record).map_err(|error| Fault::new("a record cannot be written", error))
}
