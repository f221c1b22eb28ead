//! Counting (人口統計).

use domain::{Date, Sex};

use crate::resident::{Household, Resident};

/// The years of age in one class (5歳階級).
const CLASS_YEARS: usize = 5;
/// Classes 0-4, 5-9, ... 95-99, and 100 and over.
const CLASSES: usize = 21;

/// How many residents there are by age and sex on a day (年齢5歳階級別人口), for a population pyramid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Census {
    on: Date,
    classes: [AgeClass; CLASSES],
    /// Residents of whose birth nothing is known (年齢不詳); in no class.
    pub age_unknown: usize,
    /// Households (世帯数).
    pub households: usize,
    /// Residents (人口).
    pub residents: usize,
    /// Foreign residents among them (外国人住民).
    pub foreign: usize,
}

/// One class of ages (年齢階級).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgeClass {
    /// Its youngest age; the oldest is four years more, and open in the last class.
    pub from_age: usize,
    /// 男.
    pub male: usize,
    /// 女.
    pub female: usize,
    /// 性別不明.
    pub unknown: usize,
}

impl AgeClass {
    /// Everybody in the class.
    pub fn total(&self) -> usize {
        self.male + self.female + self.unknown
    }

    /// The class in words: 0～4歳, 100歳以上.
    pub fn label(&self) -> String {
        if (CLASSES - 1) * CLASS_YEARS <= self.from_age {
            return format!("{}歳以上", self.from_age);
        }
        format!("{}～{}歳", self.from_age, self.from_age + CLASS_YEARS - 1)
    }
}

impl Census {
    /// A count of nobody yet, for ages on a day.
    pub fn new(on: Date) -> Census {
        let classes =
            std::array::from_fn(|class| AgeClass { from_age: class * CLASS_YEARS, ..AgeClass::default() });
        Census { on, classes, age_unknown: 0, households: 0, residents: 0, foreign: 0 }
    }

    /// Counts one more household, so that a large town need not be held at once.
    pub fn add(&mut self, household: &Household) {
        self.households += 1;
        for member in &household.members {
            self.count(member);
        }
    }

    fn count(&mut self, member: &Resident) {
        self.residents += 1;
        self.foreign += usize::from(member.foreign.is_some());
        let Some(birth) = member.birth.sort_key() else {
            self.age_unknown += 1;
            return;
        };
        let age = usize::try_from(domain::age_on(birth, self.on)).unwrap_or_default();
        let class = (age / CLASS_YEARS).min(CLASSES - 1);
        let Some(class) = self.classes.get_mut(class) else { return };
        match member.sex {
            Sex::Male => class.male += 1,
            Sex::Female => class.female += 1,
            Sex::Unknown => class.unknown += 1,
        }
    }

    /// The classes from the youngest.
    pub fn classes(&self) -> &[AgeClass] {
        &self.classes
    }

    /// Residents in the classes from an age on, such as 65; the age of a class's beginning.
    pub fn from_age(&self, age: usize) -> usize {
        self.classes.iter().filter(|class| age <= class.from_age).map(AgeClass::total).sum()
    }
}

/// Counts households as they are on a day.
pub fn census<'a>(households: impl IntoIterator<Item = &'a Household>, on: Date) -> Census {
    let mut census = Census::new(on);
    for household in households {
        census.add(household);
    }
    census
}
