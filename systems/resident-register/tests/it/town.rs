//! A small town on a real journal, with a counter where movements are entered and made final.

use std::collections::BTreeMap;

use domain::{
    Address, AddresseeNo, Date, HouseholdNo, IndividualNumber, MovementReason, RegisterDate, Relation,
    ResidentRecordCode, Sex,
};
use jiff::Timestamp;
use register::{Actor, AsOf, CommitError, Draft, Journal, View, ViewExt};
use resident_register::records::{Household, Person};
use resident_register::{load, system};
use serde_json::{Value, json};
use store_sqlite::Store;
use system::{
    Applied, Batch, BatchExtent, Context, Finding, Incoming, Input, Outcome, Row, System, TextHit, TextQuery,
    TextSearch,
};

pub(crate) struct Town {
    pub(crate) system: System,
    pub(crate) store: Store,
    pub(crate) today: Date,
    /// Minutes since the counter opened today.
    pub(crate) minutes: i64,
    pub(crate) municipality: Value,
    pub(crate) random: u64,
    /// 宛名番号 by name as the script calls people.
    pub(crate) people: BTreeMap<String, AddresseeNo>,
    serials: load::Serials,
}

/// The text index, computed anew for each question.
struct Index<'a>(&'a System, &'a dyn View);

impl TextSearch for Index<'_> {
    fn find(&self, query: &TextQuery<'_>) -> (Vec<TextHit>, bool) {
        let indexed = self.0.indexed.iter().find(|indexed| indexed.kind.id == query.kind).unwrap();
        let mut hits = Vec::new();
        self.1
            .scan(indexed.kind, None, &mut |stored| {
                let history = self.1.history(indexed.kind, &stored.key)?;
                let texts = indexed.texts_over(history.iter().map(|version| &version.body))?;
                if indexed.fits(query, &texts) {
                    hits.push(TextHit { key: stored.key.clone() });
                }
                Ok(std::ops::ControlFlow::Continue(()))
            })
            .unwrap();
        let more = query.limit < hits.len();
        hits.truncate(query.limit);
        (hits, more)
    }
}

/// How a member of a household that is there from the start is described: name, relation, sex, birth date.
pub(crate) struct Described<'a> {
    pub(crate) name: &'a str,
    pub(crate) relation: &'a str,
    pub(crate) sex: Sex,
    pub(crate) birth: RegisterDate,
}

impl Town {
    pub(crate) fn new() -> Self {
        let system = system();
        let store = Store::in_memory(&system.kinds).unwrap();
        let mut town = Self {
            system,
            store,
            today: jiff::civil::date(2026, 4, 1),
            municipality: json!({
                "code": "991015", "prefecture": "架空県", "name": "みなと郡台帳町",
                "attester_title": "台帳町長", "attester_name": "見本　太郎", "specimen": true,
                "input_place": "本庁", "desks": { "clerk": { "place": "浜支所", "terminal": "端末03" } },
                "districts": [
                    { "no": "1", "code": "H01", "town": "字浜" },
                    { "no": "1", "code": "H02", "town": "字浜", "lot": "777番地" },
                    { "no": "3", "code": "S09", "town": "字浜", "from": "2026-05-01" },
                    { "no": "2", "code": "K05", "town": "字浜", "to": "2026-03-31" },
                ],
                "lots": [
                    { "town": "字岬", "lot": "1番地", "lot_to": "50番地" },
                    { "town": "字岬", "lot": "60番地2" },
                    { "town": "字岬", "lot": "70番地", "from": "2026-05-01" },
                    { "town": "字沖", "lot": "1番地", "special": "1" },
                ],
            }),
            minutes: 0,
            random: 7,
            people: BTreeMap::new(),
            serials: load::Serials::default(),
        };
        town.commit("load", load::counters(town.serials).unwrap());
        town
    }

    /// The moment it is at the counter.
    pub(crate) fn now(&self) -> Timestamp {
        moment(self.today) + jiff::SignedDuration::from_mins(self.minutes)
    }

    fn draft(&self, function: &str, actor: &str) -> Draft {
        let now = self.now();
        Draft::new("resident-register", function, Actor::User(actor.to_owned()), now)
    }

    pub(crate) fn commit(&mut self, function: &str, writes: Vec<register::Write>) {
        let mut draft = self.draft(function, "load");
        draft.writes = writes;
        self.store.commit(draft).unwrap();
    }

