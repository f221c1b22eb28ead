//! A register of an older system comes in, a town's register goes out, and neither loses anything unsaid.

mod rows;
mod stops;

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use daicho::config::Config;
use daicho::demo::{Demo, init, make};
use daicho::house::{House, Outside, open};
use daicho::migrate::{Export, LoadOptions, MigrateInput, export, load, reconcile};
use domain::{IndividualNumber, ResidentRecordCode};
use jiff::Timestamp;
use office::{Caller, Office, RunError, RunOptions};
use register::{AsOf, Journal, Position, Record, ViewExt};
use resident_register::records::{CODE_SLOT, Counter, Household, Person};
use serde_json::{Value, json};
use store_sqlite::Store;

use super::program::{daicho, names};

/// The columns of an old system, as [`MAPPING`] reads them.
pub(super) const HEADER: &str = "個人,世帯,状態,区分,氏名,カナ,旧姓,生年月日,不詳,性別,続柄,住民日,コード,番号,町名,本籍,筆頭者,事由,異動日";

/// The mapping of the old system.
pub(super) const MAPPING: &str = r#"
title = "旧システム"

[codes.sex]
"M" = "1"
"F" = "2"

[[source]]
table = "person"
files = ["old.csv"]
charset = "CHARSET"

[source.items]
addressee_no = { column = "個人", pad = 15 }
household_no = { column = "世帯", pad = 15 }
resident_status = "状態"
resident_kind = "区分"
name = "氏名"
family_name = { column = "氏名", part = 1 }
given_name = { column = "氏名", part = 2 }
name_kana = { column = "カナ", widen = true }
former_family_name = "旧姓"
birth_date = { column = "生年月日", date = "yyyymmdd", unknown = "不詳" }
sex = { column = "性別", codes = "sex" }
relation = "続柄"
resident_since = { column = "住民日", date = "era" }
resident_record_code = "コード"
individual_number = "番号"
address_prefecture = { value = "架空県" }
address_municipality = { value = "みなと郡台帳町" }
address_town = "町名"
domicile_municipality = "本籍"
register_head = "筆頭者"
movement_reason = { column = "事由", default = "06" }
event_date = { column = "異動日", date = "era" }
processed_on = { column = "異動日", date = "era", default = "2000-01-01" }
"#;

/// A row of the old system: who, and what is other than usual of them.
pub(super) fn row(person: u64, household: u64, other: &str) -> String {
    let code = ResidentRecordCode::from_first_ten(1_000_000_000 + person).unwrap();
    let number = IndividualNumber::from_first_eleven(20_000_000_000 + person).unwrap();
    let mut cells: BTreeMap<&str, String> = [
        ("個人", person.to_string()),
        ("世帯", household.to_string()),
        ("状態", "1".to_owned()),
        ("区分", "1".to_owned()),
        ("氏名", "山田　太郎".to_owned()),
        ("カナ", "ヤマダ　タロウ".to_owned()),
        ("生年月日", "19600401".to_owned()),
        ("性別", "M".to_owned()),
        ("続柄", "世帯主".to_owned()),
        ("住民日", "4020401".to_owned()),
        ("コード", code.expose().to_owned()),
        ("番号", number.expose().to_owned()),
        ("町名", "本町".to_owned()),
        ("本籍", "なし".to_owned()),
        ("筆頭者", "山田　太郎".to_owned()),
        ("事由", "01".to_owned()),
        ("異動日", "4020401".to_owned()),
    ]
    .into();
    for (name, value) in other.split(' ').filter_map(|pair| pair.split_once('=')) {
        assert!(HEADER.split(',').any(|column| column == name), "{name}");
        cells.insert(name, value.to_owned());
    }
    let cells: Vec<String> = HEADER.split(',').map(|name| cells.remove(name).unwrap_or_default()).collect();
    cells.join(",")
}

/// The old system's file with its mapping.
pub(super) struct Old {
    pub(super) dir: tempfile::TempDir,
}

impl Old {
    pub(super) fn new(rows: &[String]) -> Self {
        Self::with(
            format!("{HEADER}\n{}\n", rows.join("\n")).as_bytes(),
            &MAPPING.replace("CHARSET", "UTF-8"),
        )
    }

