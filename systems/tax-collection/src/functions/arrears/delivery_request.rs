//! 交付要求: asks who executes against a person for the municipality's share.

use domain::{Yen, wareki};
use register::{Fault, View, Write};
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use super::{
    Debtor, choices_of, day_or_today, dispositions, in_future, keys_field, next_key, not_ended, person_field,
    place, refuse, reopen,
};
use crate::notices::{self, Words};
use crate::records::{Disposition, DispositionKind, PropertyKind};
use crate::rules::{charge_missing, rates};

/// 交付要求.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/delivery-request",
        title: "交付要求",
        place: place("滞納整理", "処分", "交付要求"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "交付要求",
            vec![
                person_field(),
                keys_field("空のときは、納期限を過ぎた未納の期別すべてです。"),
                Field::new("holder", "執行機関（裁判所、破産管財人、行政機関など）", FieldKind::Text(100))
                    .required(),
                Field::new("property_kind", "財産の種類", FieldKind::Choice(choices_of!(PropertyKind)))
                    .required(),
                Field::new("property", "事件の表示・財産の内容", FieldKind::Lines(500)).required(),
                Field::new("on", "交付要求の日", FieldKind::Date).help("空のときは今日です。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 地方税法 331条4項, 373条4項など; 国税徴収法 82条 (交付要求の手続).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "on", context);
    let mut debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    let keys = match debtor.chosen(input, |held| held.due_on < on) {
        Ok(keys) => keys,
        Err(findings) => return Ok(Outcome::refused(findings)),
    };
    let keys = match not_ended(view, &debtor, input, keys, on)? {
        Ok(keys) => keys,
        Err(findings) => return Ok(Outcome::refused(findings)),
    };
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(in_future("on", "交付要求の日", on, context.today));
    let held = debtor.of(&keys);
    if let Some(early) = held.iter().find(|held| on <= held.due_on) {
        let message =
            format!("調定番号{}は、納期限{}を過ぎていません。", early.levy_key, wareki(early.due_on));
        findings.push(Finding::error(
            "TXC64",
            "levy_keys",
            "対象の調定番号",
            message,
            "納期限を過ぎた期別を選んでください。",
        ));
    }
    if !findings.is_empty() {
        return Ok(Outcome::refused(findings));
    }
    let rates = rates()?;
    let facts = vec![("事件・財産", input.text("property").to_owned())];
    let mut debts = Vec::new();
    for levy in &held {
        let charge = match charge_missing(rates, levy, on) {
            Ok(charge) if Yen::ZERO < levy.open(crate::records::Part::Tax) => charge,
            Ok(_) => Yen::ZERO,
            Err(missing) => return refuse(missing.finding()),
        };
        debts.push(notices::debt(levy, charge));
    }
    let holder = input.text("holder").to_owned();
    let words = |title: &'static str, opening: String| Words {
        title,
        date: on,
        opening: vec![opening],
        facts: facts.clone(),
        debts: debts.clone(),
        ..Words::default()
    };
    let name = notices::name_of(view, &debtor.case.addressee_no)?;
    let asked = words("交付要求書", format!("{name}に係る下記の滞納金額について、交付を要求します。"));
    let mut documents = vec![notices::letter_to(&holder, asked, context)];
    let item = held.first().map(|held| held.tax_item.clone()).unwrap_or_default();
    if let Some(to) = notices::recipient(view, &debtor.case.addressee_no, &item, on)? {
        let told = words("交付要求通知書", format!("下記の滞納金額について、{holder}に交付要求をしました。"));
        documents.push(notices::letter(&to, told, context));
    }
    let count = dispositions(view, &debtor.case.addressee_no)?.len();
    let disposition = Disposition {
        disposition_key: next_key(&debtor.case.addressee_no, count),
        addressee_no: debtor.case.addressee_no.clone(),
        kind: DispositionKind::DeliveryRequest,
        property_kind: PropertyKind::from_code(input.text("property_kind")).unwrap_or(PropertyKind::Claim),
        property: input.text("property").to_owned(),
        holder,
        levy_keys: keys,
        on,
        ended: None,
        sales: Vec::new(),
    };
    reopen(&mut debtor.case, context.today);
    let write = Write::put(&disposition, None)?;
    let no = count.saturating_add(1);
    let mut outcome = debtor.done("交付要求", format!("処分{no}として、交付要求を記録しました。"))?;
    outcome.writes.push(write);
    Ok(Outcome { documents, ..outcome })
}
