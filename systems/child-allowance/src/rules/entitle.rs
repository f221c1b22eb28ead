//! Who is entitled for which child, from when, until when (受給資格).

use domain::{AddresseeNo, BusinessCalendar, Date, ResidentStatus};

use super::{Month, Rates, course, payee};
use crate::records::{Entitlement, Judged, PayeeBasis, Person, Reason, State};

/// The entitlement for a child after its facts or its household's changed; none when there is nothing to keep.
///
/// `members` are all persons known under the child's household number. A child who is none any more, or left, before
/// `month` and was never held is no case. Attaining the age is left to the batch (年齢到達), so that the same facts give
/// the same register on every day before it.
pub fn derived(
    rates: &Rates,
    person: &Person,
    members: &[&Person],
    month: Month,
    held: Option<&Entitlement>,
) -> Option<Entitlement> {
    let Some(now) = entitlement(rates, person, members) else {
        // It was one until a correction; nothing of it stays but that.
        return held.map(|held| Entitlement {
            state: State::Ended,
            reason: Reason::NotChild,
            from: None,
            until: None,
            claim_by: None,
            payee: None,
            payee_basis: PayeeBasis::Nobody,
            order_unsure: false,
            amounts: Vec::new(),
            household_no: person.household_no,
            addressee_no: held.addressee_no,
        });
    };
    match held {
        Some(held) if held.state == State::Ended && held.reason == Reason::Age && held.until == now.until => {
            Some(Entitlement { household_no: person.household_no, ..held.clone() })
        }
        Some(_) => Some(now),
        None => {
            let over =
                now.until.is_some_and(|until| until < month || now.from.is_some_and(|from| until < from));
            (!over).then_some(now)
        }
    }
}

/// The entitlement as the facts alone have it; none for somebody who cannot be a child under any regime held.
///
/// Source: 児童手当法 art. 3(1) (児童), 8(2)-(3) (first and last month).
pub fn entitlement(rates: &Rates, person: &Person, members: &[&Person]) -> Option<Entitlement> {
    if person.judged == Some(Judged::NotChild) {
        return None;
    }
    // Of a family that left together, the parents are still the parents.
    let around: Vec<&Person> =
        members.iter().copied().filter(|member| member.is_resident() || !person.is_resident()).collect();
    let left = departure(person);
    let Some(birth) = person.birth().known() else {
        return unclear(rates, person, left);
    };
    let (first, last) = rates.childhood(birth)?;
    let event = person.resident_since.map(|since| since.max(birth));
    let after_event = event.map(|event| Month::of(event).next());
    let until = left.map_or(last, |(left_in, _)| left_in.min(last));
    let from = after_event.map(|after| first_as_child(rates, birth, after.max(first), until));
    let (payee, payee_basis) = payee(person, &around, rates.payee.parent_years_min);
    let family = Family::of(rates, person, birth, payee, &around);
    let ended = left.filter(|(left_in, _)| *left_in <= last);
    Some(Entitlement {
        addressee_no: person.addressee_no,
        household_no: person.household_no,
        state: if ended.is_some() { State::Ended } else { State::Eligible },
        reason: ended.map_or(Reason::ChildHere, |(_, reason)| reason),
        from,
        until: Some(until),
        claim_by: event
            .filter(|_| from == after_event)
            .and_then(|event| days_after(event, rates.claim.days_max))
            .map(open_day),
        payee,
        payee_basis,
        order_unsure: family.unsure,
        amounts: course(rates, &family.births, family.place, from.unwrap_or(first), until),
    })
}

/// Somebody whose birth date does not say whether they are a child: for a person to decide, never guessed.
fn unclear(rates: &Rates, person: &Person, left: Option<(Month, Reason)>) -> Option<Entitlement> {
    let last = match person.birth().latest() {
        // Too old at the latest reading is certain.
        Some(latest) => Some(rates.childhood(latest)?.1),
        None => None,
    };
    let left = left.filter(|(left_in, _)| last.is_none_or(|last| *left_in <= last));
    Some(Entitlement {
        addressee_no: person.addressee_no,
        household_no: person.household_no,
        state: if left.is_some() { State::Ended } else { State::Check },
        reason: left.map_or(Reason::BirthUnknown, |(_, reason)| reason),
        from: None,
        until: left.map(|(left_in, _)| left_in).or(last),
        claim_by: None,
        payee: None,
        payee_basis: PayeeBasis::Nobody,
        order_unsure: false,
        amounts: Vec::new(),
    })
}

/// The month and the reason of leaving, of somebody who is no resident.
fn departure(person: &Person) -> Option<(Month, Reason)> {
    let reason = match person.status {
        ResidentStatus::Resident => return None,
        ResidentStatus::MovedOut => Reason::MovedOut,
        ResidentStatus::Dead => Reason::Dead,
        ResidentStatus::Deleted => Reason::Deleted,
    };
    person.departed_on.map(|on| (Month::of(on), reason))
}

/// The first month from `from` on in which somebody is a child by the law of that month: 16 years were too many before
/// October 2024 and are not since.
fn first_as_child(rates: &Rates, birth: Date, from: Month, until: Month) -> Month {
    let mut months =
        std::iter::successors(Some(from), |month| Some(month.next())).take_while(|month| *month <= until);
    let child = |month: &Month| {
        rates.regime_of(*month).is_some_and(|regime| *month <= regime.last_month_as_child(birth))
    };
    months.find(child).unwrap_or(from)
}

/// The children of one payee in the household, the eldest first.
struct Family {
    births: Vec<Date>,
    place: usize,
    unsure: bool,
}

impl Family {
    fn of(
        rates: &Rates,
        person: &Person,
        birth: Date,
        paid: Option<AddresseeNo>,
        around: &[&Person],
    ) -> Family {
        let mut unsure = false;
        let mut children = vec![(birth, person.addressee_no)];
        for other in around.iter().filter(|other| other.addressee_no != person.addressee_no) {
            // Counted long past the age of the payee's parents: only the young need be asked for their payee.
            let young = other.birth().latest().is_none_or(|latest| rates.childhood(latest).is_some());
            if !young || other.judged == Some(Judged::NotChild) {
                continue;
            }
            let (theirs, _) = payee(other, around, rates.payee.parent_years_min);
            let same = if paid.is_some() { theirs == paid } else { other.relation == person.relation };
            match other.birth().known() {
                Some(known) if same => children.push((known, other.addressee_no)),
                None if same => unsure = true,
                _ => {}
            }
        }
        children.sort_unstable();
        let place =
            children.iter().position(|(_, number)| *number == person.addressee_no).unwrap_or_default();
        Family { births: children.into_iter().map(|(birth, _)| birth).collect(), place, unsure }
    }
}

/// The day, or the next on which the office is open: a claim is in time on it.
///
/// Source: 地方自治法 art. 4-2(4).
fn open_day(day: Date) -> Date {
    BusinessCalendar::published().business_day_on_or_after(day)
}

/// So many days after a day; `None` past the calendar's end.
fn days_after(date: Date, days: i32) -> Option<Date> {
    (0..days).try_fold(date, |date, _| date.tomorrow().ok())
}
