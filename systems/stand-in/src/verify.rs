//! Checks over what was received.

use std::ops::ControlFlow;

use register::{Fault, Record, View};
use system::{Check, Inconsistency};

use crate::records::{RECEIVED, Received};

/// The checks of the system.
pub fn checks() -> Vec<Check> {
    vec![Check {
        id: "received", title: "受信データが、その連携と対象の下にあること", run: received
    }]
}

fn received(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(&RECEIVED, None, &mut |stored| {
        let held = stored.typed::<Received>()?.record;
        if held.key() != stored.key || held.no == 0 {
            found.push(Inconsistency {
                record: format!("{} {}", stored.kind, stored.key),
                what: "記録の連携・対象・配信番号が、鍵と合いません。".to_owned(),
            });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
