//! What all pack files have: lines of tab-separated columns, code points in hex.

use std::collections::HashMap;

use super::PackFile;
use crate::cluster::{Cluster, is_selector, is_voiced_mark};
use crate::code::Code;
use crate::gaiji::{self, TableError};
use crate::jef::{Class, Reading};

/// Name and hash of the files of a pack, in the order in which they are read.
pub(super) fn version(name: &str, files: &[PackFile<'_>]) -> String {
    let whole: String = files.iter().flat_map(|file| [file.name, "\n", file.text]).collect();
    gaiji::version(name, &whole)
}

/// Collects what is wrong with one file.
pub(super) struct Report<'a> {
    file: &'a str,
    pub errors: Vec<TableError>,
}

impl<'a> Report<'a> {
    pub(super) fn new(file: &'a str) -> Self {
        Self { file, errors: Vec::new() }
    }

    pub(super) fn say(&mut self, line: usize, rule: impl Into<String>) {
        self.errors.push(TableError { file: self.file.to_owned(), line, rule: rule.into() });
    }
}

/// Rows with their line numbers; remarks and empty lines are passed over.
pub(super) fn rows(text: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    (1..)
        .zip(text.trim_start_matches('\u{FEFF}').lines())
        .filter(|(_, content)| !content.starts_with('#') && !content.trim().is_empty())
        .map(|(line, content)| (line, content.split('\t').collect()))
}

/// Reads the main file: `code, ucs, vs_mj, vs_aj1, compat, mj, flags`. Columns behind `compat` are for people.
pub(super) fn readings(file: PackFile<'_>, report: &mut Report<'_>) -> Vec<Reading> {
    let mut found = Vec::new();
    let mut lines: HashMap<Code, usize> = HashMap::new();
    for (line, columns) in rows(file.text) {
        let mut columns = columns.into_iter();
        let mut column = || columns.next().unwrap_or_default();
        let (code, ucs, mj, aj1, compat) = (column(), column(), column(), column(), column());
        let Some(code) = Code::parse_hex(code) else {
            report.say(line, format!("コード「{code}」を16進数として読めません"));
            continue;
        };
        if let Some(other) = lines.insert(code, line) {
            report.say(line, format!("コード {code} は{other}行目にもあります"));
            continue;
        }
        if ucs.is_empty() {
            // A code that Unicode has no character for; reading it is an error of its own.
            continue;
        }
        let Some(text) = Cluster::parse_hex(ucs).filter(|text| text.selector().is_none()) else {
            report.say(line, format!("文字「{ucs}」をコードポイントとして読めません"));
            continue;
        };
        let mut selector = |hex: &str, what: &str| match (hex, scalar(hex)) {
            ("", _) => None,
            (_, Some(c)) if is_selector(c) => Some(c),
            _ => {
                report.say(line, format!("{what}「{hex}」は異体字セレクタではありません"));
                None
            }
        };
        let (moji_joho, adobe_japan1) = (selector(mj, "vs_mj"), selector(aj1, "vs_aj1"));
        let compatibility = scalar(compat);
        if !compat.is_empty() && compatibility.is_none() {
            report.say(line, format!("compat「{compat}」をコードポイントとして読めません"));
        }
        found.push(Reading { code, text, moji_joho, adobe_japan1, compatibility });
    }
    found
}

/// Reads an encode file: `ucs, code, class`.
pub(super) fn writings(file: PackFile<'_>, report: &mut Report<'_>) -> Vec<(Cluster, Code, Class)> {
    let mut found = Vec::new();
    let mut lines: HashMap<Cluster, usize> = HashMap::new();
    for (line, columns) in rows(file.text) {
        let &[ucs, code, class, ..] = columns.as_slice() else {
            report.say(line, "列が足りません（ucs、code、class が必要です）");
            continue;
        };
        let Some(cluster) = Cluster::parse_hex(ucs) else {
            report.say(line, format!("文字「{ucs}」をコードポイントとして読めません"));
            continue;
        };
        let Some(code) = Code::parse_hex(code) else {
            report.say(line, format!("コード「{code}」を16進数として読めません"));
            continue;
        };
        let class = match class.trim() {
            "R" => Class::Regular,
            "B" => Class::Base,
            "V" => Class::MojiJoho,
            "A" => Class::AdobeJapan1,
            "C" => Class::Compatibility,
            "W" => Class::Spelling,
            other => {
                report.say(line, format!("class「{other}」は R B V A C W のどれでもありません"));
                continue;
            }
        };
        // One sequence may be of both collections; each link uses one of them.
        let twice = lines.insert(cluster, line).filter(|_| {
            found.iter().rev().any(|&(other, _, kind): &(Cluster, Code, Class)| {
                other == cluster && !(is_sequence(kind) && is_sequence(class) && kind != class)
            })
        });
        if let Some(other) = twice {
            report.say(line, format!("文字「{ucs}」は{other}行目にもあります"));
            continue;
        }
        found.push((cluster, code, class));
    }
    found
}

fn is_sequence(class: Class) -> bool {
    matches!(class, Class::MojiJoho | Class::AdobeJapan1)
}

/// The scalars that form one cluster with a voiced mark, by the tables of a pack.
pub(super) fn pairs<'a>(clusters: impl Iterator<Item = &'a Cluster>) -> Vec<(char, char)> {
    clusters
        .filter_map(|cluster| {
            cluster.mark().filter(|&c| is_voiced_mark(c)).map(|mark| (cluster.base(), mark))
        })
        .collect()
}

pub(super) fn scalar(hex: &str) -> Option<char> {
    u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)
}
