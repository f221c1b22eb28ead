//! A town's collection on the bench, in few words.

use domain::slip::{LevyKey, NoticeNo, TaxItem};
use domain::{AddresseeNo, Date, FiscalYear, Yen};
use jiff::civil::date;
use register::View;
use register::ViewExt;
use serde_json::{Value, json};
use system::{Intake, Outcome, System};
use tax_collection::records::{Account, INSTALMENT, Instalment, Part, RECEIPT, Receipt};
use testkit::bench::{Given, Memory, run_in, take, verify};

/// The day it is unless a case says otherwise.
pub(crate) const TODAY: Date = date(2026, 11, 20);

/// A town.
pub(crate) struct Town {
    pub(crate) system: System,
    pub(crate) memory: Memory,
    pub(crate) today: Date,
    /// What the municipality is known by.
    pub(crate) municipality: Value,
    payments: u32,
}

/// The key of the instalment of a notice: of light vehicle tax 2026 unless `item/year/` stand before it.
pub(crate) fn key(text: &str) -> String {
    let parts: Vec<&str> = text.split('/').collect();
    let (item, year, notice, instalment) = match parts.as_slice() {
        [notice] => ("04", 2026, *notice, 1),
        [notice, instalment] => ("04", 2026, *notice, instalment.parse().unwrap()),
        [item, year, notice, instalment] => {
            (*item, year.parse().unwrap(), *notice, instalment.parse().unwrap())
        }
        other => panic!("{other:?} is no key"),
    };
    let notice = NoticeNo::from_serial(notice.parse().unwrap()).unwrap();
    LevyKey::new(TaxItem::parse(item).unwrap(), FiscalYear(year), notice, instalment).unwrap().to_string()
}

pub(crate) fn person(serial: u64) -> String {
    AddresseeNo::from_serial(serial).unwrap().to_string()
}

/// A person as the addressee register tells of one.
pub(crate) fn known(serial: u64) -> Given {
    vec![
        ("addressee_no", person(serial)),
        ("history_no", "1".to_owned()),
        ("class", "1".to_owned()),
        ("status", "1".to_owned()),
        ("display_name", format!("架空　{serial}郎")),
        ("name_kana", "カクウ　イチロウ".to_owned()),
        ("postcode", "6892301".to_owned()),
        ("address", format!("架空県架空郡架空町大字架空{serial}番地")),
    ]
}

/// An account that pays a tax: state 1 is in force.
pub(crate) fn account(serial: u64, tax_item: &str, state: &str) -> Given {
    vec![
        ("account_key", format!("{}-{tax_item}", person(serial))),
        ("history_no", "1".to_owned()),
        ("addressee_no", person(serial)),
        ("tax_item", tax_item.to_owned()),
        ("from", "2020-01-01".to_owned()),
        ("bank", "9990".to_owned()),
        ("bank_name", "架空銀行".to_owned()),
        ("branch", "001".to_owned()),
        ("branch_name", "本店".to_owned()),
        ("account_type", "1".to_owned()),
        ("account_no", format!("{serial:07}")),
        ("holder_kana", "ｶｸｳ ｲﾁﾛｳ".to_owned()),
        ("method", "1".to_owned()),
        ("state", state.to_owned()),
    ]
}

/// A row of a levy: `NOTICE YEN [due DAY] [hist N] [of PERSON] [levied YEAR] [decided DAY]`.
pub(crate) fn levy(line: &str) -> Given {
    let words: Vec<&str> = line.split_whitespace().collect();
    let key = key(words[0]);
    let parsed = LevyKey::parse(&key).unwrap();
    let word = |name: &str, usual: &str| {
        let at = words.iter().position(|word| *word == name);
        at.and_then(|at| words.get(at + 1)).map_or(usual.to_owned(), |word| (*word).to_owned())
    };
    let year = parsed.tax_year().0;
    vec![
        ("levy_key", key),
        ("history_no", word("hist", "1")),
        ("tax_item", parsed.tax_item().code().to_owned()),
        ("tax_year", year.to_string()),
        ("levy_year", word("levied", &year.to_string())),
        ("notice_no", parsed.notice_no().to_string()),
        ("instalment", format!("{:02}", parsed.instalment())),
        ("addressee_no", person(word("of", "1").parse().unwrap())),
        ("amount", words[1].to_owned()),
        ("due_on", word("due", &format!("{year}-06-01"))),
        ("collection_class", "1".to_owned()),
        ("reason", "11".to_owned()),
        ("decided_on", word("decided", &format!("{year}-05-01"))),
        ("object", "標識　あ1".to_owned()),
    ]
}

impl Town {
    pub(crate) fn new() -> Self {
        Self {
            system: tax_collection::system(),
            memory: Memory::default(),
            today: TODAY,
            municipality: json!({ "transfer_client_code": "9999900001", "transfer_client_name": "ﾀﾞｲﾁﾖｳﾁﾖｳ" }),
            payments: 0,
        }
    }

    pub(crate) fn intake(&self, id: &str) -> Intake {
        *self.system.intakes.iter().find(|intake| intake.id == format!("tax-collection/{id}")).unwrap()
    }

    /// Takes levies in, a line each; the refusals in words.
    pub(crate) fn levies(&mut self, lines: &str) -> Vec<String> {
        let rows: Vec<Given> =
            lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(levy).collect();
        self.take("levies", &rows)
    }

