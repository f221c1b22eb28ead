//! 税額変更通知書: what changed of a levy and why, with a slip for what is still to be paid.

use domain::{Yen, wareki};
use register::{Fault, Record, View, ViewExt};
use system::{
    Context, DocumentRequest, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section,
};

use super::correction::no_levy;
use crate::codes::List;
use crate::desk::Desk;
use crate::notice::{Noticed, payment_slip, tax_notice, year_label};
use crate::print::{self, About, fact};
use crate::records::Levy;

/// 税額変更通知書の交付.
pub(crate) fn function() -> Function {
    Function {
        id: "light-vehicle-tax/change-notice",
        title: "税額変更通知書の交付",
        place: Some(Place {
            unit: "軽自動車税", level1: "更正", level2: "証明書交付", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once("通知", vec![levy_key_field().required()])]),
        in_menu: true,
        decide,
    }
}

/// The field that names a levy.
pub(crate) fn levy_key_field() -> Field {
    Field::new("levy_key", "賦課のキー", FieldKind::Text(25)).help("例 04-2026-0000000017-01")
}

/// A levy by its key with everything a notice says of it: LVT06, LVT20, LVT39, LVT44.
pub(crate) fn noticed(desk: &mut Desk<'_>, key: &str) -> Result<Option<Noticed>, Fault> {
    print::check(desk);
    let Some(levy) = desk.view.load::<Levy>(key)?.map(|held| held.record) else {
        no_levy(desk, "levy_key", &format!("「{key}」"));
        return Ok(None);
    };
    let no = levy.addressee_no;
    let Some(noticed) = Noticed::of(desk.view, levy, desk.context)? else {
        desk.known(no, "levy_key", "納税義務者")?;
        return Ok(None);
    };
    if noticed.delivery.protected && noticed.delivery.address.is_empty() {
        desk.alert(
            "LVT44",
            "levy_key",
            "送付先",
            format!("宛名番号{no}の人は支援措置の対象者なので、住所を印字しません。"),
            "送り先を本人に確かめ、ほかの人が開けない方法で渡してください。",
        );
    }
    Ok(Some(noticed))
}

/// LVT36 when nothing changed. A levy that a correction made has a 納税通知書 of its own.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let Some(noticed) = noticed(&mut desk, input.text("levy_key"))? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let changes = &noticed.levy.changes;
    let corrected = changes.last().is_some_and(|newest| !newest.correction_no.is_empty());
    if !corrected {
        let why = format!("通知書番号{}の税額は、変わっていません。", noticed.levy.notice_no);
        desk.error("LVT36", "levy_key", "賦課", why, "先に税額変更をしてください。");
    }
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let key = noticed.levy.key();
    let about = About {
        person: &noticed.person,
        vehicle_no: &noticed.levy.vehicle_no,
        levy_key: &key,
        reissue_of: "",
    };
    let mut documents = Vec::new();
    if changes.len() == 1 {
        let data = tax_notice(context, &noticed, "");
        documents.push(print::issue(&mut desk, "tax-notice", List::Letters.label("notice"), data, &about)?);
    } else {
        let data = letter(context, &noticed);
        documents.push(print::issue(&mut desk, "letter", List::Letters.label("change"), data, &about)?);
        if let Some(data) = payment_slip(context, &noticed) {
            documents.push(DocumentRequest {
                template: "payment-slip".to_owned(),
                title: format!("納付書 {}", noticed.levy.notice_no),
                data,
            });
        }
    }
    let title = documents.first().map(|document| document.title.clone()).unwrap_or_default();
    let mut outcome = desk.outcome(&title, format!("{title}を発行しました。"))?;
    outcome.documents = documents;
    Ok(outcome)
}

fn letter(context: &Context<'_>, noticed: &Noticed) -> serde_json::Value {
    let levy = &noticed.levy;
    let yen = |yen: Yen| format!("{yen}円");
    let mut facts = vec![
        fact("年度", year_label(levy.tax_year)),
        fact("通知書番号", levy.notice_no.clone()),
        fact("納税義務者", noticed.person.name.clone()),
        fact("標識番号", levy.object.clone()),
    ];
    if let Some(newest) = levy.newest() {
        facts.extend([
            fact("変更前の税額", yen(newest.before)),
            fact("変更後の税額", yen(newest.after)),
            fact("差引", yen(newest.difference())),
            fact("変更の事由", List::LevyReasons.label(&newest.reason)),
            fact("決定年月日", wareki(newest.decided_on)),
        ]);
    }
    let paid = noticed.balance.as_ref().map_or(Yen::ZERO, |balance| balance.paid);
    let over = paid.checked_sub(levy.amount).filter(|over| Yen::ZERO < *over);
    facts.push(fact("納付済額", yen(paid)));
    match over {
        Some(over) => facts.push(fact("納め過ぎの額", format!("{over}円（還付又は充当します）"))),
        None => facts.push(fact("これから納める額", yen(noticed.unpaid()))),
    }
    match levy.dues().as_slice() {
        parts @ [_, _, ..] => {
            let each: Vec<String> =
                parts.iter().map(|(yen, due_on)| format!("{yen}円は{}", wareki(*due_on))).collect();
            facts.push(fact("納期限", each.join("、")));
        }
        _ => facts.push(fact("納期限", wareki(levy.due_on))),
    }
    let recipient = print::recipient(&noticed.person, &noticed.delivery);
    print::letter(
        context,
        List::Letters.label("change"),
        &recipient,
        &[List::Letters.cell("change", 2)],
        facts,
        &[List::Letters.cell("appeal", 2)],
    )
}
