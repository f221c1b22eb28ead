//! Statistics: what the case file says of small towns, and what must hold of any town and any split of the time.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::{AddresseeNo, Date, RegisterDate, ResidentKind, Sex};
use jiff::ToSpan;
use proptest::prelude::*;
use register::{AsOf, Journal};
use resident_register::records::{PERSON, Person};
use serde_json::{Value, json};
use system::{Fate, Row};

use crate::cases::usual;
use crate::sequences::{Play, Step, step};
use crate::town::{Described, Town, moment};

/// Both ways of counting.
const WAYS: [(&str, &str); 2] = [("処理日", "processed"), ("異動日", "event")];

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

fn over(town: &mut Town, first: Date, last: Date, way: &str) -> Value {
    let input = json!({ "span": "days", "from": first.to_string(), "until": last.to_string(), "basis": way });
    ask(town, "population-statistics", &input)
}

fn ask(town: &mut Town, function: &str, input: &Value) -> Value {
    let ran = town.run(function, "clerk", input, false);
    assert!(ran.findings.is_empty(), "{:?}", ran.findings);
    ran.outcome.answer.unwrap().data
}

fn rows<'a>(data: &'a Value, table: &str) -> &'a [Value] {
    data[table].as_array().unwrap_or_else(|| panic!("no table {table}"))
}

fn number(row: &Value, name: &str) -> i64 {
    row[name].as_i64().unwrap_or_else(|| panic!("no {name} in {row}"))
}

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_default().to_owned()
}

/// Every column of persons, also those for sex not known.
fn cells(row: &Value) -> BTreeMap<String, i64> {
    let columns = row.as_object().unwrap().iter();
    columns.filter_map(|(name, value)| Some((name.clone(), value.as_i64()?))).collect()
}

fn sum(first: &BTreeMap<String, i64>, second: &BTreeMap<String, i64>, sign: i64) -> BTreeMap<String, i64> {
    let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let of = |cells: &BTreeMap<String, i64>, name: &String| cells.get(name).copied().unwrap_or_default();
    names.into_iter().map(|name| (name.clone(), of(first, name) + sign * of(second, name))).collect()
}

/// Zeros say nothing: a column can be there in one table and not in another.
fn told(mut cells: BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    cells.retain(|_, value| *value != 0);
    cells
}

