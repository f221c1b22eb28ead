//! 還付・充当対象者抽出, 充当.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::slip::TaxItem;
use domain::{Date, FiscalYear, Yen};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, DocumentRequest, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode,
    Outcome, Section, choices,
};

use super::place;
use crate::drafts::Drafts;
use crate::letters::{Letter, issue_number, letter, levy_name, recipient};
use crate::records::{
    Account, Book, Cause, Instalment, OVERPAYMENT, Overpayment, OverpaymentState, Part, Posting, Settlement,
};
use crate::rules::{
    self, Class, Debt, Money, Overpaid, addition, appropriation_class, charge_missing, rates,
};
use crate::tasks::{Closed, ended};

/// Most persons of one run of 充当.
const PART_MAX: usize = 200;

/// 還付・充当対象者抽出.
pub(super) fn list() -> Function {
    let states: Vec<(&str, &str)> =
        OverpaymentState::ALL.iter().map(|state| (state.code(), state.label())).collect();
    Function {
        id: "tax-collection/overpayment-list",
        title: "還付・充当対象者抽出",
        place: place("収納", "還付・充当", "還付・充当対象者抽出"),
        mode: Mode::Batch,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "過誤納一覧",
            vec![
                Field::new("state", "処理状態", FieldKind::Choice(choices(&states)))
                    .help("空のときは、処理の済んでいないものすべてです。"),
            ],
        )]),
        in_menu: true,
        decide: decide_list,
    }
}

fn decide_list(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let wanted = OverpaymentState::from_code(input.text("state"));
    let mut found: Vec<Overpayment> = Vec::new();
    view.scan(&OVERPAYMENT, None, &mut |stored| {
        let held = stored.typed::<Overpayment>()?.record;
        let fits = match wanted {
            Some(state) => held.state == state,
            None => held.state != OverpaymentState::Settled,
        };
        if fits && Yen::ZERO < held.yen {
            found.push(held);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let (mut rows, mut total, mut subjects) = (Vec::new(), 0_i64, Vec::new());
    let mut levies: Drafts<Instalment> = Drafts::default();
    for held in &found {
        let owed = match debts_of(view, &mut levies, held, context.today)? {
            Ok(owed) => owed,
            Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
        };
        let due = owed
            .debts
            .iter()
            .fold(0_i64, |sum, (debt, _)| sum.saturating_add(debt.parts().total().unwrap_or_default().0));
        total = total.saturating_add(held.left().0);
        subjects.push(held.addressee_no.clone());
        rows.push(json!({
            "overpayment_key": held.overpayment_key, "addressee_no": held.addressee_no,
            "levy_key": held.levy_key, "over_yen": held.yen, "left_yen": held.left(),
            "over_paid_on": held.paid_on, "found_on": held.found_on, "state_label": held.state.label(),
            "why": failed(held), "due_yen": due, "proposal": if due == 0 { "還付" } else { "充当" },
        }));
    }
    subjects.sort_unstable();
    subjects.dedup();
    Ok(Outcome {
        message: format!("過誤納は{}件、残りは{}円です。", rows.len(), Yen(total)),
        answer: Some(Answer { data: json!({ "rows": rows, "total_yen": total }), subjects }),
        ..Outcome::default()
    })
}

/// Taxes and premiums are never put to one another.
///
/// Source: 国民健康保険法 79条の2, 介護保険法 など (料は地方税の充当の定めによらない).
pub(super) fn class_of(tax_item: &str) -> Class {
    let premium = TaxItem::parse(tax_item).is_ok_and(TaxItem::is_premium);
    if premium { Class::Premium } else { Class::Tax }
}

/// What a person owes that an overpayment may go to.
#[derive(Default)]
struct Owed {
    debts: Vec<(Debt, Instalment)>,
    /// The levies a payment is announced for (速報): nothing is put to them.
    announced: Vec<String>,
}

/// The day from which an overpayment could be put to other debts (充当適状日).
fn appropriable_on(held: &Overpayment) -> Date {
    match held.cause {
        rules::Cause::Mistake => held.paid_on,
        _ => held.days.decided_on.unwrap_or(held.found_on).max(held.paid_on),
    }
}

/// What the person owes and is due, of the same kind of money, as it stands after what was put to it in this run. What has ended
/// is owed no more, and what is announced as paid waits for the money.
fn debts_of(
    view: &dyn View,
    levies: &mut Drafts<Instalment>,
    over: &Overpayment,
    on: Date,
) -> Result<Result<Owed, rules::Missing>, Fault> {
    // What was paid for no levy is given back: nobody knows that it was for a tax.
    if over.of_receipt().is_some() {
        return Ok(Ok(Owed::default()));
    }
    let item = over.levy_key.get(..2).unwrap_or_default();
    let class = class_of(item);
    let mut owed = Owed::default();
    for held in view.load_by::<Instalment>("addressee_no", &over.addressee_no)? {
        let Some(levy) = levies.load(view, &held.record.levy_key)? else { continue };
        let parts = levy.open_parts();
        let open = parts.total().unwrap_or_default();
        let fits = appropriation_class(&levy.tax_item) == appropriation_class(item);
        if open <= Yen::ZERO || !fits || on < levy.due_on {
            continue;
        }
        match ended(view, &levy, on)? {
            Ok(None) => {}
            Ok(Some(_)) => continue,
            Err(missing) => return Ok(Err(missing)),
        }
        if !levy.preliminary.is_empty() {
            owed.announced.push(levy.levy_key.clone());
            continue;
        }
        let debt = Debt {
            id: levy.levy_key.clone(),
            class,
            due_on: levy.due_on,
            costs: parts.costs,
            tax: parts.tax,
            fee: parts.fee,
            delinquency: parts.delinquency,
        };
        owed.debts.push((debt, levy));
    }
    Ok(Ok(owed))
}

/// 充当.
pub(super) fn appropriate() -> Function {
    Function {
        id: "tax-collection/appropriate",
        title: "充当",
        place: place("収納", "還付・充当", "充当"),
        mode: Mode::Both,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "充当",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo)
                    .help("空のときは、充当先のある未処理の過誤納すべてです。"),
            ],
        )]),
        in_menu: true,
        decide: decide_appropriate,
    }
}

