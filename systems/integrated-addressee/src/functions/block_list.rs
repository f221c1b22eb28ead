//! 自動応答不可・不開示の状況: who is blocked at 中間サーバー, and whether it has accepted it. No names and no addresses.

use std::ops::ControlFlow;

use domain::wareki;
use register::{Fault, View};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Form, Function, Input, Mode, Outcome};

use crate::desk::Desk;
use crate::records::{Block, Link, PROTECTION, Protection, TransmissionResult};
use crate::rules::copies;

/// The most rows one answer shows; the count is of all.
const ROWS_MAX: usize = 1_000;

/// 自動応答不可・不開示の状況一覧: by 宛名番号 it was told of.
pub fn function() -> Function {
    Function {
        id: "integrated-addressee/block-list",
        title: "自動応答不可・不開示の状況一覧",
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
    let mut count = 0_usize;
    let (mut rows, mut subjects): (Vec<Value>, Vec<String>) = (Vec::new(), Vec::new());
    view.scan(&PROTECTION, None, &mut |stored| {
        let told = stored.typed::<Protection>()?.record;
        count = count.saturating_add(1);
        if ROWS_MAX <= rows.len() {
            return Ok(ControlFlow::Continue(()));
        }
        let block = match desk.get::<Link>(told.addressee_no.as_str())? {
            Some(link) => desk.get::<Block>(link.integrated_no.as_str())?,
            None => None,
        };
        let (state, why) = state(&desk, block.as_ref())?;
        subjects.push(told.addressee_no.to_string());
        rows.push(json!({
            "addressee_no": told.addressee_no,
            "no_automatic_answer": if told.no_automatic_answer { "1" } else { "" },
            "undisclosed": if told.undisclosed { "1" } else { "" },
            "sent_on": block.as_ref().map(|block| wareki(block.sent_on)),
            "state": state,
            "why": why,
            "integrated_no": block.as_ref().map(|block| block.integrated_no),
        }));
        Ok(ControlFlow::Continue(()))
    })?;
    let data = json!({ "count": count, "more": rows.len() < count, "rows": rows });
    let message = format!("{count}人です。");
    Ok(Outcome { message, answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

fn state(desk: &Desk<'_>, block: Option<&Block>) -> Result<(&'static str, String), Fault> {
    let Some(block) = block else {
        return Ok(("送信なし", "団体内統合宛名番号が付くと送ります。".to_owned()));
    };
    let result = desk
        .get::<TransmissionResult>(block.integrated_no.as_str())?
        .filter(|result| result.send_no == block.send_no);
    Ok(match result {
        None => ("結果待ち", String::new()),
        Some(result) if result.accepted => {
            (if block.holds() { "設定済み" } else { "解除済み" }, String::new())
        }
        Some(result) => ("エラー", format!("中間サーバーが断りました（{}）。", copies::words(&result))),
    })
}
