//! Login and logout.

use askama::Template;
use axum::http::{StatusCode, header};
use office::LoginError;

use super::{Shell, kept};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::routes::Right;
use crate::session::COOKIE;
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
fn inside(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']);
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

fn page(visit: &Visit, next: &str, id: &str, refusal: String, kept: Pairs) -> Page {
    Page {
        shell: Shell::titled(visit, "ログイン"),
        heading: "ログインできません",
        kept,
        refusal,
        id: id.to_owned(),
        next: next.to_owned(),
        notices: visit.house.desk.notices.clone(),
    }
}

/// Checks name and password and begins a session.
pub(crate) fn enter(visit: &Visit) -> Result<Reply, Problem> {
    let (id, password) = (value_of(&visit.form, "id").trim(), value_of(&visit.form, "password"));
    let next = inside(value_of(&visit.form, "next"));
    match visit.office().log_in(id, password, &visit.terminal) {
        Ok(user) => {
            // A session held before belongs to whoever was here before.
            if let Some(session) = visit.staff.as_ref().and_then(|staff| staff.session.as_ref()) {
                visit.house.sessions.end(&session.id);
            }
            let kept = kept::carried(visit, next);
            let next = if kept.is_some() { format!("{}?_kept=1", path_of(next)) } else { next.to_owned() };
            let session = visit.house.sessions.begin(&user.id, visit.office().clock().now(), kept)?;
            Ok(Reply::see_other(&next).with(header::SET_COOKIE, cookie(visit, &session, "")))
        }
        Err(LoginError::Fault(fault)) => Err(fault.into()),
        Err(refusal) => Reply::page_with(
            StatusCode::UNAUTHORIZED,
            &page(visit, next, id, refusal.to_string(), kept::again(visit)),
        ),
    }
}

/// Ends the session.
pub(crate) fn leave(visit: &Visit) -> Result<Reply, Problem> {
    if let Some(session) = &visit.staff()?.session {
        visit.house.sessions.end(&session.id);
    }
    Ok(Reply::see_other("/login").with(header::SET_COOKIE, cookie(visit, "", "; Max-Age=0")))
}

fn cookie(visit: &Visit, value: &str, end: &str) -> String {
    let secure = if visit.house.desk.secure_cookies { "; Secure" } else { "" };
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
        ] {
            assert_eq!(inside(asked), goes, "{asked}");
        }
        assert_eq!(address("/"), "/login");
        assert_eq!(address("/links?a=b"), "/login?next=%2Flinks%3Fa%3Db");
    }
}
