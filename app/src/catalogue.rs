//! `daicho catalog`: the linkage lists, what runs, what each row lacks.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use catalog::{
    LinkList, LinkRow, RowRef, RowState, Standing, Summary, Systems, Vocabulary, compare, summary_table,
};
use office::{LinkSources, Links, ListFile};
use transport::Folder;

use crate::config::Config;
use crate::house::{self, systems};
use crate::lists::{self, ListAsFile};
use crate::progress::{result, say};
use crate::standards::{self, CARRIED};

/// The sources the program carries, with these list files instead of its own lists when any are given.
///
/// # Errors
/// When a file cannot be read.
pub fn sources(files: &[PathBuf]) -> anyhow::Result<LinkSources> {
    let below = |folder: &str| -> Vec<ListFile> {
        CARRIED
            .iter()
            .filter_map(|carried| {
                let name = carried.path.strip_prefix(folder)?;
                Some(ListFile { name: name.to_owned(), text: carried.text.to_owned() })
            })
            .collect()
    };
    let own = ["city.tsv", "town_a.tsv", "kotoura_links.tsv", "unit_links.tsv"];
    let lists: Vec<ListFile> = if files.is_empty() {
        below("lists/").into_iter().filter(|file| own.contains(&file.name.as_str())).collect()
    } else {
        Vec::new()
    };
    // Places and keys are the town's own; here all that a link names count as there.
    let (mut places, mut packings) = (office::Places::new(), office::Packings::new());
    for link in below("links/") {
        let Ok(link) = catalog::Link::parse(&link.text, &link.name) else { continue };
        if let Some(place) = link.place() {
            places.insert(place.to_owned(), Ok(Folder::at(PathBuf::new()).shared()));
        }
        if let Some(keys) = link.packing().and_then(catalog::Packing::keys) {
            packings.insert(keys.to_owned(), Ok(packing::Keys::default()));
        }
    }
    let text = |path: &str| standards::text(path).to_owned();
    let mut sources = LinkSources {
        lists,
        workbooks: Vec::new(),
        unread: Vec::new(),
        systems: text("lists/systems.tsv"),
        charset_words: text("lists/charset_words.tsv"),
        vocabulary: text("lists/vocabulary.tsv"),
        links: below("links/"),
        layouts: below("layouts/"),
        tables: moji::Tables::built_in(),
        places,
        packings,
    };
    for path in files {
        lists::read(path)?.add_to(&mut sources);
    }
    Ok(sources)
}

/// A list file as one list, with the words and names of systems of a town, or those the program carries.
fn read_list(path: &Path, config: Option<&Path>) -> anyhow::Result<(LinkList, Systems)> {
    let (words, names) = match config {
        Some(config) => {
            let config = Config::read(config)?;
            (house::vocabulary(&config)?, house::read(&config, &config.standards.systems)?)
        }
        None => {
            let carried = |path: &str| standards::text(path).to_owned();
            (carried("lists/vocabulary.tsv"), carried("lists/systems.tsv"))
        }
    };
    let (vocabulary, of_words) = Vocabulary::parse("vocabulary.tsv", &words);
    let (systems, of_names) = Systems::parse("systems.tsv", &names);
    let lists = match lists::read(path)? {
        ListAsFile::Text(file) => vec![LinkList::read_text(&file.name, &file.text, &vocabulary, &systems)],
        ListAsFile::Workbook(name, sheets) => LinkList::read_workbook(&name, &sheets, &vocabulary, &systems),
    };
    let list = LinkList::joined(lists).with_context(|| format!("{} に一覧がありません", path.display()))?;
    for problem in of_words.iter().chain(&of_names).chain(&list.problems) {
        say(&problem.to_string());
    }
    if list.rows.is_empty() {
        bail!("{} から読めた行がありません", path.display());
    }
    Ok((list, systems))
}

/// Reads a list as the municipality keeps it and writes it in the general shape; what was assumed, not understood or
/// left out is told. Returns whether every row could be taken.
///
/// # Errors
/// When the file cannot be read, holds no list, or the other cannot be written.
pub fn import(file: &Path, output: Option<&Path>, config: Option<&Path>) -> anyhow::Result<bool> {
    let (list, _) = read_list(file, config)?;
    let mut asked = 0_usize;
    for row in &list.rows {
        for doubt in &row.doubts {
            say(&format!("{} {}行目: {doubt}", row.reference(), row.line));
            asked = asked.saturating_add(1);
        }
    }
    for hint in &list.hints {
        say(&hint.to_string());
    }
    for note in &list.notes {
        say(&format!("行ではないとみなしました: {note}"));
    }
    let text = list.to_general_tsv();
    match output {
        None => result(text.trim_end()),
        Some(path) => transport::write_durably(path, |file| file.write_all(text.as_bytes()))
            .with_context(|| format!("{} に書けません", path.display()))?,
    }
    say(&format!("{} 行を読みました（除外 {}、質問 {asked}）", list.rows.len(), list.skipped));
    Ok(list.problems.is_empty())
}

