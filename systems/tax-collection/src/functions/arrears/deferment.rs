//! 徴収猶予・換価の猶予: applied for, granted or refused, taken back.

use domain::{Date, Yen, period_end, wareki};
use register::{Fault, View};
use system::{
    Context, DocumentRequest, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome,
    Section, choices,
};

use super::{
    Debtor, choices_of, day, day_or_today, disorder, keys_field, no_field, no_such, number, over,
    person_field, place, refuse, reopen,
};
use crate::notices::{self, Words};
use crate::records::{Decision, Deferment, DefermentKind};
use crate::rules::{DEFERMENT_REASONS, deferment_exempts_all, rates};

/// 徴収猶予.
pub(super) fn function() -> Function {
    let actions = choices(&[
        ("apply", "申請の受付"),
        ("grant", "許可"),
        ("refuse", "不許可"),
        ("cancel", "許可の取消し"),
    ]);
    let exempted = choices(&[("all", "全額"), ("part", "猶予特例基準割合を超える額")]);
    Function {
        id: "tax-collection/deferment",
        title: "徴収猶予・換価の猶予",
        place: place("滞納整理", "相談対応", "徴収猶予"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "猶予",
                vec![
                    person_field(),
                    Field::new("action", "処理", FieldKind::Choice(actions)).required(),
                    no_field("no", "猶予の番号")
                        .help("受け付けた申請への処理のとき。受付と同時の許可・不許可では空にします。"),
                ],
            ),
            Section::once(
                "申請",
                vec![
                    Field::new("kind", "猶予の種類", FieldKind::Choice(choices_of!(DefermentKind))),
                    Field::new("reason", "事由", FieldKind::Choice(DEFERMENT_REASONS.choices())),
                    keys_field("空のときは、未納の期別すべてです。"),
                    Field::new("applied_on", "申請日", FieldKind::Date).help("空のときは今日です。"),
                    Field::new("from", "猶予の始期", FieldKind::Date),
                    Field::new("to", "猶予の終期", FieldKind::Date),
                    Field::new("exempted", "延滞金の免除", FieldKind::Choice(exempted))
                        .help("空のときは、事由の原則によります。"),
                    Field::new("security", "担保", FieldKind::Text(200)),
                ],
            ),
            Section::once(
                "決定",
                vec![
                    Field::new("decided_on", "決定日・取消日", FieldKind::Date).help("空のときは今日です。"),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

/// Source: 地方税法 15条, 15条の3 (取消し), 15条の5, 15条の6, 15条の9 (延滞金の免除), 16条 (担保).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    let action = input.text("action");
    let decided_on = day_or_today(input, "decided_on", context);
    let at = match number(input, "no") {
        Some(no) => match no.checked_sub(1).filter(|at| *at < debtor.case.deferments.len()) {
            Some(at) => at,
            None => return refuse(no_such("no", "猶予の番号", input.text("no"))),
        },
        None if action == "cancel" => return refuse(no_such("no", "猶予の番号", "")),
        None => match applied(&debtor, input, context) {
            Ok(deferment) => {
                debtor.case.deferments.push(deferment);
                debtor.case.deferments.len().saturating_sub(1)
            }
            Err(findings) => return Ok(Outcome::refused(findings)),
        },
    };
    let Some(before) = debtor.case.deferments.get(at).cloned() else { return Ok(Outcome::default()) };
    let mut findings = Vec::new();
    let mut after = before.clone();
    match action {
        "cancel" => {
            if before.decision != Decision::Granted || before.cancelled_on.is_some() {
                findings.push(over("no", "猶予の番号", "許可中の猶予ではないので、取り消せません。"));
            } else if before.to < decided_on {
                let message =
                    format!("取消日{}が、猶予の終期{}より後です。", wareki(decided_on), wareki(before.to));
                findings.push(disorder("decided_on", "取消日", message));
            }
            after.cancelled_on = Some(decided_on);
        }
        "grant" | "refuse" => {
            if before.decision != Decision::Pending {
                findings.push(over(
                    "no",
                    "猶予の番号",
                    format!("この申請は{}で決定済みです。", before.decision.label()),
                ));
            }
            if decided_on < before.applied_on {
                let message = format!(
                    "決定日{}が、申請日{}より前です。",
                    wareki(decided_on),
                    wareki(before.applied_on)
                );
                findings.push(disorder("decided_on", "決定日", message));
            }
            after.decision = if action == "grant" { Decision::Granted } else { Decision::Refused };
            after.decided_on = Some(decided_on);
            if action == "grant" {
                findings.extend(may_be_granted(&debtor, &after, at)?);
            }
        }
        _ => {}
    }
    if findings.iter().any(Finding::stops) {
        return Ok(Outcome::refused(findings));
    }
    if let Some(held) = debtor.case.deferments.get_mut(at) {
        *held = after.clone();
    }
    reopen(&mut debtor.case, context.today);
    for key in &after.levy_keys {
        let days = debtor.case.deferred_days(key);
        debtor.change(key, |held| held.deferments = days);
    }
    let documents = told(view, &debtor, &after, action, decided_on, context)?;
    let no = at.saturating_add(1);
    let message = match action {
        "cancel" => format!("猶予{no}を、{}で取り消しました。", wareki(decided_on)),
        _ => format!("猶予{no}（{}）: {}", after.kind.label(), after.decision.label()),
    };
    let outcome = debtor.done("徴収猶予", message)?;
    Ok(Outcome { documents, findings, ..outcome })
}

/// The application as the form has it, or what is wrong with it.
fn applied(debtor: &Debtor, input: &Input, context: &Context<'_>) -> Result<Deferment, Vec<Finding>> {
    let blank = |path: &str, item: &str| {
        Finding::error("E124", path, item, format!("{item}が空です。"), "申請の内容を入力してください。")
    };
    let mut findings = Vec::new();
    let kind = DefermentKind::from_code(input.text("kind"));
    let (from, to) = (day(input, "from"), day(input, "to"));
    let reason = input.text("reason");
    for (path, item, is_blank) in [
        ("kind", "猶予の種類", kind.is_none()),
        ("reason", "事由", reason.is_empty()),
        ("from", "猶予の始期", from.is_none()),
        ("to", "猶予の終期", to.is_none()),
    ] {
        if is_blank {
            findings.push(blank(path, item));
        }
    }
    let (Some(kind), Some(from), Some(to)) = (kind, from, to) else { return Err(findings) };
    let exempts_all = deferment_exempts_all(kind.code(), reason);
    if exempts_all.is_none() && !reason.is_empty() {
        let label = DEFERMENT_REASONS.label(reason).unwrap_or(reason);
        findings.push(Finding::error(
            "TXC56",
            "reason",
            "事由",
            format!("「{label}」は、{}の事由ではありません。", kind.label()),
            "猶予の種類に合う事由を選んでください。",
        ));
    }
    if to < from {
        findings.push(disorder(
            "to",
            "猶予の終期",
            format!("終期{}が、始期{}より前です。", wareki(to), wareki(from)),
        ));
    }
    let keys = debtor.chosen(input, |_| true).map_err(|mut chosen| {
        chosen.extend(findings.clone());
        chosen
    })?;
    if !findings.is_empty() {
        return Err(findings);
    }
    let all = match input.text("exempted") {
        "" => exempts_all.unwrap_or_default(),
        word => word == "all",
    };
    Ok(Deferment {
        kind,
        reason: reason.to_owned(),
        levy_keys: keys,
        applied_on: day_or_today(input, "applied_on", context),
        decision: Decision::Pending,
        decided_on: None,
        from,
        to,
        all,
        security: input.text("security").to_owned(),
        cancelled_on: None,
    })
}

/// What keeps an application from being granted, or is to be thought of.
fn may_be_granted(debtor: &Debtor, asked: &Deferment, at: usize) -> Result<Vec<Finding>, Fault> {
    let arrears = &rates()?.arrears;
    let mut findings = Vec::new();
    let last = |months: i32| period_end(asked.from.yesterday().unwrap_or(asked.from), months);
    if last(arrears.deferment_months_max) < asked.to {
        let months = arrears.deferment_months_max;
        findings.push(Finding::error(
            "TXC55",
            "to",
            "猶予の終期",
            format!("猶予の期間が{months}か月を超えます（{}まで）。", wareki(last(months))),
            "終期を改めてください。",
        ));
    }
    let others = debtor.case.deferments.iter().enumerate().filter(|(other, _)| *other != at);
    for days in others
        .filter(|(_, one)| one.levy_keys.iter().any(|key| asked.levy_keys.contains(key)))
        .filter_map(|(_, one)| one.days())
    {
        if days.from <= asked.to && asked.from <= days.to {
            let message =
                format!("すでに{}から{}まで猶予している期別があります。", wareki(days.from), wareki(days.to));
            findings.push(Finding::error(
                "TXC59",
                "from",
                "猶予の始期",
                message,
                "期間か対象の期別を改めてください。",
            ));
        }
    }
    let held = debtor.of(&asked.levy_keys);
    if let Some(paid) = held.iter().find(|held| held.open_total() <= Yen::ZERO) {
        let message = format!("調定番号{}には未納がありません。", paid.levy_key);
        findings.push(Finding::error(
            "TXC52",
            "levy_keys",
            "対象の調定番号",
            message,
            "申請を見直してください。",
        ));
    }
    let yen = held.iter().fold(0_i64, |sum, held| sum.saturating_add(held.open_total().0));
    let long = last(arrears.security_months) < asked.to;
    if arrears.security_yen < yen && long && asked.security.is_empty() {
        findings.push(Finding::alert(
            "TXC60",
            "security",
            "担保",
            format!(
                "猶予する額が{}円で、期間が{}か月を超えますが、担保がありません。",
                Yen(yen),
                arrears.security_months
            ),
            "担保を徴することができない特別の事情を確かめてください。",
        ));
    }
    Ok(findings)
}

fn told(
    view: &dyn View,
    debtor: &Debtor,
    deferment: &Deferment,
    action: &str,
    on: Date,
    context: &Context<'_>,
) -> Result<Vec<DocumentRequest>, Fault> {
    let (title, opening) = match action {
        "grant" => ("猶予許可通知書", "申請のあった猶予について、下記のとおり許可します。"),
        "refuse" => ("猶予不許可通知書", "申請のあった猶予について、許可しないことに決定しました。"),
        "cancel" => ("猶予取消通知書", "下記の猶予を取り消しました。"),
        _ => return Ok(Vec::new()),
    };
    let held = debtor.of(&deferment.levy_keys);
    let item = held.first().map(|held| held.tax_item.clone()).unwrap_or_default();
    let Some(to) = notices::recipient(view, &debtor.case.addressee_no, &item, on)? else {
        return Ok(Vec::new());
    };
    let facts = vec![
        ("種類", deferment.kind.label().to_owned()),
        ("期間", format!("{}から{}まで", wareki(deferment.from), wareki(deferment.to))),
    ];
    let debts = held.iter().map(|held| notices::debt(held, Yen::ZERO)).collect();
    let words =
        Words { title, date: on, opening: vec![opening.to_owned()], facts, debts, ..Words::default() };
    Ok(vec![notices::letter(&to, words, context)])
}
