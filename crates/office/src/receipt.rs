//! Receipts (受領書) held against the deliveries they are for.

use jiff::Timestamp;
use linkage::{Delivery, Event, Phase, ReceiptFacts};
use transport::{Receipt, Verdict};

/// What a receipt says of a delivery: noted on it, and the event it is.
pub(crate) fn judged(receipt: Receipt, record: &mut Delivery, now: Timestamp) -> Event {
    let reason = if let Some(other) = receipt.link.as_ref().filter(|_| !receipt.is_of(&record.link)) {
        Some(format!("受領書が別の連携「{other}」のものです"))
    } else if receipt.no != record.no {
        Some(format!("受領書の配信番号が{}です（送ったのは{}）", receipt.no, record.no))
    } else if let Verdict::Refused(reason) = &receipt.verdict {
        Some(format!("受信側の理由: {reason}"))
    } else if receipt.rows != record.rows {
        Some(format!("受領書の件数が{}件です（送ったのは{}件）", receipt.rows, record.rows))
    } else if receipt.sha256 != record.sha256 {
        Some("受領書のSHA-256が送ったものと違います".to_owned())
    } else {
        None
    };
    record.receipt = Some(ReceiptFacts {
        rows: receipt.rows,
        sha256: receipt.sha256,
        read_at: now,
        reason: reason.clone().unwrap_or_default(),
    });
    match reason {
        None => {
            record.phase = Phase::Applied;
            Event::Applied
        }
        Some(reason) => {
            record.phase = Phase::Refused;
            Event::Refused { reason, at: now }
        }
    }
}
