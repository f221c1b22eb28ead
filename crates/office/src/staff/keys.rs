//! What everybody does with their own security keys (セキュリティキーの登録).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use register::{Actor, AsOf, CommitError, Draft, Fault, Record, ViewExt, Write};
use system::Finding;

use super::said::checked_name;
use super::{finding, refused};
use crate::audit::AuditResult;
use crate::factor::SecondFactor;
use crate::keys::{KeyQuestion, SecurityKey, decoded, id_of, keys_in, known_transports};
use crate::policy::SecondFactorRule;
use crate::users::commit_fault;
use crate::webauthn::{KeyRefusal, RelyingParty, registered};
use crate::{Caller, Office, RunError};

/// Keys of one user: one at hand, one in the safe, one in each device; more is somebody trying.
const KEYS_MAX: usize = 10;

const ADD: &str = "セキュリティキーの登録";
const REMOVE: &str = "セキュリティキーを外す";

/// What a browser hands on of a key that is to be registered: its name, and parts in base64url.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewKey<'a> {
    /// What its user calls it.
    pub name: &'a str,
    /// clientDataJSON.
    pub client_data: &'a str,
    /// The attestation object.
    pub attestation: &'a str,
    /// The ways to it, with commas.
    pub transports: &'a str,
}

impl KeyRefusal {
    /// What a form says of it.
    pub fn finding(self) -> Finding {
        finding(self.code(), "key", "セキュリティキー", self.message(), self.remedy())
    }
}

impl Office {
    /// Registers one's own security key by its answer to a question; tells recovery codes, which are nowhere else, when the user
    /// had none.
    ///
    /// # Errors
    /// [`RunError::Refused`], which is in the audit log with its cause.
    pub fn add_key(
        &self,
        caller: &Caller,
        party: &RelyingParty,
        question: Option<&KeyQuestion>,
        given: &NewKey<'_>,
    ) -> Result<Vec<String>, RunError> {
        self.told(caller, ADD, self.try_add_key(caller, party, question, given))
    }

    fn try_add_key(
        &self,
        caller: &Caller,
        party: &RelyingParty,
        question: Option<&KeyQuestion>,
        given: &NewKey<'_>,
    ) -> Result<Vec<String>, RunError> {
        if self.user_policy().second_factor == SecondFactorRule::Off {
            let what = "この町では二要素認証を使わない設定です。";
            return Err(refused(vec![finding("U030", "", "二要素認証", what, "管理者に確かめてください。")]));
        }
        let name = given.name.trim();
        if let Some(wrong) = checked_name("name", "キーの名前", name) {
            return Err(refused(vec![wrong]));
        }
        let view = self.journal().view(AsOf::default())?;
        let held = keys_in(&*view, &caller.user)?;
        if held.iter().any(|(key, _)| key.name == name) {
            let what = format!("「{name}」という名前のキーが、もうあります。");
            return Err(refused(vec![finding(
                "U050",
                "name",
                "キーの名前",
                &what,
                "見分けられる名前にしてください。",
            )]));
        }
        if KEYS_MAX <= held.len() {
            let what = format!("一人のキーは{KEYS_MAX}本までです。");
            return Err(refused(vec![finding(
                "U051",
                "key",
                "セキュリティキー",
                &what,
                "使わないものを外してください。",
            )]));
        }
        let unfit = |refusal: KeyRefusal| refused(vec![refusal.finding()]);
        let question = question.ok_or_else(|| unfit(KeyRefusal::Challenge))?;
        let [client, object] = [given.client_data, given.attestation].map(decoded);
        let (client, object) = (client.map_err(unfit)?, object.map_err(unfit)?);
        let made = registered(party, question.bytes(), &client, &object).map_err(unfit)?;
        let id = id_of(&made.credential);
        if view.load::<SecurityKey>(&id)?.is_some() {
            let what = "このキーは、もう登録されています。";
            return Err(refused(vec![finding(
                "U052",
                "key",
                "セキュリティキー",
                what,
                "別のキーを使ってください。",
            )]));
        }
        let key = SecurityKey {
            id,
            user: caller.user.clone(),
            name: name.to_owned(),
            credential: URL_SAFE_NO_PAD.encode(&made.credential),
            public_key: URL_SAFE_NO_PAD.encode(&made.public_key),
            handle: question.handle().to_owned(),
            sign_count: made.sign_count,
            synced: made.synced,
            transports: known_transports(given.transports),
            registered_at: self.clock().now(),
            last_used_at: None,
        };
        let mut writes = vec![Write::put(&key, None).map_err(Fault::from)?];
        // Who has codes keeps them: they are on paper somewhere.
        let mut codes = Vec::new();
        let app = view.load::<SecondFactor>(&caller.user)?;
        if app.as_ref().is_none_or(|app| app.record.recovery.is_empty()) {
            let version = app.as_ref().map(|app| app.version);
            let before = app.map_or_else(|| SecondFactor::without_app(&caller.user), |app| app.record);
            let (after, made) = before.with_recovery()?;
            writes.push(Write::put(&after, version).map_err(Fault::from)?);
            codes = made;
        }
        self.put_own(caller, writes, ADD)?;
        Ok(codes)
    }

