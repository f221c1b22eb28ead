//! One field of fixed length, the long way: what is in it, or what is wrong with it.

use moji::{CharEvent, Charset, Code, Done, Field, Piece};

use super::core::Core;
use crate::error::ReadRule;
use crate::model::{Justify, Pad, Sign, Type};
use crate::number::{Number, hex, unpack};
use crate::plan::{Kind, Source, Step};
use crate::quick::without_padding;

/// Where in the field, and which rule.
type Failed = (usize, ReadRule);

impl Core<'_> {
    /// Reads a field and appends its value behind what is written; where the next one begins.
    pub(super) fn long(
        &mut self,
        kind: &Kind,
        at: usize,
        step: &Step,
        bytes: &[u8],
        written: usize,
    ) -> usize {
        if matches!(step.source, Source::Filler) {
            return written;
        }
        self.chars.clear();
        let value = self.value(step, bytes);
        match value {
            Ok(value) => {
                let blank = kind.template.get(step.start..step.start + step.bytes);
                if value.is_empty() && blank != Some(bytes) && self.chars.is_empty() {
                    // Nothing, but not as nothing is written.
                    let from = bytes.first().map_or(Piece::Nothing, |&byte| Piece::Code(Code::single(byte)));
                    let (done, to) = (Done::Tidied, Piece::Nothing);
                    self.chars.push(CharEvent { position: 0, offset: 0, from, done, to });
                }
                self.tell(kind.first_field + at);
                self.append(written, &value)
            }
            Err((offset, rule)) => {
                let item = self.plan.item(kind.first_field + at);
                self.fail(step.start + offset, item, rule);
                written
            }
        }
    }

    fn value(&mut self, step: &Step, bytes: &[u8]) -> Result<String, Failed> {
        let number = step.kind.is_numeric() && step.format.is_none() && step.codes.is_none();
        let literal = matches!(step.source, Source::Literal(_));
        let value = match step.kind {
            _ if literal => self.text(step, bytes)?,
            Type::Packed => self.packed(step, bytes)?,
            Type::Zoned if step.zones.is_some() => self.zoned(step, bytes)?,
            Type::Zoned => self.separate(step, bytes)?,
            Type::Digits if number => self.digits(step, bytes)?,
            _ => self.text(step, bytes)?,
        };
        self.restore(step, value, number).map_err(|rule| (0, rule))
    }

    /// The text of a field without its padding.
    fn text(&mut self, step: &Step, bytes: &[u8]) -> Result<String, Failed> {
        unset(bytes)?;
        let host = self.plan.layout.charset.is_host();
        let codec = self.plan.codecs.get(step.codec).ok_or((0, ReadRule::NotDigits(String::new())))?;
        // The unified code has no space of its own: its padding is no character and goes first.
        // Single spaces behind double-byte characters are padding, too, and no characters of such a field.
        let narrow = step.pad == Pad::Space && step.side == Field::Double && step.padding.len() == 1 && !host;
        let by_bytes =
            narrow || matches!(step.pad, Pad::Byte(_)) || self.plan.layout.charset == Charset::Juki;
        let (content, start) = match (by_bytes, step.justify) {
            (true, Justify::Left) => (without_padding(bytes, &step.padding), 0),
            (true, Justify::Right) => {
                let skipped =
                    bytes.chunks(step.padding.len().max(1)).take_while(|unit| **unit == *step.padding);
                let start = skipped.count() * step.padding.len();
                (bytes.get(start..).unwrap_or_default(), start)
            }
            (false, _) => (bytes, 0),
        };
        self.scratch.clear();
        let decoded = codec.decoder.decode_utf8(step.side, content, &mut self.scratch, &mut self.chars);
        decoded.map_err(|bad| {
            let rule = told(content, bad.offset, host).unwrap_or_else(|| {
                self.shift_rule(step, content).map_or(ReadRule::Decode(bad.rule), |(_, rule)| rule)
            });
            (start + bad.offset, rule)
        })?;
        if !self.plan.layout.characters.tidy_shifts
            && self.chars.iter().any(|event| event.done == Done::Tidied)
            && let Some((offset, rule)) = self.shift_rule(step, content)
        {
            return Err((start + offset, rule));
        }
        let text = String::from_utf8_lossy(&self.scratch).into_owned();
        if let Some(c) = text.chars().find(|c| c.is_control()) {
            let offset = control(step, content, host, self.shifts());
            let rule = told(content, offset, host).unwrap_or(ReadRule::Control(c));
            return Err((start + offset, rule));
        }
        let wide = step.side == Field::Double;
        let narrow_padding = step.padding.len() == 1 && !host;
        let is_padding = |c: char| match step.pad {
            Pad::Space if wide => c == '\u{3000}' || (c == ' ' && narrow_padding),
            Pad::Space => c == ' ',
            Pad::WideSpace => c == '\u{3000}',
            // An empty date may be spaces, whatever fills the others.
            Pad::Zero => c == ' ',
            Pad::None | Pad::Byte(_) => false,
        };
        Ok(match step.justify {
            Justify::Left => text.trim_end_matches(is_padding).to_owned(),
            Justify::Right => text.trim_start_matches(is_padding).to_owned(),
        })
    }

    /// Digits, with what may stand before or behind them.
    fn digits(&mut self, step: &Step, bytes: &[u8]) -> Result<String, Failed> {
        let text = self.text(step, bytes)?;
        let text = text.trim_matches(' ');
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            let codec = self.plan.codecs.get(step.codec);
            let zero = codec.and_then(crate::codec::Codec::zero);
            let space = codec.and_then(|codec| codec.bytes(Field::Single, " "));
            let offset = zero.map_or(0, |zero| {
                let start = bytes.iter().take_while(|&&byte| space.as_deref() == Some(&[byte])).count();
                let digits = bytes.iter().skip(start).take_while(|byte| byte.wrapping_sub(zero) < 10).count();
                start + digits
            });
            return Err((offset, ReadRule::NotDigits(text.to_owned())));
        }
        match step.decimals {
            Some(decimals) if !text.is_empty() => {
                let number = Number::of_digits(false, text.as_bytes());
                let mut shown = String::new();
                number.ok_or_else(|| (0, ReadRule::NotANumber(hex(bytes))))?.show(decimals, &mut shown);
                Ok(shown)
            }
            _ => Ok(text.to_owned()),
        }
    }

    /// A number with a sign of its own beside it.
    fn separate(&mut self, step: &Step, bytes: &[u8]) -> Result<String, Failed> {
        let text = self.text(step, bytes)?;
        let broken = || (0, ReadRule::NotANumber(hex(bytes)));
        let (sign, digits) = match step.sign {
            Sign::TrailingSeparate => {
                let at = text.len().checked_sub(1).ok_or_else(broken)?;
                text.split_at_checked(at).map(|(digits, sign)| (sign, digits))
            }
            _ => text.split_at_checked(1),
        }
        .ok_or_else(broken)?;
        let negative = match sign {
            "-" => true,
            "+" => false,
            _ => return Err(broken()),
        };
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty();
        let number = Number::of_digits(negative, digits.as_bytes()).filter(|_| plain).ok_or_else(broken)?;
        Ok(self.shown(step, number, false, bytes, 0))
    }

    fn zoned(&mut self, step: &Step, bytes: &[u8]) -> Result<String, Failed> {
        unset(bytes)?;
        let broken = |at: usize| (at, ReadRule::NotANumber(hex(bytes)));
        let zones = step.zones.ok_or_else(|| broken(0))?;
        let at_front = step.sign == Sign::Leading;
        let carrier_at = if at_front { 0 } else { bytes.len().saturating_sub(1) };
        let carrier = *bytes.get(carrier_at).ok_or_else(|| broken(0))?;
        let (digit, negative, usual) = zones
            .read(carrier)
            .ok_or_else(|| told_pair(bytes, carrier_at).unwrap_or_else(|| broken(carrier_at)))?;
        let mut digits = Vec::with_capacity(bytes.len());
        for (at, &byte) in bytes.iter().enumerate() {
            let plain = byte.wrapping_sub(zones.zero);
            match (at == carrier_at, plain < 10) {
                (true, _) => digits.push(b'0' + digit),
                (false, true) => digits.push(b'0' + plain),
                (false, false) => return Err(told_pair(bytes, at).unwrap_or_else(|| broken(at))),
            }
        }
        let number = Number::of_digits(negative, &digits).ok_or_else(|| broken(0))?;
        Ok(self.shown(step, number, !usual, bytes, carrier_at))
    }

    fn packed(&mut self, step: &Step, bytes: &[u8]) -> Result<String, Failed> {
        let found = unpack(bytes, step.digits, step.sign != Sign::None);
        let (number, odd) = found.ok_or_else(|| {
            let nothing = bytes.iter().all(|&byte| byte == 0) || bytes.iter().all(|&byte| byte == 0xFF);
            match bytes.first() {
                Some(&byte) if nothing => (0, ReadRule::Unset { byte }),
                _ => (0, ReadRule::NotANumber(hex(bytes))),
            }
        })?;
        Ok(self.shown(step, number, odd, bytes, bytes.len().saturating_sub(1)))
    }

    /// A number as a value; `odd` says that its sign is not the one that would be written.
    fn shown(&mut self, step: &Step, number: Number, odd: bool, bytes: &[u8], carrier: usize) -> String {
        let zero = number.negative && number.length() == 0;
        let mut number = number;
        number.negative &= !zero;
        if odd || zero {
            let from = bytes.get(carrier).map_or(Piece::Nothing, |&byte| Piece::Code(Code::single(byte)));
            let (done, to) = (Done::Respelled, Piece::Nothing);
            self.chars.push(CharEvent { position: 0, offset: carrier, from, done, to });
        }
        let mut shown = String::new();
        number.show(step.decimals.unwrap_or(0), &mut shown);
        shown
    }

    /// The shift codes of the charset: those that enter, the one that leaves.
    fn shifts(&self) -> Option<([u8; 2], u8)> {
        match &self.plan.layout.charset {
            Charset::Jef(_) => Some(([0x28, 0x38], 0x29)),
            _ => {
                let (enter, leave) = self.plan.short.shift()?;
                // A pack may stand on JEF.
                let enters = if [0x28, 0x38].contains(&enter) { [0x28, 0x38] } else { [enter, enter] };
                Some((enters, leave))
            }
        }
    }

    /// What is wrong with the shift codes of an M field, and where.
    fn shift_rule(&self, step: &Step, bytes: &[u8]) -> Option<Failed> {
        let (enters, leave) = self.shifts()?;
        if step.side != Field::Mixed {
            return None;
        }
        let (mut at, mut double) = (0, false);
        while let Some(&byte) = bytes.get(at) {
            match (double, enters.contains(&byte), byte == leave) {
                (false, true, _) => double = true,
                (true, _, true) => double = false,
                (true, true, _) => return Some((at, ReadRule::ShiftDoubled { code: byte })),
                (false, _, true) => {
                    let again = at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&leave);
                    let rule =
                        if again { ReadRule::ShiftDoubled { code: byte } } else { ReadRule::ShiftMissing };
                    return Some((at, rule));
                }
                (true, false, false) => at += 1,
                (false, false, false) => {}
            }
            at += 1;
        }
        double.then_some((bytes.len(), ReadRule::ShiftMissing))
    }
}

