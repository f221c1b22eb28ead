//! The town and its households.

use domain::{Art30_45Class, Date, IndividualNumber, NumberError, ResidentRecordCode};

use crate::data::{Data, Form, Name, Planted, Share, Stay, Trait};
use crate::life::{Past, planted_birth, register_birth};
use crate::naming::{Names, foreign_name, number};
use crate::place::{Addresses, Municipality};
use crate::plan::{Draft, Plan, Planner, RegisterHead, plus_years_days};
use crate::resident::{Foreign, Household, Resident};
use crate::rng::Rng;

/// Which town.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many residents, exactly.
    pub residents: usize,
    /// The same seed gives the same town.
    pub seed: u64,
    /// The day on which the town is as it is; nothing in it is later, except the expiry of stays.
    pub today: Date,
    /// Where; [`Municipality::default`] is an invented town.
    pub municipality: Municipality,
}

/// A synthetic town (架空の町).
///
/// It holds no households: each is made when it is asked for, from the seed and its place in the row, so a town of half a
/// million needs no more memory than a hamlet.
#[derive(Clone, Debug)]
pub struct Town {
    residents: usize,
    today: Date,
    rng: Rng,
    data: Data,
    addresses: Addresses,
}

impl Town {
    /// Prepares a town.
    pub fn generate(options: Options) -> Town {
        Town {
            residents: options.residents,
            today: options.today,
            rng: Rng::new(options.seed),
            data: Data::built_in(),
            addresses: Addresses::new(options.municipality),
        }
    }

    /// The households, one after another; their members are as many as the options said.
    pub fn households(&self) -> Households<'_> {
        Households { town: self, household: 0, made: 0 }
    }
}

/// The households of a town, made one by one.
#[derive(Clone, Debug)]
pub struct Households<'a> {
    town: &'a Town,
    household: u64,
    made: usize,
}

impl Iterator for Households<'_> {
    type Item = Household;

    fn next(&mut self) -> Option<Household> {
        let left = self.town.residents.checked_sub(self.made).filter(|left| 0 < *left)?;
        let household = self.town.household(self.household, self.made, left);
        self.household += 1;
        self.made += household.members.len();
        Some(household)
    }
}

/// How old the leading person of the last households is, which fill up the number of residents.
const FILLER_AGE: i32 = 44;

impl Town {
    /// Makes a household. `made` residents stand before it, at most `left` may be in it.
    fn household(&self, household: u64, made: usize, left: usize) -> Household {
        let rng = self.rng.nth("household", household);
        let mut planted = self.data.planted.iter().find(|planted| planted.household == household);
        let mut plan = self.plan(&rng, planted);
        if left < plan.members.len() {
            planted = None;
            plan = self.planner(&rng).household(Form::Single, FILLER_AGE);
        }
        let mark = planted.and_then(|planted| planted.mark);
        let wished = planted.and_then(|planted| planted.family);
        let family = wished.and_then(|wish| self.data.families.all().find(|name| name.text == wish).copied());
        if let Some(marked) = marked(&plan, mark)
            && let Some(member) = plan.members.get_mut(marked)
        {
            member.birth = planted_birth(&mut rng.child("planted-birth"), mark, member, self.today);
            let year_before = member.birth.year().saturating_sub(24);
            for register in &mut plan.registers {
                if let RegisterHead::Outside(year) = &mut register.head {
                    *year = (*year).min(year_before);
                }
            }
        }
        let names = Names::draw(&rng, &self.data, &plan, family);
        let small = plan.members.len() < 3;
        let address = self.addresses.home(&mut rng.child("home"), &self.data, small);
        let first = plan.members.first();
        let past = first.map(|first| Past::draw(&mut rng.child("past"), &self.data, first, self.today));
        let members = plan
            .members
            .iter()
            .enumerate()
            .filter_map(|(at, member)| {
                let mark = mark.filter(|_| marked(&plan, mark) == Some(at));
                let person = Person { at, member, mark, serial: made + at };
                self.resident(&rng, &plan, &names, past.as_ref()?, &person).ok()
            })
            .collect();
        Household { address, members, formed_on: past.map_or(self.today, |past| past.formed_on) }
    }

