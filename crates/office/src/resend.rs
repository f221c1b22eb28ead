//! Sending again (再送): what was sent since, as it is now, or the very bytes of before.

use linkage::{Delivery, Event, LinkState, Phase};
use register::{Actor, AsOf, Cause, CommitError, Draft, Fault, Position, Versioned, ViewExt, Write};
use serde::Serialize;
use system::{Fate, Row};
use transport::sha256_of;

use crate::links::{Ready, RunningLink};
use crate::packs::sent_file;
use crate::prepare::changed;
use crate::users::commit_fault;
use crate::worker::{control_of, with_causes};
use crate::{Caller, Office, RunError};

/// What would be sent again (再送の見込み).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Resend {
    /// Behind this position changes go again.
    pub from: Position,
    /// Rows it would carry.
    pub rows: u64,
    /// The most rows of a delivery.
    pub rows_max: u32,
    /// Whether it goes into one delivery: half of it would tell the receiver of a moment it has left behind.
    pub fits: bool,
}

impl Office {
    /// What sending again as of now would carry: every record that changed since the delivery of this number began, once, as it
    /// is now. Nothing is written.
    ///
    /// # Errors
    /// [`RunError`]: no such link or delivery, a link that sends no differences to the outside, or storage.
    pub fn resend_preview(&self, link: &str, since: u64) -> Result<Resend, RunError> {
        let running = self.links().get(link).ok_or_else(|| RunError::no_link(link))?;
        let Ok(Ready::Outward { dataset, .. }) = &running.ready else {
            return Err(refused(
                "R001",
                "外へ送る連携ではないか、動いていません。",
                "連携を選び直してください。",
            ));
        };
        if running.link.extent == catalog::Extent::Full {
            let remedy = "「今すぐ実行」で、いまの全件を送ってください。";
            return Err(refused("R002", "全件の連携です。", remedy));
        }
        let view = self.journal().view(AsOf::default())?;
        let Some(first) = view.load::<Delivery>(&Delivery::key_of(link, since))? else {
            let message = format!("配信{since}番はありません。");
            return Err(refused("R003", &message, "連携の画面で番号を確かめてください。"));
        };
        let from = first.record.from;
        let reach = |limit| changed(self.journal(), dataset, from, view.position(), limit);
        let rows_max = running.link.rows_per_delivery_max;
        let fits = !reach(usize::try_from(rows_max).unwrap_or(usize::MAX))?.more;
        let (mut rows, mut row) = (0, Row::new());
        for stored in &reach(usize::MAX)?.records {
            row.clear();
            rows += u64::from((dataset.row)(&*view, stored, &mut row)? == Fate::Row);
        }
        Ok(Resend { from, rows, rows_max, fits })
    }

    /// Asks that what a preview showed be sent: one delivery under the next number.
    ///
    /// # Errors
    /// As [`Office::resend_preview`]; also no right, a link with a delivery on its way, or more rows than one delivery may have.
    pub fn resend(&self, caller: &Caller, link: &str, since: u64) -> Result<Resend, RunError> {
        let preview = self.resend_preview(link, since)?;
        if !preview.fits {
            let message =
                format!("再送する行が{}件で、1回の上限{}件を超えます。", preview.rows, preview.rows_max);
            return Err(refused("R004", &message, "より新しい番号から再送するか、全件を送ってください。"));
        }
        let event = Event::ResendAsked { from: preview.from };
        let state = self.journal().view(AsOf::default())?.load::<LinkState>(link)?;
        if state.is_none_or(|state| state.record.after(event.clone()).is_err()) {
            return Err(busy());
        }
        self.steer(caller, link, &format!("{since}番からの再送（いまの内容）"), event)?;
        Ok(preview)
    }

