//! The daily full extract of a city, beside `sqlite3 … | iconv` over the same database.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};
use daicho::config::Config;
use daicho::demo::{Demo, make};
use daicho::house::{Outside, open};
use office::{LinkWorker, Turn};
use transport::{Folder, Receipt, Verdict};

const LINK: &str = "resident-full-to-welfare";
const RUNS: usize = 3;

pub(crate) fn bench(dir: &Path, residents: usize) -> anyhow::Result<()> {
    let folder = dir.join("extract");
    let demo = Demo { folder: folder.clone(), residents, seed: 1, fresh: false };
    let start = Instant::now();
    drop(make(&demo, Outside::default())?);
    println!("town of {residents} made and stored in {:.1} s", start.elapsed().as_secs_f64());
    let mut ratios = Vec::new();
    for _ in 0..RUNS {
        // Each run in a process of its own: its peak memory is its own, and a fresh copy of the link's state.
        let output = Command::new(std::env::current_exe()?)
            .args(["--stage", "extract", "--dir"])
            .arg(&folder)
            .output()?;
        if !output.status.success() {
            bail!("the extract failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        let line = String::from_utf8(output.stdout)?;
        let seconds: f64 = line.split(' ').next().unwrap_or_default().parse().context(line.clone())?;
        let peer = peer(&folder)?;
        print!("extract: {line}");
        println!("sqlite3 | iconv: {peer:.2} s; ours takes {:.2} of it", seconds / peer);
        ratios.push(seconds / peer);
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.2}", crate::share(&ratios, 50));
    Ok(())
}

/// The measured part: asks the link for a run and prepares the file. Prints seconds, rows a second, peak memory.
pub(crate) fn stage(folder: &Path) -> anyhow::Result<()> {
    let config = Config::read(&folder.join("daicho.toml"))?;
    let house = open(&config, Outside::default())?;
    let office = &house.office;
    let worker = LinkWorker::new(office);
    let caller = office::Caller {
        user: "bench".to_owned(),
        rights: office::Rights(vec!["office/*".to_owned()]),
        terminal: "bench".to_owned(),
    };
    if office.deliveries(LINK, None, 1)?.is_empty() {
        // First turn: the link is put to work; a full extract is owed at once.
        worker.turn(LINK)?;
    } else {
        // The receiver's answer to the last run, so that the link goes on.
        acknowledge(office, &config.at(Path::new("places/welfare-suite")))?;
        while worker.turn(LINK)? == Turn::Worked {}
        office.run_link(&caller, LINK)?;
    }
    let start = Instant::now();
    worker.turn(LINK)?;
    let seconds = start.elapsed().as_secs_f64();
    let delivery = office.deliveries(LINK, None, 1)?.pop().context("nothing was prepared")?;
    let rows = delivery.rows;
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = rows as f64 / seconds;
    println!(
        "{seconds:.2} s, {rows} rows, {rate:.0} rows/s, {} bytes, peak memory {} kB",
        delivery.bytes,
        crate::peak_kib()?
    );
    while worker.turn(LINK)? == Turn::Worked {}
    Ok(())
}

/// Puts the receipt a receiver would put, without reading the file: only our side is measured.
fn acknowledge(office: &office::Office, place: &Path) -> anyhow::Result<()> {
    let delivery = office.deliveries(LINK, None, 1)?.pop().context("nothing was delivered")?;
    let receipt = Receipt {
        link: None,
        no: delivery.no,
        rows: delivery.rows,
        sha256: delivery.sha256,
        verdict: Verdict::Applied,
    };
    let name = delivery.file_name.unwrap_or_default();
    let path = Folder::at(place).receipts().join(format!("{name}.receipt"));
    Ok(fs::write(path, receipt.to_text())?)
}

/// The same items by the tools every system has: SQL over the bodies, then a conversion.
fn peer(folder: &Path) -> anyhow::Result<f64> {
    let items = [
        "addressee_no",
        "history_no",
        "household_no",
        "resident_kind",
        "resident_status",
        "name",
        "name_kana",
        "name_roman",
        "former_family_name",
        "alias_name",
        "birth_date",
        "sex",
        "relation",
        "head_name",
        "member_order",
        "address.prefecture",
        "address.municipality",
        "address.town",
        "address.lot",
        "address.building",
        "address.postcode",
        "address.town_code",
        "resident_since",
        "addr_since",
        "moved_in_notified_on",
        "prev_address.prefecture",
        "nationality",
        "status_of_residence",
        "stay_expires_on",
        "movement_reason",
        "event_date",
        "notified_on",
        "processed_on",
        "deletion_reason",
        "deletion_event_date",
        "dest_address_planned.municipality",
        "moveout_planned_on",
    ];
    let columns: Vec<String> = items.iter().map(|item| format!("json_extract(body, '$.{item}')")).collect();
    let table = person_table(&folder.join("daicho.db"))?;
    let sql = format!("SELECT {} FROM \"{table}\" ORDER BY key", columns.join(", "));
    let out = fs::File::create(folder.join("peer.csv"))?;
    let start = Instant::now();
    let mut query = Command::new("sqlite3")
        .args(["-csv", "-readonly"])
        .arg(folder.join("daicho.db"))
        .arg(sql)
        .stdout(Stdio::piped())
        .spawn()?;
    let rows = query.stdout.take().context("sqlite3 has no output")?;
    let converted = Command::new("iconv")
        .args(["-f", "UTF-8", "-t", "UTF-16LE"])
        .stdin(rows)
        .stdout(out.try_clone()?)
        .status()?;
    if !query.wait()?.success() || !converted.success() {
        bail!("sqlite3 | iconv failed");
    }
    out.sync_all()?;
    Ok(start.elapsed().as_secs_f64())
}

/// The table of a journal with the newest version of each resident.
pub(crate) fn person_table(journal: &Path) -> anyhow::Result<String> {
    let connection = rusqlite::Connection::open(journal)?;
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'current%person' AND name LIKE '%resident%'";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}
