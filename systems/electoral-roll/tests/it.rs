//! The electoral roll from outside: rows in, registers and answers out.
#![cfg(test)]

#[cfg(test)]
mod cases {
    use domain::{AddresseeNo, Date};
    use electoral_roll::rules::period_end;
    use jiff::civil::date;
    use proptest::prelude::*;
    use register::View;
    use serde_json::{Value, json};

    use testkit::bench::{Given, Memory, run, take, verify};

    const TODAY: Date = date(2026, 11, 20);

    fn number(serial: u64) -> String {
        AddresseeNo::from_serial(serial).unwrap().to_string()
    }

    /// `birth` with, where it differs: `p2` person, `n2` history number, `since…`, `told…` (moving-in notified), `out…`,
    /// `dead…`, `gone25/…` (deleted for reason 25 on), `foreign`, `town…`.
    fn row(line: &str) -> Given {
        let mut words = line.split_whitespace();
        let birth = words.next().unwrap();
        let (mut person, mut history_no, mut kind, mut status) = (1, "1", "1", "1");
        let (mut since, mut told, mut left, mut reason, mut town) = ("2000-01-01", "", "", "", "");
        for word in words {
            if let Some(day) = word.strip_prefix("since") {
                since = day;
            } else if let Some(day) = word.strip_prefix("told") {
                told = day;
            } else if let Some(code) = word.strip_prefix("town") {
                town = code;
            } else if let Some(day) = word.strip_prefix("out") {
                (status, left, reason) = ("2", day, "21");
            } else if let Some(day) = word.strip_prefix("dead") {
                (status, left, reason) = ("3", day, "23");
            } else if let Some((code, day)) = word.strip_prefix("gone").and_then(|rest| rest.split_once('/'))
            {
                (status, left, reason) = ("9", day, code);
            } else if word == "foreign" {
                kind = "2";
            } else if let Some(serial) = word.strip_prefix('p') {
                person = serial.parse().unwrap();
            } else if let Some(no) = word.strip_prefix('n') {
                history_no = no;
            }
        }
        vec![
            ("addressee_no", number(person)),
            ("history_no", history_no.into()),
            ("resident_kind", kind.into()),
            ("resident_status", status.into()),
            ("name", "架空　一郎".into()),
            ("birth_date", birth.into()),
            ("sex", "1".into()),
            ("town_code", town.into()),
            ("resident_since", since.into()),
            ("moved_in_notified_on", told.into()),
            ("deletion_event_date", left.into()),
            ("deletion_reason", reason.into()),
        ]
    }

    fn arrive(memory: &mut Memory, today: Date, line: &str) {
        let applied = take(memory, &electoral_roll::system().intakes[0], today, &[row(line)]);
        assert!(applied.refused.is_empty(), "{line}: {:?}", applied.refused);
    }

    fn register(memory: &mut Memory, today: Date, base_date: Date) -> usize {
        let input = json!({"base_date": base_date.to_string()});
        run(&electoral_roll::system(), memory, today, "electoral-roll/regular-registration", &input)
            .writes
            .len()
    }

    fn elector(memory: &mut Memory, person: u64) -> Value {
        let asked = json!({"addressee_no": number(person)});
        let outcome = run(&electoral_roll::system(), memory, TODAY, "electoral-roll/inquiry", &asked);
        outcome.answer.unwrap().data["elector"].clone()
    }

    fn clean(memory: &Memory) {
        assert_eq!(verify(&electoral_roll::system(), memory), Vec::<String>::new());
    }

