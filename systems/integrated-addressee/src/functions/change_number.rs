//! 個人番号の変更: the person keeps the integrated number, so that copies (副本) stay attached.

use domain::IndividualNumber;
use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::findings;
use crate::records::{Link, Person};

#[derive(Deserialize)]
struct Asked {
    addressee_no: String,
    individual_number: IndividualNumber,
}

/// 個人番号の変更.
///
/// Source: none found that says so; the integrated number staying is this project's reading (unverified).
pub fn function() -> Function {
    Function {
        id: "integrated-addressee/change-number",
        title: "個人番号の変更（統合宛名）",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "個人番号が変わった人",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("individual_number", "新しい個人番号", FieldKind::IndividualNumber).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    let number = asked.addressee_no.as_str();
    let Some(link) = view.load::<Link>(number)? else {
        return Ok(Outcome::refused(vec![findings::unlinked(number)]));
    };
    let integrated_no = link.record.integrated_no;
    let Some(held) = view.load::<Person>(integrated_no.as_str())? else {
        return Err(Fault::because(format!("link {number} names no person")));
    };
    if held.record.individual_number == asked.individual_number {
        return Ok(Outcome::refused(vec![findings::unchanged()]));
    }
    let others = view.load_by::<Person>("individual_number", asked.individual_number.expose())?;
    if let Some(other) = others.first() {
        return Ok(Outcome::refused(vec![findings::held_by_other(other.record.integrated_no.as_str())]));
    }
    let changed = Person { individual_number: asked.individual_number, ..held.record };
    let writes = vec![Write::put(&changed, Some(held.version))?];
    let message = format!("団体内統合宛名番号 {integrated_no} の個人番号を変更しました。");
    Ok(super::done(number, integrated_no, message, "個人番号の変更", writes))
}
