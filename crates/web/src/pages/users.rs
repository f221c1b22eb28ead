//! Users (利用者): the list, one user with the history, the form, the buttons.

use askama::Template;
use axum::http::StatusCode;
use domain::{Date, wareki};
use office::{Factors, RunError, Staffing, User, UserState, UserVersion};
use system::Finding;

use super::Shell;
use super::history::Change;
use super::rights_tree;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};
use crate::words::moment;

/// Users on one page.
const ROWS_PER_PAGE: usize = 100;

/// The states a list can be asked for.
const STATES: &[(&str, &str)] =
    &[("", "すべて"), ("active", "使用中"), ("locked", "ロック"), ("out", "期間外"), ("stopped", "停止")];

fn code(state: UserState) -> &'static str {
    match state {
        UserState::Active => "active",
        UserState::Locked => "locked",
        UserState::OutOfTerm => "out",
        UserState::Stopped => "stopped",
    }
}

fn class(state: UserState) -> &'static str {
    match state {
        UserState::Active => "good",
        UserState::Locked => "bad",
        UserState::OutOfTerm => "planned",
        UserState::Stopped => "gone",
    }
}

struct Row {
    id: String,
    name: String,
    department: String,
    groups: String,
    state: &'static str,
    class: &'static str,
    term: String,
    last_login: String,
    factor: bool,
    coming: String,
}

#[derive(Template)]
#[template(path = "users.html")]
struct List {
    shell: Shell,
    states: Vec<(&'static str, &'static str, bool)>,
    q: String,
    state: String,
    rows: Vec<Row>,
    found: usize,
    page: usize,
    pages: usize,
}

impl List {
    fn turned(&self, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("state", &self.state).append_pair("q", &self.q);
        format!("/users?{}", query.append_pair("page", &page.to_string()).finish())
    }
}

fn group_names(staffing: &Staffing, groups: &[String]) -> String {
    let name = |id: &String| staffing.groups.get(id).map_or_else(|| id.clone(), |group| group.name.clone());
    groups.iter().map(name).collect::<Vec<_>>().join("、")
}

fn term(user: &User) -> String {
    match (user.valid_from, user.valid_until) {
        (None, None) => String::new(),
        (from, until) => {
            format!("{}～{}", from.map(wareki).unwrap_or_default(), until.map(wareki).unwrap_or_default())
        }
    }
}

/// All users, or those asked for.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    let staffing = visit.office().staffing()?;
    let today = visit.office().today();
    let (q, state) = (value_of(&visit.query, "q").trim(), value_of(&visit.query, "state"));
    let words: Vec<&str> = q.split_whitespace().collect();
    let fits = |user: &&User| {
        let placed = user.placed(today);
        let text = format!(
            "{} {} {} {}",
            user.id,
            user.name,
            placed.department,
            group_names(&staffing, &placed.groups)
        );
        (state.is_empty() || code(user.state(today)) == state) && words.iter().all(|word| text.contains(word))
    };
    let found: Vec<&User> = staffing.users.values().filter(fits).collect();
    let pages = found.len().div_ceil(ROWS_PER_PAGE).max(1);
    let page = value_of(&visit.query, "page").parse().unwrap_or(1).clamp(1, pages);
    let mut rows = Vec::new();
    for user in found.iter().skip((page - 1) * ROWS_PER_PAGE).take(ROWS_PER_PAGE) {
        let placed = user.placed(today);
        let coming = user.scheduled.iter().find(|change| today < change.on);
        let factor = visit.office().factors(&user.id)?.is_any();
        rows.push(Row {
            id: user.id.clone(),
            name: user.name.clone(),
            groups: group_names(&staffing, &placed.groups),
            department: placed.department,
            state: user.state(today).label(),
            class: class(user.state(today)),
            term: term(user),
            last_login: user.last_login.map(moment).unwrap_or_default(),
            factor,
            coming: coming
                .map(|change| format!("{} {}", wareki(change.on), change.department))
                .unwrap_or_default(),
        });
    }
    let list = List {
        shell: Shell::here(visit),
        states: STATES.iter().map(|(code, label)| (*code, *label, *code == state)).collect(),
        q: q.to_owned(),
        state: state.to_owned(),
        found: found.len(),
        rows,
        page,
        pages,
    };
    Reply::page(&list)
}

/// A change that has its day.
struct Coming {
    on: String,
    iso: String,
    department: String,
    groups: String,
    rights: Vec<String>,
    by: String,
}

/// One version with what it changed.
struct Past {
    at: String,
    by: String,
    reason: String,
    changes: Vec<Change>,
}