    /// Source: 住民基本台帳事務処理要領 第5-10（支援措置）: whatever tells where a protected person lives.
    #[test]
    fn the_address_of_a_protected_person_and_of_who_lives_there_is_nowhere() {
        let mut memory = Memory::default();
        let at = |line: &str, lot: &str| -> Given {
            let mut row = row(line);
            row.extend([("town", "隠れ町".into()), ("lot", lot.into())]);
            row
        };
        let rows = [
            at("1980-01-01 p1", "1番地"),
            at("1981-01-01 p2", "1番地"),
            at("1982-01-01 p3", "2番地"),
            at("1982-01-01 p4 foreign", "2番地"),
        ];
        let rows = rows.into_iter().zip(["901", "901", "902", "902"]).map(|(mut row, household)| {
            row.push(("household_no", number(household.parse().unwrap())));
            row
        });
        let rows: Vec<Given> = rows.collect();
        let system = electoral_roll::system();
        assert_eq!(take(&mut memory, &system.intakes[0], TODAY, &rows).refused, []);
        register(&mut memory, TODAY, date(2026, 12, 1));
        let measure = |person: u64, no: &str, class: &str| -> Given {
            vec![("addressee_no", number(person)), ("history_no", no.into()), ("support_class", class.into())]
        };
        let told = |memory: &mut Memory| -> Vec<bool> {
            let input = json!({"base_date": "2026-12-01"});
            let list = run(&electoral_roll::system(), memory, TODAY, "electoral-roll/list", &input);
            let list = list.answer.unwrap().data.to_string();
            let of = |memory: &mut Memory, person: u64| {
                let asked = json!({"addressee_no": number(person)});
                let inquiry = run(&electoral_roll::system(), memory, TODAY, "electoral-roll/inquiry", &asked);
                let shown = inquiry.answer.unwrap().data;
                let tells = shown.to_string().contains("隠れ町");
                assert_eq!(
                    tells,
                    !shown["elector"]["district"].is_null() && !shown["elector"]["polling_place"].is_null()
                );
                tells
            };
            let told: Vec<bool> = [1, 2, 3].map(|person| of(memory, person)).into();
            assert_eq!(list.contains("隠れ町1番地"), told[0] || told[1]);
            told
        };
        let cases: [(&str, Option<Given>, [bool; 3]); 6] = [
            ("nobody is protected", None, [true, true, true]),
            ("1 is, and 2 lives there", Some(measure(1, "1", "1")), [false, false, true]),
            ("provisionally", Some(measure(1, "2", "2")), [false, false, true]),
            ("an old row comes late", Some(measure(1, "1", "3")), [false, false, true]),
            ("it has ended", Some(measure(1, "3", "3")), [true, true, true]),
            ("somebody who is no elector lives with 3", Some(measure(4, "1", "1")), [true, true, false]),
        ];
        for (name, row, shown) in cases {
            let rows: Vec<Given> = row.into_iter().collect();
            assert_eq!(take(&mut memory, &system.intakes[1], TODAY, &rows).refused, [], "{name}");
            assert_eq!(told(&mut memory), shown, "{name}");
        }
        let refused = take(&mut memory, &system.intakes[1], TODAY, &[measure(1, "4", "9")]).refused;
        assert_eq!(refused[0].item, "support_class");
        clean(&memory);
    }

    /// Source: worked example SI-16 (first row); 公職選挙法 art. 9, 21.
    /// What the dataset tells of the first person: 登録年月日/抹消年月日; none when it tells nothing.
    fn told(memory: &Memory) -> Option<String> {
        let system = electoral_roll::system();
        let dataset = &system.datasets[0];
        let stored = memory.get(dataset.kind, &number(1)).unwrap().unwrap();
        let mut row = system::Row::new();
        match (dataset.row)(memory, &stored, &mut row).unwrap() {
            system::Fate::Skip => None,
            system::Fate::Row => {
                assert_eq!(row.values().take(2).collect::<Vec<_>>(), [number(1).as_str(), "006"]);
                Some(row.values().skip(2).collect::<Vec<_>>().join("/"))
            }
        }
    }

    #[test]
    fn the_resident_record_is_told_who_is_on_the_roll_and_nothing_else() {
        let mut memory = Memory::default();
        arrive(&mut memory, TODAY, "1980-01-01");
        assert_eq!(told(&memory).unwrap(), "/", "a candidate is not on the roll");
        register(&mut memory, date(2026, 12, 1), date(2026, 12, 1));
        let registered = told(&memory).unwrap();
        assert!(registered.starts_with("2026-") && registered.ends_with('/'), "{registered}");
        arrive(&mut memory, TODAY, "1980-01-01 n2 dead2026-11-10");
        let removed = told(&memory).unwrap();
        assert!(removed.starts_with(&registered) && registered.len() < removed.len(), "{removed}");
        let mut memory = Memory::default();
        arrive(&mut memory, TODAY, "1980-01-01 foreign");
        assert_eq!(told(&memory), None, "nobody who cannot be an elector");
    }

