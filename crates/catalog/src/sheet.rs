//! A linkage list as municipalities really keep it: a sheet with titles, headings of several lines, merged cells,
//! marks, notes, and words of their own.
//!
//! Every assumption made in reading is kept beside its row as a question; nothing is assumed in silence.

use std::collections::{BTreeMap, BTreeSet};

use crate::derive::dates;
use crate::fold::folded;
use crate::grid::Grid;
use crate::heading::{Heading, Item, Role, SUM_SIGNS, at, find};
use crate::list::{LinkList, LinkRow, ListId, ListKind, Volume};
use crate::sheet_ends::End;
use crate::sheet_numbers::printed;
use crate::sheet_time::Told;
use crate::sheet_told::{legend, no_heading, unread_columns};
use crate::sheet_words::{Words, figure};
use crate::vocabulary::{About, Sense, Vocabulary};
use crate::{Direction, Problem, Question, QuestionKind, Systems, TimingWord};

/// Signs a note below or above a list begins with.
const NOTE_SIGNS: [&str; 8] = ["※", "＊", "*", "注", "（注", "(注", "【注", "凡例"];

/// More systems in one line have not been meant.
const PAIRS_MAX: usize = 100;

/// A table a person keeps has fewer cells, empty ones counted.
const CELLS_MAX: usize = 2_000_000;

impl LinkList {
    /// Reads a list as a municipality keeps it (連携一覧): the headings are searched by the vocabulary; merged cells and
    /// 〃 repeat what stands above; marks (○) in columns such as 日次 count as that word; lines of a single text are
    /// titles of sections or notes.
    ///
    /// A row without source or target is a [`Problem`]; the rest is loaded, with [`LinkRow::doubts`] for what was assumed,
    /// such as the number of a row whose own is taken. Any grid gives a list, perhaps an empty one.
    #[must_use]
    pub fn from_grid(grid: &Grid, id: &str, vocabulary: &Vocabulary, systems: &Systems) -> Self {
        Self::from_words(grid, id, Words { vocabulary, systems, sheet: &grid.sheet }, None).0
    }

    /// The same, with the headings found; `given` are those of another sheet for one that has none.
    pub(crate) fn from_words(
        grid: &Grid,
        id: &str,
        words: Words<'_>,
        given: Option<Heading>,
    ) -> (Self, Option<Heading>) {
        let file = if grid.sheet.is_empty() {
            grid.file.clone()
        } else {
            format!("{}「{}」", grid.file, grid.sheet)
        };
        let mut list = Self {
            id: ListId(id.to_owned()),
            kind: None,
            header: Vec::new(),
            header_line: 0,
            rows: Vec::new(),
            skipped: 0,
            problems: Vec::new(),
            hints: Vec::new(),
            notes: Vec::new(),
            left_out: Vec::new(),
        };
        let cells = grid.rows.len().saturating_mul(grid.width());
        if CELLS_MAX < cells {
            let problem =
                Problem::new(&file, format!("表が大きすぎます（{}行{}列）", grid.rows.len(), grid.width()))
                    .rule(format!("一覧は{CELLS_MAX}升までです"))
                    .remedy("一覧だけのファイルにし、離れた升の文字を消してください");
            list.problems.push(problem);
            return (list, None);
        }
        let (rows, width) = grid.filled();
        let heading = match given.map_or_else(|| find(&rows, width, words), Ok) {
            Ok(heading) => heading,
            Err(near) => {
                list.problems.push(no_heading(&file, near));
                return (list, None);
            }
        };
        list.kind = Some(ListKind::General);
        list.header.clone_from(&heading.names);
        list.header_line = heading.below();
        let mut sheet = Sheet {
            grid,
            file: &file,
            words,
            rows: &rows,
            owner: owner(grid, &rows, heading.top, words.systems),
            way: titles(grid, &rows, heading.top).find_map(|title| words.vocabulary.titled(title)),
            legend: legend(&rows, words),
            above: Vec::new(),
            repeated: Vec::new(),
            numbers: BTreeSet::new(),
            printed: printed(&rows, &heading),
            heading,
        };
        list.hints.extend(unread_columns(&file, &sheet.heading, &rows, words));
        for (index, cells) in rows.iter().enumerate().skip(sheet.heading.below()) {
            if index < sheet.heading.below() {
                continue;
            }
            match sheet.read(index, cells, &list) {
                Line::Rows(rows) => list.rows.extend(rows),
                Line::Note(text) => list.notes.push(text),
                Line::Nothing => {}
                Line::Problems(problems) => {
                    list.skipped = list.skipped.saturating_add(1);
                    list.problems.extend(problems);
                    list.left_out.push((index.saturating_add(1), cells.join("\t")));
                }
            }
        }
        (list, Some(sheet.heading))
    }
}

