//! Reports on the audit log (分析): pure, from entries to rows.
//!
//! Source: 住民記録システム標準仕様書 10.2 (nonfunctional NF-407).

use std::collections::BTreeMap;

use domain::{BusinessCalendar, Date};
use jiff::civil::{DateTime, Time};

use crate::audit::{AuditEntry, AuditResult, LogKind};
use crate::policy::AuditPolicy;

/// Why a use is outside business hours (時間外); none when it is within.
pub fn outside_hours(
    at: DateTime,
    calendar: &BusinessCalendar,
    policy: &AuditPolicy,
) -> Option<&'static str> {
    let time: Time = at.time();
    if !calendar.is_business_day(at.date()) {
        Some("閉庁日")
    } else if time < policy.opens {
        Some("業務前")
    } else if policy.closes <= time {
        Some("業務後")
    } else {
        None
    }
}

/// One user's logins (ID別ログイン).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginCount {
    /// How often the user got in.
    pub entered: usize,
    /// How often not.
    pub failed: usize,
    /// From how many terminals.
    pub terminals: Vec<String>,
    /// The newest.
    pub last: Option<jiff::Timestamp>,
}

/// Logins by user.
#[derive(Clone, Debug, Default)]
pub struct Logins(pub BTreeMap<String, LoginCount>);

impl Logins {
    /// Counts an entry.
    pub fn add(&mut self, entry: &AuditEntry) {
        let (entered, failed) = match entry.result {
            AuditResult::Login => (1, 0),
            AuditResult::LoginFailed => (0, 1),
            _ => return,
        };
        let count = self.0.entry(entry.user.clone()).or_default();
        count.entered += entered;
        count.failed += failed;
        count.last = count.last.max(Some(entry.at));
        if !count.terminals.contains(&entry.terminal) {
            count.terminals.push(entry.terminal.clone());
        }
    }
}

/// What a user did on a day that is much (大量の照会).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayCount {
    /// Uses that showed or changed somebody.
    pub uses: usize,
    /// Persons those uses named, counted each time.
    pub persons: usize,
    /// The most persons of one use.
    pub most: usize,
    /// The function of that use.
    pub most_by: String,
}

/// Uses by day and user.
#[derive(Clone, Debug, Default)]
pub struct Masses(BTreeMap<(Date, String), DayCount>);

impl Masses {
    /// Counts an entry on its day in Japan.
    pub fn add(&mut self, entry: &AuditEntry) {
        if entry.subject_count == 0 || entry.result != AuditResult::Done {
            return;
        }
        let day = linkage::local(entry.at).date();
        let count = self.0.entry((day, entry.user.clone())).or_default();
        count.uses += 1;
        count.persons += entry.subject_count;
        if count.most < entry.subject_count {
            count.most = entry.subject_count;
            count.most_by.clone_from(&entry.title);
        }
    }

    /// The days on which somebody looked at many persons at once, or used functions many times; newest first.
    pub fn many(&self, policy: &AuditPolicy) -> Vec<(Date, String, DayCount)> {
        let many = |count: &DayCount| policy.many_persons <= count.most || policy.many_uses <= count.uses;
        self.0
            .iter()
            .rev()
            .filter(|(_, count)| many(count))
            .map(|((day, user), count)| (*day, user.clone(), count.clone()))
            .collect()
    }
}

