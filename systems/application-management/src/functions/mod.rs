//! The functions, one per file.

mod accept;
mod confirm;
mod inquiry;
mod list;
mod match_person;
mod refuse;
mod review;
mod statistics;
mod withdraw;

use register::Fault;
use system::{Choice, Context, Field, FieldKind, Function, Outcome};

use crate::records::{Application, Resident, State};
use crate::resolve::Desk;
use crate::rules::{Procedure, procedures};

/// The most characters of a reason.
const REASON_CHARS_MAX: usize = 200;
/// Words in place of what must not be shown.
const HIDDEN: &str = "（支援措置のため表示しません）";

/// What is said of an application that was handed on before it came to nothing.
const END_THERE_TOO: &str = "担当の業務に渡してあるので、そこでも受付データを終了にしてください。";

/// Every function, in the order of the work.
pub(crate) fn functions() -> Vec<Function> {
    vec![
        list::function(),
        inquiry::function(),
        match_person::function(),
        confirm::function(),
        review::function(),
        accept::function(),
        refuse::function(),
        withdraw::function(),
        statistics::function(),
    ]
}

fn number() -> Field {
    Field::new("application_no", "申請番号", FieldKind::Text(40)).required()
}

fn procedure_choices() -> Vec<Choice> {
    let choice = |one: Procedure| Choice { code: one.code.to_owned(), label: one.title.to_owned() };
    procedures().into_iter().map(choice).collect()
}

/// The title of a procedure; of one that is not in the table, its code.
fn procedure_title(code: &str) -> String {
    Procedure::find(code).map_or_else(|| code.to_owned(), |one| one.title.to_owned())
}

/// Whether the address of the one an application is of, or may be of, must not be shown.
fn is_protected(view: &dyn register::View, one: &Application) -> Result<bool, Fault> {
    use register::ViewExt;
    for number in one.addressee_no.iter().chain(&one.candidates) {
        if view.load::<Resident>(number.as_str())?.is_some_and(|held| held.record.protected) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The people an answer shows, for the audit log.
fn subjects(one: &Application) -> Vec<String> {
    one.addressee_no.iter().chain(&one.candidates).map(ToString::to_string).collect()
}

/// What a step of the work comes to: the writes, and the state in words.
fn done(mut desk: Desk<'_>, no: &str, context: &Context<'_>, reason: &str) -> Result<Outcome, Fault> {
    let now = desk.get(no)?.map(|one| one.clone());
    let state = now.as_ref().map_or(State::Received, |one| one.state);
    let subjects = now.as_ref().map(subjects).unwrap_or_default();
    Ok(Outcome {
        message: format!("申請番号{no}は{}です。", state.label()),
        writes: desk.writes()?,
        effective_on: Some(context.today),
        reason: reason.to_owned(),
        answer: Some(system::Answer {
            data: serde_json::json!({
                "application_no": no,
                "state_label": state.label(),
            }),
            subjects,
        }),
        ..Outcome::default()
    })
}
