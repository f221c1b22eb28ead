//! Checks over the roll.

use std::ops::ControlFlow;

use register::{Fault, View};
use system::{Check, Inconsistency};

use crate::records::{ELECTOR, Elector, Facts, Standing};
use crate::rules::{attains_on, districts, laws, period_end, qualifies_from};

/// The checks of the system.
pub fn checks() -> Vec<Check> {
    vec![
        Check {
            id: "registered-of-age",
            title: "登録された者が基準日に選挙権年齢に達していること",
            run: |view| each(view, of_age),
        },
        Check {
            id: "mark-fits",
            title: "住んでいる者に表示がなく、去った者に表示と抹消予定日があること",
            run: |view| each(view, mark_fits),
        },
        Check {
            id: "facts-follow",
            title: "資格取得日と投票区が、生年月日・住民となった日・住所のとおりであること",
            run: |view| each(view, facts_follow),
        },
    ]
}

type One = fn(&Elector) -> Result<Option<&'static str>, Fault>;

fn each(view: &dyn View, one: One) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(&ELECTOR, None, &mut |stored| {
        if let Some(what) = one(&stored.typed::<Elector>()?.record)? {
            found.push(Inconsistency {
                record: format!("{} {}", stored.kind, stored.key),
                what: what.to_owned(),
            });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn of_age(elector: &Elector) -> Result<Option<&'static str>, Fault> {
    Ok(match (&elector.standing, &elector.facts) {
        (Standing::Registered { registration } | Standing::Marked { registration, .. }, facts) => {
            let attained = facts.as_ref().and_then(|facts| facts.attains_on);
            match attained {
                None => Some("登録されていますが、年齢が確かめられません。"),
                Some(on) if registration.base_date < on => Some("基準日に選挙権年齢に達していません。"),
                Some(_) => None,
            }
        }
        _ => None,
    })
}

fn mark_fits(elector: &Elector) -> Result<Option<&'static str>, Fault> {
    let left_on = elector.facts.as_ref().and_then(|facts| facts.left_on);
    Ok(match &elector.standing {
        Standing::Outside if elector.facts.is_some() => Some("対象外ですが、個人の情報が残っています。"),
        Standing::Registered { .. } if left_on.is_some() => Some("去っていますが、表示がありません。"),
        Standing::Marked { mark, .. } => {
            let law = laws()?.of(mark.left_on)?;
            let due = period_end(mark.left_on, law.mark_months).tomorrow().ok();
            if left_on != Some(mark.left_on) || due != Some(mark.remove_from) {
                Some("表示の日か抹消予定日が、去った日と合いません。")
            } else {
                None
            }
        }
        _ => None,
    })
}

fn facts_follow(elector: &Elector) -> Result<Option<&'static str>, Fault> {
    let Some(facts) = &elector.facts else { return Ok(None) };
    let Facts { birth_date, counted_from, address, .. } = facts;
    // The newest law held: what is asked is whether the next registration will go by the right days.
    let law = laws()?.of(domain::Date::MAX)?;
    let districts = districts()?;
    if facts.attains_on != attains_on(law, birth_date)
        || facts.qualifies_from != qualifies_from(law, birth_date, counted_from.as_ref())
    {
        return Ok(Some("資格取得日が、生年月日と住民となった日から決まる日と違います。"));
    }
    Ok((facts.district != districts.of(address)).then_some("投票区が、住所の投票区と違います。"))
}
