//! 仮受の処理: a person says what a payment is for, or gives it back.

use domain::{Date, Yen};
use register::{Fault, View, ViewExt, Write};
use system::{
    Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section, choices,
};

use super::{no_levy, place};
use crate::records::known::Addressee;
use crate::records::{Instalment, Overpayment, Receipt, ReceiptState, RefundDays};
use crate::rules::{self, levy_key_of};
use crate::tasks::{Closed, Over, found};

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
                Field::new("slip", "調定番号・納付書の番号", FieldKind::Text(44)).help("期別に充てるとき。"),
                Field::new("addressee_no", "納めた人の宛名番号", FieldKind::AddresseeNo)
                    .help("返還するとき。過誤納として、還付の手続きで返します。"),
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
    let mut writes = Vec::new();
    let message = if input.text("how") == "return" {
        let payer = input.text("addressee_no");
        if let Some(finding) = no_payer(view, payer)? {
            return Ok(Outcome::refused(vec![finding]));
        }
        let year = Closed::read(view)?.open_from(receipt.year);
        if receipt.year < year {
            receipt.carry(context.today, year);
        }
        let yen = receipt.owe_back(context.today);
        why.clone_into(&mut receipt.why);
        let over = owed_back(&receipt, payer, yen, context.today);
        writes.push(Write::put(&over, None)?);
        format!(
            "{yen}円を過誤納（整理番号 {}）にしました。還付準備、口座振込依頼書受付、還付の順に返します。",
            over.overpayment_key
        )
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
    writes.push(Write::put(&receipt, Some(version))?);
    Ok(Outcome { writes, reason: format!("仮受の処理 {why}"), message, ..Outcome::default() })
}

/// The finding when nobody is named to give the money back to, or nobody who is known.
fn no_payer(view: &dyn View, payer: &str) -> Result<Option<Finding>, Fault> {
    if payer.is_empty() {
        return Ok(Some(Finding::error(
            "TXC75",
            "addressee_no",
            "納めた人の宛名番号",
            "返還を受ける人の宛名番号がありません。",
            "納めた人を確かめて、宛名番号を入力してください。住民でない人は、先に住登外者登録で登録します。",
        )));
    }
    let known = view.load::<Addressee>(payer)?.is_some();
    Ok((!known).then(|| {
        Finding::error(
            "TXC11",
            "addressee_no",
            "納めた人の宛名番号",
            format!("宛名番号 {payer} の宛名を、収滞納はまだ受け取っていません。"),
            "宛名番号を確かめ、登録したばかりのときは宛名からの連携を待ってください。",
        )
    }))
}

/// What is owed back of a payment for no levy: it goes the way of every overpayment, so that it is claimed, asked and paid once.
///
/// Source: 地方税法 17条 (過誤納金の還付); taxes.md 5.1 (unknown receipt).
fn owed_back(receipt: &Receipt, payer: &str, yen: Yen, today: Date) -> Overpayment {
    let over = Over {
        yen,
        cause: rules::Cause::Mistake,
        reference: &receipt.payment_no,
        found_on: today,
        paid_on: receipt.paid_on,
        days: RefundDays::default(),
    };
    found(format!("R-{}", receipt.payment_no), String::new(), payer.to_owned(), &over)
}
