//! When somebody came, and dates of birth as registers hold them.

use domain::{Address, Date, Era, RegisterDate};

use crate::data::{Data, Share, Trait};
use crate::place::{abroad, came_from};
use crate::plan::{Came, Draft, plus_years_days};
use crate::rng::Rng;

/// The first day foreign residents had resident records; nobody became one earlier.
///
/// Source: 平成21年法律第77号 附則 art. 1 (in force 2012-07-09).
const FOREIGN_RECORDS_SINCE: Date = Date::constant(2012, 7, 9);

/// The past the members of a household share.
pub(crate) struct Past {
    pub(crate) formed_on: Date,
    native: bool,
    from: Option<Address>,
    today: Date,
}

/// The dates of one member.
pub(crate) struct Life {
    pub(crate) resident_since: RegisterDate,
    pub(crate) addr_since: RegisterDate,
    pub(crate) notified_on: Date,
    pub(crate) moved_in_from: Option<Address>,
}

impl Past {
    /// Draws when the household settled, from its first member's life.
    pub(crate) fn draw(rng: &mut Rng, data: &Data, first: &Draft, today: Date) -> Past {
        let age = i32::from(domain::age_on(first.birth, today));
        // Two draws, the smaller kept: most settle while young. Nobody forms a household before 18.
        let latest = age.max(19);
        let years = rng.between(18, latest).min(rng.between(18, latest));
        let mut formed_on = plus_years_days(first.birth, years, rng.between(0, 364)).min(today);
        if let Some(stay) = first.foreign {
            // Trainees and workers have come in the last years.
            let years = if stay.months == 0 {
                25
            } else if stay.months <= 24 {
                3
            } else {
                9
            };
            let days = rng.between(5, years * 365);
            formed_on = formed_on.max(plus_years_days(today, 0, -days)).max(FOREIGN_RECORDS_SINCE).min(today);
        }
        let native = first.foreign.is_none() && data.chance(rng, Share::NativeHead);
        let from = match first.foreign {
            Some(stay) if rng.per_mille(600) => Some(abroad(stay.country)),
            _ => came_from(rng, data),
        };
        Past { formed_on, native, from, today }
    }

    /// Draws one member's dates.
    ///
    /// `first_child` is the birth of the member's eldest child in the household: parents had come by then.
    pub(crate) fn life(
        &self,
        rng: &mut Rng,
        data: &Data,
        member: &Draft,
        birth: RegisterDate,
        first_child: Option<Date>,
    ) -> Life {
        let born_here = |rng: &mut Rng, moved: Option<Date>| Life {
            resident_since: birth,
            addr_since: moved.map_or(birth, RegisterDate::Day),
            notified_on: self.notified(rng, member.birth),
            moved_in_from: None,
        };
        let country = member.foreign.map(|stay| stay.country);
        if self.formed_on <= member.birth && country.is_none_or(|_| FOREIGN_RECORDS_SINCE <= member.birth) {
            return born_here(rng, None);
        }
        let came_later = match member.came {
            Came::WithHead => false,
            Came::AsSpouse => {
                first_child.is_none_or(|child| self.formed_on < child)
                    && data.chance(rng, Share::SpouseCameAtMarriage)
            }
            Came::Later => true,
        };
        let arrived = if came_later {
            let grown_up = plus_years_days(member.birth, 20, rng.between(0, 300));
            let after = plus_years_days(self.formed_on, 0, rng.between(0, 4000));
            after.max(grown_up).min(first_child.unwrap_or(self.today)).min(self.today)
        } else {
            self.formed_on.max(member.birth)
        };
        let arrived =
            if country.is_some() { arrived.max(FOREIGN_RECORDS_SINCE).min(self.today) } else { arrived };
        if country.is_none() && self.native && !came_later {
            // Half of them have never lived in another house.
            let moved = rng.per_mille(500).then_some(arrived);
            return born_here(rng, moved);
        }
        let mut since = arrived;
        if country.is_none() && data.chance(rng, Share::ResidentBefore) {
            // Had come to town before, and moved inside it to this address.
            let days = rng.between(200, 7000);
            since = plus_years_days(arrived, 0, -days).max(member.birth);
            if since == member.birth {
                return born_here(rng, Some(arrived));
            }
        }
        let moved_in_from = match country {
            Some(country) if came_later || self.from.is_none() => Some(abroad(country)),
            _ if came_later => came_from(rng, data),
            _ => self.from.clone(),
        };
        Life {
            resident_since: RegisterDate::Day(since),
            addr_since: RegisterDate::Day(arrived),
            notified_on: self.notified(rng, since),
            moved_in_from,
        }
    }

