//! 一年: a fiscal year of daily payments to the end of its closing. Beside the books stands a model that knows no more than what each person
//! was asked for and paid; after every day both say the same, and at the end nothing is left over.

mod events;
mod model;

use std::collections::{BTreeMap, BTreeSet};

use counterparts::{
    Bank, CommonPayment, ConvenienceStores, InspectionAnswer, VehicleInspection, VehiclePayment,
};
use domain::slip::{LevyKey, convenience_store};
use domain::{Date, Yen};
use jiff::civil::date;
use register::ViewExt;
use serde_json::json;
use tax_collection::records::{INSTALMENT, Instalment, Part};
use testkit::bench::{Given, verify};

use self::model::{Debt, Draw, days};
use crate::town::{Town, key, known, levy};

/// Who pays nothing, whatever comes: the last of the people.
const PEOPLE: u64 = 100;
const NEVER: u64 = 3;
/// Who has a parcel, too: four instalments that are large enough for a charge.
const OWNERS: u64 = 8;
const FIRST: Date = date(2025, 4, 1);
const CLOSING: Date = date(2026, 6, 1);
const LAST: Date = date(2026, 6, 12);
/// 納期限 of the parcels' instalments and of the vehicles, on open days; each is a day of 口座振替.
const DUES: [Date; 4] = [date(2025, 4, 30), date(2025, 7, 31), date(2025, 12, 25), date(2026, 3, 2)];
const VEHICLES_DUE: [Date; 2] = [date(2025, 6, 2), date(2026, 6, 1)];

struct Year {
    town: Town,
    draw: Draw,
    debts: BTreeMap<String, Debt>,
    stores: ConvenienceStores,
    common: CommonPayment,
    inspection: VehicleInspection,
    bank: Bank,
    /// Payments for nothing that is known, by number: the day and the yen.
    unknown: BTreeMap<String, (Date, i64)>,
    /// 仮受 that is owed back to its payer.
    owed_back: i64,
    /// What came into the till and left it.
    cash: i64,
    addition: i64,
    written_off: i64,
    payments: u32,
    /// The newest file of the stores, which may come twice.
    newest: Vec<Given>,
    reissued_on: Option<Date>,
    seen: BTreeMap<&'static str, u32>,
}

