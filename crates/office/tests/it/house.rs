//! A small town for tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use catalog::FunctionTable;
use counterparts::FolderReceiver;
use domain::{BusinessCalendar, ResidentRecordCode};
use jiff::{SignedDuration, Timestamp};
use office::{
    Caller, Clock, Entropy, LinkSources, LinkWorker, ListFile, Office, OfficeParts, Ran, Ready, Rights,
    RunError, RunOptions,
};
use register::{Actor, AsOf, Draft, Journal};
use serde_json::{Value, json};
use store_sqlite::{Options, Store, VaultKey};
use system::System;
use transport::Folder;

/// A clock that stands until it is moved.
pub(crate) struct SetClock(AtomicI64);

impl SetClock {
    pub(crate) fn at(text: &str) -> Self {
        Self(AtomicI64::new(text.parse::<Timestamp>().unwrap().as_microsecond()))
    }

    pub(crate) fn pass(&self, time: SignedDuration) {
        self.0.fetch_add(i64::try_from(time.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.fetch_add(1, Ordering::SeqCst)).unwrap()
    }
}

/// Bits that differ each time and are the same in every run.
#[derive(Default)]
pub(crate) struct Counting(AtomicU64);

impl Entropy for Counting {
    fn bits(&self) -> u64 {
        self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst)
    }
}

/// Full extracts are written by several threads, as the program does it.
const HELPERS: usize = 2;

pub(crate) struct TestHouse {
    pub(crate) office: Office,
    pub(crate) clock: Arc<SetClock>,
    folder: PathBuf,
    _dir: Option<tempfile::TempDir>,
}

fn standards(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../standards").join(folder)
}

