//! 受付データ: taken in from a file, listed, opened as the form of its movement, put aside.

use std::collections::BTreeSet;

use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Place, Section,
    choices,
};

use super::corrected::Changes;
use super::{correction, ex_officio_deletion, history, issue_copy, move_in, move_out, move_within};
use crate::concealment::Concealment;
use crate::desk::Desk;
use crate::records::{Application, ApplicationKind, ApplicationStatus, Basis, Counter, Person};
use crate::rules::application::{self, Find, Wrong};
use crate::rules::{data, withdrawal};

/// Most characters of a file.
const FILE_CHARACTERS_MAX: usize = 4_000_000;
/// Most findings that are told one by one.
const TOLD_MAX: usize = 100;

const PLACE: Place =
    Place { unit: "住民基本台帳", level1: "異動（増加）", level2: "転入", level3: "" };

/// 受付データの取込み (10.8, 10.9).
pub(crate) fn import() -> Function {
    Function {
        id: "resident-register/application-import",
        title: "受付データの取込み（CSV）",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "取込み",
            vec![
                Field::new("what", "手続", FieldKind::Choice(choices(ApplicationKind::CHOICES))).required(),
                Field::new("list", "ファイルの中身", FieldKind::Lines(FILE_CHARACTERS_MAX)).required().help(
                    "見出しの行と、1行に1人。列は届の項目の名前（氏、町字など）か英字の名前。申請番号の列は必ず要り、同じ番号の行は一つの届です。届の取消は、取り消す申請番号の列も要ります",
                ),
                Field::new("skip_errors", "誤りのある届を除いて取り込む", FieldKind::Flag)
                    .help("選ばないときは、一行でも誤りがあれば何も取り込みません"),
            ],
        )]),
        in_menu: true,
        decide: decide_import,
    }
}

#[derive(Deserialize)]
struct Import {
    what: ApplicationKind,
    list: String,
    #[serde(default)]
    skip_errors: bool,
}

/// The form a kind of notification opens, or whose items its columns are.
pub(crate) fn form_of(kind: ApplicationKind) -> Form {
    match kind {
        ApplicationKind::MoveIn
        | ApplicationKind::MoveInPlan
        | ApplicationKind::MoveInPlanWithdrawal
        | ApplicationKind::Card => move_in::function().form,
        ApplicationKind::MoveWithin
        | ApplicationKind::MoveWithinPlan
        | ApplicationKind::MoveWithinPlanWithdrawal => move_within::function().form,
        ApplicationKind::ImmigrationLoss => ex_officio_deletion::function().form,
        ApplicationKind::Certificate => issue_copy::function().form,
        ApplicationKind::ImmigrationNotice | ApplicationKind::FamilyRegisterNotice => {
            correction::function().form
        }
        ApplicationKind::MoveOut | ApplicationKind::OneStopMoveOut | ApplicationKind::MoveOutWithdrawal => {
            move_out::function().form
        }
    }
}

