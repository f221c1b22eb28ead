//! Checks over the registers.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::Yen;
use register::{Fault, View, ViewExt};
use system::{Check, Inconsistency};

use crate::codes;
use crate::functions::totals;
use crate::records::{
    Correction, CorrectionState, LEVY, LEVY_TOTAL, Levy, LevyTotal, REDUCTION, Reduction, VEHICLE, Vehicle,
};
use crate::rules::{Assessed, Month, assess, rates};

/// The checks of the system.
pub fn checks() -> Vec<Check> {
    vec![
        Check {
            id: "plate-and-chassis-once",
            title: "使用中の車両が、標識番号・車台番号を他の車両と共にしないこと",
            run: once,
        },
        Check {
            id: "levy-follows-rule",
            title: "賦課が、賦課期日の事実と税率のとおりか、事由のある更正を経ているか、更正を待っていること",
            run: follows_rule,
        },
        Check {
            id: "levy-adds-up",
            title: "賦課の税額が決定の差引の合計と一致し、車両と年度に一つだけ立っていること",
            run: adds_up,
        },
        Check {
            id: "total-agrees",
            title: "過ぎた月の調定表が、賦課の決定の合計と一致すること",
            run: total_agrees,
        },
        Check {
            id: "one-reduction-a-person",
            title: "障害者等の減免が、同じ年度に1人1台であること",
            run: one_reduction,
        },
    ]
}

fn found(kind: &str, key: &str, what: impl Into<String>) -> Inconsistency {
    Inconsistency { record: format!("{kind} {key}"), what: what.into() }
}

