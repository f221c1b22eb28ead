//! Statistics of small towns: the lines of the case file, ages, places, what is refused, and the extracts.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use domain::{AddresseeNo, Date, RegisterDate, Sex};
use serde_json::{Value, json};
use system::{Fate, Row};

use crate::cases::usual;
use crate::town::{Described, Town};

/// Both ways of counting.
pub(crate) const WAYS: [(&str, &str); 2] = [("処理日", "processed"), ("異動日", "event")];

/// Runs a line `count 2026-04-01..2026-04-30 処理日 => 期首=3 出生=1 期末=4`: every number that is not zero, Japanese and,
/// behind a plus, foreign.
pub(crate) fn count_line(town: &mut Town, words: &[&str], expected: &str) -> Option<String> {
    let (from, until) = words[0].split_once("..").expect("first..last");
    let way = WAYS.iter().find(|(word, _)| *word == words[1]).expect("処理日 or 異動日").1;
    let data = over(town, from.parse().unwrap(), until.parse().unwrap(), way);
    let mut found = Vec::new();
    let mut tell = |title: &str, row: &Value| {
        let (japanese, foreign) = (number(row, "japanese"), number(row, "foreign"));
        match (japanese, foreign) {
            (0, 0) => {}
            (japanese, 0) => found.push(format!("{title}={japanese}")),
            (japanese, foreign) => found.push(format!("{title}={japanese}+{foreign}")),
        }
    };
    tell("期首", &data["summary"][0]);
    for row in rows(&data, "movements").iter().filter(|row| !text(row, "item").ends_with("の計")) {
        tell(&text(row, "item"), row);
    }
    for row in rows(&data, "unchanged") {
        tell(&text(row, "item"), row);
    }
    tell("期末", &data["summary"][3]);
    for row in rows(&data, "households").iter().filter(|row| number(row, "closing") != 0) {
        found.push(format!("{}={}", text(row, "item"), number(row, "closing")));
    }
    let wanted: Vec<&str> = expected.split(' ').filter(|word| !word.is_empty()).collect();
    (found != wanted).then(|| format!("came to\n    {}\n    not\n    {}", found.join(" "), wanted.join(" ")))
}

/// Runs a line `residence 2026-04-01..2026-04-30 => 新たな=1 ほかの=1+1`: the notifications of 中長期在留者 and, behind a plus,
/// 特別永住者, by the words in their titles.
pub(crate) fn residence_line(town: &mut Town, words: &[&str], expected: &str) -> Option<String> {
    let (from, until) = words[0].split_once("..").expect("first..last");
    let input = json!({ "span": "days", "from": from, "until": until });
    let data = ask(town, "residence-report", &input);
    let mut found = Vec::new();
    for row in rows(&data, "notifications") {
        let title = text(row, "notification");
        let short =
            ["新たな", "ほかの", "中で"].into_iter().find(|word| title.contains(word)).unwrap_or("計");
        match (number(row, "mid_to_long_term"), number(row, "special_permanent")) {
            (0, 0) => {}
            (stay, 0) => found.push(format!("{short}={stay}")),
            (stay, special) => found.push(format!("{short}={stay}+{special}")),
        }
    }
    (found.join(" ") != expected).then(|| format!("came to {} and not {expected}", found.join(" ")))
}

pub(crate) fn over(town: &mut Town, first: Date, last: Date, way: &str) -> Value {
    over_function(town, "population-statistics", first, last, way)
}

pub(crate) fn ask(town: &mut Town, function: &str, input: &Value) -> Value {
    let ran = town.run(function, "clerk", input, false);
    assert!(ran.findings.is_empty(), "{:?}", ran.findings);
    ran.outcome.answer.unwrap().data
}

pub(crate) fn rows<'a>(data: &'a Value, table: &str) -> &'a [Value] {
    data[table].as_array().unwrap_or_else(|| panic!("no table {table}"))
}

