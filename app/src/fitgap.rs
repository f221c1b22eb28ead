//! `daicho fitgap`: the requirements of a standard beside what answers them here (適合・相違).

use std::collections::BTreeMap;

use anyhow::bail;

use crate::progress::result as line;

/// The tables by system.
pub const TABLES: [(&str, &str); 6] = [
    ("resident-register", include_str!("../../standards/fitgap/resident-register.tsv")),
    ("light-vehicle-tax", include_str!("../../standards/fitgap/light-vehicle-tax.tsv")),
    ("tax-collection", include_str!("../../standards/fitgap/tax-collection.tsv")),
    ("addressee", include_str!("../../standards/fitgap/addressee.tsv")),
    ("integrated-addressee", include_str!("../../standards/fitgap/integrated-addressee.tsv")),
    ("application-management", include_str!("../../standards/fitgap/application-management.tsv")),
];

/// One requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement<'a> {
    /// The mark it goes by (R-…, M-…, E…, a section).
    pub id: &'a str,
    /// 実装必須, 標準オプション or 実装しない.
    pub kind: &'a str,
    /// What is asked.
    pub title: &'a str,
    /// Where.
    pub source: &'a str,
    /// What names it in the code.
    pub mark: &'a str,
    /// The function that answers it.
    pub function: &'a str,
    /// The cases or the file of tests that hold it.
    pub test: &'a str,
    /// 済, 一部, 未 or 実装しない.
    pub state: &'a str,
    /// Why it is not done, or how it is.
    pub remark: &'a str,
}

/// The requirements of a table, in its order.
pub fn requirements(table: &str) -> impl Iterator<Item = Requirement<'_>> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| {
        let mut cells = line.split('\t');
        let mut cell = || cells.next().unwrap_or_default();
        Requirement {
            id: cell(),
            kind: cell(),
            title: cell(),
            source: cell(),
            mark: cell(),
            function: cell(),
            test: cell(),
            state: cell(),
            remark: cell(),
        }
    })
}

/// Prints the requirements, all or those in one state, and how many are in which.
///
/// # Errors
/// When the system has no table, or no requirement is in the state.
pub fn print(system: &str, state: Option<&str>) -> anyhow::Result<()> {
    let Some((_, table)) = TABLES.iter().find(|(id, _)| *id == system) else {
        let known: Vec<&str> = TABLES.iter().map(|(id, _)| *id).collect();
        bail!("「{system}」の要件の表はありません。あるのは {} です", known.join("、"));
    };
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut shown = 0;
    for one in requirements(table) {
        *counts.entry((one.kind, one.state)).or_default() += 1;
        if state.is_some_and(|state| state != one.state) {
            continue;
        }
        shown += 1;
        line(&format!("{}  {}  {}  {}", pad(one.id, 9), pad(one.state, 10), pad(one.kind, 14), one.title));
        for (name, value) in
            [("根拠", one.source), ("機能", one.function), ("試験", one.test), ("説明", one.remark)]
        {
            if !value.is_empty() {
                line(&format!("           {name}: {value}"));
            }
        }
    }
    if shown == 0 {
        bail!(
            "状態「{}」の要件はありません。状態は 済、一部、未、実装しない です",
            state.unwrap_or_default()
        );
    }
    line("");
    for ((kind, state), count) in counts {
        line(&format!("{} {} {count}件", pad(kind, 14), pad(state, 10)));
    }
    Ok(())
}

/// Fills up with blanks; a character outside ASCII takes two columns of a terminal.
fn pad(text: &str, width: usize) -> String {
    let taken: usize = text.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(taken)))
}
