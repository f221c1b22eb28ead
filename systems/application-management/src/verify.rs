//! Checks over the registers.

use std::ops::ControlFlow;

use register::{Fault, View, ViewExt};
use system::{Check, Inconsistency};

use crate::records::{APPLICATION, Application, PASSED, Passed, State};
use crate::rules::Procedure;

/// The checks of the system.
pub fn checks() -> Vec<Check> {
    vec![
        Check {
            id: "state", title: "申請の状態が、保留の理由・照合・経過と合うこと", run: states
        },
        Check {
            id: "passed", title: "引き渡した申請の行が、引き渡した申請のものであること", run: passed
        },
    ]
}

fn states(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(&APPLICATION, None, &mut |stored| {
        let one = stored.typed::<Application>()?.record;
        let mut tell = |what: &str| {
            let record = format!("{} {}", stored.kind, stored.key);
            found.push(Inconsistency { record, what: what.to_owned() });
        };
        let waits = matches!(one.state, State::Held | State::Unmatched);
        if waits && one.holds.is_empty() {
            tell("保留・未照合なのに、その理由がありません。");
        }
        if matches!(one.state, State::Received | State::Matched | State::InReview) && !one.holds.is_empty() {
            tell("保留の理由があるのに、先へ進んでいます。");
        }
        let matches = Procedure::find(&one.procedure).is_some_and(|procedure| procedure.matches);
        if one.state == State::Accepted && matches && one.addressee_no.is_none() {
            tell("照合の要る手続なのに、照合せずに受理しています。");
        }
        if one.history.last().map(|step| step.state) != Some(one.state) {
            tell("経過の終わりが今の状態と違います。");
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn passed(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut found = Vec::new();
    view.scan(&PASSED, None, &mut |stored| {
        let one = stored.typed::<Passed>()?.record;
        let of = view.load::<Application>(&one.application_no)?;
        if !of.is_some_and(|of| of.record.passed) {
            let record = format!("{} {}", stored.kind, stored.key);
            found.push(Inconsistency {
                record, what: "引き渡していない申請の行です。".to_owned()
            });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
