//! 収滞納情報照会: what a person owes and has paid, with every movement.

use std::collections::BTreeSet;

use domain::{Date, Yen, wareki};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
    choices,
};

use super::{day_or_today, place};
use crate::letters::{levy_name, tax_name};
use crate::records::known::{Addressee, PayingAccount};
use crate::records::{Entry, Instalment, Overpayment, Part, RECEIPT, Receipt, TransferApplication};
use crate::rules::{Missing, charge_missing, levy_key_of, rates};
use crate::tasks::ended;

/// 収滞納情報照会.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/inquiry",
        title: "収滞納情報照会",
        place: place("照会", "収滞納情報照会", ""),
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo),
                Field::new("slip", "調定番号・納付書の番号", FieldKind::Text(44))
                    .help("宛名番号が分からないとき。04-2026-0000000017-01 の形、または20桁、44桁"),
                Field::new("notice_no", "通知書番号", FieldKind::Text(10)),
                Field::new("as_of", "延滞金の計算日", FieldKind::Date).help("空のときは今日です。"),
                Field::new(
                    "which",
                    "表示する期別",
                    FieldKind::Choice(choices(&[("all", "すべて"), ("open", "未納があるもの")])),
                ),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let as_of = day_or_today(input, "as_of", context);
    let number = match (input.text("addressee_no"), input.text("slip"), input.text("notice_no")) {
        ("", "", "") => String::new(),
        ("", "", notice) => {
            let held = view.load_by::<Instalment>("notice_no", notice)?;
            let persons: BTreeSet<String> = held.into_iter().map(|held| held.record.addressee_no).collect();
            if 1 < persons.len() {
                return Ok(Outcome::refused(vec![several(notice, persons.len())]));
            }
            persons.into_iter().next().unwrap_or_default()
        }
        ("", slip, _) => {
            let key = levy_key_of(slip).map(|key| key.to_string()).unwrap_or_default();
            let held = view.load::<Instalment>(&key)?;
            held.map(|held| held.record.addressee_no).unwrap_or_default()
        }
        (number, _, _) => number.to_owned(),
    };
    let person = view.load::<Addressee>(&number)?.map(|held| held.record);
    let mut levies: Vec<Instalment> =
        view.load_by::<Instalment>("addressee_no", &number)?.into_iter().map(|held| held.record).collect();
    if person.is_none() && levies.is_empty() {
        return Ok(Outcome::refused(vec![Finding::error(
            "TXC20",
            "addressee_no",
            "宛名番号",
            "その番号の人の調定も宛名もありません。",
            "宛名番号、納付書の番号、通知書番号のどれかを確かめてください。",
        )]));
    }
    levies.sort_by(|a, b| (a.due_on, &a.levy_key).cmp(&(b.due_on, &b.levy_key)));
    let open_only = input.text("which") == "open";
    let mut rows = Vec::new();
    let (mut open, mut charges, mut overdue) = (0_i64, 0_i64, 0_i64);
    for levy in levies.iter().filter(|levy| !open_only || Yen::ZERO < levy.open_total()) {
        let charge = match charge_now(levy, as_of)? {
            Ok(charge) => charge,
            Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
        };
        open = open.saturating_add(levy.open_total().0);
        charges = charges.saturating_add(charge.0);
        let ended = match ended(view, levy, as_of)? {
            Ok(ended) => ended.is_some(),
            Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
        };
        if levy.is_overdue(as_of) && !ended {
            overdue = overdue.saturating_add(levy.open_total().0);
        }
        rows.push(row(view, levy, charge)?);
    }
    let overpaid: Vec<Value> = view
        .load_by::<Overpayment>("addressee_no", &number)?
        .into_iter()
        .map(|held| over(&held.record))
        .collect();
    let accounts = accounts(view, &number)?;
    let block = if overdue == 0 { "滞納なし" } else { "滞納あり" };
    let data = json!({
        "addressee_no": number,
        "name": person.as_ref().map(|person| person.name.as_str()),
        "name_kana": person.as_ref().map(|person| person.name_kana.as_str()),
        "address": person.as_ref().map(|person| if person.hides_address() { "（支援措置のため表示しません）" } else { &person.address }),
        "as_of_label": wareki(as_of),
        "arrears_label": block,
        "open_yen": open,
        "charge_yen": charges,
        "overdue_yen": overdue,
        "rows": rows,
        "overpayments": overpaid,
        "accounts": accounts,
    });
    Ok(Outcome {
        message: format!("未納 {}円、延滞金 {}円（{block}）。", Yen(open), Yen(charges)),
        answer: Some(Answer { data, subjects: vec![number] }),
        ..Outcome::default()
    })
}

