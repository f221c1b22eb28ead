//! Items other tasks own: taken in, shown, printed; and the memo, which is none of the record.

use std::collections::BTreeSet;

use domain::{RegisterDate, Sex};
use serde_json::{Value, json};
use system::{Applied, Batch, BatchExtent, Incoming, Row};

use crate::cases::usual;
use crate::town::{Described, Town};

const ITEMS: [&str; 7] =
    ["addressee_no", "scheme", "acquired_on", "lost_on", "class", "class_changed_on", "basic_pension_no"];

fn town() -> Town {
    let mut town = Town::new();
    let birth = RegisterDate::parse_input("1980-01-01").unwrap();
    let member = |name, relation, sex| Described { name, relation, sex, birth };
    town.household("1番地", &[member("太郎", "世帯主", Sex::Male), member("花子", "妻", Sex::Female)]);
    town
}

/// Gives rows to the intake, a text of items in order each, and commits what it decides. `@name` is a 宛名番号.
fn take(town: &mut Town, rows: &[&str], extent: BatchExtent<'_>) -> Applied {
    let filled: Vec<Row> = rows
        .iter()
        .map(|text| {
            let mut row = Row::new();
            let mut values = text.split(' ');
            for _ in ITEMS {
                let value = values.next().unwrap_or_default();
                match value.strip_prefix('@') {
                    Some(name) => row.push(town.people[name].as_str()),
                    None => row.push(if value == "-" { "" } else { value }),
                }
            }
            row
        })
        .collect();
    let incoming: Vec<Incoming<'_>> = filled.iter().map(|row| Incoming::new(&ITEMS, row)).collect();
    let batch = Batch { link: "test", no: 1, extent, subject: "addressee_no", rows: &incoming };
    let intake = town.system.intakes.iter().find(|one| one.id == "resident-register/qualifications").unwrap();
    let applied = town.with_context(|view, context| (intake.apply)(view, &batch, context).unwrap());
    if !applied.writes.is_empty() {
        town.commit("qualifications", applied.writes.clone());
    }
    applied
}

/// What the record's screen says of other tasks, one line per scheme.
fn shown(town: &mut Town, name: &str) -> Vec<String> {
    let no = json!({ "addressee_no": town.people[name] });
    let data = town.run("person", "clerk", &no, true).outcome.answer.unwrap().data;
    let groups = data["groups"].as_array().unwrap();
    let of_others = groups.iter().find(|group| group["title"] == "資格（他業務から）");
    let items = of_others.map(|group| group["items"].as_array().unwrap().clone()).unwrap_or_default();
    items
        .iter()
        .map(|item| format!("{} {}", item["title"].as_str().unwrap(), item["value"].as_str().unwrap()))
        .collect()
}

#[test]
fn each_task_tells_its_own_item_and_the_record_shows_them_in_the_order_of_the_law() {
    let mut town = town();
    let rows = [
        "@太郎 027 2026-05-01 2040-03-01",
        "@太郎 006 2026-03-01 -",
        "@太郎 024 2020-04-01 -",
        "@太郎 026 2000-01-01 - 1 2020-04-01 1234567890",
        "@花子 024 2020-04-01 2025-03-31",
    ];
    for row in rows {
        assert!(take(&mut town, &[row], BatchExtent::Difference).refused.is_empty());
    }
    assert_eq!(
        shown(&mut town, "太郎"),
        [
            "選挙人名簿 登録あり",
            "国民健康保険 令和2年4月1日取得",
            "国民年金 1号被保険者、基礎年金番号 1234567890、平成12年1月1日取得、令和2年4月1日種別変更",
            "児童手当 令和8年5月から、令和22年3月まで",
        ]
    );
    assert_eq!(shown(&mut town, "花子"), ["国民健康保険 令和2年4月1日取得、令和7年3月31日喪失"]);
    // A repeat says nothing new.
    assert!(take(&mut town, &[rows[1]], BatchExtent::Difference).writes.is_empty());
    // Struck off the roll.
    take(&mut town, &["@太郎 006 2026-03-01 2026-09-01"], BatchExtent::Difference);
    assert_eq!(shown(&mut town, "太郎")[0], "選挙人名簿 登録なし");
}

