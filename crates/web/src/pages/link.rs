//! One link: what it does in words, its deliveries, and the buttons.

use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::PathBuf;

use askama::Template;
use linkage::Delivery;

use jiff::Timestamp;
use office::Probe;
use transport::Mischief;

use super::Shell;
use super::monitor::LinkRow;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};
use crate::words::{grouped, moment};

/// Deliveries on one page.
const DELIVERIES_PER_PAGE: usize = 50;

/// One delivery as a row.
pub(crate) struct DeliveryRow {
    pub(crate) link: String,
    pub(crate) title: String,
    pub(crate) no: u64,
    pub(crate) at: String,
    pub(crate) phase: &'static str,
    pub(crate) class: &'static str,
    pub(crate) extent: &'static str,
    pub(crate) range: String,
    pub(crate) rows: String,
    pub(crate) refused: usize,
    pub(crate) characters: String,
    pub(crate) file: String,
    /// How long it took until the receipt was here.
    pub(crate) took: String,
    pub(crate) note: String,
}

/// From making it to its receipt; none while there is none.
fn took(delivery: &Delivery) -> Option<u64> {
    let from: Timestamp = delivery.prepared_at;
    let to = delivery.receipt.as_ref()?.read_at;
    u64::try_from(to.duration_since(from).as_millis()).ok()
}

/// A time that passed, to three places at most.
fn span(millis: u64) -> String {
    match millis {
        0..10_000 => format!("{}.{:02}秒", millis / 1000, millis % 1000 / 10),
        10_000..60_000 => format!("{}秒", millis / 1000),
        60_000..3_600_000 => format!("{}分{:02}秒", millis / 60_000, millis / 1000 % 60),
        _ => format!("{}時間{:02}分", millis / 3_600_000, millis / 60_000 % 60),
    }
}

impl DeliveryRow {
    /// A delivery in words.
    pub(crate) fn of(delivery: &Delivery, title: &str) -> Self {
        use linkage::Phase;
        let answered = !delivery.asked.is_empty();
        Self {
            link: delivery.link.clone(),
            title: title.to_owned(),
            no: delivery.no,
            at: moment(delivery.prepared_at),
            phase: if answered { "回答済" } else { delivery.phase.label() },
            class: match delivery.phase {
                Phase::Applied => "good",
                Phase::Refused => "bad",
                Phase::Received | Phase::Prepared | Phase::Sent => "busy",
            },
            extent: if answered { "照会" } else { delivery.extent.word() },
            range: match delivery.extent {
                _ if answered => format!("{}時点", grouped(delivery.to.0)),
                catalog::Extent::Full => format!("{}時点", grouped(delivery.to.0)),
                catalog::Extent::Difference => {
                    format!("{}～{}", grouped(delivery.from.0.saturating_add(1)), grouped(delivery.to.0))
                }
            },
            rows: grouped(delivery.rows),
            refused: delivery.refused.len(),
            characters: match delivery.characters.values().sum::<u64>() {
                0 => String::new(),
                count => grouped(count),
            },
            file: delivery.file_name.clone().unwrap_or_default(),
            took: took(delivery).map(span).unwrap_or_default(),
            note: delivery.receipt.as_ref().map(|receipt| receipt.reason.clone()).unwrap_or_default(),
        }
    }
}

#[derive(Template)]
#[template(path = "link.html")]
struct Page {
    shell: Shell,
    link: LinkRow,
    explanation: Vec<(String, String)>,
    deliveries: Vec<DeliveryRow>,
    older: Option<u64>,
    /// Whether it sends differences, which can go again.
    resends: bool,
    charts: Vec<Chart>,
    /// Whether it has a place that can be tried.
    has_place: bool,
    /// Whether staff may bring it files.
    by_hand: bool,
    /// What was just done.
    said: String,
    probe: Option<Probe>,
    rehearsal: Option<Rehearsal>,
}

/// One bar of a chart.
struct Bar {
    x: usize,
    y: u64,
    height: u64,
    class: &'static str,
    title: String,
}

/// Counts or times of the deliveries of the page, the oldest on the left.
struct Chart {
    id: &'static str,
    caption: &'static str,
    /// What the highest bar is.
    most: String,
    bars: Vec<Bar>,
    width: usize,
}

