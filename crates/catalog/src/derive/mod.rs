//! From the rows of linkage lists to links that run: link files, and the datasets and layouts they name.

mod closed;
pub(crate) mod compose;
mod datasets;
pub(crate) mod dates;
mod defaults;
mod layouts;
mod legs;
mod names;
mod said;
mod schemas;
mod timing;
mod unclear;
pub(crate) mod volume;
mod write;

use std::collections::{BTreeMap, BTreeSet};

pub use datasets::{DerivedDataset, DerivedItem};
pub use defaults::Defaults;
pub use layouts::DerivedLayout;
pub(crate) use names::hash;
pub use schemas::{ItemKind, Schema, SchemaItem, SchemaTables, Schemas};

use crate::{Delivery, Known, Link, LinkRow, Question, RowRef, STAND_IN, ViaSide};

/// A link made from rows of a list (導いた連携); one file `links/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedLink {
    /// The link.
    pub link: Link,
    /// What was taken that the rows do not say, each a Japanese sentence.
    pub assumptions: Vec<String>,
}

impl DerivedLink {
    /// The file, for people to read, edit and compare: what was assumed as remarks, then the link. [`Link::parse`] reads
    /// it back as the same link.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let head = "連携一覧から導いた連携です。行が書いていないことは、次のように仮に定めました。違うところは直してください。";
        let assumed = self.assumptions.iter().map(|assumption| format!("- {assumption}"));
        let remarks: Vec<String> = std::iter::once(head.to_owned()).chain(assumed).collect();
        write::link(&self.link, &remarks)
    }
}

/// What was made from the rows of linkage lists (連携一覧から導いたもの).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Derived {
    /// The links, in the order of the rows.
    pub links: Vec<DerivedLink>,
    /// Datasets of systems that have no crate, for the stand-in.
    pub datasets: Vec<DerivedDataset>,
    /// Layouts that are not there yet.
    pub layouts: Vec<DerivedLayout>,
    /// Rows of which no link could be made, and why.
    pub left: Vec<(RowRef, Question)>,
}

impl Derived {
    /// The places the links name, for the town's configuration.
    #[must_use]
    pub fn places(&self) -> BTreeSet<&str> {
        self.links.iter().filter_map(|derived| derived.link.place()).collect()
    }
}

/// Makes links of all rows that none of `links` fulfils (連携一覧からの導出), and what these links need.
///
/// Each row becomes a link, a row both ways two, a row with several timings one for each; rows of a unit list that
/// differ in nothing but their function become one. What a row leaves open is taken from `defaults` and said with the
/// link. Systems that are not installed are acted for by the stand-in ([`STAND_IN`](crate::STAND_IN)); what they carry
/// is one of `schemas`. The same rows always give the same.
#[must_use]
pub fn derive(
    rows: &[LinkRow],
    links: &[Link],
    known: &Known,
    schemas: &Schemas,
    defaults: &Defaults,
) -> Derived {
    let fulfilled: BTreeSet<&RowRef> = links.iter().flat_map(Link::serves).collect();
    let mut derived = Derived::default();
    let mut groups: Vec<Vec<legs::Leg<'_>>> = Vec::new();
    let mut group_of: BTreeMap<legs::Key<'_>, usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| !fulfilled.contains(&row.reference())) {
        match legs::legs(row, known, schemas, defaults) {
            Err(question) => derived.left.push((row.reference(), question)),
            Ok(legs) => {
                for leg in legs {
                    let index = leg.key().map(|key| *group_of.entry(key).or_insert(groups.len()));
                    match index.and_then(|index| groups.get_mut(index)) {
                        Some(group) => group.push(leg),
                        None => groups.push(vec![leg]),
                    }
                }
            }
        }
    }
    let mut taken: BTreeSet<String> = links.iter().map(|link| link.id.clone()).collect();
    let mut parts = compose::Parts::new(known, schemas, defaults, links);
    for group in &groups {
        if let Some(link) = compose::link(group, &mut taken, &mut parts) {
            derived.links.push(link);
        }
    }
    (derived.datasets, derived.layouts) = parts.made();
    follow_the_platform(&mut derived.links, rows);
    derived
}

/// The rows of a system that a set of links runs only by the stand-in on its own side (型どおりの行): rows it would give from
/// a dataset it does not have, and rows it would take without an intake. What it asks of others it takes as an answer.
#[must_use]
pub fn generic<'a>(links: impl IntoIterator<Item = &'a Link>, system: &str) -> BTreeSet<RowRef> {
    let stands_in = |name: &str| name.split('/').next() == Some(STAND_IN);
    let is_generic = |link: &&Link| {
        let gives = link.source == system && stands_in(&link.dataset);
        let takes = link.target == system
            && match &link.delivery {
                Delivery::InProcess { intake } | Delivery::Inward { intake, .. } => stands_in(intake),
                // A file that nobody fetches.
                Delivery::Outward { .. } => true,
                Delivery::Inquiry { .. } => false,
            };
        gives || takes
    };
    links.into_iter().filter(is_generic).flat_map(|link| link.rows.iter().cloned()).collect()
}

/// What comes from the platform starts when it has come up to it (共通基盤の両区間).
fn follow_the_platform(links: &mut [DerivedLink], rows: &[LinkRow]) {
    let row_of: BTreeMap<RowRef, &LinkRow> = rows.iter().map(|row| (row.reference(), row)).collect();
    let legs: Vec<(String, Option<&LinkRow>, Link)> = links
        .iter()
        .map(|derived| {
            let row = derived.link.rows.first().and_then(|row| row_of.get(row)).copied();
            (derived.link.id.clone(), row.filter(|row| row.via_side.is_some()), derived.link.clone())
        })
        .collect();
    for (derived, (_, row, _)) in links.iter_mut().zip(&legs) {
        let Some(row) = row.filter(|row| row.via_side == Some(ViaSide::Source)) else { continue };
        let before = legs.iter().find(|(_, other, link)| {
            other.is_some_and(|other| {
                other.via_side == Some(ViaSide::Target)
                    && (&other.list, &other.via, &other.data) == (&row.list, &row.via, &row.data)
            }) && (&link.source, &link.target) == (&derived.link.source, &derived.link.target)
                && timing::same_days(link.timing, derived.link.timing)
        });
        if let Some((id, _, _)) = before {
            derived.link.after.push(id.clone());
            let said = format!("「{}」までの区間「{id}」が同じ日に届いてから始めることにしました。", row.via);
            derived.assumptions.push(said);
        }
    }
}
