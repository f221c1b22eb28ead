//! Exclusive control (排他制御): while a link applies a batch, nobody works on half of it.

use jiff::Timestamp;
use linkage::{LinkState, local};
use register::{AsOf, Fault, View, ViewExt};
use system::Finding;

use crate::Office;
use crate::links::Ready;

/// An intake that is applying a batch under exclusive control (データ取込中).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntakeUnderWay {
    /// The link's title.
    pub title: String,
    /// The delivery's number.
    pub no: u64,
    /// Rows applied so far.
    pub done: u64,
    /// Rows in all.
    pub rows: u64,
    /// Since when.
    pub since: Timestamp,
}

impl IntakeUnderWay {
    /// What a screen says, in Japanese.
    pub fn words(&self) -> String {
        let since = local(self.since);
        format!(
            "データ取込中です（「{}」配信{}番、{}件のうち{}件まで、{} {:02}:{:02}から）。",
            self.title,
            self.no,
            self.rows,
            self.done,
            since.date(),
            since.hour(),
            since.minute()
        )
    }

    pub(crate) fn finding(&self) -> Finding {
        Finding::error(
            "L001",
            "",
            "データ取込中",
            format!("{}終わるまで更新できません。", self.words()),
            "照会はできます。取込が終わってから、もう一度登録してください。",
        )
    }
}

impl Office {
    /// The intake that keeps a system's registers from being changed now, if one does.
    ///
    /// # Errors
    /// When storage fails.
    pub fn intake_under_way(&self, system: &str) -> Result<Option<IntakeUnderWay>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        self.taking_in(&*view, system)
    }

    pub(crate) fn taking_in(&self, view: &dyn View, system: &str) -> Result<Option<IntakeUnderWay>, Fault> {
        for running in self.links().all().iter().filter(|running| running.link.exclusive_lock) {
            let Ok(Ready::Inward(inward)) = &running.ready else { continue };
            if inward.target != system {
                continue;
            }
            let state = view.load::<LinkState>(&running.link.id)?;
            if let Some(taking) = state.and_then(|state| state.record.taking) {
                return Ok(Some(IntakeUnderWay {
                    title: running.link.title.clone(),
                    no: taking.no,
                    done: taking.done,
                    rows: taking.rows,
                    since: taking.since,
                }));
            }
        }
        Ok(None)
    }
}
