//! A charset compiled for one link: everything conversion asks, as arrays.

use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::cluster::{Cluster, Pairs, is_selector};
use crate::code::Code;
use crate::lanes::{ByteMap, Cells, DOUBLE, HighSet, NOTED, Points, SINGLE};
use crate::options::Field;

/// How codes of one and of more bytes are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// By shift codes; outside them every byte is a character.
    Shift {
        /// The code written to enter double-byte state.
        enter: u8,
        /// A second code that is read as entering.
        enter_too: u8,
        /// The code that leaves double-byte state.
        leave: u8,
    },
    /// By the first byte.
    Lead,
    /// Every code has two bytes.
    Pairs,
}

/// Which ways a row of a table is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Both,
    DecodeOnly,
    EncodeOnly,
    /// Kept in the chart and good for neither.
    Never,
}

impl Direction {
    fn encodes(self) -> bool {
        matches!(self, Self::Both | Self::EncodeOnly)
    }

    fn decodes(self) -> bool {
        matches!(self, Self::Both | Self::DecodeOnly)
    }
}

/// A table before it is compiled. Of two rows for one cluster, or for one code, the first counts.
pub(crate) struct Draft {
    /// Name of the table for evidence, without hash.
    pub name: String,
    pub framing: Framing,
    pub singles: Vec<(u8, char, Direction)>,
    /// Codes of more than one byte.
    pub codes: Vec<(Code, Cluster, Direction)>,
    /// Bytes that begin a code of three bytes.
    pub lead_of_three: Option<u8>,
    /// Bytes that begin a code of two bytes which stands for a half-width character.
    pub lead_of_narrow: Option<u8>,
    /// First bytes a code of two bytes may have.
    pub leads: ByteSet,
    /// Second and third bytes a longer code may have.
    pub seconds: ByteSet,
    /// Scalars that form one cluster with a voiced mark.
    pub pairs: Pairs,
    /// Two-byte codes a deliverer may escape ([`crate::Undefined::Keep`]).
    pub can_keep: bool,
    /// Rows of the town's own characters, asked before all others. Their codes are nobody else's.
    pub own: Vec<(Code, Cluster, Direction)>,
    /// Codes the town says nobody uses.
    pub own_unused: FxHashSet<Code>,
}

/// A set of bytes.
#[derive(Clone, Debug)]
pub(crate) struct ByteSet(Box<[bool; 0x100]>);

impl ByteSet {
    pub(crate) fn of(ranges: &[std::ops::RangeInclusive<u8>]) -> Self {
        let mut set = Self(filled(false));
        for (byte, place) in (0..=0xFF_u8).zip(set.0.iter_mut()) {
            *place = ranges.iter().any(|range| range.contains(&byte));
        }
        set
    }

    /// The same without some bytes.
    pub(crate) fn without(mut self, bytes: &[u8]) -> Self {
        for (byte, place) in (0..=0xFF_u8).zip(self.0.iter_mut()) {
            *place &= !bytes.contains(&byte);
        }
        self
    }

    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).copied().unwrap_or_default()
    }
}

/// A compiled charset. About 1 MB, made once for each combination of tables and options, then only read.
pub(crate) struct Compiled {
    pub name: String,
    pub framing: Framing,
    /// By scalar below U+10000.
    pub cells: Box<Cells>,
    /// The single bytes of ASCII.
    pub ascii: ByteMap,
    /// By single byte: three bytes of UTF-8 from the lowest on, length in the highest; 0 for what the slow path decides.
    pub single_text: Box<[u32; 0x100]>,
    /// The ASCII characters that single bytes stand for: in a host's charset of bytes from 40 on and the line end, elsewhere
    /// of ASCII. It need not have all.
    pub single_ascii: ByteMap,
    /// Whether it has any from 80 to BF.
    pub has_middle_ascii: bool,
    /// First bytes of codes of two bytes, of those from 80 on.
    pub high_leads: HighSet,
    /// By code of two bytes: up to seven bytes of UTF-8 from the lowest on, length in the highest; 0 for the slow path.
    pub double_text: Box<[u64; 0x1_0000]>,
    /// By code of two bytes with its bytes swapped, where the text has three.
    pub points: Box<Points>,
    /// Whether hardly any code reads as a character with a selector, so that `points` has all that comes.
    pub is_short: bool,
    pub lead_of_three: Option<u8>,
    pub lead_of_narrow: Option<u8>,
    pub leads: ByteSet,
    pub seconds: ByteSet,
    pub pairs: Pairs,
    pub can_keep: bool,
    single_of: FxHashMap<char, u8>,
    code_of: FxHashMap<Cluster, Code>,
    own_of: FxHashMap<Cluster, Code>,
    char_of: Box<[Option<Cluster>; 0x100]>,
    cluster_of: FxHashMap<Code, Cluster>,
    version: String,
}

