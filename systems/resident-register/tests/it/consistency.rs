//! 整合性確認: the file of 住基ネット beside the register, the list, and how a difference ends; what the certificate server hears.

use std::collections::{BTreeMap, BTreeSet};

use domain::{RegisterDate, Sex};
use register::ViewExt;
use resident_register::records::ConsistencyDifference;
use serde_json::{Value, json};
use system::{Batch, BatchExtent, Fate, Incoming, Row};

use crate::cases::usual;
use crate::town::{Described, Town};

const NAMES: [&str; 7] =
    ["resident_record_code", "row_no", "name", "birth_date", "sex", "address", "individual_number"];

fn town() -> Town {
    let mut town = Town::new();
    let birth = RegisterDate::parse_input("1980-01-01").unwrap();
    let member = |name, relation| Described { name, relation, sex: Sex::Unknown, birth };
    town.household("1番地", &[member("太郎", "世帯主"), member("花子", "妻"), member("一郎", "同居人")]);
    town
}

/// What 住基ネット holds of a resident, when all is well.
fn theirs(town: &Town, name: &str, row_no: &str) -> Vec<String> {
    let person = town.person(name);
    vec![
        person.resident_record_code.unwrap().expose().to_owned(),
        row_no.to_owned(),
        person.name.replace('　', ""),
        person.birth_date.to_string(),
        person.sex.code().to_owned(),
        person.address.one_line(),
        person.individual_number.unwrap().expose().to_owned(),
    ]
}

fn check(town: &mut Town, rows: &[Vec<String>]) -> Vec<String> {
    let subjects: BTreeSet<String> = rows.iter().map(|row| row[0].clone()).collect();
    let filled: Vec<Row> = rows
        .iter()
        .map(|values| {
            let mut row = Row::new();
            values.iter().for_each(|value| row.push(value));
            row
        })
        .collect();
    let incoming: Vec<Incoming<'_>> = filled.iter().map(|row| Incoming::new(&NAMES, row)).collect();
    let extent = BatchExtent::FullEnd { subjects: &subjects };
    let batch = Batch { link: "test", no: 1, extent, subject: NAMES[0], rows: &incoming };
    let intake = town.system.intakes.iter().find(|one| one.id == "resident-register/consistency").unwrap();
    let applied = town.with_context(|view, context| (intake.apply)(view, &batch, context).unwrap());
    if !applied.writes.is_empty() {
        town.commit("consistency", applied.writes.clone());
    }
    applied.refused.into_iter().map(|refused| refused.item).collect()
}

