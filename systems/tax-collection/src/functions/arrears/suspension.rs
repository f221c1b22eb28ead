//! 執行停止: disposition is given up for now, or at once for good.

use domain::{Yen, period_end, wareki};
use register::{Fault, View};
use system::{
    Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section, choices,
};

use super::{
    Debtor, day_or_today, disorder, dispositions, flag, in_future, keys_field, no_field, no_such, number,
    over, person_field, place, refuse, reopen,
};
use crate::notices::{self, Words};
use crate::records::{DispositionKind, Suspension};
use crate::rules::{SUSPENSION_REASONS, rates};

/// 執行停止.
pub(super) fn function() -> Function {
    let actions = choices(&[("suspend", "停止"), ("cancel", "停止の取消し")]);
    Function {
        id: "tax-collection/suspension",
        title: "執行停止",
        place: place("滞納整理", "処分", "執行停止"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "執行停止",
            vec![
                person_field(),
                Field::new("action", "処理", FieldKind::Choice(actions)).required(),
                no_field("no", "停止の番号").help("取消しのとき。"),
                Field::new("reason", "事由", FieldKind::Choice(SUSPENSION_REASONS.choices()))
                    .help("停止のとき。"),
                keys_field("空のときは、納期限を過ぎた未納の期別すべてです。"),
                Field::new("on", "停止日・取消日", FieldKind::Date).help("空のときは今日です。"),
                Field::new("immediate", "即時消滅", FieldKind::Flag).help("徴収できないことが明らかなとき。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 地方税法 15条の7 (滞納処分の停止の要件等), 15条の8 (停止の取消し).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "on", context);
    let mut debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    if let Some(finding) = in_future("on", "停止日・取消日", on, context.today) {
        return refuse(finding);
    }
    if input.text("action") == "cancel" {
        return cancel(debtor, input, on);
    }
    let reason = input.text("reason");
    if reason.is_empty() {
        let message = "執行停止の事由が空です。";
        return refuse(Finding::error("E124", "reason", "事由", message, "事由を選んでください。"));
    }
    let keys = match debtor.chosen(input, |held| held.due_on < on) {
        Ok(keys) => keys,
        Err(findings) => return Ok(Outcome::refused(findings)),
    };
    let mut findings: Vec<Finding> = Vec::new();
    for held in debtor.of(&keys) {
        let why = if held.is_deferred(on) {
            "猶予の期間中です"
        } else if debtor.case.suspended(&held.levy_key, on).is_some() {
            "すでに執行を停止しています"
        } else {
            continue;
        };
        let message = format!("調定番号{}は、{why}。", held.levy_key);
        findings.push(Finding::error(
            "TXC65",
            "levy_keys",
            "対象の調定番号",
            message,
            "対象の期別を改めてください。",
        ));
    }
    let seized = dispositions(view, &debtor.case.addressee_no)?;
    let seized = seized.iter().any(|one| {
        one.kind != DispositionKind::DeliveryRequest
            && one.ended.is_none()
            && one.levy_keys.iter().any(|key| keys.contains(key))
    });
    if seized {
        findings.push(Finding::alert(
            "TXC66",
            "levy_keys",
            "対象の調定番号",
            "差押が解除されていない期別があります。",
            "生活の窮迫を理由に停止するときは、差押を解除してください。",
        ));
    }
    if findings.iter().any(Finding::stops) {
        return Ok(Outcome::refused(findings));
    }
    let immediate = flag(input, "immediate");
    let last = period_end(on, rates()?.arrears.suspension_months);
    let facts = vec![
        ("事由", SUSPENSION_REASONS.label(reason).unwrap_or_default().to_owned()),
        ("停止の日", wareki(on)),
    ];
    let debts = debtor.of(&keys).iter().map(|held| notices::debt(held, Yen::ZERO)).collect();
    reopen(&mut debtor.case, context.today);
    let count = keys.len();
    debtor.case.suspensions.push(Suspension {
        reason: reason.to_owned(),
        levy_keys: keys,
        from: on,
        immediate,
        cancelled_on: None,
    });
    let mut documents = Vec::new();
    if let Some(to) = notices::recipient(view, &debtor.case.addressee_no, "00", on)? {
        let opening = vec!["下記の滞納金額について、滞納処分の執行を停止したので、通知します。".to_owned()];
        let words =
            Words {
                title: "滞納処分の執行停止通知書", date: on, opening, facts, debts, ..Words::default()
            };
        documents.push(notices::letter(&to, words, context));
    }
    let message = if immediate {
        format!("{count}件の執行停止と即時消滅を記録しました。不納欠損の対象になります。")
    } else {
        format!("{count}件の執行停止を記録しました。{}まで続くと、納税義務が消滅します。", wareki(last))
    };
    let outcome = debtor.done("執行停止", message)?;
    Ok(Outcome { documents, findings, ..outcome })
}

fn cancel(mut debtor: Debtor, input: &Input, on: domain::Date) -> Result<Outcome, Fault> {
    let at = number(input, "no").and_then(|no| no.checked_sub(1));
    let Some(held) = at.and_then(|at| debtor.case.suspensions.get_mut(at)) else {
        return refuse(no_such("no", "停止の番号", input.text("no")));
    };
    if held.cancelled_on.is_some() {
        return refuse(over("no", "停止の番号", "この停止は、すでに取り消しています。"));
    }
    if on < held.from {
        let message = format!("取消日{}が、停止日{}より前です。", wareki(on), wareki(held.from));
        return refuse(disorder("on", "取消日", message));
    }
    held.cancelled_on = Some(on);
    debtor.done("執行停止の取消し", format!("{}で執行停止を取り消しました。", wareki(on)))
}
