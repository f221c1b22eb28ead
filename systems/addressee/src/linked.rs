//! What belongs to an addressee: merged numbers, protection, and what it has per tax.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use register::{Fault, Versioned, View, ViewExt, Write};

use crate::records::{Addressee, Merge, PROTECTION, PerTax, Protection};

/// All a person has of one kind, by tax item; ended ones too.
pub(crate) fn per_tax<R: PerTax>(view: &dyn View, addressee_no: &str) -> Result<Vec<Versioned<R>>, Fault> {
    let first = format!("{addressee_no}-");
    let mut found = Vec::new();
    view.scan(R::KIND, Some(&first), &mut |stored| {
        if !stored.key.starts_with(&first) {
            return Ok(ControlFlow::Break(()));
        }
        found.push(stored.typed::<R>()?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// A new addressee with its protection, should that have come before it (支援措置対象).
pub(crate) fn marked(view: &dyn View, new: Addressee) -> Result<Addressee, Fault> {
    let protection = view.load::<Protection>(new.addressee_no.as_str())?;
    Ok(Addressee { protected: protection.is_some_and(|held| held.record.protected), ..new })
}

/// The link that makes a number a sub number, while it holds.
pub(crate) fn merged_into(view: &dyn View, addressee_no: &str) -> Result<Option<Versioned<Merge>>, Fault> {
    Ok(view.load::<Merge>(addressee_no)?.filter(|held| held.record.is_active()))
}

/// A new version of a number's record, so that the row in which it is told of a link goes out.
pub(crate) fn told_anew(held: &Versioned<Addressee>) -> Result<Write, Fault> {
    Ok(Write::put(&held.record, Some(held.version))?)
}

/// The links by which others are sub numbers of a number, while they hold.
pub(crate) fn merged_from(view: &dyn View, addressee_no: &str) -> Result<Vec<Merge>, Fault> {
    let held = view.load_by::<Merge>("main_no", addressee_no)?;
    Ok(held.into_iter().map(|held| held.record).filter(Merge::is_active).collect())
}

/// Whether anybody's address was ever protected: asked once where many are shown, for most towns answer no to most questions.
pub(crate) fn any_protected(view: &dyn View) -> Result<bool, Fault> {
    Ok(0 < view.count(&PROTECTION)?)
}

/// Whether an addressee's address is hidden here: its own protection, that of somebody of its household, or that of the same
/// person under another number, whose household counts too.
///
/// A household is whoever has its number, also after leaving: somebody who fled and those who stayed are kept apart by
/// hiding both.
pub(crate) fn is_hidden(view: &dyn View, held: &Addressee) -> Result<bool, Fault> {
    if hidden_by_household(view, held)? {
        return Ok(true);
    }
    let mut numbers: Vec<String> = Vec::new();
    let own = held.addressee_no.to_string();
    let main = merged_into(view, &own)?.map(|held| held.record.main_no.to_string());
    for merge in merged_from(view, main.as_deref().unwrap_or(&own))? {
        numbers.push(merge.sub_no.to_string());
    }
    numbers.extend(main);
    for number in numbers.iter().filter(|number| **number != own) {
        if let Some(other) = view.load::<Addressee>(number)?
            && hidden_by_household(view, &other.record)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whose address is hidden or shown together with somebody's: who lives there, and the same people under other numbers.
/// Their rows tell another mark when the protection or the household of that one person changes.
pub(crate) fn hidden_with(view: &dyn View, own: &Addressee) -> Result<Vec<Versioned<Addressee>>, Fault> {
    let mut numbers = BTreeSet::from([own.addressee_no.to_string()]);
    if let Some(household_no) = own.household_no {
        let mates = view.load_by::<Addressee>("household_no", household_no.as_str())?;
        numbers.extend(mates.iter().map(|mate| mate.record.addressee_no.to_string()));
    }
    for number in numbers.clone() {
        let main = merged_into(view, &number)?.map_or(number, |held| held.record.main_no.to_string());
        numbers.extend(merged_from(view, &main)?.into_iter().map(|merge| merge.sub_no.to_string()));
        numbers.insert(main);
    }
    numbers.remove(own.addressee_no.as_str());
    let mut found = Vec::new();
    for number in numbers {
        found.extend(view.load::<Addressee>(&number)?);
    }
    Ok(found)
}

/// The numbers of everybody whose address [`is_hidden`], for lists of all.
pub(crate) fn all_hidden(view: &dyn View) -> Result<BTreeSet<String>, Fault> {
    let mut protected = Vec::new();
    view.scan(&PROTECTION, None, &mut |stored| {
        let held = stored.typed::<Protection>()?.record;
        if held.protected {
            protected.push(held.addressee_no);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let mut households = BTreeSet::new();
    for number in protected {
        let addressee = view.load::<Addressee>(number.as_str())?.map(|held| held.record);
        households.insert((addressee.and_then(|held| held.household_no), number.to_string()));
    }
    let mut at_home = BTreeSet::new();
    for (household, number) in households {
        at_home.insert(number);
        let Some(household) = household else { continue };
        for mate in view.load_by::<Addressee>("household_no", household.as_str())? {
            at_home.insert(mate.record.addressee_no.to_string());
        }
    }
    // The same person under other numbers.
    let mut hidden = at_home.clone();
    for own in at_home {
        let main = merged_into(view, &own)?.map_or(own, |held| held.record.main_no.to_string());
        hidden.extend(merged_from(view, &main)?.into_iter().map(|merge| merge.sub_no.to_string()));
        hidden.insert(main);
    }
    Ok(hidden)
}

fn hidden_by_household(view: &dyn View, held: &Addressee) -> Result<bool, Fault> {
    if held.protected {
        return Ok(true);
    }
    let Some(household_no) = held.household_no else { return Ok(false) };
    let mates = view.load_by::<Addressee>("household_no", household_no.as_str())?;
    Ok(mates.iter().any(|mate| mate.record.protected))
}
