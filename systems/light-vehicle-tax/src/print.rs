//! What is printed: who issues it, to whom, and the record that it was.

use domain::wareki;
use register::Fault;
use serde_json::{Value, json};
use system::{Context, DocumentRequest};

use crate::desk::{Desk, serial};
use crate::records::{Addressee, Delivery, Issuance};

/// Prefecture, municipality and office of who issues.
pub(crate) fn office(context: &Context<'_>) -> String {
    format!("{}{}", context.municipality_text("prefecture"), context.municipality_text("attester_title"))
}

/// Prefecture and municipality, as a notice and its slips name them.
pub(crate) fn municipality(context: &Context<'_>) -> String {
    format!("{}{}", context.municipality_text("prefecture"), context.municipality_text("name"))
}

/// Office and name of the mayor, as a notice names them.
pub(crate) fn mayor(context: &Context<'_>) -> String {
    format!("{}　{}", context.municipality_text("attester_title"), context.municipality_text("attester_name"))
}

/// Words in place of the seal; null leaves a space for it.
pub(crate) fn seal_note(context: &Context<'_>) -> Value {
    match context.municipality_text("seal_note") {
        "" => Value::Null,
        note => json!(note),
    }
}

/// Whether everything printed is a specimen.
pub(crate) fn is_specimen(context: &Context<'_>) -> bool {
    context.municipality.get("specimen").and_then(Value::as_bool).unwrap_or_default()
}

/// 〒689-2301.
pub(crate) fn postcode_label(postcode: &str) -> String {
    match (postcode.get(..3), postcode.get(3..)) {
        (Some(first), Some(rest)) if rest.len() == 4 => format!("〒{first}-{rest}"),
        _ if postcode.is_empty() => String::new(),
        _ => format!("〒{postcode}"),
    }
}

/// To whom a letter goes, as it shows in the window of an envelope.
pub(crate) fn recipient(person: &Addressee, delivery: &Delivery) -> Value {
    // An agent's letter names the taxpayer on the notice itself.
    let name = if delivery.name == person.name {
        format!("{}　{}", person.name, person.honorific())
    } else {
        format!("{}　様", delivery.name)
    };
    json!({ "postcode": postcode_label(&delivery.postcode), "address": delivery.address, "name": name })
}

/// A fact of a letter.
pub(crate) fn fact(label: &str, words: impl Into<String>) -> Value {
    json!({ "label": label, "value": { "text": words.into() } })
}

/// A letter.
pub(crate) fn letter(
    context: &Context<'_>,
    title: &str,
    recipient: &Value,
    opening: &[&str],
    facts: Vec<Value>,
    closing: &[&str],
) -> Value {
    json!({
        "title": title,
        "specimen": is_specimen(context),
        "recipient": recipient,
        "date": wareki(context.today),
        "office": office(context),
        "name": context.municipality_text("attester_name"),
        "seal_note": seal_note(context),
        "opening": opening,
        "facts": facts,
        "closing": closing,
        "reply": [],
        "contact": context.municipality_text("contact"),
        "issue_number": "",
        "overflow": [],
    })
}

/// A certificate made of rows of items: label and words.
pub(crate) fn certificate(
    context: &Context<'_>,
    title: &str,
    items: &[(&str, String)],
    notes: &[&str],
    statement: &str,
) -> Value {
    let rows: Vec<Value> = items
        .iter()
        .map(|(label, words)| {
            let value = if words.is_empty() { json!("blank") } else { json!({ "text": words }) };
            json!([{ "label": label, "value": value, "kana": null, "kind": "plain" }])
        })
        .collect();
    json!({
        "title": title,
        "marks": [],
        "specimen": is_specimen(context),
        "facts": [],
        "persons": [{ "rows": rows }],
        "notes": notes,
        "attestation": {
            "text": statement,
            "date": wareki(context.today),
            "office": office(context),
            "name": context.municipality_text("attester_name"),
            "seal_note": seal_note(context),
        },
        "issue_number": "",
        "overflow": [],
    })
}

/// A list over many pages.
pub(crate) fn listing(
    context: &Context<'_>,
    title: &str,
    lines: &[String],
    columns: &[(&str, u32, bool)],
    rows: &[Vec<String>],
    notes: &[String],
) -> DocumentRequest {
    let columns: Vec<Value> = columns
        .iter()
        .map(|(title, share, right)| json!({ "title": title, "share": share, "right": right }))
        .collect();
    DocumentRequest {
        template: "listing".to_owned(),
        title: title.to_owned(),
        data: json!({
            "title": title,
            "specimen": is_specimen(context),
            "lines": lines,
            "columns": columns,
            "rows": rows,
            "notes": notes,
            "issue_number": "",
        }),
    }
}

/// What a document is about.
pub(crate) struct About<'a> {
    /// Whom.
    pub(crate) person: &'a Addressee,
    /// 車両番号.
    pub(crate) vehicle_no: &'a str,
    /// The key of the levy.
    pub(crate) levy_key: &'a str,
    /// The issue it repeats.
    pub(crate) reissue_of: &'a str,
}

/// Issues a document: numbers it, and keeps it as it was printed, so that it can be issued again.
pub(crate) fn issue(
    desk: &mut Desk<'_>,
    template: &str,
    title: &str,
    mut data: Value,
    about: &About<'_>,
) -> Result<DocumentRequest, Fault> {
    let issue_no = format!("{:010}", desk.next(serial::ISSUE)?);
    if let Some(data) = data.as_object_mut() {
        data.insert("issue_number".to_owned(), json!(format!("軽自{issue_no}")));
    }
    let issuance = Issuance {
        issue_no,
        title: title.to_owned(),
        template: template.to_owned(),
        data: data.clone(),
        addressee_no: about.person.addressee_no,
        vehicle_no: about.vehicle_no.to_owned(),
        levy_key: about.levy_key.to_owned(),
        issued_on: desk.today(),
        reissue_of: about.reissue_of.to_owned(),
    };
    let today = desk.today();
    desk.put(&issuance, None, today)?;
    Ok(DocumentRequest { template: template.to_owned(), title: title.to_owned(), data })
}

/// LVT39: nothing is issued without who issues it.
pub(crate) fn check(desk: &mut Desk<'_>) {
    if desk.context.municipality_text("attester_name").is_empty() {
        desk.error(
            "LVT39",
            "",
            "発行者",
            "発行者（市区町村長）の氏名が設定されていません。",
            "設定に市区町村長または職務代理者の氏名を入れてください。",
        );
    }
}
