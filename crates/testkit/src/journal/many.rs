//! Many writers at once.

use std::collections::BTreeSet;

use register::{AsOf, CommitError, CursorMove, Journal, Position, Write};

use super::{Case, NOTE, Outcome, draft, fail, note, same, sound};

pub(super) const CASES: &[Case] = &[
    Case { name: "32 writers lose and double nothing", run: writers },
    Case { name: "of many readers of one cursor each change is worked by one", run: readers },
];

const WRITERS: u32 = 32;
const CHANGES: u32 = 25;

/// Each writer opens records of its own and adds to one that all share, trying again when another was faster.
fn writers(journal: &dyn Journal) -> Outcome {
    journal.commit(draft(0, vec![Write::create(&NOTE, "shared", note("0"))]))?;
    let work = |writer: u32| -> Result<Vec<Position>, CommitError> {
        let mut places = Vec::new();
        for no in 0..CHANGES {
            let own = || Write::create(&NOTE, format!("{writer}-{no}"), note("1"));
            if no % 5 != 0 {
                places.push(journal.commit(draft(1, vec![own()]))?.position);
                continue;
            }
            loop {
                let found = journal.view(AsOf::default())?.get(&NOTE, "shared")?;
                let version = found.map_or(0, |found| found.version);
                let shared = Write::replace(&NOTE, "shared", version, note(&version.to_string()));
                match journal.commit(draft(1, vec![own(), shared])) {
                    Ok(committed) => break places.push(committed.position),
                    Err(CommitError::Conflict(_)) => {}
                    Err(other) => return Err(other),
                }
            }
        }
        Ok(places)
    };
    let mut places = BTreeSet::new();
    std::thread::scope(|scope| -> Outcome {
        let threads: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || work(writer))).collect();
        for thread in threads {
            let Ok(done) = thread.join() else { return fail("a writer panicked") };
            for place in done? {
                same("a place given twice", &places.insert(place), &true)?;
            }
        }
        Ok(())
    })?;
    let changes = u64::from(WRITERS * CHANGES);
    same(
        "places",
        &places.into_iter().map(|place| place.0).collect::<Vec<_>>(),
        &(2..=changes + 1).collect(),
    )?;
    let view = journal.view(AsOf::default())?;
    same("records", &view.count(&NOTE)?, &(changes + 1))?;
    let versions: Vec<_> = view.history(&NOTE, "shared")?.iter().map(|stored| stored.version).collect();
    same("versions", &versions, &(1..=WRITERS * CHANGES / 5 + 1).collect())?;
    drop(view);
    sound(journal)
}

/// Effect and cursor in one commit: however many workers race, each change has one effect.
fn readers(journal: &dyn Journal) -> Outcome {
    const CHANGES: u64 = 60;
    for no in 0..CHANGES {
        journal.commit(draft(0, vec![Write::create(&NOTE, format!("in-{no}"), note("1"))]))?;
    }
    let work = || -> Result<(), CommitError> {
        loop {
            let from = journal.cursor("worker")?;
            let page = journal.feed(from, &[NOTE.id], 1)?;
            let Some(entry) = page.first().filter(|entry| entry.position.0 <= CHANGES) else { return Ok(()) };
            let mut effect =
                draft(1, vec![Write::create(&NOTE, format!("out-{}", entry.position), note("1"))]);
            effect.cursors.push(CursorMove { name: "worker".to_owned(), from, to: entry.position });
            match journal.commit(effect) {
                Ok(_) | Err(CommitError::CursorMoved { .. }) => {}
                Err(other) => return Err(other),
            }
        }
    };
    std::thread::scope(|scope| -> Outcome {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            let Ok(done) = thread.join() else { return fail("a worker panicked") };
            done?;
        }
        Ok(())
    })?;
    same("records", &journal.view(AsOf::default())?.count(&NOTE)?, &(2 * CHANGES))?;
    same("changes", &journal.head()?, &Position(2 * CHANGES))
}
