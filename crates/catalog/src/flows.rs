//! Rows of a list of a municipality that do not go together by what they mean: the same flow twice or in a circle, one
//! file written by two rows.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use crate::check_links::circles;
use crate::doubts::numbered;
use crate::fold::folded;
use crate::{Direction, Known, LinkRow, ListKind, Question, QuestionKind};

/// Adds to the doubts by the index of the row.
pub(crate) fn doubts(rows: &[LinkRow], known: &Known, doubts: &mut BTreeMap<usize, Vec<Question>>) {
    let id =
        |name: &str| known.systems.resolve(name).map_or_else(|| folded(name), |system| system.id.clone());
    let flows: Vec<Flow<'_>> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.kind == ListKind::General)
        .map(|(index, row)| Flow { index, row, source: id(&row.source), target: id(&row.target) })
        .collect();
    same(&flows, doubts);
    in_circles(&flows, doubts);
    one_file(&flows, doubts);
}

struct Flow<'a> {
    index: usize,
    row: &'a LinkRow,
    source: String,
    target: String,
}

/// Rows that are spelled differently and mean the same.
fn same(flows: &[Flow<'_>], doubts: &mut BTreeMap<usize, Vec<Question>>) {
    let mut groups: BTreeMap<_, Vec<&Flow<'_>>> = BTreeMap::new();
    for flow in flows {
        let row = flow.row;
        let meant = (
            (&row.list, &flow.source, &flow.target, folded(&row.data)),
            (row.method, &row.timing, &row.when, row.extent, folded(&row.charset)),
        );
        groups.entry(meant).or_default().push(flow);
    }
    for group in groups.values().filter(|group| 1 < group.len()) {
        for flow in group {
            let told = doubts
                .get(&flow.index)
                .is_some_and(|asked| asked.iter().any(|question| question.kind == QuestionKind::Identical));
            if told {
                continue;
            }
            let text = format!(
                "{}と、送り元・受け側・データ・方式・時期が同じです（書き方だけが違います）。一方は消し忘れですか。",
                others(group, flow)
            );
            doubts.entry(flow.index).or_default().push(Question::new(QuestionKind::Identical, text));
        }
    }
}

/// The other rows of a group by their numbers.
fn others(group: &[&Flow<'_>], flow: &Flow<'_>) -> String {
    let others = group.iter().filter(|other| other.index != flow.index).map(|other| other.row.no.as_str());
    numbered(others, group.len().saturating_sub(1))
}

/// The same data that comes back to where it was sent from.
fn in_circles(flows: &[Flow<'_>], doubts: &mut BTreeMap<usize, Vec<Question>>) {
    let mut by_data: BTreeMap<_, Vec<&Flow<'_>>> = BTreeMap::new();
    for flow in flows.iter().filter(|flow| flow.row.direction != Some(Direction::Both)) {
        if !flow.row.data.is_empty() && flow.source != flow.target {
            by_data.entry((&flow.row.list, folded(&flow.row.data))).or_default().push(flow);
        }
    }
    for group in by_data.values() {
        let systems: BTreeSet<&str> =
            group.iter().flat_map(|flow| [flow.source.as_str(), flow.target.as_str()]).collect();
        let systems: Vec<&str> = systems.into_iter().collect();
        let mut targets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for flow in group {
            targets.entry(&flow.source).or_default().insert(&flow.target);
        }
        let ahead = |system: &str| -> Vec<&str> {
            targets.get(system).map(|targets| targets.iter().copied().collect()).unwrap_or_default()
        };
        for circle in circles(&systems, ahead) {
            let steps: BTreeSet<(&str, &str)> = circle
                .iter()
                .zip(circle.iter().cycle().skip(1))
                .take(circle.len())
                .map(|(from, to)| (*from, *to))
                .collect();
            let within: Vec<&Flow<'_>> = group
                .iter()
                .copied()
                .filter(|flow| steps.contains(&(flow.source.as_str(), flow.target.as_str())))
                .collect();
            for flow in &within {
                let text = format!(
                    "「{}」が{}を回って元のシステムに戻ります。どちらが元のデータですか。",
                    flow.row.data,
                    others(&within, flow)
                );
                doubts.entry(flow.index).or_default().push(Question::new(QuestionKind::Contradiction, text));
            }
        }
    }
}

/// A file of one name for one receiver that two rows write: one would overwrite the other's.
fn one_file(flows: &[Flow<'_>], doubts: &mut BTreeMap<usize, Vec<Question>>) {
    let mut by_file: BTreeMap<(&str, String), (String, Vec<&Flow<'_>>)> = BTreeMap::new();
    for flow in flows {
        for file in files(&flow.row.data).into_iter().chain(files(&flow.row.note)) {
            let (_, of) = by_file.entry((&flow.target, folded(&file))).or_insert_with(|| (file, Vec::new()));
            // Rows of one line stand behind each other.
            let same = |other: &&Flow<'_>| other.row.line == flow.row.line && other.row.list == flow.row.list;
            if !of.last().is_some_and(same) {
                of.push(flow);
            }
        }
    }
    for (file, group) in by_file.values().filter(|(_, group)| 1 < group.len()) {
        for flow in group {
            let text = format!(
                "{}と同じファイル「{file}」に書きます。後のものが前のものを消しませんか。名前を分けますか。",
                others(group, flow)
            );
            doubts.entry(flow.index).or_default().push(Question::new(QuestionKind::Contradiction, text));
        }
    }
}

/// The names of files in a text, as printed: letters and signs with an ending, such as `SYUNO.csv`. An address of the web
/// or of mail is none.
fn files(text: &str) -> Vec<String> {
    let of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_address = |word: &&str| word.contains("://") || word.contains('@') || word.starts_with("www.");
    let shown: String = text.nfkc().collect();
    let names = shown
        .split_whitespace()
        .filter(|word| !is_address(word))
        .flat_map(|word| word.split(|c| !of_name(c)));
    let named = names.filter_map(|name| {
        let (stem, behind) = name.rsplit_once('.')?;
        // Words may follow without a space: 「SYUNO.csvを送る」.
        let ending: String = behind.chars().take_while(char::is_ascii_alphanumeric).collect();
        let is_ending = (2..=4).contains(&ending.len()) && ending.chars().any(|c| c.is_ascii_alphabetic());
        (!stem.is_empty() && is_ending).then(|| format!("{stem}.{ending}"))
    });
    named.collect()
}
