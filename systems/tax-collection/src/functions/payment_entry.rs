//! 窓口収納: a payment at the counter.

use domain::Yen;
use register::{Fault, View, ViewExt};
use system::{
    Choice, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::{day_or_today, no_levy, place};
use crate::intakes::{PaymentDesk, Told};
use crate::records::{Channel, Instalment, Stage};
use crate::rules::levy_key_of;

/// 窓口収納.
pub(super) fn function() -> Function {
    let channels = [Channel::Window, Channel::Bank, Channel::Post];
    let channels = channels
        .map(|channel| Choice { code: channel.code().to_owned(), label: channel.label().to_owned() })
        .to_vec();
    Function {
        id: "tax-collection/payment-entry",
        title: "窓口収納",
        place: place("収納", "窓口等収納", "消込データ作成"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "納付",
            vec![
                Field::new("slip", "調定番号（納付書の番号）", FieldKind::Text(44))
                    .required()
                    .help("納付書の44桁、20桁の番号、または 04-2026-0000000017-01 の形"),
                Field::new("payment_no", "収納番号（領収番号）", FieldKind::Text(30)).required(),
                Field::new("channel", "収納チャネル", FieldKind::Choice(channels)).required(),
                Field::new("paid_on", "納付日", FieldKind::Date).help("空のときは今日です。"),
                Field::new("amount", "納付額", FieldKind::Yen).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let slip = input.text("slip");
    let key = levy_key_of(slip).map(|key| key.to_string()).unwrap_or_default();
    let Some(held) = view.load::<Instalment>(&key)? else {
        return Ok(Outcome::refused(vec![no_levy("slip", slip)]));
    };
    let paid_on = day_or_today(input, "paid_on", context);
    let yen = Yen(input.text("amount").parse().unwrap_or_default());
    let refuse = |path: &str, item: &str, message: String, remedy: &str| {
        Ok(Outcome::refused(vec![Finding::error("TXC04", path, item, message, remedy)]))
    };
    if context.today < paid_on {
        let message = format!("納付日{}が、今日より後です。", domain::wareki(paid_on));
        return refuse("paid_on", "納付日", message, "納付日を確かめてください。");
    }
    if yen == Yen::ZERO {
        return refuse("amount", "納付額", "納付額が0円です。".to_owned(), "納付額を入力してください。");
    }
    let decided_on = held.record.first_decided_on();
    let mut findings = Vec::new();
    if let Some(decided_on) = decided_on.filter(|decided_on| paid_on < *decided_on) {
        findings.push(Finding::alert(
            "TXC74",
            "paid_on",
            "納付日",
            format!(
                "納付日{}が、調定番号{key}の決定日{}より前です。",
                domain::wareki(paid_on),
                domain::wareki(decided_on)
            ),
            "納付日と調定番号を確かめてください。見込納付なら、確認して進めてください。",
        ));
    }
    let mut desk = PaymentDesk::at_counter(view, context.today)?;
    let told = Told {
        payment_no: input.text("payment_no").to_owned(),
        channel: Channel::from_code(input.text("channel")).unwrap_or(Channel::Window),
        stage: Stage::Final,
        levy_key: key,
        slip: slip.to_owned(),
        paid_on,
        received_on: paid_on,
        yen,
    };
    if desk.holds(&told.payment_no)? {
        return refuse(
            "payment_no",
            "収納番号",
            format!("収納番号{}はすでに使われています。", told.payment_no),
            "領収番号を確かめてください。",
        );
    }
    if let Err(why) = desk.take(told)? {
        return refuse(why.item, "納付", why.what, why.remedy);
    }
    Ok(Outcome {
        findings,
        writes: desk.writes()?,
        reason: "窓口収納".to_owned(),
        message: format!("{}円を受け取りました。消込で調定に充てます。", yen),
        opens: Some(held.record.addressee_no),
        ..Outcome::default()
    })
}
