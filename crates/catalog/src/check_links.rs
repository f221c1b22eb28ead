//! What a whole set of links gets wrong that no single one shows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::derive::compose::lane;
use crate::derive::volume::rows_per_run;
use crate::through::check_through;
use crate::{
    Delivery, Known, Link, LinkRow, Method, Problem, RowRef, STAND_IN, Starter, Timing, ViaSide, run_together,
};

/// Everything in a set of links that does not go together (連携どうしの検査); empty when all does.
///
/// `rows` are the rows of every list loaded. The problems name the file of the later link of those concerned.
#[must_use]
pub fn check_links(links: &[Link], rows: &[LinkRow], known: &Known) -> Vec<Problem> {
    let mut check = Check { links, problems: Vec::new() };
    check.file_names();
    check.before();
    check.same_register();
    check.same_flow();
    check.round_trips();
    check.succession();
    check.schedules();
    check.volumes(rows);
    check.platform(rows, known);
    check.chains(rows, known);
    check.problems
}

struct Check<'a> {
    links: &'a [Link],
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    fn say(&mut self, link: &Link, key: &str, what: String, remedy: &str) {
        let problem = Problem::new(&format!("{}.toml", link.id), what).key(key).remedy(remedy);
        self.problems.push(problem);
    }

    /// Two links that write one name read each other's receipts; a name that begins like another's is taken for it.
    fn file_names(&mut self) {
        let mut written: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for link in self.links {
            let Delivery::Outward { place, file_name, .. } = &link.delivery else { continue };
            match written.get(&(place.as_str(), file_name.as_str())) {
                None => {
                    written.insert((place, file_name), &link.id);
                }
                Some(first) => {
                    let what = format!(
                        "場所「{place}」に書くファイル名「{file_name}」が、連携「{first}」と同じです"
                    );
                    self.say(link, "delivery", what, "どちらかの名前を変えてください");
                }
            }
        }
        let mut awaited: Vec<(&str, &str, &str)> = Vec::new();
        for link in self.links {
            let Delivery::Inward { place, file_prefix, .. } = &link.delivery else { continue };
            let alike = |(of, other, _): &&(&str, &str, &str)| {
                of == place && (other.starts_with(file_prefix.as_str()) || file_prefix.starts_with(*other))
            };
            if let Some((_, other, id)) = awaited.iter().find(alike) {
                let what = format!(
                    "場所「{place}」で待つファイルの始まり「{file_prefix}」が、連携「{id}」の「{other}」と区別できません"
                );
                self.say(link, "delivery", what, "どちらかの始まりを変えてください");
            }
            let own = |(of, name): &&(&str, &str)| of == place && name.starts_with(file_prefix.as_str());
            if let Some((_, name)) = written.keys().find(own) {
                let what = format!(
                    "場所「{place}」で待つファイルの始まり「{file_prefix}」に、こちらが書く「{name}」も当たります"
                );
                self.say(link, "delivery", what, "どちらかの名前を変えてください");
            }
            awaited.push((place, file_prefix, &link.id));
        }
    }

    /// What a link waits for must exist, come back to no link, and come on the days the link runs.
    fn before(&mut self) {
        let by_id: BTreeMap<&str, &Link> = self.links.iter().map(|link| (link.id.as_str(), link)).collect();
        for link in self.links {
            for before in &link.after {
                match by_id.get(before.as_str()) {
                    None => {
                        let what = format!("先行する連携「{before}」がありません");
                        self.say(link, "after", what, "名前を確かめるか、消してください");
                    }
                    Some(before) => self.days(link, before),
                }
            }
        }
        let edges = |id: &str| -> Vec<&'a str> {
            by_id.get(id).map(|link| link.after.iter().map(String::as_str).collect()).unwrap_or_default()
        };
        let ids: Vec<&str> = self.links.iter().map(|link| link.id.as_str()).collect();
        for circle in circles(&ids, edges) {
            let Some(link) = circle.first().and_then(|id| by_id.get(id)) else { continue };
            let what = format!("先行する連携が輪になっています（{}）", circle.join(" → "));
            self.say(link, "after", what, "どれか一つを消してください。このままではどれも始まりません");
        }
    }

    fn days(&mut self, link: &Link, before: &Link) {
        let (runs, comes) = (days_per_year(link.timing), days_per_year(before.timing));
        let what = match (runs, comes) {
            (Some(_), None) => format!("先行する連携「{}」は、日を決めて動きません", before.id),
            (Some(runs), Some(comes)) if comes < runs => {
                format!("先行する連携「{}」の動かない日には始まりません", before.id)
            }
            _ => return,
        };
        self.say(link, "after", what, "時期を揃えるか、先行する連携から外してください");
    }

    /// Of two links with differences for one register of a receiver, one passes over what the other carried.
    fn same_register(&mut self) {
        let all: Vec<&Link> = self.links.iter().collect();
        for link in self.links.iter().filter(|link| !link.per.is_empty()) {
            let shares = |other: &&Link| {
                other.id != link.id
                    && other.target == link.target
                    && other.dataset == link.dataset
                    && matches!(other.delivery, Delivery::Outward { .. })
                    && other.place() == link.place()
            };
            if let Some(other) = self.links.iter().find(shares) {
                let what = format!(
                    "値ごとに分けて送る間に、連携「{}」が同じ場所へ同じ「{}」を送ります",
                    other.id, link.dataset
                );
                self.say(link, "per", what, "場所を分けるか、どちらか一つにしてください");
            }
        }
        let mut before: BTreeMap<_, Vec<&Link>> = BTreeMap::new();
        for link in self.links {
            let Some(register) = lane(link) else { continue };
            let place = register.2.clone();
            let others = before.entry(register).or_default();
            if let Some(other) = others.iter().find(|other| run_together(&all, other, link)) {
                let what = format!(
                    "連携「{}」と同じ場所「{place}」へ、同じ「{}」の差分を送ります",
                    other.id, link.dataset
                );
                let remedy = "受け側の台帳が別なら場所を分け、同じなら一つの連携にしてください";
                self.say(link, "delivery", what, remedy);
            }
            others.push(link);
        }
    }

    /// Who takes over from whom: from a link that is there, of the same way, once, and without a day on which neither runs.
    fn succession(&mut self) {
        let by_id: BTreeMap<&str, &Link> = self.links.iter().map(|link| (link.id.as_str(), link)).collect();
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        for link in self.links {
            let Some(id) = link.succeeds.as_deref() else { continue };
            let Some(before) = by_id.get(id) else {
                self.say(
                    link,
                    "succeeds",
                    format!("引き継ぐ連携「{id}」がありません"),
                    "名前を確かめてください",
                );
                continue;
            };
            if let Some(other) = taken.insert(id, &link.id) {
                let what = format!("連携「{id}」を、連携「{other}」も引き継ぎます");
                self.say(link, "succeeds", what, "引き継ぐのは一つだけにしてください");
            }
            if std::mem::discriminant(&link.delivery) != std::mem::discriminant(&before.delivery) {
                let what = format!("引き継ぐ連携「{id}」とは、送る向きが違います");
                self.say(link, "succeeds", what, "向きの同じ連携から引き継いでください");
            }
            if let (Some(until), Some(from)) = (before.term.until, link.term.from)
                && until.tomorrow().is_ok_and(|next| next < from)
            {
                let what = format!("連携「{id}」が{until}に終わってから{from}まで、どちらも動きません");
                self.say(link, "term", what, "引き継ぐ日を早めるか、前の連携の終わりを消してください");
            }
        }
        let ids: Vec<&str> = self.links.iter().map(|link| link.id.as_str()).collect();
        let edges = |id: &str| by_id.get(id).and_then(|link| link.succeeds.as_deref()).into_iter().collect();
        for circle in circles(&ids, edges) {
            let Some(link) = circle.first().and_then(|id| by_id.get(id)) else { continue };
            let what = format!("引き継ぐ連携が輪になっています（{}）", circle.join(" → "));
            self.say(link, "succeeds", what, "どれか一つを消してください。このままではどれも始まりません");
        }
    }

    /// The same rows to the same system by two methods.
    fn same_flow(&mut self) {
        let mut first: BTreeMap<_, &Link> = BTreeMap::new();
        let mut told: BTreeSet<(&str, Method)> = BTreeSet::new();
        let all: Vec<&Link> = self.links.iter().collect();
        // What is asked and what is sent are two flows.
        for link in self.links.iter().filter(|link| link.timing != Timing::OnRequest) {
            let flow = (&link.source, &link.dataset, &link.target, link.extent);
            match first.get(&flow) {
                None => {
                    first.insert(flow, link);
                }
                Some(before)
                    if before.method != link.method
                        && run_together(&all, before, link)
                        && told.insert((&before.id, link.method)) =>
                {
                    let what = format!(
                        "「{}」から「{}」への「{}」（{}）を、連携「{}」が別の方式で送っています",
                        link.source,
                        link.target,
                        link.dataset,
                        link.extent.word(),
                        before.id
                    );
                    self.say(link, "method", what, "どちらか一つにするか、両方要るか確かめてください");
                }
                Some(_) => {}
            }
        }
    }

    /// Rows that come back to where they came from go round for ever when nobody has to start them.
    fn round_trips(&mut self) {
        let mut edges: BTreeMap<&str, BTreeMap<&str, BTreeMap<&str, &Link>>> = BTreeMap::new();
        let by_itself = |link: &&Link| {
            link.started_by == Starter::Program && !matches!(link.timing, Timing::ByHand | Timing::OnRequest)
        };
        for link in self.links.iter().filter(by_itself) {
            let data = edges.entry(data_of(link)).or_default();
            data.entry(&link.source).or_default().entry(&link.target).or_insert(link);
        }
        for (data, flows) in edges {
            let sources: Vec<&str> = flows.keys().copied().collect();
            let targets = |source: &str| -> Vec<&str> {
                flows.get(source).map(|targets| targets.keys().copied().collect()).unwrap_or_default()
            };
            for circle in circles(&sources, targets) {
                let hop = |pair: &[&str]| match pair {
                    [from, to] => flows.get(from).and_then(|targets| targets.get(to)).copied(),
                    _ => None,
                };
                let hops: Vec<&Link> = circle.windows(2).filter_map(hop).collect();
                let Some(last) = hops.last() else { continue };
                let ids: Vec<&str> = hops.iter().map(|link| link.id.as_str()).collect();
                let what = format!(
                    "「{data}」が送り元に戻ってきます（{}、連携 {}）",
                    circle.join(" → "),
                    ids.join("、")
                );
                self.say(last, "target", what, "戻りのデータで同じ記録を書き換えないか確かめてください");
            }
        }
    }

    /// Schedules that do not run when their file seems to say.
    fn schedules(&mut self) {
        for link in self.links {
            if let Timing::Yearly { month: 2, day: 29, .. } = link.timing {
                let what = "2月29日は4年に一度しかありません".to_owned();
                self.say(link, "timing", what, "28日にしてください");
            }
            let at_once =
                matches!(link.timing, Timing::OnChange | Timing::EveryMinutes(_) | Timing::Within { .. });
            if link.started_by == Starter::Staff && at_once {
                let what = "職員が始める連携なのに、時期が即時・分ごとです".to_owned();
                self.say(link, "started_by", what, "始めるのがプログラムか職員かを確かめてください");
            }
        }
    }

    /// Chains that do not lead from the source of a row to its target.
    fn chains(&mut self, rows: &[LinkRow], known: &Known) {
        for link in self.links {
            for through in &link.through {
                self.problems.extend(check_through(link, through, self.links, rows, known));
            }
        }
    }

    /// More rows in one run than one delivery may carry.
    fn volumes(&mut self, rows: &[LinkRow]) {
        let row_of: BTreeMap<RowRef, &LinkRow> = rows.iter().map(|row| (row.reference(), row)).collect();
        // Questions come one by one, however many a day.
        for link in self.links.iter().filter(|link| link.timing != Timing::OnRequest) {
            let of_link = link.serves().filter_map(|row| row_of.get(row).copied());
            let Some(run) = rows_per_run(of_link, link.timing, link.extent) else { continue };
            let max = link.rows_per_delivery_max;
            if max < run {
                let deliveries = run.div_ceil(max.max(1));
                let what = format!(
                    "一覧の件数では1回に{run}件になり得ますが、上限は{max}件で、{deliveries}回に分かれます"
                );
                self.say(link, "rows_per_delivery_max", what, "上限か時期を見直してください");
            }
        }
    }

    /// A flow listed on both sides of the platform is one flow.
    fn platform(&mut self, rows: &[LinkRow], known: &Known) {
        let id = |name: &str| known.systems.resolve(name).map_or_else(|| name.to_owned(), |s| s.id.clone());
        let mut flows: BTreeMap<_, Vec<&LinkRow>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.via_side.is_some()) {
            let flow = (&row.list, id(&row.via), id(&row.source), id(&row.target), &row.data);
            flows.entry(flow).or_default().push(row);
        }
        for legs in flows.values() {
            let side = |side: ViaSide| legs.iter().find(|row| row.via_side == Some(side)).copied();
            let (Some(up), Some(down)) = (side(ViaSide::Target), side(ViaSide::Source)) else { continue };
            let names = |link: &&Link, row: &LinkRow| link.rows.contains(&row.reference());
            let on = self.links.iter().find(|link| names(link, down) && !names(link, up));
            let before = self.links.iter().find(|link| names(link, up) && !names(link, down));
            if let (Some(on), Some(before)) = (on, before) {
                let what = format!(
                    "「{}」までの区間（{}、連携「{}」）と、そこから先の区間（{}）が別の連携です",
                    down.via,
                    up.reference(),
                    before.id,
                    down.reference()
                );
                let remedy = "通して一つの連携にするか、区間ごとに送るかを決めてください";
                self.say(on, "rows", what, remedy);
            }
        }
    }
}

