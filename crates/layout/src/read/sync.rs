//! Records of fixed length without line ends: where the next one begins when one has bytes too many or too few.
//!
//! Nothing in such a file says where a record ends but its length, so one lost byte would cost all that follow. What counts is
//! what stands behind: as long as the records at their proper places are good, a bad one is only bad. If none of the next ones
//! is, and two good ones stand in a row somewhere else, the bytes before them are one record of a wrong length.

use super::core::Core;

/// Records at their proper places that are looked at before another place is thought of.
const AHEAD: usize = 3;
/// Bytes that are read as records in one search: its time does not grow with the square of the record.
const TRIED_BYTES_MAX: usize = 8 << 20;
/// Records after which a search that found nothing is made again, at first and at most. Files that are bad throughout are
/// read at their usual speed.
const WAIT: (u32, u32) = (4, 1024);

/// What is known of the search.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// Bytes it waits for.
    wanted: usize,
    /// Bad records to be passed over before it is made again.
    waits: u32,
    /// How many those will be when it finds nothing again.
    patience: u32,
}

/// Where the record behind a bad one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Not enough bytes to tell.
    Need,
    /// Where it should, as far as anybody can say.
    InPlace,
    /// So many bytes from here.
    At(usize),
}

impl Core<'_> {
    /// Whether the search still waits for bytes.
    pub(super) fn search_waits(&mut self, window: &[u8], last: bool) -> bool {
        let waits = window.len() < self.search.wanted && !last;
        if !waits {
            self.search.wanted = 0;
        }
        waits
    }

    /// Looks for the record behind the bad one at hand. Errors stay as they are.
    pub(super) fn next_record(&mut self, window: &[u8], last: bool, whole: usize) -> Next {
        if last && window.len() <= whole {
            return Next::InPlace;
        }
        if let Some(left) = self.search.waits.checked_sub(1) {
            self.search.waits = left;
            return Next::InPlace;
        }
        // One byte more, so that the end of the file is not taken for the end of a piece.
        let needed = whole.saturating_mul(AHEAD + 1).saturating_add(1);
        if window.len() < needed && !last {
            self.search.wanted = needed;
            return Next::Need;
        }
        let errors = std::mem::take(&mut self.errors);
        let in_place = (1..=AHEAD).any(|ahead| self.is_record(window, last, ahead * whole, whole));
        let found = if in_place { None } else { self.elsewhere(window, last, whole) };
        self.errors = errors;
        if in_place || found.is_some() {
            self.search.patience = 0;
        } else {
            let (first, most) = WAIT;
            self.search.patience = (self.search.patience * 2).clamp(first, most);
            self.search.waits = self.search.patience;
        }
        found.map_or(Next::InPlace, Next::At)
    }

    /// The first place with two good records in a row, or with one at the very end of the file. A later one could pass over a
    /// good record.
    fn elsewhere(&mut self, window: &[u8], last: bool, whole: usize) -> Option<usize> {
        let mut tried = 0;
        for at in (1..whole * 2).filter(|&at| at != whole) {
            let is_one = |core: &Self| {
                let body = window.get(at..at + whole);
                body.is_some_and(|body| core.kind(body, last && at + whole == window.len()).is_some())
            };
            if !is_one(self) {
                continue;
            }
            tried += whole;
            if TRIED_BYTES_MAX < tried {
                return None;
            }
            let ends = last && at + whole == window.len();
            if self.is_record(window, last, at, whole)
                && (ends || self.is_record(window, last, at + whole, whole))
            {
                return Some(at);
            }
        }
        None
    }

    fn is_record(&mut self, window: &[u8], last: bool, at: usize, whole: usize) -> bool {
        let Some(body) = window.get(at..at + whole) else { return false };
        let Some(kind) = self.kind(body, last && at + whole == window.len()) else { return false };
        self.events.clear();
        self.errors.clear();
        self.fields(kind, body)
    }
}
