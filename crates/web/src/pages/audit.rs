//! The audit log (操作ログ): search, file, reports, and the list a person is given of who looked at them.

use std::collections::BTreeMap;

use askama::Template;
use domain::{Date, wareki};
use office::{AuditEntry, AuditQuery, AuditResult, LogKind, Logins, Masses, is_disclosed, outside_hours};

use super::Shell;
use super::export::csv_line;
use super::user_form::day;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Pairs, Visit, value_of};
use crate::words::{grouped, moment};

/// Entries on one page.
const ROWS_PER_PAGE: usize = 100;
/// Rows of a report or a disclosure list that are shown; more are counted.
const ROWS_MAX: usize = 1_000;
/// Days a report or a file goes back when none are named.
const DAYS_BACK: i32 = 30;
/// The width of the longest bar.
const BAR: usize = 400;

const RESULTS: &[AuditResult] = &[
    AuditResult::Done,
    AuditResult::Refused,
    AuditResult::Denied,
    AuditResult::Login,
    AuditResult::LoginFailed,
    AuditResult::Password,
    AuditResult::Ended,
];

/// What was asked, as it was typed.
struct Asked {
    from: String,
    until: String,
    query: AuditQuery,
    /// Dates that do not read.
    unread: Vec<String>,
}

impl Asked {
    fn of(pairs: &Pairs) -> Self {
        let text = |name: &str| value_of(pairs, name).trim().to_owned();
        let (from, until) = (text("from"), text("until"));
        let mut unread: Vec<String> =
            [&from, &until].into_iter().filter(|text| day(text).is_none()).cloned().collect();
        let known_kind = |word: &str| LogKind::ALL.into_iter().find(|kind| kind.label() == word);
        let known_result = |word: &str| RESULTS.iter().copied().find(|result| result.label() == word);
        let (kind, result) = (text("kind"), text("result"));
        unread.extend(
            [&kind].into_iter().filter(|word| !word.is_empty() && known_kind(word).is_none()).cloned(),
        );
        unread.extend(
            [&result].into_iter().filter(|word| !word.is_empty() && known_result(word).is_none()).cloned(),
        );
        let query = AuditQuery {
            from: day(&from).flatten(),
            until: day(&until).flatten(),
            user: text("user"),
            function: text("function"),
            kind: known_kind(&kind),
            result: known_result(&result),
            person: text("person"),
            numbers: text("numbers") == "1",
        };
        Self { from, until, query, unread }
    }

    /// With days where none were named: a report or a file of all years is asked for on purpose or not at all.
    fn within_days(mut self, today: Date) -> Self {
        if self.query.until.is_none() {
            self.query.until = Some(today);
        }
        if self.query.from.is_none() {
            let last = self.query.until.unwrap_or(today);
            self.query.from = last.checked_sub(jiff::Span::new().days(DAYS_BACK)).ok();
        }
        let text = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        (self.from, self.until) = (text(self.query.from), text(self.query.until));
        self
    }

    fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let asked = &self.query;
        let items = [
            ("from", self.from.as_str()),
            ("until", &self.until),
            ("user", &asked.user),
            ("function", &asked.function),
            ("kind", asked.kind.map_or("", LogKind::label)),
            ("result", asked.result.map_or("", AuditResult::label)),
            ("person", &asked.person),
            ("numbers", if asked.numbers { "1" } else { "" }),
        ];
        for (name, value) in items.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        for (name, value) in more {
            query.append_pair(name, value);
        }
        format!("{path}?{}", query.finish())
    }
}

struct Row {
    at: String,
    user: String,
    terminal: String,
    kind: &'static str,
    title: String,
    function: String,
    result: &'static str,
    class: &'static str,
    persons: String,
    numbers: bool,
    more: String,
}