/// Whose links a list without a column for the sender shows: the system its sheet or title names.
fn owner(grid: &Grid, rows: &[Vec<String>], top: usize, systems: &Systems) -> Option<String> {
    titles(grid, rows, top).find_map(|text| systems.named_in(text)).map(|system| system.name.clone())
}

/// The name of the sheet and what stands above its headings.
fn titles<'a>(grid: &'a Grid, rows: &'a [Vec<String>], top: usize) -> impl Iterator<Item = &'a String> {
    std::iter::once(&grid.sheet).chain(rows.iter().take(top).flatten())
}

/// What a line below the headings is.
enum Line {
    Rows(Vec<LinkRow>),
    Note(String),
    Nothing,
    Problems(Vec<Problem>),
}

pub(crate) struct Sheet<'a> {
    pub(crate) grid: &'a Grid,
    file: &'a str,
    pub(crate) words: Words<'a>,
    /// All rows, filled.
    rows: &'a [Vec<String>],
    pub(crate) heading: Heading,
    /// The system of the section, sheet or title.
    pub(crate) owner: Option<String>,
    /// Which way its title says all rows go (受信データ一覧).
    pub(crate) way: Option<Direction>,
    /// What the list says its marks mean (○：日次 ◎：月次).
    pub(crate) legend: BTreeMap<String, String>,
    /// The row above of the same section, as understood: what an empty cell of the sender means.
    pub(crate) above: Vec<String>,
    /// The row above in any section, as understood: what 〃 repeats.
    repeated: Vec<String>,
    pub(crate) numbers: BTreeSet<String>,
    /// The numbers printed anywhere in the list.
    pub(crate) printed: BTreeSet<String>,
}

