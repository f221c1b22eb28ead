//! Who takes over from whom (移行): a link that succeeds another begins where that one ended, and ends it by that.

use catalog::Fill;
use jiff::Timestamp;
use jiff::civil::Date;
use linkage::{Event, InFlight, LinkState, begins, in_force, local};
use register::{AsOf, Fault, Position, Versioned, View, ViewExt};
use serde::Serialize;

use crate::links::{Ready, RunningLink};
use crate::monitor::LinkStanding;
use crate::{Office, RunError};

/// How a taking over stands (引き継ぎの状況).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cutover {
    /// The link that ends.
    pub before: String,
    /// The link that takes over.
    pub after: String,
    /// The first day of the link that takes over.
    pub on: Option<Date>,
    /// Whether it has taken over.
    pub done: bool,
    /// How it stands, in Japanese.
    pub state: String,
    /// The journal up to here was with the earlier partner at the end, or is by now.
    pub position: Position,
}

/// An item that the other side's layout does not have (送り元にない項目).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lacking {
    /// The item.
    pub item: String,
    /// Its title.
    pub title: String,
    /// What stands for it, in Japanese.
    pub filled: String,
}

/// Whom a link takes over from, as it is when that is asked.
pub(crate) enum Predecessor {
    /// Nobody, or one that never ran and is not there.
    Nobody,
    /// One that may be ended: the version of its state, and the state behind its end.
    Through(Box<(Versioned<LinkState>, LinkState)>),
    /// One that is there and has not run: its state as it would be, ended.
    Unborn(Box<LinkState>),
    /// One that is not through, in Japanese.
    NotYet(String),
}

impl Office {
    /// Whom a link takes over from.
    pub(crate) fn predecessor(
        &self,
        view: &dyn View,
        running: &RunningLink,
        now: Timestamp,
    ) -> Result<Predecessor, Fault> {
        let link = &running.link;
        let Some(id) = &link.succeeds else { return Ok(Predecessor::Nobody) };
        let other = self.links().get(id);
        let title = other.map_or(id.as_str(), |other| other.link.title.as_str());
        let by = || Event::Succeeded { by: link.id.clone() };
        let Some(state) = view.load::<LinkState>(id)? else {
            let Some(other) = other else { return Ok(Predecessor::Nobody) };
            let ended = LinkState::new(&other.link, Position(0), now).after(by());
            return Ok(ended.map_or(Predecessor::Nobody, |ended| Predecessor::Unborn(Box::new(ended))));
        };
        if let Some(taken) = state.record.succeeded_by.as_ref().filter(|taken| **taken != link.id) {
            let words = format!(
                "「{title}」は、もう連携「{taken}」に引き継がれています。それを引き継ぐよう連携定義を直してください"
            );
            return Ok(Predecessor::NotYet(words));
        }
        if let Some(InFlight { no, .. }) = &state.record.in_flight {
            return Ok(Predecessor::NotYet(format!(
                "引き継ぐ連携「{title}」の配信{no}番の受領を待っています"
            )));
        }
        if state.record.division.is_some() {
            let words = format!("引き継ぐ連携「{title}」が、値ごとの送信の途中です");
            return Ok(Predecessor::NotYet(words));
        }
        if let Some(taking) = &state.record.taking {
            let words = format!("引き継ぐ連携「{title}」の配信{}番の取込が終わるのを待っています", taking.no);
            return Ok(Predecessor::NotYet(words));
        }
        Ok(match state.record.after(by()) {
            Ok(ended) => Predecessor::Through(Box::new((state, ended))),
            // It has taken over already.
            Err(_) => Predecessor::Nobody,
        })
    }

