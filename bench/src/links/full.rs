//! The whole city in one file of fixed length: characters, report, count, total and SHA-256, beside DuckDB piped through iconv.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use office::{Caller, LinkWorker, Rights, Turn};

use super::duckdb::{Duck, Source};
use super::town::{found, furnish, reopen};
use super::{Line, Size, held};

const RUNS: usize = 3;
/// Targets: our time by the peer's, and the most memory.
const SHARE_MOST: f64 = 1.0 / 2.5;
const MEMORY_MIB: f64 = 128.0;

/// The 31 items: name, where it stands in a body, type and length in characters.
pub(super) const ITEMS: [(&str, &str, &str, usize); 31] = [
    ("addressee_no", "addressee_no", "X", 15),
    ("history_no", "history_no", "9", 3),
    ("household_no", "household_no", "X", 15),
    ("resident_kind", "resident_kind", "X", 1),
    ("resident_status", "resident_status", "X", 1),
    ("name", "name", "N", 30),
    ("name_kana", "name_kana", "N", 40),
    ("name_roman", "name_roman", "N", 40),
    ("former_family_name", "former_family_name", "N", 15),
    ("alias_name", "alias_name", "N", 30),
    ("birth_date", "birth_date", "D", 8),
    ("sex", "sex", "X", 1),
    ("relation", "relation", "N", 10),
    ("head_name", "head_name", "N", 30),
    ("member_order", "member_order", "9", 3),
    ("prefecture", "address.prefecture", "N", 4),
    ("municipality", "address.municipality", "N", 15),
    ("town", "address.town", "N", 20),
    ("lot", "address.lot", "N", 20),
    ("building", "address.building", "N", 30),
    ("postcode", "address.postcode", "X", 8),
    ("town_code", "address.town_code", "X", 12),
    ("resident_since", "resident_since", "D", 8),
    ("addr_since", "addr_since", "D", 8),
    ("moved_in_notified_on", "moved_in_notified_on", "D", 8),
    ("prev_address", "prev_address.prefecture", "N", 50),
    ("nationality", "nationality", "N", 15),
    ("status_of_residence", "status_of_residence", "N", 15),
    ("movement_reason", "movement_reason", "X", 4),
    ("event_date", "event_date", "D", 8),
    ("processed_on", "processed_on", "D", 8),
];

/// A charset, its link, and what iconv calls it.
struct Way {
    link: &'static str,
    charset: &'static str,
    iconv: Option<&'static str>,
    /// Bytes of a narrow character and of a wide one.
    bytes: (usize, usize),
}

const WAYS: [Way; 3] = [
    Way { link: "full-cp932", charset: "CP932", iconv: Some("CP932//TRANSLIT"), bytes: (1, 2) },
    Way { link: "full-utf16", charset: "UTF-16BE", iconv: Some("UTF-16BE"), bytes: (2, 2) },
    Way { link: "full-jef", charset: "JEF/EBCDIC", iconv: None, bytes: (1, 2) },
];
/// Begins the name of the stage that prepares the file of one link.
pub(super) const PREPARE: &str = "prepare-";
/// The same items as text, for the peer to load.
const LOAD: &str = "full-csv";

/// What a run of ours took.
struct Run {
    seconds: f64,
    core_seconds: f64,
    rows: usize,
    peak_mib: f64,
    before_mib: f64,
}

/// All ways that can be measured here, or the one that is named, in the city that was made for what was measured before.
pub(super) fn bench(dir: &Path, size: Size, only: Option<&str>) -> anyhow::Result<Vec<String>> {
    let folder = dir.join("city");
    let wanted = |way: &&Way| only.is_none_or(|only| way.link == only);
    let ways: Vec<&Way> = WAYS.iter().filter(wanted).filter(|way| is_there(way)).collect();
    let layouts = folder.join("layouts");
    let mut links = vec![link(LOAD)];
    fs::write(layouts.join(format!("{LOAD}.toml")), csv_layout())?;
    for way in &ways {
        fs::write(layouts.join(format!("{}.toml", way.link)), fixed_layout(way))?;
        links.push(link(way.link));
    }
    drop(furnish(&folder, &["extracts = \"places/extracts\"".to_owned()], &links)?);
    let duck = peer(&folder, dir);
    if let Err(error) = &duck {
        println!("no DuckDB beside it: {error:#}");
    }
    let mut table = Vec::new();
    for way in ways {
        one_way(&folder, way, size, duck.as_ref().ok(), &mut table)?;
    }
    Ok(table)
}

fn is_there(way: &Way) -> bool {
    // The part of JEF that is built in is not what a city's names need.
    let there = way.iconv.is_some() || std::env::var_os("DAICHO_TABLES").is_some();
    if !there {
        println!("{}: no table pack, left out (DAICHO_TABLES)", way.charset);
    }
    there
}

