//! The system of child allowance from outside: rows in, registers and answers out.
#![cfg(test)]

#[cfg(test)]
mod cases {
    use domain::{AddresseeNo, Date, HouseholdNo};
    use jiff::civil::date;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use testkit::bench::{Given, Memory, run, take, verify};

    const TODAY: Date = date(2026, 11, 20);

    fn number(serial: u64) -> String {
        AddresseeNo::from_serial(serial).unwrap().to_string()
    }

    fn household(serial: u64) -> String {
        HouseholdNo::from_serial(serial).unwrap().to_string()
    }

    /// `serial relation birth` with, where it differs: `h2` household, `n2` history number, `since…`, `out…` (moved out
    /// on), `dead…`.
    fn row(line: &str) -> Given {
        let mut words = line.split_whitespace();
        let serial: u64 = words.next().unwrap().parse().unwrap();
        let relation = words.next().unwrap();
        let birth = words.next().unwrap();
        let (mut home, mut history_no, mut status) = (1, "1", "1");
        let (mut since, mut left) = (birth, "");
        for word in words {
            if let Some(day) = word.strip_prefix("since") {
                since = day;
            } else if let Some(day) = word.strip_prefix("out") {
                (status, left) = ("2", day);
            } else if let Some(day) = word.strip_prefix("dead") {
                (status, left) = ("3", day);
            } else if let Some(other) = word.strip_prefix('h') {
                home = other.parse().unwrap();
            } else if let Some(no) = word.strip_prefix('n') {
                history_no = no;
            }
        }
        vec![
            ("addressee_no", number(serial)),
            ("history_no", history_no.into()),
            ("household_no", household(home)),
            ("resident_status", status.into()),
            ("name", format!("架空　{serial}子")),
            ("name_kana", String::new()),
            ("birth_date", birth.into()),
            ("relation", relation.into()),
            ("member_order", serial.to_string()),
            ("resident_since", since.into()),
            ("deletion_event_date", left.into()),
        ]
    }

    fn rows(lines: &str) -> Vec<Given> {
        lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(row).collect()
    }

    fn town(lines: &str) -> Memory {
        let mut memory = Memory::default();
        let applied = take(&mut memory, &child_allowance::system().intakes[0], TODAY, &rows(lines));
        assert!(applied.refused.is_empty(), "{:?}", applied.refused);
        memory
    }

    fn asked(memory: &mut Memory, id: &str, input: &Value) -> Value {
        let outcome = run(&child_allowance::system(), memory, TODAY, id, input);
        outcome.answer.map(|answer| answer.data).unwrap_or_default()
    }

    /// Each entitlement of household 1 in few words.
    fn entitlements(memory: &mut Memory) -> Vec<String> {
        let data = asked(memory, "child-allowance/household", &json!({"household_no": household(1)}));
        let few = |held: &Value| {
            let text = |name: &str| held[name].as_str().unwrap_or("-").to_owned();
            let serial = |name: &str| held[name].as_str().map_or(0, |no| no.parse::<u64>().unwrap() / 10);
            let yen = held["monthly_yen"].as_i64().unwrap_or(0);
            let (from, until) = (text("from"), text("until"));
            format!(
                "{} {} {from}..{until} to {} {yen}",
                serial("addressee_no"),
                text("state"),
                serial("payee")
            )
        };
        data["entitlements"].as_array().unwrap().iter().map(few).collect()
    }

