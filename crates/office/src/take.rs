//! Deliveries of the other side, taken in (受信と取込): looked for, checked whole, applied in batches, answered.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use catalog::Extent;
use jiff::Timestamp;
use layout::{Good, Record, Role};
use linkage::{
    Delivery, Event, Found, InwardStep, LinkState, Notice, Phase, ReceiptFacts, Seen, Taking, due_of_arrival,
    found, local, plan_inward,
};
use register::{Actor, AsOf, Fault, Position, Record as _, Versioned, ViewExt, Write};
use system::{Batch, BatchExtent, Context, Incoming, RefusedRow, Row};
use transport::{Access, Arrival, Beside, Control, Receipt, Verdict, make_folders, sha256_of};

use crate::evidence::arrived_part;
use crate::links::{Inward, RunningLink};
use crate::worker::{Failure, LinkWorker, Turn, draft, with_causes};

/// Rows applied in one commit: few enough that staff at the counter wait for none of them.
const ROWS_PER_COMMIT: usize = 1_000;

/// Bytes of a file read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// What a file says of itself when it is read whole.
struct Checked {
    rows: u64,
    bytes: u64,
    sha256: String,
}

impl LinkWorker<'_> {
    /// The one step a link owes by which data comes in.
    pub(crate) fn turn_inward(
        &self,
        running: &RunningLink,
        inward: &Inward,
        state: &Versioned<LinkState>,
        now: Timestamp,
    ) -> Result<Turn, Failure> {
        match plan_inward(&running.link, &state.record, now, self.office.calendar()) {
            InwardStep::Idle { until } => Ok(Turn::Idle { until }),
            InwardStep::GoOn => self.go_on(running, inward, state, now),
            InwardStep::Look { missed } => self.look(running, inward, state, now, missed),
        }
    }

    fn look(
        &self,
        running: &RunningLink,
        inward: &Inward,
        state: &Versioned<LinkState>,
        now: Timestamp,
        missed: Option<Timestamp>,
    ) -> Result<Turn, Failure> {
        let arrivals = inward.place.arrivals(&inward.file_prefix)?;
        let seen: Vec<Seen> = arrivals.iter().map(as_seen).collect();
        match found(&running.link, &state.record, &seen) {
            Found::Nothing => match missed {
                Some(missed) => {
                    let at = local(missed);
                    let system = self.office.links().system(&running.link.source);
                    let source = system.map_or(&running.link.source, |system| &system.name);
                    let what = format!(
                        "{} {:02}:{:02}に予定の「{}」からの配信{}番が、まだ届いていません。送信元に確かめてください",
                        at.date(),
                        at.hour(),
                        at.minute(),
                        source,
                        state.record.next_no
                    );
                    self.stop(state, now, what, Some(missed))
                }
                None => Ok(Turn::Waiting),
            },
            // The words stand on the link already; looking goes on quietly.
            Found::Stop { what } if state.record.trouble.as_ref().is_some_and(|own| own.what == what) => {
                Ok(Turn::Waiting)
            }
            Found::Stop { what } => self.stop(state, now, what, None),
            Found::Repeat(notice) => self.repeat(inward, state, &notice, now),
            Found::Refuse { notice, reason } => {
                let control = control_of(&arrivals, &notice);
                self.refuse(inward, state, &notice, control, reason, now)
            }
            Found::Take(files) => self.begin(running, inward, state, &files, &arrivals, now),
        }
    }

    /// Notes what the other side has to mend. The link goes on looking.
    fn stop(
        &self,
        state: &Versioned<LinkState>,
        now: Timestamp,
        what: String,
        missed: Option<Timestamp>,
    ) -> Result<Turn, Failure> {
        tracing::warn!(link = state.record.link, %what, "nothing taken in");
        let next = state.record.after(Event::Stopped { at: now, what, missed })?;
        let mut draft = draft(&next.link, next.next_no, now);
        draft.reason = "受信の停止".to_owned();
        draft.writes.push(Write::put(&next, Some(state.version))?);
        self.office.journal().commit(draft)?;
        Ok(Turn::Waiting)
    }

    /// Answers a delivery that was taken before as it was answered then; other bytes under its number are refused.
    fn repeat(
        &self,
        inward: &Inward,
        state: &Versioned<LinkState>,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<Turn, Failure> {
        let view = self.office.journal().view(AsOf::default())?;
        let key = Delivery::key_of(&state.record.link, notice.no);
        let taken = view.load::<Delivery>(&key)?.map(|own| own.record);
        let path = self.arrived(&state.record.link, notice);
        self.fetch(inward, &notice.name, &path)?;
        let checked = check(inward, &path, false).unwrap_or_else(|_| Checked {
            rows: 0,
            bytes: 0,
            sha256: sha256_of(&path).unwrap_or_default(),
        });
        let _ = std::fs::remove_file(&path);
        let held =
            taken.as_ref().is_some_and(|own| own.sha256.split(' ').any(|sha256| sha256 == checked.sha256));
        let verdict = match &taken {
            Some(_) if held => Verdict::Applied,
            Some(_) => Verdict::Refused(format!("配信{}番は、別の内容で取り込み済みです", notice.no)),
            None => Verdict::Refused(format!("配信{}番は、来ないものとして番号を進めました", notice.no)),
        };
        if let Verdict::Refused(reason) = &verdict {
            return self.refuse(inward, state, notice, None, reason.clone(), now);
        }
        let receipt = Receipt { no: notice.no, rows: checked.rows, sha256: checked.sha256, verdict };
        inward.place.answer(&notice.name, &receipt)?;
        Ok(Turn::Worked)
    }

    /// Records the refusal, then tells the other side: killed in between, it refuses again.
    fn refuse(
        &self,
        inward: &Inward,
        state: &Versioned<LinkState>,
        notice: &Notice,
        control: Option<&Control>,
        reason: String,
        now: Timestamp,
    ) -> Result<Turn, Failure> {
        let what = format!(
            "「{}」（配信{}番）を取り込みませんでした: {reason}。送信元に確かめ、直したものを送るよう頼んでください",
            notice.name, notice.no
        );
        if state.record.trouble.as_ref().is_none_or(|own| own.what != what) {
            self.stop(state, now, what, None)?;
        }
        let sha256 = control.map(|control| control.sha256.clone()).unwrap_or_default();
        let receipt = Receipt { no: notice.no, rows: 0, sha256, verdict: Verdict::Refused(reason) };
        inward.place.answer(&notice.name, &receipt)?;
        Ok(Turn::Worked)
    }

    /// Copies the files of a delivery, checks each whole, and commits that it begins to be applied.
    fn begin(
        &self,
        running: &RunningLink,
        inward: &Inward,
        state: &Versioned<LinkState>,
        files: &[Notice],
        arrivals: &[Arrival],
        now: Timestamp,
    ) -> Result<Turn, Failure> {
        let Some(first) = files.first() else { return Ok(Turn::Waiting) };
        let link = &running.link.id;
        let (mut rows, mut bytes, mut sums) = (0, 0, Vec::new());
        for notice in files {
            let Some(control) = control_of(arrivals, notice) else { return Ok(Turn::Waiting) };
            let path = self.arrived(link, notice);
            self.fetch(inward, &notice.name, &path)?;
            let wrong = match check(inward, &path, true) {
                Err(what) => Some(what),
                Ok(checked) => {
                    let wrong = differs(&checked, control);
                    rows += checked.rows;
                    bytes += checked.bytes;
                    sums.push(checked.sha256);
                    wrong
                }
            };
            if let Some(reason) = wrong {
                return self.refuse(inward, state, notice, Some(control), reason, now);
            }
        }
        let taking = Taking {
            no: first.no,
            names: files.iter().map(|file| file.name.clone()).collect(),
            extent: first.extent,
            as_of: first.as_of,
            rows,
            done: 0,
            refused: Vec::new(),
            since: now,
        };
        let delivery = Delivery {
            link: link.clone(),
            no: first.no,
            phase: Phase::Received,
            extent: first.extent,
            from: state.record.position,
            to: first.as_of,
            rows,
            refused: Vec::new(),
            prepared_at: now,
            sent_at: None,
            file_name: Some(taking.names.join(" ")),
            bytes,
            sha256: sums.join(" "),
            characters_sha256: String::new(),
            layout: running.link.layout().unwrap_or_default().to_owned(),
            table_version: inward.plan.table_version().to_owned(),
            characters: Default::default(),
            receipt: None,
        };
        let next = state.record.after(Event::TakingBegan(taking))?;
        let view = self.office.journal().view(AsOf::default())?;
        let former = view.load::<Delivery>(&delivery.key())?.map(|own| own.version);
        drop(view);
        let mut draft = draft(link, first.no, now);
        draft.reason = "受信".to_owned();
        draft.writes.push(Write::put(&delivery, former)?);
        draft.writes.push(Write::put(&next, Some(state.version))?);
        self.office.journal().commit(draft)?;
        Ok(Turn::Worked)
    }

    /// Applies the rows behind those that are applied, batch by batch, each with the state in one commit; then answers.
    fn go_on(
        &self,
        running: &RunningLink,
        inward: &Inward,
        state: &Versioned<LinkState>,
        now: Timestamp,
    ) -> Result<Turn, Failure> {
        let Some(taking) = state.record.taking.clone() else { return Ok(Turn::Waiting) };
        let mut applying = Applying {
            worker: *self,
            running,
            inward,
            now,
            state: state.clone(),
            taking: taking.clone(),
            names: Vec::new(),
            subjects: BTreeSet::new(),
            all: BTreeSet::new(),
            rows: Vec::new(),
            read: 0,
            refused: Vec::new(),
        };
        let mut sums = Vec::new();
        for (index, name) in taking.names.iter().enumerate() {
            let part = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let path = self.arrived_part(&running.link.id, taking.no, part);
            if !path.exists() {
                // The copy went with a disk; the other side still has its file.
                self.fetch(inward, name, &path)?;
            }
            each_record(inward, &path, &mut |record| applying.record(record))?;
            sums.push(sha256_of(&path).map_err(|error| Fault::new("受信したファイルが読めません", error))?);
        }
        let delivery = applying.finish(&sums)?;
        for (name, sha256) in taking.names.iter().zip(&sums) {
            let receipt = Receipt {
                no: taking.no,
                rows: self.rows_of(inward, &running.link.id, taking.no, name, &taking.names)?,
                sha256: sha256.clone(),
                verdict: Verdict::Applied,
            };
            inward.place.answer(name, &receipt)?;
        }
        tracing::info!(link = delivery.link, no = delivery.no, rows = delivery.rows, "taken in");
        Ok(Turn::Worked)
    }

    fn rows_of(
        &self,
        inward: &Inward,
        link: &str,
        no: u64,
        name: &str,
        names: &[String],
    ) -> Result<u64, Failure> {
        let part = names.iter().position(|other| other == name).map_or(1, |index| index + 1);
        let path = self.arrived_part(link, no, u32::try_from(part).unwrap_or(u32::MAX));
        check(inward, &path, false).map(|checked| checked.rows).map_err(Failure::Link)
    }

    fn arrived(&self, link: &str, notice: &Notice) -> PathBuf {
        self.arrived_part(link, notice.no, notice.part)
    }

    fn arrived_part(&self, link: &str, no: u64, part: u32) -> PathBuf {
        arrived_part(&self.office.evidence(link), no, part)
    }

    /// Copies a file of the other side beside its final name and gives it that name when it is whole and flushed.
    fn fetch(&self, inward: &Inward, name: &str, to: &std::path::Path) -> Result<(), Failure> {
        let broken = |error| Failure::Link(with_causes(&Fault::new("受信したファイルを書けません", error)));
        if let Some(folder) = to.parent() {
            make_folders(folder, Access::Private).map_err(broken)?;
        }
        let mut beside = Beside::create(to).map_err(broken)?;
        if let Err(error) = inward.place.fetch(name, &mut beside.file) {
            let _ = beside.remove();
            return Err(error.into());
        }
        beside.finish_as(to).map_err(broken)?;
        Ok(())
    }
}

