//! What is left of a simulation: for every row of the lists a line of evidence, and everything that contradicts itself.

use std::collections::BTreeMap;
use std::iter;
use std::ops::ControlFlow;

use catalog::{Delivery as How, Derived, LinkRow, RowRef};
use linkage::{DELIVERY, Delivery, LinkState, Phase, local};
use office::{Office, Ready};
use register::{AsOf, View, ViewExt};

use super::actors::Counterparts;

/// What one link did.
#[derive(Clone, Debug, Default)]
struct Done {
    deliveries: u64,
    open: u64,
    rows: u64,
    refused: u64,
    last: Option<Delivery>,
}

impl Done {
    /// Whether anything arrived; a delivery all of whose rows were refused shows nothing.
    fn arrived(&self) -> bool {
        self.open < self.deliveries && (self.refused == 0 || self.refused < self.rows)
    }
}

/// Lines of evidence, and what is wrong.
pub(super) struct Evidence {
    /// Tab-separated, with a line of headings.
    pub(super) lines: Vec<String>,
    /// Rows that left none.
    pub(super) without: u64,
    /// Rows in all.
    pub(super) rows: u64,
    /// What contradicts itself.
    pub(super) contradictions: Vec<String>,
}

const HEADINGS: &str = "行\t送り元\t受け側\tデータ\t連携\t区間\t方式\t時期\t全件・差分\t配信回数\t件数\t保留行\t最後の配信\t件数（最後）\t受領\tSHA-256";

/// Gathers the evidence of every row.
pub(super) fn gather(
    office: &Office,
    rows: &[LinkRow],
    derived: &Derived,
    counterparts: &Counterparts,
) -> anyhow::Result<Evidence> {
    let view = office.journal().view(AsOf::default())?;
    let mut done: BTreeMap<String, Done> = BTreeMap::new();
    view.scan(&DELIVERY, None, &mut |stored| {
        let delivery = stored.typed::<Delivery>()?.record;
        let own = done.entry(delivery.link.clone()).or_default();
        own.deliveries += 1;
        own.rows += delivery.rows;
        own.refused += u64::try_from(delivery.refused.len()).unwrap_or(u64::MAX);
        own.open += u64::from(delivery.phase != Phase::Applied);
        own.last = Some(delivery);
        Ok(ControlFlow::Continue(()))
    })?;
    // Each with its place in the chain where the row is served by several one behind the other.
    let mut links_of: BTreeMap<&RowRef, Vec<(&str, String)>> = BTreeMap::new();
    for running in office.links().all() {
        for row in &running.link.rows {
            links_of.entry(row).or_default().push((&running.link.id, String::new()));
        }
        for through in &running.link.through {
            let legs: Vec<&String> = through.legs.iter().chain(iter::once(&running.link.id)).collect();
            for row in &through.rows {
                let of_row = links_of.entry(row).or_default();
                let numbered = legs.iter().zip(1..);
                of_row.extend(numbered.map(|(leg, no)| (leg.as_str(), format!("{no}/{}", legs.len()))));
            }
        }
    }
    let mut lines = vec![HEADINGS.to_owned()];
    let mut without = 0;
    for row in rows {
        let reference = row.reference();
        let links = links_of.get(&reference).cloned().unwrap_or_default();
        let start = format!("{reference}\t{}\t{}\t{}", row.source, row.target, row.data);
        if links.is_empty() {
            let why = derived.left.iter().find(|(left, _)| *left == reference);
            let why = why.map_or_else(String::new, |(_, question)| question.to_string());
            lines.push(format!("{start}\t（なし）\t\t{why}"));
            without += 1;
        }
        let mut left_evidence = true;
        for (id, leg) in links {
            let Some(line) = line(office, id, &leg, done.get(id)) else { continue };
            left_evidence &= done.get(id).is_some_and(Done::arrived);
            lines.push(format!("{start}\t{line}"));
        }
        without += u64::from(!left_evidence);
    }
    let contradictions = contradictions(office, &*view, &done, counterparts)?;
    let rows = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    Ok(Evidence { lines, without, rows, contradictions })
}

fn line(office: &Office, id: &str, leg: &str, done: Option<&Done>) -> Option<String> {
    let link = &office.links().get(id)?.link;
    let view = office.link_view(id).ok().flatten()?;
    let start = format!("{id}\t{leg}\t{}\t{}\t{}", view.method, view.timing, link.extent.word());
    let Some(Done { deliveries, rows, refused, last: Some(last), .. }) = done else {
        return Some(format!("{start}\t0\t0\t0\t\t\t{}\t", view.why));
    };
    let at = last.receipt.as_ref().map_or(last.prepared_at, |receipt| receipt.read_at);
    let receipt = match (&link.delivery, last.phase) {
        (How::InProcess { .. }, Phase::Applied) => "一取引で反映".to_owned(),
        (How::Inquiry { .. }, Phase::Applied) => format!("{}件の照会に{}件回答", last.asked.len(), last.rows),
        (_, Phase::Applied) => format!("受領{}件", last.receipt.as_ref().map_or(last.rows, |own| own.rows)),
        (_, phase) => format!("{} {}", phase.label(), view.why),
    };
    let sha256 = last.sha256.get(..16).unwrap_or(&last.sha256);
    Some(format!(
        "{start}\t{deliveries}\t{rows}\t{refused}\t{}番 {}\t{}\t{receipt}\t{sha256}",
        last.no,
        local(at).date(),
        last.rows
    ))
}

/// Everything that should agree and does not; empty when all is well.
fn contradictions(
    office: &Office,
    view: &dyn View,
    done: &BTreeMap<String, Done>,
    counterparts: &Counterparts,
) -> anyhow::Result<Vec<String>> {
    let mut found = office.check_evidence()?;
    for broken in office.links().broken() {
        found.push(format!("{}: {}", broken.file, broken.what));
    }
    for running in office.links().all() {
        let id = &running.link.id;
        let ready = match &running.ready {
            Ok(ready) => ready,
            Err(why) => {
                found.push(format!("{id}: {why}"));
                continue;
            }
        };
        let Some(state) = view.load::<LinkState>(id)? else {
            found.push(format!("{id}: 一度も動いていません"));
            continue;
        };
        let state = state.record;
        let own = done.get(id).cloned().unwrap_or_default();
        if own.deliveries + 1 != state.next_no || own.open > 0 {
            found.push(format!(
                "{id}: 配信が{}件（うち未了{}件）ですが、次の番号は{}です",
                own.deliveries, own.open, state.next_no
            ));
        }
        if let Some(trouble) = &state.trouble {
            found.push(format!("{id}: {}", trouble.what));
        }
        if let Some(hold) = &state.hold {
            found.push(format!("{id}: 保留 {}", hold.reason));
        }
        let place = running.link.place().unwrap_or_default();
        if let (Ready::Outward { .. }, Some(receiver)) = (ready, counterparts.receivers.get(place))
            && receiver.last(id) + 1 != state.next_no
        {
            found.push(format!("{id}: 受け側は{}番まで受け取っています", receiver.last(id)));
        }
        if let Some(what) = office.not_taken(view, id)? {
            found.push(format!("{id}: {what}"));
        }
    }
    for check in office.systems().iter().flat_map(|system| &system.checks) {
        for inconsistency in (check.run)(view)? {
            found.push(format!("{}: {} {}", check.title, inconsistency.record, inconsistency.what));
        }
    }
    found.extend(office.journal().verify()?.problems);
    Ok(found)
}
