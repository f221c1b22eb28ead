//! The administrator's desk (利用者と権限の管理): users, groups, passwords and second factors, each change under the rules of
//! [`rights`](crate::rights) and in one commit with its audit entry.

mod bind;
mod groups;
mod keys;
mod own;
mod said;
mod unknown;

use std::collections::BTreeMap;

use domain::{Date, wareki};
use jiff::Timestamp;
use register::{Actor, AsOf, CommitError, Draft, Fault, Position, Record, Stored, ViewExt, Write};
use serde::Serialize;
use std::ops::ControlFlow;
use system::Finding;

use crate::audit::AuditResult;
use crate::factor::{SecondFactor, base32, in_groups, random};
use crate::keys::{SecurityKey, keys_in};
use crate::policy::SecondFactorRule;
use crate::repeat::Once;
use crate::rights::{GROUP, Group, Rights, Scheduled, Staffing, USERS_RIGHT, objections, stands_above};
use crate::users::{USER, User, commit_fault, hash, usable_id};
use crate::{Caller, Office, RunError};
pub use keys::NewKey;
use said::{checked, checked_name, checked_rights, worded};

/// Bytes of an initial password: 80 bits, sixteen letters.
const INITIAL_BYTES: usize = 10;
/// How often a change is made anew when the user logged in at the same moment.
const TRIES_MAX: u32 = 8;
/// The longest name or department.
const NAME_CHARS_MAX: usize = 40;
/// The most changes that wait for their day.
const SCHEDULED_MAX: usize = 12;

/// What an administrator says of a user (利用者の登録内容).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UserDraft {
    /// Login name.
    pub id: String,
    /// Name for screens.
    pub name: String,
    /// Department (所属).
    pub department: String,
    /// Groups.
    pub groups: Vec<String>,
    /// Own rights.
    pub rights: Rights,
    /// The first day.
    pub valid_from: Option<Date>,
    /// The last day.
    pub valid_until: Option<Date>,
    /// Whether it is a program (機械用).
    pub machine: bool,
}

impl UserDraft {
    /// A user as they stand on a day.
    pub fn of(user: &User, today: Date) -> Self {
        let placed = user.placed(today);
        Self {
            id: user.id.clone(),
            name: user.name.clone(),
            department: placed.department,
            groups: placed.groups,
            rights: placed.rights,
            valid_from: user.valid_from,
            valid_until: user.valid_until,
            machine: user.machine,
        }
    }
}

/// One version of a user with who made it (利用者の履歴).
#[derive(Clone, Debug)]
pub struct UserVersion {
    /// The user as of then.
    pub user: User,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What was done.
    pub reason: String,
}

