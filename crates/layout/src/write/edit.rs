//! Values before they are written: codes, dates, kana.

use moji::{CharEvent, Cluster, Done, Piece};

use super::Rows;
use crate::date;
use crate::error::RowRule;
use crate::kana;
use crate::model::Type;
use crate::plan::Step;

impl Rows<'_> {
    /// Edits a value into `self.edited`; false if it stays as it is. Events go to `self.chars`.
    pub(super) fn edit(&mut self, step: &Step, value: &str) -> Result<bool, RowRule> {
        self.edited.clear();
        self.origins.clear();
        if let Some(codes) = &step.codes {
            match codes.theirs(value) {
                Some((theirs, reads)) => {
                    if reads != value {
                        let first = |text: &str| text.chars().next().map_or(Piece::Nothing, Piece::from);
                        let (from, to) = (first(value), first(reads));
                        self.chars.push(CharEvent {
                            position: 0,
                            offset: 0,
                            from,
                            done: Done::Respelled,
                            to,
                        });
                    }
                    self.edited.push_str(theirs);
                    return Ok(true);
                }
                // What is no code may still be a day, and nothing is nothing.
                None if value.is_empty() || step.format.is_some() => {}
                None => return Err(RowRule::NoCode { value: value.to_owned() }),
            }
        }
        if let Some(format) = step.format.filter(|_| !value.is_empty()) {
            self.edited.push_str(date::write(value, format, step.unknown)?.as_str());
            return Ok(true);
        }
        match step.kind {
            Type::NarrowKana => self.kana(step, value, kana::is_narrow, "?"),
            Type::WideKana => self.kana(step, value, kana::is_wide, "〓"),
            _ => Ok(false),
        }
    }

    fn kana(
        &mut self,
        step: &Step,
        value: &str,
        holds: fn(char) -> bool,
        substitute: &str,
    ) -> Result<bool, RowRule> {
        if value.chars().all(holds) {
            return Ok(false);
        }
        for (position, (offset, c)) in value.char_indices().enumerate() {
            let mut tell = |from, done, to| self.chars.push(CharEvent { position, offset, from, done, to });
            if holds(c) {
                self.edited.push(c);
                self.origins.push((position, offset));
                continue;
            }
            let narrow = (step.kind == Type::NarrowKana).then(|| kana::narrow(c)).flatten();
            match narrow {
                Some((base, mark)) => {
                    // One character becomes two: the mark came from the same.
                    tell(Piece::from(c), Done::Respelled, Piece::from(base));
                    self.edited.push(base);
                    self.origins.push((position, offset));
                    if let Some(mark) = mark {
                        tell(Piece::Nothing, Done::Respelled, Piece::from(mark));
                        self.edited.push(mark);
                        self.origins.push((position, offset));
                    }
                }
                None if step.substitutes => {
                    let to = Cluster::parse(substitute).map_or(Piece::Nothing, Piece::Text);
                    tell(Piece::from(c), Done::Substituted, to);
                    self.edited.push_str(substitute);
                    self.origins.push((position, offset));
                }
                None => return Err(RowRule::NotKana { position, c }),
            }
        }
        Ok(true)
    }
}
