//! How a link begins: when its time has come, and where what it carries starts.

use catalog::Extent;
use jiff::Timestamp;
use linkage::{Lane, LinkState, begins, local};
use register::{AsOf, CommitError, Fault, Position, ViewExt, Write};

use crate::links::RunningLink;
use crate::succession::Predecessor;
use crate::users::commit_fault;
use crate::worker::{LinkWorker, Turn, draft};

impl LinkWorker<'_> {
    /// Puts a link to work when its time has come and is not over.
    pub(crate) fn begin(&self, running: &RunningLink, now: Timestamp) -> Result<Turn, Fault> {
        if let Some(from) = begins(&running.link, now) {
            return Ok(Turn::Idle { until: Some(from) });
        }
        match running.link.term.is_over(local(now).date()) {
            true => Ok(Turn::Idle { until: None }),
            false => self.put_to_work(running, now),
        }
    }

    /// Begins the record of a link: where its differences start, and when. One that takes over from another begins where that
    /// one ended, in the commit that ends it; as long as that one is not through, nothing is begun.
    ///
    /// # Errors
    /// When the journal does not answer.
    pub(crate) fn put_to_work(&self, running: &RunningLink, now: Timestamp) -> Result<Turn, Fault> {
        let view = self.office.journal().view(AsOf::default())?;
        let predecessor = self.office.predecessor(&*view, running, now)?;
        drop(view);
        let mut draft = draft(&running.link.id, 0, now);
        draft.reason = "連携の開始".to_owned();
        let mut ended_at = None;
        match &predecessor {
            Predecessor::Nobody => {}
            Predecessor::NotYet(_) => return Ok(Turn::Waiting),
            Predecessor::Unborn(ended) => draft.writes.push(Write::put(&**ended, None)?),
            Predecessor::Through(found) => {
                let (before, ended) = &**found;
                ended_at = Some(before.record.next_from());
                draft.reason = format!("連携「{}」からの引き継ぎ", ended.link);
                draft.writes.push(Write::put(ended, Some(before.version))?);
            }
        }
        let state = LinkState::new(&running.link, self.difference_start(running, ended_at)?, now);
        draft.writes.push(Write::put(&state, None)?);
        match self.office.journal().commit(draft) {
            Ok(_) | Err(CommitError::Conflict(_)) => Ok(Turn::Worked),
            Err(error) => Err(commit_fault(error)),
        }
    }

    /// Where differences to the outside begin: where what the receiver holds ends, so that nothing falls between, however
    /// late the difference link is added or mended; when it holds nothing, where the link ended that this one takes over from,
    /// for the receiver was filled from what that one carried; else the newest change. Asked is the lane, too: the file of the
    /// link that brought it may be broken just now.
    fn difference_start(&self, running: &RunningLink, ended_at: Option<Position>) -> Result<Position, Fault> {
        let mut start = match ended_at {
            Some(ended_at) => ended_at,
            None => self.office.journal().head()?,
        };
        let Some(lane) = Lane::new(&running.link) else { return Ok(start) };
        let view = self.office.journal().view(AsOf::default())?;
        if let Some(held) = self.office.lane(&*view, &running.link)?.and_then(|lane| lane.position()) {
            start = start.min(held);
        }
        for other in self.office.links().all().iter().map(|other| &other.link) {
            let holds = other.extent == Extent::Full && lane.serves(other);
            if holds && let Some(full) = view.load::<LinkState>(&other.id)? {
                start = start.min(full.record.position);
            }
        }
        Ok(start)
    }
}
