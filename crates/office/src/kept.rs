//! Kept bytes of deliveries on their way (控え): when they are flushed, and how they are made again.
//!
//! A small difference is not flushed before it is sent: a movement at the counter would wait for the disk three times more. Its record
//! is in the journal, with the SHA-256 of every byte. Should a power cut take the bytes, they are made again from the journal as
//! of that moment, and go only if they are the same. They are flushed before the journal says that they were sent, so that what
//! a receiver has is evidence for good.

use std::io;
use std::path::PathBuf;

use catalog::Extent;
use linkage::{Delivery, InFlightPhase, LinkState, Phase, local};
use register::{AsOf, Fault, Position, ViewExt};
use transport::{flush, sha256_of};

use crate::Office;
use crate::links::{Ready, RunningLink};
use crate::prepare::{MADE_AGAIN_BYTES_MAX, Made, Making, characters_path, data_path, prepare};
use crate::worker::{Failure, LinkWorker, with_causes};

/// Whether the files of a delivery may not have been flushed when it was recorded. Of some they were.
pub(crate) fn flushed_later(delivery: &Delivery) -> bool {
    delivery.packed.is_none()
        && delivery.extent == Extent::Difference
        && delivery.per.is_empty()
        && !delivery.resent
        && delivery.bytes <= MADE_AGAIN_BYTES_MAX
}

impl Office {
    /// The kept files of a link that a power cut may take now: those of a delivery that is recorded and not sent. For the
    /// simulation.
    ///
    /// # Errors
    /// When storage fails.
    pub fn unflushed(&self, link: &str) -> Result<Vec<PathBuf>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let Some(state) = view.load::<LinkState>(link)? else { return Ok(Vec::new()) };
        let Some(in_flight) = state.record.in_flight else { return Ok(Vec::new()) };
        let delivery = view.load::<Delivery>(&Delivery::key_of(link, in_flight.no))?;
        let loose = delivery.map(|delivery| delivery.record).filter(|delivery| {
            in_flight.phase == InFlightPhase::Prepared
                && delivery.phase == Phase::Prepared
                && flushed_later(delivery)
        });
        let files = loose.map(|delivery| LinkWorker::new(self).kept(&delivery).1);
        Ok(files.unwrap_or_default().into_iter().filter(|path| path.exists()).collect())
    }
}

impl LinkWorker<'_> {
    /// The files of a delivery.
    fn kept(&self, delivery: &Delivery) -> (PathBuf, Vec<PathBuf>) {
        let folder = self.office.evidence(&delivery.link);
        let mut files = vec![data_path(&folder, delivery.no, &delivery.sha256)];
        // Where nothing was told of characters there is no such file.
        if !delivery.characters_sha256.is_empty() {
            files.push(characters_path(&folder, delivery.no, &delivery.characters_sha256));
        }
        (folder, files)
    }

    /// Flushes what was sent.
    pub(crate) fn flush_kept(&self, delivery: &Delivery) -> Result<(), Failure> {
        if !flushed_later(delivery) {
            return Ok(());
        }
        let (folder, files) = self.kept(delivery);
        flush(&folder, &files)
            .map_err(|error| Failure::Link(format!("控えをディスクに書き込めません（{error}）")))
    }

    /// Makes a delivery's files again when they are not as they were recorded.
    pub(crate) fn restore_kept(
        &self,
        running: &RunningLink,
        ready: &Ready,
        delivery: &Delivery,
    ) -> Result<(), Failure> {
        let Ready::Outward { dataset, plan, .. } = ready else { return Ok(()) };
        let (folder, files) = self.kept(delivery);
        let sums = [&delivery.sha256, &delivery.characters_sha256];
        let whole = || -> io::Result<bool> {
            for (path, sum) in files.iter().zip(sums) {
                match sha256_of(path) {
                    Ok(found) if found == *sum => {}
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    Ok(_) | Err(_) => return Ok(false),
                }
            }
            Ok(true)
        };
        let unreadable = |error: io::Error| Failure::Link(format!("控えが読めません（{error}）"));
        if !flushed_later(delivery) || whole().map_err(unreadable)? {
            return Ok(());
        }
        tracing::warn!(link = delivery.link, no = delivery.no, "kept bytes are made again from the journal");
        let date = local(delivery.prepared_at).date();
        let making = Making {
            journal: self.office.journal(),
            link: &running.link,
            dataset,
            plan,
            evidence: &folder,
            no: delivery.no,
            attempt: self.office.entropy().bits(),
            from: delivery.from,
            reach: Position::default(),
            extent: delivery.extent,
            facts: self.office.facts(&running.link, delivery.no, date, delivery.extent),
            division: None,
            resends: false,
            again: Some((delivery.to, delivery.rows_as_of.unwrap_or(delivery.to))),
            flushes_later: false,
            helpers: self.office.helpers(),
        };
        let made = prepare(&making).map_err(|fault| Failure::Link(with_causes(&fault)))?;
        match made {
            Made::Written(made) if made.sha256 == delivery.sha256 => Ok(()),
            // What was made goes when the next number is recorded; nothing names it.
            Made::Written(_) | Made::Nothing { .. } => Err(Failure::Link(format!(
                "配信{}番の控えがディスクから失われ、同じ内容に作り直せません。作成のあとで変えたレイアウト・文字変換表・連携定義を元に戻してください。戻すと、同じ内容で送ります",
                delivery.no
            ))),
        }
    }
}
