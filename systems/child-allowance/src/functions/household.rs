//! 世帯照会: a household as known here, and its entitlements.

use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use crate::records::{Entitlement, Person};
use crate::rules::Month;

/// 児童手当世帯照会, by 世帯番号 or by the 宛名番号 of a member.
pub fn function() -> Function {
    Function {
        id: "child-allowance/household",
        title: "児童手当世帯照会",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会する世帯",
            vec![
                Field::new("household_no", "世帯番号", FieldKind::HouseholdNo),
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo)
                    .help("世帯員の一人。世帯番号があれば不要です。"),
                Field::new("as_of", "基準日", FieldKind::Date).help("空のときは今日です。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let household_no = match input.text("household_no") {
        "" => view
            .load::<Person>(input.text("addressee_no"))?
            .and_then(|held| held.record.household_no)
            .map(|number| number.to_string())
            .unwrap_or_default(),
        number => number.to_owned(),
    };
    let mut members: Vec<Person> = Vec::new();
    if !household_no.is_empty() {
        members = view.load_by("household_no", &household_no)?.into_iter().map(|held| held.record).collect();
    }
    if members.is_empty() {
        return Ok(Outcome::refused(vec![Finding::error(
            "CHA01",
            "household_no",
            "世帯番号",
            "その番号の世帯はありません。",
            "世帯番号か、世帯員の宛名番号を確かめてください。",
        )]));
    }
    members.sort_by_key(|member| (!member.is_resident(), member.member_order, member.addressee_no));
    let month = Month::of(super::as_of(input, context));
    let mut entitlements = Vec::new();
    for member in &members {
        let Some(held) = view.load::<Entitlement>(member.addressee_no.as_str())? else { continue };
        let payee = members.iter().find(|other| Some(other.addressee_no) == held.record.payee);
        entitlements.push(super::shown(&held.record, Some(member), payee, month)?);
    }
    let subjects = members.iter().map(|member| member.addressee_no.to_string()).collect();
    let shown: Vec<Value> = members.iter().map(member_shown).collect();
    let data = json!({ "household_no": household_no, "members": shown, "entitlements": entitlements });
    Ok(Outcome { answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

fn member_shown(member: &Person) -> Value {
    json!({
        "addressee_no": member.addressee_no,
        "name": member.name,
        "name_kana": member.name_kana,
        "birth_date": member.birth_date,
        "birth_date_label": member.birth_date.label_wareki(),
        "judged": member.judged,
        "relation": member.relation,
        "status": member.status,
        "status_label": member.status.label(),
        "departed_on": member.departed_on.map(|day| day.to_string()),
    })
}
