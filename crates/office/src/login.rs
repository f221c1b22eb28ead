//! Logins (ログイン): a password, a card or the town's provider, and the second factor behind it.

use register::{Actor, AsOf, CommitError, Draft, Fault, ViewExt, Write};

use crate::certificate::Certificate;
use crate::factor::SecondFactor;
use crate::keys::{KeyAnswer, KeyQuestion, keys_in, used};
use crate::rights::UserState;
use crate::users::{LOGIN_REASON, User, commit_fault, fits, hash};
use crate::webauthn::{KeyRefusal, RelyingParty};
use crate::{AuditEntry, AuditResult, Office};

/// What the audit log calls a login.
const BY_PASSWORD: &str = "ログイン";
/// The same by the town's own provider.
const BY_PROVIDER: &str = "ログイン（認証基盤）";
/// The same by a certificate.
const BY_CERTIFICATE: &str = "ログイン（証明書）";
/// The same by a security key.
const BY_KEY: &str = "ログイン（セキュリティキー）";

/// Why a login was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown user or wrong password; the two are not told apart.
    #[error("利用者IDかパスワードが違います。")]
    Wrong,
    /// Too many failures.
    #[error("続けて間違えたため、この利用者は使えなくなっています。管理者に解除を頼んでください。")]
    Locked,
    /// The password is right, and the user is stopped or out of term.
    #[error("この利用者は、停止中か有効期間の外です。管理者に確かめてください。")]
    Closed,
    /// The password is right, and a code of the second factor is asked for, which this way of asking cannot give.
    #[error(
        "この利用者は二要素認証を使っています。パスワードだけでは使えません。画面からログインしてください。"
    )]
    SecondFactor,
    /// The password is right, and the certificate is not shown that the user is bound to or whose rights demand one.
    #[error(
        "この利用者は、証明書（ICカード）を使ってログインします。カードを読み取り装置に入れて、ブラウザを開き直してください。カードがないときは管理者に確かめてください。"
    )]
    Certificate,
    /// The password is right, and the user is a program.
    #[error("この利用者は機械用です。パスワードでは使えません。証明書でつないでください。")]
    Machine,
    /// The password is right, and the answer of the security key is not.
    #[error("{}{}", .0.message(), .0.remedy())]
    Key(KeyRefusal),
    /// Storage failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// How far a login got (ログインの段階).
#[derive(Clone, Debug)]
pub enum LoggedIn {
    /// The user is in.
    Whole(User),
    /// The password is right; the second factor, a code or a security key, is to follow.
    Code(User),
}

/// What came of one try.
enum Tried {
    Right,
    Wrong,
    Refused(KeyRefusal),
}

impl Tried {
    fn of(right: bool) -> Self {
        if right { Self::Right } else { Self::Wrong }
    }
}

impl Office {
    /// Checks a password where it is all that is asked. Every try is in the audit log; too many wrong ones in a row lock the
    /// user.
    ///
    /// # Errors
    /// [`LoginError`]; [`LoginError::SecondFactor`] for a user who has one.
    pub fn log_in(
        &self,
        id: &str,
        password: &str,
        terminal: &str,
        shown: Option<&Certificate>,
    ) -> Result<User, LoginError> {
        match self.begin_login(id, password, terminal, shown)? {
            LoggedIn::Whole(user) => Ok(user),
            LoggedIn::Code(_) => Err(LoginError::SecondFactor),
        }
    }

    /// Checks a password, the first step of a login. The tries are only forgotten when the whole login went well.
    ///
    /// `shown` is the certificate of the connection, believed by TLS and within its term: when the user is bound to it, it is
    /// the second factor.
    ///
    /// # Errors
    /// [`LoginError`].
    pub fn begin_login(
        &self,
        id: &str,
        password: &str,
        terminal: &str,
        shown: Option<&Certificate>,
    ) -> Result<LoggedIn, LoginError> {
        let _turn = self.logins().wait(id);
        let checked = |user: &User| Ok(Tried::of(fits(password, &user.password)));
        let Some(user) = self.try_login(id, terminal, BY_PASSWORD, checked)? else {
            // The same work as for a known user, so that the answer's time does not tell who exists.
            let _ = hash(password);
            self.audit_login(id, terminal, AuditResult::LoginFailed)?;
            return Err(LoginError::Wrong);
        };
        if matches!(user.state(self.today()), UserState::Stopped | UserState::OutOfTerm) {
            self.audit_login(id, terminal, AuditResult::LoginFailed)?;
            return Err(LoginError::Closed);
        }
        self.go_on(user, terminal, shown, BY_PASSWORD, false)
    }

