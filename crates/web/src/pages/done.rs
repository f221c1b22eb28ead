//! What a function did: message, where to go on, documents to print. Shown after a redirect, so that a reload does
//! nothing twice.

use askama::Template;
use office::Ran;
use register::Position;
use serde_json::Value;
use system::{Finding, Function};

use super::{Shell, menu};
use crate::Printed;
use crate::node::{Node, nodes};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::Visit;
use crate::words::grouped;

/// A document of a result, printed.
pub(crate) struct Document {
    pub(crate) title: String,
    /// The number it is issued under (発行番号); empty when it has none.
    pub(crate) number: String,
    pub(crate) printed: Result<Printed, String>,
}

/// A result that was kept.
pub(crate) struct Done {
    function: String,
    title: String,
    system: String,
    message: String,
    findings: Vec<Finding>,
    opens: Option<String>,
    position: Option<Position>,
    answer: Value,
    /// Whom the answer is about.
    subjects: Vec<String>,
    documents: Vec<Document>,
}

/// Where staff go from a result.
pub(crate) struct Onward {
    pub(crate) href: String,
    pub(crate) label: String,
}

/// One document as the page shows it.
struct Sheet<'a> {
    title: &'a str,
    href: String,
    /// What the paper must agree with.
    facts: Vec<(&'static str, String)>,
    findings: &'a [String],
    failure: &'a str,
}

#[derive(Template)]
#[template(path = "done.html")]
struct Page<'a> {
    shell: Shell,
    message: &'a str,
    findings: &'a [Finding],
    position: String,
    onward: Vec<Onward>,
    sheets: Vec<Sheet<'a>>,
    answer: Vec<Node>,
}

/// Prints what is to be printed, keeps the result and goes to its page.
pub(crate) fn keep(visit: &Visit, function: &Function, ran: Ran) -> Result<Reply, Problem> {
    let documents = ran
        .documents
        .iter()
        .map(|request| Document {
            title: request.title.clone(),
            number: request.data.get("issue_number").and_then(Value::as_str).unwrap_or_default().to_owned(),
            printed: match &visit.house.desk.printer {
                Some(printer) => printer.print(request),
                None => {
                    Err("この端末の接続先には印刷の設定がありません。管理者に知らせてください。".to_owned())
                }
            },
        })
        .collect();
    let system = visit.office().function(function.id).map_or("", |(system, _)| system.title);
    let done = Done {
        function: function.id.to_owned(),
        title: function.title.to_owned(),
        system: system.to_owned(),
        message: ran.message,
        findings: ran.findings,
        opens: ran.opens,
        position: ran.position,
        subjects: ran.answer.as_ref().map(|answer| answer.subjects.clone()).unwrap_or_default(),
        answer: ran.answer.map(|answer| answer.data).unwrap_or_default(),
        documents,
    };
    let Some(session) = &visit.staff()?.session else {
        return Err(Problem::login_required("画面からの操作にはログインが必要です。"));
    };
    let id = visit.house.sessions.keep(&session.id, done)?;
    Ok(Reply::see_other(&format!("/done/{id}")))
}

