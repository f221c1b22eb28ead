//! From changed persons to the entitlements of their households.

use std::collections::{BTreeMap, BTreeSet};

use domain::Date;
use register::{Fault, Record, Versioned, View, ViewExt, Write};

use crate::records::{Entitlement, Person};
use crate::rules::{Month, derived, rates};

/// Persons that change in this call, with the version held of each, and the households to look at again.
#[derive(Default)]
pub(crate) struct Changed {
    persons: BTreeMap<String, (Person, Option<u32>)>,
    households: BTreeSet<String>,
}

impl Changed {
    /// Adds a person in the new state, beside the state held.
    pub(crate) fn add(&mut self, person: Person, held: Option<&Versioned<Person>>) {
        let before = held.and_then(|held| held.record.household_no);
        let numbers = before.into_iter().chain(person.household_no);
        self.households.extend(numbers.map(|number| number.to_string()));
        self.persons.insert(person.key(), (person, held.map(|held| held.version)));
    }
}

/// The writes for changed persons, and for every entitlement in their households that is not what it was.
pub(crate) fn writes(view: &dyn View, changed: &Changed, today: Date) -> Result<Vec<Write>, Fault> {
    let rates = rates()?;
    let mut writes = Vec::with_capacity(changed.persons.len());
    let mut members: BTreeMap<&str, Vec<Person>> = BTreeMap::new();
    for (person, version) in changed.persons.values() {
        writes.push(Write::put(person, *version)?);
    }
    let mut held: BTreeMap<String, Versioned<Entitlement>> = BTreeMap::new();
    for household in &changed.households {
        let stayed = view.load_by::<Person>("household_no", household)?.into_iter().map(|held| held.record);
        let stayed = stayed.filter(|person| !changed.persons.contains_key(&person.key()));
        members.insert(household, stayed.collect());
        for entitlement in view.load_by::<Entitlement>("household_no", household)? {
            held.insert(entitlement.record.key(), entitlement);
        }
    }
    for (person, _) in changed.persons.values() {
        let joined = person.household_no.as_ref().and_then(|number| members.get_mut(number.as_str()));
        if let Some(joined) = joined {
            joined.push(person.clone());
        }
    }
    let month = Month::of(today);
    for household in members.values_mut() {
        // In one order however they came, so that a household with two heads gives the same answer too.
        household.sort_by_key(|person| person.addressee_no);
        let household: &[Person] = household;
        let all: Vec<&Person> = household.iter().collect();
        for person in household {
            let before = held.get(&person.key());
            let now = derived(rates, person, &all, month, before.map(|held| &held.record));
            if let Some(now) = now.filter(|now| before.is_none_or(|before| before.record != *now)) {
                writes.push(Write::put(&now, before.map(|held| held.version))?);
            }
        }
    }
    Ok(writes)
}
