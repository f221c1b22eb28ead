//! The general screen of any function: its form, what the rules say, and the answer of an inquiry.

use askama::Template;
use axum::http::StatusCode;
use office::{RunError, RunOptions};
use serde_json::{Value, json};
use system::{Effect, FieldKind, Finding, Function, Severity, System};

use super::fields::{Choosable, SectionView, Shape, anchor, sections};
use super::{Shell, applications, done, export, json};
use crate::bind::{BlankRows, add_row, bind, remove_row};
use crate::node::{Node, nodes};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Pairs, Visit, value_of, values_of};

/// One finding as the list on top shows it.
pub(crate) struct Said {
    pub(crate) finding: Finding,
    /// Where on the page it is; empty when it concerns the whole.
    pub(crate) anchor: String,
    /// What to send to confirm it.
    pub(crate) confirmation: String,
    pub(crate) confirmed: bool,
    /// Which of several rows it is in: 2人目.
    pub(crate) row: String,
}

/// Relations offered while typing; any other that can be read is taken too.
const RELATIONS: &[&str] = &[
    "世帯主",
    "妻",
    "夫",
    "子",
    "父",
    "母",
    "子の妻",
    "子の夫",
    "子の子",
    "妻の子",
    "夫の子",
    "妻の父",
    "妻の母",
    "夫の父",
    "夫の母",
    "父の父",
    "父の母",
    "兄",
    "弟",
    "姉",
    "妹",
    "縁故者",
    "同居人",
];

#[derive(Template)]
#[template(path = "form.html")]
struct Page<'a> {
    shell: Shell,
    action: String,
    sections: Vec<SectionView>,
    errors: Vec<Said>,
    alerts: Vec<Said>,
    /// What an alert asks for was pressed on with: the button says so.
    button: &'static str,
    context: Vec<(String, String)>,
    relations: &'a [&'a str],
    message: String,
    answer: Vec<Node>,
    /// Tables of the answer that can be taken as files.
    offers: Vec<export::Offer>,
    place: String,
    writes: bool,
    has_required: bool,
    persons: Vec<Choosable>,
    /// Whether the values were typed before the login.
    restored: bool,
}

/// The blank or prefilled form.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let (system, function) = visit.function()?;
    let session = visit.staff()?.session.as_ref().filter(|_| !value_of(&visit.query, "_kept").is_empty());
    let kept = session.and_then(|session| visit.house.sessions.kept(&session.id, function.id));
    let filled = applications::filled(visit)?;
    let pairs = kept.as_ref().or(filled.as_ref()).unwrap_or(&visit.query);
    let mut input = bind(&function.form, pairs, BlankRows::Drop);
    seed_rows(function, &mut input);
    seed_household(function, value_of(pairs, "_household"), &mut input);
    let first = first_blank(function, &input);
    let shown = Shown { input: &input, pairs, findings: &[], focus: &first };
    let mut page = page(visit, system, function, &shown)?;
    page.restored = kept.is_some();
    Reply::page(&page)
}

