//! Functions (機能): rows of the function table that decide.

use domain::Date;
use jiff::Timestamp;
use register::{Actor, Body, Fault, Kind, View, Write};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Finding, Form};

/// How a function is run (機能一覧 OL/BT).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// On a screen (OL).
    Online,
    /// As a batch (BT).
    Batch,
    /// Either (OL/BT).
    Both,
}

/// What a function does to its registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Looks only; the look is in the audit log.
    Reads,
    /// Changes records.
    Writes,
}

/// Where a function stands in the standard's function table (機能一覧).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Unit (ユニット), such as 住民基本台帳.
    pub unit: &'static str,
    /// Level 1, such as 異動（増加）.
    pub level1: &'static str,
    /// Level 2, such as 転入.
    pub level2: &'static str,
    /// Level 3; empty in most units.
    pub level3: &'static str,
}

/// One function (機能) of a system.
///
/// The permission to use it has the function's id: whoever may use `resident-register/move-in` holds that right.
#[derive(Clone, Debug)]
pub struct Function {
    /// `system/function`, lower-case ASCII with hyphens.
    pub id: &'static str,
    /// The Japanese name as the running screen shows it.
    pub title: &'static str,
    /// Its row of the function table; none for functions the table does not print.
    pub place: Option<Place>,
    /// How it is run.
    pub mode: Mode,
    /// What it does.
    pub effect: Effect,
    /// What it asks for.
    pub form: Form,
    /// Whether the menu lists it; functions started from another screen (本登録, 取消) are not listed.
    pub in_menu: bool,
    /// Decides. Pure: from registers, input and context to an outcome.
    pub decide: fn(&dyn View, &Input, &Context<'_>) -> Result<Outcome, Fault>,
}

/// An input that has passed its form: every value is in canonical spelling.
#[derive(Clone, Debug, Default)]
pub struct Input(pub Value);

impl Input {
    /// Reads the input as the function's own type.
    ///
    /// # Errors
    /// When form and type do not agree, which is a defect of the function, told as a fault.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        T::deserialize(&self.0)
            .map_err(|error| Fault::new("the form and the function's input type disagree", error))
    }

    /// A top-level text, empty when absent.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Everything a decision may know besides registers and input.
pub struct Context<'a> {
    /// The day it is at the counter.
    pub today: Date,
    /// The moment.
    pub now: Timestamp,
    /// Who acts.
    pub actor: Actor,
    /// Alerts the actor has confirmed, as [`Finding::confirmation`].
    pub confirmed: &'a [String],
    /// Random bits drawn by the shell for this decision.
    pub random: u64,
    /// Search by fragments of text.
    pub search: &'a dyn TextSearch,
    /// Facts of the municipality, such as its name and its mayor.
    pub municipality: &'a Value,
}

impl Context<'_> {
    /// A text fact of the municipality; empty when it is not set.
    pub fn municipality_text(&self, name: &str) -> &str {
        self.municipality.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// How many records a batch that works in parts takes in one part: as usual, or fewer where the municipality wants it so
    /// (一度に進める件数).
    pub fn part_max(&self, usual: usize) -> usize {
        let set = self.municipality.get("batch_part_max").and_then(Value::as_u64).unwrap_or(0);
        usize::try_from(set).ok().filter(|set| 0 < *set).map_or(usual, |set| set.min(usual))
    }
}

/// A question to the in-memory text index of one kind.
#[derive(Clone, Debug, Default)]
pub struct TextQuery<'a> {
    /// The kind's id.
    pub kind: &'a str,
    /// Terms that must all be found, each as (field, folded fragment); an empty field name searches
    /// [`IndexedKind::anywhere`].
    pub terms: Vec<(&'a str, String)>,
    /// Whether a term may also stand in the field that keeps what its own field held in earlier versions.
    pub past: bool,
    /// Ranges the first line of a field must lie in, each as (field, from, to), both included, in the order of the texts.
    pub ranges: Vec<(&'a str, String, String)>,
    /// At most so many hits.
    pub limit: usize,
}

/// One record that fits a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextHit {
    /// The record's key.
    pub key: String,
}

/// Search by any fragment, complete at any time: kept current from the feed.
pub trait TextSearch {
    /// The records that hold all fragments, in key order, and whether there are more than the limit.
    fn find(&self, query: &TextQuery<'_>) -> (Vec<TextHit>, bool);
}

/// No index: finds nothing. For functions that never search.
impl TextSearch for () {
    fn find(&self, _query: &TextQuery<'_>) -> (Vec<TextHit>, bool) {
        (Vec::new(), false)
    }
}

/// A kind searched by fragments of text.
#[derive(Clone, Copy, Debug)]
pub struct IndexedKind {
    /// The kind.
    pub kind: &'static Kind,
    /// Field names, in the order `texts` yields them.
    pub fields: &'static [&'static str],
    /// The folded texts of a body, one per field that the newest version alone decides: those in `past` come last and are
    /// not among them.
    pub texts: fn(&Body) -> Result<Vec<String>, Fault>,
    /// Fields that keep what another one held in earlier versions and holds no more, as (field that is kept, field that
    /// keeps it), in the order they stand at the end of `fields`.
    pub past: &'static [(&'static str, &'static str)],
    /// The fields that a term without a field is looked for in.
    pub anywhere: &'static [&'static str],
}

