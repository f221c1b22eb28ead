//! EUC on screen: choose what, under which conditions; see, count, take as a file, keep for the next time.

use std::io::{BufWriter, Seek};

use askama::Template;
use axum::http::StatusCode;
use office::{
    Caller, Condition, EUC_PROTECTED, EUC_TITLE, EucAsk, FileForm, Offered, Preview, RunError, Test,
    Unmappable,
};
use register::Fault;
use system::Finding;

use super::Shell;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Pairs, Visit, value_of, values_of};
use crate::words::{grouped, moment};

/// Lines of conditions a form has.
const LINES: usize = 6;

/// One extract of the list.
struct Choice {
    system: &'static str,
    title: &'static str,
    href: String,
    items: usize,
}

/// One saved condition.
struct Kept {
    id: String,
    name: String,
    dataset: String,
    href: String,
    who: String,
    own: bool,
}

/// One file that was taken.
struct Taken {
    at: String,
    dataset: String,
    rows: String,
    form: &'static str,
    replaced: u64,
    purpose: String,
    sha256: String,
}

#[derive(Template)]
#[template(path = "euc_list.html")]
struct ListPage {
    shell: Shell,
    choices: Vec<Choice>,
    kept: Vec<Kept>,
    taken: Vec<Taken>,
    findings: Vec<Finding>,
}

/// What may be taken, what was kept, and what was taken.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    Reply::page(&list_page(visit, Vec::new())?)
}

fn list_page(visit: &Visit, findings: Vec<Finding>) -> Result<ListPage, Problem> {
    let (office, caller) = (visit.office(), visit.caller()?);
    let offered = office.extracts_of(&caller);
    let title = |dataset: &str| {
        let found = offered.iter().find(|offered| offered.dataset.id == dataset);
        found.map_or_else(|| dataset.to_owned(), |offered| offered.dataset.title.to_owned())
    };
    let kept = office.euc_queries(&caller)?;
    Ok(ListPage {
        shell: Shell::here(visit),
        choices: offered
            .iter()
            .map(|offered| Choice {
                system: offered.system.title,
                title: offered.dataset.title,
                href: format!("/euc/{}", offered.dataset.id),
                items: offered.dataset.items.len(),
            })
            .collect(),
        kept: kept
            .into_iter()
            .map(|query| Kept {
                name: query.name,
                dataset: title(&query.ask.dataset),
                href: format!("/euc/{}?{}", query.ask.dataset, written(&query.ask)),
                own: query.user == caller.user,
                who: match (query.user == caller.user, query.shared) {
                    (true, true) => "自分（共有中）".to_owned(),
                    (true, false) => "自分".to_owned(),
                    (false, _) => query.user,
                },
                id: query.id,
            })
            .collect(),
        taken: office
            .euc_runs(&caller)?
            .into_iter()
            .map(|run| Taken {
                at: moment(run.at),
                dataset: title(&run.ask.dataset),
                rows: grouped(run.rows),
                form: FileForm::of_code(&run.form).map_or("", FileForm::label),
                replaced: run.replaced,
                purpose: run.purpose,
                sha256: run.sha256,
            })
            .collect(),
        findings,
    })
}

/// One item of the form.
struct ItemView {
    name: &'static str,
    title: &'static str,
    chosen: bool,
    withheld: bool,
}

/// One line of conditions.
struct Line {
    no: usize,
    item: String,
    test: &'static str,
    value: String,
}

#[derive(Template)]
#[template(path = "euc.html")]
struct Page {
    caller: Caller,
    shell: Shell,
    action: String,
    items: Vec<ItemView>,
    tests: Vec<(&'static str, &'static str)>,
    lines: Vec<Line>,
    some_withheld: bool,
    findings: Vec<Finding>,
    preview: Option<Preview>,
    count: String,
    withheld: String,
    forms: Vec<(&'static str, &'static str, bool)>,
    replace: bool,
    purpose: String,
    name: String,
    shared: bool,
    note: &'static str,
}

/// The form; of saved conditions with the first rows and their number.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let asks = !value_of(&visit.query, "look").is_empty();
    answer(visit, &visit.query, asks.then_some(look))
}

/// What the form sends: look, make a file, or keep the conditions.
pub(crate) fn act(visit: &Visit) -> Result<Reply, Problem> {
    let done = match value_of(&visit.form, "do") {
        "file" => take,
        "keep" => keep,
        _ => look,
    };
    answer(visit, &visit.form, Some(done))
}

/// What is done with a question that reads.
type Act = fn(&Visit, &EucAsk, &mut Page) -> Result<Option<Reply>, RunError>;

