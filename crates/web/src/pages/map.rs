//! The map of systems and links (連携の地図): who sends to whom, and where it does not run.
//!
//! Ours stand in the middle, who mostly gives to us on the left, who mostly takes on the right. A line is all links between two
//! systems in one direction and has the colour of the worst of them. The same stands below as a table.

use std::collections::BTreeMap;

use askama::Template;
use office::LinkView;

use super::Shell;
use super::monitor::{CLASSES, LinkRow};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::Visit;
use crate::words::short_moment;

/// The drawing's own units: two of them are about a dot at 1024 dots of width.
const WIDTH: i64 = 1920;
const BOX_WIDTH: i64 = 400;
const BOX_HEIGHT: i64 = 46;
/// From one box of a column to the next.
const STEP: i64 = 66;
const TOP: i64 = 70;
/// Where the columns begin: who gives, ours, who takes.
const COLUMNS: [i64; 3] = [10, 760, 1510];
/// The largest letters, and the room they have in a box.
const LETTER: i64 = 28;
const LETTERS_ROOM: i64 = 380;

/// One system.
struct Spot {
    name: String,
    x: i64,
    y: i64,
    words_x: i64,
    words_y: i64,
    size: i64,
    ours: bool,
}

/// All links from one system to another.
struct Line {
    path: String,
    class: &'static str,
    title: String,
    count: usize,
    label_x: i64,
    label_y: i64,
}

/// The drawing.
struct Drawing {
    width: i64,
    box_width: i64,
    box_height: i64,
    height: i64,
    heads: Vec<(i64, &'static str)>,
    spots: Vec<Spot>,
    lines: Vec<Line>,
}

/// One line of the table.
struct Pair {
    source: String,
    target: String,
    links: Vec<LinkRow>,
}

#[derive(Template)]
#[template(path = "map.html")]
struct Page {
    shell: Shell,
    drawing: Option<Drawing>,
    pairs: Vec<Pair>,
    legend: [(&'static str, &'static str); 5],
    now: String,
}

/// The map, and the table of the same.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let office = visit.office();
    let views = office.link_views()?;
    let ours = ours(visit, &views);
    let mut pairs: BTreeMap<(String, String), Vec<LinkRow>> = BTreeMap::new();
    for view in &views {
        pairs.entry(ends(view)).or_default().push(LinkRow::of(view));
    }
    let drawing = (!pairs.is_empty()).then(|| draw(&pairs, &ours));
    let pairs = pairs.into_iter().map(|((source, target), links)| Pair { source, target, links }).collect();
    Reply::page(&Page {
        shell: Shell::here(visit).above("庁内データ連携"),
        drawing,
        pairs,
        legend: CLASSES,
        now: short_moment(office.clock().now()),
    })
}

/// The names of our own systems that take part, as the lists write them, in the order of the menu.
fn ours(visit: &Visit, views: &[LinkView]) -> Vec<String> {
    let office = visit.office();
    let place = |id: &str| office.systems().iter().position(|system| system.id == id);
    let mut found: Vec<(usize, String)> = Vec::new();
    for view in views {
        let Some(running) = office.links().get(&view.id) else { continue };
        let ends = [(&running.link.source, &view.source), (&running.link.target, &view.target)];
        found.extend(ends.into_iter().filter_map(|(id, name)| Some((place(id)?, name.clone()))));
    }
    found.sort();
    found.dedup();
    found.into_iter().map(|(_, name)| name).collect()
}

fn ends(view: &LinkView) -> (String, String) {
    (view.source.clone(), view.target.clone())
}

