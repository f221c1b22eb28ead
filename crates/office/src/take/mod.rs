//! Deliveries of the other side, taken in (受信と取込): looked for, checked whole, applied in batches, answered.

mod apply;
mod file;

use std::path::PathBuf;

use catalog::Extent;
use jiff::Timestamp;
use linkage::{
    Delivery, Event, Found, InwardStep, LinkState, Notice, Packed, Phase, Seen, Taking, found, local,
    plan_inward,
};
use register::{AsOf, Position, Versioned, ViewExt, Write};
use transport::{Arrival, Control, Receipt, Verdict};

use crate::evidence::arrived_part;
use crate::links::{Inward, RunningLink};
use crate::shared::share;
use crate::worker::{Failure, LinkWorker, Turn, draft};

/// Rows, bytes and SHA-256 of a file that has no control file; the inner error is what is wrong with it as a whole.
pub(crate) fn measured(
    inward: &Inward,
    path: &std::path::Path,
) -> Result<Result<(u64, u64, String), String>, Failure> {
    // Of what a control file states, only packed files are held against it here.
    let nothing = Control {
        link: String::new(),
        no: 0,
        dataset: String::new(),
        extent: String::new(),
        as_of: 0,
        rows: 0,
        bytes: 0,
        sha256: String::new(),
        content: None,
        part: 1,
        parts: 1,
    };
    let checked = file::check(inward, path, &nothing)?;
    Ok(checked.map(|checked| (checked.rows, checked.bytes, checked.sha256)))
}

/// One turn of a link by which data comes in.
#[derive(Clone, Copy)]
pub(crate) struct Inbound<'a> {
    worker: LinkWorker<'a>,
    running: &'a RunningLink,
    inward: &'a Inward,
    state: &'a Versioned<LinkState>,
    now: Timestamp,
}

impl<'a> Inbound<'a> {
    pub(crate) fn new(
        worker: LinkWorker<'a>,
        running: &'a RunningLink,
        inward: &'a Inward,
        state: &'a Versioned<LinkState>,
        now: Timestamp,
    ) -> Self {
        Self { worker, running, inward, state, now }
    }

    /// The one step the link owes.
    pub(crate) fn turn(self) -> Result<Turn, Failure> {
        match plan_inward(&self.running.link, &self.state.record, self.now, self.worker.office.calendar()) {
            InwardStep::Idle { until } => Ok(Turn::Idle { until }),
            InwardStep::GoOn => self.go_on(),
            InwardStep::Look { missed } => self.look(missed),
        }
    }

    fn look(self, missed: Option<Timestamp>) -> Result<Turn, Failure> {
        let arrivals = self.inward.place.arrivals(&self.inward.file_prefix)?;
        let seen: Vec<Seen> = arrivals.iter().map(as_seen).collect();
        let links = self.worker.office.links();
        let of_another = |link: &str| links.get(link).is_some();
        match found(&self.running.link, &self.state.record, &seen, &of_another) {
            Found::Nothing => match missed {
                Some(missed) => self.stop(self.late(missed), Some(missed)),
                None => Ok(Turn::Waiting),
            },
            Found::Stop { what } => self.stop(what, None),
            Found::Repeat(notice) => self.repeat(&notice),
            Found::Refuse { notice, reason } => {
                let announced = control_of(&arrivals, &notice).map(|control| control.sha256.clone());
                self.refuse(&notice, announced.unwrap_or_default(), reason)
            }
            Found::Take(files) => self.begin(&files, &arrivals),
        }
    }

    fn late(&self, missed: Timestamp) -> String {
        let at = local(missed);
        let source = &self.running.link.source;
        let system = self.worker.office.links().system(source);
        format!(
            "{} {:02}:{:02}に予定の「{}」からの配信{}番が、まだ届いていません。送信元に確かめてください",
            at.date(),
            at.hour(),
            at.minute(),
            system.map_or(source, |system| &system.name),
            self.state.record.next_no
        )
    }

    /// Notes what the other side has to mend, unless these words stand on the link already. The link goes on looking.
    fn stop(self, what: String, missed: Option<Timestamp>) -> Result<Turn, Failure> {
        if self.state.record.trouble.as_ref().is_some_and(|own| own.what == what) {
            return Ok(Turn::Waiting);
        }
        tracing::warn!(link = self.state.record.link, %what, "nothing taken in");
        let next = self.state.record.after(Event::Stopped { at: self.now, what, missed })?;
        let mut draft = draft(&next.link, next.next_no, self.now);
        draft.reason = "受信の停止".to_owned();
        draft.writes.push(Write::put(&next, Some(self.state.version))?);
        self.worker.office.journal().commit(draft)?;
        Ok(Turn::Waiting)
    }

