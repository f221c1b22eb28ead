//! Rules of 滞納整理: who is reminded, when property can be seized, whether a promise is kept, why a debt is given up.

use domain::{Date, Yen, period_end, wareki};

use super::codes::{DemandStage, WRITE_OFF_REASONS};
use super::days::plus;
use super::limitation::{Limitation, limitation_of};
use super::rates::{Missing, Rates};
use crate::records::{Account, Case, Cause, Disposition, Entry, Instalment, Part, Pledge};

/// Why an instalment is not reminded of (引抜きの理由); none when it is to be.
///
/// Source: 地方税法 329条, 371条, 463条の26など (督促); taxes.md 5.5.
pub fn not_reminded(held: &Instalment, suspended: bool, on: Date) -> Option<&'static str> {
    if !held.preliminary.is_empty() {
        return Some("速報の納付あり");
    }
    if held.is_deferred(on) {
        return Some("猶予中");
    }
    if held.transfer.is_some() {
        return Some("口座振替請求中");
    }
    suspended.then_some("執行停止中")
}

/// The stage of the demand that is due to a person (催告の段階): the one behind the last, or the last of all again, when enough
/// days have passed and enough is owed; none when it is not.
pub fn demand_due(
    stages: &[DemandStage],
    case: &Case,
    reminded_on: Date,
    total: Yen,
    on: Date,
) -> Option<DemandStage> {
    let made = case.demands.iter().rfind(|demand| case.registered_on <= demand.on);
    let next = made.map_or(1, |demand| demand.stage.saturating_add(1));
    let stage = stages.iter().find(|stage| stage.stage == next).or(stages.last())?;
    let old_enough = plus(reminded_on, stage.after_days) <= on;
    let later = made.is_none_or(|demand| plus(demand.on, stage.between_days.max(1)) <= on);
    (old_enough && later && stage.least_yen <= total.0).then_some(*stage)
}

/// The first day property can be seized for an instalment; none while it was not reminded of.
///
/// Source: 地方税法 331条1項1号, 373条, 463条の27など: 督促状を発した日から起算して十日を経過した日までに完納しないとき; 20条の2第3項.
pub fn seizable_from(rates: &Rates, held: &Instalment) -> Option<Date> {
    let reminder = held.reminder?;
    let arrears = &rates.arrears;
    let served = reminder.served_by_notice_on.map(|on| plus(on, arrears.public_notice_days));
    let from = served.map_or(reminder.sent_on, |served| served.max(reminder.sent_on));
    Some(plus(from, arrears.reminder_days.saturating_add(1)))
}

/// Why property cannot be seized for an instalment on a day, in words; none when it can.
///
/// Source: 地方税法 331条, 15条の2の3 (猶予中の処分の禁止), 15条の7 (執行停止), 18条 (消滅した租税債権).
pub fn not_seizable(
    rates: &Rates,
    held: &Instalment,
    case: &Case,
    ended: Option<&Extinction>,
    on: Date,
) -> Option<String> {
    if let Some(ended) = ended {
        return Some(ended.words());
    }
    if held.is_deferred(on) {
        return Some("猶予の期間中です".to_owned());
    }
    if case.suspended(&held.levy_key, on).is_some() {
        return Some("滞納処分の執行を停止しています".to_owned());
    }
    match seizable_from(rates, held) {
        None => Some("督促をしていません".to_owned()),
        Some(from) if on < from => {
            Some(format!("督促から10日を経過していません（{}から差し押さえられます）", wareki(from)))
        }
        Some(_) => None,
    }
}

/// How a promised payment stands (履行状況).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Its day is not over, or money may still be on its way.
    Waiting,
    /// 履行.
    Kept,
    /// 不履行.
    Broken,
}

impl Promise {
    /// The Japanese word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "期日前",
            Self::Kept => "履行",
            Self::Broken => "不履行",
        }
    }
}

/// How each row of a plan stands on a day: the payments since the promise, one after another, must reach what was promised up
/// to each day, and the days banks take have passed before a row is broken. Who owes nothing more has kept the plan.
pub fn kept(rates: &Rates, pledge: &Pledge, held: &[Instalment], on: Date) -> Vec<Promise> {
    let owed: i64 = held.iter().map(|one| one.open_total().0.max(0)).sum();
    let mut promised = 0_i64;
    pledge
        .rows
        .iter()
        .map(|row| {
            promised = promised.saturating_add(row.yen.0);
            let booked_by = plus(row.on, rates.arrears.pledge_grace_days);
            if promised <= paid_between(held, pledge.on, booked_by).0 || owed == 0 {
                Promise::Kept
            } else if on <= booked_by {
                Promise::Waiting
            } else {
                Promise::Broken
            }
        })
        .collect()
}

/// What was paid on instalments from one day to another; a payment that was taken back was never made.
pub fn paid_between(held: &[Instalment], from: Date, to: Date) -> Yen {
    let owed = |account| matches!(account, Account::Receivable | Account::Carried);
    let mut sum = 0_i64;
    for one in held {
        let entries = one.book.entries();
        let cancelled = |entry: &Entry| {
            entries
                .iter()
                .any(|other| other.cause == Cause::Cancellation && other.reference == entry.reference)
        };
        let paid = |entry: &&Entry| {
            entry.debit == Account::Unapplied && owed(entry.credit) && from <= entry.on && entry.on <= to
        };
        for entry in entries.iter().filter(paid).filter(|entry| !cancelled(entry)) {
            sum = sum.saturating_add(entry.yen.0);
        }
    }
    Yen(sum)
}