    /// Puts the kept bytes of these deliveries in their place once more, under their names and numbers, in order: for a receiver
    /// that lost them. All are looked at before the first is put. Tells the numbers and rows.
    ///
    /// # Errors
    /// [`RunError`]: no such link or delivery, no right, one that is not applied, whose bytes are gone or not those that were
    /// sent, a place that does not take them (those before are there again), or storage.
    pub fn resend_as_sent(
        &self,
        caller: &Caller,
        link: &str,
        (first, last): (u64, u64),
    ) -> Result<Vec<(u64, u64)>, RunError> {
        const RIGHT: &str = "office/links";
        let title = format!("{first}番から{last}番の再送（送ったときのまま）（{link}）");
        self.permit(caller, RIGHT, &title)?;
        let running = self.links().get(link).ok_or_else(|| RunError::no_link(link))?;
        let mut sent = Vec::new();
        for delivery in self.sendable_again(running, first, last)? {
            self.put_again(caller, running, &delivery)?;
            sent.push((delivery.record.no, delivery.record.rows));
        }
        self.audit_done(caller, RIGHT, &title, vec![link.to_owned()])?;
        Ok(sent)
    }

    /// The deliveries of a range, each fit to be put again.
    fn sendable_again(
        &self,
        running: &RunningLink,
        first: u64,
        last: u64,
    ) -> Result<Vec<Versioned<Delivery>>, RunError> {
        let link = &running.link.id;
        if !matches!(&running.ready, Ok(Ready::Outward { .. })) {
            return Err(refused(
                "R001",
                "外へ送る連携ではないか、動いていません。",
                "連携を選び直してください。",
            ));
        }
        let view = self.journal().view(AsOf::default())?;
        if view.load::<LinkState>(link)?.is_some_and(|state| state.record.in_flight.is_some()) {
            return Err(busy());
        }
        if last < first {
            return Err(refused("R003", "番号の範囲が逆です。", "小さい番号から書いてください。"));
        }
        let mut found = Vec::new();
        for no in first..=last {
            let Some(delivery) = view.load::<Delivery>(&Delivery::key_of(link, no))? else {
                let message = format!("配信{no}番はありません。");
                return Err(refused("R003", &message, "連携の画面で番号を確かめてください。"));
            };
            let record = &delivery.record;
            let what = if record.phase != Phase::Applied {
                Some("まだ反映されていません")
            } else if record.pruned_at.is_some() {
                Some("控えは保存期間が過ぎて消えています")
            } else if sha256_of(&sent_file(&self.evidence(link), record)).ok().as_ref()
                != Some(&record.sha256)
            {
                Some("控えが読めないか、送ったときの内容と違います")
            } else {
                None
            };
            if let Some(what) = what {
                let message = format!("配信{no}番は送り直せません（{what}）。");
                return Err(refused("R005", &message, "いまの内容での再送か、全件を使ってください。"));
            }
            found.push(delivery);
        }
        Ok(found)
    }

    fn put_again(
        &self,
        caller: &Caller,
        running: &RunningLink,
        delivery: &Versioned<Delivery>,
    ) -> Result<(), RunError> {
        let Ok(Ready::Outward { dataset, place, .. }) = &running.ready else { return Err(busy()) };
        let record = &delivery.record;
        let name = record.file_name.clone().unwrap_or_default();
        let control = control_of(record, dataset.id);
        let data = sent_file(&self.evidence(&record.link), record);
        let put = place.retire_receipt(&name).and_then(|()| place.put(&name, &data, &control));
        put.map_err(|error| {
            let message = format!("配信{}番を置けません: {}。", record.no, with_causes(&error));
            refused("R006", &message, "場所を直してから、この番号からやり直してください。")
        })?;
        let now = self.clock().now();
        let again = Delivery { sent_again_at: Some(now), ..record.clone() };
        let mut draft = Draft::new("linkage", "office/links", Actor::User(caller.user.clone()), now);
        draft.cause = Cause::Delivery { link: record.link.clone(), no: record.no };
        draft.reason = "送ったときのままの再送".to_owned();
        draft.writes.push(Write::put(&again, Some(delivery.version)).map_err(Fault::from)?);
        match self.journal().commit(draft) {
            // Somebody else noted something of it meanwhile; it lies in its place all the same, and the audit log tells.
            Ok(_) | Err(CommitError::Conflict(_)) => Ok(()),
            Err(error) => Err(RunError::Fault(commit_fault(error))),
        }
    }
}

fn refused(code: &str, message: &str, remedy: &str) -> RunError {
    RunError::refused(code, "再送", message, remedy)
}

fn busy() -> RunError {
    refused(
        "R007",
        "この連携には途中の配信があります。",
        "受領されるか、再開で片付いてから、やり直してください。",
    )
}
