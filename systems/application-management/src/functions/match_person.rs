//! 申請者の照合: a clerk says whose an application is.

use domain::AddresseeNo;
use register::{Fault, View, ViewExt};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::done;
use crate::findings;
use crate::records::{Action, MatchedBy, Resident};
use crate::resolve::Desk;
use crate::rules::{check, matching};

#[derive(Deserialize)]
struct Asked {
    application_no: String,
    addressee_no: AddresseeNo,
}

/// 申請者の照合.
pub(super) fn function() -> Function {
    Function {
        id: "application-management/match",
        title: "申請者の照合",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "照合",
            vec![
                super::number(),
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo)
                    .required()
                    .help("申請の照会に候補が出ます。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let Asked { application_no: no, addressee_no } = input.read()?;
    let mut desk = Desk::new(view, context);
    let Some(one) = desk.get(&no)? else { return Ok(Outcome::refused(vec![findings::unknown(&no)])) };
    if !one.state.allows(Action::Match) {
        return Ok(Outcome::refused(vec![findings::not_now(
            one,
            "照合",
            "申請の照会で経過を確かめてください。",
        )]));
    }
    let Some(person) = view.load::<Resident>(addressee_no.as_str())? else {
        return Ok(Outcome::refused(vec![findings::nobody(addressee_no.as_str())]));
    };
    let alert = matching::differs(&person.record, &one.applicant).then(findings::differs);
    one.addressee_no = Some(addressee_no);
    one.matched_by = Some(MatchedBy::Clerk);
    one.candidates.clear();
    one.clear(check::PERSON);
    desk.advance(&no)?;
    let outcome = done(desk, &no, context, "申請者の照合")?;
    Ok(Outcome { findings: alert.into_iter().collect(), ..outcome })
}
