//! The worker: carries out, link by link, the one step the engine plans, and commits what happened with its effect.

use catalog::Extent;
use jiff::Timestamp;
use linkage::{DELIVERY, Delivery, Event, LANE, LINK, LinkState, NotPossible, Phase, Step, local, plan};
use register::{
    Actor, AsOf, Cause, CommitError, Conflict, Draft, Fault, Position, Versioned, ViewExt, Write,
};
use system::{Batch, BatchExtent, Fate, Incoming, Row};
use transport::{Content, Control, PlaceError};

use crate::Office;
use crate::lane::ReadLane;
use crate::links::{Ready, RunningLink};
use crate::packs::{pack, sent_file};
use crate::prepare::{Made, Making, changed, prepare, sweep};
use crate::receipt::judged;
use crate::rows::file_name_of;
use crate::take::Inbound;

/// How often rows are applied anew when staff change the receiver's records at the same moment.
pub(crate) const APPLY_TRIES_MAX: u32 = 8;

/// What a turn did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// A step was done; ask again at once.
    Worked,
    /// Nothing is owed before this time, or before an event.
    Idle {
        /// When to ask again at the latest.
        until: Option<Timestamp>,
    },
    /// A receipt is waited for; look again soon.
    Waiting,
}

/// Works the links of a house.
#[derive(Clone, Copy)]
pub struct LinkWorker<'a> {
    pub(crate) office: &'a Office,
}

/// What a step goes on from; the commit states the versions of both.
#[derive(Clone, Copy)]
struct Start<'a> {
    state: &'a Versioned<LinkState>,
    lane: Option<&'a ReadLane>,
}

/// Why a step did not succeed: words for the operator, or a fault of storage that stops the worker itself.
pub(crate) enum Failure {
    /// Only this link is concerned; it is tried again.
    Link(String),
    /// Another worker was faster; nothing is wrong.
    Overtaken,
    /// A record of the receiving system changed between reading and writing; the rows are applied to the newer one.
    Receiver(Box<Conflict>),
    /// The journal does not answer.
    Journal(Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Journal(fault)
    }
}

impl From<register::BodyError> for Failure {
    fn from(error: register::BodyError) -> Self {
        Self::Journal(error.into())
    }
}

impl From<NotPossible> for Failure {
    fn from(error: NotPossible) -> Self {
        Self::Link(format!("連携の状態と出来事が合いません（{error}）"))
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            // The link's own records moved: another worker did the step, a person steered the link, or another link to the
            // same receiver was faster.
            CommitError::Conflict(conflict) if [LINK.id, DELIVERY.id, LANE.id].contains(&&*conflict.kind) => {
                Self::Overtaken
            }
            CommitError::Conflict(conflict) => Self::Receiver(conflict),
            CommitError::CursorMoved { .. } | CommitError::LeaseLost { .. } => Self::Overtaken,
            CommitError::NotUnique { kind, column, .. } => {
                Self::Link(format!("受け側の台帳（{kind}）で {column} が重複しています"))
            }
            // What is not known is found out by the next turn, which reads the state anew.
            CommitError::Fault(fault) | CommitError::Unknown(fault) => Self::Journal(fault),
        }
    }
}

impl From<PlaceError> for Failure {
    fn from(error: PlaceError) -> Self {
        Self::Link(with_causes(&error))
    }
}

impl<'a> LinkWorker<'a> {
    /// A worker of this house.
    pub fn new(office: &'a Office) -> Self {
        Self { office }
    }

    /// Does the one step a link owes, if any.
    ///
    /// # Errors
    /// When the journal does not answer. Trouble with the link itself is recorded on the link, so that others go on.
    pub fn turn(&self, link_id: &str) -> Result<Turn, Fault> {
        let Some(running) = self.office.links().get(link_id) else { return Ok(Turn::Idle { until: None }) };
        let Ok(ready) = &running.ready else { return Ok(Turn::Idle { until: None }) };
        let now = self.office.clock().now();
        let view = self.office.journal().view(AsOf::default())?;
        let Some(mut state) = view.load::<LinkState>(link_id)? else {
            drop(view);
            return self.begin(running, now);
        };
        let lane = self.office.lane(&*view, &running.link)?;
        drop(view);
        if let Ready::Inward(inward) = ready {
            let turned = Inbound::new(*self, running, inward, &state, now).turn();
            return self.ended(&state, now, turned);
        }
        if let Some(lane) = &lane {
            state.record = lane.caught_up(&running.link, &state.record);
        }
        let start = Start { state: &state, lane: lane.as_ref() };
        self.ended(&state, now, self.step(running, ready, start, now))
    }

