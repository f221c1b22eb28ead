//! Who lives in a household, before anybody has a name.

use domain::{Date, Relation, RelationStep, Sex};
use jiff::Span;

use crate::data::{Data, Stay};
use crate::rng::Rng;

/// How a member came into the household; decides the dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// With or before the head.
    WithHead,
    /// As the head's or a child's spouse, perhaps later.
    AsSpouse,
    /// Later, from elsewhere.
    Later,
}

/// A member without a name.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) sex: Sex,
    pub(crate) birth: Date,
    pub(crate) relation: Relation,
    /// Which family register (戸籍) of the plan the person is in, and so the family name.
    pub(crate) register: usize,
    pub(crate) came: Came,
    pub(crate) foreign: Option<Stay>,
}

/// Who is at the head of a family register (筆頭者).
#[derive(Clone, Copy, Debug)]
pub(crate) enum RegisterHead {
    /// A member of the household.
    Member(usize),
    /// Somebody else, a father, a late husband, born in that year.
    Outside(i16),
}

/// A household before names and dates.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) members: Vec<Draft>,
    /// Family registers; their members share a family name. `same_name_as`: an earlier register with the same name.
    pub(crate) registers: Vec<Register>,
}

/// A family register of the plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Register {
    pub(crate) head: RegisterHead,
    pub(crate) same_name_as: Option<usize>,
}

/// How much older than a child a mother is at least.
pub(crate) const CHILD_AGE_GAP_MIN: i32 = 20;

/// Draws a plan's persons.
pub(crate) struct Planner<'a> {
    pub(crate) rng: Rng,
    pub(crate) data: &'a Data,
    pub(crate) today: Date,
    pub(crate) plan: Plan,
}

impl Planner<'_> {
    /// Somebody's day of birth who is so old today.
    pub(crate) fn born(&mut self, age: i32) -> Date {
        let days = self.rng.between(0, 364);
        minus_years_days(self.today, age.max(0), days)
    }

    pub(crate) fn age(&self, birth: Date) -> i32 {
        i32::from(domain::age_on(birth, self.today))
    }

    /// Adds a member and tells the place.
    pub(crate) fn add(&mut self, sex: Sex, birth: Date, relation: Relation, register: usize) -> usize {
        let came = if relation.is_spouse_of_head() || ends_in_spouse(&relation) {
            Came::AsSpouse
        } else {
            Came::WithHead
        };
        self.plan.members.push(Draft { sex, birth, relation, register, came, foreign: None });
        self.plan.members.len() - 1
    }

    /// Adds a family register and tells the place.
    pub(crate) fn register(&mut self, head: RegisterHead, same_name_as: Option<usize>) -> usize {
        self.plan.registers.push(Register { head, same_name_as });
        self.plan.registers.len() - 1
    }

    /// The parents' register of somebody unmarried.
    pub(crate) fn parents_register(&mut self, birth: Date, same_name_as: Option<usize>) -> usize {
        let years = i16::try_from(self.rng.between(24, 38)).unwrap_or(30);
        self.register(RegisterHead::Outside(birth.year().saturating_sub(years)), same_name_as)
    }

    /// The wife of a husband born on a day, or the husband of such a wife: he is a little older, both grown up.
    pub(crate) fn spouse_born(&mut self, of: Date, spouse: Sex) -> Date {
        let older = self.rng.between(-3, 6).min(self.rng.between(-1, 8));
        let age = self.age(of) + if spouse == Sex::Female { -older } else { older };
        self.born(age.max(CHILD_AGE_GAP_MIN + 1))
    }

    /// The children of a mother of that day of birth: at least one, in order of birth. Grown ones mostly have left,
    /// unless they `stay`.
    pub(crate) fn children_born(&mut self, mother: Date, stay: bool) -> Vec<Date> {
        let age = self.age(mother);
        let wanted = match self.rng.below(100) {
            0..33 => 1,
            33..78 => 2,
            78..96 => 3,
            _ => 4,
        };
        let latest = age.min(38);
        let mut at = self.rng.between(22.min(latest), latest.min(33)).max(CHILD_AGE_GAP_MIN);
        let mut born = Vec::new();
        while born.len() < wanted && at <= age.min(43) {
            let day = self.in_year_of_age(mother, at);
            born.push(day);
            if born.len() < wanted && self.data.chance(&mut self.rng, crate::data::Share::Twins) {
                born.push(day);
            }
            at += self.rng.between(1, 4).max(1) + 1;
        }
        if born.is_empty() {
            born.push(self.in_year_of_age(mother, age.max(CHILD_AGE_GAP_MIN)));
        }
        let youngest = born.last().copied();
        if !stay {
            let (data, today) = (self.data, self.today);
            let rng = &mut self.rng;
            born.retain(|day| {
                domain::age_on(*day, today) < 19 || !data.chance(rng, crate::data::Share::GrownChildLeaves)
            });
        }
        if born.is_empty() {
            born.extend(youngest);
        }
        born
    }

    /// A day in the year in which somebody has that age, today at the latest.
    fn in_year_of_age(&mut self, birth: Date, age: i32) -> Date {
        let days = self.rng.between(0, 360);
        plus_years_days(birth, age, days).min(self.today)
    }

    /// A man or a woman.
    pub(crate) fn either(&mut self) -> Sex {
        if self.rng.per_mille(513) { Sex::Male } else { Sex::Female }
    }
}

fn ends_in_spouse(relation: &Relation) -> bool {
    use RelationStep::{Husband, HusbandUnfiled, Wife, WifeUnfiled};
    matches!(relation.steps().last(), Some(Husband | HusbandUnfiled | Wife | WifeUnfiled))
}

/// A chain of relations; 縁故者 when it is too long.
pub(crate) fn chain(steps: &[RelationStep]) -> Relation {
    Relation::chain(steps).unwrap_or(Relation::KIN)
}

/// So many years and days earlier; the calendar's first day when out of it.
pub(crate) fn minus_years_days(date: Date, years: i32, days: i32) -> Date {
    moved(date, -i64::from(years), -i64::from(days))
}

/// So many years and days later; the calendar's last day when out of it.
pub(crate) fn plus_years_days(date: Date, years: i32, days: i32) -> Date {
    moved(date, i64::from(years), i64::from(days))
}

fn moved(date: Date, years: i64, days: i64) -> Date {
    let span = Span::new().try_years(years).and_then(|span| span.try_days(days));
    span.map_or(date, |span| date.saturating_add(span))
}
