//! A text into its field: which side it stands at, what fills the rest, what is cut off.

use moji::{CharEvent, Done, EncodeError, Field, Overflow, Piece};

use super::Rows;
use crate::error::RowRule;
use crate::model::{Justify, Pad};
use crate::plan::Step;

impl Rows<'_> {
    /// Writes a text into its field at `begin` of `out`, which is long enough already.
    pub(super) fn place(
        &mut self,
        step: &Step,
        text: &str,
        begin: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), RowRule> {
        let first = self.chars.len();
        let end = out.len();
        let placed = self.placed(step, text, begin, out);
        out.truncate(end);
        if !self.origins.is_empty() {
            self.told_of_source(first);
        }
        placed
    }

    /// Makes events about the value as it came of those about what editing made of it.
    fn told_of_source(&mut self, first: usize) {
        for event in self.chars.get_mut(first..).unwrap_or_default() {
            if let Some(&(position, offset)) = self.origins.get(event.position) {
                event.position = position;
                event.offset = offset;
            }
        }
        // What was edited behind the cut is not there any more, and what is cut is the character that came.
        if let Some(cut) = self.chars.iter().find(|event| event.done == Done::Truncated).copied() {
            let edited = self
                .chars
                .iter()
                .find(|event| event.position == cut.position && event.from != Piece::Nothing);
            let from = edited.map_or(cut.from, |edited| edited.from);
            self.chars.retain(|event| event.position < cut.position);
            self.chars.push(CharEvent { from, ..cut });
        }
        self.chars.sort_by_key(|event| event.position);
    }

    fn placed(&mut self, step: &Step, text: &str, begin: usize, out: &mut Vec<u8>) -> Result<(), RowRule> {
        let codec = self.plan.codecs.get(step.codec).ok_or(RowRule::NotANumber)?;
        if let Some((position, (_, c))) =
            text.char_indices().enumerate().find(|(_, (_, c))| c.is_control() || *c == '\u{FEFF}')
        {
            return Err(RowRule::Control { position, c });
        }
        let (end, first) = (out.len(), self.chars.len());
        codec.encoder.encode(step.side, text, out, &mut self.chars)?;
        let needed = out.len() - end;
        if step.bytes < needed {
            out.truncate(end);
            self.chars.truncate(first);
            if step.overflow == Overflow::Reject {
                return Err(EncodeError::Overflow { needed, bytes: step.bytes }.into());
            }
            self.cut(step, text, out)?;
        } else {
            self.told_padding(step, text, out.get(end..).unwrap_or_default());
        }
        let needed = out.len() - end;
        let (field, content) = out.split_at_mut_checked(end).unwrap_or_default();
        let slot = field.get_mut(begin..begin + step.bytes).unwrap_or_default();
        let missing = step.bytes - needed;
        if missing != 0 && step.pad == Pad::None {
            return Err(RowRule::TooShort { got: needed, bytes: step.bytes });
        }
        if !missing.is_multiple_of(step.padding.len().max(1)) {
            return Err(EncodeError::Length { bytes: step.bytes, unit: step.padding.len() }.into());
        }
        let left = match step.justify {
            Justify::Left => needed,
            Justify::Right => missing,
        };
        let (front, back) = slot.split_at_mut_checked(left).unwrap_or_default();
        let (value, padding) = match step.justify {
            Justify::Left => (front, back),
            Justify::Right => (back, front),
        };
        if value.len() == content.len() {
            value.copy_from_slice(content);
        }
        for (slot, &byte) in padding.iter_mut().zip(step.padding.iter().cycle()) {
            *slot = byte;
        }
        Ok(())
    }

    /// Appends the longest run of whole clusters that fits.
    fn cut(&mut self, step: &Step, text: &str, out: &mut Vec<u8>) -> Result<(), RowRule> {
        let codec = self.plan.codecs.get(step.codec).ok_or(RowRule::NotANumber)?;
        let (end, first) = (out.len(), self.chars.len());
        codec.encoder.encode_fixed(step.side, text, step.bytes, Overflow::Truncate, out, &mut self.chars)?;
        let told = self.chars.get(first..).unwrap_or_default();
        let cut = told.iter().rev().find(|event| event.done == Done::Truncated).copied();
        let cut = cut.map(|cut| self.before_pair(cut, text));
        // Without padding, which may stand at the other side.
        out.truncate(end);
        self.chars.truncate(first);
        let kept = cut.and_then(|cut| text.get(..cut.offset)).unwrap_or(text);
        codec.encoder.encode(step.side, kept, out, &mut self.chars)?;
        self.chars.extend(cut);
        Ok(())
    }

    /// Moves a cut before the two characters that editing made of one.
    fn before_pair(&self, cut: CharEvent, text: &str) -> CharEvent {
        let mut position = cut.position;
        while let (Some(before), Some(at)) =
            (position.checked_sub(1).and_then(|before| self.origins.get(before)), self.origins.get(position))
            && before == at
        {
            position -= 1;
        }
        let offset = text.char_indices().nth(position).map_or(cut.offset, |(offset, _)| offset);
        CharEvent { position, offset, ..cut }
    }

    /// Spaces at the side of the padding are padding when they are read: that must be told.
    fn told_padding(&mut self, step: &Step, text: &str, code: &[u8]) {
        if step.kind.is_numeric() || step.format.is_some() {
            return;
        }
        let narrow = matches!(
            *step.padding,
            [0x20] | [_, 0x20] | [0x20, 0] | [0x20, 0, 0, 0] | [0, 0, 0, 0x20] | [0x40]
        );
        let is_padding = |c: char| match step.pad {
            Pad::Space if step.side == Field::Double => c == '\u{3000}' || (narrow && c == ' '),
            Pad::Space => c == ' ',
            Pad::WideSpace => c == '\u{3000}',
            Pad::Zero | Pad::None | Pad::Byte(_) => false,
        };
        let kept = match step.justify {
            Justify::Left => text.trim_end_matches(is_padding),
            Justify::Right => text.trim_start_matches(is_padding),
        };
        let edge = match step.justify {
            Justify::Left => code.last(),
            Justify::Right => code.first(),
        };
        let by_byte = matches!((step.pad, edge), (Pad::Byte(byte), Some(&edge)) if byte == edge);
        if kept.len() == text.len() && !by_byte {
            return;
        }
        let lost = match step.justify {
            Justify::Left => text.get(kept.len()..),
            Justify::Right => Some(text),
        };
        let lost = lost.filter(|lost| !lost.is_empty()).unwrap_or(text);
        let offset = text.len() - lost.len();
        let offset = if step.justify == Justify::Right { 0 } else { offset };
        let from = lost.chars().next().map_or(Piece::Nothing, Piece::from);
        let position = text.get(..offset).unwrap_or_default().chars().count();
        self.chars.push(CharEvent { position, offset, from, done: Done::Tidied, to: Piece::Nothing });
    }
}