    /// What a step ended as; its trouble is recorded on the link.
    fn ended(
        &self,
        state: &Versioned<LinkState>,
        now: Timestamp,
        turned: Result<Turn, Failure>,
    ) -> Result<Turn, Fault> {
        match turned {
            Ok(turn) => Ok(turn),
            Err(Failure::Overtaken) => Ok(Turn::Worked),
            Err(Failure::Journal(fault)) => Err(fault),
            Err(Failure::Receiver(conflict)) => {
                let what = format!(
                    "受け側の記録（{} {}）がほかの処理で更新され続けており、反映できません",
                    conflict.kind, conflict.key
                );
                self.fail(state, now, what)
            }
            Err(Failure::Link(what)) => self.fail(state, now, what),
        }
    }

    /// Turns every link until none owes anything. For tests and first loads; receipts are not waited for.
    ///
    /// # Errors
    /// When the journal does not answer.
    pub fn settle(&self) -> Result<(), Fault> {
        // What one link brings into a register, another may have to carry on.
        loop {
            let mut worked = false;
            for running in self.office.links().all() {
                while self.turn(&running.link.id)? == Turn::Worked {
                    worked = true;
                }
            }
            if !worked {
                return Ok(());
            }
        }
    }

    /// Records trouble that showed outside a step, such as a panic, so that the monitor tells it.
    ///
    /// # Errors
    /// When the journal does not answer.
    pub fn report(&self, link_id: &str, what: &str) -> Result<Turn, Fault> {
        let now = self.office.clock().now();
        let state = self.office.journal().view(AsOf::default())?.load::<LinkState>(link_id)?;
        match state {
            Some(state) => self.record_failure(&state, now, what.to_owned()),
            None => Ok(Turn::Idle { until: None }),
        }
    }

    fn fail(&self, state: &Versioned<LinkState>, now: Timestamp, what: String) -> Result<Turn, Fault> {
        tracing::warn!(link = state.record.link, %what, "link step failed");
        self.record_failure(state, now, what)
    }

    fn record_failure(
        &self,
        state: &Versioned<LinkState>,
        now: Timestamp,
        what: String,
    ) -> Result<Turn, Fault> {
        let Ok(next) = state.record.after(Event::Failed { at: now, what }) else {
            return Ok(Turn::Idle { until: None });
        };
        let until = next.trouble.as_ref().map(|trouble| trouble.next_try_at);
        let mut draft = draft(&state.record.link, state.record.next_no, now);
        draft.reason = "連携の障害".to_owned();
        draft.writes.push(Write::put(&next, Some(state.version))?);
        match self.office.journal().commit(draft) {
            Ok(_) => Ok(Turn::Idle { until }),
            Err(CommitError::Conflict(_)) => Ok(Turn::Worked),
            Err(error) => Err(crate::users::commit_fault(error)),
        }
    }

    fn step(
        &self,
        running: &RunningLink,
        ready: &Ready,
        start: Start<'_>,
        now: Timestamp,
    ) -> Result<Turn, Failure> {
        let (link, state) = (&running.link, start.state);
        let Some(dataset) = ready.dataset() else { return Ok(Turn::Idle { until: None }) };
        let kind = dataset.kind.id;
        let situation = self.office.situation(link, &state.record, start.lane, kind, now)?;
        match plan(link, &state.record, situation) {
            Step::Idle { until } => Ok(Turn::Idle { until }),
            Step::Recover => self.recover(state, now),
            // The commit that ends the other's delivery wakes this link.
            Step::Queue => Ok(Turn::Idle { until: None }),
            Step::Apply { due } => self.apply_on_newest(running, ready, state, now, due),
            Step::Prepare { extent, due } => self.prepare(running, ready, start, now, extent, due),
            Step::Send => self.send(running, ready, start, now),
            Step::AwaitReceipt { overdue } => self.await_receipt(ready, start, now, overdue),
        }
    }

