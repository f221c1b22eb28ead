//! 付番待ち一覧: residents with a 個人番号 and 住登外者 who have no integrated number yet, and whose 個人番号 another person has.

use std::ops::ControlFlow;

use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Form, Function, Input, Mode, Outcome};

use crate::records::{CONFLICT, Conflict, PENDING, Pending};

/// The most rows one answer shows; the count is of all.
const ROWS_MAX: usize = 1_000;

/// 付番待ち一覧: whom no link could number. Whoever may see a 個人番号 takes it from the register by 宛名番号 and enters both at
/// 団体内統合宛名番号付番.
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
            let conflict = view.load::<Conflict>(one.addressee_no.as_str())?.map(|held| held.record);
            subjects.push(one.addressee_no.to_string());
            rows.push(json!({
                "addressee_no": one.addressee_no,
                "class": if one.history_no.is_some() { "住民" } else { "住登外" },
                "name": name(&one),
                "told_on": domain::wareki(one.told_on),
                "to_check": conflict.map_or_else(|| to_check(&one).to_owned(), |one| contradiction(&one)),
            }));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    // Somebody numbered whose new 個人番号 another person has.
    view.scan(&CONFLICT, None, &mut |stored| {
        let one = stored.typed::<Conflict>()?.record;
        if view.get(&PENDING, one.addressee_no.as_str())?.is_some() {
            return Ok(ControlFlow::Continue(()));
        }
        count = count.saturating_add(1);
        if rows.len() < ROWS_MAX {
            subjects.push(one.addressee_no.to_string());
            rows.push(json!({
                "addressee_no": one.addressee_no,
                "class": "付番済み",
                "name": "",
                "told_on": domain::wareki(one.told_on),
                "to_check": contradiction(&one),
            }));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let data = json!({ "count": count, "more": rows.len() < count, "rows": rows });
    let message = format!("付番を待つ人と個人番号の食い違う人は{count}人です。");
    Ok(Outcome { message, answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

/// What contradicts a 個人番号 that was told, without the number.
fn contradiction(one: &Conflict) -> String {
    let holder = one.holder;
    if one.differs.is_empty() {
        return format!(
            "住民記録の新しい個人番号は、団体内統合宛名番号 {holder} の人が持っています。どちらの番号が正しいか確かめ、「個人番号の変更」で直してください。"
        );
    }
    format!(
        "個人番号は団体内統合宛名番号 {holder} の人のものですが、{}が違います。本人の番号であることを確かめ、同じ人なら付番してください。",
        one.differs.join("・")
    )
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
