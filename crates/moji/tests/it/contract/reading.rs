//! The model's other half: from bytes to text.

use moji::*;

use super::model::{Framing, Model};

/// What is read so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) text: String,
    pub(crate) events: Vec<CharEvent>,
}

pub(crate) enum Found {
    Character(Code),
    /// A byte of padding among characters of two bytes.
    Padding(Code),
    Bad(DecodeRule, usize),
    Enter,
    Leave,
    HalfPadding,
}

impl Model {
    /// Contract 10 and 12: what stands at the front of some bytes.
    pub(crate) fn find(&self, field: Field, in_run: bool, bytes: &[u8]) -> Found {
        let (first, second) = (bytes[0], bytes.get(1).copied());
        let known = |length: usize| match Code::new(&bytes[..length]) {
            Some(code) if self.can_stand(field, code) => Found::Character(code),
            _ => Found::Bad(DecodeRule::Undefined, length),
        };
        let cut = Found::Bad(DecodeRule::TruncatedPair, 1);
        match self.framing {
            Framing::Host { ins, out } => {
                let is_shift = |byte: u8| ins.contains(&byte) || byte == out;
                if field == Field::Mixed && ins.contains(&first) {
                    return Found::Enter;
                }
                if field == Field::Mixed && first == out {
                    return Found::Leave;
                }
                if field == Field::Single || field == Field::Mixed && !in_run {
                    return known(1);
                }
                match second {
                    _ if !(0x40..=0xFE).contains(&first) => Found::Bad(DecodeRule::Undefined, 1),
                    None if first == 0x40 => Found::HalfPadding,
                    Some(second) if !is_shift(second) => known(2),
                    _ => cut,
                }
            }
            // Contract 9: N fields have no single bytes but those of the padding.
            Framing::Windows | Framing::Euc if field == Field::Double && first == 0x20 => {
                Found::Padding(Code::single(first))
            }
            Framing::Windows => {
                let is_lead = matches!(first, 0x81..=0x9F | 0xE0..=0xFC);
                match second {
                    _ if field == Field::Single || !is_lead => known(1),
                    Some(0x40..=0x7E | 0x80..=0xFC) => known(2),
                    _ => cut,
                }
            }
            Framing::Euc => {
                let trail = |at: usize| matches!(bytes.get(at), Some(0xA1..=0xFE));
                match first {
                    // Half-width kana take two bytes and stand in X fields.
                    0x8E if trail(1) => known(2),
                    0x8E => cut,
                    0x8F | 0xA1..=0xFE if field == Field::Single => known(1),
                    0x8F if trail(1) && trail(2) => known(3),
                    0xA1..=0xFE if trail(1) => known(2),
                    0x8F | 0xA1..=0xFE => cut,
                    _ => known(1),
                }
            }
            Framing::Pairs if second.is_none() => cut,
            Framing::Pairs => known(2),
        }
    }

    /// Whether a code reads as something in a field. N fields of charsets that need no shift codes could hold others.
    fn can_stand(&self, field: Field, code: Code) -> bool {
        let apart = matches!(self.framing, Framing::Windows | Framing::Euc) && field == Field::Double;
        let is_single = |cluster| self.single.get(&cluster) == Some(&code) || code.bytes().len() == 1;
        self.meaning(code).is_some_and(|cluster| !(apart && is_single(cluster)))
    }

    /// Reads until something is refused.
    pub(crate) fn read(&self, field: Field, bytes: &[u8]) -> (Read, Option<DecodeError>) {
        let mut read = Read::default();
        let (mut position, mut at) = (0, 0);
        // Whether a run is open, whether it has a character, and whether nothing stands behind the last one.
        let (mut in_run, mut has_character, mut just_left) = (false, false, false);
        while at < bytes.len() {
            let event =
                |from, done, to| CharEvent { position, offset: at, from: Piece::Code(from), done, to };
            let tidied = event(Code::single(bytes[at]), Done::Tidied, Piece::Nothing);
            let (code, text, done) = match self.find(field, in_run, &bytes[at..]) {
                Found::Enter => {
                    let Framing::Host { ins, .. } = self.framing else { unreachable!() };
                    if in_run || just_left || bytes[at] != ins[0] {
                        read.events.push(tidied);
                    }
                    (in_run, has_character, just_left) = (true, false, false);
                    at += 1;
                    continue;
                }
                Found::Leave => {
                    if !in_run || !has_character {
                        read.events.push(tidied);
                    }
                    (in_run, just_left) = (false, true);
                    at += 1;
                    continue;
                }
                Found::HalfPadding => {
                    read.events.push(tidied);
                    at += 1;
                    continue;
                }
                Found::Padding(code) => (code, ' '.into(), Some(Done::Tidied)),
                Found::Character(code) => {
                    let cluster = self.meaning(code).unwrap();
                    let exact = self.code(field, cluster) == Some(code);
                    (code, cluster, (!exact).then_some(Done::Respelled))
                }
                Found::Bad(rule, length) => {
                    let code = Code::new(&bytes[at..at + length]).unwrap();
                    let kept =
                        code.as_double().filter(|_| self.keeps && self.options.undefined == Undefined::Keep);
                    match kept.and_then(|code| char::from_u32(0xF_0000 + u32::from(code))) {
                        _ if self.options.undefined == Undefined::Reject => {
                            return (read, Some(DecodeError { offset: at, rule }));
                        }
                        Some(private) => (code, private.into(), Some(Done::Kept)),
                        None => (code, char::REPLACEMENT_CHARACTER.into(), Some(Done::Substituted)),
                    }
                }
            };
            if let Some(done) = done {
                read.events.push(event(code, done, Piece::Text(text)));
            }
            read.text.extend(text.chars());
            position += text.scalars();
            at += code.bytes().len();
            (has_character, just_left) = (true, false);
        }
        if in_run {
            let (from, done, to) = (Piece::Nothing, Done::Tidied, Piece::Nothing);
            read.events.push(CharEvent { position, offset: at, from, done, to });
        }
        (read, None)
    }

    pub(crate) fn decode(&self, field: Field, bytes: &[u8]) -> Result<Read, DecodeError> {
        let mut bytes = bytes;
        while let Some(rest) =
            bytes.strip_suffix(b"\x30\x00").filter(|_| self.options.trim && self.framing == Framing::Pairs)
        {
            bytes = rest;
        }
        let (mut read, error) = self.read(field, bytes);
        if self.options.trim {
            // Contract 10 and 12: the padding of the field, on either level.
            let padding = |c: char| match field {
                Field::Double if matches!(self.framing, Framing::Host { .. }) => c == '\u{3000}',
                Field::Double => c == '\u{3000}' || c == ' ',
                _ => c == ' ',
            };
            read.text.truncate(read.text.trim_end_matches(padding).len());
            // Padding that is trimmed was put in order by that.
            let length = read.text.chars().count();
            read.events.retain(|event| event.position < length || event.to != Piece::from(' '));
        }
        error.map_or(Ok(read), Err)
    }
}
