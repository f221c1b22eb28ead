//! EUC: staff take out what they need by a form – register, items, conditions – and see it, count it or take it as a file.
//!
//! What may be taken is what a system offers ([`system::Extract`]); whoever takes it needs `office/euc` and the right of the
//! extract. Of protected persons (支援措置) the address stays blank, before conditions are looked at, so that none can be
//! guessed by asking. Each use stands in the audit log, and each file with its conditions and its hash in a record of its own.
//!
//! Source: 住民記録システム標準仕様書 10.1, 10.2; 共通機能標準仕様書 (EUC機能).

mod condition;
mod file;
mod saved;
mod sift;

use domain::RegisterDate;
use register::{AsOf, Fault};
use serde::{Deserialize, Serialize};
use system::{Dataset, Extract, Finding, Item, System};

pub use condition::{Condition, Test};
pub use file::{FileForm, TakenFile, Unmappable};
pub use saved::{EUC_QUERY, EUC_RUN, EucQuery, EucRun};
pub use sift::Preview;

use crate::{AuditResult, Caller, Office, RunError};

/// The right to use EUC at all, and what the audit log calls its use.
pub const EUC: &str = "office/euc";
/// Its name.
pub const EUC_TITLE: &str = "データ抽出（EUC）";
/// The right to see what is withheld of protected persons.
pub const EUC_PROTECTED: &str = "office/euc-protected";

/// The right of one extract.
pub fn euc_right(dataset: &str) -> String {
    format!("euc/{dataset}")
}

/// What somebody wants: which dataset, which of its items, under which conditions (抽出条件).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EucAsk {
    /// The dataset.
    pub dataset: String,
    /// The items wanted, in the dataset's order; none means all.
    #[serde(default)]
    pub items: Vec<String>,
    /// All of them must hold.
    #[serde(default)]
    pub conditions: Vec<Condition>,
}

/// One extract somebody may take.
#[derive(Clone, Copy, Debug)]
pub struct Offered<'a> {
    /// The system that offers it.
    pub system: &'a System,
    /// Its dataset.
    pub dataset: &'a Dataset,
    /// What is kept back of it.
    pub extract: &'a Extract,
}

/// A checked question.
#[derive(Debug)]
struct Sieve<'a> {
    offered: Offered<'a>,
    /// Places of the wanted items.
    wanted: Vec<usize>,
    conditions: Vec<condition::Ready>,
    /// Places of the items that are kept back.
    withheld: Vec<usize>,
    /// Place of the item that names the person.
    person: Option<usize>,
}

impl Sieve<'_> {
    fn items(&self) -> impl Iterator<Item = &'static Item> {
        self.wanted.iter().filter_map(|place| self.offered.dataset.items.get(*place))
    }
}