/// A field of nothing but 00 or FF, which nobody filled.
fn unset(bytes: &[u8]) -> Result<(), Failed> {
    match bytes.first() {
        Some(&first @ (0x00 | 0xFF)) if bytes.iter().all(|&byte| byte == first) => {
            Err((0, ReadRule::Unset { byte: first }))
        }
        _ => Ok(()),
    }
}

/// What bytes that are no text usually are.
fn told(bytes: &[u8], offset: usize, host: bool) -> Option<ReadRule> {
    let byte = *bytes.get(offset)?;
    let next = bytes.get(offset + 1);
    match byte {
        0x00 | 0xFF if next.is_none_or(|&next| next == byte) => Some(ReadRule::Unset { byte }),
        0x20 if host => Some(ReadRule::AsciiSpace),
        0x0A | 0x0D => Some(ReadRule::LineEnd { code: hex(&[byte]) }),
        0x15 | 0x25 if host => Some(ReadRule::LineEnd { code: hex(&[byte]) }),
        _ => None,
    }
}

fn told_pair(bytes: &[u8], at: usize) -> Option<Failed> {
    told(bytes, at, true).map(|rule| (at, rule))
}

/// Offset of the first control character in a field.
fn control(step: &Step, bytes: &[u8], host: bool, shifts: Option<([u8; 2], u8)>) -> usize {
    let unit = match (step.padding.len(), step.side) {
        (unit @ (2 | 4), _) if !host => unit,
        _ => 1,
    };
    if unit != 1 {
        let is_control = |unit: &[u8]| {
            let small = unit.iter().filter(|&&byte| byte != 0).count() <= 1;
            let value = unit.iter().copied().max().unwrap_or(0);
            small && (value < 0x20 || (0x7F..0xA0).contains(&value))
        };
        return bytes.chunks(unit).position(is_control).unwrap_or(0) * unit;
    }
    let (mut at, mut double) = (0, step.side == Field::Double && host);
    while let Some(&byte) = bytes.get(at) {
        match shifts.filter(|_| step.side == Field::Mixed) {
            Some((enters, _)) if !double && enters.contains(&byte) => double = true,
            Some((_, leave)) if double && byte == leave => double = false,
            _ if double => at += 1,
            // Below X'40' an EBCDIC has control characters only.
            _ if byte < 0x20 || (host && byte < 0x40) || byte == 0xFF || (!host && byte == 0x7F) => {
                return at;
            }
            _ => {}
        }
        at += 1;
    }
    0
}
