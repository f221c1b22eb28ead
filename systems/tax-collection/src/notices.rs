//! Letters of 滞納整理, on top of `letters`: to who owes, with the debts and their slips; and to offices and companies.

use domain::{Date, Yen, wareki};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Context, DocumentRequest};

use crate::letters::{self, Letter, Recipient, levy_name};
use crate::records::Instalment;
use crate::records::known::Addressee;

/// What a letter says besides who sends it.
#[derive(Default)]
pub(crate) struct Words<'a> {
    pub(crate) title: &'a str,
    pub(crate) date: Date,
    pub(crate) opening: Vec<String>,
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) debts: Vec<Debt>,
    pub(crate) closing: Vec<String>,
    pub(crate) slips: Vec<Value>,
}

/// A debt as a row of a letter.
#[derive(Clone)]
pub(crate) struct Debt([String; 7]);

const COLUMNS: [(&str, u32, bool); 7] = [
    ("年度・税目・期", 6, false),
    ("通知書番号", 3, false),
    ("納期限", 3, false),
    ("税額", 2, true),
    ("督促手数料", 2, true),
    ("延滞金", 2, true),
    ("計", 2, true),
];

/// A debt as a row, with the charge that is not fixed yet. Costs of disposition count in its sum.
pub(crate) fn debt(held: &Instalment, charge: Yen) -> Debt {
    let parts = held.open_parts();
    let delinquency = Yen(parts.delinquency.0.saturating_add(charge.0));
    let total = Yen(held.open_total().0.saturating_add(charge.0));
    Debt([
        levy_name(held),
        held.notice_no.clone(),
        wareki(held.due_on),
        parts.tax.to_string(),
        parts.fee.to_string(),
        delinquency.to_string(),
        total.to_string(),
    ])
}

/// Whom a letter about a tax goes to on a day; none when no address is known to write to.
pub(crate) fn recipient(
    view: &dyn View,
    addressee_no: &str,
    tax_item: &str,
    on: Date,
) -> Result<Option<Recipient>, Fault> {
    let found = letters::recipient(view, addressee_no, tax_item, on)?;
    Ok(found.filter(|to| to.withheld || !to.address.is_empty()))
}

/// A letter to who owes, or acts for them.
pub(crate) fn letter(to: &Recipient, words: Words<'_>, context: &Context<'_>) -> DocumentRequest {
    let shown = !words.debts.is_empty();
    let letter = Letter {
        title: words.title,
        opening: words.opening,
        facts: words.facts,
        columns: if shown { COLUMNS.to_vec() } else { Vec::new() },
        rows: words.debts.into_iter().map(|debt| debt.0.to_vec()).collect(),
        notes: words.closing,
        slips: words.slips,
        issue_number: String::new(),
    };
    let mut document = letters::letter(to, letter, context);
    if let Some(date) = document.data.get_mut("date") {
        *date = json!(wareki(words.date));
    }
    document
}

/// A letter to an office or a company (照会先、第三債務者、執行機関).
pub(crate) fn letter_to(name: &str, words: Words<'_>, context: &Context<'_>) -> DocumentRequest {
    plain(&format!("{name}　御中"), words, context)
}

/// A letter that bears a name and no address (公示送達書).
pub(crate) fn letter_named(name: &str, words: Words<'_>, context: &Context<'_>) -> DocumentRequest {
    plain(name, words, context)
}

fn plain(name: &str, words: Words<'_>, context: &Context<'_>) -> DocumentRequest {
    let text = |name: &str| context.municipality_text(name).to_owned();
    let fact = |label: &str, value: &str| json!({ "label": label, "value": { "text": value } });
    let mut facts: Vec<Value> = words.facts.iter().map(|(label, value)| fact(label, value)).collect();
    for Debt([name, notice_no, due_on, tax, fee, delinquency, total]) in &words.debts {
        let sums = format!("税額 {tax}円　督促手数料 {fee}円　延滞金 {delinquency}円　計 {total}円");
        facts.push(fact(name, &format!("通知書番号 {notice_no}　納期限 {due_on}　{sums}")));
    }
    let data = json!({
        "title": words.title,
        "specimen": context.municipality.get("specimen").and_then(Value::as_bool).unwrap_or(false),
        "recipient": { "postcode": "", "address": "", "name": name },
        "date": wareki(words.date),
        "office": format!("{}{}", text("prefecture"), text("name")),
        "name": format!("{} {}", text("attester_title"), text("attester_name")),
        "seal_note": Some(text("seal_note")).filter(|note| !note.is_empty()),
        "opening": words.opening,
        "facts": facts,
        "closing": words.closing,
        "reply": [],
        "contact": text("contact"),
        "issue_number": "",
        "overflow": [],
    });
    DocumentRequest { template: "letter".to_owned(), title: words.title.to_owned(), data }
}

/// The name of a person, or the number where the name is not known here.
pub(crate) fn name_of(view: &dyn View, addressee_no: &str) -> Result<String, Fault> {
    let held = view.load::<Addressee>(addressee_no)?;
    Ok(held.map_or_else(|| format!("宛名番号 {addressee_no}"), |held| held.record.name))
}
