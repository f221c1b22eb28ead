//! Rights (権限), and who holds which on a day: pure, from users, groups and the day.

use std::collections::{BTreeMap, BTreeSet};

use domain::Date;
use jiff::Timestamp;
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

use crate::users::User;

/// Groups (所属・職務).
pub static GROUP: Kind = Kind::new("office/group", "所属・職務");

/// The right to keep users, groups and their rights (権限管理).
pub const USERS_RIGHT: &str = "office/users";
/// The right to look at the audit log (操作ログ照会).
pub const AUDIT_RIGHT: &str = "office/audit";
/// The right to take the audit log out as a file.
pub const AUDIT_EXPORT_RIGHT: &str = "office/audit-export";

/// Named things of the office that are no functions, with what staff call them.
pub const NAMED_RIGHTS: &[(&str, &str)] = &[
    ("office/links", "連携運用（監視、一覧、再送）"),
    ("office/inquiry", "連携による照会"),
    ("office/history", "記録の履歴"),
    (USERS_RIGHT, "利用者と権限の管理"),
    (AUDIT_RIGHT, "操作ログの照会"),
    (AUDIT_EXPORT_RIGHT, "操作ログの取出し"),
    (crate::EUC, "データ抽出（EUC）"),
    (crate::EUC_PROTECTED, "データ抽出で支援措置対象者の住所を出す"),
];

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

    /// Something that `after` allows and neither `before` nor these rights do, as the right that gives it; none when nothing
    /// is given that these rights do not hold.
    ///
    /// Every set of rights is made of prefixes and whole names, so it is enough to try each of them and one name behind each
    /// that nobody wrote.
    pub fn exceeded(&self, before: &Self, after: &Self) -> Option<String> {
        let all = self.0.iter().chain(&before.0).chain(&after.0);
        let atoms: BTreeSet<&str> = all.map(|right| right.strip_prefix('!').unwrap_or(right)).collect();
        let beyond = |id: &str| after.allow(id) && !before.allow(id) && !self.allow(id);
        atoms.into_iter().find_map(|atom| {
            let prefix = atom.strip_suffix('*').unwrap_or(atom);
            let fresh = format!("{prefix}\u{1}");
            (beyond(prefix) || (atom.ends_with('*') && beyond(&fresh))).then(|| atom.to_owned())
        })
    }

    /// Whether two sets of rights allow the same.
    pub fn same_as(&self, other: &Self) -> bool {
        let none = Self::default();
        none.exceeded(self, other).is_none() && none.exceeded(other, self).is_none()
    }
}

/// A group (所属・職務): rights that all its members hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Lower-case ASCII, digits, hyphens.
    pub id: String,
    /// Name for screens.
    pub name: String,
    /// What its members may do.
    pub rights: Rights,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Record for Group {
    const KIND: &'static Kind = &GROUP;

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// Groups by id.
pub type Groups = BTreeMap<String, Group>;

/// A change of place and rights that takes effect on a day (予約: 人事異動). It says all three anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// The day from which it is so.
    pub on: Date,
    /// Department (所属) from then on.
    pub department: String,
    /// Groups from then on.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Own rights from then on.
    #[serde(default)]
    pub rights: Rights,
    /// Who entered it.
    pub by: String,
    /// When.
    pub entered_at: Timestamp,
}

/// Whether somebody may log in on a day (利用者の状態).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserState {
    /// 使用中.
    Active,
    /// ロック: too many wrong passwords, or locked by hand.
    Locked,
    /// 期間外: before the first or after the last day.
    OutOfTerm,
    /// 停止: stopped by an administrator.
    Stopped,
}

impl UserState {
    /// The word screens show.
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "使用中",
            Self::Locked => "ロック",
            Self::OutOfTerm => "期間外",
            Self::Stopped => "停止",
        }
    }
}

/// Where somebody works and what that brings, on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Department (所属).
    pub department: String,
    /// Groups.
    pub groups: Vec<String>,
    /// Own rights.
    pub rights: Rights,
}

