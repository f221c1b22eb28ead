//! Whatever movements are accepted, in whatever order, the registers never contradict themselves.

use domain::{AddresseeNo, IndividualNumber, RegisterDate, ResidentRecordCode, Sex};
use jiff::ToSpan;
use proptest::prelude::*;
use register::ViewExt;
use resident_register::records::{HOUSEHOLD, Household, PERSON, Person};
use serde_json::{Value, json};

use crate::cases::usual;
use crate::town::{Described, Town};

/// One thing that happens at the counter; numbers pick among what is there.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    MoveIn { join: Option<usize>, head: bool, members: usize },
    Return { who: usize },
    Birth { household: usize },
    MoveWithin { household: usize, leave: u8, join: Option<usize> },
    MoveOut { household: usize, leave: u8, ahead: i8 },
    Death { who: usize },
    HeadChange { household: usize, head: usize },
    HouseholdChange { household: usize, leave: u8, join: Option<usize> },
    Correct { who: usize, whole: bool },
    DeleteExOfficio { household: usize, leave: u8 },
    Renew { who: usize },
    Cancel { household: usize, leave: u8 },
    CancelFormer { who: usize },
    Finalize,
    Discard,
    NextDay { days: i8 },
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let any_of = || 0_usize..8;
    prop_oneof![
        1 => (prop::option::of(any_of()), any::<bool>(), 1_usize..4)
            .prop_map(|(join, head, members)| Step::MoveIn { join, head, members }),
        1 => any_of().prop_map(|who| Step::Return { who }),
        1 => any_of().prop_map(|household| Step::Birth { household }),
        1 => (any_of(), any::<u8>(), prop::option::of(any_of()))
            .prop_map(|(household, leave, join)| Step::MoveWithin { household, leave, join }),
        1 => (any_of(), any::<u8>(), -5_i8..12).prop_map(|(household, leave, ahead)| Step::MoveOut { household, leave, ahead }),
        1 => any_of().prop_map(|who| Step::Death { who }),
        1 => (any_of(), any_of()).prop_map(|(household, head)| Step::HeadChange { household, head }),
        1 => (any_of(), any::<u8>(), prop::option::of(any_of()))
            .prop_map(|(household, leave, join)| Step::HouseholdChange { household, leave, join }),
        1 => (any_of(), any::<bool>()).prop_map(|(who, whole)| Step::Correct { who, whole }),
        1 => (any_of(), any::<u8>()).prop_map(|(household, leave)| Step::DeleteExOfficio { household, leave }),
        1 => any_of().prop_map(|who| Step::Renew { who }),
        2 => (any_of(), any::<u8>()).prop_map(|(household, leave)| Step::Cancel { household, leave }),
        1 => any_of().prop_map(|who| Step::CancelFormer { who }),
        6 => Just(Step::Finalize),
        1 => Just(Step::Discard),
        1 => (1_i8..8).prop_map(|days| Step::NextDay { days }),
    ]
}

pub(crate) struct Play {
    pub(crate) town: Town,
    pub(crate) waiting: Vec<String>,
    pub(crate) newcomers: u64,
}

impl Play {
    pub(crate) fn persons(&self) -> Vec<Person> {
        let mut persons = Vec::new();
        self.town
            .view()
            .scan(&PERSON, None, &mut |stored| {
                persons.push(stored.typed::<Person>()?.record);
                Ok(std::ops::ControlFlow::Continue(()))
            })
            .unwrap();
        persons
    }

    fn households(&self) -> Vec<Household> {
        let mut households = Vec::new();
        self.town
            .view()
            .scan(&HOUSEHOLD, None, &mut |stored| {
                households.push(stored.typed::<Household>()?.record);
                Ok(std::ops::ControlFlow::Continue(()))
            })
            .unwrap();
        households
    }

    fn household(&self, pick: usize) -> Option<Household> {
        let mut households = self.households();
        let count = households.len();
        (count != 0).then(|| households.swap_remove(pick % count))
    }

    pub(crate) fn enter(&mut self, function: &str, input: &Value) {
        let ran = self.town.run(function, "clerk", input, true);
        if ran.committed {
            self.waiting.extend(ran.outcome.opens);
        }
    }