/// What can be ordered to go wrong, and what is.
struct Rehearsal {
    ordered: Option<&'static str>,
    choices: Vec<(&'static str, &'static str)>,
}

/// Height of the highest bar, and the width of each.
const BAR_HEIGHT: u64 = 60;
const BAR_WIDTH: usize = 18;
const BARS_MIN: usize = 20;

impl Chart {
    /// None where there is nothing to compare.
    fn of(
        (id, caption): (&'static str, &'static str),
        deliveries: &[Delivery],
        value: impl Fn(&Delivery) -> Option<u64>,
        words: impl Fn(u64) -> String,
    ) -> Option<Self> {
        let most = deliveries.iter().filter_map(&value).max().filter(|most| *most != 0)?;
        let bar = |(x, delivery): (usize, &Delivery)| {
            let value = value(delivery)?;
            // What is there is seen, however small it is.
            let height = (value.saturating_mul(BAR_HEIGHT) / most).max(1);
            Some(Bar {
                x: x * BAR_WIDTH,
                y: BAR_HEIGHT - height,
                height,
                class: DeliveryRow::of(delivery, "").class,
                title: format!("{}番 {} {}", delivery.no, moment(delivery.prepared_at), words(value)),
            })
        };
        let bars: Vec<Bar> = deliveries.iter().rev().enumerate().filter_map(bar).collect();
        // A few deliveries stand as wide as they would among twenty.
        let width = deliveries.len().max(BARS_MIN) * BAR_WIDTH;
        (1 < bars.len()).then(|| Self { id, caption, most: words(most), bars, width })
    }
}

/// One link.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    page(visit, None, String::new())
}

/// Tries the link's place out, and shows the link with what came of it.
pub(crate) fn probe(visit: &Visit) -> Result<Reply, Problem> {
    let probe = visit.office().probe_link(&visit.caller()?, visit.param("id"))?;
    page(visit, Some(probe), String::new())
}

/// Orders a fault at the link's place, or its end.
pub(crate) fn rehearse(visit: &Visit) -> Result<Reply, Problem> {
    let mischief = match value_of(&visit.form, "fault") {
        "" => None,
        id => Some(Mischief::of(id).ok_or_else(|| Problem::not_found("その障害はありません。"))?),
    };
    visit.office().rehearse(&visit.caller()?, visit.param("id"), mischief)?;
    Ok(back(visit))
}

/// Puts a file that came by medium where the link takes it from (受け取ったファイルを届ける).
pub(crate) fn bring(visit: &Visit) -> Result<Reply, Problem> {
    let caller = visit.caller()?;
    let Some(bytes) = visit.file.as_ref().filter(|bytes| !bytes.is_empty()) else {
        return Err(Problem::unreadable("ファイルが選ばれていないか、空です。ファイルを選んでください。"));
    };
    // Without a name, so that a killed program leaves nothing of it; the office reads it by the number it is open under.
    let disk = |error| Problem::fault("a file that was brought could not be kept", &error);
    let mut file = tempfile::tempfile().map_err(disk)?;
    file.write_all(bytes).map_err(disk)?;
    let path = PathBuf::from(format!("/dev/fd/{}", file.as_raw_fd()));
    let brought = visit.office().bring(&caller, visit.param("id"), &path)?;
    let said = format!(
        "配信{}番（{}件）として届けました。まもなく取り込みます。",
        brought.no,
        grouped(brought.rows)
    );
    page(visit, None, said)
}