fn peer(folder: &Path, dir: &Path) -> anyhow::Result<Duck> {
    let python = Duck::python()?;
    run(folder, LOAD)?;
    let text = sent(folder)?;
    let duck = Duck::load(python, dir, &text, &folder.join("daicho.db"));
    clear(folder)?;
    duck
}

fn one_way(
    folder: &Path,
    way: &Way,
    size: Size,
    duck: Option<&Duck>,
    table: &mut Vec<String>,
) -> anyhow::Result<()> {
    let (mut ours, mut of_columns, mut of_bodies) = (vec![], vec![], vec![]);
    for _ in 0..RUNS {
        let run = run(folder, way.link)?;
        println!(
            "{}: {:.2} s, of which {:.2} of the thread that writes, {} rows, peak {:.0} MiB, of which {:.0} before it began",
            way.charset, run.seconds, run.core_seconds, run.rows, run.peak_mib, run.before_mib
        );
        clear(folder)?;
        ours.push(run);
        let Some((duck, iconv)) = duck.zip(way.iconv) else { continue };
        for (source, took) in [(Source::Columns, &mut of_columns), (Source::Bodies, &mut of_bodies)] {
            if matches!(source, Source::Bodies) && !took.is_empty() {
                // It takes longer than all the rest.
                continue;
            }
            let peer = duck.copy(source, iconv)?;
            println!("DuckDB {source:?} | iconv -t {iconv}: {:.2} s, {:.0} MiB", peer.seconds, peer.peak_mib);
            took.push(peer.seconds);
        }
    }
    let seconds: Vec<f64> = ours.iter().map(|run| run.seconds).collect();
    let peak = ours.iter().map(|run| run.peak_mib).fold(0.0, f64::max);
    let before = ours.iter().map(|run| run.before_mib).fold(0.0, f64::max);
    let whole = format!("{} residents, 31 items, {}", size.residents, way.charset);
    let mut lines = Vec::new();
    for (what, took, held_to) in
        [("by DuckDB's own columns", of_columns, true), ("by bodies in DuckDB", of_bodies, false)]
    {
        let ratios: Vec<f64> = seconds.iter().zip(&took).map(|(ours, peer)| ours / peer).collect();
        let ratio = (!ratios.is_empty()).then(|| crate::median(&ratios));
        lines.push(
            Line {
                what: &format!("{whole}, {what}"),
                ours: format!("{:.2} s", crate::median(&seconds)),
                beside: String::new(),
                peer: if took.is_empty() {
                    "none".to_owned()
                } else {
                    format!("{:.2} s", crate::median(&took))
                },
                ratio,
                target: match ratio.filter(|_| held_to) {
                    Some(ratio) => held(&format!("at most {SHARE_MOST}"), ratio <= SHARE_MOST),
                    None => String::new(),
                },
            }
            .text(),
        );
    }
    lines.push(
        Line {
            what: &format!("{whole}, peak memory"),
            ours: format!("{peak:.0} MiB"),
            beside: format!("{:.0} its own", peak - before),
            peer: String::new(),
            ratio: None,
            target: held(&format!("{MEMORY_MIB} MiB"), peak <= MEMORY_MIB),
        }
        .text(),
    );
    table.extend(lines);
    Ok(())
}

/// One way alone, as a stage. The city is made if it is not there, and stays for the next time.
pub(super) fn alone(dir: &Path, size: Size, link: &str) -> anyhow::Result<()> {
    anyhow::ensure!(WAYS.iter().any(|way| way.link == link), "nothing is called links-{link}");
    let folder = dir.join("city");
    if !folder.join("daicho.db").exists() {
        fs::create_dir_all(dir)?;
        found(&folder, size.residents)?;
    }
    super::print_table(&bench(dir, size, Some(link))?);
    Ok(())
}

