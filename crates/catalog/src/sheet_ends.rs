//! The two ends of a row: which systems its cells name, and which way it goes.

use std::collections::BTreeSet;

use crate::fold::{bracketed, parts};
use crate::grid::cell_name;
use crate::heading::{Item, Role};
use crate::sheet::Sheet;
use crate::vocabulary::{About, Sense};
use crate::{Direction, Question, QuestionKind};

/// A system as printed, and what the row passes through on its side: `共通基盤(住記システム)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) name: String,
    pub(crate) via: String,
}

impl End {
    fn new(name: &str) -> Self {
        Self { name: name.split_whitespace().collect::<Vec<_>>().join(" "), via: String::new() }
    }
}

impl Sheet<'_> {
    /// The systems a row names at one end; none where nothing says.
    ///
    /// A sender left empty below one that is not means the same, as people write tables; a receiver left empty is not
    /// guessed.
    pub(crate) fn ends(
        &self,
        index: usize,
        cells: &[String],
        item: Item,
        doubts: &mut Vec<Question>,
    ) -> Vec<End> {
        let column = self.heading.column(item);
        let mut text = self.cell(cells, item).to_owned();
        if text.is_empty() {
            let marked = self.marked_ends(cells, item, doubts);
            let by_marks =
                self.heading.roles.iter().any(|role| matches!(role, Role::Mark(of, _) if *of == item));
            if by_marks || item == Item::Target {
                return marked;
            }
            let above = column.and_then(|column| self.above.get(column)).filter(|above| !above.is_empty());
            let (found, from) = match (above, &self.owner) {
                (Some(above), _) => (above.clone(), "上の行の"),
                (None, Some(owner)) => (owner.clone(), "表題の"),
                (None, None) => return Vec::new(),
            };
            let place = column.map_or_else(String::new, |column| format!("（{}）", cell_name(index, column)));
            let said = format!("送り元{place}が空なので、{from}「{found}」とみなしました。よいですか。");
            doubts.push(Question::new(QuestionKind::Assumed, said));
            text = found;
        }
        if self.words.vocabulary.exact(About::Mark, &text).is_some()
            && self.words.systems.resolve(&text).is_none()
        {
            let said = format!("システムの名前の欄に印「{text}」だけがあります。どのシステムですか。");
            doubts.push(Question::new(QuestionKind::Word, said));
            return Vec::new();
        }
        if let Some(ends) = self.named(&text, doubts) {
            return ends;
        }
        let pointed = match item {
            Item::Source => text.trim_end_matches(['→', '⇒']),
            _ => text.trim_start_matches(['→', '⇒']),
        };
        if pointed != text
            && let Some(ends) = self.named(pointed.trim(), doubts)
        {
            return ends;
        }
        let (outer, inner) = bracketed(&text).unwrap_or((&text, ""));
        let everyone = |part: &str| self.words.vocabulary.exact(About::Everyone, part).is_some();
        if everyone(&text) || everyone(outer) || everyone(inner) {
            let end = if item == Item::Source { "送り元" } else { "受け側" };
            let said = format!(
                "{end}「{text}」とだけあります。どのシステムですか。名前を挙げて、一つずつの行にしてください。"
            );
            doubts.push(Question::new(QuestionKind::SystemUnknown, said));
        }
        vec![End::new(&text)]
    }

    /// The systems a text stands for: one, or each of its parts, of which every one must be known.
    fn named(&self, text: &str, doubts: &mut Vec<Question>) -> Option<Vec<End>> {
        let known = |name: &str| self.words.systems.resolve(name).is_some();
        let several = parts(text);
        let whole =
            known(text) || bracketed(text).is_some_and(|(outer, _)| known(outer) && parts(outer).len() > 1);
        if several.len() < 2 || whole {
            if let Some((platform, inner)) = bracketed(text)
                && self.words.vocabulary.exact(About::Platform, platform).is_some()
                && 1 < parts(inner).len()
                && let Some(ends) = self.named(inner, doubts)
            {
                let via = || platform.to_owned();
                return Some(ends.into_iter().map(|end| End { via: via(), ..end }).collect());
            }
            return Some(vec![self.one(text, doubts)?]);
        }
        let mut asked = Vec::new();
        let ends: Option<Vec<End>> = several.iter().map(|part| self.one(part, &mut asked)).collect();
        let Some(ends) = ends else {
            // A bracket on a line of its own.
            let is_one = parts(&text.replace('\n', " ")).len() < 2;
            return if is_one { Some(vec![self.one(text, doubts)?]) } else { None };
        };
        let mut seen = BTreeSet::new();
        let id = |end: &End| self.words.systems.resolve(&end.name).map(|system| system.id.clone());
        let ends =
            ends.into_iter().filter(|end| seen.insert(id(end).unwrap_or_else(|| end.name.clone()))).collect();
        doubts.extend(asked);
        Some(ends)
    }

    /// The one system a text stands for.
    fn one(&self, text: &str, doubts: &mut Vec<Question>) -> Option<End> {
        let known = |name: &str| self.words.systems.resolve(name).is_some();
        if known(text) {
            return Some(End { name: text.to_owned(), via: String::new() });
        }
        let (outer, inner) = bracketed(text)?;
        if self.words.vocabulary.exact(About::Platform, outer).is_some() {
            return Some(End { name: inner.to_owned(), via: outer.to_owned() });
        }
        let (name, said) = if known(outer) {
            (outer, format!("「{text}」を「{outer}」（現行: {inner}）とみなしました。よいですか。"))
        } else if known(inner) {
            (inner, format!("「{text}」を「{inner}」とみなしました。よいですか。"))
        } else {
            return None;
        };
        doubts.push(Question::new(QuestionKind::Assumed, said));
        Some(End::new(name))
    }

    /// The systems whose columns are marked (○).
    fn marked_ends(&self, cells: &[String], item: Item, doubts: &mut Vec<Question>) -> Vec<End> {
        let mut ends = Vec::new();
        for (role, cell) in self.heading.roles.iter().zip(cells) {
            let Role::Mark(of, name) = role else { continue };
            if *of != item || cell.is_empty() {
                continue;
            }
            match self.words.vocabulary.exact(About::Mark, cell) {
                Some("yes") => ends.push(End::new(name)),
                Some(_) => {}
                None => {
                    let said = format!(
                        "「{name}」の欄の「{cell}」が何を指すか分からないので、その連携は動かしていません。連携しますか。"
                    );
                    doubts.push(Question::new(QuestionKind::Word, said));
                }
            }
        }
        ends
    }

    /// Which way a row goes. What shows another way than is understood is a question, and then nothing runs.
    pub(crate) fn direction(
        &self,
        cells: &[String],
        source: &str,
        target: &str,
        doubts: &mut Vec<Question>,
    ) -> Direction {
        let way = |(role, cell): (&Role, &String)| {
            matches!(role, Role::Mark(Item::Direction, _)) && (cell.is_empty() || self.is_mark(cell))
        };
        let marks = self.heading.roles.iter().zip(cells).any(way);
        let has_column = self.heading.column(Item::Direction).is_some() || marks;
        let text = self.text(cells, Item::Direction);
        let text = if ["←・→", "→・←"].contains(&text.as_str()) { "←→" } else { text.as_str() };
        let between = |text: &str| self.between(text, source, target);
        // 「CSV→固定長」 is no way between systems.
        let of_systems = |text: &str| {
            let sides = self.words.vocabulary.arrow_in(text);
            sides.is_some_and(|(left, _, right)| {
                [left, right].iter().any(|side| self.words.systems.resolve(side).is_some())
            })
        };
        let found = match between(text) {
            Some(Some(direction)) => direction,
            Some(None) => {
                let said = format!("方向「{text}」と、この行のシステムが合いません。どちらへ送りますか。");
                doubts.push(Question::new(QuestionKind::Direction, said));
                Direction::Out
            }
            None => self.words.direction(text, has_column, doubts),
        };
        for (column, (role, cell)) in self.heading.roles.iter().zip(cells).enumerate() {
            let aside = *role == Role::Item(Item::Aside);
            if cell.is_empty() || !(aside || *role == Role::Item(Item::Note)) {
                continue;
            }
            let contradicts = match between(cell) {
                Some(Some(direction)) => direction != found,
                Some(None) => aside && !has_column && of_systems(cell),
                None => aside && !has_column && self.words.vocabulary.exact(About::Direction, cell).is_some(),
            };
            if contradicts {
                let name = Some(self.heading.name(column)).filter(|name| !name.is_empty());
                let said = format!(
                    "「{}」の欄に「{cell}」とあります。「{source}」と「{target}」のどちらからどちらへ送りますか。",
                    name.unwrap_or("見出しのない列")
                );
                doubts.push(Question::new(QuestionKind::Direction, said));
            }
        }
        found
    }

    /// What an arrow between two names says of the row's two ends: nothing without an arrow, and no direction where the
    /// names are others.
    fn between(&self, text: &str, source: &str, target: &str) -> Option<Option<Direction>> {
        let (left, arrow, right) = self.words.vocabulary.arrow_in(text)?;
        let same = |one: &str, other: &str| {
            let of = |name: &str| self.words.systems.resolve(name).map(|system| system.id.as_str());
            of(one).is_some() && of(one) == of(other)
        };
        let straight = same(&left, source) && same(&right, target);
        let turned = same(&left, target) && same(&right, source);
        Some(match (arrow, straight, turned) {
            ("→", true, _) | ("←", _, true) => Some(Direction::Out),
            ("→", _, true) | ("←", true, _) => Some(Direction::In),
            (_, true, _) | (_, _, true) => Some(Direction::Both),
            _ => None,
        })
    }

    /// Whether a cell is a mark and nothing else.
    pub(crate) fn is_mark(&self, cell: &str) -> bool {
        self.words.vocabulary.exact(About::Mark, cell).is_some()
    }

    /// Whether a cell says that the row does not run (廃止, 未定): by itself, or with 予定 and 済. Names, data and who is
    /// in charge may hold the same words.
    pub(crate) fn withdrawn(&self, cells: &[String], doubts: &mut Vec<Question>) {
        const CHARS_MAX: usize = 8;
        for (column, (role, cell)) in self.heading.roles.iter().zip(cells).enumerate() {
            let name = self.heading.name(column).replace('\n', "");
            let exact = |text: &str| self.words.vocabulary.exact(About::Withdrawn, text).is_some();
            let names =
                matches!(role, Role::Item(Item::No | Item::Data | Item::File | Item::Source | Item::Target));
            let people = *role == Role::Item(Item::Aside)
                && self.words.vocabulary.sense(About::People, &name).is_some();
            if names || people || cell.is_empty() {
                continue;
            }
            let outer = bracketed(cell).map_or(cell.as_str(), |(outer, _)| outer);
            let guessed =
                self.words.vocabulary.sense(About::Withdrawn, cell) == Some(Sense::Guessed("anywhere"));
            let planned =
                cell.chars().count() <= CHARS_MAX && ["予定", "済"].iter().any(|word| cell.contains(word));
            let whole = exact(cell)
                || exact(outer)
                || parts(cell).iter().any(|part| exact(part))
                || (guessed && planned);
            if !whole && !guessed {
                continue;
            }
            if whole {
                let said = format!("「{name}」に「{cell}」とあるので、動かしていません。連携しますか。");
                doubts.push(Question::new(QuestionKind::Withdrawn, said));
            } else {
                let said = format!("「{name}」に「{cell}」とあります。この行は今も使いますか。");
                doubts.push(Question::new(QuestionKind::Assumed, said));
            }
        }
    }
}