/// Each tax counts its notices by itself, so that one number may be of several people.
fn several(notice: &str, count: usize) -> Finding {
    Finding::error(
        "TXC21",
        "notice_no",
        "通知書番号",
        format!("通知書番号「{notice}」は、税目や年度の違う{count}人の通知書にあります。"),
        "調定番号（04-2026-0000000017-01 の形）か、宛名番号で照会してください。",
    )
}

/// What of the charge is not levied yet, of an instalment of which tax is owed.
pub(super) fn charge_now(levy: &Instalment, as_of: Date) -> Result<Result<Yen, Missing>, Fault> {
    if levy.open(Part::Tax) <= Yen::ZERO || as_of <= levy.first_due_on() {
        return Ok(Ok(Yen::ZERO));
    }
    Ok(charge_missing(rates()?, levy, as_of))
}

fn row(view: &dyn View, levy: &Instalment, charge: Yen) -> Result<Value, Fault> {
    let mut receipts = Vec::new();
    for held in view.load_by::<Receipt>("levy_key", &levy.levy_key)? {
        let receipt = held.record;
        receipts.push(json!({
            "payment_no": receipt.payment_no, "channel_label": receipt.channel.label(),
            "paid_on": receipt.paid_on, "amount_yen": receipt.yen, "state_label": receipt.state.label(),
        }));
    }
    Ok(json!({
        "levy_key": levy.levy_key,
        "levy_label": levy_name(levy),
        "object": levy.object,
        "due_on": levy.due_on,
        "assessed_yen": levy.levied(Part::Tax),
        "paid_yen": levy.paid(),
        "open_yen": levy.open(Part::Tax),
        "fee_yen": levy.open(Part::Fee),
        "delinquency_yen": levy.open(Part::Delinquency),
        "charge_yen": charge,
        "over_yen": levy.overpaid(),
        "state_label": levy.state().label(),
        "reminded_on": levy.reminder.map(|reminder| reminder.sent_on.to_string()),
        "preliminary_on": levy.preliminary.iter().map(|told| told.paid_on).max().map(|on| on.to_string()),
        "carried_into": levy.carried_into.map(|year| year.label()),
        "receipts": receipts,
        "entries": levy.book.entries().iter().map(entry).collect::<Vec<_>>(),
    }))
}

/// A movement as a screen shows it.
pub(super) fn entry(entry: &Entry) -> Value {
    json!({
        "on": entry.on, "account_year": entry.year.label(), "cause_label": entry.cause.label(),
        "debit_label": entry.debit.label(), "credit_label": entry.credit.label(),
        "part_label": entry.part.label(), "amount_yen": entry.yen, "reference": entry.reference,
    })
}

fn over(held: &Overpayment) -> Value {
    json!({
        "overpayment_key": held.overpayment_key, "levy_key": held.levy_key, "over_yen": held.yen,
        "left_yen": held.left(), "addition_yen": held.addition, "found_on": held.found_on,
        "state_label": held.state.label(),
    })
}

/// The accounts of a person, numbers but for the end unseen.
fn accounts(view: &dyn View, number: &str) -> Result<Vec<Value>, Fault> {
    let held = view.load_by::<PayingAccount>("addressee_no", number)?;
    Ok(held
        .into_iter()
        .map(|held| held.record)
        .map(|account| {
            json!({
                "tax_label": tax_name(&account.tax_item), "bank_name": account.bank_name,
                "branch_name": account.branch_name, "account_no": masked(&account.account_no),
                "account_state": account.state, "account_from": account.from, "account_until": account.until,
            })
        })
        .collect())
}

