//! One's own password and second factor (パスワード・二要素認証).

use askama::Template;
use axum::http::StatusCode;
use office::{RunError, SecondFactorRule};
use qrcode::{EcLevel, QrCode};
use system::Finding;

use super::{Shell, keys};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};

#[derive(Template)]
#[template(path = "password.html")]
struct Page {
    shell: Shell,
    /// Whether nothing else may be done before.
    forced: bool,
    initial: bool,
    changed: bool,
    chars_min: usize,
    not_of_last: usize,
    findings: Vec<Finding>,
    factor: bool,
    factor_offered: bool,
}

impl Page {
    fn said(&self, path: &str) -> Vec<&Finding> {
        self.findings.iter().filter(|finding| finding.path == path).collect()
    }

    fn wrong(&self, path: &str) -> bool {
        !self.said(path).is_empty()
    }
}

/// The form that changes one's own password.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    page(visit, Vec::new())
}

fn page(visit: &Visit, findings: Vec<Finding>) -> Result<Reply, Problem> {
    let (office, staff) = (visit.office(), visit.staff()?);
    let policy = office.user_policy();
    let wrong = !findings.is_empty();
    let page = Page {
        shell: Shell::here(visit),
        forced: office.must_change_password(&staff.user),
        initial: staff.user.password_is_initial,
        changed: value_of(&visit.query, "changed") == "1",
        chars_min: policy.password_chars_min,
        not_of_last: policy.password_not_of_last,
        findings,
        factor: office.factors(&staff.user.id)?.is_any(),
        factor_offered: policy.second_factor != SecondFactorRule::Off,
    };
    Reply::page_with(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// Changes one's own password. Other sessions of the same user end: whoever knew the old one is out.
pub(crate) fn change(visit: &Visit) -> Result<Reply, Problem> {
    let text = |name: &str| value_of(&visit.form, name);
    let caller = visit.caller()?;
    match visit.office().change_own_password(&caller, text("old"), text("new"), text("again")) {
        Ok(()) => {
            let own = visit.staff()?.session.as_ref().map(|session| session.id.as_str());
            visit.house.sessions.end_others(&caller.user, own);
            Ok(Reply::see_other("/password?changed=1"))
        }
        Err(RunError::Refused(findings)) => page(visit, findings),
        Err(error) => Err(error.into()),
    }
}

/// The squares of a code, as one path.
struct Squares {
    width: usize,
    path: String,
}

fn squares(text: &str) -> Option<Squares> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == qrcode::Color::Dark {
            // A margin of four squares, as readers want it.
            path.push_str(&format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4));
        }
    }
    Some(Squares { width: width + 8, path })
}

#[derive(Template)]
#[template(path = "second_factor.html")]
struct Factor {
    shell: Shell,
    forced: bool,
    squares: Option<Squares>,
    secret: String,
    findings: Vec<Finding>,
    /// Shown once, after the code was right or the first key was registered.
    recovery: Vec<String>,
    /// What was done, above them.
    done: &'static str,
    set_up: bool,
    allowed: bool,
    /// Recovery codes that were not used yet.
    recovery_left: usize,
    keys: Option<keys::Own>,
}

/// What a second factor is and what is set up; setting up begins by a button, because it writes.
pub(crate) fn factor(visit: &Visit) -> Result<Reply, Problem> {
    factor_page(visit, Vec::new())
}

/// The same in answer to a form that was refused.
pub(crate) fn factor_page(visit: &Visit, findings: Vec<Finding>) -> Result<Reply, Problem> {
    let (office, staff) = (visit.office(), visit.staff()?);
    let factors = office.factors(&staff.user.id)?;
    let allowed = office.user_policy().second_factor != SecondFactorRule::Off;
    let status = if findings.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Factor {
        shell: Shell::titled(visit, "二要素認証"),
        forced: !factors.is_any() && office.needs_second_factor(&staff.rights),
        squares: None,
        secret: String::new(),
        findings,
        recovery: Vec::new(),
        done: "",
        set_up: factors.code,
        allowed,
        recovery_left: factors.recovery,
        keys: (allowed || !factors.keys.is_empty()).then(|| keys::Own::of(visit, &factors)).transpose()?,
    };
    let asked = page.keys.as_ref().and_then(|own| own.asked.as_ref());
    Ok(keys::scripted(Reply::page_with(status, &page)?, asked))
}

/// New recovery codes, this once.
pub(crate) fn recovery_page(
    visit: &Visit,
    done: &'static str,
    recovery: Vec<String>,
) -> Result<Reply, Problem> {
    let page = Factor {
        shell: Shell::titled(visit, "二要素認証"),
        forced: false,
        squares: None,
        secret: String::new(),
        findings: Vec::new(),
        recovery_left: recovery.len(),
        recovery,
        done,
        set_up: true,
        allowed: true,
        keys: None,
    };
    Reply::page(&page)
}

/// Begins to set one up, or goes on: shows the secret as squares and letters.
pub(crate) fn begin_factor(visit: &Visit) -> Result<Reply, Problem> {
    picture(visit, Vec::new())
}

fn picture(visit: &Visit, findings: Vec<Finding>) -> Result<Reply, Problem> {
    let (office, caller) = (visit.office(), visit.caller()?);
    let factor = office.begin_factor(&caller)?;
    let wrong = !findings.is_empty();
    let page = Factor {
        shell: Shell::titled(visit, "二要素認証"),
        forced: office.needs_second_factor(&caller.rights) && !office.factors(&caller.user)?.is_any(),
        squares: squares(&factor.address(&format!("Daicho {}", visit.house.town()))),
        secret: office::in_groups(&factor.secret),
        findings,
        recovery: Vec::new(),
        done: "",
        set_up: false,
        allowed: true,
        recovery_left: 0,
        keys: None,
    };
    Reply::page_with(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// Confirms it by a code; shows the recovery codes, this once.
pub(crate) fn confirm_factor(visit: &Visit) -> Result<Reply, Problem> {
    match visit.office().confirm_factor(&visit.caller()?, value_of(&visit.form, "code")) {
        Ok(recovery) => recovery_page(visit, "二要素認証を設定しました", recovery),
        Err(RunError::Refused(findings)) => picture(visit, findings),
        Err(error) => Err(error.into()),
    }
}
