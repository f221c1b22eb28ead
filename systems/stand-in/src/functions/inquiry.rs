//! 受信データ照会: what came over one link about one subject, with every state it had.

use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use crate::records::Received;

/// 受信データ照会.
pub fn function() -> Function {
    Function {
        id: "stand-in/inquiry",
        title: "受信データ照会（代役）",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "照会する受信データ",
            vec![
                Field::new("link", "連携", FieldKind::Text(100))
                    .required()
                    .help("連携の識別子（例 city-25）"),
                Field::new("subject", "対象", FieldKind::Text(100)).required().help("宛名番号など"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let (link, subject) = (input.text("link"), input.text("subject"));
    let mut history: Vec<Value> = Vec::new();
    for version in view.load_history::<Received>(&Received::key_of(link, subject))? {
        history.push(json!({
            "version": version.version,
            "recorded_at": version.recorded_at.to_string(),
            "delivery_no": version.record.no,
            "values": version.record.values,
        }));
    }
    if history.is_empty() {
        return Ok(Outcome::refused(vec![Finding::error(
            "STI01",
            "subject",
            "対象",
            format!("連携「{link}」で「{subject}」についての行は届いていません。"),
            "連携の識別子と対象を確かめてください。",
        )]));
    }
    // Newest first, as staff read it.
    history.reverse();
    let data = json!({ "link": link, "subject": subject, "history": history });
    Ok(Outcome { answer: Some(Answer { data, subjects: vec![subject.to_owned()] }), ..Outcome::default() })
}
