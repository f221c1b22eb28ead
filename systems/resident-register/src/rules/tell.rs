//! Lays the notices of a movement (送信通知) down beside its rows, each with its place in the order of its person's notices.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AddresseeNo, MovementReason};
use register::{Fault, View, ViewExt, Write};

use super::address;
use super::outbound::{self, Circumstance, Due, Receiver, Told};
use crate::desk::Desk;
use crate::records::{Counter, NoticeKind, NoticeState, OutboundNotice, Person};

/// The notices of a person, in order.
pub(crate) fn of_person(view: &dyn View, no: AddresseeNo) -> Result<Vec<OutboundNotice>, Fault> {
    let held = view.load_by::<OutboundNotice>("addressee_no", no.as_str())?;
    let mut notices: Vec<OutboundNotice> = held.into_iter().map(|held| held.record).collect();
    notices.sort_by_key(|notice| notice.sequence);
    Ok(notices)
}

/// Makes the notices of everything that is laid down.
///
/// Source: 住民記録システム標準仕様書 7.1.1.1 (the order of one person's notices is kept).
pub(crate) fn all(desk: &mut Desk<'_>) -> Result<Vec<OutboundNotice>, Fault> {
    let mut made = Made { notices: Vec::new(), last: BTreeMap::new() };
    let circumstances = desk.circumstances.clone();
    for (before, after) in desk.steps() {
        let mut known = circumstances.clone();
        let undoes = undone(desk, &after)?;
        if !after.cancels.is_empty() && transfer_sent(desk.view, &after)? {
            known.insert(Circumstance::TransferSent);
        }
        let reason = after.movement_reason;
        let told = Told { before: before.as_ref(), after: &after, reason, undoes, circumstances: &known };
        made.of(desk, &told, before.as_ref())?;
    }
    for (person, reason) in std::mem::take(&mut desk.number_requests) {
        let known = BTreeSet::from([Circumstance::Request]);
        let told =
            Told { before: Some(&person), after: &person, reason, undoes: None, circumstances: &known };
        made.of(desk, &told, None)?;
    }
    Ok(made.notices)
}

/// Writes what [`all`] made.
pub(crate) fn writes(notices: &[OutboundNotice]) -> Result<Vec<Write>, Fault> {
    notices.iter().map(|notice| Ok(Write::put(notice, None)?)).collect()
}

struct Made {
    notices: Vec<OutboundNotice>,
    last: BTreeMap<AddresseeNo, u32>,
}

impl Made {
    fn of(&mut self, desk: &mut Desk<'_>, told: &Told<'_>, before: Option<&Person>) -> Result<(), Fault> {
        for due in outbound::due(told) {
            // What is taken back was told to where it was told; the row that stands now does not know of it.
            let of = match told.circumstances.contains(&Circumstance::TransferSent)
                || (due.notice == NoticeKind::Annex && told.after.registered_domicile.is_none())
            {
                true => before.unwrap_or(told.after),
                false => told.after,
            };
            let last_registered = desk.last_registered.as_ref();
            let is_here = |place: &domain::Address| address::is_in(desk.context, place);
            for receiver in outbound::receivers(due.notice, of, last_registered, &is_here) {
                self.one(desk, told, due, receiver)?;
            }
        }
        Ok(())
    }

    fn one(
        &mut self,
        desk: &mut Desk<'_>,
        told: &Told<'_>,
        due: Due,
        receiver: Receiver,
    ) -> Result<(), Fault> {
        let row = told.after;
        let no = row.addressee_no;
        let last = match self.last.get(&no) {
            Some(last) => *last,
            None => of_person(desk.view, no)?.last().map_or(0, |notice| notice.sequence),
        };
        let sequence = last.saturating_add(1);
        self.last.insert(no, sequence);
        let asked = told.circumstances.contains(&Circumstance::Request);
        self.notices.push(OutboundNotice {
            message_no: OutboundNotice::key_of(desk.next_serial(Counter::NOTICE)?),
            addressee_no: no,
            sequence,
            history_no: row.history_no,
            notice: due.notice,
            category: due.category.to_owned(),
            reason: told.reason,
            change: (!asked).then(|| told.change()),
            through: receiver.through,
            to_name: receiver.name,
            to_code: receiver.code,
            event_date: if asked { None } else { row.event_date },
            notified_on: row.notified_on.filter(|_| !asked),
            made_on: desk.today(),
            function: desk.function.to_owned(),
            content: outbound::content(due.notice, row),
            state: NoticeState::Valid,
            state_reason: String::new(),
            state_by: String::new(),
            resend_of: String::new(),
            resend_reason: String::new(),
            answered_on: None,
        });
        Ok(())
    }
}

/// 異動事由 of the newest row a cancellation takes back.
fn undone(desk: &Desk<'_>, row: &Person) -> Result<Option<MovementReason>, Fault> {
    let Some(newest) = row.cancels.iter().max() else { return Ok(None) };
    let history = desk.view.load_history::<Person>(row.addressee_no.as_str())?;
    let found = history.iter().find(|held| held.record.history_no == *newest);
    Ok(found.map(|held| held.record.movement_reason))
}

/// Whether 転出証明書情報 was sent for a row that is taken back, so that the receiver is still waiting for the person.
fn transfer_sent(view: &dyn View, row: &Person) -> Result<bool, Fault> {
    Ok(of_person(view, row.addressee_no)?.iter().any(|notice| {
        notice.notice == NoticeKind::MoveOutCertificate && row.cancels.contains(&notice.history_no)
    }))
}