fn files(folder: &str) -> Vec<ListFile> {
    let mut files: Vec<ListFile> = fs::read_dir(standards(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| ListFile {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            text: fs::read_to_string(&path).unwrap(),
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn text(path: &str) -> String {
    fs::read_to_string(standards(path)).unwrap()
}

impl TestHouse {
    /// A new town without residents, on 2026-11-20 at nine in the morning.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().to_path_buf();
        fs::write(folder.join("key"), VaultKey::generate().unwrap().to_hex()).unwrap();
        let clock = Arc::new(SetClock::at("2026-11-20T09:00:00+09:00"));
        let house = Self { office: open(&folder, &clock, |_| {}, |_| {}), clock, folder, _dir: Some(dir) };
        let mut draft = Draft::new(
            "resident-register",
            "resident-register/load",
            Actor::Program("test".into()),
            house.clock.now(),
        );
        let codes =
            (1..=50).map(|number| ResidentRecordCode::from_first_ten(4_000_000_000 + number * 7).unwrap());
        draft.writes = resident_register::load::town([], codes).unwrap();
        house.office.journal().commit(draft).unwrap();
        house
    }

    /// The same town opened again, as after a restart, with its link sources changed.
    pub(crate) fn reopen(self, change: impl FnOnce(&mut LinkSources)) -> Self {
        self.reopen_with(|_| {}, change)
    }

    /// The same with its systems changed, as by a defect of one of them.
    pub(crate) fn reopen_with(
        self,
        systems: impl FnOnce(&mut Vec<System>),
        change: impl FnOnce(&mut LinkSources),
    ) -> Self {
        let Self { office, clock, folder, _dir } = self;
        drop(office);
        Self { office: open(&folder, &clock, systems, change), clock, folder, _dir }
    }

    pub(crate) fn caller(user: &str, rights: &[&str]) -> Caller {
        Caller {
            user: user.into(),
            rights: Rights(rights.iter().map(|right| (*right).into()).collect()),
            terminal: "窓口1".into(),
        }
    }

    pub(crate) fn run(&self, function: &str, input: Value) -> Result<Ran, RunError> {
        self.office.run(&Self::caller("tanaka", &["*"]), function, &input, &RunOptions::default())
    }

    /// Runs and confirms every alert, as a clerk who looked.
    pub(crate) fn run_confirming(&self, user: &str, function: &str, input: &Value) -> Ran {
        let caller = Self::caller(user, &["*"]);
        match self.office.run(&caller, function, input, &RunOptions::default()) {
            Ok(ran) => ran,
            Err(RunError::Refused(findings)) => {
                let confirmed = findings.iter().map(system::Finding::confirmation).collect();
                let options = RunOptions { confirmed, dry_run: false };
                self.office
                    .run(&caller, function, input, &options)
                    .unwrap_or_else(|error| panic!("{error}: {findings:?}"))
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Enters and finalises a move-in of three people.
    pub(crate) fn move_in(&self) {
        let entered = self.run_confirming("tanaka", "resident-register/move-in", &three_people());
        let provisional = entered.opens.unwrap();
        self.run_confirming(
            "suzuki",
            "resident-register/finalize",
            &json!({ "provisional_no": provisional }),
        );
    }

    /// 支援措置: asked for and granted.
    pub(crate) fn protect(&self, addressee_no: &str) {
        let input =
            json!({ "applicant": addressee_no, "copy_current": true, "perpetrator_name": "加害　太郎" });
        self.run_confirming("tanaka", "resident-register/support-apply", &input);
        self.run_confirming(
            "suzuki",
            "resident-register/support-decide",
            &json!({ "measure_no": "00000001" }),
        );
    }

    /// Nothing contradicts itself: every check of every system, and the bytes that are kept.
    pub(crate) fn sound(&self) {
        let view = self.office.journal().view(AsOf::default()).unwrap();
        for check in self.office.systems().iter().flat_map(|system| &system.checks) {
            assert_eq!((check.run)(&*view).unwrap(), [], "{}", check.title);
        }
        assert_eq!(self.office.check_evidence().unwrap(), [""; 0]);
    }

    pub(crate) fn settle(&self) {
        LinkWorker::new(&self.office).settle().unwrap();
    }

    pub(crate) fn place(&self, name: &str) -> Folder {
        Folder::at(self.folder.join("places").join(name))
    }

    pub(crate) fn receiver(&self, place: &str) -> FolderReceiver {
        let mut plans = BTreeMap::new();
        for running in self.office.links().all() {
            if let Ok(Ready::Outward { plan, .. }) = &running.ready
                && running.link.place() == Some(place)
            {
                plans.insert(running.link.id.clone(), (**plan).clone());
            }
        }
        FolderReceiver::new(self.place(place), plans)
    }
}

fn open(
    folder: &Path,
    clock: &Arc<SetClock>,
    change_systems: impl FnOnce(&mut Vec<System>),
    change: impl FnOnce(&mut LinkSources),
) -> Office {
    let mut systems = vec![
        resident_register::system(),
        addressee::system(),
        application_management::system(),
        integrated_addressee::system(),
        child_allowance::system(),
        electoral_roll::system(),
        light_vehicle_tax::system(),
        tax_collection::system(),
    ];
    change_systems(&mut systems);
    let kinds = Office::kinds(&systems);
    let key = VaultKey::from_hex(&fs::read_to_string(folder.join("key")).unwrap()).unwrap();
    let store = Store::open(
        &folder.join("town.db"),
        &kinds,
        Options { keys: Some(key.into()), readers: 4, ..Options::default() },
    )
    .unwrap();
    let journal: Arc<dyn Journal> = Arc::new(store);
    let places = default_places()
        .into_iter()
        .map(|place| {
            let at = Folder::at(folder.join("places").join(&place)).shared();
            (place, Ok(at))
        })
        .collect();
    let mut sources = LinkSources {
        lists: vec![ListFile { name: "city.tsv".into(), text: text("lists/city.tsv") }],
        systems: text("lists/systems.tsv"),
        charset_words: text("lists/charset_words.tsv"),
        vocabulary: text("lists/vocabulary.tsv"),
        workbooks: Vec::new(),
        unread: Vec::new(),
        links: files("links"),
        layouts: files("layouts"),
        tables: moji::Tables::built_in(),
        places,
        packings: Default::default(),
    };
    change(&mut sources);
    Office::open(OfficeParts {
        journal,
        systems,
        clock: clock.clone(),
        entropy: Arc::new(Counting::default()),
        municipality: json!({
            "code": "477991", "prefecture": "架空県", "name": "みなと郡台帳町",
            "attester_title": "台帳町長", "attester_name": "見本　太郎", "specimen": true,
            "transfer_client_code": "9999900001", "transfer_client_name": "ﾐﾅﾄｸﾞﾝﾀﾞｲﾁﾖｳﾁﾖｳ",
            "transfer_clients": { "9991": { "code": "8888800001" } },
        }),
        sources,
        functions: FunctionTable::parse("unit_functions.tsv", &text("functions/unit_functions.tsv")),
        calendar: BusinessCalendar::from_tsv(&text("calendar/holidays.tsv")).unwrap(),
        evidence: folder.join("deliveries"),
        helpers: HELPERS,
        login_tries_max: 5,
        user_policy: Default::default(),
        audit_policy: Default::default(),
    })
    .unwrap()
}

/// A family of three with a name that no legacy code holds whole.
pub(crate) fn three_people() -> Value {
    json!({
        "move_in_kind": "01",
        "event_date": "R8.11.18",
        "notified_on": "R8.11.20",
        "notifier_name": "葛\u{e0102}城　健一",
        "notifier_relation": "head",
        "members": [
            { "resident_kind": "1", "family_name": "葛\u{e0102}城", "given_name": "健一", "name_kana": "カツラギ　ケンイチ",
              "birth_date": "S60.4.1", "sex": "1", "relation": "世帯主", "domicile_prefecture": "架空県",
              "domicile_municipality": "みなと郡台帳町", "domicile_town": "本町１番地", "register_head": "葛\u{e0102}城　健一",
              "resident_record_code": "12345678903", "individual_number": "123456789018" },
            { "resident_kind": "1", "family_name": "葛\u{e0102}城", "given_name": "𠮷乃", "name_kana": "カツラギ　ヨシノ",
              "birth_date": "S62.8.15", "sex": "2", "relation": "妻", "domicile_prefecture": "架空県",
              "domicile_municipality": "みなと郡台帳町", "domicile_town": "本町１番地", "register_head": "葛\u{e0102}城　健一",
              "resident_record_code": "23057188464", "individual_number": "983205673214" },
            { "resident_kind": "1", "family_name": "葛\u{e0102}城", "given_name": "陽菜", "name_kana": "カツラギ　ヒナ",
              "birth_date": "R5.6.10", "sex": "2", "relation": "子", "domicile_prefecture": "架空県",
              "domicile_municipality": "みなと郡台帳町", "domicile_town": "本町１番地", "register_head": "葛\u{e0102}城　健一",
              "resident_record_code": "40000000010" }
        ],
        "town": "本町", "town_code": "0001001", "lot": "１２番地３", "postcode": "000-0001",
        "prev_prefecture": "別県", "prev_municipality": "隣市", "prev_town": "中央", "prev_lot": "４番地", "prev_head_name": "葛\u{e0102}城　健一",
    })
}

/// The places of a new town: those of the configuration the program carries.
fn default_places() -> Vec<String> {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app/daicho.toml")).unwrap();
    let places = text.split("\n[places]\n").nth(1).unwrap().split("\n\n").next().unwrap();
    places.lines().map(|line| line.split(" = ").next().unwrap().to_owned()).collect()
}