/// A certificate the user is bound to.
struct Card {
    key: String,
    subject: String,
    issuer: String,
    until: String,
    over: bool,
    bound_at: String,
}

#[derive(Template)]
#[template(path = "user.html")]
struct One {
    shell: Shell,
    findings: Vec<Finding>,
    id: String,
    name: String,
    facts: Vec<(&'static str, String)>,
    state: &'static str,
    class: &'static str,
    locked: bool,
    stopped: bool,
    factor: bool,
    certificates: Vec<Card>,
    own: Vec<String>,
    by_groups: Vec<(String, Vec<String>)>,
    coming: Vec<Coming>,
    past: Vec<Past>,
}

/// What somebody logs in with beside the password.
fn factor_words(factors: &Factors, user: &User) -> String {
    let app = factors.code.then(|| "認証アプリ".to_owned());
    let keys = (!factors.keys.is_empty()).then(|| format!("セキュリティキー{}本", factors.keys.len()));
    let card = (!user.certificates.is_empty()).then(|| "証明書".to_owned());
    let words: Vec<String> = [app, keys, card].into_iter().flatten().collect();
    if words.is_empty() { "なし".to_owned() } else { words.join("、") }
}

pub(crate) fn load(visit: &Visit, staffing: &Staffing) -> Result<User, Problem> {
    let id = visit.param("id");
    staffing.users.get(id).cloned().ok_or_else(|| {
        Problem::not_found(format!("利用者「{id}」はいません。利用者の一覧から開いてください。"))
    })
}

/// One user.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    page(visit, Vec::new())
}

fn page(visit: &Visit, findings: Vec<Finding>) -> Result<Reply, Problem> {
    let office = visit.office();
    let staffing = office.staffing()?;
    let today = office.today();
    let user = load(visit, &staffing)?;
    let placed = user.placed(today);
    let factors = office.factors(&user.id)?;
    let names = |rights: &office::Rights| {
        rights.0.iter().map(|right| rights_tree::named(office, right)).collect::<Vec<_>>()
    };
    let password = match (user.password_is_initial, user.password_set_on) {
        (true, _) => "初期パスワード（最初のログインで変更）".to_owned(),
        (false, Some(on)) => format!("{}に設定", wareki(on)),
        (false, None) => "設定済み".to_owned(),
    };
    let facts = vec![
        ("利用者ID", user.id.clone()),
        ("所属", placed.department.clone()),
        ("所属・職務", group_names(&staffing, &placed.groups)),
        ("有効期間", term(&user)),
        ("最終ログイン", user.last_login.map(moment).unwrap_or_else(|| "なし".to_owned())),
        ("続けて間違えた回数", user.failures.to_string()),
        ("パスワード", password),
        ("二要素認証", factor_words(&factors, &user)),
        ("種別", if user.machine { "機械用（証明書で API だけを使う）" } else { "" }.to_owned()),
    ];
    let by_groups = placed.groups.iter().filter_map(|id| staffing.groups.get(id));
    let coming = user.scheduled.iter().filter(|change| today < change.on).map(|change| Coming {
        on: wareki(change.on),
        iso: change.on.to_string(),
        department: change.department.clone(),
        groups: group_names(&staffing, &change.groups),
        rights: names(&change.rights),
        by: format!("{}　{}", change.by, moment(change.entered_at)),
    });
    let now = office.clock().now();
    let certificates = user.certificates.iter().map(|bound| Card {
        key: bound.key.clone(),
        subject: bound.subject.clone(),
        issuer: bound.issuer.clone(),
        until: moment(bound.until),
        over: bound.until < now,
        bound_at: moment(bound.bound_at),
    });
    let versions = office.user_history(&user.id)?;
    let befores = versions.iter().skip(1).map(Some).chain(std::iter::once(None));
    let past = versions
        .iter()
        .zip(befores)
        .map(|(version, before)| Past {
            at: moment(version.at),
            by: if version.by == "office" { String::new() } else { version.by.clone() },
            reason: version.reason.clone(),
            changes: before.map(|before| changes(visit, &staffing, before, version)).unwrap_or_default(),
        })
        .collect();
    let wrong = !findings.is_empty();
    let one = One {
        shell: Shell::titled(visit, &user.name).above("利用者"),
        findings,
        id: user.id.clone(),
        name: user.name.clone(),
        facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        state: user.state(today).label(),
        class: class(user.state(today)),
        locked: user.locked_at.is_some(),
        stopped: user.stopped_at.is_some(),
        factor: factors.is_any(),
        certificates: certificates.collect(),
        own: names(&placed.rights),
        by_groups: by_groups.map(|group| (group.name.clone(), names(&group.rights))).collect(),
        coming: coming.collect(),
        past,
    };
    Reply::page_with(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &one)
}

