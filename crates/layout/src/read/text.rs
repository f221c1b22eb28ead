//! Records of text: found, decoded, taken apart into values.

use moji::{Done, Field};

use super::core::{Core, Outcome};
use super::lines::{Found, Units};
use super::{csv, json, xml};
use crate::error::ReadRule;
use crate::model::{Form, Quote, Role, Type};
use crate::number::Number;
use crate::plan::{Kind, RowEvent, Step};

/// The values of a record of text, as they stand there with quotes and escapes resolved.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    pub(super) text: String,
    pub(super) cells: Vec<Cell>,
}

impl Cells {
    pub(super) fn buffer_bytes(&self) -> usize {
        self.text.capacity() + self.cells.capacity() * size_of::<Cell>()
    }
}

/// One value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    /// Where it begins in the line.
    pub(super) start: usize,
    /// Where its name ends in `text`; it begins where the last value ended. CSV has none.
    pub(super) name_end: usize,
    /// Where it ends in `text`.
    pub(super) end: usize,
}

impl Cells {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
    }

    /// Ends the value that begins at `start` of the line, its name and itself being appended to `text` already.
    pub(super) fn push(&mut self, start: usize, name_end: usize) {
        self.cells.push(Cell { start, name_end, end: self.text.len() });
    }

    pub(super) fn value(&self, at: usize) -> Option<&str> {
        let cell = self.cells.get(at)?;
        self.text.get(cell.name_end..cell.end)
    }

    pub(super) fn name(&self, at: usize) -> Option<&str> {
        let start = at.checked_sub(1).and_then(|before| self.cells.get(before)).map_or(0, |cell| cell.end);
        self.text.get(start..self.cells.get(at)?.name_end)
    }

    /// The place of a name; it is looked for where it usually stands first.
    fn place(&self, name: &str, usual: usize) -> Option<usize> {
        if self.name(usual) == Some(name) {
            return Some(usual);
        }
        (0..self.cells.len()).find(|&at| self.name(at) == Some(name))
    }

    /// A name that stands twice.
    pub(super) fn doubled(&self) -> Option<&str> {
        let mut names: Vec<&str> = (0..self.cells.len()).filter_map(|at| self.name(at)).collect();
        names.sort_unstable();
        names.array_windows::<2>().find(|[a, b]| a == b).map(|[a, _]| *a)
    }
}

