//! What comes in (受信): which of the files that lie in a place is taken next, and what keeps it from being taken.

use catalog::{Delivery, Extent, Link, Starter, Timing};
use domain::BusinessCalendar;
use jiff::{SignedDuration, Timestamp};
use register::Position;
use serde::{Deserialize, Serialize};
use system::RefusedRow;

use crate::plan::{begins, in_force};
use crate::schedule::{latest_run_until, local, next_run_after, timestamp};
use crate::state::{LinkState, RETRY_MOST};

/// A file of the other side as its control file announces it (到着の知らせ).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Name of the data file.
    pub name: String,
    /// The link it says it belongs to.
    pub link: String,
    /// Its delivery number.
    pub no: u64,
    /// Full or difference.
    pub extent: Extent,
    /// The sender's position: what it holds is in it up to here.
    pub as_of: Position,
    /// Rows it says it has.
    pub rows: u64,
    /// Its number in its set, from 1.
    pub part: u32,
    /// How many files the set has.
    pub parts: u32,
}

/// What a look into the place has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A file with its control file.
    File(Notice),
    /// A control file that does not read, with what is wrong.
    Unreadable {
        /// Name of the data file.
        name: String,
        /// What is wrong, in Japanese.
        what: String,
    },
}

/// The one thing to do with what lies in the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing that concerns this link.
    Nothing,
    /// Take the delivery whose files these are, in the order of their parts.
    Take(Vec<Notice>),
    /// It was taken before: answer as then.
    Repeat(Notice),
    /// Refuse this file.
    Refuse {
        /// The file.
        notice: Notice,
        /// Why, in Japanese.
        reason: String,
    },
    /// Something must come first; nothing is taken until then.
    Stop {
        /// What is missing and what to do, in Japanese.
        what: String,
    },
}

/// A delivery of the other side that is being applied (取込中).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taking {
    /// Its number.
    pub no: u64,
    /// Its files in the order of their parts.
    pub names: Vec<String>,
    /// Full or difference.
    pub extent: Extent,
    /// The sender's position it is as of.
    pub as_of: Position,
    /// Rows in it.
    pub rows: u64,
    /// Rows that are applied or refused.
    pub done: u64,
    /// Rows that were refused so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedRow>,
    /// Since when.
    pub since: Timestamp,
}

/// The next step of a link by which data comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InwardStep {
    /// Nothing before this time, or before an event.
    Idle {
        /// When to ask again.
        until: Option<Timestamp>,
    },
    /// Go on applying the delivery that was begun.
    GoOn,
    /// Look into the place.
    Look {
        /// The scheduled time at which something should have come and has not, if that was not told yet.
        missed: Option<Timestamp>,
    },
}

/// The next step of an inward link. Pure.
pub fn plan_inward(
    link: &Link,
    state: &LinkState,
    now: Timestamp,
    calendar: &BusinessCalendar,
) -> InwardStep {
    if state.hold.is_some() {
        return InwardStep::Idle { until: None };
    }
    if let Some(trouble) = &state.trouble
        && now < trouble.next_try_at
        && trouble.next_try_at.duration_since(now) <= RETRY_MOST
    {
        return InwardStep::Idle { until: Some(trouble.next_try_at) };
    }
    if state.taking.is_some() {
        return InwardStep::GoOn;
    }
    if !in_force(link, state, now) {
        return InwardStep::Idle { until: begins(link, now) };
    }
    InwardStep::Look { missed: missed(link, state, now, calendar) }
}

/// The wait after the scheduled time, when the link expects something by then.
fn patience(link: &Link) -> Option<SignedDuration> {
    match link.delivery {
        Delivery::Inward { arrives_within_minutes: Some(minutes), .. } => {
            Some(SignedDuration::from_mins(i64::from(minutes)))
        }
        _ => None,
    }
}

fn missed(link: &Link, state: &LinkState, now: Timestamp, calendar: &BusinessCalendar) -> Option<Timestamp> {
    if matches!(
        link.timing,
        Timing::OnChange
            | Timing::ByHand
            | Timing::OnRequest
            | Timing::EveryMinutes(_)
            | Timing::Within { .. }
    ) || link.started_by == Starter::Staff
    {
        return None;
    }
    let until = now.checked_sub(patience(link)?).ok()?;
    let since = local(state.last_due.unwrap_or(state.since));
    latest_run_until(link, calendar, since, local(until)).and_then(timestamp)
}

