//! Rows to bytes.

use moji::{CharEvent, Cluster, Done, Overflow, Piece, clusters};

use crate::date;
use crate::error::{RowError, RowRule};
use crate::model::{Fact, FieldSpec, Form, Pad, Type, Value};
use crate::plan::{Facts, Plan, RowEvent};

impl Plan {
    /// Writes what stands before the rows: byte order mark, header record (ヘッダレコード), line of names (見出し行).
    ///
    /// # Errors
    /// A [`RowError`] if a fact does not fit its item. `out` is then as before the call.
    pub fn write_header(&self, facts: &Facts, out: &mut Vec<u8>) -> Result<(), RowError> {
        let start = out.len();
        out.extend_from_slice(self.layout.charset.bom());
        self.write_facts(&self.layout.header, facts, out).inspect_err(|_| out.truncate(start))?;
        let Some(names) = self.header_names() else { return Ok(()) };
        for (at, name) in names.into_iter().enumerate() {
            if at != 0 {
                out.extend_from_slice(&self.delimiter);
            }
            let written = self.put_csv(moji::Field::Mixed, name, out, &mut Vec::new());
            written
                .map_err(|rule| RowError { item: name.to_owned(), rule })
                .inspect_err(|_| out.truncate(start))?;
        }
        out.extend_from_slice(&self.newline);
        Ok(())
    }

    /// Writes one row (データレコード). `values` stand in the order of the items the plan was compiled with. Clean text
    /// allocates nothing but the growth of `out`.
    ///
    /// # Errors
    /// A [`RowError`] naming the item and the rule. `out` and `events` are then as before the call, so the caller may leave
    /// the row out and go on.
    pub fn write_row(
        &self,
        values: &[&str],
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), RowError> {
        if values.len() != self.row_values {
            let rule = RowRule::Values { expected: self.row_values, got: values.len() };
            return Err(RowError { item: "レコード全体".to_owned(), rule });
        }
        let (start, events_start) = (out.len(), events.len());
        let mut chars = Vec::new();
        for (at, (field, position)) in self.layout.detail.iter().zip(&self.positions).enumerate() {
            let value = match (&field.value, position) {
                (Value::Literal(literal), _) => literal.as_str(),
                (_, Some(position)) => values.get(*position).copied().unwrap_or_default(),
                (_, None) => "",
            };
            if let Err(error) = self.write_field(at, field, value, out, &mut chars) {
                out.truncate(start);
                events.truncate(events_start);
                return Err(error);
            }
            events.extend(chars.drain(..).map(|event| RowEvent { item: field.item.clone(), event }));
        }
        out.extend_from_slice(&self.newline);
        Ok(())
    }

    /// Writes what stands behind the rows: the trailer record (トレーラレコード), if the layout has one.
    ///
    /// # Errors
    /// A [`RowError`] if a fact does not fit its item. `out` is then as before the call.
    pub fn write_trailer(&self, facts: &Facts, out: &mut Vec<u8>) -> Result<(), RowError> {
        let start = out.len();
        self.write_facts(&self.layout.trailer, facts, out).inspect_err(|_| out.truncate(start))
    }

    fn write_facts(&self, fields: &[FieldSpec], facts: &Facts, out: &mut Vec<u8>) -> Result<(), RowError> {
        if fields.is_empty() {
            return Ok(());
        }
        for (at, field) in fields.iter().enumerate() {
            let number;
            let value = match &field.value {
                Value::Literal(literal) => literal,
                Value::Fact(Fact::DeliveryNo) => {
                    number = facts.delivery_no.to_string();
                    &number
                }
                Value::Fact(Fact::RowCount) => {
                    number = facts.row_count.to_string();
                    &number
                }
                Value::Fact(Fact::Date) => &facts.date,
                Value::Fact(Fact::Extent) => &facts.extent,
                Value::Fact(Fact::Source) => &facts.source,
                Value::Fact(Fact::Target) => &facts.target,
                Value::From(_) => "",
            };
            // A header says nothing about a person; what its names lose is seen when the layout is set up.
            self.write_field(at, field, value, out, &mut Vec::new())?;
        }
        out.extend_from_slice(&self.newline);
        Ok(())
    }

