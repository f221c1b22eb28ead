//! 情報照会: asked, answered later, shown for a purpose; 符号取得依頼.

use integrated_addressee::intakes::{INFORMATION_ANSWERS, INFORMATION_REQUESTS, SIGN_REQUESTS};
use jiff::civil::date;
use serde_json::json;
use testkit::bench::Given;

use super::bench::{Bench, number, row};

const ASKED: &str = "S-000000000001";

fn ask(serial: u64) -> serde_json::Value {
    json!({ "addressee_no": number(serial), "affair": "A027-0201", "purpose": "児童手当の認定" })
}

fn answer(no: &str, state: &str, text: &str) -> Given {
    row(&[
        ("inquiry_no", no),
        ("state", state),
        ("error_code", if state == "9" { "E21" } else { "" }),
        ("error_text", if state == "9" { "相手の団体が停止中" } else { "" }),
        ("answer", text),
    ])
}

fn list(bench: &mut Bench, input: serde_json::Value) -> Vec<String> {
    let data = bench.run("information-inquiries", &input).answer.unwrap().data;
    let rows = data["rows"].as_array().unwrap();
    rows.iter()
        .map(|one| {
            let why = one["why"].as_str().unwrap();
            let code = if why.contains("MSV14") {
                " MSV14"
            } else if why.contains("変換") {
                " 変換"
            } else {
                ""
            };
            format!("{} {}{code}", one["inquiry_no"].as_str().unwrap(), one["state"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn 照会の指摘の表() {
    let mut bench = Bench::default();
    bench.number(1, 1);
    for (what, serial, found) in [
        ("付番した人", 1, ""),
        ("同じ照会が残っている", 1, "MSV12"),
        ("付番していない人", 2, "MSV11"),
        ("両方", 2, "MSV11 MSV12"),
    ] {
        assert_eq!(bench.codes("information-inquiry", &ask(serial)), found, "{what}");
    }
    let sent = bench
        .offers("information-inquiry", &["inquiry_no", "integrated_no", "procedure_code", "affair_code"]);
    let one = number(1);
    assert_eq!(sent, [format!("{ASKED} {one} A027 0201"), format!("S-000000000002 {one} A027 0201")]);
    // With the number they go.
    bench.number(2, 2);
    assert_eq!(bench.offers("information-inquiry", &["inquiry_no"]).len(), 4);
    // An answered one is no obstacle to the next.
    for no in [ASKED, "S-000000000002"] {
        bench.take(&INFORMATION_ANSWERS, &[answer(no, "3", "")]);
    }
    assert_eq!(bench.codes("information-inquiry", &ask(1)), "");
}

#[test]
fn 回答の表() {
    for (what, rows, state, refused, shown) in [
        ("まだ", vec![], "受付", "", "MSV13"),
        ("受付の通知", vec![answer(ASKED, "1", "")], "送信済", "", "MSV13"),
        ("回答あり", vec![answer(ASKED, "2", "所得額=1200000")], "回答あり", "", ""),
        ("受付の後に回答", vec![answer(ASKED, "1", ""), answer(ASKED, "2", "x")], "回答あり", "", ""),
        ("回答の後に受付の通知", vec![answer(ASKED, "2", "x"), answer(ASKED, "1", "")], "回答あり", "", ""),
        ("回答なし", vec![answer(ASKED, "3", "")], "回答なし", "", "MSV13"),
        ("エラー", vec![answer(ASKED, "9", "")], "エラー", "", "MSV13"),
        ("同じ回答がもう一度", vec![answer(ASKED, "2", "x"), answer(ASKED, "2", "x")], "回答あり", "", ""),
        ("違う回答", vec![answer(ASKED, "2", "x"), answer(ASKED, "2", "y")], "回答あり", "MSV08", ""),
        ("回答の後にエラー", vec![answer(ASKED, "2", "x"), answer(ASKED, "9", "")], "回答あり", "MSV08", ""),
        ("送っていない照会", vec![answer("S-9", "2", "x")], "受付", "MSV07", "MSV13"),
        ("状態が違う", vec![answer(ASKED, "0", "x")], "受付", "どれでもありません", "MSV13"),
    ] {
        let mut bench = Bench::default();
        bench.number(1, 1);
        bench.run("information-inquiry", &ask(1));
        let told: Vec<(String, String)> =
            rows.into_iter().flat_map(|one| bench.take(&INFORMATION_ANSWERS, &[one])).collect();
        assert_eq!(told.is_empty(), refused.is_empty(), "{what}: {told:?}");
        assert!(told.iter().all(|(_, words)| words.contains(refused)), "{what}: {told:?}");
        assert_eq!(list(&mut bench, json!({})), [format!("{ASKED} {state}")], "{what}");
        let look = json!({ "inquiry_no": ASKED, "purpose": "児童手当の認定" });
        assert_eq!(bench.codes("information-answer", &look), shown, "{what}");
    }
}

#[test]
fn 回答は目的とともに見る() {
    let mut bench = Bench::default();
    bench.number(1, 1);
    bench.run("information-inquiry", &ask(1));
    bench.take(&INFORMATION_ANSWERS, &[answer(ASKED, "2", "所得額=1200000")]);
    let seen = bench.run("information-answer", &json!({ "inquiry_no": ASKED, "purpose": "認定の審査" }));
    let answer = seen.answer.unwrap();
    assert_eq!(seen.reason, "認定の審査");
    assert_eq!((&answer.data["information"], answer.subjects), (&json!("所得額=1200000"), vec![number(1)]));
    assert_eq!(bench.codes("information-answer", &json!({ "inquiry_no": "x", "purpose": "審査" })), "MSV10");
    // Nowhere else: neither in the list nor in what the task hears.
    let list = bench.run("information-inquiries", &json!({})).answer.unwrap().data.to_string();
    assert!(!list.contains("1200000"), "{list}");
    let told = bench.offers("inquiry-state", &["inquiry_no", "task_id", "state"]);
    assert_eq!(told, [format!("{ASKED} 027 2")]);
    let form = integrated_addressee::system();
    let form =
        &form.functions.iter().find(|one| one.id == "integrated-addressee/information-answer").unwrap().form;
    let (_, found) = form.check(&json!({ "inquiry_no": ASKED }));
    assert!(found.iter().any(|finding| finding.path == "purpose"), "{found:?}");
}

#[test]
fn 回答期限の表() {
    for (what, day, serial, state, late) in [
        ("期限の日", date(2026, 11, 27), 1, "", vec![]),
        ("期限の次の日", date(2026, 11, 28), 1, "", vec![format!("{ASKED} 受付 MSV14")]),
        ("送信済でも", date(2026, 11, 28), 1, "1", vec![format!("{ASKED} 送信済 MSV14")]),
        ("回答があれば出ない", date(2026, 11, 28), 1, "2", vec![]),
        (
            "付番していない人は変換できないと出る",
            date(2026, 11, 28),
            2,
            "",
            vec![format!("{ASKED} 受付 変換")],
        ),
    ] {
        let mut bench = Bench::default();
        bench.number(1, 1);
        bench.run("information-inquiry", &ask(serial));
        if !state.is_empty() {
            bench.take(&INFORMATION_ANSWERS, &[answer(ASKED, state, "")]);
        }
        bench.today = day;
        assert_eq!(list(&mut bench, json!({ "late": true })), late, "{what}");
    }
}

#[test]
fn 業務からの依頼の表() {
    let request = |no: &str, task: &str, procedure: &str, affair: &str, purpose: &str, serial: u64| {
        row(&[
            ("request_no", no),
            ("task_id", task),
            ("addressee_no", &number(serial)),
            ("procedure_code", procedure),
            ("affair_code", affair),
            ("purpose", purpose),
        ])
    };
    let mut bench = Bench::default();
    bench.number(1, 1);
    for (what, given, item) in [
        ("一件", request("R1", "027", "A027", "0201", "認定", 1), ""),
        ("同じ依頼がもう一度", request("R1", "027", "A027", "0201", "認定", 1), ""),
        ("同じ依頼番号で違う人", request("R1", "027", "A027", "0201", "認定", 2), "request_no"),
        ("目的がない", request("R2", "027", "A027", "0201", " ", 1), "purpose"),
        ("表にない事務", request("R2", "027", "A999", "0201", "認定", 1), "procedure_code"),
        ("ほかの業務の事務", request("R2", "004", "A027", "0201", "認定", 1), "procedure_code"),
        ("業務IDが読めない", request("R2", "27", "A027", "0201", "認定", 1), "task_id"),
        ("依頼番号がない", request("", "027", "A027", "0201", "認定", 1), "request_no"),
        ("付番していない人", request("R3", "027", "A027", "0201", "認定", 2), ""),
    ] {
        let refused = bench.take(&INFORMATION_REQUESTS, &[given]);
        let items: Vec<&str> = refused.iter().map(|(item, _)| item.as_str()).collect();
        assert_eq!(items.join(""), item, "{what}");
    }
    assert_eq!(list(&mut bench, json!({})), ["027-R1 受付", "027-R3 受付 変換"]);
    assert_eq!(bench.offers("information-inquiry", &["inquiry_no"]), ["027-R1"]);
    // The answer finds its way back by the task's own number.
    bench.take(&INFORMATION_ANSWERS, &[answer("027-R1", "3", "")]);
    assert_eq!(bench.offers("inquiry-state", &["task_id", "request_no", "state"]), ["027 R1 3"]);
    // An answer to what has not gone is nobody's.
    let refused = bench.take(&INFORMATION_ANSWERS, &[answer("027-R3", "3", "")]);
    assert!(refused[0].1.contains("MSV07"));
}

#[test]
fn 符号取得依頼の変換() {
    let request = |no: &str, integrated: &str| row(&[("request_no", no), ("integrated_no", integrated)]);
    let mut bench = Bench::default();
    bench.number(1, 7);
    for (what, given, item) in [
        ("付番した人", request("000001", &number(1)), ""),
        ("同じ処理通番", request("000001", &number(1)), ""),
        ("だれもいない番号", request("000002", &number(2)), "integrated_no"),
        ("読めない番号", request("000002", "1"), "integrated_no"),
        ("処理通番がない", request("", &number(1)), "request_no"),
    ] {
        let refused = bench.take(&SIGN_REQUESTS, &[given]);
        let items: Vec<&str> = refused.iter().map(|(item, _)| item.as_str()).collect();
        assert_eq!(items.join(""), item, "{what}");
    }
    assert_eq!(
        bench.offers("sign-request", &["request_no", "addressee_no"]),
        [format!("000001 {}", number(7))]
    );
}