    #[test]
    fn who_is_entitled_from_when_until_when() {
        let parents = "1 世帯主 1985-05-05\n2 妻 1987-01-01";
        let cases: &[(&str, &[&str])] = &[
            // Born on 1 April attains 18 on 31 March and belongs to the school year before; on 2 April to the next.
            ("3 子 2009-04-01", &["3 eligible 2012-04..2027-03 to 1 10000"]),
            ("3 子 2009-04-02", &["3 eligible 2012-04..2028-03 to 1 10000"]),
            // Past it when first seen: no case.
            ("3 子 2008-04-01", &[]),
            ("3 子 2008-04-02", &["3 eligible 2012-04..2027-03 to 1 10000"]),
            // Moved in: the month after.
            ("3 子 2015-04-02 since2026-11-20", &["3 eligible 2026-12..2034-03 to 1 0"]),
            // Sixteen and moved in under the former law: from its end on.
            ("3 子 2008-05-01 since2024-05-01", &["3 eligible 2024-10..2027-03 to 1 10000"]),
            // Under three to the month in which three is attained: 1 December counts as November.
            ("3 子 2023-11-20", &["3 eligible 2023-12..2042-03 to 1 15000"]),
            ("3 子 2023-12-01", &["3 eligible 2024-01..2042-03 to 1 15000"]),
            ("3 子 2023-11-01", &["3 eligible 2023-12..2042-03 to 1 10000"]),
            // The third child, counted among those to 22; the eldest here is 22 until March.
            (
                "3 子 2004-04-02\n4 子 2012-01-01\n5 子 2015-01-01",
                &["4 eligible 2012-04..2030-03 to 1 10000", "5 eligible 2015-02..2033-03 to 1 30000"],
            ),
            (
                "3 子 2004-04-01\n4 子 2012-01-01\n5 子 2015-01-01",
                &["4 eligible 2012-04..2030-03 to 1 10000", "5 eligible 2015-02..2033-03 to 1 10000"],
            ),
            // Left this month, or before it was ever known.
            ("3 子 2015-01-01 out2026-11-05", &["3 ended 2015-02..2026-11 to 1 10000"]),
            ("3 子 2015-01-01 out2026-10-31", &[]),
            ("3 子 2015-01-01 dead2026-11-05", &["3 ended 2015-02..2026-11 to 1 10000"]),
            // Unclear: only where it matters.
            ("3 子 U10:2010-01-01", &["3 check -..2029-03 to 0 0"]),
            ("3 子 U10:1950-01-01", &[]),
            ("3 子 U09", &["3 check -..- to 0 0"]),
        ];
        for (lines, expected) in cases {
            let mut memory = town(&format!("{parents}\n{lines}"));
            assert_eq!(entitlements(&mut memory), *expected, "{lines}");
            assert_eq!(verify(&child_allowance::system(), &memory), Vec::<String>::new(), "{lines}");
        }
    }

    #[test]
    fn the_days_to_claim_in_end_on_an_open_day() {
        // Born, and the fifteenth day: a Friday, a Saturday, a Sunday before a holiday, New Year.
        let cases = [
            ("2026-11-19", "2026-12-04"),
            ("2026-11-20", "2026-12-07"),
            ("2026-11-07", "2026-11-24"),
            ("2026-12-15", "2027-01-04"),
        ];
        for (born, last) in cases {
            let mut memory = town(&format!("1 世帯主 1985-05-05\n3 子 {born}"));
            let data =
                asked(&mut memory, "child-allowance/household", &json!({"household_no": household(1)}));
            assert_eq!(data["entitlements"][0]["claim_by"], *last, "{born}");
        }
    }

    #[test]
    fn a_foreign_child_is_entitled_from_the_month_after_becoming_a_resident() {
        let mut memory = town("1 世帯主 1985-05-05");
        let mut child = row("3 子 2020-04-02");
        child.retain(|(item, _)| *item != "resident_since");
        child.push(("resident_since", String::new()));
        child.push(("foreign_resident_since", "2026-11-05".into()));
        take(&mut memory, &child_allowance::system().intakes[0], TODAY, &[child]);
        assert_eq!(entitlements(&mut memory), ["3 eligible 2026-12..2039-03 to 1 0"]);
    }

