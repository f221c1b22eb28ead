//! The data of a delivery that is pushed, on its way from the message to the disk.

use std::io;

use transport::http::soap::Element;

use crate::partner::{Spool, Spooled};
use crate::problem::Problem;
use crate::visit::Visit;

/// Takes data in for the partner who asks.
pub(super) struct Incoming<'v> {
    visit: &'v Visit,
    spool: Option<Spool>,
    /// Why the data could not be taken.
    pub(super) problem: Option<Problem>,
}

impl<'v> Incoming<'v> {
    pub(super) fn new(visit: &'v Visit) -> Self {
        Self { visit, spool: None, problem: None }
    }

    /// Takes a piece of the data of a call that is not read to its end yet.
    pub(super) fn take(&mut self, call: &Element, piece: &[u8]) -> io::Result<()> {
        self.try_take(call, piece).map_err(|problem| {
            self.problem = Some(problem);
            io::Error::other("the data is not taken")
        })
    }

    fn try_take(&mut self, call: &Element, piece: &[u8]) -> Result<(), Problem> {
        if self.spool.is_none() {
            let item = |name: &str| call.child_text(name).unwrap_or_default().trim();
            let partner = self.visit.partner.as_deref().ok_or_else(Problem::token_required)?;
            // Nothing is kept of what will be refused: data where none belongs, or of a link that is not open.
            let Some(path) = partner.spool_path(item("link"), item("no")) else { return Ok(()) };
            self.spool = Some(Spool::begin(&path, self.visit.house.desk.partners.bytes_max())?);
        }
        match &mut self.spool {
            Some(spool) => spool.take(piece),
            None => Ok(()),
        }
    }

    /// What came; none when there was nothing to keep.
    pub(super) fn spooled(self) -> Option<Spooled> {
        self.spool.map(Spool::end)
    }
}
