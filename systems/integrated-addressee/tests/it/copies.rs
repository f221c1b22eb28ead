//! 副本登録: what goes, what waits, what comes back.

use integrated_addressee::intakes::{COPIES, RESIDENT_COPIES, TRANSMISSION_RESULTS};
use serde_json::json;
use testkit::bench::Given;

use super::bench::{Bench, number, row};

fn copy(serial: u64, history: u32, relation: &str) -> Given {
    row(&[
        ("addressee_no", &number(serial)),
        ("history_no", &history.to_string()),
        ("relation", relation),
        ("undisclosed", ""),
    ])
}

fn result(no: &str, send_no: &str, result: &str, code: &str) -> Given {
    row(&[
        ("result_no", "1"),
        ("result_of", "1"),
        ("no", no),
        ("send_no", send_no),
        ("result", result),
        ("error_code", code),
        ("error_text", if code.is_empty() { "" } else { "項目の値が範囲外" }),
    ])
}

/// Every copy with where it stands: 宛名の連番 is told by the order of the list.
fn stands(bench: &mut Bench) -> Vec<String> {
    let mut all = Vec::new();
    for stand in ["unconvertible", "held", "refused", "sent", "accepted"] {
        let data = bench.run("copy-list", &json!({ "stand": stand })).answer.unwrap().data;
        for one in data["rows"].as_array().unwrap() {
            let text = |item: &str| one[item].as_str().unwrap();
            let serial = text("addressee_no")[..14].trim_start_matches('0').to_owned();
            all.push(format!("{serial} {} {}", text("state"), text("code")).trim().to_owned());
        }
    }
    all.sort();
    all
}

const FIRST: &str = "000000000001";

#[test]
fn 変換できない行は残り_ほかの行は送られる() {
    let mut bench = Bench::default();
    bench.number(1, 1);
    assert_eq!(bench.take(&RESIDENT_COPIES, &[copy(1, 1, "世帯主"), copy(2, 1, "妻")]), []);
    assert_eq!(stands(&mut bench), ["1 結果待ち", "2 変換できない MSV01"]);
    let sent = bench.offers("copy", &["copy_no", "send_no", "integrated_no", "affair_code", "items"]);
    assert_eq!(sent, [format!("{FIRST} 1 {} 0001 {{\"relation\":\"世帯主\"}}", number(1))]);

    // The list says when, whose, why and what to do, and what needs nobody is not in it.
    let data = bench.run("copy-list", &json!({})).answer.unwrap().data;
    let one = &data["rows"][0];
    assert_eq!(data["count"], json!(1));
    assert_eq!(
        (&one["told_on"], &one["task_id"], &one["affair"], &one["addressee_no"]),
        (&json!("令和8年11月20日"), &json!("001"), &json!("住民票関係情報"), &json!(number(2)))
    );
    assert!(one["why"].as_str().unwrap().contains("変換できません"));
    assert!(one["to_check"].as_str().unwrap().contains("付番"));

    // What came while it waited counts; it goes as soon as the number is there.
    assert_eq!(bench.take(&RESIDENT_COPIES, &[copy(2, 2, "未届の妻")]), []);
    bench.number(2, 2);
    assert_eq!(stands(&mut bench), ["1 結果待ち", "2 結果待ち"]);
    let sent = bench.offers("copy", &["copy_no", "send_no", "items"]);
    assert_eq!(sent[1], "000000000002 1 {\"relation\":\"未届の妻\"}");
}

#[test]
fn 副本の版の表() {
    for (what, history, relation, send_no) in [
        ("同じ内容は送らない", 5, "子", "1"),
        ("古い版は読み飛ばす", 4, "妻", "1"),
        ("新しい版は送り直す", 6, "妻", "2"),
        ("版が同じで内容が違えば送り直す", 5, "妻", "2"),
    ] {
        let mut bench = Bench::default();
        bench.number(1, 1);
        bench.take(&RESIDENT_COPIES, &[copy(1, 5, "子")]);
        bench.take(&RESIDENT_COPIES, &[copy(1, history, relation)]);
        assert_eq!(bench.offers("copy", &["copy_no", "send_no"]), [format!("{FIRST} {send_no}")], "{what}");
    }
}

