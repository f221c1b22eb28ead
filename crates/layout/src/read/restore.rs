//! From the text that stands in a file to the value that was written.

use moji::{CharEvent, Done, Piece};

use super::core::Core;
use crate::date;
use crate::error::ReadRule;
use crate::kana;
use crate::model::{Pad, Type};
use crate::plan::{Source, Step};

impl Core<'_> {
    /// Undoes what editing did to a value: literals, codes, dates. `is_number` says that it was read as a number already.
    pub(super) fn restore(&mut self, step: &Step, text: String, is_number: bool) -> Result<String, ReadRule> {
        if let Source::Literal(literal) = &step.source {
            return same_literal(step, literal, text);
        }
        if let Some(codes) = &step.codes {
            let zeros = step.kind.is_numeric() && step.pad == Pad::Zero;
            match codes.ours(&text).or_else(|| codes.ours_padded(&text).filter(|_| zeros)) {
                Some(ours) if ours.is_empty() && step.required => return Err(ReadRule::Required),
                Some(ours) => return Ok(ours.to_owned()),
                None if text.is_empty() || step.format.is_some() => {}
                None => return Err(ReadRule::NoCode(text)),
            }
        }
        let value = match step.format {
            Some(format) => {
                let Some((day, exact)) = date::read(&text, format, step.unknown) else {
                    return Err(ReadRule::NotADate(text));
                };
                if !exact {
                    let from = text.chars().next().map_or(Piece::Nothing, Piece::from);
                    let (done, to) = (Done::Respelled, Piece::Nothing);
                    self.chars.push(CharEvent { position: 0, offset: 0, from, done, to });
                }
                day.as_str().to_owned()
            }
            None => text,
        };
        if value.is_empty() && step.required {
            return Err(ReadRule::Required);
        }
        let holds: fn(char) -> bool = match step.kind {
            Type::NarrowKana => kana::is_narrow,
            Type::WideKana => kana::is_wide,
            Type::Digits if !is_number && step.format.is_none() => |c| c.is_ascii_digit(),
            _ => |_| true,
        };
        // What stands for a lost character is no kana, and still no reason to lose the record.
        match value.chars().find(|&c| !holds(c) && c != char::REPLACEMENT_CHARACTER) {
            Some(_) if step.kind == Type::Digits => Err(ReadRule::NotDigits(value)),
            Some(c) => Err(ReadRule::NotKana(c)),
            None => Ok(value),
        }
    }
}

fn same_literal(step: &Step, literal: &str, text: String) -> Result<String, ReadRule> {
    let spaces = [' ', '\u{3000}'];
    let same = if step.kind.is_numeric() && step.pad == Pad::Zero {
        text.trim_start_matches('0') == literal.trim_start_matches('0')
    } else {
        text == literal || text.trim_matches(spaces) == literal.trim_matches(spaces)
    };
    if same {
        Ok(literal.to_owned())
    } else {
        Err(ReadRule::Literal { expected: literal.to_owned(), got: text })
    }
}
