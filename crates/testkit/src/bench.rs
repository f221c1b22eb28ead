//! A system on the bench: its registers in memory, and rows, functions and checks in few words.
//!
//! For tests of a system's rules, which are pure and ask of a journal no more than readings. What a journal promises is
//! tested by [`crate::journal`] on the real ones.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test's support fails by panicking, at the place that is wrong"
)]

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::Date;
use jiff::Timestamp;
use register::{Actor, Expect, Fault, Kind, Op, Position, Stored, View, Write};
use serde_json::Value;
use system::{
    Applied, Batch, BatchExtent, Context, Incoming, Input, Intake, Outcome, Row, System, TextHit, TextQuery,
    TextSearch,
};

/// All versions of all records, oldest first.
#[derive(Default)]
pub struct Memory {
    versions: BTreeMap<(String, String), Vec<Stored>>,
    position: u64,
}

impl Memory {
    /// Commits writes as one change, and checks what a real journal checks.
    pub fn commit(&mut self, writes: Vec<Write>) {
        self.position += 1;
        for write in writes {
            let versions = self.versions.entry((write.kind.id.to_owned(), write.key.clone())).or_default();
            let open = versions.last().filter(|stored| !stored.closed);
            match write.expect {
                Expect::New => assert!(open.is_none(), "{} {} is open already", write.kind.id, write.key),
                Expect::Version(version) => assert_eq!(open.map(|stored| stored.version), Some(version)),
            }
            let last = versions.last().cloned();
            let (body, closed) = match write.op {
                Op::Put(body) => (body, false),
                Op::Close => (last.clone().unwrap().body, true),
            };
            versions.push(Stored {
                kind: write.kind.id.to_owned(),
                key: write.key,
                version: last.map_or(1, |stored| stored.version + 1),
                position: Position(self.position),
                recorded_at: Timestamp::UNIX_EPOCH,
                effective_on: write.effective_on.unwrap_or(jiff::civil::date(2026, 11, 20)),
                closed,
                body,
            });
        }
    }

