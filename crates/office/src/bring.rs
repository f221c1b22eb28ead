//! Files that staff bring in (媒体で受け取ったファイル): a bank's terminal writes a file and nothing beside it.

use std::path::Path;

use linkage::{Delivery, LinkState};
use register::{AsOf, ViewExt};
use serde::Serialize;
use transport::Control;

use crate::links::Ready;
use crate::take::measured;
use crate::worker::{Failure, with_causes};
use crate::{Caller, Office, RunError};

/// How many of a link's newest deliveries are held against a file that is brought.
const DELIVERIES_LOOKED_AT: u64 = 1_000;

/// A file that was put in its place (届けたファイル).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Brought {
    /// Its number on the link.
    pub no: u64,
    /// The name it has there.
    pub name: String,
    /// Rows in it.
    pub rows: u64,
}

impl Office {
    /// Whether staff may [`bring`](Self::bring) files of a link.
    pub fn takes_by_hand(&self, link: &str) -> bool {
        self.links().get(link).is_some_and(|running| match &running.ready {
            Ok(Ready::Inward(inward)) => inward.unpacker.is_none() && inward.place.takes_by_hand(),
            _ => false,
        })
    }

    /// Puts a file that came without a control file in the place of a link, under the next number and with the control file it
    /// lacks; the worker takes it from there. It is read whole first: one whose counts or totals are wrong is not put, nor one
    /// that was taken before, whatever its name.
    ///
    /// # Errors
    /// [`RunError`]: no such link, no right, a link by which nothing comes in or whose files are packed, a file that does not
    /// read or came before, another that is not taken in yet, a place that is no folder, or storage.
    pub fn bring(&self, caller: &Caller, link: &str, file: &Path) -> Result<Brought, RunError> {
        const RIGHT: &str = "office/links";
        let title = format!("受け取ったファイルを届ける（{link}）");
        self.permit(caller, RIGHT, &title)?;
        let running = self.links().get(link).ok_or_else(|| RunError::no_link(link))?;
        let Ok(Ready::Inward(inward)) = &running.ready else {
            return Err(refused(
                "B001",
                "外から届く連携ではないか、動いていません。",
                "連携を選び直してください。",
            ));
        };
        if inward.unpacker.is_some() {
            let remedy = "管理ファイルと一緒に、場所に置いてください。";
            return Err(refused("B002", "梱包されたファイルが届く連携です。", remedy));
        }
        let (rows, bytes, sha256) = match measured(inward, file) {
            Ok(Ok(measured)) => measured,
            Ok(Err(what)) => {
                let remedy = "何も取り込んでいません。送り元に確かめ、正しいファイルをもらってください。";
                return Err(refused("B003", &format!("ファイルが正しくありません: {what}。"), remedy));
            }
            Err(Failure::Link(what)) => {
                return Err(refused(
                    "B003",
                    &format!("{what}。"),
                    "ファイルの場所と名前を確かめてください。",
                ));
            }
            Err(Failure::Journal(fault)) => return Err(RunError::Fault(fault)),
            Err(Failure::Overtaken | Failure::Receiver(_)) => return Err(busy()),
        };
        let _alone = self.bringing_lock();
        let view = self.journal().view(AsOf::default())?;
        let state = view.load::<LinkState>(link)?.map(|state| state.record);
        if state.as_ref().is_some_and(|state| state.taking.is_some()) {
            return Err(busy());
        }
        let no = state.as_ref().map_or(1, |state| state.next_no);
        for before in no.saturating_sub(DELIVERIES_LOOKED_AT).max(1)..no {
            let taken = view.load::<Delivery>(&Delivery::key_of(link, before))?;
            if taken.is_some_and(|taken| taken.record.sha256 == sha256) {
                let message = format!("配信{before}番として取り込んだファイルと、同じ内容です。");
                return Err(refused(
                    "B004",
                    &message,
                    "二度は取り込みません。別のファイルを選んでください。",
                ));
            }
        }
        drop(view);
        let placed = |error: transport::PlaceError| {
            let message = format!("{}。", with_causes(&error));
            refused("B006", &message, "場所を確かめてから、やり直してください。")
        };
        let waiting = inward.place.arrivals(&inward.file_prefix).map_err(placed)?;
        if waiting.iter().any(|one| one.control.as_ref().is_ok_and(|control| no <= control.no)) {
            return Err(busy());
        }
        let name = format!("{}{no:06}.dat", inward.file_prefix);
        let control = Control {
            link: link.to_owned(),
            no,
            dataset: running.link.dataset.clone(),
            extent: match running.link.extent {
                catalog::Extent::Full => "full".to_owned(),
                catalog::Extent::Difference => "difference".to_owned(),
            },
            // Each is newer than the one before; nothing else is known of the moment.
            as_of: state.map_or(0, |state| state.position.0) + 1,
            rows,
            bytes,
            sha256,
            content: None,
            part: 1,
            parts: 1,
        };
        inward.place.bring(&name, file, &control).map_err(placed)?;
        self.audit_done(caller, RIGHT, &title, vec![link.to_owned()])?;
        Ok(Brought { no, name, rows })
    }
}

fn refused(code: &str, message: &str, remedy: &str) -> RunError {
    RunError::refused(code, "受け取ったファイル", message, remedy)
}

fn busy() -> RunError {
    refused(
        "B005",
        "先に届いたファイルが、まだ取り込まれていません。",
        "取り込まれてから、やり直してください。",
    )
}
