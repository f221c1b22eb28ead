//! What the stand-in offers: datasets made from data.

use std::sync::{PoisonError, RwLock};

use register::{Fault, Kind, Stored, View};
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::records::Offered;

/// One dataset the stand-in offers for a system that is not installed (代役の提供データ).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// `stand-in/<name>`.
    pub id: String,
    /// The Japanese name.
    pub title: String,
    /// The item that names what a row is about; a later row of the same subject is its newer state.
    pub subject: String,
    /// The items in order.
    pub items: Vec<OfferItem>,
}

/// One item of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferItem {
    /// `snake_case` name.
    pub name: String,
    /// The Japanese item name (項目名).
    pub title: String,
    /// What it holds.
    pub holds: ItemType,
}

/// Datasets made so far, the newest last. Kinds and names of a system are borrowed for as long as the program lives; these
/// are made from files at its start, so they are kept here, and a town opened again finds its own.
static MADE: RwLock<Vec<Dataset>> = RwLock::new(Vec::new());

/// The dataset of an offer.
pub(crate) fn dataset(offer: &Offer) -> Dataset {
    // A vector of whole datasets stays whole whatever a panicking thread did.
    let mut made = MADE.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(own) = made.iter().find(|own| is_of(own, offer)) {
        return own.clone();
    }
    let kept = |text: &str| -> &'static str { text.to_owned().leak() };
    let items: Vec<Item> =
        offer.items.iter().map(|item| Item::new(kept(&item.name), kept(&item.title), item.holds)).collect();
    let (id, title) = (kept(&offer.id), kept(&offer.title));
    let dataset = Dataset {
        id,
        title,
        kind: Box::leak(Box::new(Kind::new(id, title))),
        items: items.leak(),
        subject: kept(&offer.subject),
        reads_sealed: false,
        row,
    };
    made.push(dataset.clone());
    dataset
}

/// The dataset of this id as it was made last.
pub(crate) fn find(id: &str) -> Option<Dataset> {
    let made = MADE.read().unwrap_or_else(PoisonError::into_inner);
    made.iter().rev().find(|own| own.id == id).cloned()
}

fn is_of(dataset: &Dataset, offer: &Offer) -> bool {
    let same = |(item, own): (&Item, &OfferItem)| {
        (item.name, item.title, item.holds) == (own.name.as_str(), own.title.as_str(), own.holds)
    };
    (dataset.id, dataset.title, dataset.subject)
        == (offer.id.as_str(), offer.title.as_str(), offer.subject.as_str())
        && dataset.items.len() == offer.items.len()
        && dataset.items.iter().zip(&offer.items).all(same)
}

fn row(_view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let offered: Offered = stored.body.read().map_err(|error| {
        Fault::new(format!("{} {} version {}", stored.kind, stored.key, stored.version), error)
    })?;
    for value in &offered.values {
        row.push(value);
    }
    Ok(Fate::Row)
}