/// ****567.
pub(super) fn masked(account_no: &str) -> String {
    format!("****{}", account_no.get(4..).unwrap_or_default())
}

/// 口座情報照会.
pub(super) fn accounts_function() -> Function {
    Function {
        id: "tax-collection/account-inquiry",
        title: "口座情報照会",
        place: place("収納", "口座振替収納・管理", "口座情報照会"),
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会",
            vec![Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required()],
        )]),
        in_menu: true,
        decide: decide_accounts,
    }
}

fn decide_accounts(view: &dyn View, input: &Input, _: &Context<'_>) -> Result<Outcome, Fault> {
    let number = input.text("addressee_no");
    let accounts: Vec<Value> = view
        .load_by::<PayingAccount>("addressee_no", number)?
        .into_iter()
        .map(|held| held.record)
        .map(|account| {
            json!({
                "tax_label": tax_name(&account.tax_item), "bank": account.bank,
                "bank_name": account.bank_name, "branch": account.branch, "branch_name": account.branch_name,
                "account_type": account.account_type, "account_no": account.account_no,
                "holder_kana": account.holder_kana, "account_from": account.from,
                "account_until": account.until, "account_state": account.state,
            })
        })
        .collect();
    let mut applications = Vec::new();
    for item in domain::slip::TaxItem::all() {
        if let Some(held) = view.load::<TransferApplication>(&format!("{number}-{}", item.code()))? {
            let one = held.record;
            applications.push(json!({
                "tax_label": item.label(), "applied_on": one.applied_on, "bank_name": one.bank_name,
                "branch_name": one.branch_name, "account_no": one.account_no, "state_label": one.state.label(),
                "why": one.why,
            }));
        }
    }
    Ok(Outcome {
        message: format!("口座は{}件、申込は{}件です。", accounts.len(), applications.len()),
        answer: Some(Answer {
            data: json!({ "accounts": accounts, "applications": applications }),
            subjects: vec![number.to_owned()],
        }),
        ..Outcome::default()
    })
}

/// 仮受一覧: payments for nothing that is known.
pub(super) fn suspense() -> Function {
    Function {
        id: "tax-collection/suspense-list",
        title: "仮受一覧",
        place: place("収納", "窓口等収納", "消込"),
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧",
            vec![Field::new("until", "収入日まで", FieldKind::Date).help("空のときは今日までです。")],
        )]),
        in_menu: true,
        decide: decide_suspense,
    }
}

/// What to do with a payment for nothing that is known.
pub(super) fn suspense_remedy(receipt: &Receipt) -> &'static str {
    if receipt.levy_key.is_empty() {
        "納付書を確かめ、「仮受の処理」で、期別に充てるか、納めた人に返還してください。"
    } else {
        "賦課が届けば、次の消込で充てます。届かないときは調定番号を確かめ、「仮受の処理」で、別の期別に充てるか、納めた人に返還してください。"
    }
}

fn decide_suspense(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let until = day_or_today(input, "until", context);
    let (mut rows, mut total) = (Vec::new(), 0_i64);
    for stored in view.find(&RECEIPT, "state", crate::records::ReceiptState::Suspense.code())? {
        let receipt = stored.typed::<Receipt>()?.record;
        if receipt.received_on <= until {
            total = total.saturating_add(receipt.unapplied().0);
            rows.push(json!({
                "payment_no": receipt.payment_no, "channel_label": receipt.channel.label(),
                "slip": receipt.slip, "levy_key": receipt.levy_key, "paid_on": receipt.paid_on,
                "received_on": receipt.received_on, "amount_yen": receipt.yen, "why": receipt.why,
                "remedy": suspense_remedy(&receipt),
            }));
        }
    }
    Ok(Outcome {
        message: format!("仮受は{}件、{}円です。", rows.len(), Yen(total)),
        answer: Some(Answer { data: json!({ "rows": rows, "total_yen": total }), subjects: Vec::new() }),
        ..Outcome::default()
    })
}