    #[test]
    fn who_is_registered_on_a_base_date() {
        let autumn = date(2024, 9, 1);
        let summer = date(2026, 6, 1);
        let cases = [
            ("2006-09-02", autumn, true),
            ("2006-09-03", autumn, false),
            ("2006-09-01", autumn, true),
            // Notified on 1 March: 1 June. The day of the move does not count.
            ("1980-01-01 since2026-02-20 told2026-03-01", summer, true),
            ("1980-01-01 since2026-02-20 told2026-03-02", summer, false),
            // No notification, such as a birth here or a record made ex officio.
            ("1980-01-01 since2026-03-01", summer, true),
            ("1980-01-01 since2026-03-02", summer, false),
            // Left after three months, no more than four months ago.
            ("1980-01-01 out2026-02-01", summer, true),
            ("1980-01-01 out2026-01-31", summer, false),
            ("1980-01-01 since2026-01-10 out2026-04-09", summer, false),
            ("1980-01-01 since2026-01-10 out2026-04-10", summer, true),
            ("2008-04-01 out2026-04-10", summer, true),
            ("2008-06-03 out2026-04-10", summer, false),
            // Unknown in part: only what is certain.
            ("U10:1950-01-01", summer, true),
            ("U10:2008-01-01", summer, false),
            ("U09", summer, false),
            ("1980-01-01 foreign", summer, false),
            ("1980-01-01 dead2026-05-01", summer, false),
            ("1980-01-01 gone25/2026-05-01", summer, false),
        ];
        for (line, base_date, expected) in cases {
            let mut memory = Memory::default();
            arrive(&mut memory, base_date, line);
            assert_eq!(register(&mut memory, base_date, base_date), usize::from(expected), "{line}");
            clean(&memory);
        }
    }

    /// Source: 民法 art. 140, 143.
    #[test]
    fn months_end_as_the_civil_code_counts_them() {
        let cases = [
            ((2026, 3, 1), 3, (2026, 6, 1)),
            ((2026, 2, 28), 3, (2026, 5, 31)),
            ((2025, 11, 29), 3, (2026, 2, 28)),
            ((2025, 11, 30), 3, (2026, 2, 28)),
            ((2023, 11, 29), 3, (2024, 2, 29)),
            ((2026, 8, 31), 3, (2026, 11, 30)),
            ((2026, 3, 1), 4, (2026, 7, 1)),
            ((2026, 10, 31), 4, (2027, 2, 28)),
        ];
        for ((y, m, d), months, (end_y, end_m, end_d)) in cases {
            let end = period_end(date(y, m, d), months);
            assert_eq!(end, date(end_y, end_m, end_d), "{y}-{m}-{d} and {months} months");
        }
    }

    #[test]
    fn how_rows_move_a_registered_elector() {
        // Registered on 1 September 2026; then rows, each on the day it arrives; then state and what is due.
        let cases: [(&[&str], &str, &str); 10] = [
            (&["1980-01-01 n2"], "registered", "-"),
            // Corrected to one too young: never rightly registered.
            (&["2009-01-01 n2"], "candidate", "-"),
            (&["1980-01-01 n2 out2026-11-10"], "marked", "2027-03-11"),
            (&["1980-01-01 n2 gone26/2026-11-10"], "marked", "2027-03-11"),
            (&["1980-01-01 n2 dead2026-11-10"], "removed", "死亡"),
            (&["1980-01-01 n2 gone25/2026-11-10"], "removed", "国籍喪失"),
            (&["1980-01-01 n2 foreign"], "removed", "国籍喪失"),
            (&["1980-01-01 n2 gone28/2026-11-10"], "removed", "誤載"),
            (&["1980-01-01 n2 out2026-11-10", "1980-01-01 n3 told2026-11-19"], "registered", "-"),
            (&["1980-01-01 n2 out2026-11-10", "1980-01-01 n3 dead2026-11-19"], "removed", "死亡"),
        ];
        for (lines, state, due) in cases {
            let mut memory = Memory::default();
            let base_date = date(2026, 9, 1);
            arrive(&mut memory, base_date, "1980-01-01");
            assert_eq!(register(&mut memory, base_date, base_date), 1);
            for line in lines {
                arrive(&mut memory, TODAY, line);
            }
            let found = elector(&mut memory, 1);
            let found_due =
                found["remove_from"].as_str().or(found["removal_reason_label"].as_str()).unwrap_or("-");
            assert_eq!((found["state"].as_str(), found_due), (Some(state), due), "{lines:?}");
            clean(&memory);
        }
    }

