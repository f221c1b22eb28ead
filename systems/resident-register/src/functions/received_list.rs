//! 受信通知一覧 and 受信通知の破棄: what others told and nobody has taken up yet.

use domain::wareki;
use register::{Fault, View, ViewExt, Write};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Place, Section,
    choices,
};

use crate::records::{ReceivedKind, ReceivedNotice, ReceivedStatus};
use crate::rules::received;

/// Most rows of one answer.
const ROWS_MAX: usize = 500;

const PLACE: Place =
    Place { unit: "住民基本台帳", level1: "異動（減少）", level2: "転出", level3: "" };

/// 受信通知一覧.
pub(crate) fn list() -> Function {
    Function {
        id: "resident-register/received-list",
        title: "受信通知一覧",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "条件",
            vec![
                Field::new("received_kind", "通知の種類", FieldKind::Choice(choices(ReceivedKind::CHOICES))),
                Field::new("received_status", "状態", FieldKind::Choice(choices(ReceivedStatus::CHOICES)))
                    .help("空なら未処理だけ"),
            ],
        )]),
        in_menu: true,
        decide: decide_list,
    }
}

/// Source: 住民記録システム標準仕様書 4.1.3.1.2, 4.5.7 (A172, A177).
fn decide_list(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let stated = input.text("received_status");
    let status = if stated.is_empty() { ReceivedStatus::Open.code() } else { stated };
    let kind = input.text("received_kind");
    let mut rows = Vec::new();
    for held in view.load_by::<ReceivedNotice>("status", status)? {
        if kind.is_empty() || held.record.notice.code() == kind {
            rows.push(row(&held.record));
        }
        if ROWS_MAX <= rows.len() {
            break;
        }
    }
    let count = rows.len();
    Ok(Outcome {
        message: format!("{count}件"),
        answer: Some(Answer { data: json!({ "rows": rows, "count": count }), subjects: Vec::new() }),
        ..Outcome::default()
    })
}

/// Neither the old address nor the lot of the new one: staff find the person by name and birth date, and 転入通知の受理
/// fills the address in.
fn row(one: &ReceivedNotice) -> Value {
    let rule = match one.notice {
        _ if one.troubles.is_empty() => "",
        ReceivedKind::MoveIn => "A172",
        ReceivedKind::ImmigrationResult => "A177",
    };
    let place = one.new_address.as_ref();
    json!({
        "received_no": one.received_no,
        "received_kind": one.notice.label(),
        "received_on": wareki(one.received_on),
        "name": one.name,
        "birth_date": one.birth_date.map(|day| day.label_wareki()).unwrap_or_default(),
        "dest_municipality": place.map(|place| format!("{}{}", place.prefecture, place.municipality)).unwrap_or_default(),
        "moved_on": one.moved_on.map(wareki).unwrap_or_default(),
        "message_no": if one.notice == ReceivedKind::ImmigrationResult { one.sender_no.as_str() } else { "" },
        "result": one.result,
        "remark": one.remark,
        "rule": rule,
        "to_check": one.troubles.join(" "),
        "received_status": one.status.label(),
        "ended_reason": one.end_reason,
    })
}

/// 受信通知の破棄.
pub(crate) fn discard() -> Function {
    Function {
        id: "resident-register/received-discard",
        title: "受信通知の破棄",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "破棄",
            vec![
                Field::new("received_no", "受信番号", FieldKind::Text(60)).required(),
                Field::new("reason", "理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide: decide_discard,
    }
}

fn decide_discard(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("received_no");
    let Some(held) = view.load::<ReceivedNotice>(no)?.filter(|held| received::is_open(&held.record)) else {
        return Ok(Outcome::refused(vec![Finding::error(
            "D066",
            "received_no",
            "受信番号",
            format!("受信番号{no}の受信通知はないか、もう処理されています。"),
            "受信通知一覧で受信番号を確かめてください。",
        )]));
    };
    let reason = input.text("reason").to_owned();
    let ended = held.record.ended(ReceivedStatus::Discarded, context.actor.id(), context.today, &reason);
    Ok(Outcome {
        writes: vec![Write::put(&ended, Some(held.version))?],
        reason,
        message: format!("受信番号{no}の{}を破棄しました。", ended.notice.label()),
        ..Outcome::default()
    })
}
