//! The house itself: what it is made of, and how it is opened.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use catalog::FunctionTable;
use domain::{BusinessCalendar, Date};
use jiff::Timestamp;
use register::{Actor, Draft, Fault, Journal, Kind, Write};
use serde_json::Value;
use system::{Function, System};

use crate::audit::AuditEntry;
use crate::clock::{Clock, Entropy};
use crate::index::TextIndex;
use crate::lanes::Helpers;
use crate::links::{LinkSources, Links};
use crate::policy::{AuditPolicy, UserPolicy};
use crate::strays::Tidy;
use crate::turns::Turns;
use crate::users::commit_fault;

/// Everything a town hall is composed of.
pub struct OfficeParts {
    /// The journal, opened with [`Office::kinds`] of the same systems.
    pub journal: Arc<dyn Journal>,
    /// The systems of this house.
    pub systems: Vec<System>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub entropy: Arc<dyn Entropy>,
    /// Facts of the municipality as JSON: `name`, `mayor`, `code`, `prefecture` …
    pub municipality: Value,
    /// Linkage lists, link files, layouts and places, as texts.
    pub sources: LinkSources,
    /// The function table.
    pub functions: FunctionTable,
    /// Business days.
    pub calendar: BusinessCalendar,
    /// Where the bytes of deliveries are kept.
    pub evidence: PathBuf,
    /// How many threads may help to write a full extract; without any it is written in one order of events, as a simulation
    /// needs it. The bytes are the same.
    pub helpers: usize,
    /// Wrong logins in a row that lock a user.
    pub login_tries_max: u32,
    /// What the town decides about passwords and the second factor.
    pub user_policy: UserPolicy,
    /// How the town reads its audit log.
    pub audit_policy: AuditPolicy,
}

/// A town hall: systems over one journal.
pub struct Office {
    journal: Arc<dyn Journal>,
    systems: Vec<System>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    municipality: Value,
    links: Links,
    functions: FunctionTable,
    calendar: BusinessCalendar,
    evidence: PathBuf,
    helpers: Helpers,
    index: TextIndex,
    tidy: Tidy,
    login_tries_max: u32,
    user_policy: UserPolicy,
    audit_policy: AuditPolicy,
    /// Held while users and groups are changed: a rule looks at all of them (the last administrator).
    staffing: Mutex<()>,
    /// Held while a login of a user is checked.
    logins: Turns,
    /// Held from the reading to the commit of what a link brings to a system: two that bring each what the other waits for (a number,
    /// and a copy that needs it) would pass each other unseen, as they write different records.
    intakes: Turns,
    /// Held while a file is brought: two at once would take one number, and one would lie over the other.
    bringing: Mutex<()>,
}

