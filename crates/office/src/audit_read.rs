//! Reading the audit log (操作ログの照会): backwards by key, in windows of time, so that five million entries are as quick as
//! five. What is read is read by key range; nothing is loaded whole.

use std::ops::ControlFlow;

use domain::Date;
use jiff::{SignedDuration, Timestamp};
use register::{AsOf, Fault, View};

use crate::audit::{AUDIT, AuditEntry, AuditResult, LogKind};
use crate::rights::{AUDIT_EXPORT_RIGHT, AUDIT_RIGHT};
use crate::{Caller, Office, RunError};

/// Entries looked at for one page: a search that finds little stops here and can be gone on with.
const EXAMINED_MAX: usize = 60_000;
/// Entries of one window at most; a window that holds more is halved.
const WINDOW_MAX: usize = 4_000;
/// The first window, and the narrowest that is halved.
const WINDOW_FIRST: SignedDuration = SignedDuration::from_mins(60);
const WINDOW_LEAST: SignedDuration = SignedDuration::from_secs(1);
/// The widest window: a year in which nothing happened is passed over in a few steps.
const WINDOW_MOST: SignedDuration = SignedDuration::from_hours(24 * 400);
/// Entries a report or a file looks at, at most.
const WALKED_MAX: usize = 1_000_000;

/// What is looked for in the audit log (操作ログの検索条件). Empty items ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// Who.
    pub user: String,
    /// A function's id, or a part of its id or title.
    pub function: String,
    /// The kind.
    pub kind: Option<LogKind>,
    /// What came of it.
    pub result: Option<AuditResult>,
    /// 宛名番号 of a person who was looked at or changed.
    pub person: String,
    /// Only where a 個人番号 was typed, shown or printed.
    pub numbers: bool,
}

impl AuditQuery {
    /// Whether an entry is asked for; the days are the reader's to keep.
    pub fn fits(&self, entry: &AuditEntry) -> bool {
        (self.user.is_empty() || entry.user == self.user)
            && (self.function.is_empty()
                || entry.function.contains(&self.function)
                || entry.title.contains(&self.function))
            && self.kind.is_none_or(|kind| entry.kind() == kind)
            && self.result.is_none_or(|result| entry.result == result)
            && (self.person.is_empty() || entry.subjects.contains(&self.person))
            && (!self.numbers || entry.numbers)
    }

    /// What must stand in an entry's text for it to be worth reading.
    fn needle(&self) -> &str {
        if self.person.is_empty() { &self.user } else { &self.person }
    }
}

/// A page of entries, newest first.
#[derive(Clone, Debug, Default)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// The key to go on from; none when there is nothing more.
    pub older: Option<String>,
    /// Down to when it was looked; there may be more entries that fit behind it.
    pub reached: Option<Timestamp>,
}

/// The first key of a moment.
fn key_at(at: Timestamp) -> String {
    format!("{:020}", at.as_microsecond().max(0))
}

fn moment_of(key: &str) -> Option<Timestamp> {
    Timestamp::from_microsecond(key.get(..20)?.parse().ok()?).ok()
}

/// The moment a day begins in Japan.
fn begin(day: Date) -> Option<Timestamp> {
    linkage::timestamp(day.at(0, 0, 0, 0))
}

/// The moment behind a day.
fn end(day: Date) -> Option<Timestamp> {
    begin(day.tomorrow().ok()?)
}

