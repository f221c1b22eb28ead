//! Questions of a partner that the town answers.

use serde_json::json;
use transport::Question;

use super::Asker;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::Visit;

/// Answers a question over a link the partner is bound to.
pub(crate) fn answer(visit: &Visit) -> Result<Reply, Problem> {
    let (asker, link) = (Asker::of(visit)?, visit.param("link"));
    asker.bound(link)?;
    let question: Question = serde_json::from_slice(&visit.body)
        .map_err(|error| Problem::unreadable(format!("照会がJSONとして読めません（{error}）。")))?;
    Ok(Reply::json(&json!(asker.ask(link, &question)?)))
}