/// Source: 地方税法 17条の2.
fn decide_appropriate(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let only = Some(input.text("addressee_no")).filter(|number| !number.is_empty());
    let mut found: BTreeMap<String, Vec<(Overpayment, u32)>> = BTreeMap::new();
    for stored in view.find(&OVERPAYMENT, "state", OverpaymentState::Found.code())? {
        let held = stored.typed::<Overpayment>()?;
        if only.is_none_or(|only| only == held.record.addressee_no) && Yen::ZERO < held.record.left() {
            let of = found.entry(held.record.addressee_no.clone()).or_default();
            of.push((held.record, held.version));
        }
    }
    let rates = rates()?;
    let closed = Closed::read(view)?;
    let mut overs: Drafts<Overpayment> = Drafts::default();
    let mut levies: Drafts<Instalment> = Drafts::default();
    let mut documents: Vec<DocumentRequest> = Vec::new();
    let (mut rows, mut subjects) = (Vec::new(), Vec::new());
    let (mut persons, mut left, mut total) = (0_usize, 0_usize, 0_i64);
    let mut announced: BTreeSet<String> = BTreeSet::new();
    for (addressee_no, held) in found {
        let mut told: Vec<Vec<String>> = Vec::new();
        for (mut over, version) in held {
            let owed = match debts_of(view, &mut levies, &over, context.today)? {
                Ok(owed) => owed,
                Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
            };
            announced.extend(owed.announced);
            if owed.debts.is_empty() {
                continue;
            }
            if PART_MAX <= persons {
                left += 1;
                continue;
            }
            overs.held(over.clone(), version);
            let year = closed.open_from(FiscalYear::of(context.today));
            let mut desk = Appropriation { view, levies: &mut levies, year, today: context.today };
            let done = match desk.put(rates, &mut over, owed.debts)? {
                Ok(done) => done,
                Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
            };
            for (levy, yen) in done {
                total = total.saturating_add(yen.0);
                rows.push(json!({
                    "overpayment_key": over.overpayment_key, "addressee_no": addressee_no,
                    "levy_key": levy.levy_key, "amount_yen": yen, "left_yen": over.left(),
                }));
                let from =
                    levies.load(view, &over.levy_key)?.map(|held| levy_name(&held)).unwrap_or_default();
                told.push(vec![from, levy_name(&levy), yen.to_string()]);
            }
            over.addition = match decided_addition(rates, &over, context.today) {
                Ok(addition) => addition,
                Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
            };
            if over.left() == Yen::ZERO && over.addition == Yen::ZERO {
                over.state = OverpaymentState::Settled;
            }
            overs.put(over);
        }
        if told.is_empty() {
            continue;
        }
        persons += 1;
        if let Some(to) = recipient(view, &addressee_no, "00", context.today)? {
            documents.push(letter(
                &to,
                Letter {
                    title: "過誤納金充当通知書",
                    opening: vec![
                        "納め過ぎになった次の金額を、未納になっている次の税に充てましたので、お知らせします。".to_owned(),
                    ],
                    facts: Vec::new(),
                    columns: vec![("納め過ぎの税", 4, false), ("充てた税", 4, false), ("充当額（円）", 2, true)],
                    rows: told,
                    notes: vec![rules::objection()],
                    slips: Vec::new(),
                    issue_number: issue_number(context, documents.len()),
                },
                context,
            ));
        }
        subjects.push(addressee_no);
    }
    let mut writes = overs.writes()?;
    writes.extend(levies.writes()?);
    Ok(Outcome {
        writes,
        findings: told_to_be_paid(&announced),
        reason: "充当".to_owned(),
        message: format!("{persons}人、{}円を充当しました。", Yen(total)),
        answer: Some(Answer { data: json!({ "rows": rows, "total_yen": total }), subjects }),
        documents,
        left,
        ..Outcome::default()
    })
}