impl Draft {
    /// An empty table.
    pub(crate) fn new(name: impl Into<String>, framing: Framing) -> Self {
        Self {
            name: name.into(),
            framing,
            singles: Vec::new(),
            codes: Vec::new(),
            lead_of_three: None,
            lead_of_narrow: None,
            leads: ByteSet::of(&[0x40..=0xFE]),
            seconds: ByteSet::of(&[0x00..=0xFF]),
            pairs: Pairs::default(),
            can_keep: false,
            own: Vec::new(),
            own_unused: FxHashSet::default(),
        }
    }

    /// Whether a code can be one of this charset.
    pub(crate) fn holds(&self, code: Code) -> bool {
        let lead = |byte| self.leads.has(byte) || Some(byte) == self.lead_of_three;
        match (self.framing, code.bytes()) {
            (Framing::Shift { enter, enter_too, leave }, [byte]) => ![enter, enter_too, leave].contains(byte),
            (Framing::Lead, [byte]) => !lead(*byte),
            (Framing::Pairs, [_, _]) => true,
            (_, [first, second]) => self.leads.has(*first) && self.seconds.has(*second),
            (_, [first, second, third]) => {
                Some(*first) == self.lead_of_three && self.seconds.has(*second) && self.seconds.has(*third)
            }
            _ => false,
        }
    }

    pub(crate) fn compile(self) -> Compiled {
        let claimed: FxHashSet<Code> =
            self.own.iter().map(|&(code, ..)| code).chain(self.own_unused.iter().copied()).collect();
        let mut compiled = Compiled {
            name: self.name,
            framing: self.framing,
            cells: filled(0),
            ascii: ByteMap::NONE,
            single_text: filled(0),
            single_ascii: ByteMap::NONE,
            has_middle_ascii: false,
            high_leads: HighSet::new(|byte| self.leads.has(byte)),
            double_text: filled(0),
            points: filled(0),
            is_short: true,
            lead_of_three: self.lead_of_three,
            lead_of_narrow: self.lead_of_narrow,
            leads: self.leads,
            seconds: self.seconds,
            pairs: self.pairs,
            can_keep: self.can_keep,
            single_of: FxHashMap::default(),
            code_of: FxHashMap::with_capacity_and_hasher(self.codes.len(), rustc_hash::FxBuildHasher),
            own_of: FxHashMap::default(),
            char_of: filled(None),
            cluster_of: FxHashMap::with_capacity_and_hasher(self.codes.len(), rustc_hash::FxBuildHasher),
            version: String::new(),
        };
        for &(code, cluster, direction) in &self.own {
            if direction.encodes() {
                compiled.own_of.entry(cluster).or_insert(code);
            }
            if direction.decodes() {
                compiled.put_back(code, cluster);
            }
        }
        // A code the town gave to a character of its own is no longer anybody else's.
        let free = |code: &Code| !claimed.contains(code);
        for (byte, c, direction) in self.singles {
            let code = Code::single(byte);
            if direction.encodes() && free(&code) {
                compiled.single_of.entry(c).or_insert(byte);
            }
            if direction.decodes() && free(&code) {
                compiled.put_back(code, Cluster::of(c));
            }
        }
        for (code, cluster, direction) in self.codes {
            if direction.encodes() && free(&code) {
                compiled.code_of.entry(cluster).or_insert(code);
            }
            if direction.decodes() && free(&code) {
                compiled.put_back(code, cluster);
            }
        }
        compiled.fill_cells();
        compiled.fill_texts();
        compiled.seal();
        compiled
    }
}

impl Compiled {
    /// Name and hash of the content, for the evidence of a delivery.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// The code of a cluster in a field, first hit wins: the town's table, a single byte, more bytes.
    pub(crate) fn code(&self, field: Field, cluster: Cluster) -> Option<Code> {
        if !self.own_of.is_empty()
            && let Some(&code) = self.own_of.get(&cluster)
            && self.fits(field, code)
        {
            return Some(code);
        }
        if field != Field::Double
            && let Some(&byte) = cluster.single().and_then(|c| self.single_of.get(&c))
        {
            return Some(Code::single(byte));
        }
        self.code_of.get(&cluster).copied().filter(|&code| self.fits(field, code))
    }

    /// Whether a field can hold a code.
    pub(crate) fn fits(&self, field: Field, code: Code) -> bool {
        if self.framing == Framing::Pairs {
            // Every code has two bytes, whatever the field is called.
            return true;
        }
        let narrow = match code.bytes() {
            [_] => true,
            [lead, _] => Some(*lead) == self.lead_of_narrow,
            _ => false,
        };
        match field {
            Field::Single => narrow,
            Field::Double => !narrow,
            Field::Mixed => true,
        }
    }

