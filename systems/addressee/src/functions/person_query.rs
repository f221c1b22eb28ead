//! 住基ネットへの照会, 照会一覧: whether a non-resident is who they are said to be, and who else lives at the address.

use std::ops::ControlFlow;

use register::{Fault, View, ViewExt, Write};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices,
};

use crate::findings;
use crate::linked;
use crate::records::{Addressee, AddresseeClass, PersonQuery, QUERY, QueryKind};

/// The most queries one answer shows.
const ROWS_MAX: usize = 200;

/// 住基ネットへの照会. The resident register passes it on; the answer comes back the same way.
///
/// Source: 機能一覧 住民基本台帳 住基ネット連携 基本４情報確認, 同一住所者検索.
pub fn ask() -> Function {
    let kinds: Vec<_> = QueryKind::ALL.iter().map(|kind| (kind.code(), kind.label())).collect();
    Function {
        id: "addressee/person-query",
        title: "住基ネットへの照会（住登外）",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "照会",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("query_kind", "照会の種類", FieldKind::Choice(choices(&kinds))).required(),
                Field::new("purpose", "目的", FieldKind::Text(100))
                    .required()
                    .help("本人確認情報を使える事務（住民基本台帳法の別表）だけで照会できます。"),
            ],
        )]),
        in_menu: true,
        decide: decide_ask,
    }
}

/// 住基ネットへの照会一覧.
pub fn list() -> Function {
    Function {
        id: "addressee/person-query-list",
        title: "住基ネットへの照会一覧（住登外）",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧の条件",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).help("空のときはすべて"),
                Field::new("unanswered", "回答のないものだけ", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide: decide_list,
    }
}

fn decide_ask(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let number = input.text("addressee_no");
    let Some(held) = view.load::<Addressee>(number)?.map(|held| held.record) else {
        return Ok(Outcome::refused(vec![findings::unknown("addressee_no", "宛名番号", number)]));
    };
    if held.class != AddresseeClass::NonResident {
        return Ok(Outcome::refused(vec![findings::wrong_class(&held, AddresseeClass::NonResident)]));
    }
    if held.closed_on.is_some() {
        return Ok(Outcome::refused(vec![findings::closed(&held)]));
    }
    let kind = QueryKind::from_code(input.text("query_kind")).unwrap_or(QueryKind::FourFacts);
    let query_no = format!("{number}-{}-{}", kind.code(), context.today.strftime("%Y%m%d"));
    if view.load::<PersonQuery>(&query_no)?.is_some() {
        return Ok(Outcome::refused(vec![findings::asked_today(&held, kind)]));
    }
    let lacks_facts = match kind {
        QueryKind::FourFacts => held.birth_date.is_none() || held.address.one_line().is_empty(),
        QueryKind::SameAddress => held.address.one_line().is_empty(),
    };
    if lacks_facts {
        return Ok(Outcome::refused(vec![findings::lacks_facts(&held, kind)]));
    }
    let query = PersonQuery {
        query_no,
        kind,
        addressee_no: held.addressee_no,
        name: held.name.clone(),
        name_kana: held.name_kana.clone(),
        birth_date: held.birth_date,
        sex: held.sex,
        address: held.address.one_line(),
        purpose: input.text("purpose").to_owned(),
        asked_on: context.today,
        result: None,
        answered_on: None,
        found: Vec::new(),
    };
    let message = format!("{}を照会します（照会番号 {}）。", kind.label(), query.query_no);
    let writes = vec![Write::put(&query, None)?];
    Ok(super::done(number, message, "住基ネットへの照会", writes))
}

fn decide_list(view: &dyn View, input: &Input, _: &Context<'_>) -> Result<Outcome, Fault> {
    let (number, unanswered) = (input.text("addressee_no"), super::flag(input, "unanswered"));
    let (mut queries, mut count) = (Vec::new(), 0_usize);
    view.scan(&QUERY, None, &mut |stored| {
        let query = stored.typed::<PersonQuery>()?.record;
        let of_person = number.is_empty() || query.addressee_no.as_str() == number;
        if of_person && (!unanswered || query.result.is_none()) {
            count += 1;
            if queries.len() < ROWS_MAX {
                queries.push(query);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let (mut rows, mut subjects) = (Vec::new(), Vec::new());
    for query in &queries {
        let held = view.load::<Addressee>(query.addressee_no.as_str())?.map(|held| held.record);
        let hidden = match &held {
            Some(held) => linked::is_hidden(view, held)?,
            None => false,
        };
        subjects.push(query.addressee_no.to_string());
        rows.push(shown(query, hidden));
    }
    subjects.sort_unstable();
    subjects.dedup();
    let message = format!("{count}件あります。");
    let answer = Answer { data: json!({ "count": count, "rows": rows }), subjects };
    Ok(Outcome { message, answer: Some(answer), ..Outcome::default() })
}

fn shown(query: &PersonQuery, hidden: bool) -> Value {
    let found: Vec<Value> = query
        .found
        .iter()
        .map(|person| {
            json!({
                "name": person.name,
                "name_kana": person.name_kana,
                "birth_date": person.birth_date,
                "sex_label": person.sex.map(|sex| sex.label()),
                "address": super::concealed(&person.address, hidden),
            })
        })
        .collect();
    json!({
        "query_no": query.query_no,
        "query_kind_label": query.kind.label(),
        "addressee_no": query.addressee_no,
        "name": query.name,
        "purpose": query.purpose,
        "asked_on": query.asked_on,
        "answered_on": query.answered_on,
        "query_result_label": query.result.map(|result| result.label()),
        "found_persons": found,
    })
}