    fn recover(&self, state: &Versioned<LinkState>, now: Timestamp) -> Result<Turn, Failure> {
        let next = state.record.after(Event::Recovered)?;
        let mut draft = draft(&next.link, next.next_no, now);
        draft.reason = "障害の解消".to_owned();
        draft.writes.push(Write::put(&next, Some(state.version))?);
        self.office.journal().commit(draft)?;
        Ok(Turn::Worked)
    }

    /// Applies rows, and again when staff changed a record of the receiver meanwhile. What conflicts every time is no
    /// coincidence but a defect, which must show on the monitor and not keep the machine busy.
    fn apply_on_newest(
        &self,
        running: &RunningLink,
        ready: &Ready,
        state: &Versioned<LinkState>,
        now: Timestamp,
        due: Option<Timestamp>,
    ) -> Result<Turn, Failure> {
        for _ in 1..APPLY_TRIES_MAX {
            match self.apply(running, ready, state, now, due) {
                Err(Failure::Receiver(_)) => {}
                done => return done,
            }
        }
        self.apply(running, ready, state, now, due)
    }

    /// Rows to an intake of this house: effect, state and delivery in one commit, so exactly once.
    fn apply(
        &self,
        running: &RunningLink,
        ready: &Ready,
        state: &Versioned<LinkState>,
        now: Timestamp,
        due: Option<Timestamp>,
    ) -> Result<Turn, Failure> {
        let Ready::InProcess { dataset, target, intake } = ready else {
            return Err(Failure::Link("受け渡しの形が連携の状態と合いません".to_owned()));
        };
        let _turn = self.office.intakes().wait(target);
        let journal = self.office.journal();
        let view = journal.view(AsOf::default())?;
        let limit = usize::try_from(running.link.rows_per_delivery_max).unwrap_or(usize::MAX);
        // A row that does not read or an intake that fails concerns this link alone: the operator must see it there.
        let on_link = |fault: Fault| Failure::Link(with_causes(&fault));
        let changed =
            changed(journal, dataset, state.record.position, view.position(), limit).map_err(on_link)?;
        let to = if changed.more { changed.to } else { view.position() };
        let mut rows = Vec::with_capacity(changed.records.len());
        for stored in &changed.records {
            let mut row = Row::new();
            if (dataset.row)(&*view, stored, &mut row).map_err(on_link)? == Fate::Row {
                rows.push(row);
            }
        }
        let names = dataset.names();
        let incoming: Vec<Incoming<'_>> = rows.iter().map(|row| Incoming::new(&names, row)).collect();
        let no = state.record.next_no;
        let batch = Batch {
            link: &running.link.id,
            no,
            extent: BatchExtent::Difference,
            subject: dataset.subject,
            rows: &incoming,
        };
        let applied = (intake.apply)(&*view, &batch, &self.office.link_context(&running.link.id, now))
            .map_err(on_link)?;
        let delivery = Delivery {
            rows: count(rows.len()),
            refused: applied.refused,
            ..Delivery::new(
                (&running.link.id, no),
                Phase::Applied,
                Extent::Difference,
                (state.record.position, to),
                now,
            )
        };
        let next = state.record.after(Event::AppliedInProcess { to, due })?;
        let mut draft = draft(&running.link.id, no, now);
        (*target).clone_into(&mut draft.system);
        intake.id.clone_into(&mut draft.function);
        draft.reason = "即時連携".to_owned();
        draft.writes = applied.writes;
        draft.writes.push(Write::put(&delivery, None)?);
        draft.writes.push(Write::put(&next, Some(state.version))?);
        journal.commit(draft)?;
        Ok(Turn::Worked)
    }

