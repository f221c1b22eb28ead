//! Partners who try what they should not, or whom somebody else does wrong.

use std::fs;

use super::house::House;
use super::partners::{ABC, Program, folder};

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
