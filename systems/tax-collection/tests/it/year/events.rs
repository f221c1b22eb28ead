//! What happens in the year, each thing told to the town and to the model.

use std::collections::{BTreeMap, BTreeSet};

use counterparts::StoreLine;
use domain::Date;
use domain::slip::LevyKey;
use register::{View, ViewExt};
use serde_json::json;
use system::{Fate, Row};
use tax_collection::records::{Overpayment, TRANSFER};
use testkit::bench::Given;

use super::model::days;
use super::{NEVER, PEOPLE, Year, by_bank};
use crate::town::person;

impl Year {
    pub(super) fn at_the_counter(&mut self, name: &str) {
        let (yen, no, today) = (self.some_yen(name), self.next_no(), self.town.today);
        let input = json!({ "slip": name, "payment_no": no, "channel": "window", "amount": yen });
        self.town.done("payment-entry", &input);
        let refused = self.town.refused("payment-entry", &input);
        assert!(refused[0].starts_with("TXC04"), "{refused:?}");
        self.cash += yen;
        self.debt(name).money.push((today, yen));
        self.saw("窓口");
    }

    /// A list of a bank's counter, some days old: with a wrong total nothing is taken, and the second time nothing more.
    pub(super) fn over_a_bank(&mut self, name: &str) {
        let paid_on =
            days(self.town.today, -self.draw.yen(4)).max(self.debts[name].decided()).min(self.town.today);
        let (yen, no) = (self.some_yen(name), self.next_no());
        let line = format!("{no},bank,2,{name},{paid_on},{},{yen}", self.town.today);
        let wrong = json!({ "list": line, "total": yen + 1 });
        assert!(self.town.refused("payments-import", &wrong)[0].starts_with("TXC03"));
        assert_eq!(self.town.receive(&line)["count"], json!(1));
        assert_eq!(self.town.receive(&line)["again_count"], json!(1));
        self.cash += yen;
        self.debt(name).money.push((paid_on, yen));
        self.saw("金融機関");
        // Some are told by mistake, and taken back before they are cleared.
        if self.draw.one_in(6) && self.debts[name].vehicle {
            self.town.receive(&line.replace(",bank,2,", ",bank,3,"));
            self.cash -= yen;
            self.debt(name).money.pop();
            self.saw("取消");
        }
    }

    /// The slip of the notice as long as it is good, else one made anew.
    pub(super) fn at_a_store(&mut self, name: &str) {
        let today = self.town.today;
        let mut code = self.debts[name].code.clone();
        if self.debts[name].due < today {
            // The bench gives one number to all papers of a day.
            if self.debts[name].stands().0 == 0 || self.reissued_on == Some(today) {
                return;
            }
            self.reissued_on = Some(today);
            let outcome =
                self.town.run("reissue", &json!({ "slip": name, "limit": days(today, 10).to_string() }));
            let Some(document) = outcome.documents.first() else { panic!("{:?}", outcome.findings) };
            code = document.data["slips"][0]["bar_code"]["payload"].as_str().unwrap().to_owned();
        }
        self.stores.pay(&code, today).unwrap();
        self.saw("コンビニ");
    }

    pub(super) fn by_number(&mut self, name: &str) {
        let rows = self.rows("demand", &[name.to_owned()]);
        let (number, yen) = (&rows[0]["payment_no"], rows[0]["amount"].parse().unwrap());
        self.common.take(number, yen, rows[0]["payable"] == "1");
        let debt = &self.debts[name];
        let payable = 0 < debt.stands().0 && debt.told.is_empty() && !debt.asked;
        assert_eq!(self.common.pay(number, self.town.today).is_ok(), payable, "{name}");
        if payable {
            self.saw("共通納税");
        }
    }

    pub(super) fn for_nothing(&mut self) {
        let (no, yen, today) = (self.next_no(), 100 + self.draw.yen(9_000), self.town.today);
        self.town.receive(&format!("{no},bank,2,読めない納付書,{today},,{yen}"));
        self.cash += yen;
        self.unknown.insert(no, (today, yen));
        self.saw("仮受");
    }