/// What was too much is not put to a levy that is announced as paid: the money would be too much a second time.
fn told_to_be_paid(announced: &BTreeSet<String>) -> Vec<Finding> {
    const NAMED_MAX: usize = 5;
    if announced.is_empty() {
        return Vec::new();
    }
    let named: Vec<&str> = announced.iter().take(NAMED_MAX).map(String::as_str).collect();
    let more = if NAMED_MAX < announced.len() { "など" } else { "" };
    vec![Finding::alert(
        "TXC80",
        "addressee_no",
        "速報",
        format!(
            "納付の速報がある期別（{}{more}、{}件）には充当しません。",
            named.join("、"),
            announced.len()
        ),
        "確報を待って、もう一度充当してください。速報が取り消されたときも、もう一度充当します。",
    )]
}

/// 還付加算金 as of the day the refund is decided, part by part: what was appropriated to the day it was fit for it, what is left
/// to the day of the decision.
///
/// Source: 地方税法 17条の4第1項 (還付のため支出を決定した日又は充当をした日（同日前に充当をするに適することとなつた日があるときは、その日）まで).
pub(super) fn decided_addition(
    rates: &rules::Rates,
    over: &Overpayment,
    on: Date,
) -> Result<Yen, rules::Missing> {
    let mut sum = addition_of(rates, over, over.left(), on)?.0;
    for one in over.settled.iter().filter(|one| one.levy_key.is_some()) {
        let fixed = match one.addition {
            Some(addition) => addition,
            None => addition_of(rates, over, one.yen, one.on)?,
        };
        sum = sum.saturating_add(fixed.0);
    }
    Ok(Yen(sum))
}

/// 還付加算金 of a part of what was too much, to a day.
fn addition_of(
    rates: &rules::Rates,
    over: &Overpayment,
    amount: Yen,
    to: Date,
) -> Result<Yen, rules::Missing> {
    let asked = Overpaid {
        amount,
        paid_on: over.paid_on,
        decided_on: to,
        cause: over.cause,
        requested_on: over.days.claimed_on,
        corrected_on: Some(over.days.decided_on.unwrap_or(over.found_on)),
        noticed_on: over.days.noticed_on,
        starts_on: None,
    };
    Ok(addition(rates, &asked)?.map_or(Yen::ZERO, |addition| addition.total))
}

struct Appropriation<'a> {
    view: &'a dyn View,
    levies: &'a mut Drafts<Instalment>,
    year: FiscalYear,
    today: Date,
}

