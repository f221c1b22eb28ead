//! What a link owes: compare, then send.

use catalog::{Delivery, Extent, Link, Starter, Timing};
use domain::BusinessCalendar;
use jiff::{SignedDuration, Timestamp};

use crate::schedule::{latest_run_until, local, next_run_after, timestamp};
use crate::state::{InFlightPhase, LinkState, RETRY_MOST};

/// What a worker knows when it asks.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The moment.
    pub now: Timestamp,
    /// Whether a change behind the link's position touches its dataset.
    pub owes_changes: bool,
    /// Whether a delivery of another link is on its way to the same receiver; see [`Lane`](crate::Lane).
    pub is_behind: bool,
    /// Whether a link that goes first the same day ([`Link::after`]) has not arrived yet; see [`through`].
    pub awaits_another: bool,
    /// The calendar schedules follow.
    pub calendar: &'a BusinessCalendar,
}

/// The one next thing to do for a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing before this time; none: nothing before an event.
    Idle {
        /// When to ask again.
        until: Option<Timestamp>,
    },
    /// Write the bytes of the next delivery.
    Prepare {
        /// Full or difference.
        extent: Extent,
        /// The scheduled time it is made for.
        due: Option<Timestamp>,
    },
    /// Note that a trouble is over: what it kept from happening is no longer owed.
    Recover,
    /// A delivery is owed, and that of another link goes first.
    Queue,
    /// Put the prepared delivery in its place.
    Send,
    /// Look for the receipt.
    AwaitReceipt {
        /// Whether its time is over and that has not been reported yet.
        overdue: bool,
    },
    /// Apply rows to an intake of this house, with the state, in one commit.
    Apply {
        /// The scheduled time it is done for.
        due: Option<Timestamp>,
    },
}

/// The one next thing a link owes. Pure: the same state and situation always give the same step.
pub fn plan(link: &Link, state: &LinkState, situation: Situation<'_>) -> Step {
    if state.hold.is_some() {
        return Step::Idle { until: None };
    }
    // A wait that is longer than any wait was reckoned by a clock that has been set back since: it is over.
    if let Some(trouble) = &state.trouble
        && situation.now < trouble.next_try_at
        && trouble.next_try_at.duration_since(situation.now) <= RETRY_MOST
    {
        return Step::Idle { until: Some(trouble.next_try_at) };
    }
    match &state.in_flight {
        Some(in_flight) if in_flight.phase == InFlightPhase::Prepared => Step::Send,
        Some(in_flight) => {
            let deadline = in_flight.sent_at.and_then(|sent| deadline(link, sent));
            let overdue = !in_flight.overdue && deadline.is_some_and(|deadline| deadline < situation.now);
            Step::AwaitReceipt { overdue }
        }
        // A range that was begun goes to its end: half of its values would be with the receiver.
        None if state.division.is_some() && situation.is_behind => Step::Queue,
        None if state.division.is_some() => Step::Prepare { extent: link.extent, due: None },
        None if !in_force(link, state, situation.now) => match state.trouble {
            Some(_) => Step::Recover,
            None => Step::Idle { until: begins(link, situation.now) },
        },
        // What failed is owed no more: another link brought it.
        None => match next_run(link, state, situation) {
            Step::Idle { .. } if state.trouble.is_some() => Step::Recover,
            step => step,
        },
    }
}

/// Whether a link may begin something new: its term has begun and is not over (有効期間), and no other took over from it. What is
/// on its way goes on all the same.
pub fn in_force(link: &Link, state: &LinkState, now: Timestamp) -> bool {
    state.succeeded_by.is_none() && link.term.holds(local(now).date())
}

/// When the term of a link begins, as long as it has not.
pub fn begins(link: &Link, now: Timestamp) -> Option<Timestamp> {
    let from = link.term.from.filter(|from| local(now).date() < *from)?;
    timestamp(from.to_datetime(jiff::civil::Time::midnight()))
}

/// When the receipt of a delivery sent at this time is due; none when none is waited for.
fn deadline(link: &Link, sent: Timestamp) -> Option<Timestamp> {
    match &link.delivery {
        Delivery::Outward { receipt_within_minutes: Some(minutes), .. } => {
            sent.checked_add(SignedDuration::from_mins(i64::from(*minutes))).ok()
        }
        Delivery::Outward { .. }
        | Delivery::InProcess { .. }
        | Delivery::Inward { .. }
        | Delivery::Inquiry { .. } => None,
    }
}

fn next_run(link: &Link, state: &LinkState, situation: Situation<'_>) -> Step {
    let Situation { now, owes_changes, is_behind, awaits_another, calendar } = situation;
    let run = |due| match link.delivery {
        // A person who asks for a run knows what they do; a schedule waits.
        _ if awaits_another && !state.run_asked => Step::Queue,
        Delivery::InProcess { .. } => Step::Apply { due },
        // What arrives is planned by `arrivals`; a question is answered where it is asked.
        Delivery::Inward { .. } | Delivery::Inquiry { .. } => Step::Idle { until: None },
        Delivery::Outward { .. } if is_behind => Step::Queue,
        Delivery::Outward { .. } => Step::Prepare { extent: link.extent, due },
    };
    if state.run_asked {
        // What the staff start is the run they were to start by then.
        let since = local(state.last_due.unwrap_or(state.since));
        return run(latest_run_until(link, calendar, since, local(now)).and_then(timestamp));
    }
    if link.started_by == Starter::Staff {
        return Step::Idle { until: None };
    }
    match link.timing {
        Timing::OnChange if owes_changes => run(None),
        Timing::OnChange | Timing::ByHand | Timing::OnRequest => Step::Idle { until: None },
        timing => {
            let since = local(state.last_due.unwrap_or(state.since));
            match latest_run_until(link, calendar, since, local(now)) {
                // Minutes are for news; a day's, month's or year's run is expected even when it is empty.
                Some(_)
                    if matches!(timing, Timing::EveryMinutes(_) | Timing::Within { .. })
                        && !owes_changes
                        && link.extent == Extent::Difference =>
                {
                    Step::Idle { until: next_run_after(link, calendar, local(now)).and_then(timestamp) }
                }
                Some(due) => run(timestamp(due)),
                None => Step::Idle { until: next_run_after(link, calendar, local(now)).and_then(timestamp) },
            }
        }
    }
}

/// Whether a link that others wait for ([`Link::after`]) is through for the day: its runs of the day have ended, and it has
/// nothing on its way. One that does not run that day keeps nobody waiting.
pub fn through(link: &Link, state: &LinkState, now: Timestamp, calendar: &BusinessCalendar) -> bool {
    if state.in_flight.is_some() || state.division.is_some() || state.taking.is_some() {
        return false;
    }
    if !in_force(link, state, now) {
        return true;
    }
    let today = local(now).date();
    let Some(before) =
        today.to_datetime(jiff::civil::Time::midnight()).checked_sub(jiff::Span::new().seconds(1)).ok()
    else {
        return true;
    };
    match next_run_after(link, calendar, before).filter(|due| due.date() == today) {
        None => true,
        Some(due) => state.last_due.is_some_and(|last| due <= local(last)),
    }
}