/// The entries with keys in `after..before`, oldest first; none when there are more than a window holds.
fn window(
    view: &dyn View,
    query: &AuditQuery,
    after: &str,
    before: &str,
    most: usize,
) -> Result<Option<(Vec<AuditEntry>, usize)>, Fault> {
    let (mut found, mut seen) = (Vec::new(), 0_usize);
    let mut full = false;
    view.scan(&AUDIT, Some(after), &mut |stored| {
        if before <= stored.key.as_str() {
            return Ok(ControlFlow::Break(()));
        }
        seen += 1;
        if most < seen {
            full = true;
            return Ok(ControlFlow::Break(()));
        }
        if stored.body.as_str().contains(query.needle()) {
            let entry = stored.typed::<AuditEntry>()?.record;
            if query.fits(&entry) {
                found.push(entry);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok((!full).then_some((found, seen)))
}

/// A page of the entries that fit, newest first, before a key.
pub(crate) fn page(
    view: &dyn View,
    query: &AuditQuery,
    before: Option<&str>,
    now: Timestamp,
    limit: usize,
) -> Result<AuditPage, Fault> {
    let mut oldest: Option<String> = None;
    view.scan(&AUDIT, None, &mut |stored| {
        oldest = Some(stored.key.clone());
        Ok(ControlFlow::Break(()))
    })?;
    let Some(first) = oldest.as_deref().and_then(moment_of) else { return Ok(AuditPage::default()) };
    let lowest = query.from.and_then(begin).map_or(first, |from| from.max(first));
    let newest =
        query.until.and_then(end).unwrap_or(Timestamp::MAX).min(now + SignedDuration::from_hours(24));
    let mut upper = match before {
        Some(key) if key < key_at(newest).as_str() => key.to_owned(),
        _ => key_at(newest),
    };
    let mut page = AuditPage::default();
    let (mut width, mut examined) = (WINDOW_FIRST, 0_usize);
    loop {
        let Some(top) = moment_of(&upper).filter(|top| lowest <= *top) else { return Ok(page) };
        let bottom = top.checked_sub(width).unwrap_or(first).max(lowest);
        // Keys behind this one are of the moment itself or later.
        let lower = key_at(bottom);
        let narrow = width <= WINDOW_LEAST;
        let most = if narrow { usize::MAX } else { WINDOW_MAX };
        let Some((found, seen)) = window(view, query, &lower, &upper, most)? else {
            width = (width / 2).max(WINDOW_LEAST);
            continue;
        };
        examined += seen;
        for entry in found.into_iter().rev() {
            if page.entries.len() == limit {
                page.older = page.entries.last().map(|last| last.id.clone());
                page.reached = page.entries.last().map(|last| last.at);
                return Ok(page);
            }
            page.entries.push(entry);
        }
        if bottom <= lowest {
            return Ok(page);
        }
        upper = lower;
        page.reached = Some(bottom);
        if EXAMINED_MAX <= examined {
            page.older = Some(upper);
            return Ok(page);
        }
        if seen < WINDOW_MAX / 4 {
            width = (width * 2).min(WINDOW_MOST);
        }
    }
}

/// All entries of days, oldest first, to `each`; tells whether it came to the end.
pub(crate) fn walk(
    view: &dyn View,
    query: &AuditQuery,
    each: &mut dyn FnMut(AuditEntry),
) -> Result<bool, Fault> {
    let from = key_at(query.from.and_then(begin).unwrap_or(Timestamp::UNIX_EPOCH));
    let until = query.until.and_then(end).map(key_at);
    let mut seen = 0_usize;
    let mut whole = true;
    view.scan(&AUDIT, Some(&from), &mut |stored| {
        if until.as_deref().is_some_and(|until| until <= stored.key.as_str()) {
            return Ok(ControlFlow::Break(()));
        }
        seen += 1;
        if WALKED_MAX < seen {
            whole = false;
            return Ok(ControlFlow::Break(()));
        }
        if stored.body.as_str().contains(query.needle()) {
            let entry = stored.typed::<AuditEntry>()?.record;
            if query.fits(&entry) {
                each(entry);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(whole)
}

impl Office {
    /// A page of the audit log, newest first. The look is itself in the log, with the person it was about.
    ///
    /// # Errors
    /// When the caller may not look, or storage fails.
    pub fn audit_page(
        &self,
        caller: &Caller,
        query: &AuditQuery,
        before: Option<&str>,
        limit: usize,
    ) -> Result<AuditPage, RunError> {
        const TITLE: &str = "操作ログの照会";
        self.permit(caller, AUDIT_RIGHT, TITLE)?;
        let page = page(&*self.journal().view(AsOf::default())?, query, before, self.clock().now(), limit)?;
        self.audit_done(caller, AUDIT_RIGHT, TITLE, persons(query))?;
        Ok(page)
    }

    /// Every entry of days that fits, oldest first, for a report under a title. Tells whether all of it was read.
    ///
    /// # Errors
    /// When the caller may not look, or storage fails.
    pub fn audit_walk(
        &self,
        caller: &Caller,
        title: &str,
        query: &AuditQuery,
        each: &mut dyn FnMut(AuditEntry),
    ) -> Result<bool, RunError> {
        self.permit(caller, AUDIT_RIGHT, title)?;
        let whole = walk(&*self.journal().view(AsOf::default())?, query, each)?;
        self.audit_done(caller, AUDIT_RIGHT, title, persons(query))?;
        Ok(whole)
    }

    /// The same to be taken out as a file, which needs a right of its own.
    ///
    /// # Errors
    /// When the caller may not take it out, or storage fails.
    pub fn audit_export(
        &self,
        caller: &Caller,
        query: &AuditQuery,
        each: &mut dyn FnMut(AuditEntry),
    ) -> Result<bool, RunError> {
        const TITLE: &str = "操作ログの取出し";
        self.permit(caller, AUDIT_EXPORT_RIGHT, TITLE)?;
        let whole = walk(&*self.journal().view(AsOf::default())?, query, each)?;
        self.audit_done(caller, AUDIT_EXPORT_RIGHT, TITLE, persons(query))?;
        Ok(whole)
    }
}

fn persons(query: &AuditQuery) -> Vec<String> {
    if query.person.is_empty() { Vec::new() } else { vec![query.person.clone()] }
}
