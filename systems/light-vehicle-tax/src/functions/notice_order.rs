//! 当初納税通知書の並べ替え: bundles of notices in posting order, and 送付件数表.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::{Date, Yen, wareki};
use register::{Fault, Kind, Record, View, Write};
use serde_json::{Value, json};
use system::{
    Answer, Context, DocumentRequest, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section,
};

use super::correction::no_levy;
use crate::delivery::{self, Known};
use crate::desk::Desk;
use crate::notice::year_label;
use crate::print;
use crate::records::{
    ADDRESSEE, Addressee, BUNDLE, Bundle, LEVY, Levy, MAILING, Mailing, TAX_AGENT, TaxAgent,
};

/// Notices of a bundle: what one run prints.
pub const BUNDLE_MAX: usize = 200;

/// The most notices one answer lists as withheld.
const ROWS_MAX: usize = 1_000;

/// 当初納税通知書の発送準備.
pub(crate) fn function() -> Function {
    Function {
        id: "light-vehicle-tax/notice-order",
        title: "当初納税通知書の発送準備（並べ替え・送付件数表）",
        place: None,
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "発送準備",
            vec![Field::new("tax_year", "年度", FieldKind::Number(9_999)).required()],
        )]),
        in_menu: true,
        decide,
    }
}

/// A notice and what it is ordered by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Placed {
    postcode: String,
    address: String,
    kana: String,
    levy_key: String,
}

/// Bundles that were printed stay; what is new since is ordered behind them.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let tax_year: i16 = input.text("tax_year").parse().unwrap_or_default();
    let (kept, mut versions) = bundles_before(view, tax_year)?;
    let done: BTreeSet<&String> = kept.iter().flat_map(|bundle| &bundle.levy_keys).collect();
    let levies = levies(view, tax_year, &done)?;
    if levies.is_empty() && kept.is_empty() {
        no_levy(&mut desk, "tax_year", &format!("{tax_year}年度の、通知する"));
        return Ok(Outcome::refused(desk.findings));
    }
    let (mut placed, withheld) = place(view, context.today, &levies)?;
    placed.sort_unstable();
    let last = kept.iter().map(|bundle| bundle.bundle_no).max().unwrap_or(0);
    let bundles = bundled(tax_year, last, &placed, context.today);
    let today = context.today;
    for bundle in &bundles {
        let version = versions.remove(&bundle.key());
        desk.put(bundle, version, today)?;
    }
    for (key, version) in versions {
        desk.writes.push(Write::close(&BUNDLE, key, version));
    }
    let listing = sent_table(context, tax_year, &placed, &withheld);
    let message = format!(
        "{}の通知書{}通を{}束に並べました。住所を印字できない{}通は、別に送ってください。",
        year_label(tax_year),
        placed.len(),
        bundles.len(),
        withheld.len()
    );
    let rows: Vec<Value> = withheld
        .iter()
        .take(ROWS_MAX)
        .map(|(levy, why)| json!({ "levy_key": levy.key(), "addressee_no": levy.addressee_no, "why": why }))
        .collect();
    let subjects = withheld.iter().take(ROWS_MAX).map(|(levy, _)| levy.addressee_no.to_string()).collect();
    let data = json!({ "count": placed.len(), "bundles": bundles.len(), "printed_before": done.len(), "withheld": rows });
    let mut outcome = desk.outcome("当初納税通知書の発送準備", message)?;
    outcome.answer = Some(Answer { data, subjects });
    outcome.documents.push(listing);
    Ok(outcome)
}

