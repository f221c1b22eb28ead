//! A demonstration town: synthetic people, every system and link at work, simulated receivers at the other end.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use domain::{AddresseeNo, HouseholdNo, MovementReason, ResidentKind, ResidentRecordCode};
use jiff::Timestamp;
use office::{LinkWorker, Office, Rights, Turn};
use register::{Actor, Cause, CommitError, Draft, Fault, Journal, Position, Write};
use resident_register::load;
use resident_register::records::{Household, Person};
use town::{Municipality, Options, Town};

use crate::config::{Config, DEFAULT_FILE};
use crate::house::{House, Outside, ensure_key, open};
use crate::progress::say;
use crate::standards::write_out;

/// The password of all users of a demonstration; they are printed at every start and exist nowhere else.
pub const PASSWORD: &str = "minato-2026";

/// The file that says that a folder's town is a demonstration and holds nobody real.
const MARK: &str = "demo-town.mark";

/// The user who is made last: with them the demonstration is complete.
const LAST_USER: &str = "kanri";

/// Unused codes the pool of a demonstration starts with.
const POOL_CODES: usize = 2_000;

/// Versions gathered into one change of the first load.
const LOAD_VERSIONS: usize = 1_000;

/// Changes committed in one transaction of the first load.
const LOAD_CHANGES: usize = 10;

/// Steps of the draw of pool codes: a large odd number walks all ten-digit numbers without repeating.
const CODE_STEP: u64 = 7_368_787_009;

/// A user of the demonstration: id, name, department, rights.
type DemoUser = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// The users of the demonstration.
pub const USERS: &[DemoUser] = &[
    // Where a protected person lives, and whether one gets a certificate, is not for everybody at the counter.
    (
        "madoguchi",
        "窓口　花子",
        "町民生活課",
        &[
            "resident-register/*",
            "!resident-register/protected-person",
            "!resident-register/support-release",
            "!resident-register/notice-numbers",
            "!resident-register/number-answer",
            "addressee/*",
        ],
    ),
    (
        "shinsa",
        "審査　次郎",
        "町民生活課",
        &[
            "resident-register/*",
            "!resident-register/notice-numbers",
            "!resident-register/number-answer",
            "addressee/*",
            "office/euc",
            "euc/resident-register/*",
        ],
    ),
    ("jidou", "児童　三奈", "福祉課", &["child-allowance/*", "addressee/*", "office/inquiry"]),
    ("senkyo", "選挙　四郎", "選挙管理委員会", &["electoral-roll/*", "addressee/*"]),
    (
        "zeimu",
        "税務　四季",
        "税務課",
        &[
            "light-vehicle-tax/*",
            "tax-collection/*",
            "addressee/*",
            "office/inquiry",
            "office/euc",
            "euc/light-vehicle-tax/*",
            "euc/tax-collection/*",
            "euc/addressee/*",
        ],
    ),
    (
        "shinsei",
        "申請　七緒",
        "町民生活課",
        &["application-management/*", "addressee/*", "resident-register/application-list", "office/inquiry"],
    ),
    ("bango", "番号　八雲", "総務課", &["integrated-addressee/*", "addressee/*", "office/inquiry"]),
    (
        "unyo",
        "運用　五月",
        "情報政策課",
        &["office/links", "office/inquiry", "office/history", "office/audit", "media-register/*"],
    ),
    ("kanri", "管理　六実", "情報政策課", &["*"]),
];

/// What a demonstration is asked for.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The folder it lives in.
    pub folder: PathBuf,
    /// How many residents.
    pub residents: usize,
    /// The same seed gives the same town.
    pub seed: u64,
    /// Start anew even when the folder holds a town.
    pub fresh: bool,
}

/// The lines that tell who may log in.
pub fn notices() -> Vec<String> {
    let mut lines = vec![format!("これはデモです。人物・住所はすべて架空です。パスワードは全員 {PASSWORD}")];
    lines.extend(USERS.iter().map(|(id, name, department, _)| format!("{id}（{department} {name}）")));
    lines
}

