//! 口座振替結果の受取: what banks answer.

use register::{Fault, View};
use system::{Applied, Batch, Context, Intake};

use super::Reading;
use crate::functions::{Answered, ResultDesk};

/// Results of account transfers (口座振替結果).
pub const TRANSFER_RESULTS: Intake = Intake {
    id: "tax-collection/transfer-results",
    title: "口座振替結果の受取",
    needs: &["customer_no", "debit_on", "amount", "result"],
    apply,
};

fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut desk = ResultDesk::new(view, context.today)?;
    let mut refused = Vec::new();
    for row in batch.rows {
        let reading = Reading::new(row, "customer_no");
        let read = reading.needed_day("debit_on", "振替日").and_then(|debit_on| {
            let yen = reading.yen("amount", "振替金額")?;
            Ok(Answered { debit_on, customer_no: reading.subject(), yen, result: reading.text("result") })
        });
        match read {
            Err(refusal) => refused.push(refusal),
            Ok(answered) => {
                if let Err(why) = desk.take(&answered)? {
                    refused.push(reading.refuse("result", why));
                }
            }
        }
    }
    Ok(Applied { writes: desk.writes()?, refused })
}