/// The scheduled time a delivery that arrives now is for: the one it comes after, or the one it comes a little before.
pub fn due_of_arrival(
    link: &Link,
    state: &LinkState,
    now: Timestamp,
    calendar: &BusinessCalendar,
) -> Option<Timestamp> {
    let early = patience(link).unwrap_or(SignedDuration::ZERO);
    let next = next_run_after(link, calendar, local(now)).and_then(timestamp);
    let just_before = next.filter(|next| next.duration_since(now) <= early);
    let since = local(state.last_due.unwrap_or(state.since));
    just_before.or_else(|| latest_run_until(link, calendar, since, local(now)).and_then(timestamp))
}

/// What is to be done with what lies in the place. Pure: numbers are taken without gap and in order, each once, a set only
/// when it is whole. Files that say they are of another link that `is_of_another` knows are left to it.
pub fn found(link: &Link, state: &LinkState, seen: &[Seen], is_of_another: &dyn Fn(&str) -> bool) -> Found {
    let mut own: Vec<&Notice> = Vec::new();
    for one in seen {
        match one {
            Seen::Unreadable { name, what } => {
                return Found::Stop {
                    what: format!(
                        "「{name}」の管理ファイルが読めません（{what}）。送信元に、管理ファイルの出し直しを頼んでください"
                    ),
                };
            }
            Seen::File(notice) if notice.link != link.id && is_of_another(&notice.link) => {}
            Seen::File(notice) if notice.link != link.id => {
                let (ours, theirs) = (&link.id, &notice.link);
                let reason =
                    format!("連携「{ours}」のものではありません（管理ファイルの連携は「{theirs}」）");
                return refuse(notice, reason);
            }
            Seen::File(notice) => own.push(notice),
        }
    }
    own.sort_by(|a, b| (a.no, a.part, &a.name).cmp(&(b.no, b.part, &b.name)));
    let next = state.next_no;
    if let Some(repeat) = own.iter().find(|notice| notice.no < next) {
        return Found::Repeat((*repeat).clone());
    }
    let files: Vec<Notice> =
        own.iter().filter(|notice| notice.no == next).map(|own| (*own).clone()).collect();
    let Some(first) = files.first() else {
        return match own.first() {
            None => Found::Nothing,
            Some(later) => Found::Stop {
                what: format!(
                    "配信{next}番が届いていません（{}番は届いています）。{next}番が届くまで取り込みません。送信元に{next}番の送り直しを頼んでください",
                    later.no
                ),
            },
        };
    };
    set(state, first, &files)
}

/// The files of the number that is next: whole or not, and fitting what is held.
fn set(state: &LinkState, first: &Notice, files: &[Notice]) -> Found {
    let (no, parts) = (first.no, first.parts);
    for (index, file) in files.iter().enumerate() {
        let before = files.get(..index).unwrap_or_default();
        if file.parts != parts || file.part == 0 || file.part > parts {
            return refuse(
                file,
                format!("組の番号{}/{}が、組の数{parts}と合いません", file.part, file.parts),
            );
        }
        if before.iter().any(|other| other.part == file.part) {
            return refuse(file, format!("配信{no}番の{}個目が二つあります", file.part));
        }
        if file.extent != first.extent || file.as_of != first.as_of {
            return refuse(file, format!("配信{no}番の組の中で、全件・差分か時点が違います"));
        }
    }
    if first.as_of < state.position {
        return refuse(
            first,
            format!("取り込み済みの時点{}より古い時点{}のものです", state.position.0, first.as_of.0),
        );
    }
    let missing: Vec<String> = (1..=parts)
        .filter(|part| files.iter().all(|file| file.part != *part))
        .map(|part| part.to_string())
        .collect();
    if !missing.is_empty() {
        return Found::Stop {
            what: format!(
                "配信{no}番は{parts}個組ですが、{}個目が届いていません。そろうまで取り込みません。送信元に、足りないファイルの送付を頼んでください",
                missing.join("、")
            ),
        };
    }
    Found::Take(files.to_vec())
}

fn refuse(notice: &Notice, reason: String) -> Found {
    Found::Refuse { notice: notice.clone(), reason }
}
