//! The identity of the statistics: what must hold of any town, any split of the time and both ways of counting.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::{RegisterDate, ResidentKind, Sex};
use jiff::ToSpan;
use proptest::prelude::*;
use register::{AsOf, Journal};
use resident_register::records::{PERSON, Person};
use serde_json::{Value, json};

use crate::cases::usual;
use crate::sequences::{Play, Step, step};
use crate::statistics::{WAYS, ask, number, over, over_function, rows, text};
use crate::town::{Described, Town, moment};

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
