//! What an action makes of a medium.

use catalog::Packing;
use domain::{Date, wareki};
use linkage::{Delivery, LinkState, Phase};
use register::{Fault, Versioned, View, ViewExt, Write};
use system::{Context, Finding, Input, Outcome};

use super::asked::Asked;
use crate::records::{Holder, Medium, Step};
use crate::rules::{Action, State, next};

/// Decides an action on one medium.
pub(super) fn decide(
    action: Action,
    view: &dyn View,
    input: &Input,
    context: &Context<'_>,
) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    let medium_no = match asked.number() {
        Ok(number) => number,
        Err(finding) => return Ok(Outcome::refused(vec![*finding])),
    };
    let held = view.load::<Medium>(&medium_no)?;
    let state = held.as_ref().map(|held| held.record.state);
    let Some(to) = next(state, action) else {
        return Ok(Outcome::refused(vec![impossible(action, &medium_no, state)]));
    };
    let done_on = asked.done_on(context.today);
    let mut findings = dates(&asked, done_on, context.today, held.as_ref());
    let last = Step {
        action,
        done_on,
        done_by: if asked.done_by.is_empty() { context.actor.id().to_owned() } else { asked.done_by.clone() },
        entered_by: context.actor.id().to_owned(),
        how: asked.how.clone(),
        note: asked.note.clone(),
    };
    let (medium, of_action) = match (action, &held) {
        (Action::Write | Action::Accept, _) | (_, None) => filled(action, view, &asked, medium_no, to, last)?,
        (_, Some(held)) => (moved(action, &asked, &held.record, to, last), Vec::new()),
    };
    findings.extend(of_action);
    let alarm = if to == State::Lost { "連携監視に警報が出ます。" } else { "" };
    Ok(Outcome {
        findings,
        writes: vec![Write::put(&medium, held.map(|held| held.version))?],
        effective_on: Some(done_on),
        reason: format!("媒体の{}", action.label()),
        message: format!("媒体 {} を「{}」にしました。{alarm}", medium.medium_no, to.label()),
        opens: Some(medium.medium_no),
        ..Outcome::default()
    })
}

fn impossible(action: Action, medium_no: &str, state: Option<State>) -> Finding {
    let Some(state) = state else {
        return Finding::error(
            "MED01",
            "medium_no",
            "媒体番号",
            format!("媒体 {medium_no} は管理簿にありません。"),
            "番号を確かめるか、先に「媒体への書込」か「媒体の受入」で登録してください。",
        );
    };
    let possible: Vec<&str> = possible(state).map(Action::label).collect();
    let after = match possible.as_slice() {
        [] => "この先の処理はありません。".to_owned(),
        possible => format!("次にできるのは「{}」です。", possible.join("」「")),
    };
    Finding::error(
        "MED02",
        "medium_no",
        "媒体番号",
        format!(
            "媒体 {medium_no} は「{}」なので、「{}」はできません。{after}",
            state.label(),
            action.label()
        ),
        "番号を確かめ、抜けた処理があれば先に登録してください。",
    )
}

/// What may follow a state.
pub(super) fn possible(state: State) -> impl Iterator<Item = Action> {
    Action::ALL.into_iter().filter(move |action| next(Some(state), *action).is_some())
}

fn dates(asked: &Asked, done_on: Date, today: Date, held: Option<&Versioned<Medium>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let before = held.map(|held| held.record.last.done_on);
    let wrong = |message: String| {
        Finding::error("MED03", "done_on", "日付", message, "日付を確かめて入力し直してください。")
    };
    if today < done_on {
        findings.push(wrong(format!("{}は今日より後です。", wareki(done_on))));
    } else if let Some(before) = before.filter(|before| done_on < *before) {
        findings.push(wrong(format!("{}は、前の処理の{}より前です。", wareki(done_on), wareki(before))));
    }
    if let Some(due) = asked.due_back_on().filter(|due| *due < done_on) {
        findings.push(Finding::error(
            "MED07",
            "due_back_on",
            "返却予定日",
            format!("返却予定日{}が、渡した日{}より前です。", wareki(due), wareki(done_on)),
            "日付を確かめて入力し直してください。",
        ));
    }
    findings
}