impl User {
    /// What is so on a day: what the record says, or the newest change whose day has come.
    pub fn placed(&self, day: Date) -> Placed {
        match self.scheduled.iter().filter(|change| change.on <= day).max_by_key(|change| change.on) {
            Some(change) => Placed {
                department: change.department.clone(),
                groups: change.groups.clone(),
                rights: change.rights.clone(),
            },
            None => Placed {
                department: self.department.clone(),
                groups: self.groups.clone(),
                rights: self.rights.clone(),
            },
        }
    }

    /// Whether the user may log in on a day.
    pub fn state(&self, day: Date) -> UserState {
        if self.stopped_at.is_some() {
            return UserState::Stopped;
        }
        let early = self.valid_from.is_some_and(|from| day < from);
        let late = self.valid_until.is_some_and(|until| until < day);
        match (early || late, self.locked_at.is_some()) {
            (true, _) => UserState::OutOfTerm,
            (false, true) => UserState::Locked,
            (false, false) => UserState::Active,
        }
    }

    /// What the user may do on a day: own rights and those of the groups together, each `!` taking away from all. Nothing
    /// for whom the day is out of term or who is stopped. A lock keeps from logging in and takes no right.
    pub fn rights_on(&self, groups: &Groups, day: Date) -> Rights {
        if matches!(self.state(day), UserState::Stopped | UserState::OutOfTerm) {
            return Rights::default();
        }
        let placed = self.placed(day);
        let own = placed.rights.0;
        let of_groups =
            placed.groups.iter().filter_map(|id| groups.get(id)).flat_map(|group| &group.rights.0).cloned();
        Rights(own.into_iter().chain(of_groups).collect())
    }

    /// The days on which something of the user changes by itself.
    fn turns(&self) -> impl Iterator<Item = Date> + '_ {
        let after = self.valid_until.and_then(|until| until.tomorrow().ok());
        self.scheduled.iter().map(|change| change.on).chain(self.valid_from).chain(after)
    }
}

/// All users and groups, as the rules look at them.
#[derive(Clone, Debug, Default)]
pub struct Staffing {
    /// By id.
    pub users: BTreeMap<String, User>,
    /// By id.
    pub groups: Groups,
}

impl Staffing {
    fn rights(&self, user: &str, day: Date) -> Rights {
        self.users.get(user).map(|user| user.rights_on(&self.groups, day)).unwrap_or_default()
    }

    fn has_administrator(&self, day: Date) -> bool {
        self.users
            .values()
            .filter(|user| user.locked_at.is_none() && !user.machine)
            .any(|user| user.rights_on(&self.groups, day).allow(USERS_RIGHT))
    }

    fn turns(&self) -> impl Iterator<Item = Date> + '_ {
        self.users.values().flat_map(User::turns)
    }
}

/// Why a change of users or groups is not allowed (権限変更の規則).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Objection {
    /// The one who changes would change what he himself may do.
    Own,
    /// Somebody would be given what the one who changes does not hold.
    Beyond {
        /// To whom.
        user: String,
        /// The right.
        right: String,
        /// From which day.
        on: Date,
    },
    /// Nobody could keep users any more.
    NoAdministrator {
        /// From which day.
        on: Date,
    },
}

/// What stands against a change of users and groups, today or on a day to come.
pub(crate) fn objections(
    caller: &str,
    held: &Rights,
    before: &Staffing,
    after: &Staffing,
    today: Date,
) -> Vec<Objection> {
    let days: BTreeSet<Date> = before
        .turns()
        .chain(after.turns())
        .filter(|day| today < *day)
        .chain(std::iter::once(today))
        .collect();
    let mut found = Vec::new();
    if days.iter().any(|day| !before.rights(caller, *day).same_as(&after.rights(caller, *day))) {
        found.push(Objection::Own);
    }
    let given = days.iter().find_map(|on| {
        after.users.keys().find_map(|user| {
            let right = held.exceeded(&before.rights(user, *on), &after.rights(user, *on))?;
            Some(Objection::Beyond { user: user.clone(), right, on: *on })
        })
    });
    found.extend(given);
    let orphaned = days.iter().find(|day| before.has_administrator(**day) && !after.has_administrator(**day));
    found.extend(orphaned.map(|on| Objection::NoAdministrator { on: *on }));
    found
}