    /// Fills the pool of codes.
    pub(crate) fn pool(&mut self, codes: u64) {
        let codes = (0..codes).map(|n| ResidentRecordCode::from_first_ten(5_000_000_000 + n).unwrap());
        let writes = load::code_pool(codes).unwrap();
        self.commit("load", writes);
    }

    /// Puts a household into the town as if it had always been there.
    pub(crate) fn household(&mut self, lot: &str, members: &[Described<'_>]) -> HouseholdNo {
        let household_no = HouseholdNo::from_serial(self.serials.household_no + 1).unwrap();
        let address = address(lot);
        let since = jiff::civil::date(2010, 4, 1);
        let mut rows = Vec::new();
        for (serial, described) in (self.serials.addressee_no + 1..).zip(members) {
            let no = AddresseeNo::from_serial(serial).unwrap();
            let mut row = Person::new(no, household_no, described.birth, described.sex);
            let (family, given) = described.name.split_once('　').unwrap_or(("山田", described.name));
            row.family_name = family.to_owned();
            row.given_name = given.to_owned();
            row.name = format!("{family}　{given}");
            row.name_kana = "ヤマダ　タロウ".to_owned();
            row.kana_attested = true;
            row.district_codes = vec!["H01".to_owned()];
            row.relation = Relation::parse(described.relation).unwrap();
            row.registered_domicile = Some(domicile());
            row.register_head = "山田　太郎".to_owned();
            row.address = address.clone();
            let born_here = described.birth.sort_key().is_some_and(|birth| since < birth);
            let start = if born_here { described.birth } else { RegisterDate::Day(since) };
            row.resident_since = Some(start);
            row.addr_since = Some(start);
            row.event_date = Some(start);
            row.movement_reason =
                if born_here { MovementReason::Birth } else { MovementReason::MoveInDomestic };
            row.processed_on = since;
            row.resident_record_code =
                Some(ResidentRecordCode::from_first_ten(1_000_000_000 + no.serial()).unwrap());
            row.individual_number =
                Some(IndividualNumber::from_first_eleven(10_000_000_000 + no.serial()).unwrap());
            self.people.insert(described.name.to_owned(), no);
            rows.push(row);
        }
        let head = rows.iter().find(|row| row.relation.is_head()).map(|row| row.addressee_no);
        let household = Household {
            household_no,
            head,
            members: rows.iter().map(|row| row.addressee_no).collect(),
            address,
            formed_on: since,
        };
        let writes = load::household(&household, rows, &mut self.serials).unwrap();
        self.commit("load", writes);
        self.keep_counters();
        household_no
    }

    /// The counters follow the loaded numbers.
    fn keep_counters(&mut self) {
        let serials = self.serials;
        let mut writes = load::counters(serials).unwrap();
        {
            let view = self.view();
            for write in &mut writes {
                let held = view.get(write.kind, &write.key).unwrap().unwrap();
                write.expect = register::Expect::Version(held.version);
            }
        }
        self.commit("load", writes);
    }

    pub(crate) fn view(&self) -> Box<dyn View + Send + '_> {
        self.store.view(AsOf::default()).unwrap()
    }

