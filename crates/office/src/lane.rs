//! The order of links to one receiver, as it stands in the journal.

use catalog::Link;
use jiff::Timestamp;
use linkage::{Lane, LinkState, Situation, UnderWay, through};
use register::{AsOf, BodyError, Fault, Position, Record, View, ViewExt, Write};

use crate::Office;

/// A lane with the version it was read at.
pub(crate) struct ReadLane {
    lane: Lane,
    version: Option<u32>,
}

impl ReadLane {
    /// Up to where the receiver has the journal, by whichever link; none as long as it took nothing.
    pub(crate) fn position(&self) -> Option<Position> {
        Some(self.lane.position).filter(|position| *position != Position::default())
    }

    /// A link's state, gone on from what its receiver got by other links.
    pub(crate) fn caught_up(&self, link: &Link, state: &LinkState) -> LinkState {
        self.lane.caught_up(link, state)
    }

    /// What is to be written when a link's state changes; none when that does not concern the lane.
    pub(crate) fn write(&self, before: &LinkState, after: &LinkState) -> Result<Option<Write>, BodyError> {
        let next = self.lane.after(before, after);
        next.map(|next| Write::put(&next, self.version)).transpose()
    }
}

impl Office {
    /// The lane of a link to the outside.
    pub(crate) fn lane(&self, view: &dyn View, link: &Link) -> Result<Option<ReadLane>, Fault> {
        let Some(mut new) = Lane::new(link) else { return Ok(None) };
        if let Some(read) = view.load::<Lane>(&new.key())? {
            return Ok(Some(ReadLane { lane: read.record, version: Some(read.version) }));
        }
        if let Some(earlier) = view.load::<Lane>(&new.key_without_place())? {
            new.go_on_from(&earlier.record);
        }
        Ok(Some(ReadLane { lane: new, version: None }))
    }

    /// The delivery that goes before any of this link, if another link has one on its way to the same receiver.
    pub(crate) fn ahead_of<'a>(&self, link: &Link, lane: Option<&'a ReadLane>) -> Option<&'a UnderWay> {
        let lane = lane?;
        let runs = |other: &str| match self.links().get(other) {
            Some(other) => lane.lane.serves(&other.link),
            None => self.links().is_unreadable(other),
        };
        lane.lane.ahead_of(&link.id, runs)
    }

    /// What the engine is told of a link. Storage is asked only whether the dataset changed.
    pub(crate) fn situation(
        &self,
        link: &Link,
        state: &LinkState,
        lane: Option<&ReadLane>,
        kind: &str,
        now: Timestamp,
    ) -> Result<Situation<'_>, Fault> {
        Ok(Situation {
            now,
            // What is on its way goes first, whatever changed meanwhile.
            owes_changes: state.in_flight.is_none()
                && self.journal().next_change(state.position, &[kind])?.is_some(),
            is_behind: self.ahead_of(link, lane).is_some(),
            awaits_another: self.awaited(link, now)?.is_some(),
            calendar: self.calendar(),
        })
    }

    /// The first link that must arrive before this one the same day and has not. One whose file does not read is waited for:
    /// nobody knows that it is through.
    pub(crate) fn awaited<'a>(&self, link: &'a Link, now: Timestamp) -> Result<Option<&'a str>, Fault> {
        if link.after.is_empty() {
            return Ok(None);
        }
        let view = self.journal().view(AsOf::default())?;
        for id in &link.after {
            let Some(other) = self.links().get(id) else { return Ok(Some(id)) };
            let state = view.load::<LinkState>(id)?;
            let is_through =
                state.is_some_and(|state| through(&other.link, &state.record, now, self.calendar()));
            if !is_through {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }
}
