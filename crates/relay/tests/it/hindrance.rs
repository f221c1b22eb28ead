//! Who holds a lock, who is killed, who is not there.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use relay::{Options, Relay};
use rusqlite::Connection;
use testkit::places::control;
use transport::{Control, Place, PlaceError};

fn cause(error: &PlaceError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    causes.fold(error.to_string(), |words, cause| format!("{words}: {cause}"))
}

/// A delivery of so many rows under the number 1.
fn delivery(dir: &Path, rows: u64) -> (std::path::PathBuf, Control) {
    let mut csv = String::from("宛名番号,値\r\n");
    for number in 1..=rows {
        csv.push_str(&format!("{number:015},{}\r\n", "値".repeat(20)));
    }
    let data = dir.join("data");
    fs::write(&data, &csv).unwrap();
    (data, Control { rows, ..control(1, csv.as_bytes()) })
}

fn impatient() -> Options {
    Options { wait: Duration::from_millis(200), ..Options::default() }
}

#[test]
fn who_reads_keeps_nobody_from_writing_and_sees_one_state() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("relay.db");
    let relay = Relay::in_file(&file, impatient());
    assert_eq!(relay.arrivals("").unwrap(), []);
    let reader = Connection::open(&file).unwrap();
    let count =
        || -> i64 { reader.query_row("SELECT count(*) FROM daicho_delivery", [], |row| row.get(0)).unwrap() };
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(count(), 0);
    let (data, control) = delivery(dir.path(), 3);
    relay.put("l_000001.csv", &data, &control).unwrap();
    assert_eq!(count(), 0, "what it began with");
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(count(), 1);
}

#[test]
fn who_holds_the_file_delays_a_delivery_that_is_then_there_once() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("relay.db");
    let relay = Relay::in_file(&file, impatient());
    assert_eq!(relay.arrivals("").unwrap(), []);
    let holder = Connection::open(&file).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (data, control) = delivery(dir.path(), 3);
    for _ in 0..2 {
        let error = relay.put("l_000001.csv", &data, &control).unwrap_err();
        assert!(cause(&error).contains("相手のプログラムが表をつかんだまま"), "{}", cause(&error));
    }
    assert_eq!(relay.other_side().arrivals("").unwrap(), [], "who only reads is not kept waiting");
    holder.execute_batch("ROLLBACK").unwrap();
    relay.put("l_000001.csv", &data, &control).unwrap();
    relay.put("l_000001.csv", &data, &control).unwrap();
    assert_eq!(relay.other_side().arrivals("").unwrap().len(), 1);
}

#[test]
fn who_holds_a_table_of_postgresql_delays_a_delivery_that_is_then_there_once() {
    let address = testkit::postgres::database();
    let relay = Relay::on_server(&address, None, impatient()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (data, control) = delivery(dir.path(), 3);
    assert_eq!(relay.arrivals("").unwrap(), []);
    let mut holder = Command::new("psql")
        .args(["-X", "-q", "-t", "-A", &address])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = holder.stdin.take().unwrap();
    writeln!(to, "BEGIN; LOCK TABLE daicho_delivery IN ACCESS EXCLUSIVE MODE; SELECT 'held';").unwrap();
    let mut line = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "held\n");
    let error = relay.put("l_000001.csv", &data, &control).unwrap_err();
    assert!(cause(&error).contains("相手のプログラムが表をつかんだまま"), "{}", cause(&error));
    drop(to);
    holder.wait().unwrap();
    relay.put("l_000001.csv", &data, &control).unwrap();
    relay.put("l_000001.csv", &data, &control).unwrap();
    assert_eq!(relay.other_side().arrivals("").unwrap().len(), 1);
}

/// A pipe that gives the first half of a file and then waits.
fn half_a_file(dir: &Path, data: &Path) -> (std::path::PathBuf, Vec<u8>) {
    let pipe = dir.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    (pipe, fs::read(data).unwrap())
}

const CHILD: &str = "DAICHO_RELAY_CHILD";