    /// Runs a function as the office does: form, decision, and a commit unless something stands open.
    pub(crate) fn run(&mut self, id: &str, actor: &str, input: &Value, confirm: bool) -> Ran {
        let id = format!("resident-register/{id}");
        let function = self.system.functions.iter().find(|function| function.id == id).unwrap().clone();
        let (checked, findings) = function.form.check(input);
        if !findings.is_empty() {
            return Ran { findings, outcome: Outcome::default(), committed: false };
        }
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let decide = |confirmed: &[String]| {
            let view = self.view();
            let context = Context {
                today: self.today,
                now: self.now(),
                actor: Actor::User(actor.to_owned()),
                confirmed,
                random: self.random,
                search: &Index(&self.system, &*view),
                municipality: &self.municipality,
            };
            (function.decide)(&*view, &Input(checked.clone()), &context).unwrap()
        };
        let mut outcome = decide(&[]);
        let findings = outcome.findings.clone();
        let confirmed: Vec<String> = findings.iter().map(Finding::confirmation).filter(|_| confirm).collect();
        if !confirmed.is_empty() {
            outcome = decide(&confirmed);
        }
        let mut committed = false;
        if outcome.open_findings(&confirmed).is_empty() {
            let mut draft = self.draft(&id, actor);
            draft.writes.clone_from(&outcome.writes);
            draft.effective_on = outcome.effective_on;
            draft.reason.clone_from(&outcome.reason);
            if !draft.writes.is_empty() {
                match self.store.commit(draft) {
                    Ok(_) => committed = true,
                    Err(error @ CommitError::NotUnique { .. }) => {
                        panic!("the rules let a double number pass: {error}")
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }
        Ran { findings, outcome, committed }
    }

    /// Lets something decide on the registers as they are, as an intake does.
    pub(crate) fn with_context<T>(&self, decide: impl FnOnce(&dyn View, &Context<'_>) -> T) -> T {
        let view = self.view();
        let context = Context {
            today: self.today,
            now: self.now(),
            actor: Actor::Program("test".to_owned()),
            confirmed: &[],
            random: self.random,
            search: &Index(&self.system, &*view),
            municipality: &self.municipality,
        };
        decide(&*view, &context)
    }

    /// Takes rows in as a link does, all of one batch, and commits what becomes of them.
    pub(crate) fn take(&mut self, intake: &str, names: &[&str], rows: &[Vec<&str>]) -> Applied {
        let id = format!("resident-register/{intake}");
        let intake = *self.system.intakes.iter().find(|intake| intake.id == id).unwrap();
        let filled: Vec<Row> = rows
            .iter()
            .map(|values| {
                let mut row = Row::new();
                values.iter().for_each(|value| row.push(value));
                row
            })
            .collect();
        let incoming: Vec<Incoming<'_>> = filled.iter().map(|row| Incoming::new(names, row)).collect();
        let applied = {
            let view = self.view();
            let context = Context {
                today: self.today,
                now: self.now(),
                actor: Actor::User("link".to_owned()),
                confirmed: &[],
                random: 0,
                search: &(),
                municipality: &self.municipality,
            };
            let extent = BatchExtent::Difference;
            let batch = Batch { link: "test", no: 1, extent, subject: names[0], rows: &incoming };
            (intake.apply)(&*view, &batch, &context).unwrap()
        };
        if !applied.writes.is_empty() {
            self.commit(&id, applied.writes.clone());
        }
        applied
    }

    pub(crate) fn person(&self, name: &str) -> Person {
        let no = self.people.get(name).unwrap_or_else(|| panic!("nobody is called {name}"));
        self.view().load::<Person>(no.as_str()).unwrap().unwrap().record
    }

    /// Learns the numbers of people who were recorded meanwhile, by given name or name.
    pub(crate) fn learn(&mut self) {
        let mut people = Vec::new();
        self.view()
            .scan(&resident_register::records::PERSON, None, &mut |stored| {
                let person = stored.typed::<Person>()?.record;
                let name = if person.given_name.is_empty() { person.name } else { person.given_name };
                people.push((name, person.addressee_no));
                Ok(std::ops::ControlFlow::Continue(()))
            })
            .unwrap();
        for (name, no) in people {
            if !self.people.values().any(|known| *known == no) {
                self.people.insert(if name.is_empty() { "（氏名未定）".to_owned() } else { name }, no);
            }
        }
    }

    /// What contradicts itself in the registers.
    pub(crate) fn contradictions(&self) -> Vec<String> {
        let view = self.view();
        let checks = self.system.checks.iter();
        checks
            .flat_map(|check| (check.run)(&*view).unwrap())
            .map(|wrong| format!("{}: {}", wrong.record, wrong.what))
            .collect()
    }
}

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) findings: Vec<Finding>,
    pub(crate) outcome: Outcome,
    pub(crate) committed: bool,
}

impl Ran {
    /// The codes of the findings, sorted, each once.
    pub(crate) fn codes(&self) -> Vec<String> {
        let mut codes: Vec<String> = self.findings.iter().map(|finding| finding.code.clone()).collect();
        codes.sort();
        codes.dedup();
        codes
    }
}

pub(crate) fn moment(day: Date) -> Timestamp {
    format!("{day}T01:00:00Z").parse().unwrap()
}

pub(crate) fn address(lot: &str) -> Address {
    Address {
        municipality_code: Some("991015".to_owned()),
        prefecture: "架空県".to_owned(),
        municipality: "みなと郡台帳町".to_owned(),
        town: "字浜".to_owned(),
        lot: lot.to_owned(),
        ..Address::default()
    }
}

pub(crate) fn domicile() -> Address {
    Address {
        prefecture: "架空県".to_owned(),
        municipality: "みなと郡台帳町".to_owned(),
        town: "字浜1番地".to_owned(),
        ..Address::default()
    }
}
