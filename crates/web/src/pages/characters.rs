//! The character report of a delivery (文字の変換): what was lost first, what only looks different last.

use std::collections::BTreeMap;

use linkage::CharLine;

use crate::problem::Problem;
use crate::visit::Visit;
use crate::words::grouped;

/// Rows a page shows; the file beside the bytes has all.
const ROWS_MAX: usize = 200;

/// Lines read for them at most: neighbours of one item become one row.
const LINES_MAX: usize = 2_000;

/// What can be done to a character, from the worst to what nobody misses, with the class of its mark.
const KINDS: &[(&str, &str)] = &[
    ("代替文字", "bad"),
    ("切り捨て", "bad"),
    ("異体字セレクタ除去", "planned"),
    ("縮退", "planned"),
    // As deliveries of older versions called it.
    ("同一コードへの統合", "planned"),
    ("外字のまま", "planned"),
    ("全角化", "quiet"),
    ("別表記に統一", "quiet"),
    ("制御コードの整理", "quiet"),
];

/// Where a kind stands in that order; one that is not known yet is looked at with the losses.
fn rank(done: &str) -> usize {
    KINDS.iter().position(|(known, _)| *known == done).unwrap_or(1)
}

fn class(done: &str) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == done).map_or("bad", |(_, class)| class)
}

/// One kind of conversion, as a filter.
pub(crate) struct Kind {
    pub(crate) label: String,
    pub(crate) count: String,
    pub(crate) class: &'static str,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// Neighbouring characters of one item to which the same was done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) subject: String,
    /// Whether the row above tells of the same person.
    pub(crate) same: bool,
    pub(crate) item: String,
    /// 2 or 2～5; of all persons together how many times.
    pub(crate) place: String,
    pub(crate) characters: String,
    /// The code of a character that stands alone.
    pub(crate) code: String,
    pub(crate) done: String,
    pub(crate) class: &'static str,
    pub(crate) to: String,
    first: usize,
    next: usize,
    count: u64,
}

/// The report as a page shows it.
pub(crate) struct Report {
    pub(crate) total: String,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) rows: Vec<Row>,
    /// Characters that are not shown; empty for none.
    pub(crate) rest: String,
}

impl Report {
    /// Whose characters it shows.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = String> {
        self.rows.iter().map(|row| row.subject.clone()).filter(|subject| !subject.is_empty())
    }

    /// The report of the delivery that the address names, of one kind or of all; none when nothing was converted.
    pub(crate) fn of(
        visit: &Visit,
        counts: &BTreeMap<String, u64>,
        wanted: &str,
    ) -> Result<Option<Self>, Problem> {
        let all: u64 = counts.values().sum();
        let Ok(no) = visit.param("no").parse::<u64>() else { return Ok(None) };
        if all == 0 {
            return Ok(None);
        }
        let id = visit.param("id");
        let wanted = if counts.contains_key(wanted) { wanted } else { "" };
        let mut present: Vec<(&str, u64)> =
            counts.iter().map(|(done, count)| (done.as_str(), *count)).collect();
        present.sort_by_key(|(done, _)| rank(done));
        let mut rows: Vec<Row> = Vec::new();
        for (done, _) in present.iter().filter(|(done, _)| wanted.is_empty() || *done == wanted) {
            if rows.len() < ROWS_MAX {
                let lines = visit.office().characters(id, no, done, LINES_MAX)?;
                rows.extend(joined(lines));
            }
        }
        rows.truncate(ROWS_MAX);
        let shown: u64 = rows.iter().map(|row| row.count).sum();
        let total = if wanted.is_empty() { all } else { counts.get(wanted).copied().unwrap_or_default() };
        let kind = |done: &str, count: u64| {
            let query: String =
                form_urlencoded::Serializer::new(String::new()).append_pair("done", done).finish();
            let query = if done.is_empty() { String::new() } else { format!("?{query}") };
            Kind {
                label: if done.is_empty() { "すべて".to_owned() } else { done.to_owned() },
                count: grouped(count),
                class: if done.is_empty() { "quiet" } else { class(done) },
                href: format!("/links/{id}/{no}{query}#characters"),
                current: done == wanted,
            }
        };
        let rest = total.saturating_sub(shown);
        Ok(Some(Self {
            total: grouped(all),
            kinds: std::iter::once(("", all)).chain(present).map(|(done, count)| kind(done, count)).collect(),
            rows,
            rest: if rest == 0 { String::new() } else { grouped(rest) },
        }))
    }
}

/// Lines of one kind as rows.
fn joined(lines: Vec<CharLine>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for line in lines {
        let above = rows.last_mut();
        let together = line.subject.is_empty();
        let same = !together && above.as_ref().is_some_and(|row| row.subject == line.subject);
        if let Some(row) = above
            && same
            && row.item == line.item
            && row.next == line.position
        {
            row.characters.push_str(&line.character);
            row.to.push_str(&line.to);
            row.place = format!("{}～{}", row.first + 1, line.position + 1);
            row.code.clear();
            row.next += 1;
            row.count += 1;
            continue;
        }
        let codes: Vec<String> = line.character.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
        rows.push(Row {
            same,
            place: if together {
                format!("{}回", grouped(line.count))
            } else {
                (line.position + 1).to_string()
            },
            code: codes.join(" "),
            class: class(&line.done),
            first: line.position,
            next: line.position + 1,
            count: line.count,
            subject: line.subject,
            item: line.item,
            characters: line.character,
            done: line.done,
            to: line.to,
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_come_before_what_only_looks_different() {
        let mut kinds = ["全角化", "異体字セレクタ除去", "切り捨て", "代替文字"];
        kinds.sort_by_key(|done| rank(done));
        assert_eq!(kinds, ["代替文字", "切り捨て", "異体字セレクタ除去", "全角化"]);
    }

    #[test]
    fn neighbours_of_one_item_are_one_row_and_one_person_is_named_once() {
        let line = |subject: &str, item: &str, position: usize, character: &str, to: &str| CharLine {
            subject: subject.to_owned(),
            item: item.to_owned(),
            position,
            character: character.to_owned(),
            done: "代替文字".to_owned(),
            to: to.to_owned(),
            count: 1,
        };
        let rows = joined(vec![
            line("1", "方書", 2, "1", "１"),
            line("1", "方書", 3, "0", "０"),
            line("1", "方書", 5, "A", "Ａ"),
            line("1", "氏名", 6, "B", "Ｂ"),
            line("2", "氏名", 7, "C", "Ｃ"),
        ]);
        let seen: Vec<(&str, bool, &str, &str, &str)> = rows
            .iter()
            .map(|row| (&*row.subject, row.same, &*row.place, &*row.characters, &*row.code))
            .collect();
        assert_eq!(
            seen,
            [
                ("1", false, "3～4", "10", ""),
                ("1", true, "6", "A", "U+0041"),
                ("1", true, "7", "B", "U+0042"),
                ("2", false, "8", "C", "U+0043"),
            ]
        );
    }

    #[test]
    fn what_only_changed_its_spelling_is_told_once_for_all() {
        let line = |character: &str, count: u64| CharLine {
            subject: String::new(),
            item: "方書".to_owned(),
            position: 0,
            character: character.to_owned(),
            done: "全角化".to_owned(),
            to: "１".to_owned(),
            count,
        };
        let rows = joined(vec![line("1", 1200), line("2", 1)]);
        let seen: Vec<(&str, bool, &str, u64)> =
            rows.iter().map(|row| (&*row.characters, row.same, &*row.place, row.count)).collect();
        assert_eq!(seen, [("1", false, "1,200回", 1200), ("2", false, "1回", 1)]);
    }
}
