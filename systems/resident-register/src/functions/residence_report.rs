//! 住居地届出の定期報告: how many residence notifications (住居地届出) foreign residents made in a period.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use domain::{Art30_45Class, Date, MovementReason, ResidentKind};
use register::{Fault, Stored, View};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use system::{Context, Effect, Form, Function, Input, Mode, Outcome, Section};

use super::statistics::{PREFECTURE, answered, period, period_fields, refused};
use crate::records::{Basis, PERSON};
use crate::statistics::Period;

const LINES: &str = include_str!("../../../../standards/codes/resident-register/residence-report.tsv");

/// The function.
pub(crate) fn function() -> Function {
    let fields = period_fields().into_iter().filter(|field| field.name != "basis").collect();
    Function {
        id: "resident-register/residence-report",
        title: "住居地届出の定期報告",
        place: Some(PREFECTURE),
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once("期間（処理日）", fields)]),
        in_menu: true,
        decide,
    }
}

/// What counting reads of a row.
#[derive(Deserialize)]
struct Entry {
    history_no: u32,
    resident_kind: ResidentKind,
    #[serde(default)]
    art30_45_class: Option<Art30_45Class>,
    movement_reason: MovementReason,
    processed_on: Date,
    #[serde(default)]
    basis: Basis,
    #[serde(default)]
    cancels: Vec<u32>,
}

/// 中長期在留者 and 特別永住者.
#[derive(Clone, Copy, Default)]
struct Heads {
    stay: u32,
    special: u32,
}

/// A title and the reasons that count in it.
fn lines() -> impl Iterator<Item = (&'static str, Vec<MovementReason>)> {
    LINES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (title, reasons) = line.split_once('\t')?;
        Some((title, reasons.split(',').filter_map(MovementReason::from_code).collect()))
    })
}

/// Source: 住民記録システム標準仕様書 6.1 (中長期在留者住居地届出等事務の定期報告).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let period = match period(input, context.today) {
        Ok(period) => period,
        Err(finding) => return Ok(refused(*finding)),
    };
    let lines: Vec<(&str, Vec<MovementReason>)> = lines().collect();
    let mut counts = vec![Heads::default(); lines.len()];
    let mut changed: Vec<String> = Vec::new();
    view.scan(&PERSON, None, &mut |stored| {
        let newest = read(stored)?;
        // Nothing older was recorded later; the kind may have changed with 帰化.
        if period.first <= newest.processed_on {
            if newest.history_no == 1 {
                count(&[newest], period, &lines, &mut counts);
            } else {
                changed.push(stored.key.clone());
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for key in changed {
        let rows: Vec<Entry> = view.history(&PERSON, &key)?.iter().map(read).collect::<Result<_, Fault>>()?;
        count(&rows, period, &lines, &mut counts);
    }
    let mut rows: Vec<Value> = Vec::new();
    let mut all = Heads::default();
    for ((title, _), heads) in lines.iter().zip(&counts) {
        rows.push(row(title, *heads));
        all.stay = all.stay.saturating_add(heads.stay);
        all.special = all.special.saturating_add(heads.special);
    }
    rows.push(row("計", all));
    let mut data = Map::new();
    data.insert("first_day".to_owned(), json!(period.first.to_string()));
    data.insert("last_day".to_owned(), json!(period.last.to_string()));
    data.insert("notifications".to_owned(), Value::Array(rows));
    let (first, last) = (domain::wareki(period.first), domain::wareki(period.last));
    Ok(answered(format!("{first}から{last}までに処理した住居地の届出"), data))
}

fn row(title: &str, heads: Heads) -> Value {
    json!({
        "notification": title, "mid_to_long_term": heads.stay, "special_permanent": heads.special,
        "total": heads.stay.saturating_add(heads.special),
    })
}

/// Counts the notifications in one history; one that was cancelled was none.
fn count(rows: &[Entry], period: Period, lines: &[(&str, Vec<MovementReason>)], counts: &mut [Heads]) {
    let cancelled: BTreeSet<u32> = rows.iter().flat_map(|row| row.cancels.iter().copied()).collect();
    for row in rows {
        let counted = row.resident_kind == ResidentKind::Foreign
            && row.basis == Basis::Notification
            && period.has(row.processed_on)
            && !cancelled.contains(&row.history_no);
        let line = lines.iter().position(|(_, reasons)| reasons.contains(&row.movement_reason));
        let Some(heads) = line.filter(|_| counted).and_then(|line| counts.get_mut(line)) else { continue };
        match row.art30_45_class {
            Some(Art30_45Class::MidToLongTerm) => heads.stay = heads.stay.saturating_add(1),
            Some(Art30_45Class::SpecialPermanent) => heads.special = heads.special.saturating_add(1),
            _ => {}
        }
    }
}

fn read(stored: &Stored) -> Result<Entry, Fault> {
    serde_json::from_str(stored.body.as_str())
        .map_err(|error| Fault::new(format!("resident record {} does not read", stored.key), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_title_and_reasons() {
        let lines: Vec<_> = lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|(title, reasons)| !title.is_empty() && !reasons.is_empty()));
    }
}