impl Office {
    /// The extracts a user may take, in the order of the systems.
    pub fn extracts_of(&self, caller: &Caller) -> Vec<Offered<'_>> {
        let mut offered = Vec::new();
        for system in self.systems() {
            for extract in &system.extracts {
                let dataset = system.datasets.iter().find(|dataset| dataset.id == extract.dataset);
                // Whatever a system offers: a 個人番号 is seen one at a time, by a function of its own.
                let Some(dataset) = dataset.filter(|dataset| !dataset.is_confined()) else { continue };
                if caller.rights.allow(EUC) && caller.rights.allow(&euc_right(dataset.id)) {
                    offered.push(Offered { system, dataset, extract });
                }
            }
        }
        offered
    }

    /// The extract of a dataset, for who may take it. Whoever may not is told the same as of one that does not exist, and the
    /// audit log notes it.
    ///
    /// # Errors
    /// [`RunError::Denied`], storage.
    pub fn extract_of(&self, caller: &Caller, dataset: &str) -> Result<Offered<'_>, RunError> {
        let found = self.extracts_of(caller).into_iter().find(|offered| offered.dataset.id == dataset);
        match found {
            Some(offered) => Ok(offered),
            None => {
                self.commit_audit(self.named_entry(caller, EUC, EUC_TITLE, AuditResult::Denied))?;
                Err(RunError::Denied { title: format!("{EUC_TITLE}「{dataset}」") })
            }
        }
    }

    /// The first rows that fit and how many there are. The audit log notes it with those who are shown.
    ///
    /// # Errors
    /// [`RunError::Denied`]; [`RunError::Refused`] when items or conditions do not read; storage.
    pub fn euc_preview(&self, caller: &Caller, ask: &EucAsk) -> Result<Preview, RunError> {
        let sieve = self.sieve(caller, ask)?;
        let view = self.journal().view(AsOf::default())?;
        let mut shown = sift::Shown::default();
        let counted = sift::sift(&*view, &sieve, &mut |row| {
            shown.take(&sieve, row);
            Ok(())
        })?;
        let mut entry = self.named_entry(caller, EUC, EUC_TITLE, AuditResult::Done);
        entry.title = format!("{EUC_TITLE}　{}の件数と先頭", sieve.offered.dataset.title);
        entry.set_subjects(std::mem::take(&mut shown.persons));
        self.commit_audit(entry)?;
        Ok(Preview {
            titles: sieve.items().map(|item| item.title).collect(),
            numbers: sieve.items().map(|item| item.holds == system::ItemType::Number).collect(),
            rows: shown.rows,
            count: counted.rows,
            withheld: counted.withheld,
        })
    }

    /// Reads what was asked, or says what about it does not read.
    fn sieve(&self, caller: &Caller, ask: &EucAsk) -> Result<Sieve<'_>, RunError> {
        let offered = self.extract_of(caller, &ask.dataset)?;
        let items = offered.dataset.items;
        let place = |name: &str| items.iter().position(|item| item.name == name);
        let mut findings = Vec::new();
        let mut wanted = Vec::new();
        for name in &ask.items {
            match place(name) {
                Some(place) => wanted.push(place),
                None => findings.push(unknown_item(offered.dataset, name)),
            }
        }
        if ask.items.is_empty() {
            wanted.extend(0..items.len());
        }
        wanted.sort_unstable();
        wanted.dedup();
        let mut conditions = Vec::new();
        for condition in &ask.conditions {
            let Some((place, item)) =
                place(&condition.item).and_then(|place| Some((place, items.get(place)?)))
            else {
                findings.push(unknown_item(offered.dataset, &condition.item));
                continue;
            };
            match condition::ready(place, item, condition) {
                Ok(ready) => conditions.push(ready),
                Err(finding) => findings.push(*finding),
            }
        }
        if !findings.is_empty() {
            let mut entry = self.named_entry(caller, EUC, EUC_TITLE, AuditResult::Refused);
            entry.codes = findings.iter().map(|finding| finding.code.clone()).collect();
            self.commit_audit(entry)?;
            return Err(RunError::Refused(findings));
        }
        let sees_all = caller.rights.allow(EUC_PROTECTED);
        let withheld = if sees_all {
            Vec::new()
        } else {
            offered.extract.withheld.iter().filter_map(|name| place(name)).collect()
        };
        Ok(Sieve { offered, wanted, conditions, withheld, person: place(offered.extract.person) })
    }
}

fn unknown_item(dataset: &Dataset, name: &str) -> Finding {
    Finding::error(
        "EUC01",
        "item",
        name,
        format!("「{}」に項目「{name}」はありません。", dataset.title),
        "画面にある項目から選んでください。",
    )
}

/// The day a date item means, where the day is known.
fn known_day(text: &str) -> Option<domain::Date> {
    text.parse::<RegisterDate>().ok()?.known()
}

/// A fault of the operating system while a file is made.
fn io_fault(error: std::io::Error) -> Fault {
    Fault::new("a file of an extraction could not be written", error)
}