    /// Lets a user in whom the town's own provider has shown to be this one, when the register of users has him: nobody is made
    /// here. `strong` is whether the provider asked for a second factor.
    ///
    /// # Errors
    /// [`LoginError`]; [`LoginError::Wrong`] when there is no such user.
    pub fn log_in_by_provider(
        &self,
        id: &str,
        terminal: &str,
        strong: bool,
        shown: Option<&Certificate>,
    ) -> Result<LoggedIn, LoginError> {
        let _turn = self.logins().wait(id);
        // Counted as a try, so that wrong codes behind it lock as behind a password.
        let Some(user) = self.try_login(id, terminal, BY_PASSWORD, |_| Ok(Tried::Right))? else {
            self.audit_failed_login(terminal)?;
            return Err(LoginError::Wrong);
        };
        if matches!(user.state(self.today()), UserState::Stopped | UserState::OutOfTerm) {
            self.settle_login(id, false)?;
            self.audit_entry_of_login(id, terminal, BY_PROVIDER, AuditResult::LoginFailed)?;
            return Err(LoginError::Closed);
        }
        self.go_on(user, terminal, shown, BY_PROVIDER, strong)
    }

    /// Writes down that the provider did not show who somebody is.
    ///
    /// # Errors
    /// When storage fails.
    pub fn audit_failed_login(&self, terminal: &str) -> Result<(), Fault> {
        self.audit_entry_of_login("（不明）", terminal, BY_PROVIDER, AuditResult::LoginFailed)
    }

    /// Goes on with a user whose first factor was right: lets in, asks for the second factor, or says why neither.
    fn go_on(
        &self,
        user: User,
        terminal: &str,
        shown: Option<&Certificate>,
        title: &str,
        strong: bool,
    ) -> Result<LoggedIn, LoginError> {
        let id = user.id.as_str();
        let refused = |error: LoginError| {
            // The first factor was right, and takes back its own count.
            self.settle_login(id, false)?;
            self.audit_entry_of_login(id, terminal, title, AuditResult::LoginFailed)?;
            Err(error)
        };
        if user.machine {
            return refused(LoginError::Machine);
        }
        if shown.is_some_and(|shown| user.holds(shown)) {
            return self.finish_login(id, terminal, BY_CERTIFICATE).map(LoggedIn::Whole);
        }
        if self.needs_certificate(&self.rights_of(&user)?) {
            return refused(LoginError::Certificate);
        }
        if strong {
            return self.finish_login(id, terminal, title).map(LoggedIn::Whole);
        }
        if self.factors(id)?.is_any() {
            self.settle_login(id, false)?;
            self.audit_entry_of_login(id, terminal, title, AuditResult::Password)?;
            return Ok(LoggedIn::Code(user));
        }
        if !user.certificates.is_empty() {
            return refused(LoginError::Certificate);
        }
        self.finish_login(id, terminal, title).map(LoggedIn::Whole)
    }

