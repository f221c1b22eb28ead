//! Every reading as of every moment, on both axes, against a model that filters a list.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::Date;
use proptest::prelude::{Just, Strategy};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use proptest::{collection, option, prop_oneof};
use register::{AsOf, Body, Fault, Journal, Kind, Position, Stored, View, Write};
use serde_json::json;

use super::{PERSON, VEHICLE, at, body, draft};

/// Journals that are opened for it; each is a file on some back ends.
const SEQUENCES: u32 = 24;

/// The same sequences every time, so that a failure is seen again.
const SEED: [u8; 32] = *b"both time axes of every reading.";

/// A kind that is written, and the columns it is searched by: a unique one and a plain one. The unique column of the second
/// kind is sealed.
fn declared(kind: u8) -> (&'static Kind, [&'static str; 2]) {
    match kind {
        0 => (&VEHICLE, ["plate", "owner"]),
        _ => (&PERSON, ["number", "ward"]),
    }
}

/// One write of a sequence; which version it must expect, the model knows.
#[derive(Clone, Debug)]
struct Step {
    kind: u8,
    key: u8,
    /// None closes.
    put: Option<u8>,
    /// Days after 2026-04-01; none: the change's own.
    day: Option<i8>,
}

/// A change: seconds since the one before, and what it writes.
type Change = (i64, Vec<Step>);

/// A moment asked about: position, seconds, day.
type Moment = (Option<u64>, Option<i64>, Option<i8>);

fn step() -> impl Strategy<Value = Step> {
    let put = prop_oneof![3 => (0_u8..3).prop_map(Some), 1 => Just(None)];
    (0_u8..2, 0_u8..4, put, option::of(0_i8..8)).prop_map(|(kind, key, put, day)| Step {
        kind,
        key,
        put,
        day,
    })
}

fn sequence() -> impl Strategy<Value = (Vec<Change>, Vec<Moment>)> {
    let changes = collection::vec((0_i64..3, collection::vec(step(), 0..4)), 1..16);
    let moment = (option::of(0_u64..17), option::of(-1_i64..32), option::of(-1_i8..9));
    (changes, collection::vec(moment, 12))
}

/// One version, as a reading must show it.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    key: String,
    version: u32,
    position: u64,
    seconds: i64,
    day: Date,
    closed: bool,
    body: String,
}

fn day(offset: i8) -> Date {
    Date::constant(2026, 4, 1).saturating_add(jiff::Span::new().days(i64::from(offset)))
}

/// The body of a record, and the values of its two columns. No two records have one unique value.
fn content(kind: u8, key: &str, value: u8) -> (Body, [String; 2]) {
    let (unique, plain) = (format!("{key}-{value}"), format!("乙{value}"));
    let body = match kind {
        0 => body(&json!({ "plate": unique, "owner": plain })),
        _ => body(&json!({ "number": unique, "ward": plain, "code": null })),
    };
    (body, [unique, plain])
}

/// All versions of each kind, in the order they were written.
type Model = BTreeMap<u8, Vec<Line>>;

/// What a reading as of a moment must show of a kind: the versions that count, and of each key the newest, if open.
fn as_of(lines: &[Line], position: u64, last_day: Option<Date>) -> (Vec<&Line>, Vec<&Line>) {
    let counts = |line: &&Line| line.position <= position && last_day.is_none_or(|last| line.day <= last);
    let counting: Vec<&Line> = lines.iter().filter(counts).collect();
    let newest: BTreeMap<&str, &Line> = counting.iter().map(|line| (line.key.as_str(), *line)).collect();
    (counting, newest.into_values().filter(|line| !line.closed).collect())
}

fn line(stored: &Stored) -> Line {
    Line {
        key: stored.key.clone(),
        version: stored.version,
        position: stored.position.0,
        seconds: stored.recorded_at.as_second().saturating_sub(at(0).as_second()),
        day: stored.effective_on,
        closed: stored.closed,
        body: stored.body.as_str().to_owned(),
    }
}

pub(super) fn every_reading_is_as_of_both_axes(
    open: &dyn Fn(&str) -> Box<dyn Journal>,
) -> Result<(), String> {
    let config = Config { cases: SEQUENCES, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &SEED);
    TestRunner::new_with_rng(config, rng)
        .run(&sequence(), |(changes, moments)| {
            check(open("axes").as_ref(), &changes, &moments).map_err(TestCaseError::fail)
        })
        .map_err(|error| format!("every reading is as of both axes: {error}"))
}

