//! The folder of a simulated town: every row of its lists made a link, every place a folder, a stand-in where a system is missing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use catalog::{Derived, DerivedDataset, Link, LinkRow};

use crate::catalogue::sources;
use crate::config::Config;
use crate::demo::init;
use crate::derive::{Derivation, derive_into};

/// A town made from lists.
pub(super) struct Made {
    pub(super) config: Config,
    /// All rows of the lists, in their order.
    pub(super) rows: Vec<LinkRow>,
    pub(super) derived: Derived,
}

/// Makes the folder; it must be empty or not there.
pub(super) fn make(folder: &Path, files: &[PathBuf]) -> anyhow::Result<Made> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} は空ではありません。ほかのフォルダを指定してください", folder.display());
    }
    init(folder, false)?;
    fs::create_dir_all(folder.join("stand-ins"))
        .with_context(|| format!("{} を作れません", folder.display()))?;
    for path in files {
        let name = path.file_name().unwrap_or_default();
        fs::copy(path, folder.join("lists").join(name))
            .with_context(|| format!("{} を写せません", path.display()))?;
    }
    let Derivation { rows, given, derived, .. } = derive_into(sources(files)?, None, folder)?;
    if rows.is_empty() {
        bail!("連携一覧に行がありません");
    }
    configure(folder, &derived, &given, files)?;
    let config = Config::read(&folder.join("daicho.toml"))?;
    Ok(Made { config, rows, derived })
}

/// Adds what the derived links need to the configuration.
fn configure(folder: &Path, derived: &Derived, links: &[Link], files: &[PathBuf]) -> anyhow::Result<()> {
    let path = folder.join("daicho.toml");
    let mut document = fs::read_to_string(&path)?;
    let own: Vec<&str> = links.iter().filter_map(Link::place).collect();
    let more: String = derived
        .places()
        .into_iter()
        .filter(|place| !own.contains(place))
        .map(|place| format!("{place} = \"places/{place}\"\n"))
        .collect();
    document = document
        .replace("[simulators]", &format!("{more}\n[simulators]"))
        .replace("evidence = \"deliveries\"", "evidence = \"deliveries\"\nstand_ins = \"stand-ins\"");
    if !files.is_empty() {
        let names: Vec<String> = files
            .iter()
            .filter_map(|path| Some(format!("\"lists/{}\"", path.file_name()?.to_str()?)))
            .collect();
        let before =
            document.lines().find(|line| line.starts_with("lists = ")).unwrap_or_default().to_owned();
        document = document.replace(&before, &format!("lists = [{}]", names.join(", ")));
    }
    fs::write(&path, document).with_context(|| format!("{}に書けません", path.display()))
}

/// Datasets by id.
pub(super) fn datasets(derived: &Derived) -> BTreeMap<String, DerivedDataset> {
    derived.datasets.iter().map(|dataset| (dataset.id.clone(), dataset.clone())).collect()
}