    fn write_field(
        &self,
        at: usize,
        field: &FieldSpec,
        value: &str,
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), RowError> {
        self.put_field(at, field, value, out, events)
            .map_err(|rule| RowError { item: field.item.clone(), rule })
    }

    fn put_field(
        &self,
        at: usize,
        field: &FieldSpec,
        value: &str,
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), RowRule> {
        if value.is_empty() && field.required {
            return Err(RowRule::Required);
        }
        let edited;
        let value = match field.format {
            Some(format) if !value.is_empty() => {
                edited = date::write(value, format, field.unknown)?;
                edited.as_str()
            }
            _ => value,
        };
        if field.kind == Type::Digits && !value.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(RowRule::NotDigits);
        }
        match self.layout.form {
            Form::Fixed { .. } => self.put_fixed(field, value, out, events),
            Form::Csv { .. } => {
                if at != 0 {
                    out.extend_from_slice(&self.delimiter);
                }
                let value = fit_chars(field, value, events)?;
                self.put_csv(field.kind.field(), value, out, events)
            }
        }
    }

    fn put_fixed(
        &self,
        field: &FieldSpec,
        value: &str,
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), RowRule> {
        let kind = field.kind.field();
        // An empty date or number as zeros; a number with zeros before it.
        if field.pad == Pad::Zero && (value.is_empty() || field.kind == Type::Digits) {
            let room = field.bytes / self.encoder.unit(kind);
            for _ in value.len()..room {
                self.encoder.encode(kind, "0", out, events)?;
            }
            let rest = value.len().min(room) * self.encoder.unit(kind);
            return Ok(self.encoder.encode_fixed(kind, value, rest, Overflow::Reject, out, events)?);
        }
        Ok(self.encoder.encode_fixed(kind, value, field.bytes, field.overflow, out, events)?)
    }

    /// One value of a CSV line (RFC 4180): quoted if it must be, quotes doubled.
    fn put_csv(
        &self,
        kind: moji::Field,
        value: &str,
        out: &mut Vec<u8>,
        events: &mut Vec<CharEvent>,
    ) -> Result<(), RowRule> {
        let Form::Csv { delimiter, quote_all, .. } = self.layout.form else { return Ok(()) };
        if !quote_all && !value.contains([delimiter, '"', '\r', '\n']) {
            return Ok(self.encoder.encode(kind, value, out, events)?);
        }
        out.extend_from_slice(&self.quote);
        for (at, part) in value.split('"').enumerate() {
            if at != 0 {
                out.extend_from_slice(&self.quote);
                out.extend_from_slice(&self.quote);
            }
            self.encoder.encode(kind, part, out, events)?;
        }
        out.extend_from_slice(&self.quote);
        Ok(())
    }
}

/// Holds a CSV value to its longest length in characters.
fn fit_chars<'v>(field: &FieldSpec, value: &'v str, events: &mut Vec<CharEvent>) -> Result<&'v str, RowRule> {
    let Some(max) = field.chars_max else { return Ok(value) };
    // A value has no more characters than bytes, so nearly every one passes here.
    if value.len() <= max {
        return Ok(value);
    }
    let got = clusters(value).count();
    if got <= max {
        return Ok(value);
    }
    if field.overflow == Overflow::Reject {
        return Err(RowRule::TooLong { got, max });
    }
    let kept: usize = clusters(value).take(max).map(str::len).sum();
    let (head, tail) = value.split_at_checked(kept).unwrap_or((value, ""));
    events.push(CharEvent {
        position: head.chars().count(),
        offset: head.len(),
        from: clusters(tail).next().and_then(Cluster::parse).map_or(Piece::Nothing, Piece::Text),
        done: Done::Truncated,
        to: Piece::Nothing,
    });
    Ok(head)
}
