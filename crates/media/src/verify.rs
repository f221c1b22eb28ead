//! Checks over the register.

use std::ops::ControlFlow;

use register::{Fault, View};
use system::{Check, Inconsistency};

use crate::records::{MEDIUM, Medium};
use crate::rules::next;

pub(crate) fn checks() -> Vec<Check> {
    vec![
        Check { id: "order", title: "媒体の経過が、決められた順であること", run: order },
        Check { id: "holder", title: "外にある媒体に、渡した先があること", run: holders },
    ]
}

/// Every version of every medium follows from the one before by the table.
fn order(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    each(view, &mut |key, _| {
        let mut state = None;
        for version in view.history(&MEDIUM, key)? {
            let medium = version.typed::<Medium>()?.record;
            if next(state, medium.last.action) != Some(medium.state) {
                found.push(Inconsistency {
                    record: format!("{} {key}", MEDIUM.id),
                    what: format!(
                        "{}版の「{}」が前の状態に続きません。",
                        version.version,
                        medium.last.action.label()
                    ),
                });
            }
            state = Some(medium.state);
        }
        Ok(())
    })?;
    Ok(found)
}

fn holders(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    each(view, &mut |key, medium| {
        if medium.state.is_out() && (medium.holder.is_none() || medium.seal_no.is_empty()) {
            found.push(Inconsistency {
                record: format!("{} {key}", MEDIUM.id),
                what: "外にある媒体に、渡した先か封印番号がありません。".to_owned(),
            });
        }
        Ok(())
    })?;
    Ok(found)
}

fn each(view: &dyn View, told: &mut dyn FnMut(&str, &Medium) -> Result<(), Fault>) -> Result<(), Fault> {
    view.scan(&MEDIUM, None, &mut |stored| {
        told(&stored.key, &stored.typed::<Medium>()?.record)?;
        Ok(ControlFlow::Continue(()))
    })
}