    /// Where a link stands whose time has not come or is over; none while it is in force.
    pub(crate) fn out_of_force(
        &self,
        view: &dyn View,
        running: &RunningLink,
        state: Option<&LinkState>,
        now: Timestamp,
    ) -> Result<Option<(LinkStanding, String, &'static str)>, Fault> {
        let link = &running.link;
        let Some(state) = state else {
            if let Some(from) = link.term.from.filter(|_| begins(link, now).is_some()) {
                return Ok(Some((LinkStanding::NotYet, format!("{from}から動きます"), "")));
            }
            if let Some(until) = link.term.until.filter(|_| link.term.is_over(local(now).date())) {
                return Ok(Some((LinkStanding::Ended, format!("{until}で終わりました"), "")));
            }
            return Ok(match self.predecessor(view, running, now)? {
                Predecessor::NotYet(why) => {
                    Some((LinkStanding::Queued, why, "引き継ぐ連携の状態を確かめてください"))
                }
                _ => None,
            });
        };
        if in_force(link, state, now) || state.in_flight.is_some() || state.taking.is_some() {
            return Ok(None);
        }
        if let Some(by) = &state.succeeded_by {
            let title = self.links().get(by).map_or(by.as_str(), |other| other.link.title.as_str());
            return Ok(Some((LinkStanding::Ended, format!("「{title}」に引き継ぎました"), "")));
        }
        Ok(Some(match (begins(link, now), link.term.until) {
            (None, Some(until)) => (LinkStanding::Ended, format!("{until}で終わりました"), ""),
            _ => (LinkStanding::NotYet, format!("{}から動きます", link.term.from.unwrap_or_default()), ""),
        }))
    }

    /// Refuses what would make a link begin something while it is not in force.
    pub(crate) fn must_be_in_force(&self, running: &RunningLink) -> Result<(), RunError> {
        let now = self.clock().now();
        let view = self.journal().view(AsOf::default())?;
        let state = view.load::<LinkState>(&running.link.id)?.map(|state| state.record);
        match self.out_of_force(&*view, running, state.as_ref(), now)? {
            None => Ok(()),
            Some((_, why, _)) => {
                let message = format!("「{}」は、いま動かせません（{why}）。", running.link.id);
                let remedy = "連携定義の有効期間（term）と引き継ぎ（succeeds）を確かめてください。";
                Err(RunError::refused("L005", "連携", message, remedy))
            }
        }
    }

    /// Every taking over that link files speak of.
    ///
    /// # Errors
    /// When storage fails.
    pub fn cutovers(&self) -> Result<Vec<Cutover>, Fault> {
        let view = self.journal().view(AsOf::default())?;
        let now = self.clock().now();
        let mut found = Vec::new();
        for running in self.links().all() {
            let Some(before) = &running.link.succeeds else { continue };
            let old = view.load::<LinkState>(before)?.map(|state| state.record);
            let own = view.load::<LinkState>(&running.link.id)?.map(|state| state.record);
            let done =
                old.as_ref().is_some_and(|old| old.succeeded_by.as_deref() == Some(running.link.id.as_str()));
            let state = match self.out_of_force(&*view, running, own.as_ref(), now)? {
                _ if done => "引き継ぎました".to_owned(),
                Some((_, why, _)) => why,
                None => "次の処理で引き継ぎます".to_owned(),
            };
            found.push(Cutover {
                before: before.clone(),
                after: running.link.id.clone(),
                on: running.link.term.from,
                done,
                state,
                position: old.map(|old| old.position).unwrap_or_default(),
            });
        }
        Ok(found)
    }
}

impl RunningLink {
    /// Items of the dataset, or that the intake needs, that the other side's layout does not have, with what stands for them.
    #[must_use]
    pub fn lacking(&self) -> &[Lacking] {
        match &self.ready {
            Ok(Ready::Inward(inward)) => &inward.lacking,
            _ => &[],
        }
    }
}

/// What stands for an item, in words.
pub(crate) fn in_words(fill: Option<&Fill>, title_of: &dyn Fn(&str) -> String) -> String {
    match fill {
        None => "空のまま取り込みます".to_owned(),
        Some(Fill::Value(value)) if value.is_empty() => "空とします（定義による）".to_owned(),
        Some(Fill::Value(value)) => format!("「{value}」とします"),
        Some(Fill::Item(other)) => format!("「{}」の値とします", title_of(other)),
    }
}
