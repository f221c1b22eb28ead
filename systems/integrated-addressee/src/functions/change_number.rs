//! 個人番号の変更: the person keeps the integrated number, so that copies (副本) stay attached.

use domain::IndividualNumber;
use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::desk::Desk;
use crate::findings;
use crate::records::Link;
use crate::rules::numbering::{self, Change};

#[derive(Deserialize)]
struct Asked {
    addressee_no: String,
    individual_number: IndividualNumber,
}

/// 個人番号の変更, for whom no link of the register tells it.
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
    let mut desk = Desk::new(view);
    let Some(link) = desk.get::<Link>(number)? else {
        return Ok(Outcome::refused(vec![findings::unlinked(number)]));
    };
    match numbering::change(&mut desk, &link, asked.individual_number)? {
        Change::None => return Ok(Outcome::refused(vec![findings::unchanged()])),
        Change::HeldBy(other) => return Ok(Outcome::refused(vec![findings::held_by_other(other.as_str())])),
        Change::Made => {}
    }
    let integrated_no = link.integrated_no;
    let message = format!("団体内統合宛名番号 {integrated_no} の個人番号を変更しました。");
    Ok(super::done(number, integrated_no, message, "個人番号の変更", desk.writes()?))
}