/// Residents and their households on a day, straight from the journal as it reads a past day.
fn stood(town: &Town, as_of: AsOf) -> (BTreeMap<String, i64>, BTreeMap<String, i64>) {
    let view = town.store.view(as_of).unwrap();
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    let mut homes: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    view.scan(&PERSON, None, &mut |stored| {
        let person = stored.typed::<Person>()?.record;
        if person.is_resident() {
            let kind = if person.resident_kind == ResidentKind::Japanese { "japanese" } else { "foreign" };
            for group in ["total", kind] {
                *counts.entry(group.to_owned()).or_default() += 1;
                let sex = match person.sex {
                    Sex::Male => "male",
                    Sex::Female => "female",
                    Sex::Unknown => "unknown",
                };
                *counts.entry(format!("{group}_{sex}")).or_default() += 1;
            }
            homes.entry(person.household_no.to_string()).or_default().insert(kind);
        }
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    let mut households = BTreeMap::new();
    for kinds in homes.values() {
        let kind = match (kinds.contains("japanese"), kinds.contains("foreign")) {
            (true, true) => "複数国籍世帯",
            (true, false) => "日本人世帯",
            _ => "外国人世帯",
        };
        *households.entry(kind.to_owned()).or_default() += 1;
    }
    (counts, households)
}

/// What happens in a random town: anything of the other sequences, and people whose nationality changes.
#[derive(Clone, Debug)]
enum Happening {
    Step(Step),
    Nationality {
        who: usize,
    },
    Foreigner,
    SexCorrected {
        who: usize,
        late: i64,
    },
    /// Told only days after it happened, perhaps after what happened later was recorded.
    Late {
        function: &'static str,
        who: usize,
        late: i64,
    },
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        10 => step().prop_map(Happening::Step),
        1 => (0_usize..8).prop_map(|who| Happening::Nationality { who }),
        1 => Just(Happening::Foreigner),
        1 => (0_usize..8, 0_i64..5).prop_map(|(who, late)| Happening::SexCorrected { who, late }),
        2 => (prop::sample::select(vec!["death", "ex-officio-deletion", "cancel", "move-in"]), 0_usize..8, 0_i64..9)
            .prop_map(|(function, who, late)| Happening::Late { function, who, late }),
    ]
}

fn happen(play: &mut Play, happening: &Happening) {
    let today = play.town.today;
    match happening {
        Happening::Step(step) => play.play(step),
        Happening::Nationality { who } => {
            let persons = play.persons();
            let person = &persons[who % persons.len()];
            let mut input = usual("nationality", today);
            if person.resident_kind == ResidentKind::Japanese {
                input = json!({
                    "nationality_kind": "loss", "basis": "notice", "event_date": input["event_date"],
                    "notified_on": input["notified_on"], "name_roman": "ＹＡＭＡＤＡ　ＴＡＲＯ", "nationality": "米国",
                    "nationality_code": "USA", "art30_45_class": "06",
                });
            }
            input["targets"] = json!([person.addressee_no]);
            play.enter("nationality", &input);
        }
        Happening::Foreigner => {
            let mut input = usual("move-in", today);
            let usual = json!({
                "resident_kind": "2", "name_roman": "ＬＥＥ　ＡＮＮ", "birth_date": "1990-06-01", "sex": "2",
                "nationality": "韓国", "nationality_code": "KOR", "art30_45_class": "02",
                "residence_card_no": "AB12345678CD",
            });
            input["members"][0] = play.newcomer(&usual, true);
            // Each has a card of their own.
            let card = format!("AB{:08}CD", play.newcomers);
            input["members"][0]["residence_card_no"] = json!(card);
            input["members"][0].as_object_mut().unwrap().remove("given_name");
            play.enter("move-in", &input);
        }
        Happening::SexCorrected { who, late } => {
            let persons = play.persons();
            let mut input = usual("correction", today);
            input["event_date"] = json!(today.checked_sub(late.days()).unwrap());
            input["targets"] = json!([persons[who % persons.len()].addressee_no]);
            input["sex"] = json!(if who % 2 == 0 { "1" } else { "2" });
            play.enter("correction", &input);
        }
        Happening::Late { function, who, late } => {
            let persons = play.persons();
            let mut input = usual(function, today);
            input["event_date"] = json!(today.checked_sub(late.days()).unwrap());
            if *function == "move-in" {
                let usual = input["members"][0].clone();
                input["members"][0] = play.newcomer(&usual, true);
            } else {
                input["targets"] = json!([persons[who % persons.len()].addressee_no]);
            }
            play.enter(function, &input);
        }
    }
}

/// A town of three households, played.
fn played(happenings: &[Happening]) -> Play {
    let mut play = Play { town: Town::new(), waiting: Vec::new(), newcomers: 0 };
    play.town.pool(20);
    let born = RegisterDate::Day(jiff::civil::date(1980, 1, 1));
    let member = |name, relation| Described { name, relation, sex: Sex::Female, birth: born };
    play.town.household("1番地", &[member("太郎", "世帯主"), member("花子", "妻"), member("一郎", "同居人")]);
    play.town.household("2番地", &[member("次郎", "世帯主"), member("三郎", "同居人")]);
    for happening in happenings {
        happen(&mut play, happening);
    }
    play
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// `期末 = 期首 + 記載 − 消除` of every cell, on any two days; two periods add up to the whole; and what stands on a day
    /// is what the journal shows of it.
    #[test]
    fn the_identity_holds_for_any_split_of_the_time(
        happenings in prop::collection::vec(happening(), 1..40),
        before in 0_i64..6,
        split in 0_i64..20,
    ) {
        let mut play = played(&happenings);
        let began = jiff::civil::date(2026, 4, 1);
        let last = play.town.today;
        let first = began.checked_sub(before.days()).unwrap();
        let length = i64::from(first.until(last).unwrap().get_days());
        let middle = first.checked_add((split % (length + 1)).days()).unwrap();
        for (_, way) in WAYS {
            let whole = over(&mut play.town, first, last, way);
            let [opening, records, deletions, closing] = [0, 1, 2, 3].map(|row| cells(&whole["summary"][row]));
            prop_assert_eq!(told(sum(&sum(&opening, &records, 1), &deletions, -1)), told(closing.clone()), "{}", way);

            let early = over(&mut play.town, first, middle, way);
            prop_assert_eq!(cells(&early["summary"][0]), opening.clone(), "{}", way);
            let standing = cells(&early["summary"][3]);
            if middle < last {
                let late = over(&mut play.town, middle.tomorrow().unwrap(), last, way);
                prop_assert_eq!(cells(&late["summary"][0]), standing.clone(), "{}", way);
                prop_assert_eq!(cells(&late["summary"][3]), closing.clone(), "{}", way);
                for row in [1, 2] {
                    let parts = sum(&cells(&early["summary"][row]), &cells(&late["summary"][row]), 1);
                    prop_assert_eq!(told(parts), told(cells(&whole["summary"][row])), "{} {}", way, row);
                }
            }

            // The journal's own past: by what was recorded until then, or by what is said of that day.
            let as_of = match way {
                "processed" => AsOf { recorded_at: Some(moment(middle)), ..AsOf::default() },
                _ => AsOf { effective_on: Some(middle), ..AsOf::default() },
            };
            // Before the town was loaded the journal knew nobody, though they have been residents for long.
            if began <= middle || way == "event" {
                let (persons, households) = stood(&play.town, as_of);
                prop_assert_eq!(told(standing), persons, "{} on {}", way, middle);
                let counted: BTreeMap<String, i64> = rows(&early, "households")
                    .iter()
                    .filter(|row| text(row, "item") != "世帯数の計")
                    .map(|row| (text(row, "item"), number(row, "closing")))
                    .collect();
                prop_assert_eq!(told(counted), households, "{} on {}", way, middle);
            }

            // Lines name what the identity of the standard names; pairs and corrections leave the total alone.
            let (mut shifted_in, mut shifted_out) = (0, 0);
            for row in rows(&whole, "movements") {
                match text(row, "item").as_str() {
                    "修正による増" => shifted_in = number(row, "total"),
                    "修正による減" => shifted_out = number(row, "total"),
                    _ => {}
                }
            }
            prop_assert_eq!(shifted_in, shifted_out, "{}", way);

            let ages = ask(&mut play.town, "population-by-age", &json!({ "on": last.to_string(), "basis": way }));
            for table in ["age_classes", "single_ages", "broad_ages"] {
                let total: i64 = rows(&ages, table).iter().map(|row| number(row, "total")).sum();
                prop_assert_eq!(total, closing["total"], "{} {}", way, table);
            }
            let towns: i64 = rows(&whole, "districts").iter().map(|row| number(row, "total")).sum();
            prop_assert_eq!(towns, closing["total"], "{}", way);

            let migration = over_function(&mut play.town, "migration-statistics", first, last, way);
            for (side, lines) in [("arrivals", ["01", "02"]), ("departures", ["21", "22"])] {
                let by_place: i64 = rows(&migration, side).iter().map(|row| number(row, "total")).sum();
                let by_reason: i64 = rows(&whole, "movements")
                    .iter()
                    .filter(|row| lines.contains(&text(row, "code").as_str()))
                    .map(|row| number(row, "total"))
                    .sum();
                prop_assert_eq!(by_place, by_reason, "{} {}", way, side);
            }
        }
    }
}

fn over_function(town: &mut Town, function: &str, first: Date, last: Date, way: &str) -> Value {
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
fn dataset_rows(town: &Town, id: &str, items: &[&str]) -> Vec<String> {
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
