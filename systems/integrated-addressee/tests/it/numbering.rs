//! 付番 and 個人番号の変更 by what the register of residents tells.

use integrated_addressee::intakes::{REMOVALS, RESIDENTS};
use integrated_addressee::records::{Conflict, Link, Person};
use register::ViewExt;
use serde_json::json;
use testkit::bench::Given;

use super::bench::{Bench, individual, number, row};

/// 宛名番号, 履歴番号, whose 個人番号 (0: none), birth date, sex.
fn resident((serial, history, person, born, sex): (u64, u32, u64, &str, &str)) -> Given {
    let held = if person == 0 { String::new() } else { individual(person) };
    row(&[
        ("addressee_no", &number(serial)),
        ("history_no", &history.to_string()),
        ("resident_status", "1"),
        ("name", &format!("住民{serial}の{history}")),
        ("birth_date", born),
        ("sex", sex),
        ("carries_number", if person == 0 { "" } else { "1" }),
        ("individual_number", &held),
    ])
}

/// Who has a 宛名番号: serial of the integrated number, whose 個人番号, the name held. Blank when it has none.
fn holder(bench: &Bench, serial: u64, people: u64) -> String {
    let Some(link) = bench.memory.load::<Link>(&number(serial)).unwrap() else { return String::new() };
    let integrated_no = link.record.integrated_no;
    let person = bench.memory.load::<Person>(integrated_no.as_str()).unwrap().unwrap().record;
    let whose = (1..=people).find(|nth| individual(*nth) == person.individual_number.expose()).unwrap();
    format!("{} {whose} {}", integrated_no.serial(), person.name)
}

fn listed(bench: &mut Bench) -> Vec<String> {
    let data = bench.run("pending", &json!({})).answer.unwrap().data;
    let text = data.to_string();
    assert!((1..=9).all(|nth| !text.contains(&individual(nth))), "{text}");
    let rows = data["rows"].as_array().unwrap().iter();
    rows.map(|one| {
        let what = one["to_check"].as_str().unwrap();
        let what = ["生年月日・性別が違います", "生年月日が違います", "人が持っています", "付番していません"]
            .into_iter()
            .find(|part| what.contains(part))
            .unwrap();
        format!("{} {what}", one["class"].as_str().unwrap())
    })
    .collect()
}

type Told<'a> = (u64, u32, u64, &'a str, &'a str);