fn listed(town: &mut Town, status: &str) -> Vec<(String, String, String)> {
    let input = json!({ "difference_status": status });
    let data = town.run("consistency-list", "clerk", &input, true).outcome.answer.unwrap().data;
    let text = |row: &Value, item: &str| row[item].as_str().unwrap_or_default().to_owned();
    let rows = data["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| (text(row, "name"), text(row, "difference_kind"), text(row, "difference_items")))
        .collect()
}

fn three(name: &str, difference: &str, items: &str) -> (String, String, String) {
    (name.to_owned(), difference.to_owned(), items.to_owned())
}

#[test]
fn each_kind_of_difference_is_found_told_and_gone_when_both_say_the_same() {
    let mut town = town();
    let rows = ["太郎", "花子", "一郎"].map(|name| theirs(&town, name, name.len().to_string().as_str()));
    assert!(check(&mut town, &rows).is_empty());
    assert!(listed(&mut town, "open").is_empty());
    // 太郎 lives elsewhere there, 花子 is not there, somebody else is.
    let mut wrong = rows.clone();
    wrong[0][5] = "架空県みなと郡台帳町字浜9番地".to_owned();
    wrong[1][0] = "23057188464".to_owned();
    wrong[1][1] = "55".to_owned();
    assert!(check(&mut town, &wrong).is_empty());
    assert_eq!(
        listed(&mut town, "open"),
        [
            three("", "住基ネットだけにある", ""),
            three("山田　太郎", "項目が違う", "住所"),
            three("山田　花子", "住民記録だけにある", ""),
        ]
    );
    // The file once more finds nothing new.
    assert!(check(&mut town, &wrong).is_empty());
    assert_eq!(listed(&mut town, "open").len(), 3);
    // Whoever looks at the person or moves them is told.
    let no = town.people["太郎"];
    let data = town.run("person", "clerk", &json!({ "addressee_no": no }), true).outcome.answer.unwrap().data;
    assert!(
        data["suppression_notes"].to_string().contains("整合性確認の差"),
        "{}",
        data["suppression_notes"]
    );
    let mut input = usual("move-within", town.today);
    input["targets"] = json!([no]);
    input["relations"] = json!([{ "addressee_no": no, "relation": "世帯主" }]);
    assert!(town.run("move-within", "clerk", &input, false).codes().contains(&"A173".to_owned()));
    // The next file is right.
    town.today = jiff::civil::date(2026, 4, 2);
    assert!(check(&mut town, &rows).is_empty());
    assert!(listed(&mut town, "open").is_empty());
    assert_eq!(listed(&mut town, "gone").len(), 3);
}

#[test]
fn a_difference_ends_when_staff_say_so_or_the_notice_is_sent_again_or_the_register_is_put_right() {
    let mut town = town();
    let mut rows = ["太郎", "花子", "一郎"].map(|name| theirs(&town, name, "1"));
    rows[0][2] = "山田次郎".to_owned();
    rows[1][5] = "どこか".to_owned();
    rows[2][6] = "123456789018".to_owned();
    check(&mut town, &rows);
    assert_eq!(listed(&mut town, "open").len(), 3);
    let no = town.people["太郎"];
    let settle = json!({ "difference_no": format!("P-{no}"), "reason": "住基ネット側の誤り" });
    assert!(town.run("consistency-settle", "clerk", &settle, true).committed);
    assert_eq!(town.run("consistency-settle", "clerk", &settle, true).codes(), ["D101"]);
    // 花子 moves there, and the differences are looked at again.
    let person = town.person("花子");
    let address = person.address.one_line();
    let held =
        town.view().load::<ConsistencyDifference>(&format!("P-{}", person.addressee_no)).unwrap().unwrap();
    let put_right =
        ConsistencyDifference { theirs: held.record.theirs.replace("どこか", &address), ..held.record };
    let write = register::Write::put(&put_right, Some(held.version)).unwrap();
    town.commit("test", vec![write]);
    assert!(town.run("consistency-again", "night", &json!({}), true).committed);
    let left = listed(&mut town, "open");
    assert_eq!(left, [three("山田　一郎", "項目が違う", "個人番号")]);
    // A number is in no list.
    let input = json!({});
    let data = town.run("consistency-list", "clerk", &input, true).outcome.answer.unwrap().data;
    assert!(!data.to_string().contains("123456789018"), "{data}");
    // 旧氏 of 一郎 makes a notice; sent again it ends the difference.
    let mut input = usual("former-name", town.today);
    input["name_kind"] = json!("54");
    input["targets"] = json!([town.people["一郎"]]);
    input["former_family_name"] = json!("鈴木");
    input["former_family_kana"] = json!("スズキ");
    let entered = town.run("former-name", "clerk", &input, true);
    assert!(entered.committed, "{:?}", entered.findings);
    let done = town.run("finalize", "reviewer", &json!({ "provisional_no": entered.outcome.opens }), true);
    assert!(done.committed, "{:?}", done.findings);
    let resend = json!({ "message_no": "000000000001", "reason": "整合性確認" });
    assert!(town.run("notice-resend", "clerk", &resend, true).committed);
    assert!(listed(&mut town, "open").is_empty());
    assert_eq!(listed(&mut town, "settled").len(), 2);
}

#[test]
fn a_row_that_does_not_read_is_refused_and_tells_no_code() {
    let mut town = town();
    let good = theirs(&town, "太郎", "1");
    let mut rows = vec![good.clone(), good];
    rows[0][1] = String::new();
    rows[1][0] = "23057188465".to_owned();
    assert_eq!(check(&mut town, &rows), ["row_no", "resident_record_code"]);
}

/// The rows of a dataset by subject.
fn rows(town: &Town, dataset: &str) -> BTreeMap<String, BTreeMap<&'static str, String>> {
    let view = town.view();
    let id = format!("resident-register/{dataset}");
    let dataset = town.system.datasets.iter().find(|one| one.id == id).unwrap();
    let mut rows = BTreeMap::new();
    view.scan(dataset.kind, None, &mut |stored| {
        let mut row = Row::new();
        if (dataset.row)(&*view, stored, &mut row)? == Fate::Row {
            assert_eq!(row.len(), dataset.items.len(), "{id}");
            let row: BTreeMap<_, _> =
                dataset.names().into_iter().zip(row.values().map(str::to_owned)).collect();
            rows.insert(row[dataset.subject].clone(), row);
        }
        Ok(std::ops::ControlFlow::Continue(()))
    })
    .unwrap();
    rows
}