/// A delivery while it is applied.
struct Applying<'a> {
    worker: LinkWorker<'a>,
    running: &'a RunningLink,
    inward: &'a Inward,
    now: Timestamp,
    state: Versioned<LinkState>,
    taking: Taking,
    names: Vec<String>,
    /// Subjects of the open batch.
    subjects: BTreeSet<String>,
    /// Subjects of all rows so far, of a full extract.
    all: BTreeSet<String>,
    rows: Vec<Row>,
    /// Detail records read, applied or not.
    read: u64,
    /// Records of the open batch that do not read.
    refused: Vec<RefusedRow>,
}

impl Applying<'_> {
    fn record(&mut self, record: &Record<'_>) -> Result<(), Failure> {
        match record {
            Record::Good(good) if good.role() == Role::Detail => {
                self.read += 1;
                self.row(good)
            }
            Record::Good(_) => Ok(()),
            // What concerns the file as a whole was refused before it began.
            Record::Bad(bad) => {
                self.read += 1;
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
            self.names = good.items().map(|(name, _)| name.to_owned()).collect();
        }
        let mut row = Row::new();
        let mut subject = Cow::Borrowed("");
        for (name, value) in good.items() {
            row.push(&value);
            if name == self.inward.subject {
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
            self.apply()?;
        }
        self.subjects.insert(subject.into_owned());
        self.rows.push(row);
        Ok(())
    }

    /// Applies the open batch and commits it with the state.
    fn apply(&mut self) -> Result<(), Failure> {
        // The record that closes a batch is read already and belongs to the next.
        let done = self.read.saturating_sub(1).max(self.taking.done);
        self.commit(false, Event::RowsTaken { done, refused: Vec::new() }, None)?;
        self.rows.clear();
        self.subjects.clear();
        Ok(())
    }

    fn finish(mut self, sums: &[String]) -> Result<Delivery, Failure> {
        let office = self.worker.office;
        let due = due_of_arrival(&self.running.link, &self.state.record, self.now, office.calendar());
        let view = office.journal().view(AsOf::default())?;
        let key = Delivery::key_of(&self.running.link.id, self.taking.no);
        let delivery = view.load::<Delivery>(&key)?;
        drop(view);
        let Some(Versioned { record: mut delivery, version, .. }) = delivery else {
            return Err(Failure::Link(format!("配信{}番の記録がありません", self.taking.no)));
        };
        delivery.phase = Phase::Applied;
        delivery.receipt = Some(ReceiptFacts {
            rows: delivery.rows,
            sha256: sums.join(" "),
            read_at: self.now,
            reason: String::new(),
        });
        self.commit(true, Event::Taken { due }, Some((&mut delivery, version)))?;
        Ok(delivery)
    }

    fn commit(
        &mut self,
        is_last: bool,
        event: Event,
        mut delivery: Option<(&mut Delivery, u32)>,
    ) -> Result<(), Failure> {
        const TRIES_MAX: u32 = 8;
        let office = self.worker.office;
        let extent = match self.taking.extent {
            Extent::Difference => BatchExtent::Difference,
            Extent::Full if is_last => BatchExtent::FullEnd { subjects: &self.all },
            Extent::Full => BatchExtent::FullPart,
        };
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let incoming: Vec<Incoming<'_>> = self.rows.iter().map(|row| Incoming::new(&names, row)).collect();
        let batch = Batch {
            link: &self.running.link.id,
            no: self.taking.no,
            extent,
            subject: &self.inward.subject,
            rows: &incoming,
        };
        let mut tried = 0;
        loop {
            tried += 1;
            let view = office.journal().view(AsOf::default())?;
            let context = Context {
                today: local(self.now).date(),
                now: self.now,
                actor: Actor::Program(format!("link/{}", self.running.link.id)),
                confirmed: &[],
                random: office.entropy().bits(),
                search: &(),
                municipality: office.municipality(),
            };
            let applied = (self.inward.intake.apply)(&*view, &batch, &context)
                .map_err(|fault| Failure::Link(with_causes(&fault)))?;
            drop(view);
            let mut refused = self.refused.clone();
            refused.extend(applied.refused);
            let event = match event.clone() {
                Event::RowsTaken { done, .. } => Event::RowsTaken { done, refused: refused.clone() },
                other => other,
            };
            let next = self.state.record.after(event)?;
            let mut draft = draft(&self.running.link.id, self.taking.no, self.now);
            self.inward.target.clone_into(&mut draft.system);
            self.inward.intake.id.clone_into(&mut draft.function);
            draft.reason = "受信データの取込".to_owned();
            draft.writes = applied.writes;
            if let Some((delivery, version)) = &mut delivery {
                let earlier = self.state.record.taking.as_ref().map(|taking| taking.refused.clone());
                delivery.refused = earlier.unwrap_or_default();
                delivery.refused.extend(refused.clone());
                draft.writes.push(Write::put(&**delivery, Some(*version))?);
            }
            draft.writes.push(Write::put(&next, Some(self.state.version))?);
            match office.journal().commit(draft).map_err(Failure::from) {
                Ok(_) => {
                    self.state.record = next;
                    self.state.version += 1;
                    self.refused.clear();
                    return Ok(());
                }
                Err(Failure::Receiver(_)) if tried < TRIES_MAX => {}
                Err(failure) => return Err(failure),
            }
        }
    }
}

fn as_seen(arrival: &Arrival) -> Seen {
    match &arrival.control {
        Err(error) => Seen::Unreadable { name: arrival.name.clone(), what: error.to_string() },
        Ok(control) => {
            let extent = match control.extent.as_str() {
                "full" => Extent::Full,
                "difference" => Extent::Difference,
                other => {
                    let what = format!("extentの値「{other}」は full でも difference でもありません");
                    return Seen::Unreadable { name: arrival.name.clone(), what };
                }
            };
            Seen::File(Notice {
                name: arrival.name.clone(),
                link: control.link.clone(),
                no: control.no,
                extent,
                as_of: Position(control.as_of),
                rows: control.rows,
                part: control.part,
                parts: control.parts,
            })
        }
    }
}

fn control_of<'a>(arrivals: &'a [Arrival], notice: &Notice) -> Option<&'a Control> {
    let arrival = arrivals.iter().find(|arrival| arrival.name == notice.name)?;
    arrival.control.as_ref().ok()
}

