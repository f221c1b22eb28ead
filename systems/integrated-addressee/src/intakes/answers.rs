//! What 中間サーバー answers: to copies and blocks row by row, and to inquiries.

use register::{Fault, Record, View, ViewExt};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use super::{plain_no, refused, send_no};
use crate::desk::Desk;
use crate::records::{
    Block, InformationAnswer, InformationInquiry, InquiryState, ProvisionCopy, Registration, ResultOf,
    TransmissionResult,
};
use crate::rules::{blocks, copies};

/// 副本・自動応答不可・番号の登録結果.
///
/// Source: 共通機能標準仕様書 032 (IF_DBM_20314).
pub const TRANSMISSION_RESULTS: Intake = Intake {
    id: "integrated-addressee/transmission-results",
    title: "副本・自動応答不可・番号の登録結果（中間サーバー）",
    needs: &["result_of", "no", "send_no", "result"],
    apply: transmission_results,
};

/// 情報照会の結果.
///
/// Source: 共通機能標準仕様書 032 (IF_SKI_1071x, 1111x).
pub const INFORMATION_ANSWERS: Intake = Intake {
    id: "integrated-addressee/information-answers",
    title: "情報照会の結果（中間サーバー）",
    needs: &["inquiry_no", "state"],
    apply: information_answers,
};

/// Kept by row; what was accepted for a protected person lets the copies of the person go.
fn transmission_results(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let (mut applied, mut desk) = (Applied::default(), Desk::new(view));
    for row in batch.rows {
        let result = match result(&desk, row, context)? {
            Ok(result) => result,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        if let Some(known) = desk.get::<TransmissionResult>(&result.key())? {
            if result.send_no < known.send_no {
                continue;
            }
            let same = (known.accepted, &known.code) == (result.accepted, &result.code);
            if result.send_no == known.send_no {
                if !same {
                    applied.refused.push(contradiction(row));
                }
                continue;
            }
        }
        desk.put(&result)?;
        let person = match result.result_of {
            ResultOf::Copy => None,
            ResultOf::Block => desk.get::<Block>(row.text("no"))?.map(|block| block.integrated_no),
            ResultOf::Number => desk.get::<Registration>(row.text("no"))?.map(|told| told.integrated_no),
        };
        if let Some(person) = person {
            for number in blocks::numbers_of(&desk, person, None)? {
                copies::release(&mut desk, number, context.today)?;
            }
        }
    }
    applied.writes = desk.writes()?;
    Ok(applied)
}

fn contradiction(row: &Incoming<'_>) -> RefusedRow {
    let message = format!(
        "処理通番{}（送信{}回目）には、違う結果がすでに届いています（MSV08）。先の結果を残しました。中間サーバーに正しい結果を確かめてください。",
        row.text("no"),
        row.text("send_no")
    );
    refused(row.text("no"), "result", message)
}

fn result(
    desk: &Desk<'_>,
    row: &Incoming<'_>,
    context: &Context<'_>,
) -> Result<Result<TransmissionResult, RefusedRow>, Fault> {
    let parsed = plain_no(row, "no", "処理通番").and_then(|no| Ok((no, send_no(row, no)?)));
    let (no, send_no) = match parsed {
        Ok(parsed) => parsed,
        Err(refused) => return Ok(Err(refused)),
    };
    let Some(result_of) = ResultOf::from_code(row.text("result_of")) else {
        let message = format!(
            "区分「{}」は、1（副本）、2（自動応答不可）、3（番号の登録・削除）のどれでもありません。",
            row.text("result_of")
        );
        return Ok(Err(refused(no, "result_of", message)));
    };
    let accepted = match row.text("result") {
        "1" => true,
        "9" => false,
        text => {
            let message = format!("結果「{text}」は、1（受付）か9（エラー）ではありません。");
            return Ok(Err(refused(no, "result", message)));
        }
    };
    let sent = match result_of {
        ResultOf::Copy => desk
            .view
            .load_by::<ProvisionCopy>("copy_no", no)?
            .first()
            .map(|held| (held.record.key(), held.record.send_no)),
        ResultOf::Block => desk.view.load::<Block>(no)?.map(|held| (no.to_owned(), held.record.send_no)),
        ResultOf::Number => desk
            .view
            .load::<Registration>(no)?
            .map(|held| (Registration::result_key(no), held.record.send_no)),
    };
    let Some((of, _)) = sent.filter(|(_, last)| send_no <= *last) else {
        let message = format!(
            "処理通番{no}（送信{send_no}回目）は、送っていません（MSV07）。ほかの団体の結果か、控えから戻す前の結果です。中間サーバーに確かめてください。"
        );
        return Ok(Err(refused(no, "no", message)));
    };
    let text = |item: &str| if accepted { String::new() } else { row.text(item).to_owned() };
    Ok(Ok(TransmissionResult {
        result_of,
        of,
        send_no,
        accepted,
        code: text("error_code"),
        text: text("error_text"),
        answered_on: context.today,
    }))
}

/// A state never goes back: what is answered stays answered.
fn information_answers(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let (mut applied, mut desk) = (Applied::default(), Desk::new(view));
    for row in batch.rows {
        let no = match plain_no(row, "inquiry_no", "照会番号") {
            Ok(no) => no,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        let asked = desk.get::<InformationInquiry>(no)?;
        if asked.is_none_or(|asked| asked.integrated_no.is_none()) {
            let message = format!(
                "照会番号{no}の情報照会は、送っていません（MSV07）。ほかの団体の回答かもしれません。中間サーバーに確かめてください。"
            );
            applied.refused.push(refused(no, "inquiry_no", message));
            continue;
        }
        let Some(state) = InquiryState::from_code(row.text("state")) else {
            let message = format!(
                "状態「{}」は、1（受付）、2（回答あり）、3（回答なし）、9（エラー）のどれでもありません。",
                row.text("state")
            );
            applied.refused.push(refused(no, "state", message));
            continue;
        };
        let now = InformationAnswer {
            inquiry_no: no.to_owned(),
            state,
            code: row.text("error_code").to_owned(),
            text: row.text("error_text").to_owned(),
            data: row.text("answer").to_owned(),
            answered_on: context.today,
        };
        match desk.get::<InformationAnswer>(no)? {
            Some(known) if known.state.is_final() => {
                let same = (known.state, &known.code, &known.data) == (now.state, &now.code, &now.data);
                if !same && state.is_final() {
                    let message = format!(
                        "照会番号{no}には、違う回答がすでに届いています（MSV08）。先の回答を残しました。中間サーバーに正しい回答を確かめてください。"
                    );
                    applied.refused.push(refused(no, "state", message));
                }
            }
            Some(known) if known.state == state => {}
            _ => desk.put(&now)?,
        }
    }
    applied.writes = desk.writes()?;
    Ok(applied)
}
