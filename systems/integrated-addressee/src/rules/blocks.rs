//! 自動応答不可・不開示: one for a person, whatever 宛名番号 it was told of.

use domain::{AddresseeNo, Date};
use register::Fault;

use crate::desk::Desk;
use crate::records::{Block, IntegratedNo, Link, Protection};

/// The 宛名番号 of a person, and one more that is being linked.
pub(crate) fn numbers_of(
    desk: &Desk<'_>,
    integrated_no: IntegratedNo,
    also: Option<AddresseeNo>,
) -> Result<Vec<AddresseeNo>, Fault> {
    let links = desk.by::<Link>("integrated_no", integrated_no.as_str())?;
    let mut numbers: Vec<AddresseeNo> = links.into_iter().map(|link| link.addressee_no).chain(also).collect();
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// Gives out the block of a person as it follows from what was told. Nothing goes out of somebody who never was protected.
pub(crate) fn settle(
    desk: &mut Desk<'_>,
    integrated_no: IntegratedNo,
    also: Option<AddresseeNo>,
    today: Date,
) -> Result<(), Fault> {
    let mut told = Vec::new();
    for number in numbers_of(desk, integrated_no, also)? {
        told.extend(desk.get::<Protection>(number.as_str())?);
    }
    let held = desk.get::<Block>(integrated_no.as_str())?;
    let holding: Vec<&Protection> = told.iter().filter(|one| one.holds()).collect();
    if holding.is_empty() && held.is_none() {
        return Ok(());
    }
    let newest = told.iter().max_by_key(|one| one.told_at);
    // Of several measures the first that began; none has ended as long as one holds.
    let valid_from = holding.iter().filter_map(|one| one.valid_from).min_by_key(|date| date.sort_key());
    let ended = newest.filter(|_| holding.is_empty());
    let block = Block {
        integrated_no,
        no_automatic_answer: holding.iter().any(|one| one.no_automatic_answer),
        undisclosed: holding.iter().any(|one| one.undisclosed),
        valid_from: valid_from.or(ended.and_then(|one| one.valid_from)),
        valid_to: ended.and_then(|one| one.valid_to),
        send_no: held.as_ref().map_or(0, |held| held.send_no),
        sent_on: held.as_ref().map_or(today, |held| held.sent_on),
    };
    if held.as_ref() != Some(&block) {
        desk.put(&Block { send_no: block.send_no.saturating_add(1), sent_on: today, ..block })?;
    }
    Ok(())
}