fn check(journal: &dyn Journal, changes: &[Change], moments: &[Moment]) -> Result<(), String> {
    let (model, times) = write(journal, changes)?;
    for moment @ (position, seconds, offset) in moments {
        let asked = AsOf {
            position: position.map(Position),
            recorded_at: seconds.map(at),
            effective_on: offset.map(day),
        };
        let known = times.iter().filter(|time| seconds.is_none_or(|bound| **time <= bound)).count();
        let known = u64::try_from(known).unwrap_or(u64::MAX).min(position.unwrap_or(u64::MAX));
        let view = journal.view(asked).map_err(|fault| fault.to_string())?;
        if view.position() != Position(known) {
            return Err(format!("{moment:?}: position {}, wanted {known}", view.position()));
        }
        for (kind, lines) in &model {
            let (counting, newest) = as_of(lines, known, offset.map(day));
            compare(view.as_ref(), *kind, lines, &counting, &newest)
                .map_err(|told| format!("{moment:?}: {}: {told}", declared(*kind).0.id))?;
        }
    }
    let problems = journal.verify().map_err(|fault| fault.to_string())?.problems;
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}

/// Commits the changes; the model of what stands there, and the time of each change.
fn write(journal: &dyn Journal, changes: &[Change]) -> Result<(Model, Vec<i64>), String> {
    let (mut model, mut times, mut now) = (Model::default(), Vec::new(), 0);
    for (pause, steps) in changes {
        now += pause;
        let position = u64::try_from(times.len()).unwrap_or(u64::MAX) + 1;
        let mut writes = Vec::new();
        for step in steps {
            let (kind, key) = (declared(step.kind).0, format!("K{}", step.key));
            let lines = model.entry(step.kind).or_default();
            let newest = lines.iter().rev().find(|line| line.key == key);
            let version = newest.map_or(0, |newest| newest.version);
            let (write, body, closed) = match (step.put, newest.filter(|newest| !newest.closed)) {
                (Some(value), open) => {
                    let (body, _) = content(step.kind, &key, value);
                    let text = body.as_str().to_owned();
                    let write = match open {
                        None => Write::create(kind, &key, body),
                        Some(_) => Write::replace(kind, &key, version, body),
                    };
                    (write, text, false)
                }
                (None, Some(open)) => (Write::close(kind, &key, version), open.body.clone(), true),
                (None, None) => continue,
            };
            writes.push(Write { effective_on: step.day.map(day), ..write });
            let day = step.day.map_or_else(|| day(0), day);
            lines.push(Line { key, version: version + 1, position, seconds: now, day, closed, body });
        }
        journal.commit(draft(now, writes)).map_err(|error| error.to_string())?;
        times.push(now);
    }
    Ok((model, times))
}

fn compare(
    view: &dyn View,
    kind: u8,
    all: &[Line],
    counting: &[&Line],
    newest: &[&Line],
) -> Result<(), String> {
    let (declared, columns) = declared(kind);
    let same = |what: String, found: Result<Vec<Line>, Fault>, wanted: Vec<&Line>| {
        let found = found.map_err(|fault| format!("{what}: {fault}"))?;
        if found.iter().collect::<Vec<_>>() == wanted {
            Ok(())
        } else {
            Err(format!("{what}: found {found:?}, wanted {wanted:?}"))
        }
    };
    for key in (0..4).map(|no| format!("K{no}")) {
        let got = view.get(declared, &key).map(|found| found.iter().map(line).collect());
        same(format!("get {key}"), got, newest.iter().copied().filter(|line| line.key == key).collect())?;
        let past = view.history(declared, &key).map(|found| found.iter().map(line).collect());
        same(
            format!("history {key}"),
            past,
            counting.iter().copied().filter(|line| line.key == key).collect(),
        )?;
        let behind = newest.iter().copied().filter(|line| key < line.key).collect();
        same(format!("scan after {key}"), scan(view, declared, Some(&key)), behind)?;
        for value in 0..3 {
            for (column, searched) in columns.into_iter().zip(content(kind, &key, value).1) {
                let found =
                    view.find(declared, column, &searched).map(|found| found.iter().map(line).collect());
                // A body names its columns' values, and no other field holds one like them.
                let held = format!("\"{column}\":\"{searched}\"");
                let wanted = newest.iter().copied().filter(|line| line.body.contains(&held)).collect();
                same(format!("find {column} {searched}"), found, wanted)?;
            }
        }
    }
    same("scan".to_owned(), scan(view, declared, None), newest.to_vec())?;
    let count = view.count(declared).map_err(|fault| fault.to_string())?;
    if u64::try_from(newest.len()) != Ok(count) {
        return Err(format!("count {count}, wanted {}; of {} versions", newest.len(), all.len()));
    }
    Ok(())
}

fn scan(view: &dyn View, kind: &Kind, after: Option<&str>) -> Result<Vec<Line>, Fault> {
    let mut all = Vec::new();
    view.scan(kind, after, &mut |stored| {
        all.push(line(stored));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(all)
}
