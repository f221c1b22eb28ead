//! Records of fixed length.

use moji::EncodeError;

use super::Rows;
use crate::codec::is_plain;
use crate::error::RowRule;
use crate::model::{Pad, Sign, Type};
use crate::number::Number;
use crate::plan::{Kind, RowEvent, Step};
use crate::quick::Way;

/// The step at which a record failed, and why.
pub(super) type Failed = (usize, RowRule);

impl Rows<'_> {
    /// Fills in what a row has; everything else stands in the template already.
    pub(super) fn fixed<'v>(
        &mut self,
        kind: &Kind,
        get: &impl Fn(usize, usize) -> &'v str,
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), Failed> {
        let (start, first_event) = (out.len(), events.len());
        let check = self.plan.checks_values;
        self.steps(kind, check, get, out, events)?;
        // UTF-8 was copied as it stands; should anything in it not be plain, every value is looked at.
        if !check && !is_plain(out.get(start..).unwrap_or_default()) {
            out.truncate(start);
            events.truncate(first_event);
            self.steps(kind, true, get, out, events)?;
        }
        out.extend_from_slice(&self.plan.newline);
        Ok(())
    }

    fn steps<'v>(
        &mut self,
        kind: &Kind,
        check: bool,
        get: &impl Fn(usize, usize) -> &'v str,
        out: &mut Vec<u8>,
        events: &mut Vec<RowEvent>,
    ) -> Result<(), Failed> {
        let start = out.len();
        out.extend_from_slice(&kind.template);
        for quick in &kind.quicks {
            if matches!(quick.way, Way::Literal | Way::Filler) {
                continue;
            }
            let value = get(quick.at, quick.position);
            let begin = start + quick.start;
            let slot = out.get_mut(begin..begin + quick.bytes).unwrap_or_default();
            if quick.write(&self.plan.short, check, value, slot) {
                continue;
            }
            let Some(step) = kind.steps.get(quick.at) else { continue };
            let field = kind.first_field + quick.at;
            if self.memo.recall(field, value, slot, events) {
                continue;
            }
            self.chars.clear();
            self.long(step, value, begin, out).map_err(|rule| (quick.at, rule))?;
            let bytes = out.get(begin..begin + quick.bytes).unwrap_or_default();
            self.memo.keep(field, value, bytes, &self.chars);
            self.tell(field, events);
        }
        Ok(())
    }

    /// Writes a field of fixed length whatever stands in it, at `begin` of `out`.
    pub(super) fn long(
        &mut self,
        step: &Step,
        value: &str,
        begin: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), RowRule> {
        let value = if value.is_empty() { &step.default } else { value };
        if value.is_empty() && step.required {
            return Err(RowRule::Required);
        }
        let edited = self.edit(step, value)?;
        let mut text = std::mem::take(&mut self.edited);
        let done = self.field(step, if edited { &text } else { value }, begin, out);
        text.clear();
        self.edited = text;
        self.origins.clear();
        done
    }

    fn field(&mut self, step: &Step, text: &str, begin: usize, out: &mut Vec<u8>) -> Result<(), RowRule> {
        match step.kind {
            Type::Packed => {
                let number =
                    Number::parse(if text.is_empty() { "0" } else { text }, step.decimals.unwrap_or(0))?;
                let slot = out.get_mut(begin..begin + step.bytes).unwrap_or_default();
                number.pack(step.digits, step.sign != Sign::None, slot)
            }
            Type::Zoned => {
                let number =
                    Number::parse(if text.is_empty() { "0" } else { text }, step.decimals.unwrap_or(0))?;
                self.zoned(step, &number, begin, out)
            }
            Type::Digits if step.decimals.is_some() && step.format.is_none() && !text.is_empty() => {
                let number = Number::parse(text, step.decimals.unwrap_or(0))?;
                if number.negative {
                    return Err(RowRule::Negative);
                }
                let shown = if step.pad == Pad::Zero { step.digits } else { number.length().max(1) };
                let digits = String::from_utf8_lossy(number.last(shown.max(1))?).into_owned();
                if step.digits < digits.len() {
                    return Err(RowRule::Digits { got: digits.len(), max: step.digits });
                }
                self.place(step, &digits, begin, out)
            }
            Type::Digits if !text.bytes().all(|byte| byte.is_ascii_digit()) => Err(RowRule::NotDigits),
            _ => self.place(step, text, begin, out),
        }
    }

    /// Zoned decimal (ゾーン10進): a digit in each byte, the sign on one of them or beside them.
    fn zoned(
        &mut self,
        step: &Step,
        number: &Number,
        begin: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), RowRule> {
        let digits = number.last(step.digits)?;
        let sign = if number.negative { "-" } else { "+" };
        let mut text = String::from_utf8_lossy(digits).into_owned();
        match step.sign {
            Sign::LeadingSeparate => text.insert_str(0, sign),
            Sign::TrailingSeparate => text.push_str(sign),
            Sign::Trailing | Sign::Leading | Sign::None => {}
        }
        self.place(step, &text, begin, out)?;
        let slot = out.get_mut(begin..begin + step.bytes).unwrap_or_default();
        let (carrier, digit) = match step.sign {
            Sign::Trailing => (slot.last_mut(), digits.last()),
            Sign::Leading => (slot.first_mut(), digits.first()),
            Sign::LeadingSeparate | Sign::TrailingSeparate | Sign::None => (None, None),
        };
        if let (Some(carrier), Some(digit), Some(zones)) = (carrier, digit, &step.zones) {
            let codes = if number.negative { &zones.minus } else { &zones.plus };
            *carrier = codes.get(usize::from(digit.wrapping_sub(b'0'))).copied().unwrap_or(*carrier);
        }
        Ok(())
    }

    /// The bytes of a field with a text of the layout's own, which must be exact.
    pub(crate) fn blank(&mut self, step: &Step, value: &str) -> Result<Vec<u8>, RowRule> {
        let mut out = vec![0; step.bytes];
        self.chars.clear();
        if value.is_empty() && step.pad == Pad::None {
            return Ok(out);
        }
        let step = Step { required: false, default: Box::default(), ..step.clone() };
        self.long(&step, value, 0, &mut out)?;
        match self.chars.iter().find(|event| event.done.is_loss()) {
            Some(event) => match event.from {
                moji::Piece::Text(cluster) => {
                    Err(EncodeError::Unmappable { scalar_offset: event.position, cluster }.into())
                }
                _ => Err(EncodeError::Overflow { needed: step.bytes + 1, bytes: step.bytes }.into()),
            },
            None => Ok(out),
        }
    }
}