    pub(crate) fn take(&mut self, intake: &str, rows: &[Given]) -> Vec<String> {
        let intake = self.intake(intake);
        let applied = take(&mut self.memory, &intake, self.today, rows);
        applied.refused.into_iter().map(|refused| format!("{}: {}", refused.item, refused.message)).collect()
    }

    pub(crate) fn run(&mut self, id: &str, input: &Value) -> Outcome {
        let id = format!("tax-collection/{id}");
        run_in(&self.municipality, &self.system, &mut self.memory, self.today, &id, input)
    }

    /// Runs a function that must succeed.
    pub(crate) fn done(&mut self, id: &str, input: &Value) -> Value {
        let outcome = self.run(id, input);
        let stops: Vec<_> = outcome.findings.iter().filter(|finding| finding.stops()).collect();
        assert!(stops.is_empty(), "{id}: {stops:?}");
        outcome.answer.map(|answer| answer.data).unwrap_or_default()
    }

    /// The codes and messages of a function that must refuse.
    pub(crate) fn refused(&mut self, id: &str, input: &Value) -> Vec<String> {
        let outcome = self.run(id, input);
        let stops = outcome.findings.iter().filter(|finding| finding.stops());
        let words: Vec<String> =
            stops.map(|finding| format!("{} {}", finding.code, finding.message)).collect();
        assert!(!words.is_empty(), "{id} was not refused");
        words
    }

    /// A payment that comes in and is cleared: `NOTICE YEN DAY`.
    pub(crate) fn pay(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.payments += 1;
        let no = format!("P{:04}", self.payments);
        self.receive(&format!("{no},bank,2,{},{},{},{}", key(words[0]), words[2], words[2], words[1]));
        self.done("clear", &json!({}));
    }

    pub(crate) fn receive(&mut self, lines: &str) -> Value {
        self.done("payments-import", &json!({ "list": lines }))
    }

    pub(crate) fn instalment(&self, notice: &str) -> Instalment {
        self.memory.load::<Instalment>(&key(notice)).unwrap().unwrap().record
    }

    pub(crate) fn receipt(&self, no: &str) -> Receipt {
        self.memory.load::<Receipt>(no).unwrap().unwrap().record
    }

    /// `未納 open 10800/0/0 paid 0 over 0`: the state, what is open of tax, fee and charge, what was paid of the tax, and what is
    /// too much.
    pub(crate) fn stands(&self, notice: &str) -> String {
        let held = self.instalment(notice);
        let open = |part| held.open(part).0;
        format!(
            "{} open {}/{}/{} paid {} over {}",
            held.state().label(),
            open(Part::Tax),
            open(Part::Fee),
            open(Part::Delinquency),
            held.paid().0,
            held.overpaid().0
        )
    }

    /// The balance of an account over all books.
    pub(crate) fn balance(&self, account: Account) -> i64 {
        let mut sum = Yen::ZERO;
        let mut add = |yen: Yen| sum = sum.checked_add(yen).unwrap();
        for (key, _) in self.memory.register(&INSTALMENT) {
            add(self.memory.load::<Instalment>(&key).unwrap().unwrap().record.book.balance(account, None));
        }
        for (key, _) in self.memory.register(&RECEIPT) {
            add(self.memory.load::<Receipt>(&key).unwrap().unwrap().record.book.balance(account, None));
        }
        sum.0
    }

    pub(crate) fn verified(&self) {
        assert_eq!(verify(&self.system, &self.memory), Vec::<String>::new());
        let all: i64 = Account::ALL.iter().map(|account| self.balance(*account)).sum();
        assert_eq!(all, 0, "the books do not balance");
        assert!(0 < self.memory.count(&INSTALMENT).unwrap());
    }
}

/// A town in which something of every kind happened.
pub(crate) fn busy() -> Town {
    let mut town = Town::new();
    town.today = date(2026, 5, 20);
    town.take("addressees", &(1..4).map(known).collect::<Vec<_>>());
    town.take("accounts", &[account(2, "04", "1")]);
    town.levies("1 10800 of 1\n2 7200 of 2\n3 5000 of 3");
    town.done(
        "transfer-apply",
        &json!({
            "addressee_no": person(3), "tax_item": "04", "from": "2027-05-31", "method": "1", "confirmed": "active",
            "bank": "9990", "bank_name": "架空銀行", "branch": "001", "branch_name": "本店", "account_type": "1",
            "account_no": "0012345", "holder_kana": "カクウ　イチロウ",
        }),
    );
    town.done("transfer-request", &json!({ "debit_on": "2026-06-01" }));
    town.receive(&format!("C3,convenience,1,{},2026-05-19,,5000\nX,bank,2,どこか,2026-05-19,,500", key("3")));
    town.pay("1 12000 2026-05-20");
    town.done("refund-notices", &json!({ "claim_by": "2026-06-30" }));
    town.done(
        "refund-claim",
        &json!({
            "overpayment_key": format!("{}-01", key("1")), "bank": "9990", "branch": "001", "account_type": "1",
            "account_no": "0012345", "holder_kana": "カクウ　イチロウ",
        }),
    );
    town.done("reissue", &json!({ "slip": key("3"), "limit": "2026-06-30" }));
    town.verified();
    town
}
