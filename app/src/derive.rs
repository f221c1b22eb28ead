//! `daicho catalog derive`: from the rows of a linkage list to link files, layouts and stand-in datasets.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use catalog::{Defaults, Derived, Link, LinkRow, SchemaTables, Schemas, derive};
use office::{LinkSources, Links};

use crate::catalogue::{concerning, rows_and_links, sources, tell_hints};
use crate::config::Config;
use crate::house::{self, systems};
use crate::lists;
use crate::progress::{result, say};
use crate::standards;

/// Makes links of all rows that none fulfils and writes them below `into`. Returns whether every row runs and every
/// file could be written.
///
/// # Errors
/// When a list, a configuration or a table cannot be read, or the folder cannot be written.
pub fn run(files: &[PathBuf], into: &Path, config: Option<&Path>) -> anyhow::Result<bool> {
    let config = config.map(Config::read).transpose()?;
    let sources = match &config {
        None => sources(files)?,
        Some(config) => of_town(files, config)?,
    };
    let folder = config.as_ref().map(|config| config.folder.clone());
    let Derivation { links, rows, given, derived, written } = derive_into(sources, folder, into)?;
    let mut together = given;
    together.extend(derived.links.iter().map(|made| made.link.clone()));
    let mut problems = catalog::check_links(&together, &rows, links.known());
    if !files.is_empty() {
        problems = concerning(problems, &together, &rows);
    }
    for problem in problems {
        say(&format!("確認してください: {problem}"));
    }
    tell(&rows, &derived, &links);
    say(&format!(
        "{} に、新しいファイル {}、同じ内容でそのままのもの {}、違う内容がすでにあって書かなかったもの {}",
        into.display(),
        written.new,
        written.same,
        written.kept
    ));
    Ok(derived.left.is_empty()
        && written.kept == 0
        && links.broken().is_empty()
        && links.problems().is_empty())
}

/// Says in words, row by row, what the links of these lists will do, those that would be derived among them; of a row
/// without any, what has to be answered first. Nothing is written.
///
/// # Errors
/// When a list, a configuration or a table cannot be read.
pub fn explain(files: &[PathBuf], config: Option<&Path>) -> anyhow::Result<()> {
    let config = config.map(Config::read).transpose()?;
    let sources = match &config {
        None => sources(files)?,
        Some(config) => of_town(files, config)?,
    };
    let tables = Tables { folder: config.as_ref().map(|config| config.folder.clone()) };
    let (schemas, defaults) = (tables.schemas()?, tables.defaults()?);
    let links = Links::open(&systems(&[]), sources);
    for problem in links.problems() {
        say(&problem.to_string());
    }
    tell_hints(&links);
    let (rows, given) = rows_and_links(&links);
    let derived = derive(&rows, &given, links.known(), &schemas, &defaults);
    for row in &rows {
        let reference = row.reference();
        result(&format!("{reference} {} → {}「{}」", row.source, row.target, row.data));
        for doubt in &row.doubts {
            result(&format!("  質問: {doubt}"));
        }
        for link in given.iter().filter(|link| link.serves().any(|row| *row == reference)) {
            result(&catalog::explain(link));
        }
        for made in derived.links.iter().filter(|made| made.link.rows.contains(&reference)) {
            result(catalog::explain(&made.link).trim_end());
            for assumed in &made.assumptions {
                result(&format!("  仮の定め: {assumed}"));
            }
            result("");
        }
        if let Some((_, question)) = derived.left.iter().find(|(left, _)| *left == reference) {
            result(&format!("  動きません: {question}\n"));
        }
    }
    Ok(())
}

