//! 宛名照会: one addressee, with every state it had.

use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::records::{ADDRESSEE, Addressee};

/// 宛名照会.
pub fn function() -> Function {
    Function {
        id: "addressee/inquiry",
        title: "宛名照会",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会する宛名",
            vec![Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required()],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let number = input.text("addressee_no");
    let Some(held) = view.load::<Addressee>(number)? else {
        return Ok(Outcome::refused(vec![super::unknown(number)]));
    };
    let mut subjects = vec![number.to_owned()];
    let mut household = Vec::new();
    if let Some(household_no) = held.record.household_no {
        for member in view.find(&ADDRESSEE, "household_no", household_no.as_str())? {
            if member.key != number {
                household.push(super::shown(&member.typed::<Addressee>()?.record));
                subjects.push(member.key);
            }
        }
    }
    let mut history: Vec<Value> = Vec::new();
    for version in view.load_history::<Addressee>(number)? {
        history.push(json!({
            "version": version.version,
            "recorded_at": version.recorded_at.to_string(),
            "effective_on": version.effective_on.to_string(),
            "row": super::shown(&version.record),
        }));
    }
    // Newest first, as staff read it.
    history.reverse();
    let data = json!({ "addressee": super::shown(&held.record), "household": household, "history": history });
    Ok(Outcome { answer: Some(Answer { data, subjects }), ..Outcome::default() })
}
