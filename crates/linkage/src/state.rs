//! The state of one link, and how events change it.

use catalog::{Delivery, Extent, Link};
use jiff::{SignedDuration, Timestamp};
use register::{Column, Kind, Position, Record};
use serde::{Deserialize, Serialize};
use system::RefusedRow;

use crate::arrival::Taking;

/// The state of one link (連携の状態).
pub static LINK: Kind = Kind::new("linkage/link", "連携").columns(&[Column::plain("held", "保留")]);

/// The first wait after a failed try; each further failure doubles it.
const RETRY_FIRST: SignedDuration = SignedDuration::from_secs(1);
/// The longest wait between tries: an operator who mends a place sees it taken up within minutes.
pub(crate) const RETRY_MOST: SignedDuration = SignedDuration::from_secs(300);

/// How far a delivery on its way has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InFlightPhase {
    /// Its bytes are written and will not change.
    Prepared,
    /// It lies in its place with its control file.
    Sent,
}

/// The delivery a link has on its way; at most one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlight {
    /// Its number.
    pub no: u64,
    /// How far it is.
    pub phase: InFlightPhase,
    /// Full or difference.
    pub extent: Extent,
    /// The journal up to here was with the receiver before.
    pub from: Position,
    /// The journal up to here is in it.
    pub to: Position,
    /// Its file name.
    pub file_name: String,
    /// When it was put in its place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sent_at: Option<Timestamp>,
    /// Whether its missing receipt has been reported.
    #[serde(default)]
    pub overdue: bool,
    /// What of its range goes in the deliveries behind it; none when it carries the whole range or the last of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub behind: Option<Division>,
}

/// A range of the journal that goes value by value, one delivery for each (分割). The link's position moves when the last is
/// with the receiver, so that a link that is stopped in between goes on with the value it stopped at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Division {
    /// The range begins behind this position.
    pub from: Position,
    /// It ends here, whatever has changed since: each delivery is of the same moment.
    pub to: Position,
    /// The values of the last delivery, in the order of [`Link::per`]; those behind them are left.
    pub after: Vec<String>,
    /// Whether the range is sent once more (再送).
    #[serde(default)]
    pub resent: bool,
}

/// A link that was stopped, by a person or because the receiver refused (保留).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Who stopped it: a user id, or `受信側`.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

/// What keeps a link from going on, until it goes on (障害).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What happened, in Japanese, with its cause.
    pub what: String,
    /// Since when.
    pub since: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried again.
    pub next_try_at: Timestamp,
}

/// What a link has done and owes. Its newest version in the journal is the only memory the engine has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkState {
    /// The link's id.
    pub link: String,
    /// Number of its next delivery, from 1.
    pub next_no: u64,
    /// The journal up to here is with the receiver.
    pub position: Position,
    /// When the link was put to work; schedules count from here.
    pub since: Timestamp,
    /// The latest scheduled time whose run was started.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_due: Option<Timestamp>,
    /// Whether somebody asked for a run now.
    #[serde(default)]
    pub run_asked: bool,
    /// Where the next run begins again, so that what was sent since goes once more as it is now (再送).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resend_from: Option<Position>,
    /// The delivery on its way.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub in_flight: Option<InFlight>,
    /// What is left of a range that goes value by value (分割).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub division: Option<Division>,
    /// Why it is stopped.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hold: Option<Hold>,
    /// What keeps it from going on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trouble: Option<Trouble>,
    /// The other side's delivery that is being applied; only of links by which data comes in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub taking: Option<Taking>,
    /// The link that took over from this one (引継先): this one begins nothing any more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub succeeded_by: Option<String>,
    /// `1` while stopped, for the column.
    pub held: String,
}

impl Record for LinkState {
    const KIND: &'static Kind = &LINK;

    fn key(&self) -> String {
        self.link.clone()
    }
}

