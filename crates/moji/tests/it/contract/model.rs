//! The model: one character at a time, one map for each question, no state but the shift.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use moji::data::MjNumber;
use moji::*;

use super::reading::Found;

/// A map for sweeps of millions: the keys are tables' own, so the hash need not be a strong one.
pub(crate) type Map<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Mix>>;

#[derive(Default)]
pub(crate) struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(u64::from(value != 0));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(9) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

/// How codes stand in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// A host's: runs of pairs between shift codes. The first of `ins` is the one that is written.
    Host { ins: &'static [u8], out: u8 },
    /// Windows-31J: the first byte says how many there are.
    Windows,
    /// EUC-JP, the same with three lengths.
    Euc,
    /// Pairs and nothing else.
    Pairs,
}

/// A charset under one link's options, as the contract has it.
#[derive(Clone)]
pub(crate) struct Model {
    pub(crate) framing: Framing,
    pub(crate) options: Options,
    /// Whether codes without a character can be kept.
    pub(crate) keeps: bool,
    /// Scalars that form one cluster with U+3099 or U+309A.
    pub(crate) pairs: HashSet<(char, char)>,
    /// The town's own characters, and the codes that are theirs alone.
    pub(crate) own: Map<Cluster, Code>,
    pub(crate) owned: Map<Code, Option<Cluster>>,
    pub(crate) single: Map<Cluster, Code>,
    pub(crate) double: Map<Cluster, Code>,
    pub(crate) read: Map<Code, Cluster>,
    pub(crate) shrink: &'static Shrink,
}

/// What the shrink policy asks: the MJ numbers of clusters and their candidates in order.
#[derive(Default)]
pub(crate) struct Shrink {
    pub(crate) of_sequence: Map<Cluster, MjNumber>,
    pub(crate) of_base: Map<char, MjNumber>,
    pub(crate) candidates: Map<MjNumber, Vec<char>>,
}

/// A cluster and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    pub(crate) cluster: Cluster,
    pub(crate) scalar: usize,
    pub(crate) byte: usize,
}

/// What is written so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    pub(crate) events: Vec<CharEvent>,
    pub(crate) in_double: bool,
}

impl Model {
    /// Contract 1.
    pub(crate) fn units(&self, text: &str) -> Vec<Unit> {
        let mut chars = text.char_indices().peekable();
        let (mut units, mut scalar) = (Vec::new(), 0);
        while let Some((byte, base)) = chars.next() {
            if !is_selector(base) {
                chars.next_if(|&(_, c)| is_voiced_mark(c) && self.pairs.contains(&(base, c)));
                chars.next_if(|&(_, c)| is_selector(c));
            }
            let end = chars.peek().map_or(text.len(), |&(end, _)| end);
            let cluster = Cluster::parse(&text[byte..end]).unwrap();
            units.push(Unit { cluster, scalar, byte });
            scalar += cluster.scalars();
        }
        units
    }

    /// Contract 3: the code of a cluster in a field, before any policy.
    pub(crate) fn code(&self, field: Field, cluster: Cluster) -> Option<Code> {
        if let Some(&own) = self.own.get(&cluster).filter(|code| self.fits(field, **code)) {
            return Some(own);
        }
        let free = |code: &&Code| !self.owned.contains_key(code);
        let single = self.single.get(&cluster).filter(free).filter(|_| field != Field::Double);
        let double = self.double.get(&cluster).filter(free).filter(|code| self.fits(field, **code));
        single.or(double).copied()
    }

    /// Contract 9: X fields hold single-byte characters, N fields double-byte ones. J+ has one kind only.
    fn fits(&self, field: Field, code: Code) -> bool {
        match field {
            Field::Mixed => true,
            _ if self.framing == Framing::Pairs => true,
            Field::Single => code.bytes().len() == 1,
            Field::Double => code.bytes().len() != 1,
        }
    }

    /// What a code reads as.
    pub(crate) fn meaning(&self, code: Code) -> Option<Cluster> {
        match self.owned.get(&code) {
            Some(own) => *own,
            None => self.read.get(&code).copied(),
        }
    }