impl Core<'_> {
    pub(super) fn next_text(&mut self, window: &[u8], last: bool) -> Outcome {
        let plan = self.plan;
        let units = Units::of(&plan.layout.charset);
        let found = match &plan.layout.form {
            Form::Xml { root } => match self.scan.element(units, root, window, last) {
                xml::Element::Need => return Outcome::Need,
                xml::Element::Nothing(length) => {
                    self.scan.restart();
                    return Outcome::Skip(length);
                }
                xml::Element::Found(found) => found,
            },
            Form::Csv { delimiter, quote, .. } if *quote != Quote::Never => {
                match self.scan.quoted(units, *delimiter, window, last) {
                    Some(found) => found,
                    None => return Outcome::Need,
                }
            }
            _ => match self.scan.line(units, window, last) {
                Some(found) => found,
                None => return Outcome::Need,
            },
        };
        if window.len() == found.length && !last && self.needs_a_look_ahead() {
            // Found again when more is there; the search goes on where it ended.
            return Outcome::Need;
        }
        let only = last && window.len() == found.length;
        self.scan.restart();
        self.number += 1;
        self.events.clear();
        self.tell_mark();
        self.ends.clear();
        let Found { body, length, wrong } = found;
        if let Some((at, rule)) = wrong {
            self.fail(at, String::new(), rule);
            return Outcome::Bad(length);
        }
        let kind = self.judge(window.get(..body).unwrap_or_default(), length, only);
        match kind {
            Some(kind) if self.errors.is_empty() => Outcome::Good { kind, length },
            None if self.errors.is_empty() => Outcome::Skip(length),
            _ => Outcome::Bad(length),
        }
    }

    /// Reads a record into the buffers; its kind, if it has one. The line of names has none and is right.
    fn judge(&mut self, body: &[u8], length: usize, only: bool) -> Option<usize> {
        let plan = self.plan;
        let mut cells = std::mem::take(&mut self.cells);
        cells.clear();
        self.chars.clear();
        let element = self.decode(body).then(|| self.split(&mut cells)).flatten();
        let kind = element.and_then(|element| self.judge_cells(&element, &mut cells, only));
        self.cells = cells;
        let kind = kind?;
        let is_good = self.errors.is_empty();
        self.settle_place(kind);
        self.count(kind, length, is_good);
        if is_good {
            self.compare(kind, |_| 0);
        }
        plan.kinds.get(kind).map(|_| kind)
    }

    /// The text of a record; false if it cannot be read.
    fn decode(&mut self, body: &[u8]) -> bool {
        let Some(codec) = self.plan.codecs.first() else { return false };
        self.line.clear();
        match codec.decoder.decode_utf8(Field::Mixed, body, &mut self.line, &mut self.chars) {
            Ok(()) => true,
            Err(bad) => {
                let item = self.item_at(body.get(..bad.offset).unwrap_or_default());
                self.fail(bad.offset, item, ReadRule::Decode(bad.rule));
                false
            }
        }
    }

    /// The item in which the bytes behind some others stand, as far as delimiters tell.
    fn item_at(&self, before: &[u8]) -> String {
        let Form::Csv { delimiter, quote, .. } = self.plan.layout.form else { return String::new() };
        let units = Units::of(&self.plan.layout.charset);
        let (mut quoted, mut place) = (false, 0);
        for at in (0..before.len()).step_by(units.width) {
            match units.get(before, at) {
                Some(0x22) if quote != Quote::Never => quoted = !quoted,
                Some(unit) if unit == u32::from(delimiter) && !quoted => place += 1,
                _ => {}
            }
        }
        let detail = self.plan.layout.details().next();
        detail.and_then(|record| record.fields.get(place)).map(|field| field.item.clone()).unwrap_or_default()
    }

    /// Takes the line apart; the name of its element where it is one. [`None`]: it is malformed, which is told.
    fn split(&mut self, cells: &mut Cells) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let done = match &self.plan.layout.form {
            Form::Csv { delimiter, quote, .. } => {
                csv::split(&text, *delimiter, *quote != Quote::Never, cells).map(|()| String::new())
            }
            Form::Jsonl => json::split(&text, cells).map(|()| String::new()),
            Form::Xml { .. } => xml::split(&text, cells),
            Form::Fixed { .. } => Ok(String::new()),
        };
        let done = done.map_err(|(at, rule)| {
            // The offset is in UTF-8; of another charset it says roughly where.
            self.fail(at, String::new(), rule);
        });
        drop(text);
        self.line = line;
        done.ok()
    }

    fn judge_cells(&mut self, element: &str, cells: &mut Cells, only: bool) -> Option<usize> {
        let plan = self.plan;
        let headers = plan.of_role(Role::Header).count();
        if !self.names_came && headers < usize::try_from(self.number).unwrap_or(usize::MAX) {
            self.names_came = true;
            self.judge_names(cells);
            return None;
        }
        let kind = match &plan.layout.form {
            Form::Xml { .. } => plan.kind(element),
            Form::Csv { .. } => self.kind_of(|mark| cells.value(mark.step) == Some(&*mark.text), only),
            _ => {
                let has = |name: &str, text: &str| {
                    cells.place(name, 0).and_then(|at| cells.value(at)) == Some(text)
                };
                self.kind_of(|mark| has(&mark.name, &mark.text), only)
            }
        };
        let Some(kind) = kind else {
            let shown = if element.is_empty() { marks_shown(plan, cells) } else { format!("<{element}>") };
            self.fail_kind(shown);
            return None;
        };
        self.values(kind, cells);
        Some(kind)
    }

    /// Compares the line of names.
    fn judge_names(&mut self, cells: &Cells) {
        let names = self.plan.header_names().unwrap_or_default();
        if names.len() != cells.cells.len() {
            let rule = ReadRule::Names { expected: names.len(), got: cells.cells.len() };
            self.fail(0, String::new(), rule);
        }
        for (at, name) in names.iter().enumerate() {
            if let Some(got) = cells.value(at).filter(|got| got != name) {
                let rule = ReadRule::Name { expected: (*name).to_owned(), got: got.to_owned() };
                self.fail(cells.cells.get(at).map_or(0, |cell| cell.start), (*name).to_owned(), rule);
            }
        }
    }

    fn values(&mut self, kind: usize, cells: &Cells) {
        let plan = self.plan;
        let (Some(found), Some(spec)) = (plan.kinds.get(kind), plan.layout.records.get(kind)) else { return };
        let named = !matches!(plan.layout.form, Form::Csv { .. });
        if !named && cells.cells.len() != found.steps.len() {
            let rule = ReadRule::Items { expected: found.steps.len(), got: cells.cells.len() };
            self.fail(0, String::new(), rule);
            return;
        }
        if named {
            if let Some(name) = cells.doubled() {
                let what = format!("「{name}」が二つあります");
                self.fail(0, String::new(), self.syntax(what));
            }
            for at in 0..cells.cells.len() {
                let name = cells.name(at).unwrap_or_default();
                if !spec.fields.iter().any(|field| field.name == name) {
                    let what = format!("レイアウトにない項目「{name}」があります");
                    self.fail(
                        cells.cells.get(at).map_or(0, |cell| cell.start),
                        String::new(),
                        self.syntax(what),
                    );
                }
            }
        }
        self.line_events(found, cells);
        let mut written = 0;
        for (at, (step, field)) in found.steps.iter().zip(&spec.fields).enumerate() {
            let place = if named { cells.place(&field.name, at) } else { Some(at) };
            let cell = place.and_then(|place| cells.value(place)).unwrap_or_default();
            self.chars.clear();
            match self.cell(step, cell) {
                Ok(value) => written = self.append(written, &value),
                Err(rule) => {
                    let start = place.and_then(|place| cells.cells.get(place)).map_or(0, |cell| cell.start);
                    self.fail(start, plan.item(found.first_field + at), rule);
                }
            }
            self.tell(found.first_field + at);
            self.ends.push(written);
        }
    }

    fn syntax(&self, what: String) -> ReadRule {
        let form = if self.plan.layout.form == Form::Jsonl { "JSON" } else { "XML" };
        ReadRule::Syntax { form, what }
    }

    /// Events of decoding the line, each with the item it stands in.
    fn line_events(&mut self, kind: &Kind, cells: &Cells) {
        let text = String::from_utf8_lossy(&self.line);
        let mut told = Vec::new();
        for event in self.chars.drain(..) {
            let at = text.char_indices().nth(event.position).map_or(text.len(), |(at, _)| at);
            let place = cells.cells.partition_point(|cell| cell.start <= at).saturating_sub(1);
            let start = cells.cells.get(place).map_or(0, |cell| cell.start);
            let position = text.get(start..at).map_or(0, |before| before.chars().count());
            let field = kind.first_field + place.min(kind.steps.len().saturating_sub(1));
            told.push(RowEvent { field, event: moji::CharEvent { position, ..event } });
        }
        self.events.extend(told.into_iter().filter(|told| told.event.done != Done::Widened));
    }

    /// A value from the text that stands for it.
    fn cell(&mut self, step: &Step, cell: &str) -> Result<String, ReadRule> {
        if let Some(max) = step.chars_max
            && max < cell.len()
        {
            let got = moji::clusters(cell).count();
            if max < got {
                return Err(ReadRule::TooLong { got, max });
            }
        }
        let number = step.kind.is_numeric() && step.format.is_none() && step.codes.is_none();
        let literal = matches!(step.source, crate::plan::Source::Literal(_));
        match step.decimals.filter(|_| number && !literal && !cell.is_empty()) {
            Some(decimals) => {
                let number = Number::parse(cell, decimals).ok();
                let number = number.filter(|number| !number.negative || step.kind != Type::Digits);
                let number = number.ok_or_else(|| ReadRule::NotDigits(cell.to_owned()))?;
                let mut shown = String::new();
                number.show(decimals, &mut shown);
                self.restore(step, shown, true)
            }
            None => self.restore(step, cell.to_owned(), false),
        }
    }
}

fn marks_shown(plan: &crate::plan::Plan, cells: &Cells) -> String {
    let marks = plan.kinds.iter().flat_map(|kind| &kind.marks);
    let mut places: Vec<(usize, &str)> = marks.map(|mark| (mark.step, mark.name.as_str())).collect();
    places.sort_unstable();
    places.dedup();
    let by_name = plan.layout.form == Form::Jsonl;
    let value = |&(at, name): &(usize, &str)| {
        let place = if by_name { cells.place(name, at) } else { Some(at) };
        format!("{name} = 「{}」", place.and_then(|place| cells.value(place)).unwrap_or_default())
    };
    places.iter().map(value).collect::<Vec<_>>().join("、")
}

#[cfg(test)]
impl Cells {
    /// Names and values, for tests.
    pub(super) fn shown(&self) -> String {
        let cell = |at| format!("{}={}", self.name(at).unwrap(), self.value(at).unwrap());
        (0..self.cells.len()).map(cell).collect::<Vec<_>>().join(" ")
    }
}
