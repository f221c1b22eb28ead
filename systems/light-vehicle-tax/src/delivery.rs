//! Where letters of a taxpayer go (送付先): the order in which agents and addresses count.

use std::collections::BTreeSet;

use domain::delivery::{Addressed, Basis, Registered, delivery};
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
    /// The agents among them whose address must not be shown (支援措置).
    pub(crate) protected_agents: BTreeSet<AddresseeNo>,
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
        for agent_no in known.agents.iter().filter_map(|agent| agent.agent_no) {
            let agent = view.load::<Addressee>(agent_no.as_str())?;
            if agent.is_some_and(|held| held.record.hides_address()) {
                known.protected_agents.insert(agent_no);
            }
        }
        Ok(known)
    }
}

/// Where letters of a person go on a day, by [`domain::delivery`].
pub(crate) fn effective(person: &Addressee, known: &Known, day: Date) -> Delivery {
    let agent = known.agents.iter().find(|agent| agent.holds_on(day));
    let mailing = known.mailings.iter().find(|mailing| mailing.holds_on(day));
    let acts_protected =
        agent.and_then(|agent| agent.agent_no).is_some_and(|no| known.protected_agents.contains(&no));
    let registered = Registered {
        own: Addressed { name: &person.name, postcode: &person.postcode, address: &person.address },
        moved_out_to: &person.moved_out_to,
        has_left: person.departed_on.is_some(),
        protected: person.protected,
    };
    let agent = agent.map(|agent| Addressed {
        name: &agent.name,
        postcode: &agent.postcode,
        address: &agent.address,
    });
    let mailing = mailing.map(|mailing| Addressed {
        name: &mailing.name,
        postcode: &mailing.postcode,
        address: &mailing.address,
    });
    let (basis, to) = delivery(registered, agent, mailing);
    let word = match basis {
        Basis::Agent => "agent",
        Basis::Mailing => "mailing",
        Basis::MovedOut => "moved-out",
        Basis::Register | Basis::Withheld => "register",
    };
    Delivery {
        addressee_no: person.addressee_no,
        history_no: 1,
        name: to.name.to_owned(),
        postcode: to.postcode.to_owned(),
        address: to.address.to_owned(),
        basis: word.to_owned(),
        protected: person.hides_address() || acts_protected,
    }
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