    fn prepare(
        &self,
        running: &RunningLink,
        ready: &Ready,
        start: Start<'_>,
        now: Timestamp,
        extent: Extent,
        due: Option<Timestamp>,
    ) -> Result<Turn, Failure> {
        let state = start.state;
        let Ready::Outward { dataset, plan, file_name, packer, .. } = ready else {
            return Err(Failure::Link("受け渡しの形が連携の状態と合いません".to_owned()));
        };
        let no = state.record.next_no;
        let date = local(now).date();
        let (evidence, attempt) = (self.office.evidence(&running.link.id), self.office.entropy().bits());
        let making = Making {
            journal: self.office.journal(),
            link: &running.link,
            dataset,
            plan,
            evidence: &evidence,
            no,
            attempt,
            from: state.record.next_from(),
            reach: state.record.position,
            extent,
            facts: self.office.facts(&running.link, no, date, extent),
            division: state.record.division.as_ref(),
            resends: state.record.resend_from.is_some(),
            again: None,
            flushes_later: packer.is_none(),
            helpers: self.office.helpers(),
        };
        let resent = making.division.map_or(making.resends, |division| division.resent);
        let writing = self.office.tidy().writing(&evidence);
        let prepared = match prepare(&making).map_err(|fault| Failure::Link(with_causes(&fault)))? {
            Made::Written(prepared) => prepared,
            nothing @ Made::Nothing { .. } => return self.pass(running, start, now, due, nothing),
        };
        let file_name = file_name_of(file_name, no, date, (&running.link.per, &prepared.per));
        let named = (&running.link, &*file_name);
        let lying = pack(packer.as_ref(), named, (&evidence, no, attempt), &prepared)?;
        let delivery = Delivery {
            rows: prepared.rows,
            rows_as_of: prepared.rows_as_of,
            refused: prepared.refused,
            file_name: Some(file_name.clone()),
            bytes: lying.bytes,
            sha256: lying.sha256,
            packed: lying.packed,
            characters_sha256: prepared.characters_sha256,
            layout: running.link.layout().unwrap_or_default().to_owned(),
            table_version: plan.table_version().to_owned(),
            characters: prepared.characters,
            resent,
            per: prepared.per,
            ..Delivery::new(
                (&running.link.id, no),
                Phase::Prepared,
                prepared.extent,
                (state.record.next_from(), prepared.to),
                now,
            )
        };
        let event = Event::Prepared { extent, to: prepared.to, file_name, due, behind: prepared.behind };
        if let Err(failure) = self.commit(start, event, &delivery, None, now, "配信の作成") {
            self.office.give_way(&running.link.id, no)?;
            return Err(failure);
        }
        writing.recorded(|| sweep(&evidence, no, &delivery));
        Ok(Turn::Worked)
    }

    /// Goes on where no file is to be written. Rows that were held back have a record, without a file, so that the monitor tells
    /// them.
    fn pass(
        &self,
        running: &RunningLink,
        Start { state, .. }: Start<'_>,
        now: Timestamp,
        due: Option<Timestamp>,
        nothing: Made,
    ) -> Result<Turn, Failure> {
        let Made::Nothing { refused, per, to, behind } = nothing else { return Ok(Turn::Worked) };
        let no = state.record.next_no;
        let mut draft = draft(&running.link.id, no, now);
        draft.reason = "送る行なし".to_owned();
        let numbered = !refused.is_empty();
        if numbered {
            let delivery = Delivery {
                refused,
                per,
                ..Delivery::new(
                    (&running.link.id, no),
                    Phase::Applied,
                    running.link.extent,
                    (state.record.next_from(), to),
                    now,
                )
            };
            draft.writes.push(Write::put(&delivery, None)?);
        }
        let next = state.record.after(Event::Passed { to, due, behind, numbered })?;
        draft.writes.push(Write::put(&next, Some(state.version))?);
        self.office.journal().commit(draft)?;
        Ok(Turn::Worked)
    }

    fn send(
        &self,
        running: &RunningLink,
        ready: &Ready,
        start: Start<'_>,
        now: Timestamp,
    ) -> Result<Turn, Failure> {
        let Ready::Outward { dataset, place, receipt_expected, .. } = ready else {
            return Err(Failure::Link("受け渡しの形が連携の状態と合いません".to_owned()));
        };
        let delivery = self.delivery_in_flight(start.state)?;
        let mut record = delivery.record;
        self.restore_kept(running, ready, &record)?;
        let name = record.file_name.clone().unwrap_or_default();
        let control = control_of(&record, dataset.id);
        if record.receipt.is_some() {
            place.retire_receipt(&name)?;
        }
        let answered =
            place.put(&name, &sent_file(&self.office.evidence(&record.link), &record), &control)?;
        self.flush_kept(&record)?;
        record.phase = if *receipt_expected { Phase::Sent } else { Phase::Applied };
        record.sent_at = Some(now);
        record.receipt = None;
        let event = Event::Sent { at: now, receipt_expected: *receipt_expected };
        let Some(receipt) = answered.filter(|_| *receipt_expected) else {
            self.commit(start, event, &record, Some(delivery.version), now, "配信の送信")?;
            return Ok(Turn::Worked);
        };
        // An address that answers at once has said all: one commit tells that it was sent and what came of it.
        let sent = Versioned { record: start.state.record.after(event)?, ..start.state.clone() };
        let event = judged(receipt, &mut record, now);
        let start = Start { state: &sent, ..start };
        self.commit(start, event, &record, Some(delivery.version), now, "配信の送信と受領書の確認")?;
        Ok(Turn::Worked)
    }

