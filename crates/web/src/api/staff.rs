//! Users and groups for programs (利用者・所属・職務): the administrator's desk without its screens, under the same rules.

use axum::http::StatusCode;
use domain::Date;
use office::{Group, Rights, RunError, Scheduled, Staffing, User, UserDraft, UserState};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Page, body, only, present};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::Visit;

/// What a user's answer holds, in its order.
pub(crate) const USER_FIELDS: &[&str] = &[
    "id",
    "name",
    "department",
    "groups",
    "rights",
    "valid_from",
    "valid_until",
    "machine",
    "state",
    "last_login",
    "second_factor",
    "certificates",
    "scheduled",
];
/// What a group's answer holds.
pub(crate) const GROUP_FIELDS: &[&str] = &["id", "name", "note", "rights"];

/// A user as a program sends one. What is left out stays as it is, or empty in a new one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserBody {
    id: Option<String>,
    name: Option<String>,
    department: Option<String>,
    groups: Option<Vec<String>>,
    rights: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    valid_from: Option<Option<Date>>,
    #[serde(default, deserialize_with = "present")]
    valid_until: Option<Option<Date>>,
    machine: Option<bool>,
    /// The day from which it is so.
    on: Option<Date>,
}

impl UserBody {
    fn over(self, id: &str, before: UserDraft) -> UserDraft {
        UserDraft {
            id: id.to_owned(),
            name: self.name.unwrap_or(before.name),
            department: self.department.unwrap_or(before.department),
            groups: self.groups.unwrap_or(before.groups),
            rights: self.rights.map_or(before.rights, Rights),
            valid_from: self.valid_from.unwrap_or(before.valid_from),
            valid_until: self.valid_until.unwrap_or(before.valid_until),
            machine: self.machine.unwrap_or(before.machine),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Act {
    act: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct On {
    on: Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bound {
    certificate: Option<String>,
    remove: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupBody {
    id: Option<String>,
    name: Option<String>,
    note: Option<String>,
    rights: Option<Vec<String>>,
}

fn scheduled_json(change: &Scheduled) -> Value {
    json!({
        "on": change.on.to_string(), "department": change.department, "groups": change.groups,
        "rights": change.rights.0, "by": change.by,
    })
}

fn state_code(state: UserState) -> &'static str {
    match state {
        UserState::Active => "active",
        UserState::Locked => "locked",
        UserState::OutOfTerm => "out-of-term",
        UserState::Stopped => "stopped",
    }
}

fn user_json(visit: &Visit, user: &User) -> Result<Value, Problem> {
    let (office, today) = (visit.office(), visit.office().today());
    let placed = user.placed(today);
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    let certificates = user.certificates.iter().map(|bound| {
        json!({
            "key": bound.key, "subject": bound.subject, "issuer": bound.issuer,
            "until": bound.until.to_string(), "bound_at": bound.bound_at.to_string(),
        })
    });
    Ok(json!({
        "id": user.id,
        "name": user.name,
        "department": placed.department,
        "groups": placed.groups,
        "rights": placed.rights.0,
        "valid_from": day(user.valid_from),
        "valid_until": day(user.valid_until),
        "machine": user.machine,
        "state": state_code(user.state(today)),
        "last_login": user.last_login.map(|at| at.to_string()),
        "second_factor": office.factors(&user.id)?.is_any(),
        "certificates": certificates.collect::<Vec<_>>(),
        "scheduled": user.scheduled.iter().filter(|change| today < change.on).map(scheduled_json).collect::<Vec<_>>(),
    }))
}

fn group_json(group: &Group) -> Value {
    json!({ "id": group.id, "name": group.name, "note": group.note, "rights": group.rights.0 })
}

fn known<'a>(staffing: &'a Staffing, id: &str) -> Result<&'a User, Problem> {
    staffing.users.get(id).ok_or_else(|| Problem::not_found(format!("利用者「{id}」はいません。")))
}

fn known_group<'a>(staffing: &'a Staffing, id: &str) -> Result<&'a Group, Problem> {
    staffing.groups.get(id).ok_or_else(|| Problem::not_found(format!("所属・職務「{id}」はありません。")))
}

/// Users, a page of them.
pub(crate) fn users(visit: &Visit) -> Result<Reply, Problem> {
    let (page, staffing) = (Page::asked(visit, USER_FIELDS)?, visit.office().staffing()?);
    page.reply("users", staffing.users.iter(), |user| user_json(visit, user))
}

/// One user.
pub(crate) fn user(visit: &Visit) -> Result<Reply, Problem> {
    let (page, staffing) = (Page::asked(visit, USER_FIELDS)?, visit.office().staffing()?);
    let user = known(&staffing, visit.param("id"))?;
    Ok(Reply::json(&only(user_json(visit, user)?, &page.fields)))
}

/// The user of the path as it is now.
fn now(visit: &Visit) -> Result<Reply, Problem> {
    let staffing = visit.office().staffing()?;
    Ok(Reply::json(&user_json(visit, known(&staffing, visit.param("id"))?)?))
}

/// Makes a user. The initial password is in this answer and nowhere else; a call that is made again does not tell it again.
pub(crate) fn create(visit: &Visit) -> Result<Reply, Problem> {
    let sent: UserBody = body(visit)?;
    if sent.on.is_some() {
        return Err(Problem::unreadable("on は、登録では使えません。valid_from を使ってください。"));
    }
    let id = sent.id.clone().ok_or_else(|| Problem::unreadable("id がありません。"))?;
    let machine = sent.machine.unwrap_or_default();
    let draft = sent.over(&id, UserDraft::default());
    let made = visit.office().create_user_once(&visit.caller()?, &draft, visit.call_key()?)?;
    let status = if made.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    let answer = json!({
        "id": id,
        "initial_password": made.as_ref().filter(|_| !machine),
        "repeated": made.is_none(),
    });
    Ok(Reply::json_with(status, &answer))
}

/// Changes a user, now or with `on` from a day to come. What is left out stays.
pub(crate) fn change(visit: &Visit) -> Result<Reply, Problem> {
    let sent: UserBody = body(visit)?;
    let id = visit.param("id");
    if sent.id.as_deref().is_some_and(|named| named != id) {
        return Err(Problem::unreadable("id は変えられません。住所と同じにするか、書かないでください。"));
    }
    let staffing = visit.office().staffing()?;
    let user = known(&staffing, id)?;
    let before = UserDraft::of(user, visit.office().today());
    let caller = visit.caller()?;
    match sent.on {
        Some(on) => {
            let of_its_own = sent.name.is_some()
                || sent.valid_from.is_some()
                || sent.valid_until.is_some()
                || sent.machine.is_some();
            if of_its_own {
                let words = "on と一緒に書けるのは department、groups、rights だけです。";
                return Err(Problem::unreadable(words));
            }
            visit.office().schedule_user(&caller, Some(on), &sent.over(id, before))?;
        }
        None => visit.office().update_user(&caller, &sent.over(id, before))?,
    }
    now(visit)
}

/// Takes a coming change back.
pub(crate) fn cancel(visit: &Visit) -> Result<Reply, Problem> {
    let On { on } = body(visit)?;
    visit.office().cancel_scheduled(&visit.caller()?, visit.param("id"), on)?;
    now(visit)
}

/// Locks, unlocks, stops, takes back, takes the second factor away.
pub(crate) fn act(visit: &Visit) -> Result<Reply, Problem> {
    let Act { act } = body(visit)?;
    let (office, caller, id) = (visit.office(), visit.caller()?, visit.param("id"));
    match act.as_str() {
        "lock" => office.lock_user(&caller, id, true),
        "unlock" => office.lock_user(&caller, id, false),
        "stop" => office.stop_user(&caller, id, true),
        "resume" => office.stop_user(&caller, id, false),
        "no-factor" => office.reset_factor(&caller, id),
        _ => return Err(Problem::unreadable("act は lock、unlock、stop、resume、no-factor のどれかです。")),
    }?;
    now(visit)
}

/// Makes a new initial password, told in this answer only.
pub(crate) fn password(visit: &Visit) -> Result<Reply, Problem> {
    let password = visit.office().reset_password(&visit.caller()?, visit.param("id"))?;
    Ok(Reply::json(&json!({ "id": visit.param("id"), "initial_password": password })))
}

/// Binds a certificate, or takes one away.
pub(crate) fn certificates(visit: &Visit) -> Result<Reply, Problem> {
    let (office, caller, id) = (visit.office(), visit.caller()?, visit.param("id"));
    match body(visit)? {
        Bound { certificate: Some(pem), remove: None } => office.bind_certificate(&caller, id, &pem),
        Bound { certificate: None, remove: Some(key) } => office.unbind_certificate(&caller, id, &key),
        _ => return Err(Problem::unreadable("certificate か remove の、どちらか一つを書いてください。")),
    }?;
    now(visit)
}

/// Groups, a page of them.
pub(crate) fn groups(visit: &Visit) -> Result<Reply, Problem> {
    let (page, staffing) = (Page::asked(visit, GROUP_FIELDS)?, visit.office().staffing()?);
    page.reply("groups", staffing.groups.iter(), |group| Ok(group_json(group)))
}

/// One group.
pub(crate) fn group(visit: &Visit) -> Result<Reply, Problem> {
    let (page, staffing) = (Page::asked(visit, GROUP_FIELDS)?, visit.office().staffing()?);
    Ok(Reply::json(&only(group_json(known_group(&staffing, visit.param("id"))?), &page.fields)))
}

/// Makes a group.
pub(crate) fn create_group(visit: &Visit) -> Result<Reply, Problem> {
    let sent: GroupBody = body(visit)?;
    let group = Group {
        id: sent.id.ok_or_else(|| Problem::unreadable("id がありません。"))?,
        name: sent.name.unwrap_or_default(),
        note: sent.note.unwrap_or_default(),
        rights: Rights(sent.rights.unwrap_or_default()),
    };
    let repeated = visit.office().create_group_once(&visit.caller()?, &group, visit.call_key()?)?;
    let status = if repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok(Reply::json_with(status, &json!({ "id": group.id, "repeated": repeated })))
}

/// Changes a group. What is left out stays.
pub(crate) fn change_group(visit: &Visit) -> Result<Reply, Problem> {
    let sent: GroupBody = body(visit)?;
    let id = visit.param("id");
    if sent.id.as_deref().is_some_and(|named| named != id) {
        return Err(Problem::unreadable("id は変えられません。住所と同じにするか、書かないでください。"));
    }
    let staffing = visit.office().staffing()?;
    let before = known_group(&staffing, id)?.clone();
    let group = Group {
        name: sent.name.unwrap_or(before.name),
        note: sent.note.unwrap_or(before.note),
        rights: sent.rights.map_or(before.rights, Rights),
        id: before.id,
    };
    visit.office().save_group(&visit.caller()?, &group, false)?;
    Ok(Reply::json(&group_json(&group)))
}

/// Removes a group that nobody has.
pub(crate) fn remove_group(visit: &Visit) -> Result<Reply, Problem> {
    let done: Result<(), RunError> = visit.office().remove_group(&visit.caller()?, visit.param("id"));
    done?;
    Ok(Reply::nothing())
}
