//! Where letters of a taxpayer go (送付先): the order in which agents and addresses count.

use domain::{AddresseeNo, Date};
use register::{Fault, View, ViewExt};

use crate::records::{ALL_ITEMS, Addressee, Delivery, Mailing, TAX_ITEM, TaxAgent};

/// What a person's letters are addressed by, as read from a register.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Agents of this tax, then of all taxes.
    pub(crate) agents: Vec<TaxAgent>,
    /// Mailing addresses of this tax, then of all taxes.
    pub(crate) mailings: Vec<Mailing>,
}

/// The keys of this tax and of all taxes, in the order they count.
pub(crate) fn keys(no: AddresseeNo) -> [String; 2] {
    [format!("{no}-{TAX_ITEM}"), format!("{no}-{ALL_ITEMS}")]
}

impl Known {
    /// What the register has of a person.
    pub(crate) fn of(view: &dyn View, no: AddresseeNo) -> Result<Self, Fault> {
        let mut known = Self::default();
        for key in keys(no) {
            known.agents.extend(view.load::<TaxAgent>(&key)?.map(|held| held.record));
            known.mailings.extend(view.load::<Mailing>(&key)?.map(|held| held.record));
        }
        Ok(known)
    }
}

/// Where letters of a person go on a day: agent or representative heir of this tax, agent of all taxes, mailing address of this
/// tax, of all taxes, where the person moved to, the register's address. An address that must not be printed is blank; one the
/// person asked letters to be sent to is kept.
pub(crate) fn effective(person: &Addressee, known: &Known, day: Date) -> Delivery {
    let of = |basis: &str, name: &str, postcode: &str, address: &str| Delivery {
        addressee_no: person.addressee_no,
        history_no: 1,
        name: if name.is_empty() { person.name.clone() } else { name.to_owned() },
        postcode: postcode.to_owned(),
        address: address.to_owned(),
        basis: basis.to_owned(),
        protected: false,
    };
    if let Some(agent) = known.agents.iter().find(|agent| agent.holds_on(day)) {
        return of("agent", &agent.name, &agent.postcode, &agent.address);
    }
    if let Some(mailing) = known.mailings.iter().find(|mailing| mailing.holds_on(day)) {
        return of("mailing", &mailing.name, &mailing.postcode, &mailing.address);
    }
    if person.protected {
        return Delivery { protected: true, ..of("register", "", "", "") };
    }
    if !person.moved_out_to.is_empty() {
        // The postcode of the old address would lead astray.
        return of("moved-out", "", "", &person.moved_out_to);
    }
    of("register", "", &person.postcode, &person.address)
}

/// Where letters of somebody go on a day; none of somebody who is not known.
pub(crate) fn of(
    view: &dyn View,
    no: AddresseeNo,
    day: Date,
) -> Result<Option<(Addressee, Delivery)>, Fault> {
    let Some(person) = view.load::<Addressee>(no.as_str())?.map(|held| held.record) else { return Ok(None) };
    let delivery = effective(&person, &Known::of(view, no)?, day);
    Ok(Some((person, delivery)))
}

/// The words of why an address counts.
pub(crate) fn basis_label(basis: &str) -> &'static str {
    match basis {
        "agent" => "納税管理人・相続人代表者",
        "mailing" => "送付先",
        "moved-out" => "転出先",
        _ => "住民記録・宛名の住所",
    }
}
