//! A small town with the real systems, for tests.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use catalog::FunctionTable;
use counterparts::FolderReceiver;
use domain::{BusinessCalendar, ResidentRecordCode};
use jiff::{SignedDuration, Timestamp};
use office::{
    AUDIT, AuditEntry, AuditResult, Caller, Clock, LinkSources, LinkWorker, ListFile, Office, OfficeParts,
    Ran, Ready, RelyingParty, Rights, RunError, RunOptions, SystemEntropy, UserPolicy,
};
use register::{Actor, AsOf, Draft, Journal};
use serde_json::{Value, json};
use store_sqlite::Store;
use system::DocumentRequest;
use transport::Folder;
use web::{Desk, Partners, Printed, Printer};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// Where browsers reach the house.
pub(crate) const ORIGIN: &str = "https://daicho.town.example.lg.jp";

/// The password of every user.
pub(crate) const PASSWORD: &str = "daicho-tests";

/// Users: id, name, department, rights.
const USERS: &[(&str, &str, &str, &[&str])] = &[
    ("tanaka", "田中　窓子", "町民課", &["*"]),
    ("suzuki", "鈴木　審査", "町民課", &["*"]),
    ("reader", "佐藤　閲覧", "福祉課", &["addressee/*"]),
    ("extractor", "高橋　抽出", "企画課", &["office/euc", "euc/resident-register/*"]),
];

/// A clock that stands until it is moved.
pub(crate) struct SetClock(AtomicI64);

impl SetClock {
    pub(crate) fn pass(&self, time: SignedDuration) {
        self.0.fetch_add(i64::try_from(time.as_micros()).unwrap_or_default(), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.fetch_add(1, Ordering::SeqCst)).unwrap_or_default()
    }
}

/// A printer that makes an empty page and says so.
pub(crate) struct BlankPage;

impl Printer for BlankPage {
    fn print(&self, request: &DocumentRequest) -> Result<Printed, String> {
        let pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj \
                    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
        Ok(Printed {
            pdf: pdf.to_vec(),
            pages: 1,
            findings: vec![format!("{}: 見本の印刷です", request.title)],
        })
    }
}

/// The town.
pub(crate) struct House {
    pub(crate) office: Arc<Office>,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) folder: PathBuf,
    _dir: tempfile::TempDir,
}

fn standards(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../standards").join(folder)
}

