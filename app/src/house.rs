//! Composition: the systems of this program over one journal, with the links and places of one town.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use catalog::{DerivedDataset, DerivedItem, FunctionTable, ItemKind, Problem};
use counterparts::{FolderReceiver, IntermediateServer, Sender};
use domain::BusinessCalendar;
use layout::Plan;
use office::{Clock, Entropy, LinkSources, ListFile, Office, OfficeParts, Ready, SystemClock, SystemEntropy};
use register::Kind;
use serde_json::json;
use stand_in::{Offer, OfferItem};
use store::VaultKey;
use system::{ItemType, System};
use transport::{Folder, write_durably};
use web::{Partners, SingleSignOn};

use crate::config::Config;
use crate::journal::Place;
use crate::output::make_private;
use crate::{lists, packings, places, places_relay, sign_on, standards, tables};

/// The systems of this program; the stand-in with what it offers.
pub fn systems(offers: &[Offer]) -> Vec<System> {
    vec![
        resident_register::system(),
        addressee::system(),
        application_management::system(),
        child_allowance::system(),
        electoral_roll::system(),
        integrated_addressee::system(),
        light_vehicle_tax::system(),
        tax_collection::system(),
        stand_in::system(offers),
        // Not of the municipality's systems but of this house: what it hands out on media.
        media::system(),
    ]
}

/// The kinds of a town: those of the program, and those its stand-in offers.
///
/// # Errors
/// When a file of the stand-in does not read.
pub(crate) fn kinds(config: &Config) -> anyhow::Result<Vec<&'static Kind>> {
    Ok(Office::kinds(&systems(&offers(config)?)))
}

/// What the stand-in of a town offers. A file that does not read stops the start: a register whose shape is not known
/// cannot be opened.
///
/// # Errors
/// When the folder or a file does not read.
fn offers(config: &Config) -> anyhow::Result<Vec<Offer>> {
    let Some(folder) = &config.links.stand_ins else { return Ok(Vec::new()) };
    let mut offers = Vec::new();
    for file in files(&config.at(folder), &["toml"])? {
        let offered = DerivedDataset::parse(&file.text, &file.name)
            .map_err(|problem| anyhow::anyhow!("代役の定義が読めません: {problem}"))?;
        offers.push(offer(&offered));
    }
    Ok(offers)
}

/// A derived dataset as the stand-in offers it.
pub(crate) fn offer(offered: &DerivedDataset) -> Offer {
    let item = |item: &DerivedItem| OfferItem {
        name: item.name.clone(),
        title: item.title.clone(),
        holds: match item.kind {
            ItemKind::Text => ItemType::Text,
            ItemKind::Code => ItemType::Code,
            ItemKind::Date => ItemType::Date,
            ItemKind::Number | ItemKind::Yen => ItemType::Number,
        },
    };
    Offer {
        id: offered.id.clone(),
        title: offered.title.clone(),
        subject: offered.subject.clone(),
        items: offered.items.iter().map(item).collect(),
    }
}

/// An opened town.
pub struct House {
    /// The office.
    pub office: Arc<Office>,
    /// Simulated receivers the configuration asks for.
    pub receivers: Vec<FolderReceiver>,
    /// 模擬中間サーバー, where the configuration asks for a receiver at its place.
    pub server: Option<IntermediateServer>,
    /// Systems of others that push and fetch deliveries.
    pub partners: Partners,
    /// The town's own provider of logins.
    pub sso: Option<SingleSignOn>,
    /// How many days kept bytes of deliveries stay; for ever without it.
    pub keep_days: Option<u32>,
}

/// Where time and chance come from; given so that tests can set them.
#[derive(Clone)]
pub struct Outside {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
}

impl Default for Outside {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
    }
}

/// Most threads that help to write a full extract. Each reads by a connection of its own, and one thread scans for all.
const HELPERS_MAX: usize = 8;

/// How many threads help to write a full extract: as many as there are cores, none where there is one.
fn helpers() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if cores < 2 { 0 } else { cores.min(HELPERS_MAX) }
}