    /// Answers a delivery that was taken before as it was answered then; other bytes under its number are refused. The kept
    /// copy is not touched: it is the evidence of what was taken.
    fn repeat(self, notice: &Notice) -> Result<Turn, Failure> {
        let again = self.copy_of(notice.no, notice.part).with_extension("again");
        file::fetch(self.inward, &notice.name, &again, self.attempt())?;
        let sha256 = file::sum(&again);
        // A copy that stays is written over by the next repeat.
        let _ = std::fs::remove_file(&again);
        let sha256 = sha256?;
        let view = self.worker.office.journal().view(AsOf::default())?;
        let key = Delivery::key_of(&self.state.record.link, notice.no);
        let taken = view.load::<Delivery>(&key)?.map(|own| own.record);
        drop(view);
        let Some(taken) = taken else {
            let reason = format!("配信{}番は、来ないものとして番号を進めました", notice.no);
            return self.refuse(notice, sha256, reason);
        };
        if kept_sum(&taken, notice.part) != Some(&*sha256) {
            let reason = format!("配信{}番は、別の内容で取り込み済みです", notice.no);
            return self.refuse(notice, sha256, reason);
        }
        let link = Some(self.running.link.id.clone());
        let receipt = Receipt { link, no: notice.no, rows: notice.rows, sha256, verdict: Verdict::Applied };
        self.inward.place.answer(&notice.name, &receipt)?;
        Ok(Turn::Worked)
    }

    /// Records the refusal, then tells the other side: killed in between, it refuses again.
    fn refuse(self, notice: &Notice, sha256: String, reason: String) -> Result<Turn, Failure> {
        let what = format!(
            "「{}」（配信{}番）を取り込みませんでした: {reason}。送信元に確かめ、直したものを送るよう頼んでください",
            notice.name, notice.no
        );
        self.stop(what, None)?;
        let link = Some(self.running.link.id.clone());
        let receipt = Receipt { link, no: notice.no, rows: 0, sha256, verdict: Verdict::Refused(reason) };
        self.inward.place.answer(&notice.name, &receipt)?;
        Ok(Turn::Worked)
    }

    /// Copies the files of a delivery, checks each whole, and commits that it begins to be applied.
    fn begin(self, files: &[Notice], arrivals: &[Arrival]) -> Result<Turn, Failure> {
        let Some(first) = files.first() else { return Ok(Turn::Waiting) };
        let link = &self.running.link;
        let folder = self.worker.office.evidence(&link.id);
        let writing = self.worker.office.tidy().writing(&folder);
        let (mut rows, mut bytes, mut sums) = (0, 0, Vec::new());
        let (mut content_bytes, mut content_sums) = (0, Vec::new());
        for notice in files {
            let Some(control) = control_of(arrivals, notice) else { return Ok(Turn::Waiting) };
            let path = self.copy_of(notice.no, notice.part);
            file::fetch(self.inward, &notice.name, &path, self.attempt())?;
            let checked = file::check(self.inward, &path, control)?;
            let checked = checked.and_then(|checked| checked.differs(control).map_or(Ok(checked), Err));
            match checked {
                Err(reason) => return self.refuse(notice, control.sha256.clone(), reason),
                Ok(checked) => {
                    rows += checked.rows;
                    bytes += checked.bytes;
                    share(&path, &checked.sha256);
                    sums.push(checked.sha256);
                    if let Some(content) = checked.content {
                        content_bytes += content.bytes;
                        content_sums.push(content.sha256);
                    }
                }
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
            since: self.now,
        };
        let delivery = Delivery {
            rows,
            file_name: Some(taking.names.join(" ")),
            bytes,
            sha256: sums.join(" "),
            packed: link.packing().map(|packing| Packed {
                packing: packing.clone(),
                bytes: content_bytes,
                sha256: content_sums.join(" "),
            }),
            layout: link.layout().unwrap_or_default().to_owned(),
            table_version: self.inward.plan.table_version().to_owned(),
            ..Delivery::new(
                (&link.id, first.no),
                Phase::Received,
                first.extent,
                (self.state.record.position, first.as_of),
                self.now,
            )
        };
        let next = self.state.record.after(Event::TakingBegan(taking))?;
        let mut draft = draft(&link.id, first.no, self.now);
        draft.reason = "受信".to_owned();
        draft.writes.push(Write::put(&delivery, None)?);
        draft.writes.push(Write::put(&next, Some(self.state.version))?);
        self.worker.office.journal().commit(draft)?;
        writing.recorded(|| file::sweep(&folder, first.no));
        Ok(Turn::Worked)
    }

    /// Where the copy of a file is kept.
    fn copy_of(&self, no: u64, part: u32) -> PathBuf {
        arrived_part(&self.worker.office.evidence(&self.running.link.id), no, part)
    }

    /// What keeps two processes from writing one copy.
    fn attempt(&self) -> u64 {
        self.worker.office.entropy().bits()
    }
}

/// The SHA-256 of one file of a delivery that was taken.
fn kept_sum(taken: &Delivery, part: u32) -> Option<&str> {
    let index = usize::try_from(part).ok()?.checked_sub(1)?;
    taken.sha256.split(' ').nth(index)
}

fn as_seen(arrival: &Arrival) -> Seen {
    let unreadable = |what| Seen::Unreadable { name: arrival.name.clone(), what };
    let control = match &arrival.control {
        Ok(control) => control,
        Err(error) => return unreadable(error.to_string()),
    };
    let extent = match control.extent.as_str() {
        "full" => Extent::Full,
        "difference" => Extent::Difference,
        other => return unreadable(format!("extentの値「{other}」は full でも difference でもありません")),
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

fn control_of<'a>(arrivals: &'a [Arrival], notice: &Notice) -> Option<&'a Control> {
    let arrival = arrivals.iter().find(|arrival| arrival.name == notice.name)?;
    arrival.control.as_ref().ok()
}
