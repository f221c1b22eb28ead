//! Who will probably be paid (受給者の候補), by relation and household.

use domain::{AddresseeNo, Relation, RelationStep};

use crate::records::{PayeeBasis, Person};

/// Proposes the payee for a person among the residents of the same household.
///
/// The resident record states relations to the head and nothing of incomes, so this is a proposal for the counter: the
/// head when the head is a parent; otherwise the first parent in the household's order; the head as a guardian when no
/// parent lives there. Two members who may both be the father, such as two sons of the head when a grandchild lives
/// there, are left to a person to decide.
///
/// Source: 児童手当法 art. 4(1), 4(3) (生計を維持する程度の高い者).
pub fn payee(
    person: &Person,
    residents: &[&Person],
    parent_years_min: i16,
) -> (Option<AddresseeNo>, PayeeBasis) {
    let heads =
        || residents.iter().filter(|member| is_head(member) && member.addressee_no != person.addressee_no);
    let wanted = person.relation.as_ref().map(parents_of).unwrap_or_default();
    let mut parents: Vec<&&Person> = residents
        .iter()
        .filter(|member| member.addressee_no != person.addressee_no)
        .filter(|member| member.relation.as_ref().is_some_and(|relation| wanted.contains(relation)))
        .filter(|member| may_be_parent(member, person, parent_years_min))
        .collect();
    parents.sort_by_key(|parent| (!is_head(parent), parent.member_order, parent.addressee_no));
    match parents.as_slice() {
        [] => match heads().find(|head| may_be_parent(head, person, 0)) {
            Some(head) => (Some(head.addressee_no), PayeeBasis::HeadGuardian),
            None => (None, PayeeBasis::Nobody),
        },
        [first, ..] if is_head(first) => (Some(first.addressee_no), PayeeBasis::HeadParent),
        [_, ..] if twice(&parents) => (None, PayeeBasis::Several),
        [first, ..] => (Some(first.addressee_no), PayeeBasis::MemberParent),
    }
}

/// Whether two of them stand in the same relation to the head, so that only one can be the parent.
fn twice(parents: &[&&Person]) -> bool {
    let mut relations: Vec<_> = parents.iter().map(|parent| &parent.relation).collect();
    relations.sort_unstable();
    relations.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

fn is_head(person: &Person) -> bool {
    person.relation.as_ref().is_some_and(Relation::is_head)
}

/// Whether ages allow it. An unknown birth date does not rule anybody out.
fn may_be_parent(parent: &Person, child: &Person, years_min: i16) -> bool {
    match (parent.birth().earliest(), child.birth().latest()) {
        (Some(parent), Some(child)) => years_min <= domain::age_on(parent, child) && parent != child,
        _ => true,
    }
}

/// The relations to the head that a parent of somebody with this relation has.
fn parents_of(relation: &Relation) -> Vec<Relation> {
    use RelationStep::{
        Child, ElderBrother, ElderSister, Father, Husband, HusbandUnfiled, Mother, Wife, WifeUnfiled,
        YoungerBrother, YoungerSister,
    };
    let extended = |steps: &[RelationStep], step: RelationStep| {
        let mut longer = steps.to_vec();
        longer.push(step);
        Relation::chain(&longer).ok()
    };
    let steps = relation.steps();
    match steps.split_last() {
        // The head, or somebody whose relation says nothing of parents.
        None if relation.is_head() => {
            [Father, Mother].into_iter().filter_map(|step| extended(&[], step)).collect()
        }
        None => Vec::new(),
        Some((Child, before)) => {
            let parent = if before.is_empty() { Some(Relation::HEAD) } else { Relation::chain(before).ok() };
            // 妻の子 is not the head's own child: the wife is the parent.
            let of_spouse = matches!(before.last(), Some(Husband | Wife | HusbandUnfiled | WifeUnfiled));
            let spouses: &[RelationStep] =
                if of_spouse { &[] } else { &[Husband, Wife, HusbandUnfiled, WifeUnfiled] };
            parent.into_iter().chain(spouses.iter().filter_map(|step| extended(before, *step))).collect()
        }
        Some((ElderBrother | ElderSister | YoungerBrother | YoungerSister, before)) => {
            [Father, Mother].into_iter().filter_map(|step| extended(before, step)).collect()
        }
        Some(_) => Vec::new(),
    }
}