impl IndexedKind {
    /// The places in `fields` where a term on a field, or on none, may stand.
    pub fn places(&self, field: &str, past: bool) -> Vec<usize> {
        let named: Vec<&str> = if field.is_empty() { self.anywhere.to_vec() } else { vec![field] };
        let kept =
            self.past.iter().filter(|(field, _)| past && named.contains(field)).map(|(_, keeper)| *keeper);
        let wanted: Vec<&str> = named.iter().copied().chain(kept).collect();
        (0..self.fields.len())
            .filter(|at| self.fields.get(*at).is_some_and(|field| wanted.contains(field)))
            .collect()
    }

    /// Whether the texts of a record answer a query; what an index does for many at once.
    pub fn fits(&self, query: &TextQuery<'_>, texts: &[String]) -> bool {
        let text = |at: &usize| texts.get(*at).map_or("", String::as_str);
        let terms = query.terms.iter().all(|(field, fragment)| {
            self.places(field, query.past).iter().any(|at| text(at).contains(fragment.as_str()))
        });
        terms
            && query.ranges.iter().all(|(field, from, to)| {
                self.places(field, false).iter().any(|at| {
                    let line = text(at).lines().next().unwrap_or_default();
                    !line.is_empty() && from.as_str() <= line && line <= to.as_str()
                })
            })
    }

    /// The texts of a record from its versions, oldest first: of the newest its own, and what earlier ones held.
    ///
    /// # Errors
    /// When a body does not read.
    pub fn texts_over<'b>(&self, versions: impl IntoIterator<Item = &'b Body>) -> Result<Vec<String>, Fault> {
        let mut texts: Vec<String> = Vec::new();
        for body in versions {
            texts = self.next(Some(&texts), body)?;
        }
        Ok(texts)
    }

    /// The texts after a new version, from those before it.
    ///
    /// # Errors
    /// When the body does not read.
    pub fn next<T: AsRef<str>>(&self, before: Option<&[T]>, body: &Body) -> Result<Vec<String>, Fault> {
        let mut texts = (self.texts)(body)?;
        let own = texts.len();
        let place = |name: &str| self.fields.iter().position(|field| *field == name);
        let held = |at: Option<usize>| {
            before.zip(at).and_then(|(texts, at)| texts.get(at)).map_or("", AsRef::as_ref)
        };
        for (field, keeper) in self.past {
            let now =
                place(field).filter(|at| *at < own).and_then(|at| texts.get(at)).map_or("", String::as_str);
            let mut kept: Vec<&str> = Vec::new();
            for line in held(place(keeper)).lines().chain(held(place(field)).lines()) {
                if !line.is_empty() && !kept.contains(&line) && !now.lines().any(|new| new == line) {
                    kept.push(line);
                }
            }
            let kept = kept.join("\n");
            texts.push(kept);
        }
        Ok(texts)
    }
}

/// A document to be printed with the outcome: template and data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentRequest {
    /// Template name of the `documents` room.
    pub template: String,
    /// Japanese title for screens and file names.
    pub title: String,
    /// The template's data.
    pub data: Value,
}

/// What an inquiry answers with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The answer as data.
    pub data: Value,
    /// Keys of the persons the answer shows, for the audit log.
    pub subjects: Vec<String>,
}

/// What a function decided.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What the rules say; an error or an unconfirmed alert keeps the writes from being committed.
    pub findings: Vec<Finding>,
    /// The versions to append.
    pub writes: Vec<Write>,
    /// From which day the change is so.
    pub effective_on: Option<Date>,
    /// Why, for the journal.
    pub reason: String,
    /// What the screen says when it is done, in Japanese.
    pub message: String,
    /// Key of the record the screen goes on to.
    pub opens: Option<String>,
    /// The answer of an inquiry.
    pub answer: Option<Answer>,
    /// Documents to print.
    pub documents: Vec<DocumentRequest>,
    /// Whether what was asked is kept for the user, to be asked again (検索履歴).
    pub remembered: bool,
    /// Of a batch that works in parts: how many of its records stay to be done by running it again with the same input.
    /// What is done is passed over then, so a run that was cut goes on where it stopped.
    pub left: usize,
}

impl Outcome {
    /// An outcome that only refuses.
    pub fn refused(findings: Vec<Finding>) -> Self {
        Self { findings, ..Self::default() }
    }

    /// Findings that keep the outcome from being committed under these confirmations.
    pub fn open_findings(&self, confirmed: &[String]) -> Vec<&Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.stops() || !confirmed.contains(&finding.confirmation()))
            .collect()
    }
}