    /// What a code stands for.
    pub(crate) fn text(&self, code: Code) -> Option<Cluster> {
        match code.as_single() {
            Some(byte) => self.char_of.get(usize::from(byte)).copied().flatten(),
            None => self.cluster_of.get(&code).copied(),
        }
    }

    /// The cell of a scalar, 0 beyond the BMP.
    pub(crate) fn cell(&self, c: char) -> u32 {
        let point = u16::try_from(u32::from(c)).ok();
        point.and_then(|point| self.cells.get(usize::from(point))).copied().unwrap_or_default()
    }

    /// What the code of a noted cell reads back as.
    pub(crate) fn reads(&self, c: char) -> Option<Cluster> {
        let [first, second, ..] = self.cell(c).to_le_bytes();
        let code = u16::from_be_bytes([first, second]);
        let text = self.double_text.get(usize::from(code)).copied().unwrap_or_default();
        unpack(text).or_else(|| self.text(Code::double(code)))
    }

    /// Every row good for encoding, in no order.
    pub(crate) fn encodings(&self) -> impl Iterator<Item = (Cluster, Code)> {
        let singles = self.single_of.iter().map(|(&c, &byte)| (Cluster::of(c), Code::single(byte)));
        let codes = self.code_of.iter().map(|(&cluster, &code)| (cluster, code));
        self.own_of.iter().map(|(&cluster, &code)| (cluster, code)).chain(singles).chain(codes)
    }

    /// Every row good for decoding, in no order.
    pub(crate) fn decodings(&self) -> impl Iterator<Item = (Code, Cluster)> {
        let singles = (0..=0xFF_u8)
            .zip(self.char_of.iter())
            .filter_map(|(byte, cluster)| cluster.map(|cluster| (Code::single(byte), cluster)));
        singles.chain(self.cluster_of.iter().map(|(&code, &cluster)| (code, cluster)))
    }

    /// Whether two bytes can be a code at all: a shift code inside is never part of one.
    pub(crate) fn is_pair(&self, code: u16) -> bool {
        let [lead, second] = code.to_be_bytes();
        self.framing == Framing::Pairs || (self.leads.has(lead) && self.seconds.has(second))
    }

    fn put_back(&mut self, code: Code, cluster: Cluster) {
        match code.as_single() {
            Some(byte) => {
                if let Some(cell) = self.char_of.get_mut(usize::from(byte)) {
                    cell.get_or_insert(cluster);
                }
            }
            None => {
                self.cluster_of.entry(code).or_insert(cluster);
            }
        }
    }

    fn fill_cells(&mut self) {
        for c in '\0'..='\u{FFFF}' {
            if is_selector(c) || crate::cluster::is_voiced_mark(c) {
                // What stands before it decides.
                continue;
            }
            let cluster = Cluster::of(c);
            let Some(code) = self.code(Field::Mixed, cluster) else { continue };
            let reads = self.text(code);
            let exact = reads == Some(cluster);
            let cell = match *code.bytes() {
                [byte] if exact => u32::from(byte) | SINGLE,
                // What is written and never read is the policy's business.
                [first, second] if reads.is_some() && self.fits(Field::Double, code) => {
                    let noted = if exact { 0 } else { NOTED };
                    u32::from(u16::from_le_bytes([first, second])) | DOUBLE | noted
                }
                _ => 0,
            };
            let place = u16::try_from(u32::from(c)).ok().and_then(|c| self.cells.get_mut(usize::from(c)));
            if let Some(place) = place {
                *place = cell;
            }
        }
        self.ascii = ByteMap::new(|byte| {
            let cell = self.cells.get(usize::from(byte)).copied().unwrap_or_default();
            let [code, ..] = cell.to_le_bytes();
            (byte < 0x80 && cell & SINGLE != 0).then_some(code)
        });
    }

