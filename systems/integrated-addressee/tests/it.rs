//! The system of integrated addressees from outside.
#![cfg(test)]

#[cfg(test)]
mod it {
    mod bench;
    mod blocks;
    mod copies;
    mod inquiries;
    mod numbering;
    mod pending;
    mod registrations;
}

#[cfg(test)]
mod cases {
    use std::collections::BTreeMap;

    use domain::{AddresseeNo, IndividualNumber};
    use integrated_addressee::records::{Link, PERSON, Person};
    use jiff::civil::date;
    use proptest::prelude::*;
    use register::{View, ViewExt, Write};
    use serde_json::{Value, json};
    use system::Outcome;
    use testkit::bench::{Memory, run, verify};

    fn number(serial: u64) -> String {
        AddresseeNo::from_serial(serial).unwrap().to_string()
    }

    fn individual(nth: u64) -> String {
        IndividualNumber::from_first_eleven(10_000_000_000 + nth).unwrap().expose().to_owned()
    }

    fn ask(memory: &mut Memory, id: &str, input: &Value) -> Outcome {
        let id = format!("integrated-addressee/{id}");
        run(&integrated_addressee::system(), memory, date(2026, 11, 20), &id, input)
    }

    fn sound(memory: &Memory) {
        assert_eq!(verify(&integrated_addressee::system(), memory), Vec::<String>::new());
    }

    fn request(person: u64, addressee: u64, task_id: &str, status: &str, name: &str) -> Value {
        json!({
            "individual_number": individual(person), "addressee_no": number(addressee), "task_id": task_id,
            "resident_status": status, "name": name, "birth_date": "1985-04-01", "sex": "2",
        })
    }

    /// Person, 宛名番号, task, 住民状態, name sent; findings, serial given, name held, tasks with the flag.
    type Step<'a> = (u64, u64, &'a str, &'a str, &'a str, &'a str, u64, &'a str, &'a str);

    #[test]
    fn one_number_for_each_individual_number() {
        let mut memory = Memory::default();
        let steps: [Step<'_>; 8] = [
            (1, 1, "001", "1", "甲", "", 1, "甲", "001"),
            // Another task's data of a resident do not represent the person.
            (1, 1, "014", "1", "乙", "", 1, "甲", "001"),
            (1, 1, "014", "", "乙", "", 1, "甲", "001"),
            // A second number of the same person, who is a resident under the first one: the task does not represent the person.
            (1, 9, "014", "", "己", "", 1, "甲", ""),
            (2, 2, "014", "", "丙", "", 2, "丙", "014"),
            (2, 2, "001", "1", "丁", "", 2, "丁", "001 014"),
            (3, 2, "001", "1", "丁", "ADR81", 0, "", ""),
            (3, 3, "1", "1", "丁", "ADR86", 0, "", ""),
        ];
        for (person, addressee, task_id, status, name, found, serial, held, tasks) in steps {
            let outcome = ask(&mut memory, "number", &request(person, addressee, task_id, status, name));
            let codes: Vec<&str> = outcome.findings.iter().map(|finding| finding.code.as_str()).collect();
            assert_eq!(codes.join(" "), found, "{person} {addressee} {task_id}");
            sound(&memory);
            if serial == 0 {
                continue;
            }
            let link = memory.load::<Link>(&number(addressee)).unwrap().unwrap().record;
            assert_eq!(link.integrated_no.serial(), serial);
            assert_eq!(link.tasks.join(" "), tasks);
            let person = memory.load::<Person>(link.integrated_no.as_str()).unwrap().unwrap().record;
            assert_eq!(person.name, held, "{task_id}");
        }
        let mut other = request(1, 8, "014", "", "甲");
        other["birth_date"] = "1986-04-01".into();
        other["sex"] = "1".into();
        let outcome = ask(&mut memory, "number", &other);
        assert_eq!(outcome.findings[0].code, "ADR82");
        assert!(!outcome.findings[0].message.contains(&individual(1)));
    }

    #[test]
    fn a_changed_individual_number_keeps_the_integrated_one() {
        let mut memory = Memory::default();
        for nth in [1, 2] {
            ask(&mut memory, "number", &request(nth, nth, "001", "1", "甲"));
        }
        let cases = [(9, 3, "ADR80"), (1, 1, "ADR84"), (1, 2, "ADR83"), (1, 3, ""), (2, 1, "")];
        for (addressee, person, found) in cases {
            let input = json!({"addressee_no": number(addressee), "individual_number": individual(person)});
            let outcome = ask(&mut memory, "change-number", &input);
            let code = outcome.findings.first().map_or("", |finding| finding.code.as_str());
            assert_eq!(code, found, "{addressee} {person}");
            sound(&memory);
        }
        let link = memory.load::<Link>(&number(1)).unwrap().unwrap().record;
        assert_eq!(link.integrated_no.serial(), 1);
    }