    fn planner(&self, rng: &Rng) -> Planner<'_> {
        Planner { rng: rng.child("plan"), data: &self.data, today: self.today, plan: Plan::default() }
    }

    fn plan(&self, rng: &Rng, planted: Option<&Planted>) -> Plan {
        let mut choice = rng.child("form");
        let row = match planted {
            Some(planted) => self.data.forms.all().find(|row| row.form == planted.form),
            None => self.data.forms.pick(&mut choice),
        };
        let (form, age) = row
            .map_or((Form::Single, FILLER_AGE), |row| (row.form, choice.between(row.age_from, row.age_to)));
        self.planner(rng).household(form, age)
    }

    /// Makes a resident. Errs past the last number of ten digits only.
    fn resident(
        &self,
        rng: &Rng,
        plan: &Plan,
        names: &Names,
        past: &Past,
        person: &Person<'_>,
    ) -> Result<Resident, NumberError> {
        let Person { at, member, mark, serial } = *person;
        let first_ten = scattered(serial, RECORD_CODE_STEP, RECORD_CODES);
        let first_eleven = scattered(serial, INDIVIDUAL_NUMBER_STEP, INDIVIDUAL_NUMBERS);
        let resident_record_code = ResidentRecordCode::from_first_ten(first_ten)?;
        let individual_number = IndividualNumber::from_first_eleven(first_eleven)?;
        let own = number(rng, "member", at);
        let age = domain::age_on(member.birth, self.today);
        let birth = register_birth(&mut own.child("birth"), &self.data, member, age, mark);
        let life = past.life(&mut own.child("life"), &self.data, member, birth, first_child(plan, member));
        let (family, given) = (names.family(member.register), names.given(at));
        let former = self.former_name(&own, plan, member, at, mark, family);
        let mut resident = Resident {
            family_name: family.text.to_owned(),
            given_name: given.text.to_owned(),
            family_kana: family.kana.to_owned(),
            given_kana: given.kana.to_owned(),
            name_roman: None,
            name_kanji: None,
            alias: None,
            alias_kana: None,
            birth,
            sex: member.sex,
            relation: member.relation.clone(),
            foreign: None,
            resident_since: life.resident_since,
            addr_since: life.addr_since,
            notified_on: life.notified_on,
            moved_in_from: life.moved_in_from,
            registered_domicile: None,
            register_head: None,
            resident_record_code,
            individual_number,
            former_family_name: former.map(|name| name.text.to_owned()),
            former_family_kana: former.map(|name| name.kana.to_owned()),
        };
        if let Some(stay) = member.foreign {
            let mut shared = number(rng, "foreign-family", member.register);
            let name = foreign_name(&mut own.child("foreign-name"), &mut shared, &self.data, member, family);
            resident.family_name.clear();
            resident.given_name.clear();
            resident.family_kana = name.family_kana;
            resident.given_kana = name.given_kana;
            resident.name_roman = Some(name.roman);
            resident.name_kanji = name.kanji;
            resident.alias = name.alias;
            resident.alias_kana = name.alias_kana;
            resident.foreign = Some(self.foreign(&mut own.child("stay"), &stay, serial));
        } else {
            let mut domicile = number(rng, "domicile", member.register);
            resident.registered_domicile = Some(self.addresses.domicile(&mut domicile, &self.data));
            resident.register_head = Some(names.register_head(rng, &self.data, plan, member.register));
            let newborn = plus_years_days(member.birth, 0, UNNAMED_DAYS_MAX) > self.today;
            let unnamed = newborn && self.data.chance(&mut own.child("unnamed"), Share::UnnamedNewborn);
            if unnamed || mark == Some(Trait::UnnamedNewborn) {
                for name in [&mut resident.family_name, &mut resident.given_name] {
                    name.clear();
                }
                resident.family_kana.clear();
                resident.given_kana.clear();
            }
        }
        Ok(resident)
    }

    /// The family name before marriage, where the register shows it (旧氏).
    fn former_name(
        &self,
        own: &Rng,
        plan: &Plan,
        member: &Draft,
        at: usize,
        mark: Option<Trait>,
        family: Name,
    ) -> Option<Name> {
        let mut rng = own.child("former-name");
        let register = plan.registers.get(member.register)?;
        let married_in = matches!(register.head, RegisterHead::Member(head) if head != at)
            && plan.members.iter().any(|other| {
                other.register == member.register
                    && (other.birth.year() - member.birth.year()).abs() < 14
                    && other.sex != member.sex
            });
        let shown = self.data.chance(&mut rng, Share::FormerFamilyName) || mark == Some(Trait::FormerName);
        if member.foreign.is_some() || !married_in || !shown {
            return None;
        }
        Some(self.data.family(&mut rng)).filter(|name| *name != family)
    }

    fn foreign(&self, rng: &mut Rng, stay: &Stay, serial: usize) -> Foreign {
        let days = i32::from(stay.months) * 30;
        let expires = plus_years_days(self.today, 0, rng.between(10, days.max(11)));
        let digits = scattered(serial, CARD_STEP, CARD_NUMBERS);
        let mut letters = || {
            let offset = u8::try_from(rng.below(26)).unwrap_or_default();
            char::from(b'A'.saturating_add(offset))
        };
        let [a, b, c, d] = [letters(), letters(), letters(), letters()];
        Foreign {
            nationality_code: stay.code.to_owned(),
            nationality: stay.nationality.to_owned(),
            status_of_residence: stay.status.to_owned(),
            art30_45_class: Art30_45Class::from_code(stay.class).unwrap_or(Art30_45Class::MidToLongTerm),
            stay_months: Some(stay.months).filter(|months| 0 < *months),
            stay_expires_on: Some(expires).filter(|_| 0 < stay.months),
            card_no: Some(format!("{a}{b}{digits:08}{c}{d}")),
        }
    }
}

