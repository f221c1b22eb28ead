//! Records as lines of text: CSV, JSON, XML.

use moji::{CharEvent, Cluster, Done, Field, Overflow, Piece, clusters};

use super::Rows;
use super::fixed::Failed;
use crate::error::RowRule;
use crate::model::{Form, Pad, Quote, Type};
use crate::number::Number;
use crate::plan::{Kind, RowEvent, Step};

impl Rows<'_> {
    /// What stands before all records of XML.
    pub(super) fn open(&mut self, out: &mut Vec<u8>) {
        let Form::Xml { root } = &self.plan.layout.form else { return };
        let name = match &self.plan.layout.charset {
            moji::Charset::Utf8 { .. } => "UTF-8",
            moji::Charset::Utf16 { .. } => "UTF-16",
            moji::Charset::Utf32 { .. } => "UTF-32",
            moji::Charset::Windows31J => "Windows-31J",
            moji::Charset::EucJp => "EUC-JP",
            _ => "",
        };
        let encoding = if name.is_empty() { String::new() } else { format!(" encoding=\"{name}\"") };
        self.sign(&format!("<?xml version=\"1.0\"{encoding}?>"), out);
        out.extend_from_slice(&self.plan.newline);
        self.sign(&format!("<{root}>"), out);
        out.extend_from_slice(&self.plan.newline);
    }

    /// What stands behind all records of XML.
    pub(super) fn close(&mut self, out: &mut Vec<u8>) {
        let Form::Xml { root } = &self.plan.layout.form else { return };
        self.sign(&format!("</{root}>"), out);
        out.extend_from_slice(&self.plan.newline);
    }

    pub(super) fn csv<'v>(
        &mut self,
        kind: &Kind,
        get: &impl Fn(usize, usize) -> &'v str,
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), Failed> {
        for (at, step) in kind.steps.iter().enumerate() {
            self.delimit(at, out);
            self.value(step, step.value(at, get), out, |rows, text, out| {
                rows.quoted(step.side, step.codec, text, out)
            })
            .map_err(|rule| (at, rule))?;
            self.tell(kind.first_field + at, events);
        }
        out.extend_from_slice(&self.plan.newline);
        Ok(())
    }

    pub(super) fn json<'v>(
        &mut self,
        index: usize,
        kind: &Kind,
        get: &impl Fn(usize, usize) -> &'v str,
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), Failed> {
        let names = self.plan.layout.records.get(index).map(|record| record.fields.as_slice());
        for (at, (step, field)) in kind.steps.iter().zip(names.unwrap_or_default()).enumerate() {
            self.sign(if at == 0 { "{" } else { "," }, out);
            self.json_text(Field::Mixed, 0, &field.name, out).map_err(|rule| (at, rule))?;
            self.chars.clear();
            self.sign(":", out);
            // A quantity is a number, everything else a text: a code keeps its zeros.
            let number = step.decimals.is_some() && step.format.is_none() && step.codes.is_none();
            self.value(step, step.value(at, get), out, |rows, text, out| {
                if number && !text.is_empty() {
                    rows.sign(text, out);
                    return Ok(());
                }
                rows.json_text(step.side, step.codec, text, out)
            })
            .map_err(|rule| (at, rule))?;
            self.tell(kind.first_field + at, events);
        }
        self.sign("}", out);
        out.extend_from_slice(&self.plan.newline);
        Ok(())
    }

    pub(super) fn xml<'v>(
        &mut self,
        index: usize,
        kind: &Kind,
        get: &impl Fn(usize, usize) -> &'v str,
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), Failed> {
        let Some(record) = self.plan.layout.records.get(index) else { return Ok(()) };
        let (name, fields) = (record.name.clone(), record.fields.as_slice());
        self.sign(&format!("<{name}>"), out);
        for (at, (step, field)) in kind.steps.iter().zip(fields).enumerate() {
            self.sign(&format!("<{}>", field.name), out);
            self.value(step, step.value(at, get), out, |rows, text, out| rows.xml_text(step, text, out))
                .map_err(|rule| (at, rule))?;
            self.tell(kind.first_field + at, events);
            self.sign(&format!("</{}>", field.name), out);
        }
        self.sign(&format!("</{name}>"), out);
        out.extend_from_slice(&self.plan.newline);
        Ok(())
    }

    /// Edits a value, holds it to its length, and hands it to `put`.
    pub(super) fn value(
        &mut self,
        step: &Step,
        value: &str,
        out: &mut Vec<u8>,
        put: impl FnOnce(&mut Self, &str, &mut Vec<u8>) -> Result<(), RowRule>,
    ) -> Result<(), RowRule> {
        self.chars.clear();
        let value = if value.is_empty() { &step.default } else { value };
        if value.is_empty() && step.required {
            return Err(RowRule::Required);
        }
        let edited = self.edit(step, value)? || self.number(step, value)?;
        let text = std::mem::take(&mut self.edited);
        let shown = if edited { &text } else { value };
        let done = match shown.char_indices().enumerate().find(|(_, (_, c))| *c == '\u{FEFF}') {
            Some((position, (_, c))) => Err(RowRule::Control { position, c }),
            None => {
                let first = self.chars.len();
                self.fit(step, shown).and_then(|fitting| put(self, fitting, out)).map(|()| self.source(first))
            }
        };
        self.edited = text;
        done
    }

    /// Events about what editing made are events about the value as it came.
    fn source(&mut self, first: usize) {
        for event in self.chars.get_mut(first..).unwrap_or_default() {
            if let Some(&(position, offset)) = self.origins.get(event.position) {
                event.position = position;
                event.offset = offset;
            }
        }
        self.origins.clear();
    }

    /// Numbers as texts: digits as they are, or filled up with zeros; quantities with all their decimals.
    fn number(&mut self, step: &Step, value: &str) -> Result<bool, RowRule> {
        if !step.kind.is_numeric() || step.format.is_some() || value.is_empty() {
            return Ok(false);
        }
        let Some(decimals) = step.decimals else {
            if !value.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(RowRule::NotDigits);
            }
            if step.digits != 0 && step.digits < value.len() {
                return Err(RowRule::Digits { got: value.len(), max: step.digits });
            }
            let missing = if step.pad == Pad::Zero { step.digits.saturating_sub(value.len()) } else { 0 };
            if missing == 0 {
                return Ok(false);
            }
            self.edited.extend(std::iter::repeat_n('0', missing));
            self.edited.push_str(value);
            return Ok(true);
        };
        let number = Number::parse(value, decimals)?;
        if number.negative && step.kind == Type::Digits {
            return Err(RowRule::Negative);
        }
        if step.digits != 0 {
            number.last(step.digits)?;
        }
        number.show(decimals, &mut self.edited);
        Ok(true)
    }

    /// Holds a value to its longest length in characters.
    fn fit<'v>(&mut self, step: &Step, value: &'v str) -> Result<&'v str, RowRule> {
        let Some(max) = step.chars_max else { return Ok(value) };
        // A value has no more characters than bytes, so nearly every one passes here.
        if value.len() <= max {
            return Ok(value);
        }
        let got = clusters(value).count();
        if got <= max {
            return Ok(value);
        }
        if step.overflow == Overflow::Reject {
            return Err(RowRule::TooLong { got, max });
        }
        let kept: usize = clusters(value).take(max).map(str::len).sum();
        let (head, tail) = value.split_at_checked(kept).unwrap_or((value, ""));
        self.chars.push(CharEvent {
            position: head.chars().count(),
            offset: head.len(),
            from: clusters(tail).next().and_then(Cluster::parse).map_or(Piece::Nothing, Piece::Text),
            done: Done::Truncated,
            to: Piece::Nothing,
        });
        Ok(head)
    }

    pub(super) fn delimit(&mut self, at: usize, out: &mut Vec<u8>) {
        if at != 0 {
            out.extend_from_slice(&self.plan.delimiter);
        }
    }

    /// One value of a CSV line (RFC 4180): quoted if it must be, quotes doubled.
    pub(super) fn quoted(
        &mut self,
        side: Field,
        codec: usize,
        value: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), RowRule> {
        let Form::Csv { delimiter, quote, .. } = self.plan.layout.form else { return Ok(()) };
        let special = value.chars().find(|&c| c == delimiter || matches!(c, '"' | '\r' | '\n'));
        match (quote, special) {
            (Quote::Never, Some(c)) if c != '"' => return Err(RowRule::Delimiter { c }),
            (Quote::Never, _) | (Quote::Needed, None) => return self.encode(side, codec, value, 0, out),
            (Quote::All, _) | (Quote::Needed, Some(_)) => {}
        }
        out.extend_from_slice(&self.plan.quote);
        let mut done = 0;
        for (at, part) in value.split('"').enumerate() {
            if at != 0 {
                out.extend_from_slice(&self.plan.quote);
                out.extend_from_slice(&self.plan.quote);
                done += 1;
            }
            self.encode(
                side,
                codec,
                part,
                value.get(..done).map_or(0, |before| before.chars().count()),
                out,
            )?;
            done += part.len();
        }
        out.extend_from_slice(&self.plan.quote);
        Ok(())
    }

    fn json_text(
        &mut self,
        side: Field,
        codec: usize,
        value: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), RowRule> {
        self.sign("\"", out);
        let escaped = |c: char| matches!(c, '"' | '\\') || c.is_control();
        self.escaped(side, codec, value, escaped, out, |c| match c {
            '"' => Some("\\\"".to_owned()),
            '\\' => Some("\\\\".to_owned()),
            '\n' => Some("\\n".to_owned()),
            '\r' => Some("\\r".to_owned()),
            '\t' => Some("\\t".to_owned()),
            c => Some(format!("\\u{:04X}", u32::from(c))),
        })?;
        self.sign("\"", out);
        Ok(())
    }

    fn xml_text(&mut self, step: &Step, value: &str, out: &mut Vec<u8>) -> Result<(), RowRule> {
        let escaped = |c: char| matches!(c, '<' | '>' | '&' | '\u{FFFE}' | '\u{FFFF}') || c.is_control();
        self.escaped(step.side, step.codec, value, escaped, out, |c| match c {
            '<' => Some("&lt;".to_owned()),
            '>' => Some("&gt;".to_owned()),
            '&' => Some("&amp;".to_owned()),
            // XML 1.0 has no other control characters.
            '\n' | '\r' | '\t' | '\u{7F}'..='\u{9F}' => Some(format!("&#x{:X};", u32::from(c))),
            _ => None,
        })
    }

    /// Writes a text with some characters as escapes; [`None`] is a character the form cannot hold.
    fn escaped(
        &mut self,
        side: Field,
        codec: usize,
        value: &str,
        special: impl Fn(char) -> bool,
        out: &mut Vec<u8>,
        escape: impl Fn(char) -> Option<String>,
    ) -> Result<(), RowRule> {
        let (mut rest, mut position) = (value, 0);
        loop {
            let at = rest.find(&special).unwrap_or(rest.len());
            let (plain, behind) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.encode(side, codec, plain, position, out)?;
            let mut chars = behind.chars();
            let Some(c) = chars.next() else { return Ok(()) };
            position += plain.chars().count();
            let Some(text) = escape(c) else { return Err(RowRule::Control { position, c }) };
            self.sign(&text, out);
            position += 1;
            rest = chars.as_str();
        }
    }

    /// Encodes a part of a value that begins at a position; its events are about the whole value.
    pub(super) fn encode(
        &mut self,
        side: Field,
        codec: usize,
        part: &str,
        position: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), RowRule> {
        let Some(codec) = self.plan.codecs.get(codec) else { return Ok(()) };
        let first = self.chars.len();
        codec.encoder.encode(side, part, out, &mut self.chars).map_err(|error| match error {
            moji::EncodeError::Unmappable { scalar_offset, cluster } => {
                moji::EncodeError::Unmappable { scalar_offset: scalar_offset + position, cluster }
            }
            other => other,
        })?;
        for event in self.chars.get_mut(first..).unwrap_or_default() {
            event.position += position;
        }
        Ok(())
    }

    /// Writes the form's own signs, which every charset of a text form has.
    fn sign(&mut self, text: &str, out: &mut Vec<u8>) {
        let first = self.chars.len();
        if let Some(codec) = self.plan.codecs.first() {
            // Compiling refused a layout with names the charset lacks.
            let _ = codec.encoder.encode(Field::Mixed, text, out, &mut self.chars);
        }
        self.chars.truncate(first);
    }
}