fn files(folder: &str) -> Outcome<Vec<ListFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(standards(folder))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".toml") {
            files.push(ListFile { name, text: fs::read_to_string(&path)? });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn text(path: &str) -> Outcome<String> {
    Ok(fs::read_to_string(standards(path))?)
}

impl House {
    /// A town without residents, on 2026-11-20 at nine in the morning.
    pub(crate) fn new() -> Outcome<Self> {
        Self::with(|_| {})
    }

    /// The same with its link sources changed.
    pub(crate) fn with(change: impl FnOnce(&mut LinkSources)) -> Outcome<Self> {
        Self::under(UserPolicy::default(), change)
    }

    /// The same under a policy for users.
    pub(crate) fn of_policy(policy: UserPolicy) -> Outcome<Self> {
        Self::under(policy, |_| {})
    }

    fn under(user_policy: UserPolicy, change: impl FnOnce(&mut LinkSources)) -> Outcome<Self> {
        let dir = tempfile::tempdir()?;
        let folder = dir.path().to_path_buf();
        let start: Timestamp = "2026-11-20T09:00:00+09:00".parse()?;
        let clock = Arc::new(SetClock(AtomicI64::new(start.as_microsecond())));
        let systems = vec![
            resident_register::system(),
            addressee::system(),
            application_management::system(),
            integrated_addressee::system(),
            child_allowance::system(),
            electoral_roll::system(),
            light_vehicle_tax::system(),
            tax_collection::system(),
        ];
        let journal: Arc<dyn Journal> = Arc::new(Store::in_memory(&Office::kinds(&systems))?);
        let places = [
            "welfare-suite",
            "tax-suite",
            "juki-net",
            "immigration-services",
            "myna-portal",
            "number-linkage-server",
            "long-term-care-insurance",
            "late-stage-elderly-medical-care",
            "child-allowance",
            "convenience-store",
        ]
        .map(|place| (place.to_owned(), Ok(Folder::at(folder.join("places").join(place)).shared())))
        .into_iter()
        .collect();
        let mut lists = Vec::new();
        for name in ["city.tsv", "town_a.tsv", "kotoura_links.tsv", "unit_links.tsv"] {
            lists.push(ListFile { name: name.to_owned(), text: text(&format!("lists/{name}"))? });
        }
        let mut sources = LinkSources {
            lists,
            systems: text("lists/systems.tsv")?,
            charset_words: text("lists/charset_words.tsv")?,
            vocabulary: text("lists/vocabulary.tsv")?,
            workbooks: Vec::new(),
            unread: Vec::new(),
            links: files("links")?,
            layouts: files("layouts")?,
            tables: moji::Tables::built_in(),
            places,
            packings: Default::default(),
        };
        change(&mut sources);
        let office = Office::open(OfficeParts {
            journal,
            systems,
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            municipality: json!({
                "code": "477991", "prefecture": "架空県", "name": "みなと郡台帳町",
                "attester_title": "台帳町長", "attester_name": "見本　太郎", "specimen": true,
            }),
            sources,
            functions: FunctionTable::parse("unit_functions.tsv", &text("functions/unit_functions.tsv")?),
            calendar: BusinessCalendar::from_tsv(&text("calendar/holidays.tsv")?)?,
            evidence: folder.join("deliveries"),
            helpers: 0,
            login_tries_max: 5,
            user_policy,
            audit_policy: Default::default(),
        })?;
        let program = Actor::Program("tests".to_owned());
        let mut draft = Draft::new("resident-register", "resident-register/load", program, clock.now());
        let mut codes = Vec::new();
        for number in 1..=50 {
            codes.push(ResidentRecordCode::from_first_ten(4_000_000_000 + number * 7)?);
        }
        draft.writes = resident_register::load::town([], codes)?;
        office.journal().commit(draft)?;
        for (id, name, department, rights) in USERS {
            let rights = Rights(rights.iter().map(|right| (*right).to_owned()).collect());
            office.add_user(id, name, department, rights, PASSWORD)?;
        }
        Ok(Self { office: Arc::new(office), clock, folder, _dir: dir })
    }

    /// The same with one family, all links settled.
    pub(crate) fn with_family() -> Outcome<Self> {
        let house = Self::new()?;
        house.settle()?;
        // The suite answers the first full extract: the family's differences go on from it.
        house.receive("welfare-suite")?;
        house.settle()?;
        house.finalized("resident-register/move-in", &three_people())?;
        house.settle()?;
        Ok(house)
    }

    pub(crate) fn desk(&self) -> Desk {
        Desk {
            office: Arc::clone(&self.office),
            printer: Some(Arc::new(BlankPage)),
            notices: vec!["見本の利用者: tanaka".to_owned()],
            secure_cookies: false,
            partners: Partners::default(),
            tls: None,
            sso: None,
            keys: RelyingParty::at(ORIGIN).ok(),
        }
    }

    fn caller(user: &str) -> Caller {
        Caller { user: user.to_owned(), rights: Rights(vec!["*".to_owned()]), terminal: "窓口1".to_owned() }
    }

    /// Runs and confirms every alert, as a clerk who looked.
    pub(crate) fn run(&self, user: &str, function: &str, input: &Value) -> Outcome<Ran> {
        let caller = Self::caller(user);
        match self.office.run(&caller, function, input, &RunOptions::default()) {
            Ok(ran) => Ok(ran),
            Err(RunError::Refused(findings)) => {
                let confirmed = findings.iter().map(system::Finding::confirmation).collect();
                let options = RunOptions { confirmed, dry_run: false };
                self.office
                    .run(&caller, function, input, &options)
                    .map_err(|error| format!("{error}: {findings:?}").into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Enters a movement and makes it final; tells the key it opens.
    pub(crate) fn finalized(&self, function: &str, input: &Value) -> Outcome<String> {
        let provisional = self.run("tanaka", function, input)?.opens.unwrap_or_default();
        let input = json!({ "provisional_no": provisional });
        Ok(self.run("suzuki", "resident-register/finalize", &input)?.opens.unwrap_or_default())
    }

    /// The numbers of the persons a search finds.
    pub(crate) fn numbers(&self, q: &str) -> Outcome<Vec<String>> {
        let ran = self.run("tanaka", "resident-register/search", &json!({ "q": q }))?;
        Ok(ran.answer.map(|answer| answer.subjects).unwrap_or_default())
    }

    /// The audit log, the oldest entry first.
    pub(crate) fn entries(&self) -> Vec<AuditEntry> {
        let mut found = Vec::new();
        let view = self.office.journal().view(AsOf::default()).unwrap();
        view.scan(&AUDIT, None, &mut |stored| {
            found.push(stored.typed::<AuditEntry>()?.record);
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
        found
    }

    /// User and title of the logins in the audit log with a result.
    pub(crate) fn logins(&self, result: AuditResult) -> Vec<(String, String)> {
        let entries = self.entries().into_iter();
        let logins = entries.filter(|entry| entry.function == "office/login" && entry.result == result);
        logins.map(|entry| (entry.user, entry.title)).collect()
    }

    pub(crate) fn settle(&self) -> Outcome<()> {
        Ok(LinkWorker::new(&self.office).settle()?)
    }

    /// Lets the receiver of a place take in what lies there.
    pub(crate) fn receive(&self, place: &str) -> Outcome<()> {
        let path = self.folder.join("places").join(place);
        let mut plans = BTreeMap::new();
        for running in self.office.links().all() {
            if let Ok(Ready::Outward { plan, .. }) = &running.ready
                && running.link.place() == Some(place)
            {
                plans.insert(running.link.id.clone(), (**plan).clone());
            }
        }
        FolderReceiver::new(Folder::at(path), plans).turn()?;
        Ok(())
    }
}

fn member(family: &str, given: &str, kana: &str, birth: &str, sex: &str, relation: &str) -> Value {
    json!({
        "resident_kind": "1", "family_name": family, "given_name": given, "name_kana": kana, "birth_date": birth,
        "sex": sex, "relation": relation, "domicile_prefecture": "架空県", "domicile_municipality": "みなと郡台帳町",
        "domicile_town": "本町１番地", "register_head": format!("{family}　健一"),
    })
}

fn move_in(mut members: Vec<Value>, first_code: u64, town: &str, lot: &str) -> Value {
    for (member, number) in members.iter_mut().zip(first_code..) {
        let code = ResidentRecordCode::from_first_ten(number).map(|code| code.expose().to_owned());
        if let (Some(items), Ok(code)) = (member.as_object_mut(), code) {
            items.insert("resident_record_code".to_owned(), json!(code));
        }
    }
    json!({
        "move_in_kind": "01", "event_date": "R8.11.18", "notified_on": "R8.11.20",
        "notifier_name": "届出　人", "notifier_relation": "head", "members": members,
        "town": town, "lot": lot, "postcode": "000-0001",
        "prev_prefecture": "別県", "prev_municipality": "隣市", "prev_town": "中央", "prev_lot": "４番地",
        "prev_head_name": "世帯　主",
    })
}

/// A family of three with a name that no legacy code holds whole.
pub(crate) fn three_people() -> Value {
    move_in(
        vec![
            member("葛\u{e0102}城", "健一", "カツラギ　ケンイチ", "S60.4.1", "1", "世帯主"),
            member("葛\u{e0102}城", "𠮷乃", "カツラギ　ヨシノ", "S62.8.15", "2", "妻"),
            member("葛\u{e0102}城", "陽菜", "カツラギ　ヒナ", "R5.6.10", "2", "子"),
        ],
        3_000_000_001,
        "本町",
        "１２番地３",
    )
}

/// A couple.
pub(crate) fn couple() -> Value {
    move_in(
        vec![
            member("髙橋", "一郎", "タカハシ　イチロウ", "S30.1.8", "1", "世帯主"),
            member("髙橋", "ハナ", "タカハシ　ハナ", "S32.2.3", "2", "妻"),
        ],
        3_100_000_001,
        "港町",
        "４番地",
    )
}

/// One person, to be left waiting.
pub(crate) fn single() -> Value {
    move_in(
        vec![member("渡邉", "潮", "ワタナベ　ウシオ", "H11.11.11", "2", "世帯主")],
        3_200_000_001,
        "浜町",
        "７番地１　汐見荘２０１",
    )
}
