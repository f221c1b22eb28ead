//! Rows to bytes.

mod edit;
mod fixed;
mod memo;
mod place;
mod text;

use moji::CharEvent;

use crate::error::{RowError, RowRule};
use crate::model::{Fact, Form, Role};
use crate::number::{Number, show_sum};
use crate::plan::{Facts, Kind, Plan, RowEvent, Source, Step, Tally};
use crate::read::Check;

/// Writes the records of one file in their order: header, rows, trailer.
///
/// It keeps counts and totals for the trailer, and buffers that are used again: clean values allocate nothing but the
/// growth of `out`.
pub struct Writer<'p> {
    plan: &'p Plan,
    rows: Rows<'p>,
    tally: Tally,
    check: Option<Check<'p>>,
}

/// Writes single records, knowing nothing of those before.
pub(crate) struct Rows<'p> {
    pub(crate) plan: &'p Plan,
    /// Events of the item at work.
    pub(crate) chars: Vec<CharEvent>,
    /// The value at work after it was edited.
    pub(crate) edited: String,
    /// For each scalar of `edited` the position and offset in the value it came from; empty if they are the same.
    pub(crate) origins: Vec<(usize, usize)>,
    /// What went the long way lately.
    memo: memo::Memo,
}

impl Plan {
    /// A writer for one file.
    #[must_use]
    pub fn writer(&self) -> Writer<'_> {
        let check = self.layout.reverse_check.then(|| Check::new(self));
        Writer { plan: self, rows: Rows::new(self), tally: self.tally(), check }
    }
}