/// Says which rows of a system run only by the stand-in on its own side, and how many of how many; nothing is written.
///
/// # Errors
/// When a list or a table cannot be read.
pub fn generic(files: &[PathBuf], system: &str) -> anyhow::Result<()> {
    let tables = Tables { folder: None };
    let (schemas, defaults) = (tables.schemas()?, tables.defaults()?);
    let links = Links::open(&systems(&[]), sources(files)?);
    let (rows, given) = rows_and_links(&links);
    let derived = derive(&rows, &given, links.known(), &schemas, &defaults);
    let all: Vec<&Link> = given.iter().chain(derived.links.iter().map(|made| &made.link)).collect();
    let generic = catalog::generic(all.iter().copied(), system);
    // A chain leaves where its first leg does.
    let leaves = |through: &catalog::Through| {
        let first = through.legs.first();
        all.iter().any(|link| first == Some(&link.id) && link.source == system)
    };
    let of_system: BTreeSet<&catalog::RowRef> = all
        .iter()
        .flat_map(|link| {
            let own = (link.source == system || link.target == system).then_some(&link.rows);
            let over = link.through.iter().filter(|through| link.target == system || leaves(through));
            own.into_iter().chain(over.map(|through| &through.rows)).flatten()
        })
        .collect();
    for row in rows.iter().filter(|row| generic.contains(&row.reference())) {
        let said = if row.data.is_empty() { &row.note } else { &row.data };
        result(&format!("{} {} → {}「{said}」", row.reference(), row.source, row.target));
    }
    result(&format!("{system}: {}行のうち、型どおりの行 {}", of_system.len(), generic.len()));
    Ok(())
}

/// What was made of lists, and what it was made from.
pub(crate) struct Derivation {
    pub(crate) links: Links,
    /// The rows of all lists, in their order.
    pub(crate) rows: Vec<LinkRow>,
    /// Links that were there.
    pub(crate) given: Vec<Link>,
    pub(crate) derived: Derived,
    written: Written,
}

/// Makes links of all rows that none fulfils and writes what they need below `into`; `folder` is the town's, whose own
/// tables go before those the program carries.
pub(crate) fn derive_into(
    sources: LinkSources,
    folder: Option<PathBuf>,
    into: &Path,
) -> anyhow::Result<Derivation> {
    let tables = Tables { folder };
    let (schemas, defaults) = (tables.schemas()?, tables.defaults()?);
    let links = Links::open(&systems(&[]), sources);
    for broken in links.broken() {
        say(&format!("{}: {}", broken.file, broken.what));
    }
    for problem in links.problems() {
        say(&problem.to_string());
    }
    let (rows, given) = rows_and_links(&links);
    let derived = derive(&rows, &given, links.known(), &schemas, &defaults);
    let mut written = Written::default();
    for made in &derived.links {
        written.put(&into.join("links").join(format!("{}.toml", made.link.id)), &made.to_toml())?;
    }
    for layout in &derived.layouts {
        written.put(&into.join("layouts").join(format!("{}.toml", layout.id)), &layout.toml)?;
        if let Some(table) = &layout.table {
            let text = tables.text(&format!("layouts/{table}"))?;
            written.put(&into.join("layouts").join(table), &text)?;
        }
    }
    for dataset in &derived.datasets {
        written.put(&into.join("stand-ins").join(format!("{}.toml", dataset.name())), &dataset.to_toml())?;
    }
    Ok(Derivation { links, rows, given, derived, written })
}

/// The sources of a town, with these lists instead of its own when any are named.
fn of_town(files: &[PathBuf], config: &Config) -> anyhow::Result<LinkSources> {
    let mut sources = house::sources(config)?;
    if !files.is_empty() {
        sources.lists.clear();
        sources.workbooks.clear();
        sources.unread.clear();
    }
    for file in files {
        lists::read(file)?.add_to(&mut sources);
    }
    Ok(sources)
}

/// The tables a derivation goes by: the town's own where it has them, else those the program carries.
struct Tables {
    folder: Option<PathBuf>,
}

