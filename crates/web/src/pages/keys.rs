//! Security keys (セキュリティキー・パスキー): one's own, and the step of a login that asks for one.

use office::{Factors, KeyAnswer, KeyQuestion, LoginError, NewKey, RunError, SecurityKey};

use super::login::{after_factor, code_page_with, refused_code};
use super::{assets, password};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::session::{same_secret, unmasked};
use crate::visit::{Visit, value_of};
use crate::words::moment;

/// What a form hands to the script that asks the browser for a key.
pub(crate) struct Asked {
    pub(crate) script: String,
    pub(crate) challenge: String,
    pub(crate) party: String,
    pub(crate) origin: String,
    /// Keys that may answer, or that are not to be registered again.
    pub(crate) known: String,
    pub(crate) handle: String,
    pub(crate) algorithms: String,
    pub(crate) town: String,
    pub(crate) user: String,
    pub(crate) name: String,
}

/// Asks a new question in a session; none where the program does not know its own address.
pub(crate) fn ask(
    visit: &Visit,
    session: &str,
    user: &str,
    name: &str,
    keys: &[SecurityKey],
) -> Result<Option<Asked>, Problem> {
    let Some(party) = &visit.house.desk.keys else { return Ok(None) };
    let question = visit.office().question(user)?;
    let known = keys.iter().map(|key| format!("{}:{}", key.credential, key.transports.join(",")));
    let algorithms = KeyQuestion::algorithms().iter().map(ToString::to_string);
    let asked = Asked {
        script: assets::address("keys.js"),
        challenge: question.challenge(),
        party: party.id().to_owned(),
        origin: party.origin().to_owned(),
        known: known.collect::<Vec<_>>().join(" "),
        handle: question.handle().to_owned(),
        algorithms: algorithms.collect::<Vec<_>>().join(" "),
        town: format!("Daicho {}", visit.house.town()),
        user: user.to_owned(),
        name: name.to_owned(),
    };
    visit.house.sessions.ask(session, question, visit.office().clock().now());
    Ok(Some(asked))
}

/// One key in the list of one's own.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) registered_at: String,
    pub(crate) last_used_at: String,
}

/// The part of the page of second factors that is about keys.
pub(crate) struct Own {
    pub(crate) rows: Vec<Row>,
    pub(crate) asked: Option<Asked>,
    /// The name that was typed.
    pub(crate) name: String,
    pub(crate) added: bool,
    pub(crate) removed: bool,
}

impl Own {
    /// One's own keys, and a question to one that is to be registered.
    pub(crate) fn of(visit: &Visit, factors: &Factors) -> Result<Self, Problem> {
        let staff = visit.staff()?;
        let asked = match &staff.session {
            Some(session) => ask(visit, &session.id, &staff.user.id, &staff.user.name, &factors.keys)?,
            None => None,
        };
        let rows = factors.keys.iter().map(|key| Row {
            id: key.id.clone(),
            name: key.name.clone(),
            kind: if key.synced { "同期するパスキー" } else { "この機器だけ" },
            registered_at: moment(key.registered_at),
            last_used_at: key.last_used_at.map(moment).unwrap_or_else(|| "まだ".to_owned()),
        });
        Ok(Self {
            rows: rows.collect(),
            asked,
            name: value_of(&visit.form, "name").to_owned(),
            added: value_of(&visit.query, "key") == "added",
            removed: value_of(&visit.query, "key") == "removed",
        })
    }
}

/// Registers one's own key.
pub(crate) fn add(visit: &Visit) -> Result<Reply, Problem> {
    let text = |name: &str| value_of(&visit.form, name);
    let Some(party) = &visit.house.desk.keys else { return password::factor(visit) };
    let question = visit.staff()?.session.as_ref().and_then(|session| taken(visit, &session.id));
    let given = NewKey {
        name: text("name"),
        client_data: text("client_data"),
        attestation: text("attestation"),
        transports: text("transports"),
    };
    match visit.office().add_key(&visit.caller()?, party, question.as_ref(), &given) {
        Ok(recovery) if recovery.is_empty() => Ok(Reply::see_other("/second-factor?key=added")),
        Ok(recovery) => password::recovery_page(visit, "セキュリティキーを登録しました", recovery),
        Err(RunError::Refused(findings)) => password::factor_page(visit, findings),
        Err(error) => Err(error.into()),
    }
}

/// Takes one's own key away.
pub(crate) fn remove(visit: &Visit) -> Result<Reply, Problem> {
    match visit.office().remove_key(&visit.caller()?, value_of(&visit.form, "key")) {
        Ok(()) => Ok(Reply::see_other("/second-factor?key=removed")),
        Err(RunError::Refused(findings)) => password::factor_page(visit, findings),
        Err(error) => Err(error.into()),
    }
}

/// The question of a session, which is forgotten by that.
fn taken(visit: &Visit, session: &str) -> Option<KeyQuestion> {
    visit.house.sessions.take_question(session, visit.office().clock().now())
}

/// Checks the answer of a key and begins the session.
pub(crate) fn enter(visit: &Visit) -> Result<Reply, Problem> {
    let text = |name: &str| value_of(&visit.form, name);
    let Some((signed, next)) = visit.waiting() else { return Ok(Reply::see_other("/login")) };
    if !same_secret(&unmasked(text("_csrf")), &signed.csrf) {
        return Err(Problem::forged());
    }
    let Some(party) = &visit.house.desk.keys else { return Ok(Reply::see_other("/login/code")) };
    if text("credential").is_empty() {
        // Sent without the script: no key was asked, and none is counted as wrong.
        let words = "キーの応答がありません。ブラウザのスクリプト（JavaScript）を使えるようにしてください。";
        return code_page_with(visit, &signed, words.to_owned());
    }
    let question = taken(visit, &signed.id);
    let answer = KeyAnswer {
        credential: text("credential"),
        client_data: text("client_data"),
        authenticator_data: text("authenticator_data"),
        signature: text("signature"),
        handle: text("handle"),
    };
    let entered =
        visit.office().finish_login_by_key(&signed.user, party, question.as_ref(), &answer, &visit.terminal);
    match entered {
        Ok(user) => after_factor(visit, &signed, &next, &user),
        Err(LoginError::Fault(fault)) => Err(fault.into()),
        Err(refusal @ (LoginError::Key(_) | LoginError::Wrong)) => {
            code_page_with(visit, &signed, refusal.to_string())
        }
        Err(refusal) => refused_code(visit, &signed, &refusal),
    }
}

/// The same answer with the right to use the script of keys.
pub(crate) fn scripted(reply: Reply, asked: Option<&Asked>) -> Reply {
    if asked.is_some() { reply.scripted() } else { reply }
}
