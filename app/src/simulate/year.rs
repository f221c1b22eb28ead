//! The course of a simulation: from one moment at which something happens to the next.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use catalog::{Delivery, DerivedDataset, Link, LinkRow, RowRef, Starter, Timing};
use domain::Date;
use jiff::ToSpan;
use jiff::civil::{DateTime, Time, Weekday};
use linkage::{next_run_after, timestamp};
use office::{LinkWorker, Office, Turn};

use super::actors::{Counterparts, Offering, ask, caller, move_in};
use super::outside::{Seeded, SetClock};
use crate::progress::say;

/// Rows of a run when the list states no volume.
const VOLUME_UNSTATED: u64 = 100;

/// How many residents stand behind one movement on an ordinary business day.
const RESIDENTS_PER_MOVEMENT: u64 = 3_000;

/// How many residents stand behind one changed row of a system on a day, at most.
const RESIDENTS_PER_NEWS: u64 = 50;

/// Months in which people move: four times the movements.
const BUSY_MONTHS: [i8; 2] = [3, 4];

/// A moment of a day at which a link is to be seen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// Clerks, and systems that are not installed, enter what the day brings.
    Entries,
    /// A counterpart sends for the link of this index.
    Sends(usize),
    /// The staff start the link.
    Starts(usize),
    /// The staff of the receiving system ask over the link.
    Asks(usize),
    /// Its time has come.
    Due(usize),
    /// The end of the day: what waits is looked at once more.
    Closing,
}

/// A simulation under way.
pub(super) struct Year<'a> {
    pub(super) office: &'a Office,
    pub(super) clock: &'a SetClock,
    pub(super) chance: &'a Seeded,
    pub(super) datasets: &'a BTreeMap<String, DerivedDataset>,
    pub(super) counterparts: Counterparts,
    /// Percent of a list's volumes.
    pub(super) percent: u64,
    pub(super) residents: u64,
    links: Vec<Link>,
    volumes: Vec<u64>,
    offerings: BTreeMap<String, Offering>,
    /// For each link the next time of its schedule.
    next_due: Vec<Option<DateTime>>,
    newcomers: u64,
    /// Moments seen to.
    pub(super) moments: u64,
}

impl<'a> Year<'a> {
    pub(super) fn new(
        office: &'a Office,
        (clock, chance): (&'a SetClock, &'a Seeded),
        datasets: &'a BTreeMap<String, DerivedDataset>,
        rows: &[LinkRow],
        counterparts: Counterparts,
        (percent, residents): (u64, u64),
    ) -> Self {
        let links: Vec<Link> = office.links().all().iter().map(|running| running.link.clone()).collect();
        let stated: BTreeMap<RowRef, u64> = rows
            .iter()
            .filter_map(|row| Some((row.reference(), u64::from(row.volume.as_ref()?.max?))))
            .collect();
        let volume = |link: &Link| link.serves().filter_map(|row| stated.get(row)).max().copied();
        let volumes = links.iter().map(|link| volume(link).unwrap_or(VOLUME_UNSTATED)).collect();
        let next_due = vec![None; links.len()];
        Self {
            office,
            clock,
            chance,
            datasets,
            counterparts,
            percent,
            residents,
            links,
            volumes,
            offerings: BTreeMap::new(),
            next_due,
            newcomers: 0,
            moments: 0,
        }
    }

    /// Everything that lies before the first day: all that is there goes out once.
    pub(super) fn begin(&mut self) -> anyhow::Result<()> {
        self.offer(1)?;
        let all = (0..self.links.len()).collect();
        self.settle(&all)
    }

    /// One day.
    pub(super) fn day(&mut self, day: Date) -> anyhow::Result<()> {
        for (at, what) in self.agenda(day) {
            let now = timestamp(at).context("この日時は扱えません")?;
            self.clock.set(now);
            self.moments += 1;
            let concerned = self.act(day, what)?;
            self.settle(&concerned)?;
        }
        self.counterparts.tidy()
    }

    /// Behind the last day: what came in on it goes on, over links that send at once.
    pub(super) fn end(&mut self) -> anyhow::Result<()> {
        let at_once = self.at_once();
        self.settle(&at_once)
    }

    /// Outgoing links that send what changed without an hour of their own.
    fn at_once(&self) -> BTreeSet<usize> {
        let on_change = |link: &Link| {
            matches!(link.timing, Timing::OnChange | Timing::EveryMinutes(_) | Timing::Within { .. })
                && !matches!(link.delivery, Delivery::Inward { .. })
        };
        self.links.iter().enumerate().filter(|(_, link)| on_change(link)).map(|(index, _)| index).collect()
    }

    /// What happens on a day, in order.
    fn agenda(&mut self, day: Date) -> Vec<(DateTime, What)> {
        let at = |hour, minute| day.to_datetime(Time::constant(hour, minute, 0, 0));
        let open = self.office.calendar().is_business_day(day);
        let mut agenda = vec![(at(23, 59), What::Closing)];
        if open {
            agenda.push((at(9, 30), What::Entries));
        }
        let first_of_week = open && day.weekday() == Weekday::Monday;
        for index in 0..self.links.len() {
            let Some(link) = self.links.get(index).cloned() else { continue };
            let inward = matches!(link.delivery, Delivery::Inward { .. });
            match (link.timing, inward) {
                (Timing::OnChange | Timing::EveryMinutes(_) | Timing::Within { .. }, true) if open => {
                    agenda.push((at(10, 30), What::Sends(index)));
                }
                (Timing::ByHand, true) if first_of_week => agenda.push((at(11, 0), What::Sends(index))),
                (Timing::ByHand, false) if first_of_week => agenda.push((at(15, 0), What::Starts(index))),
                (Timing::OnRequest, _) if first_of_week => agenda.push((at(14, 0), What::Asks(index))),
                (timing, _) if !timing.has_hour() => {}
                (_, _) => {
                    let Some(due) = self.due(index, &link, day) else { continue };
                    let before = |minutes: i64| due.checked_sub(minutes.minutes()).unwrap_or(due);
                    if inward {
                        agenda.push((before(10), What::Sends(index)));
                    } else if link.started_by == Starter::Staff {
                        agenda.push((due, What::Starts(index)));
                    } else {
                        agenda.push((due, What::Due(index)));
                    }
                }
            }
        }
        agenda.sort();
        agenda
    }

