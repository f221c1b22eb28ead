//! Heads counted by kind and sex.

use domain::{ResidentKind, Sex};

/// Whom a head is counted among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) kind: ResidentKind,
    pub(crate) sex: Sex,
}

/// Numbers of persons (人数) by 住民種別 and 性別.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heads {
    japanese: BySex,
    foreign: BySex,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct BySex {
    male: i64,
    female: i64,
    unknown: i64,
}

impl BySex {
    fn place(&mut self, sex: Sex) -> &mut i64 {
        match sex {
            Sex::Male => &mut self.male,
            Sex::Female => &mut self.female,
            Sex::Unknown => &mut self.unknown,
        }
    }

    fn of(self, sex: Sex) -> i64 {
        match sex {
            Sex::Male => self.male,
            Sex::Female => self.female,
            Sex::Unknown => self.unknown,
        }
    }
}

impl Heads {
    /// One head more.
    pub(crate) fn add(&mut self, cell: Cell) {
        self.change(cell, 1);
    }

    fn change(&mut self, cell: Cell, by: i64) {
        let place = match cell.kind {
            ResidentKind::Japanese => self.japanese.place(cell.sex),
            ResidentKind::Foreign => self.foreign.place(cell.sex),
        };
        *place = place.saturating_add(by);
    }

    /// How many, of one kind or of both, of one sex or of all.
    pub(crate) fn of(&self, kind: Option<ResidentKind>, sex: Option<Sex>) -> i64 {
        let kinds = [(ResidentKind::Japanese, self.japanese), (ResidentKind::Foreign, self.foreign)];
        let kinds = kinds.into_iter().filter(|(own, _)| kind.is_none_or(|kind| kind == *own));
        let sexes = Sex::ALL.iter().filter(|own| sex.is_none_or(|sex| sex == **own));
        kinds.flat_map(|(_, heads)| sexes.clone().map(move |sex| heads.of(*sex))).sum()
    }

    /// All of them.
    pub(crate) fn total(&self) -> i64 {
        self.of(None, None)
    }

    /// Both together.
    #[must_use]
    pub(crate) fn plus(&self, other: &Self) -> Self {
        self.with(other, 1)
    }

    /// What is left of these without the others; negative where there are more of those.
    #[must_use]
    pub(crate) fn minus(&self, other: &Self) -> Self {
        self.with(other, -1)
    }

    fn with(&self, other: &Self, sign: i64) -> Self {
        let mut sum = *self;
        for kind in ResidentKind::ALL {
            for sex in Sex::ALL {
                let by = other.of(Some(*kind), Some(*sex)).saturating_mul(sign);
                sum.change(Cell { kind: *kind, sex: *sex }, by);
            }
        }
        sum
    }
}

/// All of them together.
impl<'a> std::iter::Sum<&'a Heads> for Heads {
    fn sum<I: Iterator<Item = &'a Heads>>(heads: I) -> Self {
        heads.fold(Self::default(), |sum, one| sum.plus(one))
    }
}