impl Row {
    fn of(entry: &AuditEntry) -> Self {
        let prints = entry.prints.iter().map(|print| format!("印刷 {} {}", print.title, print.issue_number));
        let codes = (!entry.codes.is_empty()).then(|| entry.codes.join(" "));
        let purpose = (!entry.purpose.is_empty()).then(|| format!("目的 {}", entry.purpose));
        Self {
            at: moment(entry.at),
            user: entry.user.clone(),
            terminal: entry.terminal.clone(),
            kind: entry.kind().label(),
            title: entry.title.clone(),
            function: entry.function.clone(),
            result: entry.result.label(),
            class: match entry.result {
                AuditResult::Done | AuditResult::Login => "good",
                AuditResult::Refused => "planned",
                AuditResult::Denied | AuditResult::LoginFailed => "bad",
                AuditResult::Password | AuditResult::Ended => "quiet",
            },
            persons: match entry.subjects.as_slice() {
                [] => String::new(),
                [one] if entry.subject_count == 1 => one.clone(),
                [first, ..] => format!("{first} ほか 計{}", entry.subject_count),
            },
            numbers: entry.numbers,
            more: purpose.into_iter().chain(prints).chain(codes).collect::<Vec<_>>().join("　"),
        }
    }
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Page {
    shell: Shell,
    asked: Asked,
    kinds: Vec<(&'static str, bool)>,
    results: Vec<(&'static str, bool)>,
    rows: Vec<Row>,
    reached: String,
    older: String,
    file: String,
}

/// A page of the log, newest first.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let asked = Asked::of(&visit.query);
    let before = Some(value_of(&visit.query, "before")).filter(|key| !key.is_empty());
    let found = match asked.unread.is_empty() {
        true => visit.office().audit_page(&visit.caller()?, &asked.query, before, ROWS_PER_PAGE)?,
        false => office::AuditPage::default(),
    };
    let page = Page {
        shell: Shell::here(visit),
        kinds: LogKind::ALL.iter().map(|kind| (kind.label(), asked.query.kind == Some(*kind))).collect(),
        results: RESULTS.iter().map(|one| (one.label(), asked.query.result == Some(*one))).collect(),
        rows: found.entries.iter().map(Row::of).collect(),
        reached: found.reached.map(moment).unwrap_or_default(),
        older: found.older.map(|key| asked.address("/audit", &[("before", &key)])).unwrap_or_default(),
        file: if visit.may(office::AUDIT_EXPORT_RIGHT) {
            asked.address("/audit/csv", &[])
        } else {
            String::new()
        },
        asked,
    };
    Reply::page(&page)
}

/// The log of some days as a file.
pub(crate) fn csv(visit: &Visit) -> Result<Reply, Problem> {
    let asked = Asked::of(&visit.query);
    // A condition that does not read would be none, and the file one of everything.
    if let Some(unread) = asked.unread.first() {
        return Err(Problem::unreadable(format!(
            "条件「{unread}」が読めません。操作ログの画面で選び直してください。"
        )));
    }
    let asked = asked.within_days(visit.office().today());
    let mut text = String::from('\u{feff}');
    let heads = [
        "日時",
        "利用者",
        "端末",
        "種類",
        "機能",
        "機能ID",
        "結果",
        "対象人数",
        "宛名番号",
        "個人番号アクセス",
        "目的",
        "指摘",
        "印刷",
    ];
    text.push_str(&csv_line(heads));
    let whole = visit.office().audit_export(&visit.caller()?, &asked.query, &mut |entry| {
        let prints: Vec<String> = entry
            .prints
            .iter()
            .map(|print| format!("{} {} {} {}部", print.title, print.form, print.issue_number, print.copies))
            .collect();
        text.push_str(&csv_line([
            moment(entry.at).as_str(),
            &entry.user,
            &entry.terminal,
            entry.kind().label(),
            &entry.title,
            &entry.function,
            entry.result.label(),
            &entry.subject_count.to_string(),
            &entry.subjects.join(" "),
            if entry.numbers { "有" } else { "無" },
            &entry.purpose,
            &entry.codes.join(" "),
            &prints.join("; "),
        ]));
    })?;
    if !whole {
        text.push_str(&csv_line(["（多すぎるため、ここで切りました。期間を短くしてください）"]));
    }
    Ok(Reply::csv(&text, &format!("audit-{}-{}.csv", asked.from, asked.until)))
}

/// The reports: address, name.
const REPORTS: &[(&str, &str)] = &[
    ("outside", "時間外・閉庁日"),
    ("failed", "ログイン失敗"),
    ("logins", "ID別ログイン"),
    ("many", "大量の照会"),
    ("person", "一人への照会"),
    ("numbers", "個人番号"),
];

struct Bar {
    label: String,
    count: usize,
    width: usize,
    y: usize,
}

#[derive(Template)]
#[template(path = "audit_report.html")]
struct Report {
    shell: Shell,
    tabs: Vec<(String, &'static str, bool)>,
    path: String,
    asked: Asked,
    asks_person: bool,
    note: String,
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    total: usize,
    total_words: String,
    cut: bool,
    bars: Vec<Bar>,
}

fn bars(counts: &BTreeMap<String, usize>) -> Vec<Bar> {
    let mut sorted: Vec<(&String, &usize)> = counts.iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let most = sorted.first().map_or(1, |(_, count)| **count).max(1);
    let bar = |(at, (label, count)): (usize, (&String, &usize))| Bar {
        label: label.clone(),
        count: *count,
        width: (count * BAR / most).max(2),
        y: at * 26,
    };
    sorted.into_iter().take(12).enumerate().map(bar).collect()
}

/// One report over some days.
pub(crate) fn report(visit: &Visit) -> Result<Reply, Problem> {
    let office = visit.office();
    let name = visit.param("report");
    let Some((_, title)) = REPORTS.iter().find(|(known, _)| *known == name) else {
        return Err(Problem::not_found("この報告はありません。操作ログの画面から開いてください。"));
    };
    let mut asked = Asked::of(&visit.query).within_days(office.today());
    let (policy, calendar) = (office.audit_policy(), office.calendar());
    asked.query.result = (name == "failed").then_some(AuditResult::LoginFailed);
    asked.query.numbers = name == "numbers";
    let (mut rows, mut counts) = (Vec::new(), BTreeMap::<String, usize>::new());
    let (mut total, mut logins, mut masses) = (0_usize, Logins::default(), Masses::default());
    // Of one person only when the person is named.
    let nobody = name == "person" && asked.query.person.is_empty();
    let mut each = |entry: AuditEntry| {
        let why = outside_hours(linkage::local(entry.at), calendar, policy);
        match name {
            "logins" => logins.add(&entry),
            "many" => masses.add(&entry),
            // A program may begin at night; people are meant.
            "outside" if why.is_none() || entry.kind() == LogKind::Event => {}
            _ => {
                total += 1;
                *counts.entry(entry.user.clone()).or_default() += 1;
                if rows.len() < ROWS_MAX {
                    let row = Row::of(&entry);
                    let last = if name == "outside" { why.unwrap_or_default().to_owned() } else { row.more };
                    rows.push(vec![
                        row.at,
                        row.user,
                        row.terminal,
                        row.title,
                        row.result.to_owned(),
                        row.persons,
                        last,
                    ]);
                }
            }
        }
    };
    let cut = match nobody {
        true => false,
        false => !office.audit_walk(
            &visit.caller()?,
            &format!("操作ログの報告（{title}）"),
            &asked.query,
            &mut each,
        )?,
    };
    let mut heads = vec![
        "日時",
        "利用者",
        "端末",
        "機能",
        "結果",
        "対象",
        if name == "outside" { "時間外" } else { "目的・指摘" },
    ];
    if name == "logins" {
        heads = vec!["利用者", "ログイン", "失敗", "端末の数", "端末", "最後"];
        for (user, count) in &logins.0 {
            counts.insert(user.clone(), count.entered + count.failed);
            let terminals: Vec<&str> = count.terminals.iter().take(5).map(String::as_str).collect();
            rows.push(vec![
                user.clone(),
                count.entered.to_string(),
                count.failed.to_string(),
                count.terminals.len().to_string(),
                terminals.join(" "),
                count.last.map(moment).unwrap_or_default(),
            ]);
        }
        total = rows.len();
    } else if name == "many" {
        heads = vec!["日", "利用者", "使った回数", "見た延べ人数", "一度の最多", "その機能"];
        for (on, user, count) in masses.many(policy) {
            counts.insert(format!("{user} {}/{}", on.month(), on.day()), count.persons);
            rows.push(vec![
                wareki(on),
                user,
                count.uses.to_string(),
                count.persons.to_string(),
                count.most.to_string(),
                count.most_by,
            ]);
        }
        total = rows.len();
    }
    let note = match name {
        "outside" => format!(
            "業務時間は {:.5} から {:.5} まで。閉庁日は一日中が時間外です。",
            policy.opens.to_string(),
            policy.closes.to_string()
        ),
        "many" => format!(
            "一度に{}人以上を見たか、一日に{}回以上使った日です。",
            policy.many_persons, policy.many_uses
        ),
        "person" if nobody => "宛名番号を入れてください。".to_owned(),
        _ => String::new(),
    };
    let page = Report {
        shell: Shell::titled(visit, title).above("操作ログ"),
        tabs: REPORTS
            .iter()
            .map(|(known, label)| (asked_days(&asked, known), *label, *known == name))
            .collect(),
        path: format!("/audit/reports/{name}"),
        asks_person: name == "person",
        note,
        heads,
        rows,
        total,
        total_words: count_words(total),
        cut,
        bars: bars(&counts),
        asked,
    };
    Reply::page(&page)
}

/// Another report of the same days.
fn asked_days(asked: &Asked, report: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("from", &asked.from).append_pair("until", &asked.until);
    format!("/audit/reports/{report}?{}", query.finish())
}

struct Look {
    at: String,
    department: String,
    title: String,
    purpose: String,
    numbers: bool,
}

#[derive(Template)]
#[template(path = "disclosure.html")]
struct Disclosure {
    shell: Shell,
    asked: Asked,
    days: String,
    made_at: String,
    looks: Vec<Look>,
    total: usize,
    total_words: String,
    cut: bool,
    sent: Vec<(String, String, String)>,
}

/// Who used one person's data, for that person (本人開示): the department, not the clerk's name. It is the municipality that
/// acts; who of its staff did so is asked for by another way.
pub(crate) fn disclosure(visit: &Visit) -> Result<Reply, Problem> {
    let office = visit.office();
    let mut asked = Asked::of(&visit.query).within_days(office.today());
    asked.query = AuditQuery {
        from: asked.query.from,
        until: asked.query.until,
        person: asked.query.person.clone(),
        ..AuditQuery::default()
    };
    let person = asked.query.person.clone();
    let (mut looks, mut total, mut cut) = (Vec::new(), 0_usize, false);
    let mut sent = Vec::new();
    if !person.is_empty() {
        let staffing = office.staffing()?;
        let department = |entry: &AuditEntry| {
            let on = linkage::local(entry.at).date();
            match staffing.users.get(&entry.user) {
                Some(user) => user.placed(on).department,
                None if entry.user.starts_with("partner/") => "連携先".to_owned(),
                None => "（システム）".to_owned(),
            }
        };
        let mut each = |entry: AuditEntry| {
            if is_disclosed(&entry, &person) {
                total += 1;
                if looks.len() < ROWS_MAX {
                    looks.push(Look {
                        at: moment(entry.at),
                        department: department(&entry),
                        title: entry.title.clone(),
                        purpose: entry.purpose.clone(),
                        numbers: entry.numbers,
                    });
                }
            }
        };
        cut = !office.audit_walk(&visit.caller()?, "本人開示用の一覧", &asked.query, &mut each)?;
        sent = deliveries(visit, &asked)?;
    }
    let days = [asked.query.from, asked.query.until]
        .into_iter()
        .flatten()
        .map(wareki)
        .collect::<Vec<_>>()
        .join("から");
    let page = Disclosure {
        shell: Shell::here(visit).above("操作ログ"),
        days: format!("{days}まで"),
        made_at: moment(office.clock().now()),
        looks,
        total,
        total_words: count_words(total),
        cut,
        sent,
        asked,
    };
    Reply::page(&page)
}

/// A number of rows in words.
fn count_words(total: usize) -> String {
    grouped(u64::try_from(total).unwrap_or(u64::MAX))
}

/// What of the person went to systems outside this house: when, by which link, with which delivery.
fn deliveries(visit: &Visit, asked: &Asked) -> Result<Vec<(String, String, String)>, Problem> {
    let outward = |id: &str| {
        let running = visit.office().links().get(id);
        running.is_some_and(|running| matches!(running.link.delivery, catalog::Delivery::Outward { .. }))
    };
    let within = |at: jiff::Timestamp| {
        let on = linkage::local(at).date();
        asked.query.from.is_none_or(|from| from <= on) && asked.query.until.is_none_or(|until| on <= until)
    };
    let mut sent: Vec<_> = visit
        .office()
        .trace(&asked.query.person)?
        .into_iter()
        .filter(|line| line.refused.is_none() && outward(&line.delivery.link))
        .filter_map(|line| Some((line.delivery.sent_at?, line.title, line.delivery.no)))
        .filter(|(at, _, _)| within(*at))
        .collect();
    sent.sort();
    Ok(sent.into_iter().map(|(at, title, no)| (moment(at), title, no.to_string())).collect())
}