    fn fill_texts(&mut self) {
        for (byte, cluster) in (0..=0xFF_u8).zip(self.char_of.iter()) {
            let Some(cluster) = *cluster else { continue };
            let packed = (self.code(Field::Mixed, cluster) == Some(Code::single(byte)))
                .then(|| pack(cluster))
                .flatten()
                .filter(|&text| text >> 56 <= 3);
            let Some(text) = packed else { continue };
            let [a, b, c, .., length] = text.to_le_bytes();
            if let Some(place) = self.single_text.get_mut(usize::from(byte)) {
                *place = u32::from_le_bytes([a, b, c, length]);
            }
        }
        let is_host = matches!(self.framing, Framing::Shift { .. });
        let ascii = |byte: u8| {
            let text = self.single_text.get(usize::from(byte)).copied().unwrap_or_default();
            let [c, .., length] = text.to_le_bytes();
            (length == 1).then_some(c)
        };
        // One or two characters there are not worth four rows of the map for every run of bytes.
        self.has_middle_ascii = 2 < (0x80..0xC0).filter_map(ascii).count();
        self.single_ascii = ByteMap::new(|byte| match byte {
            _ if !is_host => ascii(byte).filter(|_| byte < 0x80),
            0x10..0x20 | 0x40..0x80 | 0xC0.. => ascii(byte),
            0x80..0xC0 => ascii(byte).filter(|_| self.has_middle_ascii),
            _ => None,
        });
        for (&code, &cluster) in &self.cluster_of {
            let Some(double) = code.as_double().filter(|&double| self.is_pair(double)) else { continue };
            // A character that also has a single byte is written with that one outside N fields, and a half-width one of
            // two bytes does not belong in them.
            let exact = self.code(Field::Mixed, cluster) == Some(code)
                && self.code(Field::Double, cluster) == Some(code);
            if let (true, Some(text), Some(place)) =
                (exact, pack(cluster), self.double_text.get_mut(usize::from(double)))
            {
                *place = text;
            }
        }
        let mut long = 0;
        for (code, text) in (0..=u16::MAX).zip(self.double_text.iter()) {
            let [a, b, c, .., length] = text.to_le_bytes();
            if let (3, Some(point)) = (length, self.points.get_mut(usize::from(code.swap_bytes()))) {
                *point = u16::from(a & 0x0F) << 12 | u16::from(b & 0x3F) << 6 | u16::from(c & 0x3F);
            }
            long += usize::from(3 < length);
        }
        self.is_short = long * 16 < self.cluster_of.len();
    }

    fn seal(&mut self) {
        let mut hash = Sha256::new();
        let mut forward: Vec<_> = self.encodings().collect();
        forward.sort_unstable();
        let mut back: Vec<_> = self.decodings().collect();
        back.sort_unstable();
        for (cluster, code) in forward {
            hash.update(cluster.to_string().as_bytes());
            hash.update([0xFF]);
            hash.update(code.bytes());
        }
        for (code, cluster) in back {
            hash.update(code.bytes());
            hash.update([0xFF]);
            hash.update(cluster.to_string().as_bytes());
        }
        self.version = format!("{} sha256:", self.name);
        for byte in hash.finalize() {
            // Writing to a String cannot fail.
            let _ = write!(self.version, "{byte:02x}");
        }
    }
}

/// UTF-8 of a cluster with its length in the highest byte, [`None`] if it has eight bytes or more.
fn pack(cluster: Cluster) -> Option<u64> {
    let mut text = Vec::new();
    cluster.put(&mut text);
    let mut bytes = [0; 8];
    bytes.get_mut(..7)?.get_mut(..text.len())?.copy_from_slice(&text);
    Some(u64::from_le_bytes(bytes) | u64::try_from(text.len()).ok()? << 56)
}

/// The cluster of packed UTF-8, [`None`] if there is none.
fn unpack(text: u64) -> Option<Cluster> {
    let bytes = text.to_le_bytes();
    let [.., length] = bytes;
    let length = usize::from(length);
    let base = scalar(&bytes)?;
    match length.checked_sub(base.len_utf8())? {
        0 => Some(Cluster::of(base)),
        _ => Cluster::parse_parts(base, scalar(bytes.get(base.len_utf8()..length)?)?),
    }
}

/// The first scalar of UTF-8 that is known to be valid.
fn scalar(bytes: &[u8]) -> Option<char> {
    let low = |byte: u8| u32::from(byte & 0x3F);
    char::from_u32(match *bytes {
        [a, ..] if a < 0x80 => u32::from(a),
        [a, b, ..] if a < 0xE0 => u32::from(a & 0x1F) << 6 | low(b),
        [a, b, c, ..] if a < 0xF0 => u32::from(a & 0x0F) << 12 | low(b) << 6 | low(c),
        [a, b, c, d, ..] => u32::from(a & 0x07) << 18 | low(b) << 12 | low(c) << 6 | low(d),
        _ => return None,
    })
}

/// An array on the heap, made without passing over the stack.
fn filled<T: Copy, const N: usize>(value: T) -> Box<[T; N]> {
    // The vector has N elements, so the conversion succeeds; the other arm only satisfies the types.
    vec![value; N].into_boxed_slice().try_into().unwrap_or_else(|_| Box::new([value; N]))
}
