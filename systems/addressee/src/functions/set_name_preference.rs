//! 氏名優先区分設定: under which name letters go out.

use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use system::{
    Choice, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use crate::findings;
use crate::records::{Addressee, NamePreference};
use crate::rules::{can_prefer, display_name};

#[derive(Deserialize)]
struct Asked {
    addressee_no: String,
    name_preference: NamePreference,
}

/// 氏名優先区分設定. Refuses a preference for a name the record does not have.
pub fn function() -> Function {
    let preferences = NamePreference::ALL
        .iter()
        .map(|value| Choice { code: value.code().to_owned(), label: value.label().to_owned() })
        .collect();
    Function {
        id: "addressee/set-name-preference",
        title: "氏名優先区分設定",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "宛名に使う氏名",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("name_preference", "氏名優先区分", FieldKind::Choice(preferences)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    let Some(held) = view.load::<Addressee>(&asked.addressee_no)? else {
        return Ok(Outcome::refused(vec![findings::unknown(
            "addressee_no",
            "宛名番号",
            &asked.addressee_no,
        )]));
    };
    let mut changed = held.record;
    let wanted = asked.name_preference;
    if !can_prefer(&changed, wanted) {
        return Ok(Outcome::refused(vec![Finding::error(
            "ADR02",
            "name_preference",
            "氏名優先区分",
            format!("「{}」を選びましたが、この人の記録にその氏名がありません。", wanted.label()),
            "記録にある氏名を選んでください。",
        )]));
    }
    if changed.name_preference == Some(wanted) {
        return Ok(Outcome { message: "すでにその設定です。".to_owned(), ..Outcome::default() });
    }
    changed.name_preference = Some(wanted);
    changed.display_name = display_name(&changed);
    Ok(Outcome {
        message: format!("宛名氏名を「{}」にしました。", changed.display_name),
        reason: "氏名優先区分設定".to_owned(),
        opens: Some(asked.addressee_no),
        writes: vec![Write::put(&changed, Some(held.version))?],
        ..Outcome::default()
    })
}