    #[test]
    fn numbers_are_converted_and_the_others_listed() {
        let mut memory = Memory::default();
        ask(&mut memory, "number", &request(1, 5, "014", "", "甲"));
        ask(&mut memory, "number", &request(1, 7, "001", "1", "甲"));
        ask(&mut memory, "number", &request(2, 2, "014", "", "乙"));
        let remove = |task_id: &str| json!({"addressee_no": number(2), "task_id": task_id});
        assert_eq!(ask(&mut memory, "remove", &remove("001")).findings[0].code, "ADR85");
        assert!(ask(&mut memory, "remove", &remove("014")).findings.is_empty());
        assert_eq!(ask(&mut memory, "remove", &remove("014")).findings[0].code, "ADR80");
        let mut convert = |id: &str, numbers: &[String]| {
            let outcome = ask(&mut memory, id, &json!({"numbers": numbers.join("\n")}));
            outcome.answer.unwrap().data
        };
        // The same rule makes both numbers, so the serials are compared.
        let data = convert("to-integrated", &[number(5), "x".into(), number(2), number(7)]);
        assert_eq!(data["rows"].as_array().unwrap().len(), 2);
        assert!(data["rows"].as_array().unwrap().iter().all(|row| row["integrated_no"] == number(1)));
        let lines: Vec<u64> =
            data["failed"].as_array().unwrap().iter().map(|row| row["line"].as_u64().unwrap()).collect();
        assert_eq!(lines, [2, 3]);
        let data = convert("to-addressee", &[number(1), number(2), number(3), "000000000000018".into()]);
        // The resident's number stands for the person.
        assert_eq!(
            data["rows"],
            json!([{"integrated_no": number(1), "addressee_no": number(7), "all": [number(7), number(5)]}])
        );
        assert_eq!(data["failed"].as_array().unwrap().len(), 3);
        let shown = ask(&mut memory, "inquiry", &json!({"addressee_no": number(5)})).answer.unwrap();
        assert_eq!(shown.subjects, [number(5), number(7)]);
        assert!(!shown.data.to_string().contains(&individual(1)));
        sound(&memory);
    }

    #[test]
    fn the_checks_find_what_is_wrong() {
        let mut memory = Memory::default();
        ask(&mut memory, "number", &request(1, 1, "001", "1", "甲"));
        let held = memory.load::<Person>(&number(1)).unwrap().unwrap().record;
        let integrated_no = integrated_addressee::records::IntegratedNo::parse(&number(4)).unwrap();
        memory.commit(vec![Write::put(&Person { integrated_no, ..held }, None).unwrap()]);
        let found = verify(&integrated_addressee::system(), &memory);
        assert!(found.iter().any(|found| found.contains("最後の番号より後")), "{found:?}");
        assert!(found.iter().any(|found| found.contains("個人番号が同じ")), "{found:?}");
        let version = memory.get(&PERSON, &number(1)).unwrap().unwrap().version;
        memory.commit(vec![Write::close(&PERSON, number(1), version)]);
        let found = verify(&integrated_addressee::system(), &memory);
        assert!(found.iter().any(|found| found.contains("統合宛名がありません")), "{found:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn however_numbers_are_asked_for_there_is_one_for_each_person(
            requests in prop::collection::vec((1u64..5, 1u64..9, 0usize..2, 0usize..2, any::<bool>()), 1..30)
        ) {
            let mut memory = Memory::default();
            let mut of_person: BTreeMap<String, String> = BTreeMap::new();
            for (person, addressee, task, status, remove) in requests {
                let (task_id, status) = (["001", "014"][task], ["", "1"][status]);
                if remove {
                    ask(&mut memory, "remove", &json!({"addressee_no": number(addressee), "task_id": task_id}));
                    continue;
                }
                let outcome = ask(&mut memory, "number", &request(person, addressee, task_id, status, "甲"));
                if let Some(answer) = outcome.answer {
                    let given = answer.data["integrated_no"].as_str().unwrap().to_owned();
                    let before = of_person.insert(individual(person), given.clone());
                    prop_assert!(before.is_none_or(|before| before == given));
                }
            }
            prop_assert_eq!(verify(&integrated_addressee::system(), &memory), Vec::<String>::new());
        }
    }
}

