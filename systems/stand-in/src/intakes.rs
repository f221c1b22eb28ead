//! The one intake: any rows, kept as they came.

use std::ops::ControlFlow;

use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, BatchExtent, Context, Intake, RefusedRow};

use crate::records::{RECEIVED, Received};

/// Rows of any dataset, for a system that is not installed.
pub const ROWS: Intake =
    Intake { id: "stand-in/rows", title: "受信データ（代役）", needs: &[], apply };

/// Keeps each row as the newest of its subject on its link; the end of a full extract closes what is not in it.
fn apply(view: &dyn View, batch: &Batch<'_>, _context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    for row in batch.rows {
        let subject = row.text(batch.subject);
        if subject.is_empty() {
            applied.refused.push(RefusedRow {
                subject: String::new(),
                item: batch.subject.to_owned(),
                message: "何についての行かを示す項目が空です。送信元の記録を確かめてください。".to_owned(),
            });
            continue;
        }
        let values = row.names().iter().zip(row.row().values());
        let arrived = Received {
            link: batch.link.to_owned(),
            subject: subject.to_owned(),
            no: batch.no,
            values: values.map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect(),
        };
        let held = view.load::<Received>(&Received::key_of(batch.link, subject))?;
        if held.as_ref().is_some_and(|held| held.record.values == arrived.values) {
            continue;
        }
        applied.writes.push(Write::put(&arrived, held.map(|held| held.version))?);
    }
    if let BatchExtent::FullEnd { subjects } = batch.extent {
        let prefix = format!("{}/", batch.link);
        view.scan(&RECEIVED, Some(&prefix), &mut |stored| {
            let Some(subject) = stored.key.strip_prefix(&prefix) else { return Ok(ControlFlow::Break(())) };
            if !subjects.contains(subject) {
                applied.writes.push(Write::close(&RECEIVED, &*stored.key, stored.version));
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
    Ok(applied)
}
