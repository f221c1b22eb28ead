//! 滞納者照会: everything of a person who owes.

use domain::{Date, Yen};
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::{Debtor, day_or_today, dispositions, person_field, place, pledge, refuse};
use crate::letters::levy_name;
use crate::notices::name_of;
use crate::records::{Case, Disposition, Instalment, Survey};
use crate::rules::{
    DEFERMENT_REASONS, RELEASE_REASONS, REMISSION_REASONS, Rates, SUSPENSION_REASONS, WRITE_OFF_REASONS,
    extinct, kept, limitation_of, not_seizable, owed_on, rates, seizable_from,
};

/// 滞納者照会.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/case-inquiry",
        title: "滞納者照会",
        place: place("滞納整理", "相談対応", "臨戸・調査"),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会",
            vec![
                person_field(),
                Field::new("as_of", "基準日", FieldKind::Date)
                    .help("空のときは今日です。延滞金はこの日までです。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "as_of", context);
    let debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    let rates = rates()?;
    let case = &debtor.case;
    let dispositions = dispositions(view, &case.addressee_no)?;
    let mut held: Vec<&Instalment> = debtor.levies().collect();
    held.sort_by(|a, b| (a.due_on, &a.levy_key).cmp(&(b.due_on, &b.levy_key)));
    let mut levies = Vec::new();
    let mut total = 0_i64;
    for levy in held {
        match shown(rates, levy, case, &dispositions, on) {
            Ok((row, owed)) => {
                total = total.saturating_add(owed.0);
                levies.push(row);
            }
            Err(missing) => return refuse(missing.finding()),
        }
    }
    let mut surveys = view.load_by::<Survey>("addressee_no", &case.addressee_no)?;
    surveys.sort_by(|a, b| a.record.survey_key.cmp(&b.record.survey_key));
    let surveys: Vec<Value> = (1_u32..).zip(&surveys).map(|(no, held)| survey(no, &held.record)).collect();
    let mut plans = Vec::new();
    for plan in &case.pledges {
        let covered = pledge::covered(view, plan)?;
        let states = kept(rates, plan, &covered, on);
        let rows: Vec<Value> = plan
            .rows
            .iter()
            .zip(states)
            .map(
                |(row, state)| json!({ "on": row.on, "amount_yen": row.yen, "promise_label": state.label() }),
            )
            .collect();
        plans.push(
            json!({ "on": plan.on, "ended_on": plan.ended_on, "levy_keys": plan.levy_keys, "rows": rows }),
        );
    }
    let data = json!({
        "addressee_no": case.addressee_no, "name": name_of(view, &case.addressee_no)?, "as_of": on,
        "case_state_label": case.state.label(), "officer": case.officer, "registered_on": case.registered_on,
        "total_yen": total, "levies": levies, "demands": demands(case), "contacts": contacts(case),
        "pledges": plans, "deferments": deferments(case), "remissions": remissions(case),
        "suspensions": suspensions(case, on), "surveys": surveys, "dispositions": all_dispositions(&dispositions),
    });
    let subjects = vec![case.addressee_no.clone()];
    Ok(Outcome { answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

/// A levy as the counter sees it, and what is owed of it.
fn shown(
    rates: &Rates,
    levy: &Instalment,
    case: &Case,
    dispositions: &[Disposition],
    on: Date,
) -> Result<(Value, Yen), crate::rules::Missing> {
    let owed = owed_on(rates, levy, on)?;
    let open = levy.open_parts();
    let owes = Yen::ZERO < levy.open_total();
    let limit = limitation_of(rates, levy, Some(case), dispositions)?;
    let ended = if owes { extinct(rates, levy, Some(case), dispositions, on)? } else { None };
    let marks: Vec<Value> = limit
        .marks
        .iter()
        .map(|mark| json!({ "on": mark.on, "event": mark.what, "effect": mark.effect, "completes_on": mark.completes_on, "article": mark.source }))
        .collect();
    let write_off = levy.write_off.as_ref().map(|one| {
        json!({ "on": one.on, "reason_label": WRITE_OFF_REASONS.label(&one.reason), "decision_no": one.decision_no })
    });
    let charge =
        Yen(owed.0.saturating_sub(open.tax.0).saturating_sub(open.fee.0).saturating_sub(open.costs.0));
    let row = json!({
        "levy_key": levy.levy_key, "title": levy_name(levy), "due_on": levy.due_on, "state_label": levy.state().label(),
        "tax_yen": open.tax, "fee_yen": open.fee, "delinquency_yen": charge, "costs_yen": open.costs, "owed_yen": owed,
        "reminded_on": levy.reminder.map(|one| one.sent_on), "carried_into": levy.carried_into.map(|year| year.label()),
        "deferred": levy.is_deferred(on), "suspended": case.suspended(&levy.levy_key, on).is_some(),
        "preliminary": !levy.preliminary.is_empty(),
        "seizable_from": owes.then(|| seizable_from(rates, levy)).flatten(),
        "not_seizable": owes.then(|| not_seizable(rates, levy, case, ended.as_ref(), on)).flatten(),
        "completes_on": owes.then_some(limit.completes_on).flatten(), "limitation_over": owes && limit.is_complete(on),
        "limitation": if owes { marks } else { Vec::new() }, "write_off": write_off,
    });
    Ok((row, owed))
}

fn demands(case: &Case) -> Vec<Value> {
    let row =
        |one: &crate::records::Demand| json!({ "on": one.on, "stage": one.stage, "total_yen": one.total });
    case.demands.iter().map(row).collect()
}

fn contacts(case: &Case) -> Vec<Value> {
    case.contacts
        .iter()
        .map(|one| json!({ "on": one.on, "contact_kind_label": one.kind.label(), "note": one.note, "next_on": one.next_on }))
        .collect()
}

fn deferments(case: &Case) -> Vec<Value> {
    (1_u32..)
        .zip(&case.deferments)
        .map(|(no, one)| {
            json!({
                "no": no, "deferment_kind_label": one.kind.label(), "reason_label": DEFERMENT_REASONS.label(&one.reason),
                "applied_on": one.applied_on, "decision_label": one.decision.label(), "decided_on": one.decided_on,
                "first_day": one.from, "last_day": one.to, "exempts_all": one.all, "security": one.security,
                "cancelled_on": one.cancelled_on, "levy_keys": one.levy_keys,
            })
        })
        .collect()
}

fn remissions(case: &Case) -> Vec<Value> {
    case.remissions
        .iter()
        .map(|one| {
            json!({
                "applied_on": one.applied_on, "decided_on": one.decided_on, "decision_label": one.decision.label(),
                "reason_label": REMISSION_REASONS.label(&one.reason), "part_label": one.part.label(), "amount_yen": one.yen, "levy_keys": one.levy_keys,
            })
        })
        .collect()
}

fn suspensions(case: &Case, on: Date) -> Vec<Value> {
    (1_u32..)
        .zip(&case.suspensions)
        .map(|(no, one)| {
            json!({
                "no": no, "reason_label": SUSPENSION_REASONS.label(&one.reason), "first_day": one.from,
                "immediate": one.immediate, "cancelled_on": one.cancelled_on, "runs": one.runs(on),
                "levy_keys": one.levy_keys,
            })
        })
        .collect()
}

fn survey(no: u32, one: &Survey) -> Value {
    json!({
        "no": no, "survey_target": one.target, "asked_on": one.asked_on, "answered_on": one.answered_on,
        "property_kind_label": one.kind.map(|kind| kind.label()), "description": one.description, "value_yen": one.value,
    })
}

fn all_dispositions(held: &[Disposition]) -> Vec<Value> {
    let mut held: Vec<&Disposition> = held.iter().collect();
    held.sort_by(|a, b| a.disposition_key.cmp(&b.disposition_key));
    (1_u32..)
        .zip(held)
        .map(|(no, one)| {
            let sales: Vec<Value> = (1_u32..)
                .zip(&one.sales)
                .map(|(no, sale)| {
                    json!({
                        "no": no, "sale_method_label": sale.method.label(), "noticed_on": sale.noticed_on,
                        "held_on": sale.held_on, "estimate_yen": sale.estimate, "paid_on": sale.paid_on,
                        "sold_for_yen": sale.sold_for, "costs_yen": sale.costs, "others_yen": sale.others,
                        "payment_no": sale.payment_no,
                    })
                })
                .collect();
            json!({
                "no": no, "disposition_kind_label": one.kind.label(), "property_kind_label": one.property_kind.label(),
                "property": one.property, "holder": one.holder, "on": one.on, "levy_keys": one.levy_keys,
                "ended_on": one.ended.as_ref().map(|ended| ended.on),
                "end_reason": one.ended.as_ref().and_then(|ended| RELEASE_REASONS.label(&ended.reason)), "sales": sales,
            })
        })
        .collect()
}