    /// The program (機械用の利用者) that is bound to a certificate and may act now. Each try is in the audit log.
    ///
    /// # Errors
    /// [`LoginError::Wrong`] when nobody is, [`LoginError::Locked`] or [`LoginError::Closed`] when it may not.
    pub fn log_in_machine(&self, shown: &Certificate, terminal: &str) -> Result<User, LoginError> {
        let users = self.staffing()?.users;
        let found = users.into_values().find(|user| user.machine && user.holds(shown));
        let Some(user) = found else {
            self.audit_entry_of_login("（不明）", terminal, BY_CERTIFICATE, AuditResult::LoginFailed)?;
            return Err(LoginError::Wrong);
        };
        let refusal = match user.state(self.today()) {
            UserState::Active => None,
            UserState::Locked => Some(LoginError::Locked),
            UserState::Stopped | UserState::OutOfTerm => Some(LoginError::Closed),
        };
        let result = if refusal.is_some() { AuditResult::LoginFailed } else { AuditResult::Login };
        self.audit_entry_of_login(&user.id, terminal, BY_CERTIFICATE, result)?;
        refusal.map_or(Ok(user), Err)
    }

    /// Checks a code of the second factor, the other step of a login.
    ///
    /// # Errors
    /// [`LoginError`].
    pub fn finish_login_with(&self, id: &str, code: &str, terminal: &str) -> Result<User, LoginError> {
        let _turn = self.logins().wait(id);
        let checked = |_: &User| Ok(Tried::of(self.use_code(id, code)?));
        if self.try_login(id, terminal, BY_PASSWORD, checked)?.is_none() {
            return Err(LoginError::Wrong);
        }
        self.finish_login(id, terminal, BY_PASSWORD)
    }

    /// Checks the answer of a security key, the other step of a login. A refused one counts as a wrong code does.
    ///
    /// # Errors
    /// [`LoginError`]; [`LoginError::Key`] says what is wrong with the answer.
    pub fn finish_login_by_key(
        &self,
        id: &str,
        party: &RelyingParty,
        question: Option<&KeyQuestion>,
        answer: &KeyAnswer<'_>,
        terminal: &str,
    ) -> Result<User, LoginError> {
        let _turn = self.logins().wait(id);
        let checked = |_: &User| self.use_key(id, party, question, answer);
        if self.try_login(id, terminal, BY_KEY, checked)?.is_none() {
            return Err(LoginError::Wrong);
        }
        self.finish_login(id, terminal, BY_KEY)
    }

    fn finish_login(&self, id: &str, terminal: &str, title: &str) -> Result<User, LoginError> {
        match self.settle_login(id, true)? {
            Some(user) => {
                self.audit_entry_of_login(id, terminal, title, AuditResult::Login)?;
                Ok(user)
            }
            None => Err(LoginError::Locked),
        }
    }

    /// Counts a try, then makes it: killed in between, or beside another program on the same register, no more are checked than
    /// may be wrong in a row. None when there is no such user. The caller has the user's turn until it has settled the try.
    fn try_login(
        &self,
        id: &str,
        terminal: &str,
        title: &str,
        right: impl Fn(&User) -> Result<Tried, Fault>,
    ) -> Result<Option<User>, LoginError> {
        let tries_max = self.login_tries_max();
        let counted = self.change_user(id, LOGIN_REASON, |user| {
            let open = user.locked_at.is_none() && user.failures < tries_max;
            user.failures = user.failures.saturating_add(u32::from(open));
            open
        })?;
        let Some((user, open)) = counted else { return Ok(None) };
        if !open {
            self.audit_login(id, terminal, AuditResult::LoginFailed)?;
            return Err(LoginError::Locked);
        }
        let refusal = match right(&user)? {
            Tried::Right => return Ok(Some(user)),
            Tried::Wrong => None,
            Tried::Refused(refusal) => Some(refusal),
        };
        let (at, random) = (self.clock().now(), self.entropy().bits());
        let failed = AuditResult::LoginFailed;
        let mut entry = AuditEntry::new(at, random, id, terminal, "office/login", title, failed);
        entry.codes = refusal.iter().map(|refusal| refusal.code().to_owned()).collect();
        self.commit_audit(entry)?;
        if user.failures < tries_max {
            return Err(refusal.map_or(LoginError::Wrong, LoginError::Key));
        }
        let now = self.clock().now();
        self.change_user(id, LOGIN_REASON, |user| {
            let open = user.locked_at.is_none();
            user.locked_at = user.locked_at.or(Some(now));
            open
        })?;
        Err(LoginError::Locked)
    }

