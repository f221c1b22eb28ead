//! From a plan to 仮登録 and from 仮登録 to 本登録, the same way for every movement.

use register::{Fault, View, ViewExt, Write};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Finding, Form, Function, Input, Mode, Outcome, Place};

use crate::concealment::Concealment;
use crate::desk::{Desk, Entry};
use crate::functions::{
    birth, cancel, correction, death, ex_officio_deletion, head_change, history, household_change,
    member_order, move_in, move_in_notice, move_out, move_within, names, nationality, number_change, renewal,
};
use crate::records::{Counter, HOLD, Hold, Household, Person, Provisional, ProvisionalStatus, ReadVersion};
use crate::rules::{application, characters, era, kana, outbound, suppression, town_tables};

/// A movement (異動): a plan worked out on the desk, the same at 仮登録 and at 本登録.
#[derive(Debug)]
pub(crate) struct MovementKind {
    /// Function id.
    pub(crate) id: &'static str,
    /// 異動名.
    pub(crate) title: &'static str,
    /// Checks the input against the registers and lays down what would be so.
    pub(crate) plan: fn(&mut Desk<'_>, &Input) -> Result<(), Fault>,
}

/// Every movement, in the order of the function table.
pub(crate) static MOVEMENTS: &[&MovementKind] = &[
    &move_in::MOVE_IN,
    &birth::BIRTH,
    &move_out::MOVE_OUT,
    &death::DEATH,
    &move_within::MOVE_WITHIN,
    &head_change::HEAD_CHANGE,
    &household_change::HOUSEHOLD_CHANGE,
    &member_order::MEMBER_ORDER,
    &ex_officio_deletion::EX_OFFICIO_DELETION,
    &correction::CORRECTION,
    &names::FORMER_NAME,
    &names::ALIAS,
    &cancel::CANCEL,
    &move_in::EX_OFFICIO_ENTRY,
    &move_in_notice::MOVE_IN_NOTICE,
    &nationality::NATIONALITY,
    &renewal::RENEWAL,
    &number_change::NUMBER_CHANGE,
];

/// The function of a movement: it decides and writes only a 仮登録.
pub(crate) fn function(
    kind: &MovementKind,
    place: Place,
    form: Form,
    decide: fn(&dyn View, &Input, &Context<'_>) -> Result<Outcome, Fault>,
) -> Function {
    Function {
        id: kind.id,
        title: kind.title,
        place: Some(place),
        mode: Mode::Online,
        effect: Effect::Writes,
        form,
        in_menu: true,
        decide,
    }
}

/// Enters a movement (仮登録).
///
/// Source: 住民記録システム標準仕様書 4.0.8.
pub(crate) fn enter(
    kind: &MovementKind,
    view: &dyn View,
    input: &Input,
    context: &Context<'_>,
) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let application = application::named(view, input)?;
    let input = &match &application {
        Some((application, _)) => {
            application::check(&mut desk, application, kind.id);
            application::filled(application, input)?
        }
        None => Input(input.0.clone()),
    };
    let (place, terminal) = town_tables::desk_of(context);
    desk.entry = Entry { notification_no: input.text("notification_no").to_owned(), place, terminal };
    (kind.plan)(&mut desk, input)?;
    era::warn(&mut desk, input);
    characters::check(&mut desk);
    suppression::warn_of_leavers(&mut desk)?;
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    kana::warn(&mut desk);
    // Numbers laid down by the plan are a rehearsal; only 受付番号 is really given.
    let mut series = Desk::new(view, context);
    let provisional_no = format!("{:08}", series.next_serial(Counter::PROVISIONAL)?);
    let mut writes = series.writes()?;
    for no in &desk.targets {
        let hold = Hold { addressee_no: *no, provisional_no: provisional_no.clone() };
        writes.push(Write::put(&hold, None)?);
    }
    let confirmed: Vec<String> = desk
        .findings
        .iter()
        .map(Finding::confirmation)
        .filter(|confirmation| context.confirmed.contains(confirmation))
        .collect();
    let provisional = Provisional {
        provisional_no: provisional_no.clone(),
        function: kind.id.to_owned(),
        title: kind.title.to_owned(),
        input: dated(input, context),
        targets: desk.targets.clone(),
        households: desk.households_touched(),
        summary: desk.summary.clone(),
        entered_by: context.actor.id().to_owned(),
        entered_at: context.now,
        input_place: desk.entry.place.clone(),
        input_terminal: desk.entry.terminal.clone(),
        confirmed,
        findings: desk.findings.clone(),
        read: desk.read_versions(),
        status: ProvisionalStatus::Open,
        ended_by: String::new(),
        ended_at: None,
        discard_reason: String::new(),
    };
    writes.push(Write::put(&provisional, None)?);
    if let Some((application, version)) = application {
        writes.push(application::entered(application, version, &provisional_no)?);
    }
    Ok(Outcome {
        findings: desk.findings,
        writes,
        effective_on: Some(context.today),
        reason: format!("{}の仮登録", kind.title),
        message: format!("仮登録しました。受付番号 {provisional_no}"),
        opens: Some(provisional_no),
        ..Outcome::default()
    })
}

/// The input as it is kept. A blank 届出日 means the day of entry, and must not become the day of 本登録; of a received notice
/// (受信通知) it means the day that one states.
fn dated(input: &Input, context: &Context<'_>) -> String {
    let mut kept = input.0.clone();
    let blank = ["notified_on", "received_nos"].iter().all(|name| input.text(name).is_empty())
        && input.text("basis") != "ex-officio";
    if let Some(fields) = kept.as_object_mut().filter(|_| blank) {
        fields.insert("notified_on".to_owned(), json!(context.today.to_string()));
    }
    kept.to_string()
}

/// Makes a 仮登録 final (本登録): decides the movement once more on the registers as they are now.
///
/// Source: 住民記録システム標準仕様書 4.0.8.
pub(crate) fn finalize(
    view: &dyn View,
    provisional: &Provisional,
    version: u32,
    context: &Context<'_>,
) -> Result<Outcome, Fault> {
    let kind = MOVEMENTS.iter().find(|kind| kind.id == provisional.function).ok_or_else(|| {
        Fault::because(format!("仮登録 {} names an unknown movement", provisional.provisional_no))
    })?;
    let input = Input(
        serde_json::from_str(&provisional.input)
            .map_err(|error| Fault::new("the input of a 仮登録 does not read", error))?,
    );
    let mut desk = Desk::new(view, context);
    desk.own_provisional = Some(provisional.provisional_no.clone());
    desk.function = kind.id;
    desk.entry = Entry {
        notification_no: input.text("notification_no").to_owned(),
        place: provisional.input_place.clone(),
        terminal: provisional.input_terminal.clone(),
    };
    (kind.plan)(&mut desk, &input)?;
    era::warn(&mut desk, &input);
    characters::check(&mut desk);
    suppression::warn_of_leavers(&mut desk)?;
    kana::warn(&mut desk);
    // What was confirmed at entry need not be confirmed again; what is new must be.
    let mut findings: Vec<Finding> = std::mem::take(&mut desk.findings);
    findings.retain(|finding| finding.stops() || !provisional.confirmed.contains(&finding.confirmation()));
    if let Some(changed) = changed_since(view, &provisional.read)? {
        findings.insert(0, changed);
    }
    if findings.iter().any(Finding::stops) {
        return Ok(Outcome::refused(findings));
    }
    if provisional.entered_by == context.actor.id() {
        findings.push(Finding::alert(
            "D005",
            "",
            "審査",
            "仮登録した人と本登録する人が同じです。",
            "別の職員が審査してください。やむを得ないときは、内容をもう一度見てから本登録してください。",
        ));
    }
    let mut writes = desk.writes()?;
    let ended = Provisional {
        status: ProvisionalStatus::Final,
        ended_by: context.actor.id().to_owned(),
        ended_at: Some(context.now),
        ..provisional.clone()
    };
    writes.push(Write::put(&ended, Some(version))?);
    writes.extend(release(view, provisional)?);
    let rows = desk.rows().count();
    // The message stays on the screen and in its history; where somebody hidden goes to is for the review alone.
    let told = Concealment::new(view, context).told(provisional, &desk.summary)?;
    Ok(Outcome {
        findings,
        writes,
        effective_on: desk.effective_on.or(Some(context.today)),
        reason: desk.reason.map(|reason| format!("{} {}", reason.code(), reason.label())).unwrap_or_default(),
        message: format!("本登録しました。{told}（住民票{rows}人分）"),
        opens: desk.rows().next().map(|person| person.household_no.to_string()),
        answer: Some(planned(&desk)),
        ..Outcome::default()
    })
}

/// The rows as the reviewer sees them, what each changes, a first row against nothing, and the notices that go out.
fn planned(desk: &Desk<'_>) -> Answer {
    let rows: Vec<Value> = desk
        .rows_after()
        .map(|(before, after)| {
            json!({
                "addressee_no": after.addressee_no,
                "name": after.called(),
                "household_no": after.household_no,
                "history_no": after.history_no,
                "movement_reason": after.movement_reason.label(),
                "is_new": before.is_none(),
                "changes": match before {
                    Some(before) => history::changes(before, after),
                    None => history::first_row(after),
                },
            })
        })
        .collect();
    let subjects = desk.rows().map(|person| person.addressee_no.to_string()).collect();
    let notices: Vec<Value> = desk
        .notices()
        .iter()
        .map(|notice| {
            json!({
                "addressee_no": notice.addressee_no,
                "notice": outbound::title(notice.notice),
                "category": notice.category,
                "notice_to": notice.to_name,
            })
        })
        .collect();
    Answer { data: json!({ "rows": rows, "notices": notices }), subjects }
}

/// Closes the holds of a 仮登録.
pub(crate) fn release(view: &dyn View, provisional: &Provisional) -> Result<Vec<Write>, Fault> {
    let mut writes = Vec::new();
    for no in &provisional.targets {
        if let Some(hold) = view.load::<Hold>(no.as_str())?
            && hold.record.provisional_no == provisional.provisional_no
        {
            writes.push(Write::close(&HOLD, no.as_str(), hold.version));
        }
    }
    Ok(writes)
}

/// Tells whether a record the entry was based on has changed since (D004).
fn changed_since(view: &dyn View, read: &[ReadVersion]) -> Result<Option<Finding>, Fault> {
    let mut changed = Vec::new();
    for held in read {
        if held.kind == crate::records::PERSON.id {
            let now = view.load::<Person>(&held.key)?;
            if let Some(now) = now.filter(|now| now.version != held.version) {
                let person = now.record;
                changed.push(format!(
                    "{}さん（{}、{}処理）",
                    person.called(),
                    person.movement_reason.label(),
                    domain::wareki(person.processed_on)
                ));
            }
        } else if view.load::<Household>(&held.key)?.is_none_or(|now| now.version != held.version) {
            changed.push(format!("世帯番号{}の世帯", held.key));
        }
    }
    if changed.is_empty() {
        return Ok(None);
    }
    Ok(Some(Finding::alert(
        "D004",
        "",
        "仮登録",
        format!("仮登録の後に台帳が変わりました: {}。", changed.join("、")),
        "今の台帳で異動の内容が正しいか確かめてください。正しくないときは仮登録を取り消して入力し直してください。",
    )))
}
