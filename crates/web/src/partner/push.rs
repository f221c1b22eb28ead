//! Deliveries a partner sends to the town.

use axum::http::{StatusCode, header};
use serde_json::json;
use transport::http::wire::{NAME_HEADER, SignedReceipt, control_from, decoded};

use super::{Asker, number};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};

/// Takes a delivery. It is answered by a receipt when the town has taken it in; until then by "accepted".
pub(crate) fn take(visit: &Visit) -> Result<Reply, Problem> {
    let (asker, link) = (Asker::of(visit)?, visit.param("link"));
    asker.bound(link)?;
    let no = number(visit)?;
    let control = control_from(link, &no.to_string(), &|name| visit.header(name).map(str::to_owned))
        .map_err(|error| Problem::unreadable(format!("見出し（Daicho-…）: {error}。")))?;
    let name = visit.header(NAME_HEADER).map(decoded);
    Ok(answer(link, no, asker.take(name, &control, visit.spooled.as_ref())?.as_ref()))
}

/// The receipt, or that there is none yet.
fn answer(link: &str, no: u64, receipt: Option<&SignedReceipt>) -> Reply {
    if let Some(receipt) = receipt {
        return Reply::json(&json!(receipt));
    }
    let body = json!({ "link": link, "no": no, "status": "accepted" });
    let place = format!("/partner/v1/deliveries/{link}/{no}/receipt");
    Reply::json_with(StatusCode::ACCEPTED, &body).with(header::LOCATION, place)
}

/// The town's answer to a delivery.
pub(crate) fn receipt(visit: &Visit) -> Result<Reply, Problem> {
    let (link, no) = (visit.param("link"), number(visit)?);
    Ok(answer(link, no, Asker::of(visit)?.receipt(link, no)?.as_ref()))
}

/// Puts the town's answer aside, because the same delivery is sent again.
pub(crate) fn retire(visit: &Visit) -> Result<Reply, Problem> {
    Asker::of(visit)?.retire_receipt(visit.param("link"), number(visit)?)?;
    Ok(Reply::nothing())
}

/// What the partner has sent under a name.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    Ok(Reply::json(&json!(Asker::of(visit)?.sent(value_of(&visit.query, "name"))?)))
}
