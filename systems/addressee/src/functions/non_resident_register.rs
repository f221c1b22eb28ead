//! 住登外者登録: a number for somebody who is no resident (flow 1 of the data linkage standard).

use register::{Fault, View, Write};
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use super::PersonAsked;
use super::people::{address_fields, person_fields};
use crate::candidates;
use crate::findings;
use crate::linked;
use crate::numbering::Numbering;

/// 住登外者登録. Everybody who may be the person is asked about before a new number is given.
pub fn function() -> Function {
    Function {
        id: "addressee/non-resident-register",
        title: "住登外者登録",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once("住登外者", person_fields(true)),
            Section::once("住所", address_fields()),
            Section::once("登録", vec![Field::new("reason", "登録理由", FieldKind::Text(100))]),
        ]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: PersonAsked = input.read()?;
    let mut found = stated_wrong(&asked, context.today);
    if !found.is_empty() {
        return Ok(Outcome::refused(found));
    }
    let candidates = candidates::find(view, &asked.sought(), &asked.task_id, context)?;
    found.extend(candidates.iter().map(findings::candidate));
    let mut numbering = Numbering::of(view, Numbering::NON_RESIDENT)?;
    let number = numbering.next()?;
    let made = linked::marked(view, asked.non_resident(number))?;
    let mut writes = vec![Write::put(&made, None)?];
    writes.extend(numbering.write()?);
    let reason = match input.text("reason") {
        "" => "住登外者登録",
        reason => reason,
    };
    let message = format!("{}を宛名番号 {number} で登録しました。", made.display_name);
    Ok(super::with(super::done(number.as_str(), message, reason, writes), found))
}

/// What stands against the items of a new person, or of a changed one.
pub(super) fn stated_wrong(asked: &PersonAsked, today: domain::Date) -> Vec<Finding> {
    let mut found = item_wrong(asked, today);
    if asked.birth_date.is_none() && asked.address.given().is_none() {
        found.push(findings::too_little());
    }
    found
}

/// What stands against single items.
pub(super) fn item_wrong(asked: &PersonAsked, today: domain::Date) -> Vec<Finding> {
    let mut found = Vec::new();
    let birth = asked.birth_date.and_then(|date| date.earliest());
    found.extend(findings::not_future("birth_date", "生年月日", birth, today));
    let task = &asked.task_id;
    if !task.is_empty() && (task.len() != 3 || !task.bytes().all(|byte| byte.is_ascii_digit())) {
        found.push(findings::task_id(task));
    }
    found
}
