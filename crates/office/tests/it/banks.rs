//! 口座振替: a file for each bank, its answers, and what becomes of the levies.

use std::fs;
use std::path::PathBuf;

use counterparts::Bank;
use domain::slip::{LevyKey, NoticeNo, TaxItem};
use domain::{FiscalYear, Yen};
use jiff::SignedDuration;
use linkage::{LinkState, Phase};
use office::{LinkWorker, RunError, RunOptions};
use register::{AsOf, ViewExt};
use serde_json::{Value, json};
use tax_collection::records::Instalment;

use super::house::TestHouse;

const REQUESTS: &str = "transfer-requests-to-banks";
const RESULTS: &str = "transfer-results-from-banks";
/// The day banks are to debit, and its day of the month as their files have it.
const DEBIT_ON: &str = "2026-11-30";
const DEBIT_DAY: &str = "1130";

/// A person of the town with a bank, and the tax to be debited there.
struct Payer {
    key: LevyKey,
    bank: &'static str,
    yen: i64,
}

impl Payer {
    fn stands(&self, house: &TestHouse) -> String {
        let view = house.office.journal().view(AsOf::default()).unwrap();
        let levy = view.load::<Instalment>(&self.key.to_string()).unwrap().unwrap().record;
        let asked = if levy.transfer.is_some() { " 請求中" } else { "" };
        format!("{} {}{asked}", levy.state().label(), Yen(levy.open_total().0))
    }
}

fn run(house: &TestHouse, function: &str, input: &Value) -> Value {
    let ran = house.run_confirming("tanaka", function, input);
    ran.answer.map(|answer| answer.data).unwrap_or_default()
}

/// Three people with accounts at two banks, of whom each owes a tax that is asked of the bank.
fn asked(house: &TestHouse) -> Vec<Payer> {
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.move_in();
    house.settle();
    let mut people =
        house.run("resident-register/search", json!({ "q": "カツラギ" })).unwrap().answer.unwrap().subjects;
    people.sort();
    let mut payers = Vec::new();
    for (serial, person) in (1_u32..).zip(&people) {
        let (bank, yen) = [("9990", 10_800), ("9991", 7_200), ("9990", 5_000)][payers.len()];
        let notice = NoticeNo::from_serial(serial.into()).unwrap();
        let key = LevyKey::new(TaxItem::parse("04").unwrap(), FiscalYear(2026), notice, 1).unwrap();
        let account = json!({
            "addressee_no": person, "tax_item": "04", "from": "2026-11-20", "method": "1", "confirmed": "active",
            "bank": bank, "bank_name": "カクウギンコウ", "branch": "001", "branch_name": "本店", "account_type": "1",
            "account_no": format!("{serial:07}"), "holder_kana": "カツラギ　ケンイチ",
        });
        run(house, "tax-collection/transfer-apply", &account);
        let levy = json!({
            "tax_item": "04", "tax_year": 2026, "levy_year": 2026, "notice_no": notice.to_string(), "instalment": 1,
            "history_no": 1, "addressee_no": person, "amount": yen, "due_on": DEBIT_ON, "decided_on": "2026-11-20",
        });
        run(house, "tax-collection/levy-entry", &levy);
        payers.push(Payer { key, bank, yen });
    }
    // The application goes to the register of accounts, and from there back to where levies are collected.
    house.settle();
    let asked = run(house, "tax-collection/transfer-request", &json!({ "debit_on": DEBIT_ON }));
    assert_eq!(asked["count"], json!(3), "{asked}");
    payers
}

fn ask_for_a_run(house: &TestHouse) {
    house.office.run_link(&TestHouse::caller("suzuki", &["office/links"]), REQUESTS).unwrap();
}

fn sent(house: &TestHouse) -> Vec<(String, Vec<String>)> {
    let out = house.place("financial-institutions").out();
    let mut files: Vec<PathBuf> = fs::read_dir(out)
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "txt"));
    files.sort();
    let records = |file: &PathBuf| {
        let bytes = fs::read(file).unwrap();
        assert_eq!(bytes.len() % 120, 0, "{file:?}");
        bytes.chunks(120).map(|record| String::from_utf8_lossy(record).into_owned()).collect()
    };
    let name = |file: &PathBuf| file.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().map(|file| (name(file), records(file))).collect()
}

/// What a simulated bank answers to a file of requests: these results by 顧客番号, and 振替済 otherwise.
fn answered(requests: &PathBuf, bank: &str, results: &[(&str, char)]) -> Vec<u8> {
    let orders = results.iter().map(|(customer, result)| ((*customer).to_owned(), *result)).collect();
    let bank = Bank { code: bank.to_owned(), orders, ..Bank::default() };
    bank.answer(&fs::read(requests).unwrap()).unwrap().bytes
}