    /// Writes the first of some clusters: its code, what is reported, and how many clusters that was.
    fn put(&self, field: Field, units: &[Unit]) -> Result<(Code, Vec<CharEvent>, usize), EncodeError> {
        let unit = units[0];
        let cluster = unit.cluster;
        let event = |unit: Unit, done, to| {
            let from = Piece::Text(unit.cluster);
            CharEvent { position: unit.scalar, offset: unit.byte, from, done, to }
        };
        let found = |code: Code| self.meaning(code).map_or(Piece::Nothing, Piece::Text);
        if let Some(code) = self.code(field, cluster) {
            let exact = self.meaning(code) == Some(cluster);
            let told = (!exact).then(|| event(unit, Done::Respelled, found(code)));
            return Ok((code, told.into_iter().collect(), 1));
        }
        if let Some((wide, taken)) = self.widen(field, units)
            && let Some(code) = self.code(field, wide.into())
        {
            let mut told = vec![event(unit, Done::Widened, found(code))];
            told.extend(units[1..taken].iter().map(|mark| event(*mark, Done::Widened, Piece::Nothing)));
            return Ok((code, told, taken));
        }
        let one = |code, done| Ok((code, vec![event(unit, done, found(code))], 1));
        if self.options.unmappable == Unmappable::Keep
            && let Some(code) = self.kept(field, cluster)
        {
            return Ok((code, vec![event(unit, Done::Kept, Piece::Code(code))], 1));
        }
        let unmappable = EncodeError::Unmappable { scalar_offset: unit.scalar, cluster };
        if matches!(self.options.unmappable, Unmappable::Reject | Unmappable::Keep) {
            return Err(unmappable);
        }
        // Contract 5 to 7.
        if cluster.selector().is_some()
            && let Some(code) = self.code(field, cluster.plain())
        {
            return one(code, Done::SelectorDropped);
        }
        if self.options.unmappable == Unmappable::Shrink {
            let mut simpler = self.simpler(cluster).iter().filter_map(|&c| self.code(field, c.into()));
            if let Some(code) = simpler.next() {
                return one(code, Done::Shrunk);
            }
        }
        one(self.substitute(field).ok_or(unmappable)?, Done::Substituted)
    }

    /// Contract 9, widen.
    fn widen(&self, field: Field, units: &[Unit]) -> Option<(char, usize)> {
        let half = units[0].cluster.single().filter(|_| self.options.widen)?;
        let is_kana = ('\u{FF61}'..='\u{FF9F}').contains(&half);
        if !(field == Field::Double || field == Field::Mixed && is_kana) {
            return None;
        }
        let mark = units.get(1).and_then(|next| next.cluster.single());
        if let Some((_, wide)) = VOICED.iter().find(|(pair, _)| Some(*pair) == mark.map(|mark| (half, mark)))
        {
            return Some((*wide, 2));
        }
        match half {
            ' ' => Some(('\u{3000}', 1)),
            '!'..='~' => char::from_u32(u32::from(half) + 0xFEE0).map(|wide| (wide, 1)),
            _ if is_kana => {
                WIDE_KANA.chars().nth((u32::from(half) - 0xFF61).try_into().unwrap()).map(|c| (c, 1))
            }
            _ => None,
        }
    }

    /// A private scalar that stands for a code without a character. Only JEF has such codes: the others' are mistakes.
    fn kept(&self, field: Field, cluster: Cluster) -> Option<Code> {
        let value = u32::from(cluster.single()?).checked_sub(0xF_0000)?;
        let code = Code::double(u16::try_from(value).ok()?);
        let undefined =
            matches!(self.find(Field::Double, false, code.bytes()), Found::Bad(DecodeRule::Undefined, 2));
        (self.keeps && undefined && self.fits(field, code)).then_some(code)
    }

    /// Contract 7: what may stand for a cluster, the first choice first.
    fn simpler(&self, cluster: Cluster) -> &[char] {
        let number = self.shrink.of_sequence.get(&cluster);
        let number = number.or_else(|| self.shrink.of_sequence.get(&cluster.plain()));
        let number = number.or_else(|| self.shrink.of_base.get(&cluster.base()));
        number.and_then(|number| self.shrink.candidates.get(number)).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn substitute(&self, field: Field) -> Option<Code> {
        let (wanted, usual) = match field {
            Field::Single => (self.options.substitute_single, '?'),
            _ => (self.options.substitute, '〓'),
        };
        self.code(field, wanted.unwrap_or(Cluster::of(usual)))
    }

    /// Writes until something is refused; the last run stays open.
    pub(crate) fn write(&self, field: Field, units: &[Unit]) -> (Written, Option<EncodeError>) {
        let mut written = Written::default();
        let mut at = 0;
        while at < units.len() {
            let (code, events, taken) = match self.put(field, &units[at..]) {
                Ok(found) => found,
                Err(error) => return (written, Some(error)),
            };
            let is_double = code.bytes().len() != 1;
            if let Framing::Host { ins, out } = self.framing
                && field == Field::Mixed
                && is_double != written.in_double
            {
                written.bytes.push(if is_double { ins[0] } else { out });
                written.in_double = is_double;
            }
            written.bytes.extend(code.bytes());
            written.events.extend(events);
            at += taken;
        }
        (written, None)
    }

    /// Contract 8: ends the last run.
    pub(crate) fn close(&self, written: &mut Written) {
        if let Framing::Host { out, .. } = self.framing
            && std::mem::take(&mut written.in_double)
        {
            written.bytes.push(out);
        }
    }

    pub(crate) fn encode(&self, field: Field, text: &str) -> Result<Written, EncodeError> {
        let (mut written, error) = self.write(field, &self.units(text));
        self.close(&mut written);
        error.map_or(Ok(written), Err)
    }

    /// The padding character of a field.
    pub(crate) fn padding(&self, field: Field) -> &'static [u8] {
        match self.framing {
            Framing::Host { .. } if field == Field::Double => &[0x40, 0x40],
            Framing::Host { .. } => &[0x40],
            Framing::Pairs => &[0x30, 0x00],
            _ => &[0x20],
        }
    }

