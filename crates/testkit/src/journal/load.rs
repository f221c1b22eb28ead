//! Many writers, over one or several openings of one journal, while readers follow its feed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use register::{AsOf, CommitError, Journal, Position, Write};

use super::{NOTE, Outcome, draft, fail, note, same, sound};

/// Changes of a page of the feed.
const PAGE: usize = 500;

/// Names the number of changes for a run that is longer than the usual one.
pub const CHANGES_VARIABLE: &str = "DAICHO_LOAD_CHANGES";

/// How many changes a load test makes: `usual`, or what [`CHANGES_VARIABLE`] says.
pub fn changes(usual: u32) -> u32 {
    std::env::var(CHANGES_VARIABLE).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Lets `writers` threads commit `changes` changes in all, spread over the openings, while one reader per opening
/// follows the feed, waiting for each change as a link does.
///
/// # Errors
/// When a reader misses, doubles or reorders a change, or sees another than its author was told; when the journal does
/// not verify.
pub fn writers_and_readers(openings: &[&dyn Journal], writers: u32, changes: u32) -> Outcome {
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| -> Outcome {
        let readers: Vec<_> = openings
            .iter()
            .map(|journal| scope.spawn(|| follow(*journal, &ended, u64::from(changes))))
            .collect();
        let threads: Vec<_> = (0..writers)
            .zip(openings.iter().cycle())
            .map(|(writer, journal)| {
                let share = changes / writers + u32::from(writer < changes % writers);
                scope.spawn(move || write(*journal, writer, share))
            })
            .collect();
        let mut told: HashMap<String, Position> = HashMap::new();
        let mut failed = None;
        for thread in threads {
            match thread.join() {
                Ok(Ok(own)) => told.extend(own),
                Ok(Err(error)) => failed = Some(format!("a writer: {error}")),
                Err(_) => failed = Some("a writer panicked".to_owned()),
            }
        }
        // Readers that still miss something would wait for ever.
        ended.store(true, Ordering::Release);
        let mut seen_by_all = Vec::new();
        for reader in readers {
            match reader.join() {
                Ok(seen) => seen_by_all.push(seen?),
                Err(_) => return fail("a reader panicked"),
            }
        }
        if let Some(failed) = failed {
            return fail(failed);
        }
        same("acknowledged", &told.len(), &usize::try_from(changes)?)?;
        for seen in seen_by_all {
            same("seen", &seen.len(), &told.len())?;
            for (key, position) in &told {
                same(&format!("the place of {key}"), &seen.get(key), &Some(position))?;
            }
        }
        Ok(())
    })?;
    let Some(journal) = openings.first() else { return fail("no journal") };
    same("head", &journal.head()?, &Position(u64::from(changes)))?;
    same("records", &journal.view(AsOf::default())?.count(&NOTE)?, &u64::from(changes))?;
    sound(*journal)
}

fn write(journal: &dyn Journal, writer: u32, changes: u32) -> Result<Vec<(String, Position)>, CommitError> {
    (0..changes)
        .map(|no| {
            let key = format!("{writer}-{no}");
            let committed = journal.commit(draft(1, vec![Write::create(&NOTE, &key, note("1"))]))?;
            Ok((key, committed.position))
        })
        .collect()
}

/// Reads on until all is seen; each place must be the next one.
fn follow(
    journal: &dyn Journal,
    ended: &AtomicBool,
    changes: u64,
) -> Result<HashMap<String, Position>, Box<dyn std::error::Error + Send + Sync>> {
    let (mut after, mut seen) = (Position(0), HashMap::new());
    while after.0 < changes {
        let last_look = ended.load(Ordering::Acquire);
        let page = journal.feed(after, &[], PAGE)?;
        if page.is_empty() && last_look {
            return fail(format!("the feed ends at {after}"));
        }
        for entry in &page {
            same("the next place", &entry.position.0, &after.0.saturating_add(1))?;
            after = entry.position;
            let [version] = entry.versions.as_slice() else {
                return fail(format!("change {after} has {} versions", entry.versions.len()));
            };
            same("seen before", &seen.insert(version.key.clone(), after), &None)?;
        }
        if page.is_empty() {
            journal.wait(after, Duration::from_secs(10));
        }
    }
    Ok(seen)
}
