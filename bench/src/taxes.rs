//! The money of a town: levies taken in, payments cleared, with the targets of a city of 250,000 taxpayers.
//!
//! Rules and registers only: what a link adds on its way is measured by `links`.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use domain::slip::{LevyKey, NoticeNo, TaxItem};
use domain::{AddresseeNo, Date, FiscalYear};
use jiff::civil::date;
use office::Clock;
use register::{Actor, AsOf, Draft, Journal, Write};
use serde_json::{Value, json};
use store_sqlite::{Options, Store};
use system::{Batch, BatchExtent, Context, Incoming, Input, Outcome, Row, System};

/// Levies of one year.
const LEVIES: u64 = 250_000;
/// Rows of one delivery.
const DELIVERY: u64 = 10_000;
/// Payments of a peak day.
const PAYMENTS: u64 = 20_000;
/// The day it is.
const TODAY: Date = date(2026, 11, 20);

pub(crate) fn bench(dir: &Path) -> anyhow::Result<()> {
    let system = tax_collection::system();
    let desk = Desk { store: open(dir, &system)?, system };
    let peer = plain(dir)?;
    println!(
        "{LEVIES} rows into a plain SQLite table, {DELIVERY} a transaction: {:.1} s",
        peer.as_secs_f64()
    );
    let start = Instant::now();
    for first in (0..LEVIES).step_by(usize::try_from(DELIVERY)?) {
        desk.levies(first, first + DELIVERY)?;
    }
    let took = start.elapsed();
    told("levies taken in", LEVIES, took, 30.0);
    println!("  {:.1} times the plain table", took.as_secs_f64() / peer.as_secs_f64());
    let start = Instant::now();
    let register = json!({ "tax_item": "04", "levy_year": 2026, "count": LEVIES });
    let outcome = desk.run("tax-collection/levy-register", &register)?;
    told("compared with the sender", LEVIES, start.elapsed(), 30.0);
    println!("  {}", outcome.message);
    let start = Instant::now();
    let list: String = (0..PAYMENTS)
        .map(|no| Ok(format!("P{no:06},bank,2,{},2026-05-20,,10800\n", key(no * 7 % LEVIES)?)))
        .collect::<anyhow::Result<_>>()?;
    desk.run("tax-collection/payments-import", &json!({ "list": list }))?;
    told("payments taken in", PAYMENTS, start.elapsed(), 5.0);
    let start = Instant::now();
    let mut left = usize::MAX;
    while 0 < left {
        let outcome = desk.run("tax-collection/clear", &json!({}))?;
        if left <= outcome.left {
            bail!("the clearing does not come to its end");
        }
        left = outcome.left;
    }
    told("payments cleared", PAYMENTS, start.elapsed(), 5.0);
    let start = Instant::now();
    desk.run("tax-collection/register-cases", &json!({}))?;
    told("cases registered, among all levies", 25_000, start.elapsed(), 2.0);
    let start = Instant::now();
    let trial = json!({ "year": "2025", "dry_run": true });
    desk.run("tax-collection/carry-over", &trial)?;
    println!("all levies looked through for a closing in {:.1} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let totals = desk.run("tax-collection/day-totals", &json!({}))?;
    println!("trial balance in {:.1} s: {}", start.elapsed().as_secs_f64(), totals.message);
    delinquency()
}

/// The charge on 25,000 cases, by the rule alone.
fn delinquency() -> anyhow::Result<()> {
    let calculation = tax_collection::system()
        .calculations
        .into_iter()
        .find(|one| one.id == "tax-collection/delinquency-charge")
        .context("the charge cannot be calculated")?;
    let start = Instant::now();
    for case in 0..25_000_u32 {
        let input = json!({ "tax": 10_000 + case, "due_on": "2021-05-31", "paid_on": "2026-11-20" });
        if (calculation.calculate)(&input).is_err() {
            bail!("a charge could not be calculated");
        }
    }
    told("charges calculated, each with its steps", 25_000, start.elapsed(), 2.0);
    Ok(())
}

fn told(what: &str, count: u64, took: Duration, target: f64) {
    let seconds = took.as_secs_f64();
    let met = if seconds <= target { "met" } else { "missed" };
    println!("{count} {what}: {seconds:.1} s (target {target} s: {met})");
}

fn open(dir: &Path, system: &System) -> anyhow::Result<Store> {
    Ok(Store::open(&dir.join("taxes.db"), &system.kinds, Options::default())?)
}

/// As many rows of about the same size into a table without history.
fn plain(dir: &Path) -> anyhow::Result<Duration> {
    let mut connection = rusqlite::Connection::open(dir.join("taxes-plain.db"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute("CREATE TABLE levy(key TEXT PRIMARY KEY, person TEXT, body TEXT)", [])?;
    let body = "0".repeat(500);
    let start = Instant::now();
    for first in (0..LEVIES).step_by(usize::try_from(DELIVERY)?) {
        let transaction = connection.transaction()?;
        for no in first..first + DELIVERY {
            transaction
                .execute("INSERT INTO levy VALUES (?1, ?2, ?3)", (key(no)?, i64::try_from(no)?, &body))?;
        }
        transaction.commit()?;
    }
    Ok(start.elapsed())
}

fn key(no: u64) -> anyhow::Result<String> {
    let notice = NoticeNo::from_serial(no + 1).context("too many notices")?;
    let item = TaxItem::parse("04")?;
    Ok(LevyKey::new(item, FiscalYear(2026), notice, 1).context("no key")?.to_string())
}

struct Desk {
    system: System,
    store: Store,
}

impl Desk {
    fn context<'a>(&self, municipality: &'a Value) -> Context<'a> {
        Context {
            today: TODAY,
            now: office::SystemClock.now(),
            actor: Actor::Program("bench".to_owned()),
            confirmed: &[],
            random: 0,
            search: &(),
            municipality,
        }
    }

    fn commit(&self, function: &str, writes: Vec<Write>) -> anyhow::Result<()> {
        let now = office::SystemClock.now();
        let mut draft = Draft::new(self.system.id, function, Actor::Program("bench".to_owned()), now);
        draft.writes = writes;
        self.store.commit(draft)?;
        Ok(())
    }

    fn levies(&self, first: u64, end: u64) -> anyhow::Result<()> {
        let names = [
            "levy_key",
            "history_no",
            "tax_item",
            "tax_year",
            "levy_year",
            "notice_no",
            "instalment",
            "addressee_no",
            "amount",
            "due_on",
            "collection_class",
            "reason",
            "decided_on",
            "object",
        ];
        let mut rows = Vec::new();
        for no in first..end {
            let key = key(no)?;
            let notice = key.get(8..18).unwrap_or_default();
            let person = AddresseeNo::from_serial(no + 1)?.to_string();
            let mut row = Row::new();
            for value in [
                &*key,
                "1",
                "04",
                "2026",
                "2026",
                notice,
                "01",
                &*person,
                "10800",
                "2026-06-01",
                "1",
                "11",
                "2026-05-01",
                "架空　あ1234",
            ] {
                row.push(value);
            }
            rows.push(row);
        }
        let incoming: Vec<Incoming<'_>> = rows.iter().map(|row| Incoming::new(&names, row)).collect();
        let batch = Batch {
            link: "bench",
            no: 1,
            extent: BatchExtent::Difference,
            subject: "levy_key",
            rows: &incoming,
        };
        let applied = {
            let view = self.store.view(AsOf::default())?;
            (tax_collection::intakes::LEVIES.apply)(&*view, &batch, &self.context(&Value::Null))?
        };
        if let Some(refused) = applied.refused.first() {
            bail!("{}", refused.message);
        }
        self.commit("bench/levies", applied.writes)
    }

    fn run(&self, id: &str, input: &Value) -> anyhow::Result<Outcome> {
        let function =
            self.system.functions.iter().find(|function| function.id == id).context("no such function")?;
        let (checked, findings) = function.form.check(input);
        if let Some(finding) = findings.first() {
            bail!("{}", finding.message);
        }
        let outcome = {
            let view = self.store.view(AsOf::default())?;
            (function.decide)(&*view, &Input(checked), &self.context(&Value::Null))?
        };
        if let Some(finding) = outcome.findings.iter().find(|finding| finding.stops()) {
            bail!("{}", finding.message);
        }
        if !outcome.writes.is_empty() {
            self.commit(id, outcome.writes.clone())?;
        }
        Ok(outcome)
    }
}
