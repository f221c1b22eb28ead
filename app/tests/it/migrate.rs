//! A register of an older system comes in, a town's register goes out, and neither loses anything unsaid.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use daicho::config::Config;
use daicho::demo::{Demo, init, make};
use daicho::house::{House, Outside, open};
use daicho::migrate::{
    Export, LoadOptions, Loaded, MigrateInput, export, load, reconcile, refuse_half_loaded,
};
use domain::{IndividualNumber, ResidentRecordCode};
use jiff::Timestamp;
use office::{Caller, Office, RunError, RunOptions};
use register::{
    AsOf, CommitError, Committed, Draft, Entry, Fault, Journal, Lease, Position, Record, Verification, View,
    ViewExt,
};
use resident_register::records::{CODE_SLOT, Counter, Household, MIGRATION_KEY, Migration, Person};
use serde_json::{Value, json};
use store_sqlite::Store;

use super::program::{daicho, names};

/// The columns of an old system, as [`MAPPING`] reads them.
const HEADER: &str = "個人,世帯,状態,区分,氏名,カナ,旧姓,生年月日,不詳,性別,続柄,住民日,コード,番号,町名,本籍,筆頭者,事由,異動日";

/// The mapping of the old system.
const MAPPING: &str = r#"
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
fn row(person: u64, household: u64, other: &str) -> String {
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
struct Old {
    dir: tempfile::TempDir,
}

impl Old {
    fn new(rows: &[String]) -> Self {
        Self::with(
            format!("{HEADER}\n{}\n", rows.join("\n")).as_bytes(),
            &MAPPING.replace("CHARSET", "UTF-8"),
        )
    }

    fn with(file: &[u8], mapping: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("old")).unwrap();
        fs::write(dir.path().join("old/old.csv"), file).unwrap();
        fs::write(dir.path().join("mapping.toml"), mapping).unwrap();
        Self { dir }
    }

    fn input(&self) -> MigrateInput {
        input(
            &self.dir.path().join("mapping.toml"),
            &self.dir.path().join("old"),
            &self.dir.path().join("reports"),
        )
    }

    /// What `daicho migrate TASK` says: exit code, findings as JSON, everything told.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let all =
            [&["migrate"], arguments, &["--mapping", "mapping.toml", "--in", "old", "--reports", "reports"]]
                .concat();
        let run = daicho(self.dir.path(), &all, b"");
        (run.code, run.text().to_owned(), run.told)
    }

    fn report(&self, name: &str) -> String {
        fs::read_to_string(self.dir.path().join("reports").join(name)).unwrap()
    }
}

fn input(mapping: &Path, folder: &Path, reports: &Path) -> MigrateInput {
    MigrateInput {
        mapping: mapping.to_path_buf(),
        folder: folder.to_path_buf(),
        reports: reports.to_path_buf(),
        tables: None,
    }
}

fn store() -> Store {
    Store::in_memory(&Office::kinds(&daicho::house::systems(&[]))).unwrap()
}

fn now() -> Timestamp {
    "2026-04-01T00:00:00Z".parse().unwrap()
}

fn only_good() -> LoadOptions {
    LoadOptions { only_good: true, code_pool: None }
}

