//! The peer of the full extract: DuckDB's `COPY … TO`, piped through iconv.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};

use super::full::ITEMS;

/// Where `cargo xtask bench` installs the Python package.
const PYTHON: &str = "target/bench-peers/python/bin/python";
const SCRIPT: &str = "bench/peers/duckdb_copy.py";

/// What DuckDB reads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// A table of its own with the 31 items as columns: everything is computed already.
    Columns,
    /// The bodies as the journal has them, in a table of its own.
    Bodies,
}

/// A database of DuckDB with the city.
pub(super) struct Duck {
    python: PathBuf,
    database: PathBuf,
    out: PathBuf,
}

/// What a run took.
pub(super) struct Copied {
    pub(super) seconds: f64,
    pub(super) peak_mib: f64,
}

impl Duck {
    /// The Python that has DuckDB.
    pub(super) fn python() -> anyhow::Result<PathBuf> {
        let python = PathBuf::from(PYTHON);
        let there = Command::new(&python).args(["-c", "import duckdb"]).stderr(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            bail!("the Python package duckdb is not in target/bench-peers/python");
        }
        Ok(python)
    }

    /// Loads the items from a text of UTF-8 and the bodies from the journal.
    pub(super) fn load(python: PathBuf, dir: &Path, text: &Path, journal: &Path) -> anyhow::Result<Self> {
        let duck = Self { python, database: dir.join("city.duckdb"), out: dir.join("duckdb.out") };
        let columns: Vec<&str> = ITEMS.iter().map(|(name, ..)| *name).collect();
        let table = crate::extract::person_table(journal)?;
        let status = Command::new(&duck.python)
            .args([SCRIPT, "load"])
            .args([&duck.database, text, journal])
            .args([&table, &columns.join(",")])
            .status()?;
        if !status.success() {
            bail!("DuckDB could not load the city");
        }
        Ok(duck)
    }

    /// One COPY through iconv, until the file is on the disk. DuckDB has its database open before time is taken.
    pub(super) fn copy(&self, source: Source, charset: &str) -> anyhow::Result<Copied> {
        let query = match source {
            Source::Columns => "SELECT * FROM city ORDER BY addressee_no".to_owned(),
            Source::Bodies => {
                // All paths at once: asked one by one, each body would be parsed 31 times.
                let paths: Vec<String> = ITEMS.iter().map(|(_, path, ..)| format!("'$.{path}'")).collect();
                let items: Vec<String> = (1..=ITEMS.len()).map(|no| format!("found[{no}]")).collect();
                format!(
                    "SELECT {} FROM (SELECT key, json_extract_string(body, [{}]) AS found FROM bodies) ORDER BY key",
                    items.join(", "),
                    paths.join(", ")
                )
            }
        };
        let out = File::create(&self.out)?;
        let mut duck = Command::new(&self.python)
            .args([SCRIPT, "copy"])
            .arg(&self.database)
            .arg(query)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let rows = duck.stdout.take().context("no output")?;
        let mut told = BufReader::new(duck.stderr.take().context("no words")?).lines();
        let ready = told.next().context("DuckDB does not start")??;
        anyhow::ensure!(ready == "ready", "{ready}");
        let start = Instant::now();
        let mut iconv = Command::new("iconv")
            .args(["-f", "UTF-8", "-t", charset])
            .stdin(rows)
            .stdout(out.try_clone()?)
            .spawn()?;
        duck.stdin.take().context("no input")?.write_all(b"go\n")?;
        let converted = iconv.wait()?.success();
        out.sync_all()?;
        let seconds = start.elapsed().as_secs_f64();
        let peak = told.next().context("DuckDB does not tell its memory")??;
        if !duck.wait()?.success() || !converted {
            bail!("DuckDB | iconv failed");
        }
        std::fs::remove_file(&self.out)?;
        Ok(Copied { seconds, peak_mib: peak.parse::<f64>().context(peak)? / 1024.0 })
    }
}