impl Office {
    /// All users and groups.
    ///
    /// # Errors
    /// When storage fails.
    pub fn staffing(&self) -> Result<Staffing, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let mut staffing = Staffing::default();
        view.scan(&USER, None, &mut |stored| {
            let user = stored.typed::<User>()?.record;
            staffing.users.insert(user.id.clone(), user);
            Ok(ControlFlow::Continue(()))
        })?;
        view.scan(&GROUP, None, &mut |stored| {
            let group = stored.typed::<Group>()?.record;
            staffing.groups.insert(group.id.clone(), group);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(staffing)
    }

    /// What a user may do today.
    ///
    /// # Errors
    /// When storage fails.
    pub fn rights_of(&self, user: &User) -> Result<Rights, Fault> {
        let today = self.today();
        let view = self.journal().view(AsOf::default())?;
        let mut groups = BTreeMap::new();
        for id in user.placed(today).groups {
            if let Some(group) = view.load::<Group>(&id)? {
                groups.insert(id, group.record);
            }
        }
        Ok(user.rights_on(&groups, today))
    }

    /// Whether a user must log in with a second factor: the rule for all, or that for who holds certain rights.
    pub fn needs_second_factor(&self, rights: &Rights) -> bool {
        let policy = self.user_policy();
        match policy.second_factor {
            SecondFactorRule::Off => false,
            SecondFactorRule::Offered => policy.second_factor_for.iter().any(|right| rights.allow(right)),
            SecondFactorRule::Required => true,
        }
    }

    /// Whether a user must log in with a certificate.
    pub fn needs_certificate(&self, rights: &Rights) -> bool {
        self.user_policy().certificate_for.iter().any(|right| rights.allow(right))
    }

    /// Whether somebody may not yet do anything but change the password.
    pub fn must_change_password(&self, user: &User) -> bool {
        user.must_change_password(self.today(), self.user_policy().password_days)
    }

    /// Makes a user; tells the initial password, which is nowhere else.
    ///
    /// # Errors
    /// [`RunError::Refused`] with a finding for each field that is wrong or forbidden.
    pub fn create_user(&self, caller: &Caller, given: &UserDraft) -> Result<String, RunError> {
        Ok(self.create_user_once(caller, given, None)?.unwrap_or_default())
    }

    /// [`create_user`](Self::create_user) under a key of the caller; none when the same call made the user before: its password
    /// is not told again.
    ///
    /// # Errors
    /// [`RunError::Refused`]; [`RunError::Taken`] when the key was used for something else.
    pub fn create_user_once(
        &self,
        caller: &Caller,
        given: &UserDraft,
        key: Option<&str>,
    ) -> Result<Option<String>, RunError> {
        let once = key.map(|key| Once::of_named(caller, key, &asked("user", given)));
        let title = format!("利用者の登録（{}）", shown_id(&given.id));
        let initial = initial_password()?;
        let hashed = hash(&initial)?;
        let repeated = self.administer_once(caller, &title, once.as_ref(), |staffing| {
            let mut found = checked(given, staffing);
            found.extend(self.unknown_rights(&given.rights, None));
            if !usable_id(&given.id) {
                let what = "利用者IDは、英小文字、数字、ハイフンで1文字から32文字です。";
                found.push(finding("U001", "id", "利用者ID", what, "直してください。"));
            } else if staffing.users.contains_key(&given.id) {
                let what = format!("利用者ID「{}」はすでにあります。", given.id);
                found.push(finding(
                    "U002",
                    "id",
                    "利用者ID",
                    &what,
                    "別のIDにしてください。前に使ったIDは使いません。",
                ));
            }
            let user = User {
                groups: given.groups.clone(),
                rights: given.rights.clone(),
                valid_from: given.valid_from,
                valid_until: given.valid_until,
                password: hashed.clone(),
                password_is_initial: true,
                password_set_on: Some(self.today()),
                machine: given.machine,
                ..User::named(&given.id, given.name.trim(), given.department.trim())
            };
            refused_or(found, Change::User(Box::new(user)))
        })?;
        Ok(Some(initial).filter(|_| !repeated))
    }

    /// Changes a user's name, department, groups, own rights and term.
    ///
    /// # Errors
    /// [`RunError::Refused`].
    pub fn update_user(&self, caller: &Caller, given: &UserDraft) -> Result<(), RunError> {
        let title = format!("利用者の変更（{}）", shown_id(&given.id));
        let today = self.today();
        self.administer(caller, &title, |staffing| {
            let mut found = checked(given, staffing);
            let before = known(staffing, &given.id)?;
            found.extend(self.unknown_rights(&given.rights, Some(&before.rights)));
            if given.machine != before.machine {
                // With a certificate alone somebody could then be this user.
                must_stand_above(caller, staffing, &given.id, today)?;
                not_oneself(caller, &given.id, given.machine)?;
            }
            let user = User {
                machine: given.machine,
                name: given.name.trim().to_owned(),
                department: given.department.trim().to_owned(),
                groups: given.groups.clone(),
                rights: given.rights.clone(),
                valid_from: given.valid_from,
                valid_until: given.valid_until,
                // What is said now is newer than what was planned for a day that has come.
                scheduled: before.scheduled.iter().filter(|change| today < change.on).cloned().collect(),
                ..before.clone()
            };
            refused_or(found, Change::User(Box::new(user)))
        })
    }

    /// Enters a change that takes effect on a day to come (予約); one of the same day is replaced.
    ///
    /// # Errors
    /// [`RunError::Refused`].
    pub fn schedule_user(
        &self,
        caller: &Caller,
        on: Option<Date>,
        given: &UserDraft,
    ) -> Result<(), RunError> {
        let title = format!("利用者の変更の予約（{}）", shown_id(&given.id));
        let (today, now) = (self.today(), self.clock().now());
        self.administer(caller, &title, |staffing| {
            let before = known(staffing, &given.id)?;
            let named = UserDraft { name: before.name.clone(), ..given.clone() };
            let mut found = checked(&named, staffing);
            found.extend(self.unknown_rights(&given.rights, Some(&before.rights)));
            let on = on.filter(|on| today < *on);
            if on.is_none() {
                let what = "予約の日は、明日より後の日です。";
                found.push(finding(
                    "U006",
                    "on",
                    "適用日",
                    what,
                    "今日からの変更は「変更」で入れてください。",
                ));
            }
            let mut user = before.clone();
            if let Some(on) = on {
                user.scheduled.retain(|change| change.on != on);
                user.scheduled.push(Scheduled {
                    on,
                    department: given.department.trim().to_owned(),
                    groups: given.groups.clone(),
                    rights: given.rights.clone(),
                    by: caller.user.clone(),
                    entered_at: now,
                });
                user.scheduled.sort_by_key(|change| change.on);
            }
            if SCHEDULED_MAX < user.scheduled.len() {
                let what = format!("一人の予約は{SCHEDULED_MAX}件までです。");
                found.push(finding("U007", "on", "適用日", &what, "要らない予約を取り消してください。"));
            }
            refused_or(found, Change::User(Box::new(user)))
        })
    }

    /// Takes back a change whose day has not come.
    ///
    /// # Errors
    /// [`RunError::Refused`].
    pub fn cancel_scheduled(&self, caller: &Caller, id: &str, on: Date) -> Result<(), RunError> {
        let title = format!("予約の取消（{} {on}）", shown_id(id));
        let today = self.today();
        self.administer(caller, &title, |staffing| {
            let mut user = known(staffing, id)?.clone();
            let before = user.scheduled.len();
            user.scheduled.retain(|change| change.on != on || change.on <= today);
            if user.scheduled.len() == before {
                let what = format!("{}の予約はないか、もう適用されています。", wareki(on));
                let remedy = "適用されたものを戻すには、「変更」で入れてください。";
                return Err(refused(vec![finding("U008", "on", "適用日", &what, remedy)]));
            }
            Ok(Change::User(Box::new(user)))
        })
    }

    /// Locks a user, or lets a locked one log in again.
    ///
    /// # Errors
    /// [`RunError::Refused`].
    pub fn lock_user(&self, caller: &Caller, id: &str, locked: bool) -> Result<(), RunError> {
        let what = if locked { "ロック" } else { "ロックの解除" };
        let now = self.clock().now();
        self.administer(caller, &format!("利用者の{what}（{}）", shown_id(id)), |staffing| {
            let before = known(staffing, id)?;
            not_oneself(caller, id, locked)?;
            let user = User { locked_at: locked.then_some(now), failures: 0, ..before.clone() };
            Ok(Change::User(Box::new(user)))
        })
    }

    /// Stops a user for good, or takes a stopped one back.
    ///
    /// # Errors
    /// [`RunError::Refused`], also for a user who may do more than the caller: who stops the only one of that rank leaves nobody who
    /// could take them back. Locking, for an emergency, is open to every administrator; whoever administers users unlocks.
    pub fn stop_user(&self, caller: &Caller, id: &str, stopped: bool) -> Result<(), RunError> {
        let what = if stopped { "停止" } else { "停止の取消" };
        let (now, today) = (self.clock().now(), self.today());
        self.administer(caller, &format!("利用者の{what}（{}）", shown_id(id)), |staffing| {
            let before = known(staffing, id)?;
            not_oneself(caller, id, stopped)?;
            must_stand_above(caller, staffing, id, today)?;
            Ok(Change::User(Box::new(User { stopped_at: stopped.then_some(now), ..before.clone() })))
        })
    }

    /// Gives a user a new initial password; tells it, and it is nowhere else.
    ///
    /// # Errors
    /// [`RunError::Refused`], also for a user who may do more than the caller: whoever holds the password is that user.
    pub fn reset_password(&self, caller: &Caller, id: &str) -> Result<String, RunError> {
        let initial = initial_password()?;
        let hashed = hash(&initial)?;
        let (today, keep) = (self.today(), self.user_policy().password_not_of_last);
        self.administer(
            caller,
            &format!("初期パスワードの発行（{}）", shown_id(id)),
            |staffing| {
                let before = known(staffing, id)?;
                must_stand_above(caller, staffing, id, today)?;
                let user = User {
                    password_is_initial: true,
                    failures: 0,
                    locked_at: None,
                    ..with_password(before, hashed.clone(), today, keep)
                };
                Ok(Change::User(Box::new(user)))
            },
        )?;
        Ok(initial)
    }

    /// Takes a user's second factors away, app, security keys and recovery codes, so that new ones can be set up (紛失).
    ///
    /// # Errors
    /// [`RunError::Refused`], also for a user who may do more than the caller.
    pub fn reset_factor(&self, caller: &Caller, id: &str) -> Result<(), RunError> {
        let today = self.today();
        self.administer(caller, &format!("二要素認証の解除（{}）", shown_id(id)), |staffing| {
            known(staffing, id)?;
            must_stand_above(caller, staffing, id, today)?;
            Ok(Change::NoFactor(id.to_owned()))
        })
    }

    /// The versions of a user that somebody made, newest first: logins that were counted are left out.
    ///
    /// # Errors
    /// When storage fails.
    pub fn user_history(&self, id: &str) -> Result<Vec<UserVersion>, Fault> {
        let versions = self.journal().view(AsOf::default())?.history(&USER, id)?;
        let mut shown: Vec<UserVersion> = Vec::new();
        let mut before: Option<User> = None;
        for stored in versions {
            let user = stored.typed::<User>()?.record;
            if before.as_ref().is_none_or(|before| differs(before, &user)) {
                shown.push(self.user_version(&stored, user.clone())?);
            }
            before = Some(user);
        }
        shown.reverse();
        Ok(shown)
    }

    fn user_version(&self, stored: &Stored, user: User) -> Result<UserVersion, Fault> {
        let before = Position(stored.position.0.saturating_sub(1));
        let change = self.journal().feed(before, &[USER.id], 1)?.into_iter().next();
        let (by, reason) =
            change.map(|change| (change.actor.id().to_owned(), change.reason)).unwrap_or_default();
        Ok(UserVersion { user, at: stored.recorded_at, by, reason })
    }

    /// Right, rules, and one commit of the change with its audit entry.
    fn administer(
        &self,
        caller: &Caller,
        title: &str,
        change: impl Fn(&Staffing) -> Result<Change, RunError>,
    ) -> Result<(), RunError> {
        self.administer_once(caller, title, None, change).map(drop)
    }

    /// The same under a key; tells whether the same call was carried out before.
    fn administer_once(
        &self,
        caller: &Caller,
        title: &str,
        once: Option<&Once>,
        change: impl Fn(&Staffing) -> Result<Change, RunError>,
    ) -> Result<bool, RunError> {
        self.permit(caller, USERS_RIGHT, title)?;
        let _held = self.staffing_lock();
        for _ in 0..TRIES_MAX {
            match self.try_administer(caller, title, once, &change) {
                Err(RunError::Busy(_)) => {}
                Err(RunError::Refused(found)) => {
                    let mut entry = self.named_entry(caller, USERS_RIGHT, title, AuditResult::Refused);
                    entry.codes = found.iter().map(|one| one.code.clone()).collect();
                    self.commit_audit(entry)?;
                    return Err(RunError::Refused(found));
                }
                other => return other,
            }
        }
        self.try_administer(caller, title, once, &change)
    }

    fn try_administer(
        &self,
        caller: &Caller,
        title: &str,
        once: Option<&Once>,
        change: &impl Fn(&Staffing) -> Result<Change, RunError>,
    ) -> Result<bool, RunError> {
        // Looked for anew each time: the same call may have been carried out meanwhile.
        if let Some(once) = once
            && once.made(&*self.journal().view(AsOf::default())?, USERS_RIGHT)?.is_some()
        {
            return Ok(true);
        }
        let before = self.staffing()?;
        let change = change(&before)?;
        let mut after = before.clone();
        change.apply(&mut after);
        let against = objections(&caller.user, &caller.rights, &before, &after, self.today());
        if !against.is_empty() {
            return Err(refused(against.iter().map(worded).collect()));
        }
        let view = self.journal().view(AsOf::default())?;
        let mut writes = Vec::new();
        match &change {
            Change::User(user) => {
                let version = view.load::<User>(&user.id)?.map(|found| found.version);
                writes.push(Write::put(&**user, version).map_err(Fault::from)?);
            }
            Change::Group(group) => {
                let version = view.load::<Group>(&group.id)?.map(|found| found.version);
                writes.push(Write::put(group, version).map_err(Fault::from)?);
            }
            Change::NoGroup(id) => {
                let found = view.load::<Group>(id)?;
                writes.extend(found.map(|found| Write::close(Group::KIND, id, found.version)));
            }
            Change::NoFactor(id) => {
                let found = view.load::<SecondFactor>(id)?;
                writes.extend(found.map(|found| Write::close(SecondFactor::KIND, id, found.version)));
                let keys = keys_in(&*view, id)?.into_iter();
                writes.extend(keys.map(|(key, version)| Write::close(SecurityKey::KIND, key.id, version)));
            }
        }
        let entry = self.named_entry(caller, USERS_RIGHT, title, AuditResult::Done);
        let actor = Actor::User(caller.user.clone());
        let mut draft = Draft::new("office", USERS_RIGHT, actor, self.clock().now());
        title.clone_into(&mut draft.reason);
        draft.writes.extend(writes);
        draft.writes.push(Write::put(&entry, None).map_err(Fault::from)?);
        if let Some(once) = once {
            draft.writes.push(once.write_named(caller, USERS_RIGHT, self.clock().now())?);
        }
        match self.journal().commit(draft) {
            Ok(_) => Ok(false),
            Err(CommitError::Conflict(conflict)) => Err(RunError::Busy(conflict)),
            Err(error) => Err(RunError::Fault(commit_fault(error))),
        }
    }
}

/// What is to be written.
enum Change {
    User(Box<User>),
    Group(Group),
    NoGroup(String),
    NoFactor(String),
}

impl Change {
    fn apply(&self, staffing: &mut Staffing) {
        match self {
            Self::User(user) => drop(staffing.users.insert(user.id.clone(), (**user).clone())),
            Self::Group(group) => drop(staffing.groups.insert(group.id.clone(), group.clone())),
            Self::NoGroup(id) => drop(staffing.groups.remove(id)),
            Self::NoFactor(_) => {}
        }
    }
}

/// What is asked for, as one text.
fn asked(what: &str, given: &impl Serialize) -> String {
    // What does not become a text differs from nothing; the form of these does.
    format!("{what} {}", serde_json::to_string(given).unwrap_or_default())
}

/// A new initial password, in groups as people copy it.
pub(crate) fn initial_password() -> Result<String, Fault> {
    Ok(in_groups(&base32(&random::<INITIAL_BYTES>()?).to_ascii_lowercase()))
}

fn with_password(user: &User, hashed: String, today: Date, keep: usize) -> User {
    let mut past: Vec<String> = std::iter::once(&user.password)
        .chain(&user.past_passwords)
        .filter(|hash| !hash.is_empty())
        .cloned()
        .collect();
    past.truncate(keep.saturating_sub(1));
    User { password: hashed, password_set_on: Some(today), past_passwords: past, ..user.clone() }
}

/// Whether two versions differ in more than what logins count.
fn differs(one: &User, other: &User) -> bool {
    let still = |user: &User| User { failures: 0, last_login: None, ..user.clone() };
    still(one) != still(other)
}

/// An id as titles of the audit log show it: what cannot be one may be anything.
fn shown_id(id: &str) -> &str {
    if usable_id(id) { id } else { "不正なID" }
}

fn finding(code: &str, path: &str, item: &str, message: &str, remedy: &str) -> Finding {
    Finding::error(code, path, item, message, remedy)
}

fn refused(findings: Vec<Finding>) -> RunError {
    RunError::Refused(findings)
}

fn refused_or(found: Vec<Finding>, change: Change) -> Result<Change, RunError> {
    if found.is_empty() { Ok(change) } else { Err(refused(found)) }
}

fn known<'a>(staffing: &'a Staffing, id: &str) -> Result<&'a User, RunError> {
    staffing.users.get(id).ok_or_else(|| {
        let what = format!("利用者ID「{}」はありません。", shown_id(id));
        refused(vec![finding("U003", "id", "利用者ID", &what, "一覧で確かめてください。")])
    })
}

fn not_oneself(caller: &Caller, id: &str, closes: bool) -> Result<(), RunError> {
    if !closes || caller.user != id {
        return Ok(());
    }
    let what = "自分を使えなくすることはできません。";
    Err(refused(vec![finding("U010", "", "利用者", what, "ほかの管理者に頼んでください。")]))
}

fn must_stand_above(caller: &Caller, staffing: &Staffing, id: &str, today: Date) -> Result<(), RunError> {
    if stands_above(&caller.rights, staffing, id, today) {
        return Ok(());
    }
    let what = "この利用者は、あなたの持たない権限を持っています（予約を含みます）。";
    let remedy = "その権限を持つ管理者に頼んでください。";
    Err(refused(vec![finding("U011", "", "利用者", what, remedy)]))
}