    #[test]
    fn who_is_proposed_as_payee_and_why() {
        let cases = [
            ("1 世帯主 1985-05-05\n2 妻 1987-01-01\n9 子 2015-01-01", "1 head-parent"),
            ("1 世帯主 1985-05-05\n9 妻の子 2015-01-01\n2 妻 1987-01-01", "2 member-parent"),
            (
                "1 世帯主 1955-05-05\n2 子 1985-01-01\n3 子の妻 1986-01-01\n9 子の子 2015-01-01",
                "2 member-parent",
            ),
            ("1 世帯主 1955-05-05\n2 子 1985-01-01\n3 子 1988-01-01\n9 子の子 2015-01-01", "- several"),
            // An uncle of ten years is no father.
            ("1 世帯主 1955-05-05\n2 子 1985-01-01\n3 子 2006-01-01\n9 子の子 2015-01-01", "2 member-parent"),
            ("1 世帯主 1955-05-05\n9 子の子 2015-01-01", "1 head-guardian"),
            ("1 世帯主 1995-05-05\n2 母 1975-01-01\n9 妹 2012-01-01", "2 member-parent"),
            ("1 世帯主 1995-05-05\n9 弟 2012-01-01", "1 head-guardian"),
            ("1 世帯主 1995-05-05\n9 縁故者 2012-01-01", "1 head-guardian"),
            ("9 世帯主 2009-05-05\n2 母 1975-01-01", "2 member-parent"),
            ("9 世帯主 2009-05-05", "- nobody"),
            ("1 世帯主 1985-05-05 out2026-11-01\n9 子 2015-01-01", "- nobody"),
        ];
        for (lines, expected) in cases {
            let mut memory = town(lines);
            let data =
                asked(&mut memory, "child-allowance/household", &json!({"household_no": household(1)}));
            let child = number(9);
            let held =
                data["entitlements"].as_array().unwrap().iter().find(|held| held["addressee_no"] == *child);
            let held = held.unwrap();
            let payee = held["payee"]
                .as_str()
                .map_or("-".to_owned(), |no| (no.parse::<u64>().unwrap() / 10).to_string());
            assert_eq!(format!("{payee} {}", held["payee_basis"].as_str().unwrap()), expected, "{lines}");
        }
    }

    #[test]
    fn a_family_over_time() {
        let system = child_allowance::system();
        let mut memory = town("1 世帯主 1985-05-05\n2 妻 1987-01-01\n3 子 2015-01-01");
        let steps: [(&str, &[&str]); 5] = [
            // A sister is born, the order is unchanged for the elder.
            (
                "4 子 2026-11-10",
                &["3 eligible 2015-02..2033-03 to 1 10000", "4 eligible 2026-12..2045-03 to 1 0"],
            ),
            // The father leaves; the mother is the head.
            (
                "1 世帯主 1985-05-05 n2 out2026-11-12\n2 世帯主 1987-01-01 n2",
                &["3 eligible 2015-02..2033-03 to 2 10000", "4 eligible 2026-12..2045-03 to 2 0"],
            ),
            // The elder child follows.
            (
                "3 子 2015-01-01 n2 out2026-11-15",
                &["4 eligible 2026-12..2045-03 to 2 0", "3 ended 2015-02..2026-11 to 1 10000"],
            ),
            // An old row comes again.
            (
                "3 子 2015-01-01 n1",
                &["4 eligible 2026-12..2045-03 to 2 0", "3 ended 2015-02..2026-11 to 1 10000"],
            ),
            // And comes back.
            (
                "3 子 2015-01-01 n3 since2026-11-18",
                &["3 eligible 2026-12..2033-03 to 2 0", "4 eligible 2026-12..2045-03 to 2 0"],
            ),
        ];
        for (lines, expected) in steps {
            take(&mut memory, &system.intakes[0], TODAY, &rows(lines));
            assert_eq!(entitlements(&mut memory), expected, "{lines}");
            assert_eq!(verify(&system, &memory), Vec::<String>::new(), "{lines}");
        }
    }

    #[test]
    fn age_out_ends_what_has_passed_and_nothing_twice() {
        let system = child_allowance::system();
        let mut memory = town("1 世帯主 1970-05-05\n3 子 2008-12-01\n4 子 2009-06-01");
        let mut ended = |today: Date| {
            let outcome = run(&system, &mut memory, today, "child-allowance/age-out", &json!({}));
            outcome.writes.len()
        };
        assert_eq!(ended(date(2027, 3, 31)), 0);
        assert_eq!(ended(date(2027, 4, 1)), 1);
        assert_eq!(ended(date(2027, 4, 1)), 0);
        assert_eq!(ended(date(2028, 4, 1)), 1);
        // A later row of the household does not bring it back.
        let moved = rows("4 子 2009-06-01 n2\n3 子 2008-12-01 n2");
        let applied = take(&mut memory, &system.intakes[0], date(2028, 4, 2), &moved);
        assert_eq!(applied.writes.len(), 2);
        let early =
            run(&system, &mut memory, TODAY, "child-allowance/age-out", &json!({"as_of": "2030-04-01"}));
        assert_eq!(early.findings[0].code, "CHA03");
    }

