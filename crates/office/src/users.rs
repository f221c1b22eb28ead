//! Users (職員) and their rights.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use jiff::Timestamp;
use register::{Actor, AsOf, CommitError, Draft, Fault, Kind, Record, ViewExt, Write};
use serde::{Deserialize, Serialize};

use crate::{AuditEntry, AuditResult, Office};

/// Users. The password is kept only as an Argon2id hash.
pub static USER: Kind = Kind::new("office/user", "利用者");

/// What a user may do: function ids, or `system/*`, or `*`. Deny by default. One that begins with `!` takes away what another
/// gives, in whatever order they stand, so that a counter may hold a system without its most guarded functions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rights(pub Vec<String>);

impl Rights {
    /// Whether these rights cover a function or another named thing, such as `office/links`.
    pub fn allow(&self, id: &str) -> bool {
        let covered = |right: &str| match right.strip_suffix('*') {
            Some(prefix) => id.starts_with(prefix),
            None => right == id,
        };
        let taken = self.0.iter().filter_map(|right| right.strip_prefix('!')).any(covered);
        !taken && self.0.iter().any(|right| covered(right))
    }
}

/// A member of staff who may log in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Login name: lower-case ASCII, digits, hyphens.
    pub id: String,
    /// Name for screens.
    pub name: String,
    /// Department (所属).
    pub department: String,
    /// What the user may do.
    pub rights: Rights,
    /// Argon2id in PHC notation.
    pub password: String,
    /// Failed logins since the last good one.
    #[serde(default)]
    pub failures: u32,
    /// Since when the account is locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_at: Option<Timestamp>,
}

/// Logs and panics see who it is, not the hash.
impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "User({})", self.id)
    }
}

impl Record for User {
    const KIND: &'static Kind = &USER;

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// Why a login was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown user or wrong password; the two are not told apart.
    #[error("利用者IDかパスワードが違います。")]
    Wrong,
    /// Too many failures.
    #[error("続けて間違えたため、この利用者は使えなくなっています。管理者に解除を頼んでください。")]
    Locked,
    /// Storage failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why a user could not be made.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// The id is taken.
    #[error("利用者ID「{0}」はすでにあります。")]
    Exists(String),
    /// There is no such user.
    #[error("利用者ID「{0}」はありません。")]
    Unknown(String),
    /// The id has other characters.
    #[error("利用者ID「{0}」は使えません。英小文字、数字、ハイフンで1文字から32文字にしてください。")]
    BadId(String),
    /// The password is too short.
    #[error("パスワードが短すぎます。{0}文字以上にしてください。")]
    Short(usize),
    /// Storage failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Shortest password. A second factor comes with the administrator's desk.
const PASSWORD_CHARS_MIN: usize = 8;

fn hash(password: &str) -> Result<String, Fault> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Fault::because(format!("the password could not be hashed: {error}")))
}

fn fits(password: &str, hash: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}

impl Office {
    /// Makes a user.
    ///
    /// # Errors
    /// [`UserError`]: the id is taken or not usable, the password too short, or storage failed.
    pub fn add_user(
        &self,
        id: &str,
        name: &str,
        department: &str,
        rights: Rights,
        password: &str,
    ) -> Result<(), UserError> {
        let usable = (1..=32).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !usable {
            return Err(UserError::BadId(id.to_owned()));
        }
        if password.chars().count() < PASSWORD_CHARS_MIN {
            return Err(UserError::Short(PASSWORD_CHARS_MIN));
        }
        let user = User {
            id: id.to_owned(),
            name: name.to_owned(),
            department: department.to_owned(),
            rights,
            password: hash(password)?,
            failures: 0,
            locked_at: None,
        };
        match self.put_user(&user, None, "利用者の登録") {
            Err(CommitError::Conflict(_)) => Err(UserError::Exists(id.to_owned())),
            Err(error) => Err(UserError::Fault(commit_fault(error))),
            Ok(()) => Ok(()),
        }
    }

    /// Lets a locked user log in again.
    ///
    /// # Errors
    /// [`UserError::Unknown`] or storage.
    pub fn unlock_user(&self, id: &str) -> Result<(), UserError> {
        let unlocked = self.change_user(id, "利用者の解除", |user| {
            user.failures = 0;
            user.locked_at = None;
            true
        })?;
        unlocked.map(drop).ok_or_else(|| UserError::Unknown(id.to_owned()))
    }

