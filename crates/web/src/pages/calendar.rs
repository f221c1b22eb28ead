//! The run calendar (連携の予定): what runs when on a day, drawn by the hour, and what runs by the week, month or year.

use std::collections::BTreeMap;

use askama::Template;
use domain::{Date, FiscalYear};
use jiff::ToSpan;
use jiff::civil::DateTime;
use linkage::local;
use office::{LinkDay, PlannedRun, RunStanding};

use super::Shell;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};
use crate::words::{day_with_weekday, grouped};

/// The drawing's own units: two of them are about a dot at 1024 dots of width.
const WIDTH: i64 = 1920;
/// Where the hours begin, and how wide one is.
const HOURS_AT: i64 = 600;
const HOUR: i64 = 54;
const TOP: i64 = 56;
const ROW: i64 = 46;
/// The largest letters of a link's title, and the room it has.
const LETTER: i64 = 26;
const LETTERS_ROOM: i64 = 570;

/// One time on the line of a link.
struct Spot {
    x: i64,
    class: &'static str,
    title: String,
}

/// Deliveries within an hour.
struct Heap {
    x: i64,
    count: usize,
}

/// One link's line in the drawing.
struct Line {
    y: i64,
    words_y: i64,
    title: String,
    size: i64,
    heaps: Vec<Heap>,
    spots: Vec<Spot>,
}

/// The drawing.
struct Drawing {
    width: i64,
    height: i64,
    hours: Vec<(i64, i8)>,
    hour: i64,
    lines: Vec<Line>,
    /// Where now is; none on another day.
    now_x: Option<i64>,
}

/// One run of the schedule in the table.
struct Run {
    time: String,
    link: String,
    title: String,
    timing: String,
    starter: &'static str,
    standing: &'static str,
    class: &'static str,
}

/// What one link made on the day.
struct Made {
    link: String,
    title: String,
    timing: String,
    count: usize,
    rows: String,
    first: String,
    last: String,
    last_no: u64,
}

#[derive(Template)]
#[template(path = "calendar.html")]
struct DayPage {
    shell: Shell,
    day: String,
    head: String,
    closed: String,
    before: String,
    after: String,
    year: i16,
    counts: Vec<(&'static str, &'static str, usize)>,
    drawing: Option<Drawing>,
    runs: Vec<Run>,
    made: Vec<Made>,
    quiet: Vec<(String, String, String)>,
}

/// One day.
pub(crate) fn day(visit: &Visit) -> Result<Reply, Problem> {
    let office = visit.office();
    let day: Date = match value_of(&visit.query, "day").trim() {
        "" => office.today(),
        asked => asked.parse().map_err(|_| {
            Problem::unreadable(format!(
                "「{asked}」は日付として読めません。2026-04-01 の形で入れてください。"
            ))
        })?,
    };
    let links = office.timetable(day)?;
    let now = local(office.clock().now());
    let mut runs: Vec<(&LinkDay, &PlannedRun)> =
        links.iter().flat_map(|link| link.planned.iter().map(move |run| (link, run))).collect();
    runs.sort_by_key(|(_, run)| run.at);
    let classes = [RunStanding::Late, RunStanding::Held, RunStanding::Ahead, RunStanding::Done];
    let counts = classes.map(|standing| {
        let count = runs.iter().filter(|(_, run)| run.standing == standing).count();
        (class(standing), standing.label(), count)
    });
    let shown = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    Reply::page(&DayPage {
        shell: Shell::here(visit).above("庁内データ連携"),
        day: day.to_string(),
        head: day_with_weekday(day),
        closed: office.calendar().closed_as(day).unwrap_or_default().to_owned(),
        before: shown(day.yesterday().ok()),
        after: shown(day.tomorrow().ok()),
        year: FiscalYear::of(day).0,
        counts: counts.into_iter().filter(|(_, _, count)| 0 < *count).collect(),
        drawing: draw(&links, (now.date() == day).then_some(now)),
        runs: runs.into_iter().map(|(link, run)| row(link, run)).collect(),
        made: links.iter().filter_map(made).collect(),
        quiet: links
            .iter()
            .filter(|link| link.planned.is_empty() && link.made.is_empty())
            .map(|link| (link.link.clone(), link.title.clone(), link.timing.clone()))
            .collect(),
    })
}

/// The class of the style sheet a run is drawn with.
fn class(standing: RunStanding) -> &'static str {
    match standing {
        RunStanding::Late => "bad",
        RunStanding::Held => "held",
        RunStanding::Ahead => "busy",
        RunStanding::Done => "good",
    }
}

fn row(link: &LinkDay, run: &PlannedRun) -> Run {
    Run {
        time: clock(run.at),
        link: link.link.clone(),
        title: link.title.clone(),
        timing: link.timing.clone(),
        starter: if run.by_staff { "職員" } else { "自動" },
        standing: run.standing.label(),
        class: class(run.standing),
    }
}

fn made(link: &LinkDay) -> Option<Made> {
    let (first, last) = (link.made.first()?, link.made.last()?);
    Some(Made {
        link: link.link.clone(),
        title: link.title.clone(),
        timing: link.timing.clone(),
        count: link.made.len(),
        rows: grouped(link.made.iter().map(|made| made.rows).sum()),
        first: clock(first.at),
        last: clock(last.at),
        last_no: last.no,
    })
}

