//! The two ends of a row: which systems its cells name, and which way it goes.

use std::collections::BTreeSet;

use crate::fold::{bracketed, folded, parts};
use crate::grid::cell_name;
use crate::heading::{Item, Role, item_of};
use crate::sheet::Sheet;
use crate::vocabulary::About;
use crate::words::ARROWS;
use crate::{Direction, Question, QuestionKind};

/// A system as printed, and what the row passes through on its side: `共通基盤(住記システム)`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) name: String,
    pub(crate) via: String,
    /// What the mark that names it says of when, by the list's own legend.
    pub(crate) said: String,
}

impl End {
    fn new(name: &str) -> Self {
        Self { name: name.split_whitespace().collect::<Vec<_>>().join(" "), ..Self::default() }
    }
}

/// A text with the other ways to part names as commas: 国保及び介護, ①国保②介護.
fn spread(text: &str) -> String {
    let mut spread = text.replace(|c| ('①'..='⑳').contains(&c), "、");
    for word in ["及び", "および", "並びに", "ならびに"] {
        spread = spread.replace(word, "、");
    }
    spread.trim_start_matches('、').to_owned()
}

/// Whether a text names some and counts the others: 国保他6業務.
fn counts_others(text: &str) -> bool {
    let text = folded(text);
    ["他", "ほか", "外"].iter().flat_map(|word| text.match_indices(word)).any(|(place, word)| {
        let behind = text.get(place.saturating_add(word.len())..).unwrap_or_default();
        let unit = behind.trim_start_matches(|c: char| c.is_ascii_digit());
        unit.len() < behind.len()
            && ["業務", "システム", "課", "件"].iter().any(|word| unit.starts_with(word))
    })
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
            if let Some((left, _, right)) = self.words.vocabulary.arrow_in(self.cell(cells, Item::Route)) {
                let side = if item == Item::Source { left } else { right };
                return self.named(&side, doubts).unwrap_or_else(|| vec![End::new(&side)]);
            }
            // Who receives all that is listed, only the title says.
            let title = self.owner.as_ref().filter(|_| self.all_received() && !by_marks);
            match (item, title) {
                (Item::Target, Some(owner)) => {
                    if let Some(column) = column {
                        let place = cell_name(index, column);
                        let said = format!(
                            "受け側（{place}）が空なので、表題の「{owner}」とみなしました。よいですか。"
                        );
                        doubts.push(Question::new(QuestionKind::Assumed, said));
                    }
                    return vec![End::new(owner)];
                }
                _ if by_marks || item == Item::Target => return marked,
                _ => {}
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
        if everyone(&text) || everyone(outer) || everyone(inner) || counts_others(&text) {
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
        let spread = spread(text);
        let text = if known(text) { text } else { spread.as_str() };
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
            return Some(End { name: text.to_owned(), ..End::default() });
        }
        let (outer, inner) = bracketed(text)?;
        if self.words.vocabulary.exact(About::Platform, outer).is_some() {
            return Some(End { name: inner.to_owned(), via: outer.to_owned(), ..End::default() });
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
            if let Some(said) = self.legend.get(cell) {
                ends.push(End { said: said.clone(), ..End::new(name) });
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

    /// What a column of ends says of itself, of its lines the first that says anything: `source`, `own`, `side-a` …
    fn heading_of(&self, item: Item) -> Option<&str> {
        let name = self.heading.name(self.heading.column(item)?);
        name.split('／').find_map(|line| {
            let said = self.words.vocabulary.heading(line)?;
            (item_of(said) == item).then_some(said)
        })
    }

    /// Whether the heading of the sender says so (送信元), and not only whose list it is (業務名).
    fn ends_are_fixed(&self) -> bool {
        self.heading_of(Item::Source) == Some("source")
    }

    /// Whether the title says that all rows come in, and their column names who sends.
    fn all_received(&self) -> bool {
        self.way == Some(Direction::In) && self.ends_are_fixed()
    }

    /// What a row carries: one thing, or what goes out and what comes in where each has its column.
    pub(crate) fn carried(&self, cells: &[String]) -> Vec<(String, Option<Direction>)> {
        let both = [(Item::DataOut, Direction::Out), (Item::DataIn, Direction::In)];
        let mut carried = Vec::new();
        for (item, way) in both {
            match self.cell(cells, item) {
                "" => {}
                // ○ below 送信データ, and the name of the data elsewhere.
                mark if self.is_mark(mark) => {
                    if self.words.vocabulary.exact(About::Mark, mark) == Some("yes") {
                        carried.push((self.text(cells, Item::Data), Some(way)));
                    }
                }
                data => carried.push((data.to_owned(), Some(way))),
            }
        }
        if carried.is_empty() {
            carried.push((self.text(cells, Item::Data), None));
        }
        carried
    }

    /// Which way a row goes. `way` is that of the column its data stands in. What shows another way than is understood is
    /// a question, and then nothing runs.
    pub(crate) fn direction(
        &self,
        cells: &[String],
        (source, target): (&str, &str),
        way: Option<Direction>,
        doubts: &mut Vec<Question>,
    ) -> Direction {
        if let Some((_, arrow, _)) = self.words.vocabulary.arrow_in(self.cell(cells, Item::Route)) {
            let meaning = ARROWS.iter().find(|(sign, _)| *sign == arrow);
            return meaning.map_or(Direction::Out, |(_, meaning)| *meaning);
        }

        let is_way = |(role, cell): (&Role, &String)| {
            matches!(role, Role::Mark(Item::Direction, _)) && (cell.is_empty() || self.is_mark(cell))
        };
        let marks = self.heading.roles.iter().zip(cells).any(is_way);
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
            None if text.is_empty() && (way.is_some() || !has_column) => self.unsaid(way, doubts),
            None => {
                let said = self.words.direction(text, has_column, doubts);
                let said = self.as_headed(said, text, (source, target), doubts);
                match way {
                    Some(way) if said != Direction::Both && said != way => {
                        let asked = format!(
                            "方向は「{text}」ですが、データは反対の欄にあります。どちらへ送りますか。"
                        );
                        doubts.push(Question::new(QuestionKind::Direction, asked));
                        way
                    }
                    Some(way) => way,
                    None => said,
                }
            }
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

    /// The way of a row that no column of the direction tells: that of its data, or of its title. Headings that say who sends
    /// stand, whatever the title says.
    fn unsaid(&self, way: Option<Direction>, doubts: &mut Vec<Question>) -> Direction {
        let named = self.heading_of(Item::Source);
        let partner = self.heading_of(Item::Target) != Some("target");
        let told = way.or(self.heading.data_way).or(self.way.filter(|_| partner));
        if named == Some("side-a") && told.is_none() {
            let said = "二つのシステムのどちらからどちらへ送るかが書かれていません。どちらへ送りますか。";
            doubts.push(Question::new(QuestionKind::Direction, said));
        }
        if !self.ends_are_fixed() {
            return told.unwrap_or(Direction::Out);
        }
        if way == Some(Direction::In) {
            let said = "送り元と受け側の欄がありますが、データは受信の欄にあります。どちらへ送りますか。";
            doubts.push(Question::new(QuestionKind::Direction, said));
        }
        Direction::Out
    }

    /// The way a word gives, where the headings say who sends: 受信 there is said from the side of whose list it is, and turns
    /// nothing round. An arrow drawn between the two columns shows the way by itself.
    fn as_headed(
        &self,
        said: Direction,
        text: &str,
        (source, target): (&str, &str),
        doubts: &mut Vec<Question>,
    ) -> Direction {
        let column = |item: Item| self.heading.column(item);
        let between = match (column(Item::Source), column(Item::Direction), column(Item::Target)) {
            (Some(source), Some(way), Some(target)) => {
                (source < way && way < target) || (target < way && way < source)
            }
            _ => false,
        };
        let drawn = between && !text.chars().any(char::is_alphanumeric);
        if said != Direction::In || !self.ends_are_fixed() || drawn {
            return said;
        }
        let is_owner = |name: &str| {
            let of = |name: &str| self.words.systems.resolve(name).map(|system| system.id.as_str());
            self.owner.as_deref().and_then(of).is_some_and(|owner| of(name) == Some(owner))
        };
        if !is_owner(target) && (between || is_owner(source)) {
            let asked = format!(
                "方向「{text}」と、送り元「{source}」、受け側「{target}」の欄が合いません。どちらからどちらへ送りますか。"
            );
            doubts.push(Question::new(QuestionKind::Direction, asked));
        }
        Direction::Out
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
}
