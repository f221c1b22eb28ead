//! 還付済結果の受取: what the accounting paid, and what came back to it.

use register::{Fault, View};
use system::{Applied, Batch, Context, Intake};

use super::Reading;
use crate::functions::{RefundDesk, not_yet};

/// Refunds that were paid (還付済結果).
pub const REFUND_RESULTS: Intake = Intake {
    id: "tax-collection/refund-results",
    title: "還付済結果の受取",
    needs: &["overpayment_key", "paid_on"],
    apply,
};

/// 結果 (`outcome`): paid unless it says that the transfer failed.
const PAID: [&str; 2] = ["", "1"];
const FAILED: &str = "2";

fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut desk = RefundDesk::new(view)?;
    let mut refused = Vec::new();
    for row in batch.rows {
        let reading = Reading::new(row, "overpayment_key");
        match reading.needed_day("paid_on", "支払日") {
            Err(refusal) => refused.push(refusal),
            Ok(paid_on) => {
                let outcome = reading.text("outcome");
                let (item, done) = match not_yet(paid_on, context.today) {
                    Some(why) => ("paid_on", Err(format!("{why}会計の支払結果を確かめてください。"))),
                    None if PAID.contains(&outcome) => {
                        ("overpayment_key", desk.pay(reading.subject(), paid_on)?.map(|_| ()))
                    }
                    None if outcome == FAILED => {
                        ("overpayment_key", desk.fail(reading.subject(), paid_on)?.map(|_| ()))
                    }
                    None => {
                        let why = format!(
                            "結果「{outcome}」は、1（支払済み）、2（振込不能）のどちらでもありません。"
                        );
                        ("outcome", Err(why))
                    }
                };
                if let Err(why) = done {
                    refused.push(reading.refuse(item, why));
                }
            }
        }
    }
    Ok(Applied { writes: desk.writes()?, refused })
}
