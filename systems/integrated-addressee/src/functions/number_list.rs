//! 統合宛名番号の連絡の状況: which numbers 中間サーバー was told of, and whether it has accepted it. No names and no 個人番号.

use std::ops::ControlFlow;

use domain::wareki;
use register::{Fault, View};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Form, Function, Input, Mode, Outcome};

use crate::desk::Desk;
use crate::records::{PERSON, REGISTRATION, Registration, TransmissionResult};
use crate::rules::{blocks, copies};

/// The most rows one answer shows; the counts are of all.
const ROWS_MAX: usize = 1_000;

/// 統合宛名番号の連絡の状況一覧: what is not accepted yet, and what was numbered before numbers were told.
pub fn function() -> Function {
    Function {
        id: "integrated-addressee/number-list",
        title: "団体内統合宛名番号の連絡の状況一覧",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(Vec::new()),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, _input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let desk = Desk::new(view);
    let (mut count, mut accepted) = (0_usize, 0_usize);
    let (mut rows, mut subjects): (Vec<Value>, Vec<String>) = (Vec::new(), Vec::new());
    view.scan(&REGISTRATION, None, &mut |stored| {
        let told = stored.typed::<Registration>()?.record;
        let result = desk
            .get::<TransmissionResult>(&Registration::result_key(&stored.key))?
            .filter(|result| result.send_no == told.send_no);
        let (state, code, why) = match result {
            Some(result) if result.accepted => {
                accepted = accepted.saturating_add(1);
                return Ok(ControlFlow::Continue(()));
            }
            None => ("結果待ち", "", String::new()),
            Some(result) => (
                "エラー",
                "MSV16",
                format!(
                    "中間サーバーが{}を断りました（{}）。理由を直し、「中間サーバーへの再送」で区分「番号の登録・削除」を送り直してください。",
                    told.word(),
                    copies::words(&result)
                ),
            ),
        };
        count = count.saturating_add(1);
        if rows.len() < ROWS_MAX {
            let numbers = blocks::numbers_of(&desk, told.integrated_no, None)?;
            subjects.extend(numbers.iter().map(ToString::to_string));
            rows.push(json!({
                "integrated_no": told.integrated_no, "request": told.word(), "send_no": told.send_no,
                "sent_on": wareki(told.sent_on), "state": state, "code": code, "why": why,
            }));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let mut untold = 0_usize;
    view.scan(&PERSON, None, &mut |stored| {
        if desk.get::<Registration>(&stored.key)?.is_none() {
            untold = untold.saturating_add(1);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let data = json!({
        "count": count, "accepted": accepted, "untold": untold, "more": rows.len() < count, "rows": rows,
    });
    let message = format!(
        "受付を待つか断られた連絡は{count}件、受け付けられたものは{accepted}件、まだ連絡していない番号は{untold}件です。"
    );
    Ok(Outcome { message, answer: Some(Answer { data, subjects }), ..Outcome::default() })
}