fn decide_import(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Import = input.read()?;
    let (read, wrong) = application::read(given.what, &form_of(given.what), &given.list);
    let file_is_wrong = wrong.iter().any(Wrong::is_of_file);
    if !wrong.is_empty() && (file_is_wrong || !given.skip_errors) {
        return Ok(Outcome::refused(wrong.iter().take(TOLD_MAX).map(finding).collect()));
    }
    let mut desk = Desk::new(view, context);
    let find = |name: &str| application::of_name(view, context, name);
    let mut writes = Vec::new();
    let mut rows: Vec<Value> = wrong.iter().map(refused_row).collect();
    let refused: BTreeSet<&str> = wrong.iter().map(|one| one.external_no.as_str()).collect();
    let unnumbered = wrong.iter().filter(|one| one.external_no.is_empty()).count();
    let mut held_already = 0;
    let mut ended = BTreeSet::new();
    let mut taken = 0_usize;
    let mut astray = Vec::new();
    for one in read.into_iter().filter(|one| !refused.contains(one.external_no.as_str())) {
        let before = view.load_by::<Application>("external_no", &one.external_no)?;
        if before.iter().any(|held| held.record.what == given.what) {
            held_already += 1;
            rows.push(json!({ "external_no": one.external_no, "result": "取込み済み" }));
            continue;
        }
        let (external_no, withdraws) = (one.external_no.clone(), one.withdraws.clone());
        let mut application = received(&mut desk, given.what, one, &find)?;
        if let Some(target) = given.what.withdraws() {
            let taken_back = (&mut application, target);
            match withdrawal::carry_out(view, context, (None, &mut ended), taken_back, &withdraws)? {
                Ok(write) => writes.extend(write),
                Err(message) => {
                    rows.push(astray_row(&external_no, &message));
                    astray.push(nothing_to_withdraw(&external_no, &withdraws, message));
                    continue;
                }
            }
        }
        taken = taken.saturating_add(1);
        rows.push(row(&application));
        writes.push(Write::put(&application, None)?);
    }
    if !astray.is_empty() && !given.skip_errors {
        astray.truncate(TOLD_MAX);
        return Ok(Outcome::refused(astray));
    }
    let numbered = refused.iter().filter(|no| !no.is_empty()).count();
    let left_out = numbered.saturating_add(unnumbered).saturating_add(astray.len());
    writes.extend(desk.writes()?);
    Ok(Outcome {
        findings: desk.findings,
        writes,
        reason: format!("{}の取込み", given.what.label()),
        message: format!(
            "{taken}件を取り込みました。{}{}",
            if held_already == 0 {
                String::new()
            } else {
                format!("取込み済みが{held_already}件ありました。")
            },
            if left_out == 0 {
                String::new()
            } else {
                format!("誤りのある{left_out}件は取り込んでいません。")
            },
        ),
        answer: Some(Answer { data: json!({ "rows": rows }), subjects: Vec::new() }),
        ..Outcome::default()
    })
}

/// A notification as it is kept: compared with the register, with what its kind says of itself filled in.
pub(crate) fn received(
    desk: &mut Desk<'_>,
    what: ApplicationKind,
    one: application::Read,
    find: Find<'_>,
) -> Result<Application, Fault> {
    let (matched, mut differences) = match what.is_of_residents() {
        true => application::compare(desk, &one.who, find)?,
        false => (Vec::new(), Vec::new()),
    };
    let mut filled = one.input;
    if let Some(fields) = filled.as_object_mut() {
        if what.is_of_residents() {
            fields.insert("targets".to_owned(), json!(matched));
        }
        for (item, value) in known_of(what) {
            fields.entry(item).or_insert(value);
        }
        if what == ApplicationKind::ImmigrationNotice {
            clear_what_ended(fields);
        }
    }
    let visit_on = match one.visit_on.as_str() {
        "" => None,
        text => {
            let day = domain::parse_input(text).ok().and_then(|date| date.known());
            if day.is_none() {
                differences.push(format!("来庁予定日「{text}」は日付として読めません。"));
            }
            day
        }
    };
    let names = match what.is_of_residents() {
        true => one.who.iter().filter_map(|who| who.get("name").cloned()).collect(),
        false => member_names(&filled),
    };
    Ok(Application {
        application_no: format!("{:08}", desk.next_serial(Counter::APPLICATION)?),
        external_no: one.external_no,
        what,
        received_on: desk.today(),
        visit_on,
        names: names.join("、"),
        input: filled.to_string(),
        matched,
        differences,
        faults: Vec::new(),
        status: ApplicationStatus::Open,
        provisional_no: String::new(),
        end_reason: String::new(),
    })
}

/// A stay under a status that has no end (永住者, 特別永住者) loses the end and the period of the one before: the notice has
/// nothing to say of them, and a blank item of a correction leaves what is held.
///
/// Source: 出入国管理及び難民認定法 art. 2-2, 22; 住民記録システム標準仕様書 4.5.6.
fn clear_what_ended(filled: &mut Map<String, Value>) {
    let status = filled.get("status_of_residence").and_then(Value::as_str).and_then(data::status);
    if status.and_then(|status| status.ends) != Some(false) {
        return;
    }
    let blank = ["stay_period", "stay_expires_on"].into_iter().filter(|item| !filled.contains_key(*item));
    let cleared: Vec<Value> = blank.map(|item| json!({ "item": item })).collect();
    if let Some(list) = filled.entry("clears").or_insert_with(|| json!([])).as_array_mut() {
        list.extend(cleared);
    }
}