    #[test]
    fn a_mark_ends_in_removal_after_four_months_and_a_return_begins_anew() {
        let system = electoral_roll::system();
        let mut memory = Memory::default();
        arrive(&mut memory, date(2026, 3, 2), "1980-01-01");
        arrive(&mut memory, date(2026, 3, 2), "1980-01-01 p2 out2026-03-01");
        assert_eq!(register(&mut memory, date(2026, 6, 1), date(2026, 6, 1)), 2);
        arrive(&mut memory, date(2026, 7, 1), "1980-01-01 p3 out2026-03-31 since2025-12-31");
        // Gone before the three months were full, or too young for all of the four: nothing to wait for.
        arrive(&mut memory, date(2026, 7, 1), "1980-01-01 p4 out2026-03-31 since2026-01-01");
        arrive(&mut memory, date(2026, 7, 1), "2008-08-02 p5 out2026-03-31");
        arrive(&mut memory, date(2026, 7, 1), "2008-08-01 p6 out2026-03-31");
        for (person, state) in [(3, "candidate"), (4, "outside"), (5, "outside"), (6, "candidate")] {
            assert_eq!(elector(&mut memory, person)["state"], state, "{person}");
        }
        let remove = |memory: &mut Memory, today: Date| {
            run(&system, memory, today, "electoral-roll/remove-expired", &json!({})).writes.len()
        };
        assert_eq!(remove(&mut memory, date(2026, 7, 1)), 0);
        assert_eq!(remove(&mut memory, date(2026, 7, 2)), 1);
        assert_eq!(elector(&mut memory, 2)["state"], "removed");
        // Never registered and gone for four months: nothing is kept.
        assert_eq!(remove(&mut memory, date(2026, 7, 31)), 0);
        assert_eq!(remove(&mut memory, date(2026, 8, 1)), 2);
        assert_eq!(elector(&mut memory, 3)["name"], Value::Null);
        arrive(&mut memory, date(2026, 8, 20), "1980-01-01 p2 n2 since2026-08-20 told2026-08-20");
        assert_eq!(elector(&mut memory, 2)["state"], "candidate");
        assert_eq!(elector(&mut memory, 2)["qualifies_from"], "2026-11-20");
        assert_eq!(register(&mut memory, date(2026, 12, 1), date(2026, 12, 1)), 1);
        let early = run(
            &system,
            &mut memory,
            TODAY,
            "electoral-roll/remove-expired",
            &json!({"as_of": "2027-01-01"}),
        );
        assert_eq!(early.findings[0].code, "ELR05");
        clean(&memory);
    }

    #[test]
    fn the_registration_day_is_the_first_working_day() {
        let cases = [
            // (today, base date asked for, finding, base date taken)
            (date(2026, 9, 1), "", "-", "2026-09-01"),
            (date(2026, 3, 2), "2026-03-01", "-", "2026-03-01"),
            (date(2026, 3, 1), "2026-03-01", "ELR04", "2026-03-01"),
            (TODAY, "", "ELR04", "2026-09-01"),
            (TODAY, "2026-12-01", "ELR03", ""),
            (TODAY, "2026-10-01", "ELR02", ""),
            (TODAY, "2026-09-02", "ELR02", ""),
        ];
        for (today, asked, finding, base_date) in cases {
            let system = electoral_roll::system();
            let input = if asked.is_empty() { json!({}) } else { json!({"base_date": asked}) };
            let outcome =
                run(&system, &mut Memory::default(), today, "electoral-roll/regular-registration", &input);
            let code = outcome.findings.first().map_or("-", |finding| finding.code.as_str());
            assert_eq!(code, finding, "{today} {asked}");
            let taken = outcome.answer.map(|answer| answer.data["base_date"].as_str().unwrap().to_owned());
            assert_eq!(taken.unwrap_or_default(), base_date);
        }
    }

