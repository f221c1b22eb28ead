//! What a day should have brought, and what it did (網羅性の確認): expected, sent, received, applied, by count and total.

use domain::Date;
use jiff::Timestamp;
use jiff::civil::Time;
use linkage::{Delivery, LinkState, Phase, local, timestamp};
use register::{AsOf, Fault, View, ViewExt};
use serde::Serialize;

use crate::Office;
use crate::links::RunningLink;

/// One link on one day (一日の連携). Times are Japan's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerLine {
    /// The link.
    pub link: String,
    /// Its title.
    pub title: String,
    /// Runs its schedule asks for on the day, as far as their time has come; none where it has no times.
    pub expected: u64,
    /// Deliveries that were made, arrived or answered on the day.
    pub made: u64,
    /// Rows in them.
    pub rows: u64,
    /// Rows that were held back.
    pub held: u64,
    /// Deliveries among them that their receiver has applied by now.
    pub applied: u64,
    /// Rows the receiver has confirmed.
    pub confirmed: u64,
    /// What is wrong with the day, in Japanese; empty when nothing is.
    pub wrong: String,
}

impl Office {
    /// Every link with what the day brought, those with something wrong first.
    ///
    /// # Errors
    /// When storage fails.
    pub fn ledger(&self, day: Date) -> Result<Vec<LedgerLine>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let mut lines = Vec::new();
        for running in self.links().all() {
            lines.push(self.ledger_line(&*view, running, day)?);
        }
        lines.sort_by_key(|line| line.wrong.is_empty());
        Ok(lines)
    }

    fn ledger_line(&self, view: &dyn View, running: &RunningLink, day: Date) -> Result<LedgerLine, Fault> {
        let link = &running.link;
        let mut line = LedgerLine {
            link: link.id.clone(),
            title: link.title.clone(),
            expected: 0,
            made: 0,
            rows: 0,
            held: 0,
            applied: 0,
            confirmed: 0,
            wrong: String::new(),
        };
        let state = view.load::<LinkState>(&link.id)?.map(|state| state.record);
        if let Some(state) = &state {
            line.expected = self.expected(link, state, day);
            for delivery in Self::deliveries_on(view, &link.id, state, day)? {
                line.count(&delivery);
            }
        }
        line.wrong = wrong(&line, running.ready.as_ref().err(), state.as_ref());
        if let Some(lost) = self.lost_media(view, &link.id)? {
            line.wrong = [line.wrong, lost]
                .into_iter()
                .filter(|words| !words.is_empty())
                .collect::<Vec<_>>()
                .join("。");
        }
        Ok(line)
    }

    /// Runs whose time has come since the link was put to work. Minutes bring news or nothing, so none of them is expected.
    pub(crate) fn expected(&self, link: &catalog::Link, state: &LinkState, day: Date) -> u64 {
        let now = self.clock().now();
        let planned = self.planned(link, Some(state), day, now);
        let come = planned.iter().filter(|run| run.at <= local(now)).count();
        u64::try_from(come).unwrap_or(u64::MAX)
    }

    /// The deliveries a link made on a day, in their order. Numbers follow time, so halving finds the first.
    pub(crate) fn deliveries_on(
        view: &dyn View,
        link: &str,
        state: &LinkState,
        day: Date,
    ) -> Result<Vec<Delivery>, Fault> {
        let start = timestamp(day.to_datetime(Time::midnight())).unwrap_or(Timestamp::MIN);
        let end = day.tomorrow().ok().and_then(|next| timestamp(next.to_datetime(Time::midnight())));
        let end = end.unwrap_or(Timestamp::MAX);
        let load = |no: u64| -> Result<Option<Delivery>, Fault> {
            Ok(view.load::<Delivery>(&Delivery::key_of(link, no))?.map(|found| found.record))
        };
        let newest =
            crate::monitor::newest_no(state).max(state.taking.as_ref().map_or(0, |taking| taking.no));
        let (mut low, mut high) = (1, newest + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            // A number that was passed over has no delivery; it is as old as the next that has one.
            let mut probed = middle;
            let mut delivery = load(probed)?;
            while delivery.is_none() && probed + 1 < high {
                probed += 1;
                delivery = load(probed)?;
            }
            if delivery.is_some_and(|delivery| delivery.prepared_at < start) {
                low = probed + 1;
            } else {
                high = middle;
            }
        }
        let mut found = Vec::new();
        for no in low..=newest {
            let Some(delivery) = load(no)? else { continue };
            if end <= delivery.prepared_at {
                break;
            }
            found.push(delivery);
        }
        Ok(found)
    }
}

impl LedgerLine {
    fn count(&mut self, delivery: &Delivery) {
        self.made += 1;
        self.rows += delivery.rows;
        self.held += u64::try_from(delivery.refused.len()).unwrap_or(u64::MAX);
        if delivery.phase == Phase::Applied {
            self.applied += 1;
            self.confirmed += delivery.receipt.as_ref().map_or(delivery.rows, |receipt| receipt.rows);
        }
    }
}

fn wrong(line: &LedgerLine, broken: Option<&String>, state: Option<&LinkState>) -> String {
    let mut said = Vec::new();
    if let Some(broken) = broken {
        said.push(broken.clone());
    }
    if let Some(hold) = state.and_then(|state| state.hold.as_ref()) {
        said.push(format!("保留中（{}）", hold.reason));
    }
    if line.made < line.expected {
        said.push(format!("予定{}回のうち{}回がありません", line.expected, line.expected - line.made));
    }
    if line.applied < line.made {
        said.push(format!("{}件の配信がまだ反映されていません", line.made - line.applied));
    } else if line.confirmed != line.rows {
        said.push(format!("送った{}件のうち、受領は{}件です", line.rows, line.confirmed));
    }
    if line.held > 0 {
        said.push(format!("{}行を保留しています", line.held));
    }
    said.join("。")
}
