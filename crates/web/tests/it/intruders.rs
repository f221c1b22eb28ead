//! Partners who try what they should not, or whom somebody else does wrong.

use std::fs;

use transport::{Place, Verdict};

use super::house::House;
use super::partners::{ABC, Program, desk, folder, put};

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
async fn a_receipt_is_of_the_link_it_is_given_for_and_may_be_given_again() {
    let house = House::new().unwrap();
    let program = Program::at(&house).await;
    let town = folder(&house, 0);
    put(&town, house.folder.as_path(), "out.csv", 1, b"abc").unwrap();
    let receipt = |link: &str, sha256: &str| {
        format!(
            r#"{{"link":"{link}","no":1,"rows":0,"sha256":"{sha256}","verdict":"refused","reason":" 件数\n違い"}}"#
        )
    };
    for (link, sha256, status) in [
        ("m", ABC, 400),
        ("l", "ab\\nno=2\\nresult=applied", 204),
        ("l", "ab\\nno=2\\nresult=applied", 204),
        ("", "ab\\nno=2\\nresult=applied", 204),
        ("l", ABC, 409),
    ] {
        let answer = program.send("POST", "/links/l/deliveries/1/receipt", &[], &receipt(link, sha256)).await;
        assert_eq!(answer.status.as_u16(), status, "{link} {sha256}: {}", answer.text);
    }
    let kept = town.receipt("out.csv").unwrap().unwrap();
    assert_eq!((kept.no, kept.link.as_deref()), (1, Some("l")));
    assert_eq!(kept.verdict, Verdict::Refused("件数 違い".into()));
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
