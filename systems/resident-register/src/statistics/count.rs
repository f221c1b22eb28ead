//! Counting.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Date, HouseholdNo, MovementReason, RegisterDate, ResidentKind, age_on};

use super::data::{self, Direction};
use super::heads::Heads;
use super::history::{Entry, Spot, counted_days};
use super::{Basis, Period};

/// What an address says that nobody knows.
const UNKNOWN: &str = "不明";

/// Where somebody came from or went to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// 都道府県, by name.
    Prefecture(String),
    /// 国外.
    Overseas,
    /// 不明.
    Unknown,
}

/// A household by who lives in it (世帯の種別).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Home {
    /// 日本人世帯.
    Japanese,
    /// 外国人世帯.
    Foreign,
    /// 複数国籍世帯.
    Mixed,
}

impl Home {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Japanese, Self::Foreign, Self::Mixed];

    /// The Japanese word.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Japanese => "日本人世帯",
            Self::Foreign => "外国人世帯",
            Self::Mixed => "複数国籍世帯",
        }
    }
}

/// What a period came to.
#[derive(Debug)]
pub(crate) struct Figures {
    /// At the end of the day before the period (期首).
    pub(crate) opening: Heads,
    /// At the end of its last day (期末).
    pub(crate) closing: Heads,
    /// By the place of the line in [`data::lines`].
    pub(crate) movements: Vec<Heads>,
    /// 改製 and 再製, which change nobody's number.
    pub(crate) renewals: Heads,
    /// 転居 within the municipality, which changes nobody's number either.
    pub(crate) moves_within: Heads,
    /// At the end of the last day, by age; none for whom no birth date is known.
    pub(crate) ages: BTreeMap<Option<i16>, Heads>,
    /// Persons and households at the end of the last day, by 町字.
    pub(crate) districts: BTreeMap<String, (Heads, i64)>,
    /// Households at the end of the day before the period, and of its last day.
    pub(crate) homes_before: BTreeMap<Home, i64>,
    pub(crate) homes: BTreeMap<Home, i64>,
    /// 転入 and 転出 by where from and where to.
    pub(crate) arrivals: BTreeMap<Place, Heads>,
    pub(crate) departures: BTreeMap<Place, Heads>,
}

impl Figures {
    /// All of one direction.
    pub(crate) fn sum(&self, direction: Direction) -> Heads {
        self.sum_where(|line| line.direction == direction)
    }

    /// All lines of a kind.
    pub(crate) fn sum_where(&self, fits: impl Fn(&data::Line) -> bool) -> Heads {
        let lines = data::lines().iter().zip(&self.movements);
        lines.filter(|(line, _)| fits(line)).map(|(_, heads)| heads).sum()
    }
}

/// Counts person after person.
#[derive(Debug)]
pub(crate) struct Count {
    period: Period,
    basis: Basis,
    figures: Figures,
    homes: [BTreeMap<HouseholdNo, Living>; 2],
}

/// Who lives in a household, and where it is.
#[derive(Debug, Default)]
struct Living {
    japanese: bool,
    foreign: bool,
    town: String,
}

impl Living {
    fn home(&self) -> Home {
        match (self.japanese, self.foreign) {
            (true, true) => Home::Mixed,
            (false, true) => Home::Foreign,
            _ => Home::Japanese,
        }
    }
}

impl Count {
    pub(crate) fn new(period: Period, basis: Basis) -> Self {
        let none = Heads::default();
        Self {
            period,
            basis,
            figures: Figures {
                opening: none,
                closing: none,
                movements: vec![none; data::lines().len()],
                renewals: none,
                moves_within: none,
                ages: BTreeMap::new(),
                districts: BTreeMap::new(),
                homes_before: BTreeMap::new(),
                homes: BTreeMap::new(),
                arrivals: BTreeMap::new(),
                departures: BTreeMap::new(),
            },
            homes: [BTreeMap::new(), BTreeMap::new()],
        }
    }

    /// Counts one person by their rows, oldest first.
    pub(crate) fn add(&mut self, history: &[Entry]) {
        let days = counted_days(history, self.basis);
        // What changes nobody's number has no line of its own for its 取消し: taken back by the end of the period, it was not.
        let cancelled: BTreeSet<u32> = history
            .iter()
            .zip(&days)
            .filter(|(_, day)| **day <= self.period.last)
            .flat_map(|(row, _)| row.cancels.iter().copied())
            .collect();
        let (mut opening, mut closing) = (None, None);
        let mut before: Option<&Entry> = None;
        let mut rows = history.iter().zip(days).peekable();
        while let Some((row, day)) = rows.next() {
            if self.period.before().is_some_and(|last| day <= last) {
                opening = Some(row);
            }
            if day <= self.period.last {
                closing = Some(row);
            }
            // 改製 ends a record and opens it anew on the spot: two rows, and nobody came or went.
            let renewed = row.movement_reason == MovementReason::RenewalDeletion
                && rows.peek().is_some_and(|(next, at)| {
                    next.movement_reason == MovementReason::RenewalEntry && next.is_resident() && *at == day
                });
            if renewed {
                continue;
            }
            if self.period.has(day) {
                self.change(before, row, cancelled.contains(&row.history_no));
            }
            before = Some(row);
        }
        if let Some(row) = opening.filter(|row| row.is_resident()) {
            self.figures.opening.add(row.cell());
            live(&mut self.homes[0], row);
        }
        if let Some(row) = closing.filter(|row| row.is_resident()) {
            self.stands(row);
        }
    }

