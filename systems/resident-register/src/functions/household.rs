//! 世帯照会: a household with its members, those who left, and what is pending.

use domain::HouseholdNo;
use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Place, Section,
};

use super::person;
use crate::concealment::Concealment;
use crate::records::{Household, Person};

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/household",
        title: "世帯照会",
        place: Some(Place {
            unit: "住民基本台帳", level1: "照会", level2: "住民票情報照会", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "対象世帯",
            vec![Field::new("household_no", "世帯番号", FieldKind::HouseholdNo).required()],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("household_no");
    let open = view.load::<Household>(no)?;
    let closed = open.is_none();
    // A closed household is shown as it last was.
    let household = match open {
        Some(held) => Some(held.record),
        None => view.load_history::<Household>(no)?.pop().map(|held| held.record),
    };
    let Some(household) = household else {
        return Ok(Outcome::refused(vec![Finding::error(
            "E094",
            "household_no",
            "世帯番号",
            format!("世帯番号{no}の世帯はありません。"),
            "住民検索で探してください。",
        )]));
    };
    let persons = in_order(view, &household, no)?;
    let mut concealment = Concealment::new(view, context);
    let mut hidden = false;
    let mut members = Vec::new();
    for one in &persons {
        // Who left tells nothing of where the household is now, unless it is gone and its last address is theirs.
        hidden = hidden || ((one.is_resident() || closed) && concealment.hides(one)?);
        let mut row = concealment.row_in_household(one)?;
        if let Some(fields) = row.as_object_mut() {
            fields.insert("deleted".to_owned(), json!(!one.is_resident()));
            fields.insert("is_head".to_owned(), json!(household.head == Some(one.addressee_no) && !closed));
            fields.insert("member_order".to_owned(), json!(one.member_order));
            fields.insert(
                "planned_mover".to_owned(),
                json!(one.is_resident() && one.moveout_planned_on.is_some()),
            );
            fields.insert(
                "pending".to_owned(),
                person::pending(view, &mut concealment, one.addressee_no.as_str())?,
            );
        }
        members.push(row);
    }
    let subjects = persons.iter().map(|one| one.addressee_no.to_string()).collect();
    let head = household.head.and_then(|head| persons.iter().find(|one| one.addressee_no == head));
    let data = json!({
        "household_no": no,
        "closed": closed,
        "concealed": hidden,
        "address": if hidden { String::new() } else { household.address.one_line() },
        "postcode": household.address.postcode_label().filter(|_| !hidden).unwrap_or_default(),
        "head": household.head,
        "head_name": head.map(|head| head.name.clone()).unwrap_or_default(),
        "headless": household.head.is_none() && !closed,
        "formed_on": domain::wareki(household.formed_on),
        "members": Value::Array(members),
    });
    Ok(Outcome { answer: Some(Answer { data, subjects }), ..Outcome::default() })
}

/// The members in order, then those who were deleted while in this household.
fn in_order(view: &dyn View, household: &Household, no: &str) -> Result<Vec<Person>, Fault> {
    let mut persons: Vec<Person> =
        view.load_by::<Person>("household_no", no)?.into_iter().map(|held| held.record).collect();
    persons.retain(|person| HouseholdNo::parse(no).is_ok_and(|no| person.household_no == no));
    persons.sort_by_key(|person| {
        let place = household.members.iter().position(|member| *member == person.addressee_no);
        (!person.is_resident(), place.unwrap_or(usize::MAX), person.member_order, person.addressee_no)
    });
    Ok(persons)
}