/// Every record of a kind with all its versions.
fn all<R: Record>(journal: &dyn Journal) -> BTreeMap<String, Vec<Value>> {
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

fn problems(journal: &dyn Journal) -> Vec<String> {
    let view = journal.view(AsOf::default()).unwrap();
    let checks = resident_register::system().checks;
    checks.iter().flat_map(|check| (check.run)(&*view).unwrap()).map(|wrong| wrong.what).collect()
}

/// Uses a function and confirms what is only an alert.
fn confirming(office: &Office, function: &str, input: &Value) -> office::Ran {
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

fn movement(office: &Office, function: &str, input: &Value) {
    let opened = confirming(office, function, input).opens.unwrap();
    confirming(office, "resident-register/finalize", &json!({ "provisional_no": opened }));
}

fn death(office: &Office, person: &str) {
    let today = office.today().to_string();
    movement(
        office,
        "resident-register/death",
        &json!({ "targets": [person], "event_date": today, "notified_on": today, "notifier_relation": "member" }),
    );
}

/// A town of invented people with dead ones, and with histories.
fn town(dir: &Path) -> (Config, House) {
    let demo = Demo { folder: dir.join("town"), residents: 300, seed: 5, fresh: false };
    let (config, house) = make(&demo, Outside::default()).unwrap();
    let households = all::<Household>(house.office.journal());
    let large = households.values().filter(|rows| 2 < rows[0]["members"].as_array().unwrap().len());
    for rows in large.take(3) {
        death(&house.office, rows[0]["members"][1].as_str().unwrap());
    }
    (config, house)
}

fn new_town(dir: &Path) -> (Config, House) {
    init(dir, false).unwrap();
    let config = Config::read(&dir.join("daicho.toml")).unwrap();
    let house = open(&config, Outside::default()).unwrap();
    (config, house)
}

fn with_numbers() -> Export {
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

/// Each row is a household of its own; what is other than usual of it, and the rules it breaks.
#[test]
fn rows_that_cannot_be_taken_are_told_by_rule() {
    let cases = [
        ("", ""),
        ("カナ=ﾔﾏﾀﾞ　ﾀﾛｳ", ""),
        ("生年月日=19600000", ""),
        ("生年月日=19600101 不詳=昭和35年頃", ""),
        ("生年月日=19610229", ""),
        ("続柄=同居人", "A082"),
        ("生年月日=19601301", "E006"),
        ("生年月日=1960", "E008"),
        ("生年月日=20270101", "E011 E012 E015"),
        ("生年月日=19950101", "E012 E015"),
        ("生年月日=", "E124"),
        ("住民日=6020401", "E009"),
        ("住民日=4020400 異動日=4020401", ""),
        ("コード=10000000011", "E031"),
        ("コード=", "E036"),
        ("番号=123456789012", "E037"),
        ("番号=", ""),
        ("性別=X", "E174"),
        ("区分=7", "E174"),
        ("続柄=孫", "A082 E085"),
        ("続柄=子の子の子の子の子", "A082 E086"),
        ("カナ=山田", "E063"),
        ("氏名=", "A061"),
        ("氏名=山田", "E062"),
        ("氏名=\u{E000}田　太郎", "E065"),
        ("氏名=髙﨑　𠮷葛\u{E0100}", ""),
        ("区分=2 旧姓=佐藤", "E068 E124"),
        ("区分=2", "E124"),
        ("事由=04", ""),
        ("事由=24", "E117"),
        ("本籍=", "E123"),
        ("町名=", "E124"),
        ("状態=3 コード= 本籍=", ""),
        ("個人=12345678901234567", "D078"),
        ("世帯=H-1", "D078 E040"),
        ("異動日=0000000 事由=", ""),
    ];
    let rows: Vec<String> = (1..).zip(cases).map(|(n, (other, _))| row(n, n, other)).collect();
    let old = Old::new(&rows);
    let (code, out, told) = old.run(&["check", "--json"]);
    assert_eq!(code, Some(1), "{told}");
    let mut found: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for line in out.lines() {
        let told: Value = serde_json::from_str(line).unwrap();
        let Some(number) = told["line"].as_u64().filter(|_| told["file"] == "old.csv") else { continue };
        for part in ["message", "remedy"] {
            assert!(!told[part].as_str().unwrap().is_empty(), "{line}");
        }
        if told["rule"] != "D074" {
            found.entry(number).or_default().push(told["rule"].as_str().unwrap().to_owned());
        }
    }
    let mut wrong = Vec::new();
    for (line, (other, rules)) in (2..).zip(cases) {
        let mut got = found.remove(&line).unwrap_or_default();
        got.sort();
        got.dedup();
        // Who is not a head leaves the household without one; that is told only of rows that can be taken.
        let wanted: Vec<&str> = rules.split(' ').filter(|rule| !rule.is_empty()).collect();
        let wanted: Vec<&str> = if 1 < wanted.len() {
            wanted.into_iter().filter(|rule| *rule != "A082").collect()
        } else {
            wanted
        };
        if got != wanted {
            wrong.push(format!("{other}: {got:?}, not {wanted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(code, Some(1));
    assert!(!out.contains("1234567890120"), "no number is shown");
}

#[test]
fn rows_of_one_person_and_of_one_household_are_held_against_each_other() {
    let rows = [
        row(1, 1, ""),
        row(2, 1, "続柄=妻 性別=F"),
        row(3, 2, ""),
        row(4, 2, ""), // A second head.
        row(5, 5, ""),
        row(5, 5, ""), // The same person twice.
        row(6, 6, &format!("コード={}", ResidentRecordCode::from_first_ten(1_000_000_007).unwrap().expose())),
        row(7, 7, ""), // The code of 6.
    ];
    let old = Old::new(&rows);
    let (code, out, _) = old.run(&["check"]);
    assert_eq!(code, Some(1));
    for part in [
        "エラー old.csv 4行目 000000000000002「続柄」: E081 世帯に世帯主が2人います",
        "エラー old.csv 7行目 000000000000005「履歴番号」: D071",
        "エラー old.csv 9行目 000000000000007「住民票コード」: E032 住民票コードが、宛名番号000000000000006の人と同じです",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    assert!(!out.contains("old.csv 2行目") && !out.contains("old.csv 3行目"), "{out}");
    let journal = store();
    let loaded = load(&journal, &old.input(), &only_good(), now()).unwrap();
    assert_eq!((loaded.persons, loaded.households, loaded.left_out), (2, 1, 5));
    assert_eq!(problems(&journal), Vec::<String>::new());
}

#[test]
fn a_household_with_a_bad_member_stays_out_whole_and_comes_back_as_a_file() {
    let rows = [
        row(1, 1, ""),
        row(2, 2, ""),
        row(3, 2, "続柄=妻 性別=F コード=1"),
        row(4, 2, "状態=2"), // A former resident of that household is not of it any more.
        row(5, 1, "続柄=子"),
    ];
    let old = Old::new(&rows);
    let journal = store();
    let refused = load(&journal, &old.input(), &LoadOptions::default(), now()).unwrap_err();
    assert!(refused.to_string().contains("--only-good"), "{refused}");
    assert_eq!(journal.head().unwrap(), Position(0));

    let loaded = load(&journal, &old.input(), &only_good(), now()).unwrap();
    assert_eq!(loaded, Loaded { persons: 3, rows: 3, households: 1, left_out: 2, gone_on_from: 0 });
    let kept: Vec<String> = all::<Person>(&journal).into_keys().collect();
    assert_eq!(kept, ["000000000000001", "000000000000004", "000000000000005"]);
    let household = &all::<Household>(&journal)["000000000000001"][0];
    assert_eq!(household["members"], json!(["000000000000001", "000000000000005"]));
    assert_eq!(old.report("load-left-out-old.csv"), format!("{HEADER}\n{}\n{}\n", rows[1], rows[2]));
    assert!(old.report("load-findings.tsv").contains("D074"));
    assert_eq!(problems(&journal), Vec::<String>::new());
}

#[test]
fn a_row_that_is_nobodys_stops_the_load() {
    for bad in ["1,2,3", "\"1,2", &row(9, 9, "個人=x")] {
        let old = Old::new(&[row(1, 1, ""), bad.to_owned()]);
        let journal = store();
        let refused = load(&journal, &old.input(), &only_good(), now()).unwrap_err();
        assert!(refused.to_string().contains("だれのものか分からない"), "{refused}");
        assert_eq!(journal.head().unwrap(), Position(0));
    }
}

#[test]
fn characters_of_an_old_charset_are_identified_or_told() {
    let mapping = MAPPING.replace("CHARSET", "Windows-31J");
    let decode = |text: &str, gaiji: &[u8]| {
        let tables = moji::Tables::built_in();
        let encoder = tables.encoder(&moji::Charset::Windows31J, &moji::Options::default()).unwrap();
        let mut bytes = Vec::new();
        let mut events = Vec::new();
        for (at, part) in text.split('?').enumerate() {
            if at != 0 {
                bytes.extend_from_slice(gaiji);
            }
            encoder.encode(moji::Field::Mixed, part, &mut bytes, &mut events).unwrap();
        }
        bytes
    };
    let text = format!("{HEADER}\n{}\n{}\n", row(1, 1, "氏名=髙﨑　太郎"), row(2, 2, "氏名=?田　太郎"));
    let old = Old::with(&decode(&text, b"\xF0\x40"), &mapping);
    let (code, out, _) = old.run(&["check"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("3行目 000000000000002「氏名」: E065"), "{out}");

    // The same with the town's table: the code is 𠮷 in it.
    fs::write(old.dir.path().join("gaiji.tsv"), "#ucs\tcode\n20BB7\tF040\n").unwrap();
    fs::write(
        old.dir.path().join("mapping.toml"),
        mapping.replace("[codes.sex]", "[characters]\ngaiji = \"gaiji.tsv\"\n\n[codes.sex]"),
    )
    .unwrap();
    let journal = store();
    load(&journal, &old.input(), &LoadOptions::default(), now()).unwrap();
    let people = all::<Person>(&journal);
    assert_eq!(people["000000000000001"][0]["name"], "髙﨑　太郎");
    assert_eq!(people["000000000000002"][0]["name"], "𠮷田　太郎");

    // And with the substitute instead: told with line, record and item.
    fs::write(
        old.dir.path().join("mapping.toml"),
        mapping.replace("[codes.sex]", "[characters]\npolicy = \"substitute\"\n\n[codes.sex]"),
    )
    .unwrap();
    let journal = store();
    load(&journal, &old.input(), &LoadOptions::default(), now()).unwrap();
    assert_eq!(all::<Person>(&journal)["000000000000002"][0]["name"], "〓田　太郎");
    let notes = old.report("load-conversions.tsv");
    assert!(
        notes.lines().any(|line| line.starts_with("old.csv\t3\t000000000000002\t氏名\t代替文字\t")),
        "{notes}"
    );
}

#[test]
fn files_of_fixed_length_and_of_two_byte_units_are_read_by_the_same_rules() {
    let layout = r#"
form = "fixed"
charset = "Windows-31J"
newline = "crlf"
detail = [
  { item = "個人", name = "a", type = "9", bytes = 5 },
  { item = "氏名", name = "b", type = "N", bytes = 20 },
  { item = "生年月日", name = "c", type = "9", bytes = 8, format = "yyyymmdd", unknown = "zero" },
]
"#;
    let items = r#"
[source.items]
addressee_no = { column = "個人", pad = 15 }
household_no = { column = "個人", pad = 15 }
name = "氏名"
birth_date = "生年月日"
resident_kind = { value = "1" }
resident_status = { value = "3" }
relation = { value = "02" }
movement_reason = { value = "23" }
event_date = { value = "2010-04-01" }
"#;
    let mut fixed = Vec::new();
    for (no, name, birth) in [("00001", "髙橋　一郎", "19830000"), ("00002", "﨑山　花子", "19831231")]
    {
        fixed.extend_from_slice(no.as_bytes());
        let encoder =
            moji::Tables::built_in().encoder(&moji::Charset::Windows31J, &moji::Options::default()).unwrap();
        encoder.encode(moji::Field::Double, name, &mut fixed, &mut Vec::new()).unwrap();
        fixed.extend_from_slice(
            "　　　　　".chars().flat_map(|_| [0x81, 0x40]).collect::<Vec<u8>>().as_slice(),
        );
        fixed.extend_from_slice(format!("{birth}\r\n").as_bytes());
    }
    let old = Old::with(
        &fixed,
        &format!("[[source]]\ntable = \"person\"\nfiles = [\"old.csv\"]\nlayout = \"old.toml\"\n{items}"),
    );
    fs::write(old.dir.path().join("old.toml"), layout).unwrap();
    // 上 (U+4E0A) holds the byte of a line end in a unit of two bytes.
    let text = "\u{FEFF}個人,氏名,生年月日,上\n1,髙橋　一郎,1983-00-00,\n2,﨑山　花子,1983-12-31,上\n";
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = Old::with(
        &units,
        &format!("[[source]]\ntable = \"person\"\nfiles = [\"old.csv\"]\ncharset = \"UTF-16\"\n{items}"),
    );
    for old in [old, wide] {
        let journal = store();
        load(&journal, &old.input(), &LoadOptions::default(), now()).unwrap();
        let people = all::<Person>(&journal);
        let told: Vec<String> =
            people.values().map(|rows| format!("{} {}", rows[0]["name"], rows[0]["birth_date"])).collect();
        assert_eq!(told, ["\"髙橋　一郎\" \"U10:1983-01-01\"", "\"﨑山　花子\" \"1983-12-31\""]);
    }
}

/// A mapping with two columns the wrong way round.
fn swapped(one: (&str, &str), other: (&str, &str)) -> String {
    let mapping = MAPPING.replace("CHARSET", "UTF-8");
    for (from, to) in [one, other] {
        assert!(mapping.contains(from), "{from} {to}");
    }
    mapping.replace(one.0, one.1).replace(other.0, other.1)
}

#[test]
fn a_wrong_mapping_is_named_by_the_figures_and_by_another_mapping() {
    let rows: Vec<String> = (1..=60)
        .map(|n| {
            let former = if n % 10 == 0 { " 旧姓=サトウ" } else { "" };
            row(n, n, &format!("生年月日={}0401{former}", 1920 + n))
        })
        .collect();
    let right = Old::new(&rows);
    let (code, out, told) = right.run(&["rehearse"]);
    assert_eq!(code, Some(0), "{told}\n{out}");
    assert!(!out.contains("D076") && !out.contains("D077"), "{out}");
    assert!(out.contains("相違はありません"), "{out}");

    let file = format!("{HEADER}\n{}\n", rows.join("\n"));
    let kana = swapped(
        ("name_kana = { column = \"カナ\", widen = true }", "name_kana = \"旧姓\""),
        ("former_family_name = \"旧姓\"", "former_family_name = \"カナ\""),
    );
    let wrong = Old::with(file.as_bytes(), &kana);
    let (_, out, _) = wrong.run(&["rehearse"]);
    assert!(
        out.contains("値の様子 旧氏: D076 旧氏は空の人が多い項目ですが、60行中60行に値があります"),
        "{out}"
    );

    // Birth and 住民となった年月日: every row is refused, and the reason is named.
    let dates = swapped(
        (
            "birth_date = { column = \"生年月日\", date = \"yyyymmdd\", unknown = \"不詳\" }",
            "birth_date = { column = \"住民日\", date = \"era\" }",
        ),
        (
            "resident_since = { column = \"住民日\", date = \"era\" }",
            "resident_since = { column = \"生年月日\", date = \"yyyymmdd\" }",
        ),
    );
    let late = Old::with(file.as_bytes(), &dates);
    let (code, out, _) = late.run(&["check"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("「住民となった年月日」: E015"), "{out}");
    assert!(out.contains("「住民となった年月日」: D077"), "{out}");

    // What was loaded with the wrong mapping does not stand up to the right one.
    let dir = tempfile::tempdir().unwrap();
    let (_config, house) = new_town(dir.path());
    load(house.office.journal(), &wrong.input(), &LoadOptions::default(), now()).unwrap();
    assert!(!reconcile(&house.office, &right.input()).unwrap());
    let differences = right.report("reconciliation-differences.tsv");
    for item in ["氏名_フリガナ", "旧氏"] {
        assert_eq!(
            differences.lines().filter(|line| line.split('\t').nth(2) == Some(item)).count(),
            60,
            "{item}"
        );
    }
    let report = right.report("reconciliation-report.txt");
    assert!(report.contains("旧氏\t60\t") && report.contains("氏名\t0\t"), "{report}");
}

#[test]
fn a_number_that_differs_is_told_and_not_shown() {
    let rows = [row(1, 1, ""), row(2, 2, "")];
    let old = Old::new(&rows);
    let dir = tempfile::tempdir().unwrap();
    let (_config, house) = new_town(dir.path());
    load(house.office.journal(), &old.input(), &LoadOptions::default(), now()).unwrap();
    let other = IndividualNumber::from_first_eleven(33_333_333_333).unwrap();
    let changed = Old::new(&[rows[0].clone(), row(2, 2, &format!("番号={}", other.expose()))]);
    assert!(!reconcile(&house.office, &changed.input()).unwrap());
    let told =
        changed.report("reconciliation-differences.tsv") + &changed.report("reconciliation-report.txt");
    assert!(
        told.contains("住民票\t000000000000002-1\t個人番号\t（伏せています）\t（伏せています）"),
        "{told}"
    );
    assert!(!told.contains(other.expose()), "{told}");
}

#[test]
fn several_rows_of_a_person_become_versions_with_their_days() {
    let header = format!("{HEADER},履歴");
    let rows =
        [format!("{},7", row(1, 1, "町名=港町 事由=41 異動日=5020501")), format!("{},3", row(1, 1, ""))];
    let mapping = MAPPING
        .replace("CHARSET", "UTF-8")
        .replace("resident_status", "history_no = \"履歴\"\nresident_status");
    let old = Old::with(format!("{header}\n{}\n", rows.join("\n")).as_bytes(), &mapping);
    let journal = store();
    let loaded = load(&journal, &old.input(), &LoadOptions::default(), now()).unwrap();
    assert_eq!((loaded.persons, loaded.rows), (1, 2));
    let view = journal.view(AsOf::default()).unwrap();
    let versions = view.load_history::<Person>("000000000000001").unwrap();
    let told: Vec<(u32, u32, String, String)> = versions
        .iter()
        .map(|one| {
            (
                one.version,
                one.record.history_no,
                one.effective_on.to_string(),
                one.record.address.town.clone(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, 1, "1990-04-01".to_owned(), "本町".to_owned()),
            (2, 2, "2020-05-01".to_owned(), "港町".to_owned())
        ]
    );
    assert_eq!(versions[1].record.history_entries.len(), 2);
    assert!(old.report("load-findings.tsv").contains("D072"), "the gap in the old numbers is told");
}

#[test]
fn a_mapping_says_what_is_wrong_with_it() {
    let right = MAPPING.replace("CHARSET", "UTF-8");
    for (from, to, told) in [
        ("sex = {", "seks = {", "seks: 住民票の項目にありません"),
        ("name = \"氏名\"", "name = \"名前\"", "列「名前」がファイルにありません"),
        (
            "birth_date = { column = \"生年月日\",",
            "birth_date = { colum = \"生年月日\",",
            "書き方に誤りがあります",
        ),
        ("codes = \"sex\"", "codes = \"sec\"", "[codes.sec] がありません"),
        ("relation = \"続柄\"\n", "", "続柄表記（relation）の対応がありません"),
        ("charset = \"UTF-8\"", "charset = \"BASE64\"", "文字コード「BASE64」"),
        ("table = \"person\"", "table = \"people\"", "table「people」はありません"),
        (
            "given_name = { column = \"氏名\", part = 2 }",
            "given_name = { column = \"氏名\", value = \"x\" }",
            "どれか一つ",
        ),
        ("files = [\"old.csv\"]", "files = [\"../old.csv\"]", "フォルダの付かない"),
    ] {
        assert!(right.contains(from), "{from}");
        let old = Old::with(format!("{HEADER}\n{}\n", row(1, 1, "")).as_bytes(), &right.replace(from, to));
        let (code, _, said) = old.run(&["check"]);
        assert_eq!(code, Some(1), "{to}: {said}");
        assert!(said.contains(told), "{to}: {said}");
    }
}

/// A journal that fails at one of its transactions, after or before it is written.
struct Stops<'a> {
    inner: &'a Store,
    left: Mutex<Cell<u32>>,
    after_writing: bool,
}

impl Journal for Stops<'_> {
    fn commit(&self, draft: Draft) -> Result<Committed, CommitError> {
        self.inner.commit(draft)
    }

    fn commit_all(&self, drafts: Vec<Draft>) -> Result<Vec<Committed>, CommitError> {
        let stops = {
            let left = self.left.lock().unwrap();
            left.set(left.get().saturating_sub(1));
            left.get() == 0
        };
        if stops && !self.after_writing {
            return Err(Fault::because("stopped").into());
        }
        let done = self.inner.commit_all(drafts)?;
        if stops { Err(Fault::because("stopped").into()) } else { Ok(done) }
    }

    fn view(&self, as_of: AsOf) -> Result<Box<dyn View + Send + '_>, Fault> {
        self.inner.view(as_of)
    }

    fn head(&self) -> Result<Position, Fault> {
        self.inner.head()
    }

    fn feed(&self, after: Position, kinds: &[&str], limit: usize) -> Result<Vec<Entry>, Fault> {
        self.inner.feed(after, kinds, limit)
    }

    fn next_change(&self, after: Position, kinds: &[&str]) -> Result<Option<Position>, Fault> {
        self.inner.next_change(after, kinds)
    }

    fn cursor(&self, name: &str) -> Result<Position, Fault> {
        self.inner.cursor(name)
    }

    fn lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, Fault> {
        self.inner.lease(name, holder, now, until)
    }

    fn wait(&self, after: Position, at_most: Duration) -> Position {
        self.inner.wait(after, at_most)
    }

    fn verify(&self) -> Result<Verification, Fault> {
        self.inner.verify()
    }
}

/// Households of two, as many as fill three transactions, one of them bad.
fn many(households: u64) -> Vec<String> {
    (1..=households)
        .flat_map(|n| {
            let wrong = if n == 2 { "カナ=山田" } else { "" };
            [row(2 * n, n, wrong), row(2 * n + 1, n, "続柄=妻 性別=F")]
        })
        .collect()
}

#[test]
fn a_load_that_stops_at_any_transaction_goes_on_and_doubles_nothing() {
    let old = Old::new(&many(1_400));
    let whole = store();
    let wanted = load(&whole, &old.input(), &only_good(), now()).unwrap();
    assert_eq!((wanted.persons, wanted.households, wanted.left_out), (2_798, 1_399, 2));
    let (people, households) = (all::<Person>(&whole), all::<Household>(&whole));
    for (transaction, after_writing) in [(1, false), (1, true), (2, true), (3, false)] {
        let inner = store();
        let stops = Stops { inner: &inner, left: Mutex::new(Cell::new(transaction)), after_writing };
        load(&stops, &old.input(), &only_good(), now()).unwrap_err();
        let view = inner.view(AsOf::default()).unwrap();
        let reached = view.load::<Migration>(MIGRATION_KEY).unwrap().map(|found| found.record);
        let kept = u64::from(transaction) - u64::from(!after_writing);
        assert_eq!(reached.is_some(), kept != 0);
        if let Some(reached) = &reached {
            // Whole households only, and verify says that the load stopped.
            assert!(!reached.done);
            assert_eq!(view.count(Person::KIND).unwrap(), reached.persons);
            assert_eq!(problems(&inner).len(), 1, "{:?}", problems(&inner));
        }
        drop(view);
        let gone_on = load(&inner, &old.input(), &only_good(), now()).unwrap();
        assert_eq!(gone_on.gone_on_from, reached.map_or(0, |reached| reached.groups));
        assert_eq!(Loaded { gone_on_from: 0, ..gone_on }, wanted);
        assert!(all::<Person>(&inner) == people && all::<Household>(&inner) == households);
        assert_eq!(problems(&inner), Vec::<String>::new());
        let counted = |journal: &Store| {
            let view = journal.view(AsOf::default()).unwrap();
            view.load::<Counter>(Counter::ADDRESSEE).unwrap().unwrap().record
        };
        assert_eq!(counted(&inner), counted(&whole));
    }
}

#[test]
fn other_files_do_not_go_on_with_a_load_and_a_half_loaded_town_is_not_served() {
    let old = Old::new(&many(1_400));
    let dir = tempfile::tempdir().unwrap();
    init(dir.path(), false).unwrap();
    let config = dir.path().join("daicho.toml");
    let config = config.to_str().unwrap();

    // Killed as soon as it says that a part is loaded.
    let mut child = Command::new(env!("CARGO_BIN_EXE_daicho"))
        .args(["migrate", "load", "--config", config, "--only-good"])
        .args(["--mapping", "mapping.toml", "--in", "old", "--reports", "reports"])
        .current_dir(old.dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    let part = told.find(|line| line.as_ref().unwrap().contains("まで載せました"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(part.is_some());

    let (_config, house) = reopened(dir.path());
    let reached = house
        .office
        .journal()
        .view(AsOf::default())
        .unwrap()
        .load::<Migration>(MIGRATION_KEY)
        .unwrap()
        .unwrap();
    if !reached.record.done {
        let refused = refuse_half_loaded(&house).unwrap_err();
        assert!(refused.to_string().contains("途中で止まっています"), "{refused}");
        let other = Old::new(&many(1_399));
        let error = load(house.office.journal(), &other.input(), &only_good(), now()).unwrap_err();
        assert!(error.to_string().contains("違います"), "{error}");
        let loaded = load(house.office.journal(), &old.input(), &only_good(), now()).unwrap();
        assert_eq!((loaded.persons, loaded.gone_on_from), (2_798, reached.record.groups));
    }
    refuse_half_loaded(&house).unwrap();
    assert_eq!(all::<Person>(house.office.journal()).len(), 2_798);
    assert_eq!(problems(house.office.journal()), Vec::<String>::new());
}

fn reopened(dir: &Path) -> (PathBuf, House) {
    let path = dir.join("daicho.toml");
    let house = open(&Config::read(&path).unwrap(), Outside::default()).unwrap();
    (path, house)
}
