//! The forms of households (世帯の類型): who belongs to one and how they are related.

use domain::RelationStep::{
    Child, Father, Husband, HusbandUnfiled, Mother, Wife, WifeUnfiled, YoungerBrother, YoungerSister,
};
use domain::{Date, Relation, RelationStep, Sex};

use crate::data::{Form, Share, Stay};
use crate::plan::{Came, Plan, Planner, RegisterHead, chain};

/// A married pair's family register and members.
struct Couple {
    register: usize,
    wife: Date,
}

impl Planner<'_> {
    /// Plans a household of a form whose leading person is so old. Never empty.
    pub(crate) fn household(mut self, form: Form, age: i32) -> Plan {
        match form {
            Form::Single => self.single(age),
            Form::Couple => {
                self.couple(age);
            }
            Form::Nuclear => self.nuclear(age),
            Form::Mother => self.one_parent(Sex::Female, age),
            Form::Father => self.one_parent(Sex::Male, age),
            Form::ElderParent => self.elder_parent(age),
            Form::ThreeGeneration => self.three_generation(age),
            Form::FourGeneration => self.four_generation(age),
            Form::CoupleWithParents => self.couple_with_parents(age),
            Form::Siblings => self.siblings(age),
            Form::Housemate => self.housemate(age),
            Form::Kin => self.kin(age),
            Form::Unfiled => self.unfiled(age),
            Form::Headless => self.headless(age),
            Form::ForeignSingle => self.foreign_single(age),
            Form::ForeignFamily => self.foreign_family(age),
            Form::ForeignSpouse => self.foreign_spouse(age),
        }
        self.plan
    }

    fn chance(&mut self, share: Share) -> bool {
        self.data.chance(&mut self.rng, share)
    }

    fn single(&mut self, age: i32) {
        let birth = self.born(age);
        let old = 65 <= age;
        let sex = if old && self.chance(Share::WidowHeadsSingle) { Sex::Female } else { self.either() };
        let married_once = self.chance(if old { Share::WidowedOver64 } else { Share::DivorcedUnder65 });
        let register = if 28 < age && married_once {
            if old && sex == Sex::Female {
                self.register(RegisterHead::Outside(birth.year().saturating_sub(3)), None)
            } else {
                self.register(RegisterHead::Member(0), None)
            }
        } else {
            self.parents_register(birth, None)
        };
        self.add(sex, birth, Relation::HEAD, register);
    }

    /// Husband and wife, one of them the head.
    fn couple(&mut self, age: i32) -> Couple {
        let husband = self.born(age.max(22));
        let wife = self.spouse_born(husband, Sex::Female);
        let wife_heads = self.chance(Share::WifeHeadsCouple);
        let at = if self.chance(Share::MarriedUnderWifesName) == wife_heads { 0 } else { 1 };
        let register = self.register(RegisterHead::Member(at), None);
        if wife_heads {
            self.add(Sex::Female, wife, Relation::HEAD, register);
            self.add(Sex::Male, husband, chain(&[Husband]), register);
        } else {
            self.add(Sex::Male, husband, Relation::HEAD, register);
            self.add(Sex::Female, wife, chain(&[Wife]), register);
        }
        Couple { register, wife }
    }

    fn nuclear(&mut self, age: i32) {
        let couple = self.couple(age);
        self.children(couple.wife, couple.register, &[Child]);
    }

    /// The mother's children who are still at home, in her register until they marry.
    fn children(&mut self, mother: Date, register: usize, steps: &[RelationStep]) {
        for birth in self.children_born(mother, false) {
            let sex = self.either();
            self.add(sex, birth, chain(steps), register);
        }
    }

    fn one_parent(&mut self, sex: Sex, age: i32) {
        let birth = self.born(age.max(21));
        let register = self.register(RegisterHead::Member(0), None);
        self.add(sex, birth, Relation::HEAD, register);
        self.children(birth, register, &[Child]);
    }

    /// An old parent and a grown, unmarried child.
    fn elder_parent(&mut self, age: i32) {
        let birth = self.born(age);
        let mother = self.chance(Share::ElderParentIsMother);
        let sex = if mother { Sex::Female } else { Sex::Male };
        let child_age = self.rng.between(22, 36);
        let child = self.born(age - child_age);
        let child_sex = if self.rng.per_mille(640) { Sex::Male } else { Sex::Female };
        if self.chance(Share::ElderParentHeads) {
            let register = self.elder_register(mother, birth, 0);
            self.add(sex, birth, Relation::HEAD, register);
            self.add(child_sex, child, chain(&[Child]), register);
        } else {
            let register = self.elder_register(mother, birth, 1);
            self.add(child_sex, child, Relation::HEAD, register);
            self.add(sex, birth, chain(&[if mother { Mother } else { Father }]), register);
        }
    }

    /// The register of an elder: a widow stays in her late husband's.
    fn elder_register(&mut self, mother: bool, birth: Date, at: usize) -> usize {
        let head = if mother {
            RegisterHead::Outside(birth.year().saturating_sub(3))
        } else {
            RegisterHead::Member(at)
        };
        self.register(head, None)
    }

    /// The elder generation: the parents of the middle one, both or a widow. Gives the register; `at` is where the
    /// first of them will stand.
    fn elders(&mut self, age: i32, at: usize) -> (usize, Vec<(Sex, Date)>) {
        let both = self.chance(Share::BothGrandparents);
        let first = self.born(age);
        if both {
            let wife = self.spouse_born(first, Sex::Female);
            let register = self.register(RegisterHead::Member(at), None);
            (register, vec![(Sex::Male, first), (Sex::Female, wife)])
        } else {
            let register = self.elder_register(true, first, at);
            (register, vec![(Sex::Female, first)])
        }
    }

    /// Elders, a married child, and its children.
    fn three_generation(&mut self, age: i32) {
        self.generations(age, true);
    }

    fn couple_with_parents(&mut self, age: i32) {
        self.generations(age, false);
    }

    /// A young enough parent of the middle generation: the elders' youngest.
    fn middle_born(&mut self, elders: &[(Sex, Date)]) -> Date {
        let youngest = elders.iter().map(|(_, birth)| *birth).max().unwrap_or(self.today);
        let age = self.age(youngest);
        let gap = self.rng.between(21, 33).min((age - 23).max(21));
        self.born((age - gap - 1).max(22))
    }

    fn generations(&mut self, age: i32, with_children: bool) {
        let younger_heads = self.chance(Share::YoungerGenerationHeads);
        let sons_family = self.rng.per_mille(740);
        if younger_heads {
            // The middle pair stands first, then the children, then the elders.
            let (elder_register, elders) = self.elders(age.max(48), usize::MAX);
            let middle = self.middle_born(&elders);
            let (husband, wife) = self.pair_of(middle, sons_family);
            let same_name = sons_family.then_some(elder_register);
            let register = self.register(RegisterHead::Member(0), same_name);
            self.add(Sex::Male, husband, Relation::HEAD, register);
            self.add(Sex::Female, wife, chain(&[Wife]), register);
            if with_children {
                self.children(wife, register, &[Child]);
            }
            let at = self.plan.members.len();
            self.correct_register_head(elder_register, at);
            for (sex, birth) in elders {
                let step = if sex == Sex::Female { Mother } else { Father };
                let steps: &[RelationStep] = if sons_family { &[step] } else { &[Wife, step] };
                let at = self.add(sex, birth, chain(steps), elder_register);
                self.set_came(at, Came::WithHead);
            }
        } else {
            let (elder_register, elders) = self.elders(age.max(48), 0);
            let middle = self.middle_born(&elders);
            let (husband, wife) = self.pair_of(middle, sons_family);
            for (place, (sex, birth)) in elders.iter().enumerate() {
                let relation = if place == 0 { Relation::HEAD } else { chain(&[Wife]) };
                self.add(*sex, *birth, relation, elder_register);
            }
            let at = self.plan.members.len();
            let same_name = (sons_family || self.rng.per_mille(500)).then_some(elder_register);
            let register = self.register(RegisterHead::Member(at), same_name);
            if sons_family {
                self.add(Sex::Male, husband, chain(&[Child]), register);
                self.add(Sex::Female, wife, chain(&[Child, Wife]), register);
            } else {
                self.add(Sex::Female, wife, chain(&[Child]), register);
                self.add(Sex::Male, husband, chain(&[Child, Husband]), register);
                if same_name.is_none() {
                    self.correct_register_head(register, at + 1);
                }
            }
            if with_children {
                self.children(wife, register, &[Child, Child]);
            }
        }
    }

    /// Husband and wife when one of them, the elders' own child, is born on a day.
    fn pair_of(&mut self, own: Date, own_is_husband: bool) -> (Date, Date) {
        if own_is_husband {
            (own, self.spouse_born(own, Sex::Female))
        } else {
            (self.spouse_born(own, Sex::Male), own)
        }
    }

    fn correct_register_head(&mut self, register: usize, at: usize) {
        if let Some(register) = self.plan.registers.get_mut(register)
            && matches!(register.head, RegisterHead::Member(_))
        {
            register.head = RegisterHead::Member(at);
        }
    }

    fn set_came(&mut self, at: usize, came: Came) {
        if let Some(member) = self.plan.members.get_mut(at) {
            member.came = came;
        }
    }

    /// The head's mother, the head's pair, a child's pair and its children.
    fn four_generation(&mut self, age: i32) {
        let great = self.born(age.max(80));
        let gap = self.rng.between(21, 27);
        let head = self.born(age.max(80) - gap);
        let wife = self.born(self.age(head).saturating_sub(1));
        let gap = self.rng.between(22, 28);
        let child = self.born((self.age(wife) - gap).max(24));
        let childs_wife = self.born((self.age(child) - 1).max(23));
        let great_register = self.register(RegisterHead::Outside(great.year().saturating_sub(4)), None);
        let head_register = self.register(RegisterHead::Member(0), Some(great_register));
        let child_register = self.register(RegisterHead::Member(2), Some(great_register));
        self.add(Sex::Male, head, Relation::HEAD, head_register);
        self.add(Sex::Female, wife, chain(&[Wife]), head_register);
        self.add(Sex::Male, child, chain(&[Child]), child_register);
        self.add(Sex::Female, childs_wife, chain(&[Child, Wife]), child_register);
        self.children(childs_wife, child_register, &[Child, Child]);
        self.add(Sex::Female, great, chain(&[Mother]), great_register);
    }

    fn siblings(&mut self, age: i32) {
        let first = self.born(age);
        let apart = self.rng.between(1, 9);
        let second = self.born(age - apart - 1);
        let register = self.parents_register(first, None);
        let sex = self.either();
        self.add(sex, first, Relation::HEAD, register);
        let sex = self.either();
        let step = if sex == Sex::Female { YoungerSister } else { YoungerBrother };
        self.add(sex, second, chain(&[step]), register);
    }

    /// Somebody with a lodger.
    fn housemate(&mut self, age: i32) {
        self.single(age);
        let other = self.rng.between(20, 70);
        let birth = self.born(other);
        let register = self.parents_register(birth, None);
        let sex = self.either();
        let at = self.add(sex, birth, Relation::HOUSEMATE, register);
        self.set_came(at, Came::Later);
    }

    /// A couple with a relative the grammar of relations has no word for.
    fn kin(&mut self, age: i32) {
        self.couple(age);
        let other = self.rng.between(18, 90);
        let birth = self.born(other);
        let register = self.parents_register(birth, None);
        let sex = self.either();
        let at = self.add(sex, birth, Relation::KIN, register);
        self.set_came(at, Came::Later);
    }

    /// A pair whose marriage is not filed, perhaps with a child of the partner.
    fn unfiled(&mut self, age: i32) {
        let man = self.born(age.max(25));
        let woman = self.spouse_born(man, Sex::Female);
        let man_heads = self.rng.per_mille(700);
        let (head, partner) = if man_heads {
            ((Sex::Male, man), (Sex::Female, woman))
        } else {
            ((Sex::Female, woman), (Sex::Male, man))
        };
        let heads_register = self.parents_register(head.1, None);
        let partners_register = self.register(RegisterHead::Member(1), None);
        self.add(head.0, head.1, Relation::HEAD, heads_register);
        let step = if man_heads { WifeUnfiled } else { HusbandUnfiled };
        self.add(partner.0, partner.1, chain(&[step]), partners_register);
        if man_heads && self.age(woman) < 50 && self.rng.per_mille(400) {
            self.children(woman, partners_register, &[WifeUnfiled, Child]);
        }
    }

    /// The head has died and nobody has said who follows: widow and children remain as they were related to him.
    fn headless(&mut self, age: i32) {
        let widow = self.born(age);
        let years = self.rng.between(0, 5);
        let husband = widow.year().saturating_sub(i16::try_from(years).unwrap_or_default());
        let register = self.register(RegisterHead::Outside(husband), None);
        self.add(Sex::Female, widow, chain(&[Wife]), register);
        let gap = self.rng.between(22, 34);
        let child = self.born(age - gap);
        let sex = self.either();
        self.add(sex, child, chain(&[Child]), register);
    }

    fn stay(&mut self, form: &str) -> Option<Stay> {
        (0..200).find_map(|_| self.data.stays.pick(&mut self.rng).copied().filter(|stay| stay.form == form))
    }

    fn set_foreign(&mut self, from: usize, stay: Option<Stay>) {
        for member in self.plan.members.iter_mut().skip(from) {
            member.foreign = stay;
        }
    }

    fn foreign_single(&mut self, age: i32) {
        let stay = self.stay("single");
        let birth = self.born(age);
        let register = self.parents_register(birth, None);
        let sex = self.either();
        self.add(sex, birth, Relation::HEAD, register);
        self.set_foreign(0, stay);
    }

    fn foreign_family(&mut self, age: i32) {
        let stay = self.stay("family");
        let couple = self.couple(age);
        if self.rng.per_mille(650) {
            self.children(couple.wife, couple.register, &[Child]);
        }
        // Who comes to live with somebody at work has the stay of a dependant, 家族滞在 (T44).
        let dependant = stay.map(|stay| match stay.status {
            "T26" | "T20" => Stay { status: "T44", ..stay },
            _ => stay,
        });
        self.set_foreign(0, dependant);
        if let Some(head) = self.plan.members.first_mut() {
            head.foreign = stay;
        }
    }

    /// A Japanese head, a foreign spouse, and their Japanese children.
    fn foreign_spouse(&mut self, age: i32) {
        let stay = self.stay("spouse");
        let register = self.register(RegisterHead::Member(0), None);
        let head = self.born(age);
        if self.rng.per_mille(850) {
            let wife = self.spouse_born(head, Sex::Female);
            self.add(Sex::Male, head, Relation::HEAD, register);
            self.add(Sex::Female, wife, chain(&[Wife]), register);
            self.set_foreign(1, stay);
            if self.rng.per_mille(600) {
                self.children(wife, register, &[Child]);
            }
        } else {
            let husband = self.spouse_born(head, Sex::Male);
            self.add(Sex::Female, head, Relation::HEAD, register);
            self.add(Sex::Male, husband, chain(&[Husband]), register);
            self.set_foreign(1, stay);
            if self.rng.per_mille(600) {
                self.children(head, register, &[Child]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Data;
    use crate::rng::Rng;

    #[test]
    fn every_form_at_every_age_has_a_register_for_everyone_and_one_head_at_most() {
        let data = Data::built_in();
        let today = domain::Date::constant(2026, 11, 20);
        for row in data.forms.all() {
            for age in row.age_from..=row.age_to {
                for seed in 0..20 {
                    let rng = Rng::new(seed);
                    let planner = Planner { rng, data: &data, today, plan: Plan::default() };
                    let plan = planner.household(row.form, age);
                    let heads = plan.members.iter().filter(|member| member.relation.is_head()).count();
                    let place = format!("{:?} {age} {seed}: {plan:?}", row.form);
                    assert_eq!(heads, usize::from(row.form != Form::Headless), "{place}");
                    for member in &plan.members {
                        assert!(member.birth <= today, "{place}");
                        let register = plan.registers.get(member.register).expect(&place);
                        match register.head {
                            RegisterHead::Member(at) => {
                                assert_eq!(
                                    plan.members.get(at).expect(&place).register,
                                    member.register,
                                    "{place}"
                                )
                            }
                            RegisterHead::Outside(year) => assert!(year < member.birth.year() + 2, "{place}"),
                        }
                        assert!(
                            register.same_name_as.is_none_or(|other| other != member.register),
                            "{place}"
                        );
                    }
                }
            }
        }
    }
}
