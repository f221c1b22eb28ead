//! Fields that went the long way lately: what a register says again and again, such as a town's name with a kanji the other
//! side lacks, is converted once.

use std::hash::{Hash, Hasher};

use moji::CharEvent;
use rustc_hash::FxHasher;

use crate::plan::RowEvent;

/// How many fields are remembered; the newest of two that fall into one place stays.
const PLACES: usize = 256;

/// Longer values and fields hardly ever come again, and memory is to stay small.
const BYTES_MAX: usize = 128;

/// What became of a value in a field of fixed length.
#[derive(Default)]
struct Entry {
    field: usize,
    value: String,
    bytes: Vec<u8>,
    events: Vec<CharEvent>,
}

/// The fields remembered. A field's bytes depend on nothing but its value, so that what was made once is right for ever.
#[derive(Default)]
pub(super) struct Memo {
    entries: Vec<Entry>,
}

impl Memo {
    fn place(field: usize, value: &str) -> usize {
        let mut hasher = FxHasher::default();
        (field, value).hash(&mut hasher);
        // Half of the bits fit everywhere.
        usize::try_from(hasher.finish() >> 32).unwrap_or_default() % PLACES
    }

    /// Writes a field as it was written before; false if it is not known.
    pub(super) fn recall(
        &self,
        field: usize,
        value: &str,
        slot: &mut [u8],
        events: &mut Vec<RowEvent>,
    ) -> bool {
        let Some(entry) = self.entries.get(Self::place(field, value)) else { return false };
        if entry.field != field || entry.value != value || entry.bytes.len() != slot.len() {
            return false;
        }
        slot.copy_from_slice(&entry.bytes);
        events.extend(entry.events.iter().map(|&event| RowEvent { field, event }));
        true
    }

    /// Remembers a field.
    pub(super) fn keep(&mut self, field: usize, value: &str, bytes: &[u8], events: &[CharEvent]) {
        if BYTES_MAX < value.len() || BYTES_MAX < bytes.len() || value.is_empty() {
            return;
        }
        if self.entries.is_empty() {
            self.entries.resize_with(PLACES, Entry::default);
        }
        let Some(entry) = self.entries.get_mut(Self::place(field, value)) else { return };
        entry.field = field;
        entry.value.clear();
        entry.value.push_str(value);
        entry.bytes.clear();
        entry.bytes.extend_from_slice(bytes);
        entry.events.clear();
        entry.events.extend_from_slice(events);
    }

    /// Bytes it holds.
    pub(super) fn bytes(&self) -> usize {
        let of = |entry: &Entry| {
            entry.value.capacity() + entry.bytes.capacity() + entry.events.capacity() * size_of::<CharEvent>()
        };
        self.entries.iter().map(of).sum::<usize>() + self.entries.capacity() * size_of::<Entry>()
    }
}