/// A medium that gets its content: by us, or by who sent it here.
fn filled(
    action: Action,
    view: &dyn View,
    asked: &Asked,
    medium_no: String,
    state: State,
    last: Step,
) -> Result<(Medium, Vec<Finding>), Fault> {
    let mut findings = Vec::new();
    if view.load::<LinkState>(&asked.link_id)?.is_none() {
        findings.push(Finding::error(
            "MED04",
            "link_id",
            "連携",
            format!("連携「{}」は動いていません。", asked.link_id),
            "連携監視で連携のIDを確かめてください。",
        ));
    }
    let deliveries = asked.deliveries().unwrap_or_else(|finding| {
        findings.push(*finding);
        Vec::new()
    });
    if action == Action::Write && findings.is_empty() {
        findings = unfit(view, &asked.link_id, &deliveries)?;
    }
    let holder = (action == Action::Accept).then(|| Holder {
        organisation: asked.organisation.clone(),
        taken_by: String::new(),
        since: last.done_on,
        due_back_on: asked.due_back_on(),
    });
    let medium = Medium {
        medium_no,
        media: asked.kind(),
        state,
        link_id: asked.link_id.clone(),
        deliveries,
        seal_no: asked.seal_no.clone(),
        holder,
        last,
    };
    Ok((medium, findings))
}

/// Deliveries that cannot be on a medium of ours, and those that should not: a medium may be lost, so what is on it should be
/// of no use to who finds it.
fn unfit(view: &dyn View, link: &str, deliveries: &[u64]) -> Result<Vec<Finding>, Fault> {
    let (mut missing, mut open) = (Vec::new(), Vec::new());
    for no in deliveries {
        let delivery = view.load::<Delivery>(&Delivery::key_of(link, *no))?.map(|held| held.record);
        match delivery.filter(|own| own.file_name.is_some() && own.phase != Phase::Received) {
            None => missing.push(no.to_string()),
            Some(own) if is_open(&own) => open.push(no.to_string()),
            Some(_) => {}
        }
    }
    let mut findings = Vec::new();
    if !missing.is_empty() {
        findings.push(Finding::error(
            "MED05",
            "deliveries",
            "配信番号",
            format!("連携「{link}」の配信{}番は、ファイルのある配信ではありません。", missing.join("、")),
            "連携の画面で、配信番号を確かめてください。",
        ));
    }
    if !open.is_empty() {
        findings.push(Finding::alert(
            "MED08",
            "deliveries",
            "配信番号",
            format!("配信{}番は、連携定義では暗号化していません。媒体の中身は、拾った人にも読めます。", open.join("、")),
            "連携定義に packing（パスワード付きZIPか age）を書くことを検討してください。別の方法で暗号化してあるときは、確認して進めます。",
        ));
    }
    Ok(findings)
}

fn is_open(delivery: &Delivery) -> bool {
    match delivery.packed.as_ref().map(|packed| &packed.packing) {
        None | Some(Packing::Zip) => true,
        Some(Packing::ZipAes(_) | Packing::Age(_)) => false,
    }
}

/// A medium the register knows, after an action.
fn moved(action: Action, asked: &Asked, held: &Medium, state: State, last: Step) -> Medium {
    let mut medium = Medium { state, last, ..held.clone() };
    match action {
        Action::Seal => medium.seal_no.clone_from(&asked.seal_no),
        Action::HandOver => {
            medium.holder = Some(Holder {
                organisation: asked.organisation.clone(),
                taken_by: asked.taken_by.clone(),
                since: medium.last.done_on,
                due_back_on: asked.due_back_on(),
            });
        }
        // It is here: nobody outside has it any more.
        Action::Return | Action::Find => medium.holder = None,
        Action::SendBack => {
            if let Some(holder) = &mut medium.holder {
                holder.taken_by.clone_from(&asked.taken_by);
                holder.since = medium.last.done_on;
            }
        }
        Action::Write
        | Action::Accept
        | Action::Confirm
        | Action::Erase
        | Action::Destroy
        | Action::Lose
        | Action::Settle => {}
    }
    medium
}
