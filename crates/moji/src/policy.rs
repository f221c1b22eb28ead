//! What becomes of one character that is not plain: the link's policy, in the contract's order.

use std::sync::Arc;

use crate::cluster::Cluster;
use crate::code::Code;
use crate::compiled::Compiled;
use crate::data;
use crate::event::{Done, Piece};
use crate::options::{Field, Options, Unmappable};
use crate::widen::{voiced, wide};

/// First scalar of the private plane that stands for codes without a character: U+F0000 + code.
const KEPT_FIRST: u32 = 0xF_0000;

/// The private scalar of a code of two bytes that has no character, [`None`] where none fits (U+FFFFE, U+FFFFF).
pub(crate) fn kept(code: u16) -> Option<char> {
    char::from_u32(KEPT_FIRST + u32::from(code)).filter(|_| code < 0xFFFE)
}

/// A charset's table with a link's policy.
#[derive(Clone)]
pub(crate) struct Policy {
    pub table: Arc<Compiled>,
    pub options: Options,
    /// What is written for a lost character outside X fields, and how it reads.
    pub substitute: Option<(Code, Cluster)>,
    /// The same in X fields.
    pub substitute_single: Option<(Code, Cluster)>,
}

/// The next thing to be written: one cluster, or two that become one full-width kana.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    pub first: Cluster,
    pub second: Option<Cluster>,
    /// The full-width form that is written instead.
    pub wide: Option<char>,
}

impl Unit {
    pub(crate) fn len_utf8(&self) -> usize {
        self.first.len_utf8() + self.second.map_or(0, Cluster::len_utf8)
    }
}

/// What is written for a unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    pub code: Code,
    pub event: Option<(Done, Piece)>,
}

impl Policy {
    /// The first unit of a text that is not empty.
    pub(crate) fn next_unit(&self, field: Field, text: &str) -> Option<Unit> {
        let (first, rest) = self.table.pairs.split_first(text)?;
        let plain = Unit { first, second: None, wide: None };
        if !self.options.widen || field == Field::Single {
            return Some(plain);
        }
        let Some(c) = first.single().filter(|&c| wide(c).is_some()) else { return Some(plain) };
        // Outside N fields only what has no code of its own is widened.
        if field == Field::Mixed && (c.is_ascii() || self.table.code(field, first).is_some()) {
            return Some(plain);
        }
        if let Some((second, _)) = self.table.pairs.split_first(rest)
            && let Some(joined) = second.single().and_then(|mark| voiced(c, mark))
        {
            return Some(Unit { first, second: Some(second), wide: Some(joined) });
        }
        Some(Unit { wide: wide(c), ..plain })
    }

    /// What is written for a unit, [`None`] if it is refused.
    pub(crate) fn write(&self, field: Field, unit: &Unit) -> Option<Written> {
        if let Some(wide) = unit.wide {
            let cluster = Cluster::of(wide);
            if let Some(code) = self.table.code(field, cluster) {
                let reads = self.table.text(code).unwrap_or(cluster);
                return Some(Written { code, event: Some((Done::Widened, Piece::Text(reads))) });
            }
            return self.unmappable(field, cluster);
        }
        if let Some(code) = self.table.code(field, unit.first) {
            // What reads back as itself needs no word.
            let reads = self.table.text(code).filter(|&reads| reads != unit.first);
            return Some(Written { code, event: reads.map(|reads| (Done::Respelled, Piece::Text(reads))) });
        }
        self.unmappable(field, unit.first)
    }

    fn unmappable(&self, field: Field, cluster: Cluster) -> Option<Written> {
        let as_is = |candidate: Cluster, done: Done| {
            let code = self.table.code(field, candidate)?;
            // What a reader finds may be the same character with a selector, or its other spelling.
            let reads = self.table.text(code).unwrap_or(candidate);
            Some(Written { code, event: Some((done, Piece::Text(reads))) })
        };
        match self.options.unmappable {
            Unmappable::Reject => return None,
            Unmappable::Keep => return self.keep(field, cluster),
            Unmappable::Substitute | Unmappable::Shrink => {}
        }
        if cluster.selector().is_some()
            && let Some(written) = as_is(cluster.plain(), Done::SelectorDropped)
        {
            return Some(written);
        }
        if self.options.unmappable == Unmappable::Shrink
            && let Some(number) = mj_number(cluster)
        {
            let mut forms = data::shrink().of(number).map(|row| row.ucs);
            if let Some(written) = forms.find_map(|c| as_is(Cluster::of(c), Done::Shrunk)) {
                return Some(written);
            }
        }
        let substitute = if field == Field::Single { self.substitute_single } else { self.substitute };
        let (code, reads) = substitute?;
        Some(Written { code, event: Some((Done::Substituted, Piece::Text(reads))) })
    }

    /// An escape of [`crate::Undefined::Keep`], written back as the code it stands for.
    fn keep(&self, field: Field, cluster: Cluster) -> Option<Written> {
        let code = u32::from(cluster.single()?).checked_sub(KEPT_FIRST)?;
        let code = Code::double(u16::try_from(code).ok().filter(|&code| code < 0xFFFE)?);
        let free = self.table.can_keep && field != Field::Single && self.table.text(code).is_none();
        let written = Written { code, event: Some((Done::Kept, Piece::Code(code))) };
        code.as_double().filter(|&double| free && self.table.is_pair(double)).map(|_| written)
    }
}

/// The MJ number of a cluster: by its sequence, else by its base.
fn mj_number(cluster: Cluster) -> Option<data::MjNumber> {
    let list = data::mj();
    list.by_sequence(cluster.base(), cluster.selector())
        .or_else(|| list.by_sequence(cluster.base(), None))
        .or_else(|| list.by_base(cluster.base()).next())
        .map(|mj| mj.number)
}
