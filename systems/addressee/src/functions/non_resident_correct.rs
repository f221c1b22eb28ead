//! 住登外者修正: changed facts of a non-resident (flow 2 of the data linkage standard).

use register::{Fault, View, ViewExt, Write};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::PersonAsked;
use super::non_resident_register::item_wrong;
use super::people::{address_fields, cleared, person_clearable, person_fields};
use crate::findings;
use crate::records::{Addressee, AddresseeClass};

/// 住登外者修正. Only what is given changes; an address is given whole.
pub fn function() -> Function {
    let mut whom = vec![
        Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
        Field::new("changed_on", "異動年月日", FieldKind::Date),
    ];
    whom.push(Field::new("clear", "空にする項目", FieldKind::Choice(person_clearable())));
    Function {
        id: "addressee/non-resident-correct",
        title: "住登外者修正",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once("修正する住登外者", whom),
            Section::once("変わる項目", person_fields(false)),
            Section::once("新しい住所（変わるときは全体を入力）", address_fields()),
            Section::once("修正", vec![Field::new("reason", "修正理由", FieldKind::Text(100))]),
        ]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: PersonAsked = input.read()?;
    let number = input.text("addressee_no");
    let Some(held) = view.load::<Addressee>(number)? else {
        return Ok(Outcome::refused(vec![findings::unknown("addressee_no", "宛名番号", number)]));
    };
    let record = &held.record;
    if record.class != AddresseeClass::NonResident {
        return Ok(Outcome::refused(vec![findings::wrong_class(record, AddresseeClass::NonResident)]));
    }
    if record.closed_on.is_some() {
        return Ok(Outcome::refused(vec![findings::closed(record)]));
    }
    let changed_on = super::day(input, "changed_on");
    let mut found = item_wrong(&asked, context.today);
    found.extend(findings::not_future("changed_on", "異動年月日", changed_on, context.today));
    let changed = asked.applied_to(&cleared(record, input.text("clear")));
    if changed == *record {
        found.push(findings::unchanged());
    }
    if changed.birth_date.is_none() && changed.address.is_empty() {
        found.push(findings::too_little());
    }
    if !found.is_empty() {
        return Ok(Outcome::refused(found));
    }
    let message = format!("{}を修正しました。", changed.display_name);
    let reason = match input.text("reason") {
        "" => "住登外者修正",
        reason => reason,
    };
    let writes = vec![Write::put(&changed, Some(held.version))?];
    Ok(Outcome { effective_on: changed_on, ..super::done(number, message, reason, writes) })
}