/// What a kind of notification says of itself, where the file does not.
///
/// Source: 住民基本台帳法 art. 24-2 (a card holder's notification needs no certificate); 住民記録システム標準仕様書 4.2.0.3, 4.5.6.
fn known_of(kind: ApplicationKind) -> Vec<(&'static str, Value)> {
    match kind {
        ApplicationKind::OneStopMoveOut => vec![("special", json!(true)), ("card_checked", json!(true))],
        ApplicationKind::ImmigrationNotice | ApplicationKind::FamilyRegisterNotice => {
            vec![("correction_kind", json!("43")), ("basis", json!("notice"))]
        }
        ApplicationKind::ImmigrationLoss => {
            vec![("deletion_kind", json!("status-lost")), ("basis", json!("notice"))]
        }
        ApplicationKind::MoveIn
        | ApplicationKind::MoveWithin
        | ApplicationKind::MoveOut
        | ApplicationKind::MoveOutWithdrawal
        | ApplicationKind::MoveInPlan
        | ApplicationKind::MoveInPlanWithdrawal
        | ApplicationKind::MoveWithinPlan
        | ApplicationKind::MoveWithinPlanWithdrawal
        | ApplicationKind::Certificate
        | ApplicationKind::Card => Vec::new(),
    }
}

fn member_names(input: &Value) -> Vec<String> {
    let members = input.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
    let text =
        |member: &Value, item: &str| member.get(item).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = |member: &Value| {
        let parts = [text(member, "family_name"), text(member, "given_name")];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if parts.is_empty() { text(member, "name_roman") } else { parts.join("\u{3000}") }
    };
    members.iter().map(name).collect()
}

/// E174: what is wrong with the file, by line and item.
fn finding(wrong: &Wrong) -> Finding {
    let line = wrong.line.map(|line| format!("{line}行目: ")).unwrap_or_default();
    Finding::error(
        "E174",
        "list",
        &wrong.item,
        format!("{line}{}", wrong.message),
        match wrong.external_no.is_empty() {
            true => "ファイルを直して取り込み直してください。",
            false => "ファイルを直して取り込み直してください。誤りのある届だけを除くこともできます。",
        },
    )
}

/// E180: a withdrawal of what is not here. Without the number of what it takes back nobody knows what is meant.
fn nothing_to_withdraw(external_no: &str, withdraws: &str, message: String) -> Finding {
    let message = match withdraws.is_empty() {
        true => format!("申請番号{external_no}の取消しに、{}がありません。", application::WITHDRAWS.1),
        false => format!("申請番号{external_no}: {message}"),
    };
    Finding::error(
        "E180",
        "list",
        application::WITHDRAWS.1,
        message,
        "取り消される申請を先に取り込み、「取り消す申請番号」の列にその申請番号を書いてください。誤りのある届だけを除くこともできます。",
    )
}

fn astray_row(external_no: &str, message: &str) -> Value {
    json!({
        "external_no": external_no,
        "result": "取り込まない",
        "rule": "E180",
        "to_check": message,
    })
}

fn refused_row(wrong: &Wrong) -> Value {
    json!({
        "external_no": wrong.external_no,
        "line": wrong.line,
        "result": "取り込まない",
        "rule": "E174",
        "to_check": format!("{}: {}", wrong.item, wrong.message),
    })
}

fn row(one: &Application) -> Value {
    json!({
        "from_application": one.application_no,
        "external_no": one.external_no,
        "what": one.what.label(),
        "received_on": domain::wareki(one.received_on),
        "visit_on": one.visit_on.map(domain::wareki).unwrap_or_default(),
        "names": one.names,
        "status_label": if one.is_unfit() { UNFIT } else { one.status.label() },
        "provisional_no": one.provisional_no,
        "rule": rule(one),
        "to_check": to_check(one),
        "ended_reason": one.end_reason,
    })
}

