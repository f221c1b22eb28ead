//! The system of integrated addressees from outside.
#![cfg(test)]

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
            // A second number of the same person, no resident's: the task represents it.
            (1, 9, "014", "", "甲", "", 1, "甲", "014"),
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
