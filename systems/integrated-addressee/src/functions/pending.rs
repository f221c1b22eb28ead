//! 付番待ち一覧: residents with a 個人番号 and 住登外者 who have no integrated number yet.

use std::ops::ControlFlow;

use register::{Fault, View};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Form, Function, Input, Mode, Outcome};

use crate::records::{PENDING, Pending};

/// The most rows one answer shows; the count is of all.
const ROWS_MAX: usize = 1_000;

/// 付番待ち一覧. A number is asked for with 個人番号, which no link carries: whoever may see it takes it from the register by 宛名番号 and
/// enters both at 団体内統合宛名番号付番.
pub fn function() -> Function {
    Function {
        id: "integrated-addressee/pending",
        title: "団体内統合宛名番号の付番待ち一覧",
        place: None,
        mode: Mode::Both,
        effect: Effect::Reads,
        form: Form::of(Vec::new()),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, _input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut count = 0_usize;
    let (mut rows, mut subjects): (Vec<Value>, Vec<String>) = (Vec::new(), Vec::new());
    view.scan(&PENDING, None, &mut |stored| {
        let one = stored.typed::<Pending>()?.record;
        count = count.saturating_add(1);
        if rows.len() < ROWS_MAX {
            subjects.push(one.addressee_no.to_string());
            rows.push(json!({
                "addressee_no": one.addressee_no,
                "class": if one.history_no.is_some() { "住民" } else { "住登外" },
                "name": name(&one),
                "told_on": domain::wareki(one.told_on),
                "to_check": to_check(&one),
            }));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let data = json!({ "count": count, "more": rows.len() < count, "rows": rows });
    let message = format!("付番を待つ人は{count}人です。");
    Ok(Outcome { message, answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

/// Of a resident none: the register shows it to whoever may see it there. Of a 住登外者 unless the address is protected.
fn name(one: &Pending) -> &str {
    if one.protected { "（支援措置の対象のため表示しません）" } else { &one.name }
}

fn to_check(one: &Pending) -> &'static str {
    match one.history_no {
        Some(_) => "個人番号はありますが、付番していません。住民記録で個人番号を確かめ、付番してください。",
        None => {
            "住登外者です。個人番号を業務で把握しているか確かめ、分かれば付番してください。個人番号がない人は、このまま残ります。"
        }
    }
}