impl Year {
    fn new(seed: u64) -> Self {
        let mut town = Town::new();
        town.today = FIRST;
        town.municipality["convenience_company"] = json!("912345");
        town.take("addressees", &(1..=PEOPLE).map(known).collect::<Vec<_>>());
        let accounts: Vec<Given> =
            (1..=PEOPLE).filter(|no| by_bank(*no)).map(|no| crate::town::account(no, "00", "1")).collect();
        town.take("accounts", &accounts);
        Self {
            town,
            draw: Draw(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
            debts: BTreeMap::new(),
            stores: ConvenienceStores::new(seed),
            common: CommonPayment::new(seed),
            inspection: VehicleInspection::default(),
            bank: Bank { seed, failing_percent: 15, ..Bank::default() },
            unknown: BTreeMap::new(),
            owed_back: 0,
            cash: 0,
            addition: 0,
            written_off: 0,
            payments: 0,
            newest: Vec::new(),
            reissued_on: None,
            seen: BTreeMap::new(),
        }
    }

    fn saw(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    fn row(&self, name: &str) -> Given {
        let (debt, parsed) = (&self.debts[name], LevyKey::parse(name).unwrap());
        let short = format!(
            "{}/{}/{}/{}",
            parsed.tax_item(),
            parsed.tax_year().0,
            parsed.notice_no().to_string().parse::<u64>().unwrap() / 10,
            parsed.instalment()
        );
        let decided = if debt.history == 1 { debt.decided() } else { self.town.today };
        let line = format!(
            "{short} {} of {} due {} hist {} decided {decided}",
            debt.tax, debt.person, debt.due, debt.history
        );
        let mut row = levy(&line);
        row.iter_mut().find(|(item, _)| *item == "object").unwrap().1 = format!("標識 {}", debt.person);
        row
    }

    /// A batch of levies comes (当初賦課), each with the slip its notice carries.
    fn levied(&mut self, rows: &[(String, u64, i64, Date, bool)]) {
        let mut given = Vec::new();
        for (short, person, tax, due, vehicle) in rows {
            let name = key(short);
            let code = convenience_store("912345", &LevyKey::parse(&name).unwrap(), 0, *due, Yen(*tax));
            let debt = Debt {
                person: *person,
                vehicle: *vehicle,
                due: *due,
                tax: *tax,
                fee: 0,
                history: 1,
                reminded: false,
                given_up: false,
                asked: false,
                told: BTreeSet::new(),
                money: Vec::new(),
                gone: 0,
                freed: 0,
                code: code.unwrap(),
            };
            self.debts.insert(name.clone(), debt);
            given.push(self.row(&name));
        }
        assert_eq!(self.town.take("levies", &given), Vec::<String>::new());
    }

    fn vehicles(&mut self, year: i16, due: Date, people: u64) {
        let yen = [2_000, 2_400, 3_900, 5_000, 6_000, 7_200, 10_800];
        let rows: Vec<_> = (1..=people)
            .map(|no| {
                let tax = yen[usize::try_from(self.draw.below(7)).unwrap()];
                (format!("04/{year}/{no}/1"), no, tax, due, true)
            })
            .collect();
        self.levied(&rows);
    }

    /// A debt of somebody who pays sometimes.
    fn some_debt(&mut self) -> Option<String> {
        let names: Vec<&String> = self
            .debts
            .iter()
            .filter(|(_, debt)| debt.person <= PEOPLE - NEVER)
            .map(|(name, _)| name)
            .collect();
        if names.is_empty() {
            return None;
        }
        let at = usize::try_from(self.draw.below(u64::try_from(names.len()).unwrap())).unwrap();
        Some(names[at].clone())
    }

    fn debt(&mut self, name: &str) -> &mut Debt {
        self.debts.get_mut(name).unwrap()
    }

    fn next_no(&mut self) -> String {
        self.payments += 1;
        format!("P{:05}", self.payments)
    }

    /// All of it, a part, or too much.
    fn some_yen(&mut self, name: &str) -> i64 {
        let open = self.debts[name].stands().0;
        match self.draw.below(10) {
            0 | 1 => 1 + self.draw.yen(open.max(2) - 1),
            2 => open + 100 * (1 + self.draw.yen(20)),
            _ => open.max(500),
        }
    }

    /// Both sides say the same, instalment by instalment and in all totals.
    fn agrees(&mut self) {
        let today = self.town.today;
        let (mut owed, mut over, mut levied) = (BTreeMap::<&str, i64>::new(), 0, 0);
        for (name, debt) in &self.debts {
            let held = self.town.memory.load::<Instalment>(name).unwrap().unwrap().record;
            let stands = debt.stands();
            let told = (held.open_total().0, held.overpaid().0);
            assert_eq!(told, stands, "{today} {name}: {:?} {:?}", debt.money, held.book);
            assert_eq!(held.levied(Part::Tax).0, debt.tax, "{name}");
            *owed.entry(&name[..2]).or_default() += stands.0;
            over += stands.1;
            levied += debt.tax + debt.fee + debt.charge();
        }
        // The checks of the program read all books many times over: every third day, and around the closing each day.
        if today.day() % 3 == 1 || date(2026, 5, 25) < today {
            assert_eq!(verify(&self.town.system, &self.town.memory), Vec::<String>::new(), "{today}");
        }
        let told = self.town.done("day-totals", &json!({}));
        assert_eq!(told["difference_yen"], json!(0));
        let total = |account: &str| -> i64 {
            let rows = told["account_totals"].as_array().unwrap().iter();
            let mut of = rows.filter(|row| row["account_label"].as_str().unwrap().starts_with(account));
            of.by_ref().map(|row| row["balance_yen"].as_i64().unwrap()).sum()
        };
        let unknown: i64 = self.unknown.values().map(|(_, yen)| yen).sum();
        for (account, wanted) in [
            ("調定額", -levied),
            ("収入未済額", owed.values().sum()),
            ("収納金", self.cash),
            ("消込待ち", -unknown),
            ("過誤納金", -over - self.owed_back),
            ("還付加算金", self.addition),
            ("不納欠損額", self.written_off),
        ] {
            assert_eq!(total(account), wanted, "{today} {account}");
        }
        for (item, label) in [("03", "固定資産税"), ("04", "軽自動車税")] {
            let rows = told["rows"].as_array().unwrap().iter();
            let of = rows.filter(|row| {
                row["tax_label"].as_str().unwrap().starts_with(label)
                    && row["account_label"].as_str().unwrap().starts_with("収入未済額")
            });
            let balance: i64 = of.map(|row| row["balance_yen"].as_i64().unwrap()).sum();
            assert_eq!(balance, owed.get(item).copied().unwrap_or_default(), "{today} {label}");
        }
        if today.day() == 1 {
            for year in [2025, 2026] {
                let outcome = self.town.run("statistics", &json!({ "account_year": year }));
                assert!(outcome.findings.is_empty(), "{today} {year}: {:?}", outcome.findings);
            }
        }
    }

    /// 軽JNKS is told every levy, and answers about each plate what the model knows.
    fn inspections(&mut self) {
        let today = self.town.today;
        let keys: Vec<String> =
            self.town.memory.register(&INSTALMENT).into_iter().map(|(key, _)| key).collect();
        for row in self.rows("light-vehicle-payment", &keys) {
            let payment = VehiclePayment {
                levy_key: row["levy_key"].clone(),
                history_no: row["history_no"].parse().unwrap(),
                plate: row["plate"].clone(),
                tax_year: row["tax_year"].parse().unwrap(),
                levied: row["levied"].parse().unwrap(),
                paid: row["paid"].parse().unwrap(),
                due_on: row["due_on"].parse().unwrap(),
                standing: row["payment_standing"].parse().unwrap(),
            };
            self.inspection.take(payment).unwrap();
        }
        for no in (1..=PEOPLE).filter(|_| days(VEHICLES_DUE[0], -25) <= today) {
            let of = || {
                self.debts.values().filter(|debt| debt.vehicle && debt.person == no && debt.stands().0 != 0)
            };
            let overdue = |told: bool| of().any(|debt| debt.due < today && debt.told.is_empty() != told);
            let wanted = if overdue(false) {
                InspectionAnswer::Owed
            } else if overdue(true) {
                InspectionAnswer::Announced
            } else if of().next().is_some() {
                InspectionAnswer::NotDue
            } else {
                InspectionAnswer::Paid
            };
            assert_eq!(self.inspection.answer(&format!("標識 {no}"), today), wanted, "{today} {no}");
        }
        self.saw("軽JNKS");
    }

    fn payments_of_a_day(&mut self) {
        for _ in 0..=self.draw.below(3) {
            let Some(name) = self.some_debt() else { return };
            let owes = 0 < self.debts[&name].stands().0;
            match self.draw.below(16) {
                // Who has paid seldom pays again.
                _ if !owes && !self.draw.one_in(12) => {}
                0..=3 => self.at_the_counter(&name),
                4..=6 => self.over_a_bank(&name),
                7..=10 => self.at_a_store(&name),
                11 | 12 => self.by_number(&name),
                13 => self.for_nothing(),
                14 => self.settle_one(&name),
                _ if self.debts[&name].vehicle && self.debts[&name].history < 3 => self.corrected(&name),
                _ => self.that_cannot_be(&name),
            }
        }
    }

    fn day(&mut self) {
        let today = self.town.today;
        if today == FIRST {
            let rows: Vec<_> = (1..=OWNERS)
                .flat_map(|no| {
                    (1_u8..).zip(DUES).map(move |(at, due)| {
                        let tax = 60_000 + 17_000 * i64::try_from(no).unwrap();
                        (format!("03/2025/{}/{at}", 500 + no), no, tax, due, false)
                    })
                })
                .collect();
            self.levied(&rows);
        }
        for (year, due) in [(2025, VEHICLES_DUE[0]), (2026, VEHICLES_DUE[1])] {
            if today == days(due, -25) {
                self.vehicles(year, due, if year == 2025 { PEOPLE } else { PEOPLE / 2 });
            }
        }
        for due in DUES.into_iter().chain([VEHICLES_DUE[0]]) {
            if today == days(due, -10) {
                self.ask_banks(due);
            } else if today == days(due, 3) {
                self.banks_answer(due);
            }
        }
        self.payments_of_a_day();
        self.files();
        self.town.done("clear", &json!({}));
        if today.day() % 7 == 0 {
            self.appropriate();
            self.inspections();
        }
        match today.day() {
            12 => self.refund(),
            20 => self.remind(),
            _ => {}
        }
        if today == date(2026, 3, 25) {
            self.give_up();
        }
    }

    /// 閉鎖: what is owed of the year goes over to the next, and the year is empty.
    fn close(&mut self) {
        let refused = self.town.refused("carry-over", &json!({ "year": "2026" }));
        assert!(refused[0].starts_with("TXC70"), "{refused:?}");
        let of_year = |debt: &&Debt| !debt.vehicle || debt.due == VEHICLES_DUE[0];
        let wanted: i64 = self.debts.values().filter(of_year).map(|debt| debt.stands().0).sum();
        let told = self.town.done("carry-over", &json!({ "year": "2025" }));
        assert_eq!((&told["complete"], &told["total_yen"]), (&json!(true), &json!(wanted)));
        let totals = self.town.done("day-totals", &json!({ "account_year": 2025 }));
        for row in totals["account_totals"].as_array().unwrap() {
            let label = row["account_label"].as_str().unwrap();
            if label == "収入未済額" || label.starts_with("消込待ち") {
                assert_eq!(row["balance_yen"], json!(0), "{label}");
            }
        }
        self.saw("閉鎖");
    }
}

fn lived(seed: u64) -> Year {
    let mut year = Year::new(seed);
    let mut today = FIRST;
    while today <= LAST {
        year.town.today = today;
        year.day();
        if today == CLOSING {
            year.close();
        }
        year.agrees();
        today = days(today, 1);
    }
    year
}

/// Whose bank is asked.
fn by_bank(person: u64) -> bool {
    person.is_multiple_of(3) && person <= PEOPLE - NEVER
}

/// A year in which everything that is to happen did.
fn whole(seed: u64) {
    let year = lived(seed);
    for what in [
        "窓口",
        "金融機関",
        "取消",
        "コンビニ",
        "速報取消",
        "共通納税",
        "仮受",
        "返還",
        "更正",
        "誤りの行",
        "二重のファイル",
        "口座振替",
        "振替不能",
        "督促",
        "充当",
        "還付",
        "不納欠損",
        "軽JNKS",
        "閉鎖",
    ] {
        assert!(year.seen.contains_key(what), "{seed}: {what} never came: {:?}", year.seen);
    }
}

#[test]
fn a_year_of_daily_payments_closes_with_zero_difference() {
    whole(1);
}

#[test]
fn another_year_closes_with_zero_difference() {
    whole(2);
}
