//! Records of fixed length: where each ends, what kind it is, its fields.

use moji::DecodeRule;

use super::core::{Core, Outcome};
use super::sync::Next;
use crate::codec::is_plain;
use crate::error::{ReadError, ReadRule};
use crate::model::{Form, Pad};
use crate::number::hex;
use crate::plan::{Kind, Plan, RowEvent, Source};
use crate::quick::{Quick, Way, without_padding};

/// A line is looked for so many records long, and at least so many bytes.
const ENDLESS_RECORDS: usize = 16;
const ENDLESS_BYTES: usize = 64 * 1024;

/// Whether the rest of a record that did not end is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skipping {
    No,
    /// Until a line end.
    Yes,
}

impl Core<'_> {
    pub(super) fn next_fixed(&mut self, window: &[u8], last: bool) -> Outcome {
        let Form::Fixed { record_bytes } = self.plan.layout.form else { return Outcome::End };
        let newline = self.plan.newline.as_slice();
        let whole = record_bytes + newline.len();
        if self.skipping == Skipping::Yes {
            return self.line(window, last, whole, record_bytes);
        }
        if self.search_waits(window, last) {
            return Outcome::Need;
        }
        // Of the very last record the line end may be missing.
        let unended = last && !newline.is_empty() && window.len() == record_bytes;
        if window.len() < whole && !unended {
            if !last {
                return Outcome::Need;
            }
            self.number += 1;
            return self.rest(window, whole);
        }
        if window.len() == whole && !last && self.needs_a_look_ahead() {
            return Outcome::Need;
        }
        let (body, behind) = window.split_at_checked(record_bytes).unwrap_or((window, &[]));
        if !unended && !behind.starts_with(newline) {
            self.number += 1;
            return self.line(window, last, whole, record_bytes);
        }
        let length = if unended { record_bytes } else { whole };
        let only = window.len() == length && last;
        self.number += 1;
        let kind = self.kind(body, only);
        self.events.clear();
        self.tell_mark();
        let is_good = kind.is_some_and(|kind| self.fields(kind, body));
        if !is_good && newline.is_empty() {
            if let Some(outcome) = self.stray_line_end(window, last, whole, kind) {
                return outcome;
            }
            match self.next_record(window, last, whole) {
                Next::InPlace => {}
                Next::Need => {
                    self.number -= 1;
                    self.errors.clear();
                    return Outcome::Need;
                }
                Next::At(length) => return self.wrong_length(kind, whole, length),
            }
        }
        let Some(kind) = kind else {
            self.fail_kind(self.plan_marks(body));
            return Outcome::Bad(length);
        };
        self.settle_place(kind);
        self.count(kind, length, is_good);
        if is_good {
            let steps = self.plan.kinds.get(kind).map(|kind| kind.steps.as_slice()).unwrap_or_default();
            self.compare(kind, |at| steps.get(at).map_or(0, |step| step.start));
        }
        if self.errors.is_empty() { Outcome::Good { kind, length } } else { Outcome::Bad(length) }
    }

    /// A record whose end was told by what stands behind it. What its items seem to hold is of no use.
    fn wrong_length(&mut self, kind: Option<usize>, whole: usize, length: usize) -> Outcome {
        self.errors.clear();
        self.fail(0, String::new(), ReadRule::Length { expected: whole, got: length });
        if let Some(kind) = kind {
            self.settle_place(kind);
            self.count(kind, length, false);
        }
        Outcome::Bad(length)
    }

    pub(super) fn kind(&self, body: &[u8], only: bool) -> Option<usize> {
        self.kind_of(|mark| body.get(mark.start..mark.start + mark.code.len()) == Some(&*mark.code), only)
    }

    /// The bytes at the places where kinds differ.
    fn plan_marks(&self, body: &[u8]) -> String {
        let marks = self.plan.kinds.iter().flat_map(|kind| &kind.marks);
        let mut places: Vec<(usize, usize)> = marks.map(|mark| (mark.start, mark.code.len())).collect();
        places.sort_unstable();
        places.dedup();
        let shown: Vec<String> = places
            .iter()
            .map(|&(start, length)| {
                format!(
                    "{}バイト目 X'{}'",
                    start + 1,
                    hex(body.get(start..start + length).unwrap_or_default())
                )
            })
            .collect();
        shown.join("、")
    }

    /// The last bytes, fewer than a record.
    fn rest(&mut self, window: &[u8], whole: usize) -> Outcome {
        let rule = if line_end(self.plan, window).is_some_and(|length| length == window.len()) {
            ReadRule::LineEnd { code: hex(window) }
        } else {
            ReadRule::Length { expected: whole, got: window.len() }
        };
        self.fail(0, String::new(), rule);
        Outcome::Bad(window.len())
    }

    /// A record whose line end does not stand where it should: everything up to the next one.
    fn line(&mut self, window: &[u8], last: bool, whole: usize, record_bytes: usize) -> Outcome {
        let newline = self.plan.newline.as_slice();
        // What was looked at before is not looked at again.
        let from = self.scan.at.min(window.len());
        let found = memchr::memmem::find(window.get(from..).unwrap_or_default(), newline);
        let max = (whole * ENDLESS_RECORDS).max(ENDLESS_BYTES);
        let length = match found {
            Some(found) => from + found + newline.len(),
            None if last || max <= window.len() => window.len(),
            None => {
                self.scan.at = window.len().saturating_sub(newline.len());
                // The record is counted again when it is whole.
                self.number -= u64::from(self.skipping == Skipping::No);
                return Outcome::Need;
            }
        };
        self.scan.at = 0;
        let rule = if self.skipping == Skipping::Yes || (found.is_none() && !last) {
            ReadRule::Endless { max }
        } else {
            ReadRule::Length { expected: whole, got: length }
        };
        self.skipping = if found.is_none() && !last { Skipping::Yes } else { Skipping::No };
        self.fail(record_bytes.min(length), String::new(), rule);
        Outcome::Bad(length)
    }

    /// A line end between records that have none: if a record stands behind it and none before, only the line end is bad.
    fn stray_line_end(
        &mut self,
        window: &[u8],
        last: bool,
        whole: usize,
        before: Option<usize>,
    ) -> Option<Outcome> {
        let length = line_end(self.plan, window)?;
        let Some(body) = window.get(length..length + whole) else {
            if last {
                return None;
            }
            self.number -= 1;
            self.errors.clear();
            return Some(Outcome::Need);
        };
        let errors = std::mem::take(&mut self.errors);
        let only = last && window.len() == length + whole;
        let behind = self.kind(body, only);
        let is_good = behind.is_some_and(|kind| {
            self.events.clear();
            self.fields(kind, body)
        });
        if !is_good && (before.is_some() || behind.is_none()) {
            self.errors = errors;
            return None;
        }
        self.errors.clear();
        let code = hex(window.get(..length).unwrap_or_default());
        self.fail(0, String::new(), ReadRule::LineEnd { code });
        Some(Outcome::Bad(length))
    }

    /// Reads all fields into the buffers; false if one of them cannot be read.
    pub(super) fn fields(&mut self, kind: usize, body: &[u8]) -> bool {
        let plan = self.plan;
        let Some(found) = plan.kinds.get(kind) else { return false };
        let (mut text, mut ends) = (std::mem::take(&mut self.text), std::mem::take(&mut self.ends));
        ends.clear();
        ends.resize(found.quicks.len(), 0);
        let mut written = 0;
        for (quick, end) in found.quicks.iter().zip(&mut ends) {
            let bytes = body.get(quick.start..quick.start + quick.bytes).unwrap_or_default();
            let room = text.get_mut(written..).unwrap_or_default();
            let length = match quick.way {
                Way::Literal => found.literal(quick, bytes, room),
                _ => quick.read(&plan.short, bytes, room),
            };
            match (length, found.steps.get(quick.at)) {
                (Some(length), _) => written += length,
                (None, Some(step)) => {
                    self.text = text;
                    written = self.long(found, quick.at, step, bytes, written);
                    text = std::mem::take(&mut self.text);
                }
                (None, None) => {}
            }
            *end = written;
        }
        (self.text, self.ends) = (text, ends);
        if !plan.short.is_checked() && !is_plain(self.text.get(..written).unwrap_or_default()) {
            self.again(found, body);
        }
        self.errors.is_empty()
    }

    /// Reads all fields the long way, to find which of them holds what is not plain.
    fn again(&mut self, kind: &Kind, body: &[u8]) {
        self.ends.clear();
        self.errors.clear();
        self.events.clear();
        let mut written = 0;
        for (at, step) in kind.steps.iter().enumerate() {
            let bytes = body.get(step.start..step.start + step.bytes).unwrap_or_default();
            written = self.long(kind, at, step, bytes, written);
            self.ends.push(written);
        }
    }

    /// Appends a value's text behind what is written; where the next one begins.
    pub(super) fn append(&mut self, written: usize, value: &str) -> usize {
        let end = written + value.len();
        // Codes may be longer than what stands in the file.
        if self.text.len() < end + 64 {
            self.text.resize(end * 2 + 64, 0);
        }
        if let Some(slot) = self.text.get_mut(written..end) {
            slot.copy_from_slice(value.as_bytes());
        }
        end
    }

    /// Hands the events of the field at hand on.
    pub(super) fn tell(&mut self, field: usize) {
        self.events.extend(self.chars.drain(..).map(|event| RowEvent { field, event }));
    }
}

