//! The linkage lists (連携一覧): every row with whether it runs and, if not, what it lacks.

use askama::Template;
use catalog::{LinkList, RowState, Standing, Summary};

use super::Shell;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};

/// Rows on one page.
const ROWS_PER_PAGE: usize = 100;

/// Japanese names of the lists, by file name.
const NAMES: &[(&str, &str)] = &[
    ("city", "市の連携一覧"),
    ("town_a", "町Aの連携一覧"),
    ("kotoura_links", "町の外部連携一覧"),
    ("unit_links", "標準ユニット別連携一覧"),
];

struct Tab {
    id: String,
    name: String,
    rows: usize,
    runs: usize,
    current: bool,
}

struct Row {
    no: String,
    source: String,
    target: String,
    via: String,
    data: String,
    method: String,
    timing: String,
    charset: String,
    standing: &'static str,
    class: &'static str,
    /// The links that serve it, first to last.
    links: Vec<String>,
    questions: Vec<String>,
    doubts: Vec<String>,
    note: String,
}

#[derive(Template)]
#[template(path = "lists.html")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    list: String,
    states: Vec<(&'static str, &'static str, bool)>,
    q: String,
    state: String,
    summary: Option<Summary>,
    rows: Vec<Row>,
    found: usize,
    page: usize,
    pages: usize,
    problems: Vec<String>,
}

impl Page {
    /// The address of another page of the same question.
    fn turned(&self, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("list", &self.list).append_pair("state", &self.state).append_pair("q", &self.q);
        format!("/links/lists?{}", query.append_pair("page", &page.to_string()).finish())
    }
}

const STATES: &[(&str, &str)] = &[
    ("", "すべて"),
    ("runs", "稼働"),
    ("otherwise", "別方式で稼働"),
    ("lacks", "未対応"),
    ("doubts", "要確認"),
];

/// One list.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let links = visit.office().links();
    let lists: Vec<(&LinkList, &[RowState])> = links.lists().collect();
    let asked = value_of(&visit.query, "list");
    let current = lists.iter().find(|(list, _)| list.id.0 == asked).or(lists.first()).copied();
    let id = current.map(|(list, _)| list.id.0.clone()).unwrap_or_default();
    let state = value_of(&visit.query, "state");
    let q = value_of(&visit.query, "q").trim();
    let tabs = lists
        .iter()
        .map(|(list, states)| Tab {
            name: NAMES
                .iter()
                .find(|(known, _)| *known == list.id.0)
                .map_or(list.id.0.clone(), |(_, name)| (*name).to_owned()),
            rows: list.rows.len(),
            runs: states.iter().filter(|state| !matches!(state.standing, Standing::Lacks(_))).count(),
            current: list.id.0 == id,
            id: list.id.0.clone(),
        })
        .collect();
    let words: Vec<&str> = q.split_whitespace().collect();
    let (mut rows, mut summary) = (Vec::new(), None);
    if let Some((list, row_states)) = current {
        summary = Some(Summary::of(list, row_states));
        for (row, row_state) in list.rows.iter().zip(row_states) {
            let fits = match state {
                "runs" => matches!(row_state.standing, Standing::Runs(_) | Standing::RunsThrough(_)),
                "otherwise" => matches!(row_state.standing, Standing::RunsOtherwise(_)),
                "lacks" => matches!(row_state.standing, Standing::Lacks(_)),
                "doubts" => !row_state.doubts.is_empty(),
                _ => true,
            };
            if fits && words.iter().all(|word| row.cells.iter().any(|cell| cell.contains(word))) {
                rows.push((row, row_state));
            }
        }
    }
    let found = rows.len();
    let pages = found.div_ceil(ROWS_PER_PAGE).max(1);
    let page = value_of(&visit.query, "page").parse().unwrap_or(1_usize).clamp(1, pages);
    let shown = rows.into_iter().skip((page - 1) * ROWS_PER_PAGE).take(ROWS_PER_PAGE);
    let file = format!("{id}.tsv");
    let page = Page {
        shell: Shell::here(visit).above("庁内データ連携"),
        tabs,
        states: STATES.iter().map(|&(code, label)| (code, label, code == state)).collect(),
        q: q.to_owned(),
        state: state.to_owned(),
        summary,
        rows: shown.map(|(row, row_state)| one(row, row_state)).collect(),
        found,
        page,
        pages,
        problems: links
            .problems()
            .iter()
            .filter(|problem| problem.file == file)
            .map(ToString::to_string)
            .collect(),
        list: id,
    };
    Reply::page(&page)
}

fn one(row: &catalog::LinkRow, state: &RowState) -> Row {
    let texts = |questions: &[catalog::Question]| questions.iter().map(|one| one.text.clone()).collect();
    let (standing, class, links, questions) = match &state.standing {
        Standing::Runs(link) => ("稼働", "good", vec![link.clone()], Vec::new()),
        Standing::RunsThrough(legs) => ("稼働", "good", legs.clone(), Vec::new()),
        Standing::RunsOtherwise(link) => ("別方式で稼働", "good", vec![link.clone()], Vec::new()),
        Standing::Lacks(questions) => ("未対応", "quiet", Vec::new(), texts(questions)),
    };
    let timing: Vec<_> = row.timing.iter().map(|word| word.word()).collect();
    Row {
        no: row.no.clone(),
        source: row.source.clone(),
        target: row.target.clone(),
        via: row.via.clone(),
        data: row.data.clone(),
        method: row.method.map_or("", catalog::MethodWord::word).to_owned(),
        timing: [timing.join("・"), row.extent.map_or("", catalog::Extent::word).to_owned()]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("・"),
        charset: row.charset.clone(),
        standing,
        class,
        links,
        questions,
        doubts: texts(&state.doubts),
        note: row.note.clone(),
    }
}