/// Whether the certificate server may print for each, by the record and by what told it of a stop.
fn available(town: &Town) -> (String, String) {
    let join =
        |dataset| rows(town, dataset).values().map(|row| row["available"].as_str()).collect::<String>();
    (join("convenience-store"), join("convenience-store-stop"))
}

#[test]
fn the_certificate_server_hears_of_suppressions_and_measures_and_not_of_a_temporary_release() {
    let mut town = town();
    let home = town.person("太郎").household_no;
    assert_eq!(available(&town), ("111".to_owned(), String::new()));
    let set = |town: &mut Town, target: Value| {
        let mut input = json!({ "certificate": "alert", "reason": "試験" });
        input.as_object_mut().unwrap().extend(target.as_object().unwrap().clone());
        let ran = town.run("suppression-set", "clerk", &input, true);
        assert!(ran.committed, "{:?}", ran.findings);
    };
    let taro = town.people["太郎"];
    set(&mut town, json!({ "addressee_no": taro }));
    assert_eq!(available(&town), ("011".to_owned(), "0".to_owned()));
    // Who may not be printed is a number and nothing else.
    let row = rows(&town, "convenience-store").remove(&town.people["太郎"].to_string()).unwrap();
    assert!(
        row.iter().all(|(item, value)| *item == "addressee_no" || *item == "available" || value.is_empty())
    );
    let release = json!({ "suppression_no": "00000001", "reason": "窓口で確認", "minutes": "30" });
    town.run("suppression-release", "clerk", &release, true);
    assert_eq!(available(&town), ("011".to_owned(), "0".to_owned()));
    set(&mut town, json!({ "household_no": home }));
    assert_eq!(available(&town), ("000".to_owned(), "000".to_owned()));
    let end = |town: &mut Town, no: &str| {
        let input = json!({ "suppression_no": no, "reason": "済み" });
        assert!(town.run("suppression-end", "clerk", &input, true).committed);
    };
    end(&mut town, "00000002");
    assert_eq!(available(&town), ("011".to_owned(), "011".to_owned()));
    end(&mut town, "00000001");
    assert_eq!(available(&town), ("111".to_owned(), "111".to_owned()));
    let mut input = usual("support-apply", town.today);
    input["applicant"] = json!(town.people["花子"]);
    assert!(town.run("support-apply", "clerk", &input, true).committed);
    assert_eq!(available(&town), ("101".to_owned(), "101".to_owned()));
    assert_eq!(town.contradictions(), Vec::<String>::new());
}

#[test]
fn what_others_may_see_has_no_number_and_marks_the_protected() {
    let mut town = town();
    let mut input = usual("support-apply", town.today);
    input["applicant"] = json!(town.people["花子"]);
    assert!(town.run("support-apply", "clerk", &input, true).committed);
    let hanako = town.people["花子"].to_string();
    for (dataset, item) in [("resident-basic", "guarded"), ("specific-personal", "undisclosed")] {
        let rows = rows(&town, dataset);
        let marked: Vec<&String> =
            rows.iter().filter(|(_, row)| row[item] == "1").map(|(no, _)| no).collect();
        assert_eq!(marked, [&hanako], "{dataset}");
    }
    let heads = rows(&town, "household-head");
    assert!(heads.values().all(|row| row["name"].is_empty() && row["member_count"] == "3"));
    let undisclosed = rows(&town, "non-disclosure");
    assert_eq!(undisclosed[&hanako]["no_automatic_answer"], "1");
    let base = rows(&town, "addressee-base");
    assert_eq!((&*base[&hanako]["carries_number"], &*base[&hanako]["integrated_flag"]), ("1", "1"));
    assert_eq!(rows(&town, "consistency-data").len(), 3);
    let numbers: Vec<String> = ["太郎", "花子", "一郎"]
        .into_iter()
        .map(|name| town.person(name))
        .flat_map(|person| {
            let (code, number) = (person.resident_record_code.unwrap(), person.individual_number.unwrap());
            [code.expose().to_owned(), number.expose().to_owned()]
        })
        .collect();
    let base = rows(&town, "numbered-base");
    let number = town.person("花子").individual_number.unwrap();
    assert_eq!(base[&hanako]["individual_number"], number.expose());
    // What may leave the house has none.
    let all: Vec<&str> = town
        .system
        .datasets
        .iter()
        .filter(|dataset| !dataset.is_confined())
        .map(|dataset| dataset.id)
        .collect();
    assert_eq!(all.len() + 1, town.system.datasets.len());
    for id in all {
        let (_, name) = id.split_once('/').unwrap();
        for value in rows(&town, name).values().flat_map(|row| row.values()) {
            assert!(!numbers.contains(value), "{id}: {value}");
        }
    }
}