/// What happened to a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The bytes of a delivery were written.
    Prepared {
        /// Full or difference.
        extent: Extent,
        /// The newest change in it.
        to: Position,
        /// The file's name.
        file_name: String,
        /// The scheduled time it was made for.
        due: Option<Timestamp>,
        /// What of its range goes behind it, value by value.
        behind: Option<Division>,
    },
    /// There is nothing to put into a file: no row of the range, or none of this value that can be written.
    Passed {
        /// The newest change looked at.
        to: Position,
        /// The scheduled time it was for.
        due: Option<Timestamp>,
        /// What of its range is left.
        behind: Option<Division>,
        /// Whether it has a number and a record, for the rows that were held back.
        numbered: bool,
    },
    /// The delivery lies in its place.
    Sent {
        /// When.
        at: Timestamp,
        /// Whether a receipt is waited for.
        receipt_expected: bool,
    },
    /// The receiver applied it.
    Applied,
    /// The receiver refused it.
    Refused {
        /// Its reason.
        reason: String,
        /// When that was read.
        at: Timestamp,
    },
    /// No receipt came in time.
    Overdue {
        /// When that was noticed.
        at: Timestamp,
        /// The words for the operator.
        what: String,
    },
    /// Rows were applied in process, in the same commit as this event.
    AppliedInProcess {
        /// The newest change in them.
        to: Position,
        /// The scheduled time the run was for.
        due: Option<Timestamp>,
    },
    /// A question was answered, in the same commit as this event.
    Answered,
    /// A delivery of the other side is whole and begins to be applied.
    TakingBegan(Taking),
    /// Some of its rows are applied, in the same commit as this event.
    RowsTaken {
        /// How many of its rows are applied or refused now.
        done: u64,
        /// Those refused among the newest.
        refused: Vec<RefusedRow>,
    },
    /// All of its rows are applied, in the same commit as this event.
    Taken {
        /// The scheduled time it came for.
        due: Option<Timestamp>,
    },
    /// Something of the other side is wrong or missing; looking goes on.
    Stopped {
        /// When that was noticed.
        at: Timestamp,
        /// The words for the operator.
        what: String,
        /// The scheduled time that passed without a delivery, if that is what is wrong.
        missed: Option<Timestamp>,
    },
    /// Somebody said that numbers before this one will not come.
    SkippedTo {
        /// The number that is next.
        no: u64,
    },
    /// A step did not succeed.
    Failed {
        /// When.
        at: Timestamp,
        /// What and why, in Japanese.
        what: String,
    },
    /// What failed is owed no more.
    Recovered,
    /// Somebody stopped the link.
    Held(Hold),
    /// Somebody let it go on: a refused delivery is sent again, a waiting try is made now.
    Released,
    /// Somebody asked for a run now.
    RunAsked,
    /// Somebody asked for a run now that sends again what changed behind a position, as it is now.
    ResendAsked {
        /// The position.
        from: Position,
    },
    /// Another link takes over, in the same commit as this event (引き継ぎ).
    Succeeded {
        /// Its id.
        by: String,
    },
}

/// An event that does not fit the state: two workers, or a defect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("link {link}: {event} does not fit its state")]
pub struct NotPossible {
    /// The link.
    pub link: String,
    /// The event's name.
    pub event: &'static str,
}

impl LinkState {
    /// A link newly put to work. A full extract is owed at once, because differences go on from it. A difference link
    /// into another system of the house starts at the journal's beginning; one to the outside at `start`, where the full
    /// extract its receiver holds ends.
    pub fn new(link: &Link, start: Position, now: Timestamp) -> Self {
        let outside = matches!(link.delivery, Delivery::Outward { .. });
        Self {
            link: link.id.clone(),
            next_no: 1,
            position: if outside { start } else { Position(0) },
            since: now,
            last_due: None,
            run_asked: link.extent == Extent::Full
                && !matches!(link.delivery, Delivery::Inward { .. } | Delivery::Inquiry { .. }),
            resend_from: None,
            in_flight: None,
            division: None,
            hold: None,
            trouble: None,
            taking: None,
            succeeded_by: None,
            held: String::new(),
        }
    }