/// Whether an entry belongs on the list a person is given of who looked at them (本人開示): a use that was carried out and
/// named the person. What the office does about its own log is no look at a person's data.
pub fn is_disclosed(entry: &AuditEntry, person: &str) -> bool {
    entry.result == AuditResult::Done
        && entry.kind() != LogKind::Setting
        && !entry.function.starts_with("office/audit")
        && entry.subjects.iter().any(|subject| subject == person)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: &str, user: &str, result: AuditResult, persons: usize) -> AuditEntry {
        let at = linkage::timestamp(at.parse().unwrap()).unwrap();
        let mut entry = AuditEntry::new(at, 1, user, "窓口1", "resident-register/search", "住民検索", result);
        entry.set_subjects((0..persons).map(|no| no.to_string()));
        entry
    }

    #[test]
    fn night_and_holiday_have_sharp_bounds() {
        let calendar = BusinessCalendar::published();
        let policy = AuditPolicy::default();
        for (at, wanted) in [
            ("2026-11-20T08:29:59", Some("業務前")),
            ("2026-11-20T08:30:00", None),
            ("2026-11-20T17:14:59", None),
            ("2026-11-20T17:15:00", Some("業務後")),
            ("2026-11-20T23:59:59", Some("業務後")),
            ("2026-11-21T12:00:00", Some("閉庁日")), // 土
            ("2026-11-23T12:00:00", Some("閉庁日")), // 勤労感謝の日
            ("2026-11-24T12:00:00", None),
            ("2026-12-29T12:00:00", Some("閉庁日")),
            ("2027-01-04T12:00:00", None),
        ] {
            assert_eq!(outside_hours(at.parse().unwrap(), calendar, &policy), wanted, "{at}");
        }
    }

    #[test]
    fn many_is_from_the_number_on_that_the_town_set() {
        let policy = AuditPolicy { many_persons: 3, many_uses: 4, ..AuditPolicy::default() };
        for (what, entries, wanted) in [
            ("一度に2人", vec![("a", "2026-11-20T10:00:00", 2)], 0),
            ("一度に3人", vec![("a", "2026-11-20T10:00:00", 3)], 1),
            ("一日に3回", vec![("a", "2026-11-20T10:00:00", 1); 3], 0),
            ("一日に4回", vec![("a", "2026-11-20T10:00:00", 1); 4], 1),
            (
                "二日に分けて4回",
                [vec![("a", "2026-11-20T23:59:59", 1); 2], vec![("a", "2026-11-21T00:00:00", 1); 2]].concat(),
                0,
            ),
            (
                "二人で4回",
                [vec![("a", "2026-11-20T10:00:00", 1); 2], vec![("b", "2026-11-20T10:00:00", 1); 2]].concat(),
                0,
            ),
            ("人を見ない使い方", vec![("a", "2026-11-20T10:00:00", 0); 9], 0),
        ] {
            let mut masses = Masses::default();
            for (user, at, persons) in entries {
                masses.add(&entry(at, user, AuditResult::Done, persons));
            }
            assert_eq!(masses.many(&policy).len(), wanted, "{what}");
        }
        let mut masses = Masses::default();
        masses.add(&entry("2026-11-20T10:00:00", "a", AuditResult::Refused, 9));
        assert!(masses.many(&policy).is_empty(), "a refused use shows nobody");
    }

    #[test]
    fn logins_are_counted_by_user() {
        let mut logins = Logins::default();
        for (user, result) in [
            ("a", AuditResult::Login),
            ("a", AuditResult::LoginFailed),
            ("a", AuditResult::Password),
            ("a", AuditResult::Ended),
            ("b", AuditResult::LoginFailed),
            ("c", AuditResult::Done),
        ] {
            logins.add(&entry("2026-11-20T10:00:00", user, result, 0));
        }
        let told: Vec<_> =
            logins.0.iter().map(|(user, count)| (user.as_str(), count.entered, count.failed)).collect();
        assert_eq!(told, [("a", 1, 1), ("b", 0, 1)]);
    }

    #[test]
    fn a_person_is_told_of_looks_and_not_of_the_log_itself() {
        let of = |function: &str, result: AuditResult| {
            let mut made = entry("2026-11-20T10:00:00", "a", result, 3);
            function.clone_into(&mut made.function);
            made
        };
        for (function, result, person, wanted) in [
            ("resident-register/person", AuditResult::Done, "1", true),
            ("resident-register/person", AuditResult::Done, "9", false),
            ("resident-register/person", AuditResult::Denied, "1", false),
            ("office/inquiry", AuditResult::Done, "1", true),
            ("office/partner", AuditResult::Done, "1", true),
            ("office/audit", AuditResult::Done, "1", false),
            ("office/audit-export", AuditResult::Done, "1", false),
        ] {
            assert_eq!(is_disclosed(&of(function, result), person), wanted, "{function} {result:?} {person}");
        }
    }

    #[test]
    fn every_entry_has_a_kind() {
        let of = |function: &str, result: AuditResult, stated: Option<LogKind>| {
            let mut made = entry("2026-11-20T10:00:00", "a", result, 0);
            function.clone_into(&mut made.function);
            made.stated_kind = stated;
            made.kind().label()
        };
        for (function, result, stated, wanted) in [
            ("office/login", AuditResult::Login, None, "認証"),
            ("office/login", AuditResult::LoginFailed, None, "認証"),
            ("office/login", AuditResult::Ended, None, "認証"),
            ("resident-register/move-in", AuditResult::Refused, None, "エラー"),
            ("resident-register/move-in", AuditResult::Denied, None, "エラー"),
            ("resident-register/move-in", AuditResult::Done, Some(LogKind::Operation), "操作"),
            ("resident-register/person", AuditResult::Done, Some(LogKind::Access), "アクセス"),
            // 種類を持たない前の版の記録
            ("resident-register/person", AuditResult::Done, None, "操作"),
            ("office/users", AuditResult::Done, None, "設定変更"),
            ("office/password", AuditResult::Done, None, "設定変更"),
            ("office/partner", AuditResult::Done, None, "通信"),
            ("office/inquiry", AuditResult::Done, None, "通信"),
            ("office/event", AuditResult::Done, None, "イベント"),
            ("office/audit", AuditResult::Done, None, "アクセス"),
        ] {
            assert_eq!(of(function, result, stated), wanted, "{function} {result:?}");
        }
    }

    #[test]
    fn entries_of_before_read_as_they_were() {
        let old = r#"{"id":"00001795132800000000-0000000000000001","at":"2026-11-20T00:00:00Z","user":"a","terminal":"窓口1","function":"resident-register/person","title":"個人照会","result":"done","subjects":["1"],"subject_count":1}"#;
        let read: AuditEntry = serde_json::from_str(old).unwrap();
        assert!(!read.numbers && read.prints.is_empty() && read.stated_kind.is_none());
        let again = serde_json::to_value(&read).unwrap();
        assert!(again.get("kind").is_none() && again.get("numbers").is_none());
    }
}
