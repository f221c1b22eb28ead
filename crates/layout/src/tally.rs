//! Counts and totals under conditions, and what all rows of a file have in common.

use crate::error::{RowError, RowRule};
use crate::model::{Condition, Fact, Role, Value};
use crate::number::Number;
use crate::plan::{Compiler, Plan, Tally};

/// A count or sum over the rows that meet a condition.
#[derive(Clone, Debug)]
pub(crate) struct Conditional {
    /// As the layout states it.
    pub(crate) fact: Fact,
    pub(crate) condition: Condition,
    /// For each kind of record the item that is looked at, and the one that is summed; [`None`] counts.
    pub(crate) steps: Vec<Option<(usize, Option<usize>)>>,
    pub(crate) decimals: usize,
}

/// A value all rows have.
#[derive(Clone, Debug)]
pub(crate) struct Common {
    /// Item of the dataset.
    pub(crate) name: String,
    /// Its place in a row.
    pub(crate) position: usize,
    /// Index of the item that shows it.
    pub(crate) field: usize,
    /// Whether every row must have it. The header itself is written before the first row is known.
    pub(crate) required: bool,
}

impl Tally {
    /// Adds what another writer of the same plan counted. Of what all rows have in common the first writer's stays.
    pub(crate) fn add(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        self.bytes = self.bytes.saturating_add(other.bytes);
        for (count, more) in self.by_kind.iter_mut().zip(&other.by_kind) {
            *count = count.saturating_add(*more);
        }
        let sums = self.sums.iter_mut().chain(&mut self.conditional);
        for (sum, more) in sums.zip(other.sums.iter().chain(&other.conditional)) {
            *sum = sum.saturating_add(*more);
        }
        if self.commons.is_empty() {
            self.commons.clone_from(&other.commons);
        }
    }
}

impl Compiler<'_> {
    /// The counts and totals under conditions, each once.
    pub(crate) fn conditionals(&self) -> Vec<Conditional> {
        let mut found: Vec<Conditional> = Vec::new();
        for field in self.layout.records.iter().flat_map(|record| &record.fields) {
            let Value::Fact(fact @ Fact::Where(of, condition)) = &field.value else { continue };
            if found.iter().any(|known| known.fact == *fact) {
                continue;
            }
            let summed = |name: &str| match &**of {
                Fact::Total(total) => total == name,
                _ => false,
            };
            let details = self.layout.details().flat_map(|record| &record.fields);
            let decimals = details.filter(|field| summed(&field.name)).filter_map(|field| field.decimals);
            let steps = self.layout.records.iter().map(|record| {
                let at = |is: &dyn Fn(&str) -> bool| record.fields.iter().position(|field| is(&field.name));
                let looked = at(&|name| name == condition.item).filter(|_| record.role == Role::Detail)?;
                match **of {
                    Fact::Total(_) => at(&summed).map(|sum| (looked, Some(sum))),
                    _ => Some((looked, None)),
                }
            });
            found.push(Conditional {
                fact: fact.clone(),
                condition: condition.clone(),
                decimals: decimals.max().unwrap_or(0),
                steps: steps.collect(),
            });
        }
        found
    }

    /// The values all rows have in common, each once.
    pub(crate) fn commons(&mut self) -> Vec<Common> {
        let mut found: Vec<Common> = Vec::new();
        let layout = self.layout;
        for (field, spec) in layout.records.iter().flat_map(|record| &record.fields).enumerate() {
            let Value::Fact(Fact::Common(name)) = &spec.value else { continue };
            if found.iter().any(|known| known.name == *name) {
                continue;
            }
            match self.items.iter().position(|item| item == name) {
                Some(position) => {
                    found.push(Common { name: name.clone(), position, field, required: spec.required })
                }
                None => self.report(spec, format!("common「{name}」という項目は提供データにありません")),
            }
        }
        found
    }
}

impl Plan {
    /// Whether a row is written or refused alike whatever rows came before it, so that several writers may share the rows of one
    /// file. Not where all rows must have a value in common: there the first decides about the others.
    #[must_use]
    pub fn rows_stand_alone(&self) -> bool {
        self.commons.is_empty()
    }

    /// Whether a row has what the rows before it have in common.
    pub(crate) fn check_common(&self, values: &[&str], tally: &Tally) -> Result<(), RowError> {
        for (at, common) in self.commons.iter().enumerate() {
            let got = values.get(common.position).copied().unwrap_or_default();
            let rule = match tally.commons.get(at) {
                _ if common.required && got.is_empty() => RowRule::Required,
                Some(first) if first != got => {
                    RowRule::NotCommon { first: first.clone(), got: got.to_owned() }
                }
                _ => continue,
            };
            return Err(RowError { item: self.item(common.field), rule });
        }
        Ok(())
    }

    /// Adds a record to the counts and totals whose conditions it meets. `value` gives an item of it by its place.
    pub(crate) fn add_conditional<'v>(
        &self,
        kind: usize,
        value: impl Fn(usize) -> &'v str,
        tally: &mut Tally,
    ) {
        for (known, sum) in self.conditionals.iter().zip(&mut tally.conditional) {
            let Some((looked, summed)) = known.steps.get(kind).copied().flatten() else { continue };
            if !known.condition.holds(value(looked)) {
                continue;
            }
            match summed.map(|at| Number::parse(value(at), known.decimals)) {
                None => *sum = sum.saturating_add(1),
                Some(Ok(number)) => *sum = sum.saturating_add(number.value()),
                Some(Err(_)) => {}
            }
        }
    }
}
