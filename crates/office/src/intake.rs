//! Intakes as links use them.

use std::ops::ControlFlow;

use catalog::Timing;
use jiff::Timestamp;
use linkage::{LinkState, local};
use register::{Actor, AsOf, Fault, View, ViewExt};
use system::{Batch, BatchExtent, Context, Fate, Incoming, Row};

use crate::Office;
use crate::links::Ready;

impl Office {
    /// What an intake is told when a link's rows are applied.
    pub(crate) fn link_context(&self, link: &str, now: Timestamp) -> Context<'_> {
        Context {
            today: local(now).date(),
            now,
            actor: Actor::Program(format!("link/{link}")),
            confirmed: &[],
            random: self.entropy().bits(),
            search: &(),
            municipality: self.municipality(),
        }
    }

    /// Offers the intake of a link inside the house everything its sender has, writes nothing, and tells the first record it
    /// would still write: what it has not got. For proofs, once a link owes nothing; of a link with hours of its own what it had at
    /// the last of them, for what came since is not owed before the next.
    ///
    /// # Errors
    /// When storage fails or the intake does.
    pub fn not_taken(&self, view: &dyn View, link: &str) -> Result<Option<String>, Fault> {
        let Some(running) = self.links().get(link) else { return Ok(None) };
        let Ok(Ready::InProcess { dataset, intake, .. }) = &running.ready else { return Ok(None) };
        let then = match running.link.timing {
            Timing::OnChange | Timing::EveryMinutes(_) => None,
            _ => {
                let Some(state) = view.load::<LinkState>(link)? else { return Ok(None) };
                let position = Some(state.record.position);
                Some(self.journal().view(AsOf { position, ..AsOf::default() })?)
            }
        };
        let sender: &dyn View = then.as_ref().map_or(view, |then| &**then);
        let mut rows = Vec::new();
        dataset.scan(sender, &mut |stored| {
            let mut row = Row::new();
            if (dataset.row)(sender, stored, &mut row)? == Fate::Row {
                rows.push(row);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let names = dataset.names();
        let rows: Vec<Incoming<'_>> = rows.iter().map(|row| Incoming::new(&names, row)).collect();
        let (extent, subject) = (BatchExtent::Difference, dataset.subject);
        let batch = Batch { link, no: 1, extent, subject, rows: &rows };
        let applied = (intake.apply)(view, &batch, &self.link_context(link, self.clock().now()))?;
        let first = applied.writes.first();
        Ok(first.map(|write| format!("{} has not got {} {}", intake.id, write.kind.id, write.key)))
    }
}
