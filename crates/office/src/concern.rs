//! Which links a change concerns, so that no others look.

use std::collections::BTreeMap;

use linkage::{LANE, LINK, Lane};
use register::{Record, Touched};

use crate::Links;

/// The links that may owe something after a record was written.
pub struct Concerns<'a> {
    /// Senders of a kind of records.
    senders: BTreeMap<&'a str, Vec<&'a str>>,
    /// A link, and those that wait until it is through.
    waiting: BTreeMap<&'a str, Vec<&'a str>>,
    /// Links that take turns at one receiver.
    sharing: BTreeMap<String, Vec<&'a str>>,
}

impl Links {
    /// Who is concerned by what.
    pub fn concerns(&self) -> Concerns<'_> {
        let mut concerns =
            Concerns { senders: BTreeMap::new(), waiting: BTreeMap::new(), sharing: BTreeMap::new() };
        for running in self.all() {
            let link = &running.link;
            let id = &*link.id;
            if let Some(dataset) = running.ready.as_ref().ok().and_then(|ready| ready.dataset()) {
                concerns.senders.entry(dataset.kind.id).or_default().push(id);
            }
            for other in std::iter::once(id).chain(link.after.iter().map(String::as_str)) {
                concerns.waiting.entry(other).or_default().push(id);
            }
            if let Some(lane) = Lane::new(link) {
                concerns.sharing.entry(lane.key()).or_default().push(id);
            }
        }
        concerns
    }
}

impl Concerns<'_> {
    /// The links a record concerns.
    pub fn of(&self, touched: &Touched) -> &[&str] {
        let found = match &*touched.kind {
            kind if kind == LINK.id => self.waiting.get(&*touched.key),
            kind if kind == LANE.id => self.sharing.get(&touched.key),
            kind => self.senders.get(kind),
        };
        found.map_or(&[], Vec::as_slice)
    }
}