/// What comes over links.
#[cfg(test)]
mod links {
    use domain::{AddresseeNo, IndividualNumber};
    use integrated_addressee::intakes::{NON_RESIDENTS, RESIDENTS};
    use integrated_addressee::records::{Link, Pending, Person};
    use jiff::civil::date;
    use proptest::prelude::*;
    use register::ViewExt;
    use serde_json::json;
    use std::collections::BTreeMap;
    use testkit::bench::{Given, Memory, run, take, verify};

    fn number(serial: u64) -> String {
        AddresseeNo::from_serial(serial).unwrap().to_string()
    }

    fn individual(nth: u64) -> String {
        IndividualNumber::from_first_eleven(20_000_000_000 + nth).unwrap().expose().to_owned()
    }

    fn resident(serial: u64, history: u32, status: &str, name: &str, carries: &str) -> Given {
        vec![
            ("addressee_no", number(serial)),
            ("history_no", history.to_string()),
            ("resident_status", status.into()),
            ("name", name.into()),
            ("birth_date", "1985-04-01".into()),
            ("sex", "2".into()),
            ("carries_number", carries.into()),
        ]
    }

    fn addressee(serial: u64, history: u32, class: &str, name: &str) -> Given {
        vec![
            ("addressee_no", number(serial)),
            ("history_no", history.to_string()),
            ("class", class.into()),
            ("name", name.into()),
        ]
    }

    fn gives_number(memory: &mut Memory, person: u64, serial: u64, task: &str, status: &str, name: &str) {
        let input = json!({
            "individual_number": individual(person), "addressee_no": number(serial), "task_id": task,
            "resident_status": status, "name": name, "birth_date": "1985-04-01", "sex": "2",
        });
        let system = integrated_addressee::system();
        run(&system, memory, date(2026, 11, 20), "integrated-addressee/number", &input);
    }

    fn takes(memory: &mut Memory, of_register: bool, row: Given) -> Vec<String> {
        let intake = if of_register { &RESIDENTS } else { &NON_RESIDENTS };
        let applied = take(memory, intake, date(2026, 11, 20), &[row]);
        applied.refused.into_iter().map(|refused| refused.item).collect()
    }

    fn held(memory: &Memory, serial: u64) -> (String, String) {
        let link = memory.load::<Link>(&number(serial)).unwrap().unwrap().record;
        let person = memory.load::<Person>(link.integrated_no.as_str()).unwrap().unwrap().record;
        (person.name, link.tasks.join(" "))
    }

    fn sound(memory: &Memory) {
        assert_eq!(verify(&integrated_addressee::system(), memory), Vec::<String>::new());
    }

    #[test]
    fn 付番待ち() {
        let mut memory = Memory::default();
        for (what, row, waits) in [
            ("個人番号のある人は待つ", resident(1, 1, "1", "甲", "1"), true),
            ("個人番号がなくなれば待たない", resident(1, 2, "1", "甲", ""), false),
            ("また個人番号が付けば待つ", resident(1, 3, "1", "甲", "1"), true),
            ("待っている人の古い行は読み飛ばす", resident(1, 2, "1", "甲", ""), true),
        ] {
            assert_eq!(takes(&mut memory, true, row), [""; 0], "{what}");
            assert_eq!(memory.load::<Pending>(&number(1)).unwrap().is_some(), waits, "{what}");
        }
        assert_eq!(takes(&mut memory, true, resident(2, 1, "1", "乙", "")), [""; 0]);
        let system = integrated_addressee::system();
        let count = |memory: &mut Memory| {
            let outcome =
                run(&system, memory, date(2026, 11, 20), "integrated-addressee/pending", &json!({}));
            outcome.answer.unwrap().data["count"].as_u64().unwrap()
        };
        assert_eq!(count(&mut memory), 1);
        gives_number(&mut memory, 1, 1, "001", "1", "甲");
        assert_eq!(count(&mut memory), 0, "付番したら待たない");
        sound(&memory);
    }