    /// The state after an event.
    ///
    /// # Errors
    /// [`NotPossible`] when the event does not fit, such as a second receipt for one delivery.
    pub fn after(&self, event: Event) -> Result<Self, NotPossible> {
        let mut next = self.clone();
        let not_possible = |event| NotPossible { link: self.link.clone(), event };
        match event {
            Event::Prepared { extent, to, file_name, due, behind } => {
                if self.in_flight.is_some() {
                    return Err(not_possible("prepared"));
                }
                next.in_flight = Some(InFlight {
                    no: self.next_no,
                    phase: InFlightPhase::Prepared,
                    extent,
                    from: self.next_from(),
                    to,
                    file_name,
                    sent_at: None,
                    overdue: false,
                    behind,
                });
                // What goes on belongs to the run that was started with the first value.
                if self.division.is_none() {
                    next.start_run(due);
                }
            }
            Event::Passed { to, due, behind, numbered } => {
                if self.in_flight.is_some() || to < self.position {
                    return Err(not_possible("passed"));
                }
                if self.division.is_none() {
                    next.start_run(due);
                }
                next.reach(to, behind);
                next.next_no += u64::from(numbered);
                next.trouble = None;
            }
            Event::Sent { at, receipt_expected } => {
                let Some(in_flight) =
                    next.in_flight.as_mut().filter(|own| own.phase == InFlightPhase::Prepared)
                else {
                    return Err(not_possible("sent"));
                };
                in_flight.phase = InFlightPhase::Sent;
                in_flight.sent_at = Some(at);
                next.trouble = None;
                if !receipt_expected {
                    next.finish().ok_or_else(|| not_possible("sent"))?;
                }
            }
            Event::Applied => {
                if !self.sent() {
                    return Err(not_possible("applied"));
                }
                next.finish().ok_or_else(|| not_possible("applied"))?;
            }
            Event::Refused { reason, at } => {
                if !self.sent() {
                    return Err(not_possible("refused"));
                }
                next.hold(Hold { by: "受信側".to_owned(), reason, since: at });
            }
            Event::Overdue { at, what } => {
                let Some(in_flight) = next.in_flight.as_mut().filter(|own| own.sent_at.is_some()) else {
                    return Err(not_possible("overdue"));
                };
                in_flight.overdue = true;
                // The receipt may still come: the link goes on looking, so the next try is now.
                next.trouble = Some(Trouble { what, since: at, tries: 1, next_try_at: at });
            }
            Event::AppliedInProcess { to, due } => {
                if self.in_flight.is_some() || to < self.position {
                    return Err(not_possible("applied in process"));
                }
                next.next_no += 1;
                next.position = to;
                next.trouble = None;
                next.start_run(due);
            }
            Event::Answered => {
                if self.in_flight.is_some() || self.taking.is_some() || self.hold.is_some() {
                    return Err(not_possible("answered"));
                }
                next.next_no += 1;
                next.trouble = None;
            }
            Event::TakingBegan(taking) => {
                if self.taking.is_some() || taking.no != self.next_no || taking.as_of < self.position {
                    return Err(not_possible("taking began"));
                }
                next.trouble = None;
                next.taking = Some(taking);
            }
            Event::RowsTaken { done, refused } => {
                let Some(taking) = next.taking.as_mut().filter(|taking| taking.done <= done) else {
                    return Err(not_possible("rows taken"));
                };
                taking.done = done;
                taking.refused.extend(refused);
                next.trouble = None;
            }
            Event::Taken { due } => {
                let Some(taking) = next.taking.take() else { return Err(not_possible("taken")) };
                next.position = taking.as_of;
                next.next_no += 1;
                next.trouble = None;
                next.start_run(due);
            }
            Event::Stopped { at, what, missed } => {
                next.trouble = Some(Trouble { what, since: at, tries: 1, next_try_at: at });
                next.last_due = missed.or(next.last_due);
            }
            Event::SkippedTo { no } => {
                if self.taking.is_some() || no <= self.next_no {
                    return Err(not_possible("skipped"));
                }
                next.next_no = no;
                next.trouble = None;
            }
            Event::Failed { at, what } => {
                let tries = self.trouble.as_ref().map_or(0, |trouble| trouble.tries).saturating_add(1);
                next.trouble = Some(Trouble {
                    what,
                    since: self.trouble.as_ref().map_or(at, |trouble| trouble.since),
                    tries,
                    next_try_at: at.checked_add(back_off(tries)).unwrap_or(Timestamp::MAX),
                });
            }
            Event::Recovered => {
                if self.in_flight.is_some() {
                    return Err(not_possible("recovered"));
                }
                next.trouble = None;
            }
            Event::Held(hold) => next.hold(hold),
            Event::Released => {
                next.hold = None;
                next.held = String::new();
                next.trouble = None;
                if self.in_flight.is_none() {
                    // What is sent again must have begun by now; else whoever lets go on gives it up.
                    next.resend_from = None;
                }
                if let Some(in_flight) = next.in_flight.as_mut() {
                    // Sent again under the same number with the same bytes.
                    in_flight.phase = InFlightPhase::Prepared;
                    in_flight.sent_at = None;
                    in_flight.overdue = false;
                }
            }
            Event::RunAsked => next.run_asked = true,
            Event::ResendAsked { from } => {
                if self.is_busy() || self.position < from {
                    return Err(not_possible("resend asked"));
                }
                next.resend_from = Some(from);
                next.run_asked = true;
            }
            Event::Succeeded { by } => {
                if self.is_busy() || self.succeeded_by.is_some() {
                    return Err(not_possible("succeeded"));
                }
                // What was asked for is the other's to do: it begins where this one ends.
                next.run_asked = false;
                next.resend_from = None;
                next.trouble = None;
                next.succeeded_by = Some(by);
            }
        }
        Ok(next)
    }