impl Writer<'_> {
    /// Writes what stands before the rows: byte order mark, header record (ヘッダレコード), line of names (見出し行).
    ///
    /// # Errors
    /// A [`RowError`] if a fact does not fit its item. `out` and `events` are then as before the call.
    pub fn write_header(
        &mut self,
        facts: &Facts,
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), RowError> {
        let start = (out.len(), events.len());
        self.header(facts, out, events).inspect_err(|_| {
            out.truncate(start.0);
            events.truncate(start.1);
        })
    }

    fn header(
        &mut self,
        facts: &Facts,
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), RowError> {
        let plan = self.plan;
        out.extend_from_slice(plan.layout.charset.bom());
        self.rows.open(out);
        self.facts(Role::Header, facts, &facts.tally, out, events)?;
        if let Some(names) = plan.header_names() {
            let broken = |item: &str, rule| RowError { item: item.to_owned(), rule };
            for (at, name) in names.into_iter().enumerate() {
                self.rows.chars.clear();
                self.rows.delimit(at, out);
                self.rows.quoted(moji::Field::Mixed, 0, name, out).map_err(|rule| broken(name, rule))?;
            }
            out.extend_from_slice(&plan.newline);
        }
        Ok(())
    }

    /// Writes one row (データレコード) of the only kind of detail record. `values` stand in the order of the items the plan
    /// was compiled with.
    ///
    /// # Errors
    /// A [`RowError`] naming the item and the rule. `out` and `events` are then as before the call, so the caller may leave
    /// the row out and go on.
    pub fn write_row(
        &mut self,
        values: &[&str],
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), RowError> {
        match self.plan.only_detail() {
            Some(kind) => self.write_row_of(kind, values, out, events),
            None => Err(self.no_kind()),
        }
    }

    /// As [`write_row`](Self::write_row), of the kind that [`Plan::kind`] found.
    ///
    /// # Errors
    /// As [`write_row`](Self::write_row); also if the plan has no such detail record.
    pub fn write_row_of(
        &mut self,
        kind: usize,
        values: &[&str],
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), RowError> {
        let plan = self.plan;
        let Some(found) = plan.kinds.get(kind).filter(|found| found.role == Role::Detail) else {
            return Err(self.no_kind());
        };
        if values.len() != plan.row_values {
            let rule = RowRule::Values { expected: plan.row_values, got: values.len() };
            return Err(RowError { item: "レコード全体".to_owned(), rule });
        }
        plan.check_common(values, &self.tally)?;
        let start = out.len();
        let get = |_: usize, position: usize| values.get(position).copied().unwrap_or_default();
        self.rows.record(kind, found, &get, out, events)?;
        if let Some(check) = &mut self.check {
            check.record(kind, &get, out.get(start..).unwrap_or_default(), events);
        }
        self.tally.rows += 1;
        if let Some(count) = self.tally.by_kind.get_mut(kind) {
            *count += 1;
        }
        // Between elements white space says nothing: a reader cannot know whose it is.
        let behind = if matches!(plan.layout.form, Form::Xml { .. }) { plan.newline.len() } else { 0 };
        self.tally.bytes += u64::try_from(out.len() - start - behind).unwrap_or_default();
        if !plan.totals.is_empty() {
            for (at, step) in found.steps.iter().enumerate() {
                let value = step.value(at, &get);
                let value = if value.is_empty() { &step.default } else { value };
                plan.add(step, value, &mut self.tally);
            }
        }
        if !plan.conditionals.is_empty() {
            let value = |at: usize| match found.steps.get(at) {
                Some(step) => {
                    Some(step.value(at, &get)).filter(|value| !value.is_empty()).unwrap_or(&step.default)
                }
                None => "",
            };
            plan.add_conditional(kind, value, &mut self.tally);
        }
        if self.tally.commons.is_empty() {
            let commons = plan.commons.iter().map(|common| get(0, common.position).to_owned());
            self.tally.commons = commons.collect();
        }
        Ok(())
    }

    /// Writes what stands behind the rows: the trailer record (トレーラレコード), if the layout has one.
    ///
    /// # Errors
    /// A [`RowError`] if a fact does not fit its item. `out` and `events` are then as before the call.
    pub fn write_trailer(
        &mut self,
        facts: &Facts,
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), RowError> {
        let start = (out.len(), events.len());
        let tally = self.tally.clone();
        self.facts(Role::Trailer, facts, &tally, out, events).inspect_err(|_| {
            out.truncate(start.0);
            events.truncate(start.1);
        })?;
        self.rows.close(out);
        Ok(())
    }

    /// Counts rows of the same plan that another writer wrote, as if this one had: trailers state the whole. Only where
    /// [`Plan::rows_stand_alone`].
    pub fn count_in(&mut self, others: &Tally) {
        self.tally.add(others);
    }

    /// Bytes that its buffers have room for: what the longest value needed, however many came.
    #[must_use]
    pub fn buffer_bytes(&self) -> usize {
        self.rows.edited.capacity()
            + self.rows.chars.capacity() * size_of::<CharEvent>()
            + self.rows.origins.capacity() * size_of::<(usize, usize)>()
            + self.rows.memo.bytes()
    }

    /// Counts and totals of the rows written so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    fn no_kind(&self) -> RowError {
        let kinds: Vec<&str> = self.plan.layout.details().map(|record| record.name.as_str()).collect();
        RowError { item: "レコード全体".to_owned(), rule: RowRule::Kind { kinds: kinds.join(", ") } }
    }

    fn facts(
        &mut self,
        role: Role,
        facts: &Facts,
        tally: &Tally,
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), RowError> {
        let plan = self.plan;
        for (at, kind) in plan.of_role(role) {
            let texts: Vec<String> =
                kind.steps.iter().map(|step| plan.fact(&step.source, facts, tally)).collect();
            let get = |at: usize, _: usize| texts.get(at).map(String::as_str).unwrap_or_default();
            self.rows.record(at, kind, &get, out, events)?;
        }
        Ok(())
    }
}

