//! 中間サーバーへの再送: a copy, a block or a number that the server refused goes once more as it is.

use register::{Fault, View};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
    choices,
};

use crate::desk::Desk;
use crate::records::{Block, ProvisionCopy, Registration, ResultOf, TransmissionResult};

/// 中間サーバーへの再送.
pub fn function() -> Function {
    Function {
        id: "integrated-addressee/resend",
        title: "中間サーバーへの再送",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "再送するもの",
            vec![
                Field::new(
                    "result_of",
                    "区分",
                    FieldKind::Choice(choices(&[
                        ("1", "副本"),
                        ("2", "自動応答不可・不開示"),
                        ("3", "番号の登録・削除"),
                    ])),
                )
                .required(),
                Field::new("key", "副本の鍵・団体内統合宛名番号", FieldKind::Text(60))
                    .required()
                    .help("状況一覧に出ている「副本の鍵」か、団体内統合宛名番号。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let key = input.text("key");
    let mut desk = Desk::new(view);
    let result_of = ResultOf::from_code(input.text("result_of")).unwrap_or(ResultOf::Copy);
    let refused = |of: &str, send_no: u32| -> Result<bool, Fault> {
        let result = Desk::new(view).get::<TransmissionResult>(of)?;
        Ok(result.is_some_and(|result| result.send_no == send_no && !result.accepted))
    };
    let (sent_on, mut subjects) = (context.today, Vec::new());
    match result_of {
        ResultOf::Copy => {
            let Some(copy) = desk.get::<ProvisionCopy>(key)? else { return Ok(nothing(key)) };
            if !refused(key, copy.send_no)? {
                return Ok(nothing(key));
            }
            subjects.push(copy.addressee_no.to_string());
            desk.put(&ProvisionCopy { send_no: copy.send_no.saturating_add(1), sent_on, ..copy })?;
        }
        ResultOf::Block => {
            let Some(block) = desk.get::<Block>(key)? else { return Ok(nothing(key)) };
            if !refused(key, block.send_no)? {
                return Ok(nothing(key));
            }
            let numbers = crate::rules::blocks::numbers_of(&desk, block.integrated_no, None)?;
            subjects.extend(numbers.iter().map(ToString::to_string));
            desk.put(&Block { send_no: block.send_no.saturating_add(1), sent_on, ..block })?;
        }
        ResultOf::Number => {
            let Some(told) = desk.get::<Registration>(key)? else { return Ok(nothing(key)) };
            if !refused(&Registration::result_key(key), told.send_no)? {
                return Ok(nothing(key));
            }
            let numbers = crate::rules::blocks::numbers_of(&desk, told.integrated_no, None)?;
            subjects.extend(numbers.iter().map(ToString::to_string));
            desk.put(&Registration { send_no: told.send_no.saturating_add(1), sent_on, ..told })?;
        }
    }
    Ok(Outcome {
        writes: desk.writes()?,
        reason: "中間サーバーへの再送".to_owned(),
        message: format!("{key} を次の送信で送り直します。"),
        answer: Some(Answer { data: json!({ "key": key }), subjects }),
        ..Outcome::default()
    })
}

/// MSV09: only what was refused goes again; what waits for its result may have been accepted.
fn nothing(key: &str) -> Outcome {
    Outcome::refused(vec![Finding::error(
        "MSV09",
        "key",
        "副本の鍵・団体内統合宛名番号",
        format!("「{key}」は、中間サーバーが断ったものではありません。"),
        "状況一覧の「エラー」のものの鍵を入力してください。結果待ちのものは、結果を待ってください。",
    )])
}
