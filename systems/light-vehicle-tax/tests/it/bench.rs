//! A town on a real journal, in few words.

use domain::{AddresseeNo, Date};
use jiff::Timestamp;
use jiff::civil::date;
use register::{Actor, AsOf, Draft, Journal, Kind, View, Write};
use serde_json::{Value, json};
use store_sqlite::Store;
use system::{
    Batch, BatchExtent, Context, Fate, Incoming, Input, Outcome, Row, System, TextHit, TextQuery, TextSearch,
};

/// One row as names and values; the items not named are blank.
pub(crate) type Given = Vec<(&'static str, String)>;

/// Nothing is wrong.
pub(crate) const NONE: [&str; 0] = [];

pub(crate) const TODAY: Date = date(2026, 4, 20);

pub(crate) fn number(serial: u64) -> String {
    AddresseeNo::from_serial(serial).unwrap().to_string()
}

/// A person's row as the addressee system sends it; what stands in `more` is said otherwise.
pub(crate) fn person(serial: u64, more: &[(&'static str, &str)]) -> Given {
    let mut row: Given = vec![
        ("addressee_no", number(serial)),
        ("history_no", "1".into()),
        ("class", "1".into()),
        ("status", "1".into()),
        ("display_name", format!("架空　{serial}郎")),
        (
            "name_kana",
            format!("カクウ　{}", ["ア", "イ", "ウ", "エ", "オ"][usize::try_from(serial % 5).unwrap()]),
        ),
        ("birth_date", "1980-01-01".into()),
        ("postcode", format!("68923{:02}", serial % 100)),
        ("address", format!("架空県みなと郡台帳町{serial}番地")),
        ("moved_out_to", String::new()),
        ("departed_on", String::new()),
        ("protected", String::new()),
        ("merged_into", String::new()),
    ];
    for (name, value) in more {
        for item in row.iter_mut().filter(|item| item.0 == *name) {
            item.1 = (*value).to_owned();
        }
    }
    row
}

pub(crate) struct Town {
    pub(crate) system: System,
    pub(crate) store: Store,
    pub(crate) today: Date,
    pub(crate) municipality: Value,
}

/// Vehicles by fragments, looked through anew for each question.
struct Index<'a>(&'a System, &'a dyn View);

impl TextSearch for Index<'_> {
    fn find(&self, query: &TextQuery<'_>) -> (Vec<TextHit>, bool) {
        let indexed = self.0.indexed.iter().find(|indexed| indexed.kind.id == query.kind).unwrap();
        let mut hits = Vec::new();
        let looked = self.1.scan(indexed.kind, None, &mut |stored| {
            let history = self.1.history(indexed.kind, &stored.key)?;
            let texts = indexed.texts_over(history.iter().map(|version| &version.body))?;
            if indexed.fits(query, &texts) {
                hits.push(TextHit { key: stored.key.clone() });
            }
            Ok(std::ops::ControlFlow::Continue(()))
        });
        looked.unwrap();
        let more = query.limit < hits.len();
        hits.truncate(query.limit);
        (hits, more)
    }
}

impl Town {
    /// Ten residents, the eleventh dead since 2026-02-01, the twelfth merged into the first, the thirteenth moved out, the
    /// fourteenth protected, the fifteenth a company.
    pub(crate) fn new() -> Self {
        let municipality = json!({
            "prefecture": "架空県", "name": "みなと郡台帳町", "attester_title": "台帳町長", "attester_name": "架空　太郎",
            "contact": "税務課", "specimen": true, "convenience_company": "912345",
        });
        let system = light_vehicle_tax::system();
        let store = Store::in_memory(&system.kinds).unwrap();
        let mut town = Self { system, store, today: TODAY, municipality };
        let mut rows: Vec<Given> = (1..=10).map(|serial| person(serial, &[])).collect();
        rows.push(person(11, &[("status", "3"), ("departed_on", "2026-02-01")]));
        rows.push(person(12, &[("merged_into", &number(1))]));
        rows.push(person(
            13,
            &[("status", "2"), ("departed_on", "2026-03-01"), ("moved_out_to", "架空県よそ市1番地")],
        ));
        rows.push(person(14, &[("protected", "1")]));
        rows.push(person(15, &[("class", "3"), ("status", ""), ("display_name", "架空自動車販売株式会社")]));
        let refused = town.take("addressees", &rows);
        assert_eq!(refused, NONE);
        town
    }

    /// The bodies of a kind.
    pub(crate) fn register(&self, kind: &Kind) -> Vec<String> {
        let view = self.store.view(AsOf::default()).unwrap();
        let mut all = Vec::new();
        view.scan(kind, None, &mut |stored| {
            all.push(stored.body.as_str().to_owned());
            Ok(std::ops::ControlFlow::Continue(()))
        })
        .unwrap();
        all
    }

    pub(crate) fn commit(&self, writes: Vec<Write>) {
        if writes.is_empty() {
            return;
        }
        let actor = Actor::Program("test".to_owned());
        let mut draft = Draft::new("light-vehicle-tax", "test", actor, Timestamp::UNIX_EPOCH);
        draft.writes = writes;
        self.store.commit(draft).unwrap();
    }

    fn within<T>(&self, ask: impl FnOnce(&dyn View, &Context<'_>) -> T) -> T {
        let view = self.store.view(AsOf::default()).unwrap();
        let index = Index(&self.system, &*view);
        let context = Context {
            today: self.today,
            now: Timestamp::UNIX_EPOCH,
            actor: Actor::Program("test".to_owned()),
            confirmed: &[],
            random: 0,
            search: &index,
            municipality: &self.municipality,
        };
        ask(&*view, &context)
    }

    /// Rows by an intake; why some were refused.
    pub(crate) fn take(&mut self, intake: &str, rows: &[Given]) -> Vec<String> {
        let id = format!("light-vehicle-tax/{intake}");
        let intake = *self.system.intakes.iter().find(|one| one.id == id).unwrap();
        let names: Vec<&str> = rows.iter().flatten().map(|(name, _)| *name).collect();
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
        let batch =
            Batch { link: "test", no: 1, extent: BatchExtent::Difference, subject: "", rows: &incoming };
        let applied = self.within(|view, context| (intake.apply)(view, &batch, context).unwrap());
        self.commit(applied.writes);
        applied.refused.into_iter().map(|row| format!("{}: {}", row.item, row.message)).collect()
    }

    /// Runs a function once, through its form, and commits what it decides unless a finding stops it.
    pub(crate) fn run(&mut self, function: &str, input: &Value) -> Outcome {
        let id = format!("light-vehicle-tax/{function}");
        let function = self.system.functions.iter().find(|one| one.id == id).unwrap();
        let (checked, findings) = function.form.check(input);
        if !findings.is_empty() {
            return Outcome::refused(findings);
        }
        let input = Input(checked);
        let outcome = self.within(|view, context| (function.decide)(view, &input, context).unwrap());
        if !outcome.findings.iter().any(system::Finding::stops) {
            self.commit(outcome.writes.clone());
        }
        outcome
    }

    /// Runs a function that must go through; its answer.
    pub(crate) fn done(&mut self, function: &str, input: &Value) -> Value {
        let outcome = self.run(function, input);
        assert!(
            !outcome.findings.iter().any(system::Finding::stops),
            "{function} {input}: {:?}",
            outcome.findings
        );
        outcome.answer.map(|answer| answer.data).unwrap_or_default()
    }

    /// The codes of what a function finds.
    pub(crate) fn codes(&mut self, function: &str, input: &Value) -> Vec<String> {
        self.run(function, input).findings.into_iter().map(|finding| finding.code).collect()
    }

    /// A small car of a person, registered in a year long past, by its plate's number.
    pub(crate) fn car(&mut self, serial: u64, plate: &str, more: &Value) -> String {
        let mut input = json!({
            "registered_on": "2020-05-01", "registered_reason": "01",
            "plate_area": "鳥取", "plate_class": "580", "plate_kana": "あ", "plate_number": plate,
            "chassis": format!("HX-{plate}"), "kind": "passenger", "first_inspected": "2016-06",
            "owner_no": number(serial),
        });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        let outcome = self.run("register", &input);
        assert!(!outcome.findings.iter().any(system::Finding::stops), "{:?}", outcome.findings);
        outcome.opens.unwrap()
    }

    /// The rows of a dataset, as `item=value` of the items named.
    pub(crate) fn rows(&self, dataset: &str, items: &[&str]) -> Vec<String> {
        let id = format!("light-vehicle-tax/{dataset}");
        let dataset = self.system.datasets.iter().find(|one| one.id == id).unwrap();
        let mut all = Vec::new();
        let mut row = Row::new();
        let view = self.store.view(AsOf::default()).unwrap();
        view.scan(dataset.kind, None, &mut |stored| {
            row.clear();
            if (dataset.row)(&*view, stored, &mut row)? == Fate::Row {
                assert_eq!(row.len(), dataset.items.len());
                let value = |name: &&str| {
                    row.get(dataset.items.iter().position(|item| item.name == *name).unwrap()).to_owned()
                };
                all.push(items.iter().map(value).collect::<Vec<_>>().join(" "));
            }
            Ok(std::ops::ControlFlow::Continue(()))
        })
        .unwrap();
        all
    }

    /// What the checks say.
    pub(crate) fn verify(&self) -> Vec<String> {
        let view = self.store.view(AsOf::default()).unwrap();
        let run = |check: &system::Check| (check.run)(&*view).unwrap();
        self.system
            .checks
            .iter()
            .flat_map(run)
            .map(|found| format!("{}: {}", found.record, found.what))
            .collect()
    }
}
