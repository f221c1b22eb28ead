//! The intake of support measures (支援措置対象の受入).

use std::collections::BTreeMap;

use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use super::refusal;
use crate::linked;
use crate::records::{Addressee, Protection};

const SUBJECT: &str = "addressee_no";

/// Whose address is protected. The rows of `resident-register/support-measures` fit as they are: there 支援措置区分 3 is the end
/// of it and `to` the last day.
pub const PROTECTED: Intake = Intake {
    id: "addressee/protected",
    title: "支援措置対象（宛名）",
    needs: &["addressee_no", "history_no"],
    apply,
};

/// Keeps each row, and marks the addressee if there is one yet. Who lives there is told anew, for their address is hidden with it.
fn apply(view: &dyn View, batch: &Batch<'_>, _context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    // A household is often protected as a whole: whose own mark comes in the same batch is written once.
    let (mut marked, mut beside) = (BTreeMap::new(), BTreeMap::new());
    for row in batch.rows {
        let arrived = match read(row) {
            Ok(arrived) => arrived,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        let number = arrived.addressee_no;
        let held = view.load::<Protection>(number.as_str())?;
        if held.as_ref().is_some_and(|held| arrived.history_no <= held.record.history_no) {
            continue;
        }
        if let Some(addressee) = view.load::<Addressee>(number.as_str())?
            && addressee.record.protected != arrived.protected
        {
            for other in linked::hidden_with(view, &addressee.record)? {
                beside.insert(other.record.addressee_no, linked::told_anew(&other)?);
            }
            let now = Addressee { protected: arrived.protected, ..addressee.record };
            marked.insert(number, Write::put(&now, Some(addressee.version))?);
        }
        applied.writes.push(Write::put(&arrived, held.map(|held| held.version))?);
    }
    beside.retain(|number, _| !marked.contains_key(number));
    applied.writes.extend(marked.into_values().chain(beside.into_values()));
    Ok(applied)
}

/// Reads a row. What does not say clearly that the protection has ended protects.
fn read(row: &Incoming<'_>) -> Result<Protection, RefusedRow> {
    let addressee_no = super::addressee_no(row, SUBJECT)?;
    let history_no = super::history_no(row, SUBJECT)?;
    let has = |item: &str| row.names().contains(&item);
    let protected = match (has("protected"), row.text("protected"), row.text("support_class")) {
        (true, "1", _) | (false, _, "1" | "2") => true,
        (true, "" | "0", _) | (false, _, "3") => false,
        (true, other, _) => {
            let message =
                format!("支援措置対象「{other}」が1か空欄ではありません。住所を表示しないか分かりません。");
            return Err(refusal(row, SUBJECT, "protected", message));
        }
        (false, _, other) => {
            let message = format!("支援措置区分「{other}」が1・2・3のどれでもありません。");
            return Err(refusal(row, SUBJECT, "support_class", message));
        }
    };
    let until = [row.text("until"), row.text("to")].into_iter().find(|text| !text.is_empty());
    Ok(Protection { addressee_no, history_no, protected, until: until.unwrap_or_default().to_owned() })
}