/// Adds or removes a row, or uses the function.
pub(crate) fn run(visit: &Visit) -> Result<Reply, Problem> {
    let (system, function) = visit.function()?;
    let again = |input: &Value, focus: &str| {
        let shown = Shown { input, pairs: &visit.form, findings: &[], focus };
        page(visit, system, function, &shown).and_then(|page| Reply::page(&page))
    };
    let (added, removed) = (value_of(&visit.form, "_add"), value_of(&visit.form, "_remove"));
    let rows_change = !added.is_empty() || !removed.is_empty();
    let blank = if rows_change { BlankRows::Keep } else { BlankRows::Drop };
    let mut input = bind(&function.form, &visit.form, blank);
    if !added.is_empty() {
        add_row(&function.form, &mut input, added);
        let count = json::list(&input, added).len();
        let first = function.form.sections.iter().find(|section| section.name == added);
        let first = first.and_then(|section| section.fields.first()).map_or("", |field| field.name);
        return again(&input, &format!("{added}.{}.{first}", count.saturating_sub(1)));
    }
    if !removed.is_empty() {
        remove_row(&mut input, removed);
        return again(&input, "");
    }
    let options = RunOptions { confirmed: values_of(&visit.form, "_confirm"), dry_run: false };
    match visit.try_run(function.id, &input, &options)? {
        // Of a batch that works in parts the same input stands again, to go on with.
        Ok(ran) if 0 < ran.left => {
            let shown = Shown { input: &input, pairs: &visit.form, findings: &ran.findings, focus: "" };
            let mut page = page(visit, system, function, &shown)?;
            page.message =
                format!("{} 残り{}件です。もう一度実行すると、続きから処理します。", ran.message, ran.left);
            Reply::page(&page)
        }
        Ok(ran) if function.effect == Effect::Writes || !ran.documents.is_empty() => {
            if let Some(session) = &visit.staff()?.session {
                visit.house.sessions.forget_kept(&session.id);
            }
            done::keep(visit, function, ran)
        }
        Ok(ran) => {
            let shown = Shown { input: &input, pairs: &visit.form, findings: &ran.findings, focus: "" };
            let mut page = page(visit, system, function, &shown)?;
            page.message = ran.message;
            let data = ran.answer.map(|answer| answer.data).unwrap_or_default();
            let labels = visit.house.labels.within(system.id, Some(&function.form));
            page.answer = nodes(&data, &labels);
            page.offers = export::offers(function, &visit.form, &data, &labels);
            Reply::page(&page)
        }
        Err(RunError::Refused(findings)) => {
            let shown = Shown { input: &input, pairs: &visit.form, findings: &findings, focus: "" };
            Reply::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(visit, system, function, &shown)?)
        }
        Err(other) => Err(other.into()),
    }
}

struct Shown<'a> {
    input: &'a Value,
    pairs: &'a Pairs,
    findings: &'a [Finding],
    focus: &'a str,
}