impl Kind {
    /// A literal that stands as it should.
    #[inline]
    fn literal(&self, quick: &Quick, bytes: &[u8], room: &mut [u8]) -> Option<usize> {
        let Source::Literal(literal) = &self.steps.get(quick.at)?.source else { return None };
        let same = self.template.get(quick.start..quick.start + quick.bytes) == Some(bytes);
        let slot = room.get_mut(..literal.len()).filter(|_| same)?;
        slot.copy_from_slice(literal.as_bytes());
        Some(literal.len())
    }
}

/// The line end some system may have put between records: its length.
fn line_end(plan: &Plan, bytes: &[u8]) -> Option<usize> {
    let known: &[&[u8]] = if plan.layout.charset.is_host() {
        &[b"\x0D\x25", b"\x0D\x15", b"\x0D\x0A", b"\x15", b"\x25", b"\x0D", b"\x0A"]
    } else {
        &[b"\r\n", b"\n", b"\r", b"\x1A"]
    };
    known.iter().find(|code| bytes.starts_with(code)).map(|code| code.len())
}

/// Names the fields of a record whose text is no UTF-8.
pub(super) fn fail_utf8(
    plan: &Plan,
    kind: usize,
    bytes: &[u8],
    number: u64,
    offset: u64,
    errors: &mut Vec<ReadError>,
) {
    let error = |at: usize, item, rule| {
        let offset = offset + u64::try_from(at).unwrap_or_default();
        ReadError { record: number, offset, item, rule }
    };
    let Some(kind) = plan.kinds.get(kind) else { return };
    for (at, step) in kind.steps.iter().enumerate() {
        let Some(codec) = plan.codecs.get(step.codec) else { continue };
        let field = bytes.get(step.start..step.start + step.bytes).unwrap_or_default();
        let content = if step.pad == Pad::Space { without_padding(field, &step.padding) } else { field };
        if let Err(bad) = codec.decoder.decode_utf8(step.side, content, &mut Vec::new(), &mut Vec::new()) {
            let item = plan.item(kind.first_field + at);
            errors.push(error(step.start + bad.offset, item, ReadRule::Decode(bad.rule)));
        }
    }
    if errors.is_empty() {
        errors.push(error(0, String::new(), ReadRule::Decode(DecodeRule::InvalidUtf8)));
    }
}
