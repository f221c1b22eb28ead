//! Login and logout.

use askama::Template;
use axum::http::{StatusCode, header};
use office::{LoggedIn, LoginError, User};

use super::{Shell, kept, keys};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::routes::Right;
use crate::session::{COOKIE, Proof, Signed, masked, same_secret, unmasked};
use crate::visit::{Pairs, Visit, value_of};

#[derive(Template)]
#[template(path = "login.html")]
struct Page {
    shell: Shell,
    heading: &'static str,
    refusal: String,
    id: String,
    next: String,
    /// What was sent without a session, to be put into its form after the login.
    kept: Pairs,
    notices: Vec<String>,
    /// What staff call the provider of logins; empty where there is none.
    sso: String,
    sso_address: String,
}

/// The address of the login page that goes on to another one.
pub(crate) fn address(next: &str) -> String {
    if next == "/" {
        return "/login".to_owned();
    }
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    format!("/login?{query}")
}

/// Only a path of this program: a link from elsewhere must not lead a fresh login away.
pub(crate) fn inside(next: &str) -> &str {
    // A browser drops tabs and line ends before it reads an address: what is behind them would count.
    let is_path = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(|letter: char| letter == '\\' || letter.is_control());
    if is_path { next } else { "/" }
}

fn path_of(address: &str) -> &str {
    address.split('?').next().unwrap_or_default()
}

/// The login page.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let next = inside(value_of(&visit.query, "next"));
    if visit.staff.is_some() {
        return Ok(Reply::see_other(next));
    }
    Reply::page(&page(visit, next, "", String::new(), Pairs::new()))
}

/// The login page in answer to a form that was sent without a session: nothing was done, and what was typed waits in it.
pub(crate) fn after_end(visit: &Visit) -> Result<Reply, Problem> {
    let path = path_of(&visit.asked);
    // A form stands under its own address; a button under one word more than the page it stands on.
    let page_path = match visit.route.right {
        Right::OfFunctionInPath => path,
        _ => path.rsplit_once('/').map_or("/", |(page, _)| page),
    };
    let refusal =
        "ログインしていないか、時間が過ぎて自動的にログアウトしました。送った内容は登録されていません。";
    let mut page = page(visit, inside(page_path), "", refusal.to_owned(), kept::hidden(visit));
    page.heading = "ログインし直してください";
    Reply::page_with(StatusCode::UNAUTHORIZED, &page)
}

/// The login page in answer to a login that did not come about.
pub(crate) fn refused_page(visit: &Visit, next: &str, refusal: String) -> Result<Reply, Problem> {
    Reply::page_with(StatusCode::UNAUTHORIZED, &page(visit, next, "", refusal, Pairs::new()))
}

fn page(visit: &Visit, next: &str, id: &str, refusal: String, kept: Pairs) -> Page {
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    let sso = visit.house.desk.sso.as_ref().map(|sso| sso.label.clone()).unwrap_or_default();
    Page {
        shell: Shell::titled(visit, "ログイン"),
        heading: "ログインできません",
        kept,
        refusal,
        id: id.to_owned(),
        next: next.to_owned(),
        notices: visit.house.desk.notices.clone(),
        sso,
        sso_address: format!("/login/sso?{query}"),
    }
}

/// Checks name and password and begins a session.
pub(crate) fn enter(visit: &Visit) -> Result<Reply, Problem> {
    let (id, password) = (value_of(&visit.form, "id").trim(), value_of(&visit.form, "password"));
    let next = inside(value_of(&visit.form, "next"));
    let shown = visit.certificate.as_deref();
    match visit.office().begin_login(id, password, &visit.terminal, shown) {
        Ok(logged_in) => {
            // A session held before belongs to whoever was here before.
            if let Some(session) = visit.staff.as_ref().and_then(|staff| staff.session.as_ref()) {
                visit.house.sessions.end(&session.id);
            }
            let kept = kept::carried(visit, next);
            let next = if kept.is_some() { format!("{}?_kept=1", path_of(next)) } else { next.to_owned() };
            let (sessions, now) = (&visit.house.sessions, visit.office().clock().now());
            let (session, to) = match logged_in {
                LoggedIn::Whole(user) => {
                    let held = shown.filter(|shown| user.holds(shown));
                    let certificate = held.map(|shown| shown.key.clone());
                    let proof = Proof { certificate, ..Proof::default() };
                    (sessions.begin(&user.id, now, kept, proof)?, next)
                }
                LoggedIn::Code(user) => {
                    let session = sessions.begin_waiting(&user.id, now, kept, Proof::default(), &next)?;
                    (session, "/login/code".to_owned())
                }
            };
            Ok(Reply::see_other(&to).with(header::SET_COOKIE, cookie(visit, &session, "")))
        }
        Err(LoginError::Fault(fault)) => Err(fault.into()),
        Err(refusal) => Reply::page_with(
            StatusCode::UNAUTHORIZED,
            &page(visit, next, id, refusal.to_string(), kept::again(visit)),
        ),
    }
}

