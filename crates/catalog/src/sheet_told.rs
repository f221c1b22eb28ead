//! What is told of a list as a whole: why it cannot be read, and what of it is not.

use std::collections::BTreeMap;

use crate::Problem;
use crate::derive::dates;
use crate::fold::folded;
use crate::heading::{Heading, Item, Near, Role};
use crate::heading_settle::likely;
use crate::sheet_words::Words;
use crate::vocabulary::About;

/// What is told where no line can be the headings.
pub(crate) fn no_heading(file: &str, near: Option<Near>) -> Problem {
    let what = "連携一覧の見出しが見つかりません";
    let problem = match near {
        None => Problem::new(file, what),
        Some(near) => {
            let line = near.row.saturating_add(1);
            let unknown = if near.unknown.is_empty() {
                String::new()
            } else {
                format!("。分からない見出し: {}", near.unknown.join("、"))
            };
            let what =
                format!("{what}。{line}行目が見出しに近いですが、{}が分かりません{unknown}", near.missing);
            Problem::new(file, what).line(line)
        }
    };
    problem
        .rule("送り元、受け側と、データ、方式、時期のどれかの列が要ります")
        .remedy("見出しの言葉を確かめるか、言葉の表（vocabulary.tsv）に足してください")
}

/// The columns whose heading no word explains, once for the list: what stands in them is kept as a remark and does nothing.
pub(crate) fn unread_columns(
    file: &str,
    heading: &Heading,
    rows: &[Vec<String>],
    words: Words<'_>,
) -> Vec<Problem> {
    let mut hints = Vec::new();
    for (column, role) in heading.roles.iter().enumerate() {
        let name = heading.name(column);
        let explained = |line: &str| words.vocabulary.heading(line).is_some();
        let below = || rows.iter().skip(heading.below()).filter_map(|row| row.get(column));
        if *role != Role::Item(Item::Aside)
            || name.is_empty()
            || name.split('／').any(explained)
            || below().all(String::is_empty)
        {
            continue;
        }
        let shown = name.replace('\n', "");
        let what = format!("見出し「{shown}」は読んでいません。中身は備考として残しています");
        let item = match likely(heading, rows, column, words) {
            Some(Item::Timing) => "「時期」",
            Some(Item::Extent) => "「全件・差分」",
            Some(Item::Method) => "「方式」",
            Some(Item::Direction) => "「方向」",
            Some(Item::Target) => "システムの名前",
            _ => "",
        };
        let mut hint = Problem::new(file, what).line(heading.below()).cell(&shown, column.saturating_add(1));
        if !item.is_empty() {
            hint = hint.rule(format!("中身は{item}のようです"));
        }
        let remedy = "連携に要る列なら、見出しを直すか、言葉の表（vocabulary.tsv）に足してください";
        hints.push(hint.remedy(remedy));
    }
    hints
}

/// What the list says its marks mean, where that is a timing: 「※○：日次　◎：月次」.
pub(crate) fn legend(rows: &[Vec<String>], words: Words<'_>) -> BTreeMap<String, String> {
    const MARKS: [char; 15] = ['○', '◯', '〇', '◎', '●', '△', '▲', '▽', '▼', '□', '■', '☆', '★', '◇', '◆'];
    let is_timing =
        |word: &str| words.vocabulary.exact(About::Timing, word).is_some() || dates::word(word).is_some();
    let mut legend = BTreeMap::new();
    for text in rows.iter().flatten().filter(|text| text.contains(MARKS)) {
        let signs: Vec<char> = text.chars().collect();
        for (place, mark) in signs.iter().enumerate().filter(|(_, c)| MARKS.contains(c)) {
            let behind = signs.get(place.saturating_add(1)..).unwrap_or_default();
            let Some((':' | '：' | '=' | '＝' | '…', said)) =
                behind.split_first().map(|(c, rest)| (*c, rest))
            else {
                continue;
            };
            let ends = |c: &char| {
                MARKS.contains(c) || c.is_whitespace() || matches!(c, '、' | '，' | ',' | '。' | '／')
            };
            let said: String = said.iter().take_while(|c| !ends(c)).collect();
            // The whole legend may stand in brackets.
            let is_open = said.contains(['(', '（']);
            let said = if is_open { said } else { said.trim_end_matches([')', '）']).to_owned() };
            if !folded(&said).is_empty() && is_timing(&said) {
                legend.entry(mark.to_string()).or_insert(said);
            }
        }
    }
    legend
}