fn clock(at: DateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// Where a time of day stands.
fn place(at: DateTime) -> i64 {
    HOURS_AT + HOUR * (i64::from(at.hour()) * 60 + i64::from(at.minute())) / 60
}

fn draw(links: &[LinkDay], now: Option<DateTime>) -> Option<Drawing> {
    let mut y = TOP;
    let mut lines = Vec::new();
    for link in links.iter().filter(|link| !link.planned.is_empty() || !link.made.is_empty()) {
        let mut hours: BTreeMap<i8, usize> = BTreeMap::new();
        for made in &link.made {
            *hours.entry(made.at.hour()).or_default() += 1;
        }
        let letters = i64::try_from(link.title.chars().count().max(1)).unwrap_or(LETTERS_ROOM);
        lines.push(Line {
            y,
            words_y: y + ROW / 2 + 9,
            title: link.title.clone(),
            size: LETTER.min(LETTERS_ROOM / letters),
            heaps: hours
                .into_iter()
                .map(|(hour, count)| Heap { x: HOURS_AT + HOUR * i64::from(hour), count })
                .collect(),
            spots: link
                .planned
                .iter()
                .map(|run| Spot {
                    x: place(run.at),
                    class: class(run.standing),
                    title: format!("{} {}（{}）", clock(run.at), link.title, run.standing.label()),
                })
                .collect(),
        });
        y += ROW;
    }
    (!lines.is_empty()).then(|| Drawing {
        width: WIDTH,
        height: y + 14,
        hours: (0..=24).map(|hour| (HOURS_AT + HOUR * i64::from(hour), hour)).collect(),
        hour: HOUR,
        lines,
        now_x: now.map(place),
    })
}

/// One day of the year's table.
struct Cell {
    /// Empty where the month has no such day.
    day: String,
    class: &'static str,
    title: String,
    count: usize,
}

/// One month of the year's table.
struct Month {
    name: String,
    cells: Vec<Cell>,
}

/// One link with its days.
struct Rare {
    link: String,
    title: String,
    timing: String,
    starter: &'static str,
    days: Vec<(String, String)>,
    more: usize,
}

#[derive(Template)]
#[template(path = "calendar_year.html")]
struct YearPage {
    shell: Shell,
    year: i16,
    head: String,
    numbers: Vec<i8>,
    months: Vec<Month>,
    links: Vec<Rare>,
    uncovered: String,
}

/// Days of one link that are written out; those of a weekly one go on alike.
const DAYS_MAX: usize = 12;

/// One fiscal year: the days on which something runs that does not run each day.
pub(crate) fn year(visit: &Visit) -> Result<Reply, Problem> {
    let office = visit.office();
    let year = match value_of(&visit.query, "year").trim() {
        "" => FiscalYear::of(office.today()),
        asked => {
            asked.parse().ok().filter(|year| (1990..=2200).contains(year)).map(FiscalYear).ok_or_else(
                || {
                    Problem::unreadable(format!(
                        "「{asked}」は年度として読めません。2026 のように、1990から2200までの西暦で入れてください。"
                    ))
                },
            )?
        }
    };
    let (first, last) = (year.first_day(), year.last_day());
    let runs = office.rare_runs(first, last);
    let mut by_day: BTreeMap<Date, Vec<&str>> = BTreeMap::new();
    let mut by_link: BTreeMap<&str, Rare> = BTreeMap::new();
    for run in &runs {
        let day = run.at.date();
        by_day.entry(day).or_default().push(&run.title);
        let rare = by_link.entry(&run.link).or_insert_with(|| Rare {
            link: run.link.clone(),
            title: run.title.clone(),
            timing: run.timing.clone(),
            starter: if run.by_staff { "職員" } else { "自動" },
            days: Vec::new(),
            more: 0,
        });
        if rare.days.len() < DAYS_MAX {
            rare.days.push((day.to_string(), format!("{}/{}", day.month(), day.day())));
        } else {
            rare.more += 1;
        }
    }
    let today = office.today();
    let cell = |day: Option<Date>| {
        let Some(day) = day else {
            return Cell { day: String::new(), class: "none", title: String::new(), count: 0 };
        };
        let closed = office.calendar().closed_as(day);
        let titles = by_day.get(&day).map(Vec::as_slice).unwrap_or_default();
        let mut title = format!("{}月{}日", day.month(), day.day());
        if let Some(closed) = closed {
            title.push_str(&format!("（{closed}）"));
        }
        if !titles.is_empty() {
            title.push_str(&format!(" {}本: {}", titles.len(), titles.join("、")));
        }
        let class = match (day == today, closed.is_some()) {
            (true, true) => "today closed",
            (true, false) => "today",
            (false, true) => "closed",
            (false, false) => "",
        };
        Cell { day: day.to_string(), class, title, count: titles.len() }
    };
    let month = |start: Date| Month {
        name: format!("{}月", start.month()),
        cells: (1..=31).map(|day| cell(Date::new(start.year(), start.month(), day).ok())).collect(),
    };
    let starts = std::iter::successors(Some(first), |start| start.checked_add(1.month()).ok());
    let uncovered: Vec<String> = [first.year(), last.year()]
        .into_iter()
        .filter(|year| !office.calendar().covers(*year))
        .map(|year| format!("{year}年"))
        .collect();
    Reply::page(&YearPage {
        shell: Shell::here(visit).above("庁内データ連携"),
        year: year.0,
        head: year.label(),
        numbers: (1..=31).collect(),
        months: starts.take(12).map(month).collect(),
        links: by_link.into_values().collect(),
        uncovered: uncovered.join("、"),
    })
}
