//! Records on their way into one change: what was changed is read back as changed.

use std::collections::BTreeMap;

use register::{Fault, Record, View, ViewExt, Write};

/// Records of one kind that a decision looks at and changes.
pub(crate) struct Drafts<R> {
    records: BTreeMap<String, Draft<R>>,
}

struct Draft<R> {
    record: R,
    version: Option<u32>,
    changed: bool,
}

impl<R> Default for Drafts<R> {
    fn default() -> Self {
        Self { records: BTreeMap::new() }
    }
}

impl<R: Record + Clone + PartialEq> Drafts<R> {
    /// The record as it stands after what was put so far; none when there is none.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) fn load(&mut self, view: &dyn View, key: &str) -> Result<Option<R>, Fault> {
        if key.is_empty() {
            return Ok(None);
        }
        if let Some(draft) = self.records.get(key) {
            return Ok(Some(draft.record.clone()));
        }
        let Some(held) = view.load::<R>(key)? else { return Ok(None) };
        let (record, version) = (held.record, Some(held.version));
        self.records.insert(key.to_owned(), Draft { record: record.clone(), version, changed: false });
        Ok(Some(record))
    }

    /// A record that was read elsewhere, at its version.
    pub(crate) fn held(&mut self, record: R, version: u32) {
        let key = record.key();
        self.records.entry(key).or_insert(Draft { record, version: Some(version), changed: false });
    }

    /// Puts a record that was loaded before, or a new one.
    pub(crate) fn put(&mut self, record: R) {
        match self.records.get_mut(&record.key()) {
            Some(draft) => {
                draft.changed |= draft.record != record;
                draft.record = record;
            }
            None => {
                self.records.insert(record.key(), Draft { record, version: None, changed: true });
            }
        }
    }

    /// The writes of what changed.
    ///
    /// # Errors
    /// When a record cannot be written.
    pub(crate) fn writes(self) -> Result<Vec<Write>, Fault> {
        let changed = self.records.into_values().filter(|draft| draft.changed);
        changed.map(|draft| Ok(Write::put(&draft.record, draft.version)?)).collect()
    }
}
