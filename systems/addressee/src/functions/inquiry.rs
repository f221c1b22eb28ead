//! 宛名照会: one addressee, with every state it had and all that belongs to it.

use std::ops::Not;

use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::{concealed, per_tax};
use crate::findings;
use crate::linked;
use crate::records::{ADDRESSEE, Account, Addressee, Mailing, Merge, PerTax, TaxAgent};
use crate::rules::may_refer;

/// 宛名照会.
pub fn function() -> Function {
    Function {
        id: "addressee/inquiry",
        title: "宛名照会",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会する宛名",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                super::task_field(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let number = input.text("addressee_no");
    let Some(held) = view.load::<Addressee>(number)? else {
        return Ok(Outcome::refused(vec![findings::unknown("addressee_no", "宛名番号", number)]));
    };
    let task_id = input.text("task_id");
    let referred = may_refer(&held.record, task_id);
    let hidden = linked::is_hidden(view, &held.record)?;
    let mut subjects = vec![number.to_owned()];
    let mut household = Vec::new();
    if let Some(household_no) = held.record.household_no {
        for member in view.find(&ADDRESSEE, "household_no", household_no.as_str())? {
            if member.key != number {
                let mate = member.typed::<Addressee>()?.record;
                let hidden = hidden || linked::is_hidden(view, &mate)?;
                household.push(super::shown_to(&mate, hidden, task_id));
                subjects.push(member.key);
            }
        }
    }
    let mut history: Vec<Value> = Vec::new();
    let mut before: Option<Addressee> = None;
    for version in view.load_history::<Addressee>(number)? {
        // What was so before the mark is of the same person.
        if !referred {
            break;
        }
        // A version that only had the row go out anew, for a 名寄せ: the links are told by themselves.
        if before.as_ref() == Some(&version.record) {
            continue;
        }
        before = Some(version.record.clone());
        history.push(json!({
            "version": version.version,
            "recorded_at": version.recorded_at.to_string(),
            "effective_on": version.effective_on.to_string(),
            "row": super::shown_to(&version.record, hidden, task_id),
        }));
    }
    // Newest first, as staff read it.
    history.reverse();
    let merges = merges(view, number)?;
    subjects.extend(merges.iter().flat_map(|merge| [merge.sub_no, merge.main_no]).map(|no| no.to_string()));
    // Of somebody another task registered nothing but the number is told.
    let (mailings, (agents, agent_numbers), accounts) = if referred {
        (
            mailings(view, number, hidden, context)?,
            agents(view, number, hidden, context)?,
            accounts(view, number, context)?,
        )
    } else {
        (Vec::new(), (Vec::new(), Vec::new()), Vec::new())
    };
    subjects.extend(agent_numbers);
    subjects.sort_unstable();
    subjects.dedup();
    let data = json!({
        "addressee": super::shown_to(&held.record, hidden, task_id),
        "merges": merges.iter().map(shown_merge).collect::<Vec<_>>(),
        "mailings": mailings,
        "tax_agents": agents,
        "accounts": accounts,
        "household": household,
        "history": history,
    });
    Ok(Outcome { answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

/// Every link a number has or had, as sub and as main number.
fn merges(view: &dyn View, number: &str) -> Result<Vec<Merge>, Fault> {
    let mut merges: Vec<Merge> =
        view.load_history::<Merge>(number)?.into_iter().map(|held| held.record).collect();
    // A link that was undone is told by its last version, which has both days.
    let undone: Vec<Merge> = merges.iter().filter(|merge| !merge.is_active()).cloned().collect();
    merges.retain(|merge| {
        let ended = |undone: &Merge| undone.merged_on == merge.merged_on && undone.main_no == merge.main_no;
        merge.is_active().not() || !undone.iter().any(ended)
    });
    merges.extend(view.load_by::<Merge>("main_no", number)?.into_iter().map(|held| held.record));
    Ok(merges)
}

fn shown_merge(merge: &Merge) -> Value {
    json!({
        "sub_no": merge.sub_no,
        "main_no": merge.main_no,
        "merged_on": merge.merged_on,
        "unmerged_on": merge.unmerged_on,
        "reason": merge.reason,
    })
}

/// Whether it is used today, in words.
fn standing<R: PerTax>(record: &R, context: &Context<'_>) -> &'static str {
    if record.is_ended() {
        "取りやめ"
    } else if per_tax::in_force(record, context.today) {
        "使用中"
    } else if context.today < record.from() {
        "開始前"
    } else {
        "終了"
    }
}

fn mailings(view: &dyn View, number: &str, hidden: bool, context: &Context<'_>) -> Result<Vec<Value>, Fault> {
    let held = linked::per_tax::<Mailing>(view, number)?;
    Ok(held
        .iter()
        .map(|held| {
            let mailing = &held.record;
            json!({
                "tax_item": mailing.tax_item,
                "tax_item_label": per_tax::tax_name(&mailing.tax_item),
                "use": standing(mailing, context),
                "from": mailing.from,
                "until": mailing.until,
                "name": mailing.name,
                "postcode": hidden.not().then_some(&mailing.postcode),
                "address": concealed(&mailing.address, hidden),
                "reason": mailing.reason,
            })
        })
        .collect())
}

/// The agents, and their own numbers where they have one. An agent who is protected is hidden as everywhere.
fn agents(
    view: &dyn View,
    number: &str,
    hidden: bool,
    context: &Context<'_>,
) -> Result<(Vec<Value>, Vec<String>), Fault> {
    let mut shown = Vec::new();
    let mut numbers = Vec::new();
    for held in linked::per_tax::<TaxAgent>(view, number)? {
        let agent = &held.record;
        let own = agent.agent_no.map(|no| view.load::<Addressee>(no.as_str())).transpose()?.flatten();
        let hidden = match &own {
            Some(own) => hidden || linked::is_hidden(view, &own.record)?,
            None => hidden,
        };
        numbers.extend(agent.agent_no.map(|no| no.to_string()));
        shown.push(json!({
            "tax_item": agent.tax_item,
            "tax_item_label": per_tax::tax_name(&agent.tax_item),
            "use": standing(agent, context),
            "kind": agent.kind,
            "kind_label": agent.kind.label(),
            "from": agent.from,
            "until": agent.until,
            "agent_no": agent.agent_no,
            "name": agent.name,
            "postcode": hidden.not().then_some(&agent.postcode),
            "address": concealed(&agent.address, hidden),
        }));
    }
    Ok((shown, numbers))
}

fn accounts(view: &dyn View, number: &str, context: &Context<'_>) -> Result<Vec<Value>, Fault> {
    let held = linked::per_tax::<Account>(view, number)?;
    Ok(held
        .iter()
        .map(|held| {
            let account = &held.record;
            json!({
                "tax_item": account.tax_item,
                "tax_item_label": per_tax::tax_name(&account.tax_item),
                "use": standing(account, context),
                "from": account.from,
                "until": account.until,
                "bank": account.bank,
                "bank_name": account.bank_name,
                "branch": account.branch,
                "branch_name": account.branch_name,
                "account_type": account.account_type,
                "account_type_label": account.account_type.label(),
                "account_no": account.account_no,
                "holder_kana": account.holder_kana,
                "method": account.method,
                "method_label": account.method.label(),
                "state": account.state,
                "state_label": account.state.label(),
            })
        })
        .collect())
}
