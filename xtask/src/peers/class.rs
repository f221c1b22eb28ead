//! Why a program differs from us: the classes of `reasons.tsv`.

use moji::Charset;

use super::compare::{Difference, Subject};
use super::program::{Peer, Program};
use super::tokens::REFUSED;
use super::universe::{Direction, points, unhex};

/// The wave dash family: two spellings of one symbol each, JIS's and Microsoft's.
const SPELLINGS: [(u32, u32); 8] = [
    (0x2014, 0x2015),
    (0x301C, 0xFF5E),
    (0x2016, 0x2225),
    (0x2212, 0xFF0D),
    (0x00A2, 0xFFE0),
    (0x00A3, 0xFFE1),
    (0x00AC, 0xFFE2),
    (0x00A6, 0xFFE4),
];

/// Kanji that Java writes as IBM's code of another with which they have nothing in common: 毡 as 唖, 萝 as 蝉, 輑 as №.
const STRAY: [u32; 8] = [0x6BE1, 0x6D00, 0x70FF, 0x841D, 0x841F, 0x8F91, 0x92CA, 0x9B7E];

/// What the classes are told by.
struct Signs {
    peer: Peer,
    /// The code or the scalar asked for; [`None`] for a sequence.
    item: Option<u32>,
    ours: Made,
    theirs: Made,
}

/// What somebody makes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    Refused,
    Nothing,
    /// A code or one scalar.
    One(u32),
    Several,
}

/// The class of a difference, [`None`] if nobody has thought of it yet.
pub(super) fn class(
    subject: &Subject,
    program: Program,
    difference: &Difference<'_>,
) -> Option<&'static str> {
    let direction = subject.direction;
    let item = match direction {
        Direction::Decode => number(difference.item.bytes()),
        Direction::Encode => difference.item.scalar().map(u32::from),
    };
    let signs = Signs {
        peer: program.peer,
        item,
        ours: Made::of(direction, &difference.ours.result),
        theirs: Made::of(direction, difference.theirs),
    };
    if signs.peer == Peer::Postgres && item == Some(0) {
        return Some("nul");
    }
    if direction == Direction::Encode
        && let Some(dropped) = signs.dropped(difference)
    {
        return Some(dropped);
    }
    let class = match (&subject.charset, direction) {
        (Charset::Windows31J, _) if program.name == "SHIFT_JIS_2004" => signs.jis_x_0213(direction),
        (Charset::Windows31J, Direction::Decode) => signs.windows_decode(),
        (Charset::Windows31J, Direction::Encode) => signs.windows_encode(),
        (Charset::EucJp, Direction::Decode) => signs.euc_decode(),
        (Charset::EucJp, Direction::Encode) => signs.euc_encode(),
        (Charset::Ibm930 | Charset::Ibm939, Direction::Decode) => signs.ibm_decode(),
        (Charset::Ibm930 | Charset::Ibm939, Direction::Encode) => signs.ibm_encode(),
        (Charset::Utf8 { .. }, Direction::Decode) if signs.theirs.is_in(0x11_0000..=u32::MAX) => {
            Some("beyond-unicode")
        }
        _ => (difference.ours.said == "bom_inside").then_some("bom-inside"),
    };
    class.or_else(|| signs.spelling(direction))
}

