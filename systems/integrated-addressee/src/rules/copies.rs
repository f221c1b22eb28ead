//! 副本: what a task told goes out at once, or waits with its reason.

use domain::{AddresseeNo, Date};
use register::{Fault, Record, ViewExt};

use super::hold;
use crate::desk::Desk;
use crate::records::{Counter, ProvisionCopy, Told, TransmissionResult, WaitingCopy};

/// Digits of a 処理通番.
const COPY_NO_DIGITS: usize = 12;

/// Takes a copy as a task told it. An older one, or one that says what is already so, changes nothing.
pub(crate) fn take(desk: &mut Desk<'_>, told: &Told, told_at: i64, today: Date) -> Result<(), Fault> {
    let key = told.key();
    let items = serde_json::to_string(&told.items)
        .map_err(|error| Fault::new("items of a copy cannot be written", error))?;
    let sent = desk.get::<ProvisionCopy>(&key)?;
    let waiting = desk.get::<WaitingCopy>(&key)?;
    let known = match (&waiting, &sent) {
        (Some(one), _) => Some((one.history_no, &one.items, one.undisclosed)),
        (None, Some(one)) => Some((one.history_no, &one.items, one.undisclosed)),
        (None, None) => None,
    };
    if let Some((history_no, held, undisclosed)) = known
        && (told.history_no < history_no
            || told.history_no == history_no && *held == items && undisclosed == told.undisclosed)
    {
        return Ok(());
    }
    let now = WaitingCopy {
        task_id: told.task_id.clone(),
        affair: told.affair.clone(),
        addressee_no: told.addressee_no,
        history_no: told.history_no,
        items,
        undisclosed: told.undisclosed,
        since: waiting.map_or(today, |held| held.since),
        told_at,
    };
    settle(desk, &now, today)
}

/// Copies of a 宛名番号 that waited and need not any more go out.
pub(crate) fn release(desk: &mut Desk<'_>, addressee_no: AddresseeNo, today: Date) -> Result<(), Fault> {
    for held in desk.view.load_by::<WaitingCopy>("addressee_no", addressee_no.as_str())? {
        // As this decision leaves it: what another row of the batch let go has gone.
        if let Some(copy) = desk.get::<WaitingCopy>(&held.record.key())? {
            settle(desk, &copy, today)?;
        }
    }
    Ok(())
}

/// Copies of a 宛名番号 that went once go once more, but for those that something newer waits behind or that have just gone.
pub(crate) fn again(desk: &mut Desk<'_>, addressee_no: AddresseeNo, today: Date) -> Result<(), Fault> {
    for held in desk.view.load_by::<ProvisionCopy>("addressee_no", addressee_no.as_str())? {
        let key = held.record.key();
        let Some(copy) = desk.get::<ProvisionCopy>(&key)? else { continue };
        if copy.send_no != held.record.send_no || desk.get::<WaitingCopy>(&key)?.is_some() {
            continue;
        }
        let waiting = WaitingCopy {
            task_id: copy.task_id,
            affair: copy.affair,
            addressee_no: copy.addressee_no,
            history_no: copy.history_no,
            items: copy.items,
            undisclosed: copy.undisclosed,
            since: today,
            // What was told of a block is later than the copy: it would not have gone otherwise.
            told_at: 0,
        };
        settle(desk, &waiting, today)?;
    }
    Ok(())
}

fn settle(desk: &mut Desk<'_>, copy: &WaitingCopy, today: Date) -> Result<(), Fault> {
    let Ok(integrated_no) = hold::of(desk, copy)? else { return desk.put(copy) };
    let before = desk.get::<ProvisionCopy>(&copy.key())?;
    let (copy_no, send_no) = match before {
        Some(before) => (before.copy_no, before.send_no),
        None => (next_no(desk, Counter::COPY)?, 0),
    };
    desk.put(&ProvisionCopy {
        copy_no,
        task_id: copy.task_id.clone(),
        affair: copy.affair.clone(),
        addressee_no: copy.addressee_no,
        integrated_no,
        history_no: copy.history_no,
        items: copy.items.clone(),
        undisclosed: copy.undisclosed,
        send_no: send_no.saturating_add(1),
        sent_on: today,
    })?;
    desk.close::<WaitingCopy>(&copy.key())
}

/// The next serial of a series, as digits.
pub(crate) fn next_no(desk: &mut Desk<'_>, series: &str) -> Result<String, Fault> {
    let last = desk.get::<Counter>(series)?.map_or(0, |held| held.last).saturating_add(1);
    desk.put(&Counter { name: series.to_owned(), last })?;
    Ok(format!("{last:0COPY_NO_DIGITS$}"))
}

/// Code and words of a refusal.
pub(crate) fn words(result: &TransmissionResult) -> String {
    format!("{} {}", result.code, result.text).trim().to_owned()
}
