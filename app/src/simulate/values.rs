//! Invented values that fit an item.

use catalog::{DerivedDataset, DerivedItem, ItemKind};
use domain::AddresseeNo;
use resident_register::records::Scheme;

/// The values of one invented row, in the order of the dataset's items. `subject` names what it is about; `version` changes
/// what stands in it.
pub(super) fn row(dataset: &DerivedDataset, subject: u64, version: u64, date: &str) -> Vec<String> {
    let of = |item: &DerivedItem| match scheme_of(dataset).filter(|_| item.name == "scheme") {
        _ if item.name == dataset.subject => key(item, subject),
        Some(scheme) => scheme.task_id().to_owned(),
        None => value(item, subject, version, date),
    };
    dataset.items.iter().map(of).collect()
}

/// The scheme a system tells of: the system's own.
fn scheme_of(dataset: &DerivedDataset) -> Option<Scheme> {
    Scheme::ALL.into_iter().find(|scheme| dataset.title.starts_with(scheme.label()))
}

/// The value that tells one subject from another.
fn key(item: &DerivedItem, subject: u64) -> String {
    let digits = usize::try_from(item.chars_max.clamp(1, 15)).unwrap_or(15);
    match AddresseeNo::from_serial(subject) {
        Ok(no) if item.name == "addressee_no" => no.to_string(),
        _ => format!("{subject:0digits$}"),
    }
}

fn value(item: &DerivedItem, subject: u64, version: u64, date: &str) -> String {
    let chars = usize::try_from(item.chars_max.max(1)).unwrap_or(1);
    match item.kind {
        ItemKind::Date => date.to_owned(),
        ItemKind::Number | ItemKind::Yen => {
            fitted(&(subject % 1_000 * 100 + version % 100).to_string(), chars)
        }
        ItemKind::Code if item.name == "addressee_no" => {
            AddresseeNo::from_serial(subject).map_or_else(|_| "1".to_owned(), |no| no.to_string())
        }
        ItemKind::Code => fitted(&(version % 9 + 1).to_string(), chars),
        ItemKind::Text => {
            let plain: String = item.title.chars().filter(|c| c.is_alphanumeric()).collect();
            fitted(&format!("{plain}{subject}の{version}"), chars)
        }
    }
}

fn fitted(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}