/// Opens the town a configuration describes.
///
/// # Errors
/// When the database or key cannot be opened, a list or table is missing, or the composition is broken. A broken link,
/// layout or place is no error: it shows on the monitor.
pub fn open(config: &Config, outside: Outside) -> anyhow::Result<House> {
    let systems = systems(&offers(config)?);
    let keys = crate::keys::ring(config)?;
    let journal = Place::configured(config)?.open(&Office::kinds(&systems), keys)?;
    let municipality = &config.municipality;
    let functions = FunctionTable::parse("unit_functions.tsv", &read(config, &config.standards.functions)?);
    let holidays = read(config, &config.standards.holidays)?;
    let calendar = BusinessCalendar::from_tsv(&holidays).context("休日の表が読めません")?;
    let office = Office::open(OfficeParts {
        journal,
        systems,
        clock: outside.clock,
        entropy: outside.entropy,
        municipality: json!({
            "code": municipality.code,
            "prefecture": municipality.prefecture,
            "name": municipality.name,
            "attester_title": municipality.attester_title,
            "attester_name": municipality.attester_name,
            "specimen": municipality.specimen,
            "seal_note": municipality.seal_note,
            "issue_place": municipality.issue_place,
            "printer": municipality.printer,
            "convenience_company": municipality.convenience_company,
            "batch_part_max": municipality.batch_part_max,
            "transfer_client_code": municipality.transfer_client_code,
            "transfer_client_name": municipality.transfer_client_name,
            "transfer_clients": municipality.transfer_clients,
            "overflow_print": municipality.overflow_print,
            "contact": municipality.contact,
            "input_place": municipality.input_place,
            "desks": municipality.desks,
            "districts": crate::town_tables::districts(config)?,
            "lots": crate::town_tables::lots(config)?,
        }),
        sources: sources(config)?,
        functions,
        calendar,
        evidence: config.at(&config.links.evidence),
        helpers: helpers(),
        login_tries_max: config.server.login_tries_max,
        user_policy: config.users.clone(),
        audit_policy: config.audit.policy(),
    })?;
    let (receivers, server) = receivers(config, &office)?;
    let partners = places_relay::partners(config)?;
    let sso = sign_on::provider(config)?;
    Ok(House {
        office: Arc::new(office),
        receivers,
        server,
        partners,
        sso,
        keep_days: config.links.keep_days,
    })
}

/// Makes the key file of a new town, readable by the program's user alone from its first byte.
///
/// # Errors
/// When it cannot be written. An existing key is kept: without it the numbers cannot be read again.
pub fn ensure_key(path: &Path) -> anyhow::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let key = VaultKey::generate().context("鍵を作れません")?;
    // Whole and on the disk before anything is sealed with it: a key that a power cut takes is never found again.
    write_durably(path, |file| {
        make_private(file)?;
        writeln!(file, "{}", key.to_hex())
    })
    .with_context(|| format!("{}に書けません", path.display()))
}

/// The words of linkage lists: the town's, or those the program carries.
pub(crate) fn vocabulary(config: &Config) -> anyhow::Result<String> {
    match &config.standards.vocabulary {
        Some(path) => read(config, path),
        None => Ok(standards::text("lists/vocabulary.tsv").to_owned()),
    }
}

/// The text of a file a configuration names.
pub(crate) fn read(config: &Config, path: &Path) -> anyhow::Result<String> {
    let path = config.at(path);
    fs::read_to_string(&path).with_context(|| format!("{} が読めません", path.display()))
}