fn answer(visit: &Visit, pairs: &Pairs, act: Option<Act>) -> Result<Reply, Problem> {
    let offered = visit.office().extract_of(&visit.caller()?, &dataset(visit))?;
    let mut page = page(visit, &offered, pairs)?;
    let Some(act) = act else { return Reply::page(&page) };
    match ask(&offered, pairs).map_err(RunError::Refused).and_then(|ask| act(visit, &ask, &mut page)) {
        Ok(Some(reply)) => Ok(reply),
        Ok(None) => Reply::page(&page),
        Err(RunError::Refused(findings)) => {
            page.findings = findings;
            Reply::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

fn look(visit: &Visit, ask: &EucAsk, page: &mut Page) -> Result<Option<Reply>, RunError> {
    let preview = visit.office().euc_preview(&page.caller, ask)?;
    page.count = grouped(preview.count);
    page.withheld = if preview.withheld == 0 { String::new() } else { grouped(preview.withheld) };
    page.preview = Some(preview);
    Ok(None)
}

/// The file is on the disk, not in the memory: a list of all residents is large.
fn take(visit: &Visit, ask: &EucAsk, page: &mut Page) -> Result<Option<Reply>, RunError> {
    let fault = |error: std::io::Error| Fault::new("a file of an extraction", error);
    let form = FileForm::of_code(value_of(&visit.form, "form")).unwrap_or_default();
    let unmappable = if page.replace { Unmappable::Replace } else { Unmappable::Stop };
    let mut file = tempfile::tempfile().map_err(fault)?;
    let mut writer = BufWriter::new(&mut file);
    let taken = visit.office().euc_file(&page.caller, ask, form, unmappable, &page.purpose, &mut writer)?;
    drop(writer);
    file.rewind().map_err(fault)?;
    Ok(Some(Reply::download(file, taken.bytes, &taken.name)))
}

fn keep(visit: &Visit, ask: &EucAsk, page: &mut Page) -> Result<Option<Reply>, RunError> {
    visit.office().save_euc_query(&page.caller, ask, &page.name, page.shared)?;
    page.note = "条件を保存しました。データ抽出の一覧から、いつでも開けます。";
    Ok(None)
}

/// Takes a saved condition out of the list.
pub(crate) fn forget(visit: &Visit) -> Result<Reply, Problem> {
    match visit.office().drop_euc_query(&visit.caller()?, value_of(&visit.form, "id")) {
        Ok(()) => Ok(Reply::see_other("/euc")),
        Err(RunError::Refused(findings)) => {
            Reply::page_with(StatusCode::UNPROCESSABLE_ENTITY, &list_page(visit, findings)?)
        }
        Err(other) => Err(other.into()),
    }
}

fn dataset(visit: &Visit) -> String {
    format!("{}/{}", visit.param("system"), visit.param("dataset"))
}

fn page(visit: &Visit, offered: &Offered<'_>, pairs: &Pairs) -> Result<Page, Problem> {
    let chosen = values_of(pairs, "item");
    let caller = visit.caller()?;
    let sees_all = caller.rights.allow(EUC_PROTECTED);
    let form = FileForm::of_code(value_of(pairs, "form")).unwrap_or_default();
    Ok(Page {
        caller,
        some_withheld: !sees_all && !offered.extract.withheld.is_empty(),
        shell: Shell::titled(visit, offered.dataset.title).above(EUC_TITLE),
        action: format!("/euc/{}", offered.dataset.id),
        items: offered
            .dataset
            .items
            .iter()
            .map(|item| ItemView {
                name: item.name,
                title: item.title,
                chosen: chosen.is_empty() || chosen.iter().any(|name| name == item.name),
                withheld: !sees_all && offered.extract.withheld.contains(&item.name),
            })
            .collect(),
        tests: Test::ALL.iter().map(|test| (test.code(), test.label())).collect(),
        lines: (1..=LINES)
            .map(|no| Line {
                no,
                item: value_of(pairs, &format!("c{no}_item")).to_owned(),
                test: Test::of_code(value_of(pairs, &format!("c{no}_test"))).unwrap_or_default().code(),
                value: value_of(pairs, &format!("c{no}_value")).to_owned(),
            })
            .collect(),
        findings: Vec::new(),
        preview: None,
        count: String::new(),
        withheld: String::new(),
        forms: FileForm::ALL.iter().map(|one| (one.code(), one.label(), *one == form)).collect(),
        replace: !value_of(pairs, "replace").is_empty(),
        purpose: value_of(pairs, "purpose").to_owned(),
        name: value_of(pairs, "name").to_owned(),
        shared: !value_of(pairs, "shared").is_empty(),
        note: "",
    })
}

/// What the form asks. A line without an item is no condition; one with a value and no item is a mistake.
fn ask(offered: &Offered<'_>, pairs: &Pairs) -> Result<EucAsk, Vec<Finding>> {
    let mut ask = EucAsk {
        dataset: offered.dataset.id.to_owned(),
        items: values_of(pairs, "item"),
        ..EucAsk::default()
    };
    let mut findings = Vec::new();
    for no in 1..=LINES {
        let item = value_of(pairs, &format!("c{no}_item"));
        let value = value_of(pairs, &format!("c{no}_value"));
        let test = Test::of_code(value_of(pairs, &format!("c{no}_test"))).unwrap_or_default();
        match (item, value.trim()) {
            ("", "") => {}
            ("", value) => findings.push(Finding::error(
                "EUC01",
                "condition",
                "条件",
                format!("条件{no}に値「{value}」がありますが、項目がありません。"),
                "項目を選ぶか、値を消してください。",
            )),
            (item, value) => {
                ask.conditions.push(Condition { item: item.to_owned(), test, value: value.to_owned() })
            }
        }
    }
    if findings.is_empty() { Ok(ask) } else { Err(findings) }
}

/// The question as the form would send it.
fn written(ask: &EucAsk) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for item in &ask.items {
        query.append_pair("item", item);
    }
    for (index, condition) in ask.conditions.iter().enumerate() {
        let no = index + 1;
        query
            .append_pair(&format!("c{no}_item"), &condition.item)
            .append_pair(&format!("c{no}_test"), condition.test.code())
            .append_pair(&format!("c{no}_value"), &condition.value);
    }
    query.append_pair("look", "1").finish()
}
