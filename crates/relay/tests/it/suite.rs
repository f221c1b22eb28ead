//! Both databases against the one suite of places.

use std::fmt::Write;

use relay::{Options, Relay};
use testkit::places::{Ends, conformance, conformance_of};

/// One record with these bytes in it, as CSV.
fn csv(bytes: &[u8]) -> Vec<u8> {
    let mut hex = String::new();
    for byte in bytes {
        write!(hex, "{byte:02x}").unwrap();
    }
    format!("宛名番号,内容\r\n1,\"{hex}\"\r\n").into_bytes()
}

fn ends(relay: &Relay) -> Ends {
    Ends { ours: Box::new(relay.clone()), theirs: Box::new(relay.other_side()) }
}

fn bytes_only() -> Options {
    Options { content_only: true, ..Options::default() }
}

#[test]
fn a_file_of_sqlite_is_a_place() {
    let mut kept = Vec::new();
    let mut at = |options: Options| {
        let dir = tempfile::tempdir().unwrap();
        let relay = Relay::in_file(dir.path().join("made/relay.db"), options);
        kept.push(dir);
        ends(&relay)
    };
    conformance(&mut || at(bytes_only())).unwrap();
    conformance_of(csv, &mut || at(Options::default())).unwrap();
}

#[test]
fn a_database_of_postgresql_is_a_place() {
    let at = |options: Options| ends(&Relay::on_server(&testkit::postgres::schema(), None, options).unwrap());
    conformance(&mut || at(bytes_only())).unwrap();
    conformance_of(csv, &mut || at(Options::default())).unwrap();
}