/// What one version changed of the one before it.
fn changes(visit: &Visit, staffing: &Staffing, before: &UserVersion, after: &UserVersion) -> Vec<Change> {
    let office = visit.office();
    let told = |version: &UserVersion| -> Vec<(&'static str, String)> {
        let user = &version.user;
        let rights: Vec<String> =
            user.rights.0.iter().map(|right| rights_tree::named(office, right)).collect();
        let coming: Vec<String> = user
            .scheduled
            .iter()
            .map(|change| {
                let rights: Vec<String> =
                    change.rights.0.iter().map(|right| rights_tree::named(office, right)).collect();
                let groups = group_names(staffing, &change.groups);
                format!("{}から {} {} {}", wareki(change.on), change.department, groups, rights.join("、"))
            })
            .collect();
        vec![
            ("氏名", user.name.clone()),
            ("所属", user.department.clone()),
            ("所属・職務", group_names(staffing, &user.groups)),
            ("個人に与えた権限", rights.join("、")),
            ("有効期間", term(user)),
            ("ロック", user.locked_at.map(moment).unwrap_or_default()),
            ("停止", user.stopped_at.map(moment).unwrap_or_default()),
            ("予約", coming.join("\n")),
            ("パスワードの設定日", user.password_set_on.map(wareki).unwrap_or_default()),
            (
                "証明書",
                user.certificates.iter().map(|bound| bound.subject.as_str()).collect::<Vec<_>>().join("、"),
            ),
            ("機械用", if user.machine { "はい" } else { "いいえ" }.to_owned()),
            ("初期パスワード", if user.password_is_initial { "はい" } else { "いいえ" }.to_owned()),
        ]
    };
    told(before)
        .into_iter()
        .zip(told(after))
        .filter(|(before, after)| before != after)
        .map(|((title, before), (_, after))| Change {
            title: title.to_owned(),
            before,
            after,
            is_name: false,
        })
        .collect()
}

/// Takes a coming change back.
pub(crate) fn cancel(visit: &Visit) -> Result<Reply, Problem> {
    let Ok(on) = value_of(&visit.form, "on").parse::<Date>() else {
        return Err(Problem::unreadable("取り消す予約の日がありません。"));
    };
    answered(visit, visit.office().cancel_scheduled(&visit.caller()?, visit.param("id"), on))
}

/// Locks, unlocks, stops, takes back, resets the second factor.
pub(crate) fn act(visit: &Visit) -> Result<Reply, Problem> {
    let (office, caller, id) = (visit.office(), visit.caller()?, visit.param("id"));
    let done = match value_of(&visit.form, "act") {
        "lock" => office.lock_user(&caller, id, true),
        "unlock" => office.lock_user(&caller, id, false),
        "stop" => office.stop_user(&caller, id, true),
        "resume" => office.stop_user(&caller, id, false),
        "no-factor" => office.reset_factor(&caller, id),
        _ => return Err(Problem::unreadable("操作の名前がありません。")),
    };
    answered(visit, done)
}

/// Binds a certificate, or takes one away.
pub(crate) fn bind(visit: &Visit) -> Result<Reply, Problem> {
    let (office, caller, id) = (visit.office(), visit.caller()?, visit.param("id"));
    let done = match value_of(&visit.form, "key") {
        "" => office.bind_certificate(&caller, id, value_of(&visit.form, "certificate")),
        key => office.unbind_certificate(&caller, id, key),
    };
    answered(visit, done)
}

/// Gives a new initial password and shows it, this once.
pub(crate) fn reissue(visit: &Visit) -> Result<Reply, Problem> {
    match visit.office().reset_password(&visit.caller()?, visit.param("id")) {
        Ok(password) => issued(visit, visit.param("id"), &password),
        Err(RunError::Refused(findings)) => page(visit, findings),
        Err(error) => Err(error.into()),
    }
}

fn answered(visit: &Visit, done: Result<(), RunError>) -> Result<Reply, Problem> {
    match done {
        Ok(()) => Ok(back(visit)),
        Err(RunError::Refused(findings)) => page(visit, findings),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn back(visit: &Visit) -> Reply {
    Reply::see_other(&format!("/users/{}", visit.param("id")))
}

#[derive(Template)]
#[template(path = "user_password.html")]
struct Issued {
    shell: Shell,
    id: String,
    password: String,
}

pub(crate) fn issued(visit: &Visit, id: &str, password: &str) -> Result<Reply, Problem> {
    let shell = Shell::titled(visit, "初期パスワード").above("利用者");
    Reply::page(&Issued { shell, id: id.to_owned(), password: password.to_owned() })
}
