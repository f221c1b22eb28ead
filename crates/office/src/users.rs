//! Users (職員).

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use domain::Date;
use jiff::Timestamp;
use register::{Actor, AsOf, CommitError, Draft, Fault, Kind, Record, ViewExt, Write};
use serde::{Deserialize, Serialize};

use crate::Office;
use crate::certificate::{BoundCertificate, Certificate};
use crate::rights::{Rights, Scheduled};

/// Users. The password is kept only as an Argon2id hash.
pub static USER: Kind = Kind::new("office/user", "利用者");

/// Whole days from one day to another.
fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// What the journal says of the counting of tries; a user's history leaves these versions out.
pub(crate) const LOGIN_REASON: &str = "ログイン試行の記録";

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
    /// Groups (所属・職務) whose rights the user has too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The first day on which the user may log in (有効期間).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// Since when an administrator has stopped the user (停止).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Timestamp>,
    /// Changes of place and rights that have their day (予約).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scheduled: Vec<Scheduled>,
    /// The newest login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login: Option<Timestamp>,
    /// Whether the password is one that an administrator handed out, to be changed at the first login.
    #[serde(default)]
    pub password_is_initial: bool,
    /// The day the password was set; none for users older than this item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_set_on: Option<Date>,
    /// Hashes of passwords before, newest first, as many as the policy asks to look back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past_passwords: Vec<String>,
    /// Certificates (ICカードなど) of which one, shown by the connection, is the second factor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<BoundCertificate>,
    /// Whether this is no person but a program: it uses the API by its certificate alone, and has no password and no screen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub machine: bool,
}

impl User {
    /// A user without password and rights.
    pub(crate) fn named(id: &str, name: &str, department: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            department: department.to_owned(),
            rights: Rights::default(),
            password: String::new(),
            failures: 0,
            locked_at: None,
            groups: Vec::new(),
            valid_from: None,
            valid_until: None,
            stopped_at: None,
            scheduled: Vec::new(),
            last_login: None,
            password_is_initial: false,
            password_set_on: None,
            past_passwords: Vec::new(),
            certificates: Vec::new(),
            machine: false,
        }
    }

    /// Whether a certificate is one the user is bound to.
    pub fn holds(&self, shown: &Certificate) -> bool {
        self.certificates.iter().any(|bound| bound.key == shown.key)
    }

    /// Whether the password must be changed before anything else: it is an initial one, or older than the policy allows.
    pub fn must_change_password(&self, today: Date, days_max: u32) -> bool {
        let old = match (days_max, self.password_set_on) {
            (0, _) | (_, None) => false,
            (days, Some(set)) => i64::from(days) <= days_between(set, today),
        };
        !self.machine && (self.password_is_initial || old)
    }
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
    /// The password is the first one anybody tries.
    #[error("だれでも初めに試すパスワードです。利用者IDや password は使わず、別のものにしてください。")]
    Guessed,
    /// Storage failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Whether a text can be the id of a user or a group. `new` is the address of the screen that makes one.
pub(crate) fn usable_id(id: &str) -> bool {
    (1..=32).contains(&id.len())
        && id != "new"
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether a password is one that is tried first: `password` or the user's own id, whatever digits and signs are put behind.
pub(crate) fn is_guessed_first(id: &str, password: &str) -> bool {
    let lower = password.to_lowercase();
    let word = lower.trim_end_matches(|c: char| !c.is_alphabetic());
    lower == id || word == id || ["password", "passw0rd", "パスワード"].contains(&word)
}

pub(crate) fn hash(password: &str) -> Result<String, Fault> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Fault::because(format!("the password could not be hashed: {error}")))
}

pub(crate) fn fits(password: &str, hash: &str) -> bool {
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
        if !usable_id(id) {
            return Err(UserError::BadId(id.to_owned()));
        }
        let chars_min = self.user_policy().password_chars_min;
        if password.chars().count() < chars_min {
            return Err(UserError::Short(chars_min));
        }
        if is_guessed_first(id, password) {
            return Err(UserError::Guessed);
        }
        let user = User {
            rights,
            password: hash(password)?,
            password_set_on: Some(self.today()),
            ..User::named(id, name, department)
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

    /// Changes a user as the newest version is, again when somebody else was faster; none when there is no such user.
    /// Nothing is written when `change` says false.
    pub(crate) fn change_user(
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
}

/// A commit that only appends an own record cannot conflict; whatever it says is a fault.
pub(crate) fn commit_fault(error: CommitError) -> Fault {
    match error {
        CommitError::Fault(fault) => fault,
        other => Fault::new("the journal refused the office's own record", other),
    }
}
