//! Deliveries of the town that a partner fetches.

use axum::http::{HeaderName, header};
use serde_json::json;
use transport::http::wire::{FileCard, NAME_HEADER, SignedReceipt, coded, header_values};

use super::{Asker, number};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};

/// Files that wait for the partner's answer, or the one of a name.
pub(crate) fn files(visit: &Visit) -> Result<Reply, Problem> {
    let asker = Asker::of(visit)?;
    let found = match value_of(&visit.query, "name") {
        "" => asker.waiting(value_of(&visit.query, "prefix"))?,
        name => asker.named(name)?,
    };
    Ok(Reply::json(&json!(found)))
}

/// The deliveries of a link behind a number, answered or not.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    let after = match value_of(&visit.query, "after") {
        "" => 0,
        after => after.parse().map_err(|_| Problem::unreadable("after は配信番号です。"))?,
    };
    Ok(Reply::json(&json!(Asker::of(visit)?.behind(visit.param("link"), after)?)))
}

/// The bytes of a delivery, as kept.
pub(crate) fn fetch(visit: &Visit) -> Result<Reply, Problem> {
    let (card, file, bytes) = Asker::of(visit)?.fetch(visit.param("link"), number(visit)?)?;
    with_headers(Reply::file(file, bytes), &card)
}

/// A delivery's lines as headers.
fn with_headers(reply: Reply, card: &FileCard) -> Result<Reply, Problem> {
    let control = card.control().map_err(|error| Problem::fault("a control file", &error))?;
    let mut reply = reply.with(HeaderName::from_static(NAME_HEADER), coded(&card.name));
    for (name, value) in header_values(&control) {
        reply = reply.with(HeaderName::from_static(name), value);
    }
    Ok(reply.with(header::ETAG, format!("\"{}\"", card.sha256)))
}

/// Takes the partner's answer to a delivery.
pub(crate) fn answer(visit: &Visit) -> Result<Reply, Problem> {
    let given: SignedReceipt = serde_json::from_slice(&visit.body)
        .map_err(|error| Problem::unreadable(format!("受領書がJSONとして読めません（{error}）。")))?;
    Asker::of(visit)?.answer(visit.param("link"), number(visit)?, &given)?;
    Ok(Reply::nothing())
}

/// Puts the partner's own answer aside, so that the delivery waits again.
pub(crate) fn retire(visit: &Visit) -> Result<Reply, Problem> {
    Asker::of(visit)?.retire_answer(visit.param("link"), number(visit)?)?;
    Ok(Reply::nothing())
}
