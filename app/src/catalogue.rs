//! `daicho catalog`: the linkage lists, what runs, what each row lacks.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use catalog::{LinkRow, RowState, Standing, Summary, summary_table};
use office::{LinkSources, Links, ListFile};

use crate::house::systems;
use crate::progress::{result, say};
use crate::standards::CARRIED;

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
    let text = |path: &str| {
        CARRIED
            .iter()
            .find(|carried| carried.path == path)
            .map(|carried| carried.text.to_owned())
            .unwrap_or_default()
    };
    let own = ["city.tsv", "town_a.tsv", "kotoura_links.tsv", "unit_links.tsv"];
    let mut lists: Vec<ListFile> =
        below("lists/").into_iter().filter(|file| own.contains(&file.name.as_str())).collect();
    if !files.is_empty() {
        lists.clear();
        for path in files {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let text =
                fs::read_to_string(path).with_context(|| format!("{} が読めません", path.display()))?;
            lists.push(ListFile { name, text });
        }
    }
    // Places are the town's own; here every place a link names counts as there.
    let mut places = std::collections::BTreeMap::new();
    for link in below("links/") {
        if let Ok(link) = catalog::Link::parse(&link.text, &link.name)
            && let catalog::Delivery::Folder { place, .. } = link.delivery
        {
            places.insert(place, PathBuf::new());
        }
    }
    Ok(LinkSources {
        lists,
        systems: text("lists/systems.tsv"),
        charset_words: text("lists/charset_words.tsv"),
        links: below("links/"),
        layouts: below("layouts/"),
        tables: moji::Tables::built_in(),
        places,
    })
}

/// Reads the lists and says what is malformed, what runs and how much is open. Returns whether all rows could be read.
///
/// # Errors
/// When a file cannot be read.
pub fn check(files: &[PathBuf], questions: bool) -> anyhow::Result<bool> {
    let links = Links::open(&systems(), sources(files)?);
    for broken in links.broken() {
        say(&format!("{}: {}", broken.file, broken.what));
    }
    for problem in links.problems() {
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
    Ok(links.broken().is_empty() && links.problems().is_empty())
}

/// One row with its state and questions, as lines.
fn lines(row: &LinkRow, state: &RowState) -> Vec<String> {
    let title = format!("{} {} → {}「{}」", state.row, row.source, row.target, row.data);
    let mut lines = match &state.standing {
        Standing::Runs(link) => vec![format!("{title}: 稼働（{link}）")],
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
    let links = Links::open(&systems(), sources(&[])?);
    for running in links.all() {
        result(&catalog::explain(&running.link));
        if let Err(why) = &running.ready {
            result(&format!("動きません: {why}"));
        }
        result("");
    }
    Ok(())
}
