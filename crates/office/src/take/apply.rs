//! A delivery that was checked whole, applied batch by batch, each with the link's state in one commit.

use std::borrow::Cow;
use std::collections::BTreeSet;

use catalog::{Extent, Fill};
use layout::{Fact, Good, Record, Role, Value};
use linkage::{Delivery, Event, LinkState, Phase, ReceiptFacts, Taking, due_of_arrival};
use register::{AsOf, Versioned, ViewExt, Write};
use system::{Batch, BatchExtent, Incoming, RefusedRow, Row};
use transport::{Receipt, Verdict};

use super::{Inbound, file, kept_sum};
use crate::worker::{APPLY_TRIES_MAX, Failure, Turn, draft, with_causes};

/// Rows applied in one commit: few enough that staff at the counter wait for none of them.
const ROWS_PER_COMMIT: usize = 1_000;

impl Inbound<'_> {
    /// Applies the rows behind those that are applied, then answers.
    pub(super) fn go_on(self) -> Result<Turn, Failure> {
        let Some(taking) = self.state.record.taking.clone() else { return Ok(Turn::Waiting) };
        let view = self.worker.office.journal().view(AsOf::default())?;
        let delivery = view.load::<Delivery>(&Delivery::key_of(&self.running.link.id, taking.no))?;
        drop(view);
        let Some(delivery) = delivery else {
            return Err(Failure::Link(format!("配信{}番の記録がありません", taking.no)));
        };
        let mut applying = Applying::new(self, taking.clone());
        let mut receipts = Vec::new();
        for (part, name) in (1..).zip(&taking.names) {
            let sha256 = kept_sum(&delivery.record, part).unwrap_or_default().to_owned();
            let path = self.copy_of(taking.no, part);
            // The copy may have gone with a disk; the other side still has its file. Only what was checked is applied.
            if file::sum(&path).ok().as_ref() != Some(&sha256) {
                file::fetch(self.inward, name, &path, self.attempt())?;
                if file::sum(&path)? != sha256 {
                    return Err(Failure::Link(format!(
                        "取込中の配信{}番の「{name}」が、受信したときの内容と違います。送信元に、同じ内容の置き直しを頼んでください",
                        taking.no
                    )));
                }
            }
            let before = applying.read;
            file::each_record(self.inward, &path, &mut |record| applying.record(record))?;
            let rows = applying.read - before;
            let link = Some(delivery.record.link.clone());
            receipts.push((name, Receipt { link, no: taking.no, rows, sha256, verdict: Verdict::Applied }));
        }
        applying.finish(delivery)?;
        for (name, receipt) in receipts {
            self.inward.place.answer(name, &receipt)?;
        }
        tracing::info!(link = self.running.link.id, no = taking.no, rows = taking.rows, "taken in");
        Ok(Turn::Worked)
    }
}

/// A delivery while it is applied.
struct Applying<'a> {
    inbound: Inbound<'a>,
    state: Versioned<LinkState>,
    taking: Taking,
    names: Vec<String>,
    /// What a header says of all rows (`common` of a layout), by item.
    commons: Vec<(String, String)>,
    /// Subjects of the open batch.
    subjects: BTreeSet<String>,
    /// Subjects of all rows so far, of a full extract.
    all: BTreeSet<String>,
    /// Whether a record did not read, so that its subject is not among them.
    lacks_subjects: bool,
    /// The open batch.
    rows: Vec<Row>,
    /// Detail records read, applied or not.
    read: u64,
    /// Records of the open batch that do not read.
    refused: Vec<RefusedRow>,
}

impl<'a> Applying<'a> {
    fn new(inbound: Inbound<'a>, taking: Taking) -> Self {
        Self {
            inbound,
            state: inbound.state.clone(),
            taking,
            names: Vec::new(),
            commons: Vec::new(),
            subjects: BTreeSet::new(),
            all: BTreeSet::new(),
            lacks_subjects: false,
            rows: Vec::new(),
            read: 0,
            refused: Vec::new(),
        }
    }

    fn record(&mut self, record: &Record<'_>) -> Result<(), Failure> {
        match record {
            Record::Good(good) if good.role() == Role::Detail => {
                self.read += 1;
                self.row(good)
            }
            Record::Good(good) => {
                for (field, value) in good.iter() {
                    let Value::Fact(Fact::Common(item)) = &field.value else { continue };
                    // A further header speaks for the rows behind it, in the same columns.
                    match self.commons.iter_mut().find(|(known, _)| known == item) {
                        Some((_, held)) => value.clone_into(held),
                        None => self.commons.push((item.clone(), value.to_owned())),
                    }
                }
                Ok(())
            }
            // What concerns the file as a whole was refused before it began.
            Record::Bad(bad) => {
                self.read += 1;
                self.lacks_subjects = true;
                if self.taking.done < self.read {
                    self.refused.push(RefusedRow {
                        subject: format!("{}件目", bad.number),
                        item: String::new(),
                        message: bad.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("、"),
                    });
                }
                Ok(())
            }
        }
    }

