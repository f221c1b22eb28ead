//! Whom a letter about a tax goes to, and the slips it carries.

use domain::delivery::{Addressed, Basis, Registered, delivery};
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
    /// 1, 2 or 3; blank of who gets the letter of somebody else.
    class: String,
    /// Whether the address is blank because it must not be printed (支援措置).
    pub(crate) withheld: bool,
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

/// Whom a letter about a tax goes to on a day, by [`domain::delivery`]. None when the addressee is not known here.
pub(crate) fn recipient(
    view: &dyn View,
    addressee_no: &str,
    tax_item: &str,
    on: Date,
) -> Result<Option<Recipient>, Fault> {
    let Some(held) = view.load::<Addressee>(addressee_no)? else { return Ok(None) };
    let person = held.record;
    let (mut agent, mut mailing) = (None, None);
    for item in [tax_item, COMMON] {
        let key = format!("{addressee_no}-{item}");
        let acts = view.load::<TaxAgent>(&key)?.map(|held| held.record).filter(|agent| agent.holds(on));
        agent = agent.or(acts);
        let asked = view.load::<Mailing>(&key)?.map(|held| held.record).filter(|mailing| mailing.holds(on));
        mailing = mailing.or(asked);
    }
    let registered = Registered {
        own: Addressed { name: &person.name, postcode: &person.postcode, address: &person.address },
        moved_out_to: &person.moved_out_to,
        has_left: !person.departed_on.is_empty(),
        protected: person.protected,
    };
    let agent = agent.as_ref();
    let agent = agent.map(|agent| Addressed {
        name: &agent.name,
        postcode: &agent.postcode,
        address: &agent.address,
    });
    let mailing = mailing.as_ref();
    let mailing = mailing.map(|mailing| Addressed {
        name: &mailing.name,
        postcode: &mailing.postcode,
        address: &mailing.address,
    });
    let (basis, to) = delivery(registered, agent, mailing);
    let own = to.name == person.name;
    Ok(Some(Recipient {
        postcode: to.postcode.to_owned(),
        address: to.address.to_owned(),
        name: to.name.to_owned(),
        of: if own { String::new() } else { person.name.clone() },
        class: if own { person.class } else { String::new() },
        withheld: basis == Basis::Withheld,
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
    // Whoever puts it into an envelope has to know that the address is not forgotten.
    let title = match recipient.withheld {
        true => format!(
            "{}（支援措置: 住所を印字していません。住所を見てよい職員が送ってください）",
            letter.title
        ),
        false => letter.title.to_owned(),
    };
    DocumentRequest { template: "tax-notice".to_owned(), title, data }
}

/// A number for a paper, of the day and of chance; the record of the issue keeps it from being given twice.
pub(crate) fn issue_number(context: &Context<'_>, no: usize) -> String {
    let day = context.today;
    let chance = context.random.wrapping_add(u64::try_from(no).unwrap_or_default()) % 100_000_000;
    format!("{:04}{:02}{:02}-{chance:08}", day.year(), day.month(), day.day())
}