    /// The day of the notification: within fourteen days, mostly soon.
    fn notified(&self, rng: &mut Rng, event: Date) -> Date {
        let days = rng.between(0, 14).min(rng.between(0, 14));
        plus_years_days(event, 0, days).min(self.today)
    }
}

/// The years of birth of planted persons.
const MEIJI_YEARS: (i32, i32) = (1904, 1911);
const TAISHO_YEARS: (i32, i32) = (1913, 1925);
const OLD_YEARS: (i32, i32) = (1930, 1943);

/// The day of birth of somebody planted, where the trait fixes it.
pub(crate) fn planted_birth(rng: &mut Rng, mark: Option<Trait>, member: &Draft, today: Date) -> Date {
    let (birth, foreign) = (member.birth, member.foreign.is_some());
    let in_years = |rng: &mut Rng, (from, to): (i32, i32)| {
        let year = i16::try_from(rng.between(from, to)).unwrap_or(birth.year());
        Date::new(year, 5, 12).unwrap_or(birth)
    };
    match mark {
        Some(Trait::Meiji) => in_years(rng, MEIJI_YEARS),
        Some(Trait::Taisho) => in_years(rng, TAISHO_YEARS),
        Some(Trait::BirthUnknown | Trait::BirthImpossible) if !foreign => in_years(rng, OLD_YEARS),
        Some(Trait::DualEra) => Date::new(1926, 12, 25).unwrap_or(birth),
        Some(Trait::UnnamedNewborn) => plus_years_days(today, 0, -6),
        _ => birth,
    }
}

/// The date of birth as the register holds it: now and then unknown in part, or a day the calendar lacks.
pub(crate) fn register_birth(
    rng: &mut Rng,
    data: &Data,
    member: &Draft,
    age: i16,
    mark: Option<Trait>,
) -> RegisterDate {
    let (year, month) = (member.birth.year(), member.birth.month());
    let day = RegisterDate::Day(member.birth);
    if mark == Some(Trait::DualEra) && member.birth == Date::constant(1926, 12, 25) {
        return RegisterDate::EraDay(member.birth, Era::Taisho);
    }
    let unknown = match (member.foreign.is_some(), 94 < age) {
        (true, _) if 18 < age => data.chance(rng, Share::BirthUnknownForeign),
        (false, true) => data.chance(rng, Share::BirthUnknownOver94),
        _ => false,
    };
    if unknown || mark == Some(Trait::BirthUnknown) {
        let text = match rng.below(10) {
            0..6 => format!("U10:{year:04}-01-01"),
            6..9 => format!("U11:{year:04}-{month:02}-01"),
            _ if mark.is_some() => format!("U10:{year:04}-01-01"),
            _ => "U09".to_owned(),
        };
        return text.parse().unwrap_or(day);
    }
    let old = 60 < age && member.foreign.is_none();
    if (old && data.chance(rng, Share::BirthImpossible)) || mark == Some(Trait::BirthImpossible) {
        return RegisterDate::impossible(year, 2, 29)
            .or_else(|_| RegisterDate::impossible(year, 2, 30))
            .unwrap_or(day);
    }
    day
}