    /// 統合宛名フラグの規則: the register's update always sets it, another task's only when the person is no resident.
    #[test]
    fn 統合宛名フラグの表() {
        // Numbered as; the row; name held and tasks with the flag.
        for (what, task, status, of_register, row, name, tasks) in [
            ("住登者に住民記録", "001", "1", true, resident(1, 5, "1", "新", "1"), "新", "001"),
            ("業務だけの人に住民記録", "014", "", true, resident(1, 5, "1", "新", "1"), "新", "001 014"),
            ("転出した人に住民記録", "001", "1", true, resident(1, 5, "2", "新", "1"), "新", "001"),
            ("住登者に業務", "001", "1", false, addressee(1, 5, "2", "新"), "旧", "001"),
            ("住登者でない人に業務", "014", "", false, addressee(1, 5, "2", "新"), "新", "014 031"),
            ("転出した人に業務", "001", "2", false, addressee(1, 5, "2", "新"), "新", "001 031"),
            ("住民の宛名は住登外として取らない", "014", "", false, addressee(1, 5, "1", "新"), "旧", "014"),
            ("法人は取らない", "014", "", false, addressee(1, 5, "3", "新"), "旧", "014"),
        ] {
            let mut memory = Memory::default();
            gives_number(&mut memory, 1, 1, task, status, "旧");
            assert_eq!(takes(&mut memory, of_register, row.clone()), [""; 0], "{what}");
            assert_eq!(held(&memory, 1), (name.to_owned(), tasks.to_owned()), "{what}");
            // The same row again, and an older one, change nothing.
            let before = memory.load::<Link>(&number(1)).unwrap().unwrap().version;
            takes(&mut memory, of_register, row);
            let older =
                if of_register { resident(1, 4, "1", "古", "1") } else { addressee(1, 4, "2", "古") };
            if name == "新" {
                takes(&mut memory, of_register, older);
                assert_eq!(held(&memory, 1).0, "新", "{what}");
                assert_eq!(memory.load::<Link>(&number(1)).unwrap().unwrap().version, before, "{what}");
            }
            sound(&memory);
        }
    }

    /// Somebody with two numbers, a resident under the first.
    #[test]
    fn 別の番号で住登者の人() {
        for (what, of_register, row, tasks) in [
            ("業務の更新では替わらない", false, addressee(9, 5, "2", "新"), ""),
            ("消除された記録の更新では替わらない", true, resident(9, 5, "2", "新", "1"), "001"),
        ] {
            let mut memory = Memory::default();
            gives_number(&mut memory, 1, 1, "001", "1", "旧");
            gives_number(&mut memory, 1, 9, "014", "", "他");
            assert_eq!(takes(&mut memory, of_register, row), [""; 0], "{what}");
            assert_eq!(held(&memory, 9), ("旧".to_owned(), tasks.to_owned()), "{what}");
            sound(&memory);
        }
    }

    #[test]
    fn 読めない行は断る() {
        let mut memory = Memory::default();
        let with = |item: &'static str, value: &str| -> Given {
            let mut row = resident(1, 1, "1", "甲", "1");
            row.iter_mut().filter(|(name, _)| *name == item).for_each(|(_, held)| *held = value.into());
            row
        };
        for (item, value) in
            [("addressee_no", "12"), ("history_no", "0"), ("resident_status", "x"), ("birth_date", "昭和")]
        {
            assert_eq!(takes(&mut memory, true, with(item, value)), [item]);
        }
    }

    proptest! {
        /// Whatever comes, a 個人番号 keeps its one integrated number, and no two share one.
        #[test]
        fn numbers_are_one_to_one_and_never_change(
            steps in prop::collection::vec((0u8..3, 1u64..6, 1u64..8, 1u32..5, any::<bool>()), 1..40)
        ) {
            let mut memory = Memory::default();
            let mut known: BTreeMap<u64, String> = BTreeMap::new();
            for (kind, person, serial, history, lives_here) in steps {
                let status = if lives_here { "1" } else { "2" };
                match kind {
                    0 => gives_number(&mut memory, person, serial, "001", status, "甲"),
                    1 => { takes(&mut memory, true, resident(serial, history, status, "乙", "1")); }
                    _ => { takes(&mut memory, false, addressee(serial, history, "2", "丙")); }
                }
                let mut seen = BTreeMap::new();
                for nth in 1..6 {
                    let of = memory.load_by::<Person>("individual_number", &individual(nth)).unwrap();
                    prop_assert!(of.len() <= 1);
                    if let Some(one) = of.first() {
                        let number = one.record.integrated_no.to_string();
                        prop_assert_eq!(known.entry(nth).or_insert_with(|| number.clone()), &number);
                        prop_assert_eq!(seen.insert(number, nth), None);
                    }
                }
                prop_assert!(known.len() == seen.len(), "a number that was given is there");
                prop_assert_eq!(verify(&integrated_addressee::system(), &memory), Vec::<String>::new());
            }
        }
    }
}