    /// All that a fixed field needs to know, for every length at once: the encodings of all prefixes.
    pub(crate) fn prefixes(
        &self,
        field: Field,
        text: &str,
    ) -> Result<(Vec<Unit>, Vec<Written>), EncodeError> {
        self.encode(field, text)?;
        let units = self.units(text);
        let prefix = |count: usize| {
            let (mut written, error) = self.write(field, &units[..count]);
            assert_eq!(error, None);
            self.close(&mut written);
            written
        };
        let prefixes = (0..=units.len()).map(prefix).collect();
        Ok((units, prefixes))
    }

    /// Contract 9: a field of a fixed length, from what [`prefixes`](Self::prefixes) gives.
    pub(crate) fn fixed(
        &self,
        field: Field,
        (units, prefixes): &(Vec<Unit>, Vec<Written>),
        bytes: usize,
        overflow: Overflow,
    ) -> Result<Written, EncodeError> {
        let padding = self.padding(field);
        if !bytes.is_multiple_of(padding.len()) {
            return Err(EncodeError::Length { bytes, unit: padding.len() });
        }
        let needed = prefixes.last().unwrap().bytes.len();
        let fits = |count: &usize| prefixes[*count].bytes.len() <= bytes;
        let whole = units.len();
        let count = if fits(&whole) { whole } else { (0..whole).rev().find(fits).unwrap() };
        if count < whole && overflow == Overflow::Reject {
            return Err(EncodeError::Overflow { needed, bytes });
        }
        let mut written = prefixes[count].clone();
        if let Some(cut) = units.get(count) {
            written.events.push(CharEvent {
                position: cut.scalar,
                offset: cut.byte,
                from: Piece::Text(cut.cluster),
                done: Done::Truncated,
                to: Piece::Nothing,
            });
        }
        while written.bytes.len() < bytes {
            written.bytes.extend(padding);
        }
        Ok(written)
    }
}

/// The full-width forms of U+FF61-FF9F in order.
const WIDE_KANA: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";

/// Kana that form one with the mark behind them.
const VOICED: [((char, char), char); 26] = [
    (('ｳ', 'ﾞ'), 'ヴ'),
    (('ｶ', 'ﾞ'), 'ガ'),
    (('ｷ', 'ﾞ'), 'ギ'),
    (('ｸ', 'ﾞ'), 'グ'),
    (('ｹ', 'ﾞ'), 'ゲ'),
    (('ｺ', 'ﾞ'), 'ゴ'),
    (('ｻ', 'ﾞ'), 'ザ'),
    (('ｼ', 'ﾞ'), 'ジ'),
    (('ｽ', 'ﾞ'), 'ズ'),
    (('ｾ', 'ﾞ'), 'ゼ'),
    (('ｿ', 'ﾞ'), 'ゾ'),
    (('ﾀ', 'ﾞ'), 'ダ'),
    (('ﾁ', 'ﾞ'), 'ヂ'),
    (('ﾂ', 'ﾞ'), 'ヅ'),
    (('ﾃ', 'ﾞ'), 'デ'),
    (('ﾄ', 'ﾞ'), 'ド'),
    (('ﾊ', 'ﾞ'), 'バ'),
    (('ﾋ', 'ﾞ'), 'ビ'),
    (('ﾌ', 'ﾞ'), 'ブ'),
    (('ﾍ', 'ﾞ'), 'ベ'),
    (('ﾎ', 'ﾞ'), 'ボ'),
    (('ﾊ', 'ﾟ'), 'パ'),
    (('ﾋ', 'ﾟ'), 'ピ'),
    (('ﾌ', 'ﾟ'), 'プ'),
    (('ﾍ', 'ﾟ'), 'ペ'),
    (('ﾎ', 'ﾟ'), 'ポ'),
];