/// Why a debt has ended (不納欠損の事由): the code, since when, and the limitation where it is the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extinction {
    /// Of `standards/codes/tax-collection/write-off-reasons.tsv`.
    pub reason: &'static str,
    /// The day since which it has ended.
    pub since: Date,
}

impl Extinction {
    /// Why nothing is asked or taken for it, in words.
    pub fn words(&self) -> String {
        let why = WRITE_OFF_REASONS.label(self.reason).unwrap_or("消滅");
        format!("納付義務が{}に消滅しています（{why}）", wareki(self.since))
    }
}

/// 執行停止が3年継続.
pub const BY_SUSPENSION: &str = "1";
/// 即時消滅.
pub const AT_ONCE: &str = "2";
/// 消滅時効の完成.
pub const BY_LIMITATION: &str = "3";

/// Why a debt has ended by a day; none when it has not. Of several reasons the earliest.
///
/// Source: 地方税法 15条の7第4項・第5項, 18条.
///
/// # Errors
/// For a tax item no period is held of.
pub fn extinct(
    rates: &Rates,
    held: &Instalment,
    case: Option<&Case>,
    dispositions: &[Disposition],
    on: Date,
) -> Result<Option<Extinction>, Missing> {
    let mut found: Vec<Extinction> = Vec::new();
    let suspensions = case.map(|case| case.suspensions.as_slice()).unwrap_or_default();
    for one in suspensions.iter().filter(|one| one.runs(on) && one.levy_keys.contains(&held.levy_key)) {
        if one.immediate {
            found.push(Extinction { reason: AT_ONCE, since: one.from });
        }
        let last = period_end(one.from, rates.arrears.suspension_months);
        if last < on {
            found.push(Extinction { reason: BY_SUSPENSION, since: plus(last, 1) });
        }
    }
    let Limitation { completes_on, .. } = limitation_of(rates, held, case, dispositions)?;
    if let Some(last) = completes_on.filter(|last| *last < on) {
        found.push(Extinction { reason: BY_LIMITATION, since: plus(last, 1) });
    }
    Ok(found.into_iter().min_by_key(|one| one.since))
}

/// Whether an account has to be looked at: its transfer failed, and so did all of the last day before on which it was asked
/// (振替不能の連続). `answered` are its transfers, each with its day and whether it failed; what the town itself stopped is none.
///
/// Source: taxes.md 7 (口座振替状況受取: after two failures in a row flag account).
pub fn fails_again(answered: &[(Date, bool)], on: Date) -> bool {
    let all_failed = |day: Date| answered.iter().filter(|(of, _)| *of == day).all(|(_, failed)| *failed);
    let before = answered.iter().map(|(day, _)| *day).filter(|day| *day < on).max();
    answered.iter().any(|(day, _)| *day == on) && all_failed(on) && before.is_some_and(all_failed)
}

/// Why a debt cannot be given up though it has ended (欠損できない理由); none when it can.
pub fn not_given_up(held: &Instalment, on: Date) -> Option<&'static str> {
    if held.is_deferred(on) {
        return Some("猶予の期間中です");
    }
    if !held.preliminary.is_empty() {
        return Some("速報の納付があります");
    }
    None
}

/// What of a debt is owed as of a day, with the charge that is not fixed yet.
///
/// # Errors
/// For a year whose rate is not held.
pub fn owed_on(rates: &Rates, held: &Instalment, on: Date) -> Result<Yen, Missing> {
    let missing = if Yen::ZERO < held.open(Part::Tax) && held.first_due_on() < on {
        super::book::charge_missing(rates, held, on)?
    } else {
        Yen::ZERO
    };
    Ok(Yen(held.open_total().0.saturating_add(missing.0)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::fails_again;

    #[test]
    fn two_failures_in_a_row() {
        let (june, july, august) = (date(2026, 6, 1), date(2026, 7, 31), date(2026, 8, 31));
        for (what, answered, on, wanted) in [
            ("初めての不能", &[(june, true)][..], june, false),
            ("続けて不能", &[(june, true), (july, true)], july, true),
            ("前は振替済み", &[(june, false), (july, true)], july, false),
            ("間に振替済み", &[(june, true), (july, false), (august, true)], august, false),
            ("前の日に一件でも振替済み", &[(june, true), (june, false), (july, true)], july, false),
            ("その日に一件でも振替済み", &[(june, true), (july, true), (july, false)], july, false),
            ("今度は振替済み", &[(june, true), (july, false)], july, false),
            ("同じ日の二件だけ", &[(july, true), (july, true)], july, false),
            ("後の日は前の日でない", &[(july, true), (august, true)], july, false),
        ] {
            assert_eq!(fails_again(answered, on), wanted, "{what}");
        }
    }
}