impl<'p> Rows<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            chars: Vec::new(),
            edited: String::new(),
            origins: Vec::new(),
            memo: memo::Memo::default(),
        }
    }

    /// Writes one record; if it cannot be, `out` and `events` are as before.
    fn record<'v>(
        &mut self,
        at: usize,
        kind: &Kind,
        get: &impl Fn(usize, usize) -> &'v str,
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), RowError> {
        let start = (out.len(), events.len());
        let done = match &self.plan.layout.form {
            Form::Fixed { .. } => self.fixed(kind, get, out, events),
            Form::Csv { .. } => self.csv(kind, get, out, events),
            Form::Jsonl => self.json(at, kind, get, out, events),
            Form::Xml { .. } => self.xml(at, kind, get, out, events),
        };
        done.map_err(|(step, rule)| {
            out.truncate(start.0);
            events.truncate(start.1);
            RowError { item: self.plan.item(kind.first_field + step), rule }
        })
    }

    /// Writes a value for nothing: how many events it makes, [`None`] if it is refused.
    pub(crate) fn try_value(&mut self, step: &Step, value: &str) -> Option<usize> {
        let mut out = vec![0; step.bytes];
        self.chars.clear();
        let done = match &self.plan.layout.form {
            Form::Fixed { .. } => self.long(step, value, 0, &mut out),
            _ => self.value(step, value, &mut out, |rows, text, out| {
                rows.encode(step.side, step.codec, text, 0, out)
            }),
        };
        done.ok().map(|()| self.chars.len())
    }

    /// Hands the events of the item at work on.
    fn tell(&mut self, field: usize, events: &mut Vec<RowEvent>) {
        events.extend(self.chars.drain(..).map(|event| RowEvent { field, event }));
    }
}

impl Plan {
    /// What an item of header or trailer says.
    pub(crate) fn fact(&self, source: &Source, facts: &Facts, tally: &Tally) -> String {
        match source {
            Source::Literal(literal) => literal.to_string(),
            Source::Row(_) | Source::Filler => String::new(),
            Source::Fact(fact) => match fact {
                Fact::DeliveryNo => facts.delivery_no.to_string(),
                Fact::Date => facts.date.clone(),
                Fact::Extent => facts.extent.clone(),
                Fact::Source => facts.source.clone(),
                Fact::Target => facts.target.clone(),
                counted => self.counted(counted, tally),
            },
        }
    }

    /// A count or total.
    pub(crate) fn counted(&self, fact: &Fact, tally: &Tally) -> String {
        match fact {
            Fact::RowCount(Some(name)) => {
                let count = self.kind(name).and_then(|kind| tally.by_kind.get(kind));
                count.copied().unwrap_or_default().to_string()
            }
            Fact::RecordCount => {
                let others = self.kinds.iter().filter(|kind| kind.role != Role::Detail).count();
                tally.rows.saturating_add(u64::try_from(others).unwrap_or_default()).to_string()
            }
            Fact::Bytes => tally.bytes.to_string(),
            Fact::Total(name) => {
                let at = self.totals.iter().position(|total| total.name == *name);
                let sum = at.and_then(|at| tally.sums.get(at)).copied().unwrap_or_default();
                show_sum(sum, at.and_then(|at| self.totals.get(at)).map_or(0, |total| total.decimals))
            }
            Fact::Where(..) => {
                let at = self.conditionals.iter().position(|known| known.fact == *fact);
                let sum = at.and_then(|at| tally.conditional.get(at)).copied().unwrap_or_default();
                show_sum(sum, at.and_then(|at| self.conditionals.get(at)).map_or(0, |known| known.decimals))
            }
            Fact::Common(name) => {
                let at = self.commons.iter().position(|common| common.name == *name);
                at.and_then(|at| tally.commons.get(at)).cloned().unwrap_or_default()
            }
            _ => tally.rows.to_string(),
        }
    }

    /// Adds a value to the total it belongs to.
    pub(crate) fn add(&self, step: &Step, value: &str, tally: &mut Tally) {
        let Some(at) = step.total else { return };
        let decimals = self.totals.get(at).map_or(0, |total| total.decimals);
        if let (Some(sum), Ok(number)) = (tally.sums.get_mut(at), Number::parse(value, decimals)) {
            *sum = sum.saturating_add(number.value());
        }
    }
}
