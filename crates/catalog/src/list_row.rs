//! One row of each of the five shapes of list into a [`LinkRow`].

use crate::table::{Row, Table};
use crate::words::{ARROWS, ASSURANCES, CONVERSIONS, EXTENTS, IO, METHODS, TIMINGS, VIA_SIDES, Word, YES_NO};
use crate::{Direction, FunctionPlace, LinkRow, ListId, ListKind, Problem, TimingWord, Volume};

/// Reads the words of one row and gathers everything that is wrong with it, so that one look mends all.
struct RowReader<'a, 't> {
    table: &'a Table<'t>,
    row: &'a Row,
    problems: Vec<Problem>,
}

pub(crate) fn read_row(
    table: &Table<'_>,
    kind: ListKind,
    list: &ListId,
    ordinal: usize,
    row: &Row,
) -> Result<LinkRow, Vec<Problem>> {
    let mut reader = RowReader { table, row, problems: Vec::new() };
    let blank = LinkRow {
        list: list.clone(),
        kind,
        no: ordinal.to_string(),
        line: row.line,
        cells: row.cells.clone(),
        source: String::new(),
        target: String::new(),
        via: String::new(),
        via_side: None,
        data: String::new(),
        function: None,
        method: reader.word("method", METHODS),
        timing: Vec::new(),
        when: String::new(),
        extent: None,
        charset: String::new(),
        channel: String::new(),
        conversion: None,
        volume: None,
        exclusive_lock: None,
        delivery_assurance: None,
        direction: None,
        scope: String::new(),
        note: String::new(),
        doubts: Vec::new(),
    };
    let link_row = match kind {
        ListKind::City => reader.city(blank),
        ListKind::TownA => reader.town_a(blank),
        ListKind::Kotoura => reader.kotoura(blank),
        ListKind::Unit => reader.unit(blank),
        ListKind::General => reader.general(blank),
    };
    if reader.problems.is_empty() { Ok(link_row) } else { Err(reader.problems) }
}

impl RowReader<'_, '_> {
    fn city(&mut self, blank: LinkRow) -> LinkRow {
        LinkRow {
            no: self.required("no"),
            source: self.required("source"),
            target: self.required("target"),
            via: self.text("via"),
            via_side: self.word("via_side", VIA_SIDES),
            data: self.required("data"),
            timing: self.timings("timing"),
            charset: self.text("target_charset"),
            channel: self.text("channel"),
            conversion: self.word("conversion", CONVERSIONS),
            scope: self.text("scope"),
            direction: Some(Direction::Out),
            ..blank
        }
    }

    fn town_a(&mut self, blank: LinkRow) -> LinkRow {
        let direction = self.required_word("direction", ARROWS);
        let ends = turned(direction, self.text("system_a"), self.text("system_b"));
        if direction.is_some() && ends != (self.text("source"), self.text("target")) {
            let problem = self
                .table
                .at(self.row, "direction", "矢印の向きと source・target が合いません")
                .rule(format!("この矢印では「{}」から「{}」へ送ります", ends.0, ends.1))
                .remedy("矢印か両端を直してください");
            self.problems.push(problem);
        }
        LinkRow {
            no: self.required("no"),
            // The list carries both the two systems of the arrow and the ends the arrow gives.
            source: self.required("source"),
            target: self.required("target"),
            data: self.required("data"),
            timing: self.timings("timing"),
            charset: self.text("charset"),
            conversion: self.word("conversion", CONVERSIONS),
            direction,
            scope: self.text("out_of_scope"),
            note: self.text("note"),
            ..blank
        }
    }

    fn kotoura(&mut self, blank: LinkRow) -> LinkRow {
        let direction = self.required_word("direction", ARROWS);
        let (source, target) = turned(direction, self.required("system"), self.required("counterpart"));
        LinkRow {
            no: self.required("no"),
            source,
            target,
            data: self.required("data"),
            timing: self.timings("timing"),
            channel: self.text("channel"),
            direction,
            note: self.joined(&["current_product", "counterpart_owner", "counterpart_vendor"]),
            ..blank
        }
    }

