//! 差押解除・交付要求解除: a disposition ends.

use domain::{Yen, wareki};
use register::{Fault, View, Write};
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use super::{Debtor, day_or_today, disorder, in_future, no_field, over, person_field, place, refuse};
use crate::notices::{self, Words};
use crate::records::{DispositionKind, Ended};
use crate::rules::RELEASE_REASONS;

/// 完納, of the reasons.
const PAID: &str = "1";

/// 差押解除・交付要求解除.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/release",
        title: "差押・交付要求の解除",
        place: place("滞納整理", "処分", "差押"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "解除",
            vec![
                person_field(),
                no_field("no", "処分の番号").required(),
                Field::new("on", "解除の日", FieldKind::Date).help("空のときは今日です。"),
                Field::new("reason", "事由", FieldKind::Choice(RELEASE_REASONS.choices())).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 国税徴収法 79条, 84条 (地方税法の例による).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "on", context);
    let debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    let Some((mut disposition, version)) = super::disposition(view, input, &debtor.case.addressee_no)? else {
        return refuse(super::no_such("no", "処分の番号", input.text("no")));
    };
    let mut findings: Vec<Finding> = Vec::new();
    if let Some(ended) = &disposition.ended {
        findings.push(over("no", "処分の番号", format!("{}に解除・終結しています。", wareki(ended.on))));
    }
    findings.extend(in_future("on", "解除の日", on, context.today));
    if on < disposition.on {
        let message = format!("解除の日{}が、処分の日{}より前です。", wareki(on), wareki(disposition.on));
        findings.push(disorder("on", "解除の日", message));
    }
    let reason = input.text("reason").to_owned();
    let open = debtor
        .of(&disposition.levy_keys)
        .iter()
        .fold(0_i64, |sum, held| sum.saturating_add(held.open_total().0.max(0)));
    if reason == PAID && 0 < open {
        findings.push(Finding::error(
            "TXC76",
            "reason",
            "事由",
            format!("処分の対象の期別に、{}円の未納があります。完納ではありません。", Yen(open)),
            "納付の消込を待つか、ほかの事由を選んでください。",
        ));
    }
    if !findings.is_empty() {
        return Ok(Outcome::refused(findings));
    }
    let label = RELEASE_REASONS.label(&reason).unwrap_or_default();
    disposition.ended = Some(Ended { on, reason });
    let title = match disposition.kind {
        DispositionKind::DeliveryRequest => "交付要求解除通知書",
        DispositionKind::Seizure => "差押解除通知書",
        DispositionKind::Participation => "参加差押解除通知書",
    };
    let facts = vec![
        ("財産", disposition.property.clone()),
        ("処分の日", wareki(disposition.on)),
        ("事由", label.to_owned()),
    ];
    let words = |title| Words {
        title,
        date: on,
        opening: vec!["下記の処分を解除したので、通知します。".to_owned()],
        facts: facts.clone(),
        ..Words::default()
    };
    let mut documents = Vec::new();
    if let Some(to) = notices::recipient(view, &debtor.case.addressee_no, "00", on)? {
        documents.push(notices::letter(&to, words(title), context));
    }
    if !disposition.holder.is_empty() {
        documents.push(notices::letter_to(&disposition.holder, words(title), context));
    }
    Ok(Outcome {
        writes: vec![Write::put(&disposition, Some(version))?],
        reason: "差押・交付要求の解除".to_owned(),
        message: format!("{}を解除しました（{label}）。", disposition.kind.label()),
        opens: Some(debtor.case.addressee_no),
        documents,
        ..Outcome::default()
    })
}