    /// Writes down that a try went well: the whole login, or only its first step, which takes back its own count and no other.
    fn settle_login(&self, id: &str, whole: bool) -> Result<Option<User>, Fault> {
        let now = self.clock().now();
        let settled = self.change_user(id, LOGIN_REASON, |user| {
            let open = user.locked_at.is_none();
            if open && whole {
                user.failures = 0;
                user.last_login = Some(now);
            } else if open {
                user.failures = user.failures.saturating_sub(1);
            }
            open
        })?;
        Ok(settled.and_then(|(user, open)| open.then_some(user)))
    }

    /// Takes a code: it is written down as used before anybody is let in.
    fn use_code(&self, id: &str, code: &str) -> Result<bool, Fault> {
        let now = self.clock().now();
        let found = self.journal().view(AsOf::default())?.load::<SecondFactor>(id)?;
        let Some(found) = found else { return Ok(false) };
        let Some(next) = found.record.accepts(code, now) else { return Ok(false) };
        let mut draft = Draft::new("office", "office/login", Actor::User(id.to_owned()), now);
        "二要素認証のコードの使用".clone_into(&mut draft.reason);
        draft.writes.push(Write::put(&next, Some(found.version))?);
        match self.journal().commit(draft) {
            Ok(_) => Ok(true),
            // Somebody used a code at the same moment; it may be this one.
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(error) => Err(commit_fault(error)),
        }
    }

    /// Takes the answer of a security key: its use is written down before anybody is let in.
    fn use_key(
        &self,
        id: &str,
        party: &RelyingParty,
        question: Option<&KeyQuestion>,
        answer: &KeyAnswer<'_>,
    ) -> Result<Tried, Fault> {
        let now = self.clock().now();
        let keys = keys_in(&*self.journal().view(AsOf::default())?, id)?;
        let (key, version) = match used(keys, party, question, answer, now) {
            Ok(used) => used,
            Err(refusal) => return Ok(Tried::Refused(refusal)),
        };
        let mut draft = Draft::new("office", "office/login", Actor::User(id.to_owned()), now);
        "セキュリティキーの使用".clone_into(&mut draft.reason);
        draft.writes.push(Write::put(&key, Some(version))?);
        match self.journal().commit(draft) {
            Ok(_) => Ok(Tried::Right),
            // It was used or taken away at the same moment.
            Err(CommitError::Conflict(_)) => Ok(Tried::Refused(KeyRefusal::Challenge)),
            Err(error) => Err(commit_fault(error)),
        }
    }

    /// A user's app and recovery codes, confirmed or not.
    ///
    /// # Errors
    /// When storage fails.
    pub fn second_factor(&self, id: &str) -> Result<Option<SecondFactor>, Fault> {
        Ok(self.journal().view(AsOf::default())?.load::<SecondFactor>(id)?.map(|found| found.record))
    }

    /// Writes into the audit log that a session ended.
    ///
    /// # Errors
    /// When storage fails.
    pub fn audit_end(&self, user: &str, terminal: &str, title: &str) -> Result<(), Fault> {
        let (at, random) = (self.clock().now(), self.entropy().bits());
        self.commit_audit(AuditEntry::new(
            at,
            random,
            user,
            terminal,
            "office/login",
            title,
            AuditResult::Ended,
        ))
    }

    fn audit_login(&self, user: &str, terminal: &str, result: AuditResult) -> Result<(), Fault> {
        // What was typed as an id may be a password by mistake; only known shapes are kept.
        let user = if self.user(user)?.is_some() { user } else { "（不明）" };
        self.audit_entry_of_login(user, terminal, BY_PASSWORD, result)
    }

    fn audit_entry_of_login(
        &self,
        user: &str,
        terminal: &str,
        title: &str,
        result: AuditResult,
    ) -> Result<(), Fault> {
        let (at, random) = (self.clock().now(), self.entropy().bits());
        self.commit_audit(AuditEntry::new(at, random, user, terminal, "office/login", title, result))
    }
}
