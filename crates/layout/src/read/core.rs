//! What reading knows between two records: where it is, what has come, what was promised.

use moji::{CharEvent, Charset, Done, Piece};

use super::fixed::Skipping;
use super::lines::Scan;
use super::sync::Search;
use super::text::Cells;
use super::{Bad, Good, Record};
use crate::error::{ReadError, ReadRule};
use crate::model::{Fact, Form, Role};
use crate::plan::{Kind, Mark, Plan, RowEvent, Source, Tally};

/// What the bytes at hand are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Not enough of them.
    Need,
    /// Nothing comes any more.
    End,
    /// No record: so many bytes to be passed over.
    Skip(usize),
    /// A record of so many bytes, its values in the buffers.
    Good { kind: usize, length: usize },
    /// So many bytes that are no good record, the reasons in the buffers.
    Bad(usize),
}

impl Outcome {
    pub(super) fn length(self) -> usize {
        match self {
            Self::Need | Self::End => 0,
            Self::Skip(length) | Self::Bad(length) | Self::Good { length, .. } => length,
        }
    }
}

/// A count or total a header stated, to be compared when all is read.
struct Promise {
    record: u64,
    offset: u64,
    item: String,
    fact: Fact,
    stated: String,
}

pub(super) struct Core<'p> {
    pub(super) plan: &'p Plan,
    /// Offset in the file of the bytes that come next.
    pub(super) offset: u64,
    /// Records that came.
    pub(super) number: u64,
    started: bool,
    ended: bool,
    /// Headers and trailers that came, and whether the line of names has.
    headers: usize,
    headers_expected: usize,
    trailers: usize,
    /// Whether a trailer is told by its place.
    looks_ahead: bool,
    pub(super) names_came: bool,
    misplaced_header_told: bool,
    tally: Tally,
    /// Records whose values are missing from the totals.
    unread: u64,
    promises: Vec<Promise>,
    pub(super) skipping: Skipping,
    pub(super) search: Search,
    pub(super) scan: Scan,
    /// Values of the record at hand in UTF-8, up to the last of `ends`. Longer than that, so that writing needs no asking.
    pub(super) text: Vec<u8>,
    pub(super) ends: Vec<usize>,
    pub(super) events: Vec<RowEvent>,
    pub(super) errors: Vec<ReadError>,
    pub(super) chars: Vec<CharEvent>,
    pub(super) scratch: Vec<u8>,
    /// Of a record of text: itself in UTF-8, and its values.
    pub(super) line: Vec<u8>,
    pub(super) cells: Cells,
}