    pub(crate) fn play(&mut self, step: &Step) {
        let today = self.town.today;
        match step {
            Step::MoveIn { join, head, members } => {
                let mut input = usual("move-in", today);
                let usual = input["members"][0].clone();
                let rows: Vec<Value> =
                    (0..*members).map(|n| self.newcomer(&usual, *head && n == 0)).collect();
                input["members"] = json!(rows);
                if let Some(household) = join.and_then(|pick| self.household(pick)) {
                    input["household_no"] = json!(household.household_no);
                }
                self.enter("move-in", &input);
            }
            Step::Return { who } => {
                let former: Vec<Person> =
                    self.persons().into_iter().filter(|person| !person.is_resident()).collect();
                let Some(person) = former.get(who % former.len().max(1)) else { return };
                let mut input = usual("move-in", today);
                let row = &mut input["members"][0];
                row["addressee_no"] = json!(person.addressee_no);
                row["birth_date"] = json!(person.birth_date);
                row["sex"] = json!(person.sex);
                for number in ["resident_record_code", "individual_number"] {
                    row.as_object_mut().unwrap().remove(number);
                }
                self.enter("move-in", &input);
            }
            Step::Birth { household } => {
                let Some(household) = self.household(*household) else { return };
                let mut input = usual("birth", today);
                input["household_no"] = json!(household.household_no);
                input["members"][0]["parent_no"] = json!(household.members.first());
                self.enter("birth", &input);
            }
            Step::MoveWithin { household, leave, join } => {
                let Some(from) = self.household(*household) else { return };
                let targets = some_of(&from.members, *leave);
                let mut input = usual("move-within", today);
                input["targets"] = json!(targets);
                input["lot"] = json!(format!("{leave}番地"));
                if let Some(into) = join.and_then(|pick| self.household(pick)) {
                    input["household_no"] = json!(into.household_no);
                    input["relations"] = relations(&targets, None);
                } else if targets.len() < from.members.len() {
                    input["relations"] = relations(&targets, targets.first().copied());
                }
                self.enter("move-within", &input);
            }
            Step::MoveOut { household, leave, ahead } => {
                let Some(from) = self.household(*household) else { return };
                let mut input = usual("move-out", today);
                input["event_date"] = json!(today.checked_add(i64::from(*ahead).days()).unwrap());
                input["targets"] = json!(some_of(&from.members, *leave));
                self.enter("move-out", &input);
            }
            Step::Death { who } => {
                let persons = self.persons();
                let mut input = usual("death", today);
                input["targets"] = json!([persons[who % persons.len()].addressee_no]);
                self.enter("death", &input);
            }
            Step::HeadChange { household, head } => {
                let Some(home) = self.household(*household) else { return };
                let mut input = usual("head-change", today);
                input["household_no"] = json!(home.household_no);
                input["relations"] =
                    relations(&home.members, home.members.get(head % home.members.len()).copied());
                self.enter("head-change", &input);
            }
            Step::HouseholdChange { household, leave, join } => {
                let Some(from) = self.household(*household) else { return };
                let targets = some_of(&from.members, *leave);
                let mut input = usual("household-change", today);
                input["targets"] = json!(targets);
                let whole = targets.len() == from.members.len();
                input["change_kind"] = json!(match join {
                    None => "50",
                    Some(_) if whole => "51",
                    Some(_) => "52",
                });
                let into = join.and_then(|pick| self.household(pick));
                input["relations"] = relations(&targets, targets.first().copied().filter(|_| into.is_none()));
                if let Some(into) = into {
                    input["household_no"] = json!(into.household_no);
                }
                self.enter("household-change", &input);
            }
            Step::Correct { who, whole } => {
                let persons = self.persons();
                let mut input = usual("correction", today);
                input["targets"] = json!([persons[who % persons.len()].addressee_no]);
                input["family_name"] = json!(format!("改{}", self.newcomers));
                if *whole {
                    input["town"] = json!("浜一丁目");
                    input["lot"] = json!(format!("{who}番"));
                    input["whole_household"] = json!(true);
                }
                self.enter("correction", &input);
            }
            Step::DeleteExOfficio { household, leave } => {
                let Some(from) = self.household(*household) else { return };
                let mut input = usual("ex-officio-deletion", today);
                input["targets"] = json!(some_of(&from.members, *leave));
                self.enter("ex-officio-deletion", &input);
            }
            Step::Renew { who } => {
                let persons = self.persons();
                let mut input = usual("renewal", today);
                input["targets"] = json!([persons[who % persons.len()].addressee_no]);
                self.enter("renewal", &input);
            }
            Step::Cancel { household, leave } => {
                let Some(from) = self.household(*household) else { return };
                let mut input = usual("cancel", today);
                input["targets"] = json!(some_of(&from.members, *leave));
                self.enter("cancel", &input);
            }
            Step::CancelFormer { who } => {
                let former: Vec<Person> =
                    self.persons().into_iter().filter(|person| !person.is_resident()).collect();
                let Some(person) = former.get(who % former.len().max(1)) else { return };
                let mut input = usual("cancel", today);
                input["targets"] = json!([person.addressee_no]);
                self.enter("cancel", &input);
            }
            Step::Finalize | Step::Discard if self.waiting.is_empty() => {}
            Step::Finalize => {
                let no = self.waiting.remove(0);
                let ran = self.town.run("finalize", "reviewer", &json!({ "provisional_no": no }), true);
                if !ran.committed {
                    // What cannot be made final any more is given up, as an office would.
                    assert!(
                        self.town.run("discard", "clerk", &json!({ "provisional_no": no }), true).committed
                    );
                }
            }
            Step::Discard => {
                let no = self.waiting.remove(0);
                assert!(self.town.run("discard", "clerk", &json!({ "provisional_no": no }), true).committed);
            }
            Step::NextDay { days } => {
                self.town.today = today.checked_add(i64::from(*days).days()).unwrap();
                self.town.run("move-out-day", "night", &json!({}), true);
            }
        }
    }