impl Tables {
    fn text(&self, path: &str) -> anyhow::Result<String> {
        let own = self.folder.as_ref().map(|folder| folder.join(path));
        match own.map(|own| (fs::read_to_string(&own), own)) {
            Some((Ok(text), _)) => return Ok(text),
            Some((Err(error), own)) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} が読めません", own.display()));
            }
            _ => {}
        }
        let carried = standards::text(path);
        if carried.is_empty() {
            bail!("{path} がありません");
        }
        Ok(carried.to_owned())
    }

    fn defaults(&self) -> anyhow::Result<Defaults> {
        Ok(Defaults::parse("lists/derive.toml", &self.text("lists/derive.toml")?)?)
    }

    fn schemas(&self) -> anyhow::Result<Schemas> {
        let (schemas, problems) = Schemas::parse(SchemaTables {
            schemas: &self.text("schemas/schemas.tsv")?,
            items: &self.text("schemas/items.tsv")?,
            selection: &self.text("schemas/selection.tsv")?,
            offers: &self.text("schemas/offers.tsv")?,
        });
        for problem in &problems {
            say(&problem.to_string());
        }
        if !problems.is_empty() {
            bail!("schemas の表を直してください");
        }
        Ok(schemas)
    }
}

/// How many files were written, were there already, or are somebody's own by now.
#[derive(Default)]
struct Written {
    new: usize,
    same: usize,
    kept: usize,
}

impl Written {
    fn put(&mut self, path: &Path, text: &str) -> anyhow::Result<()> {
        let count = match fs::read(path) {
            Ok(there) if there == text.as_bytes() => &mut self.same,
            Ok(_) => {
                say(&format!("{} には違う内容がすでにあるので、書きませんでした", path.display()));
                &mut self.kept
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if let Some(parent) = path.parent() {
                    fs::create_dir_all(parent)
                        .with_context(|| format!("{} を作れません", parent.display()))?;
                }
                transport::write_durably(path, |file| file.write_all(text.as_bytes()))
                    .with_context(|| format!("{} に書けません", path.display()))?;
                &mut self.new
            }
            Err(error) => return Err(error).with_context(|| format!("{} が読めません", path.display())),
        };
        *count = count.saturating_add(1);
        Ok(())
    }
}

/// What was derived, assumed and left.
fn tell(rows: &[LinkRow], derived: &Derived, links: &Links) {
    result("連携\t行\t送り元\t受け側\tデータ\t場所\t仮の定め");
    for made in &derived.links {
        let link = &made.link;
        result(&format!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{}",
            link.id,
            link.rows.len(),
            link.source,
            link.target,
            link.dataset,
            link.place().unwrap_or("（同じ導入の中）"),
            made.assumptions.len()
        ));
    }
    for (row, question) in &derived.left {
        result(&format!("残った行 {row}: {question}"));
    }
    let places: Vec<&str> =
        derived.places().into_iter().filter(|place| !links.known().places.contains(*place)).collect();
    if !places.is_empty() {
        result("");
        result("設定の [places] に加えてください:");
        for place in places {
            result(&format!("{place} = \"places/{place}\""));
        }
    }
    let mut lists: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for row in rows {
        let reference = row.reference();
        let of_row = derived.links.iter().any(|made| made.link.rows.contains(&reference));
        let left = derived.left.iter().any(|(left, _)| *left == reference);
        let counts = lists.entry(&row.list.0).or_default();
        let [run, made, open] = counts;
        let count = if left {
            open
        } else if of_row {
            made
        } else {
            run
        };
        *count = count.saturating_add(1);
    }
    result("");
    for (list, [run, made, open]) in lists {
        let all = run.saturating_add(made).saturating_add(open);
        let of_list = |id: &&catalog::DerivedLink| id.link.rows.iter().any(|row| row.list.0 == list);
        let count = derived.links.iter().filter(of_list).count();
        result(&format!(
            "{list}: {all}行（すでに連携がある {run}、導いた {made}、残った {open}）、連携 {count}"
        ));
    }
    result(&format!(
        "レイアウト {}、代役の提供データ {}、受け渡し場所 {}",
        derived.layouts.len(),
        derived.datasets.len(),
        derived.places().len()
    ));
}
