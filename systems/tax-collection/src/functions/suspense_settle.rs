//! 仮受の処理: a person says what a payment is for, or gives it back.

use domain::Yen;
use register::{Fault, View, ViewExt, Write};
use system::{
    Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section, choices,
};

use super::{no_levy, place};
use crate::records::{Cause, Instalment, Receipt, ReceiptState};
use crate::rules::levy_key_of;

/// 仮受の処理.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/suspense-settle",
        title: "仮受の処理",
        place: place("収納", "窓口等収納", "消込"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "仮受",
            vec![
                Field::new("payment_no", "収納番号", FieldKind::Text(60)).required(),
                Field::new(
                    "how",
                    "処理",
                    FieldKind::Choice(choices(&[
                        ("put", "期別に充てる（次の消込で消し込む）"),
                        ("return", "納めた人に返還する"),
                    ])),
                )
                .required(),
                Field::new("slip", "調定番号・納付書の番号", FieldKind::Text(44)),
                Field::new("why", "理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("payment_no");
    let held = view.load::<Receipt>(no)?.filter(|held| held.record.state == ReceiptState::Suspense);
    let Some(held) = held else {
        return Ok(Outcome::refused(vec![Finding::error(
            "TXC05",
            "payment_no",
            "収納番号",
            format!("収納番号「{no}」の仮受はありません。"),
            "仮受一覧で収納番号を確かめてください。",
        )]));
    };
    let version = held.version;
    let mut receipt = held.record;
    let why = input.text("why");
    let message = if input.text("how") == "return" {
        let yen = receipt.unapplied();
        receipt.take_back(context.today, Cause::Refund, ReceiptState::Returned);
        why.clone_into(&mut receipt.why);
        format!("{}円を返還します。", yen)
    } else {
        let slip = input.text("slip");
        let key = levy_key_of(slip).map(|key| key.to_string()).unwrap_or_default();
        let Some(levy) = view.load::<Instalment>(&key)? else {
            return Ok(Outcome::refused(vec![no_levy("slip", slip)]));
        };
        receipt.levy_key = key;
        receipt.state = ReceiptState::Waiting;
        why.clone_into(&mut receipt.why);
        let open: Yen = levy.record.open_total();
        format!("次の消込で{}に充てます（未納 {open}円）。", levy.record.levy_key)
    };
    Ok(Outcome {
        writes: vec![Write::put(&receipt, Some(version))?],
        reason: format!("仮受の処理 {why}"),
        message,
        ..Outcome::default()
    })
}
