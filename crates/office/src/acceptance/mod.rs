//! 検収: what a link is accepted by, gathered from what the journal says it did, and the pack that is handed over.

mod checks;
mod pack;

use catalog::Standing;
use domain::Date;
use jiff::Timestamp;
use jiff::civil::Time;
use linkage::{Delivery, LinkState, timestamp};
use register::{AsOf, Fault, Position, View, ViewExt};

pub use checks::{Check, Facts, RowFact, Verdict, checks};

use crate::evidence::evidence_problems;
use crate::links::RunningLink;
use crate::monitor::newest_no;
use crate::{Caller, LinkView, Office, Reconciliation, RunError};

const RIGHT: &str = "office/links";
const TITLE: &str = "連携の検収書の作成";

/// The longest time one acceptance looks back over.
const DAYS_MAX: i64 = 400;

/// What an acceptance came to as a whole (総合判定).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 合格: everything asked of it is so.
    Accepted,
    /// 条件付き: something is left to be tried or to be said by a person.
    Conditional,
    /// 不合格: something is not so.
    Rejected,
}

impl Outcome {
    /// The word papers and screens show.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Accepted => "合格",
            Self::Conditional => "条件付き",
            Self::Rejected => "不合格",
        }
    }
}

/// What one link did on some days, held to what it is accepted by (検収). It names no resident.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// The link as the monitor shows it.
    pub link: LinkView,
    /// The municipality's name.
    pub town: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// When this was gathered.
    pub made_at: Timestamp,
    /// The newest entry of the journal at that time.
    pub head: Position,
    /// What it was held to.
    pub checks: Vec<Check>,
    /// Its deliveries on those days, oldest first.
    pub deliveries: Vec<Delivery>,
}

impl Acceptance {
    /// What it came to as a whole.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.checks.iter().map(|check| check.verdict).max() {
            Some(Verdict::Failed) => Outcome::Rejected,
            Some(Verdict::Review | Verdict::Untried) | None => Outcome::Conditional,
            Some(Verdict::Met | Verdict::NotAsked) => Outcome::Accepted,
        }
    }

    /// How many checks came to this.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.checks.iter().filter(|check| check.verdict == verdict).count()
    }
}

impl Office {
    /// Gathers what a link did from one day to another and holds it to what it is accepted by. Kept bytes are read and
    /// checked. `reconciled` is what [`Office::reconcile`] found, where the receiver gave its register. The use stands in the
    /// audit log.
    ///
    /// # Errors
    /// [`RunError`]: no such link, days that are none, no right, or storage.
    pub fn accept(
        &self,
        caller: &Caller,
        id: &str,
        (from, to): (Date, Date),
        reconciled: Option<&Reconciliation>,
    ) -> Result<Acceptance, RunError> {
        self.permit(caller, RIGHT, TITLE)?;
        let running = self.links().get(id).ok_or_else(|| RunError::no_link(id))?;
        let link = self.link_view(id)?.ok_or_else(|| RunError::no_link(id))?;
        let days = from.until(to).map_or(-1, |span| i64::from(span.get_days()));
        if !(0..DAYS_MAX).contains(&days) {
            let message = format!("期間「{from}から{to}まで」は使えません。");
            let remedy = "はじめの日を終わりの日より後にせず、400日以内にしてください。";
            return Err(RunError::refused("A001", "期間", message, remedy));
        }
        self.audit_done(caller, RIGHT, TITLE, vec![id.to_owned()])?;
        let view = self.journal().view(AsOf::default())?;
        let state = view.load::<LinkState>(id)?.map(|state| state.record);
        let deliveries = self.deliveries_between(&*view, running, state.as_ref(), (from, to))?;
        let mut expected: u64 = 0;
        let mut day = Some(from);
        while let (Some(state), Some(of)) = (&state, day.filter(|day| *day <= to)) {
            expected = expected.saturating_add(self.expected(&running.link, state, of));
            day = of.tomorrow().ok();
        }
        let folder = self.evidence(id);
        let altered: Vec<String> =
            deliveries.iter().flat_map(|delivery| evidence_problems(&folder, delivery)).collect();
        let rows = self.row_facts(running);
        let facts = Facts {
            link: &running.link,
            broken: running.ready.as_ref().err().map(String::as_str),
            rows: &rows,
            deliveries: &deliveries,
            expected,
            altered: &altered,
            reconciled,
        };
        Ok(Acceptance {
            checks: checks(&facts),
            link,
            town: self
                .municipality()
                .get("name")
                .and_then(|name| name.as_str())
                .unwrap_or_default()
                .to_owned(),
            from,
            to,
            made_at: self.clock().now(),
            head: self.journal().head()?,
            deliveries,
        })
    }

    /// Deliveries that were made, arrived or answered on these days, oldest first. Numbers follow time.
    fn deliveries_between(
        &self,
        view: &dyn View,
        running: &RunningLink,
        state: Option<&LinkState>,
        (from, to): (Date, Date),
    ) -> Result<Vec<Delivery>, Fault> {
        let Some(state) = state else { return Ok(Vec::new()) };
        let midnight = |day: Option<Date>| day.and_then(|day| timestamp(day.to_datetime(Time::midnight())));
        let start = midnight(Some(from)).unwrap_or(Timestamp::MIN);
        let end = midnight(to.tomorrow().ok()).unwrap_or(Timestamp::MAX);
        let newest = newest_no(state).max(state.taking.as_ref().map_or(0, |taking| taking.no));
        let mut found = Vec::new();
        for no in (1..=newest).rev() {
            let Some(delivery) = view.load::<Delivery>(&Delivery::key_of(&running.link.id, no))? else {
                continue;
            };
            if delivery.record.prepared_at < start {
                break;
            }
            if delivery.record.prepared_at < end {
                found.push(delivery.record);
            }
        }
        found.reverse();
        Ok(found)
    }

    /// The rows of the lists that a link is for, with what is open about each.
    fn row_facts(&self, running: &RunningLink) -> Vec<RowFact> {
        let states: Vec<_> = self.links().lists().flat_map(|(_, states)| states).collect();
        let fact = |row: &catalog::RowRef| {
            let mut fact = RowFact { row: row.to_string(), is_listed: false, questions: Vec::new() };
            for state in states.iter().filter(|state| state.row == *row) {
                fact.is_listed = true;
                fact.questions.extend(state.doubts.iter().map(ToString::to_string));
                if let Standing::Lacks(questions) = &state.standing {
                    fact.questions.extend(questions.iter().map(ToString::to_string));
                }
            }
            fact
        };
        running.link.serves().map(fact).collect()
    }
}
