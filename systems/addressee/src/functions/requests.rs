//! 住登外登録依頼一覧, 住登外登録依頼の確認: requests of task systems that staff decide, because somebody may be the person.

use std::ops::ControlFlow;

use domain::AddresseeNo;
use register::{Fault, View, ViewExt, Write};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::PersonAsked;
use super::carry_over::carried;
use super::people::AddressAsked;
use crate::findings;
use crate::linked;
use crate::numbering::Numbering;
use crate::records::{Addressee, AddresseeClass, REQUEST, Request, RequestState};
use crate::rules::{may_mark, may_refer};

/// The most requests one answer shows; decided ones make room.
const ROWS_MAX: usize = 200;

/// 住登外登録依頼一覧.
pub fn list() -> Function {
    Function {
        id: "addressee/request-list",
        title: "住登外登録依頼一覧",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧の条件",
            vec![Field::new("include_answered", "回答済を含む", FieldKind::Flag)],
        )]),
        in_menu: true,
        decide: decide_list,
    }
}

/// 住登外登録依頼の確認.
pub fn decide_one() -> Function {
    Function {
        id: "addressee/request-decide",
        title: "住登外登録依頼の確認",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "依頼への回答",
            vec![
                Field::new("request_no", "依頼番号", FieldKind::Text(30)).required(),
                Field::new("addressee_no", "回答する宛名番号", FieldKind::AddresseeNo)
                    .help("候補の中に同じ人がいるときに入力します。"),
                Field::new("new_number", "別の人と確かめたので新しい番号を付ける", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide: decide_answer,
    }
}

fn decide_list(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let answered = super::flag(input, "include_answered");
    let mut requests = Vec::new();
    let mut more = false;
    view.scan(&REQUEST, None, &mut |stored| {
        let request = stored.typed::<Request>()?.record;
        if !answered && request.state == RequestState::Answered {
            return Ok(ControlFlow::Continue(()));
        }
        if requests.len() == ROWS_MAX {
            more = true;
            return Ok(ControlFlow::Break(()));
        }
        requests.push(request);
        Ok(ControlFlow::Continue(()))
    })?;
    let mut subjects = Vec::new();
    let mut rows = Vec::new();
    for request in &requests {
        let mut candidates = Vec::new();
        let mut hidden = false;
        for number in &request.candidates {
            let Some(held) = view.load::<Addressee>(number.as_str())? else { continue };
            // It may have been marked since it came into question.
            if !may_refer(&held.record, &request.task_id) {
                continue;
            }
            let conceal = linked::is_hidden(view, &held.record)?;
            hidden = hidden || conceal;
            candidates.push(super::shown(&held.record, conceal));
            subjects.push(number.to_string());
        }
        subjects.extend(request.addressee_no.map(|number| number.to_string()));
        rows.push(shown(request, candidates, hidden));
    }
    let message = match (rows.len(), more) {
        (0, _) => "確認を待つ依頼はありません。".to_owned(),
        (count, false) => format!("{count}件あります。"),
        (count, true) => format!("{count}件を表示しています。ほかにもあります。"),
    };
    let answer = Answer { data: json!({ "rows": rows, "more": more }), subjects };
    Ok(Outcome { message, answer: Some(answer), ..Outcome::default() })
}

/// A request; its address is hidden as long as it may be that of somebody protected.
fn shown(request: &Request, candidates: Vec<Value>, hidden: bool) -> Value {
    json!({
        "request_no": request.request_no,
        "task_id": request.task_id,
        "state": request.state,
        "state_label": request.state.label(),
        "addressee_no": request.addressee_no,
        "name": request.name,
        "name_kana": request.name_kana,
        "alias_name": request.alias_name,
        "birth_date": request.birth_date,
        "birth_date_label": request.birth_date.map(|date| date.label_wareki()),
        "sex": request.sex,
        "sex_label": request.sex.map(|sex| sex.label()),
        "address": super::concealed(&request.address.one_line(), hidden),
        "candidates": candidates,
    })
}

fn decide_answer(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let request_no = input.text("request_no");
    let Some(held) = view.load::<Request>(request_no)? else {
        return Ok(Outcome::refused(vec![Finding::error(
            "ADR60",
            "request_no",
            "依頼番号",
            format!("依頼番号 {request_no} の登録依頼はありません。"),
            "住登外登録依頼一覧で確かめてください。",
        )]));
    };
    let request = held.record;
    if let Some(number) = request.addressee_no {
        return Ok(Outcome::refused(vec![Finding::error(
            "ADR61",
            "request_no",
            "依頼番号",
            format!("依頼番号 {request_no} は、宛名番号 {number} で回答済です。"),
            "同じ人に二つの番号が付いたときは、名寄せしてください。",
        )]));
    }
    let mut writes = Vec::new();
    let number = match (input.text("addressee_no"), super::flag(input, "new_number")) {
        ("", true) => {
            let mut numbering = Numbering::of(view, Numbering::NON_RESIDENT)?;
            let number = numbering.next()?;
            let made = linked::marked(view, request_person(&request).non_resident(number))?;
            writes.push(Write::put(&made, None)?);
            writes.extend(numbering.write()?);
            number
        }
        ("", false) | (_, true) => {
            return Ok(Outcome::refused(vec![Finding::error(
                "ADR62",
                "addressee_no",
                "回答する宛名番号",
                "同じ人の宛名番号か、新しい番号を付けることの、どちらか一方を選んでいません。",
                "候補を確かめて、どちらか一方を選んでください。",
            )]));
        }
        (number, false) => match known(view, number, &request)? {
            Ok((number, write)) => {
                writes.extend(write);
                number
            }
            Err(finding) => return Ok(Outcome::refused(vec![finding])),
        },
    };
    let done = Request { state: RequestState::Answered, addressee_no: Some(number), ..request };
    writes.push(Write::put(&done, Some(held.version))?);
    let message = format!("依頼番号 {request_no} に宛名番号 {number} で回答しました。");
    Ok(super::done(number.as_str(), message, "住登外登録依頼の確認", writes))
}

/// The number of somebody known as the answer; a former resident becomes a non-resident by it.
fn known(
    view: &dyn View,
    number: &str,
    request: &Request,
) -> Result<Result<(AddresseeNo, Option<Write>), Finding>, Fault> {
    let Some(held) = view.load::<Addressee>(number)? else {
        return Ok(Err(findings::unknown("addressee_no", "回答する宛名番号", number)));
    };
    let record = &held.record;
    if !may_refer(record, &request.task_id) {
        return Ok(Err(findings::not_referred("addressee_no", "回答する宛名番号", number)));
    }
    if !may_mark(record, request.no_reference, &request.task_id) {
        return Ok(Err(findings::not_marked("addressee_no", "回答する宛名番号", number)));
    }
    let write = match record.class {
        AddresseeClass::Corporation => {
            return Ok(Err(findings::wrong_class(record, AddresseeClass::NonResident)));
        }
        AddresseeClass::NonResident if record.closed_on.is_some() => {
            return Ok(Err(findings::closed(record)));
        }
        AddresseeClass::Resident if !record.is_current() => {
            let address = Some(request.address.clone()).filter(|address| !address.is_empty());
            let carried = carried(record, address, &request.task_id);
            Some(Write::put(&carried, Some(held.version))?)
        }
        // A resident needs no number as a non-resident: the task uses the one there is.
        AddresseeClass::Resident | AddresseeClass::NonResident => None,
    };
    Ok(Ok((record.addressee_no, write)))
}

/// The base items of a request.
pub(crate) fn request_person(request: &Request) -> PersonAsked {
    let address = &request.address;
    PersonAsked {
        name: request.name.clone(),
        name_kana: request.name_kana.clone(),
        name_roman: request.name_roman.clone(),
        alias_name: request.alias_name.clone(),
        birth_date: request.birth_date,
        sex: request.sex,
        contact: request.contact.clone(),
        task_id: request.task_id.clone(),
        no_reference: request.no_reference,
        address: AddressAsked {
            postcode: address.postcode.clone(),
            prefecture: address.prefecture.clone(),
            municipality: address.municipality.clone(),
            town_code: address.town_code.clone(),
            town: address.town.clone(),
            lot: address.lot.clone(),
            building: address.building.clone(),
            country: address.country.clone(),
            overseas: address.overseas.clone(),
        },
    }
}