    /// What one row changed; `cancelled` when it is taken back by the end of the period.
    fn change(&mut self, before: Option<&Entry>, row: &Entry, cancelled: bool) {
        let was = before.filter(|before| before.is_resident());
        let is = Some(row).filter(|row| row.is_resident());
        let reason = row.movement_reason;
        match (was, is) {
            (None, Some(now)) => {
                self.movement(Direction::Record, reason, now);
                let place = match reason {
                    MovementReason::MoveInDomestic => Some(place(now.prev_address.as_ref())),
                    MovementReason::MoveInOverseas => Some(Place::Overseas),
                    _ => None,
                };
                if let Some(place) = place {
                    self.figures.arrivals.entry(place).or_default().add(now.cell());
                }
            }
            (Some(then), None) => {
                self.movement(Direction::Delete, reason, then);
                let place = match reason {
                    MovementReason::MoveOutDomestic => {
                        Some(place(row.dest_address_confirmed.as_ref().or(row.dest_address_planned.as_ref())))
                    }
                    MovementReason::MoveOutOverseas => Some(Place::Overseas),
                    _ => None,
                };
                if let Some(place) = place {
                    self.figures.departures.entry(place).or_default().add(then.cell());
                }
            }
            // Somebody stays, but is counted elsewhere from now on: sex corrected, 帰化 cancelled.
            (Some(then), Some(now)) if then.cell() != now.cell() => {
                self.movement(Direction::Delete, reason, then);
                self.movement(Direction::Record, reason, now);
            }
            (Some(_), Some(_)) if cancelled => {}
            (Some(_), Some(now)) => match reason {
                MovementReason::RenewalEntry | MovementReason::Recreation => {
                    self.figures.renewals.add(now.cell());
                }
                MovementReason::MoveWithin => self.figures.moves_within.add(now.cell()),
                _ => {}
            },
            (None, None) => {}
        }
    }

    fn movement(&mut self, direction: Direction, reason: MovementReason, whose: &Entry) {
        if let Some(heads) = self.figures.movements.get_mut(data::line_of(direction, reason)) {
            heads.add(whose.cell());
        }
    }

    /// Somebody who lives here at the end.
    fn stands(&mut self, row: &Entry) {
        let age = age(row, self.period.last);
        self.figures.closing.add(row.cell());
        self.figures.ages.entry(age).or_default().add(row.cell());
        self.figures.districts.entry(row.address.town.clone()).or_default().0.add(row.cell());
        live(&mut self.homes[1], row);
    }

    /// What came out.
    pub(crate) fn figures(mut self) -> Figures {
        let [before, after] = self.homes;
        for living in before.values() {
            one_more(self.figures.homes_before.entry(living.home()).or_default());
        }
        for living in after.values() {
            one_more(self.figures.homes.entry(living.home()).or_default());
            if let Some((_, homes)) = self.figures.districts.get_mut(&living.town) {
                one_more(homes);
            }
        }
        self.figures
    }
}

fn one_more(count: &mut i64) {
    *count = count.saturating_add(1);
}

fn live(homes: &mut BTreeMap<HouseholdNo, Living>, row: &Entry) {
    let living = homes.entry(row.household_no).or_default();
    match row.resident_kind {
        ResidentKind::Japanese => living.japanese = true,
        ResidentKind::Foreign => living.foreign = true,
    }
    if living.town.is_empty() {
        living.town.clone_from(&row.address.town);
    }
}

/// 満年齢; of a birth date with unknown parts by its internal date.
fn age(row: &Entry, on: Date) -> Option<i16> {
    RegisterDate::sort_key(&row.birth_date).map(|birth| age_on(birth, on).max(0))
}

fn place(spot: Option<&Spot>) -> Place {
    match spot {
        Some(spot) if !spot.prefecture.is_empty() && spot.prefecture != UNKNOWN => {
            Place::Prefecture(spot.prefecture.clone())
        }
        Some(spot) if !spot.country.is_empty() || !spot.overseas.is_empty() => Place::Overseas,
        _ => Place::Unknown,
    }
}
