//! Checks over the registers.

use std::ops::ControlFlow;

use register::{Fault, View, ViewExt};
use system::{Check, Inconsistency};

use crate::records::{ENTITLEMENT, Entitlement, Person, State};
use crate::rules::{entitlement, rates};

/// The checks of the system.
pub fn checks() -> Vec<Check> {
    vec![
        Check {
            id: "entitled-child-lives-here",
            title: "受給資格のある児童が住民であること",
            run: |view| each_open(view, child_lives_here),
        },
        Check {
            id: "entitlement-follows-facts",
            title: "受給資格の期間・受給者候補・月額が世帯の事実と額の表のとおりであること",
            run: |view| each_open(view, follows_facts),
        },
    ]
}

type One = fn(&dyn View, &Entitlement) -> Result<Option<String>, Fault>;

fn each_open(view: &dyn View, one: One) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(&ENTITLEMENT, None, &mut |stored| {
        let held = stored.typed::<Entitlement>()?.record;
        if held.state != State::Ended
            && let Some(what) = one(view, &held)?
        {
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn child_lives_here(view: &dyn View, held: &Entitlement) -> Result<Option<String>, Fault> {
    let child = view.load::<Person>(held.addressee_no.as_str())?.map(|held| held.record);
    Ok(match child {
        None => Some("児童の記録がありません。".to_owned()),
        Some(child) if !child.is_resident() => Some(format!("児童は{}です。", child.status.label())),
        Some(child) if child.household_no != held.household_no => {
            Some("児童の世帯番号と違います。".to_owned())
        }
        Some(_) => None,
    })
}

fn follows_facts(view: &dyn View, held: &Entitlement) -> Result<Option<String>, Fault> {
    let Some(child) = view.load::<Person>(held.addressee_no.as_str())?.map(|held| held.record) else {
        return Ok(None);
    };
    let household = child.household_no.map(|number| number.to_string()).unwrap_or_default();
    let members: Vec<Person> =
        view.load_by("household_no", &household)?.into_iter().map(|held| held.record).collect();
    let members: Vec<&Person> = members.iter().collect();
    let same = entitlement(rates()?, &child, &members).as_ref() == Some(held);
    Ok((!same).then(|| "いまの世帯の事実と額の表から導いた内容と違います。".to_owned()))
}