impl Appropriation<'_> {
    /// Puts what is left of an overpayment to the person's debts, the oldest due date first.
    fn put(
        &mut self,
        rates: &rules::Rates,
        over: &mut Overpayment,
        mut debts: Vec<(Debt, Instalment)>,
    ) -> Result<Result<Vec<(Instalment, Yen)>, rules::Missing>, Fault> {
        debts.sort_by(|a, b| (a.0.due_on, &a.0.id).cmp(&(b.0.due_on, &b.0.id)));
        let mut done = Vec::new();
        for (_, levy) in debts {
            let left = over.left();
            if left <= Yen::ZERO {
                break;
            }
            let Some(mut levy) = self.levies.load(self.view, &levy.levy_key)? else { continue };
            // What is due before it could be appropriated is charged to that day and not to today.
            let on = appropriable_on(over).max(levy.due_on);
            let charge = match charge_missing(rates, &levy, on) {
                Ok(charge) => charge,
                Err(missing) => return Ok(Err(missing)),
            };
            let open = Yen(levy.open_total().0.saturating_add(charge.0));
            let yen = left.min(open);
            let money = Money {
                reference: &over.overpayment_key,
                yen,
                paid_on: on,
                on: self.today,
                year: self.year,
                cause: Cause::Appropriation,
            };
            let cleared = match rules::put(rates, &mut levy, money) {
                Ok(cleared) => cleared,
                Err(missing) => return Ok(Err(missing)),
            };
            // The charge may turn out smaller once the tax is met; nothing is put where nothing is owed.
            let yen = Yen(yen.0.saturating_sub(cleared.over.0));
            if cleared.over != Yen::ZERO {
                let posting = Posting {
                    on: self.today,
                    year: self.year,
                    cause: Cause::Appropriation,
                    reference: &over.overpayment_key,
                };
                levy.book.post(posting, Account::Overpaid, Account::Unapplied, Part::Tax, cleared.over);
            }
            if yen == Yen::ZERO {
                continue;
            }
            let addition = match addition_of(rates, over, yen, on) {
                Ok(addition) => Some(addition),
                Err(missing) => return Ok(Err(missing)),
            };
            self.levies.put(levy.clone());
            let Some(mut from) = self.levies.load(self.view, &over.levy_key)? else { continue };
            let posting = Posting {
                on: self.today,
                year: self.year,
                cause: Cause::Appropriation,
                reference: &levy.levy_key,
            };
            give_back(&mut from.book, posting, Account::Unapplied, yen);
            self.levies.put(from);
            let levy_key = Some(levy.levy_key.clone());
            over.settled.push(Settlement { on: self.today, levy_key, yen, addition });
            done.push((levy, yen));
        }
        Ok(Ok(done))
    }
}

/// Why an overpayment waits for another account; empty when no payment of it came back.
pub(super) fn failed(held: &Overpayment) -> String {
    let waits = matches!(held.state, OverpaymentState::Noticed | OverpaymentState::Claimed);
    held.failed_on.filter(|_| waits).map_or_else(String::new, |on| {
        format!(
            "{}に振込不能・組戻しになりました。口座を確かめ、口座振込依頼書受付をやり直してください。",
            domain::wareki(on)
        )
    })
}

/// Takes an amount of what is too much in a book to another account, part by part.
pub(super) fn give_back(book: &mut Book, posting: Posting<'_>, to: Account, yen: Yen) {
    let mut left = yen;
    for part in Part::ALL {
        let lies = Yen(book.balance(Account::Overpaid, Some(*part)).0.saturating_neg());
        let taken = lies.min(left);
        if Yen::ZERO < taken {
            book.post(posting, Account::Overpaid, to, *part, taken);
            left = Yen(left.0.saturating_sub(taken.0));
        }
    }
}

/// What a screen shows of an overpayment and its settlements.
pub(super) fn shown(over: &Overpayment) -> Value {
    let settled: Vec<Value> = over
        .settled
        .iter()
        .map(|one| json!({ "on": one.on, "levy_key": one.levy_key, "amount_yen": one.yen }))
        .collect();
    json!({
        "overpayment_key": over.overpayment_key, "levy_key": over.levy_key, "over_yen": over.yen,
        "left_yen": over.left(), "addition_yen": over.addition, "state_label": over.state.label(),
        "settled": settled, "why": failed(over),
    })
}
