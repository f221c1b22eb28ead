//! One link: what it does in words, its deliveries, and the buttons.

use askama::Template;
use linkage::Delivery;

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
    pub(crate) note: String,
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
}

/// One link.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
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
