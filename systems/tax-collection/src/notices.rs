//! Letters of 滞納整理 as the template `letter` takes them: in one place, so that whom a letter goes to is decided once.

use domain::{Date, TaxItem, Yen, wareki};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Context, DocumentRequest};

use crate::records::Instalment;
use crate::records::known::{Addressee, Mailing, TaxAgent};

/// The 税目 that stands for all.
const COMMON: &str = "00";

/// What a letter says besides who sends it.
pub(crate) struct Words<'a> {
    pub(crate) title: &'a str,
    pub(crate) date: Date,
    pub(crate) opening: Vec<String>,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) closing: Vec<String>,
}

/// To whom a letter goes (宛先), as the template takes it.
pub(crate) struct Recipient {
    postcode: String,
    address: String,
    name: String,
}

/// Whom a letter about a tax goes to on a day: an agent or representative of the heirs, of that tax or of all; else a mailing
/// address; else the register's, or where somebody moved to. None when there is no address to write to.
///
/// Source: 地方税法 20条 (書類の送達), 9条の2 (相続人の代表者), 300条・355条 (納税管理人).
pub(crate) fn recipient(
    view: &dyn View,
    addressee_no: &str,
    tax_item: &str,
    on: Date,
) -> Result<Option<Recipient>, Fault> {
    let Some(held) = view.load::<Addressee>(addressee_no)? else { return Ok(None) };
    let person = held.record;
    let title = if person.class == "3" { "御中" } else { "様" };
    let named = |name: &str| match name {
        "" => format!("{}　{title}", person.name),
        other if other == person.name => format!("{}　{title}", person.name),
        other => format!("{other}　様（{}　分）", person.name),
    };
    let to = |postcode: String, address: String, name: String| {
        (!address.is_empty()).then_some(Recipient { postcode, address, name })
    };
    for item in [tax_item, COMMON] {
        let agent = view.load::<TaxAgent>(&format!("{addressee_no}-{item}"))?;
        if let Some(agent) = agent.map(|held| held.record).filter(|agent| agent.holds(on)) {
            return Ok(to(agent.postcode, agent.address, named(&agent.name)));
        }
    }
    for item in [tax_item, COMMON] {
        let mailing = view.load::<Mailing>(&format!("{addressee_no}-{item}"))?;
        if let Some(mailing) = mailing.map(|held| held.record).filter(|mailing| mailing.holds(on)) {
            return Ok(to(mailing.postcode, mailing.address, named(&mailing.name)));
        }
    }
    let gone = !person.moved_out_to.is_empty() && !person.departed_on.is_empty();
    let name = named("");
    if gone {
        Ok(to(String::new(), person.moved_out_to, name))
    } else {
        Ok(to(person.postcode, person.address, name))
    }
}

/// A letter to somebody.
pub(crate) fn letter(to: &Recipient, words: Words<'_>, context: &Context<'_>) -> DocumentRequest {
    let postcode = match (to.postcode.get(..3), to.postcode.get(3..)) {
        (Some(first), Some(last)) if to.postcode.len() == 7 => format!("〒{first}-{last}"),
        _ => to.postcode.clone(),
    };
    let recipient = json!({ "postcode": postcode, "address": to.address, "name": to.name });
    written(recipient, words, context)
}

/// A letter to an office or a company (照会先、第三債務者、執行機関).
pub(crate) fn letter_to(name: &str, words: Words<'_>, context: &Context<'_>) -> DocumentRequest {
    written(json!({ "postcode": "", "address": "", "name": format!("{name}　御中") }), words, context)
}

/// A letter that bears a name and no address (公示送達書).
pub(crate) fn letter_named(name: &str, words: Words<'_>, context: &Context<'_>) -> DocumentRequest {
    written(json!({ "postcode": "", "address": "", "name": name }), words, context)
}

fn written(recipient: Value, words: Words<'_>, context: &Context<'_>) -> DocumentRequest {
    let text = |name: &str| context.municipality_text(name).to_owned();
    let fact = |(label, value): &(String, String)| json!({ "label": label, "value": { "text": value } });
    let data = json!({
        "title": words.title,
        "specimen": context.municipality.get("specimen").and_then(Value::as_bool).unwrap_or(false),
        "recipient": recipient,
        "date": wareki(words.date),
        "office": format!("{}{}", text("prefecture"), text("name")),
        "name": format!("{} {}", text("attester_title"), text("attester_name")),
        "seal_note": Some(text("seal_note")).filter(|note| !note.is_empty()),
        "opening": words.opening,
        "facts": words.facts.iter().map(fact).collect::<Vec<_>>(),
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

/// The name of a 税目.
pub(crate) fn tax_name(code: &str) -> String {
    TaxItem::parse(code).map_or_else(|_| format!("税目{code}"), |item| item.label().to_owned())
}

/// 令和8年度 軽自動車税（種別割） 1期 通知書番号 0000000017.
pub(crate) fn levy_name(held: &Instalment) -> String {
    let no: u8 = held.instalment.parse().unwrap_or_default();
    let instalment = if no == 0 { "全期".to_owned() } else { format!("{no}期") };
    format!(
        "{} {} {instalment} 通知書番号 {}",
        held.tax_year.label(),
        tax_name(&held.tax_item),
        held.notice_no
    )
}

/// A debt as a line of a letter: what, due when, how much of each part.
pub(crate) fn debt_line(held: &Instalment, charge: Yen) -> (String, String) {
    let parts = held.open_parts();
    let delinquency = Yen(parts.delinquency.0.saturating_add(charge.0));
    let mut words = format!("納期限 {}　税額 {}円", wareki(held.due_on), parts.tax);
    for (label, yen) in [("督促手数料", parts.fee), ("延滞金", delinquency), ("滞納処分費", parts.costs)]
    {
        if yen != Yen::ZERO {
            words.push_str(&format!("　{label} {yen}円"));
        }
    }
    (levy_name(held), words)
}