/// The bundles of a year that were begun to print, and key and version of the others.
fn bundles_before(view: &dyn View, tax_year: i16) -> Result<(Vec<Bundle>, BTreeMap<String, u32>), Fault> {
    let (mut kept, mut replaced) = (Vec::new(), BTreeMap::new());
    view.scan(&BUNDLE, None, &mut |stored| {
        let held = stored.typed::<Bundle>()?;
        if held.record.tax_year == tax_year {
            if held.record.printed == 0 {
                replaced.insert(stored.key.clone(), held.version);
            } else {
                kept.push(held.record);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok((kept, replaced))
}

fn levies(view: &dyn View, tax_year: i16, done: &BTreeSet<&String>) -> Result<Vec<Levy>, Fault> {
    let mut levies = Vec::new();
    view.scan(&LEVY, None, &mut |stored| {
        let levy = stored.typed::<Levy>()?.record;
        let due = levy.tax_year == tax_year && !levy.is_cancelled() && levy.amount != Yen::ZERO;
        if due && !done.contains(&stored.key) {
            levies.push(levy);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(levies)
}

/// Reads a whole register of rows that belong to persons; far cheaper than asking for each of a town.
fn all<R: Record>(view: &dyn View, kind: &'static Kind) -> Result<BTreeMap<String, R>, Fault> {
    let mut found = BTreeMap::new();
    view.scan(kind, None, &mut |stored| {
        found.insert(stored.key.clone(), stored.typed::<R>()?.record);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Each notice with what it is ordered by, and those without an address to print.
#[expect(clippy::type_complexity, reason = "two lists of one reading")]
fn place<'a>(
    view: &dyn View,
    today: Date,
    levies: &'a [Levy],
) -> Result<(Vec<Placed>, Vec<(&'a Levy, &'static str)>), Fault> {
    let persons: BTreeMap<String, Addressee> = all(view, &ADDRESSEE)?;
    let mut mailings: BTreeMap<String, Mailing> = all(view, &MAILING)?;
    let mut agents: BTreeMap<String, TaxAgent> = all(view, &TAX_AGENT)?;
    mailings.retain(|_, one| one.holds_on(today));
    agents.retain(|_, one| one.holds_on(today));
    let (mut placed, mut withheld) = (Vec::with_capacity(levies.len()), Vec::new());
    for levy in levies {
        let Some(person) = persons.get(levy.addressee_no.as_str()) else {
            withheld.push((levy, "宛名がありません"));
            continue;
        };
        let keys = delivery::keys(levy.addressee_no);
        let known = Known {
            agents: keys.iter().filter_map(|key| agents.get(key).cloned()).collect(),
            mailings: keys.iter().filter_map(|key| mailings.get(key).cloned()).collect(),
            ..Known::default()
        };
        let to = delivery::effective(person, &known, today);
        if to.address.is_empty() {
            withheld.push((
                levy,
                if to.protected {
                    "支援措置により住所を控えています"
                } else {
                    "住所がありません"
                },
            ));
            continue;
        }
        placed.push(Placed {
            postcode: to.postcode,
            address: to.address,
            kana: person.name_kana.clone(),
            levy_key: levy.key(),
        });
    }
    Ok((placed, withheld))
}

fn bundled(tax_year: i16, last: u32, placed: &[Placed], today: Date) -> Vec<Bundle> {
    let bundle = |(bundle_no, part): (u32, &[Placed])| Bundle {
        tax_year,
        bundle_no,
        levy_keys: part.iter().map(|one| one.levy_key.clone()).collect(),
        first_postcode: part.first().map(|one| one.postcode.clone()).unwrap_or_default(),
        last_postcode: part.last().map(|one| one.postcode.clone()).unwrap_or_default(),
        ordered_on: today,
        printed: 0,
        printed_on: None,
    };
    (last.saturating_add(1)..).zip(placed.chunks(BUNDLE_MAX)).map(bundle).collect()
}

/// 送付件数表: how many go where, by the first three digits of the postcode.
fn sent_table(
    context: &Context<'_>,
    tax_year: i16,
    placed: &[Placed],
    withheld: &[(&Levy, &str)],
) -> DocumentRequest {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in placed {
        *counts.entry(one.postcode.get(..3).unwrap_or("なし")).or_default() += 1;
    }
    let mut rows: Vec<Vec<String>> =
        counts.iter().map(|(area, count)| vec![(*area).to_owned(), count.to_string()]).collect();
    rows.push(vec!["計".to_owned(), placed.len().to_string()]);
    let lines = [
        format!("{} 軽自動車税（種別割）", year_label(tax_year)),
        format!("作成日 {}", wareki(context.today)),
    ];
    let notes = [format!("住所を印字できず別に送るもの {}通", withheld.len())];
    let columns = [("郵便番号の上3桁", 2, false), ("通数", 1, true)];
    print::listing(context, "当初納税通知書 送付件数表", &lines, &columns, &rows, &notes)
}
