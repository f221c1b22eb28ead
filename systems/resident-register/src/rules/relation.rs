//! Relations within a household (続柄): E081, A082, A087, A088, A089, A090, A091, A095.

use domain::{Date, Relation, RelationStep, ResidentKind, Sex};

use super::{Limit, shorter};
use crate::desk::Desk;
use crate::records::Person;

/// A member a movement gives a relation to, and where the input states it.
pub(crate) struct Stated {
    pub(crate) person: Person,
    pub(crate) path: String,
}

/// Checks the household as it is going to be. `stated` are the members the movement gives a relation to, `others` the
/// members whose relation stays.
///
/// Source: 住民記録システム標準仕様書 1.1.10, 1.1.11.
pub(crate) fn check(desk: &mut Desk<'_>, stated: &[Stated], others: &[Person]) {
    let all = || stated.iter().map(|one| &one.person).chain(others);
    let heads = all().filter(|person| person.relation.is_head()).count();
    if 1 < heads {
        let last = stated.iter().rev().find(|one| one.person.relation.is_head());
        desk.error(
            "E081",
            last.map_or("household_no", |one| one.path.as_str()),
            "続柄",
            format!("この世帯に世帯主が{heads}人います。世帯主は一人です。"),
            "世帯主でない人の続柄を、世帯主から見た続柄にしてください。",
        );
    }
    if heads == 0 {
        desk.alert(
            "A082",
            "household_no",
            "世帯主",
            "この世帯には世帯主がいません。",
            "世帯主のいない世帯でよいか確かめてください。",
        );
    }
    let head = all().find(|person| person.relation.is_head());
    for one in stated {
        check_sex(desk, one);
        check_proof(desk, one);
        check_shorter(desk, one);
        check_age(desk, one, head, &all().collect::<Vec<_>>());
        if heads == 1 {
            check_head_age(desk, one);
        }
    }
    let spouses: Vec<&Person> = all().filter(|person| person.relation.is_spouse_of_head()).collect();
    if 1 < spouses.len()
        && let Some(last) = stated.iter().rev().find(|one| one.person.relation.is_spouse_of_head())
    {
        desk.alert(
            "A088",
            &last.path,
            "続柄",
            format!("世帯主の夫または妻が{}人います。", spouses.len()),
            "続柄を確かめてください。",
        );
    }
}

/// The sex a relation's last word states.
pub(crate) fn sex_of(step: RelationStep) -> Option<Sex> {
    use RelationStep as Step;
    match step {
        Step::Husband | Step::HusbandUnfiled | Step::ChildHusbandOfChild | Step::Father => Some(Sex::Male),
        Step::ElderBrother | Step::YoungerBrother => Some(Sex::Male),
        Step::Wife | Step::WifeUnfiled | Step::ChildWifeOfChild | Step::Mother => Some(Sex::Female),
        Step::ElderSister | Step::YoungerSister => Some(Sex::Female),
        Step::Child => None,
    }
}

fn check_sex(desk: &mut Desk<'_>, one: &Stated) {
    let Some(stated) = one.person.relation.steps().last().copied().and_then(sex_of) else { return };
    if one.person.sex != Sex::Unknown && one.person.sex != stated {
        desk.alert(
            "A087",
            &one.path,
            "続柄",
            format!(
                "続柄「{}」と性別「{}」が合いません（{}さん）。",
                one.person.relation,
                one.person.sex.label(),
                one.person.called()
            ),
            "続柄と性別を確かめてください。",
        );
    }
}

/// A091: a foreigner's relation by family needs a document; without one the person is 縁故者.
///
/// Source: 住民基本台帳法 art. 30-48; 住民記録システム標準仕様書 1.1.11.
fn check_proof(desk: &mut Desk<'_>, one: &Stated) {
    let person = &one.person;
    let by_family = !person.relation.steps().is_empty();
    if person.resident_kind == ResidentKind::Foreign && by_family && !person.relation_proved {
        desk.alert(
            "A091",
            &one.path,
            "続柄",
            format!("{}さんの続柄「{}」を証する文書の確認がありません。", person.called(), person.relation),
            "婚姻証明書、出生証明書などとその訳文で確かめてください。文書がないときの続柄は「縁故者」です。",
        );
    }
}

/// A090: a relation that a shorter chain says ranks higher, and the highest is used.
///
/// Source: 住民記録システム標準仕様書 1.1.11.
fn check_shorter(desk: &mut Desk<'_>, one: &Stated) {
    let shorter = shorter::of(&one.person.relation, one.person.sex);
    if !shorter.is_empty() {
        desk.alert(
            "A090",
            &one.path,
            "続柄",
            format!(
                "{}さんの続柄「{}」は、より上位の{}で書けます。",
                one.person.called(),
                one.person.relation,
                shorter::words(&shorter)
            ),
            "続柄を書き直すか、その続柄でない理由（異父母など）を確かめてください。",
        );
    }
}

/// A095: a child at the head is legal where nobody else lives there, and otherwise a slip.
fn check_head_age(desk: &mut Desk<'_>, one: &Stated) {
    if one.person.relation.is_head() && is_young_for_head(desk.today(), &one.person) {
        desk.alert(
            "A095",
            &one.path,
            "続柄",
            format!(
                "世帯主の{}さん（{}生）は{}歳未満です。",
                one.person.called(),
                one.person.birth_date.label_wareki(),
                Limit::HeadAgeLow.value()
            ),
            "世帯主が正しいか確かめてください。ほかに世帯主になる人がいなければ、そのまま登録できます。",
        );
    }
}

/// Whether somebody is certainly younger than a head usually is.
pub(crate) fn is_young_for_head(today: Date, person: &Person) -> bool {
    person
        .birth_date
        .earliest()
        .is_some_and(|born| i32::from(domain::age_on(born, today)) < Limit::HeadAgeLow.value())
}

/// Whether a relation's last word and the two birth dates contradict each other.
fn check_age(desk: &mut Desk<'_>, one: &Stated, head: Option<&Person>, all: &[&Person]) {
    use RelationStep as Step;
    let Some((last, before)) = one.person.relation.steps().split_last() else { return };
    let base = if before.is_empty() {
        head
    } else {
        // The person the chain leads through, when only one member can be meant.
        let mut through = all.iter().filter(|person| {
            person.addressee_no != one.person.addressee_no
                && Relation::chain(before).as_ref() == Ok(&person.relation)
        });
        match (through.next(), through.next()) {
            (Some(only), None) => Some(*only),
            _ => None,
        }
    };
    let Some(base) = base else { return };
    let older =
        |elder: &Person, younger: &Person| match (elder.birth_date.latest(), younger.birth_date.earliest()) {
            (Some(elder), Some(younger)) => elder < younger,
            _ => false,
        };
    let contradicts = match last {
        Step::Child | Step::YoungerBrother | Step::YoungerSister => older(&one.person, base),
        Step::Father | Step::Mother | Step::ElderBrother | Step::ElderSister => older(base, &one.person),
        _ => false,
    };
    if contradicts {
        desk.alert(
            "A089",
            &one.path,
            "続柄",
            format!(
                "続柄「{}」と生年月日が合いません（{}さん{}、{}さん{}）。",
                one.person.relation,
                one.person.called(),
                one.person.birth_date.label_wareki(),
                base.called(),
                base.birth_date.label_wareki()
            ),
            "続柄と生年月日を確かめてください。",
        );
    }
}