/// Whether somebody holds all that another user may do, today or on a day to come: only then may he give that user a password.
pub(crate) fn stands_above(held: &Rights, staffing: &Staffing, user: &str, today: Date) -> bool {
    let Some(user) = staffing.users.get(user) else { return true };
    // Stopped or out of term now does not mean powerless later.
    let awake = User { stopped_at: None, valid_from: None, valid_until: None, ..user.clone() };
    let days = awake.scheduled.iter().map(|change| change.on).filter(|day| today < *day);
    std::iter::once(today)
        .chain(days)
        .all(|day| held.exceeded(&Rights::default(), &awake.rights_on(&staffing.groups, day)).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(text: &str) -> Rights {
        Rights(text.split_whitespace().map(str::to_owned).collect())
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn group(id: &str, held: &str) -> Group {
        Group { id: id.to_owned(), name: id.to_owned(), rights: rights(held), note: String::new() }
    }

    fn user(id: &str, own: &str, groups: &str) -> User {
        User {
            rights: rights(own),
            groups: groups.split_whitespace().map(str::to_owned).collect(),
            ..User::named(id, id, "町民課")
        }
    }

    fn staffing(users: Vec<User>, groups: Vec<Group>) -> Staffing {
        Staffing {
            users: users.into_iter().map(|user| (user.id.clone(), user)).collect(),
            groups: groups.into_iter().map(|group| (group.id.clone(), group)).collect(),
        }
    }

    fn change(on: &str, own: &str, groups: &str) -> Scheduled {
        Scheduled {
            on: day(on),
            department: "税務課".to_owned(),
            groups: groups.split_whitespace().map(str::to_owned).collect(),
            rights: rights(own),
            by: "kanri".to_owned(),
            entered_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn rights_are_exact_or_by_prefix() {
        let held = rights("resident-register/* office/links");
        for (id, allowed) in [
            ("resident-register/move-in", true),
            ("resident-registers/move-in", false),
            ("office/links", true),
            ("office/links/hold", false),
            ("", false),
        ] {
            assert_eq!(held.allow(id), allowed, "{id}");
        }
        for held in [
            "resident-register/* !resident-register/protected-person",
            "!resident-register/protected-person *",
        ] {
            assert!(rights(held).allow("resident-register/person"));
            assert!(!rights(held).allow("resident-register/protected-person"));
        }
        assert!(!rights("* !office/*").allow("office/links"));
        assert!(rights("*").allow("anything"));
        assert!(!Rights::default().allow("anything"));
    }

    #[test]
    fn what_is_given_must_be_held() {
        // 持っている権限、前の権限、後の権限、超えるもの
        for (held, before, after, wanted) in [
            ("*", "", "*", None),
            ("a/*", "", "a/x", None),
            ("a/*", "", "a/*", None),
            ("a/x", "", "a/*", Some("a/*")),
            ("a/* b/y", "", "b/y a/x", None),
            ("a/*", "", "b/x", Some("b/x")),
            ("a/*", "b/x", "b/x a/x", None),
            // 取り除かれている機能は、与えられない
            ("a/* !a/secret", "", "a/*", Some("a/secret")),
            ("a/* !a/secret", "", "a/* !a/secret", None),
            ("* !office/*", "", "*", Some("office/*")),
            // 「除く」を外すことは、与えることである
            ("a/x", "a/* !a/y", "a/*", Some("a/y")),
            ("a/y", "a/* !a/y", "a/*", None),
            ("", "a/*", "a/x", None),
            ("", "", "", None),
        ] {
            let found = rights(held).exceeded(&rights(before), &rights(after));
            assert_eq!(found.as_deref(), wanted, "{held}: {before} → {after}");
        }
    }

    #[test]
    fn a_users_rights_are_a_matter_of_user_groups_and_day() {
        let groups = staffing(
            vec![],
            vec![
                group("madoguchi", "resident-register/* !resident-register/show-number"),
                group("zeimu", "tax/*"),
                group("kanri", "*"),
            ],
        )
        .groups;
        let until_march = User { valid_until: Some(day("2027-03-31")), ..user("a", "tax/see", "") };
        let from_april = User { valid_from: Some(day("2027-04-01")), ..user("b", "tax/see", "") };
        let stopped = User { stopped_at: Some(Timestamp::UNIX_EPOCH), ..user("c", "*", "") };
        let locked = User { locked_at: Some(Timestamp::UNIX_EPOCH), ..user("d", "tax/see", "") };
        let moving =
            User { scheduled: vec![change("2027-04-01", "", "zeimu")], ..user("e", "x/y", "madoguchi") };
        let twice = User {
            scheduled: vec![change("2027-05-01", "last/one", ""), change("2027-04-01", "", "zeimu")],
            ..user("f", "", "madoguchi")
        };
        let (march, april, may) = ("2027-03-31", "2027-04-01", "2027-05-01");
        for (who, on, state, may_do, may_not) in [
            (user("g", "x/y", "madoguchi"), march, "使用中", "resident-register/person x/y", "tax/see"),
            // 一つの「除く」は、ほかの所属が与えたものも取り除く
            (user("g", "", "madoguchi kanri"), march, "使用中", "tax/see", "resident-register/show-number"),
            // なくなった所属は、何も与えない
            (user("g", "", "gone"), march, "使用中", "", "tax/see x/y"),
            (until_march.clone(), march, "使用中", "tax/see", ""),
            (until_march, april, "期間外", "", "tax/see"),
            (from_april.clone(), march, "期間外", "", "tax/see"),
            (from_april, april, "使用中", "tax/see", ""),
            (stopped, march, "停止", "", "tax/see office/users"),
            (locked, march, "ロック", "tax/see", ""),
            (moving.clone(), march, "使用中", "resident-register/person x/y", "tax/see"),
            (moving, april, "使用中", "tax/see", "resident-register/person x/y"),
            (twice.clone(), april, "使用中", "tax/see", "last/one"),
            (twice, may, "使用中", "last/one", "tax/see"),
        ] {
            let name = format!("{} {on}", who.id);
            assert_eq!(who.state(day(on)).label(), state, "{name}");
            let held = who.rights_on(&groups, day(on));
            assert!(may_do.split_whitespace().all(|id| held.allow(id)), "{name}: {held:?}");
            assert!(!may_not.split_whitespace().any(|id| held.allow(id)), "{name}: {held:?}");
        }
    }

    /// What is said against a change, in a word each.
    fn said(caller: &str, before: &Staffing, after: &Staffing) -> String {
        let today = day("2026-11-20");
        let held = before.rights(caller, today);
        let words = objections(caller, &held, before, after, today).into_iter().map(|one| match one {
            Objection::Own => "自分".to_owned(),
            Objection::Beyond { user, right, on } => format!("{user}に{right}({on})"),
            Objection::NoAdministrator { on } => format!("管理者なし({on})"),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_change_of_rights_is_refused_where_it_must_be() {
        let groups = || vec![group("zeimu", "tax/*"), group("kanri", "office/* tax/see"), group("all", "*")];
        let base = || {
            staffing(
                vec![user("root", "*", ""), user("kakari", "", "kanri"), user("clerk", "tax/see", "")],
                groups(),
            )
        };
        let with = |changed: User| {
            let mut after = base();
            after.users.insert(changed.id.clone(), changed);
            after
        };
        let regroup = |changed: Group| {
            let mut after = base();
            after.groups.insert(changed.id.clone(), changed);
            after
        };
        for (what, caller, after, wanted) in [
            ("何も変えない", "kakari", base(), ""),
            ("持つ権限を与える", "kakari", with(user("clerk", "tax/see office/links", "")), ""),
            (
                "持たない権限を与える",
                "kakari",
                with(user("clerk", "tax/pay", "")),
                "clerkにtax/pay(2026-11-20)",
            ),
            ("所属で与える", "kakari", with(user("clerk", "", "zeimu")), "clerkにtax/*(2026-11-20)"),
            (
                "予約で与える",
                "kakari",
                with(User {
                    scheduled: vec![change("2027-04-01", "", "zeimu")],
                    ..user("clerk", "tax/see", "")
                }),
                "clerkにtax/*(2027-04-01)",
            ),
            ("新しい利用者に与える", "kakari", with(user("new", "*", "")), "newに*(2026-11-20)"),
            ("権限を減らす", "kakari", with(user("clerk", "", "")), ""),
            ("自分の権限を増やす", "root", with(user("root", "* x/y", "")), ""),
            ("自分の権限を減らす", "root", with(user("root", "tax/see", "")), "自分"),
            (
                "自分の氏名を変える",
                "kakari",
                with(User { name: "改姓".into(), ..user("kakari", "", "kanri") }),
                "",
            ),
            ("自分の所属の権限を変える", "kakari", regroup(group("kanri", "office/*")), "自分"),
            (
                "自分の期間を決める",
                "kakari",
                with(User { valid_until: Some(day("2027-03-31")), ..user("kakari", "", "kanri") }),
                "自分",
            ),
            ("ほかの所属の権限を変える", "kakari", regroup(group("zeimu", "tax/* office/links")), ""),
        ] {
            assert_eq!(said(caller, &base(), &after), wanted, "{what}");
        }
    }

    #[test]
    fn somebody_can_always_keep_the_users() {
        let other = |state: &str| {
            let other = user("other", "office/users", "");
            match state {
                "ロック" => User { locked_at: Some(Timestamp::UNIX_EPOCH), ..other },
                "停止" => User { stopped_at: Some(Timestamp::UNIX_EPOCH), ..other },
                "3月まで" => User { valid_until: Some(day("2027-03-31")), ..other },
                "4月から" => User { valid_from: Some(day("2027-04-01")), ..other },
                "5月に異動" => User { scheduled: vec![change("2027-05-01", "", "")], ..other },
                _ => other,
            }
        };
        let stopped = || User { stopped_at: Some(Timestamp::UNIX_EPOCH), ..user("root", "*", "") };
        let locked = || User { locked_at: Some(Timestamp::UNIX_EPOCH), ..user("root", "*", "") };
        let leaves = || User { valid_until: Some(day("2027-03-31")), ..user("root", "*", "") };
        // もう一人の管理者の状態、最後の管理者をどうするか、言われること
        for (state, root, wanted) in [
            ("使用中", stopped(), ""),
            ("ロック", stopped(), "管理者なし(2026-11-20)"),
            ("停止", stopped(), "管理者なし(2026-11-20)"),
            ("4月から", stopped(), "管理者なし(2026-11-20)"),
            ("3月まで", stopped(), "管理者なし(2027-04-01)"),
            ("5月に異動", stopped(), "管理者なし(2027-05-01)"),
            ("ロック", locked(), "管理者なし(2026-11-20)"),
            ("使用中", locked(), ""),
            ("4月から", leaves(), ""),
            ("3月まで", leaves(), "管理者なし(2027-04-01)"),
            ("5月に異動", leaves(), "管理者なし(2027-05-01)"),
        ] {
            let before = staffing(vec![user("root", "*", ""), other(state)], vec![]);
            let after = staffing(vec![root, other(state)], vec![]);
            let held = rights("*");
            let found = objections("command-line", &held, &before, &after, day("2026-11-20"));
            let told = found.iter().map(|one| match one {
                Objection::NoAdministrator { on } => format!("管理者なし({on})"),
                other => format!("{other:?}"),
            });
            assert_eq!(told.collect::<String>(), wanted, "{state}");
        }
        // 前からいなければ、直す途中を妨げない
        let none = staffing(vec![user("clerk", "tax/see", "")], vec![]);
        assert_eq!(said("command-line", &none, &none), "");
    }

    #[test]
    fn nobody_gives_a_password_to_somebody_who_may_do_more() {
        let next_year = User { scheduled: vec![change("2027-04-01", "*", "")], ..user("e", "", "") };
        let asleep = User { stopped_at: Some(Timestamp::UNIX_EPOCH), ..user("f", "*", "") };
        let staffing =
            staffing(vec![user("a", "*", ""), user("b", "tax/see", ""), next_year, asleep], vec![]);
        for (held, of, wanted) in [
            ("*", "a", true),
            ("office/*", "a", false),
            ("office/*", "b", false),
            ("office/* tax/*", "b", true),
            ("office/* tax/*", "e", false),
            ("office/*", "f", false),
            ("office/*", "nobody", true),
        ] {
            assert_eq!(
                stands_above(&rights(held), &staffing, of, day("2026-11-20")),
                wanted,
                "{held} → {of}"
            );
        }
    }
}
