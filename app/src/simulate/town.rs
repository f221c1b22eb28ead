//! The folder of a simulated town: every row of its lists made a link, every place a folder, a stand-in where a system is missing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use catalog::{
    Charsets, Defaults, Derived, DerivedDataset, Grid, Known, Link, LinkList, LinkRow, SchemaTables, Schemas,
    Systems, Vocabulary, derive,
};

use layout::Layout;
use office::Places;

use crate::config::Config;
use crate::demo::init;
use crate::house::systems;
use crate::lists;
use crate::standards::{CARRIED, text};

/// Lists the program carries.
const OWN_LISTS: [&str; 4] = ["city.tsv", "town_a.tsv", "kotoura_links.tsv", "unit_links.tsv"];

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
    let (rows, names) = read_lists(folder, files)?;
    let links: Vec<Link> = CARRIED
        .iter()
        .filter_map(|carried| Link::parse(carried.text, carried.path.strip_prefix("links/")?).ok())
        .collect();
    let (schemas, defaults) = derivation()?;
    let derived = derive(&rows, &links, &known_of_program(&names), &schemas, &defaults);
    write(folder, &derived)?;
    configure(folder, &derived, &links, files)?;
    let config = Config::read(&folder.join("daicho.toml"))?;
    Ok(Made { config, rows, derived })
}

/// The schemas and defaults the program carries.
pub(crate) fn derivation() -> anyhow::Result<(Schemas, Defaults)> {
    let (schemas, problems) = Schemas::parse(SchemaTables {
        schemas: text("schemas/schemas.tsv"),
        items: text("schemas/items.tsv"),
        selection: text("schemas/selection.tsv"),
        offers: text("schemas/offers.tsv"),
    });
    if let Some(problem) = problems.first() {
        bail!("{problem}");
    }
    let defaults = Defaults::parse("derive.toml", text("lists/derive.toml"))
        .map_err(|problem| anyhow::anyhow!("{problem}"))?;
    Ok((schemas, defaults))
}

fn read_lists(folder: &Path, files: &[PathBuf]) -> anyhow::Result<(Vec<LinkRow>, (Systems, Charsets))> {
    let (names, _) = Systems::parse("systems.tsv", text("lists/systems.tsv"));
    let (charsets, _) = Charsets::parse("charset_words.tsv", text("lists/charset_words.tsv"));
    let (vocabulary, _) = Vocabulary::parse("vocabulary.tsv", text("lists/vocabulary.tsv"));
    let mut found = Vec::new();
    if files.is_empty() {
        for name in OWN_LISTS {
            let path = format!("lists/{name}");
            found.push(LinkList::read_text(name, text(&path), &vocabulary, &names));
        }
    }
    for path in files {
        let file = lists::read(path)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let grids: Vec<Grid> = file.grids();
        found.extend(LinkList::read_workbook(&name, &grids, &vocabulary, &names));
        fs::copy(path, folder.join("lists").join(&name))
            .with_context(|| format!("{} を写せません", path.display()))?;
    }
    for list in &found {
        for problem in &list.problems {
            crate::progress::say(&format!("{problem}"));
        }
    }
    let rows: Vec<LinkRow> = found.into_iter().flat_map(|list| list.rows).collect();
    if rows.is_empty() {
        bail!("連携一覧に行がありません");
    }
    Ok((rows, (names, charsets)))
}

fn write(folder: &Path, derived: &Derived) -> anyhow::Result<()> {
    let put = |below: &str, name: &str, text: &str| -> anyhow::Result<()> {
        let path = folder.join(below).join(format!("{name}.toml"));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("{}を作れません", parent.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("{}に書けません", path.display()))
    };
    for link in &derived.links {
        put("links", &link.link.id, &link.to_toml())?;
    }
    for layout in &derived.layouts {
        put("layouts", &layout.id, &layout.toml)?;
    }
    for dataset in &derived.datasets {
        put("stand-ins", dataset.name(), &dataset.to_toml())?;
    }
    fs::create_dir_all(folder.join("stand-ins"))?;
    Ok(())
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

/// What the program has without any town.
pub(crate) fn known_of_program((names, charsets): &(Systems, Charsets)) -> Known {
    let beside = |name: &str| {
        let found = CARRIED.iter().find(|carried| carried.path == format!("layouts/{name}"));
        found.map(|carried| carried.text.to_owned()).ok_or_else(|| "ありません".to_owned())
    };
    let layouts = CARRIED
        .iter()
        .filter_map(|carried| {
            let name = carried.path.strip_prefix("layouts/")?;
            let id = name.strip_suffix(".toml")?;
            let layout = Layout::parse_with(carried.text, name, &mut |other| beside(other));
            Some((id.to_owned(), layout.map_err(|_| String::new())))
        })
        .collect();
    office::known(&systems(&[]), names, charsets, &layouts, &Places::default())
}
