//! Partners who try what they should not, or whom somebody else does wrong.

use std::fs;

use super::house::House;
use super::partners::{ABC, Program, desk, folder};

#[test]
fn nothing_is_left_of_what_a_killed_program_was_taking_in() {
    let house = House::new().unwrap();
    let spool = folder(&house, 0).path().join("spool");
    fs::create_dir_all(&spool).unwrap();
    fs::write(spool.join("l_7.tmp"), "half of a delivery").unwrap();
    let other = transport::Beside::create(&spool.join("l_8")).unwrap();
    drop(web::router(desk(&house, 1, "https://town/partner/v1")));
    let left: Vec<_> = fs::read_dir(&spool).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["l_8.tmp"], "what another process is writing stays");
    other.remove().unwrap();
}

#[tokio::test]
async fn a_number_is_one_however_it_is_written() {
    let house = House::new().unwrap();
    let program = Program::at(&house).await;
    let spool = folder(&house, 0).path().join("spool");
    fs::create_dir_all(&spool).unwrap();
    let other = transport::Beside::create(&spool.join("l_1")).unwrap();
    let good = [("daicho-rows", "1"), ("daicho-bytes", "3"), ("daicho-sha256", ABC)];
    for no in ["1", "01", "0000000000000000000000001", "+1"] {
        let answer = program.send("POST", &format!("/deliveries/l/{no}"), &good, "abc").await;
        assert!(answer.has("/problems/busy"), "{no}: {}", answer.text);
    }
    other.remove().unwrap();
}
