//! 臨戸・調査: what was said and seen, and when to look again.

use domain::wareki;
use register::{Fault, View};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::{
    Debtor, choices_of, day, day_or_today, disorder, in_future, person_field, place, refuse, reopen,
};
use crate::records::{Contact, ContactKind};

/// 臨戸・調査.
pub(super) fn function() -> Function {
    Function {
        id: "tax-collection/contact",
        title: "臨戸・調査",
        place: place("滞納整理", "相談対応", "臨戸・調査"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "折衝",
            vec![
                person_field(),
                Field::new("on", "折衝日", FieldKind::Date).help("空のときは今日です。"),
                Field::new("kind", "方法", FieldKind::Choice(choices_of!(ContactKind))).required(),
                Field::new("note", "内容", FieldKind::Lines(2_000)).required(),
                Field::new("next_on", "次に確かめる日", FieldKind::Date),
                Field::new("officer", "担当者", FieldKind::Text(30))
                    .help("担当者を決める、または替えるとき。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let on = day_or_today(input, "on", context);
    let next_on = day(input, "next_on");
    if let Some(finding) = in_future("on", "折衝日", on, context.today) {
        return refuse(finding);
    }
    if let Some(next) = next_on.filter(|next| *next <= on) {
        let message = format!("次に確かめる日{}が、折衝日{}より後ではありません。", wareki(next), wareki(on));
        return refuse(disorder("next_on", "次に確かめる日", message));
    }
    let mut debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    reopen(&mut debtor.case, context.today);
    let kind = ContactKind::from_code(input.text("kind")).unwrap_or(ContactKind::Visit);
    let note = input.text("note").to_owned();
    debtor.case.contacts.push(Contact { on, kind, note, next_on });
    debtor.case.contacts.sort_by_key(|contact| contact.on);
    if !input.text("officer").is_empty() {
        debtor.case.officer = input.text("officer").to_owned();
    }
    debtor.done("臨戸・調査", format!("{}の{}を記録しました。", wareki(on), kind.label()))
}