/// Makes the town's folder and opens it; a folder that holds a demonstration already goes on where it stopped, and one
/// whose making was interrupted is made anew.
///
/// # Errors
/// When the folder cannot be written, or holds something that is not a demonstration.
pub fn make(demo: &Demo, outside: Outside) -> anyhow::Result<(Config, House)> {
    let config_path = demo.folder.join("daicho.toml");
    // Synthetic people must not get among real ones, and no real town may be cleared away by a slip of the folder.
    if config_path.exists() && !demo.folder.join(MARK).exists() {
        bail!(
            "{} はデモの町ではないので、使いません。ほかのフォルダを指定してください",
            demo.folder.display()
        );
    }
    if demo.fresh && demo.folder.exists() {
        if !config_path.exists() {
            bail!("{} は台帳のフォルダではないので、消しません", demo.folder.display());
        }
        clear(&demo.folder)?;
    }
    let mut house = begin(demo, &config_path, outside.clone())?;
    if house.1.office.user(LAST_USER)?.is_none() && house.1.office.journal().head()? != Position(0) {
        say(&format!("{} の町は作りかけなので、作り直します", demo.folder.display()));
        drop(house);
        clear(&demo.folder)?;
        house = begin(demo, &config_path, outside.clone())?;
    }
    let (config, house) = house;
    if house.office.user(LAST_USER)?.is_none() {
        say(&format!("架空の町をつくっています（{}人、種 {}）", demo.residents, demo.seed));
        populate(&house.office, demo, outside.clock.now())?;
        for (id, name, department, rights) in USERS {
            let rights = Rights(rights.iter().map(|right| (*right).to_owned()).collect());
            house.office.add_user(id, name, department, rights, PASSWORD)?;
        }
    } else {
        say(&format!("{} の町を続けます（新しく始めるには --fresh）", demo.folder.display()));
    }
    Ok((config, house))
}

/// Opens the folder's town, with everything that is not there yet made.
fn begin(demo: &Demo, config_path: &Path, outside: Outside) -> anyhow::Result<(Config, House)> {
    if !config_path.exists() {
        fs::create_dir_all(&demo.folder)
            .with_context(|| format!("{} を作れません", demo.folder.display()))?;
        // What lay there before would be cleared away with the demonstration one day.
        let others = fs::read_dir(&demo.folder)?.filter_map(Result::ok);
        if others.map(|entry| entry.file_name()).any(|name| name != MARK) {
            bail!("{} は空ではありません。ほかのフォルダを指定してください", demo.folder.display());
        }
        let mark = demo.folder.join(MARK);
        fs::write(&mark, "").with_context(|| format!("{}に書けません", mark.display()))?;
    }
    init(&demo.folder, true)?;
    let config = Config::read(config_path)?;
    let house = open(&config, outside)?;
    Ok((config, house))
}

fn clear(folder: &Path) -> anyhow::Result<()> {
    fs::remove_dir_all(folder).with_context(|| format!("{} を消せません", folder.display()))
}

/// Lets the links inside the house take the town in, all at once, and says how many rows each took.
///
/// # Errors
/// When the journal does not answer.
pub fn settle(office: &Office) -> anyhow::Result<()> {
    let inside = office
        .links()
        .all()
        .iter()
        .filter(|running| matches!(running.link.delivery, catalog::Delivery::InProcess { .. }));
    std::thread::scope(|scope| {
        let links: Vec<_> =
            inside.map(|running| (running, scope.spawn(|| take_in(office, &running.link.id)))).collect();
        for (running, link) in links {
            let rows =
                link.join().unwrap_or_else(|_| Err(Fault::because("the link's thread ended in a panic")))?;
            say(&format!("連携: {} {rows}件", running.link.title));
        }
        anyhow::Ok(())
    })?;
    office.warm_up()?;
    Ok(())
}

/// Works one link until nothing is owed; tells the rows it carried since the town began.
fn take_in(office: &Office, id: &str) -> Result<u64, Fault> {
    let worker = LinkWorker::new(office);
    while worker.turn(id)? == Turn::Worked {}
    Ok(office.deliveries(id, None, usize::MAX)?.iter().map(|delivery| delivery.rows).sum())
}

