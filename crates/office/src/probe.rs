//! Trying a link's place out (接続の試験), and ordering faults there in the rehearsal environment (障害の予行).

use std::error::Error;

use transport::{Mischief, Rehearsal};

use crate::audit::AuditResult;
use crate::{Caller, Office, Ready, RunError, RunningLink};

const RIGHT: &str = "office/links";

/// What came of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The place, without secrets.
    pub place: String,
    /// The steps that went well, in their order.
    pub steps: Vec<String>,
    /// What the first that did not go well says, and why, from outside in; empty when all went well.
    pub failure: Vec<String>,
}

impl Office {
    /// Tries the place of a link out: whether it is reached, and may be read and written. Nothing is sent and nothing of the link
    /// moves.
    ///
    /// # Errors
    /// [`RunError`]: no such link or none with a place, no right, or storage.
    pub fn probe_link(&self, caller: &Caller, id: &str) -> Result<Probe, RunError> {
        let title = format!("接続の試験（{id}）");
        self.permit(caller, RIGHT, &title)?;
        let ready = self.ready_link(id)?;
        let Some(place) = ready.place() else {
            return Err(RunError::refused(
                "L006",
                "連携",
                "この連携は同じプログラムの中で受け渡すので、試す接続先がありません。",
                "動いているかどうかは、連携の状況と配信で確かめてください。",
            ));
        };
        let mut steps = Vec::new();
        let tried = place.probe(&mut |step| steps.push(step.to_owned()));
        let failure = tried.err().map(|error| causes(&error)).unwrap_or_default();
        let result = if failure.is_empty() { AuditResult::Done } else { AuditResult::Refused };
        self.commit_audit(self.named_entry(caller, RIGHT, &title, result))?;
        Ok(Probe { place: place.describe(), steps, failure })
    }

    /// Orders a fault at the place of a link, or the end of it. All links of the place feel it.
    ///
    /// # Errors
    /// [`RunError`]: no such link, no right, no rehearsal environment, or storage.
    pub fn rehearse(&self, caller: &Caller, id: &str, mischief: Option<Mischief>) -> Result<(), RunError> {
        let what = mischief.map_or("終わり", Mischief::label);
        let title = format!("障害の予行（{id}）: {what}");
        self.permit(caller, RIGHT, &title)?;
        let ready = self.ready_link(id)?;
        let Some(rehearsal) = rehearsal(ready) else {
            return Err(RunError::refused(
                "L007",
                "連携",
                "この環境では、障害の予行はできません。",
                "予行用の環境の設定ファイルに [simulators] faults = true と書いて、そこで行ってください。",
            ));
        };
        // Before the order: what is not in the log was not done.
        self.commit_audit(self.named_entry(caller, RIGHT, &title, AuditResult::Done))?;
        rehearsal.order(mischief);
        Ok(())
    }

    /// What is ordered at the place of a link; none where nothing can be.
    pub fn rehearsed(&self, id: &str) -> Option<Option<Mischief>> {
        let ready = self.links().get(id)?.ready.as_ref().ok()?;
        rehearsal(ready).map(Rehearsal::ordered)
    }

    /// The links at whose places something is ordered.
    pub fn under_rehearsal(&self) -> Vec<&RunningLink> {
        let is_ordered = |running: &&RunningLink| {
            running.ready.as_ref().ok().and_then(rehearsal).and_then(Rehearsal::ordered).is_some()
        };
        self.links().all().iter().filter(is_ordered).collect()
    }

    fn ready_link(&self, id: &str) -> Result<&Ready, RunError> {
        let running = self.links().get(id).ok_or_else(|| RunError::no_link(id))?;
        running.ready.as_ref().map_err(|why| {
            RunError::refused(
                "L008",
                "連携",
                why.as_str(),
                "連携ファイルとレイアウトを直してから試してください。",
            )
        })
    }
}

fn rehearsal(ready: &Ready) -> Option<&Rehearsal> {
    ready.place()?.rehearsal()
}

/// An error and what stands behind it; a cause that only says the same is left out.
fn causes(error: &dyn Error) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !told.iter().any(|before| before.contains(&text)) {
            told.push(text);
        }
        next = error.source();
    }
    told
}