    /// The open records of a kind as key and canonical body.
    pub fn register(&self, kind: &Kind) -> Vec<(String, String)> {
        let mut all = Vec::new();
        self.scan(kind, None, &mut |stored| {
            all.push((stored.key.clone(), stored.body.as_str().to_owned()));
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
        all
    }

    fn open(&self, kind: &Kind) -> impl Iterator<Item = &Stored> {
        let first = (kind.id.to_owned(), String::new());
        self.versions
            .range(first..)
            .take_while(|((of, _), _)| of == kind.id)
            .filter_map(|(_, versions)| versions.last())
            .filter(|stored| !stored.closed)
    }
}

impl View for Memory {
    fn position(&self) -> Position {
        Position(self.position)
    }

    fn get(&self, kind: &Kind, key: &str) -> Result<Option<Stored>, Fault> {
        let versions = self.versions.get(&(kind.id.to_owned(), key.to_owned()));
        Ok(versions.and_then(|versions| versions.last()).filter(|stored| !stored.closed).cloned())
    }

    fn find(&self, kind: &Kind, column: &str, value: &str) -> Result<Vec<Stored>, Fault> {
        assert!(kind.column(column).is_some(), "{} declares no column {column}", kind.id);
        let holds = |stored: &&Stored| stored.body.value().unwrap()[column].as_str() == Some(value);
        Ok(self.open(kind).filter(holds).cloned().collect())
    }

    fn history(&self, kind: &Kind, key: &str) -> Result<Vec<Stored>, Fault> {
        Ok(self.versions.get(&(kind.id.to_owned(), key.to_owned())).cloned().unwrap_or_default())
    }

    fn scan(
        &self,
        kind: &Kind,
        after: Option<&str>,
        each: &mut dyn FnMut(&Stored) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        for stored in self.open(kind).filter(|stored| after.is_none_or(|after| stored.key.as_str() > after)) {
            if each(stored)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn scan_sealed(
        &self,
        kind: &Kind,
        after: Option<&str>,
        each: &mut dyn FnMut(&Stored) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        // Nothing is sealed here.
        self.scan(kind, after, each)
    }

    fn count(&self, kind: &Kind) -> Result<u64, Fault> {
        Ok(u64::try_from(self.open(kind).count()).unwrap())
    }
}

/// The text index, computed anew for each question.
struct Index<'a>(&'a System, &'a Memory);

impl TextSearch for Index<'_> {
    fn find(&self, query: &TextQuery<'_>) -> (Vec<TextHit>, bool) {
        let indexed = self.0.indexed.iter().find(|indexed| indexed.kind.id == query.kind).unwrap();
        let fits = |stored: &&Stored| {
            let history = self.1.history(indexed.kind, &stored.key).unwrap();
            let texts = indexed.texts_over(history.iter().map(|version| &version.body)).unwrap();
            assert_eq!(texts.len(), indexed.fields.len());
            indexed.fits(query, &texts)
        };
        let mut hits: Vec<_> =
            self.1.open(indexed.kind).filter(fits).map(|s| TextHit { key: s.key.clone() }).collect();
        let more = hits.len() > query.limit;
        hits.truncate(query.limit);
        (hits, more)
    }
}

/// One row as names and values; the items not named are empty.
pub type Given = Vec<(&'static str, String)>;

/// Applies rows in one call of the intake and commits what it decides.
pub fn take(memory: &mut Memory, intake: &Intake, today: Date, rows: &[Given]) -> Applied {
    let names: Vec<&str> = rows.iter().flatten().map(|(name, _)| *name).collect();
    let filled: Vec<Row> = rows
        .iter()
        .map(|given| {
            let mut row = Row::new();
            for name in &names {
                row.push(given.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value));
            }
            row
        })
        .collect();
    let incoming: Vec<Incoming<'_>> = filled.iter().map(|row| Incoming::new(&names, row)).collect();
    let applied = (intake.apply)(
        memory,
        &Batch {
            link: "test",
            no: 1,
            extent: BatchExtent::Difference,
            subject: "addressee_no",
            rows: &incoming,
        },
        &context(today, &(), &Value::Null),
    )
    .unwrap();
    memory.commit(applied.writes.clone());
    applied
}

/// Runs a function as a screen would: through its form, and commits what it decides unless a finding stops it.
pub fn run(system: &System, memory: &mut Memory, today: Date, id: &str, input: &Value) -> Outcome {
    run_in(&Value::Null, system, memory, today, id, input)
}

/// The same in a municipality of which something is known.
pub fn run_in(
    municipality: &Value,
    system: &System,
    memory: &mut Memory,
    today: Date,
    id: &str,
    input: &Value,
) -> Outcome {
    let function = system.functions.iter().find(|function| function.id == id).unwrap();
    let (checked, findings) = function.form.check(input);
    assert!(findings.is_empty(), "{findings:?}");
    let outcome = {
        let index = Index(system, memory);
        (function.decide)(memory, &Input(checked), &context(today, &index, municipality)).unwrap()
    };
    if outcome.findings.iter().all(|finding| !finding.stops()) {
        memory.commit(outcome.writes.clone());
    }
    outcome
}

/// What every check of the system says; empty when all is well.
pub fn verify(system: &System, memory: &Memory) -> Vec<String> {
    let run = |check: &system::Check| (check.run)(memory).unwrap();
    system.checks.iter().flat_map(run).map(|found| format!("{}: {}", found.record, found.what)).collect()
}

fn context<'a>(today: Date, search: &'a dyn TextSearch, municipality: &'a Value) -> Context<'a> {
    Context {
        today,
        now: Timestamp::UNIX_EPOCH,
        actor: Actor::Program("test".to_owned()),
        confirmed: &[],
        random: 0,
        search,
        municipality,
    }
}