    fn await_receipt(
        &self,
        ready: &Ready,
        start: Start<'_>,
        now: Timestamp,
        overdue: bool,
    ) -> Result<Turn, Failure> {
        let state = start.state;
        let Ready::Outward { place, receipt_minutes, .. } = ready else {
            return Err(Failure::Link("受け渡しの形が連携の状態と合いません".to_owned()));
        };
        let delivery = self.delivery_in_flight(state)?;
        let mut record = delivery.record;
        let name = record.file_name.clone().unwrap_or_default();
        let Some(receipt) = place.receipt(&name)? else {
            if !overdue {
                return Ok(Turn::Waiting);
            }
            let what = format!(
                "配信{}番（{name}）の受領書が{receipt_minutes}分以内に届いていません。受信側を確かめ、届いていなければ「保留」のあと「再開」で同じ内容を送り直してください",
                record.no
            );
            let event = Event::Overdue { at: now, what };
            let next = state.record.after(event)?;
            let mut draft = draft(&record.link, record.no, now);
            draft.reason = "受領書の遅れ".to_owned();
            draft.writes.push(Write::put(&next, Some(state.version))?);
            self.office.journal().commit(draft)?;
            return Ok(Turn::Waiting);
        };
        let event = judged(receipt, &mut record, now);
        self.commit(start, event, &record, Some(delivery.version), now, "受領書の確認")?;
        Ok(Turn::Worked)
    }

    fn delivery_in_flight(&self, state: &Versioned<LinkState>) -> Result<Versioned<Delivery>, Failure> {
        let no = state.record.in_flight.as_ref().map_or(0, |in_flight| in_flight.no);
        let view = self.office.journal().view(AsOf::default())?;
        view.load::<Delivery>(&Delivery::key_of(&state.record.link, no))?
            .ok_or_else(|| Failure::Link(format!("配信{no}番の記録がありません")))
    }

    fn commit(
        &self,
        Start { state, lane }: Start<'_>,
        event: Event,
        delivery: &Delivery,
        delivery_version: Option<u32>,
        now: Timestamp,
        reason: &str,
    ) -> Result<(), Failure> {
        let next = state.record.after(event)?;
        let mut draft = draft(&delivery.link, delivery.no, now);
        reason.clone_into(&mut draft.reason);
        draft.writes.push(Write::put(delivery, delivery_version)?);
        draft.writes.push(Write::put(&next, Some(state.version))?);
        if let Some(lane) = lane {
            draft.writes.extend(lane.write(&state.record, &next)?);
        }
        self.office.journal().commit(draft)?;
        Ok(())
    }
}

/// The control file of a delivery.
pub(crate) fn control_of(record: &Delivery, dataset: &str) -> Control {
    Control {
        link: record.link.clone(),
        no: record.no,
        dataset: dataset.to_owned(),
        extent: match record.extent {
            Extent::Full => "full".to_owned(),
            Extent::Difference => "difference".to_owned(),
        },
        as_of: record.to.0,
        rows: record.rows,
        bytes: record.bytes,
        sha256: record.sha256.clone(),
        content: record
            .packed
            .as_ref()
            .map(|packed| Content { bytes: packed.bytes, sha256: packed.sha256.clone() }),
        part: 1,
        parts: 1,
    }
}

pub(crate) fn draft(link: &str, no: u64, now: Timestamp) -> Draft {
    let mut draft = Draft::new("linkage", "linkage/worker", Actor::Program(format!("link/{link}")), now);
    draft.cause = Cause::Delivery { link: link.to_owned(), no };
    draft
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

/// An error with its causes, for the operator.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| (**error).source());
    causes.fold(error.to_string(), |words, cause| format!("{words}。原因: {cause}"))
}

/// The position up to which a state has everything, for readers of the monitor.
pub(crate) fn position_of(state: Option<&LinkState>) -> Position {
    state.map_or(Position(0), |state| state.position)
}
