//! The notice of a levy with its payment slip (納税通知書兼納付書), and the slip alone.

use domain::slip::{self, LevyKey};
use domain::{Yen, wareki};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::Context;

use crate::codes::List;
use crate::delivery;
use crate::print;
use crate::records::{Account, Addressee, Balance, Delivery, Levy};

/// A levy with everything a notice says of it.
pub(crate) struct Noticed {
    pub(crate) levy: Levy,
    pub(crate) person: Addressee,
    pub(crate) delivery: Delivery,
    pub(crate) balance: Option<Balance>,
    /// The account it is debited from, when it is.
    pub(crate) account: Option<Account>,
}

impl Noticed {
    /// Gathers it; none when the taxpayer is not known.
    pub(crate) fn of(view: &dyn View, levy: Levy, context: &Context<'_>) -> Result<Option<Self>, Fault> {
        let Some((person, delivery)) = delivery::of(view, levy.addressee_no, context.today)? else {
            return Ok(None);
        };
        let balance = view.load::<Balance>(&register::Record::key(&levy))?.map(|held| held.record);
        let account = account(view, &levy)?;
        Ok(Some(Self { levy, person, delivery, balance, account }))
    }

    /// What is to be paid still.
    pub(crate) fn unpaid(&self) -> Yen {
        let paid = self.balance.as_ref().map_or(Yen::ZERO, |balance| balance.paid);
        self.levy.amount.checked_sub(paid).filter(|left| Yen::ZERO < *left).unwrap_or_default()
    }
}

/// The account a levy is debited from on its due date.
pub(crate) fn account(view: &dyn View, levy: &Levy) -> Result<Option<Account>, Fault> {
    for key in delivery::keys(levy.addressee_no) {
        let held = view.load::<Account>(&key)?.map(|held| held.record);
        if let Some(account) = held.filter(|account| account.holds_on(levy.due_on)) {
            return Ok(Some(account));
        }
    }
    Ok(None)
}

/// 令和8年度.
pub(crate) fn year_label(tax_year: i16) -> String {
    let first = domain::FiscalYear(tax_year).first_day();
    // A fiscal year has the era of its first day: 平成31年度.
    wareki(first)
        .split_once('年')
        .map_or_else(|| format!("{tax_year}年度"), |(year, _)| format!("{year}年度"))
}

/// The data of the template `tax-notice`.
pub(crate) fn tax_notice(context: &Context<'_>, noticed: &Noticed, marks: &str) -> Value {
    let levy = &noticed.levy;
    let title = format!("{}{marks}", List::Letters.label("notice"));
    let newest = levy.newest().map(|newest| newest.decided_on);
    let mut facts = vec![
        fact("年度", year_label(levy.tax_year)),
        fact("通知書番号", levy.notice_no.clone()),
        fact("宛名番号", levy.addressee_no.to_string()),
        fact("納税義務者", noticed.person.name.clone()),
        fact("賦課期日", wareki(domain::FiscalYear(levy.tax_year).first_day())),
        fact("納期限", wareki(levy.due_on)),
        fact("決定年月日", newest.map(wareki).unwrap_or_default()),
    ];
    let mut notes = vec![format!("{}: {}", List::Letters.label("appeal"), List::Letters.cell("appeal", 2))];
    if let Some(account) = &noticed.account {
        facts.push(fact("納付方法", format!("口座振替（{}{}）", account.bank_name, account.branch_name)));
        notes.push("口座振替のため、納付書はありません。振替日に残高を確かめてください。".to_owned());
    }
    let row = vec![
        levy.object.clone(),
        levy.label.clone(),
        levy.grade.label().to_owned(),
        levy.annual.to_string(),
        levy.reduced.to_string(),
        levy.amount.to_string(),
    ];
    let column =
        |title: &str, share: u32, right: bool| json!({ "title": title, "share": share, "right": right });
    json!({
        "title": title,
        "specimen": print::is_specimen(context),
        "recipient": print::recipient(&noticed.person, &noticed.delivery),
        "date": wareki(context.today),
        "office": print::municipality(context),
        "name": print::mayor(context),
        "seal_note": print::seal_note(context),
        "opening": [List::Letters.cell("notice", 2)],
        "facts": facts,
        "columns": [
            column("標識番号", 4, false), column("種別", 4, false), column("税率の別", 3, false),
            column("年税額", 2, true), column("減免額", 2, true), column("税額", 2, true),
        ],
        "rows": [row],
        "notes": notes,
        "contact": context.municipality_text("contact"),
        "slips": slips(context, noticed),
        "issue_number": levy.notice_no,
    })
}

/// The data of the template `payment-slip`; none when nothing is to be paid by slip.
pub(crate) fn payment_slip(context: &Context<'_>, noticed: &Noticed) -> Option<Value> {
    let slips = slips(context, noticed);
    if slips.is_empty() {
        return None;
    }
    Some(json!({
        "title": "納付書",
        "specimen": print::is_specimen(context),
        "recipient": print::recipient(&noticed.person, &noticed.delivery),
        "date": wareki(context.today),
        "office": print::municipality(context),
        "name": print::mayor(context),
        "seal_note": print::seal_note(context),
        "opening": [], "facts": [], "columns": [], "rows": [],
        "notes": [],
        "contact": context.municipality_text("contact"),
        "slips": slips,
        "issue_number": noticed.levy.notice_no,
    }))
}

/// One slip, of what is to be paid; none of what is debited, paid or nothing.
fn slips(context: &Context<'_>, noticed: &Noticed) -> Vec<Value> {
    let levy = &noticed.levy;
    let unpaid = noticed.unpaid();
    if unpaid == Yen::ZERO || noticed.account.is_some() {
        return Vec::new();
    }
    let amount = |label: &str, yen: Yen| json!({ "label": label, "yen": yen.to_string() });
    let fee = noticed.balance.as_ref().map_or(Yen::ZERO, |balance| balance.fee_due);
    let total = unpaid.checked_add(fee).unwrap_or(unpaid);
    let bar_code = bar_code(context, levy, total);
    let note = if bar_code.is_null() { "コンビニエンスストアでは使えません" } else { "" };
    vec![json!({
        "caption": "納付書",
        "tax": "軽自動車税（種別割）",
        "year": year_label(levy.tax_year),
        "notice_no": levy.notice_no,
        "instalment": "全期",
        "addressee_no": levy.addressee_no,
        "payer": format!("{}　{}", noticed.person.name, noticed.person.honorific()),
        "amounts": [amount("税額", unpaid), amount("督促手数料", fee), amount("延滞金", Yen::ZERO)],
        "total": total.to_string(),
        "due": wareki(levy.due_on),
        "bar_code": bar_code,
        "bar_code_note": note,
    })]
}

/// The code of a convenience store, while the slip can be paid there. The number of the agent who collects for the stores is a fact
/// of the municipality; without it, above the most a store takes, or past the due date there is none.
fn bar_code(context: &Context<'_>, levy: &Levy, yen: Yen) -> Value {
    if levy.due_on < context.today {
        return Value::Null;
    }
    let company = context.municipality_text("convenience_company");
    let key = LevyKey::parse(&register::Record::key(levy)).ok();
    let code = key.and_then(|key| slip::convenience_store(company, &key, 0, levy.due_on, yen));
    code.map_or(
        Value::Null,
        |code| json!({ "code": "gs1-128", "caption": slip::convenience_store_caption(&code), "payload": code }),
    )
}

fn fact(label: &str, words: String) -> Value {
    json!({ "label": label, "value": words })
}
