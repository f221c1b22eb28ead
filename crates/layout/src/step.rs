//! What compiling a step needs: padding, zones, templates, and the literals that tell the kinds of records.

use moji::Field;

use crate::codec::Codec;
use crate::model::{FieldSpec, Form, RecordSpec, Role, Sign, Type, Zones};
use crate::number::ZoneCodes;
use crate::plan::{Compiler, Kind, Mark, Plan, Source, Step};
use crate::write::Rows;

/// The space a field of this kind is filled with, as the codec fills it.
pub(crate) fn space(codec: &Codec, side: Field) -> Option<Vec<u8>> {
    let mut padding = Vec::new();
    let unit = codec.encoder.unit(side);
    let overflow = moji::Overflow::Reject;
    codec.encoder.encode_fixed(side, "", unit, overflow, &mut padding, &mut Vec::new()).ok()?;
    Some(padding)
}

/// The codes of the digit with the sign; [`None`] where digits are no single bytes.
pub(crate) fn zone_codes(codec: &Codec, field: &FieldSpec, host: bool) -> Option<ZoneCodes> {
    if field.kind != Type::Zoned || !matches!(field.sign, Sign::Trailing | Sign::Leading) {
        return None;
    }
    let zero = codec.zero()?;
    let letters = |text: &str| -> Option<[u8; 10]> { codec.bytes(Field::Single, text)?.try_into().ok() };
    let (plus, minus) = match field.zones {
        Zones::Letters => (letters("{ABCDEFGHI")?, letters("}JKLMNOPQR")?),
        Zones::Nibbles(plus, minus) => {
            let mut codes = ([0; 10], [0; 10]);
            for (digit, (up, down)) in (0..10).zip(codes.0.iter_mut().zip(&mut codes.1)) {
                (*up, *down) = (plus << 4 | digit, minus << 4 | digit);
            }
            codes
        }
    };
    Some(ZoneCodes { plus, minus, zero, host })
}

impl Compiler<'_> {
    /// Writes each kind with empty values, so that a row only fills in what it has.
    pub(crate) fn templates(&mut self, plan: &mut Plan) {
        if !plan.layout.form.is_fixed() {
            return;
        }
        let mut templates = Vec::new();
        let records = self.layout.records.iter().zip(&plan.kinds);
        let mut broken = Vec::new();
        for (record, kind) in records {
            let mut template = vec![0; kind.steps.iter().map(|step| step.bytes).sum()];
            for (field, step) in record.fields.iter().zip(&kind.steps) {
                let value = match &step.source {
                    Source::Literal(literal) => literal,
                    Source::Row(_) | Source::Fact(_) | Source::Filler => "",
                };
                match Rows::new(plan).blank(step, value) {
                    Ok(bytes) => {
                        let slot = template.get_mut(step.start..step.start + step.bytes);
                        if let Some(slot) = slot.filter(|slot| slot.len() == bytes.len()) {
                            slot.copy_from_slice(&bytes);
                        }
                    }
                    Err(rule) => broken.push((field, format!("固定値「{value}」: {rule}"))),
                }
            }
            templates.push(template);
        }
        for (field, rule) in broken {
            self.report(field, rule);
        }
        for (kind, template) in plan.kinds.iter_mut().zip(templates) {
            kind.template = template;
        }
    }

    /// Finds for each kind the literals that tell it from the others.
    pub(crate) fn marks(&mut self, plan: &mut Plan) {
        let records = self.layout.records.iter().zip(&plan.kinds);
        let all: Vec<Vec<Mark>> = records.map(|(record, kind)| literals(record, kind)).collect();
        let form = &self.layout.form;
        let differ = |a: &Mark, b: &Mark| match form {
            Form::Fixed { .. } => bytes_differ(a, b),
            Form::Jsonl => a.name == b.name && a.text != b.text,
            Form::Csv { .. } | Form::Xml { .. } => a.step == b.step && a.text != b.text,
        };
        let told = |a: &[Mark], b: &[Mark]| a.iter().any(|a| b.iter().any(|b| differ(a, b)));
        let by_element = matches!(self.layout.form, Form::Xml { .. });
        let mut confused = Vec::new();
        let mut by_place = vec![false; plan.kinds.len()];
        for (at, (kind, marks)) in plan.kinds.iter().zip(&all).enumerate() {
            for (other_at, (other, other_marks)) in plan.kinds.iter().zip(&all).enumerate().skip(at + 1) {
                if by_element || told(marks, other_marks) {
                    continue;
                }
                if kind.role == Role::Detail && other.role == Role::Detail {
                    confused.push((at, other_at));
                }
                // Headers and trailers are told by their place instead.
                for (index, role) in [(at, kind.role), (other_at, other.role)] {
                    if let (true, Some(place)) = (role != Role::Detail, by_place.get_mut(index)) {
                        *place = true;
                    }
                }
            }
        }
        for (at, other) in confused {
            let name = |index: usize| self.layout.records.get(index).map(|record| record.name.clone());
            let line = self.layout.records.get(other).and_then(|record| record.line);
            let rule = format!(
                "レコード「{}」と「{}」を区別できません（同じ位置に違う固定値 literal が要ります）",
                name(at).unwrap_or_default(),
                name(other).unwrap_or_default()
            );
            self.report_whole(line, rule);
        }
        let placed = plan.of_role(Role::Trailer).filter(|(at, _)| by_place.get(*at) == Some(&true)).count();
        if 1 < placed {
            let rule =
                "トレーラレコードが二種類以上あるときは、区別できる固定値 literal が要ります".to_owned();
            self.report_whole(None, rule);
        }
        // Only what differs from some other kind tells one; another literal that is wrong is an error in its item.
        for (at, (kind, by_place)) in plan.kinds.iter_mut().zip(by_place).enumerate() {
            let others =
                || all.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, marks)| marks);
            let own = all.get(at).into_iter().flatten();
            let telling = own.filter(|mark| others().any(|other| differ(mark, other)));
            kind.marks = if by_place { Vec::new() } else { telling.cloned().collect() };
        }
    }
}

/// A kind's literals that are no padding.
fn literals(record: &RecordSpec, kind: &Kind) -> Vec<Mark> {
    let steps = kind.steps.iter().zip(&record.fields).enumerate();
    let literal = |(at, (step, field)): (usize, (&Step, &FieldSpec))| match &step.source {
        Source::Literal(text) if !text.is_empty() => {
            let code = kind.template.get(step.start..step.start + step.bytes).unwrap_or_default();
            let (name, text) = (field.name.clone(), text.to_string());
            Some(Mark { step: at, start: step.start, code: code.to_vec(), name, text })
        }
        _ => None,
    };
    steps.filter_map(literal).collect()
}

/// Whether two literals differ at a byte both have.
fn bytes_differ(a: &Mark, b: &Mark) -> bool {
    let start = a.start.max(b.start);
    let of = |mark: &Mark| mark.code.iter().copied().skip(start - mark.start).collect::<Vec<u8>>();
    of(a).iter().zip(&of(b)).any(|(a, b)| a != b)
}
