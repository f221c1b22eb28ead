//! The people at the counter: movements entered, made final or given up, drawn from what stands in the registers.

use std::ops::ControlFlow;

use domain::{AddresseeNo, Date, IndividualNumber, ResidentRecordCode};
use jiff::ToSpan;
use office::{Caller, Office, Rights, RunError, RunOptions};
use register::{AsOf, Fault};
use resident_register::records::{HOUSEHOLD, Household, PERSON, Person};
use serde_json::{Value, json};

use crate::chance::Rng;

/// Names that are hard for somebody: variation selectors, kanji beyond the BMP, forms only one side has.
const FAMILY_NAMES: [(&str, &str); 6] = [
    ("葛\u{e0102}城", "カツラギ"),
    ("𠮷田", "ヨシダ"),
    ("髙﨑", "タカサキ"),
    ("渡邉", "ワタナベ"),
    ("山本", "ヤマモト"),
    ("辻\u{e0101}", "ツジ"),
];

/// What the staff remembers between two steps.
#[derive(Debug, Default)]
pub(crate) struct Staff {
    /// Provisional entries by number (仮登録番号).
    waiting: Vec<String>,
    newcomers: u64,
}

/// A caller with all rights.
pub(crate) fn caller(user: &str) -> Caller {
    Caller { user: user.to_owned(), rights: Rights(["*".to_owned()].into()), terminal: "窓口1".to_owned() }
}

impl Staff {
    /// Does one thing at the counter. What the rules refuse is no failure; what storage fails is.
    pub(crate) fn act(&mut self, office: &Office, rng: &mut Rng) -> Result<&'static str, RunError> {
        let today = office.today();
        // A clerk writes a day either way; the eras must agree with the calendar on every day.
        let day = if rng.per_mille(500) { today.to_string() } else { in_era(today) };
        let (persons, households) = registers(office)?;
        let home = rng.pick(&households);
        let notice = |rest: Value| {
            let mut input = json!({ "event_date": day, "notified_on": day, "notifier_name": "見本　花子" });
            for (name, value) in rest.as_object().into_iter().flatten() {
                if let Some(slot) = input.as_object_mut() {
                    slot.insert(name.clone(), value.clone());
                }
            }
            input
        };
        match (rng.below(13), home) {
            (9.., _) => self.settle_one(office, rng),
            (0..3, _) | (_, None) => {
                let joined = home.filter(|_| rng.per_mille(300));
                let members: Vec<Value> = (0..=rng.below(3))
                    .map(|place| self.newcomer(place == 0 && joined.is_none(), rng))
                    .collect();
                let mut input = notice(json!({
                    "move_in_kind": "01", "members": members, "town": "字浜", "lot": format!("{}番地", rng.below(900) + 1),
                    "prev_prefecture": "架空県", "prev_municipality": "河原市", "prev_town": "本町", "prev_lot": "1番地",
                }));
                if let (Some(home), Some(input)) = (joined, input.as_object_mut()) {
                    input.insert("household_no".to_owned(), json!(home.household_no));
                }
                self.enter(office, "move-in", &input)?;
                Ok("転入")
            }
            (3, Some(home)) => {
                let input = notice(json!({
                    "household_no": home.household_no,
                    "members": [{
                        "resident_kind": "1", "family_name": "山田", "given_name": format!("子{}", rng.below(999)),
                        "name_kana": "ヤマダ コ", "birth_date": day, "sex": "1", "relation": "子",
                        "parent_no": home.members.first(),
                    }],
                }));
                self.enter(office, "birth", &input)?;
                Ok("出生")
            }
            (4, _) => {
                let Some(person) = rng.pick(&persons) else { return Ok("-") };
                self.enter(office, "death", &notice(json!({ "targets": [person.addressee_no] })))?;
                Ok("死亡")
            }
            (5, Some(home)) => {
                let targets = some_of(&home.members, rng);
                let rest = json!({
                    "targets": targets, "town": "字浜", "lot": format!("{}番地", rng.below(900) + 1),
                    "relations": relations(&targets, targets.first().copied()),
                });
                self.enter(office, "move-within", &notice(rest))?;
                Ok("転居")
            }
            (6, Some(home)) => {
                let ahead = i64::try_from(rng.below(12)).unwrap_or_default();
                let on = today.checked_add(ahead.days()).unwrap_or(today);
                let mut input = notice(json!({
                    "targets": some_of(&home.members, rng), "move_out_kind": "21",
                    "dest_prefecture": "架空県", "dest_municipality": "河原市",
                }));
                if let Some(input) = input.as_object_mut() {
                    input.insert("event_date".to_owned(), json!(on.to_string()));
                }
                self.enter(office, "move-out", &input)?;
                Ok("転出")
            }
            (7, Some(home)) => {
                let head = rng.pick(&home.members).copied();
                let rest =
                    json!({ "household_no": home.household_no, "relations": relations(&home.members, head) });
                self.enter(office, "head-change", &notice(rest))?;
                Ok("世帯主変更")
            }
            (8, _) => {
                run(office, "tanaka", "search", &json!({ "q": "カツラギ" }))?;
                Ok("検索")
            }
        }
    }

    /// The nightly batch.
    pub(crate) fn night(office: &Office) -> Result<(), RunError> {
        run(office, "batch", "move-out-day", &json!({})).map(drop)
    }

    /// A reviewer makes an entry final; what cannot become final is given up.
    fn settle_one(&mut self, office: &Office, rng: &mut Rng) -> Result<&'static str, RunError> {
        if self.waiting.is_empty() {
            return Ok("-");
        }
        let no = self.waiting.remove(rng.below(self.waiting.len()));
        let input = json!({ "provisional_no": no });
        match run(office, "suzuki", "finalize", &input) {
            Ok(Some(_)) => Ok("本登録"),
            Ok(None) => {
                run(office, "tanaka", "discard", &input)?;
                Ok("取下げ")
            }
            Err(error) => {
                // Nobody knows whether it was done: it is looked at again, and refused if it was.
                self.waiting.push(no);
                Err(error)
            }
        }
    }

    fn enter(&mut self, office: &Office, function: &str, input: &Value) -> Result<(), RunError> {
        if let Some(Some(no)) = run(office, "tanaka", function, input)? {
            self.waiting.push(no);
        }
        Ok(())
    }

    fn newcomer(&mut self, is_head: bool, rng: &mut Rng) -> Value {
        self.newcomers += 1;
        let (name, kana) = rng.pick(&FAMILY_NAMES).copied().unwrap_or_default();
        let mut row = json!({
            "resident_kind": "1", "family_name": name, "given_name": format!("新{}", self.newcomers),
            "name_kana": format!("{kana} シン"), "birth_date": "1985-04-01", "sex": "1",
            "relation": if is_head { "世帯主" } else { "同居人" },
            "domicile_prefecture": "架空県", "domicile_municipality": "河原市", "domicile_town": "本町1番地",
            "register_head": "見本　太郎",
        });
        let code = ResidentRecordCode::from_first_ten(7_000_000_000 + self.newcomers);
        let number = IndividualNumber::from_first_eleven(70_000_000_000 + self.newcomers);
        if let (Ok(code), Ok(number), Some(row)) = (code, number, row.as_object_mut()) {
            row.insert("resident_record_code".to_owned(), json!(code.expose()));
            row.insert("individual_number".to_owned(), json!(number.expose()));
        }
        row
    }
}

