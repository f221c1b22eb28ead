//! The order of members (記載順位) of a household that is formed.

use domain::{AddresseeNo, Date, Relation, RelationStep};

use crate::records::Person;

/// What members are sorted by: group, birth date (unknown last), 宛名番号.
///
/// Head, spouse, children, the children's spouses and children, parents, siblings, grandparents, other relatives,
/// 縁故者, 同居人. Where two children have families of their own, the standard wants each family together; which family
/// a 子の妻 belongs to is not in the data, so the clerk arranges those.
///
/// Source: 住民記録システム標準仕様書 5.2.
pub(crate) fn rank(person: &Person) -> (u8, Date, AddresseeNo) {
    let birth = person.birth_date.sort_key().unwrap_or(Date::MAX);
    (group(&person.relation), birth, person.addressee_no)
}

/// The group of a relation, the highest first.
pub(crate) fn group(relation: &Relation) -> u8 {
    use RelationStep as Step;
    if relation.is_head() {
        return 0;
    }
    match relation.steps() {
        [Step::Husband | Step::Wife | Step::HusbandUnfiled | Step::WifeUnfiled] => 1,
        [Step::Child | Step::ChildHusbandOfChild | Step::ChildWifeOfChild] => 2,
        [Step::Child, Step::Husband | Step::Wife | Step::HusbandUnfiled | Step::WifeUnfiled] => 3,
        [Step::Child, ..] => 4,
        [Step::Father | Step::Mother] => 5,
        [Step::ElderBrother | Step::ElderSister | Step::YoungerBrother | Step::YoungerSister] => 6,
        [Step::Father | Step::Mother, Step::Father | Step::Mother] => 7,
        [_, ..] => 8,
        [] if *relation == Relation::KIN => 9,
        [] => 10,
    }
}
