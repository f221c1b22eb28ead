//! Whom a letter about a tax goes to, and the slips it carries.

use domain::slip::{LevyKey, TaxItem, convenience_store, convenience_store_caption};
use domain::{Date, Yen, wareki};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Context, DocumentRequest};

use crate::records::known::{Addressee, Mailing, TaxAgent};
use crate::records::{Instalment, Part};

/// The 税目 that stands for all.
const COMMON: &str = "00";

/// Whom a letter goes to (宛先).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Recipient {
    /// 郵便番号, seven digits. First, so that recipients sort as the post wants them.
    pub(crate) postcode: String,
    /// On one line.
    pub(crate) address: String,
    /// Without 様.
    pub(crate) name: String,
    /// Whose letter it is, where somebody else gets it.
    pub(crate) of: String,
    /// 1, 2 or 3.
    class: String,
}

impl Recipient {
    /// As a template takes it.
    pub(crate) fn data(&self) -> Value {
        let title = if self.class == "3" { "御中" } else { "様" };
        let postcode = match (self.postcode.get(..3), self.postcode.get(3..)) {
            (Some(first), Some(last)) if self.postcode.len() == 7 => format!("〒{first}-{last}"),
            _ => self.postcode.clone(),
        };
        let name = match self.of.as_str() {
            "" => format!("{}　{title}", self.name),
            of => format!("{}　{title}（{of}　分）", self.name),
        };
        json!({ "postcode": postcode, "address": self.address, "name": name })
    }
}

/// Whom a letter about a tax goes to on a day: an agent or representative of the heirs, of that tax or of all; else a mailing
/// address; else the register's, where somebody has gone the new one. None when the addressee is not known here.
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
    let items = [tax_item, COMMON];
    for item in items {
        let agent = view.load::<TaxAgent>(&format!("{addressee_no}-{item}"))?;
        if let Some(agent) = agent.map(|held| held.record).filter(|agent| agent.holds(on)) {
            return Ok(Some(Recipient {
                postcode: agent.postcode,
                address: agent.address,
                name: agent.name,
                of: person.name,
                class: String::new(),
            }));
        }
    }
    for item in items {
        let mailing = view.load::<Mailing>(&format!("{addressee_no}-{item}"))?;
        if let Some(mailing) = mailing.map(|held| held.record).filter(|mailing| mailing.holds(on)) {
            let own = mailing.name.is_empty() || mailing.name == person.name;
            return Ok(Some(Recipient {
                postcode: mailing.postcode,
                address: mailing.address,
                name: if own { person.name.clone() } else { mailing.name },
                of: if own { String::new() } else { person.name },
                class: person.class,
            }));
        }
    }
    let gone = !person.moved_out_to.is_empty() && !person.departed_on.is_empty();
    Ok(Some(Recipient {
        postcode: if gone { String::new() } else { person.postcode },
        address: if gone { person.moved_out_to } else { person.address },
        name: person.name,
        of: String::new(),
        class: person.class,
    }))
}

/// The name of a 税目.
pub(crate) fn tax_name(code: &str) -> String {
    TaxItem::parse(code).map_or_else(|_| format!("税目{code}"), |item| item.label().to_owned())
}

/// 令和8年度 軽自動車税（種別割） 1期.
pub(crate) fn levy_name(held: &Instalment) -> String {
    let no: u8 = held.instalment.parse().unwrap_or_default();
    let instalment = if no == 0 { "全期".to_owned() } else { format!("{no}期") };
    format!("{} {} {instalment}", held.tax_year.label(), tax_name(&held.tax_item))
}

