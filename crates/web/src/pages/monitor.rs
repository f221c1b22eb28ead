//! The link monitor (連携監視): every link with its state, the worst first, and what to press.

use askama::Template;
use office::{LinkStanding, LinkView};

use super::Shell;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};
use crate::words::{grouped, short_moment};

/// How often the page asks again when it is told to.
const REFRESH_SECONDS: u32 = 5;

/// The classes of states and what they say, the worst first.
pub(crate) const CLASSES: [(&str, &str); 5] = [
    ("bad", "定義不備・障害・媒体紛失"),
    ("held", "保留・操作待ち"),
    ("busy", "処理中・受領待ち"),
    ("good", "正常"),
    ("quiet", "開始前・終了"),
];

/// One link as a row, or as the head of its own page.
pub(crate) struct LinkRow {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) ends: String,
    pub(crate) method: &'static str,
    pub(crate) timing: String,
    pub(crate) extent: &'static str,
    pub(crate) rows: Vec<(String, String)>,
    pub(crate) standing: &'static str,
    pub(crate) class: &'static str,
    pub(crate) why: String,
    pub(crate) remedy: &'static str,
    pub(crate) position: String,
    pub(crate) last_no: String,
    pub(crate) last_rows: String,
    pub(crate) last_at: String,
    pub(crate) last_phase: &'static str,
    pub(crate) last_refused: usize,
    pub(crate) next_due: String,
    pub(crate) held: bool,
    pub(crate) broken: bool,
    pub(crate) troubled: bool,
    pub(crate) asked: bool,
    /// Whether it may begin something.
    pub(crate) in_force: bool,
}

impl LinkRow {
    /// A link in words.
    pub(crate) fn of(view: &LinkView) -> Self {
        let last = view.last.as_ref();
        let at = last.map(|last| {
            last.receipt.as_ref().map_or(last.sent_at.unwrap_or(last.prepared_at), |r| r.read_at)
        });
        Self {
            id: view.id.clone(),
            title: view.title.clone(),
            ends: format!("{} → {}", view.source, view.target),
            method: view.method,
            timing: view.timing.clone(),
            extent: view.extent,
            rows: view.rows.iter().map(|row| (row.clone(), row_address(row))).collect(),
            standing: view.standing.label(),
            class: match view.standing {
                LinkStanding::Broken | LinkStanding::MediumLost | LinkStanding::Trouble => "bad",
                LinkStanding::Held | LinkStanding::AwaitsStaff => "held",
                LinkStanding::Waiting
                | LinkStanding::TakingIn
                | LinkStanding::Queued
                | LinkStanding::Working => "busy",
                LinkStanding::Idle => "good",
                LinkStanding::NotYet | LinkStanding::Ended => "quiet",
            },
            why: view.why.clone(),
            remedy: view.remedy,
            position: grouped(view.position.0),
            last_no: last.map(|last| last.no.to_string()).unwrap_or_default(),
            last_rows: last.map(|last| grouped(last.rows)).unwrap_or_default(),
            last_at: at.map(short_moment).unwrap_or_default(),
            last_phase: last.map_or("", |last| last.phase.label()),
            last_refused: last.map_or(0, |last| last.refused.len()),
            next_due: view.next_due.map(short_moment).unwrap_or_default(),
            held: view.standing == LinkStanding::Held,
            broken: view.standing == LinkStanding::Broken,
            troubled: view.standing == LinkStanding::Trouble,
            asked: view.asked,
            in_force: !matches!(view.standing, LinkStanding::NotYet | LinkStanding::Ended),
        }
    }
}

/// Where a row of a list stands on the page of lists.
fn row_address(row: &str) -> String {
    match row.split_once(':') {
        Some((list, no)) => format!("/links/lists?list={list}#r-{no}"),
        None => "/links/lists".to_owned(),
    }
}

#[derive(Template)]
#[template(path = "links.html")]
struct Page {
    shell: Shell,
    links: Vec<LinkRow>,
    broken: Vec<(String, String)>,
    counts: Vec<(&'static str, &'static str, usize)>,
    head: String,
    refreshing: bool,
    now: String,
    /// Links at whose places a fault is ordered.
    rehearsed: Vec<(String, String)>,
    warnings: Vec<String>,
}

/// All links.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let office = visit.office();
    let views = office.link_views()?;
    let refreshing = !value_of(&visit.query, "auto").is_empty();
    let links: Vec<LinkRow> = views.iter().map(LinkRow::of).collect();
    // A file that cannot be read is a link that stands still, though it has no row.
    let unread = office.links().broken().len();
    let counted = CLASSES.map(|(class, label)| {
        let beside = if class == "bad" { unread } else { 0 };
        (class, label, beside + links.iter().filter(|link| link.class == class).count())
    });
    // Links whose time has not come or is over are told of where there are some.
    let counts = counted.into_iter().filter(|(class, _, count)| *class != "quiet" || 0 < *count).collect();
    let mut shell = Shell::here(visit).above("庁内データ連携");
    shell.refresh = if refreshing { REFRESH_SECONDS } else { 0 };
    let broken =
        office.links().broken().iter().map(|broken| (broken.file.clone(), broken.what.clone())).collect();
    let page = Page {
        shell,
        links,
        broken,
        counts,
        head: grouped(office.journal().head()?.0),
        refreshing,
        now: short_moment(office.clock().now()),
        rehearsed: office
            .under_rehearsal()
            .into_iter()
            .map(|running| (running.link.id.clone(), running.link.title.clone()))
            .collect(),
        warnings: visit.house.warnings(),
    };
    Reply::page(&page)
}
