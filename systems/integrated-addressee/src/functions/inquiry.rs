//! 統合宛名照会: the integrated number of a 宛名番号 and all that is linked to it. 個人番号 is not in the answer.

use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::findings;
use crate::records::Link;

/// 統合宛名照会. Names and addresses are asked for in the registers they are kept in, which hide what is protected.
pub fn function() -> Function {
    Function {
        id: "integrated-addressee/inquiry",
        title: "統合宛名照会",
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
    let Some(held) = view.load::<Link>(number)? else {
        return Ok(Outcome::refused(vec![findings::unlinked(number)]));
    };
    let integrated_no = held.record.integrated_no;
    let links = view.load_by::<Link>("integrated_no", integrated_no.as_str())?;
    let subjects = links.iter().map(|link| link.record.addressee_no.to_string()).collect();
    let rows: Vec<Value> = links
        .iter()
        .map(|link| {
            json!({
                "addressee_no": link.record.addressee_no,
                "status": link.record.status,
                "status_label": link.record.status.map(|status| status.label()),
                "tasks": link.record.tasks,
            })
        })
        .collect();
    let data = json!({ "integrated_no": integrated_no, "rows": rows });
    Ok(Outcome { answer: Some(Answer { data, subjects }), ..Outcome::default() })
}