/// A slip (納付書) for what is owed of an instalment, with the charge as of the day it is good to.
pub(crate) fn slip(
    held: &Instalment,
    payer: &Value,
    charge: Yen,
    limit: Date,
    context: &Context<'_>,
) -> Value {
    let (tax, fee) = (held.open(Part::Tax), held.open(Part::Fee));
    let costs = held.open(Part::Costs);
    let delinquency = Yen(held.open(Part::Delinquency).0.saturating_add(charge.0));
    let total = Yen([tax, fee, costs, delinquency].iter().map(|yen| yen.0).sum());
    let company = context.municipality_text("convenience_company");
    let reissue = u8::try_from(held.reissues.min(9)).unwrap_or(9);
    let code = LevyKey::parse(&held.levy_key)
        .ok()
        .filter(|_| context.today <= limit)
        .and_then(|key| convenience_store(company, &key, reissue, limit, total));
    let note = match (&code, company) {
        (Some(_), _) | (None, "") => "",
        (None, _) => "この納付書は、コンビニエンスストアでは使えません",
    };
    let bar_code =
        code.map(|payload| json!({ "code": "gs1-128", "payload": payload, "caption": convenience_store_caption(&payload) }));
    let amounts: Vec<Value> =
        [("税額", tax), ("督促手数料", fee), ("延滞金", delinquency), ("滞納処分費", costs)]
            .into_iter()
            .filter(|(label, yen)| *label != "滞納処分費" || *yen != Yen::ZERO)
            .map(|(label, yen)| json!({ "label": label, "yen": yen.to_string() }))
            .collect();
    let no: u8 = held.instalment.parse().unwrap_or_default();
    json!({
        "caption": "納付書", "tax": tax_name(&held.tax_item), "year": held.tax_year.label(),
        "notice_no": held.notice_no, "instalment": if no == 0 { "全期".to_owned() } else { format!("{no}期") },
        "addressee_no": held.addressee_no, "payer": payer["name"], "amounts": amounts,
        "total": total.to_string(), "due": wareki(limit), "bar_code": bar_code, "bar_code_note": note,
    })
}

/// What a letter with a table says.
pub(crate) struct Letter<'a> {
    pub(crate) title: &'a str,
    pub(crate) opening: Vec<String>,
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) columns: Vec<(&'static str, u32, bool)>,
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) notes: Vec<String>,
    pub(crate) slips: Vec<Value>,
    pub(crate) issue_number: String,
}

/// A letter with slips below it, if it has any.
pub(crate) fn letter(recipient: &Recipient, letter: Letter<'_>, context: &Context<'_>) -> DocumentRequest {
    let text = |name: &str| context.municipality_text(name).to_owned();
    let columns = letter
        .columns
        .iter()
        .map(|(title, share, right)| json!({ "title": title, "share": share, "right": right }));
    let facts = letter.facts.iter().map(|(label, value)| json!({ "label": label, "value": value }));
    let seal = Some(text("seal_note")).filter(|note| !note.is_empty());
    let data = json!({
        "title": letter.title,
        "specimen": context.municipality.get("specimen").and_then(Value::as_bool).unwrap_or(false),
        "recipient": recipient.data(),
        "date": wareki(context.today),
        "office": format!("{}{}", text("prefecture"), text("name")),
        "name": format!("{} {}", text("attester_title"), text("attester_name")),
        "seal_note": seal,
        "opening": letter.opening,
        "facts": facts.collect::<Vec<_>>(),
        "columns": columns.collect::<Vec<_>>(),
        "rows": letter.rows,
        "notes": letter.notes,
        "contact": text("contact"),
        "slips": letter.slips,
        "issue_number": letter.issue_number,
    });
    DocumentRequest { template: "tax-notice".to_owned(), title: letter.title.to_owned(), data }
}

/// A number for a paper, of the day and of chance; the record of the issue keeps it from being given twice.
pub(crate) fn issue_number(context: &Context<'_>, no: usize) -> String {
    let day = context.today;
    let chance = context.random.wrapping_add(u64::try_from(no).unwrap_or_default()) % 100_000_000;
    format!("{:04}{:02}{:02}-{chance:08}", day.year(), day.month(), day.day())
}

/// 教示: how to object to a decision about a tax.
///
/// Source: 行政不服審査法 18条・82条, 行政事件訴訟法 14条・46条, 地方税法 19条の12.
pub(crate) const OBJECTION: &str = "この処分に不服があるときは、この通知を受け取った日の翌日から3か月以内に、市区町村長に審査請求をすることができます。処分の取消しの訴えは、審査請求の裁決があったことを知った日の翌日から6か月以内に、市区町村を被告として提起することができます。";
