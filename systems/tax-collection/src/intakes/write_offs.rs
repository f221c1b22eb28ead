//! 不納欠損の受取: what the system of case files (滞納管理) decided to give up.

use domain::{Date, FiscalYear, Yen, wareki};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Intake, RefusedRow};

use super::Reading;
use crate::records::{Cause, Instalment, Posting, WriteOff};
use crate::rules::{WRITE_OFF_REASONS, not_given_up};
use crate::tasks::Closed;

/// Debts given up by a system that keeps the cases (不納欠損).
///
/// That the debt has ended is that system's finding: the suspension or the limitation it rests on is not held here. What the
/// books must not lose is: nothing is given up without reason and decision, before it was due, while it is deferred, while a payment is on its way, or twice.
pub const WRITE_OFFS: Intake = Intake {
    id: "tax-collection/write-offs",
    title: "不納欠損の受取（滞納管理）",
    needs: &["levy_key", "decided_on", "decision_no", "reason"],
    apply,
};

fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let closed = Closed::read(view)?;
    let mut applied = Applied::default();
    for row in batch.rows {
        let reading = Reading::new(row, "levy_key");
        match one(view, &reading, &closed, context.today)? {
            Ok(Some(write)) => applied.writes.push(write),
            Ok(None) => {}
            Err(refusal) => applied.refused.push(refusal),
        }
    }
    Ok(applied)
}

/// What a row does; nothing when it was taken before.
fn one(
    view: &dyn View,
    reading: &Reading<'_>,
    closed: &Closed,
    today: Date,
) -> Result<Result<Option<Write>, RefusedRow>, Fault> {
    let read = || -> Result<WriteOff, RefusedRow> {
        let on = reading.needed_day("decided_on", "決定日")?;
        if today < on {
            let message = format!("決定日{}が、今日より後です。", wareki(on));
            return Err(reading.refuse("decided_on", message));
        }
        let (decision_no, reason) = (reading.owned("decision_no"), reading.owned("reason"));
        if decision_no.is_empty() {
            return Err(reading.refuse("decision_no", "決裁番号が空です。"));
        }
        if WRITE_OFF_REASONS.label(&reason).is_none() {
            return Err(reading.refuse("reason", format!("事由「{reason}」はコード表にありません。")));
        }
        Ok(WriteOff { on, reason, decision_no })
    };
    let write_off = match read() {
        Ok(write_off) => write_off,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let key = reading.subject();
    let Some(levy) = view.load::<Instalment>(key)? else {
        let message = format!("調定番号「{key}」の期別はありません。送信元に確かめてください。");
        return Ok(Err(reading.refuse("levy_key", message)));
    };
    let mut held = levy.record;
    let why = match &held.write_off {
        Some(known) if *known == write_off => return Ok(Ok(None)),
        Some(known) => {
            format!("決裁番号{}で、{}にすでに欠損しています。", known.decision_no, wareki(known.on))
        }
        None if held.open_total() <= Yen::ZERO => "未納がありません。納付を確かめてください。".to_owned(),
        None if write_off.on <= held.due_on => {
            format!("納期限{}が、決定日より前ではありません。", wareki(held.due_on))
        }
        None => match not_given_up(&held, write_off.on) {
            Some(why) => format!("{why}。済んでから送り直してください。"),
            None => String::new(),
        },
    };
    if !why.is_empty() {
        return Ok(Err(reading.refuse("levy_key", format!("調定番号{key}は欠損できません。{why}"))));
    }
    let decision_no = write_off.decision_no.clone();
    let year = closed.open_from(FiscalYear::of(write_off.on));
    let posting = Posting { on: write_off.on, year, cause: Cause::WriteOff, reference: &decision_no };
    held.give_up(posting, write_off);
    Ok(Ok(Some(Write::put(&held, Some(levy.version))?)))
}