#[test]
fn 住民記録の行による付番の表() {
    let (born, other) = ("1985-04-01", "1990-01-31");
    // What is told batch by batch; who has 宛名番号 1 and 2 then, and the list.
    type Case<'a> = (&'a str, Vec<Vec<Told<'a>>>, [&'a str; 2], Vec<&'a str>);
    let table: Vec<Case<'_>> = vec![
        ("初めての人", vec![vec![(1, 1, 1, born, "1")]], ["1 1 住民1の1", ""], vec![]),
        (
            "一つの配信の二人",
            vec![vec![(1, 1, 1, born, "1"), (2, 1, 2, born, "1")]],
            ["1 1 住民1の1", "2 2 住民2の1"],
            vec![],
        ),
        ("個人番号のない人は付番しない", vec![vec![(1, 1, 0, born, "1")]], ["", ""], vec![]),
        (
            "後から個人番号が届く（出生、入国）",
            vec![vec![(1, 1, 0, born, "1")], vec![(1, 2, 1, born, "1")]],
            ["1 1 住民1の2", ""],
            vec![],
        ),
        (
            "氏名の変更では番号も個人番号も変わらない",
            vec![vec![(1, 1, 1, born, "1")], vec![(1, 2, 1, born, "1")]],
            ["1 1 住民1の2", ""],
            vec![],
        ),
        (
            "個人番号の変更では団体内統合宛名番号は変わらない",
            vec![vec![(1, 1, 1, born, "1")], vec![(1, 2, 3, born, "1")]],
            ["1 3 住民1の2", ""],
            vec![],
        ),
        (
            "変更前の古い行は戻さない",
            vec![vec![(1, 2, 3, born, "1")], vec![(1, 1, 1, born, "1")]],
            ["1 3 住民1の2", ""],
            vec![],
        ),
        (
            "個人番号が消えた行では消さない",
            vec![vec![(1, 1, 1, born, "1")], vec![(1, 2, 0, born, "1")]],
            ["1 1 住民1の2", ""],
            vec![],
        ),
        (
            "同じ人の二つ目の宛名番号（再転入）は同じ番号",
            vec![vec![(1, 1, 1, born, "1")], vec![(2, 1, 1, born, "1")]],
            ["1 1 住民2の1", "1 1 住民2の1"],
            vec![],
        ),
        (
            "同じ配信で届いても同じ番号",
            vec![vec![(1, 1, 1, born, "1"), (2, 1, 1, born, "1")]],
            ["1 1 住民2の1", "1 1 住民2の1"],
            vec![],
        ),
        (
            "生年月日の違う人の個人番号は、付番せず一覧に出す",
            vec![vec![(1, 1, 1, born, "1")], vec![(2, 1, 1, other, "1")]],
            ["1 1 住民1の1", ""],
            vec!["住民 生年月日が違います"],
        ),
        (
            "性別も違う",
            vec![vec![(1, 1, 1, born, "1")], vec![(2, 1, 1, other, "2")]],
            ["1 1 住民1の1", ""],
            vec!["住民 生年月日・性別が違います"],
        ),
        (
            "正しい個人番号が届けば付番し、一覧から消える",
            vec![vec![(1, 1, 1, born, "1")], vec![(2, 1, 1, other, "1")], vec![(2, 2, 2, other, "1")]],
            ["1 1 住民1の1", "2 2 住民2の2"],
            vec![],
        ),
        (
            "誤りの個人番号が消えれば、一覧から消える",
            vec![vec![(1, 1, 1, born, "1")], vec![(2, 1, 1, other, "1")], vec![(2, 2, 0, other, "1")]],
            ["1 1 住民1の1", ""],
            vec![],
        ),
        (
            "ほかの人の個人番号への変更は、変えず一覧に出す",
            vec![vec![(1, 1, 1, born, "1"), (2, 1, 2, born, "1")], vec![(2, 2, 1, born, "1")]],
            ["1 1 住民1の1", "2 2 住民2の2"],
            vec!["付番済み 人が持っています"],
        ),
        (
            "一つの配信で、手放した人の個人番号を次の人が持つ",
            vec![
                vec![(1, 1, 1, born, "1"), (2, 1, 2, born, "1")],
                vec![(2, 2, 3, born, "1"), (1, 2, 2, born, "1")],
            ],
            ["1 2 住民1の2", "2 3 住民2の2"],
            vec![],
        ),
        (
            "持っていた人が先に変われば、次の行で変わり、一覧から消える",
            vec![
                vec![(1, 1, 1, born, "1"), (2, 1, 2, born, "1")],
                vec![(2, 2, 1, born, "1")],
                vec![(1, 2, 3, born, "1"), (2, 3, 1, born, "1")],
            ],
            ["1 3 住民1の2", "2 1 住民2の3"],
            vec![],
        ),
        (
            "元の個人番号に戻れば、一覧から消える",
            vec![
                vec![(1, 1, 1, born, "1"), (2, 1, 2, born, "1")],
                vec![(2, 2, 1, born, "1")],
                vec![(2, 3, 2, born, "1")],
            ],
            ["1 1 住民1の1", "2 2 住民2の3"],
            vec![],
        ),
    ];
    for (what, batches, wanted, list) in table {
        let mut bench = Bench::default();
        for batch in &batches {
            let rows: Vec<Given> = batch.iter().copied().map(resident).collect();
            assert_eq!(bench.take(&RESIDENTS, &rows), [], "{what}");
        }
        assert_eq!([1, 2].map(|serial| holder(&bench, serial, 3)), wanted, "{what}");
        assert_eq!(listed(&mut bench), list, "{what}");
    }
}

#[test]
fn 除票の行は個人番号を戻さない() {
    let born = "1985-04-01";
    let mut bench = Bench::default();
    bench.take(&RESIDENTS, &[resident((1, 1, 1, born, "1"))]);
    let mut removed = resident((1, 2, 1, born, "1"));
    let status = domain::ResidentStatus::ALL.iter().find(|one| one.code() != "1").unwrap().code();
    removed.iter_mut().find(|(item, _)| *item == "resident_status").unwrap().1 = status.to_owned();
    bench.take(&RESIDENTS, &[removed.clone(), resident((2, 1, 1, born, "1"))]);
    bench.take(&RESIDENTS, &[resident((2, 2, 3, born, "1"))]);
    assert_eq!(holder(&bench, 2, 3), "1 3 住民2の2");
    removed.iter_mut().find(|(item, _)| *item == "history_no").unwrap().1 = "3".to_owned();
    bench.take(&RESIDENTS, &[removed]);
    assert_eq!([1, 2].map(|serial| holder(&bench, serial, 3)), ["1 3 住民2の2", "1 3 住民2の2"]);
    assert_eq!(listed(&mut bench), Vec::<String>::new());
}

#[test]
fn 付番した番号は中間サーバーに一度だけ連絡する() {
    let mut bench = Bench::default();
    let sent = |bench: &Bench| bench.offers("registration", &["integrated_no", "send_no", "request"]);
    bench.take(&RESIDENTS, &[resident((1, 1, 1, "1985-04-01", "1"))]);
    let once = sent(&bench);
    assert_eq!(once.len(), 1);
    bench.take(&RESIDENTS, &[resident((1, 2, 2, "1985-04-01", "1"))]);
    assert_eq!(sent(&bench), once);
}

