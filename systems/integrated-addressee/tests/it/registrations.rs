//! What 中間サーバー is told of the numbers themselves.

use integrated_addressee::intakes::{
    NON_DISCLOSURE, NON_RESIDENTS, RESIDENT_COPIES, RESIDENTS, TRANSMISSION_RESULTS,
};
use integrated_addressee::records::REGISTRATION;
use register::{View, Write};
use serde_json::json;

use super::bench::{Bench, individual, number, row};

/// What happens to a person; the second number of a step is the serial of a 宛名番号.
enum Step {
    /// Somebody who may see it enters the 個人番号 of a person, for a task, of a resident or not.
    Numbered(u64, u64, &'static str, &'static str),
    /// A task takes its flag away.
    Removed(u64, &'static str),
    /// 個人番号の変更.
    Changed(u64, u64),
    /// A row of 宛名: 履歴番号, 消除の異動年月日, 名寄せ先.
    NonResident(u64, u32, &'static str, u64),
    /// A row of the register of residents: 履歴番号, 住民状態, 氏名.
    Resident(u64, u32, &'static str, &'static str),
    /// 登録結果 of the number: 送信回数, 結果.
    Answered(u64, u32, &'static str),
    /// 再送 of the number.
    Resent(u64),
    Copy(u64, u32),
    Protected(u64, u32),
}
use Step::{Answered, Changed, Copy, NonResident, Numbered, Protected, Removed, Resent, Resident};

fn play(bench: &mut Bench, step: &Step) -> String {
    let words = |refused: Vec<(String, String)>| {
        refused.into_iter().map(|(item, _)| item).collect::<Vec<_>>().join(" ")
    };
    match step {
        Numbered(person, serial, task, status) => bench.codes(
            "number",
            &json!({
                "individual_number": individual(*person), "addressee_no": number(*serial), "task_id": task,
                "resident_status": status, "name": "甲",
            }),
        ),
        Removed(serial, task) => {
            bench.codes("remove", &json!({ "addressee_no": number(*serial), "task_id": task }))
        }
        Changed(serial, person) => bench.codes(
            "change-number",
            &json!({ "addressee_no": number(*serial), "individual_number": individual(*person) }),
        ),
        NonResident(serial, history, departed, into) => words(bench.take(
            &NON_RESIDENTS,
            &[row(&[
                ("addressee_no", &number(*serial)),
                ("history_no", &history.to_string()),
                ("class", "2"),
                ("name", "甲"),
                ("departed_on", departed),
                ("merged_into", &if *into == 0 { String::new() } else { number(*into) }),
            ])],
        )),
        Resident(serial, history, status, name) => words(bench.take(
            &RESIDENTS,
            &[row(&[
                ("addressee_no", &number(*serial)),
                ("history_no", &history.to_string()),
                ("resident_status", status),
                ("name", name),
                ("carries_number", "1"),
            ])],
        )),
        Answered(serial, send_no, result) => words(bench.take(
            &TRANSMISSION_RESULTS,
            &[row(&[
                ("result_of", "3"),
                ("no", &number(*serial)),
                ("send_no", &send_no.to_string()),
                ("result", result),
                ("error_code", if *result == "9" { "E31" } else { "" }),
            ])],
        )),
        Resent(serial) => bench.codes("resend", &json!({ "result_of": "3", "key": number(*serial) })),
        Copy(serial, history) => words(bench.take(
            &RESIDENT_COPIES,
            &[row(&[
                ("addressee_no", &number(*serial)),
                ("history_no", &history.to_string()),
                ("undisclosed", ""),
                ("relation", "世帯主"),
            ])],
        )),
        Protected(serial, history) => words(bench.take(
            &NON_DISCLOSURE,
            &[row(&[
                ("addressee_no", &number(*serial)),
                ("history_no", &history.to_string()),
                ("no_automatic_answer", "1"),
                ("undisclosed", "1"),
            ])],
        )),
    }
}

/// The rows for 中間サーバー: 番号の通番:送信回数:処理区分.
fn told(bench: &Bench) -> String {
    let rows = bench.offers("registration", &["integrated_no", "send_no", "request"]);
    let short = |row: String| {
        let mut words = row.split(' ');
        let serial: u64 = words.next().unwrap()[..14].parse().unwrap();
        std::iter::once(serial.to_string()).chain(words.map(str::to_owned)).collect::<Vec<_>>().join(":")
    };
    rows.into_iter().map(short).collect::<Vec<_>>().join(" ")
}

#[test]
fn 番号の登録と削除の連絡の表() {
    let table: Vec<(&str, Vec<Step>, &str)> = vec![
        ("付番で登録", vec![Numbered(1, 1, "001", "1")], "1:1:1"),
        (
            "同じ人の別の宛名番号では送らない",
            vec![Numbered(1, 1, "001", "1"), Numbered(1, 5, "014", "")],
            "1:1:1",
        ),
        ("ほかの人は別の番号", vec![Numbered(1, 1, "001", "1"), Numbered(2, 2, "001", "1")], "1:1:1 2:1:1"),
        ("氏名が変わっても送らない", vec![Numbered(1, 1, "001", "1"), Resident(1, 2, "1", "乙")], "1:1:1"),
        ("個人番号が変わっても送らない", vec![Numbered(1, 1, "001", "1"), Changed(1, 9)], "1:1:1"),
        (
            "業務が一つ残れば削除しない",
            vec![Numbered(1, 1, "014", ""), Numbered(1, 1, "036", ""), Removed(1, "014")],
            "1:1:1",
        ),
        ("最後の業務の解除で削除", vec![Numbered(1, 1, "014", ""), Removed(1, "014")], "1:2:9"),
        (
            "別の宛名番号が残れば削除しない",
            vec![Numbered(1, 1, "014", ""), Numbered(1, 5, "014", ""), Removed(1, "014")],
            "1:1:1",
        ),
        (
            "その別の宛名番号も解除すれば削除",
            vec![Numbered(1, 1, "014", ""), Numbered(1, 5, "014", ""), Removed(1, "014"), Removed(5, "014")],
            "1:2:9",
        ),
        (
            "削除の後の付番は同じ番号の登録",
            vec![Numbered(1, 1, "014", ""), Removed(1, "014"), Numbered(1, 1, "014", "")],
            "1:3:1",
        ),
        (
            "住登外者の削除が連携で届く",
            vec![Numbered(1, 1, "031", ""), NonResident(1, 2, "2026-11-01", 0)],
            "1:2:9",
        ),
        (
            "削除がもう一度届いても一度",
            vec![
                Numbered(1, 1, "031", ""),
                NonResident(1, 2, "2026-11-01", 0),
                NonResident(1, 3, "2026-11-01", 0),
            ],
            "1:2:9",
        ),
        (
            "古い行では削除しない",
            vec![Numbered(1, 1, "031", ""), NonResident(1, 5, "", 0), NonResident(1, 4, "2026-11-01", 0)],
            "1:1:1",
        ),
        (
            "住民化して名寄せした番号は変換に残り削除しない",
            vec![Numbered(1, 1, "031", ""), NonResident(1, 2, "2026-11-01", 2)],
            "1:1:1",
        ),
        (
            "住登外者を削除しても、ほかの業務が残れば削除しない",
            vec![Numbered(1, 1, "031", ""), Numbered(1, 1, "014", ""), NonResident(1, 2, "2026-11-01", 0)],
            "1:1:1",
        ),
        (
            "住民が除票になっても削除しない",
            vec![Numbered(1, 1, "001", "1"), Resident(1, 2, "2", "甲")],
            "1:1:1",
        ),
        ("付番していない人は何も送らない", vec![Resident(1, 1, "1", "甲"), NonResident(2, 1, "", 0)], ""),
        ("断られていなければ再送しない", vec![Numbered(1, 1, "001", "1"), Answered(1, 1, "1")], "1:1:1"),
        ("断られたら再送する", vec![Numbered(1, 1, "001", "1"), Answered(1, 1, "9"), Resent(1)], "1:2:1"),
    ];
    for (what, steps, expected) in table {
        let mut bench = Bench::default();
        for step in &steps {
            assert_eq!(play(&mut bench, step), "", "{what}");
        }
        assert_eq!(told(&bench), expected, "{what}");
        // No row names the person or the 個人番号.
        let rows =
            bench.offers("registration", &["integrated_no", "send_no", "request", "told_on"]).join(" ");
        assert!(!rows.contains("甲") && !rows.contains(&individual(1)), "{what}: {rows}");
    }
}

#[test]
fn 番号の登録結果の表() {
    // Of a number that was registered once: 送信回数 and result; the item that is refused; the state in the list.
    let table: [(&str, u64, u32, &str, &str, &str); 6] = [
        ("受付", 1, 1, "1", "", ""),
        ("エラー", 1, 1, "9", "", "エラー MSV16"),
        ("送っていない番号", 2, 1, "1", "no", "結果待ち "),
        ("送っていない回", 1, 2, "1", "no", "結果待ち "),
        ("結果が読めない", 1, 1, "3", "result", "結果待ち "),
        ("回数が読めない", 1, 0, "1", "send_no", "結果待ち "),
    ];
    for (what, serial, send_no, result, refused, state) in table {
        let mut bench = Bench::default();
        play(&mut bench, &Numbered(1, 1, "001", "1"));
        assert_eq!(play(&mut bench, &Answered(serial, send_no, result)), refused, "{what}");
        let data = bench.run("number-list", &json!({})).answer.unwrap().data;
        let rows = data["rows"].as_array().unwrap();
        let shown = rows.first().map_or_else(String::new, |one| {
            format!("{} {}", one["state"].as_str().unwrap(), one["code"].as_str().unwrap())
        });
        assert_eq!(shown, state, "{what}");
        assert!(!data.to_string().contains(&individual(1)), "{what}");
        // 再送 is for what was refused.
        let again = play(&mut bench, &Resent(1));
        assert_eq!(again, if state.starts_with("エラー") { "" } else { "MSV09" }, "{what}");
    }
}

/// Copies and blocks that went, as 送信回数.
fn went(bench: &Bench) -> String {
    let copies = bench.offers("copy", &["send_no"]).join(",");
    let blocks = bench.offers("block", &["send_no"]).join(",");
    format!("副本{copies} 設定{blocks}")
}

#[test]
fn 番号を削除すると副本も設定も出ず_登録し直すと送り直す() {
    let table: Vec<(&str, Vec<Step>, &str)> = vec![
        ("登録中", vec![Numbered(1, 1, "001", "1"), Copy(1, 1)], "副本1 設定"),
        ("削除", vec![Numbered(1, 1, "001", "1"), Copy(1, 1), Removed(1, "001")], "副本 設定"),
        (
            "登録し直し",
            vec![Numbered(1, 1, "001", "1"), Copy(1, 1), Removed(1, "001"), Numbered(1, 1, "001", "1")],
            "副本2 設定",
        ),
        (
            "支援措置の人の登録し直しは設定の受付を待つ",
            vec![
                Numbered(1, 1, "001", "1"),
                Copy(1, 1),
                Protected(1, 1),
                Removed(1, "001"),
                Numbered(1, 1, "001", "1"),
            ],
            "副本1 設定2",
        ),
        (
            "登録を断られた人の副本は待つ",
            vec![Numbered(1, 1, "001", "1"), Answered(1, 1, "9"), Copy(1, 1)],
            "副本 設定",
        ),
        (
            "登録が受け付けられると送る",
            vec![Numbered(1, 1, "001", "1"), Answered(1, 1, "9"), Copy(1, 1), Resent(1), Answered(1, 2, "1")],
            "副本1 設定",
        ),
        (
            "別の宛名番号が残る人の副本はそのまま",
            vec![Numbered(1, 1, "001", "1"), Numbered(1, 5, "014", ""), Copy(1, 1), Removed(1, "001")],
            "副本1 設定",
        ),
    ];
    for (what, steps, expected) in table {
        let mut bench = Bench::default();
        for step in &steps {
            play(&mut bench, step);
        }
        assert_eq!(went(&bench), expected, "{what}");
    }
}

/// Numbers given before numbers were told: the next row of the register, or of 宛名, has them registered.
#[test]
fn 連絡の始まる前に付番した番号は_次の行で登録を連絡する() {
    let mut bench = Bench::default();
    play(&mut bench, &Numbered(1, 1, "001", "1"));
    let held = bench.memory.get(&REGISTRATION, &number(1)).unwrap().unwrap();
    bench.memory.commit(vec![Write::close(&REGISTRATION, number(1), held.version)]);
    let untold =
        |bench: &mut Bench| bench.run("number-list", &json!({})).answer.unwrap().data["untold"].clone();
    assert_eq!((told(&bench), untold(&mut bench)), (String::new(), json!(1)));
    play(&mut bench, &Resident(1, 2, "1", "甲"));
    assert_eq!((told(&bench).ends_with(":1"), untold(&mut bench)), (true, json!(0)));
}
