//! A link file wired to the parts it names, or in Japanese why it cannot be.

use std::collections::BTreeMap;
use std::sync::Arc;

use catalog::{Delivery, Fill, Link};
use layout::{Layout, Plan};
use moji::{Tables, Unmappable};
use system::{Dataset, Intake, System};
use transport::Place;

use crate::links::{Inward, LinkSources, Ready};
use crate::packs::{packer, unpacker};
use crate::succession::{Lacking, in_words};

/// Wires a link.
pub(crate) fn wire(
    link: &Link,
    systems: &[System],
    layouts: &BTreeMap<String, Result<Layout, String>>,
    sources: &LinkSources,
) -> Result<Ready, String> {
    match &link.delivery {
        Delivery::InProcess { intake } => {
            let dataset = dataset(link, systems)?;
            let (target, intake) = find_intake(intake, systems)?;
            lacks(&intake, &dataset.names(), "提供データ")?;
            Ok(Ready::InProcess { dataset, target, intake })
        }
        Delivery::Outward { place, layout, file_name, receipt_within_minutes, .. } => {
            let dataset = outward(link, systems)?;
            let names = dataset.names();
            if let Some(item) = link.per.iter().find(|item| !names.contains(&item.as_str())) {
                return Err(format!(
                    "連携「{}」は「{item}」の値ごとに分けますが、提供データ「{}」にその項目がありません",
                    link.id, link.dataset
                ));
            }
            let plan = compiled(link, layout, layouts, &names, &sources.tables)?;
            Ok(Ready::Outward {
                dataset,
                plan: Box::new(plan),
                place: find_place(place, sources)?,
                file_name: file_name.clone(),
                packer: packer(link, &sources.packings)?,
                receipt_expected: receipt_within_minutes.is_some(),
                receipt_minutes: receipt_within_minutes.unwrap_or(0),
            })
        }
        Delivery::Inquiry { place: None, subjects_max } => {
            Ok(Ready::Answers { dataset: outward(link, systems)?, subjects_max: *subjects_max })
        }
        Delivery::Inquiry { place: Some(place), subjects_max } => {
            Ok(Ready::Asks { place: find_place(place, sources)?, subjects_max: *subjects_max })
        }
        Delivery::Inward { place, layout, file_prefix, intake, .. } => {
            let (target, intake) = find_intake(intake, systems)?;
            let items: Vec<String> = match layouts.get(layout) {
                Some(Ok(layout)) => layout.items().into_iter().map(str::to_owned).collect(),
                _ => Vec::new(),
            };
            let mut names: Vec<&str> = items.iter().map(String::as_str).collect();
            let plan = compiled(link, layout, layouts, &names, &sources.tables)?;
            fits(link, &names)?;
            let lacking = lacking(link, systems, &intake, &names);
            names.extend(link.fill.keys().map(String::as_str));
            lacks(&intake, &names, "レイアウト")?;
            Ok(Ready::Inward(Box::new(Inward {
                plan,
                place: find_place(place, sources)?,
                file_prefix: file_prefix.clone(),
                unpacker: unpacker(link, &sources.packings)?,
                target,
                intake,
                subject: subject(link, systems, &intake, &names),
                fill: link.fill.clone().into_iter().collect(),
                lacking,
            })))
        }
    }
}

fn dataset(link: &Link, systems: &[System]) -> Result<Dataset, String> {
    let own = systems.iter().flat_map(|system| &system.datasets).find(|dataset| dataset.id == link.dataset);
    own.cloned().ok_or_else(|| format!("提供データ「{}」を持つシステムが導入されていません", link.dataset))
}

/// A dataset whose rows may leave the house.
fn outward(link: &Link, systems: &[System]) -> Result<Dataset, String> {
    let dataset = dataset(link, systems)?;
    if dataset.is_confined() {
        return Err(format!(
            "提供データ「{}」には個人番号があり、庁内のシステムへの即時連携（in-process）だけで使えます。個人番号のない提供データを dataset に書いてください",
            dataset.title
        ));
    }
    Ok(dataset)
}

fn find_intake(id: &str, systems: &[System]) -> Result<(&'static str, Intake), String> {
    let of = |system: &System| {
        let own = system.intakes.iter().find(|own| own.id == id);
        own.map(|found| (system.id, *found))
    };
    systems.iter().find_map(of).ok_or_else(|| format!("受け口「{id}」を持つシステムが導入されていません"))
}