fn bring(house: &TestHouse, bytes: &[u8]) -> Result<u64, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    let caller = TestHouse::caller("suzuki", &["office/links"]);
    match house.office.bring(&caller, RESULTS, file.path()) {
        Ok(brought) => Ok(brought.no),
        Err(RunError::Refused(findings)) => Err(format!("{} {}", findings[0].code, findings[0].message)),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn each_bank_gets_a_file_of_its_own_with_its_own_totals() {
    let house = TestHouse::new();
    let payers = asked(&house);
    house.settle();
    assert_eq!(sent(&house), [], "staff start it");
    ask_for_a_run(&house);
    house.settle();
    let files = sent(&house);
    let told: Vec<String> = files
        .iter()
        .map(|(name, records)| {
            let trailer = &records[records.len() - 2];
            format!("{name} {} {}", records.len() - 3, &trailer[..19])
        })
        .collect();
    assert_eq!(
        told,
        [
            "furikae_9990_2026-11-30_000001.txt 2 8000002000000015800",
            "furikae_9991_2026-11-30_000002.txt 1 8000001000000007200",
        ]
    );
    for (name, records) in &files {
        let bank = name.split('_').nth(1).unwrap();
        // The second bank knows the town by a code of its own.
        let client = if bank == "9991" { "19108888800001" } else { "19109999900001" };
        assert!(records[0].starts_with(client), "{}", records[0]);
        let of_bank: Vec<&Payer> = payers.iter().filter(|payer| payer.bank == bank).collect();
        for (record, payer) in records[1..].iter().zip(&of_bank) {
            assert!(record.contains(&payer.key.customer_no()), "{record}");
            assert!(record.contains(&format!("{:010}", payer.yen)), "{record}");
        }
    }
    let deliveries = house.office.deliveries(REQUESTS, None, 10).unwrap();
    let told: Vec<(u64, Phase, u64, String)> =
        deliveries.iter().map(|own| (own.no, own.phase, own.rows, own.per.join(" "))).collect();
    assert_eq!(
        told,
        [
            (2, Phase::Applied, 1, "2026-11-30 9991".to_owned()),
            (1, Phase::Applied, 2, "2026-11-30 9990".to_owned()),
        ]
    );
    // Where one transfer went is found: in one of the files that share a range.
    let view = house.office.journal().view(AsOf::default()).unwrap();
    for payer in &payers {
        let levy = view.load::<Instalment>(&payer.key.to_string()).unwrap().unwrap().record;
        let lines = house.office.trace(&levy.transfer.unwrap()).unwrap();
        let went: Vec<&str> = lines.iter().map(|line| line.delivery.per[1].as_str()).collect();
        assert_eq!(went, [payer.bank]);
    }
    // Nothing is sent twice, and a run with nothing to send makes no file and takes no number.
    ask_for_a_run(&house);
    house.settle();
    assert_eq!(sent(&house).len(), 2);
    let state = view.load::<LinkState>(REQUESTS).unwrap().unwrap().record;
    assert_eq!((state.next_no, state.division), (3, None));
}

/// The worker stops after each of its steps and begins anew; what is asked meanwhile waits for the next run.
#[test]
fn a_run_that_was_cut_between_two_banks_goes_on() {
    let house = TestHouse::new();
    asked(&house);
    ask_for_a_run(&house);
    let first = || LinkWorker::new(&house.office).turn(REQUESTS).unwrap();
    first();
    first();
    assert_eq!(sent(&house).len(), 1);
    let stopped = run(&house, "tax-collection/transfer-stop", &json!({ "debit_on": DEBIT_ON }));
    assert_eq!(stopped["rows"], json!([]));
    let house = house.reopen(|_| {});
    house.settle();
    assert_eq!(sent(&house).len(), 2);
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let state = view.load::<LinkState>(REQUESTS).unwrap().unwrap().record;
    assert!(state.division.is_none() && state.position.0 > 0);
}

/// From the request to the cleared levy, and to the next step of who could not pay.
#[test]
fn what_banks_answer_is_cleared_or_goes_on() {
    let house = TestHouse::new();
    let payers = asked(&house);
    ask_for_a_run(&house);
    house.settle();
    house.clock.pass(SignedDuration::from_hours(24 * 14));
    let out = house.place("financial-institutions").out();
    let poor = payers[2].key.customer_no();
    let first = answered(&out.join("furikae_9990_2026-11-30_000001.txt"), "9990", &[(&poor, '1')]);
    let second = answered(&out.join("furikae_9991_2026-11-30_000002.txt"), "9991", &[]);
    assert_eq!(&first[54..58], DEBIT_DAY.as_bytes());

    // A total that does not fit: nothing is put, nothing is taken.
    let mut wrong = first.clone();
    let at = wrong.len() - 240 + 36;
    wrong[at] = b'9';
    let told = bring(&house, &wrong).unwrap_err();
    assert!(told.starts_with("B003") && told.contains("合いません"), "{told}");
    house.settle();
    assert!(house.office.deliveries(RESULTS, None, 9).unwrap().is_empty());
    assert_eq!(payers[0].stands(&house), "未納 10,800 請求中");

    // Two files at once wait for each other; each is taken once.
    assert_eq!(bring(&house, &first), Ok(1));
    assert!(bring(&house, &second).unwrap_err().starts_with("B005"));
    house.settle();
    assert_eq!(bring(&house, &second), Ok(2));
    house.settle();
    for again in [&first, &second] {
        let told = bring(&house, again).unwrap_err();
        assert!(told.starts_with("B004 配信") && told.contains("同じ内容"), "{told}");
    }
    let taken: Vec<(u64, usize)> = house
        .office
        .deliveries(RESULTS, None, 9)
        .unwrap()
        .iter()
        .map(|delivery| (delivery.rows, delivery.refused.len()))
        .collect();
    assert_eq!(taken, [(1, 0), (2, 0)]);
    // The same answers under other bytes, as a terminal that writes blanks elsewhere: told row by row, booked once.
    let mut other = second;
    other[80] = b'X';
    assert_eq!(bring(&house, &other), Ok(3));
    house.settle();
    let repeated = house.office.deliveries(RESULTS, None, 1).unwrap().remove(0);
    assert!(repeated.refused[0].message.contains("受け取り済み"), "{:?}", repeated.refused);

    run(&house, "tax-collection/clear", &json!({}));
    let stand: Vec<String> = payers.iter().map(|payer| payer.stands(&house)).collect();
    assert_eq!(stand, ["完納 0", "完納 0", "未納 5,000"]);
    // Who could not pay gets a letter with a slip, and may be asked again on another day.
    let caller = TestHouse::caller("tanaka", &["*"]);
    let letters = json!({ "debit_on": DEBIT_ON, "limit": "2026-12-25" });
    let ran =
        house.office.run(&caller, "tax-collection/unable-notices", &letters, &RunOptions::default()).unwrap();
    assert_eq!(ran.documents.len(), 1);
    let again = json!({ "debit_on": "2026-12-25", "due_on": DEBIT_ON });
    assert_eq!(run(&house, "tax-collection/transfer-request", &again)["count"], json!(1));
    ask_for_a_run(&house);
    house.settle();
    assert!(sent(&house).iter().any(|(name, _)| name == "furikae_9990_2026-12-25_000003.txt"));
    let view = house.office.journal().view(AsOf::default()).unwrap();
    for check in house.office.systems().iter().flat_map(|system| &system.checks) {
        assert_eq!((check.run)(&*view).unwrap(), [], "{}", check.title);
    }
    assert_eq!(house.office.check_evidence().unwrap(), [""; 0]);
}

/// A payer whose row cannot be written is held back and told; a bank without any row gets no file, and the others go on.
#[test]
fn a_bank_without_a_row_that_can_be_written_gets_no_file() {
    let house = TestHouse::new();
    let house = house.reopen(|sources| {
        for layout in sources.layouts.iter_mut().filter(|layout| layout.name == "zengin-transfer-request.toml") {
            // This town's bank takes only codes below 9991.
            layout.text = layout.text.replace(
                "from = \"bank\",          type = \"9\", start_byte =   2, bytes =  4, required = true",
                "from = \"bank\", type = \"9\", start_byte = 2, bytes = 4, required = true, codes = [[\"9991\", \"9991\", \"乙\"]]",
            );
        }
    });
    asked(&house);
    ask_for_a_run(&house);
    house.settle();
    let files: Vec<String> = sent(&house).into_iter().map(|(name, _)| name).collect();
    assert_eq!(files, ["furikae_9991_2026-11-30_000002.txt"]);
    let deliveries = house.office.deliveries(REQUESTS, None, 9).unwrap();
    let told: Vec<(u64, u64, usize)> =
        deliveries.iter().map(|own| (own.no, own.rows, own.refused.len())).collect();
    assert_eq!(told, [(2, 1, 0), (1, 0, 2)]);
    assert_eq!(house.office.check_evidence().unwrap(), [""; 0]);
}