fn page<'a>(
    visit: &Visit,
    system: &System,
    function: &Function,
    shown: &Shown<'_>,
) -> Result<Page<'a>, Problem> {
    let asks_for_persons = function
        .form
        .sections
        .iter()
        .flat_map(|section| &section.fields)
        .any(|field| field.kind == FieldKind::Persons);
    let household_no = value_of(shown.pairs, "_household");
    let persons = match asks_for_persons && !household_no.is_empty() {
        true => members(visit, system.id, household_no, &values_of(shown.pairs, "targets"))?,
        false => Vec::new(),
    };
    let confirmed = values_of(shown.pairs, "_confirm");
    let sections = sections(&function.form, shown.input, shown.findings, &persons, shown.focus);
    let row_of = |path: &str| {
        let rows = sections.iter().flat_map(|section| &section.rows);
        let inside = |name: &str| path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        rows.filter(|row| !row.title.is_empty()).find(|row| inside(&row.name)).map(|row| row.title.clone())
    };
    let mut told: Vec<&Finding> = Vec::new();
    let (errors, alerts): (Vec<Said>, Vec<Said>) = shown
        .findings
        .iter()
        .filter(|finding| {
            // What all members share, such as their address, is found for each of them and said once.
            let is_new = !told.contains(finding);
            told.push(finding);
            is_new
        })
        .map(|finding| Said {
            row: row_of(&finding.path).unwrap_or_default(),
            anchor: if finding.path.is_empty() { String::new() } else { anchor(&finding.path) },
            confirmation: finding.confirmation(),
            confirmed: confirmed.contains(&finding.confirmation()),
            finding: finding.clone(),
        })
        .partition(|said| said.finding.severity == Severity::Error);
    let writes = function.effect == Effect::Writes;
    let button = match (writes, alerts.is_empty()) {
        (false, _) => "照会する",
        (true, true) => "登録する",
        (true, false) => "確認して登録",
    };
    let place = function.place.map(|place| {
        let levels = [place.unit, place.level1, place.level2, place.level3];
        levels.into_iter().filter(|level| !level.is_empty()).collect::<Vec<_>>().join("／")
    });
    let context = ["_household"]
        .into_iter()
        .map(|name| (name.to_owned(), value_of(shown.pairs, name).to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    Ok(Page {
        shell: Shell::titled(visit, function.title).above(system.title),
        action: format!("/f/{}", function.id),
        sections,
        errors,
        alerts,
        button,
        context,
        relations: RELATIONS,
        message: String::new(),
        answer: Vec::new(),
        offers: Vec::new(),
        place: place.unwrap_or_default(),
        writes,
        has_required: function
            .form
            .sections
            .iter()
            .flat_map(|section| &section.fields)
            .any(|field| field.required),
        persons,
        restored: false,
    })
}

/// One row per chosen person in sections that ask something of each, so that nobody types a number twice.
fn seed_rows(function: &Function, input: &mut Value) {
    let targets: Vec<Value> = json::list(input, "targets").to_vec();
    for section in function.form.sections.iter().filter(|section| section.repeat_max.is_some()) {
        let per_person =
            section.fields.iter().any(|field| field.required && field.kind == FieldKind::AddresseeNo);
        let number = section.fields.iter().find(|field| field.kind == FieldKind::AddresseeNo);
        if let (true, Some(number), Some(rows)) =
            (per_person, number, input.get_mut(section.name).and_then(Value::as_array_mut))
            && rows.is_empty()
        {
            rows.extend(targets.iter().map(|target| json!({ (number.name): target })));
        }
    }
}

/// A household that must be named is the one the form was opened from; one that may be is another, such as one to join.
fn seed_household(function: &Function, household_no: &str, input: &mut Value) {
    let once = function.form.sections.iter().filter(|section| section.repeat_max.is_none());
    let named = once
        .flat_map(|section| &section.fields)
        .find(|field| field.kind == FieldKind::HouseholdNo && field.required);
    if let (Some(field), Some(values)) = (named, input.as_object_mut())
        && !household_no.is_empty()
    {
        values.entry(field.name).or_insert_with(|| json!(household_no));
    }
}

/// The members of a household to be ticked, when the system can show households and the visitor may look.
fn members(
    visit: &Visit,
    system: &str,
    household_no: &str,
    chosen: &[String],
) -> Result<Vec<Choosable>, Problem> {
    let function = format!("{system}/household");
    if visit.office().function(&function).is_none() || !visit.may(&function) {
        return Ok(Vec::new());
    }
    let household =
        match visit.try_run(&function, &json!({"household_no": household_no}), &RunOptions::default())? {
            Ok(ran) => ran.answer.map(|answer| answer.data).unwrap_or_default(),
            // A number that names no household is not this form's business: the persons are typed in instead.
            Err(RunError::Refused(_)) => return Ok(Vec::new()),
            Err(other) => return Err(other.into()),
        };
    let member = |member: &Value| {
        let part = |name: &str| json::text(member, name);
        let gone = if json::flag(member, "deleted") { "、除票" } else { "" };
        let label = format!(
            "{}（{}　{}　{}{gone}）",
            part("name"),
            part("relation"),
            part("birth_date"),
            part("sex")
        );
        Choosable { addressee_no: part("addressee_no"), label }
    };
    let listed = json::list(&household, "members");
    // Who was deleted is there only when chosen: most movements are for residents.
    let shown =
        |one: &&Value| !json::flag(one, "deleted") || chosen.contains(&json::text(one, "addressee_no"));
    Ok(listed.iter().filter(shown).map(member).collect())
}

/// Where typing goes on: the first field that is still blank.
fn first_blank(function: &Function, input: &Value) -> String {
    for section in &function.form.sections {
        for field in section.fields.iter().filter(|field| field.kind != FieldKind::Hidden) {
            let path = match section.repeat_max {
                None => field.name.to_owned(),
                Some(_) => format!("{}.0.{}", section.name, field.name),
            };
            let given = match section.repeat_max {
                None => input.get(field.name),
                Some(_) => json::list(input, section.name).first().and_then(|row| row.get(field.name)),
            };
            if given.is_none() {
                return path;
            }
        }
    }
    String::new()
}