fn once(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut wrong = Vec::new();
    let (mut plates, mut chassis) = (BTreeMap::new(), BTreeMap::new());
    view.scan(&VEHICLE, None, &mut |stored| {
        let vehicle = stored.typed::<Vehicle>()?.record;
        if vehicle.is_active() {
            let plate = vehicle.plate.key();
            if let Some(other) = plates.insert(plate.clone(), stored.key.clone()) {
                wrong.push(found(
                    &stored.kind,
                    &stored.key,
                    format!("標識番号{plate}が、車両番号{other}と同じです。"),
                ));
            }
            if vehicle.active_plate != Some(plate) {
                wrong.push(found(&stored.kind, &stored.key, "使用中の標識番号が、標識番号と違います。"));
            }
            if !vehicle.chassis.is_empty()
                && let Some(other) = chassis.insert(vehicle.chassis.clone(), stored.key.clone())
            {
                let what = format!("車台番号{}が、車両番号{other}と同じです。", vehicle.chassis);
                wrong.push(found(&stored.kind, &stored.key, what));
            }
        } else if vehicle.active_plate.is_some() || vehicle.active_chassis.is_some() {
            wrong.push(found(&stored.kind, &stored.key, "廃車なのに、標識又は車台が使用中です。"));
        }
        let ordered = vehicle.holdings.windows(2).all(|pair| match pair {
            [before, after] => before.from < after.from,
            _ => true,
        });
        let newest = vehicle.holdings.last().map(crate::records::Holding::taxpayer_no);
        if !ordered || newest != Some(vehicle.taxpayer_no) {
            wrong.push(found(
                &stored.kind,
                &stored.key,
                "所有者・使用者の履歴が日付の順でないか、納税義務者と違います。",
            ));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(wrong)
}

fn follows_rule(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut wrong = Vec::new();
    view.scan(&LEVY, None, &mut |stored| {
        let levy = stored.typed::<Levy>()?.record;
        if levy.is_cancelled() {
            return Ok(ControlFlow::Continue(()));
        }
        if let Some(what) = differs(view, &levy)? {
            wrong.push(found(&stored.kind, &stored.key, what));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(wrong)
}

/// What a levy that stands has other than the rule, while no correction waits for it.
fn differs(view: &dyn View, levy: &Levy) -> Result<Option<String>, Fault> {
    let Some(vehicle) = view.load::<Vehicle>(&levy.vehicle_no)?.map(|held| held.record) else {
        return Ok(Some("車両の記録がありません。".to_owned()));
    };
    let mut reductions = Vec::new();
    if !vehicle.reduction_no.is_empty() {
        let held = view.load_by::<Reduction>("vehicle_no", &vehicle.vehicle_no)?;
        reductions = held.into_iter().map(|held| held.record).collect();
    }
    let what = match assess(rates()?, levy.tax_year, &vehicle, &reductions) {
        Assessed::Taxable(now) if (now.taxpayer_no, now.amount) == (levy.addressee_no, levy.amount) => {
            return Ok(None);
        }
        Assessed::Taxable(now) => format!(
            "税額{}円が、算出した{}円（宛名番号{}）と違います。",
            levy.amount, now.amount, now.taxpayer_no
        ),
        Assessed::NotTaxable(_) if levy.amount == Yen::ZERO => return Ok(None),
        Assessed::NotTaxable(why) => format!("課税になりません（{why}）。"),
        Assessed::Exception(finding) => finding.message,
    };
    let key = Levy::vehicle_year_of(&levy.vehicle_no, levy.tax_year);
    let waits = !view.load_by::<Correction>("pending", &key)?.is_empty();
    Ok((!waits && !left(view, levy)?).then_some(what))
}

/// Whether a person withdrew what followed for a levy, which is possible only when it is too late to decide on it (地方税法17条の5).
fn left(view: &dyn View, levy: &Levy) -> Result<bool, Fault> {
    let held = view.load_by::<Correction>("vehicle_no", &levy.vehicle_no)?;
    Ok(held.iter().map(|held| &held.record).any(|one| {
        one.tax_year == levy.tax_year
            && one.state == CorrectionState::Withdrawn
            && codes::List::LevyReasons.cell(&one.reason, 3) != "1"
    }))
}

fn adds_up(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut wrong = Vec::new();
    let mut standing = BTreeMap::new();
    view.scan(&LEVY, None, &mut |stored| {
        let levy = stored.typed::<Levy>()?.record;
        let sum = Yen::total(levy.changes.iter().map(crate::records::LevyChange::difference));
        let linked = levy.changes.windows(2).all(|pair| match pair {
            [before, after] => before.after == after.before,
            _ => true,
        });
        let reasons = levy.changes.iter().all(|change| codes::List::LevyReasons.has(&change.reason));
        if sum != Some(levy.amount) || !linked || !reasons {
            wrong.push(found(
                &stored.kind,
                &stored.key,
                "税額が、決定の差引の合計と違うか、事由のない決定があります。",
            ));
        }
        if usize::try_from(levy.history_no).ok() != Some(levy.changes.len()) {
            wrong.push(found(&stored.kind, &stored.key, "履歴番号が、決定の数と違います。"));
        }
        if levy.is_cancelled() && levy.amount != Yen::ZERO {
            wrong.push(found(&stored.kind, &stored.key, "取り消した賦課に税額があります。"));
        }
        if let Some(key) = levy.vehicle_year
            && let Some(other) = standing.insert(key, stored.key.clone())
        {
            wrong.push(found(
                &stored.kind,
                &stored.key,
                format!("同じ車両と年度の賦課{other}が立っています。"),
            ));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(wrong)
}

/// Only tables made after their month ended are final; one made within it grows old with the next decision.
fn total_agrees(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let mut months: BTreeMap<Month, (Yen, u64, bool)> = BTreeMap::new();
    view.scan(&LEVY_TOTAL, None, &mut |stored| {
        let total = stored.typed::<LevyTotal>()?.record;
        let (yen, count, is_final) = months.entry(total.month).or_default();
        *yen = yen.checked_add(total.yen).unwrap_or(*yen);
        *count = count.saturating_add(total.count);
        // Rows that stayed the same keep the day they were first made on.
        *is_final |= total.month < Month::of(total.made_on);
        Ok(ControlFlow::Continue(()))
    })?;
    let mut wrong = Vec::new();
    for (month, (yen, count, _)) in months.into_iter().filter(|(_, (_, _, is_final))| *is_final) {
        let groups = totals::sums(view, month)?;
        let now = Yen::total(groups.values().map(|(_, _, sums)| sums.yen)).unwrap_or_default();
        let now_count: u64 = groups.values().map(|(_, _, sums)| sums.count).sum();
        if (now, now_count) != (yen, count) {
            let what = format!("調定表{count}件 {yen}円が、決定の合計{now_count}件 {now}円と違います。");
            wrong.push(found(LEVY_TOTAL.id, &month.to_string(), what));
        }
    }
    Ok(wrong)
}

fn one_reduction(view: &dyn View) -> Result<Vec<Inconsistency>, Fault> {
    let rates = rates()?;
    let mut held: BTreeMap<String, Vec<Reduction>> = BTreeMap::new();
    view.scan(&REDUCTION, None, &mut |stored| {
        let one = stored.typed::<Reduction>()?.record;
        let personal = rates.reduction_of(&one.class, one.from_fy).is_some_and(|rate| rate.person);
        if one.granted && personal {
            held.entry(one.person_no.to_string()).or_default().push(one);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let mut wrong = Vec::new();
    for (person_no, all) in held {
        for (index, one) in all.iter().enumerate() {
            let clash = all.iter().skip(index + 1).find(|other| {
                one.vehicle_no != other.vehicle_no
                    && (one.holds_in(other.from_fy) || other.holds_in(one.from_fy))
            });
            if let Some(other) = clash {
                let what =
                    format!("宛名番号{person_no}の人の減免が、減免番号{}と重なります。", other.reduction_no);
                wrong.push(found(REDUCTION.id, &one.reduction_no, what));
            }
        }
    }
    Ok(wrong)
}
