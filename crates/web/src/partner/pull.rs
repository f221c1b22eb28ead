//! Deliveries of the town that a partner fetches.

use std::collections::BTreeSet;
use std::fs::File;

use serde_json::json;
use transport::Place;
use transport::http::wire::{FileCard, FileList, SignedReceipt};

use super::{asked, audit, disk, number, place, unknown, with_headers};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};

/// Deliveries told at once.
const LIST_MAX: usize = 200;

/// Files that wait for the partner's answer, or the one of a name.
pub(crate) fn files(visit: &Visit) -> Result<Reply, Problem> {
    let (partner, _) = asked(visit)?;
    let name = value_of(&visit.query, "name");
    let own = |card: &FileCard| partner.links.contains(&card.link);
    let files = if name.is_empty() {
        let waiting = partner.files.folder().arrivals(value_of(&visit.query, "prefix")).map_err(place)?;
        let waiting: BTreeSet<String> = waiting.into_iter().map(|arrival| arrival.name).collect();
        partner.files.incoming(&|card| own(card) && waiting.contains(&card.name))
    } else {
        partner.files.incoming(&|card| own(card) && card.name == name)
    };
    let files = files.map_err(|error| disk(&error))?;
    Ok(Reply::json(&json!(FileList { files, more: false })))
}

/// The deliveries of a link behind a number, answered or not.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    let (partner, link) = asked(visit)?;
    let after = match value_of(&visit.query, "after") {
        "" => 0,
        after => after.parse().map_err(|_| Problem::unreadable("after は配信番号です。"))?,
    };
    let found = partner.files.incoming(&|card| card.link == link && after < card.no);
    let mut files = found.map_err(|error| disk(&error))?;
    files.sort_by_key(|card| (card.no, card.part));
    let more = LIST_MAX < files.len();
    files.truncate(LIST_MAX);
    Ok(Reply::json(&json!(FileList { files, more })))
}

fn find(visit: &Visit) -> Result<FileCard, Problem> {
    let (partner, link) = asked(visit)?;
    let no = number(visit)?;
    let found = partner.files.incoming(&|card| card.link == link && card.no == no);
    found.map_err(|error| disk(&error))?.pop().ok_or_else(|| unknown(link, no))
}

/// The bytes of a delivery, as kept.
pub(crate) fn fetch(visit: &Visit) -> Result<Reply, Problem> {
    let card = find(visit)?;
    let (partner, link) = asked(visit)?;
    let path = partner.files.folder().incoming().join(&card.name);
    let opened = File::open(path).and_then(|file| file.metadata().map(|meta| (file, meta.len())));
    let (file, bytes) = opened.map_err(|error| disk(&error))?;
    // Before a byte leaves the house.
    audit(visit, partner, link, card.no)?;
    with_headers(Reply::file(file, bytes), &card)
}

/// Takes the partner's answer to a delivery.
pub(crate) fn answer(visit: &Visit) -> Result<Reply, Problem> {
    let card = find(visit)?;
    let (partner, link) = asked(visit)?;
    let given: SignedReceipt = serde_json::from_slice(&visit.body)
        .map_err(|error| Problem::unreadable(format!("受領書がJSONとして読めません（{error}）。")))?;
    let receipt = given.receipt().map_err(|error| Problem::unreadable(format!("受領書: {error}。")))?;
    if receipt.no != card.no {
        return Err(Problem::unreadable(format!("受領書の番号が{}です。", receipt.no)));
    }
    partner.files.folder().answer(&card.name, &receipt).map_err(place)?;
    audit(visit, partner, link, card.no)?;
    Ok(Reply::nothing())
}

/// Puts the partner's own answer aside, so that the delivery waits again.
pub(crate) fn retire(visit: &Visit) -> Result<Reply, Problem> {
    let card = find(visit)?;
    let (partner, link) = asked(visit)?;
    partner.files.folder().retire_answer(&card.name).map_err(place)?;
    audit(visit, partner, link, card.no)?;
    Ok(Reply::nothing())
}
