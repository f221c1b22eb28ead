//! 付番待ち of 住登外者, who come from 宛名.

use integrated_addressee::intakes::{NON_RESIDENTS, RESIDENTS};
use serde_json::json;
use testkit::bench::Given;

use super::bench::{Bench, number, row};

fn addressee(history: u32, class: &str, more: &[(&'static str, &str)]) -> Given {
    let no = number(1);
    let history = history.to_string();
    let mut items: Vec<(&'static str, &str)> =
        vec![("addressee_no", &no), ("history_no", &history), ("class", class), ("name", "丙野　太郎")];
    for item in ["departed_on", "merged_into", "protected"] {
        items.push((item, more.iter().find(|(name, _)| *name == item).map_or("", |(_, value)| value)));
    }
    row(&items)
}

fn resident(history: u32, carries: &str) -> Given {
    row(&[
        ("addressee_no", &number(1)),
        ("history_no", &history.to_string()),
        ("resident_status", "1"),
        ("name", "丙野　太郎"),
        ("carries_number", carries),
    ])
}

fn waits(bench: &mut Bench) -> String {
    let data = bench.run("pending", &json!({})).answer.unwrap().data;
    data["rows"].as_array().unwrap().first().map_or_else(String::new, |one| {
        format!("{} {}", one["class"].as_str().unwrap(), one["name"].as_str().unwrap()).trim().to_owned()
    })
}

/// What comes, from the register or from 宛名, and who waits then.
type Story<'a> = (&'a str, Vec<(bool, Given)>, &'a str);

#[test]
fn 住登外者の付番待ちの表() {
    let hidden = "住登外 （支援措置の対象のため表示しません）";
    let other = number(2);
    let table: Vec<Story<'_>> = vec![
        ("住登外者", vec![(false, addressee(1, "2", &[]))], "住登外 丙野　太郎"),
        ("住民の宛名は待たない", vec![(false, addressee(1, "1", &[]))], ""),
        ("法人は待たない", vec![(false, addressee(1, "3", &[]))], ""),
        ("支援措置の対象", vec![(false, addressee(1, "2", &[("protected", "1")]))], hidden),
        (
            "後から対象になれば氏名を消す",
            vec![(false, addressee(1, "2", &[])), (false, addressee(2, "2", &[("protected", "1")]))],
            hidden,
        ),
        (
            "対象でなくなれば氏名を出す",
            vec![(false, addressee(1, "2", &[("protected", "1")])), (false, addressee(2, "2", &[]))],
            "住登外 丙野　太郎",
        ),
        (
            "古い行は読み飛ばす",
            vec![(false, addressee(2, "2", &[("protected", "1")])), (false, addressee(1, "2", &[]))],
            hidden,
        ),
        ("閉鎖された番号", vec![(false, addressee(1, "2", &[("departed_on", "2026-11-01")]))], ""),
        (
            "閉鎖されれば待たない",
            vec![
                (false, addressee(1, "2", &[])),
                (false, addressee(2, "2", &[("departed_on", "2026-11-01")])),
            ],
            "",
        ),
        (
            "名寄せされれば待たない",
            vec![(false, addressee(1, "2", &[])), (false, addressee(2, "2", &[("merged_into", &other)]))],
            "",
        ),
        (
            "住民になれば住民として待つ",
            vec![(false, addressee(1, "2", &[])), (true, resident(1, "1")), (false, addressee(2, "1", &[]))],
            "住民",
        ),
        (
            "住民になり個人番号がなければ待たない",
            vec![(false, addressee(1, "2", &[])), (true, resident(1, "")), (false, addressee(2, "1", &[]))],
            "",
        ),
        (
            "住民の待ちは、住登外の終わりで消えない",
            vec![(true, resident(1, "1")), (false, addressee(1, "2", &[])), (false, addressee(2, "1", &[]))],
            "住民",
        ),
    ];
    for (what, rows, wanted) in table {
        let mut bench = Bench::default();
        for (of_register, given) in rows {
            let intake = if of_register { &RESIDENTS } else { &NON_RESIDENTS };
            assert_eq!(bench.take(intake, &[given]), [], "{what}");
        }
        assert_eq!(waits(&mut bench), wanted, "{what}");
        bench.number(1, 1);
        assert_eq!(waits(&mut bench), "", "{what}: numbered");
    }
}
