//! Questions of a partner that the town answers.

use office::{Caller, Rights};
use serde_json::json;
use transport::Question;

use super::asked;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::Visit;

/// Answers a question over a link the partner is bound to.
pub(crate) fn answer(visit: &Visit) -> Result<Reply, Problem> {
    let (partner, link) = asked(visit)?;
    let question: Question = serde_json::from_slice(&visit.body)
        .map_err(|error| Problem::unreadable(format!("照会がJSONとして読めません（{error}）。")))?;
    // Its configuration opens the link to it; that is its right to ask.
    let rights = Rights(vec!["office/inquiry".to_owned()]);
    let caller = Caller { rights, ..partner.caller(&visit.terminal) };
    let answered = visit.office().ask(&caller, link, &question)?;
    Ok(Reply::json(&json!(answered.answer)))
}