fn find_place(name: &str, sources: &LinkSources) -> Result<Arc<dyn Place>, String> {
    match sources.places.get(name) {
        None => Err(format!("場所「{name}」が設定にありません")),
        Some(Err(what)) => Err(format!("場所「{name}」が使えません: {what}")),
        Some(Ok(place)) => Ok(Arc::clone(place)),
    }
}

/// Refuses to fill in what the layout has, or from what it does not have.
fn fits(link: &Link, names: &[&str]) -> Result<(), String> {
    for (item, fill) in &link.fill {
        if names.contains(&item.as_str()) {
            return Err(format!("補う項目「{item}」は、レイアウトにあります。fill から消してください"));
        }
        if let Fill::Item(other) = fill
            && !names.contains(&other.as_str())
        {
            return Err(format!("補う項目「{item}」のもとになる「{other}」が、レイアウトにありません"));
        }
    }
    Ok(())
}

/// What the sender does not have: of the dataset as this house knows it, and of what the intake needs.
fn lacking(link: &Link, systems: &[System], intake: &Intake, names: &[&str]) -> Vec<Lacking> {
    let own = systems.iter().flat_map(|system| &system.datasets).find(|dataset| dataset.id == link.dataset);
    let items = own.map(|dataset| dataset.items).unwrap_or_default();
    let title_of = |name: &str| {
        items
            .iter()
            .find(|item| item.name == name)
            .map_or_else(|| name.to_owned(), |item| item.title.to_string())
    };
    let mut wanted: Vec<&str> = items.iter().map(|item| item.name).collect();
    wanted.extend(intake.needs.iter().copied().chain(link.fill.keys().map(String::as_str)));
    let mut found: Vec<Lacking> = Vec::new();
    for item in wanted {
        if !names.contains(&item) && found.iter().all(|known| known.item != item) {
            let filled = in_words(link.fill.get(item), &title_of);
            found.push(Lacking { item: item.to_owned(), title: title_of(item), filled });
        }
    }
    found
}

/// Refuses an intake that cannot do without items that do not come.
fn lacks(intake: &Intake, names: &[&str], whence: &str) -> Result<(), String> {
    let missing: Vec<&str> = intake.needs.iter().copied().filter(|need| !names.contains(need)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("受け口が要る項目（{}）が{whence}にありません", missing.join("、")))
}

pub(crate) fn compiled(
    link: &Link,
    name: &str,
    layouts: &BTreeMap<String, Result<Layout, String>>,
    items: &[&str],
    tables: &Tables,
) -> Result<Plan, String> {
    let layout = match layouts.get(name) {
        None => return Err(format!("レイアウト「{name}」がありません")),
        Some(Err(what)) => return Err(format!("レイアウト「{name}」が読めません: {what}")),
        Some(Ok(layout)) => layout,
    };
    compile(link, layout, items, tables)
}

/// A layout compiled for the items of a link's dataset, or in Japanese what is wrong with it.
pub(crate) fn compile(link: &Link, layout: &Layout, items: &[&str], tables: &Tables) -> Result<Plan, String> {
    let policy = match link.unmappable {
        catalog::Unmappable::Reject => Unmappable::Reject,
        catalog::Unmappable::Substitute => Unmappable::Substitute,
        catalog::Unmappable::Shrink => Unmappable::Shrink,
    };
    layout
        .compile(items, policy, tables)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// What a row is about: as the dataset says if this house knows it, else the 宛名番号 if there is one, else what the intake needs
/// first, else the first item.
fn subject(link: &Link, systems: &[System], intake: &Intake, names: &[&str]) -> String {
    const ADDRESSEE: &str = "addressee_no";
    let own = systems.iter().flat_map(|system| &system.datasets).find(|dataset| dataset.id == link.dataset);
    let of_dataset = own.map(|dataset| dataset.subject).filter(|subject| names.contains(subject));
    of_dataset
        .or_else(|| names.contains(&ADDRESSEE).then_some(ADDRESSEE))
        .or_else(|| intake.needs.first().copied().filter(|need| names.contains(need)))
        .or_else(|| names.first().copied())
        .unwrap_or_default()
        .to_owned()
}
