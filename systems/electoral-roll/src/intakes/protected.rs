//! The intake of support measures (支援措置対象の受入).

use domain::AddresseeNo;
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use crate::records::Protection;

/// Whose address is protected, as the resident register tells it: there 支援措置区分 3 is the end of it.
pub const PROTECTED: Intake = Intake {
    id: "electoral-roll/protected",
    title: "支援措置対象（選挙人名簿）",
    needs: &["addressee_no", "history_no", "support_class"],
    apply,
};

/// Keeps each row that is newer than the one held.
fn apply(view: &dyn View, batch: &Batch<'_>, _context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    for row in batch.rows {
        let arrived = match read(row) {
            Ok(arrived) => arrived,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        let held = view.load::<Protection>(arrived.addressee_no.as_str())?;
        if held.as_ref().is_some_and(|held| arrived.history_no <= held.record.history_no) {
            continue;
        }
        applied.writes.push(Write::put(&arrived, held.map(|held| held.version))?);
    }
    Ok(applied)
}

/// Reads a row. What does not say clearly that the protection has ended is refused, so that it is looked at.
fn read(row: &Incoming<'_>) -> Result<Protection, RefusedRow> {
    let refuse = |item: &str, message: String| RefusedRow {
        subject: row.text("addressee_no").to_owned(),
        item: item.to_owned(),
        message,
    };
    let addressee_no = AddresseeNo::parse(row.text("addressee_no"))
        .map_err(|error| refuse("addressee_no", error.to_string()))?;
    let history_no = row.history_no().map_err(|message| refuse("history_no", message))?;
    let protected = match row.text("support_class") {
        "1" | "2" => true,
        "3" => false,
        other => {
            let message = format!("支援措置区分「{other}」が1・2・3のどれでもありません。");
            return Err(refuse("support_class", message));
        }
    };
    Ok(Protection { addressee_no, history_no, protected })
}