/// Uses a function and confirms every alert, as a clerk who looked. [`None`]: the rules refused it.
fn run(
    office: &Office,
    user: &str,
    function: &str,
    input: &Value,
) -> Result<Option<Option<String>>, RunError> {
    let (id, caller) = (format!("resident-register/{function}"), caller(user));
    let findings = match office.run(&caller, &id, input, &RunOptions::default()) {
        Ok(ran) => return Ok(Some(ran.opens)),
        Err(RunError::Refused(findings)) => findings,
        Err(error) => return Err(error),
    };
    let confirmed = findings.iter().map(|finding| finding.confirmation()).collect();
    match office.run(&caller, &id, input, &RunOptions { confirmed, dry_run: false }) {
        Ok(ran) => Ok(Some(ran.opens)),
        Err(RunError::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn registers(office: &Office) -> Result<(Vec<Person>, Vec<Household>), Fault> {
    let view = office.journal().view(AsOf::default())?;
    let (mut persons, mut households) = (Vec::new(), Vec::new());
    view.scan(&PERSON, None, &mut |stored| {
        persons.push(stored.typed::<Person>()?.record);
        Ok(ControlFlow::Continue(()))
    })?;
    view.scan(&HOUSEHOLD, None, &mut |stored| {
        households.push(stored.typed::<Household>()?.record);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok((persons, households))
}

/// A day as people write it, by era (元号).
fn in_era(day: Date) -> String {
    let (era, first) = if day < Date::constant(2019, 5, 1) { ('H', 1989) } else { ('R', 2019) };
    format!("{era}{}.{}.{}", day.year() - first + 1, day.month(), day.day())
}

/// Some members; the first when none is drawn.
fn some_of(members: &[AddresseeNo], rng: &mut Rng) -> Vec<AddresseeNo> {
    let chosen: Vec<AddresseeNo> = members.iter().filter(|_| rng.per_mille(500)).copied().collect();
    if chosen.is_empty() { members.iter().take(1).copied().collect() } else { chosen }
}

fn relations(persons: &[AddresseeNo], head: Option<AddresseeNo>) -> Value {
    let one = |no: &AddresseeNo| {
        let relation = if Some(*no) == head { "世帯主" } else { "同居人" };
        json!({ "addressee_no": no, "relation": relation })
    };
    persons.iter().map(one).collect()
}
