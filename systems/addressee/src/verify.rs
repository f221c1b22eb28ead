//! Checks over the register.

use std::ops::ControlFlow;

use register::{Fault, View};
use system::{Check, Inconsistency};

use crate::records::{ADDRESSEE, Addressee};
use crate::rules::display_name;

/// The checks of the system.
pub fn checks() -> Vec<Check> {
    vec![Check {
        id: "display-name",
        title: "宛名氏名が氏名優先区分のとおりで、空でないこと",
        run: display_names,
    }]
}

fn display_names(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(&ADDRESSEE, None, &mut |stored| {
        let held = stored.typed::<Addressee>()?.record;
        let unnamed = held.display_name.is_empty() && !held.name.is_empty();
        if unnamed || held.display_name != display_name(&held) {
            found.push(Inconsistency {
                record: format!("{} {}", stored.kind, stored.key),
                what: "宛名氏名が、記録の氏名と氏名優先区分から決まる氏名と違います。".to_owned(),
            });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