    #[test]
    fn the_list_counts_by_district() {
        let system = electoral_roll::system();
        let mut memory = Memory::default();
        let base_date = date(2026, 9, 1);
        for line in ["1980-01-01 p1 town0001001", "1980-01-01 p2 town0009000", "1980-01-01 p3 town9999999"] {
            arrive(&mut memory, base_date, line);
        }
        register(&mut memory, base_date, base_date);
        arrive(&mut memory, TODAY, "1980-01-01 p2 n2 town0009000 out2026-11-01");
        arrive(&mut memory, TODAY, "2008-11-30 p4 town0002000");
        arrive(&mut memory, TODAY, "U09 p5");
        let cases = [
            (json!({"base_date": "2026-11-20"}), 3),
            (json!({"base_date": "2026-12-01"}), 4),
            (json!({"base_date": "2026-12-01", "extent": "new"}), 1),
            (json!({"extent": "registered"}), 2),
            (json!({"extent": "marked"}), 1),
            (json!({"extent": "unclear"}), 1),
            (json!({"extent": "removed"}), 0),
        ];
        for (input, count) in cases {
            let outcome = run(&system, &mut memory, TODAY, "electoral-roll/list", &input);
            let data = outcome.answer.unwrap().data;
            assert_eq!(data["count"], count, "{input}");
            if count == 4 {
                let by: Vec<_> = data["by_district"].as_array().unwrap().iter().collect();
                assert_eq!(by[0]["district_name"], "第1投票区");
                assert_eq!((by[0]["count"].as_u64(), by.len()), (Some(2), 3));
            }
        }
    }

    #[test]
    fn a_row_that_does_not_read_is_refused_and_the_others_go_on() {
        let cases = [
            ("birth_date", ""),
            ("birth_date", "昭和"),
            ("addressee_no", ""),
            ("history_no", "-1"),
            ("resident_kind", "3"),
            ("resident_status", ""),
            ("resident_since", "いつか"),
        ];
        for (item, value) in cases {
            let mut rows = [row("1980-01-01"), row("1980-01-01 p2")];
            rows[0].iter_mut().find(|(of, _)| *of == item).unwrap().1 = value.to_owned();
            let mut memory = Memory::default();
            let applied = take(&mut memory, &electoral_roll::system().intakes[0], TODAY, &rows);
            assert_eq!((applied.refused.len(), applied.writes.len()), (1, 1), "{item}");
            assert_eq!(applied.refused[0].item, item);
        }
    }

    fn arrival() -> impl Strategy<Value = String> {
        let birth = prop::sample::select(vec!["1980-01-01", "2008-12-02", "U10:2008-01-01"]);
        let what = prop::sample::select(vec![
            "",
            "told2026-10-01",
            "out2026-11-01",
            "out2026-05-01",
            "dead2026-11-01",
            "gone26/2026-11-01",
            "foreign",
        ]);
        (1u64..5, birth, what).prop_map(|(person, birth, what)| format!("{birth} p{person} {what}"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn batches_single_rows_and_repeats_give_the_same_roll(
            rounds in prop::collection::vec(prop::collection::vec(arrival(), 1..5), 1..5)
        ) {
            let system = electoral_roll::system();
            let intake = &system.intakes[0];
            let (mut batched, mut one_by_one) = (Memory::default(), Memory::default());
            let mut all = Vec::new();
            for (round, arrivals) in rounds.iter().enumerate() {
                let mut given: Vec<Given> = arrivals.iter().map(|line| row(&format!("{line} n{}", round + 1))).collect();
                given.sort();
                given.dedup_by(|a, b| a[0] == b[0]);
                take(&mut batched, intake, TODAY, &given);
                for one in given.iter().rev() {
                    take(&mut one_by_one, intake, TODAY, std::slice::from_ref(one));
                }
                // A registration between deliveries, so that marks and removals occur.
                for memory in [&mut batched, &mut one_by_one] {
                    run(&system, memory, TODAY, "electoral-roll/regular-registration", &json!({}));
                }
                all.extend(given);
            }
            prop_assert_eq!(batched.register(system.kinds[0]), one_by_one.register(system.kinds[0]));
            for one in &all {
                prop_assert!(take(&mut batched, intake, TODAY, std::slice::from_ref(one)).writes.is_empty());
            }
            prop_assert_eq!(verify(&system, &batched), Vec::<String>::new());
        }
    }
}
