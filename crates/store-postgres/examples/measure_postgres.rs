//! Prints what the store does on this machine: `cargo run --release -p store-postgres --example measure_postgres [URL]`.
//!
//! Bodies are some 900 bytes, the kind has two declared columns, and every commit is flushed. Without an address
//! a cluster of its own is started in the temporary directory, with the settings a real one would have.
#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::error::Error;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use register::{Actor, AsOf, Body, Column, Draft, Journal, Kind, Position, Write};
use store_postgres::{Options, Store};
use testkit::postgres::Cluster;

static PERSON: Kind = Kind::new("measure/person", "人")
    .columns(&[Column::plain("household", "世帯"), Column::unique("number", "番号")]);

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const RECORDS: u64 = 100_000;
const GETS: u64 = 10_000;

fn body(no: u64) -> Outcome<Body> {
    // A household number in no order, as real ones are.
    let household = no.wrapping_mul(2_654_435_761) % 1_000_000;
    let text = "鳥取県鳥取市東町一丁目二百二十番地".repeat(15);
    Ok(Body::of(
        &serde_json::json!({ "household": household.to_string(), "number": no.to_string(), "text": text }),
    )?)
}

fn draft(writes: Vec<Write>) -> Outcome<Draft> {
    let mut draft =
        Draft::new("measure", "load", Actor::Program("measure".into()), "2026-04-01T00:00:00Z".parse()?);
    draft.writes = writes;
    Ok(draft)
}

fn rate(what: &str, count: u64, took: Duration) -> Outcome<()> {
    let each = took.as_secs_f64() / f64::from(u32::try_from(count)?);
    println!("{what:<44} {:>12.0}/s {:>10.2} µs each", 1.0 / each, each * 1e6);
    Ok(())
}

/// An UPDATE with a row for an outbox and one for an audit log, as programs without a journal do it.
const PEER: &str = r"
\set key random(1, 100000)
BEGIN;
UPDATE person SET version = version + 1, body = repeat('版', 300) WHERE key = :key;
INSERT INTO outbox (key, body) VALUES (:key, repeat('版', 300));
INSERT INTO audit (who, what, key) VALUES ('u1', 'measure/write', :key);
COMMIT;
";

const PEER_TABLES: &str = "
CREATE TABLE person (key bigint PRIMARY KEY, version int NOT NULL, household text, number text UNIQUE, body text);
CREATE INDEX ON person (household);
CREATE TABLE outbox (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), key bigint, body text);
CREATE TABLE audit (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), who text, what text, key bigint);
INSERT INTO person SELECT no, 1, (no * 7919 % 1000000)::text, no::text, repeat('版', 300)
  FROM generate_series(1, 100000) AS no;
VACUUM ANALYZE person;
";

/// Seconds of each measurement.
const SECONDS: u64 = 4;

/// Replacements by many writers, first by the peer and then by the journal, on one server. Each begins behind a
/// checkpoint, for the first change of a page after one is written whole.
fn peer_and_ours(own: Option<&(Cluster, String)>, store: &Store, writers: u64) -> Outcome<()> {
    let Some((cluster, url)) = own else { return Ok(()) };
    cluster.run(url, "CHECKPOINT");
    let (clients, seconds) = (writers.to_string(), SECONDS.to_string());
    let told = cluster.pgbench(url, PEER, &["-M", "prepared", "-c", &clients, "-j", "2", "-T", &seconds]);
    let peer = told.lines().find_map(|line| line.strip_prefix("tps = ")).unwrap_or_default();
    let peer: f64 = peer.split(' ').next().unwrap_or_default().parse()?;
    let mut newest = std::collections::HashMap::new();
    store.view(AsOf::default())?.scan(&PERSON, None, &mut |stored| {
        newest.insert(stored.key.clone(), stored.version);
        Ok(ControlFlow::Continue(()))
    })?;
    let newest = &newest;
    cluster.run(url, "CHECKPOINT");
    let start = Instant::now();
    let work = |writer: u64| -> Outcome<u64> {
        let mut versions = std::collections::HashMap::new();
        let mut done = 0;
        while start.elapsed() < Duration::from_secs(SECONDS) {
            let no = writer + writers * (done * 7_919 % (RECORDS / writers));
            let key = format!("{no:08}");
            let version = versions.get(&no).or_else(|| newest.get(&key)).copied().ok_or("no record")?;
            let (household, text) = (no.wrapping_mul(2_654_435_761) % 1_000_000, "版".repeat(300));
            let body = Body::of(
                &serde_json::json!({ "household": household.to_string(), "number": no.to_string(), "text": text }),
            )?;
            store.commit(draft(vec![Write::replace(&PERSON, key, version, body)])?)?;
            versions.insert(no, version + 1);
            done += 1;
        }
        Ok(done)
    };
    let done: u64 = std::thread::scope(|scope| -> Outcome<u64> {
        let threads: Vec<_> = (0..writers).map(|writer| scope.spawn(move || work(writer))).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a writer panicked")?).sum()
    })?;
    let ours = f64::from(u32::try_from(done)?) / start.elapsed().as_secs_f64();
    println!(
        "{writers:>2} writers: UPDATE + outbox + audit {peer:>8.0}/s, journal {ours:>8.0}/s, ratio {:.2}",
        ours / peer
    );
    Ok(())
}