/// Says what differs between two versions of a list. Returns whether they mean the same.
///
/// # Errors
/// When a file cannot be read or holds no list.
pub fn diff(before: &Path, after: &Path, config: Option<&Path>) -> anyhow::Result<bool> {
    let ((before, systems), (after, _)) = (read_list(before, config)?, read_list(after, config)?);
    let changes = compare(&before, &after, &systems);
    for change in &changes {
        result(&change.to_string());
    }
    say(&format!("旧 {} 行、新 {} 行、違い {} 件", before.rows.len(), after.rows.len(), changes.len()));
    Ok(changes.is_empty())
}

/// Reads the lists and says what is malformed, what runs and how much is open. Returns whether all rows could be read.
///
/// # Errors
/// When a file cannot be read.
pub fn check(files: &[PathBuf], questions: bool) -> anyhow::Result<bool> {
    let links = Links::open(&systems(&[]), sources(files)?);
    for broken in links.broken() {
        say(&format!("{}: {}", broken.file, broken.what));
    }
    for problem in links.problems() {
        say(&problem.to_string());
    }
    tell_hints(&links);
    let (rows, all) = rows_and_links(&links);
    let mut together = catalog::check_links(&all, &rows, links.known());
    if !files.is_empty() {
        together = concerning(together, &all, &rows);
    }
    for problem in &together {
        say(&problem.to_string());
    }
    let mut summaries = Vec::new();
    for (list, states) in links.lists() {
        summaries.push(Summary::of(list, states));
        if questions {
            for (row, state) in list.rows.iter().zip(states) {
                for line in lines(row, state) {
                    result(&line);
                }
            }
        }
    }
    result(&summary_table(&summaries));
    Ok(links.broken().is_empty() && links.problems().is_empty() && together.is_empty())
}

/// Of the problems of links those of links that serve these rows: whoever asks after a list of their own is not told of
/// the links of others.
pub(crate) fn concerning(
    problems: Vec<catalog::Problem>,
    links: &[catalog::Link],
    rows: &[LinkRow],
) -> Vec<catalog::Problem> {
    let given: BTreeSet<RowRef> = rows.iter().map(LinkRow::reference).collect();
    let serves = |link: &&catalog::Link| link.serves().any(|row| given.contains(row));
    let names: BTreeSet<String> =
        links.iter().filter(serves).map(|link| format!("{}.toml", link.id)).collect();
    problems.into_iter().filter(|problem| names.contains(&problem.file)).collect()
}

/// What was passed over in the lists without a row being lost.
pub(crate) fn tell_hints(links: &Links) {
    for hint in links.lists().flat_map(|(list, _)| &list.hints) {
        say(&hint.to_string());
    }
}

/// The rows of all lists, and the links that read.
pub(crate) fn rows_and_links(links: &Links) -> (Vec<LinkRow>, Vec<catalog::Link>) {
    let rows = links.lists().flat_map(|(list, _)| &list.rows).cloned().collect();
    (rows, links.all().iter().map(|running| running.link.clone()).collect())
}

/// One row with its state and questions, as lines.
fn lines(row: &LinkRow, state: &RowState) -> Vec<String> {
    let title = format!("{} {} → {}「{}」", state.row, row.source, row.target, row.data);
    let mut lines = match &state.standing {
        Standing::Runs(link) => vec![format!("{title}: 稼働（{link}）")],
        Standing::RunsThrough(legs) => vec![format!("{title}: 稼働（{}）", legs.join(" → "))],
        Standing::RunsOtherwise(link) => vec![format!("{title}: 別の方式で稼働（{link}）")],
        Standing::Lacks(questions) => {
            let mut lines = vec![format!("{title}: 未稼働")];
            lines.extend(questions.iter().map(|question| format!("    {question}")));
            lines
        }
    };
    lines.extend(state.doubts.iter().map(|doubt| format!("    ？{doubt}")));
    lines
}

/// Says in words what each link will do.
///
/// # Errors
/// When a file cannot be read.
pub fn explain() -> anyhow::Result<()> {
    let links = Links::open(&systems(&[]), sources(&[])?);
    for running in links.all() {
        result(&catalog::explain(&running.link));
        if let Err(why) = &running.ready {
            result(&format!("動きません: {why}"));
        }
        result("");
    }
    Ok(())
}
