//! The journal is witnessed from outside the database.

use std::fs;

use archive::{CheckpointLog, PublicKey};
use daicho::audit::{checkpoint, make_key};
use office::SystemClock;

use super::backup::Town;

#[test]
fn programs_that_sign_into_one_file_do_so_one_after_the_other() {
    const PROGRAMS: usize = 8;
    let town = Town::new();
    let (key, log) = (town.path("key"), town.path("far/checkpoints.jsonl"));
    let public = PublicKey::parse(&make_key(&key).unwrap()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..PROGRAMS {
            scope.spawn(|| checkpoint(&town.config, Some(&log), Some(&key), &SystemClock).unwrap());
        }
    });
    let log = CheckpointLog::parse(&fs::read_to_string(log).unwrap()).unwrap();
    assert_eq!(log.all().len(), PROGRAMS);
    log.check_signatures(&public).unwrap();
}
