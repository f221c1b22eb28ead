//! Whose address is not shown (支援措置).
//!
//! Whoever lives with a protected person, or is registered at their address, is hidden with them: that address would tell
//! it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use domain::{AddresseeNo, HouseholdNo};
use register::{Fault, View, ViewExt};

use crate::records::{Elector, PROTECTION, Protection};

/// What stands for an address that must not be shown.
pub(crate) const HIDDEN: &str = "（支援措置のため表示しません）";

/// The protected people, and where they live.
#[derive(Debug, Default)]
pub(crate) struct Concealment {
    people: BTreeSet<AddresseeNo>,
    households: BTreeSet<HouseholdNo>,
    addresses: BTreeSet<String>,
}

impl Concealment {
    /// As it is in a view.
    pub(crate) fn of(view: &dyn View) -> Result<Self, Fault> {
        let mut found = Self::default();
        view.scan(&PROTECTION, None, &mut |stored| {
            let held = stored.typed::<Protection>()?.record;
            if held.protected {
                found.people.insert(held.addressee_no);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        for number in &found.people {
            let elector = view.load::<Elector>(number.as_str())?;
            let Some(elector) = elector.map(|held| held.record) else { continue };
            found.households.extend(elector.household_no);
            let facts = elector.facts;
            found.addresses.extend(facts.map(|facts| facts.address.one_line()));
        }
        Ok(found)
    }

    /// Whether the address of somebody is hidden. Asked of the record as it is now, also where a former one is shown.
    pub(crate) fn hides(&self, elector: &Elector) -> bool {
        let lives_there = |address: String| !address.is_empty() && self.addresses.contains(&address);
        self.people.contains(&elector.addressee_no)
            || elector.household_no.is_some_and(|household_no| self.households.contains(&household_no))
            || elector.facts.as_ref().is_some_and(|facts| lives_there(facts.address.one_line()))
    }
}