#[derive(Template)]
#[template(path = "login_code.html")]
struct CodePage {
    shell: Shell,
    csrf: String,
    refusal: String,
    /// Whether the user has an app that shows codes.
    app: bool,
    /// Whether the user has security keys.
    keys: bool,
    /// The question to them; none where the program does not know its own address.
    asked: Option<keys::Asked>,
}

/// Asks for the second factor: a security key, or the code of an app.
pub(crate) fn ask_code(visit: &Visit) -> Result<Reply, Problem> {
    match visit.waiting() {
        Some((signed, _)) => code_page(visit, &signed, StatusCode::OK, String::new()),
        None => Ok(Reply::see_other("/login")),
    }
}

fn code_page(visit: &Visit, signed: &Signed, status: StatusCode, refusal: String) -> Result<Reply, Problem> {
    let factors = visit.office().factors(&signed.user)?;
    let asked = match factors.keys.as_slice() {
        [] => None,
        held => keys::ask(visit, &signed.id, &signed.user, "", held)?,
    };
    let page = CodePage {
        shell: Shell::titled(visit, "ログイン"),
        csrf: masked(&signed.csrf).unwrap_or_default(),
        refusal,
        app: factors.code,
        keys: !factors.keys.is_empty(),
        asked,
    };
    Ok(keys::scripted(Reply::page_with(status, &page)?, page.asked.as_ref()))
}

/// The page that asks for the second factor, in answer to one that did not do.
pub(crate) fn code_page_with(visit: &Visit, signed: &Signed, refusal: String) -> Result<Reply, Problem> {
    code_page(visit, signed, StatusCode::UNAUTHORIZED, refusal)
}

/// Begins the session of a user whose second factor was right.
pub(crate) fn after_factor(
    visit: &Visit,
    signed: &Signed,
    next: &str,
    user: &User,
) -> Result<Reply, Problem> {
    let kept = visit.house.sessions.take_kept(&signed.id);
    visit.house.sessions.end(&signed.id);
    let now = visit.office().clock().now();
    let session = visit.house.sessions.begin(&user.id, now, kept, signed.proof.clone())?;
    Ok(Reply::see_other(next).with(header::SET_COOKIE, cookie(visit, &session, "")))
}

/// The login page in answer to a second factor that ends the login.
pub(crate) fn refused_code(visit: &Visit, signed: &Signed, refusal: &LoginError) -> Result<Reply, Problem> {
    visit.house.sessions.end(&signed.id);
    let page = page(visit, "/", &signed.user, refusal.to_string(), Pairs::new());
    Reply::page_with(StatusCode::UNAUTHORIZED, &page)
}

/// Checks the code and begins the session.
pub(crate) fn enter_code(visit: &Visit) -> Result<Reply, Problem> {
    let Some((signed, next)) = visit.waiting() else { return Ok(Reply::see_other("/login")) };
    if !same_secret(&unmasked(value_of(&visit.form, "_csrf")), &signed.csrf) {
        return Err(Problem::forged());
    }
    match visit.office().finish_login_with(&signed.user, value_of(&visit.form, "code"), &visit.terminal) {
        Ok(user) => after_factor(visit, &signed, &next, &user),
        Err(LoginError::Fault(fault)) => Err(fault.into()),
        Err(LoginError::Wrong) => {
            let refusal = "コードが違うか、もう使われています。次のコードが出るまで待って、入れてください。";
            code_page_with(visit, &signed, refusal.to_owned())
        }
        Err(refusal) => refused_code(visit, &signed, &refusal),
    }
}

/// Ends the session.
pub(crate) fn leave(visit: &Visit) -> Result<Reply, Problem> {
    let staff = visit.staff()?;
    if let Some(session) = &staff.session {
        visit.house.sessions.end(&session.id);
        visit.office().audit_end(&staff.user.id, &visit.terminal, "ログアウト")?;
    }
    Ok(Reply::see_other("/login").with(header::SET_COOKIE, cookie(visit, "", "; Max-Age=0")))
}

pub(crate) fn cookie(visit: &Visit, value: &str, end: &str) -> String {
    let secure = if visit.house.sends_secure_cookies() { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_goes_on_to_pages_of_this_program_only() {
        for (asked, goes) in [
            ("/residents?q=%E8%91%9B", "/residents?q=%E8%91%9B"),
            ("", "/"),
            ("https://example.com/", "/"),
            ("//example.com/", "/"),
            ("/\\example.com", "/"),
            ("/\t/example.com", "/"),
            ("/\u{b}/example.com", "/"),
            ("/\u{85}/example.com", "/"),
        ] {
            assert_eq!(inside(asked), goes, "{asked}");
        }
        assert_eq!(address("/"), "/login");
        assert_eq!(address("/links?a=b"), "/login?next=%2Flinks%3Fa%3Db");
    }
}