    /// Takes one's own security key away (紛失・返却). With the last second factor, recovery codes go too.
    ///
    /// # Errors
    /// [`RunError::Refused`]: there is no such key, or its user must have a second factor and has no other.
    pub fn remove_key(&self, caller: &Caller, id: &str) -> Result<(), RunError> {
        self.told(caller, REMOVE, self.try_remove_key(caller, id))
    }

    fn try_remove_key(&self, caller: &Caller, id: &str) -> Result<(), RunError> {
        let view = self.journal().view(AsOf::default())?;
        let held = keys_in(&*view, &caller.user)?;
        let Some((_, version)) = held.iter().find(|(key, _)| key.id == id) else {
            let what = "そのキーは登録されていません。";
            return Err(refused(vec![finding(
                "U053",
                "key",
                "セキュリティキー",
                what,
                "画面を開き直して確かめてください。",
            )]));
        };
        let app = view.load::<SecondFactor>(&caller.user)?;
        let is_last = held.len() == 1 && app.as_ref().is_none_or(|app| app.record.confirmed_at.is_none());
        if is_last && self.needs_second_factor(&caller.rights) {
            let what = "あなたの権限では二要素認証が要ります。最後の一つは外せません。";
            let remedy = "先に、別のキーか認証アプリを登録してください。";
            return Err(refused(vec![finding("U054", "key", "セキュリティキー", what, remedy)]));
        }
        let mut writes = vec![Write::close(SecurityKey::KIND, id, *version)];
        if let Some(app) = app.filter(|_| is_last) {
            writes.push(Write::close(SecondFactor::KIND, &caller.user, app.version));
        }
        self.put_own(caller, writes, REMOVE)
    }

    /// What came of it, a refusal written down with its causes.
    fn told<T>(&self, caller: &Caller, title: &str, done: Result<T, RunError>) -> Result<T, RunError> {
        if let Err(RunError::Refused(found)) = &done {
            let mut entry = self.named_entry(caller, "office/password", title, AuditResult::Refused);
            entry.codes = found.iter().map(|one| one.code.clone()).collect();
            self.commit_audit(entry)?;
        }
        done
    }

    /// Writes what somebody does with their own login, with its audit entry.
    pub(super) fn put_own(&self, caller: &Caller, writes: Vec<Write>, title: &str) -> Result<(), RunError> {
        let entry = self.named_entry(caller, "office/password", title, AuditResult::Done);
        let actor = Actor::User(caller.user.clone());
        let mut draft = Draft::new("office", "office/password", actor, self.clock().now());
        title.clone_into(&mut draft.reason);
        draft.writes.extend(writes);
        draft.writes.push(Write::put(&entry, None).map_err(Fault::from)?);
        match self.journal().commit(draft) {
            Ok(_) => Ok(()),
            Err(CommitError::Conflict(conflict)) => Err(RunError::Busy(conflict)),
            Err(error) => Err(RunError::Fault(commit_fault(error))),
        }
    }
}