pub(crate) fn number(row: &Value, name: &str) -> i64 {
    row[name].as_i64().unwrap_or_else(|| panic!("no {name} in {row}"))
}

pub(crate) fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_default().to_owned()
}

pub(crate) fn over_function(town: &mut Town, function: &str, first: Date, last: Date, way: &str) -> Value {
    let input = json!({ "span": "days", "from": first.to_string(), "until": last.to_string(), "basis": way });
    ask(town, function, &input)
}

/// The members of a household who are counted by age.
fn aged(births: &[(&'static str, &str)]) -> Town {
    let mut town = Town::new();
    let described: Vec<Described<'_>> = births
        .iter()
        .enumerate()
        .map(|(place, (name, birth))| Described {
            name,
            relation: if place == 0 { "世帯主" } else { "同居人" },
            sex: if place % 2 == 0 { Sex::Male } else { Sex::Female },
            birth: RegisterDate::parse_input(birth).unwrap(),
        })
        .collect();
    town.household("1番地", &described);
    town
}

#[test]
fn ages_change_on_the_birthday_and_classes_are_of_five_years() {
    // On 1 April 2026: name, birth date, single age, class, broad age.
    let table = [
        ("太郎", "2026-04-01", "0歳", "0～4歳", "年少人口（0～14歳）"),
        ("次郎", "2021-04-02", "4歳", "0～4歳", "年少人口（0～14歳）"),
        ("三郎", "2021-04-01", "5歳", "5～9歳", "年少人口（0～14歳）"),
        ("四郎", "2011-04-02", "14歳", "10～14歳", "年少人口（0～14歳）"),
        ("五郎", "2011-04-01", "15歳", "15～19歳", "生産年齢人口（15～64歳）"),
        ("六郎", "1961-04-02", "64歳", "60～64歳", "生産年齢人口（15～64歳）"),
        ("七郎", "1961-04-01", "65歳", "65～69歳", "老年人口（65歳以上）"),
        ("八郎", "1926-04-02", "99歳", "95～99歳", "老年人口（65歳以上）"),
        ("九郎", "1926-04-01", "100歳", "100歳以上", "老年人口（65歳以上）"),
        ("十郎", "1915-01-01", "111歳", "100歳以上", "老年人口（65歳以上）"),
        // Only the year is known: the internal date of the pattern is 1 January.
        ("百郎", "昭和58年 月日不詳", "43歳", "40～44歳", "生産年齢人口（15～64歳）"),
        ("千郎", "年月日不詳", "年齢不詳", "年齢不詳", "年齢不詳"),
    ];
    for (name, birth, age, class, broad) in table {
        let mut town = aged(&[(name, birth)]);
        let data = ask(&mut town, "population-by-age", &json!({ "on": "2026-04-01" }));
        let only = |table: &str, column: &str| {
            let rows = rows(&data, table).iter().filter(|row| number(row, "total") == 1);
            rows.map(|row| text(row, column)).collect::<Vec<_>>().join(" ")
        };
        let found =
            (only("single_ages", "age"), only("age_classes", "age_class"), only("broad_ages", "item"));
        assert_eq!(found, (age.to_owned(), class.to_owned(), broad.to_owned()), "{birth}");
    }
}

#[test]
fn the_average_age_is_rounded_half_up_and_leaves_the_unknown_out() {
    let table: [(&[(&str, &str)], &str); 4] = [
        (&[("太郎", "1986-04-01"), ("次郎", "1985-04-01")], "40.5"),
        (&[("太郎", "1986-04-01"), ("次郎", "1986-04-01"), ("三郎", "1985-04-01")], "40.3"),
        (&[("太郎", "1986-04-01"), ("次郎", "1985-04-01"), ("三郎", "1985-04-01")], "40.7"),
        (&[("太郎", "1986-04-01"), ("次郎", "年月日不詳")], "40.0"),
    ];
    for (births, wanted) in table {
        let data = ask(&mut aged(births), "population-by-age", &json!({}));
        assert_eq!(text(&data, "average_age"), wanted, "{births:?}");
    }
}

#[test]
fn what_cannot_be_counted_is_refused_with_its_remedy() {
    let table = [
        ("population-statistics", json!({ "on": "2026-05-01" }), "D051"),
        ("population-statistics", json!({ "span": "year", "on": "2027-01-01" }), "D051"),
        ("population-statistics", json!({ "span": "days", "from": "2026-03-01" }), "D052"),
        (
            "migration-statistics",
            json!({ "span": "days", "from": "2026-03-02", "until": "2026-03-01" }),
            "D052",
        ),
        ("population-by-age", json!({ "on": "2026-04-02" }), "D051"),
        ("annual-report", json!({ "on": "2027-01-01" }), "D051"),
        ("history-extract", json!({ "from": "2026-04-02" }), "D051"),
    ];
    let mut town = aged(&[("太郎", "1980-01-01")]);
    for (function, input, wanted) in table {
        let ran = town.run(function, "clerk", &input, true);
        assert_eq!(ran.codes(), [wanted], "{function} {input}");
        assert!(ran.outcome.answer.is_none() && !ran.findings[0].remedy.is_empty(), "{function} {input}");
    }
}

#[test]
fn a_blank_question_is_about_the_last_period_that_is_over() {
    // Today is 1 April 2026.
    let table = [
        ("population-statistics", json!({}), "2026-03-01", "2026-03-31"),
        ("population-statistics", json!({ "span": "year" }), "2025-01-01", "2025-12-31"),
        ("population-statistics", json!({ "span": "fiscal-year" }), "2025-04-01", "2026-03-31"),
        // What goes on is counted up to today.
        ("population-statistics", json!({ "on": "2026-04-01" }), "2026-04-01", "2026-04-01"),
        ("population-statistics", json!({ "span": "year", "on": "2026-01-01" }), "2026-01-01", "2026-04-01"),
        ("annual-report", json!({}), "2025-01-01", "2025-12-31"),
    ];
    let mut town = aged(&[("太郎", "1980-01-01")]);
    for (function, input, from, until) in table {
        let data = ask(&mut town, function, &input);
        assert_eq!(
            (text(&data, "first_day"), text(&data, "last_day")),
            (from.into(), until.into()),
            "{function} {input}"
        );
        assert_eq!(text(&data, "basis"), "processed", "the default of statistics.tsv");
        // The register began on 1 April 2026: what lies before is not all there.
        assert_eq!(text(&data, "caution").is_empty(), from == "2026-04-01", "{function} {input}");
    }
}

#[test]
fn movers_are_counted_by_where_from_and_where_to() {
    let mut town = aged(&[("太郎", "1980-01-01"), ("花子", "1982-02-02"), ("一郎", "2000-03-03")]);
    town.pool(5);
    let mut enter = |function: &str, changes: Value| {
        let mut input = usual(function, town.today);
        for (name, value) in changes.as_object().unwrap() {
            input[name] = value.clone();
        }
        let opened = town.run(function, "clerk", &input, true).outcome.opens;
        assert!(
            town.run("finalize", "reviewer", &json!({ "provisional_no": opened }), true).committed,
            "{function}"
        );
    };
    let people = |serial: u64| AddresseeNo::from_serial(serial).unwrap();
    enter("move-in", json!({ "prev_prefecture": "架空県" }));
    enter(
        "move-out",
        json!({ "targets": [people(2)], "dest_prefecture": "北海道", "dest_municipality": "札幌市" }),
    );
    let abroad = json!({
        "targets": [people(3)], "move_out_kind": "22", "dest_country": "米国", "dest_overseas": "BOSTON",
        "dest_prefecture": Value::Null, "dest_municipality": Value::Null,
    });
    enter("move-out", abroad);
    town.run("move-out-day", "night", &json!({}), true);
    let data = ask(&mut town, "migration-statistics", &json!({ "on": "2026-04-01" }));
    let line = |row: &Value| {
        format!(
            "{} {} {} {}",
            text(row, "place"),
            number(row, "arrived"),
            number(row, "departed"),
            number(row, "difference")
        )
    };
    let told: Vec<String> = rows(&data, "balance")
        .iter()
        .filter(|row| number(row, "arrived") + number(row, "departed") != 0)
        .map(line)
        .collect();
    assert_eq!(told, ["北海道 0 1 -1", "架空県 1 0 1", "国外 0 1 -1", "計 1 2 -1"]);
    let summary: Vec<String> = rows(&data, "summary").iter().map(line).collect();
    assert_eq!(summary, ["県内 1 0 1", "県外 0 1 -1", "国外 0 1 -1", "不明 0 0 0"]);
    assert_eq!(
        rows(&data, "balance").len(),
        47 + 3 + 1,
        "every prefecture, one more name, abroad, unknown, sum"
    );
    assert_eq!(text(&rows(&data, "departures")[0], "code"), "01");
}

#[test]
fn the_extract_has_every_row_of_the_days_and_nobodys_name_or_number() {
    let mut town = aged(&[("太郎", "1980-01-01"), ("花子", "1982-02-02")]);
    town.today = jiff::civil::date(2026, 4, 10);
    let mut input = usual("correction", town.today);
    input["targets"] = json!([AddresseeNo::from_serial(2).unwrap()]);
    input["given_name"] = json!("華子");
    let opened = town.run("correction", "clerk", &input, true).outcome.opens;
    assert!(town.run("finalize", "reviewer", &json!({ "provisional_no": opened }), true).committed);
    let table = [
        (json!({ "from": "2010-04-01", "until": "2026-04-10" }), "1:1:01 2:1:01 2:2:43"),
        (json!({ "from": "2010-04-01" }), "1:1:01 2:1:01"),
        (json!({ "from": "2026-04-10" }), "2:2:43"),
        (json!({ "from": "2010-04-01", "until": "2026-04-10", "movement_reason": "43" }), "2:2:43"),
        (json!({ "from": "2026-04-11", "until": "2026-04-10" }), "D051"),
        (json!({}), ""),
    ];
    for (asked, wanted) in table {
        let ran = town.run("history-extract", "clerk", &asked, true);
        let Some(answer) = ran.outcome.answer else {
            assert_eq!(ran.codes(), [wanted], "{asked}");
            continue;
        };
        let of = |row: &Value| {
            let no = AddresseeNo::parse(&text(row, "addressee_no")).unwrap().serial();
            format!("{no}:{}:{}", number(row, "history_no"), text(row, "movement_reason"))
        };
        let found: Vec<String> = rows(&answer.data, "rows").iter().map(of).collect();
        assert_eq!(found.join(" "), wanted, "{asked}");
        let told = answer.data.to_string();
        assert!(
            !told.contains("山田") && !told.contains("individual") && !told.contains("record_code"),
            "{told}"
        );
        let persons: BTreeSet<&str> = wanted.split(' ').filter_map(|row| row.split(':').next()).collect();
        assert_eq!(answer.subjects.len(), persons.iter().filter(|one| !one.is_empty()).count(), "{asked}");
    }
}

#[test]
fn the_annual_report_tells_natural_social_and_other_change_apart() {
    let mut town = aged(&[("太郎", "1980-01-01"), ("花子", "1982-02-02"), ("一郎", "2000-03-03")]);
    town.pool(5);
    let people = |serial: u64| AddresseeNo::from_serial(serial).unwrap();
    let table = [
        ("move-in", json!({})),
        ("birth", json!({ "household_no": town.person("太郎").household_no })),
        ("death", json!({ "targets": [people(2)] })),
        ("ex-officio-deletion", json!({ "targets": [people(3)] })),
    ];
    for (function, changes) in table {
        let mut input = usual(function, town.today);
        for (name, value) in changes.as_object().unwrap() {
            input[name] = value.clone();
        }
        if function == "birth" {
            input["members"][0]["parent_no"] = json!(people(1));
        }
        let opened = town.run(function, "clerk", &input, true).outcome.opens;
        assert!(
            town.run("finalize", "reviewer", &json!({ "provisional_no": opened }), true).committed,
            "{function}"
        );
    }
    let data = ask(&mut town, "annual-report", &json!({ "on": "2026-04-01" }));
    let told = |table: &str| {
        let row = |row: &Value| format!("{} {}", text(row, "item"), number(row, "total"));
        rows(&data, table).iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(told("population"), ["人口 3"]);
    assert_eq!(
        told("change"),
        ["自然増減（出生−死亡） 0", "社会増減（転入−転出） 1", "その他の増減 -1", "増減の計 0"]
    );
    let standing: Vec<String> = told("movements").into_iter().filter(|line| !line.ends_with(" 0")).collect();
    assert_eq!(standing, ["転入（国内） 1", "出生 1", "記載の計 2", "死亡 1", "職権消除 1", "消除の計 2"]);
    let households: Vec<i64> = rows(&data, "households").iter().map(|row| number(row, "closing")).collect();
    assert_eq!(households, [2, 0, 0, 2]);
    assert_eq!(rows(&data, "age_classes").len(), 21);
}

/// The rows of a dataset, each as item=value of the items named.
pub(crate) fn dataset_rows(town: &Town, id: &str, items: &[&str]) -> Vec<String> {
    let dataset = town.system.datasets.iter().find(|dataset| dataset.id == id).unwrap();
    let names = dataset.names();
    assert!(!names.contains(&"individual_number") && !names.contains(&"resident_record_code"), "{id}");
    let view = town.view();
    let mut told = Vec::new();
    view.scan(dataset.kind, None, &mut |stored| {
        let mut row = Row::new();
        if (dataset.row)(&*view, stored, &mut row)? == Fate::Row {
            assert_eq!(row.len(), names.len(), "{id}");
            let value = |item: &&str| row.get(names.iter().position(|name| name == item).unwrap()).to_owned();
            told.push(items.iter().map(value).collect::<Vec<_>>().join(" "));
        }
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    told
}

#[test]
fn households_and_former_residents_are_datasets_of_their_own() {
    let mut town = aged(&[("太郎", "1980-01-01"), ("花子", "1982-02-02"), ("一郎", "2000-03-03")]);
    let no = |serial: u64| AddresseeNo::from_serial(serial).unwrap();
    let household = "resident-register/household";
    let items = ["head_no", "member_count", "town", "lot", "formed_on"];
    assert_eq!(dataset_rows(&town, household, &items), [format!("{} 3 字浜 1番地 2010-04-01", no(1))]);
    let former = "resident-register/former-resident";
    assert_eq!(dataset_rows(&town, former, &["addressee_no"]), Vec::<String>::new());

    let mut input = usual("move-out", town.today);
    input["targets"] = json!([no(1)]);
    let opened = town.run("move-out", "clerk", &input, true).outcome.opens;
    // Until the day, a planned mover is no former resident.
    assert!(town.run("finalize", "reviewer", &json!({ "provisional_no": opened }), true).committed);
    town.run("move-out-day", "night", &json!({}), true);
    let items =
        ["addressee_no", "resident_status", "deletion_reason", "deletion_event_date", "dest_address_planned"];
    assert_eq!(dataset_rows(&town, former, &items), [format!("{} 2 21 2026-04-01 架空県河原市", no(1))]);
    // Two stay behind without a head.
    assert_eq!(dataset_rows(&town, household, &["head_no", "member_count"]), [" 2"]);
}
