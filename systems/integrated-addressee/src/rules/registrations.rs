//! 団体内統合宛名番号の登録・削除: what 中間サーバー is told of a number, and when.

use domain::{AddresseeNo, Date};
use register::Fault;

use super::{blocks, copies};
use crate::desk::Desk;
use crate::records::{Block, IntegratedNo, Link, Registration, TransmissionResult};

/// A number is somebody's: it is registered, unless it is already. One that was deleted is registered again, and its block with it.
///
/// Source: 共通機能標準仕様書 032 (0320001, 0320008).
pub(crate) fn register(desk: &mut Desk<'_>, integrated_no: IntegratedNo, today: Date) -> Result<(), Fault> {
    let held = desk.get::<Registration>(integrated_no.as_str())?;
    if held.as_ref().is_some_and(|held| !held.deleted) {
        return Ok(());
    }
    put(desk, integrated_no, held.as_ref(), false, today)?;
    if held.is_some()
        && let Some(block) = desk.get::<Block>(integrated_no.as_str())?.filter(Block::holds)
    {
        // The server deleted it with the number.
        desk.put(&Block { send_no: block.send_no.saturating_add(1), sent_on: today, ..block })?;
    }
    Ok(())
}

/// A 宛名番号 is no longer the person's. A number no 宛名番号 has any more is deleted at the server; here it stays, and is never given again.
/// Whether it is deleted.
///
/// Source: 共通機能標準仕様書 032 (0320003, 0320008).
pub(crate) fn unlink(
    desk: &mut Desk<'_>,
    addressee_no: AddresseeNo,
    integrated_no: IntegratedNo,
    today: Date,
) -> Result<bool, Fault> {
    desk.close::<Link>(addressee_no.as_str())?;
    for number in blocks::numbers_of(desk, integrated_no, None)? {
        if desk.get::<Link>(number.as_str())?.is_some() {
            return Ok(false);
        }
    }
    let held = desk.get::<Registration>(integrated_no.as_str())?;
    if held.as_ref().is_none_or(|held| !held.deleted) {
        put(desk, integrated_no, held.as_ref(), true, today)?;
    }
    Ok(true)
}

/// What became of a task's flag that was to be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dropped {
    /// The 宛名番号 has no integrated number.
    Unlinked,
    /// The task had not set it.
    NoFlag(IntegratedNo),
    /// Other tasks still represent the person under the 宛名番号.
    Flag(IntegratedNo),
    /// The 宛名番号 is linked no longer; the person has others.
    Link(IntegratedNo),
    /// It was the person's last.
    Number(IntegratedNo),
}

/// Takes the flag of a task away; a 宛名番号 no task represents is linked no longer.
///
/// Source: 共通機能標準仕様書 032 (0320021, 0320003).
pub(crate) fn drop_task(
    desk: &mut Desk<'_>,
    addressee_no: &str,
    task_id: &str,
    today: Date,
) -> Result<Dropped, Fault> {
    let Some(link) = desk.get::<Link>(addressee_no)? else { return Ok(Dropped::Unlinked) };
    let integrated_no = link.integrated_no;
    if !link.tasks.iter().any(|task| task == task_id) {
        return Ok(Dropped::NoFlag(integrated_no));
    }
    let tasks: Vec<String> = link.tasks.iter().filter(|task| *task != task_id).cloned().collect();
    if !tasks.is_empty() {
        desk.put(&Link { tasks, ..link })?;
        return Ok(Dropped::Flag(integrated_no));
    }
    Ok(match unlink(desk, link.addressee_no, integrated_no, today)? {
        true => Dropped::Number(integrated_no),
        false => Dropped::Link(integrated_no),
    })
}

/// Whether nothing of a number may go to the server, as it was deleted there.
pub(crate) fn is_deleted(desk: &Desk<'_>, integrated_no: &str) -> Result<bool, Fault> {
    Ok(desk.get::<Registration>(integrated_no)?.is_some_and(|held| held.deleted))
}

/// The server refused a number, and has not accepted it since: its words.
pub(crate) fn refusal(desk: &Desk<'_>, integrated_no: &str) -> Result<Option<String>, Fault> {
    let result = desk.get::<TransmissionResult>(&Registration::result_key(integrated_no))?;
    Ok(result.filter(|result| !result.accepted).map(|result| copies::words(&result)))
}

fn put(
    desk: &mut Desk<'_>,
    integrated_no: IntegratedNo,
    held: Option<&Registration>,
    deleted: bool,
    today: Date,
) -> Result<(), Fault> {
    let send_no = held.map_or(0, |held| held.send_no).saturating_add(1);
    desk.put(&Registration { integrated_no, deleted, send_no, sent_on: today })
}
