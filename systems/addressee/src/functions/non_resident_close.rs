//! 住登外者の住民化・削除: a non-resident became a resident, died or was registered by mistake (flow 4 of the data linkage
//! standard).

use domain::{AddresseeNo, Date, ResidentStatus};
use register::{Fault, View, ViewExt, Write};
use system::{
    Choice, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::merge;
use crate::findings;
use crate::linked;
use crate::records::{Account, Addressee, AddresseeClass, ClosingReason, Mailing, PerTax, TaxAgent};

/// Why a non-resident is closed.
const REASONS: [ClosingReason; 4] =
    [ClosingReason::BecameResident, ClosingReason::Dead, ClosingReason::Mistaken, ClosingReason::Other];

/// 住登外者の住民化・削除. Nothing is deleted: the record is closed and, of somebody who became a resident, linked to the new
/// number.
pub fn function() -> Function {
    let reasons = REASONS
        .iter()
        .map(|reason| Choice { code: reason.code().to_owned(), label: reason.label().to_owned() })
        .collect();
    Function {
        id: "addressee/non-resident-close",
        title: "住登外者の住民化・削除",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "閉鎖する住登外者",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("closing_reason", "削除事由", FieldKind::Choice(reasons)).required(),
                Field::new("closed_on", "削除年月日", FieldKind::Date).required(),
                Field::new("resident_no", "住民の宛名番号", FieldKind::AddresseeNo)
                    .help("住民化のときだけ入力します。この番号に名寄せします。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let number = input.text("addressee_no");
    let Some(held) = view.load::<Addressee>(number)? else {
        return Ok(Outcome::refused(vec![findings::unknown("addressee_no", "宛名番号", number)]));
    };
    let record = held.record;
    if record.class != AddresseeClass::NonResident {
        return Ok(Outcome::refused(vec![findings::wrong_class(&record, AddresseeClass::NonResident)]));
    }
    if record.closed_on.is_some() {
        return Ok(Outcome::refused(vec![findings::closed(&record)]));
    }
    let closed_on = super::day(input, "closed_on").unwrap_or(context.today);
    let reason = ClosingReason::from_code(input.text("closing_reason")).unwrap_or(ClosingReason::Other);
    let mut found: Vec<Finding> =
        findings::not_future("closed_on", "削除年月日", Some(closed_on), context.today).into_iter().collect();
    let mut writes = Vec::new();
    let resident_no = input.text("resident_no");
    match (reason == ClosingReason::BecameResident, resident_no) {
        (true, "") => {
            found.push(findings::resident_needed("住民化ですが、住民の宛名番号がありません。".into()))
        }
        (true, resident_no) => {
            let (linked, against) = became(view, &record, resident_no, context.today)?;
            found.extend(against);
            writes.extend(linked);
        }
        (false, "") => {}
        (false, _) => found
            .push(findings::resident_needed("削除事由が住民化でないのに、住民の宛名番号があります。".into())),
    }
    if found.iter().any(Finding::stops) {
        return Ok(Outcome::refused(found));
    }
    found.extend(left_behind(view, record.addressee_no)?);
    let name = record.display_name.clone();
    let closed = Addressee { closed_on: Some(closed_on), closing_reason: Some(reason), ..record };
    writes.push(Write::put(&closed, Some(held.version))?);
    let message = format!("{name}（宛名番号 {number}）を{}で閉鎖しました。", reason.label());
    let outcome = super::done(number, message, reason.label(), writes);
    Ok(Outcome { effective_on: Some(closed_on), ..super::with(outcome, found) })
}

/// The link to the number the person has as a resident.
pub(crate) fn became(
    view: &dyn View,
    record: &Addressee,
    resident_no: &str,
    today: Date,
) -> Result<(Option<Write>, Vec<Finding>), Fault> {
    let resident = view.load::<Addressee>(resident_no)?.map(|held| held.record);
    let is_resident = resident.as_ref().is_some_and(|held| {
        held.class == AddresseeClass::Resident && held.status == Some(ResidentStatus::Resident)
    });
    if !is_resident {
        let message = format!("宛名番号 {resident_no} は住民の宛名番号ではありません。");
        return Ok((None, vec![findings::resident_needed(message)]));
    }
    let already = linked::merged_into(view, record.addressee_no.as_str())?;
    if already.is_some_and(|held| held.record.main_no.as_str() == resident_no) {
        return Ok((None, Vec::new()));
    }
    merge::linked(view, record.addressee_no.as_str(), resident_no, today, "住民化")
}

/// An alert when mailing addresses, agents or accounts of an addressee still hold.
pub(super) fn left_behind(view: &dyn View, addressee_no: AddresseeNo) -> Result<Option<Finding>, Fault> {
    let number = addressee_no.as_str();
    let kept = [
        ("送付先", holds(&linked::per_tax::<Mailing>(view, number)?)),
        ("納税管理人", holds(&linked::per_tax::<TaxAgent>(view, number)?)),
        ("口座", holds(&linked::per_tax::<Account>(view, number)?)),
    ];
    let kept: Vec<&str> = kept.into_iter().filter(|(_, holds)| *holds).map(|(what, _)| what).collect();
    Ok((!kept.is_empty()).then(|| findings::left_behind(addressee_no, &kept.join("・"))))
}

fn holds<R: PerTax>(held: &[register::Versioned<R>]) -> bool {
    held.iter().any(|one| !one.record.is_ended() && one.record.until().is_none())
}
