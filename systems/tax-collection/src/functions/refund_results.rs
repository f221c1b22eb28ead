//! 還付済みの登録: what the accounting paid, and what came back to it (振込不能・組戻し).

use std::ops::ControlFlow;

use domain::{Date, FiscalYear, Yen, wareki};
use register::{Fault, View, Write};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
    choices,
};

use super::overpayments::give_back;
use super::refunds::no_overpayment;
use super::{day_or_today, place};
use crate::drafts::Drafts;
use crate::records::{
    Account, Book, Cause, Instalment, OVERPAYMENT, Overpayment, OverpaymentState, Part, Posting, Receipt,
    Settlement,
};
use crate::tasks::Closed;

/// 還付済みの登録.
pub(super) fn function() -> Function {
    let results = choices(&[("paid", "支払済み"), ("failed", "振込不能・組戻し")]);
    Function {
        id: "tax-collection/refund-paid",
        title: "還付済みの登録",
        place: place("収納", "還付・充当", "還付"),
        mode: Mode::Both,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "支払結果",
            vec![
                Field::new("overpayment_key", "整理番号", FieldKind::Text(70))
                    .help("空のときは、支払予定日が支払日以前のものすべてです。振込不能・組戻しのときは必ず入力します。"),
                Field::new("result", "結果", FieldKind::Choice(results)).help("空のときは支払済みです。"),
                Field::new("refunded_on", "支払日", FieldKind::Date)
                    .required()
                    .help("振込不能・組戻しのときは、お金が戻った日です。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "refunded_on", context);
    if let Some(message) = not_yet(on, context.today) {
        let remedy = "会計の支払結果を確かめてください。";
        return Ok(Outcome::refused(vec![Finding::error("TXC33", "refunded_on", "支払日", message, remedy)]));
    }
    let only = Some(input.text("overpayment_key")).filter(|key| !key.is_empty());
    if input.text("result") == "failed" {
        return decide_failed(view, only.unwrap_or_default(), on);
    }
    let mut keys = Vec::new();
    view.scan(&OVERPAYMENT, None, &mut |stored| {
        let over = stored.typed::<Overpayment>()?.record;
        let due = over.requested_on.is_some_and(|asked| asked <= on);
        let wanted = over.state == OverpaymentState::Requested && due;
        if wanted && only.is_none_or(|only| only == over.overpayment_key) {
            keys.push(over.overpayment_key);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if let Some(only) = only.filter(|_| keys.is_empty()) {
        return Ok(Outcome::refused(vec![no_overpayment(only)]));
    }
    let mut desk = RefundDesk::new(view)?;
    let mut subjects = Vec::new();
    let mut total = 0_i64;
    for key in &keys {
        if let Ok((over, yen)) = desk.pay(key, on)? {
            subjects.push(over.addressee_no);
            total = total.saturating_add(yen.0);
        }
    }
    Ok(Outcome {
        writes: desk.writes()?,
        reason: "還付済み".to_owned(),
        message: format!("{}件、{}円を還付済みにしました。", subjects.len(), Yen(total)),
        answer: Some(Answer { data: json!({ "count": subjects.len(), "total_yen": total }), subjects }),
        ..Outcome::default()
    })
}

fn decide_failed(view: &dyn View, key: &str, on: Date) -> Result<Outcome, Fault> {
    let mut desk = RefundDesk::new(view)?;
    match desk.fail(key, on)? {
        Err(why) => {
            let remedy = "過誤納一覧で、整理番号と処理状態を確かめてください。";
            Ok(Outcome::refused(vec![Finding::error("TXC36", "overpayment_key", "整理番号", why, remedy)]))
        }
        Ok(over) => {
            let writes = desk.writes()?;
            let message = if writes.is_empty() {
                "その日までの振込不能・組戻しは、すでに登録されています。何も変わりません。"
            } else {
                "振込不能・組戻しを登録しました。口座を確かめ、口座振込依頼書受付からやり直してください。"
            };
            Ok(Outcome {
                writes,
                reason: "還付の振込不能・組戻し".to_owned(),
                message: message.to_owned(),
                opens: Some(over.addressee_no),
                ..Outcome::default()
            })
        }
    }
}

/// The words for a result of a day that has not come.
pub(crate) fn not_yet(on: Date, today: Date) -> Option<String> {
    (today < on).then(|| format!("支払日{}が、今日より後です。", wareki(on)))
}

/// Books what the accounting paid, and what came back to it.
pub(crate) struct RefundDesk<'a> {
    view: &'a dyn View,
    closed: Closed,
    overs: Drafts<Overpayment>,
    levies: Drafts<Instalment>,
    receipts: Drafts<Receipt>,
}

impl<'a> RefundDesk<'a> {
    pub(crate) fn new(view: &'a dyn View) -> Result<Self, Fault> {
        let (overs, levies, receipts) = (Drafts::default(), Drafts::default(), Drafts::default());
        Ok(Self { view, closed: Closed::read(view)?, overs, levies, receipts })
    }

    pub(crate) fn writes(self) -> Result<Vec<Write>, Fault> {
        let mut writes = self.overs.writes()?;
        writes.extend(self.levies.writes()?);
        writes.extend(self.receipts.writes()?);
        Ok(writes)
    }

    /// Posts into the book on which an overpayment lies; `false` when there is none.
    fn post(&mut self, over: &Overpayment, post: impl FnOnce(&mut Book)) -> Result<bool, Fault> {
        if let Some(no) = over.of_receipt() {
            let Some(mut receipt) = self.receipts.load(self.view, no)? else { return Ok(false) };
            post(&mut receipt.book);
            self.receipts.put(receipt);
        } else {
            let Some(mut levy) = self.levies.load(self.view, &over.levy_key)? else { return Ok(false) };
            post(&mut levy.book);
            self.levies.put(levy);
        }
        Ok(true)
    }

    /// Whether money was paid out for an overpayment and did not come back; its addition counts.
    fn is_out(&mut self, over: &Overpayment) -> Result<bool, Fault> {
        let mut is_out = false;
        let key = over.overpayment_key.as_str();
        self.post(over, |book| is_out = paid_out().any(|paid| 0 < out(book, key, paid)))?;
        Ok(is_out)
    }

    /// A refund was paid: what of it, or why it cannot be booked. One that is booked already changes nothing.
    pub(crate) fn pay(
        &mut self,
        key: &str,
        paid_on: Date,
    ) -> Result<Result<(Overpayment, Yen), String>, Fault> {
        let Some(mut over) = self.overs.load(self.view, key)? else {
            return Ok(Err(format!("整理番号「{key}」の過誤納はありません。")));
        };
        match over.state {
            // Told again; what was never paid out of it is none of it: the money is out and no book says so.
            OverpaymentState::Settled if self.is_out(&over)? => return Ok(Ok((over, Yen::ZERO))),
            OverpaymentState::Settled => return Ok(Err(not_owed(key))),
            OverpaymentState::Requested => {}
            other => return Ok(Err(not_requested(key, other))),
        }
        // A first payment that failed and was asked for anew: an old result is not the new one's.
        if over.failed_on.is_some()
            && let Some(why) = of_before(&over, paid_on)
        {
            return Ok(Err(why));
        }
        let year = self.closed.open_from(FiscalYear::of(paid_on));
        let posting = Posting { on: paid_on, year, cause: Cause::Refund, reference: key };
        let (left, addition) = (over.left(), over.addition);
        let posted = self.post(&over, |book| {
            give_back(book, posting, Account::Cash, left);
            book.post(posting, Account::Addition, Account::Cash, Part::Tax, addition);
        })?;
        if !posted {
            return Ok(Err(format!("整理番号「{key}」の期別がありません。")));
        }
        over.settled.push(Settlement { on: paid_on, levy_key: None, yen: left, addition: None });
        over.state = OverpaymentState::Settled;
        let paid = Yen(left.0.saturating_add(addition.0));
        self.overs.put(over.clone());
        Ok(Ok((over, paid)))
    }

    /// A refund could not be paid, or came back after it was booked as paid (組戻し): it is owed again, and another account is
    /// awaited. Told again it changes nothing.
    pub(crate) fn fail(&mut self, key: &str, on: Date) -> Result<Result<Overpayment, String>, Fault> {
        let Some(mut over) = self.overs.load(self.view, key)? else {
            return Ok(Err(format!("整理番号「{key}」の過誤納はありません。")));
        };
        if over.failed_on.is_some_and(|failed_on| on <= failed_on) {
            return Ok(Ok(over));
        }
        match over.state {
            OverpaymentState::Requested => {
                if let Some(why) = of_before(&over, on) {
                    return Ok(Err(why));
                }
            }
            OverpaymentState::Settled if self.is_out(&over)? => {
                let year = self.closed.open_from(FiscalYear::of(on));
                let posting = Posting { on, year, cause: Cause::Refund, reference: key };
                if !self.post(&over, |book| take_in(book, posting))? {
                    return Ok(Err(format!("整理番号「{key}」の期別がありません。")));
                }
                let back = Yen(over.refunded().0.saturating_neg());
                if back != Yen::ZERO {
                    over.settled.push(Settlement { on, levy_key: None, yen: back, addition: None });
                }
            }
            other => return Ok(Err(not_requested(key, other))),
        }
        over.state = OverpaymentState::Noticed;
        over.failed_on = Some(on);
        over.payee = None;
        over.requested_on = None;
        over.asked_on = None;
        self.overs.put(over.clone());
        Ok(Ok(over))
    }
}

fn not_requested(key: &str, state: OverpaymentState) -> String {
    format!("整理番号「{key}」は「{}」で、支払を依頼していません。", state.label())
}

fn not_owed(key: &str) -> String {
    format!(
        "整理番号「{key}」の過誤納は、納付の取消しか充当で済んでいて、還付する額がありません。支払済みの結果は反映していません。会計に支払の有無を確かめ、支払っていれば戻入の手続きをしてください。"
    )
}

/// Why a result of a day is not that of the payment that was asked for last.
fn of_before(over: &Overpayment, on: Date) -> Option<String> {
    let asked_on = over.asked_on.filter(|asked_on| on < *asked_on)?;
    Some(format!(
        "整理番号「{}」の支払は{}に依頼し直しています。{}の結果は、その前の依頼のものです。",
        over.overpayment_key,
        wareki(asked_on),
        wareki(on)
    ))
}

/// What is paid out for an overpayment: its parts, and the addition.
fn paid_out() -> impl Iterator<Item = (Account, Part)> {
    Part::ALL.iter().map(|part| (Account::Overpaid, *part)).chain([(Account::Addition, Part::Tax)])
}

/// How much of it is out and did not come back.
fn out(book: &Book, key: &str, (account, part): (Account, Part)) -> i64 {
    let of = book
        .entries()
        .iter()
        .filter(|entry| entry.cause == Cause::Refund && entry.reference == key && entry.part == part);
    of.fold(0_i64, |sum, entry| match (entry.debit, entry.credit) {
        (debit, Account::Cash) if debit == account => sum.saturating_add(entry.yen.0),
        (Account::Cash, credit) if credit == account => sum.saturating_sub(entry.yen.0),
        _ => sum,
    })
}

/// Takes in again what was paid out for an overpayment, part by part, with the addition.
fn take_in(book: &mut Book, posting: Posting<'_>) {
    for (account, part) in paid_out() {
        let out = out(book, posting.reference, (account, part));
        book.post(posting, Account::Cash, account, part, Yen(out));
    }
}