/// The configuration of a new town with a simulated receiver at the other end of every place that something is sent to.
pub fn with_receivers() -> String {
    const PLACES: [&str; 16] = [
        "welfare-suite",
        "tax-suite",
        "juki-net",
        "immigration-services",
        "convenience-store",
        "financial-institutions",
        "multi-payment-network",
        "financial-accounting",
        "intermediate-server",
        "eltax",
        "eltax-common-payment",
        "light-vehicle-jnks",
        "light-vehicle-oss",
        "delinquency-management",
        "school-lunch-fee",
        "number-linkage-server",
    ];
    DEFAULT_FILE
        .replace("receivers = []", &format!("receivers = {PLACES:?}"))
        .replace("faults = false", "faults = true")
}

/// Makes the folder of a new town: configuration, standards, key.
///
/// # Errors
/// When it cannot be written. Files that are there stay.
pub fn init(folder: &Path, with_simulators: bool) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} を作れません", folder.display()))?;
    let path = folder.join("daicho.toml");
    if !path.exists() {
        let text = if with_simulators { with_receivers() } else { DEFAULT_FILE.to_owned() };
        fs::write(&path, text).with_context(|| format!("{}に書けません", path.display()))?;
    }
    write_out(folder)?;
    ensure_key(&folder.join("daicho.key"))
}

/// Fills the registers with synthetic people.
pub(crate) fn populate(office: &Office, demo: &Demo, now: Timestamp) -> anyhow::Result<()> {
    let today = linkage::local(now).date();
    let options =
        Options { residents: demo.residents, seed: demo.seed, today, municipality: Municipality::default() };
    let town = Town::generate(options);
    let mut serials = load::Serials::default();
    let mut used = HashSet::new();
    let mut batch = Batch::new(office.journal(), now);
    let mut next = load::Serials::default();
    for household in town.households() {
        let (household, members) = register_household(&household, &mut next)?;
        for member in &members {
            used.extend(member.resident_record_code.map(|code| code.expose().to_owned()));
        }
        batch.add(load::household(&household, members, &mut serials)?)?;
    }
    batch.add(load::counters(serials)?)?;
    batch.add(load::code_pool(pool_codes(demo.seed, &used))?)?;
    batch.finish()
}

/// Codes nobody of the town has.
fn pool_codes(seed: u64, used: &HashSet<String>) -> Vec<ResidentRecordCode> {
    let mut codes = Vec::with_capacity(POOL_CODES);
    let mut number = seed;
    while codes.len() < POOL_CODES {
        number = number.wrapping_add(CODE_STEP);
        if let Ok(code) = ResidentRecordCode::from_first_ten(number % 10_000_000_000)
            && !used.contains(code.expose())
        {
            codes.push(code);
        }
    }
    codes
}

/// Gathers writes into changes and changes into transactions.
struct Batch<'a> {
    journal: &'a dyn Journal,
    now: Timestamp,
    writes: Vec<Write>,
    drafts: Vec<Draft>,
}

impl<'a> Batch<'a> {
    fn new(journal: &'a dyn Journal, now: Timestamp) -> Self {
        Self { journal, now, writes: Vec::new(), drafts: Vec::new() }
    }

    fn add(&mut self, writes: Vec<Write>) -> Result<(), CommitError> {
        self.writes.extend(writes);
        if LOAD_VERSIONS <= self.writes.len() {
            self.close_change();
        }
        if LOAD_CHANGES <= self.drafts.len() {
            self.journal.commit_all(std::mem::take(&mut self.drafts))?;
        }
        Ok(())
    }

    fn close_change(&mut self) {
        let actor = Actor::Program("load".to_owned());
        let mut draft = Draft::new("resident-register", "resident-register/load", actor, self.now);
        draft.reason = "初期移行".to_owned();
        draft.cause = Cause::Load;
        draft.writes = std::mem::take(&mut self.writes);
        self.drafts.push(draft);
    }

