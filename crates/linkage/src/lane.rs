//! The order of deliveries to one receiver (配信の順番): what was taken later never arrives first.

use catalog::{Delivery, Extent, Link};
use register::{Kind, Position, Record};
use serde::{Deserialize, Serialize};

use crate::state::LinkState;

/// The order of deliveries of one dataset to one place of a receiver outside.
pub static LANE: Kind = Kind::new("linkage/lane", "配信の順番");

/// The delivery that has the lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// Its link.
    pub link: String,
    /// Its number on the link.
    pub no: u64,
}

/// What one receiver outside holds of one dataset, over all links that feed it by one place, and which delivery is on its
/// way there.
///
/// A place and a dataset are one register of the receiver. A system that keeps two of them (選挙人名簿 and 投票人名簿) has two
/// places, and what one got says nothing of the other.
///
/// A full extract and differences keep the same register at the receiver. Were they under way together, a full extract that
/// waits (held, refused, receiver down) would arrive behind differences that are newer than it, and undo them for good. So
/// one delivery at a time has the lane, from the commit that makes it to the commit that reads its receipt; the others wait.
/// As each is taken from the journal only when the lane is free, each holds the journal at least as far as all before it.
///
/// The record is written in those two commits, and a commit states the version it read: of two workers one is faster, and
/// the other waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// The receiving system.
    pub target: String,
    /// The dataset.
    pub dataset: String,
    /// The place its files lie in. Empty in a record of the time when all places of a receiver took turns.
    #[serde(default)]
    pub place: String,
    /// The journal up to here is with the receiver, by whichever link it came.
    pub position: Position,
    /// The delivery on its way.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub under_way: Option<UnderWay>,
}

impl Record for Lane {
    const KIND: &'static Kind = &LANE;

    fn key(&self) -> String {
        format!("{}/{}", self.key_without_place(), self.place)
    }
}

impl Lane {
    /// The lane of a link as long as nothing was delivered; none for a link inside the house, whose intakes take an older
    /// row as nothing to do.
    pub fn new(link: &Link) -> Option<Self> {
        let Delivery::Outward { place, .. } = &link.delivery else { return None };
        Some(Self {
            target: link.target.clone(),
            dataset: link.dataset.clone(),
            place: place.clone(),
            position: Position(0),
            under_way: None,
        })
    }

    /// Whether a link feeds the same register of the receiver.
    pub fn serves(&self, link: &Link) -> bool {
        Self::new(link).is_some_and(|other| other.key() == self.key())
    }

    /// The key a lane had when all places of a receiver took turns.
    pub fn key_without_place(&self) -> String {
        format!("{}/{}", self.target, self.dataset)
    }

    /// Goes on from a record of that time. Its delivery under way is as good as ever; its position may have come by another
    /// place, but nothing tells, and its links passed over that already.
    pub fn go_on_from(&mut self, earlier: &Self) {
        self.position = earlier.position;
        self.under_way.clone_from(&earlier.under_way);
    }

    /// The delivery of another link that goes first, if any. A link that `runs` no more, because its file was taken away or
    /// leads elsewhere now, keeps nobody waiting: nobody could end it. One whose file only does not read just now runs.
    pub fn ahead_of(&self, link: &str, runs: impl Fn(&str) -> bool) -> Option<&UnderWay> {
        self.under_way.as_ref().filter(|other| other.link != link && runs(&other.link))
    }

    /// A link's state, gone on from what the receiver got by other links: differences go on from a full extract.
    pub fn caught_up(&self, link: &Link, state: &LinkState) -> LinkState {
        let mut state = state.clone();
        if link.extent == Extent::Difference && state.in_flight.is_none() && state.division.is_none() {
            state.position = state.position.max(self.position);
        }
        state
    }

    /// The lane when a link's state went from `before` to `after`; none when that does not concern it.
    pub fn after(&self, before: &LinkState, after: &LinkState) -> Option<Self> {
        let mut next = self.clone();
        match (&before.in_flight, &after.in_flight) {
            (None, Some(own)) => {
                next.under_way = Some(UnderWay { link: after.link.clone(), no: own.no });
            }
            (Some(own), None) => {
                next.under_way = next.under_way.filter(|under_way| under_way.link != after.link);
                if own.behind.is_none() {
                    next.position = next.position.max(own.to);
                }
            }
            _ => return None,
        }
        Some(next)
    }
}
