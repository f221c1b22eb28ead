//! 送信通知の再送 and 送信通知の手作業完了: what staff do about a notice that did not get through.

use register::{Fault, View, ViewExt, Write};
use serde_json::json;
use system::{
    Answer, Choice, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use crate::desk::Desk;
use crate::records::{Counter, NoticeKind, NoticeState, OutboundNotice};
use crate::rules::{consistency, outbound, received, tell};

/// 送信通知の再送: the same row is told once more, under another category where the first was wrong.
pub(crate) fn resend() -> Function {
    Function {
        id: "resident-register/notice-resend",
        title: "送信通知の再送",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "再送",
            vec![
                Field::new("message_no", "通知番号", FieldKind::Text(12)).required(),
                Field::new("category", "事由の区分", FieldKind::Choice(categories()))
                    .help("空なら前の通知と同じ"),
                Field::new("reason", "理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide: decide_resend,
    }
}

fn categories() -> Vec<Choice> {
    let mut found: Vec<Choice> = Vec::new();
    for kind in NoticeKind::ALL.iter().copied().filter(|kind| outbound::may_resend(*kind)) {
        for category in outbound::categories(kind) {
            if found.iter().all(|choice| choice.code != category) {
                found.push(Choice { code: category.to_owned(), label: category.to_owned() });
            }
        }
    }
    found
}

/// D061: a notice that stands; a replaced or completed one is over.
pub(crate) fn standing(
    view: &dyn View,
    message_no: &str,
) -> Result<Result<(OutboundNotice, u32), Box<Finding>>, Fault> {
    let refuse = |message: String| {
        Ok(Err(Box::new(Finding::error(
            "D061",
            "message_no",
            "通知番号",
            message,
            "送信通知一覧で通知番号を確かめてください。",
        ))))
    };
    let Some(held) = view.load::<OutboundNotice>(message_no)? else {
        return refuse(format!("通知番号{message_no}の送信通知はありません。"));
    };
    let notice = held.record;
    if !notice.is_valid() || notice.answered_on.is_some() {
        let state = if notice.answered_on.is_some() { "回答済み" } else { notice.state.label() };
        return refuse(format!("通知番号{message_no}の送信通知は、もう{state}です。"));
    }
    Ok(Ok((notice, held.version)))
}

/// E121, D061, D064, D108.
///
/// Source: 住民記録システム標準仕様書 4.1.3.0.4 (転出証明書情報 is not sent again by hand), 4.5.7, 7.1.1.1.
fn decide_resend(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let (old, version) = match standing(view, input.text("message_no"))? {
        Ok(found) => found,
        Err(finding) => return Ok(Outcome::refused(vec![*finding])),
    };
    let title = outbound::title(old.notice);
    if !outbound::may_resend(old.notice) {
        return Ok(Outcome::refused(vec![Finding::error(
            "E121",
            "message_no",
            "通知番号",
            format!("{title}は、手作業で再送できません。"),
            "転出先の市区町村に届いていないときは、転出証明書に準ずる証明書を交付するか、住基ネットの担当に連絡してください。",
        )]));
    }
    let stated = input.text("category");
    if !stated.is_empty() && !outbound::categories(old.notice).contains(&stated) {
        return Ok(Outcome::refused(vec![Finding::error(
            "D064",
            "category",
            "事由の区分",
            format!("「{stated}」は、{title}の区分ではありません。"),
            "通知の種類に合う区分を選ぶか、空にしてください。",
        )]));
    }
    let mut desk = Desk::new(view, context);
    let reason = input.text("reason").to_owned();
    let told = tell::of_person(view, old.addressee_no)?;
    let last = told.last().map_or(0, |notice| notice.sequence);
    let newer = told.iter().rev().find(|notice| {
        (notice.notice, &notice.to_name) == (old.notice, &old.to_name)
            && old.sequence < notice.sequence
            && notice.is_valid()
    });
    if let Some(newer) = newer {
        desk.alert(
            "D108",
            "message_no",
            "通知番号",
            format!(
                "この通知より後に、同じ人の{title}（通知番号{}、{}）があります。再送すると、古い内容が後から届きます。",
                newer.message_no, newer.category
            ),
            "古い通知が届いていないことを相手に確かめてください。再送したら、新しい方の通知も続けて再送してください。",
        );
    }
    let new = OutboundNotice {
        message_no: OutboundNotice::key_of(desk.next_serial(Counter::NOTICE)?),
        sequence: last.saturating_add(1),
        category: if stated.is_empty() { old.category.clone() } else { stated.to_owned() },
        made_on: context.today,
        function: "resident-register/notice-resend".to_owned(),
        resend_of: old.message_no.clone(),
        resend_reason: reason.clone(),
        ..old.clone()
    };
    let replaced = OutboundNotice {
        state: NoticeState::Resent,
        state_reason: reason.clone(),
        state_by: context.actor.id().to_owned(),
        ..old
    };
    let mut writes = desk.writes()?;
    writes.push(Write::put(&replaced, Some(version))?);
    writes.push(Write::put(&new, None)?);
    // A result that told of an error has been seen to.
    writes.extend(received::settle_result(view, context, &replaced.message_no, &reason)?);
    if replaced.notice == NoticeKind::Identity {
        let told = format!("本人確認情報の再送（{reason}）");
        writes.extend(consistency::settle(view, context, replaced.addressee_no, &told)?);
    }
    Ok(Outcome {
        findings: desk.findings,
        writes,
        reason,
        message: format!(
            "{title}（通知番号 {}）を再送します。新しい通知番号 {}",
            replaced.message_no, new.message_no
        ),
        answer: Some(Answer {
            data: json!({ "message_no": new.message_no, "resend_of": replaced.message_no }),
            subjects: vec![new.addressee_no.to_string()],
        }),
        ..Outcome::default()
    })
}

/// 送信通知の手作業完了: the receiver was told by other means.
pub(crate) fn complete() -> Function {
    Function {
        id: "resident-register/notice-complete",
        title: "送信通知の手作業完了",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "手作業で完了",
            vec![
                Field::new("message_no", "通知番号", FieldKind::Text(12)).required(),
                Field::new("reason", "理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide: decide_complete,
    }
}

/// Source: 住民記録システム標準仕様書 7.1.1.1.
fn decide_complete(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let (notice, version) = match standing(view, input.text("message_no"))? {
        Ok(found) => found,
        Err(finding) => return Ok(Outcome::refused(vec![*finding])),
    };
    let reason = input.text("reason").to_owned();
    let done = OutboundNotice {
        state: NoticeState::ByHand,
        state_reason: reason.clone(),
        state_by: context.actor.id().to_owned(),
        ..notice
    };
    let mut writes = vec![Write::put(&done, Some(version))?];
    writes.extend(received::settle_result(view, context, &done.message_no, &reason)?);
    if done.notice == NoticeKind::Identity {
        let told = format!("本人確認情報の手作業完了（{reason}）");
        writes.extend(consistency::settle(view, context, done.addressee_no, &told)?);
    }
    Ok(Outcome {
        writes,
        reason,
        message: format!(
            "{}（通知番号 {}）を手作業で完了にしました。",
            outbound::title(done.notice),
            done.message_no
        ),
        answer: Some(Answer {
            data: json!({ "message_no": done.message_no }),
            subjects: vec![done.addressee_no.to_string()],
        }),
        ..Outcome::default()
    })
}