/// What the list calls a notification that does not fit its form.
const UNFIT: &str = "受付不可";

fn to_check(one: &Application) -> String {
    let mut told = Vec::new();
    if one.is_unfit() {
        told.extend(one.faults.iter().map(String::as_str));
        told.push("正しい内容を申請者に確かめて届を入力するか、終了にして申請管理で差し戻してください。");
    }
    told.extend(one.differences.iter().map(String::as_str));
    told.join(" ")
}

/// What a clerk should see of an application: E174 of what does not fit its form, A175 of who was not found, A135 of what differs, A176 of a notice that waits.
fn rule(one: &Application) -> &'static str {
    let of_immigration =
        matches!(one.what, ApplicationKind::ImmigrationNotice | ApplicationKind::ImmigrationLoss);
    let waits = of_immigration && one.status == ApplicationStatus::Open;
    match (one.differences.is_empty(), one.matched.is_empty()) {
        _ if one.is_unfit() => "E174",
        (true, _) if waits => "A176",
        (true, _) => "",
        (false, true) => "A175",
        (false, false) => "A135",
    }
}

/// The row with the function it opens, for a screen to go there.
fn with_function(one: &Application) -> Value {
    let mut row = row(one);
    if let Some(fields) = row.as_object_mut() {
        fields.insert("function".to_owned(), json!(one.what.function().unwrap_or_default()));
    }
    row
}

/// 受付データ一覧.
pub(crate) fn list() -> Function {
    Function {
        id: "resident-register/application-list",
        title: "受付データ一覧",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "条件",
            vec![
                Field::new("what", "手続", FieldKind::Choice(choices(ApplicationKind::CHOICES))),
                Field::new(
                    "application_status",
                    "状態",
                    FieldKind::Choice(choices(ApplicationStatus::CHOICES)),
                )
                .help("空なら未処理だけ"),
            ],
        )]),
        in_menu: true,
        decide: decide_list,
    }
}

fn decide_list(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let (what, status) = (input.text("what"), input.text("application_status"));
    let status = if status.is_empty() { "open" } else { status };
    let held = view.load_by::<Application>("status", status)?;
    let mut subjects = Vec::new();
    let wanted = |one: &Application| what.is_empty() || json!(one.what) == json!(what);
    let mut rows: Vec<(Option<domain::Date>, Value)> = Vec::new();
    for one in held.iter().map(|held| &held.record).filter(|one| wanted(one)) {
        let mut row = with_function(one);
        if let Some(fields) = row.as_object_mut() {
            fields.insert("corrections".to_owned(), json!(told(view, context, one)?));
        }
        rows.push((one.visit_on, row));
    }
    for one in held.iter().map(|held| &held.record).filter(|one| wanted(one)) {
        subjects.extend(one.matched.iter().map(ToString::to_string));
    }
    // Who comes first stands first; who named no day, last.
    rows.sort_by_key(|(visit, _)| (visit.is_none(), *visit));
    let rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(Outcome {
        message: format!("{}件", rows.len()),
        answer: Some(Answer { data: json!({ "rows": rows }), subjects }),
        ..Outcome::default()
    })
}

/// What a notice changes, in words; empty of what corrects nothing, and of what is over.
fn told(view: &dyn View, context: &Context<'_>, one: &Application) -> Result<String, Fault> {
    if one.status != ApplicationStatus::Open {
        return Ok(String::new());
    }
    let filled: Map<String, Value> = serde_json::from_str(&one.input)
        .map_err(|error| Fault::new("the input of an application does not read", error))?;
    let text =
        |change: &Value, item: &str| change.get(item).and_then(Value::as_str).unwrap_or_default().to_owned();
    let changes = corrections(view, context, one, &filled)?;
    let said = changes.iter().map(|change| {
        format!("{}「{}」→「{}」", text(change, "title"), text(change, "before"), text(change, "after"))
    });
    Ok(said.collect::<Vec<_>>().join(" "))
}