    /// Behind which position the next delivery begins.
    pub fn next_from(&self) -> Position {
        let division = self.division.as_ref().map(|division| division.from);
        division.or(self.resend_from).unwrap_or(self.position)
    }

    /// Whether something is on its way or half done.
    fn is_busy(&self) -> bool {
        self.in_flight.is_some() || self.division.is_some() || self.taking.is_some()
    }

    /// The journal is with the receiver up to here, unless values of the range are left.
    fn reach(&mut self, to: Position, behind: Option<Division>) {
        if behind.is_none() {
            self.position = to;
        }
        self.division = behind;
    }

    fn sent(&self) -> bool {
        self.in_flight.as_ref().is_some_and(|own| own.phase == InFlightPhase::Sent)
    }

    fn start_run(&mut self, due: Option<Timestamp>) {
        self.run_asked = false;
        self.resend_from = None;
        if due.is_some() {
            self.last_due = due;
        }
    }

    fn finish(&mut self) -> Option<()> {
        let done = self.in_flight.take()?;
        self.reach(done.to, done.behind);
        self.next_no += 1;
        self.trouble = None;
        Some(())
    }

    fn hold(&mut self, hold: Hold) {
        self.hold = Some(hold);
        self.held = "1".to_owned();
    }
}

/// Doubles with each failure up to the most. Without randomness: one link per place, so no crowd arrives at once.
fn back_off(tries: u32) -> SignedDuration {
    let doublings = tries.saturating_sub(1).min(16);
    let factor = 1_i32.checked_shl(doublings).unwrap_or(i32::MAX);
    RETRY_FIRST.checked_mul(factor).unwrap_or(RETRY_MOST).min(RETRY_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes() {
        let seconds: Vec<i64> =
            [1, 2, 3, 8, 9, 10, 1_000].into_iter().map(|tries| back_off(tries).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 128, 256, 300, 300]);
    }
}