    /// The time of a link's schedule on this day, if any.
    fn due(&mut self, index: usize, link: &Link, day: Date) -> Option<DateTime> {
        let start = day.to_datetime(Time::midnight());
        let slot = self.next_due.get_mut(index)?;
        if slot.is_none_or(|due| due < start) {
            let just_before = start.checked_sub(1.second()).ok()?;
            *slot = next_run_after(link, self.office.calendar(), just_before);
        }
        slot.filter(|due| due.date() == day)
    }

    /// Does what is to be done, and tells which links are concerned.
    fn act(&mut self, day: Date, what: What) -> anyhow::Result<BTreeSet<usize>> {
        match what {
            What::Entries => {
                let busy = if BUSY_MONTHS.contains(&day.month()) { 4 } else { 1 };
                for _ in 0..(self.residents / RESIDENTS_PER_MOVEMENT).max(1) * busy {
                    self.newcomers += 1;
                    move_in(self.office, self.newcomers, self.chance)?;
                }
                self.offer(busy)?;
                Ok(self.at_once())
            }
            What::Sends(index) => {
                let rows = self.rows_of(index, 1);
                let Some(link) = self.links.get(index) else { return Ok(BTreeSet::new()) };
                match self.datasets.get(&link.dataset) {
                    Some(dataset) => {
                        self.counterparts.send(self.office, &link.id, dataset, rows, self.chance)?;
                    }
                    None => self.counterparts.send_nothing(self.office, &link.id)?,
                }
                Ok([index].into())
            }
            What::Starts(index) => {
                // A link that is not wired is told in the end.
                if let Some(link) = self.links.get(index)
                    && self.office.links().get(&link.id).is_some_and(|running| running.ready.is_ok())
                {
                    self.office.run_link(&caller(), &link.id).with_context(|| link.id.clone())?;
                }
                Ok([index].into())
            }
            What::Asks(index) => {
                if let Some(link) = self.links.get(index) {
                    ask(self.office, link, self.chance).with_context(|| link.id.clone())?;
                }
                Ok(BTreeSet::new())
            }
            What::Due(index) => Ok([index].into()),
            What::Closing => {
                let looked_at =
                    |link: &Link| matches!(link.delivery, Delivery::Inward { .. }) || !link.after.is_empty();
                let all = self.links.iter().enumerate();
                Ok(all.filter(|(_, link)| looked_at(link)).map(|(index, _)| index).collect())
            }
        }
    }

    /// The stand-in enters what the datasets of outgoing links would have of news, each once.
    fn offer(&mut self, busy: u64) -> anyhow::Result<()> {
        let mut news: BTreeMap<&str, u64> = BTreeMap::new();
        for (index, link) in self.links.iter().enumerate() {
            if matches!(link.delivery, Delivery::Inward { .. }) {
                continue;
            }
            // What goes out once a month or year is entered when it is needed: most days bring none of it.
            let rare = matches!(
                link.timing,
                Timing::Monthly { .. } | Timing::MonthlyWeekday { .. } | Timing::Yearly { .. }
            );
            let skipped = rare && self.offerings.contains_key(&link.dataset) && self.chance.below(20) > 0;
            if !skipped {
                let rows = self.rows_of(index, busy);
                let most = news.entry(&link.dataset).or_default();
                *most = rows.max(*most);
            }
        }
        for (id, rows) in news {
            let Some(dataset) = self.datasets.get(id) else { continue };
            let offering =
                self.offerings.entry(id.to_owned()).or_insert_with(|| Offering::new(self.residents));
            offering.enter(self.office, dataset, rows, self.chance)?;
        }
        Ok(())
    }

    fn rows_of(&self, index: usize, busy: u64) -> u64 {
        let volume = self.volumes.get(index).copied().unwrap_or(VOLUME_UNSTATED);
        // Lists state volumes of cities; a share of them is held to what a town of this size has of news in a day.
        let most = if self.percent < 100 { self.residents / RESIDENTS_PER_NEWS + 1 } else { u64::MAX };
        (volume * self.percent * busy / 400).clamp(1, most)
    }

    /// Lets links and counterparts act until none has anything to do.
    fn settle(&mut self, concerned: &BTreeSet<usize>) -> anyhow::Result<()> {
        let worker = LinkWorker::new(self.office);
        loop {
            let mut worked = false;
            let mut places = BTreeSet::new();
            for index in concerned {
                let Some(link) = self.links.get(*index) else { continue };
                while worker.turn(&link.id)? == Turn::Worked {
                    worked = true;
                }
                if matches!(link.delivery, Delivery::Outward { .. }) {
                    places.extend(link.place());
                }
            }
            if !worked {
                return Ok(());
            }
            for place in places {
                if let Some(receiver) = self.counterparts.receivers.get_mut(place) {
                    receiver.turn().with_context(|| place.to_owned())?;
                }
            }
        }
    }

    /// Says how far it is, now and then.
    pub(super) fn tell(&self, done: u32, days: u32) {
        if done.is_multiple_of(30) || done == days {
            say(&format!("{done}日／{days}日 （{}回の場面）", self.moments));
        }
    }
}