/// The number a code is, its bytes from the highest on.
fn number(bytes: &[u8]) -> Option<u32> {
    (bytes.len() <= 4).then(|| bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
}

impl Made {
    fn of(direction: Direction, result: &str) -> Self {
        let bytes = unhex(result).unwrap_or_default();
        let one = match (direction, result) {
            (_, REFUSED) => return Self::Refused,
            (_, "") => return Self::Nothing,
            (Direction::Decode, _) => u32::from_str_radix(&points(&bytes), 16).ok(),
            // Of a host's code, what stands between the shift codes.
            (Direction::Encode, _) => match bytes.as_slice() {
                [0x0E, code @ .., 0x0F] => number(code),
                code => number(code),
            },
        };
        one.map_or(Self::Several, Self::One)
    }

    fn is_in(self, range: std::ops::RangeInclusive<u32>) -> bool {
        matches!(self, Self::One(code) if range.contains(&code))
    }

    fn is_some(self) -> bool {
        matches!(self, Self::One(_) | Self::Several)
    }
}

impl Signs {
    fn item_in(&self, range: std::ops::RangeInclusive<u32>) -> bool {
        self.item.is_some_and(|item| range.contains(&item))
    }

    fn is(&self, items: &[u32]) -> bool {
        self.item.is_some_and(|item| items.contains(&item))
    }

    fn refused_by_them(&self) -> bool {
        self.ours.is_some() && self.theirs == Made::Refused
    }

    fn refused_by_us(&self) -> bool {
        self.ours == Made::Refused && self.theirs.is_some()
    }

    /// What disappears without a word.
    fn dropped(&self, difference: &Difference<'_>) -> Option<&'static str> {
        if difference.is_base && difference.item.is_registered_sequence() {
            return Some("selector-dropped");
        }
        match (self.theirs, self.peer) {
            (Made::Nothing, Peer::Glibc) if self.item_in(0xE_0000..=0xE_007F) => Some("tag-dropped"),
            (Made::Nothing, Peer::Icu) => Some("ignorable-dropped"),
            _ => None,
        }
    }

    /// One of two spellings of a symbol, where they read the other or do not write it.
    fn spelling(&self, direction: Direction) -> Option<&'static str> {
        let is_pair = |a: u32, b: u32| SPELLINGS.contains(&(a, b)) || SPELLINGS.contains(&(b, a));
        let found = match (direction, self.ours, self.theirs, self.item) {
            (Direction::Decode, Made::One(ours), Made::One(theirs), _) => is_pair(ours, theirs),
            (Direction::Encode, _, _, Some(item)) => {
                SPELLINGS.iter().any(|&(jis, microsoft)| [jis, microsoft].contains(&item))
            }
            _ => false,
        };
        found.then_some("wave-dash")
    }

    fn yen_and_overline(&self, direction: Direction) -> Option<&'static str> {
        let found = match direction {
            Direction::Decode => self.is(&[0x5C, 0x7E]) && self.theirs.is_some(),
            Direction::Encode => self.is(&[0xA5, 0x203E]) && self.refused_by_us(),
        };
        found.then_some("yen-overline")
    }

    /// A kanji that goes to the cell of another form of it.
    fn other_form(&self) -> Option<&'static str> {
        (self.item_in(0x4E00..=0x9FFF) && self.refused_by_us()).then_some("other-form")
    }

    fn windows_decode(&self) -> Option<&'static str> {
        let vendors = [0x8740..=0x879C, 0xED40..=0xEEFC, 0xFA40..=0xFC4B];
        if self.refused_by_us() && self.is(&[0x80, 0xA0, 0xFD, 0xFE, 0xFF]) {
            Some("lone-80")
        } else if self.is(&[0x1A, 0x1C, 0x7F]) {
            Some("rotated-controls")
        } else if self.refused_by_them() && self.ours.is_in(0xE000..=0xF8FF) {
            Some("user-defined")
        } else if self.refused_by_them() && vendors.into_iter().any(|vendor| self.item_in(vendor)) {
            Some("vendor-rows")
        } else {
            self.yen_and_overline(Direction::Decode)
        }
    }

    fn windows_encode(&self) -> Option<&'static str> {
        let vendors = [0x8740..=0x879C, 0xFA40..=0xFC4B];
        let by_vendor = vendors.into_iter().any(|vendor| self.ours.is_in(vendor));
        if self.refused_by_us()
            && self.is(&[0x80, 0xF8F0, 0xF8F1, 0xF8F2, 0xF8F3])
            && self.peer == Peer::Python
        {
            Some("lone-80")
        } else if self.is(&[0x1A, 0x1C, 0x7F]) {
            Some("rotated-controls")
        } else if self.theirs == Made::One(0x7F) {
            Some("silent-substitute")
        } else if self.refused_by_them() && self.item_in(0xE000..=0xF8FF) {
            Some("user-defined")
        } else if self.refused_by_them() && by_vendor {
            Some("vendor-rows")
        } else if by_vendor && self.theirs.is_in(0xED40..=0xEEFC) {
            Some("nec-selection")
        } else if by_vendor && self.theirs.is_in(0xFA40..=0xFC4B) {
            Some("ibm-first")
        } else if self.is(&[0x2014]) && self.refused_by_us() {
            Some("em-dash")
        } else if self.is(&[0xF86F]) {
            Some("private-numero")
        } else if self.is(&[0xAB, 0xAF, 0xB5, 0xB7, 0xB8, 0xBB, 0x3094]) && self.refused_by_us() {
            Some("best-fit")
        } else {
            self.other_form().or_else(|| self.yen_and_overline(Direction::Encode))
        }
    }

    fn euc_decode(&self) -> Option<&'static str> {
        let vendors = [0xADA1..=0xADFE, 0x8F_F3F3..=0x8F_F4FE];
        if self.refused_by_us() && self.item_in(0x80..=0x9F) {
            Some("c1-controls")
        } else if self.refused_by_us()
            && (self.item_in(0x8EE0..=0x8EE2) || self.item_in(0x8F_F3A1..=0x8F_F3B7))
        {
            Some("ibm-euc")
        } else if self.item_in(0xF9A1..=0xFCFE) && self.theirs.is_some() {
            Some("nec-selection-in-euc")
        } else if self.refused_by_them() && self.ours.is_in(0xE000..=0xF8FF) {
            Some("user-defined")
        } else if self.refused_by_them() && vendors.into_iter().any(|vendor| self.item_in(vendor)) {
            Some("vendor-rows")
        } else {
            self.is(&[0x8F_A2B7]).then_some("tilde-of-jis-x-0212")
        }
    }

    fn euc_encode(&self) -> Option<&'static str> {
        let vendors = [0xADA1..=0xADFE, 0x8F_F3F3..=0x8F_F4FE];
        let by_vendor = vendors.into_iter().any(|vendor| self.ours.is_in(vendor));
        if self.refused_by_us() && self.item_in(0x80..=0x9F) {
            Some("c1-controls")
        } else if self.theirs.is_in(0xF9A1..=0xFCFE) {
            Some("nec-selection-in-euc")
        } else if self.refused_by_them() && self.item_in(0xE000..=0xF8FF) {
            Some("user-defined")
        } else if self.refused_by_them() && by_vendor {
            Some("vendor-rows")
        } else if self.theirs == Made::One(0x8F_A2B7) {
            Some("tilde-of-jis-x-0212")
        } else if self.theirs == Made::One(0x8F_A2F1) {
            Some("numero-of-jis-x-0212")
        } else {
            self.yen_and_overline(Direction::Encode)
        }
    }

    fn ibm_decode(&self) -> Option<&'static str> {
        if self.is(&[0x15, 0x25]) { Some("newline") } else { self.is(&[0x0E, 0x0F]).then_some("lone-shift") }
    }

    fn ibm_encode(&self) -> Option<&'static str> {
        if self.theirs == Made::One(0x3F) {
            Some("silent-substitute")
        } else if self.is(&[0x0A, 0x85]) {
            Some("newline")
        } else if self.is(&[0x5C, 0x7E]) {
            Some("backslash-as-yen")
        } else if self.is(&STRAY) && self.peer == Peer::Java {
            Some("stray-kanji")
        } else if self.is(&[0xF86F]) {
            Some("private-numero")
        } else {
            self.other_form()
        }
    }

    /// A charset of its own that goes by the name of Shift_JIS.
    fn jis_x_0213(&self, direction: Direction) -> Option<&'static str> {
        // What it writes elsewhere it does not spell otherwise: there the two spellings are two characters.
        let spelled = direction == Direction::Decode || self.theirs == Made::Refused;
        let spelling = self.spelling(direction).filter(|_| spelled);
        self.yen_and_overline(direction).or(spelling).or(Some("jis-x-0213"))
    }
}