    /// A clerk finds out whose money it is, or gives it back.
    pub(super) fn settle_one(&mut self, to: &str) {
        let Some((no, (paid_on, yen))) = self.unknown.pop_first() else { return };
        let mut input = json!({ "payment_no": no, "why": "本人に確認" });
        if self.draw.one_in(2) {
            (input["how"], input["slip"]) = (json!("put"), json!(to));
            self.debt(to).money.push((paid_on, yen));
        } else {
            (input["how"], input["addressee_no"]) = (json!("return"), json!(person(1)));
            self.owed_back += yen;
            self.saw("返還");
        }
        self.town.done("suspense-settle", &input);
    }

    /// A correction lowers the tax, or cancels it.
    pub(super) fn corrected(&mut self, name: &str) {
        let debt = self.debt(name);
        debt.correct(if debt.history == 1 { debt.tax / 200 * 100 } else { 0 });
        let row = self.row(name);
        assert_eq!(self.town.take("levies", &[row]), Vec::<String>::new());
        self.saw("更正");
    }

    /// Rows nobody can take: held, each with what to do, and nothing of them booked.
    pub(super) fn that_cannot_be(&mut self, name: &str) {
        let good = |no: &str| -> Given {
            vec![
                ("payment_no", no.to_owned()),
                ("channel", "convenience".to_owned()),
                ("stage", "2".to_owned()),
                ("levy_key", name.to_owned()),
                ("paid_on", self.town.today.to_string()),
                ("received_on", self.town.today.to_string()),
                ("amount", "1000".to_owned()),
            ]
        };
        let ahead = days(self.town.today, 1).to_string();
        let mut rows = Vec::new();
        for (item, value) in [
            ("amount", "-1000"),
            ("amount", "0"),
            ("amount", "1000.5"),
            ("paid_on", "2025-02-30"),
            ("received_on", &ahead),
            ("stage", "4"),
            ("channel", "bnk"),
            ("payment_no", ""),
        ] {
            let mut row = good("X");
            row.iter_mut().find(|(of, _)| *of == item).unwrap().1 = value.to_owned();
            rows.push(row);
        }
        let count = rows.len();
        assert_eq!(self.town.take("payments", &rows).len(), count);
        self.saw("誤りの行");
    }

    /// The evening's files: of the stores, of 共通納税 by both days; now and then one comes twice.
    pub(super) fn files(&mut self) {
        let today = self.town.today;
        let mut rows = Vec::new();
        for StoreLine { payment_no, stage, code44, paid_on, received_on, yen } in self.stores.told(today) {
            let name = LevyKey::parse(&format!(
                "{}-{}-{}-{}",
                &code44[8..10],
                &code44[10..14],
                &code44[14..24],
                &code44[24..26]
            ));
            self.word(&name.unwrap().to_string(), &payment_no, stage, paid_on, yen);
            rows.push(vec![
                ("payment_no", payment_no),
                ("channel", "convenience".to_owned()),
                ("stage", stage.to_string()),
                ("code44", code44),
                ("paid_on", paid_on.to_string()),
                ("received_on", received_on.to_string()),
                ("amount", yen.to_string()),
            ]);
        }
        for (stage, lines) in [(1, self.common.paid_on(today)), (2, self.common.received_on(today))] {
            for line in lines {
                let number = &line.customer_no;
                let name =
                    format!("{}-{}-{}-{}", &number[..2], &number[2..6], &number[6..16], &number[16..18]);
                self.word(&name, &line.payment_no, stage, line.paid_on, line.yen);
                rows.push(vec![
                    ("payment_no", line.payment_no),
                    ("channel", "eltax".to_owned()),
                    ("stage", stage.to_string()),
                    ("customer_no", line.customer_no),
                    ("paid_on", line.paid_on.to_string()),
                    ("received_on", line.received_on.map(|on| on.to_string()).unwrap_or_default()),
                    ("amount", line.yen.to_string()),
                ]);
            }
        }
        assert_eq!(self.town.take("payments", &rows), Vec::<String>::new());
        if self.draw.one_in(5) {
            let again = std::mem::replace(&mut self.newest, rows);
            assert_eq!(self.town.take("payments", &again), Vec::<String>::new(), "told again");
            self.saw("二重のファイル");
        }
    }