/// Not a case: what the killed process does.
#[test]
fn child_that_puts() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let folder = Path::new(&folder);
    let control = Control::parse(&fs::read_to_string(folder.join("ctl")).unwrap()).unwrap();
    let put = Relay::in_file(folder.join("relay.db"), Options::default()).put(
        "l_000001.csv",
        &folder.join("pipe"),
        &control,
    );
    panic!("not killed: {put:?}");
}

#[test]
fn a_program_killed_in_the_middle_leaves_nothing_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let relay = Relay::in_file(dir.path().join("relay.db"), Options::default());
    assert_eq!(relay.arrivals("").unwrap(), []);
    let (data, control) = delivery(dir.path(), 60_000);
    fs::write(dir.path().join("ctl"), control.to_text()).unwrap();
    let (pipe, bytes) = half_a_file(dir.path(), &data);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hindrance::child_that_puts"])
        .env(CHILD, dir.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // It has taken all but what a pipe holds, and is in the middle of its transaction.
    let mut to = File::options().write(true).open(&pipe).unwrap();
    to.write_all(&bytes[..bytes.len() / 2]).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    drop(to);
    assert_eq!(relay.other_side().arrivals("").unwrap(), []);
    let left: i64 = Connection::open(dir.path().join("relay.db"))
        .unwrap()
        .query_row("SELECT count(*) FROM daicho_content", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
    relay.put("l_000001.csv", &data, &control).unwrap();
    assert_eq!(relay.other_side().arrivals("").unwrap().len(), 1);
}

#[test]
fn a_session_killed_in_the_middle_leaves_nothing_on_the_server() {
    // A server of its own: killing one session ends all.
    let cluster = testkit::postgres::Cluster::start("");
    let address = cluster.database();
    let relay = Relay::on_server(&address, None, Options::default()).unwrap();
    assert_eq!(relay.arrivals("").unwrap(), []);
    let dir = tempfile::tempdir().unwrap();
    let (data, control) = delivery(dir.path(), 60_000);
    let (pipe, bytes) = half_a_file(dir.path(), &data);
    let put = {
        let (relay, pipe, control) = (relay.clone(), pipe.clone(), control.clone());
        std::thread::spawn(move || relay.put("l_000001.csv", &pipe, &control))
    };
    let mut to = File::options().write(true).open(&pipe).unwrap();
    to.write_all(&bytes[..bytes.len() / 2]).unwrap();
    assert!(cluster.kill_session(&address, false));
    // It may have gone already; then nobody reads any more.
    let _ = to.write_all(&bytes[bytes.len() / 2..]);
    drop(to);
    assert!(put.join().unwrap().is_err());
    cluster.wait();
    assert_eq!(cluster.run(&address, "SELECT count(*) FROM daicho_content").trim(), "0");
    assert_eq!(cluster.run(&address, "SELECT count(*) FROM daicho_delivery").trim(), "0");
    relay.put("l_000001.csv", &data, &control).unwrap();
    assert_eq!(relay.other_side().arrivals("").unwrap().len(), 1);
}

#[test]
fn what_cannot_be_reached_says_what_to_look_at() {
    for address in ["postgres://u@127.0.0.1:1/town", "host=/nowhere dbname=town user=u"] {
        let relay = Relay::on_server(address, Some("himitsu"), impatient()).unwrap();
        let error = relay.receipt("a").unwrap_err();
        assert!(cause(&error).contains("サーバーが動いているか"), "{}", cause(&error));
        assert!(!format!("{relay:?} {} {}", cause(&error), relay.describe()).contains("himitsu"));
    }
    let cluster = testkit::postgres::cluster();
    let relay = Relay::on_server(&cluster.address("nowhere"), None, impatient()).unwrap();
    let error = relay.receipt("a").unwrap_err();
    assert!(cause(&error).contains("データベースの名前が違います"), "{}", cause(&error));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("relay.db");
    fs::write(
        &file,
        "not a database, but long enough to be looked at as one by its first hundred bytes, which are these",
    )
    .unwrap();
    let error = Relay::in_file(&file, impatient()).receipt("a").unwrap_err();
    assert!(cause(&error).contains("中継DBが処理できませんでした"), "{}", cause(&error));
}
