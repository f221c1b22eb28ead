//! 督促状の返戻・公示送達: a reminder that came back, and the public notice that serves it.

use domain::{Yen, wareki};
use register::{Fault, View};
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use super::{Debtor, day, day_or_today, disorder, in_future, keys_field, person_field, place, refuse};
use crate::notices::{self, Words};
use crate::rules::days::plus;
use crate::rules::rates;

/// 督促状の返戻・公示送達.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/reminder-returned",
        title: "督促状返戻・公示送達",
        place: place("滞納整理", "督促・催告", "督促状作成"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "返戻",
            vec![
                person_field(),
                keys_field("空のときは、督促をした未納の期別すべてです。"),
                Field::new("returned_on", "返戻日", FieldKind::Date).help("空のときは今日です。"),
                Field::new("notice_on", "公示送達の掲示を始めた日", FieldKind::Date)
                    .help("公示送達をするとき。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 地方税法 20条の2 (公示送達).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let returned_on = day_or_today(input, "returned_on", context);
    let notice_on = day(input, "notice_on");
    let mut debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    let keys = match debtor.chosen(input, |held| held.reminder.is_some()) {
        Ok(keys) => keys,
        Err(findings) => return Ok(Outcome::refused(findings)),
    };
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(in_future("returned_on", "返戻日", returned_on, context.today));
    for levy in debtor.of(&keys) {
        match levy.reminder {
            None => findings.push(Finding::error(
                "TXC56",
                "levy_keys",
                "対象の調定番号",
                format!("調定番号{}には督促をしていません。", levy.levy_key),
                "督促をした期別を選んでください。",
            )),
            Some(reminder)
                if returned_on < reminder.sent_on || notice_on.is_some_and(|on| on < reminder.sent_on) =>
            {
                let message =
                    format!("返戻か公示の日が、督促の発付日{}より前です。", wareki(reminder.sent_on));
                findings.push(disorder("returned_on", "返戻日", message));
            }
            Some(_) => {}
        }
    }
    if !findings.is_empty() {
        return Ok(Outcome::refused(findings));
    }
    for key in &keys {
        debtor.change(key, |held| {
            if let Some(reminder) = &mut held.reminder {
                reminder.returned_on = Some(returned_on);
                reminder.served_by_notice_on = notice_on.or(reminder.served_by_notice_on);
            }
        });
    }
    let mut documents = Vec::new();
    if let Some(on) = notice_on {
        let served = plus(on, rates()?.arrears.public_notice_days);
        let debts = debtor.of(&keys).iter().map(|held| notices::debt(held, Yen::ZERO)).collect();
        let words = Words {
            title: "公示送達書",
            date: on,
            opening: vec![
                "下記の書類は、送達を受けるべき者の住所等が不明のため、地方税法第20条の2の規定により公示送達します。".to_owned(),
                format!("書類は保管しており、いつでも交付します。掲示を始めた日から7日を経過した日（{}）に送達があったものとみなされます。", wareki(served)),
            ],
            facts: vec![("書類", "督促状".to_owned())],
            debts,
            ..Words::default()
        };
        let name = notices::name_of(view, &debtor.case.addressee_no)?;
        documents.push(notices::letter_named(&name, words, context));
    }
    let count = keys.len();
    let message = match notice_on {
        Some(_) => format!("{count}件の返戻と公示送達を記録しました。"),
        None => {
            format!("{count}件の返戻を記録しました。宛先を調べ、分からないときは公示送達をしてください。")
        }
    };
    let outcome = debtor.done("督促状返戻・公示送達", message)?;
    Ok(Outcome { documents, ..outcome })
}
