//! 送信通知一覧: which notices the register made of whom, to whom, and what is known of them here.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::{AddresseeNo, Date, wareki};
use jiff::ToSpan;
use register::{Fault, View, ViewExt};
use serde_json::json;
use system::{
    Answer, Choice, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices,
};

use super::{period, person};
use crate::concealment::{self, Concealment, HIDDEN};
use crate::records::{Channel, NoticeKind, NoticeState, OUTBOUND_NOTICE, OutboundNotice, Person};
use crate::rules::{outbound, tell};

/// Most rows of one answer.
const ROWS_MAX: usize = 500;

/// Most days that are looked up day by day; longer periods are read through.
const DAYS_MAX: i32 = 31;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/notice-list",
        title: "送信通知一覧",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "条件",
            vec![
                Field::new("notice", "通知の種類", FieldKind::Choice(kinds())),
                Field::new("from", "作成日（から）", FieldKind::Date).help("宛名番号も日付も空なら今日"),
                Field::new("to", "作成日（まで）", FieldKind::Date).help("空なら「から」の日だけ"),
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo),
                Field::new("notice_state", "状態", FieldKind::Choice(choices(NoticeState::CHOICES))),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn kinds() -> Vec<Choice> {
    let one =
        |kind: &NoticeKind| Choice { code: kind.tag().to_owned(), label: outbound::title(*kind).to_owned() };
    NoticeKind::ALL.iter().map(one).collect()
}

/// Neither the address nor, of somebody who is hidden, a municipality that tells where they go is in it.
///
/// Source: 住民記録システム標準仕様書 4.5.7, 7.1.1.1.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("addressee_no");
    let (from, to) = match period::stated(input, !no.is_empty(), context.today, "作成日") {
        Ok(stated) => stated,
        Err(finding) => return Ok(Outcome::refused(vec![*finding])),
    };
    let wanted = |one: &OutboundNotice| {
        from.is_none_or(|from| from <= one.made_on)
            && to.is_none_or(|to| one.made_on <= to)
            && NoticeKind::from_tag(input.text("notice")).is_none_or(|kind| kind == one.notice)
            && (input.text("notice_state").is_empty() || input.text("notice_state") == one.state.code())
    };
    let mut found = if no.is_empty() {
        of_days(view, from, to, &wanted)?
    } else {
        let Some(held) = view.load::<Person>(no)? else { return Ok(person::unknown(no)) };
        if let Some(finding) = concealment::refusal(view, context, &held.record)? {
            return Ok(Outcome::refused(vec![finding]));
        }
        let mut notices = tell::of_person(view, held.record.addressee_no)?;
        notices.retain(&wanted);
        notices
    };
    let more = ROWS_MAX < found.len();
    found.truncate(ROWS_MAX);
    answer(view, context, &found, more)
}

fn of_days(
    view: &dyn View,
    from: Option<Date>,
    to: Option<Date>,
    wanted: &dyn Fn(&OutboundNotice) -> bool,
) -> Result<Vec<OutboundNotice>, Fault> {
    let mut found = Vec::new();
    if let (Some(from), Some(to)) = (from, to)
        && from.until(to).is_ok_and(|span| span.get_days() < DAYS_MAX)
    {
        let mut day = from;
        while day <= to && found.len() <= ROWS_MAX {
            let held = view.load_by::<OutboundNotice>("made_on", &day.to_string())?;
            found.extend(held.into_iter().map(|held| held.record).filter(|one| wanted(one)));
            let Ok(next) = day.checked_add(1.day()) else { break };
            day = next;
        }
        return Ok(found);
    }
    view.scan(&OUTBOUND_NOTICE, None, &mut |stored| {
        let one = stored.typed::<OutboundNotice>()?.record;
        if wanted(&one) {
            found.push(one);
        }
        Ok(if ROWS_MAX < found.len() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(found)
}

fn answer(
    view: &dyn View,
    context: &Context<'_>,
    found: &[OutboundNotice],
    more: bool,
) -> Result<Outcome, Fault> {
    let mut concealment = Concealment::new(view, context);
    let mut persons: BTreeMap<AddresseeNo, (String, bool)> = BTreeMap::new();
    let mut subjects = BTreeSet::new();
    let mut rows = Vec::new();
    for one in found {
        let no = one.addressee_no;
        let (name, hidden) = match persons.entry(no) {
            Entry::Occupied(seen) => seen.get().clone(),
            Entry::Vacant(place) => {
                let seen = match view.load::<Person>(no.as_str())? {
                    Some(held) => (held.record.called().to_owned(), concealment.hides(&held.record)?),
                    None => (String::new(), true),
                };
                place.insert(seen).clone()
            }
        };
        subjects.insert(no.to_string());
        let tells_where = matches!(
            one.notice,
            NoticeKind::MoveIn | NoticeKind::MoveOutCertificate | NoticeKind::AdultWard | NoticeKind::Annex
        );
        rows.push(json!({
            "message_no": one.message_no,
            "notice": outbound::title(one.notice),
            "category": one.category,
            "notice_change": one.change.map(|change| change.label()).unwrap_or_default(),
            "addressee_no": no,
            "name": name,
            "sequence": one.sequence,
            "history_no": one.history_no,
            "through": one.through.label(),
            "notice_to": if hidden && tells_where { HIDDEN } else { &one.to_name },
            "own_annex": one.through == Channel::InHouse,
            "event_date": one.event_date.map(|day| day.label_wareki()).unwrap_or_default(),
            "made_on": wareki(one.made_on),
            "notice_state": one.state.label(),
            "state_reason": one.state_reason,
            "state_by": one.state_by,
            "resend_of": one.resend_of,
            "resend_reason": one.resend_reason,
            "answered_on": one.answered_on.map(wareki).unwrap_or_default(),
        }));
    }
    let count = rows.len();
    Ok(Outcome {
        message: if more {
            format!("{count}件より多くあります。条件を加えてください。")
        } else {
            format!("{count}件")
        },
        answer: Some(Answer {
            data: json!({ "rows": rows, "count": count, "more": more }),
            subjects: subjects.into_iter().collect(),
        }),
        ..Outcome::default()
    })
}
