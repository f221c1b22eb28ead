//! 選挙人照会: one elector, with every state there was.

use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use crate::concealment::Concealment;
use crate::records::Elector;

/// 選挙人照会.
pub fn function() -> Function {
    Function {
        id: "electoral-roll/inquiry",
        title: "選挙人照会",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会する人",
            vec![Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required()],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let number = input.text("addressee_no");
    let Some(held) = view.load::<Elector>(number)? else {
        return Ok(Outcome::refused(vec![Finding::error(
            "ELR01",
            "addressee_no",
            "宛名番号",
            format!("宛名番号 {number} の人はありません。"),
            "宛名番号を確かめてください。",
        )]));
    };
    let concealment = Concealment::of(view)?;
    let hidden = concealment.hides(&held.record);
    let mut history: Vec<Value> = Vec::new();
    for version in view.load_history::<Elector>(number)? {
        history.push(json!({
            "version": version.version,
            "recorded_at": version.recorded_at.to_string(),
            "effective_on": version.effective_on.to_string(),
            "row": super::shown(&version.record, hidden || concealment.hides(&version.record))?,
        }));
    }
    // Newest first, as staff read it.
    history.reverse();
    let data = json!({ "elector": super::shown(&held.record, hidden)?, "history": history });
    Ok(Outcome { answer: Some(Answer { data, subjects: vec![number.to_owned()] }), ..Outcome::default() })
}