    pub(super) fn with(file: &[u8], mapping: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("old")).unwrap();
        fs::write(dir.path().join("old/old.csv"), file).unwrap();
        fs::write(dir.path().join("mapping.toml"), mapping).unwrap();
        Self { dir }
    }

    pub(super) fn input(&self) -> MigrateInput {
        input(
            &self.dir.path().join("mapping.toml"),
            &self.dir.path().join("old"),
            &self.dir.path().join("reports"),
        )
    }

    /// What `daicho migrate TASK` says: exit code, findings as JSON, everything told.
    pub(super) fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let all =
            [&["migrate"], arguments, &["--mapping", "mapping.toml", "--in", "old", "--reports", "reports"]]
                .concat();
        let run = daicho(self.dir.path(), &all, b"");
        (run.code, run.text().to_owned(), run.told)
    }

    pub(super) fn report(&self, name: &str) -> String {
        fs::read_to_string(self.dir.path().join("reports").join(name)).unwrap()
    }
}

pub(super) fn input(mapping: &Path, folder: &Path, reports: &Path) -> MigrateInput {
    MigrateInput {
        mapping: mapping.to_path_buf(),
        folder: folder.to_path_buf(),
        reports: reports.to_path_buf(),
        tables: None,
    }
}

pub(super) fn store() -> Store {
    Store::in_memory(&Office::kinds(&daicho::house::systems(&[]))).unwrap()
}

pub(super) fn now() -> Timestamp {
    "2026-04-01T00:00:00Z".parse().unwrap()
}

pub(super) fn only_good() -> LoadOptions {
    LoadOptions { only_good: true, code_pool: None }
}