#[test]
fn a_row_that_is_wrong_is_refused_with_its_item_and_the_others_are_taken() {
    let mut town = town();
    for (row, item) in [
        ("000000000000019x 024 2020-04-01 -", "addressee_no"),
        ("000000000123455 024 2020-04-01 -", "addressee_no"), // nobody's number
        ("@太郎 010 2020-04-01 -", "scheme"),
        ("@太郎 024 2020-04-31 -", "acquired_on"),
        ("@太郎 024 2020-04-01 2020-03-31", "lost_on"),
        ("@太郎 026 2020-04-01 - 1 - 12345", "basic_pension_no"),
    ] {
        let applied = take(&mut town, &[row, "@花子 024 2020-04-01 -"], BatchExtent::Difference);
        let refused: Vec<&str> = applied.refused.iter().map(|refused| refused.item.as_str()).collect();
        assert_eq!(refused, [item], "{row}");
    }
    assert!(shown(&mut town, "太郎").is_empty());
    assert_eq!(shown(&mut town, "花子").len(), 1);
}

#[test]
fn who_is_in_no_row_of_a_full_extract_has_the_qualification_no_more() {
    let mut town = town();
    take(&mut town, &["@太郎 024 2020-04-01 -"], BatchExtent::Difference);
    take(&mut town, &["@花子 024 2020-04-01 -"], BatchExtent::Difference);
    take(&mut town, &["@花子 023 2021-04-01 -"], BatchExtent::Difference);
    let subjects = BTreeSet::from([town.people["太郎"].to_string()]);
    take(&mut town, &["@太郎 024 2020-04-01 -"], BatchExtent::FullEnd { subjects: &subjects });
    assert_eq!(shown(&mut town, "太郎").len(), 1);
    // The insurance of the other scheme is not in this extract and stays.
    assert_eq!(shown(&mut town, "花子"), ["介護保険 令和3年4月1日取得"]);
}

#[test]
fn certificates_print_what_was_told_and_a_copy_what_the_first_one_showed() {
    let mut town = town();
    town.pool(10);
    take(&mut town, &["@太郎 024 2020-04-01 -"], BatchExtent::Difference);
    let targets = json!([town.people["太郎"]]);
    let mut input = usual("issue-items", town.today);
    input["targets"] = targets.clone();
    input["with_qualifications"] = json!(true);
    let told = |ran: &crate::town::Ran| ran.outcome.documents[0].data["persons"][0].to_string();
    let printed = town.run("issue-items", "clerk", &input, true);
    assert!(told(&printed).contains("令和2年4月1日取得"), "{:?}", printed.findings);
    // The move-out certificate, then the loss of the insurance, then a copy of the certificate.
    let mut out = usual("move-out", town.today);
    out["targets"] = targets.clone();
    let entered = town.run("move-out", "clerk", &out, true);
    let no = json!({ "provisional_no": entered.outcome.opens });
    assert!(town.run("finalize", "reviewer", &no, true).committed);
    let mut issue = usual("issue-move-out-certificate", town.today);
    issue["targets"] = targets;
    let first = town.run("issue-move-out-certificate", "clerk", &issue, true);
    assert!(told(&first).contains("令和2年4月1日取得"), "{:?}", first.findings);
    // Of the schemes that told nothing there is a place to write in.
    assert!(told(&first).contains("介護保険"));
    town.minutes += 10;
    take(&mut town, &["@太郎 024 2020-04-01 2026-04-30"], BatchExtent::Difference);
    issue["reissue"] = json!(true);
    let copy = town.run("issue-move-out-certificate", "clerk", &issue, true);
    assert!(!told(&copy).contains("喪失"), "{:?}", copy.findings);
}

#[test]
fn a_memo_is_written_shown_and_never_forgotten() {
    let mut town = town();
    let no = town.people["太郎"];
    let memo = |town: &mut Town, text: &str| {
        town.minutes += 1;
        town.run("memo", "clerk", &json!({ "addressee_no": no, "text": text }), true)
    };
    let shown = |town: &mut Town| -> Value {
        let data =
            town.run("person", "clerk", &json!({ "addressee_no": no }), true).outcome.answer.unwrap().data;
        data["memo"].clone()
    };
    assert!(memo(&mut town, "窓口に筆談の用意").committed);
    assert_eq!(shown(&mut town), "窓口に筆談の用意");
    assert_eq!(memo(&mut town, "窓口に筆談の用意").codes(), ["D011"]);
    assert!(memo(&mut town, "").committed);
    assert_eq!(shown(&mut town), "");
    let history = town.run("memo-history", "clerk", &json!({ "addressee_no": no }), true);
    let rows = history.outcome.answer.unwrap().data["rows"].clone();
    assert_eq!((&rows[0]["text"], &rows[1]["text"]), (&json!(""), &json!("窓口に筆談の用意")));
    assert_eq!(rows[1]["user"], "clerk");
    let nobody = town.run("memo", "clerk", &json!({ "addressee_no": "000000000123455", "text": "x" }), true);
    assert_eq!(nobody.codes(), ["D002"]);
}