/// The links, layouts and lists of a town as texts.
///
/// # Errors
/// When a list or folder the configuration names cannot be read.
pub fn sources(config: &Config) -> anyhow::Result<LinkSources> {
    let mut sources = LinkSources {
        lists: Vec::new(),
        workbooks: Vec::new(),
        unread: Vec::new(),
        vocabulary: vocabulary(config)?,
        systems: read(config, &config.standards.systems)?,
        charset_words: read(config, &config.standards.charset_words)?,
        links: files(&config.at(&config.links.folder), &["toml"])?,
        layouts: files(&config.at(&config.links.layouts), &["toml", "tsv"])?,
        tables: tables::load(
            tables::folder(None, config.links.tables.as_ref().map(|folder| config.at(folder))).as_deref(),
        )?,
        places: places::all(config),
        packings: packings::all(config),
    };
    for path in &config.standards.lists {
        // One list that does not read must not keep the town from opening; the page of lists says which.
        match lists::read(&config.at(path)) {
            Ok(list) => list.add_to(&mut sources),
            Err(error) => sources.unread.push(Problem::of_file(&file_name(path), format!("{error:#}"))),
        }
    }
    Ok(sources)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The files of a folder with one of these endings.
fn files(folder: &Path, endings: &[&str]) -> anyhow::Result<Vec<ListFile>> {
    let mut files = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("フォルダ {} が読めません", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending))
        {
            let text =
                fs::read_to_string(&path).with_context(|| format!("{} が読めません", path.display()))?;
            files.push(ListFile { name: file_name(&path), text });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// The place of 中間サーバー, and the links by which it answers.
const SERVER_PLACE: &str = "intermediate-server";
const SERVER_RESULTS: &str = "results-from-intermediate-server";
const SERVER_ANSWERS: &str = "information-answers-from-intermediate-server";
const SERVER_SIGNS: &str = "sign-requests-from-intermediate-server";

/// Simulated receivers at the places the configuration names, with the layouts of the links that send there; 中間サーバー is one that answers.
fn receivers(
    config: &Config,
    office: &Office,
) -> anyhow::Result<(Vec<FolderReceiver>, Option<IntermediateServer>)> {
    let (mut receivers, mut server) = (Vec::new(), None);
    for place in &config.simulators.receivers {
        let Some(root) = config.folder_place(place) else {
            bail!("[simulators] receivers の「{place}」は [places] のフォルダにありません");
        };
        let mut plans: BTreeMap<String, Plan> = BTreeMap::new();
        for running in office.links().all() {
            if let Ok(Ready::Outward { plan, .. }) = &running.ready
                && running.link.place() == Some(place)
            {
                plans.insert(running.link.id.clone(), (**plan).clone());
            }
        }
        let folder = Folder::at(root);
        if place == SERVER_PLACE
            && let Some(results) = sender(office, &folder, SERVER_RESULTS)?
            && let Some(answers) = sender(office, &folder, SERVER_ANSWERS)?
        {
            let signs = sender(office, &folder, SERVER_SIGNS)?;
            let made = IntermediateServer::new(folder, plans, results, answers);
            server = Some(made.asking_for_signs(signs));
        } else {
            receivers.push(FolderReceiver::new(folder, plans));
        }
    }
    Ok((receivers, server))
}

/// A simulated sender that goes on behind what it has put and what was taken; none where the town has no such link.
fn sender(office: &Office, folder: &Folder, link: &str) -> anyhow::Result<Option<Sender>> {
    let Some(running) = office.links().get(link) else { return Ok(None) };
    let Ok(Ready::Inward(inward)) = &running.ready else { return Ok(None) };
    let place = folder.other_side();
    let taken = office.deliveries(link, None, 1)?.first().map_or(0, |delivery| delivery.no);
    let put = std::fs::read_dir(place.out()).into_iter().flatten().filter_map(Result::ok);
    // A file without its completion file was not put: whoever was stopped there puts that number again.
    let number_of = |name: String| {
        let digits = name.strip_prefix(&inward.file_prefix)?.strip_suffix(".dat.ctl")?.to_owned();
        digits.parse::<u64>().ok()
    };
    let put = put.filter_map(|entry| number_of(entry.file_name().to_string_lossy().into_owned())).max();
    let last = taken.max(put.unwrap_or(0));
    let (dataset, prefix) = (&running.link.dataset, &inward.file_prefix);
    let sender = Sender::new(Box::new(place), link, dataset, prefix, inward.plan.clone());
    Ok(Some(sender.going_on_with(last.saturating_add(1))))
}