/// What a clerk compares the paper with before it is handed out.
fn facts(document: &Document) -> Vec<(&'static str, String)> {
    let Ok(printed) = &document.printed else { return Vec::new() };
    let kilobytes = u64::try_from(printed.pdf.len().div_ceil(1024)).unwrap_or(u64::MAX);
    let characters = match printed.findings.len() {
        0 => "すべて台帳のとおり".to_owned(),
        count => format!("台帳のとおりに印字されない文字 {count}件"),
    };
    let mut facts = vec![
        ("発行番号", document.number.clone()),
        ("枚数", format!("{}枚", printed.pages)),
        ("文字", characters),
        ("ファイル", format!("PDF {}KB", grouped(kilobytes))),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn find(visit: &Visit) -> Result<std::sync::Arc<Done>, Problem> {
    let session = visit.staff()?.session.as_ref();
    session.and_then(|session| visit.house.sessions.result(&session.id, visit.param("id"))).ok_or_else(|| {
        Problem::not_found(
            "この処理結果は、もう表示できません。登録した内容は住民検索や一覧で確かめられます。",
        )
    })
}

/// A result.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let done = find(visit)?;
    let id = visit.param("id");
    let sheets = done
        .documents
        .iter()
        .enumerate()
        .map(|(index, document)| Sheet {
            title: &document.title,
            href: format!("/done/{id}/{index}"),
            facts: facts(document),
            findings: document
                .printed
                .as_ref()
                .map(|printed| printed.findings.as_slice())
                .unwrap_or_default(),
            failure: document.printed.as_ref().err().map(String::as_str).unwrap_or_default(),
        })
        .collect();
    let function = visit.office().function(&done.function);
    let labels = &visit.house.labels;
    let labels = labels
        .within(function.map_or("", |(system, _)| system.id), function.map(|(_, function)| &function.form));
    // A paper with a number of its own says all there is to say; a file of many does not say what was left out of it.
    let is_told = !done.documents.is_empty() && done.documents.iter().all(|one| !one.number.is_empty());
    let page = Page {
        shell: Shell::titled(visit, &done.title).above(&done.system),
        message: &done.message,
        findings: &done.findings,
        position: done.position.map(|position| position.to_string()).unwrap_or_default(),
        onward: onward(visit, &done),
        sheets,
        answer: if is_told { Vec::new() } else { nodes(&done.answer, &labels) },
    };
    Reply::page(&page)
}

/// What a result opens, by the system's own meaning of the key, and the same function once more.
fn onward(visit: &Visit, done: &Done) -> Vec<Onward> {
    let mut onward = Vec::new();
    if let Some(key) = &done.opens {
        let (href, label) = match done.function.as_str() {
            "resident-register/finalize" | "resident-register/issue-copy" => {
                (format!("/households/{key}"), "世帯を開く")
            }
            id if id.starts_with("resident-register/") => {
                (format!("/provisional/{key}"), "仮登録を開く（審査・本登録）")
            }
            id if id.starts_with("media-register/") => {
                (format!("/f/media-register/medium?medium_no={key}"), "媒体を照会する")
            }
            id if id.starts_with("light-vehicle-tax/") => {
                (format!("/f/light-vehicle-tax/inquiry?vehicle_no={key}"), "車両を照会する")
            }
            id if id.starts_with("tax-collection/") => {
                (format!("/f/tax-collection/inquiry?addressee_no={key}"), "収滞納情報を照会する")
            }
            id if id.starts_with("addressee/") => {
                (format!("/f/addressee/inquiry?addressee_no={key}"), "宛名を照会する")
            }
            _ => (format!("/residents/{key}"), "個人を開く"),
        };
        onward.push(Onward { href, label: label.to_owned() });
    }
    if let Some((_, function)) =
        visit.office().function(&done.function).filter(|(_, function)| function.in_menu)
    {
        let label = format!("続けて「{}」を入力", done.title);
        onward.push(Onward { href: menu::address(function.id), label });
    }
    onward.push(Onward { href: "/".to_owned(), label: "メニューへ".to_owned() });
    onward
}

/// A document of a result as PDF.
pub(crate) fn document(visit: &Visit) -> Result<Reply, Problem> {
    let done = find(visit)?;
    let no: usize = visit.param("no").parse().unwrap_or(usize::MAX);
    let document = done.documents.get(no).ok_or_else(|| Problem::not_found("この帳票はありません。"))?;
    match &document.printed {
        Ok(printed) => {
            let (function, subjects) = (&done.function, &done.subjects);
            let office = visit.office();
            office.audit_opened(&visit.caller()?, function, &document.title, &document.number, subjects)?;
            let name: String = form_urlencoded::byte_serialize(document.title.as_bytes()).collect();
            // The plain name is for programs that do not read the other.
            let plain: String = document.number.chars().filter(char::is_ascii_alphanumeric).collect();
            let disposition = format!(
                "inline; filename=\"{plain}.pdf\"; filename*=UTF-8''{}.pdf",
                name.replace('+', "%20")
            );
            Ok(Reply::pdf(printed.pdf.clone(), disposition))
        }
        Err(failure) => Err(Problem::printing(failure.clone())),
    }
}
