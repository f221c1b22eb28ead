//! One delivery with its evidence, and the deliveries that carried one person.

use std::collections::BTreeSet;

use askama::Template;
use domain::AddresseeNo;
use serde_json::json;
use system::RefusedRow;

use super::characters::Report;
use super::link::{DeliveryRow, unknown};
use super::{Shell, json};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};
use crate::words::{grouped, moment};

/// Refused rows that a page shows.
const REFUSED_MAX: usize = 500;

#[derive(Template)]
#[template(path = "delivery.html")]
struct Page {
    shell: Shell,
    link: String,
    row: DeliveryRow,
    steps: Vec<(&'static str, String)>,
    facts: Vec<(&'static str, String)>,
    receipt: Vec<(&'static str, String)>,
    agrees: Option<bool>,
    refused: Vec<RefusedRow>,
    refused_more: usize,
    report: Option<Report>,
    /// Whether its kept bytes can be put in their place once more.
    resends: bool,
    /// Number and state of each medium it is on.
    media: Vec<(String, &'static str)>,
}

/// One delivery.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let (id, no) = (visit.param("id"), visit.param("no"));
    let link = visit.office().link_view(id)?.ok_or_else(|| unknown(id))?;
    let no: u64 = no.parse().map_err(|_| Problem::not_found("配信の番号は数字です。"))?;
    let view = visit
        .office()
        .delivery(id, no)?
        .ok_or_else(|| Problem::not_found(format!("連携「{}」に{no}番の配信はありません。", link.title)))?;
    let delivery = view.delivery;
    // What did not convert is shown with whose it was.
    let mut about: BTreeSet<String> =
        delivery.refused.iter().map(|refused| refused.subject.clone()).collect();
    about.extend(delivery.asked.iter().cloned());
    let report = Report::of(visit, &delivery.characters, value_of(&visit.query, "done"))?;
    about.extend(report.iter().flat_map(Report::subjects));
    let title = format!("配信の内容（{id} {no}番）");
    visit.office().audit_done(&visit.caller()?, "office/links", &title, about.into_iter().collect())?;
    let row = DeliveryRow::of(&delivery, &link.title);
    let mut facts = vec![("記録位置", row.range.clone()), ("件数", format!("{}件", row.rows))];
    if !row.file.is_empty() {
        facts.push(("ファイル名", row.file.clone()));
        facts.push(("大きさ", format!("{}バイト", grouped(delivery.bytes))));
        facts.push(("SHA-256", delivery.sha256.clone()));
        if let Some(packed) = &delivery.packed {
            facts.push(("梱包", packed.packing.label()));
            facts.push(("中身の大きさ", format!("{}バイト", grouped(packed.bytes))));
            facts.push(("中身のSHA-256", packed.sha256.clone()));
        }
        facts.push(("レイアウト", delivery.layout.clone()));
        facts.push(("文字の変換表", delivery.table_version.clone()));
    }
    if delivery.resent {
        facts.push(("再送", "前に送った人を含む、いまの内容での再送です".to_owned()));
    }
    let put_again = |at| ("再送", format!("送ったときのまま、{}に置き直しました", moment(at)));
    facts.extend(delivery.sent_again_at.map(put_again));
    facts
        .extend(delivery.pruned_at.map(|at| ("控え", format!("保存期間が過ぎ、{}に消しました", moment(at)))));
    if !delivery.asked.is_empty() {
        facts.push(("照会の対象", delivery.asked.join("、")));
    }
    facts.retain(|(_, value)| !value.is_empty());
    let media = view.media.iter().map(|medium| (medium.medium_no.clone(), medium.state.label())).collect();
    let mut receipt = Vec::new();
    if let Some(own) = &delivery.receipt {
        receipt.push(("受領を読んだ時刻", moment(own.read_at)));
        receipt.push(("受信側の件数", format!("{}件", grouped(own.rows))));
        receipt.push(("受信側のSHA-256", own.sha256.clone()));
        receipt.push(("拒否の理由", own.reason.clone()));
        receipt.retain(|(_, value)| !value.is_empty());
    }
    let page = Page {
        shell: Shell::titled(visit, &format!("配信 {no}番")).above(&link.title),
        link: id.to_owned(),
        steps: view.steps.iter().map(|(phase, at)| (phase.label(), moment(*at))).collect(),
        facts,
        agrees: delivery
            .receipt
            .as_ref()
            .map(|own| own.rows == delivery.rows && own.sha256 == delivery.sha256),
        receipt,
        media,
        refused_more: delivery.refused.len().saturating_sub(REFUSED_MAX),
        refused: delivery.refused.into_iter().take(REFUSED_MAX).collect(),
        report,
        resends: delivery.phase == linkage::Phase::Applied
            && delivery.pruned_at.is_none()
            && delivery.file_name.is_some()
            && delivery.sent_at.is_some(),
        row,
    };
    Reply::page(&page)
}

#[derive(Template)]
#[template(path = "trace.html")]
struct Trace {
    shell: Shell,
    no: String,
    name: String,
    lines: Vec<(DeliveryRow, String)>,
}

/// The deliveries that carried one person.
pub(crate) fn of_person(visit: &Visit) -> Result<Reply, Problem> {
    let no = visit.param("no");
    // The log names people only.
    AddresseeNo::parse(no).map_err(|error| Problem::not_found(error.to_string()))?;
    visit.office().audit_done(&visit.caller()?, "office/links", "個人の配信記録", vec![no.to_owned()])?;
    let mut lines: Vec<_> = visit.office().trace(no)?;
    lines.sort_by_key(|line| std::cmp::Reverse(line.delivery.prepared_at));
    let lines = lines
        .into_iter()
        .map(|line| (DeliveryRow::of(&line.delivery, &line.title), line.refused.unwrap_or_default()))
        .collect();
    // The name helps whoever may see it; an operator without that right works by number.
    let name = match visit.may("resident-register/person") {
        true => {
            let data = visit.ask("resident-register/person", &json!({ "addressee_no": no }))?;
            json::text(&data, "name")
        }
        false => String::new(),
    };
    Reply::page(&Trace { shell: Shell::here(visit), no: no.to_owned(), name, lines })
}