#[test]
fn 食い違いは職員の付番と変更でも一覧から消える() {
    let born = "1985-04-01";
    let mut bench = Bench::default();
    bench.take(&RESIDENTS, &[resident((1, 1, 1, born, "1")), resident((2, 1, 2, born, "1"))]);
    bench.take(&RESIDENTS, &[resident((2, 2, 1, born, "1")), resident((3, 1, 1, "1990-01-31", "1"))]);
    assert_eq!(listed(&mut bench), ["住民 生年月日が違います", "付番済み 人が持っています"]);
    let change = |nth: u64| json!({"addressee_no": number(2), "individual_number": individual(nth)});
    assert_eq!(bench.codes("change-number", &change(1)), "ADR83");
    assert_eq!(bench.codes("change-number", &change(4)), "");
    assert_eq!(listed(&mut bench), ["住民 生年月日が違います"]);
    let asked = json!({
        "individual_number": individual(1), "addressee_no": number(3), "task_id": "001",
        "resident_status": "1", "name": "丁", "birth_date": "1990-01-31",
    });
    assert_eq!(bench.codes("number", &asked), "ADR82");
    assert_eq!(listed(&mut bench), Vec::<String>::new());
    assert!(bench.memory.load::<Conflict>(&number(3)).unwrap().is_none());
}

#[test]
fn 読めない個人番号の行は受け付けず番号を出さない() {
    let mut bench = Bench::default();
    let wrong = individual(1).replace(['0', '1'], "8");
    let mut given = resident((1, 1, 1, "1985-04-01", "1"));
    if let Some((_, value)) = given.iter_mut().find(|(item, _)| *item == "individual_number") {
        value.clone_from(&wrong);
    }
    let refused = bench.take(&RESIDENTS, &[given, resident((2, 1, 2, "1985-04-01", "1"))]);
    let [(item, message)] = &*refused else { panic!("{refused:?}") };
    assert_eq!(item, "individual_number");
    assert!(message.contains("検査用数字") && !message.contains(&wrong), "{message}");
    assert_eq!([1, 2].map(|serial| holder(&bench, serial, 3)), ["", "1 2 住民2の1"]);
}

#[test]
fn 業務の削除の依頼の表() {
    /// What is asked for; item and words of what is refused; the tasks of both numbers then; whether the server is told of a deletion.
    type Case<'a> = (&'a str, &'a [(u64, &'a str)], &'a [(&'a str, &'a str)], [&'a str; 2], bool);
    // 宛名番号 1 is represented by 001 and 014, 2 of the same person by 014 alone.
    let table: [Case<'_>; 6] = [
        ("ほかの業務が残る", &[(1, "014")], &[], ["001", "014"], false),
        ("ほかの宛名番号が残る", &[(2, "014")], &[], ["001 014", ""], false),
        ("どちらも解除", &[(1, "014"), (1, "001"), (2, "014")], &[], ["", ""], true),
        ("立てていない業務は何も変えない", &[(2, "015"), (3, "014")], &[], ["001 014", "014"], false),
        ("業務IDが読めない", &[(2, "14")], &[("task_id", "3桁の数字")], ["001 014", "014"], false),
        ("宛名番号が読めない", &[(0, "014")], &[("addressee_no", "")], ["001 014", "014"], false),
    ];
    for (what, rows, refused, tasks, deleted) in table {
        let mut bench = Bench::default();
        for (serial, task, status) in [(1, "014", ""), (2, "014", ""), (1, "001", "")] {
            let input = json!({
                "individual_number": individual(1), "addressee_no": number(serial), "task_id": task,
                "resident_status": status, "name": "甲",
            });
            assert_eq!(bench.codes("number", &input), "", "{what}");
        }
        let given: Vec<Given> = rows
            .iter()
            .map(|(serial, task)| {
                let no = if *serial == 0 { "12".to_owned() } else { number(*serial) };
                row(&[("addressee_no", &no), ("task_id", task)])
            })
            .collect();
        let said = bench.take(&REMOVALS, &given);
        assert_eq!(said.len(), refused.len(), "{what}: {said:?}");
        for ((item, message), (wanted, part)) in said.iter().zip(refused) {
            assert!(item == wanted && message.contains(part), "{what}: {said:?}");
        }
        let held = [1, 2].map(|serial| {
            let link = bench.memory.load::<Link>(&number(serial)).unwrap();
            link.map_or_else(String::new, |link| link.record.tasks.join(" "))
        });
        assert_eq!(held, tasks, "{what}");
        let sent = bench.offers("registration", &["request"]);
        assert_eq!(sent == ["9"], deleted, "{what}: {sent:?}");
    }
}