fn main() -> Outcome<()> {
    let mut own = None;
    let url = match std::env::args().nth(1) {
        Some(url) => url,
        None => {
            let cluster = Cluster::start("-c shared_buffers=1GB -c synchronous_commit=on");
            let (ours, peers) = (cluster.database(), cluster.database());
            PEER_TABLES.split_inclusive(';').for_each(|sql| drop(cluster.run(&peers, sql)));
            own = Some((cluster, peers));
            ours
        }
    };
    let store = Store::open(&url, &[&PERSON], Options::default())?;

    let mut took = Duration::ZERO;
    for page in 0..RECORDS / 1_000 {
        let one = |no: u64| draft(vec![Write::create(&PERSON, format!("{no:08}"), body(no)?)]);
        let drafts = (page * 1_000..(page + 1) * 1_000).map(one).collect::<Outcome<Vec<_>>>()?;
        let start = Instant::now();
        store.commit_all(drafts)?;
        took += start.elapsed();
    }
    rate("commit_all, 1,000 changes of one creation", RECORDS, took)?;

    let drafts = |from: u64, to: u64, version: u32| {
        let one = |no: u64| {
            let no = no.wrapping_mul(7_919) % RECORDS;
            let mut body = body(no)?.value()?;
            if let Some(text) = body.get_mut("text") {
                *text = format!("版{version}").repeat(150).into();
            }
            draft(vec![Write::replace(&PERSON, format!("{no:08}"), version, Body::of_value(&body)?)])
        };
        (from..to).map(one).collect::<Outcome<Vec<_>>>()
    };
    let all = drafts(0, RECORDS, 1)?;
    let start = Instant::now();
    for page in all.chunks(1_000) {
        store.commit_all(page.to_vec())?;
    }
    rate("commit_all, 1,000 replacements, columns kept", RECORDS, start.elapsed())?;

    // The same as the peer does: a newer version of a record that is there.
    for writers in [1, 8, 32, 1, 8, 32, 1, 8, 32] {
        peer_and_ours(own.as_ref(), &store, writers)?;
    }

    // The first round runs beside the folding of the load's log, as after a real load; the others do not.
    for (writers, per_writer) in [(1, 3_000), (1, 3_000), (8, 2_000), (32, 1_000)] {
        let first = store.head()?.0;
        let work = |writer: u64| -> Outcome<Vec<Draft>> {
            let one = |no: u64| {
                let no = 10_000_000 + first * 100_000 + writer * 10_000 + no;
                draft(vec![Write::create(&PERSON, no.to_string(), body(no)?)])
            };
            (0..per_writer).map(one).collect()
        };
        let work = (0..writers).map(work).collect::<Outcome<Vec<_>>>()?;
        let start = Instant::now();
        std::thread::scope(|scope| -> Outcome<()> {
            let commit =
                |drafts: Vec<Draft>| drafts.into_iter().try_for_each(|draft| store.commit(draft).map(drop));
            let threads: Vec<_> =
                work.into_iter().map(|drafts| scope.spawn(move || commit(drafts))).collect();
            for thread in threads {
                thread.join().map_err(|_| "a writer panicked")??;
            }
            Ok(())
        })?;
        rate(&format!("durable commits, {writers} writers"), writers * per_writer, start.elapsed())?;
    }

    let view = store.view(AsOf::default())?;
    let past = store.view(AsOf { position: Some(Position(RECORDS)), ..AsOf::default() })?;
    for (what, view) in [("now", &view), ("as of a position", &past)] {
        let start = Instant::now();
        for no in 0..GETS {
            view.get(&PERSON, &format!("{:08}", no.wrapping_mul(7_919) % RECORDS))?;
        }
        rate(&format!("get, {what}"), GETS, start.elapsed())?;
        let (mut rows, start) = (0, Instant::now());
        view.scan(&PERSON, None, &mut |_| {
            rows += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        rate(&format!("scan, {what}"), rows, start.elapsed())?;
    }
    let start = Instant::now();
    for no in 0..GETS {
        view.find(&PERSON, "number", &no.to_string())?;
    }
    rate("find by a unique column", GETS, start.elapsed())?;
    drop((view, past));
    let start = Instant::now();
    for _ in 0..GETS {
        store.view(AsOf::default())?;
    }
    rate("view opened and dropped", GETS, start.elapsed())?;

    for (what, kinds) in [("all", &[][..]), ("one kind", &[PERSON.id][..])] {
        let (mut after, mut changes, start) = (Position(0), 0, Instant::now());
        while let Some(last) = store.feed(after, kinds, 5_000)?.last() {
            changes += last.position.0 - after.0;
            after = last.position;
        }
        rate(&format!("feed in pages of 5,000, {what}"), changes, start.elapsed())?;
    }
    let start = Instant::now();
    let found = store.verify()?;
    rate("verify, per version", found.versions, start.elapsed())?;
    println!("{} problems", found.problems.len());
    Ok(())
}