/// Has a link's file prepared in a process of its own.
fn run(folder: &Path, link: &str) -> anyhow::Result<Run> {
    let output = Command::new(std::env::current_exe()?)
        .args(["--stage", &format!("links-{PREPARE}{link}"), "--dir"])
        .arg(folder)
        .output()?;
    if !output.status.success() {
        bail!("{link} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().last().unwrap_or_default();
    let words: Vec<&str> = line.split(' ').collect();
    let [seconds, core_seconds, rows, peak, before] = words.as_slice() else { bail!("{line}") };
    Ok(Run {
        seconds: seconds.parse()?,
        core_seconds: core_seconds.parse()?,
        rows: rows.parse()?,
        peak_mib: peak.parse::<f64>()? / 1024.0,
        before_mib: before.parse::<f64>()? / 1024.0,
    })
}

/// The measured part: seconds by the wall and of the thread that writes, rows, peak memory in KiB and what was held before.
pub(super) fn stage(folder: &Path, link: &str) -> anyhow::Result<()> {
    let house = reopen(folder)?;
    let (office, worker) = (&house.office, LinkWorker::new(&house.office));
    if office.link_view(link)?.is_none_or(|view| view.last.is_none()) {
        // Put to work, a full extract is owed at once.
        worker.turn(link)?;
    } else {
        let rights = Rights(vec!["office/*".to_owned()]);
        office.run_link(&Caller { user: "bench".to_owned(), rights, terminal: "bench".to_owned() }, link)?;
    }
    crate::forget_peak();
    let before = crate::peak_kib()?;
    let (start, start_of_core) = (Instant::now(), crate::journal::core_seconds());
    worker.turn(link)?;
    let seconds = start.elapsed().as_secs_f64();
    let core_seconds = crate::journal::core_seconds() - start_of_core;
    let peak = crate::peak_kib()?;
    let made = office.deliveries(link, None, 1)?.pop().context("nothing was prepared")?;
    while worker.turn(link)? == Turn::Worked {}
    if let Some(view) = office.link_view(link)?.filter(|view| !view.why.is_empty()) {
        bail!("{}", view.why);
    }
    anyhow::ensure!(made.refused.is_empty(), "refused rows: {:?}", made.refused.first());
    println!("{link}: {} bytes, SHA-256 {}, characters {:?}", made.bytes, made.sha256, made.characters);
    println!("{seconds} {core_seconds} {} {peak} {before}", made.rows);
    Ok(())
}

fn out(folder: &Path) -> PathBuf {
    folder.join("places/extracts/out")
}

/// The file that lies in the place.
fn sent(folder: &Path) -> anyhow::Result<PathBuf> {
    let mut files = fs::read_dir(out(folder))?.flatten().map(|entry| entry.path());
    files.find(|path| path.extension().is_some_and(|ending| ending == "dat")).context("no file was sent")
}

/// Takes away what a run has made: some hundred megabytes.
fn clear(folder: &Path) -> anyhow::Result<()> {
    for folder in [out(folder), folder.join("deliveries")] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    Ok(())
}

fn link(id: &str) -> (String, String) {
    let text = format!(
        r#"id = "{id}"
title = "計測（{id}）"
rows = ["city:25"]
source = "resident-register"
target = "integrated-tax-suite"
dataset = "resident-register/resident"
method = "file-or-media"
timing = "by-hand"
extent = "full"
unmappable = "shrink"
rows_per_delivery_max = 10000000
exclusive_lock = false
assurance = "none"

[delivery.outward]
place = "extracts"
layout = "{id}"
file_name = "{id}_{{no}}.dat"
"#
    );
    (id.to_owned(), text)
}

fn csv_layout() -> String {
    let items: String = ITEMS
        .iter()
        .map(|(name, ..)| {
            format!("  {{ item = \"{name}\", name = \"{name}\", from = \"{name}\", type = \"T\" }},\n")
        })
        .collect();
    format!(
        "title = \"計測\"\ndataset = \"resident-register/resident\"\nform = \"csv\"\ncharset = \"UTF-8\"\nnewline = \"lf\"\ndelimiter = \",\"\ndetail = [\n{items}]\n"
    )
}

fn fixed_layout(way: &Way) -> String {
    let (narrow, wide) = way.bytes;
    let item = |(name, _, kind, characters): &(&str, &str, &str, usize)| {
        let (letter, bytes, more) = match *kind {
            "N" => ("N", characters * wide, ", overflow = \"truncate\""),
            "D" => ("9", characters * narrow, ", format = \"yyyymmdd\", unknown = \"zero\""),
            other => (other, characters * narrow, ""),
        };
        format!(
            "  {{ item = \"{name}\", name = \"{name}\", from = \"{name}\", type = \"{letter}\", bytes = {bytes}{more} }},\n"
        )
    };
    let items: String = ITEMS.iter().map(item).collect();
    let jef = if way.charset.starts_with("JEF") { "jef_map = \"face\"\n" } else { "" };
    let (kind, number, sum) = (narrow, narrow * 9, narrow * 12);
    let characters = |wide: bool| -> usize {
        ITEMS.iter().filter(|(_, _, kind, _)| (*kind == "N") == wide).map(|(.., characters)| characters).sum()
    };
    let filler = characters(false) * narrow + characters(true) * wide - number - sum;
    format!(
        r#"title = "計測"
dataset = "resident-register/resident"
form = "fixed"
charset = "{}"
{jef}widen = true
detail = [
  {{ item = "レコード区分", name = "record_kind", literal = "2", type = "X", bytes = {kind} }},
{items}]
trailer = [
  {{ item = "レコード区分", name = "record_kind", literal = "9", type = "X", bytes = {kind} }},
  {{ item = "データ件数", name = "rows", fact = "row_count", type = "9", bytes = {number} }},
  {{ item = "履歴番号合計", name = "sum", total = "history_no", type = "9", bytes = {sum} }},
  {{ item = "予備", name = "filler", literal = "", type = "X", bytes = {filler} }},
]
"#,
        way.charset
    )
}
