//! 納付情報管理の受取: how many payments of which sum 共通納税 says there were on a day.

use domain::{Date, wareki};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use super::Reading;
use crate::records::{ControlKind, PaymentControl};

/// Control totals of 共通納税 (納付情報管理). They book nothing: 共通納税の突合 holds them against what came.
pub const PAYMENT_CONTROLS: Intake = Intake {
    id: "tax-collection/payment-controls",
    title: "納付情報管理の受取（共通納税）",
    needs: &["control_key", "kind", "on", "count", "amount"],
    apply,
};

/// The most characters of a key.
const KEY_MAX: usize = 40;

fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    for row in batch.rows {
        let told = match read(row, context.today) {
            Ok(told) => told,
            Err(refusal) => {
                applied.refused.push(refusal);
                continue;
            }
        };
        match view.load::<PaymentControl>(&told.control_key)? {
            None => applied.writes.push(Write::put(&told, None)?),
            // Told again.
            Some(held) if PaymentControl { told_on: told.told_on, ..held.record.clone() } == told => {}
            // Corrected by its sender: the newest word counts.
            Some(held) => applied.writes.push(Write::put(&told, Some(held.version))?),
        }
    }
    Ok(applied)
}

fn read(row: &Incoming<'_>, today: Date) -> Result<PaymentControl, RefusedRow> {
    let reading = Reading::new(row, "control_key");
    let control_key = reading.subject().to_owned();
    if control_key.is_empty() || KEY_MAX < control_key.chars().count() {
        let message = format!("管理番号が空か、{KEY_MAX}文字より長いです。");
        return Err(reading.refuse("control_key", message));
    }
    let kind = ControlKind::from_code(reading.text("kind")).ok_or_else(|| {
        reading.refuse("kind", format!("区分「{}」は1、2のどちらでもありません。", reading.text("kind")))
    })?;
    let on = reading.needed_day("on", "対象日")?;
    if today < on {
        return Err(reading.refuse("on", format!("対象日{}が、今日より後です。", wareki(on))));
    }
    let count = reading.text("count").parse().map_err(|_| {
        reading.refuse("count", format!("件数「{}」が0以上の整数ではありません。", reading.text("count")))
    })?;
    Ok(PaymentControl {
        control_key, kind, on, count, yen: reading.yen("amount", "合計額")?, told_on: today
    })
}
