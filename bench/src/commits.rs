//! Durable changes a second, beside a plain table with one row per commit.

use std::path::Path;
use std::time::{Duration, Instant};

use office::Clock;
use register::{Actor, Body, Column, Draft, Journal, Kind, Write};
use serde_json::json;
use store_sqlite::{Options, Store};

static RECORD: Kind =
    Kind::new("bench/record", "記録").columns(&[Column::plain("group", "群"), Column::plain("place", "所")]);

const RUN: Duration = Duration::from_secs(4);

pub(crate) fn bench(dir: &Path) -> anyhow::Result<()> {
    let peer = plain(dir)?;
    println!("one INSERT per commit into a plain SQLite table (WAL, FULL): {peer:.0}/s");
    for writers in [1, 32] {
        let rate = journal(dir, writers)?;
        println!(
            "journal, {writers:>2} writers, 2 columns, 900-byte bodies: {rate:.0}/s ({:.2} of the plain table)",
            rate / peer
        );
    }
    Ok(())
}

fn text() -> String {
    "架空の記録".repeat(56)
}

fn plain(dir: &Path) -> anyhow::Result<f64> {
    let connection = rusqlite::Connection::open(dir.join("plain.db"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute("CREATE TABLE record(key INTEGER PRIMARY KEY, body TEXT)", [])?;
    let mut insert = connection.prepare("INSERT INTO record(body) VALUES (?1)")?;
    let body = text();
    let start = Instant::now();
    let mut count = 0_u32;
    while start.elapsed() < RUN {
        insert.execute([&body])?;
        count += 1;
    }
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

fn journal(dir: &Path, writers: u32) -> anyhow::Result<f64> {
    let store = Store::open(&dir.join(format!("journal-{writers}.db")), &[&RECORD], Options::default())?;
    let start = Instant::now();
    let count: u32 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..writers)
            .map(|writer| {
                scope.spawn({
                    let store = &store;
                    move || write(store, writer, start)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(0))).sum::<anyhow::Result<u32>>()
    })?;
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

fn write(store: &Store, writer: u32, start: Instant) -> anyhow::Result<u32> {
    let mut count = 0;
    while start.elapsed() < RUN {
        let now = office::SystemClock.now();
        let mut draft = Draft::new("bench", "bench/write", Actor::Program("bench".to_owned()), now);
        let body = Body::of(
            &json!({ "group": format!("g{}", count % 100), "place": format!("p{writer}"), "text": text() }),
        )?;
        draft.writes.push(Write::create(&RECORD, format!("{writer}-{count}"), body));
        store.commit(draft)?;
        count += 1;
    }
    Ok(count)
}
