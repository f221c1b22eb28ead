//! Checks over 滞納整理 and 決算.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use domain::{FiscalYear, Yen};
use register::{Fault, View};
use system::{Check, Inconsistency};

use super::each;
use crate::records::{
    Account, CASE, CLOSING, Case, Closing, DeferredDays, INSTALMENT, Instalment, RECEIPT, Receipt,
};
use crate::rules::WRITE_OFF_REASONS;

/// The checks.
pub(super) fn checks() -> Vec<Check> {
    vec![
        Check {
            id: "case-is-of-somebody-who-was-levied",
            title: "滞納者に賦課があること",
            run: cases_have_levies,
        },
        Check {
            id: "deferred-days-are-those-granted",
            title: "期別の猶予の期間が、許可した猶予と合うこと",
            run: deferred_days,
        },
        Check {
            id: "write-off-has-its-reason",
            title: "不納欠損に事由と決裁があること",
            run: |view| each(view, |_, held: &Instalment| Ok(written_off(held))),
        },
        Check {
            id: "closed-year-owes-nothing",
            title: "閉鎖した年度に、繰り越していない未納と消込待ちがないこと",
            run: closed_years,
        },
    ]
}

fn cases_have_levies(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut levied: BTreeSet<String> = BTreeSet::new();
    view.scan(&INSTALMENT, None, &mut |stored| {
        levied.insert(stored.typed::<Instalment>()?.record.addressee_no);
        Ok(ControlFlow::Continue(()))
    })?;
    let mut found = Vec::new();
    view.scan(&CASE, None, &mut |stored| {
        if !levied.contains(&stored.key) {
            let what = "賦課がありません。".to_owned();
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn deferred_days(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut granted: BTreeMap<String, Vec<DeferredDays>> = BTreeMap::new();
    view.scan(&CASE, None, &mut |stored| {
        let case = stored.typed::<Case>()?.record;
        for deferment in &case.deferments {
            let Some(days) = deferment.days() else { continue };
            for key in &deferment.levy_keys {
                granted.entry(key.clone()).or_default().push(days);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let order = |days: &DeferredDays| (days.from, days.to, days.all);
    let mut found = Vec::new();
    view.scan(&INSTALMENT, None, &mut |stored| {
        let held = stored.typed::<Instalment>()?.record;
        let mut decided = granted.remove(&held.levy_key).unwrap_or_default();
        let mut days = held.deferments;
        decided.sort_by_key(order);
        days.sort_by_key(order);
        if decided != days {
            let what = format!(
                "期別の猶予は{}件、許可した猶予は{}件で、期間が合いません。",
                days.len(),
                decided.len()
            );
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for (key, days) in granted {
        let what = format!("猶予{}件の対象の期別がありません。", days.len());
        found.push(Inconsistency { record: key, what });
    }
    Ok(found)
}

fn written_off(held: &Instalment) -> Option<String> {
    let yen = held.book.balance(Account::WrittenOff, None);
    if yen == Yen::ZERO {
        return None;
    }
    let reason = held.write_off.as_ref().filter(|one| !one.decision_no.is_empty());
    match reason.map(|one| WRITE_OFF_REASONS.label(&one.reason)) {
        Some(Some(_)) if Yen::ZERO < yen => None,
        _ => Some(format!("不納欠損額{yen}円の事由か決裁がありません。")),
    }
}

fn closed_years(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut closed: Option<FiscalYear> = None;
    view.scan(&CLOSING, None, &mut |stored| {
        let held = stored.typed::<Closing>()?.record;
        if held.complete {
            closed = closed.max(Some(held.year));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let Some(year) = closed else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    view.scan(&INSTALMENT, None, &mut |stored| {
        if stored.typed::<Instalment>()?.record.is_to_carry(year) {
            let what = format!("閉鎖した{}までの収入未済額が、繰り越されずに残っています。", year.label());
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    view.scan(&RECEIPT, None, &mut |stored| {
        let held = stored.typed::<Receipt>()?.record;
        if held.year <= year && held.unapplied() != Yen::ZERO {
            let what =
                format!("閉鎖した{}の収納{}円が、消込待ちか仮受です。", held.year.label(), held.unapplied());
            found.push(Inconsistency { record: format!("{} {}", stored.kind, stored.key), what });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
