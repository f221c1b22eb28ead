//! Login by the town's own provider: there, and back.

use std::error::Error;

use askama::Template;
use axum::http::{StatusCode, header};
use office::{LoggedIn, LoginError};
use transport::http::openid::{OpenIdError, Opening};

use super::Shell;
use super::login::{cookie, inside, refused_page};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::session::{Proof, random_hex, same_secret};
use crate::sso::SingleSignOn;
use crate::visit::{Visit, value_of};

/// The cookie that binds a login under way to its browser. Lax and not strict: it has to come back from the provider's page.
const COOKIE: &str = "daicho_sso";
/// Seconds it lives: as long as a login may be under way.
const COOKIE_SECONDS: u32 = 600;

fn provider(visit: &Visit) -> Result<&SingleSignOn, Problem> {
    let found = visit.house.desk.sso.as_ref();
    found.ok_or_else(|| Problem::not_found("この町では、認証基盤でのログインを使いません。"))
}

/// Sends the browser to the provider.
pub(crate) fn begin(visit: &Visit) -> Result<Reply, Problem> {
    let sso = provider(visit)?;
    let next = inside(value_of(&visit.query, "next"));
    let opening = Opening::new().map_err(|error| Problem::fault("a login was not begun", &error))?;
    let address = match sso.provider.address(&opening) {
        Ok(address) => address,
        Err(error) => return unreached(visit, next, &error),
    };
    let browser = random_hex()?;
    visit.house.logins.begin(opening, &browser, next, visit.office().clock().now());
    Ok(Reply::see_other(&address).with(header::SET_COOKIE, own_cookie(visit, &browser, COOKIE_SECONDS)))
}

fn unreached(visit: &Visit, next: &str, error: &OpenIdError) -> Result<Reply, Problem> {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    let chain = causes.fold(error.to_string(), |words, cause| format!("{words}: {cause}"));
    tracing::warn!(cause = %chain, "a login by the provider did not come about");
    refused_page(visit, next, format!("{error}。もう一度試すか、パスワードでログインしてください。"))
}

fn own_cookie(visit: &Visit, value: &str, seconds: u32) -> String {
    let secure = if visit.house.sends_secure_cookies() { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/login/sso; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

#[derive(Template)]
#[template(path = "login_done.html")]
struct Done {
    shell: Shell,
    next: String,
}

/// Takes what the provider sent the browser back with, and begins the session.
pub(crate) fn back(visit: &Visit) -> Result<Reply, Problem> {
    let sso = provider(visit)?;
    let (office, now) = (visit.office(), visit.office().clock().now());
    let said = |name: &str| value_of(&visit.query, name);
    let failed = |next: &str, words: String| {
        office.audit_failed_login(&visit.terminal)?;
        refused_page(visit, next, words)
    };
    let browser = visit.cookie_named(COOKIE).unwrap_or_default();
    let Some(under_way) = visit.house.logins.take(said("state"), browser, now) else {
        let words = "認証基盤でのログインの途中ではないか、時間が過ぎています。初めからやり直してください。";
        return failed("/", words.to_owned());
    };
    let next = under_way.next.as_str();
    // An answer of another provider that was mixed in.
    if !said("iss").is_empty() && !same_secret(said("iss"), sso.provider.issuer()) {
        return failed(next, "別の認証基盤の答えです。初めからやり直してください。".to_owned());
    }
    if said("code").is_empty() {
        return failed(next, "認証基盤でのログインが取り消されたか、認められませんでした。".to_owned());
    }
    let claims = match sso.provider.redeem(&under_way.opening, said("code")) {
        Ok(claims) => claims,
        Err(error) => {
            office.audit_failed_login(&visit.terminal)?;
            return unreached(visit, next, &error);
        }
    };
    let id = match sso.user(&claims) {
        Ok(id) => id,
        Err(words) => return failed(next, words),
    };
    let shown = visit.certificate.as_deref();
    let user = match office.log_in_by_provider(&id, &visit.terminal, sso.strong, shown) {
        Ok(user) => user,
        Err(LoginError::Fault(fault)) => return Err(fault.into()),
        // Who the provider knows and we do not is told so: he has shown there who he is.
        Err(LoginError::Wrong) => {
            let words = "認証基盤のログインはできましたが、この台帳の利用者に登録されていません。管理者に登録を頼んでください。";
            return refused_page(visit, next, words.to_owned());
        }
        Err(refusal) => return refused_page(visit, next, refusal.to_string()),
    };
    // A session held before belongs to whoever was here before.
    if let Some(session) = visit.staff.as_ref().and_then(|staff| staff.session.as_ref()) {
        visit.house.sessions.end(&session.id);
    }
    let proof = Proof { provider: true, strong: sso.strong, certificate: None };
    let sessions = &visit.house.sessions;
    let (session, next) = match user {
        LoggedIn::Whole(user) => {
            let certificate = shown.filter(|shown| user.holds(shown)).map(|shown| shown.key.clone());
            (sessions.begin(&user.id, now, None, Proof { certificate, ..proof })?, next.to_owned())
        }
        LoggedIn::Code(user) => {
            (sessions.begin_waiting(&user.id, now, None, proof, next)?, "/login/code".to_owned())
        }
    };
    // A page, and not a redirect: the browser would leave the strict cookie behind on a way that began elsewhere.
    let done = Done { shell: Shell::titled(visit, "ログイン"), next };
    let reply = Reply::page_with(StatusCode::OK, &done)?;
    let reply = reply.with(header::SET_COOKIE, cookie(visit, &session, ""));
    Ok(reply.with(header::SET_COOKIE, own_cookie(visit, "", 0)))
}