fn page(visit: &Visit, probe: Option<Probe>, said: String) -> Result<Reply, Problem> {
    let id = visit.param("id");
    let view = visit.office().link_view(id)?.ok_or_else(|| unknown(id))?;
    let before = value_of(&visit.query, "before").parse().ok();
    let found = visit.office().deliveries(id, before, DELIVERIES_PER_PAGE)?;
    let older = found.last().map(|last| last.no).filter(|no| found.len() == DELIVERIES_PER_PAGE && *no > 1);
    // Each line of the explanation is 「いつ: …」; the first names the link, which the page does already.
    let explanation = view
        .explanation
        .lines()
        .skip(1)
        .map(|line| line.trim().split_once(": ").unwrap_or(("", line)))
        .map(|(what, text)| (what.to_owned(), text.to_owned()))
        .chain(
            view.lacking
                .iter()
                .map(|own| ("送り元にない項目".to_owned(), format!("{}: {}", own.title, own.filled))),
        )
        .collect();
    let page = Page {
        shell: Shell::titled(visit, &view.title).above("連携の状況"),
        link: LinkRow::of(&view),
        explanation,
        deliveries: found.iter().map(|delivery| DeliveryRow::of(delivery, "")).collect(),
        older,
        charts: [
            Chart::of(
                ("rows-chart", "件数"),
                &found,
                |own| Some(own.rows),
                |rows| format!("{}件", grouped(rows)),
            ),
            Chart::of(("took-chart", "作成から受領までの時間"), &found, took, span),
        ]
        .into_iter()
        .flatten()
        .collect(),
        has_place: visit
            .office()
            .links()
            .get(id)
            .and_then(|running| running.ready.as_ref().ok()?.place())
            .is_some(),
        by_hand: visit.office().takes_by_hand(id),
        said,
        probe,
        rehearsal: visit.office().rehearsed(id).map(|ordered| Rehearsal {
            ordered: ordered.map(Mischief::label),
            choices: Mischief::ALL.map(|one| (one.id(), one.label())).to_vec(),
        }),
        resends: visit.office().links().get(id).is_some_and(|running| {
            let outward = matches!(running.link.delivery, catalog::Delivery::Outward { .. });
            outward && running.link.extent == catalog::Extent::Difference && running.ready.is_ok()
        }),
    };
    Reply::page(&page)
}

/// Nobody knows this link.
pub(crate) fn unknown(id: &str) -> Problem {
    Problem::not_found(format!("連携「{id}」はありません。連携監視の一覧から開いてください。"))
}

/// Asks for a run now.
pub(crate) fn run(visit: &Visit) -> Result<Reply, Problem> {
    visit.office().run_link(&visit.caller()?, visit.param("id"))?;
    Ok(back(visit))
}

/// Stops the link, with a reason for the colleague who finds it stopped.
pub(crate) fn hold(visit: &Visit) -> Result<Reply, Problem> {
    let reason = match value_of(&visit.form, "reason").trim() {
        "" => "職員の操作",
        stated => stated,
    };
    visit.office().hold_link(&visit.caller()?, visit.param("id"), reason)?;
    Ok(back(visit))
}

/// Lets the link go on.
pub(crate) fn release(visit: &Visit) -> Result<Reply, Problem> {
    visit.office().release_link(&visit.caller()?, visit.param("id"))?;
    Ok(back(visit))
}

fn back(visit: &Visit) -> Reply {
    match value_of(&visit.form, "back") {
        "monitor" => Reply::see_other("/links"),
        _ => Reply::see_other(&format!("/links/{}", visit.param("id"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        for (millis, said) in [
            (0, "0.00秒"),
            (1_234, "1.23秒"),
            (59_999, "59秒"),
            (61_000, "1分01秒"),
            (3_599_999, "59分59秒"),
            (7_380_000, "2時間03分"),
        ] {
            assert_eq!(span(millis), said);
        }
    }

    #[test]
    fn bars_are_as_high_as_what_they_stand_for() {
        let at = "2026-11-20T00:00:00Z".parse().unwrap();
        let one = |no: u64, rows: u64| {
            let (phase, extent) = (linkage::Phase::Sent, catalog::Extent::Full);
            let range = (register::Position(0), register::Position(9));
            Delivery { rows, ..Delivery::new(("l", no), phase, extent, range, at) }
        };
        let chart = |deliveries: &[Delivery]| {
            Chart::of(("c", "件数"), deliveries, |own| Some(own.rows), |rows| format!("{rows}件"))
        };
        // The newest comes first in the list and stands on the right.
        let drawn = chart(&[one(3, 500), one(2, 1_000_000), one(1, 1)]).unwrap();
        let bars: Vec<_> = drawn.bars.iter().map(|bar| (bar.x, bar.y + bar.height, bar.height)).collect();
        assert_eq!(bars, [(0, 60, 1), (18, 60, 60), (36, 60, 1)], "the smallest is seen too");
        assert_eq!(drawn.most, "1000000件");
        assert!(drawn.bars[2].title.starts_with("3番"), "{}", drawn.bars[2].title);
        assert!(chart(&[one(1, 5)]).is_none(), "nothing to compare");
        assert!(chart(&[one(2, 0), one(1, 0)]).is_none(), "nothing to draw");
    }
}