/// Every record of a kind with all its versions.
pub(super) fn all<R: Record>(journal: &dyn Journal) -> BTreeMap<String, Vec<Value>> {
    let view = journal.view(AsOf::default()).unwrap();
    let mut keys = Vec::new();
    view.scan(R::KIND, None, &mut |stored| {
        keys.push(stored.key.clone());
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    let versions = |key: &String| {
        let history = view.load_history::<R>(key).unwrap();
        history.iter().map(|version| serde_json::to_value(&version.record).unwrap()).collect()
    };
    keys.iter().map(|key| (key.clone(), versions(key))).collect()
}

pub(super) fn problems(journal: &dyn Journal) -> Vec<String> {
    let view = journal.view(AsOf::default()).unwrap();
    let checks = resident_register::system().checks;
    checks.iter().flat_map(|check| (check.run)(&*view).unwrap()).map(|wrong| wrong.what).collect()
}

/// Uses a function and confirms what is only an alert.
pub(super) fn confirming(office: &Office, function: &str, input: &Value) -> office::Ran {
    match office.run(&Caller::command_line(), function, input, &RunOptions::default()) {
        Err(RunError::Refused(findings)) => {
            let confirmed = findings.iter().map(system::Finding::confirmation).collect();
            let options = RunOptions { confirmed, dry_run: false };
            office
                .run(&Caller::command_line(), function, input, &options)
                .unwrap_or_else(|error| panic!("{error}: {findings:?}"))
        }
        done => done.unwrap(),
    }
}

pub(super) fn movement(office: &Office, function: &str, input: &Value) {
    let opened = confirming(office, function, input).opens.unwrap();
    confirming(office, "resident-register/finalize", &json!({ "provisional_no": opened }));
}

pub(super) fn death(office: &Office, person: &str) {
    let today = office.today().to_string();
    movement(
        office,
        "resident-register/death",
        &json!({ "targets": [person], "event_date": today, "notified_on": today, "notifier_relation": "member" }),
    );
}

/// A town of invented people with dead ones, and with histories.
pub(super) fn town(dir: &Path) -> (Config, House) {
    let demo = Demo { folder: dir.join("town"), residents: 300, seed: 5, fresh: false };
    let (config, house) = make(&demo, Outside::default()).unwrap();
    let households = all::<Household>(house.office.journal());
    let large = households.values().filter(|rows| 2 < rows[0]["members"].as_array().unwrap().len());
    for rows in large.take(3) {
        death(&house.office, rows[0]["members"][1].as_str().unwrap());
    }
    (config, house)
}

pub(super) fn new_town(dir: &Path) -> (Config, House) {
    init(dir, false).unwrap();
    let config = Config::read(&dir.join("daicho.toml")).unwrap();
    let house = open(&config, Outside::default()).unwrap();
    (config, house)
}

pub(super) fn with_numbers() -> Export {
    Export { with_history: true, numbers_for: Some("次の事業者への移行".to_owned()) }
}

#[test]
fn a_town_goes_out_and_comes_in_without_a_difference_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (_config, house) = town(dir.path());
    let out = dir.path().join("out");
    let lines = export(&house.office, &out, &with_numbers()).unwrap();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(
        names(&out),
        ["former.csv", "history.csv", "households.csv", "manifest.toml", "mapping.toml", "persons.csv"]
    );
    let before = all::<Person>(house.office.journal());
    assert!(before.values().any(|rows| 1 < rows.len()));
    assert!(before.values().any(|rows| rows.last().unwrap()["resident_status"] == "3"));

    let (config, new) = new_town(&dir.path().join("new"));
    let files = input(&out.join("mapping.toml"), &out, &dir.path().join("reports"));
    let pool = dir.path().join("pool.txt");
    let codes = (0..3).map(|n| ResidentRecordCode::from_first_ten(7_000_000_000 + n).unwrap());
    fs::write(&pool, codes.map(|code| format!("{}\n", code.expose())).collect::<String>()).unwrap();
    let options = LoadOptions { only_good: false, code_pool: Some(pool) };
    let loaded = load(new.office.journal(), &files, &options, new.office.clock().now()).unwrap();
    assert_eq!(loaded.left_out, 0);

    assert_eq!(all::<Person>(new.office.journal()), before);
    let newest = |journal: &dyn Journal| -> Vec<Value> {
        all::<Household>(journal).into_values().filter_map(|mut rows| rows.pop()).collect()
    };
    assert_eq!(newest(new.office.journal()), newest(house.office.journal()));
    assert_eq!(problems(new.office.journal()), Vec::<String>::new());
    let view = new.office.journal().view(AsOf::default()).unwrap();
    assert_eq!(view.count(&CODE_SLOT).unwrap(), 3);
    drop(view);
    assert!(reconcile(&new.office, &files).unwrap());

    // Movements go on behind what was loaded: the next 履歴番号, the next 宛名番号. The reconciliation is with what was loaded.
    let largest = before.keys().max().unwrap().clone();
    let resident = before
        .iter()
        .find(|(_, rows)| rows[0]["member_order"] == 2 && rows.last().unwrap()["resident_status"] == "1");
    let resident = resident.unwrap().0;
    death(&new.office, resident);
    let after = all::<Person>(new.office.journal());
    assert_eq!(after[resident].last().unwrap()["history_no"], before[resident].len() + 1);
    let counter = |office: &Office| {
        let view = office.journal().view(AsOf::default()).unwrap();
        view.load::<Counter>(Counter::ADDRESSEE).unwrap().unwrap().record.last
    };
    assert_eq!(counter(&new.office), largest.parse::<domain::AddresseeNo>().unwrap().serial());
    assert!(reconcile(&new.office, &files).unwrap());
    let again = load(new.office.journal(), &files, &only_good(), now()).unwrap_err();
    assert!(again.to_string().contains("もう移行してあります"), "{again}");
    drop((new, config));

    // What was not loaded by a migration is not written over by one.
    let error = load(house.office.journal(), &files, &only_good(), now()).unwrap_err();
    assert!(error.to_string().contains("空ではない"), "{error}");
}

#[test]
fn numbers_leave_only_for_a_stated_purpose() {
    let dir = tempfile::tempdir().unwrap();
    let (_config, house) = town(dir.path());
    let view = house.office.journal().view(AsOf::default()).unwrap();
    let (key, _) = all::<Person>(house.office.journal()).into_iter().next().unwrap();
    let person = view.load::<Person>(&key).unwrap().unwrap().record;
    let number = person.individual_number.unwrap();
    let written = |folder: &str, wanted: &Export| {
        let folder = dir.path().join(folder);
        export(&house.office, &folder, wanted).unwrap();
        let text: String =
            names(&folder).iter().map(|name| fs::read_to_string(folder.join(name)).unwrap()).collect();
        text
    };
    let without = written("without", &Export::default());
    assert!(!without.contains(number.expose()) && !without.contains("個人番号"));
    let with = written("with", &with_numbers());
    assert!(with.contains(number.expose()) && with.contains("個人番号"));
    let audited: Vec<String> = house
        .office
        .journal()
        .feed(Position(0), &["office/audit"], 10_000)
        .unwrap()
        .iter()
        .flat_map(|entry| {
            entry.versions.iter().map(|version| version.body.value().unwrap()["purpose"].to_string())
        })
        .collect();
    assert!(audited.iter().any(|purpose| purpose.contains("次の事業者への移行")), "{audited:?}");
    let blank = Export { numbers_for: Some(" ".to_owned()), ..Export::default() };
    assert!(export(&house.office, &dir.path().join("blank"), &blank).is_err());
    assert!(export(&house.office, &dir.path().join("with"), &with_numbers()).is_err());
}