/// On how many days of a year a schedule runs; none for what follows no calendar.
fn days_per_year(timing: Timing) -> Option<u32> {
    match timing {
        Timing::Daily { business_days_only: false, .. } => Some(366),
        Timing::Daily { business_days_only: true, .. } => Some(250),
        Timing::Weekly { .. } => Some(52),
        Timing::Monthly { .. } | Timing::MonthlyWeekday { .. } => Some(12),
        Timing::Yearly { .. } => Some(1),
        Timing::OnChange
        | Timing::EveryMinutes(_)
        | Timing::Within { .. }
        | Timing::ByHand
        | Timing::OnRequest => None,
    }
}

/// What a dataset carries, whoever offers it: `resident` of `stand-in/health-management-resident`.
fn data_of(link: &Link) -> &str {
    let (system, data) = link.dataset.split_once('/').unwrap_or(("", &link.dataset));
    let of_source = || data.strip_prefix(link.source.as_str())?.strip_prefix('-');
    if system == STAND_IN { of_source().unwrap_or(data) } else { data }
}

/// Circles of a graph, each with its first name again at the end: for every node the shortest circle in which no name
/// stands before it, so that a circle is found once.
pub(crate) fn circles<'n>(nodes: &[&'n str], next: impl Fn(&str) -> Vec<&'n str>) -> Vec<Vec<&'n str>> {
    let mut found = Vec::new();
    for &start in nodes {
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut waiting = VecDeque::from([start]);
        while let Some(node) = waiting.pop_front() {
            let ahead = next(node);
            if ahead.contains(&start) {
                let mut circle = vec![start, node];
                let mut at = node;
                while let Some(before) = came_from.get(at) {
                    circle.push(before);
                    at = before;
                }
                circle.reverse();
                found.push(circle);
                break;
            }
            for ahead in ahead.into_iter().filter(|ahead| start < *ahead) {
                if !came_from.contains_key(ahead) {
                    came_from.insert(ahead, node);
                    waiting.push_back(ahead);
                }
            }
        }
    }
    found
}