    /// A user by id.
    ///
    /// # Errors
    /// When storage fails.
    pub fn user(&self, id: &str) -> Result<Option<User>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        Ok(view.load::<User>(id)?.map(|versioned| versioned.record))
    }

    /// Checks a password. Every try is in the audit log; too many wrong ones in a row lock the user.
    ///
    /// # Errors
    /// [`LoginError`].
    pub fn log_in(&self, id: &str, password: &str, terminal: &str) -> Result<User, LoginError> {
        let tries_max = self.login_tries_max();
        // Counted first and checked second: of many tries at one moment no more are checked than may be wrong in a row.
        let counted = self.change_user(id, "ログイン試行の記録", |user| {
            let open = user.locked_at.is_none() && user.failures < tries_max;
            user.failures = user.failures.saturating_add(u32::from(open));
            open
        })?;
        let Some((user, open)) = counted else {
            // The same work as for a known user, so that the answer's time does not tell who exists.
            let _ = hash(password);
            self.audit_login(id, terminal, AuditResult::LoginFailed)?;
            return Err(LoginError::Wrong);
        };
        if !open {
            self.audit_login(id, terminal, AuditResult::LoginFailed)?;
            return Err(LoginError::Locked);
        }
        let right = fits(password, &user.password);
        if !right {
            self.audit_login(id, terminal, AuditResult::LoginFailed)?;
            if user.failures < tries_max {
                return Err(LoginError::Wrong);
            }
        }
        let now = self.clock().now();
        let settled = self.change_user(id, "ログイン試行の記録", |user| {
            let open = user.locked_at.is_none();
            if open && right {
                user.failures = 0;
            } else if open {
                user.locked_at = Some(now);
            }
            open
        })?;
        match settled {
            Some((user, true)) if right => {
                self.audit_login(id, terminal, AuditResult::Login)?;
                Ok(user)
            }
            _ => Err(LoginError::Locked),
        }
    }

    /// Changes a user as the newest version is, again when somebody else was faster; none when there is no such user.
    /// Nothing is written when `change` says false.
    fn change_user(
        &self,
        id: &str,
        reason: &str,
        change: impl Fn(&mut User) -> bool,
    ) -> Result<Option<(User, bool)>, Fault> {
        loop {
            let found = self.journal().view(AsOf::default())?.load::<User>(id)?;
            let Some(mut found) = found else { return Ok(None) };
            if !change(&mut found.record) {
                return Ok(Some((found.record, false)));
            }
            match self.put_user(&found.record, Some(found.version), reason) {
                Ok(()) => return Ok(Some((found.record, true))),
                // Whoever was faster has got on, so that not all wait for each other.
                Err(CommitError::Conflict(_)) => {}
                Err(error) => return Err(commit_fault(error)),
            }
        }
    }

    fn put_user(&self, user: &User, version: Option<u32>, reason: &str) -> Result<(), CommitError> {
        let mut draft =
            Draft::new("office", "office/users", Actor::Program("office".to_owned()), self.clock().now());
        reason.clone_into(&mut draft.reason);
        draft.writes.push(Write::put(user, version).map_err(Fault::from)?);
        self.journal().commit(draft).map(drop)
    }

    fn audit_login(&self, user: &str, terminal: &str, result: AuditResult) -> Result<(), Fault> {
        let at = self.clock().now();
        let entry = AuditEntry {
            id: AuditEntry::new_id(at, self.entropy().bits()),
            at,
            // What was typed as an id may be a password by mistake; only known shapes are kept.
            user: if self.user(user)?.is_some() { user.to_owned() } else { "（不明）".to_owned() },
            terminal: terminal.to_owned(),
            function: "office/login".to_owned(),
            title: "ログイン".to_owned(),
            result,
            subjects: Vec::new(),
            subject_count: 0,
            purpose: String::new(),
            codes: Vec::new(),
        };
        self.commit_audit(entry)
    }
}

/// A commit that only appends an own record cannot conflict; whatever it says is a fault.
pub(crate) fn commit_fault(error: CommitError) -> Fault {
    match error {
        CommitError::Fault(fault) => fault,
        other => Fault::new("the journal refused the office's own record", other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_exact_or_by_prefix() {
        let rights = Rights(vec!["resident-register/*".into(), "office/links".into()]);
        for (id, allowed) in [
            ("resident-register/move-in", true),
            ("resident-registers/move-in", false),
            ("office/links", true),
            ("office/links/hold", false),
            ("", false),
        ] {
            assert_eq!(rights.allow(id), allowed, "{id}");
        }
        for rights in [
            ["resident-register/*", "!resident-register/protected-person"],
            ["!resident-register/protected-person", "*"],
        ] {
            let rights = Rights(rights.map(str::to_owned).to_vec());
            assert!(rights.allow("resident-register/person"));
            assert!(!rights.allow("resident-register/protected-person"));
        }
        assert!(!Rights(vec!["*".into(), "!office/*".into()]).allow("office/links"));
        assert!(Rights(vec!["*".into()]).allow("anything"));
        assert!(!Rights::default().allow("anything"));
    }
}