    #[test]
    fn an_unclear_birth_date_is_decided_by_a_person() {
        let system = child_allowance::system();
        let mut memory = town("1 世帯主 1985-05-05\n3 子 U10:2010-01-01");
        let judge = |memory: &mut Memory, input: &Value| {
            let outcome = run(&system, memory, TODAY, "child-allowance/judge", input);
            outcome.findings.first().map(|finding| finding.code.clone())
        };
        let day = json!({"addressee_no": number(3), "birth_date": "2010-04-01"});
        assert_eq!(judge(&mut memory, &day), None);
        assert_eq!(entitlements(&mut memory), ["3 eligible -..2028-03 to 1 10000"]);
        // The decision stays with the next row, until the record itself says more.
        take(&mut memory, &system.intakes[0], TODAY, &rows("3 子 U10:2010-01-01 n2"));
        assert_eq!(entitlements(&mut memory), ["3 eligible -..2028-03 to 1 10000"]);
        assert_eq!(judge(&mut memory, &json!({"addressee_no": number(3), "not_child": true})), None);
        assert_eq!(entitlements(&mut memory), ["3 ended -..- to 0 0"]);
        take(&mut memory, &system.intakes[0], TODAY, &rows("3 子 2010-05-01 n3"));
        assert_eq!(entitlements(&mut memory), ["3 eligible 2012-04..2029-03 to 1 10000"]);
        assert_eq!(judge(&mut memory, &day), Some("CHA02".to_owned()));
        assert_eq!(judge(&mut memory, &json!({"addressee_no": number(8)})), Some("CHA02".to_owned()));
    }

    #[test]
    fn the_list_is_as_of_a_day() {
        let mut memory = town(
            "1 世帯主 1985-05-05\n3 子 2008-12-01\n4 子 2024-01-15\n5 子 U09\n6 子 2016-01-01 out2026-11-01",
        );
        let cases = [
            (json!({}), 2, 25_000),
            (json!({"as_of": "2027-04-01"}), 1, 10_000),
            (json!({"as_of": "2027-04-01", "state": "ended"}), 2, 0),
            (json!({"state": "check"}), 1, 0),
            (json!({"state": "ended"}), 1, 10_000),
            (json!({"as_of": "2026-10-31"}), 3, 35_000),
            (json!({"state": "all"}), 4, 35_000),
        ];
        for (input, count, yen) in cases {
            let data = asked(&mut memory, "child-allowance/list", &input);
            assert_eq!(
                (data["count"].as_i64(), data["monthly_total_yen"].as_i64()),
                (Some(count), Some(yen)),
                "{input}"
            );
        }
    }