    fn unit(&mut self, blank: LinkRow) -> LinkRow {
        let direction = self.required_word("io", IO);
        let (source, target) = turned(direction, self.required("unit"), self.required("counterpart"));
        let function = FunctionPlace {
            unit: self.text("unit"),
            level1: self.required("level1"),
            level2: self.required("level2"),
            level3: self.text("level3"),
        };
        LinkRow {
            source,
            target,
            data: self.joined(&["level1", "level2", "level3"]),
            function: Some(function),
            timing: self.timings("frequency"),
            extent: self.word("extent", EXTENTS),
            volume: self.volume(),
            exclusive_lock: self.word("exclusive_lock", YES_NO),
            delivery_assurance: self.word("delivery_assurance", ASSURANCES),
            direction,
            note: self.joined(&["note_ref", "reason", "remark"]),
            ..blank
        }
    }

    fn general(&mut self, blank: LinkRow) -> LinkRow {
        let direction = self.required_word("direction", ARROWS);
        LinkRow {
            no: self.required("no"),
            // Already turned round when the list was written.
            source: self.required("source"),
            target: self.required("target"),
            via: self.text("via"),
            data: self.text("data"),
            timing: self.timings("timing"),
            when: self.text("when"),
            extent: self.word("extent", EXTENTS),
            channel: self.text("channel"),
            conversion: self.word("conversion", CONVERSIONS),
            charset: self.text("charset"),
            volume: self.volume(),
            exclusive_lock: self.word("exclusive_lock", YES_NO),
            delivery_assurance: self.word("delivery_assurance", ASSURANCES),
            direction,
            scope: self.text("scope"),
            note: self.text("note"),
            ..blank
        }
    }

    fn text(&self, column: &str) -> String {
        self.table.cell(self.row, column).to_owned()
    }

    fn joined(&self, columns: &[&str]) -> String {
        let cells = columns.iter().map(|column| self.table.cell(self.row, column));
        cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join("／")
    }

    fn required(&mut self, column: &str) -> String {
        let cell = self.text(column);
        if cell.is_empty() {
            let problem = self
                .table
                .at(self.row, column, "空です")
                .rule("番号、送り元、受け側、データは空にできません")
                .remedy("値を補ってください");
            self.problems.push(problem);
        }
        cell
    }

    fn word<T: Copy>(&mut self, column: &str, words: &[Word<T>]) -> Option<T> {
        let cell = self.text(column);
        if cell.is_empty() { None } else { self.read_word(column, &cell, words) }
    }

    fn required_word<T: Copy>(&mut self, column: &str, words: &[Word<T>]) -> Option<T> {
        let cell = self.text(column);
        self.read_word(column, &cell, words)
    }

    fn read_word<T: Copy>(&mut self, column: &str, cell: &str, words: &[Word<T>]) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == cell).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let problem = self
                .table
                .at(self.row, column, format!("「{cell}」は知らない言葉です"))
                .rule(format!("書ける言葉は {} です", known.join("、")))
                .remedy("どれかに直してください");
            self.problems.push(problem);
        }
        found
    }

    /// Several timings may stand in one cell, joined with ・.
    fn timings(&mut self, column: &str) -> Vec<TimingWord> {
        let cell = self.text(column);
        if cell.is_empty() {
            return Vec::new();
        }
        let words = cell.split('・').map(str::trim);
        words
            .filter_map(|word| TimingWord::interval(word).or_else(|| self.read_word(column, word, TIMINGS)))
            .collect()
    }

    fn volume(&mut self) -> Option<Volume> {
        let (text, max) = (self.text("volume_text"), self.text("volume_max"));
        if text.is_empty() && max.is_empty() {
            return None;
        }
        let number = max.parse::<u32>().ok();
        if number.is_none() && !max.is_empty() {
            let problem = self
                .table
                .at(self.row, "volume_max", format!("「{max}」は件数として読めません"))
                .rule("件数は区切りのない数字です")
                .remedy("数字に直してください");
            self.problems.push(problem);
        }
        Some(Volume { text, max: number, per: self.text("volume_per") })
    }
}

fn turned(direction: Option<Direction>, first: String, second: String) -> (String, String) {
    if direction == Some(Direction::In) { (second, first) } else { (first, second) }
}