impl<'p> Core<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        let longest = plan.kinds.iter().map(|kind| kind.template.len()).max().unwrap_or(0);
        let literals: usize = plan
            .kinds
            .iter()
            .flat_map(|kind| &kind.steps)
            .map(|step| if let Source::Literal(literal) = &step.source { literal.len() } else { 12 })
            .sum();
        Self {
            plan,
            offset: 0,
            number: 0,
            started: false,
            ended: false,
            headers: 0,
            headers_expected: plan.of_role(Role::Header).count(),
            trailers: 0,
            looks_ahead: plan.of_role(Role::Trailer).any(|(_, kind)| kind.marks.is_empty()),
            names_came: plan.header_names().is_none(),
            misplaced_header_told: false,
            tally: plan.tally(),
            unread: 0,
            promises: Vec::new(),
            skipping: Skipping::No,
            search: Search::default(),
            scan: Scan::default(),
            text: vec![0; longest * 4 + literals + 64],
            ends: Vec::new(),
            events: Vec::new(),
            errors: Vec::new(),
            chars: Vec::new(),
            scratch: Vec::new(),
            line: Vec::new(),
            cells: Cells::default(),
        }
    }

    /// Makes ready for one detail record that stands alone, whatever came before.
    pub(super) fn begin_check(&mut self) {
        let headers = self.headers_expected;
        (self.started, self.ended, self.names_came) = (true, false, true);
        (self.headers, self.trailers) = (headers, 0);
        self.number = u64::try_from(headers).unwrap_or_default();
        self.scan = Scan::default();
        self.scan.opened = true;
    }

    /// Bytes that the buffers have room for.
    pub(super) fn buffer_bytes(&self) -> usize {
        let room = |count: usize, each: usize| count * each;
        self.text.capacity()
            + self.scratch.capacity()
            + self.line.capacity()
            + self.cells.buffer_bytes()
            + room(self.ends.capacity(), size_of::<usize>())
            + room(self.events.capacity(), size_of::<RowEvent>())
            + room(self.errors.capacity(), size_of::<ReadError>())
            + room(self.chars.capacity(), size_of::<CharEvent>())
            + room(self.promises.capacity(), size_of::<Promise>())
    }

    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Looks at the bytes at hand, which start where the last record ended.
    pub(super) fn next(&mut self, window: &[u8], last: bool) -> Outcome {
        if self.ended {
            return Outcome::End;
        }
        self.errors.clear();
        if !self.started {
            match self.start(window, last) {
                Outcome::Skip(0) => {}
                other => return other,
            }
        }
        let outcome = if window.is_empty() && last {
            self.end()
        } else {
            match &self.plan.layout.form {
                Form::Fixed { .. } => self.next_fixed(window, last),
                Form::Csv { .. } | Form::Jsonl | Form::Xml { .. } => self.next_text(window, last),
            }
        };
        self.offset += u64::try_from(outcome.length()).unwrap_or_default();
        outcome
    }

    /// The byte order mark.
    fn start(&mut self, window: &[u8], last: bool) -> Outcome {
        if window.len() < 4 && !last {
            return Outcome::Need;
        }
        self.started = true;
        let charset = &self.plan.layout.charset;
        let with = match charset {
            Charset::Utf8 { .. } => Charset::Utf8 { bom: true },
            Charset::Utf16 { endian, .. } => Charset::Utf16 { endian: *endian, bom: true },
            Charset::Utf32 { endian, .. } => Charset::Utf32 { endian: *endian, bom: true },
            _ => return Outcome::Skip(0),
        };
        let (expected, mark) = (!charset.bom().is_empty(), with.bom());
        let found = window.starts_with(mark);
        if expected && !found {
            self.fail(0, String::new(), ReadRule::NoBom);
            return Outcome::Bad(0);
        }
        if !found {
            return Outcome::Skip(0);
        }
        if !expected {
            // One too many is no reason to refuse a file, but it is told, with the first record.
            self.scan.mark_told = true;
        }
        self.offset += u64::try_from(mark.len()).unwrap_or_default();
        Outcome::Skip(mark.len())
    }

    /// Adds an error to the record at hand; `at` is an offset in its bytes.
    pub(super) fn fail(&mut self, at: usize, item: String, rule: ReadRule) {
        let offset = self.offset + u64::try_from(at).unwrap_or_default();
        self.errors.push(ReadError { record: self.number.max(1), offset, item, rule });
    }

    /// A byte order mark nobody had announced is told with the first record.
    pub(super) fn tell_mark(&mut self) {
        if std::mem::take(&mut self.scan.mark_told) {
            let event = CharEvent {
                position: 0,
                offset: 0,
                from: Piece::from('\u{FEFF}'),
                done: Done::Tidied,
                to: Piece::Nothing,
            };
            self.events.push(RowEvent { field: 0, event });
        }
    }

    /// Whether a trailer is told by its place, so that a record is only judged when something follows it or nothing can.
    pub(super) fn needs_a_look_ahead(&self) -> bool {
        self.looks_ahead
    }

    /// The kind of the record at hand. `has` says whether a kind's literal stands in it; `only` whether it is the last.
    pub(super) fn kind_of(&self, has: impl Fn(&Mark) -> bool, only: bool) -> Option<usize> {
        let plan = self.plan;
        if let [_] = plan.kinds.as_slice() {
            return Some(0);
        }
        let by_place = |(_, kind): &(usize, &Kind)| kind.marks.is_empty();
        if self.headers < self.headers_expected
            && let Some((at, _)) = plan.of_role(Role::Header).nth(self.headers).filter(by_place)
        {
            return Some(at);
        }
        let marked = plan.kinds.iter().enumerate();
        let found = marked
            .filter(|(_, kind)| !kind.marks.is_empty())
            .find(|(_, kind)| kind.marks.iter().all(&has))
            .map(|(at, _)| at);
        if found.is_some() {
            return found;
        }
        let trailer = plan.of_role(Role::Trailer).find(by_place).filter(|_| only);
        trailer.or_else(|| plan.of_role(Role::Detail).find(by_place)).map(|(at, _)| at)
    }

    /// What no kind explains, for messages: the places where the kinds differ.
    pub(super) fn fail_kind(&mut self, found: String) {
        self.fail(0, String::new(), ReadRule::UnknownKind(found));
    }

    /// Whether a record of this kind may stand here.
    pub(super) fn settle_place(&mut self, kind: usize) {
        let Some(role) = self.plan.kinds.get(kind).map(|kind| kind.role) else { return };
        if role == Role::Detail && self.headers == self.headers_expected && self.trailers == 0 {
            return;
        }
        let expected = self.headers_expected;
        let title = |core: &Self| {
            core.plan.layout.records.get(kind).map(|record| record.title.clone()).unwrap_or_default()
        };
        let misplaced = match role {
            Role::Header => self.number != u64::try_from(self.headers + 1).unwrap_or_default(),
            Role::Detail | Role::Trailer => {
                if self.headers < expected && !self.misplaced_header_told {
                    self.misplaced_header_told = true;
                    let rule = ReadRule::Missing("ヘッダレコード".to_owned());
                    self.fail(0, String::new(), rule);
                }
                role == Role::Detail && self.trailers != 0
            }
        };
        if misplaced {
            let rule = ReadRule::Misplaced { kind: title(self) };
            self.fail(0, String::new(), rule);
        }
        match role {
            Role::Header => self.headers += 1,
            Role::Trailer => self.trailers += 1,
            Role::Detail => {}
        }
    }

    /// Counts a detail record; `is_good` says whether its values can be summed.
    pub(super) fn count(&mut self, kind: usize, length: usize, is_good: bool) {
        let plan = self.plan;
        let Some(found) = plan.kinds.get(kind) else { return };
        if found.role != Role::Detail {
            return;
        }
        self.tally.rows += 1;
        if let Some(count) = self.tally.by_kind.get_mut(kind) {
            *count += 1;
        }
        self.tally.bytes += u64::try_from(length).unwrap_or_default();
        if !is_good {
            self.unread += 1;
            return;
        }
        if !plan.conditionals.is_empty() {
            let value = |at: usize| {
                let start = at.checked_sub(1).and_then(|at| self.ends.get(at)).copied().unwrap_or(0);
                let text = self.ends.get(at).and_then(|&end| self.text.get(start..end));
                text.and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
            };
            plan.add_conditional(kind, value, &mut self.tally);
        }
        if plan.totals.is_empty() {
            return;
        }
        let mut start = 0;
        for (step, &end) in found.steps.iter().zip(&self.ends) {
            let value = self.text.get(start..end).and_then(|value| std::str::from_utf8(value).ok());
            plan.add(step, value.unwrap_or_default(), &mut self.tally);
            start = end;
        }
    }

    /// Compares what a trailer states, keeps what a header states.
    pub(super) fn compare(&mut self, kind: usize, place: impl Fn(usize) -> usize) {
        let plan = self.plan;
        let Some(found) = plan.kinds.get(kind).filter(|found| found.role != Role::Detail) else { return };
        let mut start = 0;
        for (at, step) in found.steps.iter().enumerate() {
            let Some(&end) = self.ends.get(at) else { return };
            let value = self.text.get(start..end).and_then(|value| std::str::from_utf8(value).ok());
            start = end;
            let Source::Fact(fact) = &step.source else { continue };
            // What rows have in common need not stand in their records.
            if !fact.is_tallied() || matches!(fact, Fact::Common(_)) {
                continue;
            }
            let promise = Promise {
                record: self.number,
                offset: self.offset + u64::try_from(place(at)).unwrap_or_default(),
                item: plan.item(found.first_field + at),
                fact: fact.clone(),
                stated: value.unwrap_or_default().to_owned(),
            };
            match found.role {
                Role::Header => self.promises.push(promise),
                Role::Detail | Role::Trailer => self.errors.extend(self.broken(&promise)),
            }
        }
    }

    fn broken(&self, promise: &Promise) -> Option<ReadError> {
        let found = match promise.fact {
            // Those that came, not those that should have.
            Fact::RecordCount => {
                let others = self.headers + self.plan.of_role(Role::Trailer).count();
                self.tally.rows.saturating_add(u64::try_from(others).unwrap_or_default()).to_string()
            }
            _ => self.plan.counted(&promise.fact, &self.tally),
        };
        if same_number(&promise.stated, &found) {
            return None;
        }
        let unread = if matches!(promise.fact, Fact::Total(_) | Fact::Where(..)) { self.unread } else { 0 };
        let (what, stated) = (promise.fact.label(), promise.stated.clone());
        Some(ReadError {
            record: promise.record,
            offset: promise.offset,
            item: promise.item.clone(),
            rule: ReadRule::Count { what, stated, found, unread },
        })
    }

    /// What is wrong with the file as a whole, when all of it is read.
    pub(super) fn end(&mut self) -> Outcome {
        self.ended = true;
        let missing = [
            (self.headers < self.headers_expected && !self.misplaced_header_told, "ヘッダレコード"),
            (!self.names_came, "見出し行"),
            (self.trailers < self.plan.of_role(Role::Trailer).count(), "トレーラレコード"),
        ];
        for (_, what) in missing.into_iter().filter(|(missing, _)| *missing) {
            self.fail(0, String::new(), ReadRule::Missing(what.to_owned()));
        }
        let broken: Vec<ReadError> =
            self.promises.iter().filter_map(|promise| self.broken(promise)).collect();
        self.errors.extend(broken);
        if self.errors.is_empty() { Outcome::End } else { Outcome::Bad(0) }
    }

    /// The record at hand. `offset` is behind it already.
    pub(super) fn record<'r>(&'r mut self, outcome: &Outcome, bytes: &'r [u8]) -> Record<'r> {
        let number = self.number;
        let offset = self.offset.saturating_sub(u64::try_from(bytes.len()).unwrap_or_default());
        let (plan, ends) = (self.plan, self.ends.as_slice());
        if let Outcome::Good { kind, .. } = *outcome
            && let Some(spec) = plan.layout.records.get(kind)
        {
            let made = self.text.get(..ends.last().copied().unwrap_or(0)).unwrap_or_default();
            // Of a charset with tables each value is a text by itself, so the whole is one if it is one.
            let in_parts = plan.short.is_checked();
            if let Ok(text) = simdutf8::basic::from_utf8(made)
                && (in_parts || ends.iter().all(|&end| text.is_char_boundary(end)))
            {
                let events = self.events.as_slice();
                return Record::Good(Good { kind, number, offset, bytes, events, text, ends, spec });
            }
            super::fixed::fail_utf8(plan, kind, bytes, number, offset, &mut self.errors);
            self.unread += 1;
        }
        Record::Bad(Bad { number, offset, bytes, errors: &self.errors })
    }
}

/// Whether two texts are the same number, whatever zeros stand around it.
pub(super) fn same_number(a: &str, b: &str) -> bool {
    let digits = |text: &str| {
        let plain = text.trim_start_matches(['+', '-']);
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
        let is_number =
            !whole.is_empty() && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let negative = text.starts_with('-') && !(whole.is_empty() && fraction.is_empty());
        is_number.then(|| (negative, whole.to_owned(), fraction.to_owned()))
    };
    digits(a).is_some() && digits(a) == digits(b)
}