/// 受付データを開く: what the form of the movement is to be filled with, without numbers.
pub(crate) fn open() -> Function {
    Function {
        id: "resident-register/application-open",
        title: "受付データを開く",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "受付データ",
            vec![Field::new("from_application", "受付データ番号", FieldKind::Text(20)).required()],
        )]),
        in_menu: false,
        decide: decide_open,
    }
}

fn decide_open(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("from_application");
    let Some(held) = view.load::<Application>(no)? else { return Ok(unknown(no)) };
    let one = held.record;
    let mut filled: Map<String, Value> = serde_json::from_str(&one.input)
        .map_err(|error| Fault::new("the input of an application does not read", error))?;
    // No screen carries them: they are filled in when the movement is entered.
    let numbers = ["resident_record_code", "individual_number"];
    if let Some(members) = filled.get_mut("members").and_then(Value::as_array_mut) {
        for member in members.iter_mut().filter_map(Value::as_object_mut) {
            member.retain(|item, _| !numbers.contains(&item.as_str()));
        }
    }
    filled.insert("from_application".to_owned(), json!(no));
    let corrected = corrections(view, context, &one, &filled)?;
    let mut data = with_function(&one);
    if let Some(fields) = data.as_object_mut() {
        fields.insert("input".to_owned(), Value::Object(filled));
        fields.insert("corrections".to_owned(), Value::Array(corrected));
    }
    let subjects = one.matched.iter().map(ToString::to_string).collect();
    Ok(Outcome { answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

/// The sheet of what a notice of immigration or of the family register changes, item by item: before and after (M-64).
///
/// Source: 住民記録システム標準仕様書 4.5.6.
fn corrections(
    view: &dyn View,
    context: &Context<'_>,
    one: &Application,
    filled: &Map<String, Value>,
) -> Result<Vec<Value>, Fault> {
    if one.what.function() != Some(correction::CORRECTION.id) {
        return Ok(Vec::new());
    }
    // What does not read as an item of the correction is told when the form is entered.
    let Ok(changes) = serde_json::from_value::<Changes>(Value::Object(filled.clone())) else {
        return Ok(Vec::new());
    };
    let mut concealment = Concealment::new(view, context);
    let mut sheet = Vec::new();
    for no in &one.matched {
        let Some(held) = view.load::<Person>(no.as_str())? else { continue };
        let before = held.record;
        let mut after = before.clone();
        changes.apply(&mut after, Basis::Notice, context.today);
        let hidden = concealment.hides(&before)?;
        for mut change in history::told(history::changes(&before, &after), hidden) {
            if let Some(fields) = change.as_object_mut() {
                fields.insert("addressee_no".to_owned(), json!(no));
                fields.insert("called".to_owned(), json!(before.called()));
            }
            sheet.push(change);
        }
    }
    Ok(sheet)
}

/// 受付データの終了: a withdrawal that was carried out, a plan that came to nothing.
pub(crate) fn end() -> Function {
    Function {
        id: "resident-register/application-end",
        title: "受付データの終了",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "終了",
            vec![
                Field::new("from_application", "受付データ番号", FieldKind::Text(20)).required(),
                Field::new("reason", "理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide: decide_end,
    }
}

fn decide_end(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("from_application");
    let held = view.load::<Application>(no)?;
    let Some(held) = held.filter(|held| held.record.status == ApplicationStatus::Open) else {
        return Ok(unknown(no));
    };
    let reason = input.text("reason").to_owned();
    let ended = Application { status: ApplicationStatus::Ended, end_reason: reason.clone(), ..held.record };
    Ok(Outcome {
        writes: vec![Write::put(&ended, Some(held.version))?],
        reason,
        message: format!("受付データ{no}を終了にしました。"),
        ..Outcome::default()
    })
}

fn unknown(no: &str) -> Outcome {
    Outcome::refused(vec![Finding::error(
        "D081",
        "from_application",
        "受付データ番号",
        format!("未処理の受付データ{no}はありません。"),
        "受付データ一覧で番号を確かめてください。",
    )])
}
