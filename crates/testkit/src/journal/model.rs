//! Random writes against a model of a few lines.

use std::collections::BTreeMap;

use proptest::prelude::{Just, Strategy, any};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use proptest::{collection, prop_oneof};
use register::{AsOf, Journal, Position, Write};

use super::{VEHICLE, draft, keys, vehicle, word};

/// Journals that are opened for it; each is a file on some back ends.
const SEQUENCES: u32 = 24;

/// One write of a sequence: the key, what is done, whether the right version is expected.
#[derive(Clone, Debug)]
struct Step {
    key: u8,
    put: Option<u8>,
    stale: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let put = prop_oneof![3 => (0_u8..6).prop_map(Some), 1 => Just(None)];
    (0_u8..5, put, any::<u8>()).prop_map(|(key, put, stale)| Step { key, put, stale: stale < 25 })
}

/// All versions of each key: the plate, and whether the version closes.
type Model = BTreeMap<String, Vec<(u8, bool)>>;

/// Applies the steps of one draft, all or none.
fn apply(model: &Model, steps: &[Step]) -> (Vec<Write>, Result<Model, &'static str>) {
    let (mut next, mut writes, mut refusal) = (model.clone(), Vec::new(), None);
    for step in steps {
        let key = format!("K{}", step.key);
        let versions = next.entry(key.clone()).or_default();
        let open = versions.last().copied().filter(|(_, closed)| !closed);
        let number = u32::try_from(versions.len()).unwrap_or(0).saturating_add(u32::from(step.stale));
        let body = |plate: u8| vehicle(&plate.to_string(), "P");
        let (write, version) = match (step.put, open) {
            (Some(plate), None) if !step.stale => {
                (Write::create(&VEHICLE, &key, body(plate)), Some((plate, false)))
            }
            (Some(plate), Some(_)) if !step.stale => {
                (Write::replace(&VEHICLE, &key, number, body(plate)), Some((plate, false)))
            }
            (None, Some((plate, _))) if !step.stale => {
                (Write::close(&VEHICLE, &key, number), Some((plate, true)))
            }
            (Some(plate), _) => (Write::replace(&VEHICLE, &key, number, body(plate)), None),
            (None, _) => (Write::close(&VEHICLE, &key, number), None),
        };
        writes.push(write);
        match version {
            Some(version) => versions.push(version),
            None => refusal = refusal.or(Some("conflict")),
        }
        let taken = |(plate, closed): (u8, bool)| {
            let holds = |versions: &Vec<(u8, bool)>| versions.last() == Some(&(plate, false));
            !closed && next.iter().any(|(other, versions)| *other != key && holds(versions))
        };
        if version.is_some_and(taken) {
            refusal = refusal.or(Some("not-unique"));
        }
        if refusal.is_some() {
            break;
        }
    }
    (writes, refusal.map_or(Ok(next), Err))
}

pub(super) fn any_writes_give_what_the_model_gives(
    open: &dyn Fn(&str) -> Box<dyn Journal>,
) -> Result<(), String> {
    let config = Config { cases: SEQUENCES, failure_persistence: None, ..Config::default() };
    let drafts = collection::vec(collection::vec(step(), 0..4), 1..40);
    TestRunner::new(config)
        .run(&drafts, |drafts| check(open("model").as_ref(), &drafts).map_err(TestCaseError::fail))
        .map_err(|error| format!("any writes give what the model gives: {error}"))
}

fn check(journal: &dyn Journal, drafts: &[Vec<Step>]) -> Result<(), String> {
    let fault = |error: register::Fault| error.to_string();
    let mut model = Model::new();
    let mut past = vec![model.clone()];
    for steps in drafts {
        let (writes, wanted) = apply(&model, steps);
        let found = journal.commit(draft(0, writes));
        let outcome = wanted.as_ref().map_or_else(|refusal| *refusal, |_| "ok");
        if word(&found) != outcome {
            return Err(format!("{steps:?}: found {}, wanted {outcome}", word(&found)));
        }
        if let Ok(next) = wanted {
            model = next;
            past.push(model.clone());
        }
    }
    for (position, model) in (0_u64..).zip(&past) {
        let view =
            journal.view(AsOf { position: Some(Position(position)), ..AsOf::default() }).map_err(fault)?;
        let open: Vec<_> = model
            .iter()
            .filter(|(_, versions)| versions.last().is_some_and(|(_, closed)| !closed))
            .map(|(key, versions)| (key.clone(), u32::try_from(versions.len()).unwrap_or(0)))
            .collect();
        let found = keys(view.as_ref(), &VEHICLE, None).map_err(fault)?;
        if found != open {
            return Err(format!("as of {position}: found {found:?}, wanted {open:?}"));
        }
        for (key, versions) in model {
            let found = view.history(&VEHICLE, key).map_err(fault)?;
            let same = found.len() == versions.len()
                && found.iter().zip(versions).all(|(stored, (plate, closed))| {
                    stored.closed == *closed && stored.body == vehicle(&plate.to_string(), "P")
                });
            if !same {
                return Err(format!("history of {key} as of {position}: {found:?}, wanted {versions:?}"));
            }
        }
    }
    let problems = journal.verify().map_err(fault)?.problems;
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}