    /// Source: worked example SI-12, Koriyama city (Fukushima).
    #[test]
    fn si_12_three_children_of_whom_one_is_twenty() {
        let children = json!([
            {"birth_date": "2004-06-01", "supported": true},
            {"birth_date": "2009-06-01"},
            {"birth_date": "2014-06-01"},
        ]);
        let mut memory = Memory::default();
        let input = json!({"as_of": "2024-10-01", "children": children});
        let data = asked(&mut memory, "child-allowance/calc-monthly", &input);
        assert_eq!(data["total_yen"], 40_000);
        // The same family by month: the law before, the third child alone, the eldest unsupported, twins.
        let cases = [
            ("2024-09", "2004-06-01+ 2009-06-01 2014-06-01", 20_000),
            ("2024-09", "2008-06-01 2009-08-01 2014-06-01", 25_000),
            ("2024-09", "2007-06-01 2008-06-01 2012-06-01", 15_000),
            ("2024-10", "2004-06-01+ 2009-06-01 2014-06-01", 40_000),
            ("2024-10", "2004-06-01 2009-06-01 2014-06-01", 20_000),
            ("2027-03", "2004-06-01+ 2009-06-01 2014-06-01", 40_000),
            ("2027-04", "2004-06-01+ 2009-06-01 2014-06-01", 20_000),
            ("2026-03", "2020-01-01 2023-04-01 2023-04-01", 55_000),
            ("2026-04", "2020-01-01 2023-04-01 2023-04-01", 50_000),
            ("2026-04", "2020-01-01 2023-04-02 2023-04-02", 55_000),
            ("2026-05", "2020-01-01 2023-04-02 2023-04-02", 50_000),
        ];
        for (month, births, yen) in cases {
            let child = |word: &str| match word.strip_suffix('+') {
                Some(birth) => json!({"birth_date": birth, "supported": true}),
                None => json!({"birth_date": word}),
            };
            let children: Vec<Value> = births.split(' ').map(child).collect();
            let found =
                child_allowance::rules::monthly(&json!({"month": month, "children": children})).unwrap();
            assert_eq!(found["total_yen"], yen, "{month} {births}");
        }
        let before = child_allowance::rules::monthly(&json!({"month": "2011-01", "children": []}));
        assert!(before.unwrap_err().to_string().contains("平成23年1月"));
    }

    #[test]
    fn a_row_that_does_not_read_is_refused_and_the_others_go_on() {
        let cases = [
            ("birth_date", "平成二十七年頃"),
            ("addressee_no", ""),
            ("history_no", "x"),
            ("resident_status", "5"),
            ("household_no", ""),
            ("household_no", "12"),
        ];
        for (item, value) in cases {
            let mut rows = rows("3 子 2015-01-01\n4 子 2016-01-01");
            rows[0].iter_mut().find(|(of, _)| *of == item).unwrap().1 = value.to_owned();
            let mut memory = Memory::default();
            let applied = take(&mut memory, &child_allowance::system().intakes[0], TODAY, &rows);
            assert_eq!(applied.refused.len(), 1, "{item}");
            assert_eq!(applied.refused[0].item, item);
            assert_eq!(applied.writes.len(), 2, "{item}");
        }
    }

    fn arrival() -> impl Strategy<Value = String> {
        let relation = prop::sample::select(vec!["世帯主", "妻", "子", "子の子", "弟", "縁故者"]);
        let birth = prop::sample::select(vec![
            "1980-01-01",
            "2008-04-02",
            "2012-07-07",
            "2024-02-29",
            "U10:2011-01-01",
        ]);
        let left = prop::sample::select(vec!["", "", "out2026-11-03", "dead2026-10-03"]);
        (1u64..7, relation, birth, 1u32..3, left).prop_map(|(serial, relation, birth, home, left)| {
            format!("{serial} {relation} {birth} h{home} {left}")
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn batches_single_rows_and_repeats_give_the_same_registers(
            rounds in prop::collection::vec(prop::collection::vec(arrival(), 1..6), 1..4)
        ) {
            let system = child_allowance::system();
            let intake = &system.intakes[0];
            let mut batched = Memory::default();
            let mut one_by_one = Memory::default();
            let mut all = Vec::new();
            for (round, arrivals) in rounds.iter().enumerate() {
                let mut lines: Vec<String> = arrivals.iter().map(|line| format!("{line} n{}", round + 1)).collect();
                lines.sort();
                lines.dedup_by_key(|line| line[..1].to_owned());
                let given: Vec<Given> = lines.iter().map(|line| row(line)).collect();
                take(&mut batched, intake, TODAY, &given);
                for one in given.iter().rev() {
                    take(&mut one_by_one, intake, TODAY, std::slice::from_ref(one));
                }
                all.extend(given);
            }
            for kind in &system.kinds {
                prop_assert_eq!(batched.register(kind), one_by_one.register(kind));
            }
            for one in &all {
                prop_assert!(take(&mut batched, intake, TODAY, std::slice::from_ref(one)).writes.is_empty());
            }
            prop_assert_eq!(verify(&system, &batched), Vec::<String>::new());
        }
    }
}
