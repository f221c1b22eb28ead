//! Demonstration towns whose links are those that are measured.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use daicho::config::{Config, DEFAULT_FILE};
use daicho::demo::{Demo, make};
use daicho::house::{House, Outside, open};
use office::{Caller, LinkWorker, Office, Ready, Rights, RunOptions};
use register::{AsOf, Position, ViewExt};
use serde_json::{Value, json};

use super::receiver::{Counterpart, TOKEN, key};

const FINALIZE: &str = "resident-register/finalize";

/// Makes a town, stored and closed.
pub(super) fn found(folder: &Path, residents: usize) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let start = Instant::now();
    let demo = Demo { folder: folder.to_path_buf(), residents, seed: 1, fresh: false };
    drop(make(&demo, Outside::default())?);
    println!("town of {residents} made and stored in {:.1} s", start.elapsed().as_secs_f64());
    let token =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(folder.join("token"));
    Ok(token?.write_all(TOKEN.as_bytes())?)
}

/// Gives a town these places and links instead of what it had, and opens it.
pub(super) fn furnish(folder: &Path, places: &[String], links: &[(String, String)]) -> anyhow::Result<House> {
    let entries: String = places.iter().map(|place| format!("{place}\n")).collect();
    let text = DEFAULT_FILE.replace("[places]\n", &format!("[places]\n{entries}"));
    fs::write(folder.join("daicho.toml"), text)?;
    for file in fs::read_dir(folder.join("links"))? {
        fs::remove_file(file?.path())?;
    }
    for (id, text) in links {
        fs::write(folder.join("links").join(format!("{id}.toml")), text)?;
    }
    reopen(folder)
}

/// Opens a furnished town.
pub(super) fn reopen(folder: &Path) -> anyhow::Result<House> {
    let house = open(&Config::read(&folder.join("daicho.toml"))?, Outside::default())?;
    if let Some(broken) = house.office.links().broken().first() {
        anyhow::bail!("{}: {}", broken.file, broken.what);
    }
    for running in house.office.links().all() {
        if let Err(why) = &running.ready {
            anyhow::bail!("link {}: {why}", running.link.id);
        }
    }
    Ok(house)
}

/// A place of `[places]` at an address.
pub(super) fn http_place(name: &str, address: impl std::fmt::Display) -> anyhow::Result<String> {
    let key = key()?.public().to_hex();
    Ok(format!(
        "{name} = {{ http = \"http://{address}/{name}\", token_file = \"token\", receiver_key = \"{key}\", wait_seconds = 1 }}"
    ))
}

/// A link that carries each change of a resident to a place as soon as it is registered.
pub(super) fn on_change(id: &str, place: &str, rows: u32) -> (String, String) {
    let text = format!(
        r#"id = "{id}"
title = "計測（{id}）"
rows = ["city:25"]
source = "resident-register"
target = "integrated-welfare-suite"
dataset = "resident-register/resident"
method = "immediate"
timing = "on-change"
extent = "difference"
unmappable = "shrink"
rows_per_delivery_max = {rows}
exclusive_lock = false
assurance = "sender-assures"

[delivery.outward]
place = "{place}"
layout = "resident-utf16"
file_name = "{id}_{{date}}_{{no}}.csv"
receipt_within_minutes = 60
"#
    );
    (id.to_owned(), text)
}

/// Agrees with the counterpart on the layouts of all links, and puts those to work that are not yet.
pub(super) fn begin(house: &House, counterpart: &Counterpart) -> anyhow::Result<()> {
    let worker = LinkWorker::new(&house.office);
    for running in house.office.links().all() {
        if let Ok(Ready::Outward { plan, .. }) = &running.ready {
            counterpart.receiver.agree(&running.link.id, (**plan).clone());
        }
        if state(&house.office, &running.link.id)?.is_none() {
            worker.turn(&running.link.id)?;
        }
    }
    Ok(())
}

fn state(office: &Office, link: &str) -> anyhow::Result<Option<linkage::LinkState>> {
    let view = office.journal().view(AsOf::default())?;
    Ok(view.load::<linkage::LinkState>(link)?.map(|state| state.record))
}

/// Waits until a link has this change with its receiver and the receipt is recorded.
pub(super) fn recorded(office: &Office, link: &str, position: Position) -> anyhow::Result<()> {
    loop {
        let head = office.journal().head()?;
        if state(office, link)?.is_some_and(|state| position <= state.position) {
            return Ok(());
        }
        office.journal().wait(head, Duration::from_secs(1));
    }
}

/// A movement that was entered, and what its clerk has been shown and confirms: the refusal that asks for it is a change
/// of its own in the audit log.
pub(super) struct Entered {
    input: Value,
    confirmed: Vec<String>,
}

/// Enters one movement. Serials may begin anew with each town only.
pub(super) fn entered(office: &Office, serial: u64) -> anyhow::Result<Entered> {
    let input = json!({ "provisional_no": crate::latency::enter(office, serial)? });
    let asked = RunOptions { confirmed: Vec::new(), dry_run: true };
    let shown = office.run(&clerk(), FINALIZE, &input, &asked)?.findings;
    let confirmed = shown.iter().map(system::Finding::confirmation).collect();
    Ok(Entered { input, confirmed })
}

/// Finalises a movement (本登録), and says where the change stands.
pub(super) fn finalized(office: &Office, entered: &Entered) -> anyhow::Result<Position> {
    let options = RunOptions { confirmed: entered.confirmed.clone(), dry_run: false };
    office.run(&clerk(), FINALIZE, &entered.input, &options)?.position.context("a 本登録 is a change")
}

fn clerk() -> Caller {
    Caller { user: "bench".to_owned(), rights: Rights(vec!["*".to_owned()]), terminal: "bench".to_owned() }
}