#[test]
fn 登録結果の表() {
    for (what, rows, stand, refused) in [
        ("受付", vec![result(FIRST, "1", "1", "")], "1 登録済み", ""),
        ("エラー", vec![result(FIRST, "1", "9", "E12")], "1 エラー MSV05", ""),
        ("受付がもう一度", vec![result(FIRST, "1", "1", ""), result(FIRST, "1", "1", "")], "1 登録済み", ""),
        (
            "違う結果",
            vec![result(FIRST, "1", "1", ""), result(FIRST, "1", "9", "E12")],
            "1 登録済み",
            "MSV08",
        ),
        ("送っていない通番", vec![result("000000000009", "1", "1", "")], "1 結果待ち", "MSV07"),
        ("送っていない回", vec![result(FIRST, "2", "1", "")], "1 結果待ち", "MSV07"),
        ("回が読めない", vec![result(FIRST, "0", "1", "")], "1 結果待ち", "送信回数"),
        ("区分が違う", vec![result(FIRST, "1", "5", "")], "1 結果待ち", "1（受付）か9"),
    ] {
        let mut bench = Bench::default();
        bench.number(1, 1);
        bench.take(&RESIDENT_COPIES, &[copy(1, 1, "子")]);
        let told: Vec<(String, String)> =
            rows.into_iter().flat_map(|one| bench.take(&TRANSMISSION_RESULTS, &[one])).collect();
        assert_eq!(stands(&mut bench), [stand], "{what}");
        assert_eq!(told.is_empty(), refused.is_empty(), "{what}: {told:?}");
        assert!(told.iter().all(|(_, words)| words.contains(refused)), "{what}: {told:?}");
    }
}

/// The result of what went before a newer version says nothing of that one.
#[test]
fn 前の回の結果は新しい版の結果にならない() {
    let mut bench = Bench::default();
    bench.number(1, 1);
    bench.take(&RESIDENT_COPIES, &[copy(1, 1, "子")]);
    bench.take(&RESIDENT_COPIES, &[copy(1, 2, "妻")]);
    assert_eq!(bench.take(&TRANSMISSION_RESULTS, &[result(FIRST, "1", "9", "E12")]), []);
    assert_eq!(stands(&mut bench), ["1 結果待ち"]);
    assert_eq!(bench.take(&TRANSMISSION_RESULTS, &[result(FIRST, "2", "1", "")]), []);
    assert_eq!(stands(&mut bench), ["1 登録済み"]);
    // The task hears the newest.
    let told = bench.offers("copy-result", &["task_id", "addressee_no", "accepted", "error_code"]);
    assert_eq!(told, [format!("001 {} 1 ", number(1))]);
    assert_eq!(
        bench.take(&TRANSMISSION_RESULTS, &[result(FIRST, "1", "9", "E12")]),
        [],
        "older: passed over"
    );
}

#[test]
fn エラーだけを再送できる() {
    let mut bench = Bench::default();
    bench.number(1, 1);
    bench.take(&RESIDENT_COPIES, &[copy(1, 1, "子")]);
    let again = json!({ "result_of": "1", "key": format!("001-0001-{}", number(1)) });
    assert_eq!(bench.codes("resend", &again), "MSV09", "it waits for its result");
    bench.take(&TRANSMISSION_RESULTS, &[result(FIRST, "1", "9", "E12")]);
    let told = bench.offers("copy-result", &["accepted", "error_code", "error_text"]);
    assert_eq!(told, [" E12 項目の値が範囲外"]);
    assert_eq!(bench.codes("resend", &again), "");
    assert_eq!(bench.offers("copy", &["copy_no", "send_no"]), [format!("{FIRST} 2")]);
    assert_eq!(bench.codes("resend", &again), "MSV09");
    bench.take(&TRANSMISSION_RESULTS, &[result(FIRST, "2", "1", "")]);
    assert_eq!(bench.codes("resend", &again), "MSV09", "it is accepted");
    assert_eq!(bench.codes("resend", &json!({ "result_of": "1", "key": "x" })), "MSV09");
}

#[test]
fn ほかの業務の副本() {
    let with = |task: &str, affair: &str, history: &str, addressee: &str| {
        row(&[
            ("task_id", task),
            ("affair_code", affair),
            ("addressee_no", addressee),
            ("history_no", history),
            ("allowance", "10000"),
            ("note", ""),
        ])
    };
    let mut bench = Bench::default();
    bench.number(1, 1);
    for (what, task, affair, history, addressee, item) in [
        ("表にある", "027", "0101", "1", number(1), ""),
        ("業務の特定個人情報でない", "027", "0001", "1", number(1), "affair_code"),
        ("業務が表にない", "099", "0101", "1", number(1), "affair_code"),
        ("履歴番号がない", "027", "0101", "", number(1), "history_no"),
        ("宛名番号が違う", "027", "0101", "1", "12".to_owned(), "addressee_no"),
    ] {
        let refused = bench.take(&COPIES, &[with(task, affair, history, &addressee)]);
        let items: Vec<&str> = refused.iter().map(|(item, _)| item.as_str()).collect();
        assert_eq!(items.join(""), item, "{what}");
    }
    // Two tasks have a copy each of the same person.
    bench.take(&RESIDENT_COPIES, &[copy(1, 1, "子")]);
    let sent = bench.offers("copy", &["task_id", "copy_no", "items"]);
    assert_eq!(
        sent,
        ["001 000000000002 {\"relation\":\"子\"}", "027 000000000001 {\"allowance\":\"10000\"}"]
    );
}