    fn finish(mut self) -> anyhow::Result<()> {
        self.close_change();
        self.journal.commit_all(self.drafts)?;
        Ok(())
    }
}

/// One synthetic household as the register holds it.
fn register_household(
    made: &town::Household,
    next: &mut load::Serials,
) -> anyhow::Result<(Household, Vec<Person>)> {
    next.household_no += 1;
    let household_no = HouseholdNo::from_serial(next.household_no)?;
    let mut members = Vec::with_capacity(made.members.len());
    for resident in &made.members {
        next.addressee_no += 1;
        members.push(register_person(
            resident,
            made,
            AddresseeNo::from_serial(next.addressee_no)?,
            household_no,
        ));
    }
    let household = Household {
        household_no,
        head: members.first().filter(|_| made.head().is_some()).map(|head| head.addressee_no),
        members: members.iter().map(|member| member.addressee_no).collect(),
        address: made.address.clone(),
        formed_on: made.formed_on,
    };
    Ok((household, members))
}

fn register_person(
    resident: &town::Resident,
    household: &town::Household,
    addressee_no: AddresseeNo,
    household_no: HouseholdNo,
) -> Person {
    let mut person = Person::new(addressee_no, household_no, resident.birth, resident.sex);
    person.name = resident.name();
    person.name_kana = resident.kana();
    person.relation = resident.relation.clone();
    person.address = household.address.clone();
    person.addr_since = Some(resident.addr_since);
    person.moved_in_notified_on = Some(resident.notified_on);
    person.prev_address.clone_from(&resident.moved_in_from);
    person.resident_record_code = Some(resident.resident_record_code);
    person.individual_number = Some(resident.individual_number);
    person.movement_reason =
        if resident.moved_in_from.is_some() { MovementReason::MoveInDomestic } else { MovementReason::Birth };
    person.event_date = Some(resident.resident_since);
    person.notified_on = Some(resident.notified_on);
    person.processed_on = resident.notified_on;
    match &resident.foreign {
        None => {
            person.resident_kind = ResidentKind::Japanese;
            person.family_name.clone_from(&resident.family_name);
            person.given_name.clone_from(&resident.given_name);
            person.resident_since = Some(resident.resident_since);
            person.registered_domicile.clone_from(&resident.registered_domicile);
            person.register_head = resident.register_head.clone().unwrap_or_default();
            person.former_family_name = resident.former_family_name.clone().unwrap_or_default();
            person.former_family_kana = resident.former_family_kana.clone().unwrap_or_default();
            // Since 2026-05-26 readings stand in the family register; the town has taken them over.
            person.kana_attested = !person.name_kana.is_empty();
            person.former_kana_attested = !person.former_family_kana.is_empty();
        }
        Some(foreign) => {
            person.resident_kind = ResidentKind::Foreign;
            person.movement_reason = MovementReason::MoveInOverseas;
            person.foreign_resident_since = Some(resident.resident_since);
            person.name_roman = resident.name_roman.clone().unwrap_or_default();
            person.name_kanji = resident.name_kanji.clone().unwrap_or_default();
            person.alias_name = resident.alias.clone().unwrap_or_default();
            person.alias_kana = resident.alias_kana.clone().unwrap_or_default();
            person.nationality_code.clone_from(&foreign.nationality_code);
            person.nationality.clone_from(&foreign.nationality);
            person.art30_45_class = Some(foreign.art30_45_class);
            person.status_of_residence.clone_from(&foreign.status_of_residence);
            person.stay_period = foreign.stay_months.map(stay_label).unwrap_or_default();
            person.stay_expires_on = foreign.stay_expires_on;
            person.residence_card_no = foreign.card_no.clone().unwrap_or_default();
        }
    }
    person
}

/// 在留期間 as cards print it.
fn stay_label(months: u16) -> String {
    match (months / 12, months % 12) {
        (0, months) => format!("{months}月"),
        (years, 0) => format!("{years}年"),
        (years, months) => format!("{years}年{months}月"),
    }
}