    fn row(&mut self, good: &Good<'_>) -> Result<(), Failure> {
        if self.names.is_empty() {
            let filled = self.inbound.inward.fill.iter().map(|(item, _)| item.as_str());
            let common = self.commons.iter().map(|(item, _)| item.as_str());
            let own = good.items().map(|(name, _)| name);
            self.names = own.chain(common).chain(filled).map(str::to_owned).collect();
        }
        let mut row = Row::new();
        let mut subject = Cow::Borrowed("");
        for (name, value) in good.items() {
            row.push(&value);
            if name == self.inbound.inward.subject {
                subject = value;
            }
        }
        for (_, value) in &self.commons {
            row.push(value);
        }
        for (item, fill) in &self.inbound.inward.fill {
            let value = match fill {
                Fill::Value(value) => Cow::Borrowed(value.as_str()),
                // A kind of record without that item has nothing to give.
                Fill::Item(other) => {
                    good.items().find(|(name, _)| name == other).map(|(_, value)| value).unwrap_or_default()
                }
            };
            row.push(&value);
            if *item == self.inbound.inward.subject {
                subject = value;
            }
        }
        if self.taking.extent == Extent::Full {
            self.all.insert(subject.clone().into_owned());
        }
        if self.read <= self.taking.done {
            return Ok(());
        }
        // Rows of one batch have distinct subjects: an intake sees what the one before made of a person.
        if ROWS_PER_COMMIT <= self.rows.len() || self.subjects.contains(&*subject) {
            // The record that closes a batch is read already and belongs to the next.
            let done = self.read.saturating_sub(1);
            self.commit(|refused| Event::RowsTaken { done, refused }, BatchExtent::FullPart, None)?;
        }
        self.subjects.insert(subject.into_owned());
        self.rows.push(row);
        Ok(())
    }

    /// Applies the last batch and ends the delivery.
    fn finish(mut self, delivery: Versioned<Delivery>) -> Result<(), Failure> {
        let Inbound { worker, running, now, .. } = self.inbound;
        let due = due_of_arrival(&running.link, &self.state.record, now, worker.office.calendar());
        let all = std::mem::take(&mut self.all);
        // Who stands in a record that does not read is not gone: then nothing is taken away.
        let extent =
            if self.lacks_subjects { BatchExtent::FullPart } else { BatchExtent::FullEnd { subjects: &all } };
        self.commit(|_| Event::Taken { due }, extent, Some(delivery))
    }

    /// Applies the open batch and commits it with the state; the last one with the delivery, too. Staff may change a record
    /// of the receiver meanwhile: then the rows are applied to the newer one.
    fn commit(
        &mut self,
        event: impl Fn(Vec<RefusedRow>) -> Event,
        extent: BatchExtent<'_>,
        delivery: Option<Versioned<Delivery>>,
    ) -> Result<(), Failure> {
        let Inbound { worker, running, inward, now, .. } = self.inbound;
        let (office, link) = (worker.office, &running.link.id);
        let extent = if self.taking.extent == Extent::Full { extent } else { BatchExtent::Difference };
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let incoming: Vec<Incoming<'_>> = self.rows.iter().map(|row| Incoming::new(&names, row)).collect();
        let no = self.taking.no;
        let batch = Batch { link, no, extent, subject: &inward.subject, rows: &incoming };
        let mut tries = 0;
        let _turn = office.intakes().wait(inward.target);
        let next = loop {
            tries += 1;
            let view = office.journal().view(AsOf::default())?;
            let applied = (inward.intake.apply)(&*view, &batch, &office.link_context(link, now))
                .map_err(|fault| Failure::Link(with_causes(&fault)))?;
            drop(view);
            let mut refused = self.refused.clone();
            refused.extend(applied.refused);
            let next = self.state.record.after(event(refused.clone()))?;
            let mut draft = draft(link, no, now);
            inward.target.clone_into(&mut draft.system);
            inward.intake.id.clone_into(&mut draft.function);
            draft.reason = "受信データの取込".to_owned();
            draft.writes = applied.writes;
            if let Some(delivery) = &delivery {
                let ended = self.ended(&delivery.record, refused);
                draft.writes.push(Write::put(&ended, Some(delivery.version))?);
            }
            draft.writes.push(Write::put(&next, Some(self.state.version))?);
            match office.journal().commit(draft).map_err(Failure::from) {
                Ok(_) => break next,
                Err(Failure::Receiver(_)) if tries < APPLY_TRIES_MAX => {}
                Err(failure) => return Err(failure),
            }
        };
        self.state = Versioned { record: next, version: self.state.version + 1, ..self.state.clone() };
        self.refused.clear();
        self.rows.clear();
        self.subjects.clear();
        Ok(())
    }

    /// The delivery with all that was refused of it, and our receipt.
    fn ended(&self, delivery: &Delivery, refused: Vec<RefusedRow>) -> Delivery {
        let earlier = self.state.record.taking.as_ref().map(|taking| taking.refused.clone());
        Delivery {
            phase: Phase::Applied,
            refused: earlier.unwrap_or_default().into_iter().chain(refused).collect(),
            receipt: Some(ReceiptFacts {
                rows: delivery.rows,
                sha256: delivery.sha256.clone(),
                read_at: self.inbound.now,
                reason: String::new(),
            }),
            ..delivery.clone()
        }
    }
}