    /// What the model takes from one line.
    pub(super) fn word(&mut self, name: &str, no: &str, stage: u8, paid_on: Date, yen: i64) {
        let debt = self.debts.get_mut(name).unwrap();
        if stage == 1 {
            debt.told.insert(no.to_owned());
            return;
        }
        debt.told.remove(no);
        if stage == 2 {
            debt.money.push((paid_on, yen));
            self.cash += yen;
        } else {
            self.saw("速報取消");
        }
    }

    pub(super) fn rows(&self, dataset: &str, keys: &[String]) -> Vec<BTreeMap<&'static str, String>> {
        let id = format!("tax-collection/{dataset}");
        let dataset = self.town.system.datasets.iter().find(|one| one.id == id).unwrap();
        let mut rows = Vec::new();
        for key in keys {
            let stored = self.town.memory.get(dataset.kind, key).unwrap().unwrap();
            let mut row = Row::new();
            if (dataset.row)(&self.town.memory, &stored, &mut row).unwrap() == Fate::Row {
                rows.push(dataset.names().into_iter().zip(row.values().map(str::to_owned)).collect());
            }
        }
        rows
    }

    /// Ten days before a due date banks are asked.
    pub(super) fn ask_banks(&mut self, due: Date) {
        let asked: Vec<String> = self
            .debts
            .iter()
            .filter(|(_, debt)| debt.due == due && by_bank(debt.person))
            .filter(|(_, debt)| 0 < debt.stands().0 && debt.told.is_empty())
            .map(|(name, _)| name.clone())
            .collect();
        let told = self.town.done("transfer-request", &json!({ "debit_on": due.to_string() }));
        assert_eq!(told["count"], json!(asked.len()), "{due}: {told}");
        for name in asked {
            self.debt(&name).asked = true;
        }
    }

    /// The file of requests as a bank has it, and the answer.
    pub(super) fn banks_answer(&mut self, due: Date) {
        let keys: Vec<String> = self
            .town
            .memory
            .register(&TRANSFER)
            .into_iter()
            .map(|(key, _)| key)
            .filter(|key| key.starts_with(&due.to_string()))
            .collect();
        let rows = self.rows("transfer", &keys);
        let text = |row: &BTreeMap<&str, String>, item: &str, width: usize| format!("{:<width$}", row[item]);
        let mut file =
            format!("{:<120}", format!("1910{}{:<40}{}9990", "9999900001", "DAICHO", due.strftime("%m%d")));
        let mut sum = 0_i64;
        for row in &rows {
            let yen: i64 = row["amount"].parse().unwrap();
            sum += yen;
            let data = format!(
                "2{}{:15}{}{:15}{:4}{}{}{:30}{yen:010}{}{}0",
                row["bank"],
                "",
                row["branch"],
                "",
                "",
                row["account_type"],
                row["account_no"],
                "KAKUU",
                row["new_code"],
                text(row, "customer_no", 20),
            );
            file.push_str(&format!("{data:<120}"));
        }
        file.push_str(&format!("{:<120}{:<120}", format!("8{:06}{sum:012}", rows.len()), "9"));
        let answer = self.bank.answer(file.as_bytes()).unwrap();
        let text = String::from_utf8(answer.bytes).unwrap();
        let mut list = String::new();
        let records: Vec<&str> = (0..text.len() / 120).map(|at| &text[at * 120..(at + 1) * 120]).collect();
        for record in records.iter().filter(|record| record.starts_with('2')) {
            let (number, yen, result) =
                (&record[91..111], record[80..90].parse::<i64>().unwrap(), &record[111..112]);
            list.push_str(&format!("{number},{yen},{result}\n"));
            let name = format!("{}-{}-{}-{}", &number[..2], &number[2..6], &number[6..16], &number[16..18]);
            let debt = self.debt(&name);
            debt.asked = false;
            if result == "0" {
                debt.money.push((due, yen));
                self.cash += yen;
                self.saw("口座振替");
            } else {
                self.saw("振替不能");
            }
        }
        if rows.is_empty() {
            return;
        }
        let totals = (answer.debited.0, answer.debited.1);
        let input = json!({
            "debit_on": due.to_string(), "list": list, "debited_count": totals.0, "debited_total": totals.1,
        });
        self.town.done("transfer-results", &input);
        self.town.done("transfer-results", &input);
    }

    pub(super) fn remind(&mut self) {
        let today = self.town.today;
        let wanted: BTreeSet<String> = self
            .debts
            .iter()
            .filter(|(_, debt)| {
                debt.due < today && !debt.reminded && debt.here() < debt.tax && !debt.given_up
            })
            .filter(|(_, debt)| debt.told.is_empty() && !debt.asked)
            .map(|(name, _)| name.clone())
            .collect();
        let told = self.town.done("reminders", &json!({}));
        let rows = told["rows"].as_array().unwrap();
        let reminded: BTreeSet<String> =
            rows.iter().map(|row| row["levy_key"].as_str().unwrap().to_owned()).collect();
        assert_eq!(reminded, wanted, "{today}");
        for name in reminded {
            let debt = self.debt(&name);
            (debt.reminded, debt.fee) = (true, 100);
        }
        self.saw("督促");
    }

    pub(super) fn appropriate(&mut self) {
        let told = self.town.done("appropriate", &json!({}));
        for row in told["rows"].as_array().unwrap() {
            let over = row["overpayment_key"].as_str().unwrap();
            let held = self.town.memory.load::<Overpayment>(over).unwrap().unwrap().record;
            let decided =
                held.days.decided_on.filter(|_| held.cause != tax_collection::rules::Cause::Mistake);
            let on = decided.map_or(held.paid_on, |on| on.max(held.paid_on));
            let (to, yen) = (row["levy_key"].as_str().unwrap(), row["amount_yen"].as_i64().unwrap());
            self.debt(to).money.push((on, yen));
            self.debt(&held.levy_key).leave(yen);
            self.saw("充当");
        }
    }

    /// From the notice to the payment, in one day.
    pub(super) fn refund(&mut self) {
        let today = self.town.today;
        let told = self.town.done("refund-notices", &json!({ "claim_by": days(today, 30).to_string() }));
        let mut keys = Vec::new();
        for row in told["rows"].as_array().unwrap() {
            let key = row["overpayment_key"].as_str().unwrap().to_owned();
            self.town.done(
                "refund-claim",
                &json!({
                    "overpayment_key": key, "bank": "9990", "branch": "001", "account_type": "1", "account_no": "0012345",
                    "holder_kana": "カクウ　イチロウ",
                }),
            );
            keys.push(key);
        }
        if keys.is_empty() {
            return;
        }
        self.town.done("refund", &json!({ "pay_on": today.to_string() }));
        let mut paid = 0;
        for key in &keys {
            let held = self.town.memory.load::<Overpayment>(key).unwrap().unwrap().record;
            let (yen, addition) = (held.left().0, held.addition.0);
            self.addition += addition;
            paid += yen + addition;
            match held.levy_key.as_str() {
                "" => self.owed_back -= yen,
                name => self.debt(name).leave(yen),
            }
        }
        let told = self.town.done("refund-paid", &json!({ "refunded_on": today.to_string() }));
        assert_eq!(told["total_yen"], json!(paid));
        self.cash -= paid;
        self.saw("還付");
    }

    pub(super) fn give_up(&mut self) {
        for no in PEOPLE - NEVER + 1..=PEOPLE {
            let input =
                json!({ "addressee_no": person(no), "action": "suspend", "reason": "1", "immediate": true });
            self.town.done("suspension", &input);
        }
        let wanted: i64 = self
            .debts
            .values()
            .filter(|debt| PEOPLE - NEVER < debt.person && debt.due < self.town.today)
            .map(|debt| debt.stands().0)
            .sum();
        let told = self.town.done("write-off", &json!({ "decision_no": "決裁1" }));
        assert_eq!(told["total_yen"], json!(wanted));
        let today = self.town.today;
        for debt in self.debts.values_mut().filter(|debt| PEOPLE - NEVER < debt.person && debt.due < today) {
            debt.given_up = true;
        }
        self.written_off += wanted;
        self.saw("不納欠損");
    }
}
