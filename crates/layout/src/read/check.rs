//! Reading a record back as soon as it is written (逆変換の確認).

use moji::{CharEvent, Done, Piece};

use super::Record;
use super::core::{Core, Outcome, same_number};
use crate::plan::{Plan, RowEvent, Source, Step};

/// Compares what was written with what a reader finds.
pub(crate) struct Check<'p> {
    plan: &'p Plan,
    core: Core<'p>,
}

impl<'p> Check<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Self {
        Self { plan, core: Core::new(plan) }
    }

    /// Reads a detail record back. An item that does not come back as it was, although no event says so, is one more event:
    /// its first character, and the one that was read instead.
    pub(crate) fn record<'v>(
        &mut self,
        kind: usize,
        get: &impl Fn(usize, usize) -> &'v str,
        bytes: &[u8],
        events: &mut Vec<RowEvent>,
    ) {
        let Some(found) = self.plan.kinds.get(kind) else { return };
        self.core.begin_check();
        let outcome = self.core.next(bytes, true);
        let read = match self.core.record(&outcome, bytes.get(..outcome.length()).unwrap_or_default()) {
            Record::Good(good) if matches!(outcome, Outcome::Good { .. }) => Some(good),
            Record::Good(_) | Record::Bad(_) => None,
        };
        let told = events.len();
        for (at, step) in found.steps.iter().enumerate() {
            let Source::Row(_) = step.source else { continue };
            let field = found.first_field + at;
            let value = step.value(at, get);
            let value = if value.is_empty() { &step.default } else { value };
            let came = read.and_then(|good| good.get(at));
            let known = events.get(..told).unwrap_or_default().iter().any(|event| event.field == field);
            if known || came.is_some_and(|came| same(step, value, came)) {
                continue;
            }
            let first = |text: &str| text.chars().next().map_or(Piece::Nothing, Piece::from);
            let (from, to) = (first(value), came.map_or(Piece::Nothing, first));
            let event = CharEvent { position: 0, offset: 0, from, done: Done::Respelled, to };
            events.push(RowEvent { field, event });
        }
    }
}

/// Whether a value came back, as far as its item keeps it.
fn same(step: &Step, value: &str, came: &str) -> bool {
    if value == came {
        return true;
    }
    if step.kind.is_numeric() && step.format.is_none() && step.codes.is_none() {
        return same_number(
            if value.is_empty() { "0" } else { value },
            if came.is_empty() { "0" } else { came },
        );
    }
    // A pattern of unknown parts, a range, another spelling of a day: written again it must give the same.
    step.format.is_some_and(|format| {
        let written =
            |text: &str| crate::date::write(text, format, step.unknown).map(|day| day.as_str().to_owned());
        let empty = came.is_empty()
            && written(value)
                .is_ok_and(|day| day.bytes().all(|byte| byte == b'0' || byte == b'-' || byte == b'/'));
        empty || written(value).ok() == written(came).ok().filter(|_| !came.is_empty())
    })
}