    pub(crate) fn newcomer(&mut self, usual: &Value, head: bool) -> Value {
        self.newcomers += 1;
        let mut row = usual.clone();
        row["given_name"] = json!(format!("新{}", self.newcomers));
        row["relation"] = json!(if head { "世帯主" } else { "同居人" });
        let code = ResidentRecordCode::from_first_ten(7_000_000_000 + self.newcomers).unwrap();
        let number = IndividualNumber::from_first_eleven(70_000_000_000 + self.newcomers).unwrap();
        row["resident_record_code"] = json!(code.expose());
        row["individual_number"] = json!(number.expose());
        row
    }
}

/// The members whose bit is set; the first when none is.
fn some_of(members: &[AddresseeNo], bits: u8) -> Vec<AddresseeNo> {
    let chosen: Vec<AddresseeNo> =
        (0..8).zip(members).filter(|(bit, _)| bits & (1 << bit) != 0).map(|(_, no)| *no).collect();
    if chosen.is_empty() { members.iter().take(1).copied().collect() } else { chosen }
}

fn relations(persons: &[AddresseeNo], head: Option<AddresseeNo>) -> Value {
    let one = |no: &AddresseeNo| {
        let relation = if Some(*no) == head { "世帯主" } else { "同居人" };
        json!({ "addressee_no": no, "relation": relation })
    };
    persons.iter().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_movements_makes_the_registers_contradict_themselves(steps in prop::collection::vec(step(), 1..40)) {
        let mut play = Play { town: Town::new(), waiting: Vec::new(), newcomers: 0 };
        play.town.pool(5);
        let born = RegisterDate::Day(jiff::civil::date(1980, 1, 1));
        let member = |name, relation| Described { name, relation, sex: Sex::Unknown, birth: born };
        play.town.household("1番地", &[member("太郎", "世帯主"), member("花子", "妻"), member("一郎", "同居人")]);
        play.town.household("2番地", &[member("次郎", "世帯主"), member("三郎", "同居人")]);
        play.town.household("3番地", &[member("四郎", "世帯主")]);
        for step in &steps {
            play.play(step);
            prop_assert_eq!(play.town.contradictions(), Vec::<String>::new(), "after {:?}", step);
        }
        // Every person's rows count on without gaps, and a closed household's number was given to nobody else.
        let view = play.town.view();
        for person in play.persons() {
            let history = view.load_history::<Person>(person.addressee_no.as_str()).unwrap();
            let numbers: Vec<u32> = history.iter().map(|held| held.record.history_no).collect();
            let wanted: Vec<u32> = (1..).take(numbers.len()).collect();
            prop_assert_eq!(numbers, wanted);
        }
        for household in play.households() {
            let reopened = view
                .history(&HOUSEHOLD, household.household_no.as_str())
                .unwrap()
                .iter()
                .any(|stored| stored.closed);
            prop_assert!(!reopened, "{} was closed before", household.household_no);
        }
    }
}
