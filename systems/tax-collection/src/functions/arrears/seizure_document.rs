//! 差押書作成: the papers of a seizure, for who owes and for who holds the property.

use domain::{Yen, wareki};
use register::{Fault, View};
use system::{Context, Effect, Form, Function, Input, Mode, Outcome, Section};

use super::{Debtor, no_field, over, person_field, place, refuse};
use crate::notices::{self, Words};
use crate::records::{DispositionKind, Part};
use crate::rules::{charge_missing, objection, rates};

/// 差押書作成.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/seizure-document",
        title: "差押書作成",
        place: place("滞納整理", "処分", "差押書作成"),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "差押書",
            vec![person_field(), no_field("no", "処分の番号").required()],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 国税徴収法 54条 (差押調書), 62条 (債権差押通知書), 86条 (参加差押書).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    let Some((disposition, _)) = super::disposition(view, input, &debtor.case.addressee_no)? else {
        return refuse(super::no_such("no", "処分の番号", input.text("no")));
    };
    let (title, third) = match disposition.kind {
        DispositionKind::Seizure => ("差押調書（謄本）", "差押通知書"),
        DispositionKind::Participation => ("参加差押通知書", "参加差押書"),
        DispositionKind::DeliveryRequest => {
            return refuse(over("no", "処分の番号", "交付要求なので、差押書はありません。"));
        }
    };
    let rates = rates()?;
    let mut facts = vec![
        ("差押財産", format!("{}　{}", disposition.property_kind.label(), disposition.property)),
        ("差押の日", wareki(disposition.on)),
    ];
    let (mut sum, mut debts) = (Yen::ZERO, Vec::new());
    for held in debtor.of(&disposition.levy_keys) {
        let charge = match charge_missing(rates, &held, disposition.on) {
            Ok(charge) if Yen::ZERO < held.open(Part::Tax) => charge,
            Ok(_) => Yen::ZERO,
            Err(missing) => return refuse(missing.finding()),
        };
        sum = Yen(sum.0.saturating_add(held.open_total().0).saturating_add(charge.0));
        debts.push(notices::debt(&held, charge));
    }
    facts.push(("合計", format!("{sum}円（延滞金は{}まで）", wareki(disposition.on))));
    let words = |title, opening: &str| Words {
        title,
        date: disposition.on,
        opening: vec![opening.to_owned()],
        facts: facts.clone(),
        debts: debts.clone(),
        closing: vec![objection()],
        ..Words::default()
    };
    let mut documents = Vec::new();
    if let Some(to) = notices::recipient(view, &debtor.case.addressee_no, "00", disposition.on)? {
        let words = words(title, "下記の滞納金額を徴収するため、下記の財産を差し押さえました。");
        documents.push(notices::letter(&to, words, context));
    }
    if !disposition.holder.is_empty() {
        let name = notices::name_of(view, &debtor.case.addressee_no)?;
        let opening = format!("{name}の滞納金額を徴収するため、下記の財産を差し押さえたので、通知します。");
        documents.push(notices::letter_to(&disposition.holder, words(third, &opening), context));
    }
    Ok(Outcome {
        message: format!("差押書を{}通作成しました。", documents.len()),
        opens: Some(debtor.case.addressee_no),
        documents,
        ..Outcome::default()
    })
}