/// One member while the resident is made.
#[derive(Clone, Copy)]
struct Person<'a> {
    at: usize,
    member: &'a Draft,
    mark: Option<Trait>,
    serial: usize,
}

/// For how many days after birth a child may still be without a name here.
///
/// Source: 戸籍法 art. 49(1): a birth is notified within fourteen days, and may be without the name.
const UNNAMED_DAYS_MAX: i32 = 14;

/// The birth of the eldest in the household who may be a member's child.
fn first_child(plan: &Plan, member: &Draft) -> Option<Date> {
    let grown_up = member.birth.year().saturating_add(CHILD_YEARS_MIN);
    plan.members.iter().map(|other| other.birth).filter(|birth| grown_up <= birth.year()).min()
}

/// Nobody in a plan is a parent sooner.
const CHILD_YEARS_MIN: i16 = 17;

/// The member a planted trait is about.
fn marked(plan: &Plan, mark: Option<Trait>) -> Option<usize> {
    match mark? {
        Trait::UnnamedNewborn => plan.members.len().checked_sub(1),
        Trait::FormerName => {
            let register = plan.registers.first()?;
            let head = if let RegisterHead::Member(at) = register.head { at } else { 0 };
            (0..plan.members.len()).find(|at| *at != head)
        }
        _ => Some(0),
    }
}

// Steps without a common divisor with the count of numbers: each serial below the count gives another number, in no
// visible order.
const RECORD_CODES: u64 = 10_000_000_000;
const RECORD_CODE_STEP: u64 = 6_180_339_887;
const INDIVIDUAL_NUMBERS: u64 = 100_000_000_000;
const INDIVIDUAL_NUMBER_STEP: u64 = 61_803_398_873;
const CARD_NUMBERS: u64 = 100_000_000;
const CARD_STEP: u64 = 61_803_399;

fn scattered(serial: usize, step: u64, count: u64) -> u64 {
    let product = u128::from(step) * u128::try_from(serial + 1).unwrap_or_default() % u128::from(count);
    u64::try_from(product).unwrap_or_default()
}
