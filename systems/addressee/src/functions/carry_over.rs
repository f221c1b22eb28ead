//! 転出者等の住登外登録: a former resident stays an addressee under the number it has (flow 3 of the data linkage standard).

use domain::Address;
use register::{Fault, View, ViewExt, Write};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::people::{AddressAsked, address_fields};
use crate::findings;
use crate::records::{Addressee, AddresseeClass};

/// 転出者等の住登外登録. The number is carried over; nothing is renumbered.
pub fn function() -> Function {
    Function {
        id: "addressee/carry-over",
        title: "転出者等の住登外登録",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "住民でなくなった人",
                vec![
                    Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                    Field::new("task_id", "業務ID", FieldKind::Text(3)).help("登録を依頼した業務（3桁）。"),
                ],
            ),
            Section::once("今の住所（空欄なら転出先）", address_fields()),
        ]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let number = input.text("addressee_no");
    let asked: AddressAsked = input.read()?;
    let Some(held) = view.load::<Addressee>(number)? else {
        return Ok(Outcome::refused(vec![findings::unknown("addressee_no", "宛名番号", number)]));
    };
    let record = held.record;
    if record.class != AddresseeClass::Resident {
        return Ok(Outcome::refused(vec![findings::wrong_class(&record, AddresseeClass::Resident)]));
    }
    if record.is_current() {
        return Ok(Outcome::refused(vec![findings::still_resident(&record)]));
    }
    let task_id = input.text("task_id");
    let changed = carried(&record, asked.given(), task_id);
    let message = format!("{}を宛名番号 {number} のまま住登外者にしました。", changed.display_name);
    let writes = vec![Write::put(&changed, Some(held.version))?];
    Ok(super::done(number, message, "転出者等の住登外登録", writes))
}

/// The former resident as a non-resident: where it lives now, and nothing that only a resident has. The household stays: by it
/// the address is hidden of whoever left together with a protected person.
pub(crate) fn carried(record: &Addressee, address: Option<Address>, task_id: &str) -> Addressee {
    let moved_to = || match record.moved_out_to.as_str() {
        "" => record.address.clone(),
        // The destination is one line in the resident register; its parts are not known.
        line => Address { town: line.to_owned(), ..Address::default() },
    };
    Addressee {
        class: AddresseeClass::NonResident,
        status: None,
        resident_kind: None,
        address: address.unwrap_or_else(moved_to),
        moved_out_to: String::new(),
        moveout_planned_on: String::new(),
        deletion_event_date: String::new(),
        task_id: task_id.to_owned(),
        ..record.clone()
    }
}
