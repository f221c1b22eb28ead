//! The intake of what 住基ネット answered (基本４情報確認結果, 同一住所者検索結果).

use domain::Sex;
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Intake};

use super::refusal;
use crate::records::{FoundPerson, PersonQuery, QueryResult};

const SUBJECT: &str = "answer_no";

/// Answers, a row for each person of one; a question that found nobody has one row without a person.
pub const QUERY_ANSWERS: Intake = Intake {
    id: "addressee/query-answers",
    title: "住基ネットの回答（住登外）",
    needs: &["answer_no", "query_no", "query_result"],
    apply,
};

fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    // Several rows may be of one question: each is laid on what those before made of it.
    let mut changed: Vec<(PersonQuery, u32)> = Vec::new();
    for row in batch.rows {
        let query_no = row.text("query_no");
        let Some(result) = QueryResult::from_code(row.text("query_result")) else {
            let message = format!("結果「{}」はコード表にありません。", row.text("query_result"));
            applied.refused.push(refusal(row, SUBJECT, "query_result", message));
            continue;
        };
        let at = match changed.iter().position(|(query, _)| query.query_no == query_no) {
            Some(at) => Some(at),
            None => match view.load::<PersonQuery>(query_no)? {
                Some(held) => {
                    changed.push((held.record, held.version));
                    Some(changed.len() - 1)
                }
                None => None,
            },
        };
        let Some((query, _)) = at.and_then(|at| changed.get_mut(at)) else {
            let message = format!("照会番号「{query_no}」の照会はありません。送信元に確かめてください。");
            applied.refused.push(refusal(row, SUBJECT, "query_no", message));
            continue;
        };
        query.result = Some(result);
        query.answered_on = query.answered_on.or(Some(context.today));
        let answer_no = row.text(SUBJECT);
        let known = query.found.iter().any(|person| person.answer_no == answer_no);
        if !known && !row.text("name").is_empty() {
            let owned = |item: &str| row.text(item).to_owned();
            query.found.push(FoundPerson {
                answer_no: answer_no.to_owned(),
                name: owned("name"),
                name_kana: owned("name_kana"),
                birth_date: owned("birth_date"),
                sex: Sex::from_code(row.text("sex")),
                address: owned("address"),
            });
            query.found.sort_by(|one, other| one.answer_no.cmp(&other.answer_no));
        }
    }
    for (query, version) in changed {
        let same = view.load::<PersonQuery>(&query.query_no)?.is_some_and(|held| held.record == query);
        if !same {
            applied.writes.push(Write::put(&query, Some(version))?);
        }
    }
    Ok(applied)
}
