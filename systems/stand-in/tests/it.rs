//! The stand-in from outside: any rows in, kept as they came; tables in, rows out.
#![cfg(test)]

#[cfg(test)]
mod cases {
    use std::collections::BTreeSet;

    use jiff::Timestamp;
    use jiff::civil::date;
    use register::{Actor, View};
    use serde_json::{Value, json};
    use stand_in::intakes::ROWS;
    use stand_in::records::{RECEIVED, Received};
    use stand_in::{Offer, OfferItem};
    use system::{Batch, BatchExtent, Context, Fate, Incoming, ItemType, Row, System};
    use testkit::bench::{Given, Memory, run, take, verify};

    const TODAY: domain::Date = date(2026, 11, 20);
    const LAND: &str = "stand-in/property-tax-land";

    fn system() -> System {
        let item = |name: &str, title: &str| OfferItem {
            name: name.into(),
            title: title.into(),
            holds: ItemType::Text,
        };
        stand_in::system(&[Offer {
            id: LAND.into(),
            title: "固定資産税 土地情報（代役）".into(),
            subject: "lot_no".into(),
            items: vec![item("lot_no", "地番"), item("area", "地積")],
        }])
    }

    fn given(addressee_no: &str, name: &str) -> Given {
        vec![("addressee_no", addressee_no.to_owned()), ("name", name.to_owned())]
    }

    #[test]
    fn rows_are_kept_by_link_and_subject_and_a_repeat_writes_nothing() {
        let (system, mut memory) = (system(), Memory::default());
        let rows = [given("1", "甲"), given("", "乙")];
        let applied = take(&mut memory, &ROWS, TODAY, &rows);
        assert_eq!((applied.writes.len(), applied.refused.len()), (1, 1), "a row without a subject is held");
        let again = take(&mut memory, &ROWS, TODAY, &rows);
        assert_eq!((again.writes.len(), again.refused.len()), (0, 1));
        assert!(verify(&system, &memory).is_empty());
    }

    #[test]
    fn a_full_extract_closes_what_is_not_in_it_and_nothing_of_other_links() {
        let mut memory = Memory::default();
        let mut send = |link: &str, subjects: &[&str], full: bool| {
            let names = ["addressee_no"];
            let rows: Vec<Row> = subjects
                .iter()
                .map(|subject| {
                    let mut row = Row::new();
                    row.push(subject);
                    row
                })
                .collect();
            let incoming: Vec<Incoming<'_>> = rows.iter().map(|row| Incoming::new(&names, row)).collect();
            let all: BTreeSet<String> = subjects.iter().map(|subject| (*subject).to_owned()).collect();
            let extent = if full { BatchExtent::FullEnd { subjects: &all } } else { BatchExtent::Difference };
            let batch = Batch { link, no: 1, extent, subject: "addressee_no", rows: &incoming };
            let context = Context {
                today: TODAY,
                now: Timestamp::UNIX_EPOCH,
                actor: Actor::Program("test".into()),
                confirmed: &[],
                random: 0,
                search: &(),
                municipality: &Value::Null,
            };
            let applied = (ROWS.apply)(&memory, &batch, &context).unwrap();
            memory.commit(applied.writes);
            let mut held = Vec::new();
            memory
                .scan(&RECEIVED, None, &mut |stored| {
                    held.push(stored.key.clone());
                    Ok(std::ops::ControlFlow::Continue(()))
                })
                .unwrap();
            held
        };
        assert_eq!(send("a", &["1", "2"], true), ["a/1", "a/2"]);
        assert_eq!(send("b", &["1"], true), ["a/1", "a/2", "b/1"]);
        assert_eq!(send("a", &["3"], false), ["a/1", "a/2", "a/3", "b/1"]);
        assert_eq!(send("a", &["2", "3"], true), ["a/2", "a/3", "b/1"]);
        assert_eq!(send("a", &[], true), ["b/1"]);
    }

    #[test]
    fn a_table_becomes_rows_of_the_dataset() {
        let (system, mut memory) = (system(), Memory::default());
        let enter = |memory: &mut Memory, rows: &str| {
            run(&system, memory, TODAY, "stand-in/enter", &json!({ "dataset": LAND, "rows": rows }))
        };
        let done = enter(&mut memory, "地積\tlot_no\n120\t1-1\n80\t1-2\n90\t1-1\n");
        assert_eq!(done.writes.len(), 2, "{:?}", done.findings);
        let again = enter(&mut memory, "lot_no\tarea\n1-2\t80\n");
        assert_eq!(again.writes.len(), 0, "what is so already is not written");
        let dataset = &system.datasets[0];
        let stored = memory.get(dataset.kind, "1-1").unwrap().unwrap();
        let mut row = Row::new();
        assert_eq!((dataset.row)(&memory, &stored, &mut row).unwrap(), Fate::Row);
        assert_eq!(row.values().collect::<Vec<_>>(), ["1-1", "90"], "the last row of a subject counts");
        for (table, told) in [
            ("lot_no\tprice\n1-1\t1\n", "項目「price」は、この提供データにありません。"),
            ("lot_no\tarea\n1-1\t1\t2\n", "2行目に値が3個あります（項目は2個）。"),
            ("lot_no\tarea\n\t1\n", "2行目の「lot_no」が空です。"),
        ] {
            let outcome = enter(&mut memory, table);
            let shown = format!("{:?}", outcome.findings);
            assert!(outcome.writes.is_empty() && shown.contains(told), "{table}: {shown}");
        }
    }

    #[test]
    fn what_came_is_shown_with_its_history() {
        let (system, mut memory) = (system(), Memory::default());
        take(&mut memory, &ROWS, TODAY, &[given("1", "甲")]);
        take(&mut memory, &ROWS, TODAY, &[given("1", "乙")]);
        let ask = json!({ "link": "test", "subject": "1" });
        let outcome = run(&system, &mut memory, TODAY, "stand-in/inquiry", &ask);
        let shown = outcome.answer.unwrap().data;
        assert_eq!(shown["history"][0]["values"]["name"], "乙");
        assert_eq!(shown["history"][1]["values"]["name"], "甲");
        let nothing = json!({ "link": "test", "subject": "2" });
        assert!(run(&system, &mut memory, TODAY, "stand-in/inquiry", &nothing).answer.is_none());
        assert_eq!(Received::key_of("test", "1"), "test/1");
    }
}
