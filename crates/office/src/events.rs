//! Start and end of the program in the audit log (イベントログ).
//!
//! Source: 住民記録システム標準仕様書 10.2 (nonfunctional NF-401).

use register::{Actor, AsOf, Draft, Fault, ViewExt, Write};

use crate::audit::{AuditEntry, AuditResult};
use crate::office::Office;
use crate::users::commit_fault;

/// Whom entries about the program itself name in place of a user.
const PROGRAM: &str = "daicho";
const EVENT: &str = "office/event";
const BEGUN: &str = "プログラムの開始";
const ENDED: &str = "プログラムの終了";
const BEGUN_AFTER_A_CUT: &str = "プログラムの開始（前回は終了の記録がありません）";

impl Office {
    /// Writes down that the program begins to serve at a place (address and port), and says so when the one before at
    /// this place did not write down that it ended: it was killed, or its machine stopped.
    ///
    /// # Errors
    /// When storage fails.
    pub fn audit_begin(&self, place: &str) -> Result<(), Fault> {
        let view = self.journal().view(AsOf::default())?;
        let events = view.load_by::<AuditEntry>("user", PROGRAM)?;
        let last = events
            .iter()
            .map(|event| &event.record)
            .filter(|event| event.terminal == place)
            .max_by_key(|event| &event.id);
        let is_cut = last.is_some_and(|last| last.title != ENDED);
        self.audit_event(place, if is_cut { BEGUN_AFTER_A_CUT } else { BEGUN })
    }

    /// Writes down that the program stops serving at a place, in order.
    ///
    /// # Errors
    /// When storage fails.
    pub fn audit_stop(&self, place: &str) -> Result<(), Fault> {
        self.audit_event(place, ENDED)
    }

    fn audit_event(&self, place: &str, title: &str) -> Result<(), Fault> {
        let (at, random) = (self.clock().now(), self.entropy().bits());
        let entry = AuditEntry::new(at, random, PROGRAM, place, EVENT, title, AuditResult::Done);
        let mut draft = Draft::new("office", EVENT, Actor::Program(PROGRAM.to_owned()), at);
        draft.reason = title.to_owned();
        draft.writes.push(Write::put(&entry, None)?);
        self.journal().commit(draft).map(drop).map_err(commit_fault)
    }
}