/// What is wrong between a file and its control file.
fn differs(checked: &Checked, control: &Control) -> Option<String> {
    if checked.sha256 != control.sha256 {
        Some("SHA-256が管理ファイルと違います".to_owned())
    } else if checked.bytes != control.bytes {
        Some(format!("大きさが{}バイトです（管理ファイルは{}）", checked.bytes, control.bytes))
    } else if checked.rows != control.rows {
        Some(format!("件数が{}件です（管理ファイルは{}件）", checked.rows, control.rows))
    } else {
        None
    }
}

/// Reads a file whole: its rows, good and bad, and what is wrong with it as a whole, such as a total that does not fit.
fn check(inward: &Inward, path: &std::path::Path, strictly: bool) -> Result<Checked, String> {
    let mut rows = 0;
    let mut wrong = None;
    let each = &mut |record: &Record<'_>| {
        match record {
            Record::Good(good) => rows += u64::from(good.role() == Role::Detail),
            // A record with bytes is held by itself; one without is about the file.
            Record::Bad(bad) if bad.bytes.is_empty() => {
                wrong = bad.errors.first().map(ToString::to_string);
            }
            Record::Bad(_) => rows += 1,
        }
        Ok(())
    };
    each_record(inward, path, each).map_err(|failure| match failure {
        Failure::Link(what) => what,
        Failure::Journal(fault) => with_causes(&fault),
        _ => "読めません".to_owned(),
    })?;
    if let Some(wrong) = wrong.filter(|_| strictly) {
        return Err(wrong);
    }
    let unread = |error: std::io::Error| format!("読めません（{error}）");
    let bytes = std::fs::metadata(path).map_err(unread)?.len();
    Ok(Checked { rows, bytes, sha256: sha256_of(path).map_err(unread)? })
}

fn each_record(
    inward: &Inward,
    path: &std::path::Path,
    each: &mut dyn FnMut(&Record<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let unread = |error: std::io::Error| Failure::Link(format!("{} が読めません（{error}）", path.display()));
    let mut file = File::open(path).map_err(unread)?;
    let mut reader = inward.plan.reader();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let count = match file.read(&mut piece) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            read => read.map_err(unread)?,
        };
        let mut input = piece.get(..count).unwrap_or_default();
        while let Some(record) = reader.read(&mut input, count == 0) {
            each(&record)?;
        }
        if count == 0 {
            return Ok(());
        }
    }
}