/// Why a house cannot be opened: a defect of its composition, or storage.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Two functions, datasets or intakes have one id, or an id does not begin with its system's.
    #[error("{0} is declared twice or outside its system")]
    Ambiguous(String),
    /// A function names a row the function table does not have.
    #[error("function {function} stands at {place}, which the function table does not have")]
    NoSuchPlace {
        /// The function.
        function: String,
        /// Where it says it stands.
        place: String,
    },
    /// Storage failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Office {
    /// The kinds a journal must be opened with for these systems.
    pub fn kinds(systems: &[System]) -> Vec<&'static Kind> {
        let own = [
            &crate::AUDIT,
            &crate::USER,
            &crate::GROUP,
            &crate::SECOND_FACTOR,
            &crate::SECURITY_KEY,
            &crate::REMEMBERED,
            &crate::CALL,
            &crate::EUC_QUERY,
            &crate::EUC_RUN,
            &linkage::LINK,
            &linkage::DELIVERY,
            &linkage::LANE,
        ];
        own.into_iter().chain(systems.iter().flat_map(|system| system.kinds.iter().copied())).collect()
    }

    /// Opens the house. A link that cannot run does not keep it closed; it shows on the monitor.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(parts: OfficeParts) -> Result<Self, OpenError> {
        check_ids(&parts.systems)?;
        check_places(&parts.systems, &parts.functions)?;
        let indexed = parts.systems.iter().flat_map(|system| system.indexed.iter().copied()).collect();
        let index = TextIndex::new(indexed);
        let links = Links::open(&parts.systems, parts.sources);
        Ok(Self {
            journal: parts.journal,
            systems: parts.systems,
            clock: parts.clock,
            entropy: parts.entropy,
            municipality: parts.municipality,
            links,
            functions: parts.functions,
            calendar: parts.calendar,
            evidence: parts.evidence,
            helpers: Helpers::new(parts.helpers),
            index,
            tidy: Tidy::default(),
            login_tries_max: parts.login_tries_max,
            user_policy: parts.user_policy,
            audit_policy: parts.audit_policy,
            staffing: Mutex::new(()),
            logins: Turns::default(),
            intakes: Turns::default(),
            bringing: Mutex::new(()),
        })
    }

    /// The journal. Reading is free; writing goes through functions and links.
    pub fn journal(&self) -> &dyn Journal {
        &*self.journal
    }

    /// The systems.
    pub fn systems(&self) -> &[System] {
        &self.systems
    }

    /// A system by id.
    pub fn system(&self, id: &str) -> Option<&System> {
        self.systems.iter().find(|system| system.id == id)
    }

    /// A function and its system by the function's id.
    pub fn function(&self, id: &str) -> Option<(&System, &Function)> {
        self.systems.iter().find_map(|system| {
            system.functions.iter().find(|function| function.id == id).map(|function| (system, function))
        })
    }

    /// The function table.
    pub fn function_table(&self) -> &FunctionTable {
        &self.functions
    }

    /// The links and lists.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// Facts of the municipality.
    pub fn municipality(&self) -> &Value {
        &self.municipality
    }

    /// Business days.
    pub fn calendar(&self) -> &BusinessCalendar {
        &self.calendar
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The day it is at the counter.
    pub fn today(&self) -> Date {
        linkage::local(self.clock.now()).date()
    }

    /// Brings the search index up to the journal, so that the first search of the day does not wait for it.
    ///
    /// # Errors
    /// When storage fails.
    pub fn warm_up(&self) -> Result<(), Fault> {
        self.index.catch_up(&*self.journal)
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    /// Threads that may help to write a full extract.
    pub(crate) fn helpers(&self) -> &Helpers {
        &self.helpers
    }

    pub(crate) fn tidy(&self) -> &Tidy {
        &self.tidy
    }

    pub(crate) fn index(&self) -> &TextIndex {
        &self.index
    }

    pub(crate) fn login_tries_max(&self) -> u32 {
        self.login_tries_max
    }

    /// What the town decides about passwords and the second factor.
    pub fn user_policy(&self) -> &UserPolicy {
        &self.user_policy
    }

    /// How the town reads its audit log.
    pub fn audit_policy(&self) -> &AuditPolicy {
        &self.audit_policy
    }

    /// Nobody else changes users or groups while this is held.
    pub(crate) fn staffing_lock(&self) -> MutexGuard<'_, ()> {
        self.staffing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose login is being checked.
    pub(crate) fn logins(&self) -> &Turns {
        &self.logins
    }

    /// The turns of the links that bring something to one system.
    pub(crate) fn intakes(&self) -> &Turns {
        &self.intakes
    }

    /// Held while a file is put where a link takes it from.
    pub(crate) fn bringing_lock(&self) -> MutexGuard<'_, ()> {
        self.bringing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The folder that keeps the bytes of a link's deliveries.
    pub(crate) fn evidence(&self, link: &str) -> PathBuf {
        self.evidence.join(link)
    }

    /// The folder that keeps the bytes of all deliveries.
    pub fn evidence_root(&self) -> &Path {
        &self.evidence
    }

    pub(crate) fn commit_audit(&self, entry: AuditEntry) -> Result<(), Fault> {
        let at: Timestamp = entry.at;
        let mut draft = Draft::new("office", entry.function.clone(), Actor::User(entry.user.clone()), at);
        draft.reason = entry.result.label().to_owned();
        draft.writes.push(Write::put(&entry, None)?);
        self.journal.commit(draft).map(drop).map_err(commit_fault)
    }
}

fn check_ids(systems: &[System]) -> Result<(), OpenError> {
    let mut seen = std::collections::BTreeSet::new();
    for system in systems {
        let ids = (system.functions.iter().map(|function| ("function", function.id)))
            .chain(system.datasets.iter().map(|dataset| ("dataset", dataset.id)))
            .chain(system.intakes.iter().map(|intake| ("intake", intake.id)))
            .chain(system.kinds.iter().map(|kind| ("kind", kind.id)));
        for (what, id) in ids {
            let inside = id.split_once('/').is_some_and(|(owner, _)| owner == system.id);
            if !inside || !seen.insert((what, id)) {
                return Err(OpenError::Ambiguous(format!("{what} {id}")));
            }
        }
    }
    Ok(())
}

fn check_places(systems: &[System], table: &FunctionTable) -> Result<(), OpenError> {
    for function in systems.iter().flat_map(|system| &system.functions) {
        let Some(place) = function.place else { continue };
        let found = table.find(place.unit, place.level2, place.level3);
        if !found.iter().any(|row| row.place.level1 == place.level1) {
            return Err(OpenError::NoSuchPlace {
                function: function.id.to_owned(),
                place: format!("{}/{}/{}/{}", place.unit, place.level1, place.level2, place.level3),
            });
        }
    }
    Ok(())
}
