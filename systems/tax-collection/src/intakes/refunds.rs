//! 還付済結果の受取: what the accounting paid.

use register::{Fault, View};
use system::{Applied, Batch, Context, Intake};

use super::Reading;
use crate::functions::RefundDesk;

/// Refunds that were paid (還付済結果).
pub const REFUND_RESULTS: Intake = Intake {
    id: "tax-collection/refund-results",
    title: "還付済結果の受取",
    needs: &["overpayment_key", "paid_on"],
    apply,
};

fn apply(view: &dyn View, batch: &Batch<'_>, _: &Context<'_>) -> Result<Applied, Fault> {
    let mut desk = RefundDesk::new(view)?;
    let mut refused = Vec::new();
    for row in batch.rows {
        let reading = Reading::new(row, "overpayment_key");
        match reading.needed_day("paid_on", "支払日") {
            Err(refusal) => refused.push(refusal),
            Ok(paid_on) => {
                if let Err(why) = desk.pay(reading.subject(), paid_on)? {
                    refused.push(reading.refuse("overpayment_key", why));
                }
            }
        }
    }
    Ok(Applied { writes: desk.writes()?, refused })
}
