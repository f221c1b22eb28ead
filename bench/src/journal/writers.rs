//! Durable changes of 1 and 32 writers.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use register::{Journal, Write};
use testkit::postgres::Cluster;

use super::record::{PERSON, draft, key, person};
use super::{beside, float};

/// Records that are changed again and again.
const RECORDS: usize = 100_000;
/// Changes of one transaction of the load.
const LOAD: usize = 1_000;
/// How long each takes its turn.
const TURN: Duration = Duration::from_secs(3);
const MANY: usize = 32;

/// An UPDATE with a row for an outbox and one for an audit log, as programs without a journal do it.
const PEER: &str = r"
\set key random(1, 100000)
BEGIN;
UPDATE person SET version = version + 1, body = repeat('版', 300) WHERE key = :key;
INSERT INTO outbox (key, body) VALUES (:key, repeat('版', 300));
INSERT INTO audit (who, what, key) VALUES ('u1', 'bench/write', :key);
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

/// A journal whose records are changed, and how often each was.
struct Changed<'a> {
    journal: &'a dyn Journal,
    versions: Vec<AtomicU32>,
}

impl<'a> Changed<'a> {
    fn load(journal: &'a dyn Journal) -> anyhow::Result<Self> {
        for page in 0..RECORDS / LOAD {
            let one = |no| draft(Write::create(&PERSON, key(no), person(no)?));
            journal.commit_all((page * LOAD..(page + 1) * LOAD).map(one).collect::<anyhow::Result<_>>()?)?;
        }
        Ok(Self { journal, versions: (0..RECORDS).map(|_| AtomicU32::new(1)).collect() })
    }

    /// Changes a second; each writer has records of its own, in no order.
    fn turn(&self, writers: usize) -> anyhow::Result<f64> {
        let start = Instant::now();
        let work = |writer: usize| -> anyhow::Result<usize> {
            let mut done = 0;
            while start.elapsed() < TURN {
                let no = writer + writers * (done * 7_919 % (RECORDS / writers));
                let version = self.versions.get(no).context("a record that is there")?;
                let write = Write::replace(&PERSON, key(no), version.load(Ordering::Relaxed), person(no)?);
                self.journal.commit(draft(write)?)?;
                version.fetch_add(1, Ordering::Relaxed);
                done += 1;
            }
            Ok(done)
        };
        let done: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..writers).map(|writer| scope.spawn(move || work(writer))).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|_| anyhow::bail!("a writer panicked")))
                .sum::<anyhow::Result<usize>>()
        })?;
        Ok(float(done) / start.elapsed().as_secs_f64())
    }
}

pub(super) fn bench(dir: &Path, rounds: usize) -> anyhow::Result<()> {
    let cluster = Cluster::start("-c shared_buffers=1GB -c synchronous_commit=on");
    let peers = cluster.database();
    PEER_TABLES.split_inclusive(';').for_each(|sql| drop(cluster.run(&peers, sql)));
    let sqlite =
        store_sqlite::Store::open(&dir.join("writers.db"), &[&PERSON], store_sqlite::Options::default())?;
    let postgres =
        store_postgres::Store::open(&cluster.database(), &[&PERSON], store_postgres::Options::default())?;
    let (sqlite, postgres) = (Changed::load(&sqlite)?, Changed::load(&postgres)?);

    let (mut peer, mut on_sqlite, mut on_postgres) = (vec![], vec![], vec![]);
    for _ in 0..rounds {
        // The first change of a page behind a checkpoint is written whole; each begins behind one.
        cluster.run(&peers, "CHECKPOINT");
        peer.push(pgbench(&cluster, &peers)?);
        on_sqlite.push(sqlite.turn(MANY)?);
        cluster.run(&peers, "CHECKPOINT");
        on_postgres.push(postgres.turn(MANY)?);
    }
    beside("32 writers, SQLite, by UPDATE + outbox + audit", &on_sqlite, &peer, 2.0);
    beside("32 writers, PostgreSQL, by the same", &on_postgres, &peer, 2.0);

    let (mut disk, mut on_sqlite, mut on_postgres) = (vec![], vec![], vec![]);
    for _ in 0..rounds {
        disk.push(flushes(&dir.join("flushes"))?);
        on_sqlite.push(sqlite.turn(1)?);
        on_postgres.push(postgres.turn(1)?);
    }
    beside("1 writer, SQLite, by 4 KiB + fdatasync", &on_sqlite, &disk, 0.9);
    beside("1 writer, PostgreSQL, by the same", &on_postgres, &disk, 0.9);
    Ok(())
}

fn pgbench(cluster: &Cluster, peers: &str) -> anyhow::Result<f64> {
    let (clients, seconds) = (MANY.to_string(), TURN.as_secs().to_string());
    let told = cluster.pgbench(peers, PEER, &["-M", "prepared", "-c", &clients, "-j", "2", "-T", &seconds]);
    let rate = told.lines().find_map(|line| line.strip_prefix("tps = ")).unwrap_or_default();
    Ok(rate.split(' ').next().unwrap_or_default().parse()?)
}

/// How often a second the disk makes 4 KiB at the end of a file durable.
fn flushes(path: &Path) -> anyhow::Result<f64> {
    let mut file = File::create(path)?;
    let block = [0x5A; 4096];
    let (start, mut done) = (Instant::now(), 0);
    while start.elapsed() < TURN {
        file.write_all(&block)?;
        file.sync_data()?;
        done += 1;
    }
    Ok(float(done) / start.elapsed().as_secs_f64())
}
