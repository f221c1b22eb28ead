//! 公売（換価）: property becomes money, and the money goes to the costs first, then to the debts, the oldest first.

use domain::{FiscalYear, Yen, wareki};
use register::{Fault, View, ViewExt, Write};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
    choices,
};

use super::{
    Debtor, choices_of, day_or_today, disorder, in_future, no_field, no_such, number, over, person_field,
    place, refuse, reopen, yen,
};
use crate::notices::{self, Words};
use crate::records::{
    Book, Cause, Channel, Disposition, DispositionKind, Instalment, Part, Posting, PutTo, Receipt,
    ReceiptState, Sale, SaleMethod,
};
use crate::rules::{Money, owed_on, put, rates};
use crate::tasks::Closed;

/// 公売（換価）.
pub(super) fn function() -> Function {
    let actions = choices(&[("notice", "公告・換価の通知"), ("paid", "換価代金の受入れと配当")]);
    Function {
        id: "tax-collection/auction",
        title: "公売（換価）",
        place: place("滞納整理", "処分", "公売(換価)"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "換価",
                vec![
                    person_field(),
                    no_field("no", "処分の番号").required(),
                    Field::new("action", "処理", FieldKind::Choice(actions)).required(),
                ],
            ),
            Section::once(
                "公告・通知",
                vec![
                    Field::new("method", "換価の方法", FieldKind::Choice(choices_of!(SaleMethod))),
                    Field::new("held_on", "公売・取立ての日", FieldKind::Date),
                    Field::new("estimate", "見積価額", FieldKind::Yen),
                ],
            ),
            Section::once(
                "受入れと配当",
                vec![
                    no_field("sale_no", "換価の番号").help("空のときは、最後の換価です。"),
                    Field::new("proceeds_on", "代金を受け入れた日", FieldKind::Date)
                        .help("空のときは今日です。"),
                    Field::new("sold_for", "換価代金", FieldKind::Yen),
                    Field::new("costs", "滞納処分費", FieldKind::Yen),
                    Field::new("others", "優先する他の債権者への配当", FieldKind::Yen),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

/// Source: 国税徴収法 94条・95条 (公売・公告), 128条・129条 (配当); 地方税法 14条の3, 14条の5 (直接の滞納処分費の優先).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    let Some((disposition, version)) = super::disposition(view, input, &debtor.case.addressee_no)? else {
        return refuse(no_such("no", "処分の番号", input.text("no")));
    };
    if let Some(ended) = &disposition.ended {
        return refuse(over("no", "処分の番号", format!("{}に解除・終結しています。", wareki(ended.on))));
    }
    if input.text("action") == "notice" {
        notice(view, debtor, disposition, version, input, context)
    } else {
        paid(view, debtor, disposition, version, input, context)
    }
}

fn notice(
    view: &dyn View,
    debtor: Debtor,
    mut disposition: Disposition,
    version: u32,
    input: &Input,
    context: &Context<'_>,
) -> Result<Outcome, Fault> {
    let (Some(method), Some(held_on)) =
        (SaleMethod::from_code(input.text("method")), super::day(input, "held_on"))
    else {
        let message = "換価の方法か、公売・取立ての日が空です。";
        return refuse(Finding::error(
            "E124",
            "held_on",
            "公売・取立ての日",
            message,
            "方法と日を入力してください。",
        ));
    };
    let on = context.today;
    let requested = disposition.kind == DispositionKind::DeliveryRequest;
    if requested != (method == SaleMethod::Distribution) {
        let message = format!("{}は、{}では換価しません。", disposition.kind.label(), method.label());
        return refuse(Finding::error(
            "TXC56",
            "method",
            "換価の方法",
            message,
            "処分に合う方法を選んでください。",
        ));
    }
    if held_on < on {
        let message = format!("公売・取立ての日{}が、今日より前です。", wareki(held_on));
        return refuse(disorder("held_on", "公売・取立ての日", message));
    }
    if let Some(held) = debtor.of(&disposition.levy_keys).iter().find(|held| held.is_deferred(on)) {
        let message = format!("調定番号{}は、猶予の期間中です。", held.levy_key);
        return refuse(Finding::error(
            "TXC64",
            "no",
            "処分の番号",
            message,
            "猶予が終わるまで換価できません。",
        ));
    }
    let estimate = yen(input, "estimate");
    let facts = vec![
        ("財産", disposition.property.clone()),
        ("方法", method.label().to_owned()),
        ("日", wareki(held_on)),
        ("見積価額", format!("{estimate}円")),
    ];
    let mut documents = Vec::new();
    if let Some(to) = notices::recipient(view, &debtor.case.addressee_no, "00", on)? {
        let title = if method == SaleMethod::Auction { "公売通知書" } else { "換価通知書" };
        let opening = vec!["差し押さえた下記の財産を換価するので、通知します。".to_owned()];
        documents.push(notices::letter(
            &to,
            Words { title, date: on, opening, facts, ..Words::default() },
            context,
        ));
    }
    disposition.sales.push(Sale {
        method,
        noticed_on: on,
        held_on,
        estimate,
        paid_on: None,
        sold_for: Yen::ZERO,
        costs: Yen::ZERO,
        others: Yen::ZERO,
        payment_no: String::new(),
    });
    Ok(Outcome {
        writes: vec![Write::put(&disposition, Some(version))?],
        reason: "公売（換価）".to_owned(),
        message: format!(
            "換価{}として、{}の{}を記録しました。",
            disposition.sales.len(),
            wareki(held_on),
            method.label()
        ),
        opens: Some(debtor.case.addressee_no),
        documents,
        ..Outcome::default()
    })
}

fn paid(
    view: &dyn View,
    mut debtor: Debtor,
    mut disposition: Disposition,
    version: u32,
    input: &Input,
    context: &Context<'_>,
) -> Result<Outcome, Fault> {
    let paid_on = day_or_today(input, "proceeds_on", context);
    let (sold_for, costs, others) = (yen(input, "sold_for"), yen(input, "costs"), yen(input, "others"));
    let no = number(input, "sale_no").unwrap_or(disposition.sales.len());
    let payment_no = format!("換価{}-{no:02}", disposition.disposition_key);
    let slip = disposition.disposition_key.clone();
    let Some(sale) = no.checked_sub(1).and_then(|at| disposition.sales.get_mut(at)) else {
        return refuse(no_such("sale_no", "換価の番号", &no.to_string()));
    };
    let mut findings: Vec<Finding> = Vec::new();
    if sale.paid_on.is_some() {
        findings.push(over("sale_no", "換価の番号", "この換価の代金は、すでに受け入れています。"));
    }
    findings.extend(in_future("proceeds_on", "代金を受け入れた日", paid_on, context.today));
    if paid_on < sale.noticed_on {
        let message =
            format!("受入れの日{}が、通知の日{}より前です。", wareki(paid_on), wareki(sale.noticed_on));
        findings.push(disorder("proceeds_on", "代金を受け入れた日", message));
    }
    let ours = Yen(sold_for.0.saturating_sub(others.0));
    if sold_for == Yen::ZERO || ours.0 < costs.0 || ours == Yen::ZERO {
        let message = format!(
            "換価代金{sold_for}円から、他の債権者への配当{others}円と滞納処分費{costs}円を引けません。"
        );
        findings.push(Finding::error(
            "TXC67",
            "sold_for",
            "換価代金",
            message,
            "代金と配当の額を確かめてください。",
        ));
    }
    if view.load::<Receipt>(&payment_no)?.is_some() {
        findings.push(over("sale_no", "換価の番号", format!("収納番号{payment_no}はすでにあります。")));
    }
    if !findings.is_empty() {
        return Ok(Outcome::refused(findings));
    }
    sale.paid_on = Some(paid_on);
    (sale.sold_for, sale.costs, sale.others) = (sold_for, costs, others);
    sale.payment_no.clone_from(&payment_no);
    let year = Closed::read(view)?.open_from(FiscalYear::of(paid_on));
    let mut receipt = Receipt {
        payment_no,
        channel: Channel::Disposition,
        levy_key: String::new(),
        slip,
        paid_on,
        received_on: paid_on,
        year,
        yen: ours,
        state: ReceiptState::Waiting,
        why: String::new(),
        put_to: Vec::new(),
        book: Book::default(),
    };
    receipt.receive();
    let mut held = debtor.of(&disposition.levy_keys);
    held.sort_by(|a, b| (a.due_on, &a.levy_key).cmp(&(b.due_on, &b.levy_key)));
    if let Some(finding) = distribute(&mut held, &mut receipt, costs, context)? {
        return refuse(finding);
    }
    for after in held {
        let key = after.levy_key.clone();
        debtor.change(&key, |held| *held = after);
    }
    reopen(&mut debtor.case, context.today);
    let rest = receipt.unapplied();
    receipt.state = if rest == Yen::ZERO { ReceiptState::Cleared } else { ReceiptState::Suspense };
    if Yen::ZERO < rest {
        receipt.why = format!("換価代金の残余金{rest}円。滞納者に交付してください。");
    }
    let rows: Vec<_> =
        receipt.put_to.iter().map(|put| json!({ "levy_key": put.levy_key, "amount_yen": put.yen })).collect();
    let data = json!({ "total_yen": ours, "costs_yen": costs, "rest_yen": rest, "rows": rows });
    let writes = [Write::put(&disposition, Some(version))?, Write::put(&receipt, None)?];
    let subjects = vec![debtor.case.addressee_no.clone()];
    let message = format!("{ours}円を配当しました。うち滞納処分費{costs}円、残余金{rest}円。");
    let mut outcome = debtor.done("換価代金の配当", message)?;
    outcome.writes.extend(writes);
    outcome.answer = Some(Answer { data, subjects });
    Ok(outcome)
}

/// Puts the money of a sale to the debts it was for. The costs are levied on the oldest, where they are met before anything else.
fn distribute(
    held: &mut [Instalment],
    receipt: &mut Receipt,
    costs: Yen,
    context: &Context<'_>,
) -> Result<Option<Finding>, Fault> {
    let rates = rates()?;
    let posting = Posting {
        on: receipt.paid_on,
        year: receipt.year,
        cause: Cause::Disposition,
        reference: &receipt.payment_no,
    };
    if let Some(oldest) = held.first_mut() {
        oldest.levy(posting, Part::Costs, costs);
    }
    let reference = receipt.payment_no.clone();
    for levy in held.iter_mut() {
        let owed = match owed_on(rates, levy, receipt.paid_on) {
            Ok(owed) => owed,
            Err(missing) => return Ok(Some(missing.finding())),
        };
        let given = owed.min(receipt.unapplied());
        if given <= Yen::ZERO {
            continue;
        }
        let money = Money {
            reference: &reference,
            yen: given,
            paid_on: receipt.paid_on,
            on: receipt.received_on,
            year: receipt.year,
            cause: Cause::Clearing,
        };
        match put(rates, levy, money) {
            Ok(cleared) => receipt.put_to.push(PutTo {
                levy_key: levy.levy_key.clone(),
                yen: given,
                over: cleared.over,
                on: context.today,
            }),
            Err(missing) => return Ok(Some(missing.finding())),
        }
    }
    Ok(None)
}