impl Sheet<'_> {
    fn read(&mut self, index: usize, cells: &[String], list: &LinkList) -> Line {
        let texts: Vec<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
        let Some(first) = texts.first() else { return Line::Nothing };
        if self.is_heading(cells) || self.begins_a_table(index, cells) {
            return Line::Nothing;
        }
        // A receiver with everything else left empty is a row that goes on from the one above, and no title.
        let goes_on =
            texts.len() == 1 && !self.above.is_empty() && !self.cell(cells, Item::Target).is_empty();
        let alone = !goes_on && texts.iter().all(|text| text == first);
        let ends = [Item::Source, Item::Target].map(|item| self.cell(cells, item));
        let is_note = NOTE_SIGNS.iter().any(|sign| first.starts_with(sign));
        let is_sum = SUM_SIGNS.contains(&folded(first).as_str());
        let [_, receiver] = &ends;
        if (is_note && (alone || receiver.is_empty())) || (is_sum && receiver.is_empty()) {
            return Line::Note(texts.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(" "));
        }
        let own: Vec<&str> = self.texts_beside_the_number(cells);
        if !own.is_empty()
            && own.iter().all(|text| self.words.vocabulary.exact(About::Withdrawn, text).is_some())
        {
            return Line::Note(texts.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(" "));
        }
        if alone {
            // A number with nothing beside it is a line kept free.
            let number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | '_');
            if folded(first).chars().all(number) {
                return Line::Nothing;
            }
            self.section(first);
            return Line::Note((*first).clone());
        }
        let mut cells = cells.to_vec();
        for (column, cell) in cells.iter_mut().enumerate() {
            if self.words.vocabulary.exact(About::Same, cell).is_some() {
                *cell = self.repeated.get(column).cloned().unwrap_or_default();
            } else if self.words.vocabulary.exact(About::Blank, cell).is_some()
                && !matches!(
                    self.heading.roles.get(column),
                    Some(Role::Item(Item::Direction | Item::Conversion | Item::ExclusiveLock | Item::Need))
                )
            {
                cell.clear();
            }
        }
        let rows = self.row(index, &cells, list);
        // A sender left empty keeps meaning what stands farther above.
        let column = self.heading.column(Item::Source);
        let slot = column.and_then(|column| cells.get_mut(column)).filter(|cell| cell.is_empty());
        let above = column.and_then(|column| self.above.get(column));
        if let (Some(slot), Some(above)) = (slot, above) {
            slot.clone_from(above);
        }
        self.repeated.clone_from(&cells);
        self.above = cells;
        match rows {
            // A line of a table of systems by systems without any mark.
            Ok(rows) if rows.is_empty() => {
                Line::Note(texts.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(" "))
            }
            Ok(rows) => Line::Rows(rows),
            Err(problems) => Line::Problems(problems),
        }
    }

    /// The title of a section: whose links or which way stand below it. 「住民記録との連携」 names the partner.
    fn section(&mut self, title: &str) {
        const PARTNER: [&str; 3] = ["との連携", "とのデータ", "とのインタ"];
        if let Some(way) = self.words.vocabulary.titled(title) {
            self.way = Some(way);
        }
        if PARTNER.iter().any(|word| title.contains(word)) {
            return;
        }
        if let Some(system) = self.words.systems.named_in(title) {
            self.owner = Some(system.name.clone());
            // What is left empty below speaks of this section, not of the one above.
            self.above.clear();
        }
    }

    /// Headings printed again on a new page.
    fn is_heading(&self, cells: &[String]) -> bool {
        let named = |(cell, name): (&String, &String)| {
            !cell.is_empty() && name.split('／').any(|line| folded(line) == folded(cell))
        };
        let same = cells.iter().zip(&self.heading.names).filter(|pair| named(*pair)).count();
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        1 < same && same == filled
    }

    /// A second table further down, whose columns may stand in another order.
    fn begins_a_table(&mut self, index: usize, cells: &[String]) -> bool {
        const HEADINGS_MIN: usize = 3;
        let named = |cell: &&String| self.words.vocabulary.heading_exact(cell).is_some();
        if cells.iter().filter(|cell| !cell.is_empty()).filter(named).count() < HEADINGS_MIN {
            return false;
        }
        let Some((_, heading)) = at(self.rows, index, cells.len(), self.words) else { return false };
        self.heading = heading;
        // What is left empty or repeated below speaks of this table.
        self.above.clear();
        self.repeated.clear();
        true
    }

    fn texts_beside_the_number<'c>(&self, cells: &'c [String]) -> Vec<&'c str> {
        let number = self.heading.column(Item::No);
        let beside = cells.iter().enumerate().filter(|(column, _)| Some(*column) != number);
        beside.map(|(_, cell)| cell.as_str()).filter(|cell| !cell.is_empty()).collect()
    }

    pub(crate) fn cell<'c>(&self, cells: &'c [String], item: Item) -> &'c str {
        let column = self.heading.column(item);
        column.and_then(|column| cells.get(column)).map_or("", |cell| cell.as_str())
    }

    /// The text of an item, or what the marks in the columns of its words say.
    pub(crate) fn text(&self, cells: &[String], item: Item) -> String {
        let own = self.cell(cells, item);
        if !own.is_empty() {
            return own.to_owned();
        }
        let marked = |(role, cell): (&Role, &String)| match role {
            // Names of files below 送信 and 受信 say nothing of the way.
            Role::Mark(Item::Direction, _) if item == Item::Direction && !self.is_mark(cell) => None,
            Role::Mark(of, word) if *of == item => self.words.is_marked(cell).then(|| word.clone()),
            _ => None,
        };
        self.heading.roles.iter().zip(cells).filter_map(marked).collect::<Vec<_>>().join("・")
    }

    fn row(&mut self, index: usize, cells: &[String], list: &LinkList) -> Result<Vec<LinkRow>, Vec<Problem>> {
        let mut doubts = Vec::new();
        let sources = self.ends(index, cells, Item::Source, &mut doubts);
        let targets = self.ends(index, cells, Item::Target, &mut doubts);
        let marks = |item: Item| {
            self.heading.column(item).is_none()
                && self.heading.roles.iter().any(|role| matches!(role, Role::Mark(of, _) if *of == item))
        };
        // A line of a table of systems by systems without any mark links nothing.
        if doubts.is_empty()
            && ((marks(Item::Target) && targets.is_empty()) || (marks(Item::Source) && sources.is_empty()))
        {
            let says = [Item::Data, Item::Method, Item::Timing].map(|item| self.text(cells, item));
            if says.iter().all(String::is_empty) {
                return Ok(Vec::new());
            }
            let what = "どのシステムの欄にも印（○）がありません";
            let problem = Problem::new(self.file, what).line(index.saturating_add(1));
            return Err(vec![problem.remedy("連携するシステムの欄に○を付けてください")]);
        }
        let mut problems = Vec::new();
        for (item, name, ends) in [(Item::Source, "送り元", &sources), (Item::Target, "受け側", &targets)]
        {
            if ends.is_empty() {
                let column = self.heading.column(item);
                let (what, remedy) = if column.is_some() || marks(item) {
                    (format!("{name}が空です"), "値を補ってください")
                } else {
                    (
                        format!("{name}の列がなく、表題やシートの名前からもどのシステムか分かりません"),
                        "列を足すか、表題にシステムの名前を書いてください",
                    )
                };
                let mut problem = Problem::new(self.file, what).line(index.saturating_add(1));
                if let Some(column) = column {
                    problem = problem.cell(self.heading.name(column), column.saturating_add(1));
                }
                let problem = problem.rule("送り元と受け側は空にできません").remedy(remedy);
                problems.push(problem);
                // What was not understood in their columns is the reason.
                let asked = doubts.iter().filter(|doubt| doubt.kind == QuestionKind::Word);
                problems.extend(asked.map(|doubt| {
                    Problem::new(self.file, doubt.text.trim_end_matches('。')).line(index.saturating_add(1))
                }));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let pairs: Vec<(&End, &End)> =
            sources.iter().flat_map(|source| targets.iter().map(move |target| (source, target))).collect();
        if PAIRS_MAX < pairs.len() {
            let what = format!("1行に{}組のシステムがあります", pairs.len());
            let problem = Problem::new(self.file, what).line(index.saturating_add(1));
            let rule = format!("1行に書けるのは{PAIRS_MAX}組までです");
            return Err(vec![problem.rule(rule).remedy("行を分けてください")]);
        }
        let turned = |direction: Direction, source: &End, target: &End| {
            let (source, target) = (source.name.clone(), target.name.clone());
            if direction == Direction::In { (target, source) } else { (source, target) }
        };
        // What is asked of the way is asked of each pair, and of what goes out and what comes in.
        let carried = self.carried(cells);
        let (asked_at, mut ways) = (doubts.len(), Vec::new());
        for (source, target) in &pairs {
            for (data, way) in &carried {
                let mut asked = Vec::new();
                let direction = self.direction(cells, (&source.name, &target.name), *way, &mut asked);
                ways.push(((*source, *target), data.clone(), direction, asked));
            }
        }
        let mut method_text = self.text(cells, Item::Method);
        let channel_text = self.text(cells, Item::Channel);
        if method_text.is_empty() && self.words.vocabulary.sense(About::Method, &channel_text).is_some() {
            // 連携方法 often holds what others call 連携方式.
            method_text.clone_from(&channel_text);
        }
        let (method, channel_aside) = self.words.method(&method_text, &mut doubts);
        let (mut timing, mut remarks) = self.words.timing(&self.text(cells, Item::Timing), &mut doubts);
        let mut channel = self.text(cells, Item::Channel);
        match channel_aside {
            Some(aside) if channel.is_empty() => channel = aside,
            Some(aside) => remarks.push(aside),
            None => {}
        }
        if carried.iter().any(|(data, _)| data.is_empty()) {
            doubts.push(Question::new(QuestionKind::Dataset, "データの名前が空です。何を送りますか。"));
        }
        let column = self.text(cells, Item::Via);
        let via = |source: &End, target: &End| {
            let vias = [&column, &source.via, &target.via];
            vias.into_iter().find(|via| !via.is_empty()).cloned().unwrap_or_default()
        };
        let volume = self.volume(cells, &timing);
        let no = self.number(index, self.cell(cells, Item::No), &mut doubts);
        let mut when = self.when(cells, &timing, &mut doubts);
        self.withdrawn(index, cells, &mut doubts);
        self.changed(cells, &mut doubts);
        self.hour_or_length(cells, &when, &mut doubts);
        let mut extent = self.words.extent(&self.text(cells, Item::Extent), &mut doubts);
        let told =
            Told { method, timing: &mut timing, when: &mut when, extent: &mut extent, doubts: &mut doubts };
        self.remarks(cells, told);
        self.words.timing_of_dates(&when, &mut timing, &mut doubts);
        let row = LinkRow {
            list: list.id.clone(),
            kind: ListKind::General,
            no,
            line: index.saturating_add(1),
            cells: self.grid.rows.get(index).cloned().unwrap_or_default(),
            source: String::new(),
            target: String::new(),
            via: String::new(),
            via_side: None,
            data: String::new(),
            function: None,
            method,
            timing,
            when,
            extent,
            charset: self.text(cells, Item::Charset),
            channel,
            conversion: self.words.conversion(self.cell(cells, Item::Conversion), &mut doubts),
            volume,
            exclusive_lock: self.words.exclusive_lock(self.cell(cells, Item::ExclusiveLock), &mut doubts),
            delivery_assurance: self.words.assurance(self.cell(cells, Item::Assurance), &mut doubts),
            direction: None,
            scope: self.text(cells, Item::Scope),
            note: self.note(cells, remarks),
            doubts,
        };
        let (several, numbered) = (pairs.len(), 1 < ways.len());
        let said = format!("1行に{several}組のシステムがあるので、1組ずつの行に分けました。よいですか。");
        let rows = ways.into_iter().enumerate().map(|(turn, ((source, target), data, direction, asked))| {
            let mut row =
                LinkRow { via: via(source, target), direction: Some(direction), data, ..row.clone() };
            (row.source, row.target) = turned(direction, source, target);
            row.doubts.splice(asked_at..asked_at, asked);
            if numbered {
                row.no = self.free_number(&format!("{}({})", row.no, turn.saturating_add(1)));
            }
            if 1 < several {
                row.doubts.push(Question::new(QuestionKind::Assumed, said.clone()));
            }
            // The mark that links the two says when.
            let marked = [&source.said, &target.said].into_iter().find(|said| !said.is_empty());
            if let Some(said) = marked.filter(|_| row.timing.is_empty() && row.when.is_empty()) {
                row.timing = self.words.timing(said, &mut row.doubts).0;
                row.when = Some(said).filter(|said| dates::says_more(said)).cloned().unwrap_or_default();
            }
            row
        });
        Ok(rows.collect())
    }

    /// How much a row carries; the heading may say by what it counts: 件数（千件）.
    fn volume(&self, cells: &[String], timing: &[TimingWord]) -> Option<Volume> {
        let text = self.text(cells, Item::Volume);
        if text.is_empty() {
            return None;
        }
        let heading = self.heading.column(Item::Volume).map_or("", |column| self.heading.name(column));
        let scale = ["千", "万"].into_iter().find(|scale| heading.contains(&format!("{scale}件")));
        let figure_of = |text: &str| match scale {
            Some(scale) if !text.contains(['千', '万']) => {
                figure(&format!("{}{scale}件", text.trim_end_matches('件')))
            }
            _ => figure(text),
        };
        let per = self.words.per(&format!("{text} {heading}"), timing);
        Some(Volume { max: figure_of(&text), per, text })
    }

    /// Where 現行 and 次期 have columns of their own, the latter runs; what differs is asked about.
    fn changed(&self, cells: &[String], doubts: &mut Vec<Question>) {
        for (now, next) in &self.heading.eras {
            let text = |column: usize| cells.get(column).map_or("", String::as_str);
            let same = folded(text(*now)) == folded(text(*next));
            if text(*now).is_empty() || same {
                continue;
            }
            let name = self.heading.name(*next);
            let said = match text(*next) {
                "" => format!("「{name}」が空で、現行は「{}」です。次期も同じですか。", text(*now)),
                next => format!(
                    "「{name}」は「{next}」、現行は「{}」です。次期で動かしてよいですか。",
                    text(*now)
                ),
            };
            doubts.push(Question::new(QuestionKind::Assumed, said));
        }
    }

    /// Whether a column such as 実行時刻 says more of the timing.
    pub(crate) fn is_of_time(&self, column: usize, role: &Role) -> bool {
        let of_timing = |line: &str| self.words.vocabulary.heading_exact(line) == Some("timing");
        *role == Role::Item(Item::Time)
            // A second column below the heading of the timing.
            || (*role == Role::Item(Item::Aside) && self.heading.name(column).split('／').any(of_timing))
    }

    /// 「実行時間 1:30」 may be an hour or how long it takes; where nothing else says the hour, it is asked.
    fn hour_or_length(&self, cells: &[String], when: &str, doubts: &mut Vec<Question>) {
        for (column, (role, cell)) in self.heading.roles.iter().zip(cells).enumerate() {
            let name = self.heading.name(column);
            let either = *role == Role::Item(Item::Aside) && folded(name).ends_with("時間");
            if either && dates::has_hour(cell) && !dates::has_hour(when) && !self.is_of_time(column, role) {
                let said = format!(
                    "「{name}」の「{cell}」は、始める時刻ですか、かかる時間ですか。何時に送りますか。"
                );
                doubts.push(Question::new(QuestionKind::Timing, said));
            }
        }
    }

    fn note(&self, cells: &[String], remarks: Vec<String>) -> String {
        let mut parts = Vec::new();
        for (column, (role, cell)) in self.heading.roles.iter().zip(cells).enumerate() {
            match role {
                _ if cell.is_empty() => {}
                // It stands with the timing.
                _ if self.is_of_time(column, role) => {}
                Role::Item(Item::Note) => parts.push(cell.clone()),
                Role::Item(Item::Aside | Item::File) => match self.heading.name(column) {
                    "" => parts.push(cell.clone()),
                    name => parts.push(format!("{name}: {cell}")),
                },
                Role::Mark(Item::Direction, _) if !self.is_mark(cell) => {
                    parts.push(format!("{}: {cell}", self.heading.name(column)));
                }
                Role::Item(_) | Role::Mark(..) => {}
            }
        }
        parts.extend(remarks);
        parts.join("／")
    }
}

impl Words<'_> {
    /// Whether a cell in a column of a word says that the word holds. A cell with another text than a mark does, too.
    fn is_marked(&self, cell: &str) -> bool {
        match self.vocabulary.sense(About::Mark, cell) {
            Some(Sense::Known(mark) | Sense::Guessed(mark)) => mark == "yes",
            None => !cell.is_empty(),
        }
    }
}
