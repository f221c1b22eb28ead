//! When links run (連携の予定): the runs of a day with what came of them, and the rarer runs of a span of days.

use catalog::{Delivery as Way, Link, Starter, Timing};
use domain::Date;
use jiff::civil::{DateTime, Time};
use jiff::{Timestamp, ToSpan};
use linkage::{LinkState, Phase, local, next_run_after};
use register::{AsOf, Fault, ViewExt};

use crate::Office;

/// What came of a run that the schedule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStanding {
    /// 未実行: its time has come and it was not begun.
    Late,
    /// 保留中: its link is held.
    Held,
    /// 予定: its time has not come.
    Ahead,
    /// 済: it was begun, or a later run made up for it.
    Done,
}

impl RunStanding {
    /// The word screens show.
    pub fn label(self) -> &'static str {
        match self {
            Self::Late => "未実行",
            Self::Held => "保留中",
            Self::Ahead => "予定",
            Self::Done => "済",
        }
    }
}

/// One run of one link by its schedule. Times are Japan's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRun {
    /// The link.
    pub link: String,
    /// Its title.
    pub title: String,
    /// When.
    pub at: DateTime,
    /// Whether the staff start it.
    pub by_staff: bool,
    /// How it stands.
    pub standing: RunStanding,
}

/// One delivery that was made, arrived or was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeRun {
    /// Its number within its link.
    pub no: u64,
    /// When it was made. Japan's time.
    pub at: DateTime,
    /// Rows in it.
    pub rows: u64,
    /// How far it is.
    pub phase: Phase,
}

/// One link on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkDay {
    /// The link.
    pub link: String,
    /// Its title.
    pub title: String,
    /// When it runs, in words.
    pub timing: String,
    /// Runs of its schedule; none for links that follow events or minutes.
    pub planned: Vec<PlannedRun>,
    /// What was made on the day.
    pub made: Vec<MadeRun>,
}

/// A link that runs more rarely than each day, on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RareRun {
    /// The day and time. Japan's.
    pub at: DateTime,
    /// The link.
    pub link: String,
    /// Its title.
    pub title: String,
    /// When it runs, in words.
    pub timing: String,
    /// Whether the staff start it.
    pub by_staff: bool,
}

impl Office {
    /// Every link that may run on a day, those with times first and in their order.
    ///
    /// # Errors
    /// When storage fails.
    pub fn timetable(&self, day: Date) -> Result<Vec<LinkDay>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let now = self.clock().now();
        let mut days = Vec::new();
        for running in self.links().all() {
            let link = &running.link;
            if matches!(link.delivery, Way::Inquiry { .. }) {
                continue;
            }
            let state = view.load::<LinkState>(&link.id)?.map(|state| state.record);
            let made = match &state {
                None => Vec::new(),
                Some(state) => Self::deliveries_on(&*view, &link.id, state, day)?
                    .iter()
                    .map(|delivery| MadeRun {
                        no: delivery.no,
                        at: local(delivery.prepared_at),
                        rows: delivery.rows,
                        phase: delivery.phase,
                    })
                    .collect(),
            };
            let planned = self.planned(link, state.as_ref(), day, now);
            let is_of_the_day = !planned.is_empty() || !made.is_empty();
            if is_of_the_day || (follows_events(link.timing) && link.term.holds(day)) {
                days.push(LinkDay {
                    link: link.id.clone(),
                    title: link.title.clone(),
                    timing: crate::monitor::timing(link),
                    planned,
                    made,
                });
            }
        }
        days.sort_by_key(|day| {
            let first = day.planned.first().map(|run| run.at);
            (first.is_none(), first, day.made.is_empty())
        });
        Ok(days)
    }

    /// The runs a link's schedule asks for on a day, from when it was put to work until another took over.
    pub(crate) fn planned(
        &self,
        link: &Link,
        state: Option<&LinkState>,
        day: Date,
        now: Timestamp,
    ) -> Vec<PlannedRun> {
        if follows_events(link.timing) || !link.term.holds(day) {
            return Vec::new();
        }
        let standing = |at: DateTime| match state {
            _ if local(now) < at && state.is_some_and(|state| state.hold.is_some()) => RunStanding::Held,
            _ if local(now) < at => RunStanding::Ahead,
            Some(state) if state.last_due.is_some_and(|last| at <= local(last)) => RunStanding::Done,
            Some(state) if state.hold.is_some() => RunStanding::Held,
            Some(_) | None => RunStanding::Late,
        };
        // Before it was put to work, and after another took over, its schedule asks for nothing.
        let is_its_own = |at: DateTime| {
            let began = state.map_or(local(now), |state| local(state.since)) <= at;
            let ended = state.is_some_and(|state| {
                state.succeeded_by.is_some() && state.last_due.is_none_or(|last| local(last) < at)
            });
            began && !ended
        };
        self.times(link, day, day)
            .filter(|at| is_its_own(*at))
            .map(|at| PlannedRun {
                link: link.id.clone(),
                title: link.title.clone(),
                at,
                by_staff: link.started_by == Starter::Staff,
                standing: standing(at),
            })
            .collect()
    }

    /// Runs by the week, month or year from a day to another, in their order.
    pub fn rare_runs(&self, from: Date, to: Date) -> Vec<RareRun> {
        let mut runs: Vec<RareRun> = self
            .links()
            .all()
            .iter()
            .map(|running| &running.link)
            .filter(|link| link.timing.has_hour() && !matches!(link.timing, Timing::Daily { .. }))
            .flat_map(|link| {
                self.times(link, from, to).filter(|at| link.term.holds(at.date())).map(|at| RareRun {
                    at,
                    link: link.id.clone(),
                    title: link.title.clone(),
                    timing: crate::monitor::timing(link),
                    by_staff: link.started_by == Starter::Staff,
                })
            })
            .collect();
        runs.sort_by(|a, b| (a.at, &a.link).cmp(&(b.at, &b.link)));
        runs
    }

    /// The times a link's timings name from a day to another, both included.
    fn times(&self, link: &Link, from: Date, to: Date) -> impl Iterator<Item = DateTime> {
        let before = from.to_datetime(Time::midnight()).checked_sub(1.second()).ok();
        let next = move |after: DateTime| next_run_after(link, self.calendar(), after);
        std::iter::successors(before.and_then(next), move |at| next(*at))
            .take_while(move |at| at.date() <= to)
    }
}

/// Whether a timing names no times of its own: it follows what changes, or looks each few minutes.
fn follows_events(timing: Timing) -> bool {
    !timing.has_hour()
}