fn draw(pairs: &BTreeMap<(String, String), Vec<LinkRow>>, ours: &[String]) -> Drawing {
    let columns = columns(pairs, ours);
    let tallest = columns.iter().map(Vec::len).max().unwrap_or_default();
    let height = TOP + STEP * number(tallest);
    let mut spots = Vec::new();
    for (names, x) in columns.iter().zip(COLUMNS) {
        // A short column stands in the middle of the long ones.
        let top = TOP + STEP * (number(tallest) - number(names.len())) / 2;
        for (index, name) in names.iter().enumerate() {
            let y = top + STEP * number(index);
            let size = LETTER.min(LETTERS_ROOM / number(name.chars().count().max(1)));
            spots.push(Spot {
                name: name.clone(),
                x,
                y,
                words_x: x + BOX_WIDTH / 2,
                words_y: y + BOX_HEIGHT / 2 + size * 3 / 8,
                size,
                ours: ours.contains(name),
            });
        }
    }
    let mut lines: Vec<Line> = pairs
        .iter()
        .filter_map(|((source, target), links)| {
            let find = |name: &str| spots.iter().find(|spot| spot.name == name);
            Some(line(find(source)?, find(target)?, links))
        })
        .collect();
    // What is worst is drawn last and lies above the others.
    lines.sort_by_key(|line| std::cmp::Reverse(rank(line.class)));
    let [give, own, take] = COLUMNS.map(|x| x + BOX_WIDTH / 2);
    Drawing {
        width: WIDTH,
        box_width: BOX_WIDTH,
        box_height: BOX_HEIGHT,
        height,
        heads: vec![(give, "主に受け取る相手"), (own, "台帳"), (take, "主に渡す相手")],
        spots,
        lines,
    }
}

/// The names of each column: who gives, ours, who takes. Who gives as much as it takes stands with those who take.
fn columns(pairs: &BTreeMap<(String, String), Vec<LinkRow>>, ours: &[String]) -> [Vec<String>; 3] {
    // Links given less links taken.
    let mut balance: BTreeMap<&str, i64> = BTreeMap::new();
    for ((source, target), links) in pairs {
        *balance.entry(source).or_default() += number(links.len());
        *balance.entry(target).or_default() -= number(links.len());
    }
    let mut columns: [Vec<String>; 3] = Default::default();
    let [give, own, take] = &mut columns;
    for (name, balance) in balance {
        let column = match (ours.iter().any(|one| one == name), 0 < balance) {
            (true, _) => &mut *own,
            (false, true) => &mut *give,
            (false, false) => &mut *take,
        };
        column.push(name.to_owned());
    }
    // Ours in the order of the menu.
    own.sort_by_key(|name| ours.iter().position(|one| one == name));
    columns
}

fn line(source: &Spot, target: &Spot, links: &[LinkRow]) -> Line {
    let class = links.iter().map(|link| link.class).min_by_key(|class| rank(class)).unwrap_or("good");
    let middle = |spot: &Spot| spot.y + BOX_HEIGHT / 2;
    let (from, to) = (middle(source), middle(target));
    let (path, label_x) = if source.x == target.x {
        // Between two of a column: a bow beside it, the wider the farther; down on its right, up on its left.
        let bow = 60 + (to - from).abs() / 4;
        let (edge, outward) = if from <= to { (source.x + BOX_WIDTH, bow) } else { (source.x, -bow) };
        let away = edge + outward;
        (format!("M{edge} {from}C{away} {from} {away} {to} {edge} {to}"), edge + outward * 3 / 4)
    } else {
        let (begin, end) = if source.x < target.x {
            (source.x + BOX_WIDTH, target.x)
        } else {
            (source.x, target.x + BOX_WIDTH)
        };
        let half = i64::midpoint(begin, end);
        (format!("M{begin} {from}C{half} {from} {half} {to} {end} {to}"), half)
    };
    Line {
        path,
        class,
        title: format!("{} → {}（{}本）", source.name, target.name, links.len()),
        count: links.len(),
        label_x,
        label_y: i64::midpoint(from, to) + 9,
    }
}

fn rank(class: &str) -> usize {
    CLASSES.iter().position(|(one, _)| *one == class).unwrap_or(CLASSES.len())
}

/// A count as a number to draw with; a drawing has no more boxes than a screen has dots.
fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / STEP / 4)
}
