//! A town of integrated addressees whose clock moves on with every step.

use domain::{AddresseeNo, IndividualNumber};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use register::{Actor, Stored, View};
use serde_json::{Value, json};
use system::{Applied, Batch, BatchExtent, Context, Fate, Incoming, Intake, Outcome, Row};
use testkit::bench::{Given, Memory, run, verify};

pub(crate) struct Bench {
    pub(crate) memory: Memory,
    pub(crate) today: Date,
    steps: i64,
}

pub(crate) fn number(serial: u64) -> String {
    AddresseeNo::from_serial(serial).unwrap().to_string()
}

pub(crate) fn individual(nth: u64) -> String {
    IndividualNumber::from_first_eleven(30_000_000_000 + nth).unwrap().expose().to_owned()
}

impl Default for Bench {
    fn default() -> Self {
        Self { memory: Memory::default(), today: date(2026, 11, 20), steps: 0 }
    }
}

impl Bench {
    /// Takes rows in one batch; what was refused, as item and words.
    pub(crate) fn take(&mut self, intake: &Intake, rows: &[Given]) -> Vec<(String, String)> {
        self.steps += 1;
        // One call a shape of row: a batch has one set of names.
        let names: Vec<&str> = rows.iter().flatten().map(|(name, _)| *name).collect();
        let names: Vec<&str> = names
            .iter()
            .enumerate()
            .filter(|(at, name)| !names[..*at].contains(name))
            .map(|(_, name)| *name)
            .collect();
        let filled: Vec<Row> = rows
            .iter()
            .map(|given| {
                let mut row = Row::new();
                for name in &names {
                    row.push(given.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value));
                }
                row
            })
            .collect();
        let incoming: Vec<Incoming<'_>> = filled.iter().map(|row| Incoming::new(&names, row)).collect();
        let batch = Batch {
            link: "test",
            no: 1,
            extent: BatchExtent::Difference,
            subject: "addressee_no",
            rows: &incoming,
        };
        let context = Context {
            today: self.today,
            now: Timestamp::from_second(self.steps).unwrap(),
            actor: Actor::Program("test".to_owned()),
            confirmed: &[],
            random: 0,
            search: &(),
            municipality: &Value::Null,
        };
        let Applied { writes, refused: rows } = (intake.apply)(&self.memory, &batch, &context).unwrap();
        self.memory.commit(writes);
        let refused = rows.into_iter().map(|row| (row.item, row.message)).collect();
        // The same rows again change nothing.
        let again = (intake.apply)(&self.memory, &batch, &context).unwrap();
        assert!(again.writes.is_empty(), "an intake that is not idempotent: {:?}", again.writes);
        self.sound();
        refused
    }

    pub(crate) fn run(&mut self, function: &str, input: &Value) -> Outcome {
        let system = integrated_addressee::system();
        let outcome =
            run(&system, &mut self.memory, self.today, &format!("integrated-addressee/{function}"), input);
        self.sound();
        outcome
    }

    pub(crate) fn codes(&mut self, function: &str, input: &Value) -> String {
        let outcome = self.run(function, input);
        let codes: Vec<&str> = outcome.findings.iter().map(|finding| finding.code.as_str()).collect();
        codes.join(" ")
    }

    /// Numbers the person under a 宛名番号.
    pub(crate) fn number(&mut self, person: u64, serial: u64) {
        let input = json!({
            "individual_number": individual(person), "addressee_no": number(serial), "task_id": "001",
            "resident_status": "1", "name": "甲",
        });
        assert_eq!(self.codes("number", &input), "");
    }

    /// The rows of a dataset, each as its items joined.
    pub(crate) fn offers(&self, dataset: &str, items: &[&str]) -> Vec<String> {
        let system = integrated_addressee::system();
        let id = format!("integrated-addressee/{dataset}");
        let dataset = system.datasets.iter().find(|own| own.id == id).unwrap();
        let names = dataset.names();
        let mut rows = Vec::new();
        self.memory
            .scan(dataset.kind, None, &mut |stored: &Stored| {
                let mut row = Row::new();
                if (dataset.row)(&self.memory, stored, &mut row)? == Fate::Row {
                    assert_eq!(row.len(), names.len());
                    let value =
                        |item: &&str| row.get(names.iter().position(|name| name == item).unwrap()).to_owned();
                    rows.push(items.iter().map(value).collect::<Vec<_>>().join(" "));
                }
                Ok(std::ops::ControlFlow::Continue(()))
            })
            .unwrap();
        rows
    }

    pub(crate) fn sound(&self) {
        assert_eq!(verify(&integrated_addressee::system(), &self.memory), Vec::<String>::new());
    }
}

/// A row from items and values.
pub(crate) fn row(items: &[(&'static str, &str)]) -> Given {
    items.iter().map(|(item, value)| (*item, (*value).to_owned())).collect()
}
